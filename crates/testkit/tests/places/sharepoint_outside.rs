//! People in SharePoint: who may open what, and what they do there.

use crate::sharepoint_common;
use crate::sharepoint_common::{ANNA, BRUNO, CARLA, OLGA, Scene, Stage, ask, read};
use domain::locking::{CheckoutState, LockSemantics};
use domain::plugin::{
    Audience, Body, Change, Cursor, DocumentPlugin, ExternalRef, Finding, NewItem, OpenAs, Placement,
    Removal, Severity, VersionNote, Which,
};
use domain::{AssociateId, ErrorKind, GroupId};
use plugins::sharepoint::{Group, Library};
use serde_json::{Value, json};

async fn made(stage: &Stage, name: &str) -> ExternalRef {
    let new = NewItem::document(name, "text/plain");
    stage.plugin.create(&stage.a(), new, Some(Body::from_bytes("text"))).await.unwrap().reference
}

/// Whether each of the three can open a file in SharePoint.
async fn can_open(stage: &Stage, item: &ExternalRef) -> [bool; 3] {
    let mut can = [false; 3];
    for (can, person) in can.iter_mut().zip([ANNA, BRUNO, CARLA]) {
        *can = stage.file(person, item).await.0 == 200;
    }
    can
}

fn group(owner: i64) -> Audience {
    Audience::Group { group: GroupId(3), owner: AssociateId(owner) }
}

/// Permissions that a file has of its own.
async fn own_permissions(stage: &Stage, item: &ExternalRef) -> usize {
    let path = format!("{}/permissions", stage.at(item).await);
    let (status, list) = stage.as_person(OLGA, "GET", &path, Value::Null).await;
    assert_eq!(status, 200, "{list}");
    list["value"].as_array().unwrap().iter().filter(|one| one.get("inheritedFrom").is_none()).count()
}

#[tokio::test]
async fn t20_an_audience_is_a_folder_and_taking_it_away_is_one_move() {
    let stage = Stage::new().await;
    let item = made(&stage, "Letter.txt").await;
    let set = async |audience: Audience| {
        stage.plugin.set_audience(&stage.a(), &item, &audience).await.unwrap();
    };
    assert_eq!(can_open(&stage, &item).await, [true, true, false], "members of the site");
    set(Audience::Person { associate: AssociateId(ANNA) }).await;
    assert_eq!(can_open(&stage, &item).await, [true, false, false], "Anna alone");
    set(group(BRUNO)).await;
    assert_eq!(can_open(&stage, &item).await, [false, true, false], "the group, of which Bruno is");
    // The owner is not of the group.
    set(group(CARLA)).await;
    assert_eq!(can_open(&stage, &item).await, [false, true, true]);
    set(Audience::Inherited).await;
    assert_eq!(can_open(&stage, &item).await, [true, true, false]);
    assert_eq!(own_permissions(&stage, &item).await, 0, "no document has a permission of its own (T05)");
}

#[tokio::test]
async fn t05_a_group_that_changes_is_put_in_order_and_who_left_is_out() {
    let stage = Stage::new().await;
    let set = |members: &[i64]| {
        let group = Group {
            name: "Sales".into(),
            object: None,
            members: members.iter().copied().map(AssociateId).collect(),
        };
        stage.tenant.groups.lock().unwrap().insert(GroupId(3), group);
    };
    set(&[ANNA, BRUNO]);
    let item = made(&stage, "Letter.txt").await;
    stage.plugin.set_audience(&stage.a(), &item, &group(BRUNO)).await.unwrap();
    assert_eq!(can_open(&stage, &item).await, [true, true, false]);
    set(&[BRUNO, CARLA]);
    stage.plugin.provision(&stage.system()).await.unwrap();
    assert_eq!(can_open(&stage, &item).await, [false, true, true]);
    // Somebody shares the group's folder by hand: the check finds it, and the next run takes it back.
    let (_, file) = stage.file(OLGA, &item).await;
    let parent = |item: &Value| {
        let parent = &item["parentReference"];
        format!("/drives/{}/items/{}", parent["driveId"].as_str().unwrap(), parent["id"].as_str().unwrap())
    };
    let (_, company) = stage.as_person(OLGA, "GET", &parent(&file), Value::Null).await;
    let scope = parent(&company);
    let link = json!({ "type": "edit", "scope": "organization" });
    let (status, made) = stage.as_person(OLGA, "POST", &format!("{scope}/createLink"), link).await;
    assert!(status < 300, "{made}");
    let findings = async || stage.plugin.check(&stage.a()).await.unwrap();
    let drift = |findings: &[Finding]| {
        findings.iter().any(|f| f.severity == Severity::Warning && f.detail.contains("Sales"))
    };
    assert!(drift(&findings().await), "the drift is shown");
    stage.plugin.provision(&stage.system()).await.unwrap();
    assert!(!drift(&findings().await));
    assert_eq!(can_open(&stage, &item).await, [false, true, true]);
    let (_, left) = stage.as_person(OLGA, "GET", &format!("{scope}/permissions"), Value::Null).await;
    assert!(left["value"].as_array().unwrap().iter().all(|one| one.get("link").is_none()), "no link is left");
}

/// Effective access in SharePoint is the host's rule, for any documents, groups and moves.
#[tokio::test]
async fn effective_access_equals_the_rule_for_any_people_groups_documents_and_moves() {
    let stage = Stage::new().await;
    // Chance that is the same in every run (`xorshift64*`, Vigna 2014).
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut below = |most: u64| {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        (state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % most
    };
    let people = [ANNA, BRUNO, CARLA];
    let members = |bits: u64| -> Vec<i64> {
        people.iter().enumerate().filter(|(n, _)| bits >> n & 1 == 1).map(|(_, who)| *who).collect()
    };
    for round in 0..16 {
        let groups = [members(1 + below(7)), members(1 + below(7))];
        for (n, of) in groups.iter().enumerate() {
            let group = Group {
                name: format!("Group {n}"),
                object: None,
                members: of.iter().copied().map(AssociateId).collect(),
            };
            let id = GroupId(10 + 2 * round + n as i64);
            stage.tenant.groups.lock().unwrap().insert(id, group);
        }
        let item = made(&stage, &format!("Document {round}.txt")).await;
        let mut rule = [true, true, false];
        for _ in 0..=below(4) {
            let (kind, owner, to) = (below(4), people[below(3) as usize], below(2) as usize);
            let of = |n: usize| GroupId(10 + 2 * round + n as i64);
            let audience = match kind {
                0 => Audience::Inherited,
                1 => Audience::Person { associate: AssociateId(owner) },
                _ => Audience::Group { group: of(to), owner: AssociateId(owner) },
            };
            rule = match kind {
                // Everybody whom the library lets in; Carla is no member of the site.
                0 => [true, true, false],
                1 => people.map(|who| who == owner),
                _ => people.map(|who| who == owner || groups[to].contains(&who)),
            };
            stage.plugin.set_audience(&stage.a(), &item, &audience).await.unwrap();
            assert_eq!(can_open(&stage, &item).await, rule, "{audience:?} with {groups:?}");
        }
        let company = Placement { company: Some(format!("Company {round}")), ..Placement::default() };
        stage.plugin.place(&stage.system(), &item, &company).await.unwrap();
        assert_eq!(can_open(&stage, &item).await, rule, "filed elsewhere");
        stage.plugin.remove(&stage.system(), &item, Removal::Trash).await.unwrap();
        assert_eq!(can_open(&stage, &item).await, rule, "in the trash");
        assert_eq!(own_permissions(&stage, &item).await, 0);
    }
}

#[tokio::test]
async fn t01_who_may_not_open_is_told_why_and_who_can_help_before_anything_opens() {
    let stage = Stage::new().await;
    let item = made(&stage, "Offer.docx").await;
    stage.plugin.set_audience(&stage.a(), &item, &group(BRUNO)).await.unwrap();
    let open = OpenAs { desktop: false, write: true };
    let url = stage.plugin.open_url(&stage.b(), &item, &Which::Latest, open).await.unwrap().unwrap();
    assert!(url.contains("Doc.aspx"), "{url}");
    let refused = stage.plugin.open_url(&stage.a(), &item, &Which::Latest, open).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Forbidden);
    assert!(refused.public().contains("“Sales”") && refused.public().contains("owner"), "{refused:?}");
    let refused = stage.plugin.load(&stage.c(), &item, &Which::Latest, None).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Forbidden);
    // That it is there is told all the same: rights are the host's business.
    assert!(stage.plugin.stat(&stage.c(), &item).await.unwrap().is_some());
    // Desktop.
    let desktop = OpenAs { desktop: true, write: true };
    let url = stage.plugin.open_url(&stage.b(), &item, &Which::Latest, desktop).await.unwrap().unwrap();
    assert!(url.starts_with("ms-word:ofe|u|http"), "{url}");
}

#[tokio::test]
async fn t09_somebody_without_microsoft_365_is_told_so_and_nobody_else_is_stopped() {
    let stage = Stage::new().await;
    let item = made(&stage, "Letter.txt").await;
    stage.tenant.without.lock().unwrap().push(BRUNO);
    let refused = stage.plugin.load(&stage.b(), &item, &Which::Latest, None).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Forbidden);
    assert!(refused.public().contains("not connected Microsoft 365"), "{refused:?}");
    assert_eq!(read(&stage, &stage.a(), &item).await, b"text");
}

/// What is told that we did not do ourselves.
async fn changes(stage: &Stage, cursor: &mut Cursor) -> Vec<Change> {
    entries(stage, cursor).await.into_iter().filter(|change| !change.as_left).collect()
}

async fn entries(stage: &Stage, cursor: &mut Cursor) -> Vec<Change> {
    let mut all = Vec::new();
    loop {
        let page = stage.plugin.changes(&stage.system(), Some(cursor)).await.unwrap();
        all.extend(page.changes);
        *cursor = page.next;
        if !page.more {
            return all;
        }
    }
}

#[tokio::test]
async fn m_18_what_people_do_in_sharepoint_is_told_and_what_we_do_is_not() {
    let stage = Stage::new().await;
    let mut cursor = stage.plugin.changes(&stage.system(), None).await.unwrap().next;
    let item = made(&stage, "Letter.txt").await;
    let new =
        NewItem { semantics: LockSemantics::Versioning, ..NewItem::document("Draft.txt", "text/plain") };
    let draft = stage.plugin.create(&stage.a(), new, Some(Body::from_bytes("d"))).await.unwrap().reference;
    stage.plugin.check_in(&stage.a(), &draft, &VersionNote::text("one")).await.unwrap();
    stage.plugin.rename(&stage.a(), &item, "Offer.txt").await.unwrap();
    stage.plugin.save(&stage.a(), &item, None, Body::from_bytes("two")).await.unwrap();
    assert_eq!(changes(&stage, &mut cursor).await, [], "our own writes");
    let at = stage.at(&item).await;
    stage.edit(BRUNO, &item, "by Bruno").await;
    let told = changes(&stage, &mut cursor).await;
    assert_eq!((told.len(), told[0].item.clone(), told[0].now.as_ref().unwrap().size), (1, item.clone(), 8));
    assert_eq!(read(&stage, &stage.a(), &item).await, b"by Bruno");
    let rename = json!({ "name": "Renamed by hand.txt" });
    assert_eq!(stage.as_person(BRUNO, "PATCH", &at, rename).await.0, 200);
    // After a restart as well; entries that come twice count once.
    stage.behave("delta-duplicates", Value::Null, None);
    let again = stage.restarted();
    let told = changes(&again, &mut cursor).await;
    assert_eq!((told.len(), told[0].now.as_ref().unwrap().name.as_str()), (1, "Renamed by hand.txt"));
    stage.calm();
    // Into the recycle bin and back, at SharePoint's own page (M-17).
    assert_eq!(stage.as_person(BRUNO, "DELETE", &at, Value::Null).await.0, 204);
    assert_eq!(
        changes(&stage, &mut cursor).await,
        [Change { item: item.clone(), now: None, as_left: false, sharing: false }]
    );
    assert_eq!(stage.plugin.stat(&stage.a(), &item).await.unwrap(), None);
    stage.twin.microsoft(|microsoft, house| {
        use twin::microsoft::graph::files::{Author, restore};
        let binned = microsoft.graph.content.sites.iter().find_map(|site| site.bin.last().cloned()).unwrap();
        let author = Author { by: 0, user: "", now: house.clock.now() };
        restore(microsoft, house, binned.item, author).unwrap();
    });
    // It is as we left it again, and told all the same: the host knows that it was gone.
    let told = entries(&stage, &mut cursor).await;
    assert!(told.iter().any(|change| change.item == item), "{told:?}");
    assert_eq!(read(&stage, &stage.a(), &item).await, b"by Bruno");
}

#[tokio::test]
async fn m_18_a_list_that_begins_anew_asks_for_a_new_beginning_in_both_forms() {
    let stage = Stage::new().await;
    let cursor = stage.plugin.changes(&stage.system(), None).await.unwrap().next;
    for code in ["resyncChangesApplyDifferences", "resyncChangesUploadDifferences"] {
        stage.behave("delta-resync", json!(code), Some(1));
        let refused = stage.plugin.changes(&stage.system(), Some(&cursor)).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Gone, "{code}");
    }
    for nonsense in ["", "[]", "[\"https://evil.example\"]", "[\"/drives/x/root/delta?token=y\"]"] {
        let refused =
            stage.plugin.changes(&stage.system(), Some(&Cursor(nonsense.into()))).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Gone, "{nonsense}");
    }
    assert!(stage.plugin.changes(&stage.system(), Some(&cursor)).await.is_ok());
}

#[tokio::test]
async fn an_edit_of_a_free_document_is_what_everybody_reads_and_a_stale_save_is_refused() {
    let stage = Stage::new().await;
    let seen = {
        let item = made(&stage, "Letter.txt").await;
        stage.plugin.stat(&stage.a(), &item).await.unwrap().unwrap()
    };
    stage.edit(BRUNO, &seen.reference, "by Bruno").await;
    let now = stage.plugin.stat(&stage.a(), &seen.reference).await.unwrap().unwrap();
    assert_ne!(now.revision, seen.revision);
    let call = stage.a();
    let save = stage.plugin.save(&call, &seen.reference, Some(&seen.revision), Body::from_bytes("mine"));
    assert_eq!(save.await.unwrap_err().kind(), ErrorKind::Stale);
    assert_eq!(read(&stage, &stage.a(), &seen.reference).await, b"by Bruno");
}

#[tokio::test]
async fn m_13_a_check_out_by_hand_names_its_holder_and_is_undone_by_force_only() {
    let stage = Stage::new().await;
    let new = NewItem {
        semantics: LockSemantics::Versioning,
        check_in: Some(VersionNote::text("first")),
        ..NewItem::document("Offer.txt", "text/plain")
    };
    let item = stage.plugin.create(&stage.a(), new, Some(Body::from_bytes("one"))).await.unwrap().reference;
    let at = stage.at(&item).await;
    assert_eq!(stage.as_person(BRUNO, "POST", &format!("{at}/checkout"), Value::Null).await.0, 204);
    let state = stage.plugin.checkout_state(&stage.a(), &item).await.unwrap();
    let bruno = CheckoutState::Other { associate: Some(AssociateId(BRUNO)), name: "Bruno Keller".into() };
    assert_eq!(state, bruno);
    let refused = stage.plugin.save(&stage.a(), &item, None, Body::from_bytes("x")).await.unwrap_err();
    assert!(
        refused.kind() == ErrorKind::Conflict && refused.public().contains("Bruno Keller"),
        "{refused:?}"
    );
    assert!(stage.plugin.undo_check_out(&stage.a(), &item, false).await.is_err());
    stage.plugin.undo_check_out(&stage.a(), &item, true).await.unwrap();
    assert_eq!(stage.plugin.checkout_state(&stage.a(), &item).await.unwrap(), CheckoutState::NotCheckedOut);
    // Olga is nobody in the host.
    assert_eq!(stage.as_person(OLGA, "POST", &format!("{at}/checkout"), Value::Null).await.0, 204);
    let olga = CheckoutState::Other { associate: None, name: "Olga Lind".into() };
    assert_eq!(stage.plugin.checkout_state(&stage.a(), &item).await.unwrap(), olga);
    stage.plugin.undo_check_out(&stage.a(), &item, true).await.unwrap();
}

#[tokio::test]
async fn t31_a_document_goes_to_another_library_with_its_versions_and_every_link_stays() {
    // M-16
    let stage = Stage::new().await;
    let new = NewItem {
        semantics: LockSemantics::Versioning,
        check_in: Some(VersionNote::text("first")),
        ..NewItem::document("Offer.txt", "text/plain")
    };
    let item = stage.plugin.create(&stage.a(), new, Some(Body::from_bytes("one"))).await.unwrap().reference;
    stage.plugin.save(&stage.a(), &item, None, Body::from_bytes("two")).await.unwrap();
    stage.plugin.check_in(&stage.a(), &item, &VersionNote::text("second")).await.unwrap();
    let before = stage.at(&item).await;
    let call = stage.system();
    let address = "https://kaffehuset.sharepoint.example/sites/crm";
    let site = stage.plugin.site(&call, stage.founder(), address).await.unwrap();
    let library = site.libraries.iter().find(|library| library.name == "Archive").unwrap();
    let place = (library.drive.as_str(), "Documents");
    let found = stage.plugin.found(&call, stage.founder(), &site.id, place, (&library.drive, "T"));
    let Library { drive, folder } = found.await.unwrap().documents;
    stage.set_place(|place| place.documents = Library { drive: drive.clone(), folder });
    // The first try fails behind the scenes, and nothing is lost.
    stage.behave("copy-fails", json!("accessDenied"), Some(1));
    let company = Placement { company: Some("Fjord".into()), ..Placement::default() };
    assert!(stage.plugin.place(&stage.a(), &item, &company).await.is_err());
    assert_eq!(read(&stage, &stage.a(), &item).await, b"two");
    stage.behave("monitor-status", json!(303), Some(1));
    stage.plugin.place(&stage.a(), &item, &company).await.unwrap();
    let after = stage.at(&item).await;
    assert!(after != before && after.contains(&drive), "{after}");
    assert_eq!(read(&stage, &stage.b(), &item).await, b"two");
    let versions = stage.plugin.versions(&stage.a(), &item).await.unwrap();
    assert_eq!(versions.len(), 2);
    let which = Which::Version(versions[0].id.clone());
    let content = stage.plugin.load(&stage.a(), &item, &which, None).await.unwrap();
    assert_eq!(sharepoint_common::read_all(content).await.unwrap(), b"one");
    assert_eq!(stage.as_person(OLGA, "GET", &before, Value::Null).await.0, 404, "the old one is gone");
    let same = stage.plugin.place(&stage.a(), &item, &company).await.unwrap();
    assert_eq!(same.name, "Offer.txt");
}

#[tokio::test]
async fn columns_tell_the_facts_of_a_document_and_follow_when_it_is_filed_elsewhere() {
    let stage = Scene { columns: true, ..Scene::default() }.build().await;
    let place =
        |company: &str| Placement { company: Some(company.into()), year: Some(2026), ..Placement::default() };
    let new = NewItem { place: place("Fjord A/S"), ..NewItem::document("Offer.txt", "text/plain") };
    let item = stage.plugin.create(&stage.a(), new, Some(Body::from_bytes("x"))).await.unwrap().reference;
    let at = stage.at(&item).await;
    let fields = async || {
        let path = format!("{at}/listItem?$expand=fields($select=ChanceryId,ChanceryCompany,ChanceryYear)");
        let (status, row) = ask(&stage.twin, Some(OLGA), "GET", &path, Value::Null).await;
        assert_eq!(status, 200, "{row}");
        row["fields"].clone()
    };
    let told = fields().await;
    assert_eq!(
        (told["ChanceryCompany"].as_str(), told["ChanceryId"].as_str()),
        (Some("Fjord A/S"), Some(item.0.as_str()))
    );
    stage.plugin.place(&stage.a(), &item, &place("Tide Ltd")).await.unwrap();
    assert_eq!(fields().await["ChanceryCompany"], "Tide Ltd");
    assert_eq!(read(&stage, &stage.b(), &item).await, b"x");
}
