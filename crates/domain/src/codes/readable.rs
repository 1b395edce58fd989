//! Readable names for codes: `{contact.first_name}` for `{atfn}`.
//!
//! A name is made from what people read beside the code: the entity, a dot, and the label up to its first comma. Where
//! that is taken, the whole label. So a code cannot be without a name, and no name has to be kept in step by hand.

use super::{CodeInfo, Entity, all};
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

static NAMES: LazyLock<Vec<(String, &'static CodeInfo)>> = LazyLock::new(|| {
    let mut taken: HashSet<String> = HashSet::new();
    let mut names = Vec::with_capacity(all().len());
    for info in all() {
        let short = info.label.split([',', ':', '(']).next().unwrap_or_default();
        let candidates = [short, info.label, info.code].map(|label| name(info.entity, label));
        let free = candidates.into_iter().find(|name| !taken.contains(name));
        let name = free.unwrap_or_else(|| info.code.to_owned());
        taken.insert(name.clone());
        names.push((name, info));
    }
    names
});

static BY_NAME: LazyLock<HashMap<&'static str, &'static CodeInfo>> =
    LazyLock::new(|| NAMES.iter().map(|(name, info)| (name.as_str(), *info)).collect());

/// Every code that stands alone with its readable name, in the order of [`all`].
pub fn readable() -> impl Iterator<Item = (&'static str, &'static CodeInfo)> {
    NAMES.iter().map(|(name, info)| (name.as_str(), *info))
}

/// The code behind a readable name.
pub(super) fn by_name(name: &str) -> Option<&'static CodeInfo> {
    BY_NAME.get(name).copied()
}

/// `contact.first_name` from the entity and a label.
fn name(entity: Entity, label: &str) -> String {
    let entity = words(entity.label());
    let label = words(label);
    let rest = label.strip_prefix(&entity).and_then(|rest| rest.strip_prefix('_'));
    format!("{entity}.{}", rest.filter(|rest| !rest.is_empty()).unwrap_or(&label))
}

/// Letters and digits in lower case, everything between them one underscore, apostrophes dropped.
fn words(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars().filter(|c| *c != '\'') {
        match c {
            c if c.is_ascii_alphanumeric() => out.push(c.to_ascii_lowercase()),
            _ if out.is_empty() || out.ends_with('_') => {}
            _ => out.push('_'),
        }
    }
    out.trim_end_matches('_').to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::find;
    use super::*;

    #[test]
    fn every_code_has_one_readable_name_that_leads_back_to_it() {
        for (name, info) in readable() {
            assert_eq!(find(name).map(|found| found.code), Some(info.code), "{name}");
            assert!(name.contains('.') && name.len() <= 64, "{name}");
        }
    }

    #[test]
    fn the_names_people_guess_are_the_names() {
        for (name, code) in [
            ("company.name", "name"),
            ("contact.first_name", "atfn"),
            ("own_company.organization_number", "oorg"),
            ("sale.amount", "saam"),
            ("document.date", "sdat"),
            ("document.date_long", "date"),
            ("company.id", "cuid"),
            ("sender.full_name", "auth"),
            ("project.description", "pinf"),
        ] {
            assert_eq!(find(name).map(|info| info.code), Some(code), "{name}");
        }
    }
}
