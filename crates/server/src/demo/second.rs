//! The demo's second installation: a small customer whose Google Drive is connected already, so that both sides of the
//! set-up can be looked at. The first is set up by hand.

use super::load::{self, Sample};
use super::outside::Providers;
use super::plan::{Planned, to};
use super::sample::{self, SampleTemplate};
use crate::login::LoginPage;
use app::App;
use app::google::WherePlaced;
use broker::Adopted;
use domain::connections::{ConnectionKind, Provider};
use domain::google::{Access, Step};
use domain::plugin::Severity;
use domain::records::{Installation, RecordKind};
use domain::{Ctx, Error, Result};

/// Its Workspace domain; the ready world of the simulator has it.
pub const DOMAIN: &str = "solsiden.example";
/// Its administrator.
pub const LOGIN: &str = "ingrid";
/// The account that keeps its documents.
const SYSTEM: &str = "documents@solsiden.example";
/// Written into the settings when everything is in place.
const CONNECTED: &str = "sample_drive_connected";

const ASSOCIATES: &str = "\
external_id,login,first_name,last_name,title,email,primary_group,administrator,has_plan
B-01,ingrid,Ingrid,Berg,Owner,ingrid@solsiden.example,G-ALL,true,true
B-02,jonas.lie,Jonas,Lie,Café manager,jonas@solsiden.example,G-ALL,false,true
B-03,maja,Maja,Sand,Roaster,maja@solsiden.example,G-ALL,false,true
";
const COMPANIES: &str = "\
external_id,name,category,our_contact,street_line1,street_zip,street_city,country,email
K-01,Solsiden Kaffebrenneri AS,Own company,B-01,Strandkaien 20,5013,Bergen,NO,post@solsiden.example
K-02,Fløyen Bokhandel AS,Customer,B-02,Vetrlidsallmenningen 4,5014,Bergen,NO,post@floyenbok.example
K-03,Nordnes Seilforening,Customer,B-02,Nordnesgaten 12,5005,Bergen,NO,styret@nordnesseil.example
";
const CONTACTS: &str = "\
external_id,company,first_name,last_name,salutation,title,email
Q-01,K-02,Hanne,Myhre,Ms,Manager,hanne@floyenbok.example
Q-02,K-03,Leif,Tangen,Mr,Treasurer,leif@nordnesseil.example
";
const GROUPS: &str = "external_id,name\nG-ALL,Everybody\n";

/// The installation.
pub const SOLSIDEN: Sample = Sample {
    key: "solsiden",
    name: "Solsiden Kaffebrenneri",
    own_company: "K-01",
    groups: GROUPS,
    csv,
    templates,
    documents: &[],
};

/// What it has written, once its Drive is connected.
const DOCUMENTS: &[Planned] = &[
    to("letter", LOGIN, "Coffee for the reading evenings", "", ["K-02", "Q-01", "", ""]),
    to("letter", "jonas.lie", "The club house machine", "", ["K-03", "Q-02", "", ""]),
    to("thank-you", LOGIN, "Thank you for the visit", "", ["K-02", "Q-01", "", ""]),
];

fn csv(kind: RecordKind) -> &'static str {
    match kind {
        RecordKind::Associate => ASSOCIATES,
        RecordKind::Company => COMPANIES,
        RecordKind::Contact => CONTACTS,
        RecordKind::Project | RecordKind::Sale => "",
    }
}

fn templates() -> Vec<SampleTemplate> {
    let few = ["letter", "thank-you", "note"];
    let all = sample::sample_templates().into_iter().filter(|t| few.contains(&t.key));
    all.map(|t| SampleTemplate { groups: Vec::new(), ..t }).collect()
}

/// Connects its Drive as an administrator would, step by step, and writes its first documents there. Once.
/// # Errors
/// As the steps.
pub async fn connect(
    app: &App,
    page: &LoginPage,
    providers: &Providers,
    installation: &Installation,
) -> Result<()> {
    let system = crate::wiring::system(installation)?;
    app.sign_in().put_domain(&system, DOMAIN, &Provider::google(), false).await?;
    let id = installation.id;
    if app.store().read(move |tx| tx.settings(id).get(CONNECTED)).await?.is_some() {
        return Ok(());
    }
    let granted = providers.grant_at_google(SYSTEM)?;
    let adopted = Adopted {
        kind: ConnectionKind::SystemUser,
        provider: Provider::google(),
        realm: granted.issuer,
        subject: granted.subject,
        address: SYSTEM.to_owned(),
        name: "Document Keeper".to_owned(),
        scopes: granted.scopes,
        refresh_token: granted.refresh_token,
    };
    page.house.adopt(&installation.key, adopted).await?;
    set_up(app, &administrator(app, installation).await?).await?;
    load::write(app, installation, &SOLSIDEN, DOCUMENTS).await?;
    app.store().write(move |tx| tx.settings(id).put(CONNECTED, "yes")).await
}

async fn administrator(app: &App, installation: &Installation) -> Result<Ctx> {
    let id = installation.id;
    let who = app.store().read(move |tx| tx.associates(id).by_login(LOGIN)).await?;
    load::person(installation, who.ok_or_else(|| Error::internal("the sample has no administrator"))?)
}

/// The six steps of the set-up.
async fn set_up(app: &App, ctx: &Ctx) -> Result<()> {
    let google = app.google();
    google.checked(ctx).await?;
    let place = WherePlaced::New {
        drive: String::new(),
        documents: "Solsiden documents".into(),
        templates: "Solsiden templates".into(),
    };
    google.choose_place(ctx, place).await?;
    google.choose_access(ctx, Access::Domain { domain: DOMAIN.into() }, false, false).await?;
    let all = google.setup(ctx).await?.templates.into_iter().map(|t| t.template.id).collect();
    google.choose_templates(ctx, all, Vec::new()).await?;
    let trial = google.try_out(ctx).await?;
    if let Some(bad) = trial.iter().find(|line| line.how == Severity::Problem) {
        return Err(Error::internal(format!("the sample's trial failed: {}: {}", bad.what, bad.detail)));
    }
    match google.setup(ctx).await?.step {
        Step::Done => Ok(()),
        step => Err(Error::internal(format!("the sample's set-up stands at {step:?}"))),
    }
}
