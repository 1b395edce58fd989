//! The login page and a CRM as two processes with two databases, over TLS: somebody signs in across them.

use std::path::Path;
use testkit::login::{GOOGLE_SECRET, Jar, MICROSOFT_SECRET, Processes};

#[tokio::test(flavor = "multi_thread")]
async fn somebody_signs_in_across_two_processes_that_share_nothing_but_the_protocol() {
    let (place, login, crm) =
        Processes::running(true, "", "e1,erik,Erik,erik@kaffehuset.example,true,Everyone\n").await;

    // The administrator comes in by link, registers the domain at the login page, and a tenant's administrator agrees.
    let mut ada = place.ada().await;
    let page = ada.go(&place, &place.at("/settings/sign-in")).await;
    let fields = [("domain", "kaffehuset.example"), ("provider", "microsoft")];
    let page = ada.press(&place, &page, "name=\"domain\"", &fields).await;
    assert!(page.text.contains("is registered"), "{}", page.text);
    let page = ada.go(&place, &place.at("/settings/connections")).await;
    let page = ada.press(&place, &page, "Make a link for an administrator", &[]).await;
    let consent =
        page.text.split("<code id=\"secret\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
    let mut solveig = Jar::default();
    let page = solveig.go(&place, &consent).await;
    let page = solveig.press(&place, &page, "/consent/", &[]).await;
    let page = place.through(&mut solveig, page, "solveig@kaffehuset.example").await;
    assert!(page.text.contains("Your organisation has agreed"), "{}\n{}", page.url, page.text);

    let mut erik = Jar::default();
    let page = erik.go(&place, &place.at("/sign-in/start")).await;
    let page = erik.press(&place, &page, "name=\"email\"", &[("email", "erik@kaffehuset.example")]).await;
    let page = place.through(&mut erik, page, "erik@kaffehuset.example").await;
    assert_eq!((page.url.as_str(), page.status.as_u16()), (place.at("/").as_str(), 200), "{}", page.text);
    assert!(page.text.contains("Nordlys Trading"), "{}", page.text);

    // Signing out everywhere at the login page reaches the other process.
    let page = erik.go(&place, &format!("{}/browser", place.login)).await;
    erik.press(&place, &page, "sign-out-everywhere", &[]).await;
    let mut out = 0;
    for _ in 0..100 {
        out = erik.look(&place, &place.at("/")).await.status.as_u16();
        if out == 303 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(out, 303, "the session there is over");

    // One switch cuts the installation off; without the login page the CRM says so and works on for those inside.
    place.run("login.toml", &["broker", "disable-installation", "nordlys"]);
    let page = Jar::default().go(&place, &place.at("/sign-in/start")).await;
    assert!(page.status == 503 && page.text.contains("switched off"), "{} {}", page.status, page.text);
    drop(login);
    let page = Jar::default().go(&place, &place.at("/sign-in/start")).await;
    assert!(page.status == 503 && page.text.contains("does not answer"), "{} {}", page.status, page.text);
    assert_eq!(ada.go(&place, &place.at("/companies")).await.status, 200);
    drop(crm);

    // The secrets stayed with the login page.
    for secret in [GOOGLE_SECRET, MICROSOFT_SECRET] {
        assert!(!found(&place.path("crm-data"), secret.as_bytes()), "a secret reached the CRM's side");
    }
    assert!(found(&place.path(""), MICROSOFT_SECRET.as_bytes()), "the search finds what is there");
}

/// Whether any file below a folder holds these bytes.
fn found(folder: &Path, needle: &[u8]) -> bool {
    std::fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            return found(&path, needle);
        }
        std::fs::read(&path).unwrap().windows(needle.len()).any(|w| w == needle)
    })
}
