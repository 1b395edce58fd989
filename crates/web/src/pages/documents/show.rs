//! `GET /documents/{id}`: the document.

use super::ask::Ask;
use super::outside::{Outside, outside};
use super::{questions, words};
use crate::errors::PageResult;
use crate::extract::{Id, Signed};
use crate::page::{self, Nav, Page};
use crate::presenters;
use crate::routes::{self, documents as at};
use app::App;
use app::documents::DocumentView;
use askama::Template;
use axum::extract::State;
use domain::documents::DocumentState;
use domain::locking::CheckoutState;
use domain::opening::OpensIn;
use domain::plugin::{CommandInfo, VersionInfo};
use domain::rights::May;
use domain::visibility::VisibleFor;
use domain::{DocumentId, Error, names};

/// One fact about the document.
#[derive(Debug, Clone)]
pub(crate) struct Fact {
    label: &'static str,
    value: String,
    /// Where it leads; blank for nowhere.
    href: String,
}

impl Fact {
    fn new(label: &'static str, value: impl Into<String>) -> Self {
        Self { label, value: value.into(), href: String::new() }
    }

    fn to(mut self, href: String) -> Self {
        self.href = href;
        self
    }
}

/// Who holds the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Lock {
    None,
    Mine,
    Other(String),
}

/// One row of the versions.
#[derive(Debug, Clone)]
pub(crate) struct Version {
    pub number: u32,
    pub note: String,
    pub by: String,
    pub at: String,
    pub exact: String,
    pub size: String,
    pub href: String,
    pub id: String,
    pub newest: bool,
}

#[derive(Debug, Template)]
#[template(path = "documents/show.html")]
pub(crate) struct Show {
    page: Page,
    id: DocumentId,
    heading: String,
    file_name: String,
    size: String,
    status: (&'static str, &'static str),
    lock: Lock,
    draft: bool,
    trashed: bool,
    /// It can be had as PDF.
    pdf: bool,
    empty: bool,
    may: May,
    revision: String,
    max_upload: u64,
    next_status: (&'static str, &'static str),
    description: String,
    facts: Vec<Fact>,
    versions: Vec<Version>,
    versioned: bool,
    versions_missing: String,
    commands: Vec<CommandInfo>,
    place: String,
    opens_there: bool,
    opens_on_desktop: bool,
    /// Where *Open* leads this person.
    opens_in: OpensIn,
    outside: Outside,
    check_in: Option<Ask>,
    undo: Option<Ask>,
    rename: Option<Ask>,
    copy: Option<Ask>,
    trash: Option<Ask>,
    destroy: Option<Ask>,
    again: String,
}

/// The page.
pub(crate) async fn show(signed: Signed, State(app): State<App>, Id(id): Id<DocumentId>) -> PageResult {
    let view = app.documents().get(&signed.ctx, id).await?;
    let ready = view.document.state == DocumentState::Ready;
    let history = app.living().history(&signed.ctx, id).await?;
    // What is not there any more is not asked for.
    let ready = ready && history.outside.missing.is_none();
    // The page stands even where the place that keeps the bytes does not answer.
    let versions = async {
        if ready && view.document.semantics.versions() {
            tolerate(app.documents().versions(&signed.ctx, id).await)
        } else {
            Ok(nothing())
        }
    };
    let commands = async {
        if ready { tolerate(app.documents().commands(&signed.ctx, id).await) } else { Ok(nothing()) }
    };
    let at_place = async {
        if ready {
            tolerate(app.living().at_place(&signed.ctx, id).await.map(Vec::from_iter))
        } else {
            Ok(nothing())
        }
    };
    let (versions, commands, at_place) = tokio::join!(versions, commands, at_place);
    let ((versions, versions_missing), (commands, _), (at_place, _)) = (versions?, commands?, at_place?);
    let page = Page::new(&signed, view.document.properties.heading.clone())
        .nav(Nav::Documents)
        .crumb("Documents", at::list())
        .wide();
    let outside = outside(&page, &view.plugin_name, &history, at_place.first());
    let mut shown = assemble(page, view, versions, commands, app.settings().max_upload);
    shown.versions_missing = versions_missing;
    shown.outside = outside;
    shown.opens_in = app.preferences().opens_in(&signed.ctx).await?;
    shown.pdf = ready && !shown.empty && app.documents().has_pdf(&shown.file_name);
    page::show(&shown)
}

/// What a place is not asked for.
fn nothing<T>() -> (Vec<T>, String) {
    (Vec::new(), String::new())
}

/// What a place answered; or nothing, and why.
fn tolerate<T>(answer: domain::Result<Vec<T>>) -> Result<(Vec<T>, String), Error> {
    use domain::ErrorKind::{Damaged, Unavailable, Unsupported};
    match answer {
        Ok(items) => Ok((items, String::new())),
        Err(e) if matches!(e.kind(), Damaged | Unavailable | Unsupported) => {
            Ok((Vec::new(), e.public().to_owned()))
        }
        Err(e) => Err(e),
    }
}

fn assemble(
    page: Page,
    view: DocumentView,
    versions: Vec<VersionInfo>,
    commands: Vec<CommandInfo>,
    max_upload: u64,
) -> Show {
    let ask = |allowed: bool, question: fn(&DocumentView) -> Ask| allowed.then(|| question(&view).on(&page));
    let may = view.may.clone();
    let document = &view.document;
    let properties = &document.properties;
    let about = routes::documents::About {
        company: properties.company.map(|i| i.0),
        contact: properties.contact.map(|i| i.0),
        project: properties.project.map(|i| i.0),
        sale: properties.sale.map(|i| i.0),
    };
    Show {
        id: document.id,
        heading: properties.heading.clone(),
        file_name: document.file_name.clone(),
        size: presenters::size(document.size),
        status: words::status(document),
        lock: match &view.checkout {
            CheckoutState::Own => Lock::Mine,
            CheckoutState::Other { name, .. } => Lock::Other(name.clone()),
            CheckoutState::NotCheckedOut | CheckoutState::LockingNotSupported => Lock::None,
        },
        draft: !document.published,
        trashed: document.state == DocumentState::Trashed,
        pdf: false,
        empty: document.size == 0,
        revision: document.revision.as_ref().map(|r| r.0.clone()).unwrap_or_default(),
        max_upload,
        next_status: questions::next_status(properties.status),
        description: properties.description.clone(),
        facts: facts(&page, &view),
        versions: version_rows(&page, document.id, versions),
        versioned: document.semantics.versions(),
        versions_missing: String::new(),
        commands,
        place: view.plugin_name.clone(),
        opens_there: view.opens_there && document.size > 0,
        opens_on_desktop: view.opens_on_desktop && document.size > 0,
        opens_in: OpensIn::default(),
        outside: Outside::default(),
        check_in: ask(may.check_in, |v| questions::check_in(v, "", false, false)),
        undo: ask(may.undo || may.force_undo, questions::undo),
        rename: ask(may.rename, |v| questions::rename(v, None)),
        copy: ask(may.copy, |v| questions::copy(v, None)),
        trash: ask(may.trash, questions::trash),
        destroy: ask(may.destroy, questions::destroy),
        again: document.template.map(|t| at::new(t, &about)).unwrap_or_default(),
        may,
        page,
    }
}

fn facts(page: &Page, view: &DocumentView) -> Vec<Fact> {
    use routes::records;
    let document = &view.document;
    let properties = &document.properties;
    let mut facts = Vec::new();
    let mut linked = |label, name: &Option<String>, href: Option<String>| {
        if let (Some(name), Some(href)) = (name, href) {
            facts.push(Fact::new(label, name).to(href));
        }
    };
    linked("Company", &view.company_name, properties.company.map(records::company));
    linked("Contact", &view.contact_name, properties.contact.map(records::contact));
    linked("Project", &view.project_name, properties.project.map(records::project));
    linked("Sale", &view.sale_title, properties.sale.map(records::sale));
    let mut text = |label, value: &str| {
        if !value.is_empty() {
            facts.push(Fact::new(label, value));
        }
    };
    text("Attention", &properties.attention);
    text("Our reference", &properties.our_ref);
    text("Your reference", &properties.your_ref);
    text("Date", &presenters::day(&document.date));
    facts.push(Fact::new("Owner", &view.owner_name).to(records::associate(document.owner)));
    facts.push(Fact::new("Visible for", visible_for(view)));
    if let Some(name) = &view.template_name {
        facts.push(Fact::new("Template", name));
    }
    if !document.language.is_empty() {
        facts.push(Fact::new("Language", words::language(&document.language)));
    }
    facts.push(Fact::new("Kept in", &view.plugin_name));
    facts.push(Fact::new("Locking", words::locking(document.semantics)));
    facts.push(Fact::new("Made", page.when(&document.created)));
    facts.push(Fact::new("Changed", page.when(&document.updated)));
    facts
}

pub(super) fn visible_for(view: &DocumentView) -> String {
    match view.document.properties.visible_for {
        VisibleFor::Everyone => "Everyone".into(),
        VisibleFor::Owner => format!("Only {}", view.owner_name),
        VisibleFor::Group(_) => match &view.group_name {
            Some(name) => format!("{name}, and {}", view.owner_name),
            None => format!("A user group that is gone, and {}", view.owner_name),
        },
    }
}

/// The versions, newest first.
fn version_rows(page: &Page, id: DocumentId, versions: Vec<VersionInfo>) -> Vec<Version> {
    let count = versions.len();
    let rows = versions.into_iter().enumerate().map(|(n, v)| Version {
        number: v.number,
        note: v.note.description,
        by: v.by_name,
        at: page.when_short(&v.at),
        exact: page.when(&v.at),
        size: presenters::size(v.size),
        href: at::version(id, &v.id.0),
        id: v.id.0,
        newest: n + 1 == count,
    });
    rows.rev().collect()
}

impl Show {
    fn undo_label(&self) -> &'static str {
        if self.may.force_undo { "Undo their check-out" } else { "Undo check-out" }
    }

    /// Where *Open* leads: what a browser does not open is opened by its program (T10).
    fn opens(&self) -> OpensIn {
        match self.opens_in {
            OpensIn::Browser if !self.outside.opening.is_empty() => OpensIn::Desktop,
            way => way,
        }
    }

    fn open_title(&self) -> String {
        match self.opens() {
            OpensIn::Browser => format!("Opens it in {}", self.place),
            OpensIn::Desktop => format!("Opens it from {} in the desktop application", self.place),
            OpensIn::Download => "Downloads a copy, as you prefer".to_owned(),
        }
    }

    /// The ways to open it beside the one that *Open* leads: address, words, and whether in a tab of its own.
    fn other_ways(&self) -> Vec<(String, &'static str, bool)> {
        if !self.outside.missing.is_empty() || !self.opens_there {
            return Vec::new();
        }
        let all = [
            (OpensIn::Browser, self.outside.opening.is_empty(), "Open in the browser", true),
            (OpensIn::Desktop, self.opens_on_desktop, "Open in the desktop application", false),
        ];
        let others = all.into_iter().filter(|(way, can, ..)| *can && *way != self.opens());
        others.map(|(way, _, words, tab)| (at::open_in(self.id, way), words, tab)).collect()
    }

    /// The ending a replacement must have.
    fn accept(&self) -> String {
        names::extension(&self.file_name)
    }

    fn dialogs(&self) -> Vec<&Ask> {
        [&self.check_in, &self.undo, &self.rename, &self.copy, &self.trash, &self.destroy]
            .into_iter()
            .flatten()
            .collect()
    }

    /// Whether there is anything in the menu.
    fn has_menu(&self) -> bool {
        self.rename.is_some()
            || self.copy.is_some()
            || self.trash.is_some()
            || self.may.complete
            || !self.other_ways().is_empty()
            || !self.commands.is_empty()
    }
}

#[cfg(test)]
impl Show {
    pub fn samples() -> Vec<Self> {
        use super::outside::Line;
        use super::samples::{document_view, version};
        use domain::documents::Status;
        let page = || super::samples::page("Offer <b>");
        let free = assemble(
            page(),
            document_view(),
            vec![version(1), version(2)],
            super::samples::commands(),
            1 << 30,
        );

        let mut own = document_view();
        own.checkout = CheckoutState::Own;
        own.document.published = false;
        own.document.size = 0;
        own.may = May { check_in: true, undo: true, change_content: true, trash: true, ..May::default() };
        let own = assemble(page(), own, Vec::new(), Vec::new(), 1 << 30);

        let mut other = document_view();
        other.checkout = CheckoutState::Other { associate: None, name: "Ada & Co".into() };
        other.holder_name = Some("Ada & Co".into());
        other.may = May {
            force_undo: true,
            copy: true,
            read_only_because: "Ada & Co has it checked out.".into(),
            ..May::default()
        };
        let mut other = assemble(page(), other, Vec::new(), Vec::new(), 1 << 30);
        other.versions_missing = "The <place> does not answer.".into();
        (other.opens_there, other.opens_on_desktop) = (true, true);
        other.outside = Outside {
            missing: "It is <gone>.".into(),
            path: "A & B / <c>.docx".into(),
            moved: true,
            shared: "A <link>".into(),
            edited: "Ada <x>".into(),
            opening: "Opens on the <desktop>.".into(),
            found_open: "At <noon>.".into(),
            lines: vec![Line {
                what: "Moved <to>".into(),
                by: "A & B".into(),
                at: "now".into(),
                exact: "now".into(),
            }],
        };

        let mut trashed = document_view();
        trashed.document.state = DocumentState::Trashed;
        trashed.document.properties.status = Status::Completed;
        trashed.may = May { restore: true, destroy: true, ..May::default() };
        let trashed = assemble(page(), trashed, Vec::new(), Vec::new(), 1 << 30);
        vec![free, own, other, trashed]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t10_the_page_offers_no_browser_for_a_format_that_only_the_desktop_opens_and_says_why() {
        let of = |opening: &str, opens_in| {
            let view = super::super::samples::document_view();
            let mut shown = assemble(super::super::samples::page("x"), view, Vec::new(), Vec::new(), 1 << 30);
            (shown.opens_there, shown.opens_on_desktop, shown.opens_in) = (true, true, opens_in);
            shown.outside.opening = opening.to_owned();
            shown.render().unwrap()
        };
        let today = of("", OpensIn::Download);
        assert!(today.contains("Open in the browser") && today.contains("Open in the desktop application"));
        for opens_in in OpensIn::ALL {
            let old = of("It opens in the desktop application.", opens_in);
            assert!(!old.contains("Open in the browser"), "{opens_in:?}");
            assert!(old.contains("It opens in the desktop application."), "{opens_in:?}");
        }
        let title = "in the desktop application";
        assert!(
            of("Old.", OpensIn::Browser).contains(title)
                && !of("", OpensIn::Browser).contains(&format!("from Archive {title}"))
        );
    }
}
