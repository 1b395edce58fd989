//! Bundles: templates from one installation to another, with a plan, and nothing hostile gets in.

use crate::acceptance_common::{create, from, kind, make_template, named, template, text};
use app::templates::Change;
use domain::templates::{Numbering, TemplateProperties};
use domain::{Ctx, ErrorKind};
use testkit::house::{House, heading};

/// A house with two templates: an offer in two languages under a heading, and a note.
async fn full() -> (House, Ctx) {
    let house = House::new().await;
    let ada = house.as_("ada").await;
    let templates = house.app.templates();
    let offers = templates.save_heading(&ada, None, "Offers", 3).await.unwrap().id;
    let numbering = Numbering { pattern: "OF-{snum}".into(), counts: true, next: 17, ..Numbering::default() };
    let sales = house.as_("bo").await.associate().unwrap().primary_group;
    let properties = TemplateProperties {
        description: "For customers".into(),
        headings: vec![offers],
        groups: vec![sales],
        numbering,
        ..named("Offer")
    };
    let offer =
        make_template(&house.app, &ada, properties, "Offer.txt", "Dear {attn}".into()).await.template.id;
    templates.put_file(&ada, offer, "nb-NO", "Tilbud.txt", "Hei {attn}".into()).await.unwrap();
    template(&house.app, &ada, "Note", "Note to {name}").await;
    (house, ada)
}

#[tokio::test]
async fn a_bundle_brings_templates_with_their_properties_languages_and_headings() {
    let (there, ada_there) = full().await;
    let bundle = there.app.templates().export_bundle(&ada_there, &[]).await.unwrap();

    let here = House::new().await;
    let (ada, bo) = (here.as_("ada").await, here.as_("bo").await);
    let templates = here.app.templates();
    assert_eq!(kind(templates.plan_bundle(&bo, bundle.clone().into()).await), ErrorKind::Forbidden);
    let plan = templates.plan_bundle(&ada, bundle.clone().into()).await.unwrap();
    assert_eq!(plan.headings, ["Offers"]);
    let changes: Vec<_> = plan.templates.iter().map(|t| (t.name.as_str(), t.change)).collect();
    assert_eq!(changes, [("Note", Change::New), ("Offer", Change::New)]);
    assert!(templates.all(&ada, true).await.unwrap().is_empty(), "a plan changes nothing");

    templates.import_bundle(&ada, bundle.clone().into()).await.unwrap();
    let all = templates.all(&ada, true).await.unwrap();
    let offer =
        all.iter().flat_map(|g| &g.templates).find(|t| t.template.properties.name == "Offer").unwrap();
    assert_eq!(offer.heading_names, ["Offers"]);
    assert_eq!(offer.group_names, ["Sales"]);
    assert_eq!(offer.template.languages(), ["nb-NO"]);
    let numbering = &offer.template.properties.numbering;
    assert_eq!((numbering.pattern.as_str(), numbering.next), ("OF-{snum}", 1), "numbers are counted anew");
    let made = create(&here.app, &bo, from(offer.template.id, heading("x"))).await;
    assert_eq!(text(&here.app, &bo, made.document.id).await, "Dear ");

    let again = templates.plan_bundle(&ada, bundle.into()).await.unwrap();
    assert!(!again.does_something() && again.templates.iter().all(|t| t.change == Change::Same), "{again:?}");
}

#[tokio::test]
async fn what_is_there_is_changed_where_it_differs_and_keeps_what_is_its_own() {
    let (there, ada_there) = full().await;
    let bundle = there.app.templates().export_bundle(&ada_there, &[]).await.unwrap();
    let here = House::new().await;
    let ada = here.as_("ada").await;
    let templates = here.app.templates();
    templates.import_bundle(&ada, bundle.clone().into()).await.unwrap();
    let find = async |name: &str| {
        let all = templates.all(&ada, false).await.unwrap();
        all.into_iter()
            .flat_map(|g| g.templates)
            .find(|t| t.template.properties.name == name)
            .unwrap()
            .template
    };
    let note = find("Note").await;
    templates.put_file(&ada, note.id, "", "Note.txt", "Another note".into()).await.unwrap();
    let offer = find("Offer").await;
    let numbering = Numbering { next: 40, ..offer.properties.numbering.clone() };
    let own = TemplateProperties { description: "Mine".into(), numbering, ..offer.properties.clone() };
    templates.update(&ada, offer.id, None, own).await.unwrap();

    let plan = templates.plan_bundle(&ada, bundle.clone().into()).await.unwrap();
    let said: Vec<_> = plan.templates.iter().map(|t| (t.change, t.details.join(" "))).collect();
    assert_eq!(
        said[0],
        (Change::Changed, "The main file is replaced; the version that is there is kept.".into())
    );
    assert_eq!(said[1], (Change::Changed, "Its description changes.".into()));
    templates.import_bundle(&ada, bundle.into()).await.unwrap();
    let offer = find("Offer").await;
    assert_eq!(
        (offer.properties.description.as_str(), offer.properties.numbering.next),
        ("For customers", 40)
    );
    assert_eq!(templates.versions(&ada, note.id, "").await.unwrap().len(), 3);
}

#[tokio::test]
async fn what_cannot_be_brought_in_is_left_out_with_its_reason() {
    let (there, ada_there) = full().await;
    let note = there.app.templates().all(&ada_there, false).await.unwrap();
    let note = note.iter().flat_map(|g| &g.templates).find(|t| t.template.properties.name == "Note").unwrap();
    testkit::house::published_before(&there.app, &ada_there, note.template.id, "To {nmae}").await;
    let bundle = there.app.templates().export_bundle(&ada_there, &[]).await.unwrap();
    let here = House::new().await;
    let ada = here.as_("ada").await;
    make_template(&here.app, &ada, named("offer"), "Offer.html", "<p>x</p>".into()).await;
    let plan = here.app.templates().import_bundle(&ada, bundle.into()).await.unwrap();
    let said: Vec<_> = plan.templates.iter().map(|t| (t.change, t.details.join(" "))).collect();
    assert!(said[0].0 == Change::Clash && said[0].1.contains("{nmae}"), "{said:?}");
    assert!(said[1].0 == Change::Clash && said[1].1.contains(".html file here"), "{said:?}");
    let all = here.app.templates().all(&ada, true).await.unwrap();
    assert_eq!(all.iter().map(|g| g.templates.len()).sum::<usize>(), 1);
}

#[tokio::test]
async fn hostile_and_torn_archives_are_refused_and_change_nothing() {
    let (there, ada_there) = full().await;
    let good = there.app.templates().export_bundle(&ada_there, &[]).await.unwrap();
    let here = House::new().await;
    let ada = here.as_("ada").await;
    let index = |entry: &str, hash: &str| {
        format!(
            "{{\"kind\":\"chancery-templates\",\"version\":1,\"headings\":[],\"templates\":[{{\"name\":\"X\",\"files\":[\
             {{\"language\":\"\",\"file_name\":\"x.txt\",\"entry\":\"{entry}\",\"sha256\":\"{hash}\"}}]}}]}}"
        )
    };
    let pack = |files: &[(&str, &[u8])]| merge::pack(files.iter().copied()).unwrap();
    let bad: Vec<(&str, Vec<u8>)> = vec![
        ("no archive", b"hello".to_vec()),
        ("torn", good[..good.len() / 2].to_vec()),
        ("no index", pack(&[("a.txt", b"x")])),
        ("no JSON", pack(&[("bundle.json", b"{")])),
        (
            "another program's",
            pack(&[("bundle.json", b"{\"kind\":\"x\",\"version\":1,\"headings\":[],\"templates\":[]}")]),
        ),
        ("a path that leaves", pack(&[("bundle.json", index("../x", "").as_bytes()), ("../x", b"x")])),
        ("a bomb", pack(&[("bundle.json", index("b", "").as_bytes()), ("b", &vec![0; 16 << 20])])),
        ("a missing file", pack(&[("bundle.json", index("files/1", "00").as_bytes())])),
        ("another content", pack(&[("bundle.json", index("files/1", "00").as_bytes()), ("files/1", b"x")])),
    ];
    for (what, bytes) in bad {
        let refused = here.app.templates().import_bundle(&ada, bytes.into()).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Invalid, "{what}: {refused:?}");
        assert!(refused.public().ends_with('.'), "{what}: {}", refused.public());
    }
    assert!(here.app.templates().all(&ada, true).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_bundle_that_was_brought_in_by_half_is_finished_by_bringing_it_in_again() {
    let (there, ada_there) = full().await;
    let only = there.app.templates().all(&ada_there, false).await.unwrap();
    let note = only.iter().flat_map(|g| &g.templates).find(|t| t.template.properties.name == "Note").unwrap();
    let half = there.app.templates().export_bundle(&ada_there, &[note.template.id]).await.unwrap();
    let whole = there.app.templates().export_bundle(&ada_there, &[]).await.unwrap();
    let here = House::new().await;
    let ada = here.as_("ada").await;
    here.app.templates().import_bundle(&ada, half.into()).await.unwrap();
    let plan = here.app.templates().import_bundle(&ada, whole.into()).await.unwrap();
    let changes: Vec<_> = plan.templates.iter().map(|t| t.change).collect();
    assert_eq!(changes, [Change::Same, Change::New]);
}
