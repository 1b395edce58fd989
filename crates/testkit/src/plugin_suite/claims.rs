//! What a plugin says of itself, tested in both directions.

use super::World;
use super::world::{TEXT, failure};
use domain::ErrorKind::Unsupported;
use domain::locking::LockSemantics;
use domain::plugin::{
    Audience, Body, Finding, NewItem, OpenAs, Placement, Removal, Severity, Shelf, VersionId, VersionNote,
    Watch, Which,
};
use std::collections::{BTreeMap, BTreeSet};

/// The number, the name, the kind and the claims are asked once and must not change.
pub async fn info_and_capabilities_are_constant(w: &World) {
    let (info, can) = (w.plugin.info(), w.plugin.capabilities());
    w.public(LockSemantics::None, b"something happens").await;
    assert_eq!(w.plugin.info(), info);
    assert_eq!(w.plugin.capabilities(), can);
    assert!(!info.name.trim().is_empty());
    assert!(info.kind.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{}", info.kind);
}

/// Each claim either works or answers `Unsupported`.
pub async fn what_is_not_claimed_is_refused_as_unsupported(w: &World) {
    let item = w.public(LockSemantics::Versioning, b"content").await.reference;
    let (p, can) = (&w.plugin, &w.can);
    let version = VersionId("1".into());
    let new = || NewItem::document("Copy.txt", TEXT);
    let (open, none) = (OpenAs { desktop: false, write: false }, BTreeMap::new());
    let watch = Watch { id: "1".into(), until: w.a().now };
    let template = NewItem { shelf: Shelf::Templates, ..new() };
    let mut outcomes = vec![
        (can.copy, p.copy(&w.a(), &item, new()).await.map(drop)),
        (can.place, p.place(&w.a(), &item, &Placement::default()).await.map(drop)),
        (can.open_url, p.open_url(&w.a(), &item, &Which::Latest, open).await.map(drop)),
        (can.metadata, p.metadata(&w.a(), &item).await.map(drop)),
        (can.metadata, p.set_metadata(&w.a(), &item, &none).await),
        (
            can.version_notes,
            p.set_version_note(&w.a(), &item, &version, &VersionNote::default()).await.map(drop),
        ),
        (can.version_notes, p.restore_version(&w.a(), &item, &version).await.map(drop)),
        (can.audience, p.audience(&w.a(), &item).await.map(drop)),
        (can.audience, p.set_audience(&w.a(), &item, &Audience::Inherited).await),
        (can.changes, p.changes(&w.a(), None).await.map(drop)),
        (can.commands, p.commands(&w.a(), &item).await.map(drop)),
        (can.paths, p.resolve_path(&w.a(), Shelf::Documents, "nowhere/at all.txt").await.map(drop)),
        (can.templates, p.create(&w.a(), template, None).await.map(drop)),
        (can.trash, p.remove(&w.a(), &item, Removal::Trash).await.map(drop)),
        (can.trash, p.restore(&w.a(), &item).await.map(drop)),
    ];
    if !can.watch {
        outcomes.push((false, p.watch(&w.a(), "https://example.com/hook").await.map(drop)));
        outcomes.push((false, p.unwatch(&w.a(), &watch).await));
    }
    for (n, (claimed, outcome)) in outcomes.into_iter().enumerate() {
        if claimed {
            outcome.unwrap_or_else(|e| panic!("claim {n} does not work: {e:?}"));
        } else {
            assert_eq!(failure(outcome), Unsupported, "claim {n}");
        }
    }
    assert!(can.version_notes <= can.locking.versions(), "notes are on versions");
    assert!(!can.blank_templates || can.templates, "blank templates are templates");
}

/// A fresh place has no problem, and looking changes nothing.
pub async fn the_check_finds_a_place_that_can_be_used(w: &World) {
    w.plugin.provision(&w.a()).await.unwrap();
    let findings = w.plugin.check(&w.a()).await.unwrap();
    assert!(!findings.is_empty(), "a check says what it looked at");
    let problems: Vec<_> = findings.iter().filter(|f| f.severity == Severity::Problem).collect();
    assert!(problems.is_empty(), "{problems:?}");
    // Details may tell figures that move, such as free space.
    let looked_at =
        |found: &[Finding]| found.iter().map(|f| (f.what.clone(), f.severity)).collect::<Vec<_>>();
    let again = w.plugin.check(&w.a()).await.unwrap();
    assert_eq!(looked_at(&again), looked_at(&findings), "looking twice finds the same");
}

/// Provisioning again changes nothing that is there.
pub async fn provisioning_twice_is_safe(w: &World) {
    w.plugin.provision(&w.a()).await.unwrap();
    let item = w.public(LockSemantics::None, b"still here").await;
    w.plugin.provision(&w.a()).await.unwrap();
    assert_eq!(w.read(&w.b(), &item.reference).await, b"still here");
}

/// Every listed blank can be made and stored; an unlisted key gives nothing.
pub async fn blank_types_are_made_exactly_when_claimed(w: &World) {
    let types = w.plugin.blank_types();
    assert_eq!(!types.is_empty(), w.can.blank_templates);
    assert_eq!(w.plugin.blank("no such type"), None);
    let keys: BTreeSet<_> = types.iter().map(|t| &t.key).collect();
    assert_eq!(keys.len(), types.len(), "keys are unique");
    for blank in &types {
        assert!(
            blank.extension.starts_with('.') && !blank.label.is_empty() && blank.media_type.contains('/')
        );
        let content = w.plugin.blank(&blank.key).expect("a listed blank can be made");
        let name = format!("Blank{}", blank.extension);
        let new = NewItem { shelf: Shelf::Templates, ..NewItem::document(&name, &blank.media_type) };
        let item = w.plugin.create(&w.a(), new, Some(Body::from_bytes(content.clone()))).await.unwrap();
        assert!(item.name.ends_with(&blank.extension), "{}", item.name);
        assert_eq!(w.read(&w.a(), &item.reference).await, content);
    }
}

/// The host must record an operation first.
pub async fn a_changing_call_without_an_operation_changes_nothing(w: &World) {
    let item = w.public(LockSemantics::Locking, b"as it was").await;
    let before = w.stat(&w.a(), &item.reference).await;
    let call = || domain::plugin::Call { operation: None, ..w.a() };
    let (p, r) = (&w.plugin, &item.reference);
    failure(p.create(&call(), NewItem::document("X.txt", TEXT), None).await);
    failure(p.save(&call(), r, None, Body::from_bytes("no")).await);
    failure(p.rename(&call(), r, "Other.txt").await);
    failure(p.check_out(&call(), r).await);
    failure(p.check_in(&call(), r, &VersionNote::default()).await);
    failure(p.remove(&call(), r, Removal::Destroy).await);
    assert_eq!(w.stat(&w.a(), r).await, before);
    assert_eq!(w.read(&w.b(), r).await, b"as it was");
}
