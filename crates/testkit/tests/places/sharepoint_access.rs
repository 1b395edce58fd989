//! Who can open a document in SharePoint: as the CRM's rule says, for random people, groups, documents and moves; and what
//! is told about it is what SharePoint does (T01, T05, T20).

use crate::sharepoint_common;
use crate::sharepoint_common::{ANNA, BRUNO, CARLA, OLGA, SALES, Scene, Stage, TENANT, name_of, object};
use domain::locking::LockSemantics;
use domain::openers::{There, Verdict, reaches, standing};
use domain::plugin::{
    Audience, Body, Call, DocumentPlugin, ExternalRef, Finding, Grantee, NewItem, PlaceRight, Placement,
    Removal, Severity, VersionNote, property,
};
use domain::visibility::{Seen, VisibleFor, may_see};
use domain::{AssociateId, GroupId};
use plugins::sharepoint::Group;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use twin::core::faults::{Effect, Rule};

/// Seeds in a run of the tests; each is a tenant with a course of events of its own.
const SEEDS: u64 = 24;
/// What happens in each.
const DEEDS: usize = 22;
/// The group that a group of the directory stands for.
const MAPPED: GroupId = GroupId(3);
/// The group whose members are named one by one.
const NAMED: GroupId = GroupId(4);

/// Numbers from a seed (SplitMix64, Steele and others 2014).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % sides as u64).unwrap()
    }

    fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.roll(of.len())]
    }
}

/// People of the CRM who are members of the site.
const PEOPLE: [i64; 6] = [ANNA, BRUNO, 100, 101, 102, 103];

/// What holds in the CRM.
struct Crm {
    documents: BTreeMap<ExternalRef, (VisibleFor, i64, bool)>,
    groups: BTreeMap<GroupId, Vec<i64>>,
}

impl Crm {
    fn groups_of(&self, who: i64) -> Vec<GroupId> {
        self.groups.iter().filter(|(_, members)| members.contains(&who)).map(|(id, _)| *id).collect()
    }

    fn seen(&self, item: &ExternalRef) -> Seen {
        let (visible_for, owner, _) = self.documents[item];
        Seen { visible_for, owner: AssociateId(owner), published: true, held_by: None }
    }
}

fn may_ask(yes: bool) -> Vec<&'static str> {
    if yes { vec!["GroupMember.Read.All"] } else { Vec::new() }
}

fn by(stage: &Stage, who: i64) -> Call {
    stage.now(stage.call(Some(who), &name_of(who)))
}

fn new(n: usize, audience: Audience) -> NewItem {
    // Some are of a company, and lie in a folder of its own.
    let company = (n % 3 == 2).then(|| "Fjord A/S".to_owned());
    NewItem {
        place: Placement { company, ..Placement::default() },
        semantics: LockSemantics::Versioning,
        check_in: Some(VersionNote::default()),
        audience,
        ..NewItem::document(format!("Letter {n}.txt"), "text/plain")
    }
}

/// The same members in the directory's group as in the CRM's.
fn in_the_directory(stage: &Stage, members: &[i64]) {
    stage.twin.microsoft(|microsoft, _| {
        let tenant = microsoft.directory.tenants.get_mut(TENANT).unwrap();
        tenant.groups.get_mut(SALES).unwrap().members = members.iter().map(|who| object(*who)).collect();
    });
}

fn set_group(stage: &Stage, crm: &mut Crm, group: GroupId, members: Vec<i64>) {
    let mapped = (group == MAPPED).then(|| SALES.to_owned());
    if mapped.is_some() {
        in_the_directory(stage, &members);
    }
    let known = Group {
        name: if group == MAPPED { "Sales".into() } else { "Support".into() },
        object: mapped,
        members: members.iter().map(|who| AssociateId(*who)).collect(),
    };
    stage.tenant.groups.lock().unwrap().insert(group, known);
    crm.groups.insert(group, members);
}

/// The folder that an item lies in, at Graph.
async fn folder_of(stage: &Stage, at: &str) -> String {
    let (status, item) = stage.as_person(OLGA, "GET", at, Value::Null).await;
    assert_eq!(status, 200, "{item}");
    let parent = &item["parentReference"];
    format!("/drives/{}/items/{}", parent["driveId"].as_str().unwrap(), parent["id"].as_str().unwrap())
}

/// The folder for documents, at Graph.
fn documents(stage: &Stage) -> String {
    let at = stage.place().documents;
    format!("/drives/{}/items/{}", at.drive, at.folder)
}

/// Somebody who may, gives rights by hand on a folder of ours: a link, a person by name, or an owner.
async fn meddle_above(stage: &Stage, dice: &mut Dice, item: &ExternalRef) {
    let below = folder_of(stage, &stage.at(item).await).await;
    let above = folder_of(stage, &below).await;
    let root = documents(stage);
    // Above the folder for documents nothing is ours.
    let at = match dice.roll(3) {
        0 => below,
        1 if folder_of(stage, &above).await == root => above,
        _ => root,
    };
    let to = json!([{ "objectId": object(*dice.one(&PEOPLE)) }]);
    let (path, body) = match dice.roll(5) {
        0 => ("createLink", json!({ "type": "view", "scope": "anonymous" })),
        1 => ("createLink", json!({ "type": "edit", "scope": "organization" })),
        2 => ("createLink", json!({ "type": "edit", "scope": "users", "recipients": to })),
        3 => ("invite", json!({ "recipients": to, "roles": ["owner"], "requireSignIn": true })),
        _ => ("invite", json!({ "recipients": to, "roles": ["read"], "requireSignIn": true })),
    };
    let (status, body) = stage.as_person(OLGA, "POST", &format!("{at}/{path}"), body).await;
    assert!(status < 300, "{status} {body}");
}

/// Somebody who may, gives rights by hand: a link, or a person by name.
async fn meddle(stage: &Stage, dice: &mut Dice, item: &ExternalRef) {
    let at = stage.at(item).await;
    let whom = *dice.one(&PEOPLE);
    let to = json!([{ "objectId": object(whom) }]);
    let (path, body) = match dice.roll(6) {
        4 => ("createLink", json!({ "type": "view", "scope": "anonymous" })),
        5 => ("invite", json!({ "recipients": to, "roles": ["owner"], "requireSignIn": true })),
        0 => ("createLink", json!({ "type": "edit", "scope": "users", "recipients": to })),
        1 => ("createLink", json!({ "type": "view", "scope": "organization" })),
        2 => ("invite", json!({ "recipients": to, "roles": ["write"], "requireSignIn": true })),
        _ => (
            "invite",
            json!({ "recipients": to, "roles": ["read"], "requireSignIn": true, "retainInheritedPermissions": false }),
        ),
    };
    let (status, body) = stage.as_person(OLGA, "POST", &format!("{at}/{path}"), body).await;
    assert!(status < 300, "{status} {body}");
}

/// What is told about a document is what SharePoint does, for everybody; how often no and yes were told for certain.
async fn told_is_true(stage: &Stage, crm: &Crm, item: &ExternalRef, what: &str) -> [usize; 2] {
    let mut told = [0, 0];
    let access = stage.plugin.access(&stage.system(), item).await.unwrap().unwrap();
    for who in PEOPLE {
        let opens = stage.file(who, item).await.0 == 200;
        told[usize::from(opens)] += 1;
        let yes = match reaches(&access, AssociateId(who), None) {
            There::Yes(_) | There::Asked => true,
            There::No => false,
            There::Perhaps(_) | There::ThroughHost => {
                told[usize::from(opens)] -= 1;
                continue;
            }
        };
        assert_eq!(
            yes,
            opens,
            "{what}: {} and {item:?} {:?}\n{access:#?}",
            name_of(who),
            crm.documents[item]
        );
    }
    told
}

/// What a nightly run does: folders first, then every document with which the two sides differ.
async fn reconcile(stage: &Stage, crm: &Crm) -> usize {
    stage.plugin.provision(&stage.now(stage.system())).await.unwrap();
    let mut mended = 0;
    let items = crm.documents.iter();
    // A document that went to another folder is looked at once more, as the application does.
    for (item, (visible_for, owner, _)) in items.flat_map(|one| [one, one]) {
        let access = stage.plugin.access(&stage.system(), item).await.unwrap().unwrap();
        let differs = PEOPLE.iter().any(|who| {
            let found =
                standing(crm.seen(item), AssociateId(*who), &crm.groups_of(*who), Some(&access), None);
            matches!(found.verdict, Verdict::Beyond | Verdict::ShutOut)
        });
        if differs || access.needs_order() {
            let audience = Audience::of(*visible_for, AssociateId(*owner));
            stage.plugin.set_audience(&stage.now(stage.system()), item, &audience).await.unwrap();
            mended += 1;
        }
    }
    mended
}

async fn happens(stage: &Stage, dice: &mut Dice, crm: &mut Crm, n: usize) -> String {
    let items: Vec<ExternalRef> =
        crm.documents.iter().filter(|(_, d)| !d.2).map(|(i, _)| i.clone()).collect();
    let visible =
        [VisibleFor::Everyone, VisibleFor::Owner, VisibleFor::Group(MAPPED), VisibleFor::Group(NAMED)];
    match dice.roll(11) {
        0..=2 => {
            let (who, visible_for) = (*dice.one(&PEOPLE), *dice.one(&visible));
            let audience = Audience::of(visible_for, AssociateId(who));
            let body = Body::from_bytes(format!("letter {n}"));
            let made = stage.plugin.create(&by(stage, who), new(n, audience), Some(body)).await.unwrap();
            crm.documents.insert(made.reference, (visible_for, who, false));
            format!("{} made one for {visible_for:?}", name_of(who))
        }
        3 if !items.is_empty() => {
            let (item, visible_for) = (dice.one(&items).clone(), *dice.one(&visible));
            let owner = crm.documents[&item].1;
            let audience = Audience::of(visible_for, AssociateId(owner));
            stage.plugin.set_audience(&by(stage, owner), &item, &audience).await.unwrap();
            crm.documents.get_mut(&item).unwrap().0 = visible_for;
            format!("{item:?} became {visible_for:?}")
        }
        4 => {
            let group = *dice.one(&[MAPPED, NAMED]);
            let members: Vec<i64> = PEOPLE.into_iter().filter(|_| dice.roll(2) == 0).collect();
            // A group without anybody is nobody's folder.
            let members = if members.is_empty() { vec![BRUNO] } else { members };
            set_group(stage, crm, group, members);
            format!("group {group} changed")
        }
        5 | 6 if !items.is_empty() => {
            let item = dice.one(&items).clone();
            meddle(stage, dice, &item).await;
            format!("{item:?} was shared by hand")
        }
        8 if !items.is_empty() => {
            let item = dice.one(&items).clone();
            meddle_above(stage, dice, &item).await;
            format!("a folder of {item:?} was shared by hand")
        }
        9 => {
            // Somebody changes the directory's group, and not the CRM's: that is told, and nobody here changes it.
            let members: Vec<i64> = PEOPLE.into_iter().filter(|_| dice.roll(2) == 0).collect();
            in_the_directory(stage, &members);
            for item in &items {
                told_is_true(stage, crm, item, "the directory's group drifted").await;
            }
            in_the_directory(stage, &crm.groups[&MAPPED]);
            "the directory's group drifted, and came back".into()
        }
        7 if !items.is_empty() => {
            let item = dice.one(&items).clone();
            let owner = crm.documents[&item].1;
            stage.plugin.remove(&by(stage, owner), &item, Removal::Trash).await.unwrap();
            crm.documents.get_mut(&item).unwrap().2 = true;
            format!("{item:?} went to the trash")
        }
        _ => {
            let trashed: Vec<_> =
                crm.documents.iter().filter(|(_, d)| d.2).map(|(i, d)| (i.clone(), d.1)).collect();
            if let Some((item, owner)) = trashed.first().cloned() {
                stage.plugin.restore(&by(stage, owner), &item).await.unwrap();
                crm.documents.get_mut(&item).unwrap().2 = false;
            }
            "restored".into()
        }
    }
}

#[tokio::test]
async fn effective_access_is_the_rule_of_the_crm_for_random_people_groups_documents_and_moves() {
    let (mut mended, mut looked, mut told) = (0, 0, [0, 0]);
    for seed in 0..SEEDS {
        let mut dice = Dice(seed);
        // In every second tenant the application may ask who is in a group.
        let stage = Scene { consented: may_ask(seed % 2 == 0), ..Scene::default() }.build().await;
        let mut crm = Crm { documents: BTreeMap::new(), groups: BTreeMap::new() };
        set_group(&stage, &mut crm, MAPPED, vec![BRUNO, 100]);
        set_group(&stage, &mut crm, NAMED, vec![101, 102]);
        for n in 0..DEEDS {
            stage.pass(30);
            let what = happens(&stage, &mut dice, &mut crm, n).await;
            let usable: Vec<_> = crm.documents.iter().filter(|(_, d)| !d.2).map(|(i, _)| i.clone()).collect();
            if !usable.is_empty() {
                let item = dice.one(&usable).clone();
                let [no, yes] =
                    told_is_true(&stage, &crm, &item, &format!("seed {seed}, deed {n}, {what}")).await;
                told = [told[0] + no, told[1] + yes];
            }
        }
        let items: Vec<_> =
            crm.documents.iter().filter(|(_, d)| d.2).map(|(i, d)| (i.clone(), d.1)).collect();
        for (item, owner) in items {
            stage.plugin.restore(&by(&stage, owner), &item).await.unwrap();
            crm.documents.get_mut(&item).unwrap().2 = false;
        }
        mended += reconcile(&stage, &crm).await;
        for (item, (visible_for, owner, _)) in &crm.documents {
            told_is_true(&stage, &crm, item, &format!("seed {seed}, reconciled")).await;
            for who in PEOPLE {
                let should = may_see(crm.seen(item), AssociateId(who), &crm.groups_of(who));
                let does = stage.file(who, item).await.0 == 200;
                assert_eq!(does, should, "seed {seed}: {}, {visible_for:?} of {owner}", name_of(who));
                looked += 1;
            }
        }
        assert_eq!(reconcile(&stage, &crm).await, 0, "seed {seed}: what is in order is left alone");
    }
    assert!(mended > 20 && looked > 500, "there was something to see: {mended} {looked}");
    assert!(told.iter().all(|count| *count > 300), "and it was told for certain: {told:?}");
}

async fn letter(stage: &Stage, visible_for: VisibleFor) -> ExternalRef {
    let audience = Audience::of(visible_for, AssociateId(BRUNO));
    let body = Body::from_bytes("a letter");
    stage.plugin.create(&stage.b(), new(1, audience), Some(body)).await.unwrap().reference
}

async fn shared_by_hand(stage: &Stage, item: &ExternalRef) -> String {
    let names = [property::SHARED.to_owned()];
    stage.plugin.properties(&stage.system(), item, &names).await.unwrap().remove(property::SHARED).unwrap()
}

#[tokio::test]
async fn t05_a_link_that_somebody_makes_by_hand_is_told_and_taken_back() {
    let stage = Stage::new().await;
    let item = letter(&stage, VisibleFor::Owner).await;
    let cursor = stage.plugin.changes(&stage.system(), None).await.unwrap().next;
    assert_eq!(shared_by_hand(&stage, &item).await, "");
    let at = stage.at(&item).await;
    let link = json!({ "type": "view", "scope": "anonymous" });
    assert_eq!(stage.as_person(OLGA, "POST", &format!("{at}/createLink"), link).await.0, 201);
    let told = stage.plugin.changes(&stage.system(), Some(&cursor)).await.unwrap().changes;
    assert!(told.iter().any(|change| change.item == item && change.sharing), "{told:?}");
    assert_eq!(shared_by_hand(&stage, &item).await, "Link for anybody");
    let audience = Audience::Person { associate: AssociateId(BRUNO) };
    stage.plugin.set_audience(&stage.b(), &item, &audience).await.unwrap();
    assert_eq!(shared_by_hand(&stage, &item).await, "");
    let (_, left) = stage.as_person(OLGA, "GET", &format!("{at}/permissions"), Value::Null).await;
    assert!(left["value"].as_array().unwrap().iter().all(|one| one["link"].is_null()), "{left}");
}

#[tokio::test]
async fn t05_a_right_given_by_hand_does_not_go_along_when_a_document_is_for_others() {
    let stage = Stage::new().await;
    let item = letter(&stage, VisibleFor::Everyone).await;
    let to = json!([{ "objectId": object(CARLA) }]);
    let ask = json!({ "recipients": to, "roles": ["write"], "requireSignIn": true });
    let at = stage.at(&item).await;
    assert_eq!(stage.as_person(OLGA, "POST", &format!("{at}/invite"), ask).await.0, 200);
    assert_eq!(stage.file(CARLA, &item).await.0, 200);
    let audience = Audience::Person { associate: AssociateId(BRUNO) };
    stage.plugin.set_audience(&stage.b(), &item, &audience).await.unwrap();
    assert_eq!(stage.file(CARLA, &item).await.0, 404, "taken back");
    assert_eq!(stage.file(BRUNO, &item).await.0, 200);
}

#[tokio::test]
async fn every_right_is_told_with_whom_it_lets_in_and_where_it_was_given() {
    let stage = Stage::new().await;
    let mine = letter(&stage, VisibleFor::Group(MAPPED)).await;
    let access = stage.plugin.access(&stage.b(), &mine).await.unwrap().unwrap();
    assert_eq!(access.yours, Some(true));
    let group = access.ways.iter().find(|way| way.name == "Sales").unwrap();
    assert_eq!((group.folder.as_str(), group.expected, group.right), ("Sales [3]", true, PlaceRight::Write));
    assert_eq!(group.to, Grantee::Group(None), "who is in it is not told without a right to ask");
    let owners = access.ways.iter().find(|way| way.name == "CRM Owners").unwrap();
    assert_eq!((owners.right, owners.expected), (PlaceRight::Manage, true));
    let asking = Scene { consented: may_ask(true), ..Scene::default() }.build().await;
    let item = letter(&asking, VisibleFor::Group(MAPPED)).await;
    let told = asking.plugin.access(&asking.b(), &item).await.unwrap().unwrap();
    let group = told.ways.iter().find(|way| way.name == "Sales").unwrap();
    assert_eq!(group.to, Grantee::Group(Some([AssociateId(BRUNO)].into())));
    let everybody = letter(&stage, VisibleFor::Everyone).await;
    let access = stage.plugin.access(&stage.a(), &everybody).await.unwrap().unwrap();
    let members = access.ways.iter().find(|way| way.name == "CRM Members").unwrap();
    assert_eq!((members.folder.as_str(), members.expected), ("the site", true));
    // T01: she is no member of the site, and it is said before anything is opened.
    let access = stage.plugin.access(&stage.c(), &everybody).await.unwrap().unwrap();
    assert_eq!(access.yours, Some(false));
    let seen =
        Seen { visible_for: VisibleFor::Everyone, owner: AssociateId(BRUNO), published: true, held_by: None };
    let found = standing(seen, AssociateId(CARLA), &[], Some(&access), access.yours);
    assert_eq!(found.verdict, Verdict::ShutOut);
}

#[tokio::test]
async fn a_file_closed_by_hand_is_opened_again_whatever_breaks_on_the_way() {
    for effect in [Effect::LostResponse, Effect::Refused] {
        let mut at = 0;
        loop {
            let stage = Stage::new().await;
            let item = letter(&stage, VisibleFor::Everyone).await;
            let ask = json!({
                "recipients": [{ "objectId": object(BRUNO) }], "roles": ["write"], "requireSignIn": true,
                "retainInheritedPermissions": false,
            });
            let path = format!("{}/invite", stage.at(&item).await);
            assert_eq!(stage.as_person(OLGA, "POST", &path, ask).await.0, 200);
            assert_eq!(stage.file(ANNA, &item).await.0, 404, "she is shut out");
            let rule = Rule { skip: at, times: Some(1), ..Rule::new(effect.clone()) };
            let rule = stage.twin.house().faults.order(rule);
            let call = stage.now(stage.b());
            let outcome = stage.plugin.set_audience(&call, &item, &Audience::Inherited).await;
            let hit = stage.twin.house().faults.list().iter().any(|one| one.id == rule && one.hits > 0);
            stage.calm();
            stage.pass(120);
            let again = stage.restarted();
            if outcome.is_err() {
                again.plugin.set_audience(&again.now(call), &item, &Audience::Inherited).await.unwrap();
            }
            let told = format!("{effect:?} at request {at}");
            assert_eq!(stage.file(ANNA, &item).await.0, 200, "{told}");
            let access = again.plugin.access(&again.system(), &item).await.unwrap().unwrap();
            assert!(!access.needs_order(), "{told}: {access:?}");
            assert_eq!(sharepoint_common::read(&again, &again.a(), &item).await, b"a letter", "{told}");
            let path = format!("/drives/{}/root/search(q='Letter')", stage.place().documents.drive);
            let (_, found) = stage.as_person(OLGA, "GET", &path, Value::Null).await;
            let files = found["value"].as_array().unwrap().iter().filter(|one| one.get("file").is_some());
            assert_eq!(files.count(), 1, "{told}: {found}");
            if !hit {
                break;
            }
            at += 1;
        }
        assert!(at > 5, "{at}");
    }
}

#[tokio::test]
async fn t19_templates_are_changed_by_who_maintains_them_and_read_by_everybody_else() {
    use domain::plugin::{OpenAs, Shelf, Which};

    let stage = Stage::new().await;
    let new = NewItem { shelf: Shelf::Templates, ..new(1, Audience::Inherited) };
    let item = stage.plugin.create(&stage.a(), new, Some(Body::from_bytes("Dear all,"))).await.unwrap();
    let item = item.reference;
    let findings = stage.plugin.provision(&stage.now(stage.system())).await.unwrap();
    let told = findings.iter().find(|found| found.what == "Who may open templates").unwrap();
    assert_eq!(told.detail, "1 may change them in SharePoint, 14 may read them.");
    let content = format!("{}/content", stage.at(&item).await);
    assert_eq!(stage.as_person(BRUNO, "PUT", &content, json!("Dear nobody,")).await.0, 403);
    assert_eq!(stage.as_person(ANNA, "PUT", &content, json!("Dear readers,")).await.0, 200);
    assert_eq!(sharepoint_common::read(&stage, &stage.b(), &item).await, b"Dear readers,");

    // Somebody is let in by hand, and somebody's right is widened: both are put in order.
    let at = stage.place().templates;
    let folder = format!("/drives/{}/items/{}", at.drive, at.folder);
    let widen =
        json!({ "recipients": [{ "objectId": object(BRUNO) }], "roles": ["write"], "requireSignIn": true });
    assert_eq!(stage.as_person(OLGA, "POST", &format!("{folder}/invite"), widen).await.0, 200);
    let checked = stage.plugin.check(&stage.now(stage.a())).await.unwrap();
    assert!(checked.iter().any(|found| found.detail.contains("the folder of the templates")), "{checked:?}");
    stage.plugin.provision(&stage.now(stage.system())).await.unwrap();
    assert_eq!(stage.as_person(BRUNO, "PUT", &content, json!("Dear nobody,")).await.0, 403);
    let checked = stage.plugin.check(&stage.now(stage.a())).await.unwrap();
    assert!(!checked.iter().any(|found| found.detail.contains("the folder of the templates")), "{checked:?}");

    // Who is not let in there (yet) makes documents all the same, and is not led to an address that refuses.
    let (_, rights) = stage.as_person(OLGA, "GET", &format!("{folder}/permissions"), Value::Null).await;
    let theirs = rights["value"].as_array().unwrap().iter();
    let theirs = theirs.filter(|one| one["grantedToV2"]["user"]["id"] == object(CARLA)).collect::<Vec<_>>();
    let path = format!("{folder}/permissions/{}", theirs[0]["id"].as_str().unwrap());
    assert_eq!(stage.as_person(OLGA, "DELETE", &path, Value::Null).await.0, 204);
    assert_eq!(stage.file(CARLA, &item).await.0, 404);
    assert_eq!(sharepoint_common::read(&stage, &stage.c(), &item).await, b"Dear readers,");
    let open = OpenAs { desktop: false, write: true };
    let refused = stage.plugin.open_url(&stage.c(), &item, &Which::Latest, open).await.unwrap_err();
    assert_eq!(refused.kind(), domain::ErrorKind::Forbidden);
}

#[tokio::test]
async fn a_file_that_is_carried_keeps_its_facts_in_the_columns() {
    let stage = Scene { columns: true, ..Scene::default() }.build().await;
    let place = Placement { company: Some("Fjord A/S".into()), ..Placement::default() };
    let new = NewItem { place, ..new(1, Audience::Inherited) };
    let item =
        stage.plugin.create(&stage.b(), new, Some(Body::from_bytes("a letter"))).await.unwrap().reference;
    let facts = async || {
        let path = format!("{}/listItem?$expand=fields($select=ChanceryCompany)", stage.at(&item).await);
        stage.as_person(OLGA, "GET", &path, Value::Null).await.1["fields"]["ChanceryCompany"].clone()
    };
    assert_eq!(facts().await, "Fjord A/S");
    let ask = json!({
        "recipients": [{ "objectId": object(BRUNO) }], "roles": ["write"], "requireSignIn": true,
        "retainInheritedPermissions": false,
    });
    let path = format!("{}/invite", stage.at(&item).await);
    assert_eq!(stage.as_person(OLGA, "POST", &path, ask).await.0, 200);
    let before = stage.at(&item).await;
    stage.plugin.set_audience(&stage.b(), &item, &Audience::Inherited).await.unwrap();
    assert_ne!(stage.at(&item).await, before, "a copy that inherits");
    assert_eq!(facts().await, "Fjord A/S");
}

fn told(findings: &[Finding]) -> String {
    let warned = findings.iter().filter(|found| found.severity != Severity::Good);
    warned.map(|found| found.detail.as_str()).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn an_account_that_microsoft_does_not_know_any_more_stops_nobody_else_and_is_told_by_name() {
    let stage = Stage::new().await;
    let mut crm = Crm { documents: BTreeMap::new(), groups: BTreeMap::new() };
    set_group(&stage, &mut crm, NAMED, vec![BRUNO, 100]);
    stage.twin.microsoft(|microsoft, _| {
        microsoft.directory.tenants.get_mut(TENANT).unwrap().users.remove(&object(100)).unwrap();
    });
    let ours = letter(&stage, VisibleFor::Group(NAMED)).await;
    assert_eq!(stage.file(BRUNO, &ours).await.0, 200, "the rest of the group is let in");
    assert_eq!(stage.file(ANNA, &ours).await.0, 404, "and nobody else");
    let found = stage.plugin.provision(&stage.now(stage.system())).await.unwrap();
    assert!(told(&found).contains("does not know the account of Person 100 any more"), "{found:?}");
    assert!(told(&found).contains("Settings, People"), "{found:?}");
    let templates = found.iter().find(|found| found.what == "Who may open templates").unwrap();
    assert_eq!(templates.detail, "1 may change them in SharePoint, 13 may read them.");
    let checked = stage.plugin.check(&stage.now(stage.a())).await.unwrap();
    assert!(told(&checked).contains("Person 100") && !told(&checked).contains("by hand"), "{checked:?}");

    // A document for that person alone is not put where others could open it.
    let mine = Audience::Person { associate: AssociateId(100) };
    let refused = stage.plugin.create(&stage.system(), new(1, mine), Some(Body::from_bytes("mine"))).await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.kind(), domain::ErrorKind::Conflict);
    assert!(refused.public().contains("sign in again"), "{}", refused.public());
    let found = stage.plugin.provision(&stage.now(stage.system())).await.unwrap();
    assert!(told(&found).contains("Person 100 (100)"), "the others are put in order all the same: {found:?}");

    // An administrator takes the identity away: that is told otherwise, and nothing waits.
    stage.tenant.without.lock().unwrap().push(100);
    let found = stage.plugin.provision(&stage.now(stage.system())).await.unwrap();
    assert!(!told(&found).contains("any more"), "{found:?}");
    assert!(
        told(&found).contains("No account of this organisation at Microsoft is known of Person 100"),
        "{found:?}"
    );
}

#[tokio::test]
async fn the_folder_of_somebody_who_has_left_is_closed_to_everybody() {
    let stage = Stage::new().await;
    let item = letter(&stage, VisibleFor::Owner).await;
    stage.tenant.retired.lock().unwrap().extend([BRUNO, 101]);
    stage.plugin.provision(&stage.now(stage.system())).await.unwrap();
    assert_eq!(stage.file(BRUNO, &item).await.0, 404);
    // So is one that is made afterwards.
    let theirs = Audience::Person { associate: AssociateId(101) };
    let made =
        stage.plugin.create(&stage.system(), new(1, theirs), Some(Body::from_bytes("left"))).await.unwrap();
    for who in [ANNA, BRUNO, 101] {
        assert_eq!(stage.file(who, &made.reference).await.0, 404, "{}", name_of(who));
    }
}

#[tokio::test]
async fn t05_what_is_given_by_hand_on_a_folder_of_ours_is_told_with_the_folder_and_taken_back() {
    let stage = Stage::new().await;
    let new = |visible_for| new(2, Audience::of(visible_for, AssociateId(BRUNO)));
    let body = || Some(Body::from_bytes("a letter"));
    let open = stage.plugin.create(&stage.b(), new(VisibleFor::Everyone), body()).await.unwrap().reference;
    let mine = stage.plugin.create(&stage.b(), new(VisibleFor::Owner), body()).await.unwrap().reference;
    let to = json!([{ "objectId": object(CARLA) }]);
    let link = || ("createLink", json!({ "type": "view", "scope": "anonymous" }));
    let owner = || ("invite", json!({ "recipients": to, "roles": ["owner"], "requireSignIn": true }));
    let reader = || ("invite", json!({ "recipients": to, "roles": ["read"], "requireSignIn": true }));
    for (item, audience, scope) in [
        (&open, Audience::Inherited, "Everyone"),
        (&mine, Audience::Person { associate: AssociateId(BRUNO) }, "Bruno Keller (2)"),
    ] {
        let company = folder_of(&stage, &stage.at(item).await).await;
        let above = folder_of(&stage, &company).await;
        let on_root = (documents(&stage), "Documents 7");
        for (at, name) in [(company, "Fjord A_S"), (above, scope), on_root] {
            for (path, ask) in [link(), owner(), reader()] {
                // What the folder for documents lets in does not reach a closed folder.
                if scope != "Everyone" && name == "Documents 7" {
                    continue;
                }
                let (status, body) = stage.as_person(OLGA, "POST", &format!("{at}/{path}"), ask).await;
                assert!(status < 300, "{status} {body}");
                let told = shared_by_hand(&stage, item).await;
                assert!(told.contains(&format!("(folder “{name}”)")), "{path} on {name}: {told}");
                let (call, audience) = (stage.now(stage.b()), audience.clone());
                stage.plugin.set_audience(&call, item, &audience).await.unwrap();
                assert_eq!(shared_by_hand(&stage, item).await, "", "{path} on {name}");
                assert_eq!(stage.file(CARLA, item).await.0, 404, "{path} on {name}");
                assert_eq!(stage.file(BRUNO, item).await.0, 200, "{path} on {name}");
            }
        }
    }
    // The set-up's trial, and the run after people have come and gone, take back what stands on the open folders.
    let (path, ask) = link();
    stage.as_person(OLGA, "POST", &format!("{}/{path}", documents(&stage)), ask).await;
    let checked = stage.plugin.check(&stage.now(stage.a())).await.unwrap();
    assert!(told(&checked).contains("the folder for documents"), "{checked:?}");
    stage.plugin.provision(&stage.now(stage.system())).await.unwrap();
    assert_eq!(shared_by_hand(&stage, &open).await, "");

    // What the library lets in is its own.
    let library = format!("/drives/{}/items/root", stage.place().documents.drive);
    let (_, root) = stage.as_person(OLGA, "GET", &library, Value::Null).await;
    let root = format!("/drives/{}/items/{}", stage.place().documents.drive, root["id"].as_str().unwrap());
    let (path, ask) = reader();
    let (status, body) = stage.as_person(OLGA, "POST", &format!("{root}/{path}"), ask).await;
    assert!(status < 300, "{status} {body}");
    stage.plugin.set_audience(&stage.now(stage.b()), &open, &Audience::Inherited).await.unwrap();
    let access = stage.plugin.access(&stage.system(), &open).await.unwrap().unwrap();
    let hers = access.ways.iter().find(|way| way.name == name_of(CARLA)).unwrap();
    assert_eq!((hers.folder.as_str(), hers.expected), ("the library", true));
    assert_eq!(stage.file(CARLA, &open).await.0, 200);
}
