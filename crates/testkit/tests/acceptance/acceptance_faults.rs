//! Known faults of the original, by their ids, that this product does not have: where things go, empty drafts,
//! templates replaced, codes in pieces, references nobody interprets.

use crate::acceptance_common::elsewhere::{ELSEWHERE, Elsewhere};
use crate::acceptance_common::{
    call, collect, create, from, kind, make_template, named, read, template, text, upload, upload_of,
};
use app::App;
use app::documents::{DocumentView, FromTemplate, Prepare, ReplaceContent};
use domain::documents::Properties;
use domain::locking::LockSemantics;
use domain::plugin::{Body, DocumentPlugin as _, ExternalRef, Removal, Which};
use domain::templates::TemplateProperties;
use domain::visibility::VisibleFor;
use domain::{Ctx, ErrorKind, PluginId};
use std::io::{Cursor, Write as _};
use testkit::house::{House, heading};
use zip::write::SimpleFileOptions;

/// The folder and name a document has at its place.
async fn path_of(app: &App, ctx: &Ctx, view: &DocumentView) -> String {
    let names = ["Path".to_owned()];
    let properties = app.documents().plugin_properties(ctx, view.document.id, &names).await.unwrap();
    properties["Path"].clone()
}

#[tokio::test]
async fn t02_the_destination_shown_before_saving_is_where_the_document_goes() {
    let house = House::new().await;
    let (ada, bo) = (house.as_("ada").await, house.as_("bo").await);
    let letter = template(&house.app, &ada, "Letter", "Dear {attn}").await;
    let (_, kari) = house.solsiden().await;
    let sales = bo.associate().unwrap().primary_group;
    for visible_for in [VisibleFor::Everyone, VisibleFor::Owner, VisibleFor::Group(sales)] {
        for contact in [None, Some(kari)] {
            let ask = Prepare { template: Some(letter), contact, ..Prepare::default() };
            let shown = house.app.documents().prepare(&bo, ask).await.unwrap();
            let properties = Properties { visible_for, ..shown.properties.clone() };
            let ask = FromTemplate { visible_for: Some(visible_for), ..from(letter, properties) };
            let view = create(&house.app, &bo, ask).await;
            let folder = shown.destination.path.join("/");
            let expected = format!("{folder}/{}", view.document.file_name);
            assert_eq!(path_of(&house.app, &bo, &view).await, expected, "{visible_for:?} {contact:?}");
            assert_eq!(shown.destination.plugin_name, view.plugin_name);
            assert_eq!(folder.contains("Solsiden"), contact.is_some(), "{folder}");
        }
    }
}

#[tokio::test]
async fn t02_a_document_dated_in_another_year_goes_where_the_form_said() {
    let house = House::new().await;
    let (ada, bo) = (house.as_("ada").await, house.as_("bo").await);
    let letter = template(&house.app, &ada, "Letter", "Dear {attn}").await;
    let ask = Prepare { template: Some(letter), ..Prepare::default() };
    let shown = house.app.documents().prepare(&bo, ask).await.unwrap();
    let date = Some(jiff::civil::date(2031, 1, 2));
    let view = create(&house.app, &bo, FromTemplate { date, ..from(letter, heading("Later")) }).await;
    let expected = format!("{}/{}", shown.destination.path.join("/"), view.document.file_name);
    assert_eq!(path_of(&house.app, &bo, &view).await, expected);
}

#[tokio::test]
async fn t02_a_place_is_told_the_owners_own_group_whoever_sees_the_document() {
    let house = House::new().await;
    let elsewhere = Elsewhere::beside(&house);
    let app = elsewhere.app(&house);
    let (ada, di) = (house.as_("ada").await, house.as_("di").await);
    let properties = TemplateProperties { stored_in: ELSEWHERE, ..named("Order") };
    let order = make_template(&app, &ada, properties, "Order.txt", "Order {snum}".into()).await.template.id;
    let ask = FromTemplate { visible_for: Some(VisibleFor::Owner), ..from(order, heading("Beans")) };
    create(&app, &di, ask).await;
    let placed = elsewhere.placed.lock().unwrap().pop().unwrap();
    assert_eq!(placed.group.as_deref(), Some("Purchasing"));
    assert_eq!(placed.owner.as_deref(), Some("Di Lund"));
}

#[tokio::test]
async fn t04_an_empty_file_is_a_draft_that_gets_its_content_later() {
    let house = House::new().await;
    let bo = house.as_("bo").await;
    let documents = house.app.documents();
    for semantics in [LockSemantics::None, LockSemantics::Versioning] {
        let mut ask = upload_of("Scan", semantics);
        ask.file_name = "Scan.pdf".into();
        let draft = documents.upload(&bo, ask, Body::from_bytes("")).await.unwrap();
        let id = draft.document.id;
        assert_eq!((draft.document.size, draft.document.media_type.as_str()), (0, "application/pdf"));
        assert_eq!(read(&house.app, &bo, id).await.unwrap(), b"");
        let body = Body::from_bytes("%PDF-1.7 a page");
        documents.replace(&bo, id, ReplaceContent::default(), body).await.unwrap();
        assert_eq!(text(&house.app, &bo, id).await, "%PDF-1.7 a page", "{semantics:?}");
    }
}

#[tokio::test]
async fn t04_a_template_without_content_makes_an_empty_document() {
    let house = House::new().await;
    let (ada, bo) = (house.as_("ada").await, house.as_("bo").await);
    let scan = make_template(&house.app, &ada, named("Scan"), "Scan.pdf", "".into()).await.template.id;
    let view = create(&house.app, &bo, from(scan, heading("Receipt"))).await;
    assert_eq!(view.document.file_name, "Receipt.pdf");
    assert_eq!(read(&house.app, &bo, view.document.id).await.unwrap(), b"");
    let body = Body::from_bytes("%PDF-1.7 receipt");
    let ask = ReplaceContent::default();
    house.app.documents().replace(&bo, view.document.id, ask, body).await.unwrap();
    assert_eq!(text(&house.app, &bo, view.document.id).await, "%PDF-1.7 receipt");
}

#[tokio::test]
async fn t06_a_replaced_template_keeps_its_name_its_past_and_its_languages() {
    let house = House::new().await;
    let (ada, bo) = (house.as_("ada").await, house.as_("bo").await);
    let templates = house.app.templates();
    let letter = template(&house.app, &ada, "Letter", "first").await;
    templates.put_file(&ada, letter, "nb-NO", "Brev.txt", "første".into()).await.unwrap();
    let old = create(&house.app, &bo, from(letter, heading("Old"))).await;
    let before = templates.get(&ada, letter).await.unwrap().template;

    let after = templates.put_file(&ada, letter, "", "Letter.txt", "second".into()).await.unwrap().template;

    let names = |t: &domain::templates::Template| -> Vec<String> {
        t.variants.iter().map(|v| format!("{} {}", v.language, v.file_name)).collect()
    };
    assert_eq!(names(&after), names(&before), "nothing was renamed, no file was added");
    assert_eq!(after.variants[0].reference, before.variants[0].reference);
    assert_eq!(after.variants[1], before.variants[1], "the language is untouched");
    let versions = templates.versions(&ada, letter, "").await.unwrap();
    assert_eq!(versions.iter().map(|v| v.number).collect::<Vec<_>>(), [1, 2]);
    let first = templates.read(&ada, letter, "", &Which::Version(versions[0].id.clone())).await.unwrap();
    assert_eq!(collect(first.content.stream).await.unwrap(), b"first");
    assert_eq!(templates.versions(&ada, letter, "nb-NO").await.unwrap().len(), 1);

    assert_eq!(text(&house.app, &bo, old.document.id).await, "first", "documents stay as they were");
    let new = create(&house.app, &bo, from(letter, heading("New"))).await;
    assert_eq!(text(&house.app, &bo, new.document.id).await, "second");
    templates.restore_version(&ada, letter, "", versions[0].id.clone()).await.unwrap();
    let again = create(&house.app, &bo, from(letter, heading("Again"))).await;
    assert_eq!(text(&house.app, &bo, again.document.id).await, "first");
}

/// A Word document whose body holds this, as little around it as Word accepts.
fn docx(body: &str) -> Vec<u8> {
    const TYPES: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
        <Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
        <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
        <Override PartName=\"/word/document.xml\" ContentType=\
        \"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/></Types>";
    const RELATIONSHIPS: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
        <Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
        <Relationship Id=\"rId1\" Target=\"word/document.xml\" Type=\
        \"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\"/></Relationships>";
    let document = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><w:document \
         xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body>{body}</w:body></w:document>"
    );
    let mut package = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in [
        ("[Content_Types].xml", TYPES),
        ("_rels/.rels", RELATIONSHIPS),
        ("word/document.xml", document.as_str()),
    ] {
        package.start_file(name, SimpleFileOptions::default()).unwrap();
        package.write_all(content.as_bytes()).unwrap();
    }
    package.finish().unwrap().into_inner()
}

#[tokio::test]
async fn t07_a_code_in_pieces_is_replaced_as_one() {
    let house = House::new().await;
    let (ada, bo) = (house.as_("ada").await, house.as_("bo").await);
    // As Word leaves it after a correction in the middle and a spelling check: five runs, two formats.
    let split = "<w:p><w:r><w:t xml:space=\"preserve\">Dear {</w:t></w:r><w:proofErr w:type=\"spellStart\"/>\
        <w:r><w:rPr><w:b/></w:rPr><w:t>at</w:t></w:r><w:r><w:t>t</w:t></w:r><w:proofErr w:type=\"spellEnd\"/>\
        <w:bookmarkStart w:id=\"0\" w:name=\"x\"/><w:r><w:t>n</w:t></w:r><w:bookmarkEnd w:id=\"0\"/>\
        <w:r><w:t>} of {na</w:t></w:r><w:r><w:t xml:space=\"preserve\">me}, hello</w:t></w:r></w:p>";
    let bytes = docx(split);
    let letter =
        make_template(&house.app, &ada, named("Letter"), "Letter.docx", bytes.into()).await.template.id;
    let (company, contact) = house.solsiden().await;
    let properties = Properties { company: Some(company), contact: Some(contact), ..heading("Hello") };
    let view = create(&house.app, &bo, from(letter, properties)).await;
    let bytes = read(&house.app, &bo, view.document.id).await.unwrap();
    let says = merge::document_text(merge::Format::Docx, bytes, &merge::Limits::default()).unwrap();
    assert_eq!(says.trim(), "Dear Kari Nord of Solsiden & Sønner AS, hello");
}

#[tokio::test]
async fn t24_references_of_any_shape_pass_through_every_use_case() {
    let house = House::new().await;
    let elsewhere = Elsewhere::beside(&house);
    let app = elsewhere.app(&house);
    let (ada, bo) = (house.as_("ada").await, house.as_("bo").await);
    let properties = TemplateProperties { stored_in: ELSEWHERE, ..named("Order") };
    let order = make_template(&app, &ada, properties, "Order.txt", "for {head}".into()).await.template.id;
    let documents = app.documents();
    let id = create(&app, &bo, from(order, heading("Beans"))).await.document.id;
    assert_eq!(text(&app, &bo, id).await, "for Beans");
    documents.check_out(&bo, id).await.unwrap();
    documents.replace(&bo, id, ReplaceContent::default(), Body::from_bytes("for tea")).await.unwrap();
    documents.check_in(&bo, id, app::documents::CheckIn::default()).await.unwrap();
    documents.rename(&bo, id, None, "Tea").await.unwrap();
    let copy = documents.copy(&bo, id, None).await.unwrap();
    documents.trash(&bo, id).await.unwrap();
    documents.restore(&bo, id).await.unwrap();
    assert_eq!(text(&app, &bo, id).await, "for tea");
    assert_eq!(text(&app, &bo, copy.document.id).await, "for tea");
    let reference = documents.get(&bo, id).await.unwrap().document.reference.unwrap();
    assert!(reference.0.contains("?x=1&y=2"), "the place's own text is kept as it is: {reference:?}");
}

#[tokio::test]
async fn t24_a_foreign_reference_names_nothing() {
    let house = House::new().await;
    let bo = house.as_("bo").await;
    let sydlys = house.second_installation().await;
    let stranger = house.as_in(sydlys, "bo").await;
    let view = upload(&house.app, &bo, "Offer", "ours").await;
    let reference = view.document.reference.clone().unwrap();
    let plugin = house.app.plugins().get(PluginId::ARCHIVE).unwrap();
    for foreign in [reference.clone(), ExternalRef("../1/x".into()), ExternalRef(String::new())] {
        let call = call(&stranger);
        assert_eq!(kind(plugin.load(&call, &foreign, &Which::Latest, None).await), ErrorKind::NotFound);
        assert_eq!(
            kind(plugin.save(&call, &foreign, None, Body::from_bytes("x")).await),
            ErrorKind::NotFound
        );
        assert_eq!(kind(plugin.rename(&call, &foreign, "x.txt").await), ErrorKind::NotFound);
        assert_eq!(kind(plugin.check_out(&call, &foreign).await), ErrorKind::NotFound);
        assert_eq!(plugin.stat(&call, &foreign).await.unwrap(), None);
        // Removing what is not there may succeed; it must remove nothing.
        let _ = plugin.remove(&call, &foreign, Removal::Destroy).await;
    }
    assert_eq!(text(&house.app, &bo, view.document.id).await, "ours");
    let elsewhere = Elsewhere::beside(&house);
    assert_eq!(kind(elsewhere.load(&call(&bo), &reference, &Which::Latest, None).await), ErrorKind::NotFound);
}
