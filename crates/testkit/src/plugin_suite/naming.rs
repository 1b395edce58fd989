//! Names and places (contract sections d.1, d.6; T02, T29, BAD-07, BAD-08).

use super::World;
use super::world::{TEXT, failure};
use domain::CompanyId;
use domain::ErrorKind;
use domain::locking::{CheckoutState, LockSemantics};
use domain::names;
use domain::plugin::{Body, NewItem, Placement, Removal, Shelf, Which};

/// BAD-07: every forbidden character, reserved word, and the rest of the list.
const SUGGESTED: [&str; 44] = [
    "Offer.docx",
    "Smørbrød & Søn – tilbud.docx",
    "見積書.docx",
    "Offer?.docx",
    "Offer*.docx",
    "Offer:2.docx",
    "\"Offer\".docx",
    "<Offer>.docx",
    "Offer|2.docx",
    "Offer#2.docx",
    "100% wool.docx",
    "a/b.docx",
    "a\\b.docx",
    "../../etc/passwd",
    "C:\\temp\\x.docx",
    "CON",
    "con.txt",
    "PRN.docx",
    "AUX",
    "nul.docx",
    "COM1.txt",
    "com9",
    "LPT1.docx",
    "COM¹.txt",
    "desktop.ini",
    "thumbs.db",
    ".lock",
    "_vti_",
    "my_vti_file.txt",
    "forms",
    "Offer.docx.",
    "Offer.docx ",
    " Offer.docx",
    "trailing...",
    "~$Offer.docx",
    "\u{202E}cod.exe",
    "\u{200B}zero\u{FEFF}width.txt",
    "nul\0byte.txt",
    "tab\tand\nline.txt",
    "cafe\u{301}.txt",
    "...",
    "",
    " ",
    "🙂.docx",
];

fn is_valid(name: &str) -> bool {
    let forbidden = |c: char| c.is_control() || "\"*:<>?/\\|".contains(c);
    let device = ["con", "prn", "aux", "nul"].contains(&name.to_lowercase().split('.').next().unwrap_or(""));
    let hidden = ['\u{202E}', '\u{200B}', '\u{FEFF}'];
    !name.is_empty()
        && name.chars().count() <= 254
        && name.len() <= 255
        && !name.contains(forbidden)
        && !name.contains(hidden)
        && !name.starts_with([' '])
        && !name.starts_with("~$")
        && !name.ends_with([' ', '.'])
        && !device
}

/// T29, BAD-07: never refused, returned as it is in use, and the same rule at every place.
pub async fn every_suggested_name_is_amended_to_a_valid_one(w: &World) {
    for suggested in SUGGESTED {
        let body = Body::from_bytes(suggested.as_bytes().to_vec());
        let item = w.plugin.create(&w.a(), NewItem::document(suggested, TEXT), Some(body)).await.unwrap();
        assert!(is_valid(&item.name), "{suggested:?} gave {:?}", item.name);
        let amended = names::amend(suggested, "Document");
        let stem = names::split(&amended).0;
        assert!(item.name.starts_with(stem), "{suggested:?} gave {:?} and not {amended:?}", item.name);
        assert_eq!(w.stat(&w.b(), &item.reference).await.name, item.name);
        assert_eq!(w.read(&w.b(), &item.reference).await, suggested.as_bytes());
        let other = w.public_named("Other.txt", LockSemantics::None, b"").await;
        let renamed = w.plugin.rename(&w.a(), &other.reference, suggested).await.unwrap();
        assert!(is_valid(&renamed.name), "renaming to {suggested:?} gave {:?}", renamed.name);
        assert_ne!(names::folded(&renamed.name), names::folded(&item.name));
    }
}

/// T29: 254 characters and more.
pub async fn a_very_long_name_is_cut_and_keeps_its_extension(w: &World) {
    for letter in ["a", "å", "漢", "🙂"] {
        let suggested = format!("{}.docx", letter.repeat(300));
        let first = w.public_named(&suggested, LockSemantics::None, b"1").await;
        let second = w.public_named(&suggested, LockSemantics::None, b"2").await;
        for item in [&first, &second] {
            assert!(is_valid(&item.name), "{}", item.name);
            assert_eq!(names::extension(&item.name), ".docx");
        }
        assert_ne!(first.name, second.name);
    }
}

/// BAD-08: equal after folding case and composition.
pub async fn equal_names_get_a_suffix_and_overwrite_nothing(w: &World) {
    let same = ["Café.txt", "café.txt", "CAFE\u{301}.TXT", "Cafe\u{301}.txt"];
    let mut made = Vec::new();
    for (n, name) in same.into_iter().enumerate() {
        let item = w.public_named(name, LockSemantics::None, &[b'0' + n as u8]).await;
        made.push((n, item));
    }
    for (n, item) in &made {
        assert_eq!(w.read(&w.b(), &item.reference).await, [b'0' + *n as u8]);
        for (m, other) in &made {
            assert!(n == m || names::folded(&item.name) != names::folded(&other.name), "{} twice", item.name);
        }
    }
    assert_eq!(made[0].1.name, "Café.txt");
    assert_eq!(made[1].1.name, "café (2).txt");
}

/// The caller must drop what it remembered.
pub async fn a_rename_returns_the_name_in_use(w: &World) {
    let item = w.public(LockSemantics::None, b"x").await.reference;
    let renamed = w.plugin.rename(&w.a(), &item, "New: name?.txt").await.unwrap();
    assert_eq!(renamed.name, names::amend("New: name?.txt", "Document"));
    assert_eq!(w.stat(&w.b(), &item).await.name, renamed.name);
}

/// Amended, not an error.
pub async fn a_rename_to_a_taken_name_gets_a_suffix(w: &World) {
    let first = w.public_named("First.txt", LockSemantics::None, b"1").await;
    let second = w.public_named("Second.txt", LockSemantics::None, b"2").await;
    let renamed = w.plugin.rename(&w.a(), &second.reference, "FIRST.txt").await.unwrap();
    assert_eq!(renamed.name, "FIRST (2).txt");
    assert_eq!(w.stat(&w.a(), &first.reference).await.name, "First.txt");
    assert_eq!(w.read(&w.a(), &first.reference).await, b"1");
    assert_eq!(w.read(&w.a(), &second.reference).await, b"2");
}

/// Never an error, never a blank name.
pub async fn a_rename_to_nothing_keeps_a_name(w: &World) {
    for nothing in ["", " ", "...", "\0", "///"] {
        let item = w.public_named("Letter to Anna.txt", LockSemantics::None, b"x").await;
        let renamed = w.plugin.rename(&w.a(), &item.reference, nothing).await.unwrap();
        assert_eq!(renamed.name, item.name, "renamed to {nothing:?}");
    }
}

/// One's own name is not taken.
pub async fn a_rename_to_the_same_name_changes_nothing(w: &World) {
    let item = w.public_named("Same.txt", LockSemantics::None, b"x").await;
    assert_eq!(w.plugin.rename(&w.a(), &item.reference, "Same.txt").await.unwrap().name, "Same.txt");
    assert_eq!(w.plugin.rename(&w.a(), &item.reference, "SAME.txt").await.unwrap().name, "SAME.txt");
}

/// By renaming away and by removing for good.
pub async fn a_freed_name_can_be_used_again(w: &World) {
    let first = w.public_named("Name.txt", LockSemantics::None, b"1").await;
    w.plugin.rename(&w.a(), &first.reference, "Away.txt").await.unwrap();
    let second = w.public_named("Name.txt", LockSemantics::None, b"2").await;
    assert_eq!(second.name, "Name.txt");
    w.plugin.remove(&w.a(), &second.reference, Removal::Destroy).await.unwrap();
    assert_eq!(w.public_named("Name.txt", LockSemantics::None, b"3").await.name, "Name.txt");
}

/// Only the name changes.
pub async fn a_rename_keeps_reference_content_and_lock(w: &World) {
    for level in w.locking_levels().await {
        let item = w.public(level, b"public").await;
        w.save(&w.a(), &item.reference, b"work").await;
        let versions = w.count_versions(&item.reference).await;
        let renamed = w.plugin.rename(&w.a(), &item.reference, "Renamed.txt").await.unwrap();
        assert_eq!(renamed.reference, item.reference);
        assert_eq!(w.plugin.checkout_state(&w.a(), &item.reference).await.unwrap(), CheckoutState::Own);
        assert_eq!(w.read(&w.a(), &item.reference).await, b"work");
        assert_eq!(w.read(&w.b(), &item.reference).await, b"public");
        assert_eq!(w.count_versions(&item.reference).await, versions);
        assert_eq!(w.plugin.length(&w.b(), &item.reference, &Which::Latest).await.unwrap(), 6);
        // The next turn of the loop begins with the same name.
        w.plugin.undo_check_out(&w.a(), &item.reference, false).await.unwrap();
        w.plugin.remove(&w.a(), &item.reference, Removal::Destroy).await.unwrap();
    }
}

fn company(id: i64, name: &str) -> Placement {
    Placement {
        company: Some(name.into()),
        company_id: Some(CompanyId(id)),
        year: Some(2026),
        ..Placement::default()
    }
}

/// Section d.1: other facts influence where it lies, never whether it is found.
pub async fn a_reference_stays_valid_when_the_item_is_placed_elsewhere(w: &World) {
    let place = company(1, "Fjord A/S");
    let new = NewItem { place: place.clone(), ..NewItem::document("Deal.txt", TEXT) };
    let item = w.plugin.create(&w.a(), new, Some(Body::from_bytes("deal"))).await.unwrap();
    let new = NewItem { place: company(2, "Tide Ltd"), ..NewItem::document("Deal.txt", TEXT) };
    let other = w.plugin.create(&w.a(), new, Some(Body::from_bytes("other deal"))).await.unwrap();
    let outcome = w.plugin.place(&w.a(), &item.reference, &company(2, "Tide Ltd")).await;
    if !w.can.place {
        assert_eq!(failure(outcome), ErrorKind::Unsupported);
        return;
    }
    let moved = outcome.unwrap();
    assert_eq!(moved.reference, item.reference);
    assert_ne!(names::folded(&moved.name), names::folded(&other.name), "two of one name in one folder");
    assert_eq!(w.read(&w.b(), &item.reference).await, b"deal");
    assert_eq!(w.read(&w.b(), &other.reference).await, b"other deal");
    let back = w.plugin.place(&w.a(), &item.reference, &place).await.unwrap();
    assert_eq!(w.stat(&w.b(), &item.reference).await.name, back.name);
}

/// T02: what is shown before saving is where it goes.
#[expect(clippy::unused_async, reason = "every case of the suite is called the same way")]
pub async fn the_folder_of_the_same_facts_is_the_same(w: &World) {
    for shelf in [Shelf::Documents, Shelf::Templates] {
        for place in [Placement::default(), company(1, "Fjord A/S"), company(2, "../..\0"), company(3, "  ")]
        {
            let folder = w.plugin.folder_of(shelf, &place);
            assert_eq!(folder, w.plugin.folder_of(shelf, &place));
            assert!(folder.iter().all(|part| is_valid(part)), "{folder:?}");
        }
    }
}

/// The folder shown and the name in use lead to the item.
pub async fn a_path_leads_to_its_item(w: &World) {
    let place = company(1, "Fjord A/S");
    let new = NewItem { place: place.clone(), ..NewItem::document("Path.txt", TEXT) };
    let item = w.plugin.create(&w.a(), new, Some(Body::from_bytes("x"))).await.unwrap();
    let mut parts = w.plugin.folder_of(Shelf::Documents, &place);
    parts.push(item.name.clone());
    let path = parts.join("/");
    let find = |path: String| async move { w.plugin.resolve_path(&w.a(), Shelf::Documents, &path).await };
    if !w.can.paths {
        assert_eq!(failure(find(path).await), ErrorKind::Unsupported);
        return;
    }
    assert_eq!(find(path.clone()).await.unwrap().as_ref(), Some(&item.reference));
    assert_eq!(find(format!("/{path}")).await.unwrap().as_ref(), Some(&item.reference));
    for nowhere in ["", "/", "..", "../../etc/passwd", "Path.txt.txt", "\0"] {
        assert_eq!(find(nowhere.into()).await.unwrap(), None, "{nowhere:?}");
    }
    assert_eq!(w.plugin.resolve_path(&w.elsewhere(), Shelf::Documents, &path).await.unwrap(), None);
    w.plugin.rename(&w.a(), &item.reference, "Elsewhere.txt").await.unwrap();
    assert_eq!(find(path.clone()).await.unwrap(), None);
    w.plugin.rename(&w.a(), &item.reference, "Path.txt").await.unwrap();
    if w.can.trash {
        w.plugin.remove(&w.a(), &item.reference, Removal::Trash).await.unwrap();
        assert_eq!(find(path).await.unwrap(), None, "what is in the trash has no path");
    }
}
