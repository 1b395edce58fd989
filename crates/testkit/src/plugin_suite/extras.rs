//! Metadata, audience, commands and copies (contract sections d.2, d.3, d.7; T28).

use super::World;
use super::world::{TEXT, failure};
use domain::ErrorKind::{NotFound, Unsupported};
use domain::locking::{CheckoutState, LockSemantics};
use domain::openers::{There, reaches};
use domain::plugin::{
    Answer, AnswerKind, Audience, Body, Call, Cursor, Fate, Item, NewItem, Removal, Shelf, VersionNote, Which,
};
use domain::{AssociateId, GroupId};
use std::collections::{BTreeMap, BTreeSet};

fn pairs(values: &[(&str, &str)]) -> BTreeMap<String, String> {
    values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// T28: other providers may own the names we do not know.
pub async fn unknown_metadata_is_ignored(w: &World) {
    let item = w.public(LockSemantics::None, b"x").await.reference;
    let values = pairs(&[("somebody.else:field", "1"), ("", "blank"), (&w.kept_name, "ours")]);
    let outcome = w.plugin.set_metadata(&w.a(), &item, &values).await;
    if !w.can.metadata {
        assert_eq!(failure(outcome), Unsupported);
        return;
    }
    outcome.unwrap();
    assert_eq!(w.plugin.metadata(&w.b(), &item).await.unwrap(), pairs(&[(&w.kept_name, "ours")]));
}

/// Absent means no change, not delete.
pub async fn absent_metadata_is_unchanged(w: &World) {
    if !w.can.metadata {
        return what_metadata_refuses(w).await;
    }
    let item = w.public(LockSemantics::None, b"x").await.reference;
    let other = format!("{}2", w.kept_name);
    w.plugin.set_metadata(&w.a(), &item, &pairs(&[(&w.kept_name, "1"), (&other, "2")])).await.unwrap();
    w.plugin.set_metadata(&w.a(), &item, &pairs(&[(&other, "")])).await.unwrap();
    w.plugin.set_metadata(&w.a(), &item, &BTreeMap::new()).await.unwrap();
    let kept = w.plugin.metadata(&w.a(), &item).await.unwrap();
    assert_eq!(kept, pairs(&[(&w.kept_name, "1"), (&other, "")]));
    assert_eq!(w.read(&w.a(), &item).await, b"x");
}

async fn what_metadata_refuses(w: &World) {
    let item = w.public(LockSemantics::None, b"x").await.reference;
    assert_eq!(failure(w.plugin.metadata(&w.a(), &item).await), Unsupported);
}

/// Creation saves metadata.
pub async fn metadata_given_at_creation_is_kept(w: &World) {
    if !w.can.metadata {
        return what_metadata_refuses(w).await;
    }
    let metadata = pairs(&[(&w.kept_name, "æøå 漢"), ("unknown", "x")]);
    let new = NewItem { metadata, ..NewItem::document("Meta.txt", TEXT) };
    let item = w.plugin.create(&w.a(), new, None).await.unwrap().reference;
    assert_eq!(w.plugin.metadata(&w.b(), &item).await.unwrap(), pairs(&[(&w.kept_name, "æøå 漢")]));
}

/// What was granted before and is not named is revoked.
pub async fn the_audience_is_set_exactly(w: &World) {
    let item = w.public(LockSemantics::None, b"x").await.reference;
    if !w.can.audience {
        assert_eq!(failure(w.plugin.audience(&w.a(), &item).await), Unsupported);
        return;
    }
    assert_eq!(w.plugin.audience(&w.a(), &item).await.unwrap(), Audience::Inherited);
    let steps = [
        Audience::Person { associate: AssociateId(1) },
        Audience::Group { group: GroupId(3), owner: AssociateId(1) },
        Audience::Group { group: GroupId(3), owner: AssociateId(1) },
        Audience::Inherited,
    ];
    for audience in steps {
        w.plugin.set_audience(&w.a(), &item, &audience).await.unwrap();
        assert_eq!(w.plugin.audience(&w.b(), &item).await.unwrap(), audience);
    }
}

/// Who can open an item there is told as it is; a place without rights of its own has nothing to tell.
pub async fn who_can_open_is_told_where_the_place_has_rights(w: &World) {
    let item = w.public(LockSemantics::None, b"x").await.reference;
    if !w.can.rights() {
        assert_eq!(w.plugin.access(&w.a(), &item).await.unwrap(), None);
        return;
    }
    w.plugin.set_audience(&w.a(), &item, &Audience::Person { associate: AssociateId(1) }).await.unwrap();
    let told = w.plugin.access(&w.a(), &item).await.unwrap().unwrap();
    assert!(!told.needs_order(), "{told:?}");
    assert_ne!(reaches(&told, AssociateId(1), None), There::No, "{told:?}");
    w.plugin.set_audience(&w.a(), &item, &Audience::Inherited).await.unwrap();
    assert!(!w.plugin.access(&w.a(), &item).await.unwrap().unwrap().needs_order());
    let none = domain::plugin::ExternalRef("nothing".into());
    assert_eq!(failure(w.plugin.access(&w.a(), &none).await), NotFound);
}

/// A private letter is private from its first moment, and so is its copy.
pub async fn the_audience_given_at_creation_is_in_force(w: &World) {
    for audience in [
        Audience::Person { associate: AssociateId(1) },
        Audience::Group { group: GroupId(3), owner: AssociateId(1) },
    ] {
        let new = || NewItem { audience: audience.clone(), ..NewItem::document("Private.txt", TEXT) };
        let item = w.plugin.create(&w.a(), new(), Some(Body::from_bytes("private"))).await.unwrap();
        assert_eq!(w.read(&w.a(), &item.reference).await, b"private");
        if !w.can.audience {
            continue;
        }
        assert_eq!(w.plugin.audience(&w.b(), &item.reference).await.unwrap(), audience);
        if w.can.copy {
            let copy = w.plugin.copy(&w.a(), &item.reference, new()).await.unwrap();
            assert_eq!(w.plugin.audience(&w.b(), &copy.reference).await.unwrap(), audience);
        }
    }
}

/// Section d.9: an empty list, not nothing; asked with the kinds the caller can show.
pub async fn commands_are_listed_by_what_the_caller_can_show(w: &World) {
    let item = w.public(LockSemantics::None, b"x").await.reference;
    if !w.can.commands {
        assert_eq!(failure(w.plugin.commands(&w.a(), &item).await), Unsupported);
        return;
    }
    let all = w.plugin.commands(&w.a(), &item).await.unwrap();
    let before = w.plugin.stat(&w.a(), &item).await.unwrap();
    let kind = format!("{}.", w.plugin.info().kind);
    for command in &all {
        assert!(command.name.starts_with(&kind) && !command.label.is_empty(), "{command:?}");
        let call = w.a_accepting(&[command.answers]);
        assert!(w.plugin.commands(&call, &item).await.unwrap().contains(command));
        let done =
            w.plugin.execute(&call, &item, &Which::Latest, &command.name, &BTreeMap::new()).await.unwrap();
        assert!([command.answers, AnswerKind::Nothing].contains(&done.answer.kind()), "{done:?}");
        if command.reads_only {
            assert_eq!(w.plugin.stat(&w.a(), &item).await.unwrap(), before, "{command:?} changes nothing");
        } else {
            let operation = call.operation.expect("an operation");
            let fate = w.plugin.fate(&w.a(), operation, Some(&item)).await.unwrap();
            assert!(matches!(fate, Fate::Applied(_) | Fate::Gone), "{command:?} was run, and it is {fate:?}");
        }
    }
    let only = w.plugin.commands(&w.a_accepting(&[AnswerKind::Other]), &item).await.unwrap();
    assert!(only.iter().all(|command| command.answers == AnswerKind::Other));
}

/// Section d.2: allowed return types.
pub async fn an_answer_the_caller_cannot_handle_becomes_nothing(w: &World) {
    let item = w.public(LockSemantics::None, b"x").await.reference;
    if !w.can.commands {
        let outcome = w.plugin.execute(&w.a(), &item, &Which::Latest, "any", &BTreeMap::new()).await;
        assert_eq!(failure(outcome), Unsupported);
        return;
    }
    for command in w.plugin.commands(&w.a(), &item).await.unwrap() {
        let other = if command.answers == AnswerKind::Other { AnswerKind::Url } else { AnswerKind::Other };
        let call = w.a_accepting(&[other]);
        let done =
            w.plugin.execute(&call, &item, &Which::Latest, &command.name, &BTreeMap::new()).await.unwrap();
        assert!(done.answer == Answer::Nothing || done.answer.kind() == other, "{done:?}");
    }
}

/// Section d.3: commands need not be listed beforehand.
pub async fn a_private_command_runs_without_being_listed(w: &World) {
    let Some(private) = &w.private_command else {
        assert!(!w.can.commands, "a plugin with commands names a private one for this case");
        return;
    };
    let item = w.public(LockSemantics::None, b"x").await.reference;
    let listed = w.plugin.commands(&w.a(), &item).await.unwrap();
    assert!(listed.iter().all(|command| &command.name != private));
    w.plugin.execute(&w.a(), &item, &Which::Latest, private, &BTreeMap::new()).await.unwrap();
}

/// The button was there once, or never.
pub async fn an_unknown_command_is_not_found(w: &World) {
    let item = w.public(LockSemantics::None, b"x").await.reference;
    let expected = if w.can.commands { NotFound } else { Unsupported };
    for command in ["no.such.command", "", "../x", "\0"] {
        let outcome = w.plugin.execute(&w.a(), &item, &Which::Latest, command, &BTreeMap::new()).await;
        assert_eq!(failure(outcome), expected, "{command:?}");
    }
}

async fn refuses_copies(w: &World) -> bool {
    if w.can.copy {
        return false;
    }
    let item = w.public(LockSemantics::None, b"x").await.reference;
    assert_eq!(failure(w.plugin.copy(&w.a(), &item, NewItem::document("C.txt", TEXT)).await), Unsupported);
    true
}

/// Changing one leaves the other.
pub async fn a_copy_has_content_and_metadata_and_a_life_of_its_own(w: &World) {
    if refuses_copies(w).await {
        return;
    }
    let metadata = pairs(&[(&w.kept_name, "from the original")]);
    let new = NewItem { metadata, ..NewItem::document("Original.txt", TEXT) };
    let original = w.plugin.create(&w.a(), new, Some(Body::from_bytes("original"))).await.unwrap();
    let copy = w.plugin.copy(&w.b(), &original.reference, NewItem::document("Copy.txt", TEXT)).await.unwrap();
    assert_ne!(copy.reference, original.reference);
    assert_eq!((copy.name.as_str(), copy.size), ("Copy.txt", 8));
    assert_eq!(w.read(&w.a(), &copy.reference).await, b"original");
    if w.can.metadata {
        let kept = w.plugin.metadata(&w.a(), &copy.reference).await.unwrap();
        assert_eq!(kept, pairs(&[(&w.kept_name, "from the original")]));
    }
    w.save(&w.a(), &copy.reference, b"changed").await;
    assert_eq!(w.read(&w.a(), &original.reference).await, b"original");
    w.save(&w.a(), &original.reference, b"changed too").await;
    assert_eq!(w.read(&w.a(), &copy.reference).await, b"changed");
}

/// The holder copies the work copy, others what is public.
pub async fn a_copy_takes_what_the_caller_reads(w: &World) {
    if refuses_copies(w).await {
        return;
    }
    for level in w.locking_levels().await {
        let item = w.public(level, b"public").await.reference;
        w.save(&w.a(), &item, b"work").await;
        let mine = w.plugin.copy(&w.a(), &item, NewItem::document("Mine.txt", TEXT)).await.unwrap();
        let theirs = w.plugin.copy(&w.b(), &item, NewItem::document("Theirs.txt", TEXT)).await.unwrap();
        assert_eq!(w.read(&w.b(), &mine.reference).await, b"work");
        assert_eq!(w.read(&w.a(), &theirs.reference).await, b"public");
    }
}

/// They belong to the original.
pub async fn a_copy_has_neither_versions_nor_lock(w: &World) {
    if refuses_copies(w).await {
        return;
    }
    let item = w.public(LockSemantics::Versioning, b"one").await.reference;
    w.check_in_new(&item, b"two").await;
    w.plugin.check_out(&w.a(), &item).await.unwrap();
    let new = NewItem {
        semantics: LockSemantics::Versioning,
        check_in: Some(VersionNote::text("copied")),
        ..NewItem::document("Copy.txt", TEXT)
    };
    let copy = w.plugin.copy(&w.b(), &item, new).await.unwrap();
    assert_eq!(copy.checkout, CheckoutState::NotCheckedOut);
    let versions = w.plugin.versions(&w.b(), &copy.reference).await.unwrap();
    assert_eq!(versions.len(), usize::from(w.can.locking.versions()), "its own first version only");
    assert_eq!(w.read(&w.a(), &copy.reference).await, b"two");
}

/// All pages of what an installation keeps; nothing where the place does not list.
async fn inventory(w: &World, call: impl Fn() -> Call) -> Option<Vec<Item>> {
    let mut all = Vec::new();
    let mut after: Option<Cursor> = None;
    for _ in 0..100 {
        let page = match w.plugin.inventory(&call(), after.as_ref()).await {
            Err(e) if e.kind() == Unsupported => return None,
            page => page.unwrap(),
        };
        all.extend(page.items);
        after = page.next;
        if after.is_none() {
            return Some(all);
        }
    }
    panic!("a listing has an end");
}

/// The daily comparison lists instead of asking for each (contract of `inventory`).
pub async fn an_inventory_names_what_is_there_as_the_product_sees_it(w: &World) {
    let product = || Call { operation: None, ..w.call(None, "Chancery") };
    let versioned = w.public_named("Versioned.txt", LockSemantics::Versioning, b"one").await.reference;
    let plain = w.public_named("Plain.txt", LockSemantics::None, b"plain").await.reference;
    let shelf = if w.can.templates { Shelf::Templates } else { Shelf::Documents };
    let template = NewItem { shelf, ..NewItem::document("Template.txt", TEXT) };
    let template = w.plugin.create(&w.a(), template, Some(Body::from_bytes("t"))).await.unwrap().reference;
    let trashed = w.public_named("Trashed.txt", LockSemantics::None, b"trashed").await.reference;
    if w.can.trash {
        w.plugin.remove(&w.a(), &trashed, Removal::Trash).await.unwrap();
    }
    let gone = w.public_named("Gone.txt", LockSemantics::None, b"gone").await.reference;
    w.plugin.remove(&w.a(), &gone, Removal::Destroy).await.unwrap();
    let Some(listed) = inventory(w, product).await else {
        return;
    };
    assert!(w.can.changes, "who lists tells of changes");
    let names: BTreeSet<_> = listed.iter().map(|item| &item.reference).collect();
    assert_eq!(names, BTreeSet::from([&versioned, &plain, &template, &trashed]));
    for item in &listed {
        assert_eq!(*item, w.stat(&product(), &item.reference).await);
        assert_eq!(item.trashed, w.can.trash && item.reference == trashed, "{item:?}");
    }
    w.plugin.provision(&w.elsewhere()).await.unwrap();
    let others = inventory(w, || Call { operation: None, associate: None, ..w.elsewhere() }).await.unwrap();
    assert_eq!(others, [], "of another installation");
}
