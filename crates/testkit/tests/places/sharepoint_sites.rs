//! A site that is made, its libraries, and what they ask of files, before anything is kept there.

use crate::sharepoint_common::{ANNA, APP, OLGA, Scene, Stage, TENANT, ask, object, read};
use domain::locking::LockSemantics;
use domain::plugin::{Body, Call, DocumentPlugin, ExternalRef, NewItem, Placement, VersionNote};
use domain::sharepoint::{Fact, Facts, NewSite};
use domain::{CompanyId, ErrorKind};
use serde_json::{Value, json};
use twin::core::faults::{Effect, Rule};

/// A stage whose application may make groups, and whose people see the sites they own.
async fn with_rights() -> Stage {
    let stage = Stage::new().await;
    stage.tokens.consent(vec!["Group.Create", "GroupMember.Read.All"], vec!["Sites.ReadWrite.All"]);
    stage.restarted()
}

fn wish(stage: &Stage, alias: &str) -> NewSite {
    let now = stage.twin.house().clock.now();
    NewSite::wished("CRM documents", alias, format!("mark-{alias}"), now).unwrap()
}

/// How many groups have an alias, and who owns the first.
fn groups(stage: &Stage, alias: &str) -> (usize, Vec<String>) {
    stage.twin.microsoft(|microsoft, _| {
        let all = microsoft.directory.tenants[TENANT].groups.values();
        let found: Vec<_> = all.filter(|group| group.mail_nickname == alias).collect();
        let owners = found.first().map(|group| group.owners.iter().cloned().collect());
        (found.len(), owners.unwrap_or_default())
    })
}

#[tokio::test]
async fn m_23_a_site_is_made_through_a_group_of_the_administrators_own_and_waited_for() {
    let stage = with_rights().await;
    let wish = wish(&stage, "crm-docs");
    let group = stage.plugin.group(&stage.a(), stage.founder(), &wish).await.unwrap();
    let again = stage.restarted();
    let same = again.plugin.group(&again.a(), again.founder(), &wish).await.unwrap();
    assert_eq!(group, same, "pressed twice, also after a restart");
    assert_eq!(groups(&stage, "crm-docs"), (1, vec![object(ANNA)]));
    let site = stage.plugin.site_of(&stage.a(), stage.founder(), &group).await.unwrap();
    assert_eq!(site, None, "Microsoft is not ready");
    stage.pass(6);
    let site = stage.plugin.site_of(&stage.a(), stage.founder(), &group).await.unwrap().unwrap();
    assert!(site.address.ends_with("/sites/crm-docs") && site.id.split(',').count() == 3, "{site:?}");
    // The site is there, and the application has not been given it (M-24).
    let address = "https://kaffehuset.sharepoint.example/sites/crm-docs";
    let refused = stage.plugin.site(&stage.system(), stage.founder(), address).await.unwrap_err();
    assert!(refused.public().contains("has not been given this site"), "{}", refused.public());
}

#[tokio::test]
async fn two_who_press_at_once_get_one_group() {
    let stage = with_rights().await;
    let wish = wish(&stage, "crm-docs");
    let (a, b) = (stage.a(), stage.b());
    let both =
        [stage.plugin.group(&a, stage.founder(), &wish), stage.plugin.group(&b, stage.founder(), &wish)];
    let [one, other] = <[_; 2]>::try_from(futures_util::future::join_all(both).await).unwrap();
    assert_eq!(one.unwrap(), other.unwrap());
    assert_eq!(groups(&stage, "crm-docs").0, 1);
}

#[tokio::test]
async fn a_group_whose_answer_was_lost_is_found_again_and_no_second_one_is_made() {
    let stage = with_rights().await;
    let wish = wish(&stage, "crm-docs");
    stage.fault(Effect::LostResponse, "group.create", 1);
    let found = stage.plugin.group(&stage.a(), stage.founder(), &wish).await.unwrap();
    assert_eq!(groups(&stage, "crm-docs").0, 1);
    // Lost, and nothing can be looked up for a while.
    let second = self::wish(&stage, "crm-more");
    stage.fault(Effect::LostResponse, "group.create", 1);
    stage.twin.house().faults.order(Rule { skip: 1, ..Rule::new(Effect::Refused).at("group.list") });
    let lost = stage.plugin.group(&stage.a(), stage.founder(), &second).await.unwrap_err();
    assert_eq!(lost.kind(), ErrorKind::Unavailable);
    assert!(lost.public().contains("Look again"), "{}", lost.public());
    stage.calm();
    let made = stage.plugin.group(&stage.a(), stage.founder(), &second).await.unwrap();
    assert!(made != found && groups(&stage, "crm-more").0 == 1);
}

#[tokio::test]
async fn a_group_that_microsoft_does_not_show_yet_is_waited_for_and_no_second_one_is_made() {
    let stage = with_rights().await;
    let wish = wish(&stage, "crm-docs");
    stage.behave("fresh-group-404", Value::Null, None);
    stage.fault(Effect::LostResponse, "group.create", 1);
    for words in ["Look again: it is found, or made once", "no second one is made"] {
        let unknown = stage.plugin.group(&stage.a(), stage.founder(), &wish).await.unwrap_err();
        assert_eq!(unknown.kind(), ErrorKind::Unavailable);
        assert!(unknown.public().contains(words), "{}", unknown.public());
    }
    stage.pass(6);
    let found = stage.plugin.group(&stage.a(), stage.founder(), &wish).await.unwrap();
    assert_eq!(groups(&stage, "crm-docs"), (1, vec![object(ANNA)]));
    assert!(stage.plugin.site_of(&stage.a(), stage.founder(), &found).await.unwrap().is_some());
}

#[tokio::test]
async fn an_alias_that_somebody_else_has_is_told_with_whose_it_is() {
    let stage = with_rights().await;
    let taken =
        stage.plugin.group(&stage.a(), stage.founder(), &wish(&stage, "salesteam")).await.unwrap_err();
    assert_eq!((taken.kind(), taken.field_name()), (ErrorKind::Conflict, Some("site_alias")));
    assert!(taken.public().contains("the group “Sales” has it"), "{}", taken.public());
    // The same alias wished for by another installation: another mark, another group's.
    let first = wish(&stage, "crm-docs");
    stage.plugin.group(&stage.a(), stage.founder(), &first).await.unwrap();
    let other = NewSite { mark: "somebody else's".into(), ..first };
    let taken = stage.plugin.group(&stage.a(), stage.founder(), &other).await.unwrap_err();
    assert_eq!(taken.field_name(), Some("site_alias"));
    assert_eq!(groups(&stage, "crm-docs").0, 1);
}

#[tokio::test]
async fn without_the_right_to_make_groups_nothing_is_made_and_it_is_said_who_can_give_it() {
    let stage = Stage::new().await;
    for more in [vec![], vec!["Group.Create"], vec!["GroupMember.Read.All"]] {
        stage.tokens.consent(more, Vec::new());
        let stage = stage.restarted();
        let refused =
            stage.plugin.group(&stage.a(), stage.founder(), &wish(&stage, "crm-docs")).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Forbidden);
        for words in ["Group.Create", "GroupMember.Read.All", "an administrator of Microsoft 365"] {
            assert!(refused.public().contains(words), "{}", refused.public());
        }
    }
    assert_eq!(groups(&stage, "crm-docs").0, 0);
}

fn site_id(stage: &Stage) -> String {
    stage.place().site
}

/// How many libraries of a name the site has.
async fn libraries(stage: &Stage, name: &str) -> usize {
    let path = format!("/sites/{}/drives", site_id(stage));
    let (status, drives) = ask(&stage.twin, Some(OLGA), "GET", &path, Value::Null).await;
    assert_eq!(status, 200, "{drives}");
    let all = drives["value"].as_array().unwrap();
    all.iter().filter(|drive| drive["name"].as_str().unwrap().eq_ignore_ascii_case(name)).count()
}

#[tokio::test]
async fn a_library_is_made_once_whatever_becomes_of_the_answer() {
    let stage = Stage::new().await;
    let site = site_id(&stage);
    let make =
        async |name: &str| stage.plugin.library_named(&stage.system(), stage.founder(), &site, name).await;
    let made = make("Contracts").await.unwrap();
    assert_eq!(make("contracts").await.unwrap(), made, "capitals make no other library");
    assert_eq!(make("Documents").await.unwrap().drive, stage.place().documents.drive, "one that was there");
    stage.fault(Effect::LostResponse, "list.create", 1);
    make("Offers").await.unwrap();
    for name in ["Contracts", "Documents", "Offers"] {
        assert_eq!(libraries(&stage, name).await, 1, "{name}");
    }
    // Something else has the name.
    let path = format!("/sites/{site}/lists");
    let tasks = json!({ "displayName": "Tasks", "list": { "template": "genericList" } });
    assert_eq!(ask(&stage.twin, Some(OLGA), "POST", &path, tasks).await.0, 201);
    let refused = make("Tasks").await.unwrap_err();
    assert_eq!((refused.kind(), refused.field_name()), (ErrorKind::Conflict, Some("library_name")));
}

#[tokio::test]
async fn without_the_role_owner_no_library_is_made_and_it_is_said_who_can() {
    let stage = Stage::new().await;
    stage.twin.microsoft(|microsoft, _| {
        let sites = &mut microsoft.graph.content.sites;
        let site = sites.iter_mut().find(|site| site.path == "/sites/crm").unwrap();
        site.grants.get_mut(APP).unwrap().roles = vec!["write".into()];
    });
    let (call, site) = (stage.system(), site_id(&stage));
    let made = stage.plugin.library_named(&call, stage.founder(), &site, "Contracts").await;
    let refused = made.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Forbidden);
    assert!(refused.public().contains("the role owner") && refused.public().contains("can grant it"));
    assert_eq!(libraries(&stage, "Contracts").await, 0);
}

#[tokio::test]
async fn m_13_a_library_that_keeps_files_checked_out_is_recognised_and_nothing_is_left_in_it() {
    for requires_checkout in [true, false] {
        let stage = Scene { requires_checkout, ..Scene::default() }.build().await;
        let library = stage.place().documents;
        let tried = stage.plugin.keeps_checked_out(&stage.system(), stage.founder(), &library).await;
        assert_eq!(tried.unwrap(), requires_checkout);
        let path = format!("/drives/{}/items/{}/children", library.drive, library.folder);
        let (_, left) = ask(&stage.twin, Some(OLGA), "GET", &path, Value::Null).await;
        assert_eq!(left["value"], json!([]), "the trial's file is gone");
    }
}

#[tokio::test]
async fn m_13_columns_that_must_be_filled_in_are_told_by_their_names() {
    let stage = Stage::new().await;
    let drive = stage.place().documents.drive;
    let required = async || stage.plugin.required(&stage.system(), stage.founder(), &drive).await.unwrap();
    assert!(required().await.is_empty());
    let path = format!("/drives/{drive}/list/columns");
    for (name, title, required) in [("Case", "Case number", true), ("Note", "Note", false)] {
        let column = json!({ "name": name, "displayName": title, "required": required, "text": {} });
        assert_eq!(ask(&stage.twin, Some(OLGA), "POST", &path, column).await.0, 201);
    }
    assert_eq!(required().await, ["Case number"]);
}

/// The columns of ours that the library has: name, hidden, indexed.
async fn columns(stage: &Stage) -> Vec<(String, bool, bool)> {
    let path = format!("/drives/{}/list/columns", stage.place().documents.drive);
    let (_, found) = ask(&stage.twin, Some(OLGA), "GET", &path, Value::Null).await;
    let all = found["value"].as_array().unwrap().iter();
    let of = |column: &Value| {
        (column["name"].as_str().unwrap().to_owned(), column["hidden"] == true, column["indexed"] == true)
    };
    all.map(of).filter(|(name, ..)| name.starts_with("Chancery")).collect()
}

#[tokio::test]
async fn the_columns_that_were_chosen_are_made_and_no_others_and_numbers_are_hidden_and_indexed() {
    let stage = Stage::new().await;
    let place = |facts: Facts| stage.set_place(|place| place.columns = facts);
    let connected = || stage.tenant.connected(7);
    place([Fact::Company, Fact::CompanyId].into_iter().collect());
    let missing = stage.plugin.missing_columns(&stage.system(), connected()).await.unwrap();
    assert_eq!(missing[0].titles, ["Chancery id", "Company", "Company number"], "told before it is done");
    assert!(columns(&stage).await.is_empty());
    let made = stage.plugin.make_columns(&stage.system(), connected()).await.unwrap();
    assert_eq!(made, ["Chancery id", "Company", "Company number"]);
    let name = |name: &str, id: bool| (name.to_owned(), id, id);
    let both =
        vec![name("ChanceryId", true), name("ChanceryCompany", false), name("ChanceryCompanyId", true)];
    assert_eq!(columns(&stage).await, both);
    // One more later; what is there is not made again.
    place([Fact::Company, Fact::Year].into_iter().collect());
    assert_eq!(stage.plugin.make_columns(&stage.system(), connected()).await.unwrap(), ["Year"]);
    assert!(stage.plugin.missing_columns(&stage.system(), connected()).await.unwrap().is_empty());
}

async fn shown(stage: &Stage, at: &str) -> Value {
    let names = "ChanceryId,ChanceryCompany,ChanceryCompanyId,ChanceryYear";
    let path = format!("{at}/listItem?$expand=fields($select={names})");
    let (status, row) = ask(&stage.twin, Some(OLGA), "GET", &path, Value::Null).await;
    assert_eq!(status, 200, "{row}");
    row["fields"].clone()
}

fn of(company: &str, id: i64) -> Placement {
    Placement {
        company: Some(company.into()),
        company_id: Some(CompanyId(id)),
        year: Some(2026),
        ..Placement::default()
    }
}

async fn in_columns(stage: &Stage, call: &Call) -> (ExternalRef, String) {
    let facts = [Fact::Company, Fact::CompanyId].into_iter().collect();
    stage.set_place(|place| place.columns = facts);
    stage.plugin.make_columns(&stage.system(), stage.tenant.connected(7)).await.unwrap();
    let new = NewItem {
        place: of("Fjord", 7),
        semantics: LockSemantics::Versioning,
        check_in: Some(VersionNote::text("first")),
        ..NewItem::document("Offer.txt", "text/plain")
    };
    let item = stage.plugin.create(call, new, Some(Body::from_bytes("x"))).await.unwrap().reference;
    let at = stage.at(&item).await;
    (item, at)
}

#[tokio::test]
async fn columns_follow_the_facts_of_a_document_and_the_file_stays_where_it_is() {
    let stage = Stage::new().await;
    let (item, at) = in_columns(&stage, &stage.a()).await;
    let told = shown(&stage, &at).await;
    assert_eq!((&told["ChanceryCompany"], &told["ChanceryCompanyId"]), (&json!("Fjord"), &json!("7")));
    assert!(told["ChanceryYear"].is_null(), "not chosen, not written: {told}");
    let folder = stage.file(OLGA, &item).await.1["parentReference"]["id"].clone();
    stage.plugin.set_facts(&stage.a(), &item, &of("Tide", 8)).await.unwrap();
    let told = shown(&stage, &at).await;
    assert_eq!((&told["ChanceryCompany"], &told["ChanceryCompanyId"]), (&json!("Tide"), &json!("8")));
    assert_eq!(stage.file(OLGA, &item).await.1["parentReference"]["id"], folder);
    assert_eq!(read(&stage, &stage.b(), &item).await, b"x");
    // Filed elsewhere later: that is the newest.
    stage.plugin.place(&stage.a(), &item, &of("Berg", 9)).await.unwrap();
    assert_eq!(shown(&stage, &at).await["ChanceryCompany"], "Berg");
}

#[tokio::test]
async fn columns_of_a_file_that_somebody_else_holds_follow_when_it_is_given_back() {
    let stage = Stage::new().await;
    let (item, at) = in_columns(&stage, &stage.a()).await;
    for (company, given_back) in [("Tide", true), ("Berg", false)] {
        stage.plugin.check_out(&stage.b(), &item).await.unwrap();
        let before = shown(&stage, &at).await;
        stage.plugin.set_facts(&stage.a(), &item, &of(company, 8)).await.unwrap();
        assert_eq!(shown(&stage, &at).await, before, "their work is left alone");
        if given_back {
            let note = VersionNote::text("second");
            stage.plugin.check_in(&stage.b(), &item, &note).await.unwrap();
        } else {
            stage.plugin.undo_check_out(&stage.b(), &item, false).await.unwrap();
        }
        assert_eq!(shown(&stage, &at).await["ChanceryCompany"], company);
    }
    assert_eq!(stage.plugin.versions(&stage.a(), &item).await.unwrap().len(), 2, "columns make none of ours");
}
