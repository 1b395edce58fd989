//! `/settings/sharepoint`: connecting SharePoint, step by step. Every step keeps what was decided, and can be changed
//! later.

use super::trial::{Tried, tried};
use super::{page, tabs};
use crate::State;
use crate::errors::PageResult;
use crate::extract::{AdminSigned, CsrfForm, Signed};
use crate::page::{Flash, Page, go_with, leads_to, show as answer};
use crate::routes::settings as at;
use crate::ui::{self, Badge, Tab};
use app::TrialLine;
use app::sharepoint::Setup;
use askama::Template;
use domain::connections::ConnectionState;
use domain::plugin::FolderPart;
use domain::sharepoint::{Draft, Fit, Step, Wish, order_in};
use domain::{Error, GroupId};
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Debug, Template)]
#[template(path = "settings/sharepoint.html")]
struct SharePoint {
    page: Page,
    tabs: Vec<Tab>,
    possible: bool,
    trouble: String,
    /// A link for the administrator of the tenant, shown this once.
    link: String,
    view: Option<View>,
    trial: Vec<Tried>,
}

/// The set-up as the page shows it.
#[derive(Debug)]
struct View {
    steps: Vec<StepLine>,
    open: Step,
    active: bool,
    connected: usize,
    others: Vec<(String, &'static str)>,
    consent: Badge,
    consent_words: &'static str,
    consented: bool,
    site: Option<String>,
    libraries: Vec<Choice>,
    placed: bool,
    order: Vec<Slot>,
    preview: Vec<String>,
    columns: Option<bool>,
    visible_for: Option<bool>,
    groups: Vec<(GroupId, String, String)>,
    summary: Vec<(&'static str, String)>,
    templates: String,
    preferred: bool,
    can_prefer: bool,
}

/// A step in the list at the side.
#[derive(Debug)]
struct StepLine {
    number: usize,
    title: &'static str,
    state: Badge,
    here: bool,
}

/// A library to choose.
#[derive(Debug)]
struct Choice {
    drive: String,
    name: String,
    documents: bool,
    templates: bool,
}

/// One of the folders that documents are filed under.
#[derive(Debug)]
struct Slot {
    number: usize,
    choices: Vec<(&'static str, &'static str, bool)>,
}

const STEPS: [(Step, &str); 5] = [
    (Step::Check, "Check"),
    (Step::Sites, "Sites and folders"),
    (Step::Properties, "Properties"),
    (Step::Access, "Groups and access"),
    (Step::Review, "Review and trial"),
];

/// How many folders documents can be filed under.
const SLOTS: usize = 4;

fn words_of(part: FolderPart) -> &'static str {
    match part {
        FolderPart::Group => "User group of the owner",
        FolderPart::Owner => "Owner",
        FolderPart::Template => "Template",
        FolderPart::Company => "Company",
        FolderPart::Project => "Project",
        FolderPart::Year => "Year",
    }
}

/// Shows the set-up as it stands.
pub(super) async fn show(
    AdminSigned(signed): AdminSigned,
    axum::extract::State(state): axum::extract::State<State>,
) -> PageResult {
    shown(&signed, &state, Vec::new(), String::new()).await
}

async fn shown(signed: &Signed, state: &State, trial: Vec<TrialLine>, link: String) -> PageResult {
    let sharepoint = state.app.sharepoint();
    let page = page(signed, "SharePoint").crumb("Connections", at::connections());
    let mut whole = SharePoint {
        tabs: tabs(&page, "SharePoint"),
        possible: sharepoint.is_possible(),
        trouble: String::new(),
        link,
        view: None,
        trial: tried(trial),
        page,
    };
    if whole.possible {
        match sharepoint.setup(&signed.ctx).await {
            Ok(setup) => whole.view = Some(view(setup)),
            Err(e) => e.public().clone_into(&mut whole.trouble),
        }
    }
    Ok(leads_to(answer(&whole)?, state.app.sign_in().origin().as_deref()))
}

fn view(setup: Setup) -> View {
    let Setup { step, draft, consent, active, connected, others, groups, preview, templates } = setup;
    let steps = STEPS.iter().enumerate().map(|(n, (of, title))| StepLine {
        number: n + 1,
        title,
        here: *of == step,
        state: match of.cmp(&step) {
            std::cmp::Ordering::Less => ui::badge("Done").good(),
            std::cmp::Ordering::Equal => ui::badge("Now").accent(),
            std::cmp::Ordering::Greater => ui::badge("Later"),
        },
    });
    let (consent, consent_words) = consented(consent.map(|c| c.state));
    let libraries = draft.site.iter().flat_map(|site| &site.libraries).map(|library| Choice {
        documents: draft.place.as_ref().is_some_and(|place| place.documents.drive == library.drive),
        templates: draft.place.as_ref().is_some_and(|place| place.templates.drive == library.drive),
        drive: library.drive.clone(),
        name: library.name.clone(),
    });
    View {
        steps: steps.collect(),
        open: step,
        active,
        connected,
        others: others.into_iter().map(|person| (person.name, fit(person.fit))).collect(),
        consented: consent_words.is_empty(),
        consent,
        consent_words,
        site: draft.site.as_ref().map(|site| site.name.clone()),
        libraries: libraries.collect(),
        placed: draft.place.is_some(),
        order: slots(&draft),
        summary: summary(&draft, &preview),
        preview,
        columns: draft.columns,
        visible_for: draft.visible_for,
        groups: groups.into_iter().map(|group| (group.id, group.name, group.object)).collect(),
        templates: format!(
            "{} of {} templates send their documents to SharePoint.",
            templates.0, templates.1
        ),
        preferred: draft.before.is_some(),
        can_prefer: step == Step::Done && templates.0 < templates.1,
    }
}

fn consented(state: Option<ConnectionState>) -> (Badge, &'static str) {
    match state {
        Some(ConnectionState::Active) => (ui::badge("Agreed").good(), ""),
        Some(ConnectionState::WaitingForAdministrator) => (
            ui::badge("Waiting for an administrator").warn(),
            "The link was made, and nobody has agreed yet. You can leave this page and come back.",
        ),
        Some(ConnectionState::NeedsAttention) => {
            (ui::badge("Needs attention").bad(), "The consent does not work any more. Ask for it again.")
        }
        _ => {
            (ui::badge("Not asked yet"), "Make a link and send it to whoever administers your Microsoft 365.")
        }
    }
}

fn slots(draft: &Draft) -> Vec<Slot> {
    let usual = [FolderPart::Company, FolderPart::Project, FolderPart::Year];
    let order: &[FolderPart] = if draft.order.is_empty() { &usual } else { &draft.order };
    let slot = |n: usize| {
        let here = order.get(n).copied();
        let choice = |part: FolderPart| (part.word(), words_of(part), here == Some(part));
        let none = ("", "No folder", here.is_none());
        Slot { number: n + 1, choices: std::iter::once(none).chain(FolderPart::ALL.map(choice)).collect() }
    };
    (0..SLOTS).map(slot).collect()
}

fn summary(draft: &Draft, preview: &[String]) -> Vec<(&'static str, String)> {
    let named = |drive: &str| {
        let all = draft.site.iter().flat_map(|site| &site.libraries);
        all.filter(|library| library.drive == drive)
            .map(|library| library.name.clone())
            .next()
            .unwrap_or_default()
    };
    let places = draft.place.as_ref().map(|place| {
        format!(
            "Documents in “{}”, templates in “{}”.",
            named(&place.documents.drive),
            named(&place.templates.drive)
        )
    });
    let columns = match draft.columns {
        Some(true) => "Six columns are made in each library.",
        _ => "No columns are made.",
    };
    let access = match draft.visible_for {
        Some(true) => {
            format!("Visible for decides; {} groups at Microsoft stand for user groups.", draft.groups.len())
        }
        _ => "Whoever the library lets in.".to_owned(),
    };
    vec![
        ("Site", draft.site.as_ref().map(|site| site.name.clone()).unwrap_or_default()),
        ("Libraries", places.unwrap_or_default()),
        ("A document", preview.first().cloned().unwrap_or_default()),
        ("Properties", columns.to_owned()),
        ("Who may open them", access),
    ]
}

fn fit(fit: Fit) -> &'static str {
    match fit {
        Fit::Connected => "works in SharePoint",
        Fit::SignsIn => "signs in with Microsoft, and has to connect their documents under Your accounts",
        Fit::Guest => "is a guest: their Microsoft account belongs to another organisation",
        Fit::Never => "has never signed in with Microsoft; send them an invitation under People",
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Nothing {}

/// The people were looked at.
pub(super) async fn check(
    AdminSigned(signed): AdminSigned,
    axum::extract::State(state): axum::extract::State<State>,
    _: CsrfForm<Nothing>,
) -> PageResult {
    back(state.app.sharepoint().checked(&signed.ctx).await, "Noted. Nobody is kept out by this.")
}

/// Makes a link for the administrator of the tenant.
pub(super) async fn ask(
    AdminSigned(signed): AdminSigned,
    axum::extract::State(state): axum::extract::State<State>,
    _: CsrfForm<Nothing>,
) -> PageResult {
    match state.app.sharepoint().ask_consent(&signed.ctx).await {
        Ok(link) => shown(&signed, &state, Vec::new(), link.url).await,
        Err(e) => go_with(&at::sharepoint(), Flash::failed(&e)),
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Address {
    address: String,
}

/// Finds the site.
pub(super) async fn site(
    AdminSigned(signed): AdminSigned,
    axum::extract::State(state): axum::extract::State<State>,
    CsrfForm(form): CsrfForm<Address>,
) -> PageResult {
    let found = state.app.sharepoint().choose_site(&signed.ctx, &form.address).await;
    back(found.map(drop), "The site was found. Choose its libraries.")
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Placed {
    documents: String,
    documents_folder: String,
    templates: String,
    templates_folder: String,
    order: Vec<String>,
}

/// Chooses libraries and folders.
pub(super) async fn place(
    AdminSigned(signed): AdminSigned,
    axum::extract::State(state): axum::extract::State<State>,
    CsrfForm(form): CsrfForm<Placed>,
) -> PageResult {
    let documents = Wish { drive: form.documents, folder: form.documents_folder };
    let templates = Wish { drive: form.templates, folder: form.templates_folder };
    let done = match order_in(&form.order) {
        Ok(order) => {
            state.app.sharepoint().choose_place(&signed.ctx, documents, templates, order).await.map(drop)
        }
        Err(e) => Err(e),
    };
    back(done, "Both folders can be used.")
}

#[derive(Debug, Deserialize)]
pub(super) struct Columns {
    columns: String,
}

/// Chooses whether facts become columns.
pub(super) async fn properties(
    AdminSigned(signed): AdminSigned,
    axum::extract::State(state): axum::extract::State<State>,
    CsrfForm(form): CsrfForm<Columns>,
) -> PageResult {
    let done = state.app.sharepoint().choose_columns(&signed.ctx, form.columns == "yes").await;
    back(done, "Kept. Columns are made with the trial.")
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Opened {
    access: String,
    group: Vec<GroupId>,
    object: Vec<String>,
}

/// Chooses who may open documents.
pub(super) async fn access(
    AdminSigned(signed): AdminSigned,
    axum::extract::State(state): axum::extract::State<State>,
    CsrfForm(form): CsrfForm<Opened>,
) -> PageResult {
    let groups: BTreeMap<_, _> = form.group.into_iter().zip(form.object).collect();
    let done = state.app.sharepoint().choose_access(&signed.ctx, form.access == "visible_for", groups).await;
    back(done, "Kept. It takes effect with the trial.")
}

/// Switches it on and tries it, with every step shown.
pub(super) async fn try_out(
    AdminSigned(signed): AdminSigned,
    axum::extract::State(state): axum::extract::State<State>,
    _: CsrfForm<Nothing>,
) -> PageResult {
    match state.app.sharepoint().try_out(&signed.ctx).await {
        Ok(lines) => shown(&signed, &state, lines, String::new()).await,
        Err(e) => go_with(&at::sharepoint(), Flash::failed(&e)),
    }
}

/// Makes it the preferred place.
pub(super) async fn prefer(
    AdminSigned(signed): AdminSigned,
    axum::extract::State(state): axum::extract::State<State>,
    _: CsrfForm<Nothing>,
) -> PageResult {
    let done = state.app.sharepoint().prefer(&signed.ctx).await.map(drop);
    back(done, "New documents of every template go to SharePoint. No document that exists was touched.")
}

/// Takes the preference back.
pub(super) async fn undo(
    AdminSigned(signed): AdminSigned,
    axum::extract::State(state): axum::extract::State<State>,
    _: CsrfForm<Nothing>,
) -> PageResult {
    let done = state.app.sharepoint().prefer_no_more(&signed.ctx).await.map(drop);
    back(done, "Every template sends its documents where it did before.")
}

/// Takes it back.
pub(super) async fn disconnect(
    AdminSigned(signed): AdminSigned,
    axum::extract::State(state): axum::extract::State<State>,
    _: CsrfForm<Nothing>,
) -> PageResult {
    let words = "Switched off. Documents kept there are unavailable until it is switched on again; nothing was deleted.";
    back(state.app.sharepoint().disconnect(&signed.ctx).await, words)
}

fn back(done: Result<(), Error>, words: &str) -> PageResult {
    let flash = match done {
        Ok(()) => Flash::done(words),
        Err(e) => Flash::failed(&e),
    };
    go_with(&at::sharepoint(), flash)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::check;
    use domain::sharepoint::{LibraryFound, Site};

    fn sample(step: Step, full: bool) -> View {
        let library = |drive: &str| LibraryFound { drive: drive.into(), name: "Docs <A>".into() };
        let site = Site {
            id: "h,a,b".into(),
            name: "CRM & more".into(),
            libraries: vec![library("b!1"), library("b!2")],
        };
        let draft = Draft {
            site: full.then_some(site),
            columns: full.then_some(true),
            visible_for: full.then_some(true),
            before: full.then(Vec::new),
            ..Draft::default()
        };
        let person = |fit| app::sharepoint::PersonFit { name: "Ada <L>".into(), fit };
        let fits = [Fit::SignsIn, Fit::Guest, Fit::Never, Fit::Connected];
        let others = if full { fits.into_iter().map(person).collect() } else { Vec::new() };
        let group =
            app::sharepoint::GroupLine { id: GroupId(3), name: "S<ales".into(), object: String::new() };
        view(Setup {
            step,
            draft,
            consent: None,
            active: full,
            connected: 3,
            others,
            groups: if full { vec![group] } else { Vec::new() },
            preview: vec!["Everyone / A&B / Offer.docx".into()],
            templates: (1, 2),
        })
    }

    #[test]
    fn each_page_is_well_formed() {
        let all = [Step::Check, Step::Sites, Step::Properties, Step::Access, Step::Review, Step::Done];
        for open in all {
            for full in [false, true] {
                let page = check::page("SharePoint");
                let trial = super::super::trial::samples();
                let tabs = tabs(&page, "SharePoint");
                let link = if full { "https://x/consent?a=1&b=2".into() } else { String::new() };
                let view = Some(sample(open, full));
                let whole =
                    SharePoint { tabs, possible: true, trouble: String::new(), link, view, trial, page };
                check::whole_page(&whole.render().unwrap());
            }
        }
        for (possible, trouble) in [(false, ""), (true, "It <does> not answer.")] {
            let page = check::page("SharePoint");
            let (tabs, trouble) = (tabs(&page, "SharePoint"), trouble.into());
            let (link, trial) = (String::new(), Vec::new());
            let whole = SharePoint { tabs, possible, trouble, link, view: None, trial, page };
            check::whole_page(&whole.render().unwrap());
        }
    }
}
