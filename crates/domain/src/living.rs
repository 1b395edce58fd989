//! Living links: what others did to documents at their places, and when a place is asked about it.

use crate::documents::{Document, DocumentState};
use crate::plugin::{Cursor, Item, Told, Watch};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// How long after a reading the next one comes when nobody tells of changes: what happens is seen within a minute.
pub const READ_UNTOLD: SignedDuration = SignedDuration::from_secs(45);
/// The same where the place tells of changes, in case a notice is lost.
pub const READ_TOLD: SignedDuration = SignedDuration::from_mins(10);
/// How often everything is compared, whatever was told.
pub const COMPARE_EVERY: SignedDuration = SignedDuration::from_hours(24);
/// How long before its end a watch is renewed.
pub const RENEW_BEFORE: SignedDuration = SignedDuration::from_hours(24);
/// A watch that ends sooner than this could not be renewed in time, and somebody has to know.
pub const ALARM_BEFORE: SignedDuration = SignedDuration::from_hours(12);
/// How long a place is left alone after it failed once; doubled with every further failure.
pub const AGAIN: SignedDuration = SignedDuration::from_secs(30);
/// The longest it is left alone.
pub const AGAIN_AT_MOST: SignedDuration = SignedDuration::from_mins(30);

/// What happened to a document at its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Happening {
    /// Its content was changed.
    Edited,
    /// Its file got another name.
    Renamed {
        /// The name before.
        from: String,
        /// The name now.
        to: String,
    },
    /// It was moved out of the folder in which it was filed, or on from there.
    Moved {
        /// Where it lies now, as a person would write it; blank when the place does not tell.
        to: String,
    },
    /// It is back in the folder in which it was filed.
    MovedBack,
    /// Somebody gave a right to open it by hand.
    Shared {
        /// To whom, as the place names them.
        with: String,
    },
    /// What was given by hand has been taken back.
    Unshared,
    /// It was put into the trash.
    Trashed,
    /// It was taken out of the trash.
    Restored,
    /// It cannot be found any more: removed for good, or out of reach.
    Missing,
    /// It is there again.
    Found,
}

impl Happening {
    /// The action for the audit log.
    pub fn action(&self) -> &'static str {
        match self {
            Self::Edited => "document.edited_outside",
            Self::Renamed { .. } => "document.renamed_outside",
            Self::Moved { .. } => "document.moved_outside",
            Self::MovedBack => "document.moved_back_outside",
            Self::Shared { .. } => "document.shared_outside",
            Self::Unshared => "document.unshared_outside",
            Self::Trashed => "document.trashed_outside",
            Self::Restored => "document.restored_outside",
            Self::Missing => "document.missing_outside",
            Self::Found => "document.found_outside",
        }
    }
}

/// What the host knows of a document beyond its row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outside {
    /// Since when it cannot be found at its place.
    pub missing: Option<Timestamp>,
    /// Where it was moved to; `None` while it lies where it was filed.
    pub moved_to: Option<String>,
    /// Who can open it because somebody gave them a right by hand; `None` while nobody did.
    pub shared: Option<String>,
}

/// How a document is seen at its place, by whoever holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sight<'a> {
    /// The item; `None` when it cannot be found.
    pub item: Option<&'a Item>,
    /// Where it was moved to; `None` while it lies where it was filed, or when nobody looked.
    pub moved_to: Option<String>,
    /// Who can open it by a right that was given by hand.
    pub by_hand: ByHand,
}

/// Who can open an item by a right that somebody gave by hand.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ByHand {
    /// Nobody looked.
    #[default]
    Unseen,
    /// Nobody.
    Nobody,
    /// These, as a person reads it.
    These(String),
}

impl ByHand {
    /// What is known afterwards, where this was known before.
    pub fn after(&self, before: Option<&String>) -> Option<String> {
        match self {
            Self::Unseen => before.cloned(),
            Self::Nobody => None,
            Self::These(names) => Some(names.clone()),
        }
    }
}

/// What has happened between what is known and what is seen. Nothing for a document that is not in use.
pub fn happenings(document: &Document, outside: &Outside, sight: &Sight<'_>) -> Vec<Happening> {
    let trashed = match document.state {
        DocumentState::Ready => false,
        DocumentState::Trashed => true,
        DocumentState::Creating | DocumentState::Destroyed | DocumentState::Withdrawn => return Vec::new(),
    };
    let mut all = Vec::new();
    let Some(item) = sight.item else {
        if outside.missing.is_none() {
            all.push(Happening::Missing);
        }
        return all;
    };
    if outside.missing.is_some() {
        all.push(Happening::Found);
    }
    match (trashed, item.trashed) {
        (false, true) => all.push(Happening::Trashed),
        (true, false) => all.push(Happening::Restored),
        _ => {}
    }
    if item.name != document.file_name {
        all.push(Happening::Renamed { from: document.file_name.clone(), to: item.name.clone() });
    }
    // What lies in the trash is not looked at further.
    if !item.trashed && sight.moved_to != outside.moved_to {
        all.push(sight.moved_to.clone().map_or(Happening::MovedBack, |to| Happening::Moved { to }));
    }
    let shared = sight.by_hand.after(outside.shared.as_ref());
    if !item.trashed && shared != outside.shared {
        all.push(shared.map_or(Happening::Unshared, |with| Happening::Shared { with }));
    }
    if document.revision.as_ref().is_some_and(|known| *known != item.revision) {
        all.push(Happening::Edited);
    }
    all
}

/// What is kept about listening to a place.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Feed {
    /// Where reading was left; `None` before the first.
    pub cursor: Option<Cursor>,
    /// The running watch.
    pub watch: Option<Watch>,
    /// When the changes were last read to their end.
    pub read: Option<Timestamp>,
    /// When the place last told that there are changes.
    pub told: Option<Timestamp>,
    /// When everything was last compared.
    pub compared: Option<Timestamp>,
    /// Everything is to be compared as soon as possible.
    pub compare: bool,
    /// Why it did not work the last time; blank when it did.
    pub trouble: String,
    /// When it did not work.
    pub troubled: Option<Timestamp>,
    /// How often in a row.
    pub failures: u32,
}

/// What is to be done about a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Due {
    /// Ask for a watch, or for another one.
    pub watch: bool,
    /// Read the changes.
    pub read: bool,
    /// Compare everything.
    pub compare: bool,
}

impl Due {
    /// Whether there is anything to do.
    pub fn is_any(self) -> bool {
        self.watch || self.read || self.compare
    }
}

/// What is to be done now. `can_watch`: the place can tell us, and we have an address it can reach.
pub fn due(feed: &Feed, now: Timestamp, can_watch: bool) -> Due {
    if feed.troubled.is_some_and(|at| now < at + pause(feed.failures)) {
        return Due::default();
    }
    let old = |at: Option<Timestamp>, age: SignedDuration| at.is_none_or(|at| now >= at + age);
    let watched = can_watch && is_watched(feed, now);
    let told = feed.told.is_some_and(|told| feed.read.is_none_or(|read| told >= read));
    Due {
        watch: can_watch && feed.watch.as_ref().is_none_or(|watch| now >= watch.until - RENEW_BEFORE),
        read: feed.cursor.is_none() || told || old(feed.read, if watched { READ_TOLD } else { READ_UNTOLD }),
        compare: feed.compare || old(feed.compared, COMPARE_EVERY),
    }
}

/// What a place has told about a watch, as far as it changes when something is done.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Heard {
    /// The watch as it stands now, when it does not stand as before.
    pub watch: Option<Watch>,
    /// Everything is to be compared.
    pub compare: bool,
}

/// What a notice changes: a watch that is to be prolonged ends soon, one that has ended is replaced.
pub fn heard(watch: &Watch, told: &[Told], now: Timestamp) -> Heard {
    let ends = |told: &Told| match told {
        Told::Ended => Some(now),
        Told::Prolong => Some(now + RENEW_BEFORE),
        Told::Changed | Told::Missed => None,
    };
    let until = told.iter().filter_map(ends).min().filter(|until| *until < watch.until);
    Heard {
        watch: until.map(|until| Watch { until, ..watch.clone() }),
        compare: told.iter().any(|told| matches!(told, Told::Missed | Told::Ended)),
    }
}

/// A watch that can be prolonged: it runs, and what it tells has reached us just now.
pub fn can_be_prolonged(feed: &Feed, now: Timestamp) -> Option<&Watch> {
    let reached = feed.told.is_some_and(|told| now < told + COMPARE_EVERY);
    feed.watch.as_ref().filter(|watch| reached && now < watch.until)
}

/// Whether the place tells of changes now.
pub fn is_watched(feed: &Feed, now: Timestamp) -> bool {
    feed.watch.as_ref().is_some_and(|watch| now < watch.until)
}

/// Whether the watch ends soon and could not be renewed.
pub fn is_ending(feed: &Feed, now: Timestamp) -> bool {
    feed.watch.as_ref().is_some_and(|watch| now >= watch.until - ALARM_BEFORE)
}

fn pause(failures: u32) -> SignedDuration {
    let factor = 1_i32.checked_shl(failures.saturating_sub(1).min(16)).unwrap_or(i32::MAX);
    AGAIN.checked_mul(factor).map_or(AGAIN_AT_MOST, |pause| pause.min(AGAIN_AT_MOST))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::documents::{Properties, Status};
    use crate::locking::{CheckoutState, LockSemantics};
    use crate::plugin::{ExternalRef, Revision};
    use crate::{AssociateId, DocumentId, OperationId, PluginId};

    #[test]
    fn what_is_told_about_a_watch_makes_it_due_at_once() {
        let now = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(1000);
        let watch = Watch { id: "w".into(), until: now + COMPARE_EVERY * 20 };
        let after = |told: &[Told]| {
            let heard = heard(&watch, told, now);
            let watch = heard.watch.unwrap_or_else(|| watch.clone());
            let feed = Feed {
                cursor: Some(Cursor(String::new())),
                watch: Some(watch),
                read: Some(now - AGAIN),
                told: Some(now),
                compared: Some(now),
                compare: heard.compare,
                ..Feed::default()
            };
            let due = due(&feed, now, true);
            assert!(due.read, "{told:?}");
            (due.watch, due.compare, can_be_prolonged(&feed, now).is_some())
        };
        for (told, expected) in [
            (vec![Told::Changed], (false, false, true)),
            (vec![Told::Prolong], (true, false, true)),
            (vec![Told::Missed], (false, true, true)),
            (vec![Told::Ended], (true, true, false)),
            (vec![Told::Ended, Told::Prolong, Told::Changed], (true, true, false)),
            (vec![Told::Missed, Told::Prolong], (true, true, true)),
        ] {
            assert_eq!(after(&told), expected, "{told:?}");
        }
        let short = Watch { until: now + AGAIN, ..watch };
        assert_eq!(heard(&short, &[Told::Prolong], now).watch, None, "it ends even sooner");
        let silent = Feed { watch: Some(short), ..Feed::default() };
        assert_eq!(can_be_prolonged(&silent, now), None, "nobody knows whether it still reaches us");
    }

    fn document(state: DocumentState) -> Document {
        Document {
            id: DocumentId(1),
            properties: Properties { status: Status::Started, ..Properties::default() },
            file_name: "Offer.docx".into(),
            media_type: "text/plain".into(),
            size: 1,
            date: jiff::civil::date(2026, 11, 1),
            template: None,
            language: String::new(),
            snum: None,
            owner: AssociateId(1),
            plugin: PluginId(1),
            reference: Some(ExternalRef("f".into())),
            revision: Some(Revision("r1".into())),
            semantics: LockSemantics::None,
            published: true,
            held_by: None,
            state,
            made_by: OperationId(uuid::Uuid::nil()),
            created: Timestamp::UNIX_EPOCH,
            created_by: None,
            updated: Timestamp::UNIX_EPOCH,
            updated_by: None,
            row_version: 1,
        }
    }

    fn item() -> Item {
        Item {
            reference: ExternalRef("f".into()),
            name: "Offer.docx".into(),
            media_type: "text/plain".into(),
            revision: Revision("r1".into()),
            size: 1,
            sha256: None,
            semantics: LockSemantics::None,
            published: true,
            checkout: CheckoutState::NotCheckedOut,
            version: None,
            trashed: false,
            modified: Timestamp::UNIX_EPOCH,
        }
    }

    fn words(
        document: &Document,
        outside: &Outside,
        item: Option<&Item>,
        moved: Option<&str>,
    ) -> Vec<&'static str> {
        let sight = Sight { item, moved_to: moved.map(str::to_owned), by_hand: ByHand::Unseen };
        let action =
            |h: &Happening| h.action().strip_prefix("document.").unwrap().strip_suffix("_outside").unwrap();
        happenings(document, outside, &sight).iter().map(action).collect()
    }

    /// Row, what is known besides, what is seen, where it lies, and what that comes to.
    type Row<'r> = (&'r Document, &'r Outside, Option<&'r Item>, Option<&'r str>, &'r [&'r str]);

    #[test]
    fn what_happened_is_the_difference_between_the_row_and_the_place() {
        let (ready, trashed) = (document(DocumentState::Ready), document(DocumentState::Trashed));
        let still = Outside::default();
        let gone = Outside { missing: Some(Timestamp::UNIX_EPOCH), ..Outside::default() };
        let away = Outside { moved_to: Some("A/Offer.docx".into()), ..Outside::default() };
        let with = |change: fn(&mut Item)| {
            let mut item = item();
            change(&mut item);
            item
        };
        let in_trash = with(|i| i.trashed = true);
        let edited = with(|i| i.revision = Revision("r2".into()));
        let renamed = with(|i| i.name = "Angebot.docx".into());
        let both = with(|i| (i.name, i.revision) = ("Angebot.docx".into(), Revision("r2".into())));
        let same = item();
        let table: [Row<'_>; 15] = [
            (&ready, &still, Some(&same), None, &[]),
            (&ready, &still, Some(&edited), None, &["edited"]),
            (&ready, &still, Some(&renamed), None, &["renamed"]),
            (&ready, &still, Some(&both), None, &["renamed", "edited"]),
            (&ready, &still, Some(&same), Some("A/Offer.docx"), &["moved"]),
            (&ready, &away, Some(&same), Some("A/Offer.docx"), &[]),
            (&ready, &away, Some(&same), Some("B/Offer.docx"), &["moved"]),
            (&ready, &away, Some(&same), None, &["moved_back"]),
            (&ready, &still, Some(&in_trash), None, &["trashed"]),
            (&ready, &away, Some(&in_trash), None, &["trashed"]),
            (&trashed, &still, Some(&in_trash), None, &[]),
            (&trashed, &still, Some(&same), None, &["restored"]),
            (&ready, &still, None, None, &["missing"]),
            (&ready, &gone, None, None, &[]),
            (&ready, &gone, Some(&same), None, &["found"]),
        ];
        for (n, (document, outside, item, moved, expected)) in table.into_iter().enumerate() {
            assert_eq!(words(document, outside, item, moved), expected, "row {n}");
        }
        for state in [DocumentState::Creating, DocumentState::Destroyed, DocumentState::Withdrawn] {
            assert_eq!(words(&document(state), &still, None, None), [""; 0], "{state:?}");
        }
    }

    #[test]
    fn a_right_given_by_hand_is_told_once_and_only_by_who_looked() {
        let document = document(DocumentState::Ready);
        let with = |shared: Option<&str>| Outside { shared: shared.map(str::to_owned), ..Outside::default() };
        let (same, trashed) = (item(), Item { trashed: true, ..item() });
        let told = |known: Option<&str>, item: &Item, by_hand: ByHand| {
            let sight = Sight { item: Some(item), moved_to: None, by_hand };
            happenings(&document, &with(known), &sight)
        };
        let these = |names: &str| ByHand::These(names.into());
        let shared = |with: &str| vec![Happening::Shared { with: with.into() }];
        assert_eq!(told(None, &same, these("Ada")), shared("Ada"));
        assert_eq!(told(Some("Ada"), &same, these("Ada")), []);
        assert_eq!(told(Some("Ada"), &same, these("Ben")), shared("Ben"));
        assert_eq!(told(Some("Ada"), &same, ByHand::Nobody), [Happening::Unshared]);
        assert_eq!(told(Some("Ada"), &same, ByHand::Unseen), []);
        assert_eq!(told(None, &trashed, these("Ada")), [Happening::Trashed]);
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_secs(seconds)
    }

    #[test]
    fn a_place_is_asked_when_it_told_or_when_it_has_been_long_enough() {
        let day = 24 * 3600;
        let quiet = Feed {
            cursor: Some(Cursor("c".into())),
            read: Some(at(0)),
            compared: Some(at(0)),
            ..Feed::default()
        };
        let watched = Feed { watch: Some(Watch { id: "w".into(), until: at(7 * day) }), ..quiet.clone() };
        let told = Feed { told: Some(at(5)), ..watched.clone() };
        let failed = |failures| Feed { troubled: Some(at(0)), failures, ..quiet.clone() };
        let table = [
            ("new", Feed::default(), 0, (true, true, true)),
            ("just read", watched.clone(), 1, (false, false, false)),
            ("nobody tells", quiet.clone(), 44, (true, false, false)),
            ("nobody tells, a minute later", quiet.clone(), 45, (true, true, false)),
            ("told", told, 6, (false, true, false)),
            ("a notice may be lost", watched.clone(), 600, (false, true, false)),
            ("a day later", watched.clone(), day, (false, true, true)),
            ("the watch ends tomorrow", watched.clone(), 6 * day, (true, true, true)),
            ("asked to compare", Feed { compare: true, ..watched.clone() }, 1, (false, false, true)),
            ("failed once", failed(1), 29, (false, false, false)),
            ("failed once, later", failed(1), 45, (true, true, false)),
            ("failed often", failed(40), 1799, (false, false, false)),
            ("failed often, later", failed(40), 1800, (true, true, false)),
        ];
        for (what, feed, now, expected) in table {
            let Due { watch, read, compare } = due(&feed, at(now), true);
            assert_eq!((watch, read, compare), expected, "{what}");
        }
        assert!(!due(&quiet, at(45), false).watch, "without an address nobody is asked to tell");
        assert!(due(&watched, at(45), false).read, "what we cannot hear does not count");
        assert!(!is_ending(&watched, at(6 * day)) && is_ending(&watched, at(7 * day - 3600)));
    }

    #[test]
    fn what_happened_is_read_back_as_it_was_written() {
        let all = [
            Happening::Edited,
            Happening::Renamed { from: "a".into(), to: "b".into() },
            Happening::Moved { to: "x/y".into() },
            Happening::Missing,
        ];
        for one in all {
            let text = serde_json::to_string(&one).unwrap();
            assert_eq!(serde_json::from_str::<Happening>(&text).unwrap(), one);
        }
    }
}
