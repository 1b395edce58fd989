//! What each operation asks of Google and what it costs: `docs/drive-calls.md`, kept current.
//!
//! Run with `CHANCERY_BLESS=1` to write it anew.

use crate::drive_common::{Stage, asked_of, hold_page, read};
use domain::locking::LockSemantics;
use domain::plugin::{
    Audience, Body, DocumentPlugin, ExternalRef, NewItem, OpenAs, Placement, Removal, VersionId, VersionNote,
    Which,
};
use domain::{AssociateId, CompanyId};
use plugins::google_drive::Access;
use std::fmt::Write as _;

const HEAD: &str = "# What Google Drive is asked\n\n\
Requests and quota units of each operation of the Google Drive plugin, as the twin counted them (units: google.md 3.1, \
the provider's published table). Written by the test `drive_calls`; do not edit by hand.\n\n\
An account has 325,000 units a minute, a project 1,000,000. Ids are fetched a hundred at a time, the names of a folder \
are listed once an hour, folders are looked at every ten minutes: the rows say what is asked when that has been done.\n\n\
| operation | requests | units | why no fewer |\n|---|---|---|---|\n";

struct Table {
    stage: Stage,
    text: String,
}

impl Table {
    async fn row<T>(&mut self, name: &str, why: &str, work: impl Future<Output = T>) -> T {
        let from = self.stage.journal_end();
        let done = work.await;
        let entries = self.stage.journal(from);
        let (asked, units) = asked_of(&entries);
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

fn short() -> Body {
    Body::from_bytes("short")
}

async fn making(table: &mut Table) -> [ExternalRef; 2] {
    let stage = table.stage.clone();
    let (p, a) = (&stage.plugin, || stage.a());
    let plain = || new(LockSemantics::None);
    table
        .row(
            "the first document of a place after a start",
            "looks for the folders of the audience, the company and their permissions, lists the names once, fetches a hundred ids",
            p.create(&a(), plain(), Some(short())),
        )
        .await
        .unwrap();
    let made = table
        .row(
            "create a document",
            "one request carries name, place, marks and content",
            p.create(&a(), plain(), Some(short())),
        )
        .await
        .unwrap()
        .reference;
    let place = Placement {
        company: Some("Fjord A/S".into()),
        company_id: Some(CompanyId(1)),
        ..Placement::default()
    };
    let first = NewItem { place, ..plain() };
    table
        .row(
            "create the first document of a company",
            "looks for a folder that is not in the notebook, makes it, lists it",
            p.create(&a(), first, Some(short())),
        )
        .await
        .unwrap();
    let long = Body::from_bytes(vec![7; 9 << 20]);
    table
        .row(
            "create a document of 9 MB",
            "pieces of 4 MB cost nothing beyond the beginning; the checksum is written down when it is known",
            p.create(&a(), plain(), Some(long)),
        )
        .await
        .unwrap();
    let versioned = table
        .row(
            "create a document with version 1",
            "",
            p.create(&a(), new(LockSemantics::Versioning), Some(short())),
        )
        .await
        .unwrap()
        .reference;
    table
        .row(
            "copy a document",
            "Google copies; the original is looked at first",
            p.copy(&a(), &made, plain()),
        )
        .await
        .unwrap();
    [made, versioned]
}

async fn reading(table: &mut Table, item: &ExternalRef) {
    let stage = table.stage.clone();
    let p = &stage.plugin;
    table.row("describe", "", p.stat(&stage.a(), item)).await.unwrap();
    table
        .row("read", "the look tells whose content it is, and its checksum", read(&stage, &stage.a(), item))
        .await;
    let open = OpenAs { desktop: false, write: true };
    stage.set_place(|place| place.access = Access::Domain { domain: "example.com".into() });
    p.provision(&stage.system()).await.unwrap();
    let why = "the file, and who may open it: Google's own refusal would help nobody";
    table.row("open at Google", why, p.open_url(&stage.a(), item, &Which::Latest, open)).await.unwrap();
    table.row("properties", "", p.properties(&stage.a(), item, &[])).await.unwrap();
    table
        .row("metadata", "the notebook has it; the look tells that it is ours", p.metadata(&stage.a(), item))
        .await
        .unwrap();
    table
        .row("list the versions", "the notebook has their notes", p.versions(&stage.a(), item))
        .await
        .unwrap();
}

async fn changing(table: &mut Table, [plain, versioned]: [ExternalRef; 2]) {
    let stage = table.stage.clone();
    let (p, a) = (&stage.plugin, || stage.a());
    let body = |text: &'static str| Body::from_bytes(text);
    table
        .row(
            "save a document without locking",
            "Google knows no precondition: the revisions tell whether somebody was in between",
            p.save(&a(), &plain, None, body("two")),
        )
        .await
        .unwrap();
    table
        .row("check out", "what is public is kept for good meanwhile", p.check_out(&a(), &versioned))
        .await
        .unwrap();
    table.row("save a work copy", "as above", p.save(&a(), &versioned, None, body("work"))).await.unwrap();
    table
        .row(
            "check in",
            "the version is kept for good before it counts",
            p.check_in(&a(), &versioned, &VersionNote::default()),
        )
        .await
        .unwrap();
    p.save(&a(), &versioned, None, body("regretted")).await.unwrap();
    table
        .row(
            "undo a check-out with changes",
            "Google cannot go back to a revision: its bytes are read and written",
            p.undo_check_out(&a(), &versioned, false),
        )
        .await
        .unwrap();
    table
        .row("restore a version", "as above", p.restore_version(&a(), &versioned, &VersionId("1".into())))
        .await
        .unwrap();
    table
        .row("rename", "the look tells whether it was done before", p.rename(&a(), &plain, "Offer.txt"))
        .await
        .unwrap();
    let place = Placement { company: Some("Fjord A/S".into()), ..Placement::default() };
    table.row("move to another company", "", p.place(&a(), &plain, &place)).await.unwrap();
    let person = Audience::Person { associate: AssociateId(1) };
    table
        .row(
            "make it private, the first of that person",
            "makes and closes the folder of the person",
            p.set_audience(&a(), &plain, &person),
        )
        .await
        .unwrap();
    table
        .row("make it visible for everyone again", "", p.set_audience(&a(), &plain, &Audience::Inherited))
        .await
        .unwrap();
    table.row("to the trash", "", p.remove(&a(), &plain, Removal::Trash)).await.unwrap();
    table.row("back from the trash", "", p.restore(&a(), &plain)).await.unwrap();
    table.row("remove for good", "", p.remove(&a(), &plain, Removal::Destroy)).await.unwrap();
}

#[tokio::test]
async fn the_table_of_calls_and_their_cost_is_current() {
    let stage = Stage::new().await;
    let mut table = Table { stage: stage.clone(), text: HEAD.to_owned() };
    let [plain, versioned] = making(&mut table).await;
    reading(&mut table, &versioned).await;
    changing(&mut table, [plain, versioned]).await;
    let cursor =
        table.row("begin to follow changes", "", stage.plugin.changes(&stage.a(), None)).await.unwrap();
    let next = cursor.next;
    table.row("a page of changes", "", stage.plugin.changes(&stage.a(), Some(&next))).await.unwrap();
    let watch = table
        .row(
            "be told of changes",
            "",
            stage.plugin.watch(&stage.now(stage.a()), "https://crm.example.com/hook"),
        )
        .await
        .unwrap();
    table.row("not be told any more", "", stage.plugin.unwatch(&stage.a(), &watch)).await.unwrap();
    table.row("check the place", "", stage.plugin.check(&stage.a())).await.unwrap();
    hold_page("drive-calls.md", &table.text);
}
