//! What every answer carries.

use testkit::world::World;

/// ATT-49 and section 4 of the security reference.
#[tokio::test]
async fn every_page_is_locked_to_its_own_files() {
    let world = World::new().await;
    let browser = world.browser("astrid").await;
    for path in
        ["/", "/sign-in", "/companies", "/companies/1", "/nowhere", "/settings/health", "/search?q=%3Cb%3E"]
    {
        let page = browser.get(path).send().await;
        let policy = page.header("content-security-policy");
        for part in [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("cache-control", "private, no-store"),
        ] {
            assert_eq!(page.header(name), value, "{path}");
        }
        assert!(page.header("permissions-policy").contains("camera=()"), "{path}");
        assert!(!page.header("x-request-id").is_empty(), "{path}");
        assert!(!page.text().contains("<script>") && !page.text().contains("style="), "{path}");
    }
}

#[tokio::test]
async fn an_error_is_a_page_for_people_a_piece_for_scripts_and_a_problem_for_programs() {
    let world = World::new().await;
    let browser = world.browser("bjorn").await;
    let page = browser.get("/companies/999").send().await.expect(404).text();
    assert!(
        page.starts_with("<!doctype html>")
            && page.contains("There is no such company")
            && page.contains("Documents")
    );
    let piece = browser.get("/companies/999").header("x-fragment", "1").send().await.expect(404).text();
    assert!(piece.starts_with("<div") && piece.contains("There is no such company"));
    let problem = browser.get("/api/v1/companies/999").send().await.expect(404);
    assert_eq!(problem.header("content-type"), "application/problem+json");
    assert_eq!(problem.json()["request_id"].as_str().unwrap(), problem.header("x-request-id"));
    browser.get("/api/v1/nothing").send().await.expect(404).json();
    let outside = world.anonymous().get("/nowhere").send().await.expect(404).text();
    assert!(outside.contains("nothing at this address") && !outside.contains("Companies"));
    browser.post("/companies").send().await.expect(405);
}

#[tokio::test]
async fn whatever_is_no_id_and_whatever_is_no_page_answers_as_a_page() {
    let world = World::new().await;
    let browser = world.browser("bjorn").await;
    let unknown = browser.get("/companies/999").send().await.text().len();
    for wrong in ["0", "-1", "x", "1%20", "%00", "99999999999999999999", "%ff", "..%2f1"] {
        let answer = browser.get(&format!("/companies/{wrong}")).send().await.expect(404);
        assert_eq!(answer.text().len(), unknown, "{wrong}");
    }
    for query in ["?after=%00", "?after=x", "?q=%ff%fe", "?q=%00"] {
        let answer = browser.get(&format!("/companies{query}")).send().await;
        assert!(!answer.status.is_server_error(), "{query}: {}", answer.text());
    }
}

#[tokio::test]
async fn probes_tell_strangers_nothing_but_how_it_is() {
    let world = World::new().await;
    assert_eq!(world.anonymous().get("/healthz").send().await.expect(200).text(), "ok\n");
    let ready = world.anonymous().get("/readyz").send().await.expect(200).json();
    assert_eq!(ready["ready"], true);
    assert!(!ready.to_string().contains('/'), "no path of this machine: {ready}");
    world.anonymous().get("/metrics").send().await.expect(404);
}

#[tokio::test]
async fn the_stylesheet_and_scripts_can_be_kept_for_ever() {
    let world = World::new().await;
    let page = world.anonymous().get("/sign-in").send().await.expect(200).text();
    let addresses = page.split('"').filter(|part| part.starts_with("/static/"));
    for address in addresses {
        let file = world.anonymous().get(address).send().await.expect(200);
        assert!(file.header("cache-control").contains("immutable"), "{address}");
        let again = world.anonymous().get(address).header("if-none-match", file.header("etag")).send().await;
        again.expect(304);
    }
    assert!(page.contains("/static/"));
}
