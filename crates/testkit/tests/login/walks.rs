//! Sign-in and connections as they should go.

use http::StatusCode;
use testkit::login::{Installation, Jar, KAFFEHUSET, Page, Stage, claims};

/// Signs somebody in at Microsoft, from the login page's form on.
pub async fn at_microsoft(jar: &mut Jar, stage: &Stage, page: &Page, address: &str) -> Page {
    let page = jar.press(stage, page, "name=\"email\"", &[("email", address)]).await;
    through_microsoft(jar, stage, page, address).await
}

/// Whatever Microsoft asks on the way.
pub async fn through_microsoft(jar: &mut Jar, stage: &Stage, mut page: Page, address: &str) -> Page {
    for _ in 0..6 {
        if !page.url.contains("microsoft-login.test") {
            return page;
        }
        let fields = [("login", address)];
        page = jar.press(stage, &page, "<button", &fields).await;
    }
    panic!("still at {}:\n{}", page.url, page.text);
}

#[tokio::test]
async fn somebody_types_an_address_signs_in_at_microsoft_and_the_installation_knows_who() {
    let stage = Stage::new().await;
    let crm = Installation::ready(&stage, "nordlys").await;
    let mut jar = Jar::default();
    let pushed = crm.push(&stage, &[]).await;
    let page = jar.go(&stage, &pushed.url).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("Sign in to NORDLYS"));
    let page = at_microsoft(&mut jar, &stage, &page, "solveig@kaffehuset.example").await;
    assert!(page.url.starts_with(&crm.redirect), "{}\n{}", page.url, page.text);
    assert_eq!(page.query("state").unwrap(), pushed.state);
    let heard = crm.redeem(&stage, &page.query("code").unwrap(), &pushed.verifier).await;
    assert_eq!(heard.status, StatusCode::OK, "{:?}", heard.json);
    let who = claims(&heard.json["id_token"]);
    assert_eq!(who["provider"], "microsoft");
    assert_eq!(who["realm"], KAFFEHUSET);
    assert_eq!(who["email"], "solveig@kaffehuset.example");
    assert_eq!((who["vouched"].as_bool(), who["nonce"].as_str()), (Some(true), Some(pushed.nonce.as_str())));
}
