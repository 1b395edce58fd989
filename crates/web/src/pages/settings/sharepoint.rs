//! `/settings/sharepoint`: connecting SharePoint, step by step. Every step keeps what was decided, and can be changed
//! later.

mod sites;
mod view;

pub(super) use sites::{forget, give_up, go_on, look_at, make_library, make_site, place, site};

use super::trial::{Tried, tried};
use super::{page, tabs};
use crate::State;
use crate::errors::PageResult;
use crate::extract::{AdminSigned, CsrfForm, Signed};
use crate::page::{Flash, Page, go_with, leads_to, show as answer};
use crate::presenters;
use crate::routes::settings as at;
use crate::ui::Tab;
use app::TrialLine;
use app::sharepoint::{Chosen, Manner};
use askama::Template;
use domain::sharepoint::{Facts, Naming, Stage, Step};
use domain::{GroupId, Result};
use serde::Deserialize;
use sites::Placed;
use std::collections::BTreeMap;
use view::{View, view};

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

/// What a page shows beside the set-up as it stands.
#[derive(Debug, Default)]
struct Beside {
    trial: Vec<TrialLine>,
    /// A link for the administrator of the tenant.
    link: String,
    /// A way of filing that is looked at and not decided.
    looked_at: Option<(Placed, Manner)>,
}

/// Shows the set-up as it stands.
pub(super) async fn show(
    AdminSigned(signed): AdminSigned,
    axum::extract::State(state): axum::extract::State<State>,
) -> PageResult {
    shown(&signed, &state, Beside::default()).await
}

async fn shown(signed: &Signed, state: &State, beside: Beside) -> PageResult {
    let sharepoint = state.app.sharepoint();
    let page = page(signed, "SharePoint").crumb("Connections", at::connections());
    let Beside { trial, link, looked_at } = beside;
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
        match viewed(signed, state, looked_at, &whole.page).await {
            Ok(view) => whole.view = Some(view),
            Err(e) => e.public().clone_into(&mut whole.trouble),
        }
    }
    Ok(leads_to(answer(&whole)?, state.app.sign_in().origin().as_deref()))
}

async fn viewed(
    signed: &Signed,
    state: &State,
    looked_at: Option<(Placed, Manner)>,
    page: &Page,
) -> Result<View> {
    let sharepoint = state.app.sharepoint();
    let mut setup = sharepoint.setup(&signed.ctx).await?;
    let chosen = match looked_at {
        Some((form, manner)) => {
            setup.preview = sharepoint.preview(&signed.ctx, &manner).await?;
            (setup.draft.order, setup.draft.naming) = (manner.order, manner.naming);
            setup.draft.folders = Some((form.documents_folder, form.templates_folder));
            Some((form.documents, form.templates))
        }
        None => None,
    };
    let mut view = view(setup, &state.settings.base.at(&at::accounts()), |at| page.when(at));
    if let Some((documents, templates)) = chosen {
        for library in &mut view.libraries {
            library.documents = library.drive == documents;
            library.templates = library.drive == templates;
        }
    }
    Ok(view)
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
        Ok(link) => shown(&signed, &state, Beside { link: link.url, ..Beside::default() }).await,
        Err(e) => go_with(&at::sharepoint(), Flash::failed(&e)),
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Columns {
    columns: Vec<String>,
}

/// Chooses which facts become columns.
pub(super) async fn properties(
    AdminSigned(signed): AdminSigned,
    axum::extract::State(state): axum::extract::State<State>,
    CsrfForm(form): CsrfForm<Columns>,
) -> PageResult {
    let done = match Facts::from_words(&form.columns) {
        Ok(facts) => state.app.sharepoint().choose_columns(&signed.ctx, facts).await,
        Err(e) => Err(e),
    };
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
    match done {
        Ok(chosen) => back(Ok(()), &kept(chosen)),
        Err(e) => back(Err(e), ""),
    }
}

/// What is said when it was chosen who may open documents.
fn kept(chosen: Chosen) -> String {
    let mut words = "Kept. It takes effect with the trial.".to_owned();
    if let Some(switched) = chosen.switched {
        words = format!("{words} Then: {}", switched.words());
    }
    if chosen.unchecked > 0 {
        let groups = presenters::count(chosen.unchecked, "group", "groups");
        words =
            format!("{words} {groups} at Microsoft could not be checked: the page says what would allow it.");
    }
    words
}

/// Switches it on and tries it, with every step shown.
pub(super) async fn try_out(
    AdminSigned(signed): AdminSigned,
    axum::extract::State(state): axum::extract::State<State>,
    _: CsrfForm<Nothing>,
) -> PageResult {
    match state.app.sharepoint().try_out(&signed.ctx).await {
        Ok(trial) => shown(&signed, &state, Beside { trial, ..Beside::default() }).await,
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

fn back(done: Result<()>, words: &str) -> PageResult {
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
    use app::sharepoint::{Domains, PersonFit, Planned, Preview, Setup, Todo};
    use domain::connections::Provider;
    use domain::identity::Registration;
    use domain::sharepoint::{
        Active, Draft, Fit, Library, LibraryFound, Named, NewSite, Place, Site, SiteAt, Switched,
    };
    use jiff::Timestamp;

    const OBJECT: &str = "6a5f0d3c-92c5-4f6e-b0c7-1d8e3f5a7c03";
    const CLIENT: &str = "0a1b2c3d-92c5-4f6e-b0c7-1d8e3f5a7c03";

    const ACCOUNTS: &str = "https://crm.example/settings/accounts";

    fn new_site(group: bool, site: bool) -> NewSite {
        let mut made = NewSite::wished("CRM <1> & more", "crm", "m".into(), Timestamp::UNIX_EPOCH).unwrap();
        made.group = group.then(|| "g".into());
        made.site = site.then(|| SiteAt { id: "h,a,b".into(), address: "https://h/sites/crm?a&b".into() });
        made
    }

    fn person(fit: Fit, email: Option<&str>) -> PersonFit {
        PersonFit { name: "Ada <L>".into(), email: email.map(str::to_owned), fit }
    }

    fn setup(step: Step, full: bool) -> Setup {
        let library = |drive: &str| LibraryFound {
            drive: drive.into(),
            name: "Docs <A>".into(),
            required: vec!["Case <1>".into()],
            keeps_checked_out: true,
            ..LibraryFound::default()
        };
        let site = Site {
            id: "h,a,b".into(),
            name: "CRM & more".into(),
            libraries: vec![library("b!1"), library("b!2")],
        };
        let draft = Draft {
            site: full.then_some(site),
            making: full.then(|| new_site(true, true)),
            ungranted: full.then(|| SiteAt { id: "h,c,d".into(), address: "https://h/sites/old".into() }),
            columns: full.then(Facts::usual),
            visible_for: full.then_some(true),
            before: full.then(Vec::new),
            ..Draft::default()
        };
        let fits = [Fit::SignsIn, Fit::Guest, Fit::Never, Fit::Connected];
        let mut others: Vec<_> = fits.map(|fit| person(fit, Some("ada+<b>@fjord.example"))).into();
        others.push(person(Fit::Never, None));
        let group = |id, object: &str, called: Option<&str>| app::sharepoint::GroupLine {
            id: GroupId(id),
            name: "S<ales".into(),
            object: object.into(),
            called: called.map(str::to_owned),
        };
        let groups =
            vec![group(3, "", None), group(4, OBJECT, Some("Sales & <more>")), group(5, OBJECT, None)];
        let domain = |provider: Provider, tenant: Option<&str>| Registration {
            domain: "fjord.example".into(),
            subdomains: full,
            provider,
            tenant: tenant.map(str::to_owned),
        };
        let domains = Domains {
            all: vec![domain(Provider::microsoft(), Some(OBJECT)), domain(Provider::google(), None)],
            outside: vec![("Ada <L>".into(), "ada@tide.example".into())],
            client_id: if full { CLIENT.into() } else { String::new() },
        };
        let named = Named::of(vec!["Everyone".into(), "A&B".into()], "What <now>?", ".docx", 0);
        let planned = |todo| Planned { todo, what: "The column “<A>”".into() };
        Setup {
            step,
            consent: None,
            active: full.then(|| active(&draft)),
            domains: if full { domains } else { Domains::default() },
            connected: 3,
            others: if full { others } else { Vec::new() },
            groups: if full { groups } else { Vec::new() },
            preview: Preview { files: vec![named], changed: 1, of: 2 },
            plan: if full { [Todo::Make, Todo::Change, Todo::Try].map(planned).into() } else { Vec::new() },
            templates: (1, 2),
            draft,
        }
    }

    fn active(draft: &Draft) -> Active {
        let library = Library { drive: "b!1".into(), folder: "01A".into() };
        let place = Place {
            tenant: OBJECT.into(),
            site: "h,a,b".into(),
            documents: library.clone(),
            templates: library,
            visible_for: draft.visible_for == Some(false),
            columns: Facts::default(),
        };
        let (order, naming) = (Vec::new(), Naming::default());
        Active { place, connection: "c".into(), groups: BTreeMap::new(), order, naming }
    }

    fn shown(setup: Setup, link: String) -> String {
        let page = check::page("SharePoint");
        let trial = super::super::trial::samples();
        let tabs = tabs(&page, "SharePoint");
        let view = Some(view(setup, ACCOUNTS, |_| "then".into()));
        let whole = SharePoint { tabs, possible: true, trouble: String::new(), link, view, trial, page };
        let text = whole.render().unwrap();
        check::whole_page(&text);
        text
    }

    #[test]
    fn each_page_is_well_formed() {
        let all = [Step::Check, Step::Sites, Step::Properties, Step::Access, Step::Review, Step::Done];
        for open in all {
            for full in [false, true] {
                let link = if full { "https://x/consent?a=1&b=2".into() } else { String::new() };
                shown(setup(open, full), link);
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

    #[test]
    fn each_stage_of_a_site_in_the_making_says_what_happens_next() {
        for (group, site, words) in [
            (false, false, "it is found, or made once"),
            (true, false, "can take three quarters of an hour"),
            (true, true, "/v1.0/sites/h,a,b/permissions"),
        ] {
            let mut setup = setup(Step::Sites, true);
            setup.draft.making = Some(new_site(group, site));
            let text = shown(setup, String::new());
            assert!(text.contains(words) && text.contains("Look again"), "{words}");
            assert!(!text.contains("name=\"site_alias\""), "no second one meanwhile");
        }
    }

    #[test]
    fn a_site_that_is_not_given_yet_is_shown_with_the_whole_request_however_it_came_about() {
        let mut chosen = setup(Step::Sites, true);
        chosen.draft.making = None;
        let mut made = setup(Step::Sites, true);
        made.draft.ungranted = None;
        for (setup, id) in [(chosen, "h,c,d"), (made, "h,a,b")] {
            let text = shown(setup, String::new());
            assert!(text.contains(&format!("/v1.0/sites/{id}/permissions")), "{id}: {text}");
            assert!(text.contains(CLIENT) && !text.contains("the application's client id"), "{text}");
            assert!(text.contains("Sites.FullControl.All"));
        }
        let mut unknown = setup(Step::Sites, true);
        unknown.domains.client_id = String::new();
        assert!(shown(unknown, String::new()).contains("Whoever runs the login page knows it"));
    }

    #[test]
    fn switching_visible_for_is_told_beside_the_choice_and_with_the_answer() {
        for (visible_for, switched) in [(true, Switched::On), (false, Switched::Off)] {
            let mut setup = setup(Step::Review, true);
            setup.draft.visible_for = Some(visible_for);
            setup.active = Some(active(&setup.draft));
            let text = shown(setup, String::new());
            let words = switched.words().split('“').nth(2).unwrap();
            assert!(text.contains(words), "{words}: {text}");
            let flash = kept(Chosen { switched: Some(switched), unchecked: 0 });
            assert!(flash.contains("Documents that exist stay"), "{flash}");
        }
        let flash = kept(Chosen { switched: None, unchecked: 2 });
        assert!(!flash.contains("Documents that exist") && flash.contains("2 groups"), "{flash}");
    }

    #[test]
    fn each_group_at_microsoft_is_shown_by_its_name_or_with_what_would_allow_to_look() {
        let text = shown(setup(Step::Access, true), String::new());
        assert!(text.contains("Sales &#38; &#60;more&#62;"), "{text}");
        assert_eq!(text.matches("could not be checked").count(), 1, "{text}");
        assert!(text.contains("GroupMember.Read.All"));
    }

    #[test]
    fn the_domains_are_shown_with_their_tenant_and_who_is_outside_them() {
        let text = shown(setup(Step::Check, true), String::new());
        for words in [OBJECT, "ada@tide.example", "/settings/sign-in", "signs in elsewhere"] {
            assert!(text.contains(words), "{words}: {text}");
        }
        let text = shown(setup(Step::Check, false), String::new());
        assert!(text.contains("No domain is registered"), "{text}");
    }

    #[test]
    fn everybody_who_has_an_address_can_be_reminded_and_guests_are_told_something_else() {
        let text = shown(setup(Step::Check, true), String::new());
        assert_eq!(text.matches("href=\"mailto:ada%2B%3Cb%3E@fjord.example?").count(), 3, "{text}");
        assert!(text.contains("has no e-mail address"), "{text}");
        assert_eq!(text.matches("href=\"mailto:?bcc=").count(), 1);
        assert!(text.contains("Remind 2 people at once"), "neither guests nor who has no address: {text}");
        assert!(text.contains("another%20organisation"), "what a guest reads: {text}");
    }
}
