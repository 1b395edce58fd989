//! Lists, cards and search.

use serde_json::json;
use testkit::world::World;

#[tokio::test]
async fn a_card_shows_the_record_with_its_documents() {
    let world = World::new().await;
    let bjorn = world.as_("bjorn").await;
    let company = world.first.companies[0];
    let about = json!({ "template": world.first.note, "heading": "Our <b>offer</b>", "company": company });
    bjorn.post("/api/v1/documents").json(&about).send().await.expect(201);
    let browser = world.browser("bjorn").await;
    for path in
        [format!("/companies/{company}"), format!("/associates/{}", world.first.people[1]), "/".to_owned()]
    {
        let page = browser.get(&path).send().await.expect(200).text();
        assert!(page.contains("Our &#60;b&#62;offer") || page.contains("Our &lt;b&gt;offer"), "{path}");
    }
    let card = browser.get(&format!("/companies/{company}")).send().await.text();
    assert!(
        card.contains(&format!("/documents/new?company={company}")),
        "a new document is about the company"
    );
    for path in ["/contacts/1", "/projects/1", "/sales/1"] {
        let page = browser.get(path).send().await.expect(200).text();
        assert!(page.contains("No documents yet") && page.contains("/documents/new?"), "{path}");
    }
}

#[tokio::test]
async fn a_private_document_is_on_nobody_elses_pages() {
    let world = World::new().await;
    let bjorn = world.as_("bjorn").await;
    let company = world.first.companies[0];
    let secret = json!({ "template": world.first.note, "heading": "Secretplan", "company": company, "visible_for": { "kind": "owner" } });
    bjorn.post("/api/v1/documents").json(&secret).send().await.expect(201);
    let (owner, other) = (world.browser("bjorn").await, world.browser("astrid").await);
    for path in [
        format!("/companies/{company}"),
        format!("/associates/{}", world.first.people[1]),
        "/search?q=secretplan".into(),
    ] {
        let shown = |text: String| text.contains("Secretplan");
        assert!(shown(owner.get(&path).send().await.expect(200).text()), "{path}");
        assert!(!shown(other.get(&path).send().await.expect(200).text()), "{path}");
    }
}

#[tokio::test]
async fn lists_are_searched_by_the_beginnings_of_words() {
    let world = World::new().await;
    let browser = world.browser("bjorn").await;
    let all = browser.get("/companies").send().await.expect(200).text();
    assert_eq!(all.matches("data-row").count(), world.first.companies.len());
    let none = browser.get("/companies?q=zzz").send().await.expect(200).text();
    assert!(none.contains("Nothing begins with") && none.matches("data-row").count() == 0);
    for path in ["/contacts", "/projects", "/sales", "/associates"] {
        assert!(browser.get(path).send().await.expect(200).text().contains("data-row"), "{path}");
    }
}

#[tokio::test]
async fn the_bar_gets_a_piece_and_the_page_gets_a_page() {
    let world = World::new().await;
    let browser = world.browser("bjorn").await;
    let piece = browser.get("/search?q=a").header("x-fragment", "1").send().await.expect(200).text();
    assert!(!piece.contains("<html"), "{piece}");
    let page = browser.get("/search?q=%3Cscript%3E").send().await.expect(200).text();
    assert!(page.contains("<html") && !page.contains("<script>"));
    world.anonymous().get("/search?q=a").header("x-fragment", "1").send().await.expect(401);
}
