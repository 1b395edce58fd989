//! ATT-48: what may come from another site changes nothing.

use crate::{form, post, token_of};
use testkit::world::World;

#[tokio::test]
async fn a_form_without_both_proofs_changes_nothing() {
    let world = World::new().await;
    let browser = world.browser("bjorn").await;
    let carla = token_of(&world.browser("carla").await).await;
    let token = token_of(&browser).await;
    let good = format!("csrf={token}&name=Report&days=30");
    let other_session = format!("csrf={carla}&name=Report&days=30");
    for (what, client, body) in [
        ("no token", browser.clone(), "name=Report&days=30"),
        ("a blank token", browser.clone(), "csrf=&name=Report&days=30"),
        ("a token of another session", browser.clone(), other_session.as_str()),
        ("a foreign origin", browser.clone().with("origin", "https://evil.test"), good.as_str()),
        ("no origin", browser.clone().without("origin"), good.as_str()),
        ("another site", browser.clone().with("sec-fetch-site", "cross-site"), good.as_str()),
    ] {
        let refused = form(&client, "/settings/tokens", body).await;
        assert_eq!(refused.status, 403, "{what}");
    }
    for kind in ["text/plain", "application/json", "multipart/form-data; boundary=x"] {
        let request = browser.post("/settings/tokens").header("content-type", kind).bytes(good.clone());
        request.send().await.expect(415);
    }
    let nothing = browser.get("/settings/tokens").send().await.expect(200).text();
    assert!(nothing.contains("No tokens yet"));
    let made = post(&browser, "/settings/tokens", "name=Report&days=30").await.expect(200);
    assert!(made.text().contains("chy_"));
}

#[tokio::test]
async fn a_browser_that_hides_its_origin_is_believed_by_its_fetch_headers() {
    let world = World::new().await;
    let browser = world.browser("bjorn").await.with("origin", "null").with("sec-fetch-site", "same-origin");
    post(&browser, "/settings/tokens", "name=Report&days=30").await.expect(200);
}

#[tokio::test]
async fn files_are_not_taken_before_the_proof() {
    let world = World::new().await;
    let browser = world.browser("astrid").await.without("x-csrf-token");
    let token = token_of(&browser).await;
    let part = |name: &str, value: &str| {
        format!("--XX\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let file = "--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\nexternal_id,name\nc-9,New\n\r\n";
    let end = "--XX--\r\n";
    let send = |body: String| {
        let request =
            browser.post("/settings/import").header("content-type", "multipart/form-data; boundary=XX");
        request.bytes(body).send()
    };
    let kind = part("kind", "company");
    send(format!("{kind}{file}{end}")).await.expect(403);
    send(format!("{}{kind}{file}{end}", part("csrf", "wrong"))).await.expect(403);
    send(format!("{kind}{file}{}{end}", part("csrf", &token))).await.expect(403);
    let taken = send(format!("{}{kind}{file}{end}", part("csrf", &token))).await.expect(200).text();
    assert!(taken.contains("c-9") && taken.contains("Every line was taken"), "{taken}");
}
