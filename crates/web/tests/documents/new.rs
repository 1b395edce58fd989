//! New documents: choosing a template, the form, what it makes.

use super::{follow, make, post};
use testkit::world::World;

#[tokio::test]
async fn from_a_company_to_its_letter_takes_three_actions() {
    let world = World::new().await;
    let browser = world.browser("bjorn").await;
    let company = world.first.companies[0];
    let choose = browser.get(&format!("/documents/new?company={company}")).send().await.expect(200).text();
    let form = format!("/documents/new/{}?company={company}", world.first.letter);
    assert!(
        choose.contains(&format!("href=\"{form}\"")),
        "each template leads to its form, with the company"
    );
    let shown = browser.get(&form).send().await.expect(200).text();
    assert!(
        shown.contains("Will be stored in") && shown.contains("Archive"),
        "T02: the target is shown before"
    );
    assert!(shown.contains(&format!("<option value=\"{company}\" selected")), "the company is chosen");
    // Everything else may stay as it is.
    let made = post(
        &browser,
        &format!("/documents/new/{}", world.first.letter),
        &format!("heading=Letter&company={company}&language=&visible_for=everyone"),
    )
    .await;
    let page = follow(&browser, &made).await;
    assert!(page.contains("was made") && page.contains(">Open<"), "success is said, and opening is obvious");
    assert!(page.contains(&format!("href=\"/companies/{company}\"")));
}

#[tokio::test]
async fn only_templates_of_ones_own_groups_are_offered_and_can_be_used() {
    let world = World::new().await;
    let memo = world.first.memo;
    let (inside, outside) = (world.browser("carla").await, world.browser("bjorn").await);
    let link = format!("/documents/new/{memo}\"");
    assert!(inside.get("/documents/new").send().await.expect(200).text().contains(&link));
    assert!(!outside.get("/documents/new").send().await.expect(200).text().contains(&link));
    outside.get(&format!("/documents/new/{memo}")).send().await.expect(404);
    post(&outside, &format!("/documents/new/{memo}"), "heading=x").await.expect(404);
    outside.get(&format!("/documents/new/{memo}/destination")).send().await.expect(404);
}

#[tokio::test]
async fn a_fault_stands_at_its_field_and_nothing_typed_is_lost() {
    let world = World::new().await;
    let browser = world.browser("bjorn").await;
    let address = format!("/documents/new/{}", world.first.note);
    let table = [
        ("heading=Kept&date=31.3.2026", "f-date-error"),
        ("heading=Kept&company=x", "f-company-error"),
        ("heading=Kept&company=987654", "f-company-error"),
        ("heading=Kept&visible_for=group:987", "f-visible_for-error"),
        ("heading=Kept%0Atwice", "f-heading-error"),
    ];
    for (fields, place) in table {
        let answer = post(&browser, &address, &format!("{fields}&your_reference=Y-17")).await;
        assert!(answer.status.is_client_error(), "{fields}: {}", answer.status);
        let page = answer.text();
        assert!(page.contains(&format!("id=\"{place}\"")), "{fields}: the fault stands at {place}");
        assert!(page.contains("Kept") && page.contains("Y-17"), "{fields}: what was typed is there");
    }
    let list = browser.get("/documents").send().await.expect(200).text();
    assert!(!list.contains("Kept"), "nothing was made");
}

#[tokio::test]
async fn records_are_found_by_name_without_javascript() {
    let world = World::new().await;
    let browser = world.browser("bjorn").await;
    let address = format!("/documents/new/{}", world.first.letter);
    let typed = "heading=Mine&find=company&company_find=zzzz";
    let none = post(&browser, &address, typed).await.expect(200).text();
    assert!(none.contains("Nothing begins with") && none.contains("value=\"Mine\""));
    let company = world.first.companies[0];
    let shown = browser.get(&format!("/companies/{company}")).send().await.expect(200).text();
    let name = shown.split("<h1>").nth(1).unwrap().split("</h1>").next().unwrap().trim().to_owned();
    let word = name.split_whitespace().next().unwrap().to_owned();
    let found =
        post(&browser, &address, &format!("heading=Mine&find=company&company_find={word}")).await.expect(200);
    assert!(found.text().contains(&format!("value=\"{company}\"")), "{name} is offered");
    let picked = browser.get(&format!("/documents/pick/company?q={word}")).send().await.expect(200).json();
    assert!(picked["choices"].as_array().unwrap().iter().any(|c| c["id"] == company.0));
    browser.get("/documents/pick/associate").send().await.expect(404);
}

#[tokio::test]
async fn a_contact_brings_the_company_and_their_name() {
    let world = World::new().await;
    let browser = world.browser("bjorn").await;
    let contact = world.first.contacts[0];
    let document = make(&browser, world.first.letter, &format!("heading=To+you&contact={contact}")).await;
    let page = browser.get(&document).send().await.expect(200).text();
    assert!(page.contains(&format!("/companies/{}\"", world.first.companies[0])));
    assert!(page.contains("<dt>Attention</dt>"));
}

#[tokio::test]
async fn a_letter_to_a_company_suggests_its_first_contact_and_may_be_to_nobody() {
    let world = World::new().await;
    let browser = world.browser("bjorn").await;
    let (company, contact) = (world.first.companies[0], world.first.contacts[0]);
    let address = format!("/documents/new/{}", world.first.letter);
    let chosen = format!("<option value=\"{contact}\" selected data-title=\"Hanne 1 Hansen\"");
    let suggested = |page: &str| page.contains(&chosen) && page.contains("The first contact there");
    let page = browser.get(&format!("{address}?company={company}")).send().await.expect(200).text();
    assert!(suggested(&page) && page.contains("Nobody in particular"));
    let page = browser.get(&address).send().await.expect(200).text();
    assert!(!page.contains("The first contact there"), "nothing is suggested without a company");
    // Found by name, as without JavaScript.
    let find = "heading=x&find=company&company_find=Bergen+1";
    assert!(suggested(&post(&browser, &address, find).await.expect(200).text()));
    // With JavaScript, when another company is chosen in the form.
    let told = browser.get(&format!("{address}/contact?company={company}")).send().await.expect(200).json();
    assert_eq!(told["choice"]["id"], contact.0);
    let other = world.first.companies[1];
    for query in [format!("?company={other}"), "?company=987654".into(), String::new()] {
        let told = browser.get(&format!("{address}/contact{query}")).send().await.expect(200).json();
        assert!(told["choice"].is_null(), "{query}: {told}");
    }
    // Whoever chooses nobody in particular is not asked again, and nobody is put in.
    let faulty = format!("heading=&company={company}&contact=&date=x");
    let again = post(&browser, &address, &faulty).await.text();
    assert!(!again.contains(&chosen));
    let made = make(&browser, world.first.letter, &format!("heading=Hi&company={company}&contact=")).await;
    let page = browser.get(&made).send().await.expect(200).text();
    assert!(!page.contains("Hanne 1 Hansen"));
}

#[tokio::test]
async fn no_contact_is_suggested_for_a_template_that_speaks_of_no_person() {
    let world = World::new().await;
    let program = world.as_("astrid").await;
    let plain = serde_json::json!({ "from": { "blank": "txt" }, "name": "Label" });
    let label = program.post("/api/v1/templates").json(&plain).send().await.expect(201).json();
    let browser = world.browser("bjorn").await;
    let company = world.first.companies[0];
    let form = format!("/documents/new/{}?company={company}", label["id"]);
    let page = browser.get(&form).send().await.expect(200).text();
    assert!(page.contains("Nobody in particular") && !page.contains("The first contact there"));
}

#[tokio::test]
async fn a_draft_is_seen_by_its_maker_only_t27() {
    let world = World::new().await;
    let (maker, other) = (world.browser("bjorn").await, world.browser("astrid").await);
    let document = make(&maker, world.first.letter, "heading=Draft&keep_checked_out=1").await;
    let page = maker.get(&document).send().await.expect(200).text();
    assert!(page.contains("Draft, seen by you only") && page.contains("Checked out by you"));
    other.get(&document).send().await.expect(404);
    other.get(&format!("{document}/content")).send().await.expect(404);
    other.get(&format!("{document}/preview")).send().await.expect(404);
    post(&maker, &format!("{document}/check-in"), "comment=First").await.expect(303);
    other.get(&document).send().await.expect(200);
}
