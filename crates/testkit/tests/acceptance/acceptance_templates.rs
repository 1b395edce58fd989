//! Templates: who is offered which, in which language, where their documents go, and what becomes of values.

use crate::acceptance_common::elsewhere::{ELSEWHERE, Elsewhere};
use crate::acceptance_common::{collect, create, from, kind, make_template, named, read, template, text};
use app::App;
use app::documents::{FromTemplate, Prepare};
use app::templates::{NewTemplate, Source};
use domain::documents::Properties;
use domain::locking::LockSemantics;
use domain::plugin::Which;
use domain::templates::{DefaultVisibility, TemplateProperties};
use domain::visibility::VisibleFor;
use domain::{Ctx, ErrorKind, PluginId, TemplateId};
use merge::build::{Docx, Paragraph};
use std::collections::BTreeMap;
use testkit::house::{House, heading, published_before};

/// What somebody is offered, as `heading: template`.
async fn offered(house: &House, who: &Ctx) -> Vec<String> {
    let groups = house.app.templates().choose(who).await.unwrap();
    let lines = groups.into_iter().flat_map(|group| {
        let heading = group.heading.map(|h| h.name).unwrap_or_default();
        group.templates.into_iter().map(move |t| format!("{heading}: {}", t.template.properties.name))
    });
    lines.collect()
}

#[tokio::test]
async fn people_are_offered_what_their_groups_may_use_under_its_headings() {
    let house = House::new().await;
    let (ada, bo, di) = (house.as_("ada").await, house.as_("bo").await, house.as_("di").await);
    let templates = house.app.templates();
    let letters = templates.save_heading(&ada, None, "Letters", 1).await.unwrap().id;
    let orders = templates.save_heading(&ada, None, "Orders", 2).await.unwrap().id;
    let purchasing = di.associate().unwrap().primary_group;
    template(&house.app, &ada, "Loose", "x").await;
    let both = TemplateProperties { headings: vec![orders, letters], ..named("Both") };
    make_template(&house.app, &ada, both, "Both.txt", "x".into()).await;
    let theirs = TemplateProperties { headings: vec![orders], groups: vec![purchasing], ..named("Theirs") };
    let theirs = make_template(&house.app, &ada, theirs, "Theirs.txt", "x".into()).await.template.id;

    assert_eq!(offered(&house, &bo).await, ["Letters: Both", "Orders: Both", ": Loose"]);
    assert_eq!(offered(&house, &di).await, ["Letters: Both", "Orders: Both", "Orders: Theirs", ": Loose"]);
    let documents = house.app.documents();
    let refused = documents.create_from_template(&bo, from(theirs, heading("x"))).await;
    assert_eq!(kind(refused), ErrorKind::NotFound, "what is not offered cannot be guessed");
    assert_eq!(kind(templates.read(&bo, theirs, "", &Which::Latest).await), ErrorKind::NotFound);
    assert_eq!(kind(templates.preview(&bo, theirs, "").await), ErrorKind::NotFound);
    let ask = Prepare { template: Some(theirs), ..Prepare::default() };
    assert_eq!(kind(documents.prepare(&bo, ask).await), ErrorKind::NotFound);
    create(&house.app, &di, from(theirs, heading("Mine"))).await;
}

#[tokio::test]
async fn a_retired_template_is_offered_to_nobody_until_it_is_brought_back() {
    let house = House::new().await;
    let (ada, bo) = (house.as_("ada").await, house.as_("bo").await);
    let templates = house.app.templates();
    let letter = template(&house.app, &ada, "Letter", "Dear").await;
    let made = create(&house.app, &bo, from(letter, heading("Made before"))).await.document.id;
    assert_eq!(kind(templates.retire(&bo, letter).await), ErrorKind::Forbidden);
    templates.retire(&ada, letter).await.unwrap();
    assert!(offered(&house, &bo).await.is_empty() && offered(&house, &ada).await.is_empty());
    let again = house.app.documents().create_from_template(&bo, from(letter, heading("x"))).await;
    assert_eq!(kind(again), ErrorKind::NotFound);
    assert_eq!(text(&house.app, &bo, made).await, "Dear", "what was made from it stays");
    let view = house.app.documents().get(&bo, made).await.unwrap();
    assert_eq!(view.template_name.as_deref(), Some("Letter"), "and keeps naming it");
    templates.bring_back(&ada, letter).await.unwrap();
    assert_eq!(offered(&house, &bo).await, [": Letter"]);
    create(&house.app, &bo, from(letter, heading("Made after"))).await;
}

#[tokio::test]
async fn the_language_asked_for_is_used_and_the_neutral_file_where_there_is_none() {
    let house = House::new().await;
    let (ada, bo) = (house.as_("ada").await, house.as_("bo").await);
    let letter = template(&house.app, &ada, "Letter", "Dear").await;
    for (language, words) in [("nb-NO", "Hei"), ("de", "Guten Tag")] {
        let name = format!("Letter {language}.txt");
        house.app.templates().put_file(&ada, letter, language, &name, words.into()).await.unwrap();
    }
    let used = async |language: Option<&str>| {
        let language = language.map(str::to_owned);
        let view = create(&house.app, &bo, FromTemplate { language, ..from(letter, heading("x")) }).await;
        (view.document.language.clone(), text(&house.app, &bo, view.document.id).await)
    };
    let expected = |language: &str, words: &str| (language.to_owned(), words.to_owned());
    assert_eq!(used(Some("nb-NO")).await, expected("nb-NO", "Hei"));
    assert_eq!(used(Some("de-CH")).await, expected("de", "Guten Tag"), "the same language elsewhere");
    assert_eq!(used(Some("fr")).await, expected("", "Dear"));
    assert_eq!(used(Some("")).await, expected("", "Dear"));
    assert_eq!(used(None).await, expected("", "Dear"), "the installation speaks English");
    let ask = Prepare { template: Some(letter), ..Prepare::default() };
    let prepared = house.app.documents().prepare(&bo, ask).await.unwrap();
    assert_eq!(prepared.languages, ["de", "nb-NO"]);
    assert_eq!(prepared.suggested_language, "");
}

#[tokio::test]
async fn a_copy_has_all_languages_and_may_be_kept_elsewhere() {
    let house = House::new().await;
    let elsewhere = Elsewhere::beside(&house);
    let app = elsewhere.app(&house);
    let ada = house.as_("ada").await;
    let letter = template(&app, &ada, "Letter", "Dear").await;
    app.templates().put_file(&ada, letter, "nb-NO", "Brev.txt", "Hei".into()).await.unwrap();
    let new = NewTemplate { properties: named("Copy"), kept_in: ELSEWHERE, source: Source::Copy(letter) };
    let copy = app.templates().create(&ada, new).await.unwrap();
    assert_eq!((copy.kept_in_name.as_str(), copy.stored_in_name.as_str()), ("Elsewhere", "Archive"));
    for (language, words) in [("", "Dear"), ("nb-NO", "Hei")] {
        let reading = app.templates().read(&ada, copy.template.id, language, &Which::Latest).await.unwrap();
        assert_eq!(collect(reading.content.stream).await.unwrap(), words.as_bytes());
    }
    // The two are strangers from now on.
    app.templates().put_file(&ada, letter, "nb-NO", "Brev.txt", "Hallo".into()).await.unwrap();
    let reading = app.templates().read(&ada, copy.template.id, "nb-NO", &Which::Latest).await.unwrap();
    assert_eq!(collect(reading.content.stream).await.unwrap(), b"Hei");
}

#[tokio::test]
async fn where_a_template_is_kept_and_where_its_documents_go_are_two_choices() {
    let house = House::new().await;
    let elsewhere = Elsewhere::beside(&house);
    let app = elsewhere.app(&house);
    let (ada, bo) = (house.as_("ada").await, house.as_("bo").await);
    for kept_in in [PluginId::ARCHIVE, ELSEWHERE] {
        for stored_in in [PluginId::ARCHIVE, ELSEWHERE] {
            let properties = TemplateProperties { stored_in, ..named("Letter") };
            let source = Source::Upload { file_name: "Letter.txt".into(), bytes: "Dear {attn}".into() };
            let new = NewTemplate { properties, kept_in, source };
            let letter = app.templates().create(&ada, new).await.unwrap().template;
            assert_eq!(letter.kept_in, kept_in);
            let view = create(&app, &bo, from(letter.id, heading("x"))).await;
            assert_eq!(view.document.plugin, stored_in, "kept in {kept_in}");
            assert_eq!(text(&app, &bo, view.document.id).await, "Dear ");
        }
    }
    // Changing the choice moves neither the template nor what was made from it.
    let letter = template(&app, &ada, "Mover", "Dear").await;
    let before = create(&app, &bo, from(letter, heading("Before"))).await.document;
    let changed = TemplateProperties { stored_in: ELSEWHERE, ..named("Mover") };
    let template = app.templates().update(&ada, letter, None, changed).await.unwrap().template;
    assert_eq!((template.kept_in, template.properties.stored_in), (PluginId::ARCHIVE, ELSEWHERE));
    assert_eq!(app.documents().get(&bo, before.id).await.unwrap().document.plugin, PluginId::ARCHIVE);
    let after = create(&app, &bo, from(letter, heading("After"))).await;
    assert_eq!(after.document.plugin, ELSEWHERE);
    let nowhere = TemplateProperties { stored_in: PluginId(99), ..named("Mover") };
    assert_eq!(kind(app.templates().update(&ada, letter, None, nowhere).await), ErrorKind::Invalid);
}

#[tokio::test]
async fn a_norwegian_letter_has_norwegian_dates() {
    let house = House::new().await;
    let (ada, bo) = (house.as_("ada").await, house.as_("bo").await);
    let letter = template(&house.app, &ada, "Letter", "{sdat}, {date}, {dat1}, {lanc}").await;
    house
        .app
        .templates()
        .put_file(&ada, letter, "nb-NO", "Brev.txt", "{sdat}, {date}, {dat1}, {lanc}".into())
        .await
        .unwrap();
    let date = Some(jiff::civil::date(2026, 12, 3));
    let says = async |language: &str| {
        let language = Some(language.to_owned());
        let ask = FromTemplate { language, date, ..from(letter, heading("x")) };
        text(&house.app, &bo, create(&house.app, &bo, ask).await.document.id).await
    };
    assert_eq!(says("nb-NO").await, "03.12.2026, 3. desember 2026, 3. des. 2026, nb-NO");
    assert_eq!(says("").await, "03/12/2026, 3 December 2026, 3 Dec 2026, en-GB");
}

#[tokio::test]
async fn custom_tags_override_what_is_built_in() {
    let house = House::new().await;
    let (ada, bo) = (house.as_("ada").await, house.as_("bo").await);
    let letter = template(&house.app, &ada, "Letter", "{head}").await;
    published_before(&house.app, &ada, letter, "{head}, {Colour}, {xyz1}, {attn}.").await;
    let custom = [("head", "My own"), ("colour", "blue")].map(|(k, v)| (k.to_owned(), v.to_owned()));
    let ask = FromTemplate { custom: BTreeMap::from(custom), ..from(letter, heading("Heading")) };
    let view = create(&house.app, &bo, ask).await;
    let says = text(&house.app, &bo, view.document.id).await;
    assert_eq!(
        says, "My own, blue, {xyz1}, .",
        "known codes are replaced even by nothing, unknown ones stay"
    );
    assert_eq!(view.document.properties.heading, "Heading");
}

async fn word_letter(app: &App, ada: &Ctx) -> TemplateId {
    let body = |text: &str| Paragraph::new().text(text);
    let bytes = Docx::new().paragraph(body("To {attn}.")).paragraph(body("About: {desc}")).finish();
    make_template(app, ada, named("Letter"), "Letter.docx", bytes.into()).await.template.id
}

#[tokio::test]
async fn values_are_text_whatever_they_contain() {
    let house = House::new().await;
    let (ada, bo) = (house.as_("ada").await, house.as_("bo").await);
    let letter = word_letter(&house.app, &ada).await;
    let properties = Properties {
        attention: "<w:t>{desc}</w:t> & \"Sønner\" ]]> &amp;".into(),
        description: "first line\nsecond < line\n{attn} =cmd|'/C calc'!A1".into(),
        ..heading("x")
    };
    let view = create(&house.app, &bo, from(letter, properties.clone())).await;
    let bytes = read(&house.app, &bo, view.document.id).await.unwrap();
    let says = merge::document_text(merge::Format::Docx, bytes, &merge::Limits::default()).unwrap();
    let expected = format!("To {}.\nAbout: {}", properties.attention, properties.description);
    assert_eq!(says.trim(), expected);
}

#[tokio::test]
async fn documents_take_the_templates_visibility_and_locking_unless_somebody_says_otherwise() {
    let house = House::new().await;
    let (ada, bo) = (house.as_("ada").await, house.as_("bo").await);
    let sales = bo.associate().unwrap().primary_group;
    let properties = TemplateProperties {
        default_visible_for: DefaultVisibility::OwnersGroup,
        semantics: LockSemantics::Locking,
        ..named("Letter")
    };
    let letter = make_template(&house.app, &ada, properties, "Letter.txt", "x".into()).await.template.id;
    let view = create(&house.app, &bo, from(letter, heading("x"))).await.document;
    assert_eq!(
        (view.properties.visible_for, view.semantics),
        (VisibleFor::Group(sales), LockSemantics::Locking)
    );
    let ask = FromTemplate { visible_for: Some(VisibleFor::Owner), ..from(letter, Properties::default()) };
    let view = create(&house.app, &bo, ask).await.document;
    assert_eq!(view.properties.visible_for, VisibleFor::Owner);
    assert_eq!(view.properties.heading, "Letter", "a blank heading takes the template's name");
}

#[tokio::test]
async fn a_file_that_cannot_be_a_template_is_refused_and_leaves_no_template() {
    let house = House::new().await;
    let ada = house.as_("ada").await;
    let templates = house.app.templates();
    for (file_name, bytes) in
        [("Letter.dotx", "x"), ("Letter.docx", "no package"), ("Letter.docx", "PK\u{3}\u{4}torn")]
    {
        let source = Source::Upload { file_name: file_name.into(), bytes: bytes.into() };
        let new = NewTemplate { properties: named("Letter"), kept_in: PluginId::ARCHIVE, source };
        assert_eq!(kind(templates.create(&ada, new).await), ErrorKind::Invalid, "{file_name} {bytes}");
    }
    let blank = NewTemplate {
        properties: named("x"),
        kept_in: PluginId::ARCHIVE,
        source: Source::Blank("odt".into()),
    };
    assert_eq!(kind(templates.create(&ada, blank).await), ErrorKind::Invalid);
    assert!(templates.all(&ada, true).await.unwrap().is_empty());
    for key in ["docx", "html", "txt"] {
        let source = Source::Blank(key.into());
        let new = NewTemplate { properties: named(key), kept_in: PluginId::ARCHIVE, source };
        let made = templates.create(&ada, new).await.unwrap().template;
        create(&house.app, &house.as_("bo").await, from(made.id, heading("From a blank"))).await;
    }
}

#[tokio::test]
async fn a_language_variant_of_another_file_type_is_refused_and_changes_nothing() {
    let house = House::new().await;
    let ada = house.as_("ada").await;
    let id = template(&house.app, &ada, "Letter", "Dear {attn}").await;
    let wrong = house.app.templates().put_file(&ada, id, "nb-NO", "Brev.html", "<p>Hei</p>".into()).await;
    assert_eq!(kind(wrong), ErrorKind::Invalid);
    assert!(house.app.templates().get(&ada, id).await.unwrap().template.languages().is_empty());
}

#[tokio::test]
async fn a_template_repeats_over_the_records_of_its_company_and_knows_readable_names() {
    let house = House::new().await;
    let ada = house.as_("ada").await;
    let (company, contact) = house.solsiden().await;
    let text_of = "{company.name}: {#each company.contacts sort by last_name}{row.number} {name}; {/each}\
        {#if company.sales}sales{#else}no sales{/if} {document.date:yyyy}";
    let letter = template(&house.app, &ada, "Letter", text_of).await;
    let mut about = heading("List");
    (about.company, about.contact) = (Some(company), Some(contact));
    let made = create(&house.app, &ada, from(letter, about)).await.document.id;
    let says = text(&house.app, &ada, made).await;
    assert!(says.starts_with("Solsiden & Sønner AS: 1 ") && says.contains("Kari Nord; "), "{says}");
    assert!(!says.contains('{'), "{says}");
    let found = house.app.templates().check(&ada, letter, "").await.unwrap();
    assert!(found.is_empty(), "{found:?}");
    let codes = house.app.templates().codes(&ada, letter, "").await.unwrap();
    assert!(codes.iter().all(|code| code.label.is_some()), "{codes:?}");
}

#[tokio::test]
async fn a_template_whose_loops_cannot_work_is_refused_and_a_slip_is_named() {
    let house = House::new().await;
    let ada = house.as_("ada").await;
    for (broken, wanted) in [
        ("{#if name}x", "has no end"),
        ("x{/each}", "Nothing before it begins"),
        ("{#each company.contcts}x{/each}", "Did you mean company.contacts?"),
    ] {
        let source = Source::Upload { file_name: "Letter.txt".into(), bytes: broken.into() };
        let new = NewTemplate { properties: named("Broken"), kept_in: PluginId::ARCHIVE, source };
        let refused = house.app.templates().create(&ada, new).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Invalid);
        assert!(refused.public().contains(wanted), "{}", refused.public());
    }
    let letter = template(&house.app, &ada, "Letter", "Dear").await;
    published_before(&house.app, &ada, letter, "Dear {atfm}").await;
    let found = house.app.templates().check(&ada, letter, "").await.unwrap();
    assert!(found.len() == 1 && found[0].error && found[0].sentence.contains("{at"), "{found:?}");
}
