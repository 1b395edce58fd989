//! Fills an empty database with sample installations. A second start finds them there.

use super::plan::{self, Planned};
use super::sample::{self, SampleTemplate};
use app::App;
use app::documents::FromTemplate;
use app::imports::Format;
use app::templates::{NewTemplate, Source};
use domain::documents::Properties;
use domain::records::{Group, Installation, RecordKind};
use domain::templates::{Numbering, TemplateProperties};
use domain::{Actor, Ctx, Error, HeadingId, PluginId, Result, TemplateId};
use jiff::Timestamp;
use std::collections::HashMap;
use std::sync::Arc;

/// What an installation of the demo begins with.
#[derive(Debug)]
pub struct Sample {
    /// Its key.
    pub key: &'static str,
    /// Its name.
    pub name: &'static str,
    /// The external id of its own company.
    pub own_company: &'static str,
    /// Its user groups, as CSV.
    pub groups: &'static str,
    /// Its records, as CSV in the import format; blank for none of a kind.
    pub csv: fn(RecordKind) -> &'static str,
    /// Its templates.
    pub templates: fn() -> Vec<SampleTemplate>,
    /// Its documents.
    pub documents: &'static [Planned],
}

/// The installation that the printed link leads to.
pub const NORDLYS: Sample = Sample {
    key: "nordlys",
    name: "Nordlys Trading",
    own_company: sample::OWN_COMPANY,
    groups: sample::GROUPS,
    csv: sample::csv,
    templates: sample::sample_templates,
    documents: plan::DOCUMENTS,
};

/// Written into the installation's settings when everything is in place.
const LOADED: &str = "sample_data_loaded";

/// A sample installation, made where it is missing or was interrupted.
pub async fn ensure(app: &App, sample: &Sample) -> Result<Installation> {
    let key = sample.key;
    let found = app.store().read(|tx| tx.installations().by_key(key)).await?;
    let installation = match found {
        Some(installation) => installation,
        None => make_installation(app, sample).await?,
    };
    let id = installation.id;
    if app.store().read(move |tx| tx.settings(id).get(LOADED)).await?.is_none() {
        fill(app, &installation, sample).await?;
        app.store().write(move |tx| tx.settings(id).put(LOADED, "yes")).await?;
    }
    let installation = app.store().read(|tx| tx.installations().by_key(key)).await?;
    installation.ok_or_else(|| Error::internal("the sample installation is gone"))
}

async fn make_installation(app: &App, sample: &Sample) -> Result<Installation> {
    let now = platform::clock::now();
    let installation = Installation {
        id: domain::InstallationId::default(),
        key: sample.key.to_owned(),
        name: sample.name.to_owned(),
        serial: crate::commands::admin::serial(sample.key),
        culture: "en-GB".to_owned(),
        time_zone: "Europe/Oslo".to_owned(),
        own_company: None,
    };
    app.store()
        .write(move |tx| {
            let id = tx.installations().insert(&installation, now)?;
            Ok(Installation { id, ..installation })
        })
        .await
}

async fn fill(app: &App, installation: &Installation, sample: &Sample) -> Result<()> {
    let ctx = crate::wiring::system(installation)?;
    groups(app, installation, sample.groups).await?;
    for kind in RecordKind::ALL {
        let csv = (sample.csv)(kind);
        if csv.is_empty() {
            continue;
        }
        let report = app.imports().run(&ctx, kind, Format::Csv, csv.as_bytes(), &mut |_| {}).await?;
        if let Some(line) =
            report.lines.iter().find(|l| matches!(l.result, domain::imports::LineResult::Refused { .. }))
        {
            return Err(Error::internal(format!(
                "sample {} line {}: {:?}",
                kind.plural(),
                line.line,
                line.result
            )));
        }
    }
    let (id, own_company) = (installation.id, sample.own_company);
    app.store()
        .write(move |tx| {
            let own = tx.companies(id).by_external_id(own_company)?.map(|c| c.id);
            tx.installations().set_own_company(id, own)
        })
        .await?;
    let made = templates(app, installation, (sample.templates)()).await?;
    documents(app, installation, &made, sample.documents).await
}

/// Writes further documents from an installation's sample templates.
pub async fn write(app: &App, installation: &Installation, sample: &Sample, plans: &[Planned]) -> Result<()> {
    let made = templates(app, installation, (sample.templates)()).await?;
    documents(app, installation, &made, plans).await
}

async fn groups(app: &App, installation: &Installation, groups: &'static str) -> Result<()> {
    let id = installation.id;
    let mut reader = csv::Reader::from_reader(groups.as_bytes());
    let rows: Vec<(String, String)> = reader
        .deserialize()
        .collect::<Result<_, _>>()
        .map_err(|e| Error::internal("the sample's groups cannot be read").caused_by(e))?;
    app.store()
        .write(move |tx| {
            for (external_id, name) in &rows {
                if tx.groups(id).by_name(name)?.is_none() {
                    let group = Group {
                        id: domain::GroupId::default(),
                        external_id: Some(external_id.clone()),
                        name: name.clone(),
                    };
                    tx.groups(id).insert(&group)?;
                }
            }
            Ok(())
        })
        .await
}

async fn templates(
    app: &App,
    installation: &Installation,
    samples: Vec<SampleTemplate>,
) -> Result<HashMap<&'static str, TemplateId>> {
    let ctx = crate::wiring::system(installation)?;
    let mut headings: HashMap<&'static str, HeadingId> = HashMap::new();
    for heading in app.templates().headings(&ctx).await? {
        if let Some(name) = sample::HEADINGS.iter().find(|h| **h == heading.name) {
            headings.insert(name, heading.id);
        }
    }
    for (rank, name) in (1..).zip(sample::HEADINGS) {
        if !headings.contains_key(name) {
            headings.insert(name, app.templates().save_heading(&ctx, None, name, rank).await?.id);
        }
    }
    let existing: HashMap<_, _> = app
        .templates()
        .all(&ctx, true)
        .await?
        .into_iter()
        .flat_map(|g| g.templates)
        .map(|t| (t.template.properties.name.clone(), t.template.id))
        .collect();
    let groups = app.records().groups(&ctx).await?;
    let mut made = HashMap::new();
    for (rank, template) in (1..).zip(samples) {
        let key = template.key;
        let id = match existing.get(template.name_en) {
            Some(id) => *id,
            None => add_template(app, &ctx, template, rank, &headings, &groups).await?,
        };
        made.insert(key, id);
    }
    Ok(made)
}

async fn add_template(
    app: &App,
    ctx: &Ctx,
    template: SampleTemplate,
    rank: i64,
    headings: &HashMap<&'static str, HeadingId>,
    groups: &[Group],
) -> Result<TemplateId> {
    let numbering = template.numbering.map_or_else(Numbering::default, |(pattern, next)| Numbering {
        pattern: pattern.to_owned(),
        counts: true,
        next,
        read_only: true,
        allow_blank: false,
    });
    let properties = TemplateProperties {
        name: template.name_en.to_owned(),
        description: template.description.to_owned(),
        headings: template.headings.iter().filter_map(|h| headings.get(h).copied()).collect(),
        groups: groups.iter().filter(|g| template.groups.contains(&g.name.as_str())).map(|g| g.id).collect(),
        stored_in: PluginId::ARCHIVE,
        direction: template.direction,
        numbering,
        default_visible_for: template.default_visibility,
        semantics: template.semantics,
        rank,
    };
    let mut id = None;
    for (language, file_name, bytes) in template.variants {
        id = Some(match id {
            None => {
                let source = Source::Upload { file_name, bytes: bytes.into() };
                let new = NewTemplate { properties: properties.clone(), kept_in: PluginId::ARCHIVE, source };
                app.templates().create(ctx, new).await?.template.id
            }
            Some(id) => {
                app.templates().put_file(ctx, id, language, &file_name, bytes.into()).await?.template.id
            }
        });
    }
    id.ok_or_else(|| Error::internal("a sample template has no file"))
}

/// A few documents, so that no list is empty on the first look.
async fn documents(
    app: &App,
    installation: &Installation,
    templates: &HashMap<&'static str, TemplateId>,
    plans: &[Planned],
) -> Result<()> {
    let id = installation.id;
    for plan in plans.iter().copied() {
        let Some(template) = templates.get(plan.template).copied() else {
            return Err(Error::internal(format!("the sample has no template {}", plan.template)));
        };
        let subjects = app
            .store()
            .read(move |tx| {
                let who = tx.associates(id).by_login(plan.login)?;
                let company = tx.companies(id).by_external_id(plan.company)?.map(|c| c.id);
                let contact = tx.contacts(id).by_external_id(plan.contact)?.map(|c| c.id);
                let sale = tx.sales(id).by_external_id(plan.sale)?.map(|s| s.id);
                let project = tx.projects(id).by_external_id(plan.project)?.map(|p| p.id);
                Ok((who, company, contact, sale, project))
            })
            .await?;
        let (Some(who), company, contact, sale, project) = subjects else {
            return Err(Error::internal(format!("the sample has nobody called {}", plan.login)));
        };
        let ctx = person(installation, who)?;
        let properties = Properties {
            heading: plan.heading.to_owned(),
            company,
            contact,
            sale,
            project,
            ..Properties::default()
        };
        let ask = FromTemplate {
            template,
            properties,
            language: Some(plan.language.to_owned()).filter(|l| !l.is_empty()),
            keep_checked_out: plan.keep_checked_out,
            ..FromTemplate::default()
        };
        app.documents().create_from_template(&ctx, ask).await?;
    }
    Ok(())
}

pub(super) fn person(installation: &Installation, who: domain::records::Associate) -> Result<Ctx> {
    let (request, seed): (uuid::Uuid, u64) = (platform::random::id()?, platform::random::seed()?);
    let now: Timestamp = platform::clock::now();
    Ok(Ctx::new(installation.id, Actor::Associate(Arc::new(who)), now, request, seed))
}
