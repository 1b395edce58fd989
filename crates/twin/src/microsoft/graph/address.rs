//! The many ways of naming one item, made one.
//!
//! `/me/drive/root:/A/b.docx:/content`, `/sites/{site}/drive/items/{id}/content` and `/drives/{id}/items/{id}/content`
//! are the same request. This is syntax only; [`super::scene`] finds what the names stand for.
//! Source: learn.microsoft.com, "Working with files in Microsoft Graph", addressing resources; microsoft.md 2.1.

use crate::core::call::{decode, segments};

/// A request's address, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// The path in the contract's own form, with `-` where a locator stands: `/drives/-/items/-/content`.
    pub canonical: String,
    pub site: Option<SiteName>,
    pub drive: Option<DriveName>,
    pub item: Option<ItemName>,
}

/// How a site is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SiteName {
    /// `root`, or `host,collection,web`, or a host name.
    Id(String),
    /// A host and a server-relative path.
    Path(String, String),
    /// The site of a group.
    Group(String),
}

/// How a library is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DriveName {
    Id(String),
    Me,
    User(String),
    /// The site's default library.
    OfSite,
    /// A list of the site, by id or name.
    OfList(String),
}

/// How an item is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ItemName {
    Root,
    Id(String),
    /// Names below another item.
    Below(Box<ItemName>, Vec<String>),
    /// A sharing address, `u!…`.
    Share(String),
    /// A child of another item, by its own id.
    Child(Box<ItemName>, String),
    /// A list item's number: in the named list of the site, or in the library's own list.
    Row(Option<String>, String),
    /// What holds all items of a list, named in the same way.
    ListRoot(Option<String>),
    /// A folder that every personal drive has: `documents`, `photos`, `approot`.
    Special(String),
}

/// Takes a path apart, without the version in front. Nothing when it is none of Graph's.
pub fn parse(path: &str) -> Option<Address> {
    let all = segments(path);
    let mut rest = all.as_slice();
    let mut address = Address { canonical: String::new(), site: None, drive: None, item: None };
    match rest {
        ["shares", share, more @ ..] => {
            let name = ItemName::Share(decode(share));
            let ["driveItem" | "root", more @ ..] = more else {
                address.item = Some(name);
                address.canonical = join("/shares/-", more);
                return Some(address);
            };
            address.item = Some(name);
            address.canonical = join("/shares/-/driveItem", more);
            return Some(address);
        }
        ["me", "drive", more @ ..] | ["drive", more @ ..] => {
            (address.drive, rest) = (Some(DriveName::Me), more);
        }
        ["users", user, "drives"] => {
            address.drive = Some(DriveName::User(decode(user)));
            "/me/drives".clone_into(&mut address.canonical);
            return Some(address);
        }
        ["me", "drives"] => {
            address.drive = Some(DriveName::Me);
            "/me/drives".clone_into(&mut address.canonical);
            return Some(address);
        }
        ["groups", group, "drives", more @ ..] => {
            address.site = Some(SiteName::Group(decode(group)));
            let more: Vec<&str> = std::iter::once("drives").chain(more.iter().copied()).collect();
            return Some(site_rest(address, &more));
        }
        ["me", "drives", id, more @ ..] | ["drives", id, more @ ..] => {
            (address.drive, rest) = (Some(DriveName::Id(decode(id))), more);
        }
        ["users", user, "drive", more @ ..] => {
            (address.drive, rest) = (Some(DriveName::User(decode(user))), more);
        }
        ["groups", group, "drive", more @ ..] => {
            address.site = Some(SiteName::Group(decode(group)));
            (address.drive, rest) = (Some(DriveName::OfSite), more);
        }
        ["groups", group, "sites", "root", more @ ..] => {
            address.site = Some(SiteName::Group(decode(group)));
            return Some(site_rest(address, more));
        }
        ["sites", more @ ..] => return sites(address, more),
        _ => {
            address.canonical = join("", rest);
            return Some(address);
        }
    }
    drive_rest(address, rest)
}

fn sites(mut address: Address, rest: &[&str]) -> Option<Address> {
    let [first, more @ ..] = rest else {
        "/sites".clone_into(&mut address.canonical);
        return Some(address);
    };
    if let Some(host) = first.strip_suffix(':') {
        let (names, more) = until_colon(more)?;
        address.site = Some(SiteName::Path(decode(host), format!("/{}", names.join("/"))));
        return Some(site_rest(address, more));
    }
    if matches!(*first, "delta" | "delta()" | "add" | "remove" | "getAllSites" | "getAllSites()") {
        address.canonical = join("/sites", rest);
        return Some(address);
    }
    address.site = Some(SiteName::Id(decode(first)));
    Some(site_rest(address, more))
}

fn site_rest(mut address: Address, rest: &[&str]) -> Address {
    match rest {
        ["drive", more @ ..] if !more.is_empty() => {
            address.drive = Some(DriveName::OfSite);
            drive_rest(address.clone(), more).unwrap_or(address)
        }
        ["drives", id, more @ ..] if !more.is_empty() => {
            address.drive = Some(DriveName::Id(decode(id)));
            drive_rest(address.clone(), more).unwrap_or(address)
        }
        ["lists", list, "drive", more @ ..] if !more.is_empty() => {
            address.drive = Some(DriveName::OfList(decode(list)));
            drive_rest(address.clone(), more).unwrap_or(address)
        }
        _ => {
            address.item = match rest {
                ["lists", list, more @ ..] => of_list(Some(decode(list)), more),
                _ => None,
            };
            address.canonical = join("/sites/-", rest);
            address
        }
    }
}

/// What follows a library.
fn drive_rest(mut address: Address, rest: &[&str]) -> Option<Address> {
    let (name, more) = match rest {
        ["root"] => {
            address.item = Some(ItemName::Root);
            "/drives/-/root".clone_into(&mut address.canonical);
            return Some(address);
        }
        ["root", more @ ..] => (ItemName::Root, more),
        ["items", id, more @ ..] if !id.ends_with(':') => (item_id(id), more),
        ["root:", more @ ..] => {
            let (names, more) = until_colon(more)?;
            (below(ItemName::Root, names), more)
        }
        ["items", id, more @ ..] => {
            let (names, more) = until_colon(more)?;
            (below(item_id(id.trim_end_matches(':')), names), more)
        }
        ["special", name, more @ ..] => (ItemName::Special(decode(name)), more),
        ["list", more @ ..] => {
            address.item = of_list(None, more);
            address.canonical = join("/drives/-", rest);
            return Some(address);
        }
        _ => {
            address.canonical = join("/drives/-", rest);
            return Some(address);
        }
    };
    let (name, more) = match more {
        ["children", child, more @ ..] => (ItemName::Child(Box::new(name), decode(child)), more),
        _ => (name, more),
    };
    address.item = Some(name);
    address.canonical = join("/drives/-/items/-", more);
    Some(address)
}

/// The item that a path names behind a list.
fn of_list(list: Option<String>, rest: &[&str]) -> Option<ItemName> {
    match rest {
        ["items", number, ..] if !number.starts_with("delta") => Some(ItemName::Row(list, decode(number))),
        ["permissions", ..] => Some(ItemName::ListRoot(list)),
        _ => None,
    }
}

fn item_id(segment: &str) -> ItemName {
    match decode(segment).as_str() {
        "root" => ItemName::Root,
        id => ItemName::Id(id.to_owned()),
    }
}

fn below(base: ItemName, names: Vec<String>) -> ItemName {
    if names.is_empty() { base } else { ItemName::Below(Box::new(base), names) }
}

/// Decoded names up to the segment that ends with a colon, and what follows it.
fn until_colon<'a, 's>(rest: &'a [&'s str]) -> Option<(Vec<String>, &'a [&'s str])> {
    let mut names = Vec::new();
    for (at, segment) in rest.iter().enumerate() {
        if let Some(last) = segment.strip_suffix(':') {
            if !last.is_empty() {
                names.push(decode(last));
            }
            return Some((names, &rest[at + 1..]));
        }
        names.push(decode(segment));
    }
    names.iter().all(|name| !name.is_empty()).then_some((names, &[]))
}

fn join(head: &str, rest: &[&str]) -> String {
    rest.iter().fold(head.to_owned(), |path, segment| path + "/" + segment)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(all: &[&str]) -> Vec<String> {
        all.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn every_way_of_naming_an_item_has_one_canonical_path() {
        let below_root = |all: &[&str]| Some(ItemName::Below(Box::new(ItemName::Root), names(all)));
        let cases: &[(&str, &str, Option<ItemName>)] = &[
            ("/me/drive/root", "/drives/-/root", Some(ItemName::Root)),
            ("/me/drive/root/children", "/drives/-/items/-/children", Some(ItemName::Root)),
            ("/drives/b!1/items/01A", "/drives/-/items/-", Some(ItemName::Id("01A".into()))),
            (
                "/drives/b!1/root:/A/b%23.docx:/content",
                "/drives/-/items/-/content",
                below_root(&["A", "b#.docx"]),
            ),
            ("/drives/b!1/root:/A/b.docx", "/drives/-/items/-", below_root(&["A", "b.docx"])),
            ("/sites/h,1,2/drive/root:/A:/children", "/drives/-/items/-/children", below_root(&["A"])),
            ("/sites/h:/sites/x:/drive/items/01A", "/drives/-/items/-", Some(ItemName::Id("01A".into()))),
            ("/sites/h:/sites/x", "/sites/-", None),
            ("/sites/root/lists/Documents/items", "/sites/-/lists/Documents/items", None),
            ("/sites/root/lists/A/items/delta", "/sites/-/lists/A/items/delta", None),
            (
                "/sites/root/lists/A/items/7/fields",
                "/sites/-/lists/A/items/7/fields",
                Some(ItemName::Row(Some("A".into()), "7".into())),
            ),
            (
                "/drives/b!1/list/permissions/p",
                "/drives/-/list/permissions/p",
                Some(ItemName::ListRoot(None)),
            ),
            (
                "/me/drive/root/children/01A/content",
                "/drives/-/items/-/content",
                Some(ItemName::Child(Box::new(ItemName::Root), "01A".into())),
            ),
            (
                "/drive/special/approot/children",
                "/drives/-/items/-/children",
                Some(ItemName::Special("approot".into())),
            ),
            ("/groups/g/drives", "/sites/-/drives", None),
            ("/users/u/drives", "/me/drives", None),
            ("/groups/g/sites/root", "/sites/-", None),
            ("/drives/b!1/root/delta(token='x')", "/drives/-/items/-/delta(token='x')", Some(ItemName::Root)),
            (
                "/shares/u!abc/driveItem/content",
                "/shares/-/driveItem/content",
                Some(ItemName::Share("u!abc".into())),
            ),
            ("/users", "/users", None),
            ("/sites", "/sites", None),
        ];
        for (path, canonical, item) in cases {
            let address = parse(path).unwrap();
            assert_eq!((address.canonical.as_str(), &address.item), (*canonical, item), "{path}");
        }
    }

    #[test]
    fn relative_paths_start_at_any_item() {
        let address = parse("/drives/b!1/items/01A:/B/c.txt:/createUploadSession").unwrap();
        assert_eq!(address.canonical, "/drives/-/items/-/createUploadSession");
        let base = Box::new(ItemName::Id("01A".into()));
        assert_eq!(address.item, Some(ItemName::Below(base, names(&["B", "c.txt"]))));
    }

    proptest::proptest! {
        #[test]
        fn no_path_makes_it_panic(path in "[/a-z:%!'()=,.0-9]{0,60}") {
            let _ = parse(&path);
        }
    }
}
