//! What happened to a document at its place, in words.

use crate::page::Page;
use app::living::{AtPlace, Happened, History};
use domain::living::Happening;

/// One line of what happened.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub what: String,
    pub by: String,
    pub at: String,
    pub exact: String,
}

/// What the page shows of it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outside {
    /// Why the document cannot be opened; blank when it can.
    pub missing: String,
    /// Where it lies; blank when that is not told.
    pub path: String,
    /// Whether it was moved out of where it was filed.
    pub moved: bool,
    /// Who can open it by a right that was given by hand; blank when nobody can.
    pub shared: String,
    /// Who edited it there last, and when.
    pub edited: String,
    /// Why it opens in the desktop application only; blank when a browser opens it as well.
    pub opening: String,
    /// That somebody was found to have it open, and when; blank when nobody was.
    pub found_open: String,
    /// What happened, the newest first.
    pub lines: Vec<Line>,
}

/// The facts of a document at `place`.
pub(crate) fn outside(page: &Page, place: &str, history: &History, at_place: Option<&AtPlace>) -> Outside {
    let missing = history.outside.missing.map_or_else(String::new, |since| {
        format!(
            "This document could not be found in {place} any more on {}. It was removed there for good, or the connection \
             has no access to it any more. Its facts are kept here. If it comes back there, it comes back here.",
            page.when(&since)
        )
    });
    let edited = at_place.filter(|at| !at.editor.is_empty()).map_or_else(String::new, |at| {
        at.modified
            .map_or_else(|| at.editor.clone(), |when| format!("{}, {}", at.editor, page.when_short(&when)))
    });
    Outside {
        missing,
        path: at_place.map(|at| at.path.replace('/', " / ")).unwrap_or_default(),
        moved: at_place.is_some_and(|at| at.moved) || history.outside.moved_to.is_some(),
        shared: history.outside.shared.clone().unwrap_or_default(),
        edited,
        opening: at_place.map(|at| at.opening.clone()).unwrap_or_default(),
        found_open: at_place
            .and_then(|at| at.found_open)
            .map(|when| found_open(place, &page.when_short(&when)))
            .unwrap_or_default(),
        lines: history.happened.iter().map(|one| line(page, place, one)).collect(),
    }
}

/// Whom it is, no place tells.
fn found_open(place: &str, when: &str) -> String {
    format!(
        "{when}, somebody had it open in an office program, and {place} did not let it be changed. Ask who works on it to \
         close it, or try again in a few minutes; reading it is possible all the time."
    )
}

fn line(page: &Page, place: &str, one: &Happened) -> Line {
    let what = match &one.what {
        Happening::Edited => format!("Edited in {place}"),
        Happening::Renamed { from, to } => format!("Renamed from “{from}” to “{to}”"),
        Happening::Moved { to } if to.is_empty() => "Moved to another folder".to_owned(),
        Happening::Moved { to } => format!("Moved to “{to}”"),
        Happening::MovedBack => "Moved back to where it was filed".to_owned(),
        Happening::Shared { with } => format!("A right to open it was given by hand: {with}"),
        Happening::Unshared => "The right that was given by hand was taken back".to_owned(),
        Happening::Trashed => format!("Put into the trash of {place}"),
        Happening::Restored => format!("Taken out of the trash of {place}"),
        Happening::Missing => format!("Removed from {place}, or out of reach"),
        Happening::Found => format!("Back in {place}"),
    };
    Line { what, by: one.by.clone(), at: page.when_short(&one.at), exact: page.when(&one.at) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::check;
    use jiff::Timestamp;

    #[test]
    fn t10_what_opens_on_the_desktop_only_and_who_has_it_open_is_told_when_the_place_tells() {
        let page = check::page("x");
        let history = History::default();
        let told = |opening: &str, found_open| {
            let at = AtPlace { opening: opening.into(), found_open, ..AtPlace::default() };
            outside(&page, "SharePoint", &history, Some(&at))
        };
        let nothing = told("", None);
        assert_eq!((nothing.opening.as_str(), nothing.found_open.as_str()), ("", ""));
        let both = told("Old.", Some(Timestamp::UNIX_EPOCH));
        assert_eq!(both.opening, "Old.");
        assert!(both.found_open.contains("SharePoint did not let it be changed"), "{}", both.found_open);
        assert!(both.found_open.contains("Ask who works on it"), "{}", both.found_open);
    }

    #[test]
    fn each_happening_is_a_sentence_about_the_place() {
        let page = check::page("x");
        let said = |what: Happening| {
            line(&page, "Google Drive", &Happened { at: Timestamp::UNIX_EPOCH, by: "Ada".into(), what }).what
        };
        let moved = |to: &str| Happening::Moved { to: to.into() };
        assert_eq!(said(Happening::Edited), "Edited in Google Drive");
        assert_eq!(said(moved("A/b.docx")), "Moved to “A/b.docx”");
        assert_eq!(said(moved("")), "Moved to another folder");
        assert_eq!(said(Happening::Trashed), "Put into the trash of Google Drive");
        assert_eq!(said(Happening::Missing), "Removed from Google Drive, or out of reach");
    }
}
