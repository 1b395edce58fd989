//! What is told about a file, where it is opened, and the commands.

use super::desk::{Desk, Thing};
use super::fingerprint::extension;
use super::reading::version_of;
use crate::filing;
use domain::plugin::{Answer, AnswerKind, CommandInfo, Done, ExternalRef, OpenAs, Which, property};
use domain::{Error, Result};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// Opens the folder of a file in SharePoint.
const FOLDER: &str = "sharepoint.open_folder";
/// Tells the fingerprint of what the caller reads. Not listed.
const FINGERPRINT: &str = "sharepoint.fingerprint";

/// What is said of the formats of before 2007 (T10).
const OLD: &str = "This format of before 2007 opens in the desktop application. The browser only offers to convert it into \
                   another file; do not accept that, or the document here stays as it was.";

/// How long it is told that a file was found open. Graph tells neither who has it open nor when they close it, and the
/// lock of a program that broke off lasts about as long (microsoft.md 0.9, 2.8).
const FOUND_OPEN: SignedDuration = SignedDuration::from_mins(10);

fn still_open(found: Timestamp, now: Timestamp) -> bool {
    now.duration_since(found) < FOUND_OPEN
}

/// The program that opens a file, as its address begins, and whether the browser can do it as well (microsoft.md 2.19).
fn program(name: &str) -> Option<(&'static str, bool)> {
    Some(match extension(name).as_str() {
        "docx" | "docm" | "dotx" | "odt" | "rtf" => ("ms-word", true),
        "xlsx" | "xlsm" | "xltx" | "ods" => ("ms-excel", true),
        "pptx" | "pptm" | "potx" | "odp" => ("ms-powerpoint", true),
        // Today's office in the browser does not edit the formats of before 2007 (T10).
        "doc" | "dot" => ("ms-word", false),
        "xls" | "xlt" => ("ms-excel", false),
        "ppt" | "pot" => ("ms-powerpoint", false),
        "vsdx" => ("ms-visio", true),
        _ => return None,
    })
}

/// Where a file is opened: in the browser, or by an address that starts a program.
fn address(name: &str, web: &str, plain: Option<&str>, open: OpenAs) -> Option<String> {
    let program = program(name);
    let desktop = |scheme: &str| {
        let verb = if open.write { "ofe" } else { "ofv" };
        plain.map(|plain| format!("{scheme}:{verb}|u|{plain}"))
    };
    match program {
        Some((scheme, in_browser)) if open.desktop || !in_browser => desktop(scheme),
        Some(_) => Some(web.to_owned()),
        None if open.desktop => None,
        // A picture, a PDF: SharePoint's viewer and not a download.
        None => Some(format!("{web}{}web=1", if web.contains('?') { '&' } else { '?' })),
    }
}

impl Desk<'_> {
    /// Where a person opens a file. Whether they may is looked at first, as themselves (T01).
    pub async fn open_url(
        &self,
        reference: &ExternalRef,
        which: &Which,
        open: OpenAs,
    ) -> Result<Option<String>> {
        let thing = Box::pin(self.find_usable(reference)).await?;
        self.open_to(&thing).await?;
        if version_of(which).is_some() {
            return Ok(None);
        }
        let web = thing.item.web_url.as_deref().unwrap_or_default();
        if web.is_empty() {
            return Ok(None);
        }
        Ok(address(&thing.item.name, web, thing.item.web_dav_url.as_deref(), open))
    }

    pub async fn properties(
        &self,
        reference: &ExternalRef,
        names: &[String],
    ) -> Result<BTreeMap<String, String>> {
        let thing = Box::pin(self.find_usable(reference)).await?;
        let wants = |name: &str| names.is_empty() || names.iter().any(|wanted| wanted == name);
        let seen = thing.seen(self.call);
        let record = &thing.record;
        let filed = || filing::folder(record.shelf(), record.language.as_deref(), &record.place);
        let mut path = thing.item.folders().unwrap_or_else(filed);
        path.push(thing.item.name.clone());
        let old = program(&thing.item.name).is_some_and(|(_, in_browser)| !in_browser);
        let mut pairs = vec![
            ("HasLocking", seen.semantics.locks().to_string()),
            ("HasVersioning", seen.semantics.versions().to_string()),
            (property::LAST_MODIFIED, seen.modified.to_string()),
            ("PreferredOpen", "Url".to_owned()),
            ("Size", seen.size.to_string()),
            (property::PATH, path.join("/")),
            (property::MOVED, (thing.item.parent() != record.folder).to_string()),
            (property::LAST_EDITOR, editor(&thing)),
            ("ChangedOutside", (!thing.is_known()).to_string()),
            (property::ADDRESS, thing.item.web_url.clone().unwrap_or_default()),
            ("YouMayOpenIt", (!thing.hidden).to_string()),
        ];
        // Asked for by name only: it costs as much as all the rest.
        if names.iter().any(|name| name == property::SHARED) {
            pairs.push((property::SHARED, Box::pin(self.shared_by_hand(reference)).await?));
        }
        if old {
            pairs.push((property::OPENING, OLD.to_owned()));
        }
        if let Some(at) = record.found_open.filter(|at| still_open(*at, self.call.now)) {
            pairs.push((property::FOUND_OPEN, at.to_string()));
        }
        Ok(pairs.into_iter().filter(|(name, _)| wants(name)).map(|(n, v)| (n.to_owned(), v)).collect())
    }

    pub async fn commands(&self, reference: &ExternalRef) -> Result<Vec<CommandInfo>> {
        Box::pin(self.find_usable(reference)).await?;
        let folder = CommandInfo {
            name: FOLDER.into(),
            label: "Open folder in SharePoint".into(),
            tooltip: "Opens the folder in SharePoint in which this file lies.".into(),
            icon: "folder".into(),
            answers: AnswerKind::Url,
            reads_only: true,
        };
        let shows = self.call.accepts.is_empty() || self.call.accepts.contains(&folder.answers);
        Ok(shows.then_some(folder).into_iter().collect())
    }

    pub async fn execute(&self, reference: &ExternalRef, which: &Which, command: &str) -> Result<Done> {
        let thing = Box::pin(self.find_usable(reference)).await?;
        let answer = match command {
            FOLDER => {
                let at = super::calls::At { drive: thing.at().drive, item: thing.item.parent() };
                let folder = self.way(&thing).item(at).await?.and_then(|folder| folder.web_url);
                Answer::Url(folder.ok_or_else(|| Error::not_found("folder"))?)
            }
            FINGERPRINT => {
                let revision = Box::pin(self.content_of(&thing, version_of(which))).await?.revision;
                Answer::Message(format!("quickXorHash {}", revision.0.trim_start_matches('x')))
            }
            _ => return Err(Error::not_found("command")),
        };
        Ok(Done { item: Some(thing.seen(self.call)), answer: self.call.answer(answer) })
    }
}

fn editor(thing: &Thing) -> String {
    let user = thing.item.last_modified_by.user.as_ref();
    user.and_then(|user| user.display_name.clone()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn that_a_file_was_found_open_is_told_for_ten_minutes() {
        let found = Timestamp::UNIX_EPOCH;
        let after = |seconds| found + SignedDuration::from_secs(seconds);
        assert!(still_open(found, after(0)) && still_open(found, after(599)));
        assert!(!still_open(found, after(600)));
    }

    #[test]
    fn a_file_opens_where_it_can_be_opened() {
        let (web, plain) = ("https://x.sharepoint.com/d.aspx?id=1", "https://x.sharepoint.com/s/A%20b");
        let of = |name: &str, desktop, write| address(name, web, Some(plain), OpenAs { desktop, write });
        assert_eq!(of("A.docx", false, true).as_deref(), Some(web));
        let desktop = format!("ms-word:ofe|u|{plain}");
        assert_eq!(of("A.docx", true, true).as_deref(), Some(desktop.as_str()));
        assert_eq!(of("A.XLSX", true, false), Some(format!("ms-excel:ofv|u|{plain}")));
        // T10
        for (name, scheme) in [("A.doc", "ms-word"), ("A.xls", "ms-excel"), ("A.ppt", "ms-powerpoint")] {
            assert_eq!(of(name, false, true), Some(format!("{scheme}:ofe|u|{plain}")), "{name}");
        }
        assert_eq!(of("A.pdf", false, false), Some(format!("{web}&web=1")));
        assert_eq!(of("A.pdf", true, false), None);
    }
}
