//! A column that is chosen when there are documents already: a work fills it in for them.

use crate::sharepoint_common::{OLGA, Stage};
use crate::sharepoint_jobs::{SHAREPOINT, app, at, choose_the_archive, cut_off, last, upload, work};
use app::App;
use domain::documents::Properties;
use domain::jobs::{JobKind, JobState};
use domain::sharepoint::Fact;
use domain::visibility::VisibleFor;
use domain::{Ctx, DocumentId};
use serde_json::{Value, json};
use testkit::house::House;
use twin::core::faults::{Effect, Rule};

/// The administrator chooses columns, and the set-up makes them.
async fn choose(stage: &Stage, of: i64, facts: &[Fact]) {
    let mut connected = stage.tenant.connected(of);
    connected.place.columns = facts.iter().copied().collect();
    stage.tenant.connect(of, connected.clone());
    stage.plugin.make_columns(&stage.system(), connected).await.unwrap();
}

/// What SharePoint shows of a document: company and year.
async fn shown(stage: &Stage, app: &App, house: &House, ctx: &Ctx, id: DocumentId) -> (Value, Value) {
    let at = at(app, house, ctx, id).await;
    let path = format!("{at}/listItem?$expand=fields($select=ChanceryCompany,ChanceryYear)");
    let (status, row) = stage.as_person(OLGA, "GET", &path, Value::Null).await;
    assert_eq!(status, 200, "{row}");
    (row["fields"]["ChanceryCompany"].clone(), row["fields"]["ChanceryYear"].clone())
}

async fn fill(app: &App, house: &House, ada: &Ctx) {
    app.jobs().begin(ada, JobKind::ShowFacts, SHAREPOINT).await.unwrap();
    work(app, house).await;
    let job = last(app, ada).await;
    assert_eq!((job.job.state, job.job.failed), (JobState::Finished, 0), "{job:?}");
}

/// A document about a company, from before there were columns.
async fn about(app: &App, house: &House, ada: &Ctx, name: &str) -> DocumentId {
    let id = upload(app, ada, name, VisibleFor::Everyone).await;
    let (company, _) = house.solsiden().await;
    let properties = app.documents().get(ada, id).await.unwrap().document.properties;
    let properties = Properties { company: Some(company), ..properties };
    app.documents().update(ada, id, None, properties).await.unwrap();
    id
}

#[tokio::test]
async fn a_column_chosen_later_is_filled_in_for_documents_that_exist_once_and_when_a_held_one_is_given_back()
{
    let house = House::new().await;
    let stage = Stage::new().await;
    let app = app(&house, &stage);
    let (ada, bo) = (house.as_("ada").await, house.as_("bo").await);
    let of = house.installation.id.0;
    let (first, held) = (about(&app, &house, &ada, "First").await, about(&app, &house, &ada, "Held").await);
    choose(&stage, of, &[Fact::Company]).await;
    let (null, company, year) = (Value::Null, json!("Solsiden & Sønner AS"), json!("2026"));
    assert_eq!(shown(&stage, &app, &house, &ada, first).await, (null.clone(), null.clone()));
    let place = at(&app, &house, &ada, first).await;
    app.documents().check_out(&bo, held).await.unwrap();
    fill(&app, &house, &ada).await;
    assert_eq!(shown(&stage, &app, &house, &ada, first).await, (company.clone(), null.clone()));
    assert_eq!(shown(&stage, &app, &house, &ada, held).await, (null.clone(), null.clone()), "it is held");
    assert_eq!(at(&app, &house, &ada, first).await, place, "it stays where it is");
    app.documents().undo_check_out(&bo, held, false).await.unwrap();
    assert_eq!(shown(&stage, &app, &house, &ada, held).await.0, company);

    // All of them are filled in: nothing is asked.
    let refused = stage.twin.house().faults.order(Rule::new(Effect::Refused));
    fill(&app, &house, &ada).await;
    assert!(stage.twin.house().faults.list().iter().any(|rule| rule.id == refused && rule.hits == 0));
    stage.calm();

    choose(&stage, of, &[Fact::Company, Fact::Year]).await;
    fill(&app, &house, &ada).await;
    for id in [first, held] {
        assert_eq!(shown(&stage, &app, &house, &ada, id).await, (company.clone(), year.clone()));
    }
}

#[tokio::test]
async fn columns_that_could_not_be_written_after_a_file_was_carried_are_filled_in_later() {
    let house = House::new().await;
    let stage = Stage::new().await;
    let app = app(&house, &stage);
    let ada = house.as_("ada").await;
    let of = house.installation.id.0;
    choose(&stage, of, &[Fact::Company]).await;
    let id = about(&app, &house, &ada, "Offer").await;
    choose_the_archive(&stage, of).await;
    choose(&stage, of, &[Fact::Company]).await;
    stage.twin.house().faults.order(Rule::new(Effect::Refused).at("listItem.fields.update"));
    app.jobs().begin(&ada, JobKind::Relocate, SHAREPOINT).await.unwrap();
    work(&app, &house).await;
    let job = last(&app, &ada).await;
    assert_eq!((job.job.state, job.job.failed), (JobState::Finished, 0), "it is where it belongs: {job:?}");
    stage.calm();
    house.pass(3600);
    stage.pass(3600);
    fill(&app, &house, &ada).await;
    assert_eq!(shown(&stage, &app, &house, &ada, id).await.0, "Solsiden & Sønner AS");
}

#[tokio::test]
async fn filling_in_cut_off_at_any_request_goes_on_and_ends_with_every_column_filled_in() {
    let mut cuts = 0;
    loop {
        let house = House::new().await;
        let stage = Stage::new().await;
        let here = app(&house, &stage);
        let ada = house.as_("ada").await;
        let mut ids = Vec::new();
        for name in ["One", "Two", "Three"] {
            ids.push(about(&here, &house, &ada, name).await);
        }
        choose(&stage, house.installation.id.0, &[Fact::Company]).await;
        here.jobs().begin(&ada, JobKind::ShowFacts, SHAREPOINT).await.unwrap();
        let (here, hit) = cut_off(&house, &stage, here, cuts).await;
        let job = last(&here, &ada).await;
        assert_eq!(
            (job.job.state, job.job.failed),
            (JobState::Finished, 0),
            "cut off at request {cuts}: {job:?}"
        );
        for id in ids {
            let told = shown(&stage, &here, &house, &ada, id).await.0;
            assert_eq!(told, "Solsiden & Sønner AS", "cut off at request {cuts}");
        }
        if !hit {
            break;
        }
        cuts += 1;
    }
    assert!(cuts >= 6, "there was something to cut off: {cuts}");
}
