//! What the samples of template pages are made of. Every text tries to break out of its place.

use app::templates::{Found, TemplateView, UsedCode};
use domain::plugin::ExternalRef;
use domain::templates::{Numbering, Template, TemplateProperties, Variant};
use domain::{GroupId, HeadingId, PluginId, TemplateId};
use jiff::Timestamp;

pub(crate) fn template_view() -> TemplateView {
    let variant = |language: &str| Variant {
        language: language.into(),
        reference: ExternalRef("r".into()),
        file_name: "Offer <1> & more.docx".into(),
        media_type: "text/plain".into(),
        size: 48_000,
        sha256: None,
        updated: Timestamp::UNIX_EPOCH,
    };
    TemplateView {
        template: Template {
            id: TemplateId(1),
            properties: TemplateProperties {
                name: "Offer & <letter>".into(),
                description: "Two \"pages\"".into(),
                headings: vec![HeadingId(1)],
                groups: vec![GroupId(1)],
                numbering: Numbering {
                    pattern: "<OF>-{snum}".into(),
                    counts: true,
                    next: 17,
                    ..Numbering::default()
                },
                ..TemplateProperties::default()
            },
            kept_in: PluginId::ARCHIVE,
            variants: vec![variant(""), variant("nb-NO")],
            retired: false,
            created: Timestamp::UNIX_EPOCH,
            updated: Timestamp::UNIX_EPOCH,
            row_version: 3,
        },
        kept_in_name: "Archive".into(),
        stored_in_name: "Archive & more".into(),
        heading_names: vec!["Letters & <such>".into()],
        group_names: vec!["Sales <north>".into()],
    }
}

pub(crate) fn codes() -> Vec<UsedCode> {
    vec![
        UsedCode { code: "name".into(), label: Some("Company: name & more".into()) },
        UsedCode { code: "<oops>".into(), label: None },
    ]
}

pub(crate) fn findings() -> Vec<Found> {
    let found = |error: bool, severity: &'static str| Found {
        error,
        severity,
        place: "word/document.xml {#if <x>}".into(),
        sentence: "{#if <x>} has no end. Write {/if} where it ends.".into(),
        words: "{#if <x>}".into(),
    };
    vec![found(true, "error"), found(false, "warning")]
}

#[test]
fn every_page_of_templates_is_whole_with_every_sample() {
    use super::{bundle, changes, create, draft, file, headings, list, properties, show, tags};
    use askama::Template as _;
    let mut pages: Vec<String> = Vec::new();
    pages.extend(list::List::samples().iter().map(|p| p.render().unwrap()));
    pages.extend(create::Create::samples().iter().map(|p| p.render().unwrap()));
    pages.extend(show::Show::samples().iter().map(|p| p.render().unwrap()));
    pages.extend(file::File::samples().iter().map(|p| p.render().unwrap()));
    pages.extend(bundle::Bundles::samples().iter().map(|p| p.render().unwrap()));
    pages.extend(bundle::Plan::samples().iter().map(|p| p.render().unwrap()));
    pages.extend(changes::Changes::samples().iter().map(|p| p.render().unwrap()));
    pages.extend(draft::Draft::samples().iter().map(|p| p.render().unwrap()));
    pages.extend(tags::Tags::samples().iter().map(|p| p.render().unwrap()));
    pages.extend(properties::Properties::samples().iter().map(|p| p.render().unwrap()));
    pages.extend(headings::Headings::samples().iter().map(|p| p.render().unwrap()));
    for html in &pages {
        crate::pages::check::whole_page(html);
    }
}
