//! Templates, sessions, tokens and settings come out as they went in.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use common::full::*;
use common::{ASSOCIATE, GROUP, House, at, group, operation};
use domain::locking::LockSemantics;
use domain::operations::{OperationKind, OperationState};
use domain::plugin::ExternalRef;
use domain::templates::{DefaultVisibility, Direction, Heading, Numbering, TemplateProperties, Variant};
use domain::{DocumentId, ErrorKind, GroupId, HeadingId, PluginId, TemplateId};
use store::{NewApiToken, NewOperation, Session, SignInLink};

fn template(name: &str) -> TemplateProperties {
    TemplateProperties {
        name: name.into(),
        description: text("description"),
        headings: vec![HeadingId(1), HeadingId(2)],
        groups: vec![GROUP],
        stored_in: PluginId(7),
        direction: Direction::Outgoing,
        numbering: Numbering {
            pattern: text("pattern"),
            counts: true,
            next: 40,
            read_only: true,
            allow_blank: false,
        },
        default_visible_for: DefaultVisibility::OwnersGroup,
        semantics: LockSemantics::Versioning,
        rank: 5,
    }
}

fn variant(language: &str) -> Variant {
    Variant {
        language: language.into(),
        reference: ExternalRef(format!("ref-{language}")),
        file_name: text("file"),
        media_type: text("media"),
        size: 5_000_000_000,
        sha256: Some("ab".repeat(32)),
        updated: at(20),
    }
}

#[tokio::test]
async fn templates_come_out_as_they_went_in_and_change_by_version() {
    let house = House::new().await;
    let i = house.installation("nordlys").await;
    house
        .write(move |tx| {
            tx.headings(i).insert("Letters", 2)?;
            tx.headings(i).insert("Contracts", 1)?;
            let t = tx.templates(i);
            let id = t.insert(&template("Offer"), PluginId(3), at(10))?;
            let new = t.get(id)?.unwrap();
            assert_eq!((&new.properties, new.kept_in, new.row_version), (&template("Offer"), PluginId(3), 1));
            assert_eq!((new.created, new.updated, new.retired), (at(10), at(10), false));

            t.put_variant(id, &variant("nb-NO"), at(20))?;
            t.put_variant(id, &variant(""), at(20))?;
            let replaced = Variant { size: 3, sha256: None, ..variant("nb-NO") };
            let with = t.put_variant(id, &replaced, at(20))?;
            assert_eq!(with.variants, [variant(""), replaced]);
            assert_eq!(
                t.references(PluginId(3))?,
                [
                    (id, String::new(), ExternalRef("ref-".into())),
                    (id, "nb-NO".into(), ExternalRef("ref-nb-NO".into()))
                ]
            );
            assert!(t.references(PluginId(7))?.is_empty());
            assert_eq!(t.remove_variant(id, "nb-NO", at(21))?.variants, [variant("")]);
            assert_eq!(t.remove_variant(id, "nb-NO", at(21)).unwrap_err().kind(), ErrorKind::NotFound);

            let changed = TemplateProperties {
                name: "Quote".into(),
                headings: vec![HeadingId(1)],
                groups: vec![],
                ..template("")
            };
            let version = t.get(id)?.unwrap().row_version;
            let after = t.update_properties(id, version, &changed, at(22))?;
            assert_eq!(
                (&after.properties, after.row_version, after.updated),
                (&changed, version + 1, at(22))
            );
            let stale = t.update_properties(id, version, &template("Late"), at(23)).unwrap_err();
            assert_eq!(stale.kind(), ErrorKind::Stale);
            assert_eq!(
                t.update_properties(TemplateId(9), 1, &changed, at(23)).unwrap_err().kind(),
                ErrorKind::NotFound
            );

            assert_eq!(tx.headings(i).delete(HeadingId(1)).unwrap_err().kind(), ErrorKind::Conflict);
            tx.headings(i).delete(HeadingId(2))?;
            assert_eq!(
                tx.headings(i).list()?,
                [Heading { id: HeadingId(1), name: "Letters".into(), rank: 2 }]
            );
            tx.headings(i).update(&Heading { id: HeadingId(1), name: "Post".into(), rank: 9 })?;
            assert_eq!(tx.headings(i).get(HeadingId(1))?.unwrap().name, "Post");
            Ok(())
        })
        .await;
}

#[tokio::test]
async fn templates_are_listed_for_the_groups_that_see_them() {
    let house = House::new().await;
    let i = house.installation("nordlys").await;
    house
        .write(move |tx| {
            let other = tx.groups(i).insert(&group("Other"))?;
            let t = tx.templates(i);
            let plain = |name: &str, groups: Vec<GroupId>, rank| TemplateProperties {
                name: name.into(),
                groups,
                rank,
                ..TemplateProperties::default()
            };
            let ids = [
                t.insert(&plain("For all", vec![], 2), PluginId::ARCHIVE, at(1))?,
                t.insert(&plain("For ours", vec![GROUP], 1), PluginId::ARCHIVE, at(1))?,
                t.insert(&plain("For others", vec![other], 1), PluginId::ARCHIVE, at(1))?,
                t.insert(&plain("For nobody", vec![], 3), PluginId::ARCHIVE, at(1))?,
            ];
            t.set_retired(ids[3], true, at(2))?;
            let names = |list: Vec<domain::templates::Template>| {
                list.into_iter().map(|t| t.properties.name).collect::<Vec<_>>()
            };
            assert_eq!(names(t.list_visible(&[GROUP], false)?), ["For ours", "For all"]);
            assert_eq!(names(t.list_visible(&[GROUP], true)?), ["For ours", "For all", "For nobody"]);
            assert_eq!(names(t.list_all(false)?), ["For others", "For ours", "For all"]);
            assert_eq!(names(t.search("fo", &[GROUP], 10)?), ["For all", "For ours"]);
            assert_eq!(names(t.search("fo", &[GROUP], 1)?), ["For all"]);
            assert!(t.get_visible(ids[1], &[GROUP])?.is_some());
            assert!(t.get_visible(ids[2], &[GROUP])?.is_none());
            assert!(t.get_visible(ids[3], &[GROUP])?.is_none());
            Ok(())
        })
        .await;
}

#[tokio::test]
async fn sessions_links_tokens_operations_and_settings_come_out_as_they_went_in() {
    let house = House::new().await;
    let i = house.installation("nordlys").await;
    house
        .write(move |tx| {
            let session = Session {
                token_hash: "aa".repeat(32),
                installation: i,
                associate: ASSOCIATE,
                csrf: text("csrf"),
                created: at(1),
                last_seen: at(2),
                expires: at(100),
                user_agent: text("agent"),
                ended: None,
            };
            let sessions = tx.sessions();
            sessions.insert(&session)?;
            assert_eq!(sessions.get(&session.token_hash)?, Some(session.clone()));
            sessions.touch(&session.token_hash, at(7))?;
            assert_eq!(sessions.get(&session.token_hash)?.unwrap().last_seen, at(7));
            let next =
                Session { token_hash: "bb".repeat(32), created: at(8), last_seen: at(8), ..session.clone() };
            sessions.rotate(&session.token_hash, &next)?;
            assert_eq!(sessions.get(&session.token_hash)?.unwrap().ended, Some(at(8)));
            assert_eq!(sessions.live_of(i, ASSOCIATE, at(9))?, std::slice::from_ref(&next));
            assert!(sessions.live_of(i, ASSOCIATE, at(100))?.is_empty());
            let third = Session { token_hash: "cc".repeat(32), ..next.clone() };
            assert_eq!(sessions.rotate(&session.token_hash, &third).unwrap_err().kind(), ErrorKind::NotFound);
            assert_eq!(sessions.end_all_of(i, ASSOCIATE, at(10))?, 1);
            assert!(!sessions.end(&next.token_hash, at(11))?);

            let token = NewApiToken {
                name: text("token"),
                token_hash: "dd".repeat(32),
                associate: ASSOCIATE,
                expires: Some(at(50)),
                made_by: ASSOCIATE,
            };
            let tokens = tx.api_tokens();
            let id = tokens.insert(i, &token, at(3))?;
            let known = tokens.by_hash(&token.token_hash)?.unwrap();
            assert_eq!(
                (known.installation, known.id, &known.name, known.created),
                (i, id, &token.name, at(3))
            );
            assert!(known.is_live(at(49)) && !known.is_live(at(50)));
            tokens.touch(i, id, at(4))?;
            assert!(tokens.revoke(i, id, at(5))? && !tokens.revoke(i, id, at(6))?);
            let known = tokens.list(i)?.remove(0);
            assert_eq!(
                (known.last_used, known.revoked, known.is_live(at(7))),
                (Some(at(4)), Some(at(5)), false)
            );

            let operation_made = NewOperation {
                id: operation(5),
                kind: OperationKind::CheckIn,
                plugin: PluginId(2),
                document: Some(DocumentId(4)),
                template: Some(TemplateId(6)),
                language: "nb".into(),
                payload: serde_json::json!({"note": text("note")}),
            };
            let operations = tx.operations(i);
            operations.insert(&operation_made, at(3))?;
            let known = operations.get(operation(5))?.unwrap();
            assert_eq!(
                (known.installation, known.kind, known.state),
                (i, OperationKind::CheckIn, OperationState::Intended)
            );
            assert_eq!(
                (known.plugin, known.document, known.template),
                (PluginId(2), Some(DocumentId(4)), Some(TemplateId(6)))
            );
            assert_eq!((&known.payload, known.attempts, known.created), (&operation_made.payload, 0, at(3)));
            assert_eq!(operations.of_document(DocumentId(4), 5)?, std::slice::from_ref(&known));
            assert_eq!(operations.recent(5)?, [known]);
            assert_eq!(operations.count(OperationState::Intended)?, 1);

            let settings = tx.settings(i);
            settings.put("colour", "green")?;
            settings.put("colour", "blue")?;
            assert_eq!((settings.get("colour")?.as_deref(), settings.get("size")?), (Some("blue"), None));
            assert_eq!(settings.all()?, [("colour".to_owned(), "blue".to_owned())]);
            assert!(settings.remove("colour")? && !settings.remove("colour")?);
            Ok(())
        })
        .await;
}

#[tokio::test]
async fn a_plugins_note_changes_only_from_what_was_expected() {
    let house = House::new().await;
    let i = house.installation("notes").await;
    house
        .write(move |tx| {
            let notes = tx.plugin_notes(i);
            let swap = |expected, new| notes.swap(PluginId(2), "op/1", expected, new);
            assert_eq!(swap(None, None)?, None);
            assert_eq!(swap(Some("x"), Some("y"))?, None, "there is nothing to change");
            assert_eq!(swap(None, Some("one"))?.as_deref(), Some("one"));
            assert_eq!(swap(None, Some("two"))?.as_deref(), Some("one"), "the first stays");
            assert_eq!(swap(Some("zero"), Some("two"))?.as_deref(), Some("one"));
            assert_eq!(swap(Some("one"), Some("two"))?.as_deref(), Some("two"));
            assert_eq!(notes.get(PluginId(3), "op/1")?, None, "each plugin has a notebook of its own");
            assert_eq!(swap(Some("one"), None)?.as_deref(), Some("two"));
            assert_eq!(swap(Some("two"), None)?, None);
            Ok(())
        })
        .await;
}

#[tokio::test]
async fn a_sign_in_link_tells_used_from_expired_from_unknown() {
    let house = House::new().await;
    let i = house.installation("nordlys").await;
    house
        .write(move |tx| {
            let link = SignInLink {
                token_hash: "ee".repeat(32),
                installation: i,
                associate: ASSOCIATE,
                created: at(0),
                expires: at(600),
                used: None,
                made_by: text("maker"),
            };
            let l = tx.sign_in_links();
            l.insert(&link)?;
            let old = SignInLink { token_hash: "ff".repeat(32), ..link.clone() };
            l.insert(&old)?;
            assert_eq!(l.consume("00", at(1))?, store::LinkUse::Unknown);
            assert_eq!(l.consume(&old.token_hash, at(600))?, store::LinkUse::Expired(old));
            let used = SignInLink { used: Some(at(5)), ..link.clone() };
            assert_eq!(l.consume(&link.token_hash, at(5))?, store::LinkUse::Consumed(used.clone()));
            assert_eq!(l.consume(&link.token_hash, at(6))?, store::LinkUse::Used(used));
            assert_eq!(tx.everywhere().purge_sign_in_links(at(700))?, 2);
            Ok(())
        })
        .await;
}
