//! What every page must be, checked on rendered samples.

use crate::page::{Crumb, Flash, Page, Viewer};
use crate::presenters;
use domain::AssociateId;
use jiff::Timestamp;
use std::collections::HashSet;

/// A page somebody looks at, with names that try to break out of their place.
pub(crate) fn page(title: &str) -> Page {
    let mut page = Page::outside(title);
    page.csrf = "token".into();
    page.viewer = Some(Viewer {
        id: AssociateId(1),
        name: "Solveig <b>Aune".into(),
        title: "Head of \"sales\"".into(),
        administrator: true,
        installation: "Nordlys & co".into(),
        zone: presenters::zone("Europe/Oslo"),
        now: Timestamp::from_second(1_795_000_000).unwrap(),
    });
    page.flash = Some(Flash::done("<i>Done</i>"));
    page.crumbs = vec![Crumb { label: "A & B".into(), href: "/".into() }];
    page
}

/// Panics, naming what is wrong, unless `html` is a whole page as all of ours should be.
pub(crate) fn whole_page(html: &str) {
    let tags = tags(html);
    let count = |name: &str| tags.iter().filter(|t| t.name == name).count();
    assert!(html.starts_with("<!doctype html>"), "{html}");
    assert!(!html.contains("<title> ·") && count("title") == 1, "one title");
    assert_eq!(count("h1"), 1, "one first heading");
    assert_eq!(count("main"), 1, "one main landmark");
    assert!(tags.iter().any(|t| t.name == "html" && t.get("lang") == Some("en")));
    piece(html);
}

/// Panics, naming what is wrong, unless `html` is fit to be part of a page.
pub(crate) fn piece(html: &str) {
    let tags = tags(html);
    let mut ids = HashSet::new();
    for id in tags.iter().filter_map(|t| t.get("id")) {
        assert!(ids.insert(id.to_owned()), "the id {id} stands twice");
    }
    let labelled: HashSet<&str> =
        tags.iter().filter(|t| t.name == "label").filter_map(|t| t.get("for")).collect();
    for tag in &tags {
        assert!(!tag.attributes.iter().any(|(name, _)| name.starts_with("on")), "inline script in {tag:?}");
        assert!(tag.get("style").is_none(), "inline style in {tag:?}");
        assert!(tag.name != "script" || tag.get("src").is_some(), "inline script");
        for name in ["href", "action", "src"] {
            assert!(
                tag.get(name) != Some("") && !tag.get(name).is_some_and(|v| v.starts_with("javascript:")),
                "{tag:?}"
            );
        }
        if tag.name == "img" {
            assert!(tag.get("alt").is_some(), "a picture without words: {tag:?}");
        }
        let field = matches!(tag.name.as_str(), "input" | "select" | "textarea")
            && !matches!(tag.get("type"), Some("hidden" | "submit"));
        if field {
            let by_label = tag.get("id").is_some_and(|id| labelled.contains(id));
            assert!(by_label || tag.get("aria-label").is_some(), "a field without a label: {tag:?}");
        }
    }
    forms(&tags);
}

/// Every form that changes something carries its token, first of all its fields.
fn forms(tags: &[Tag]) {
    let mut rest = tags.iter();
    while let Some(form) = rest.find(|t| t.name == "form") {
        if !form.get("method").is_some_and(|m| m.eq_ignore_ascii_case("post")) {
            continue;
        }
        let inside: Vec<&Tag> = rest.clone().take_while(|t| t.name != "/form").collect();
        let first = inside.iter().find(|t| t.name == "input");
        let before_session = form.get("data-before-session").is_some();
        let proven = first
            .is_some_and(|t| t.get("name") == Some("csrf") && t.get("value").is_some_and(|v| !v.is_empty()));
        assert!(before_session || proven, "a form without its token: {form:?}");
        assert!(form.get("action").is_some(), "a form without an address: {form:?}");
    }
}

#[derive(Debug)]
struct Tag {
    name: String,
    attributes: Vec<(String, String)>,
}

impl Tag {
    fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }
}

/// The tags of a page, in order. Our templates quote every attribute, and escape `<` everywhere else.
fn tags(html: &str) -> Vec<Tag> {
    html.split('<')
        .skip(1)
        .filter(|part| part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/'))
        .map(|part| {
            let end = part.find(|c: char| c.is_whitespace() || c == '>').unwrap_or(part.len());
            let name = part[..end].to_ascii_lowercase();
            let mut attributes = Vec::new();
            let mut rest = part[end..].trim_start();
            while !rest.is_empty() && !rest.starts_with('>') && !rest.starts_with("/>") {
                let stop =
                    rest.find(|c: char| c.is_whitespace() || matches!(c, '=' | '>')).unwrap_or(rest.len());
                let attribute = rest[..stop].to_owned();
                rest = &rest[stop..];
                let mut value = String::new();
                if let Some(quoted) = rest.strip_prefix("=\"") {
                    let stop = quoted.find('"').expect("an attribute is closed");
                    value = quoted[..stop].to_owned();
                    rest = &quoted[stop + 1..];
                }
                attributes.push((attribute, value));
                rest = rest.trim_start();
            }
            Tag { name, attributes }
        })
        .collect()
}

#[test]
fn the_check_finds_what_it_looks_for() {
    let bad = [
        r#"<input type="text" name="a" id="a">"#,
        r#"<form method="post" action="/x"><button>Go</button></form>"#,
        r#"<form method="post" action="/x"><input type="hidden" name="csrf" value=""></form>"#,
        r#"<p id="a"></p><p id="a"></p>"#,
        r#"<a href="">x</a>"#,
        r#"<p onclick="x"></p>"#,
        r#"<p style="x"></p>"#,
        r#"<img src="x">"#,
    ];
    for html in bad {
        assert!(std::panic::catch_unwind(|| piece(html)).is_err(), "{html} passed");
    }
    piece(
        r#"<form method="post" action="/x"><input type="hidden" name="csrf" value="t"><label for="a">A</label><input id="a" required></form>"#,
    );
}
