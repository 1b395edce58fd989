//! `orderBy` of files.list.

use super::matching::Seeker;
use super::state::{File, Key};
use crate::google::error::Refusal;
use std::cmp::Ordering;

/// What listings are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Created,
    Folder,
    ModifiedByMe,
    Modified,
    Name,
    NameNatural,
    Quota,
    Recency,
    SharedWithMe,
    Starred,
    Viewed,
}

/// Reads `orderBy`: keys separated by commas, each with `desc` after it or not.
pub(super) fn read(text: &str) -> Result<Vec<(Order, bool)>, Refusal> {
    let mut keys = Vec::new();
    for key in text.split(',').map(str::trim).filter(|key| !key.is_empty()) {
        let (name, down) = match key.split_once(' ') {
            None => (key, false),
            Some((name, "desc")) => (name, true),
            Some(_) => return Err(Refusal::invalid("orderBy")),
        };
        let order = match name {
            "createdTime" => Order::Created,
            "folder" => Order::Folder,
            "modifiedByMeTime" => Order::ModifiedByMe,
            "modifiedTime" => Order::Modified,
            "name" => Order::Name,
            "name_natural" => Order::NameNatural,
            "quotaBytesUsed" => Order::Quota,
            "recency" => Order::Recency,
            "sharedWithMeTime" => Order::SharedWithMe,
            "starred" => Order::Starred,
            "viewedByMeTime" => Order::Viewed,
            _ => return Err(Refusal::invalid("orderBy")),
        };
        keys.push((order, down));
    }
    Ok(keys)
}

/// Sorts; what is equal stays in the order it was made.
pub(super) fn sort(seeker: &Seeker<'_>, keys: &mut [Key], order: &[(Order, bool)]) {
    let files = &seeker.drive.files;
    keys.sort_by(|one, other| {
        let (Some(a), Some(b)) = (files.get(*one), files.get(*other)) else { return Ordering::Equal };
        for (by, down) in order {
            let found = compare(seeker, *by, (*one, a), (*other, b));
            let found = if *down { found.reverse() } else { found };
            if found != Ordering::Equal {
                return found;
            }
        }
        one.cmp(other)
    });
}

fn compare(seeker: &Seeker<'_>, by: Order, one: (Key, &File), other: (Key, &File)) -> Ordering {
    let mine = |key: Key| seeker.drive.mine.get(&(key, seeker.caller.person)).copied().unwrap_or_default();
    let (a, b) = (one.1, other.1);
    match by {
        Order::Created => a.created.cmp(&b.created),
        Order::Folder => b.mime.is_folder().cmp(&a.mime.is_folder()),
        Order::Modified => a.modified.cmp(&b.modified),
        Order::ModifiedByMe => mine(one.0).modified.cmp(&mine(other.0).modified),
        Order::Name => a.name.to_lowercase().cmp(&b.name.to_lowercase()),
        Order::NameNatural => natural(&a.name, &b.name),
        Order::Quota => a.quota_bytes().cmp(&b.quota_bytes()),
        Order::Recency => a.modified.max(a.created).cmp(&b.modified.max(b.created)),
        Order::SharedWithMe => mine(one.0).shared_with_me.cmp(&mine(other.0).shared_with_me),
        Order::Starred => mine(other.0).starred.cmp(&mine(one.0).starred),
        Order::Viewed => mine(one.0).viewed.cmp(&mine(other.0).viewed),
    }
}

/// Numbers inside names count as numbers.
fn natural(one: &str, other: &str) -> Ordering {
    let (one, other) = (one.to_lowercase(), other.to_lowercase());
    let (mut a, mut b) = (one.chars().peekable(), other.chars().peekable());
    loop {
        match (a.peek().copied(), b.peek().copied()) {
            (None, None) => return Ordering::Equal,
            (None, _) => return Ordering::Less,
            (_, None) => return Ordering::Greater,
            (Some(x), Some(y)) if x.is_ascii_digit() && y.is_ascii_digit() => {
                let (x, y) = (number(&mut a), number(&mut b));
                let found = x.len().cmp(&y.len()).then_with(|| x.cmp(&y));
                if found != Ordering::Equal {
                    return found;
                }
            }
            (Some(x), Some(y)) => {
                if x != y {
                    return x.cmp(&y);
                }
                a.next();
                b.next();
            }
        }
    }
}

/// The digits that come next, without zeros before them.
fn number(letters: &mut std::iter::Peekable<std::str::Chars<'_>>) -> String {
    let mut digits = String::new();
    while let Some(digit) = letters.next_if(char::is_ascii_digit) {
        digits.push(digit);
    }
    digits.trim_start_matches('0').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn natural_order_counts_numbers() {
        let mut names = ["b 10", "b 9", "B 1", "a", "b 009x"];
        names.sort_by(|one, other| natural(one, other));
        assert_eq!(names, ["a", "B 1", "b 9", "b 009x", "b 10"]);
    }
}
