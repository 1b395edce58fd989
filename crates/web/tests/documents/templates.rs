//! The templates' pages.

use super::{follow, make, post, send};
use testkit::world::World;

#[tokio::test]
async fn a_template_is_uploaded_used_replaced_and_brought_back_t06() {
    let world = World::new().await;
    let admin = world.browser("astrid").await;
    let parts = [
        ("name", "", b"Greeting".as_slice()),
        ("source", "", b"upload"),
        ("store_template_in", "", b"0"),
        ("document_stored_in", "", b"0"),
        ("file", "greeting.txt", b"Hello {attn}"),
    ];
    let made = send(&admin, "/templates/new", &parts).await;
    let template = made.header("location").to_owned();
    let page = follow(&admin, &made).await;
    assert!(page.contains("1 code, known"));
    let file = admin.get(&format!("{template}/file?language=")).send().await.expect(200).text();
    assert!(file.contains("attn") && file.contains("Every code is known"));

    let replaced = send(
        &admin,
        &format!("{template}/files"),
        &[("language", "", b""), ("replace", "", b"yes"), ("file", "greeting.txt", b"Goodbye")],
    )
    .await;
    let page = follow(&admin, &replaced).await;
    assert!(page.contains("The version before is kept") && page.contains("restore-version"));
    assert!(page.contains("greeting.txt") && !page.contains("greeting (2)"), "the name stays");
    let content = format!("{template}/content?language=");
    assert_eq!(admin.get(&content).send().await.expect(200).text(), "Goodbye");
    let first = page.split("name=\"version\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    post(&admin, &format!("{template}/restore-version"), &format!("language=&version={first}"))
        .await
        .expect(303);
    assert_eq!(admin.get(&content).send().await.expect(200).text(), "Hello {attn}");

    let id = template.rsplit('/').next().unwrap();
    let document = make(&admin, id, "heading=Hi").await;
    assert!(admin.get(&format!("{document}/content")).send().await.expect(200).text().contains("Hello "));
}

#[tokio::test]
async fn languages_are_added_and_removed_and_bad_ones_refused() {
    let world = World::new().await;
    let admin = world.browser("astrid").await;
    let template = format!("/templates/{}", world.first.note);
    let files = format!("{template}/files");
    let added = send(&admin, &files, &[("language", "", b"NB-no"), ("file", "note.txt", b"Hei")]).await;
    let draft = added.header("location").to_owned();
    let page = follow(&admin, &added).await;
    assert!(page.contains("Publish anyway") && page.contains("{attn} stands in the main text"), "{page}");
    let preview = admin.get(&format!("{draft}/preview")).send().await.expect(200);
    assert!(preview.text().contains("Hei") && preview.header("content-security-policy").contains("sandbox"));
    assert_eq!(admin.get(&format!("{draft}/content")).send().await.expect(200).text(), "Hei");
    let asked = post(&admin, &format!("{draft}/publish"), "").await;
    assert!(asked.status.is_client_error() && asked.text().contains("note bad"), "it asks");
    let published = post(&admin, &format!("{draft}/publish"), "anyway=yes").await;
    assert!(follow(&admin, &published).await.contains("Norwegian (nb-NO)"));
    for (language, name, field) in
        [("../en", "note.txt", "f-language-error"), ("de", "note.dotx", "f-file-error")]
    {
        let answer =
            send(&admin, &files, &[("language", "", language.as_bytes()), ("file", name, b"x")]).await;
        assert!(answer.status.is_client_error() && answer.text().contains(field), "{language} {name}");
    }
    let asked = admin.get(&format!("{template}/remove-file?language=nb-NO")).send().await.expect(200).text();
    assert!(asked.contains("Norwegian (nb-NO)"));
    let removed = post(&admin, &format!("{template}/remove-file"), "language=nb-NO").await;
    assert!(!follow(&admin, &removed).await.contains("file?language=nb-NO"));
}

#[tokio::test]
async fn properties_and_numbering_are_kept_and_faults_stand_at_their_fields() {
    let world = World::new().await;
    let admin = world.browser("astrid").await;
    let template = format!("/templates/{}", world.first.note);
    let form = format!("{template}/properties");
    admin.get(&form).send().await.expect(200);
    let heading = world.first.heading;
    let good = format!(
        "name=Memo&headings={heading}&groups={}&document_stored_in=0&our_reference=M-%7Bsnum%7D&counts=1&next_number=41&locking=2&rank=5&direction=2",
        world.first.groups[0]
    );
    let page = follow(&admin, &post(&admin, &form, &good).await).await;
    assert!(page.contains("<h1>Memo") && page.contains("M-{snum}") && page.contains("41"));
    let bjorn = world.browser("bjorn").await;
    let document = make(&bjorn, world.first.note, "heading=Numbered").await;
    assert!(bjorn.get(&document).send().await.expect(200).text().contains("M-41"));
    let wrong = post(&admin, &form, "name=Memo&our_reference=M-%7Bsnum%7D").await;
    assert!(wrong.status.is_client_error() && wrong.text().contains("f-our_reference-error"));
    let outside = world.browser("carla").await;
    outside.get(&format!("/documents/new/{}", world.first.note)).send().await.expect(404);
}

#[tokio::test]
async fn a_retired_template_makes_nothing_until_it_is_brought_back() {
    let world = World::new().await;
    let (admin, bjorn) = (world.browser("astrid").await, world.browser("bjorn").await);
    let note = world.first.note;
    post(&admin, &format!("/templates/{note}/retire"), "").await.expect(303);
    bjorn.get(&format!("/documents/new/{note}")).send().await.expect(404);
    let link = format!("href=\"/templates/{note}\"");
    assert!(!admin.get("/templates").send().await.expect(200).text().contains(&link));
    assert!(admin.get("/templates?retired=yes").send().await.expect(200).text().contains(&link));
    post(&admin, &format!("/templates/{note}/bring-back"), "").await.expect(303);
    bjorn.get(&format!("/documents/new/{note}")).send().await.expect(200);
}

#[tokio::test]
async fn headings_are_added_changed_and_removed_only_when_empty() {
    let world = World::new().await;
    let admin = world.browser("astrid").await;
    let page = follow(&admin, &post(&admin, "/templates/headings", "name=Minutes&rank=9").await).await;
    assert!(page.contains("value=\"Minutes\""));
    let blank = post(&admin, "/templates/headings", "name=+&rank=1").await;
    assert!(blank.status.is_client_error() && blank.text().contains("f-name-error"));
    let used = post(&admin, &format!("/templates/headings/{}/remove", world.first.heading), "").await;
    assert!(follow(&admin, &used).await.contains("note bad"), "a heading in use stays");
}

#[tokio::test]
async fn only_administrators_maintain_templates() {
    let world = World::new().await;
    let bjorn = world.browser("bjorn").await;
    let note = world.first.note;
    for path in ["/templates", "/templates/new", "/templates/headings", &format!("/templates/{note}")] {
        bjorn.get(path).send().await.expect(403);
    }
    post(&bjorn, &format!("/templates/{note}/retire"), "").await.expect(403);
    bjorn.get(&format!("/documents/new/{note}")).send().await.expect(200);
}
