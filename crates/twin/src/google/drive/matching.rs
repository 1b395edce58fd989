//! Which files a query means: where to look for them, and whether one fits.

use super::arena::name_hash;
use super::query::{Compare, Instant, Query, Term};
use super::routes::Caller;
use super::state::{File, Grantee, Key, Person, Role, When};
use super::{Drive, access};
use crate::google::directory::Directory;

/// What a query is asked of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seeker<'s> {
    pub directory: &'s Directory,
    pub drive: &'s Drive,
    pub caller: &'s Caller<'s>,
}

/// Where files that fit can be; each gives its files in the order of their keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    Children(Key),
    Named(String),
    Property {
        own: bool,
        name: String,
        value: String,
    },
    Owned(Person),
    /// Under a shared drive's root.
    Space(Key),
    /// These, sorted.
    These(Vec<Key>),
}

impl Source {
    fn rank(&self) -> u8 {
        match self {
            Self::Property { .. } => 0,
            Self::Named(_) => 1,
            Self::Children(_) => 2,
            _ => 3,
        }
    }

    /// Its files after a key.
    pub fn keys<'s>(&'s self, seeker: &Seeker<'s>, after: Option<Key>) -> Box<dyn Iterator<Item = Key> + 's> {
        let files = &seeker.drive.files;
        let later = move |key: &Key| after.is_none_or(|after| *key > after);
        match self {
            Self::Children(folder) => Box::new(files.children_of(*folder, after)),
            Self::Named(name) => Box::new(files.named(name).filter(later)),
            Self::Property { own, name, value } => {
                let app = own.then_some(seeker.caller.app);
                Box::new(files.with_property(app, name, value).filter(later))
            }
            Self::Owned(person) => Box::new(files.owned_by(*person, after)),
            Self::Space(root) => Box::new(files.in_space(*root, after)),
            Self::These(keys) => {
                let from = after.map_or(0, |after| keys.partition_point(|key| *key <= after));
                Box::new(keys[from..].iter().copied())
            }
        }
    }
}

impl Seeker<'_> {
    /// The sources that hold everything that fits; nothing when the query does not tell.
    pub fn sources(&self, query: &Query) -> Option<Vec<Source>> {
        match query {
            Query::And(one, other) => match (self.sources(one), self.sources(other)) {
                (Some(one), Some(other)) => {
                    let rank = |sources: &[Source]| sources.iter().map(Source::rank).max().unwrap_or(0);
                    Some(if rank(&other) < rank(&one) { other } else { one })
                }
                (one, other) => one.or(other),
            },
            Query::Or(one, other) => {
                let mut sources = self.sources(one)?;
                sources.extend(self.sources(other)?);
                Some(sources)
            }
            Query::Not(_) => None,
            Query::Term(term) => self.source(term),
        }
    }

    /// The sources of a term: none when nothing can fit.
    fn source(&self, term: &Term) -> Option<Vec<Source>> {
        let found = match term {
            Term::Parent(id) => self.folder(id).map(Source::Children),
            Term::Name(Compare::Equal, name) => Some(Source::Named(name.clone())),
            Term::Property { own, name, value } => {
                Some(Source::Property { own: *own, name: name.clone(), value: value.clone() })
            }
            Term::Owner(who) => self.person(who).map(Source::Owned),
            _ => return None,
        };
        Some(found.into_iter().collect())
    }

    fn folder(&self, id: &str) -> Option<Key> {
        if id == "root" {
            return self.drive.roots.get(&self.caller.person).copied();
        }
        self.drive.files.find(id)
    }

    fn person(&self, who: &str) -> Option<Person> {
        if who == "me" {
            return Some(self.caller.person);
        }
        let user = self.directory.user(who)?;
        self.drive.people.known(&user.id).map(Person)
    }

    /// Whether a file fits.
    pub fn fits(&self, query: &Query, key: Key) -> bool {
        match query {
            Query::And(one, other) => self.fits(one, key) && self.fits(other, key),
            Query::Or(one, other) => self.fits(one, key) || self.fits(other, key),
            Query::Not(inner) => !self.fits(inner, key),
            Query::Term(term) => self.drive.files.get(key).is_some_and(|file| self.meets(term, key, file)),
        }
    }

    fn meets(&self, term: &Term, key: Key, file: &File) -> bool {
        let mine = || self.drive.mine.get(&(key, self.caller.person)).copied().unwrap_or_default();
        match term {
            Term::Name(how, value) => compare_name(&file.name, *how, value),
            Term::FullText(value) => has_text(file, value),
            Term::MimeType(how, value) => match how {
                Compare::Equal => file.mime.as_str() == value,
                Compare::NotEqual => file.mime.as_str() != value,
                _ => file.mime.as_str().starts_with(value.as_str()),
            },
            Term::Time(of, how, at) => {
                let found = match of {
                    Instant::Created => Some(file.created),
                    Instant::Modified => Some(file.modified),
                    Instant::ViewedByMe => mine().viewed,
                };
                found.is_some_and(|found| compare_time(found, *how, *at))
            }
            Term::Trashed(is) => self.drive.files.is_trashed(key) == *is,
            Term::Starred(is) => mine().starred == *is,
            Term::SharedWithMe(is) => self.is_shared_with_me(key, file) == *is,
            Term::Parent(id) => file.parent.is_some() && file.parent == self.folder(id),
            Term::Owner(who) => file.owner.is_some() && file.owner == self.person(who),
            Term::Writer(who) => self.reached_by(key, file, who, Role::Writer),
            Term::Reader(who) => self.reached_by(key, file, who, Role::Reader),
            Term::Visibility(same, value) => (self.visibility(key, file) == value) == *same,
            Term::Property { own, name, value } => {
                let found = file.extra.as_ref().and_then(|extra| {
                    let map =
                        if *own { extra.app_properties.get(&self.caller.app)? } else { &extra.properties };
                    map.get(name.as_str())
                });
                found.is_some_and(|found| **found == **value)
            }
            Term::ShortcutTarget(same, id) => {
                let target = file.extra.as_ref().and_then(|extra| extra.shortcut.as_ref());
                target.is_some_and(|target| (target.target.as_str() == id) == *same)
            }
        }
    }

    /// Shared by name, group or domain on the file itself: what a person finds under "Shared with me".
    fn is_shared_with_me(&self, key: Key, file: &File) -> bool {
        if file.owner == Some(self.caller.person) || self.drive.shared_drive_of(file).is_some() {
            return false;
        }
        let stated =
            self.drive.mine.get(&(key, self.caller.person)).is_some_and(|mine| mine.shared_with_me.is_some());
        let email =
            self.directory.users.get(self.drive.user_id(self.caller.person)).map(|user| user.email.as_str());
        let direct = file.permissions.iter().any(|permission| match &permission.grantee {
            Grantee::User(person) => *person == self.caller.person,
            Grantee::Group(group) => email.is_some_and(|email| self.directory.is_member(group, email)),
            _ => false,
        });
        stated || direct
    }

    fn reached_by(&self, key: Key, file: &File, who: &str, least: Role) -> bool {
        let person = self.person(who);
        if file.owner.is_some() && file.owner == person {
            return true;
        }
        let fits = |file: &File| {
            file.permissions.iter().filter(|permission| permission.role >= least).any(|permission| {
                match &permission.grantee {
                    Grantee::User(granted) => Some(*granted) == person,
                    Grantee::Group(group) => group.eq_ignore_ascii_case(who),
                    _ => false,
                }
            })
        };
        fits(file) || self.drive.files.above(key).any(|(_, folder)| fits(folder))
    }

    fn visibility(&self, key: Key, file: &File) -> &'static str {
        let folders = self.drive.files.above(key).map(|(_, folder)| folder);
        let kind = |file: &File| {
            let one = |grantee: &Grantee, discoverable: bool| match (grantee, discoverable) {
                (Grantee::Anyone, true) => 4,
                (Grantee::Anyone, false) => 3,
                (Grantee::Domain(_), true) => 2,
                (Grantee::Domain(_), false) => 1,
                _ => 0,
            };
            file.permissions.iter().map(|given| one(&given.grantee, given.discoverable)).max().unwrap_or(0)
        };
        let widest = folders.map(kind).max().unwrap_or(0).max(kind(file));
        ["limited", "domainWithLink", "domainCanFind", "anyoneWithLink", "anyoneCanFind"][widest]
    }

    /// What a caller finds without naming a folder: its own, what is shared with it, and shared drives when asked.
    pub fn everywhere(&self, shared_drives: bool) -> Vec<Source> {
        let mut sources = vec![Source::Owned(self.caller.person)];
        let mut shared = Vec::new();
        for key in self.drive.files.shared() {
            let Some(file) = self.drive.files.get(key) else { continue };
            let foreign =
                file.owner != Some(self.caller.person) && self.drive.shared_drive_of(file).is_none();
            if foreign && access::role(self.directory, self.drive, self.caller, key).is_some() {
                shared.push(key);
                shared.extend(self.drive.files.below(key));
            }
        }
        // In an own folder, but made by somebody else.
        if let Some(root) = self.drive.roots.get(&self.caller.person)
            && self.drive.files.shared().next().is_some()
        {
            let foreign = |key: &Key| {
                self.drive.files.get(*key).is_some_and(|file| file.owner != Some(self.caller.person))
            };
            let own_shared = self.drive.files.shared().filter(|key| {
                self.drive
                    .files
                    .get(*key)
                    .is_some_and(|file| file.space == Some(*root) && file.mime.is_folder())
            });
            shared.extend(own_shared.flat_map(|key| self.drive.files.below(key)).filter(foreign));
        }
        if !shared.is_empty() {
            shared.sort_unstable();
            shared.dedup();
            sources.push(Source::These(shared));
        }
        if shared_drives {
            sources.extend(self.drive.shared_drives.keys().map(|root| Source::Space(*root)));
        }
        sources
    }
}

/// Words in name, description, stated text and readable content; in quotes they stand one after another.
fn has_text(file: &File, wanted: &str) -> bool {
    let extra = file.extra.as_deref();
    let mut texts = vec![file.name.to_lowercase()];
    let more = [
        extra.and_then(|extra| extra.description.as_deref()),
        extra.and_then(|extra| extra.indexable_text.as_deref()),
    ];
    texts.extend(more.into_iter().flatten().map(str::to_lowercase));
    let readable = file.mime.as_str().starts_with("text/") || super::native::has_content(&file.mime);
    if let Some(head) = file.head().filter(|_| readable) {
        let size = head.content.size().min(1 << 20);
        let bytes = head.content.read(0..size).unwrap_or_default();
        texts.push(String::from_utf8_lossy(&bytes).to_lowercase());
    }
    let wanted = wanted.to_lowercase();
    if let Some(phrase) = wanted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        return texts.iter().any(|text| text.contains(phrase));
    }
    let found: std::collections::BTreeSet<&str> = texts.iter().flat_map(|text| words(text)).collect();
    let mut wanted = words(&wanted).peekable();
    wanted.peek().is_some() && wanted.all(|word| found.contains(word))
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// Names are equal whatever their case; `contains` finds words that begin so, every one of them.
fn compare_name(name: &str, how: Compare, value: &str) -> bool {
    let equal = || name_hash(name) == name_hash(value) && name.to_lowercase() == value.to_lowercase();
    match how {
        Compare::Equal => equal(),
        Compare::NotEqual => !equal(),
        _ => {
            let (name, value) = (name.to_lowercase(), value.to_lowercase());
            let begins = |wanted: &str| words(&name).any(|word| word.starts_with(wanted));
            let mut wanted = words(&value).peekable();
            wanted.peek().is_some() && wanted.all(begins)
        }
    }
}

fn compare_time(found: When, how: Compare, at: When) -> bool {
    match how {
        Compare::Equal => found == at,
        Compare::NotEqual => found != at,
        Compare::Less => found < at,
        Compare::LessOrEqual => found <= at,
        Compare::Greater => found > at,
        Compare::GreaterOrEqual => found >= at,
        Compare::Contains => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contains_finds_words_by_their_beginning() {
        let cases = [
            ("HelloWorld", "Hello", true),
            ("HelloWorld", "World", false),
            ("Offer_Miller 2026.docx", "mill", true),
            ("Offer_Miller 2026.docx", "offer 2026", true),
            ("Offer_Miller 2026.docx", "offer 2027", false),
            ("Offer", "", false),
        ];
        for (name, value, expected) in cases {
            assert_eq!(compare_name(name, Compare::Contains, value), expected, "{name} {value}");
        }
        assert!(compare_name("ÄRGER.txt", Compare::Equal, "ärger.TXT"));
    }
}
