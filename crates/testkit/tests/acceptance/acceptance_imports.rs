//! Imports: what is new, changed, unchanged and refused; the same file twice changes nothing.

use crate::acceptance_common::kind;
use app::imports::{Format, Imports};
use app::records::Browse;
use domain::imports::{LineResult, Report};
use domain::records::{Company, Group, RecordKind};
use domain::{Ctx, ErrorKind, GroupId, InstallationId};
use store::Store;
use testkit::house::House;

const SAMPLE: [(RecordKind, &str, u64); 5] = [
    (RecordKind::Associate, include_str!("../../../server/sample/associates.csv"), 11),
    (RecordKind::Company, include_str!("../../../server/sample/companies.csv"), 62),
    (RecordKind::Contact, include_str!("../../../server/sample/contacts.csv"), 150),
    (RecordKind::Project, include_str!("../../../server/sample/projects.csv"), 20),
    (RecordKind::Sale, include_str!("../../../server/sample/sales.csv"), 40),
];

async fn import(house: &House, ctx: &Ctx, kind: RecordKind, file: &str) -> Report {
    let format = if file.trim_start().starts_with('[') { Format::Json } else { Format::Csv };
    let imports = house.app.imports();
    imports.run(ctx, kind, format, file.as_bytes(), &mut |_| {}).await.expect("the file can be read")
}

fn counts(report: &Report) -> [u64; 4] {
    [report.new, report.changed, report.unchanged, report.refused]
}

/// Why a line was refused.
fn reason(report: &Report, line: u64) -> &str {
    match report.lines.iter().find(|l| l.line == line).map(|l| &l.result) {
        Some(LineResult::Refused { reason }) => reason,
        other => panic!("line {line} is {other:?} in {report:?}"),
    }
}

async fn company(store: &Store, i: InstallationId, external_id: &'static str) -> Option<Company> {
    store.read(move |tx| tx.companies(i).by_external_id(external_id)).await.unwrap()
}

async fn sample_groups(house: &House, i: InstallationId) {
    let add = move |tx: &store::Tx<'_>| {
        for (id, name) in
            [("G-SALES", "Sample sales"), ("G-PURCH", "Sample purchasing"), ("G-MGMT", "Management")]
        {
            let group = Group { id: GroupId::default(), external_id: Some(id.into()), name: name.into() };
            tx.groups(i).insert(&group)?;
        }
        Ok(())
    };
    house.app.store().write(add).await.unwrap();
}

#[tokio::test]
async fn the_sample_files_are_taken_whole_and_a_second_time_change_nothing() {
    let house = House::new().await;
    let ctx = house.system();
    sample_groups(&house, house.installation.id).await;
    for (kind, file, lines) in SAMPLE {
        let first = import(&house, &ctx, kind, file).await;
        assert_eq!(
            counts(&first),
            [lines, 0, 0, 0],
            "{kind:?}: {:?}",
            first.lines.iter().find(|l| l.result != LineResult::New)
        );
    }
    house.pass(60);
    for (kind, file, lines) in SAMPLE {
        let second = import(&house, &ctx, kind, file).await;
        assert_eq!(
            counts(&second),
            [0, 0, lines, 0],
            "{kind:?}: {:?}",
            second.lines.iter().find(|l| l.result != LineResult::Unchanged)
        );
    }
    // References lead where they should, in all directions.
    let ada = house.as_("ada").await;
    let i = house.installation.id;
    let sale = house.app.store().read(move |tx| tx.sales(i).by_external_id("S-1001")).await.unwrap().unwrap();
    let view = house.app.records().sale(&ada, sale.id).await.unwrap();
    assert_eq!(
        (view.owner_name.as_str(), view.project_name.as_str()),
        ("Solveig Aas", "Oslofjord canteens 2026")
    );
    assert_eq!(sale.amount.to_string(), "1284000.00");
}

#[tokio::test]
async fn every_line_is_taken_or_refused_by_itself() {
    let house = House::new().await;
    let ctx = house.system();
    let i = house.installation.id;
    import(&house, &ctx, RecordKind::Company, "external_id,name,country\nA,Alpha,NO\nB,Beta,DK\n").await;
    let file = "external_id,name,country\n\
        A,Alpha AS,NO\n\
        B,Beta,DK\n\
        C,,NO\n\
        D,Delta,Norway\n\
        ,Nameless,NO\n\
        E,Epsilon,NO,extra\n\
        \n\
        F,Phi,SE\n\
        F,Phi again,SE\n\
        G,\"Gamma, & <Sons>\",FI\n";
    let report = import(&house, &ctx, RecordKind::Company, file).await;
    assert_eq!(counts(&report), [2, 1, 1, 5]);
    let changed = LineResult::Changed { fields: vec!["name".into()] };
    assert_eq!((report.lines[0].line, &report.lines[0].result), (2, &changed));
    assert_eq!(report.lines[1].result, LineResult::Unchanged);
    assert!(reason(&report, 4).contains("name is missing"), "{}", reason(&report, 4));
    assert!(reason(&report, 5).contains("Norway") && reason(&report, 5).contains("like NO"));
    assert!(reason(&report, 6).contains("external_id is missing"));
    assert!(reason(&report, 7).contains("4 cells"));
    assert!(reason(&report, 10).contains("line 9 already"), "{}", reason(&report, 10));
    for refused in ["C", "D", "E"] {
        assert_eq!(company(house.app.store(), i, refused).await, None, "nothing of a refused line is stored");
    }
    assert_eq!(company(house.app.store(), i, "F").await.unwrap().name, "Phi");
    assert_eq!(company(house.app.store(), i, "G").await.unwrap().name, "Gamma, & <Sons>");
}

#[tokio::test]
async fn absent_columns_leave_what_is_there_and_blank_cells_clear_it() {
    let house = House::new().await;
    let ctx = house.system();
    let i = house.installation.id;
    let full = "external_id,name,country,phone,postal_city\nA,Alpha,NO,+47 1,Bergen\n";
    import(&house, &ctx, RecordKind::Company, full).await;
    let report = import(&house, &ctx, RecordKind::Company, "external_id,phone\nA,\n").await;
    assert_eq!(report.lines[0].result, LineResult::Changed { fields: vec!["phone".into()] });
    let after = company(house.app.store(), i, "A").await.unwrap();
    let kept =
        (after.name.as_str(), after.country.as_str(), after.phone.as_str(), after.postal.city.as_str());
    assert_eq!(kept, ("Alpha", "NO", "", "Bergen"));
}

#[tokio::test]
async fn a_reference_to_what_is_not_there_refuses_its_line_and_names_the_remedy() {
    let house = House::new().await;
    let ctx = house.system();
    let contacts = "external_id,company,last_name\nX,C-1,Berg\nY,C-404,Dal\n";
    let report = import(&house, &ctx, RecordKind::Contact, contacts).await;
    assert_eq!(counts(&report), [1, 0, 0, 1]);
    let why = reason(&report, 3);
    assert!(why.contains("company") && why.contains("C-404") && why.contains("Import it first"), "{why}");
    let people = "external_id,login,last_name,primary_group\nN1,new1,Berg,Sales\nN2,new2,Dal,Nobody\nN3,bo,Twin,Sales\n";
    let report = import(&house, &ctx, RecordKind::Associate, people).await;
    assert_eq!(counts(&report), [1, 0, 0, 2]);
    assert!(reason(&report, 3).contains("Nobody"));
    assert!(reason(&report, 4).contains("login"), "a login is somebody's already: {}", reason(&report, 4));
}

#[tokio::test]
async fn json_says_the_same_as_csv() {
    let house = House::new().await;
    let ctx = house.system();
    let csv = "external_id,title,company,amount,probability,date\nS1,Cups,C-1,10.50,60,2026-12-31\n";
    assert_eq!(counts(&import(&house, &ctx, RecordKind::Sale, csv).await), [1, 0, 0, 0]);
    let json = r#"[{"external_id": "S1", "title": "Cups", "company": "C-1", "amount": "10.50",
        "probability": 60, "date": "2026-12-31"},
        {"external_id": "S2", "title": null}, {"external_id": "S3", "title": {"en": "Cups"}}, 5,
        {"external_id": "S4", "title": "Good", "amount": "1,5"}, {"external_id": "S5", "titel": "Typo"}]"#;
    let report = import(&house, &ctx, RecordKind::Sale, json).await;
    assert_eq!(counts(&report), [0, 0, 1, 5]);
    assert!(reason(&report, 2).contains("title is missing"));
    assert!(reason(&report, 3).contains("nested"));
    assert!(reason(&report, 5).contains("1234.50"), "{}", reason(&report, 5));
    assert!(reason(&report, 6).contains("Did you mean title?"));
}

#[tokio::test]
async fn a_file_that_cannot_be_read_at_all_is_refused_whole() {
    let house = House::new().await;
    let ctx = house.system();
    let imports = house.app.imports();
    let run =
        async |format, bytes: &[u8]| imports.run(&ctx, RecordKind::Company, format, bytes, &mut |_| {}).await;
    let typo = run(Format::Csv, b"external_id,nmae\nA,x\n").await.unwrap_err();
    assert!(typo.public().contains("Did you mean name?"), "{}", typo.public());
    for column in Imports::columns(RecordKind::Company) {
        assert!(typo.public().contains(column), "all columns are named, {column} too");
    }
    for (format, bytes) in [
        (Format::Csv, b"name\nA\n".as_slice()),
        (Format::Csv, b""),
        (Format::Csv, b"external_id,name,name\n"),
        (Format::Csv, b"external_id,name\nA,\xFF\xFE\n"),
        (Format::Json, b"{}"),
        (Format::Json, b"[{]"),
    ] {
        assert_eq!(kind(run(format, bytes).await), ErrorKind::Invalid, "{bytes:?}");
    }
    let bo = house.as_("bo").await;
    let refused =
        imports.run(&bo, RecordKind::Company, Format::Csv, b"external_id,name\nA,x\n", &mut |_| {}).await;
    assert_eq!(kind(refused), ErrorKind::Forbidden, "only administrators import");
    assert_eq!(company(house.app.store(), house.installation.id, "A").await, None);
}

#[tokio::test]
async fn an_import_stays_within_its_installation() {
    let house = House::new().await;
    let ours = house.system();
    let sydlys = house.second_installation().await;
    let theirs = house.as_in(sydlys, "ada").await;
    let file = "external_id,name\nA,Alpha\nC-1,Renamed\n";
    import(&house, &ours, RecordKind::Company, file).await;
    assert_eq!(company(house.app.store(), sydlys, "A").await, None);
    assert_eq!(company(house.app.store(), sydlys, "C-1").await.unwrap().name, "Solsiden & Sønner AS");
    // The same external id is another record there, and nobody refers across.
    import(&house, &ours, RecordKind::Company, "external_id,name\nONLY-OURS,Beta\n").await;
    let contact = "external_id,company,last_name\nX,ONLY-OURS,Berg\n";
    assert_eq!(counts(&import(&house, &theirs, RecordKind::Contact, contact).await), [0, 0, 0, 1]);
    assert_eq!(counts(&import(&house, &theirs, RecordKind::Company, file).await), [1, 1, 0, 0]);
    let browse = Browse { text: "beta".into(), ..Browse::default() };
    assert!(house.app.records().companies(&theirs, browse).await.unwrap().items.is_empty());
}

#[tokio::test]
async fn what_was_imported_is_found_at_once_and_no_longer_by_its_old_name() {
    let house = House::new().await;
    let (ctx, bo) = (house.system(), house.as_("bo").await);
    let found = async |text: &str| {
        let browse = Browse { text: text.into(), ..Browse::default() };
        let page = house.app.records().companies(&bo, browse).await.unwrap();
        page.items.into_iter().map(|row| row.company.name).collect::<Vec<_>>()
    };
    import(&house, &ctx, RecordKind::Company, "external_id,name\nA,Ærlig Kaffe\n").await;
    assert_eq!(found("kaf").await, ["Ærlig Kaffe"]);
    import(&house, &ctx, RecordKind::Company, "external_id,name\nA,Ærlig Te\n").await;
    assert!(found("kaf").await.is_empty());
    assert_eq!(found("ÆRLIG te").await, ["Ærlig Te"]);
}
