//! Publishing templates: errors refuse, warnings ask, nothing is lost, and what is in use stays in use.

use crate::acceptance_common;
use crate::acceptance_common::{create, from, kind, named, read, template, text};
use app::documents::Preview;
use app::templates::{NewTemplate, Offered, Source, Trial};
use domain::{Ctx, DraftId, ErrorKind, PluginId, TemplateId};
use testkit::house::{House, heading, published_before};

/// The draft a file was kept as.
fn kept(offered: Offered) -> DraftId {
    match offered {
        Offered::Kept(id) => id,
        Offered::Published(view) => panic!("it was published: {view:?}"),
    }
}

async fn offer(house: &House, ada: &Ctx, id: TemplateId, language: &str, words: &str) -> Offered {
    let name = format!("Letter{language}.txt");
    let bytes = words.to_owned().into();
    house.app.templates().offer_file(ada, id, language, &name, bytes, false).await.unwrap()
}

#[tokio::test]
async fn a_file_with_errors_is_refused_with_every_place_named_and_waits_as_a_draft() {
    let house = House::new().await;
    let (ada, bo) = (house.as_("ada").await, house.as_("bo").await);
    let templates = house.app.templates();
    let letter = template(&house.app, &ada, "Letter", "Dear {attn}").await;
    let broken = "Dear {attm}, {#if name}never ends";
    let refused = templates.put_file(&ada, letter, "", "Letter.txt", broken.into()).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Invalid);
    for wanted in ["{attm}", "Did you mean {attn}?", "{#if name}", "has no end"] {
        assert!(refused.public().contains(wanted), "{wanted}: {}", refused.public());
    }
    let draft = kept(offer(&house, &ada, letter, "", broken).await);
    let view = templates.draft(&ada, draft).await.unwrap();
    assert!(view.has_errors() && view.findings.len() == 2, "{view:?}");
    assert_eq!(templates.draft_content(&ada, draft).await.unwrap().1, broken.as_bytes(), "nothing is lost");
    assert_eq!(kind(templates.publish_draft(&ada, draft, true).await), ErrorKind::Invalid);
    assert_eq!(kind(templates.draft(&bo, draft).await), ErrorKind::Forbidden);
    // What is in use stays in use.
    let made = create(&house.app, &bo, from(letter, heading("x"))).await;
    assert_eq!(text(&house.app, &bo, made.document.id).await, "Dear ");

    let corrected = templates.replace_draft(&ada, draft, "Letter.txt", "Hello {attn}".into()).await.unwrap();
    assert!(matches!(corrected, Offered::Published(_)));
    assert_eq!(kind(templates.draft(&ada, draft).await), ErrorKind::NotFound);
    assert!(templates.drafts(&ada, Some(letter)).await.unwrap().is_empty());
}

#[tokio::test]
async fn warnings_ask_once_and_a_code_that_stands_in_one_language_only_is_one() {
    let house = House::new().await;
    let ada = house.as_("ada").await;
    let templates = house.app.templates();
    let letter = template(&house.app, &ada, "Letter", "Dear {attn}, {head}").await;
    let draft = kept(offer(&house, &ada, letter, "nb-NO", "Hei {attn}, {name}").await);
    let view = templates.draft(&ada, draft).await.unwrap();
    assert!(view.has_warnings() && !view.has_errors());
    let said: Vec<_> = view.findings.iter().map(|found| found.sentence.as_str()).collect();
    assert!(
        said.iter().any(|s| s.starts_with("{head} stands in the main text and not in this one")),
        "{said:?}"
    );
    assert!(
        said.iter().any(|s| s.starts_with("{name} stands in this text and not in the main text")),
        "{said:?}"
    );
    let asked = templates.publish_draft(&ada, draft, false).await.unwrap_err();
    assert_eq!(asked.kind(), ErrorKind::Conflict);
    assert!(asked.public().contains("Publish anyway"), "{}", asked.public());
    let published = templates.publish_draft(&ada, draft, true).await.unwrap();
    assert_eq!(published.template.languages(), ["nb-NO"]);
}

#[tokio::test]
async fn a_new_template_with_errors_waits_with_what_was_typed_and_is_made_when_it_is_corrected() {
    let house = House::new().await;
    let ada = house.as_("ada").await;
    let templates = house.app.templates();
    let source = Source::Upload { file_name: "Offer.txt".into(), bytes: "To {nmae}".into() };
    let new = NewTemplate { properties: named("Offer"), kept_in: PluginId::ARCHIVE, source };
    assert_eq!(kind(templates.create(&ada, new.clone()).await), ErrorKind::Invalid);
    let draft = kept(templates.offer_new(&ada, new).await.unwrap());
    assert!(templates.all(&ada, true).await.unwrap().is_empty(), "no template is made of it");
    assert_eq!(templates.drafts(&ada, None).await.unwrap().len(), 1);
    let made = templates.replace_draft(&ada, draft, "Offer.txt", "To {name}".into()).await.unwrap();
    let Offered::Published(made) = made else { panic!("{made:?}") };
    assert_eq!(made.template.properties.name, "Offer");
    assert!(templates.drafts(&ada, None).await.unwrap().is_empty());
}

#[tokio::test]
async fn custom_tags_are_known_and_their_places_stay_empty_without_a_value() {
    let house = House::new().await;
    let (ada, bo) = (house.as_("ada").await, house.as_("bo").await);
    let templates = house.app.templates();
    let letter = template(&house.app, &ada, "Letter", "Dear").await;
    let draft = kept(offer(&house, &ada, letter, "", "Order {ERP1}, {Colour}.").await);
    assert_eq!(kind(templates.set_custom_tags(&bo, "erp1").await), ErrorKind::Forbidden);
    templates.set_custom_tags(&ada, "{erp1} colour").await.unwrap();
    templates.publish_draft(&ada, draft, false).await.unwrap();
    let mut ask = from(letter, heading("x"));
    ask.custom.insert("erp1".into(), "4711".into());
    let made = create(&house.app, &bo, ask).await;
    assert_eq!(text(&house.app, &bo, made.document.id).await, "Order 4711, .");
}

#[tokio::test]
async fn a_template_published_before_keeps_working_and_its_broken_version_does_not_come_back() {
    let house = House::new().await;
    let (ada, bo) = (house.as_("ada").await, house.as_("bo").await);
    let templates = house.app.templates();
    let letter = template(&house.app, &ada, "Letter", "Dear {attn}").await;
    published_before(&house.app, &ada, letter, "Dear {atfm}").await;
    let made = create(&house.app, &bo, from(letter, heading("x"))).await;
    assert_eq!(text(&house.app, &bo, made.document.id).await, "Dear {atfm}");
    templates.put_file(&ada, letter, "", "Letter.txt", "Dear {atfn}".into()).await.unwrap();
    let versions = templates.versions(&ada, letter, "").await.unwrap();
    let broken = versions[1].id.clone();
    let refused = templates.restore_version(&ada, letter, "", broken).await.unwrap_err();
    assert!(refused.public().contains("{atfm}"), "{}", refused.public());
    let changes = templates.version_changes(&ada, letter, "", &versions[2].id).await.unwrap().unwrap();
    assert!(changes.iter().any(|said| said.contains("“Dear {atfm}” became “Dear {atfn}”.")), "{changes:?}");
    assert_eq!(templates.version_changes(&ada, letter, "", &versions[0].id).await.unwrap(), None);
    templates.restore_version(&ada, letter, "", versions[0].id.clone()).await.unwrap();
}

#[tokio::test]
async fn a_draft_shows_its_places_marked_its_differences_and_the_document_it_would_make() {
    let house = House::new().await;
    let ada = house.as_("ada").await;
    let templates = house.app.templates();
    let (company, contact) = house.solsiden().await;
    let letter = template(&house.app, &ada, "Letter", "Dear {attn}\nKind regards").await;
    let draft = kept(offer(&house, &ada, letter, "", "Dear {attm} <b>\nYours {name}").await);
    let view = templates.draft(&ada, draft).await.unwrap();
    let differences = view.differences.clone().unwrap().join("\n");
    assert!(differences.contains("“Kind regards” became “Yours {name}”."), "{differences}");
    let marks = templates.draft_marks(&ada, draft, &view.findings).await;
    let Preview::Html(html) = templates.draft_preview(&ada, draft).await.unwrap() else { panic!("{view:?}") };
    let anchor = marks[0].clone().unwrap();
    assert!(html.contains(&format!("<mark class=\"mark-error\" id=\"{anchor}\"")), "{html}");
    assert!(!html.contains("<b>"), "{html}");
    let on = Trial { company: Some(company), contact: Some(contact), ..Trial::default() };
    let tried = templates.try_draft(&ada, draft, on).await.unwrap();
    let said = String::from_utf8(tried.bytes).unwrap();
    assert!(said.starts_with("Dear {attm}") && said.ends_with("Yours Solsiden & Sønner AS"), "{said}");
    let documents = acceptance_common::listed(&house.app, &ada, "").await;
    assert!(documents.is_empty(), "nothing is kept of a trial: {documents:?}");
    templates.discard_draft(&ada, draft).await.unwrap();
    assert_eq!(kind(templates.draft(&ada, draft).await), ErrorKind::NotFound);
}

#[tokio::test]
async fn a_document_over_thousands_of_related_records_is_written_page_by_page() {
    let house = House::new().await;
    let ada = house.as_("ada").await;
    let (company, _) = house.solsiden().await;
    let (installation, now) = (house.installation.id, house.now());
    house
        .app
        .store()
        .write(move |tx| {
            for n in 0..1_500_i64 {
                let sale = domain::records::Sale {
                    title: format!("Lot {n:05} {}", "x".repeat(900)),
                    company: Some(company),
                    ..domain::records::Sale::default()
                };
                tx.sales(installation).insert(&sale, now)?;
            }
            Ok(())
        })
        .await
        .unwrap();
    let rows = "{#each company.sales}\n{row.number} {title}\n{/each}\n";
    let list = template(&house.app, &ada, "List", rows).await;
    let mut about = heading("Sales");
    about.company = Some(company);
    let made = create(&house.app, &ada, from(list, about)).await.document;
    let said = String::from_utf8(read(&house.app, &ada, made.id).await.unwrap()).unwrap();
    assert_eq!(said.lines().filter(|line| line.contains(" Lot ")).count(), 1_500);
    assert!(said.starts_with("1 Lot 00000 ") && said.contains("\n1500 Lot 01499 "));
}
