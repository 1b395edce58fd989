//! What each operation asks of SharePoint and what it costs: `docs/sharepoint-calls.md`, kept current.
//!
//! Run with `CHANCERY_BLESS=1` to write it anew.

use crate::sharepoint_common::{BRUNO, Stage, asked_of, hold_page, read};
use domain::AssociateId;
use domain::locking::LockSemantics;
use domain::plugin::{
    Audience, Body, DocumentPlugin, ExternalRef, NewItem, OpenAs, Placement, Removal, VersionId, VersionNote,
    Which,
};
use domain::sharepoint::Facts;
use std::fmt::Write as _;

const HEAD: &str = "# What SharePoint is asked\n\n\
Requests and resource units of each operation of the SharePoint plugin, as the twin counted them (units: microsoft.md 2.15, \
Microsoft's published table). Written by the test `sharepoint_calls`; do not edit by hand.\n\n\
An application has 1,250 units a minute in a tenant of up to 1,000 licences, for all installations of that tenant together; \
a person has 3,000 requests in five minutes. The names of a folder are listed once an hour, folders are looked at every ten \
minutes: the rows say what is asked when that has been done. Requests to the hosts of SharePoint (`sharepoint.…`) cost \
nothing.\n\n\
| operation | requests | units | why no fewer |\n|---|---|---|---|\n";

struct Table {
    stage: Stage,
    text: String,
}

impl Table {
    async fn row<T>(&mut self, name: &str, why: &str, work: impl Future<Output = domain::Result<T>>) -> T {
        let from = self.stage.journal_end();
        let done = work.await.unwrap_or_else(|e| panic!("{name}: {e:?}"));
        let (asked, units) = asked_of(&self.stage.journal(from));
        writeln!(self.text, "| {name} | {asked} | {units} | {why} |").unwrap();
        done
    }
}

fn new(level: LockSemantics) -> NewItem {
    NewItem {
        semantics: level,
        check_in: Some(VersionNote::text("first")),
        ..NewItem::document("Letter.txt", "text/plain")
    }
}

fn at_fjord() -> Placement {
    Placement { company: Some("Fjord A/S".into()), ..Placement::default() }
}

async fn making(table: &mut Table) -> [ExternalRef; 2] {
    let stage = table.stage.clone();
    let (p, a, body) = (&stage.plugin, || stage.a(), || Some(Body::from_bytes("short")));
    let plain = || new(LockSemantics::None);
    let why = "finds or makes the folders of the audience and the company, lists the names once";
    table.row("the first document of a place after a start", why, p.create(&a(), plain(), body())).await;
    let why = "under a name of the operation's own; looked at, because a library may keep it checked out; then under its name";
    let made = table.row("create a document", why, p.create(&a(), plain(), body())).await.reference;
    let first = NewItem { place: at_fjord(), ..plain() };
    table
        .row(
            "create the first document of a company",
            "makes and lists the folder",
            p.create(&a(), first, body()),
        )
        .await;
    let long = Some(Body::from_bytes(vec![7; 9 << 20]));
    table
        .row("create a document of 9 MB", "pieces of 5 MiB cost nothing", p.create(&a(), plain(), long))
        .await;
    let draft = NewItem { check_in: None, ..new(LockSemantics::Versioning) };
    let why = "an empty file that is checked out, so that nobody else sees the content";
    table.row("create a draft", why, p.create(&a(), draft, body())).await;
    let versioned = new(LockSemantics::Versioning);
    let versioned =
        table.row("create a document with version 1", "", p.create(&a(), versioned, body())).await;
    table.row("copy a document", "the content passes through", p.copy(&a(), &made, plain())).await;
    stage.set_place(|place| place.columns = Facts::usual());
    stage.plugin.provision(&stage.system()).await.unwrap();
    let why = "the same, and its facts in columns";
    let shown =
        table.row("create a document where there are columns", why, p.create(&a(), plain(), body())).await;
    let shown = shown.reference;
    let at_company = |name: &str| {
        let place = Placement { company: Some(name.into()), ..Placement::default() };
        NewItem { place, ..plain() }
    };
    let (first, next) = (a(), a());
    let first = p.create(&first, at_company("Tide Ltd"), body());
    table.row("create the first document of a company where there are columns", "", first).await;
    let next = p.create(&next, at_company("Tide Ltd"), body());
    table.row("create the next document where there are columns", "folders were looked at", next).await;
    let why = "looked at, because somebody may hold it; the file stays where it is";
    table.row("the facts of a document change", why, p.set_facts(&a(), &shown, &at_fjord())).await;
    stage.set_place(|place| place.columns = Facts::default());
    [made, versioned.reference]
}

async fn reading(table: &mut Table, item: &ExternalRef) {
    let stage = table.stage.clone();
    let p = &stage.plugin;
    table.row("describe", "", p.stat(&stage.a(), item)).await;
    table.row("describe what the caller may not see", "as the application", p.stat(&stage.c(), item)).await;
    table
        .row("read", "the look tells size and hash", async { Ok(read(&stage, &stage.a(), item).await) })
        .await;
    let open = OpenAs { desktop: false, write: true };
    let why = "the look is the check of the person's access";
    table.row("open in SharePoint", why, p.open_url(&stage.a(), item, &Which::Latest, open)).await;
    table.row("properties", "", p.properties(&stage.a(), item, &[])).await;
    table.row("metadata", "the notebook has it", p.metadata(&stage.a(), item)).await;
    let why =
        "told by the file's permissions; the folder of its audience is looked at for where it should lie";
    table.row("who can open it", why, p.access(&stage.a(), item)).await;
    table.row("list the versions", "the notebook has their notes", p.versions(&stage.a(), item)).await;
}

async fn changing(table: &mut Table, [plain, versioned]: [ExternalRef; 2]) {
    let stage = table.stage.clone();
    let (p, a) = (&stage.plugin, || stage.a());
    let body = |text: &'static str| Body::from_bytes(text);
    let why = "looked at before, for its tag, and after";
    table.row("save a document without locking", why, p.save(&a(), &plain, None, body("two"))).await;
    table.row("check out", "Graph answers with nothing", p.check_out(&a(), &versioned)).await;
    table.row("save a work copy", "", p.save(&a(), &versioned, None, body("work"))).await;
    table.row("check in", "", p.check_in(&a(), &versioned, &VersionNote::default())).await;
    p.save(&a(), &versioned, None, body("regretted")).await.unwrap();
    table.row("undo a check-out with changes", "", p.undo_check_out(&a(), &versioned, false)).await;
    table.row("restore a version", "", p.restore_version(&a(), &versioned, &VersionId("1".into()))).await;
    table.row("rename", "", p.rename(&a(), &plain, "Offer.txt")).await;
    table.row("move to another company", "", p.place(&a(), &plain, &at_fjord())).await;
    let person = Audience::Person { associate: AssociateId(1) };
    let why = "makes and closes the folder of the person";
    table.row("make it private, the first of that person", why, p.set_audience(&a(), &plain, &person)).await;
    table
        .row("make it visible for everyone again", "", p.set_audience(&a(), &plain, &Audience::Inherited))
        .await;
    table.row("make it private again", "", p.set_audience(&a(), &plain, &person)).await;
    table.row("to the trash, the first of a folder", "", p.remove(&a(), &plain, Removal::Trash)).await;
    table.row("back from the trash", "", p.restore(&a(), &plain)).await;
    table.row("remove for good", "", p.remove(&a(), &plain, Removal::Destroy)).await;
}

/// What it costs to hear of what others did.
async fn edited(table: &mut Table) {
    let stage = table.stage.clone();
    let p = &stage.plugin;
    let new = || NewItem::document("Letter.txt", "text/plain");
    let mut items = Vec::new();
    for _ in 0..20 {
        items.push(p.create(&stage.system(), new(), Some(Body::from_bytes("one"))).await.unwrap().reference);
    }
    let cursor = p.changes(&stage.system(), None).await.unwrap().next;
    for item in &items {
        stage.edit(BRUNO, item, "by Bruno").await;
    }
    let heard = async {
        let page = p.changes(&stage.system(), Some(&cursor)).await?;
        let told = page.changes.iter().filter(|change| !change.as_left && change.now.is_some()).count();
        assert_eq!(told, 20);
        Ok(())
    };
    let why = "the page has all that is to be known of each";
    table.row("a page of changes with 20 documents that others have edited", why, heard).await;
}

/// What the daily comparison costs, listed and one by one.
async fn listing(table: &mut Table) {
    let stage = table.stage.clone();
    let p = &stage.plugin;
    let mut items = Vec::new();
    for _ in 0..1_000 {
        let new = NewItem::document("Letter.txt", "text/plain");
        items.push(p.create(&stage.system(), new, Some(Body::from_bytes("short"))).await.unwrap().reference);
    }
    let listed = async {
        let (mut count, mut after) = (0, None);
        loop {
            let page = p.inventory(&stage.system(), after.as_ref()).await?;
            count += page.items.len();
            after = page.next;
            if after.is_none() {
                assert!(count >= items.len(), "{count}");
                return Ok(());
            }
        }
    };
    let why = "a page has up to 999 items, and 200 where Graph wants it so; the first costs twice as much";
    table.row("compare all of 1,000 documents", why, listed).await;
    let alone = async {
        p.stat(&stage.system(), &items[0]).await?;
        p.properties(&stage.system(), &items[0], &[]).await
    };
    let why =
        "only what differs, or is not listed: listing it first saves 2,000 requests for 1,000 documents";
    table.row("compare one document by itself", why, alone).await;
}

#[tokio::test]
async fn the_table_of_calls_and_their_cost_is_current() {
    let stage = Stage::new().await.restarted();
    let mut table = Table { stage: stage.clone(), text: HEAD.to_owned() };
    let items = making(&mut table).await;
    reading(&mut table, &items[1]).await;
    changing(&mut table, items).await;
    let p = &stage.plugin;
    let cursor = table.row("begin to follow changes", "", p.changes(&stage.system(), None)).await.next;
    table.row("a page of changes", "", p.changes(&stage.system(), Some(&cursor))).await;
    edited(&mut table).await;
    table.row("check the place", "", p.check(&stage.a())).await;
    listing(&mut table).await;
    hold_page("sharepoint-calls.md", &table.text);
}
