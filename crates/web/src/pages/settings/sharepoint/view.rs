//! The set-up as the page shows it.

use crate::presenters;
use crate::ui::{self, Badge};
use app::sharepoint::{GroupLine, PersonFit, Planned, Preview, Setup, Todo};
use domain::connections::ConnectionState;
use domain::identity::Registration;
use domain::plugin::FolderPart;
use domain::sharepoint::{
    Draft, Fact, Facts, Fit, LibraryFound, Naming, NewSite, Reminder, SiteAt, Stage, Step, Switched,
};

/// The set-up as the page shows it.
#[derive(Debug)]
pub(super) struct View {
    pub steps: Vec<StepLine>,
    pub open: Step,
    pub active: bool,
    pub connected: usize,
    pub others: Vec<Other>,
    /// Messages to all who have to connect: the link, and what stands on it.
    pub to_all: Vec<(String, String)>,
    pub consent: Badge,
    pub consent_words: &'static str,
    pub consented: bool,
    /// The domains in words, and whose addresses are outside them.
    pub domains: Vec<String>,
    pub outside: Vec<(String, String)>,
    pub site: Option<String>,
    /// A site that the application has not been given.
    pub ungranted: Option<Grant>,
    pub making: Option<Making>,
    pub libraries: Vec<Choice>,
    pub folders: (String, String),
    /// What stands in the way in libraries, and what is good to know of them.
    pub obstacles: Vec<String>,
    pub advice: Vec<String>,
    pub placed: bool,
    pub order: Vec<Slot>,
    pub naming: Naming,
    pub preview: Preview,
    pub facts: Vec<FactChoice>,
    pub visible_for: Option<bool>,
    /// What becomes different for documents with the next trial.
    pub switched: &'static str,
    pub groups: Vec<GroupLine>,
    pub summary: Vec<(&'static str, String)>,
    pub plan: Vec<(Badge, String)>,
    pub templates: String,
    pub preferred: bool,
    pub can_prefer: bool,
}

/// A step in the list at the side.
#[derive(Debug)]
pub(super) struct StepLine {
    pub number: usize,
    pub title: &'static str,
    pub state: Badge,
    pub here: bool,
}

/// Somebody who cannot work in SharePoint yet.
#[derive(Debug)]
pub(super) struct Other {
    pub name: String,
    pub words: &'static str,
    /// Opens a message to them; blank when they have no address.
    pub link: String,
}

/// A site in the making.
#[derive(Debug)]
pub(super) struct Making {
    pub name: String,
    pub alias: String,
    pub since: String,
    pub stage: Stage,
    pub state: Badge,
    /// How it is given to the application, when it is there.
    pub grant: Grant,
}

/// How a site is given to the application.
#[derive(Debug)]
pub(super) struct Grant {
    /// Where the site is.
    pub address: String,
    /// The request that gives it, and what goes with it.
    pub request: String,
    /// Whether the request is whole: the application's client id is known.
    pub whole: bool,
}

/// A library to choose.
#[derive(Debug)]
pub(super) struct Choice {
    pub drive: String,
    pub name: String,
    pub documents: bool,
    pub templates: bool,
}

/// One of the folders that documents are filed under.
#[derive(Debug)]
pub(super) struct Slot {
    pub number: usize,
    pub choices: Vec<(&'static str, &'static str, bool)>,
}

/// A fact that can become a column.
#[derive(Debug)]
pub(super) struct FactChoice {
    pub word: &'static str,
    pub title: &'static str,
    pub is_id: bool,
    pub chosen: bool,
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
/// What the folders are called when nobody has said otherwise.
const FOLDERS: (&str, &str) = ("CRM documents", "CRM templates");

/// What the application is called where it is given a site.
const APPLICATION: &str = "Chancery";

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

/// The set-up as the page shows it; `accounts` is where people connect, `when` shows an instant.
pub(super) fn view(setup: Setup, accounts: &str, when: impl Fn(&jiff::Timestamp) -> String) -> View {
    let Setup { step, draft, consent, active, domains, connected, others, groups, preview, plan, templates } =
        setup;
    let tenant = consent.as_ref().map(|consent| consent.realm.clone());
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
    let known = draft.site.as_ref().map(|site| site.libraries.as_slice()).unwrap_or_default();
    let (documents, templates_folder) = draft.folders.clone().unzip();
    View {
        steps: steps.collect(),
        open: step,
        switched: draft.switched(active.as_ref()).map_or("", Switched::words),
        active: active.is_some(),
        domains: domains.all.iter().map(|known| domain(known, tenant.as_deref())).collect(),
        outside: domains.outside,
        ungranted: draft.ungranted.as_ref().map(|site| grant(site, &domains.client_id)),
        connected,
        to_all: to_all(&others, accounts),
        others: others.into_iter().map(|person| other(person, accounts)).collect(),
        consented: consent_words.is_empty(),
        consent,
        consent_words,
        site: draft.site.as_ref().map(|site| site.name.clone()),
        making: draft.making.as_ref().map(|site| making(site, when(&site.since), &domains.client_id)),
        libraries: known.iter().map(|library| choice(library, &draft)).collect(),
        folders: (
            documents.unwrap_or_else(|| FOLDERS.0.to_owned()),
            templates_folder.unwrap_or_else(|| FOLDERS.1.to_owned()),
        ),
        obstacles: known.iter().filter_map(LibraryFound::obstacle).collect(),
        advice: known.iter().filter_map(LibraryFound::advice).collect(),
        placed: draft.placed().is_some(),
        order: slots(&draft),
        naming: draft.naming,
        summary: summary(&draft, &preview),
        preview,
        facts: facts(&draft),
        visible_for: draft.visible_for,
        groups,
        plan: plan.into_iter().map(planned).collect(),
        templates: format!(
            "{} of {} templates send their documents to SharePoint.",
            templates.0, templates.1
        ),
        preferred: draft.before.is_some(),
        can_prefer: step == Step::Done && templates.0 < templates.1,
    }
}

fn choice(library: &LibraryFound, draft: &Draft) -> Choice {
    let is = |drive: Option<&String>| drive == Some(&library.drive);
    Choice {
        documents: is(draft.placed().map(|place| &place.documents.drive)),
        templates: is(draft.placed().map(|place| &place.templates.drive)),
        drive: library.drive.clone(),
        name: library.name.clone(),
    }
}

fn making(site: &NewSite, since: String, client_id: &str) -> Making {
    let state = match site.stage() {
        Stage::Asked => ui::badge("Asked for").warn(),
        Stage::Waiting => ui::badge("Being made ready").accent(),
        Stage::Ungranted => ui::badge("Ready").good(),
    };
    let nowhere = SiteAt { id: String::new(), address: String::new() };
    Making {
        name: site.name.clone(),
        alias: site.alias.clone(),
        since,
        stage: site.stage(),
        state,
        grant: grant(site.site.as_ref().unwrap_or(&nowhere), client_id),
    }
}

fn grant(site: &SiteAt, client_id: &str) -> Grant {
    let whole = !client_id.is_empty();
    let id = if whole { client_id } else { "CLIENT-ID" };
    Grant { address: site.address.clone(), request: site.grant(id, APPLICATION), whole }
}

/// A domain in words; `tenant` is the one that agreed.
fn domain(known: &Registration, tenant: Option<&str>) -> String {
    let below = if known.subdomains { " and the domains below it" } else { "" };
    let name = format!("{}{below}", known.domain);
    match &known.tenant {
        _ if !known.provider.is_microsoft() => format!("{name}: signs in elsewhere, not with Microsoft"),
        None => format!("{name}: its tenant is known once an administrator of Microsoft 365 has agreed"),
        Some(own) if tenant.is_some_and(|agreed| agreed != own) => {
            format!("{name}: belongs to another tenant ({own}) than the one that agreed")
        }
        Some(own) => format!("{name}: tenant {own}"),
    }
}

fn other(person: PersonFit, accounts: &str) -> Other {
    let reminder = Reminder::of(person.fit, &person.name, accounts);
    let link = reminder.zip(person.email.as_ref()).map(|(reminder, email)| reminder.link_to(email));
    Other { name: person.name, words: fit(person.fit), link: link.unwrap_or_default() }
}

/// Messages to all who can connect: not to guests, who have to read something else.
fn to_all(others: &[PersonFit], accounts: &str) -> Vec<(String, String)> {
    let to = others.iter().filter(|person| matches!(person.fit, Fit::SignsIn | Fit::Never));
    let emails: Vec<String> = to.filter_map(|person| person.email.clone()).collect();
    let links = Reminder::to_all(accounts).links_to(&emails);
    let several = links.len() > 1;
    let label = |(n, (link, count)): (usize, (String, usize))| {
        let people = presenters::count(count, "person", "people");
        let part = if several { format!(", part {}", n + 1) } else { String::new() };
        (link, format!("Remind {people} at once{part}"))
    };
    links.into_iter().enumerate().map(label).collect()
}

fn facts(draft: &Draft) -> Vec<FactChoice> {
    let one = |fact: Fact| FactChoice {
        word: fact.word(),
        title: fact.title(),
        is_id: fact.is_id(),
        chosen: draft.columns.as_ref().is_some_and(|chosen| chosen.has(fact)),
    };
    Fact::ALL.into_iter().map(one).collect()
}

fn planned(item: Planned) -> (Badge, String) {
    let badge = match item.todo {
        Todo::Make => ui::badge("Make").accent(),
        Todo::Change => ui::badge("Change").warn(),
        Todo::Try => ui::badge("Try"),
    };
    (badge, item.what)
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

fn summary(draft: &Draft, preview: &Preview) -> Vec<(&'static str, String)> {
    let named = |drive: &str| {
        let all = draft.site.iter().flat_map(|site| &site.libraries);
        all.filter(|library| library.drive == drive)
            .map(|library| library.name.clone())
            .next()
            .unwrap_or_default()
    };
    let places = draft.placed().map(|place| {
        format!(
            "Documents in “{}”, templates in “{}”.",
            named(&place.documents.drive),
            named(&place.templates.drive)
        )
    });
    let chosen: Vec<_> = draft.columns.iter().flat_map(Facts::iter).map(Fact::title).collect();
    let columns = match chosen.as_slice() {
        [] => "No columns are made.".to_owned(),
        all => format!("Columns: {}.", all.join(", ")),
    };
    let naming = match draft.naming {
        Naming::Heading => "Called by their heading.",
        Naming::HeadingAndCompany => "Called by their heading and company.",
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
        ("A document", preview.files.last().map(domain::sharepoint::Named::path).unwrap_or_default()),
        ("Files", naming.to_owned()),
        ("Properties", columns),
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
