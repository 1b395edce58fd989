//! Who lives in a world, and what they have.

use app::App;
use app::templates::{NewTemplate, Source};
use domain::locking::LockSemantics;
use domain::records::{Associate, Company, Contact, Group, Installation, Project, Sale};
use domain::templates::{Numbering, TemplateProperties};
use domain::{
    Actor, AssociateId, CompanyId, ContactId, Ctx, GroupId, HeadingId, InstallationId, PluginId, ProjectId,
    SaleId, TemplateId,
};
use jiff::Timestamp;
use rust_decimal::Decimal;
use uuid::Uuid;

/// An installation with its people and records.
#[derive(Debug, Clone)]
pub struct Place {
    /// Its id.
    pub installation: InstallationId,
    /// Its key.
    pub key: &'static str,
    /// Its user groups; the administrator and the first ordinary associate are in the first.
    pub groups: Vec<GroupId>,
    /// Its people, in the order of their names below.
    pub people: Vec<AssociateId>,
    /// Its companies.
    pub companies: Vec<CompanyId>,
    /// Its contacts, all at the first company.
    pub contacts: Vec<ContactId>,
    /// Its projects.
    pub projects: Vec<ProjectId>,
    /// Its sales.
    pub sales: Vec<SaleId>,
    /// The heading its templates stand under.
    pub heading: HeadingId,
    /// A plain-text letter that everybody may use, with versions and a counter.
    pub letter: TemplateId,
    /// A note without locking, for everybody.
    pub note: TemplateId,
    /// A memo that the second group alone may use.
    pub memo: TemplateId,
}

/// What the letter of a place says.
pub const LETTER: &str = "To {attn}\nRef {oref}\n\n{head}\n\n{xyzz}\n";

/// `nordlys`: `astrid` administers; `bjorn` is in her group, `carla` in the other; `dag` has left; `eva` has no plan.
pub(super) async fn nordlys(app: &App, now: Timestamp) -> Place {
    let people = [
        person("astrid", 0, |a| {
            a.administrator = true;
            a.may_force_undo = true;
        }),
        person("bjorn", 0, |_| {}),
        person("carla", 1, |_| {}),
        person("dag", 0, |a| a.retired = true),
        person("eva", 1, |a| a.has_plan = false),
    ];
    settle(app, now, "nordlys", "Nordlys Handel AS", people.into(), 3).await
}

/// `fjord`: `frida` administers, `geir` does not. Fewer records than in `nordlys`, so that there are ids of one that
/// the other does not have.
pub(super) async fn fjord(app: &App, now: Timestamp) -> Place {
    let people = [person("frida", 0, |a| a.administrator = true), person("geir", 1, |_| {})];
    settle(app, now, "fjord", "Fjord Eiendom AS", people.into(), 1).await
}

type Person = (usize, Associate);

fn person(login: &str, group: usize, change: impl FnOnce(&mut Associate)) -> Person {
    let mut name = login.to_owned();
    name[..1].make_ascii_uppercase();
    let mut associate = Associate {
        login: login.to_owned(),
        first_name: name,
        last_name: "Test".to_owned(),
        email: format!("{login}@example.test"),
        has_plan: true,
        culture: "en-GB".to_owned(),
        ..Associate::default()
    };
    change(&mut associate);
    (group, associate)
}

async fn settle(
    app: &App,
    now: Timestamp,
    key: &'static str,
    name: &'static str,
    people: Vec<Person>,
    records: usize,
) -> Place {
    let mut place = app
        .store()
        .write(move |tx| {
            let installation = Installation {
                id: InstallationId::default(),
                key: key.to_owned(),
                name: name.to_owned(),
                serial: "1234567890".to_owned(),
                culture: "en-GB".to_owned(),
                time_zone: "Europe/Oslo".to_owned(),
                own_company: None,
            };
            let i = tx.installations().insert(&installation, now)?;
            let group = |name: &str| {
                let group = Group { id: GroupId::default(), external_id: None, name: name.to_owned() };
                tx.groups(i).insert(&group)
            };
            let groups = vec![group("Sales")?, group("Support")?];
            let mut ids = Vec::new();
            for (group, mut associate) in people {
                associate.primary_group = groups[group];
                ids.push(tx.associates(i).insert(&associate, now)?);
            }
            let mut place = Place {
                installation: i,
                key,
                groups,
                people: ids,
                companies: Vec::new(),
                contacts: Vec::new(),
                projects: Vec::new(),
                sales: Vec::new(),
                heading: HeadingId::default(),
                letter: TemplateId::default(),
                note: TemplateId::default(),
                memo: TemplateId::default(),
            };
            for n in 1..=records {
                add_records(tx, &mut place, n, now)?;
            }
            Ok(place)
        })
        .await
        .unwrap();
    add_templates(app, &mut place, now).await;
    place
}

fn add_records(tx: &store::Tx<'_>, place: &mut Place, n: usize, now: Timestamp) -> domain::Result<()> {
    let (i, owner) = (place.installation, place.people[0]);
    let company = Company {
        external_id: Some(format!("C-{n}")),
        name: format!("Bergen Sjømat {n} AS"),
        number: format!("90{n}"),
        our_contact: Some(owner),
        country: "NO".to_owned(),
        ..Company::default()
    };
    place.companies.push(tx.companies(i).insert(&company, now)?);
    let company = place.companies.first().copied();
    let contact = Contact {
        external_id: Some(format!("P-{n}")),
        company,
        first_name: format!("Hanne {n}"),
        last_name: "Hansen".to_owned(),
        ..Contact::default()
    };
    place.contacts.push(tx.contacts(i).insert(&contact, now)?);
    let project = Project {
        external_id: Some(format!("J-{n}")),
        name: format!("Cold store {n}"),
        leader: Some(owner),
        company,
        ..Project::default()
    };
    place.projects.push(tx.projects(i).insert(&project, now)?);
    let sale = Sale {
        external_id: Some(format!("S-{n}")),
        title: format!("Salmon, lot {n}"),
        company,
        contact: place.contacts.first().copied(),
        project: place.projects.first().copied(),
        owner: Some(owner),
        amount: Decimal::new(12_345_050, 2),
        currency: "NOK".to_owned(),
        ..Sale::default()
    };
    place.sales.push(tx.sales(i).insert(&sale, now)?);
    Ok(())
}

async fn add_templates(app: &App, place: &mut Place, now: Timestamp) {
    let ctx =
        Ctx::new(place.installation, Actor::System, now, Uuid::nil(), place.installation.0.unsigned_abs());
    place.heading = app.templates().save_heading(&ctx, None, "Letters", 1).await.unwrap().id;
    let named = |name: &str, semantics| TemplateProperties {
        name: name.to_owned(),
        headings: vec![place.heading],
        semantics,
        ..TemplateProperties::default()
    };
    let numbering = Numbering { pattern: "L-{snum}".into(), counts: true, next: 1, ..Numbering::default() };
    let letter = TemplateProperties { numbering, ..named("Letter", LockSemantics::Versioning) };
    let note = named("Note", LockSemantics::None);
    let memo = TemplateProperties { groups: vec![place.groups[1]], ..named("Memo", LockSemantics::Locking) };
    let mut made = Vec::new();
    for properties in [letter, note, memo] {
        let file_name = format!("{}.txt", properties.name);
        let source = Source::Upload { file_name, bytes: "To {attn}".into() };
        let new = NewTemplate { properties, kept_in: PluginId::ARCHIVE, source };
        let id = app.templates().create(&ctx, new).await.unwrap().template.id;
        // With a code that nobody knows, as it could be published once.
        crate::house::published_before(app, &ctx, id, LETTER).await;
        made.push(id);
    }
    (place.letter, place.note, place.memo) = (made[0], made[1], made[2]);
}
