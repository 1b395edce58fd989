//! `/settings/places`: how it goes with the places outside: what is heard of them, how they are asked, and what is kept
//! of them for a while.

use super::works::{Works, works};
use super::{page, tabs};
use crate::State;
use crate::errors::PageResult;
use crate::extract::{AdminSigned, CsrfForm};
use crate::page::{Flash, Page, go_with, show as answer};
use crate::presenters;
use crate::routes::settings as at;
use crate::ui::{self, Badge, Tab};
use app::jobs::JobView;
use app::living::{CopiesView, PlaceView};
use askama::Template;
use domain::PluginId;
use domain::plugin::Meter;
use serde::Deserialize;
use std::time::Duration;

#[derive(Debug, Template)]
#[template(path = "settings/places.html")]
struct Places {
    page: Page,
    tabs: Vec<Tab>,
    places: Vec<Place>,
}

#[derive(Debug)]
struct Place {
    id: i64,
    name: String,
    heard: Badge,
    trouble: String,
    alarm: String,
    missing: String,
    /// How many documents somebody gave others a right to by hand; blank for none.
    shared: String,
    works: Works,
    hearing: Vec<(&'static str, String)>,
    asking: Vec<(&'static str, String)>,
    pressure: Option<(Badge, String)>,
    /// The number of licences as it is typed; `None` where it does not matter.
    licences: Option<String>,
    copies: Vec<(&'static str, String)>,
    comparing: bool,
}

/// Shows how it goes.
pub(super) async fn show(
    AdminSigned(signed): AdminSigned,
    axum::extract::State(state): axum::extract::State<State>,
) -> PageResult {
    let views = state.app.living().places(&signed.ctx).await?;
    let page = page(&signed, "Places");
    let mut places = Vec::new();
    for view in &views {
        let last = state.app.jobs().last(&signed.ctx, view.plugin).await?;
        places.push(place(&page, view, last.as_ref()));
    }
    answer(&Places { tabs: tabs(&page, "Places"), places, page })
}

fn place(page: &Page, view: &PlaceView, last: Option<&JobView>) -> Place {
    let feed = &view.feed;
    let when = |at: Option<jiff::Timestamp>| at.map_or_else(|| "not yet".to_owned(), |at| page.when(&at));
    let heard = match (feed.trouble.is_empty(), feed.read.is_some()) {
        (false, _) => ui::badge("Not heard").bad(),
        (true, true) => ui::badge("Heard").good(),
        (true, false) => ui::badge("Not heard yet"),
    };
    let told = if view.watched {
        format!("At once, until {}; renewed by itself", when(feed.watch.as_ref().map(|w| w.until)))
    } else {
        "Every minute: the place cannot reach this service at an address with https://".to_owned()
    };
    let compared = match view.comparing {
        Some(count) => format!("Now: {} looked at so far", presenters::count(count, "file", "files")),
        None => when(feed.compared),
    };
    Place {
        id: view.plugin.0,
        name: view.name.clone(),
        heard,
        trouble: feed.trouble.clone(),
        alarm: if view.ending {
            "The place stops telling of changes soon and could not be asked to go on. Changes are still looked for every \
             minute after that. Check that this service can be reached from outside."
                .to_owned()
        } else {
            String::new()
        },
        missing: match view.missing {
            0 => String::new(),
            n => format!(
                "{} cannot be found there any more. They are kept here with their facts.",
                presenters::count(n, "document", "documents")
            ),
        },
        shared: match view.shared {
            0 => String::new(),
            n => format!(
                "Somebody gave others a right by hand to {} there. “Put all rights in order” takes it back; each document's page \
                 says to whom.",
                presenters::count(n, "document", "documents")
            ),
        },
        works: works(page, view.plugin, &view.works, last),
        hearing: vec![
            ("Changes are seen", told),
            ("Last looked", when(feed.read)),
            ("Everything compared", compared),
        ],
        pressure: view.meter.as_ref().map(pressure),
        licences: view.licences.map(|licences| licences.to_string()),
        asking: view.meter.as_ref().map(asking).unwrap_or_default(),
        copies: view.copies.as_ref().map(|copies| held(page, copies)).unwrap_or_default(),
        comparing: view.comparing.is_some(),
    }
}

/// In a word and a sentence: whether the place is asked freely.
fn pressure(meter: &Meter) -> (Badge, String) {
    let badge = |word, bad: bool| if bad { ui::badge(word).bad() } else { ui::badge(word).warn() };
    if let Some(left) = meter.resting {
        let text = format!(
            "It failed again and again and is left in peace for another {}. Nothing is lost: what people do is refused with \
             a reason, what runs in the background waits.",
            lasting(left)
        );
        return (badge("Left in peace", true), text);
    }
    if meter.trying {
        return (
            badge("Being tried", false),
            "One request is under way to see whether it works again.".to_owned(),
        );
    }
    if !meter.pause.is_zero() {
        let text = format!(
            "It asked us to slow down; the account is left in peace for another {}. What people do comes first after that.",
            lasting(meter.pause)
        );
        return (badge("Slowed down", false), text);
    }
    (ui::badge("Asked freely").good(), "Nothing is held back.".to_owned())
}

fn asking(meter: &Meter) -> Vec<(&'static str, String)> {
    let waiting = match (meter.people_waiting, meter.background_waiting) {
        (0, 0) => "Nobody".to_owned(),
        (people, background) => format!("{people} for people, {background} in the background"),
    };
    let today = match meter.today_most {
        Some(most) => {
            format!("{} of {} units", presenters::thousands(meter.today), presenters::thousands(most))
        }
        None => format!("{} units", presenters::thousands(meter.today)),
    };
    vec![
        ("Units to spend at once", presenters::thousands(meter.units)),
        ("In the last 24 hours", today),
        ("Flow", format!("{} % of the usual", meter.flow)),
        ("Waiting", waiting),
        ("Spent since the start", format!("{} units", presenters::thousands(meter.spent))),
        ("Refused since the start", presenters::thousands(meter.refusals)),
    ]
}

fn held(page: &Page, copies: &CopiesView) -> Vec<(&'static str, String)> {
    let CopiesView { held, most, life } = copies;
    vec![
        (
            "Kept",
            format!("{}, {}", presenters::count(held.copies, "copy", "copies"), presenters::size(held.bytes)),
        ),
        ("The oldest", held.oldest.map_or_else(|| "none".to_owned(), |at| page.when(&at))),
        ("Thrown away after", lasting(*life)),
        ("Room for all copies", presenters::size(*most)),
    ]
}

/// A length of time, roughly.
pub(super) fn lasting(time: Duration) -> String {
    let seconds = time.as_secs().max(1);
    match seconds {
        ..=90 => presenters::count(seconds, "second", "seconds"),
        91..=5400 => presenters::count(seconds.div_ceil(60), "minute", "minutes"),
        _ => presenters::count(seconds.div_ceil(3600), "hour", "hours"),
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Which {
    place: i64,
}

/// Everything at a place is compared.
pub(super) async fn compare(
    AdminSigned(signed): AdminSigned,
    axum::extract::State(state): axum::extract::State<State>,
    CsrfForm(form): CsrfForm<Which>,
) -> PageResult {
    let done = state.app.living().compare_soon(&signed.ctx, PluginId(form.place)).await;
    back(done, "Everything is being compared. Load this page again to see how far it is.")
}

/// The temporary copies are thrown away.
pub(super) async fn empty(
    AdminSigned(signed): AdminSigned,
    axum::extract::State(state): axum::extract::State<State>,
    CsrfForm(form): CsrfForm<Which>,
) -> PageResult {
    let done = state.app.living().empty_copies(&signed.ctx, PluginId(form.place)).await;
    back(done, "The copies were thrown away. What is read next is fetched again.")
}

#[derive(Debug, Deserialize)]
pub(super) struct Stated {
    licences: String,
}

/// An administrator states how many licences the tenant has.
pub(super) async fn licences(
    AdminSigned(signed): AdminSigned,
    axum::extract::State(state): axum::extract::State<State>,
    CsrfForm(form): CsrfForm<Stated>,
) -> PageResult {
    let done = match form.licences.parse() {
        Ok(licences) => state.app.sharepoint().state_licences(&signed.ctx, licences).await,
        Err(e) => Err(e),
    };
    back(done, "SharePoint is asked as often as it allows an organisation of this size.")
}

fn back(done: domain::Result<()>, words: &str) -> PageResult {
    match done {
        Ok(()) => go_with(&at::places(), Flash::done(words)),
        Err(e) => go_with(&at::places(), Flash::failed(&e)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::check;
    use domain::jobs::{JobKind, JobState};
    use domain::living::Feed;
    use domain::plugin::CopiesHeld;

    fn view(full: bool) -> PlaceView {
        let copies = CopiesView {
            held: CopiesHeld { copies: 2, bytes: 3 << 20, oldest: None },
            most: 512 << 20,
            life: Duration::from_hours(24),
        };
        let trouble = if full { "It <does> not answer.".to_owned() } else { String::new() };
        PlaceView {
            plugin: PluginId(1),
            name: "Google <Drive>".into(),
            feed: Feed { trouble, ..Feed::default() },
            watched: !full,
            ending: full,
            comparing: full.then_some(17),
            missing: i64::from(full),
            shared: i64::from(full),
            works: if full { JobKind::ALL.to_vec() } else { vec![JobKind::Relocate] },
            meter: full.then(|| Meter { flow: 100, today_most: Some(1_200_000), ..Meter::default() }),
            licences: full.then(|| "2,000".parse().unwrap()),
            copies: full.then_some(copies),
        }
    }

    #[test]
    fn t30_it_is_said_beside_each_place_who_backs_up_what_lies_there() {
        let page = check::page("Places");
        let job = super::super::works::tests::view(JobKind::Relocate, JobState::Running);
        let places = vec![place(&page, &view(false), Some(&job))];
        let html = Places { tabs: tabs(&page, "Places"), places, page }.render().unwrap();
        assert!(html.contains("What lies in Google &#60;Drive&#62; is backed up there"), "{html}");
        let page = check::page("Places");
        let html = Places { tabs: tabs(&page, "Places"), places: vec![], page }.render().unwrap();
        assert!(
            html.contains("Connect SharePoint or Google Drive") && html.contains("/settings/connections")
        );
    }

    #[test]
    fn each_page_is_well_formed() {
        for views in [vec![], vec![view(false)], vec![view(true)]] {
            let page = check::page("Places");
            let job = super::super::works::tests::view(JobKind::Relocate, JobState::Running);
            let places = views.iter().map(|view| place(&page, view, Some(&job))).collect();
            let sample = Places { tabs: tabs(&page, "Places"), places, page };
            check::whole_page(&sample.render().unwrap());
        }
    }

    #[test]
    fn what_a_day_has_is_said_beside_what_was_spent_of_it() {
        let of = |today_most| {
            let all = asking(&Meter { today: 43_000, today_most, ..Meter::default() });
            all.into_iter().find(|(what, _)| *what == "In the last 24 hours").unwrap().1
        };
        let said = |text: &str| text.replace(|c: char| !c.is_ascii_alphanumeric(), "");
        assert_eq!(said(&of(Some(1_200_000))), "43000of1200000units");
        assert_eq!(said(&of(None)), "43000units");
    }

    #[test]
    fn pressure_is_said_in_a_word_and_what_it_means() {
        let still = Meter::default();
        let table = [
            (still, "Asked freely"),
            (Meter { pause: Duration::from_secs(9), ..still }, "Slowed down"),
            (Meter { trying: true, ..still }, "Being tried"),
            (Meter { resting: Some(Duration::from_secs(30)), ..still }, "Left in peace"),
        ];
        for (meter, word) in table {
            let (badge, text) = pressure(&meter);
            assert!(badge.to_string().contains(word) && text.ends_with('.'), "{word}: {text}");
        }
    }

    #[test]
    fn a_length_of_time_is_said_roughly() {
        for (seconds, said) in [
            (0, "1 second"),
            (90, "90 seconds"),
            (91, "2 minutes"),
            (3600, "60 minutes"),
            (86_400, "24 hours"),
        ] {
            assert_eq!(lasting(Duration::from_secs(seconds)), said);
        }
    }
}
