//! What the samples of pages are made of. Every text tries to break out of its place.

use crate::page::Page;
use crate::pages::check;
use app::documents::{DocumentRow, DocumentView};
use domain::documents::{Document, DocumentState, Properties, Status};
use domain::locking::{CheckoutState, LockSemantics};
use domain::plugin::{AnswerKind, CommandInfo, Revision, VersionId, VersionInfo, VersionNote};
use domain::rights::May;
use domain::visibility::VisibleFor;
use domain::{
    AssociateId, CompanyId, ContactId, DocumentId, GroupId, OperationId, PluginId, ProjectId, SaleId,
    TemplateId,
};
use jiff::Timestamp;
use jiff::civil::date;

/// A page somebody looks at.
pub(crate) fn page(title: impl AsRef<str>) -> Page {
    check::page(title.as_ref())
}

fn now() -> Timestamp {
    Timestamp::from_second(1_795_000_000).unwrap()
}

pub(crate) fn document() -> Document {
    Document {
        id: DocumentId(7),
        properties: Properties {
            heading: "Offer <b>tea & coffee</b>".into(),
            attention: "Ada \"Countess\" Lovelace".into(),
            our_ref: "OF-<1>".into(),
            your_ref: "Y&1".into(),
            description: "First line\nsecond <line>".into(),
            company: Some(CompanyId(5)),
            contact: Some(ContactId(6)),
            project: Some(ProjectId(2)),
            sale: Some(SaleId(3)),
            status: Status::Started,
            visible_for: VisibleFor::Group(GroupId(1)),
        },
        file_name: "Offer <1> & more.docx".into(),
        media_type: "text/plain".into(),
        size: 48_000,
        date: date(2026, 11, 23),
        template: Some(TemplateId(1)),
        language: "nb-NO".into(),
        snum: Some(1),
        owner: AssociateId(1),
        plugin: PluginId::ARCHIVE,
        reference: None,
        revision: Some(Revision("r\"1".into())),
        semantics: LockSemantics::Versioning,
        published: true,
        held_by: None,
        state: DocumentState::Ready,
        made_by: OperationId(uuid::Uuid::nil()),
        created: now(),
        created_by: Some(AssociateId(1)),
        updated: now(),
        updated_by: None,
        row_version: 3,
    }
}

/// A free document of the reader's own.
pub(crate) fn document_view() -> DocumentView {
    DocumentView {
        document: document(),
        may: May {
            change_properties: true,
            change_visibility: true,
            change_content: true,
            check_out: true,
            rename: true,
            complete: true,
            trash: true,
            copy: true,
            ..May::default()
        },
        checkout: CheckoutState::NotCheckedOut,
        owner_name: "Solveig <Aune>".into(),
        holder_name: None,
        template_name: Some("Offer & <letter>".into()),
        company_name: Some("Fjord & Fisk <AS>".into()),
        contact_name: Some("Ada <L>".into()),
        project_name: Some("North & south".into()),
        sale_title: Some("Nets \"2026\"".into()),
        group_name: Some("Sales <north>".into()),
        plugin_name: "Archive".into(),
        opens_there: false,
        opens_on_desktop: false,
    }
}

pub(crate) fn rows() -> Vec<DocumentRow> {
    let row = |document: Document| DocumentRow {
        document,
        company_name: "Fjord & Fisk <AS>".into(),
        contact_name: "Ada <L>".into(),
        project_name: String::new(),
        sale_title: String::new(),
        owner_name: "Solveig <Aune>".into(),
        holder_name: "Bo & Co".into(),
        template_name: String::new(),
    };
    let held = Document { held_by: Some(AssociateId(2)), published: false, ..document() };
    vec![row(document()), row(held)]
}

pub(crate) fn version(number: u32) -> VersionInfo {
    VersionInfo {
        id: VersionId(format!("v&{number}")),
        number,
        at: now(),
        by: Some(AssociateId(1)),
        by_name: "Solveig <Aune>".into(),
        note: VersionNote::text("Second <draft>"),
        display: String::new(),
        size: 48_000,
        sha256: None,
    }
}

pub(crate) fn commands() -> Vec<CommandInfo> {
    vec![CommandInfo {
        name: "archive.verify".into(),
        label: "Verify <this> file".into(),
        tooltip: "Reads it & compares".into(),
        icon: String::new(),
        answers: AnswerKind::Message,
        reads_only: true,
    }]
}

#[test]
fn every_page_of_documents_is_whole_with_every_sample() {
    use super::{ask, choose, list, new, properties, show, upload};
    use askama::Template as _;
    let mut pages: Vec<String> = Vec::new();
    pages.extend(list::List::samples().iter().map(|p| p.render().unwrap()));
    pages.extend(choose::Choose::samples().iter().map(|p| p.render().unwrap()));
    pages.extend(new::New::samples().iter().map(|p| p.render().unwrap()));
    pages.extend(upload::Upload::samples().iter().map(|p| p.render().unwrap()));
    pages.extend(show::Show::samples().iter().map(|p| p.render().unwrap()));
    pages.extend(properties::Properties::samples().iter().map(|p| p.render().unwrap()));
    pages.extend(ask::AskPage::samples().iter().map(|p| p.render().unwrap()));
    for html in &pages {
        check::whole_page(html);
    }
    for frame in super::preview::NoPreview::samples() {
        assert!(
            frame.render().unwrap().contains("&lt;empty&gt;")
                || frame.render().unwrap().contains("&#60;empty&#62;")
        );
    }
}
