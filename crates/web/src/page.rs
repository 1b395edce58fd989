//! The frame every page stands in, and the ways to answer with one.

use crate::assets::asset;
use crate::csrf;
use crate::errors::{PageError, PageResult};
use crate::extract::Signed;
use crate::{cookies, presenters, routes};
use askama::Template;
use axum::body::Body;
use axum::response::Response;
use domain::records::RecordKind;
use domain::{AssociateId, Error};
use http::header::{CONTENT_TYPE, LOCATION};
use http::{HeaderMap, HeaderValue, StatusCode};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Which place of the navigation a page belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nav {
    /// The home page.
    Home,
    /// Documents.
    Documents,
    /// One of the kinds of record.
    Records(RecordKind),
    /// Templates.
    Templates,
    /// Settings.
    Settings,
}

/// A link of the navigation, ready to be written.
#[derive(Debug, Clone)]
pub struct NavLink {
    /// Where it leads.
    pub href: String,
    /// Its text.
    pub label: &'static str,
    /// Its icon.
    pub icon: &'static str,
    /// Whether the page is there.
    pub here: bool,
}

/// Who reads the page.
#[derive(Debug, Clone)]
pub struct Viewer {
    /// The person's id.
    pub id: AssociateId,
    /// The person's name.
    pub name: String,
    /// What the person does.
    pub title: String,
    /// Whether the person is an administrator.
    pub administrator: bool,
    /// The name of the installation.
    pub installation: String,
    /// The time zone of the installation.
    pub zone: TimeZone,
    /// The instant of the request.
    pub now: Timestamp,
}

impl Viewer {
    /// The address of the reader's own card.
    pub fn card(&self) -> String {
        routes::records::associate(self.id)
    }
}

/// A link on the way from the home page to this one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crumb {
    /// Its text.
    pub label: String,
    /// Where it leads.
    pub href: String,
}

/// What every page has: its title, its place, its reader.
#[derive(Debug, Clone)]
pub struct Page {
    /// The title, first in the window's own title.
    pub title: String,
    /// Who reads it; nobody before signing in.
    pub viewer: Option<Viewer>,
    /// The token for the page's forms, masked for this answer.
    pub csrf: String,
    /// A message from the page before.
    pub flash: Option<Flash>,
    /// The way from home to here, without this page.
    pub crumbs: Vec<Crumb>,
    /// What stands in the search field.
    pub searched: String,
    /// Whether the page uses the whole width of the window.
    pub wide: bool,
    nav: Option<Nav>,
    about: routes::documents::About,
}

impl Page {
    /// A page for somebody who has signed in.
    pub fn new(signed: &Signed, title: impl Into<String>) -> Self {
        let (who, installation) = (&signed.session.associate, &signed.session.installation);
        let viewer = Viewer {
            id: who.id,
            name: who.full_name(),
            title: who.title.clone(),
            administrator: who.administrator,
            installation: installation.name.clone(),
            zone: presenters::zone(&installation.time_zone),
            now: signed.ctx.now,
        };
        let csrf = csrf::mask(&signed.session.csrf);
        Self { viewer: Some(viewer), csrf, flash: signed.flash.clone(), ..Self::outside(title) }
    }

    /// A page for anybody.
    pub fn outside(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            viewer: None,
            csrf: String::new(),
            flash: None,
            crumbs: Vec::new(),
            searched: String::new(),
            wide: false,
            nav: None,
            about: routes::documents::About::default(),
        }
    }

    /// Marks a place of the navigation as the present one.
    pub fn nav(mut self, nav: Nav) -> Self {
        self.nav = Some(nav);
        self
    }

    /// Adds a link on the way here.
    pub fn crumb(mut self, label: impl Into<String>, href: impl Into<String>) -> Self {
        self.crumbs.push(Crumb { label: label.into(), href: href.into() });
        self
    }

    /// Uses the whole width of the window.
    pub fn wide(mut self) -> Self {
        self.wide = true;
        self
    }

    /// Fills the search field.
    pub fn searched(mut self, text: impl Into<String>) -> Self {
        self.searched = text.into();
        self
    }

    /// The navigation as this reader sees it.
    pub fn links(&self) -> Vec<NavLink> {
        let link = |nav, href, label, icon| NavLink { href, label, icon, here: self.nav == Some(nav) };
        let records = |kind, label, icon| link(Nav::Records(kind), routes::records::list(kind), label, icon);
        let mut links = vec![
            link(Nav::Home, routes::home(), "Home", "home"),
            link(Nav::Documents, routes::documents::list(), "Documents", "document"),
            records(RecordKind::Company, "Companies", "company"),
            records(RecordKind::Contact, "Contacts", "contact"),
            records(RecordKind::Project, "Projects", "project"),
            records(RecordKind::Sale, "Sales", "sale"),
        ];
        if self.is_administrator() {
            links.push(link(Nav::Templates, routes::templates::list(), "Templates", "template"));
        }
        links
    }

    /// Says what a new document begun on this page is about: somebody who looks at a company and presses *New
    /// document* means a document to that company.
    pub fn about(mut self, about: routes::documents::About) -> Self {
        self.about = about;
        self
    }

    /// Where a new document begins.
    pub fn new_document(&self) -> String {
        routes::documents::choose(&self.about)
    }

    /// Whether the page belongs to the settings.
    pub fn in_settings(&self) -> bool {
        self.nav == Some(Nav::Settings)
    }

    /// Whether the reader is an administrator.
    pub fn is_administrator(&self) -> bool {
        self.viewer.as_ref().is_some_and(|v| v.administrator)
    }

    /// An instant in the reader's zone, short.
    pub fn when_short(&self, at: &Timestamp) -> String {
        match &self.viewer {
            Some(v) => presenters::when_short(at, &v.now, &v.zone),
            None => presenters::when(at, &TimeZone::UTC),
        }
    }

    /// An instant in the reader's zone, in full.
    pub fn when(&self, at: &Timestamp) -> String {
        presenters::when(at, &self.viewer.as_ref().map_or(TimeZone::UTC, |v| v.zone.clone()))
    }

    /// The address of an asset, for templates.
    pub fn asset(&self, name: &str) -> String {
        asset(name)
    }
}

/// The tone of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// It was done.
    Done,
    /// It was done, and there is something to know about it.
    Mind,
    /// It was not done.
    Failed,
}

/// A message for the next page, shown once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flash {
    /// Its tone.
    pub tone: Tone,
    /// Its text.
    pub text: String,
}

impl Flash {
    /// It was done.
    pub fn done(text: impl Into<String>) -> Self {
        Self { tone: Tone::Done, text: text.into() }
    }

    /// It was done, and there is something to know about it.
    pub fn mind(text: impl Into<String>) -> Self {
        Self { tone: Tone::Mind, text: text.into() }
    }

    /// It was not done: what a use case said about it.
    pub fn failed(error: &Error) -> Self {
        Self { tone: Tone::Failed, text: error.public().to_owned() }
    }

    /// The class of the message's box.
    pub fn class(&self) -> &'static str {
        match self.tone {
            Tone::Done => "good",
            Tone::Mind => "warn",
            Tone::Failed => "bad",
        }
    }

    /// The icon before the message.
    pub fn icon(&self) -> &'static str {
        match self.tone {
            Tone::Done => "check",
            Tone::Mind => "info",
            Tone::Failed => "warning",
        }
    }

    /// The message in a cookie's value; `None` for what is none of ours.
    pub(crate) fn from_cookie(value: &str) -> Option<Self> {
        let tone = match value.get(..1)? {
            "d" => Tone::Done,
            "m" => Tone::Mind,
            "f" => Tone::Failed,
            _ => return None,
        };
        let text = decode(value.get(1..)?)?;
        (!text.is_empty()).then_some(Self { tone, text })
    }

    fn to_cookie(&self) -> String {
        let mark = match self.tone {
            Tone::Done => 'd',
            Tone::Mind => 'm',
            Tone::Failed => 'f',
        };
        let text: String = self.text.chars().take(400).collect();
        format!("{mark}{}", routes::encode(&text))
    }
}

fn decode(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        rest = if byte == b'%' {
            let (digits, tail) = tail.split_at_checked(2)?;
            out.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
            tail
        } else {
            out.push(byte);
            tail
        };
    }
    String::from_utf8(out).ok()
}

/// A message on its way into the cookie: the middleware knows the cookie's name.
#[derive(Debug, Clone)]
pub(crate) struct Carried(Flash);

impl Carried {
    pub(crate) fn set(&self, headers: &mut HeaderMap, base: &crate::Base) {
        cookies::set(headers, base, &cookies::flash_name(base), &self.0.to_cookie(), Some(60));
    }
}

/// Answers with a page.
pub fn show(template: &impl Template) -> PageResult {
    render(StatusCode::OK, template)
}

/// Answers with a page and a status of its own: 422 for a form that is shown again.
pub fn show_with(status: StatusCode, template: &impl Template) -> PageResult {
    render(status, template)
}

/// Answers with a piece of a page, for our scripts.
pub fn fragment(template: &impl Template) -> PageResult {
    render(StatusCode::OK, template)
}

pub(crate) fn render(status: StatusCode, template: &impl Template) -> Result<Response, PageError> {
    let html = template.render().map_err(|e| Error::internal("a page could not be rendered").caused_by(e))?;
    let mut response = Response::new(Body::from(html));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    Ok(response)
}

/// Answers by leading to a path of ours with GET.
pub fn go(path: &str) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    // Paths are built by `routes`, encoded; a defect there leads home.
    let location = HeaderValue::try_from(path).unwrap_or(HeaderValue::from_static("/"));
    response.headers_mut().insert(LOCATION, location);
    response
}

/// Like [`go`], with a message shown there once.
pub fn go_with(path: &str, flash: Flash) -> PageResult {
    let mut response = go(path);
    response.extensions_mut().insert(Carried(flash));
    Ok(response)
}

/// Lets the forms of a page lead to another origin as well: browsers hold redirects of a form to the page's policy.
pub(crate) fn leads_to(mut response: Response, origin: Option<&str>) -> Response {
    let policy = origin.and_then(|origin| HeaderValue::try_from(crate::surround::policy_with(origin)).ok());
    if let Some(policy) = policy {
        response.headers_mut().insert(http::header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_survives_the_way_through_its_cookie() {
        for flash in [Flash::done("Saved as “Ä; b=c”."), Flash::failed(&Error::invalid("100 % wrong\n"))]
        {
            let value = flash.to_cookie();
            assert!(value.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~%".contains(&b)), "{value}");
            assert_eq!(Flash::from_cookie(&value), Some(flash));
        }
    }

    #[test]
    fn a_planted_message_that_is_none_of_ours_is_not_shown() {
        for wrong in ["", "d", "x%20", "d%", "d%2", "d%zz", "d%ff", "é"] {
            assert_eq!(Flash::from_cookie(wrong), None, "{wrong}");
        }
    }
}
