//! `/settings/google`: connecting Google Drive, step by step. Every step keeps what was decided, and can be changed later.

use super::trial::{Tried, tried};
use super::{page, tabs};
use crate::State;
use crate::errors::PageResult;
use crate::extract::{AdminSigned, CsrfForm, Signed};
use crate::page::{Flash, Page, go_with, leads_to, show as answer};
use crate::pages::entrance::{away, is_framed};
use crate::routes::settings as at;
use crate::ui::{self, Badge, Tab};
use app::TrialLine;
use app::google::{Setup, WherePlaced};
use app::sign_in::Connection;
use askama::Template;
use domain::connections::{Attention, ConnectionState};
use domain::google::{Access, DriveKind, Fit, Step};
use domain::{Error, TemplateId};
use serde::Deserialize;

#[derive(Debug, Template)]
#[template(path = "settings/google.html")]
struct Google {
    page: Page,
    tabs: Vec<Tab>,
    possible: bool,
    trouble: String,
    view: Option<View>,
    trial: Vec<Tried>,
}

/// The set-up as the page shows it.
#[derive(Debug)]
struct View {
    steps: Vec<StepLine>,
    open: Step,
    active: bool,
    domains: String,
    fitting: usize,
    others: Vec<(String, String, &'static str)>,
    account: Option<Account>,
    own_account: bool,
    place: Option<String>,
    drive: String,
    picked: Vec<(String, String)>,
    access: &'static str,
    group: String,
    domain: String,
    let_in: bool,
    show_check_out: bool,
    templates: Vec<TemplateLine>,
    summary: Vec<(String, String)>,
}

/// A step in the list at the side.
#[derive(Debug)]
struct StepLine {
    number: usize,
    title: &'static str,
    state: Badge,
    here: bool,
}

#[derive(Debug)]
struct Account {
    address: String,
    badge: Badge,
    sentence: &'static str,
}

#[derive(Debug)]
struct TemplateLine {
    id: TemplateId,
    name: String,
    kept_in: String,
    stored_in: String,
    produce: bool,
    copy: bool,
}

const STEPS: [(Step, &str); 6] = [
    (Step::Check, "People"),
    (Step::Account, "System account"),
    (Step::Place, "Where files lie"),
    (Step::Access, "Who may open them"),
    (Step::Templates, "Templates"),
    (Step::Review, "Review and trial"),
];

/// Shows the set-up as it stands.
pub(super) async fn show(
    AdminSigned(signed): AdminSigned,
    axum::extract::State(state): axum::extract::State<State>,
) -> PageResult {
    shown(&signed, &state, Vec::new()).await
}

async fn shown(signed: &Signed, state: &State, trial: Vec<TrialLine>) -> PageResult {
    let google = state.app.google();
    let page = page(signed, "Google Drive").crumb("Connections", at::connections());
    let mut whole = Google {
        tabs: tabs(&page, "Google Drive"),
        possible: google.is_possible(),
        trouble: String::new(),
        view: None,
        trial: tried(trial),
        page,
    };
    if whole.possible {
        match google.setup(&signed.ctx).await {
            Ok(setup) => whole.view = Some(view(setup)),
            Err(e) => e.public().clone_into(&mut whole.trouble),
        }
    }
    Ok(leads_to(answer(&whole)?, state.app.sign_in().origin().as_deref()))
}

fn view(setup: Setup) -> View {
    let Setup { step, draft, connection, active, domains, fitting, others, templates } = setup;
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
    let account = connection.as_ref().map(account);
    let place = draft.place.as_ref();
    let words = place.map(|p| match &p.drive {
        DriveKind::MyDrive => "Two folders in the system account's My Drive.".to_owned(),
        DriveKind::SharedDrive { .. } => "Two folders in a shared drive.".to_owned(),
    });
    let (access, access_words, group, domain) = opened(draft.access.as_ref());
    let summary = vec![
        ("System account".to_owned(), account.as_ref().map(|a| a.address.clone()).unwrap_or_default()),
        ("Where files lie".to_owned(), words.clone().unwrap_or_default()),
        ("Who may open them".to_owned(), access_words),
        (
            "Templates".to_owned(),
            format!(
                "{} send their documents to Google, {} are copied there.",
                draft.produce.len(),
                draft.copy.len()
            ),
        ),
    ];
    View {
        steps: steps.collect(),
        open: step,
        active,
        domains: domains.join(", "),
        fitting,
        others: others.into_iter().map(|p| (p.name, p.address, fit(&p.fit))).collect(),
        account,
        own_account: draft.own_account,
        picked: draft.picked.iter().map(|f| (f.id.clone(), f.name.clone())).collect(),
        drive: place.and_then(|p| p.shared_drive()).unwrap_or_default().to_owned(),
        let_in: place.is_some_and(|p| p.let_in),
        show_check_out: place.is_some_and(|p| p.show_check_out),
        place: words,
        access,
        group,
        domain,
        templates: templates
            .into_iter()
            .map(|t| TemplateLine {
                id: t.template.id,
                name: t.template.properties.name,
                kept_in: t.kept_in_name,
                stored_in: t.stored_in_name,
                produce: draft.produce.contains(&t.template.id),
                copy: draft.copy.contains(&t.template.id),
            })
            .collect(),
        summary,
    }
}

/// Who may open files: the word of the choice, the words about it, and what stands in the two fields.
fn opened(access: Option<&Access>) -> (&'static str, String, String, String) {
    let blank = String::new;
    match access {
        None | Some(Access::Inherit) => {
            ("inherit", "Whoever the folder at Google lets in.".to_owned(), blank(), blank())
        }
        Some(Access::Group { address }) => {
            ("group", format!("The members of {address}."), address.clone(), blank())
        }
        Some(Access::Domain { domain }) => {
            ("domain", format!("Everybody of {domain}."), blank(), domain.clone())
        }
    }
}

fn account(c: &Connection) -> Account {
    let (badge, sentence) = match c.state {
        ConnectionState::Active => (ui::badge("Connected").good(), ""),
        ConnectionState::NeedsAttention => (
            ui::badge("Needs attention").bad(),
            c.attention.map(Attention::repair).map_or("It does not work.", |r| r.sentence),
        ),
        _ => (ui::badge("Disconnected"), "Connect it again; everything comes back."),
    };
    Account { address: c.address.clone(), badge, sentence }
}

fn fit(fit: &Fit) -> &'static str {
    match fit {
        Fit::Fits => "fits",
        Fit::Elsewhere => "signs in elsewhere: opens files only where the folder lets them in",
        Fit::NoAddress => "has no e-mail address",
    }
}

const FRAMED: &str = "Google does not show its pages inside another site. Open the CRM in a window of its own and go on there.";

#[derive(Debug, Deserialize)]
pub(super) struct Nothing {}

/// The people were looked at.
pub(super) async fn check(
    AdminSigned(signed): AdminSigned,
    axum::extract::State(state): axum::extract::State<State>,
    _: CsrfForm<Nothing>,
) -> PageResult {
    back(state.app.google().checked(&signed.ctx).await, "Noted. Nobody is kept out by this.")
}

#[derive(Debug, Deserialize)]
pub(super) struct Connect {
    #[serde(default)]
    own_account: Option<String>,
}

/// Sets out to connect the system account.
pub(super) async fn connect(
    AdminSigned(signed): AdminSigned,
    axum::extract::State(state): axum::extract::State<State>,
    headers: http::HeaderMap,
    CsrfForm(form): CsrfForm<Connect>,
) -> PageResult {
    if is_framed(&headers) {
        return go_with(&at::google(), Flash::mind(FRAMED));
    }
    match state.app.google().connect(&signed.ctx, form.own_account.is_some(), &at::google()).await {
        Ok(begun) => away(&state, &begun),
        Err(e) => go_with(&at::google(), Flash::failed(&e)),
    }
}

/// Sets out to choose folders at Google.
pub(super) async fn pick(
    AdminSigned(signed): AdminSigned,
    axum::extract::State(state): axum::extract::State<State>,
    headers: http::HeaderMap,
    _: CsrfForm<Nothing>,
) -> PageResult {
    if is_framed(&headers) {
        return go_with(&at::google(), Flash::mind(FRAMED));
    }
    match state.app.google().pick(&signed.ctx, &at::google()).await {
        Ok(begun) => away(&state, &begun),
        Err(e) => go_with(&at::google(), Flash::failed(&e)),
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Placed {
    how: String,
    #[serde(default)]
    drive: String,
    documents: String,
    templates: String,
}

/// Chooses where files lie.
pub(super) async fn place(
    AdminSigned(signed): AdminSigned,
    axum::extract::State(state): axum::extract::State<State>,
    CsrfForm(form): CsrfForm<Placed>,
) -> PageResult {
    let Placed { how, drive, documents, templates } = form;
    let wish = match how.as_str() {
        "picked" => WherePlaced::Picked { documents, templates },
        "existing" => WherePlaced::Existing { drive, documents, templates },
        _ => WherePlaced::New { drive, documents, templates },
    };
    let done = state.app.google().choose_place(&signed.ctx, wish).await.map(drop);
    back(done, "Both folders can be used.")
}

#[derive(Debug, Deserialize)]
pub(super) struct Opened {
    access: String,
    #[serde(default)]
    group: String,
    #[serde(default)]
    domain: String,
    #[serde(default)]
    let_in: Option<String>,
    #[serde(default)]
    show_check_out: Option<String>,
}

/// Chooses who may open files.
pub(super) async fn access(
    AdminSigned(signed): AdminSigned,
    axum::extract::State(state): axum::extract::State<State>,
    CsrfForm(form): CsrfForm<Opened>,
) -> PageResult {
    let access = match form.access.as_str() {
        "group" => Access::Group { address: form.group.trim().to_owned() },
        "domain" => Access::Domain { domain: form.domain.trim().to_lowercase() },
        _ => Access::Inherit,
    };
    let done = state
        .app
        .google()
        .choose_access(&signed.ctx, access, form.let_in.is_some(), form.show_check_out.is_some())
        .await;
    back(done, "Kept. It takes effect with the trial.")
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Chosen {
    produce: Vec<TemplateId>,
    copy: Vec<TemplateId>,
}

/// Chooses templates.
pub(super) async fn templates(
    AdminSigned(signed): AdminSigned,
    axum::extract::State(state): axum::extract::State<State>,
    CsrfForm(form): CsrfForm<Chosen>,
) -> PageResult {
    let done = state.app.google().choose_templates(&signed.ctx, form.produce, form.copy).await;
    back(done, "Kept. Templates change with the trial.")
}

/// Switches it on and tries it, with every step shown.
pub(super) async fn try_out(
    AdminSigned(signed): AdminSigned,
    axum::extract::State(state): axum::extract::State<State>,
    _: CsrfForm<Nothing>,
) -> PageResult {
    match state.app.google().try_out(&signed.ctx).await {
        Ok(lines) => shown(&signed, &state, lines).await,
        Err(e) => go_with(&at::google(), Flash::failed(&e)),
    }
}

/// Takes it back.
pub(super) async fn disconnect(
    AdminSigned(signed): AdminSigned,
    axum::extract::State(state): axum::extract::State<State>,
    _: CsrfForm<Nothing>,
) -> PageResult {
    let words = "Disconnected. Documents kept there are unavailable until it is connected again; nothing was deleted.";
    back(state.app.google().disconnect(&signed.ctx).await, words)
}

fn back(done: Result<(), Error>, words: &str) -> PageResult {
    let flash = match done {
        Ok(()) => Flash::done(words),
        Err(e) => Flash::failed(&e),
    };
    go_with(&at::google(), flash)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::check;

    fn sample(open: Step, full: bool) -> View {
        let line = |n| TemplateLine {
            id: TemplateId(n),
            name: "Offer <A>".into(),
            kept_in: "Archive".into(),
            stored_in: "Archive".into(),
            produce: full,
            copy: !full,
        };
        View {
            steps: STEPS
                .iter()
                .enumerate()
                .map(|(n, (of, title))| StepLine {
                    number: n + 1,
                    title,
                    state: ui::badge("Now"),
                    here: *of == open,
                })
                .collect(),
            open,
            active: full,
            domains: if full { "a&b.example".into() } else { String::new() },
            fitting: 3,
            others: if full {
                vec![("Ada <L>".into(), String::new(), fit(&Fit::NoAddress))]
            } else {
                Vec::new()
            },
            account: full.then(|| Account {
                address: "a<b@x.example".into(),
                badge: ui::badge("Connected").good(),
                sentence: "",
            }),
            own_account: full,
            place: full.then(|| "Two folders.".into()),
            drive: String::new(),
            picked: if full { vec![("1a".into(), "Sales & <co>".into())] } else { Vec::new() },
            access: "group",
            group: "g@x.example".into(),
            domain: String::new(),
            let_in: full,
            show_check_out: full,
            templates: if full { vec![line(1), line(2)] } else { Vec::new() },
            summary: vec![("System account".into(), "a<b".into())],
        }
    }

    #[test]
    fn each_page_is_well_formed() {
        let all = [
            Step::Check,
            Step::Account,
            Step::Place,
            Step::Access,
            Step::Templates,
            Step::Review,
            Step::Done,
        ];
        for open in all {
            for full in [false, true] {
                let page = check::page("Google Drive");
                let trial = super::super::trial::samples();
                let tabs = tabs(&page, "Google Drive");
                let view = Some(sample(open, full));
                let whole = Google { tabs, possible: true, trouble: String::new(), view, trial, page };
                check::whole_page(&whole.render().unwrap());
            }
        }
        for (possible, trouble) in [(false, ""), (true, "It <does> not answer.")] {
            let page = check::page("Google Drive");
            let tabs = tabs(&page, "Google Drive");
            let trouble = trouble.into();
            let whole = Google { tabs, possible, trouble, view: None, trial: Vec::new(), page };
            check::whole_page(&whole.render().unwrap());
        }
    }
}
