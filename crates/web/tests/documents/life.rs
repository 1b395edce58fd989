//! Properties, names, copies, the trash, the list.

use super::{follow, make, post};
use testkit::world::World;

#[tokio::test]
async fn properties_are_changed_and_a_stale_form_keeps_what_was_typed() {
    let world = World::new().await;
    let me = world.browser("bjorn").await;
    let document = make(&me, world.first.note, "heading=Before").await;
    let form = format!("{document}/properties");
    let shown = me.get(&form).send().await.expect(200).text();
    let version =
        shown.split("name=\"row_version\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let company = world.first.companies[1];
    let fields =
        format!("row_version={version}&heading=After&company={company}&visible_for=owner&status=started");
    let page = follow(&me, &post(&me, &form, &fields).await).await;
    assert!(page.contains("<h1>After</h1>") && page.contains("Only Bjorn Test"));
    let late = post(&me, &form, &format!("row_version={version}&heading=Too+late")).await.expect(412).text();
    assert!(late.contains("Too late") && late.contains("Somebody has changed this document"));
    assert!(me.get(&document).send().await.expect(200).text().contains("<h1>After</h1>"));
    let other = world.browser("carla").await;
    other.get(&document).send().await.expect(404);
    other.get(&form).send().await.expect(404);
    post(&other, &form, "heading=Mine").await.expect(404);
}

#[tokio::test]
async fn the_name_in_use_is_said_after_renaming_t29() {
    let world = World::new().await;
    let me = world.browser("bjorn").await;
    let document = make(&me, world.first.note, "heading=Name").await;
    let rename = format!("{document}/rename");
    let page = follow(&me, &post(&me, &rename, "name=a%3Ab%3F").await).await;
    assert!(page.contains("a_b_.txt"), "the amended name is shown");
    let blank = post(&me, &rename, "name=+").await;
    assert!(blank.status.is_client_error() && blank.text().contains("f-name-error"));
    let long = "x".repeat(300);
    let page = follow(&me, &post(&me, &rename, &format!("name={long}")).await).await;
    assert!(page.contains("xxx.txt"), "a long name is cut and keeps its ending");
}

#[tokio::test]
async fn a_copy_is_ones_own() {
    let world = World::new().await;
    let (owner, other) = (world.browser("bjorn").await, world.browser("carla").await);
    let document = make(&owner, world.first.note, "heading=Original").await;
    let copied = post(&other, &format!("{document}/copy"), "heading=Mine+now").await;
    assert_ne!(copied.header("location"), document);
    let page = follow(&other, &copied).await;
    assert!(page.contains("<h1>Mine now</h1>") && page.contains("Carla Test"));
}

#[tokio::test]
async fn the_way_to_the_trash_and_back_and_out() {
    let world = World::new().await;
    let (owner, other) = (world.browser("bjorn").await, world.browser("carla").await);
    let document = make(&owner, world.first.note, "heading=Short+life").await;
    let listed = async |path: &str| owner.get(path).send().await.expect(200).text().contains("Short life");
    post(&other, &format!("{document}/trash"), "").await.expect(403);
    assert!(
        owner.get(&format!("{document}/trash")).send().await.expect(200).text().contains("Move to trash")
    );
    post(&owner, &format!("{document}/trash"), "").await.expect(303);
    assert!(!listed("/documents").await && listed("/documents?view=trash").await);
    let page = owner.get(&document).send().await.expect(200).text();
    assert!(page.contains("Restore") && page.contains("Remove for good") && !page.contains(">Open<"));
    post(&owner, &format!("{document}/restore"), "").await.expect(303);
    assert!(listed("/documents").await);
    post(&owner, &format!("{document}/trash"), "").await.expect(303);
    let unsure = post(&owner, &format!("{document}/destroy"), "confirm=yes").await;
    assert!(unsure.status.is_client_error() && unsure.text().contains("Type the word remove"));
    assert!(listed("/documents?view=trash").await);
    post(&owner, &format!("{document}/destroy"), "confirm=remove").await.expect(303);
    assert!(!listed("/documents?view=trash").await);
}

#[tokio::test]
async fn the_list_is_searched_filtered_and_says_when_nothing_fits() {
    let world = World::new().await;
    let me = world.browser("bjorn").await;
    let (first, second) = (world.first.companies[0], world.first.companies[1]);
    make(&me, world.first.note, &format!("heading=Tea&company={first}&date=2026-01-10")).await;
    make(&me, world.first.note, &format!("heading=Coffee&company={second}&date=2026-03-10")).await;
    let held = make(&me, world.first.letter, "heading=Cocoa&date=2026-05-10").await;
    post(&me, &format!("{held}/check-out"), "").await.expect(303);
    let owner = world.first.people[1];
    let table = [
        (String::new(), "Tea Coffee Cocoa"),
        ("q=tea".into(), "Tea"),
        (format!("company={second}"), "Coffee"),
        (format!("template={}", world.first.letter), "Cocoa"),
        (format!("owner={owner}"), "Tea Coffee Cocoa"),
        ("from=2026-02-01&to=2026-04-01".into(), "Coffee"),
        ("view=mine".into(), "Cocoa"),
        ("q=tea&from=2026-02-01".into(), ""),
    ];
    for (query, expected) in table {
        let page = me.get(&format!("/documents?{query}")).send().await.expect(200).text();
        for name in ["Tea", "Coffee", "Cocoa"] {
            assert_eq!(
                page.contains(&format!("data-row>{name}<")),
                expected.contains(name),
                "{query}: {name}"
            );
        }
        assert_eq!(page.contains("Nothing fits"), expected.is_empty(), "{query}");
    }
    for wrong in ["from=soon", "owner=x", "from=2026-03-01&to=2026-01-01"] {
        let page = me.get(&format!("/documents?{wrong}")).send().await.expect(200).text();
        assert!(page.contains("note bad"), "{wrong}");
    }
    me.get("/documents?after=nonsense").send().await.expect(422);
}
