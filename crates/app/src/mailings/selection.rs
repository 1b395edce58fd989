//! Which records a mail merge is for, what it would make, and its beginning.

use super::{MailingView, Mailings, object};
use crate::templates::{Said, Trial};
use domain::audit::Entry;
use domain::mailings::{Addressee, MOST_JOINED, MOST_RECORDS};
use domain::templates::Template;
use domain::visibility::VisibleFor;
use domain::{CompanyId, ContactId, Ctx, Error, Result, TemplateId, text};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashSet};
use store::{ContactFilter, NameCursor, NewAudit, NewMailing, NewRecord};

/// How many records are read at once.
const PAGE: u32 = 500;
/// How many documents of the archive are made in a thousand seconds, until there was a mail merge to tell by.
const ARCHIVE_PACE: u64 = 100_000;
/// The same for a place at a provider.
const PROVIDER_PACE: u64 = 1_000;

/// Which records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Selection {
    /// These, in this order.
    Records(Vec<(Addressee, i64)>),
    /// All whose words begin with these, by name; blank words mean every one.
    All {
        /// Companies or contacts.
        kind: Addressee,
        /// The words.
        words: String,
    },
}

/// A mail merge to begin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailingAsk {
    /// The template.
    pub template: TemplateId,
    /// Which records.
    pub selection: Selection,
    /// One document of all, instead of one for each record.
    pub joined: bool,
    /// The heading of the documents; blank takes the template's name.
    pub heading: String,
    /// The language; `None` for the template's choice by the caller's culture.
    pub language: Option<String>,
    /// Who sees them; `None` for the template's default.
    pub visible_for: Option<VisibleFor>,
    /// The date of the documents; `None` for the day each is made.
    pub date: Option<Date>,
    /// Custom tags.
    #[serde(default)]
    pub custom: BTreeMap<String, String>,
}

/// What a mail merge would make.
#[derive(Debug, Clone)]
pub struct Forecast {
    /// How many documents.
    pub documents: u64,
    /// Into how many records' documents they go: more than one document only without joining.
    pub records: u64,
    /// Who gets none, and why; at most 100 are named.
    pub left_out: Vec<(String, String)>,
    /// How many get none.
    pub left_out_count: u64,
    /// The name of the place they go to.
    pub destination: String,
    /// The template's name.
    pub template_name: String,
    /// About how large all of them are, in bytes.
    pub bytes: u64,
    /// About how long it takes, in seconds.
    pub seconds: u64,
    /// For whom it was tried, with what went wrong for them; blank when nothing did.
    pub tried: Vec<(String, String)>,
}

impl Mailings<'_> {
    /// What a mail merge would make. Nothing is kept; the first records are tried.
    /// # Errors
    /// `NotFound` for a template the caller may not use; `Invalid`, naming the field.
    pub async fn forecast(&self, ctx: &Ctx, ask: &MailingAsk) -> Result<Forecast> {
        let (template, chosen) = self.chosen(ctx, ask).await?;
        let meant: Vec<&NewRecord> = chosen.iter().filter(|record| record.left_out.is_empty()).collect();
        let mut tried = Vec::new();
        let mut size = 0;
        let said = Said { heading: ask.heading.clone(), date: ask.date, custom: ask.custom.clone() };
        for record in meant.iter().take(3) {
            let on = match record.kind {
                Addressee::Company => Trial { company: Some(CompanyId(record.record)), ..Trial::default() },
                Addressee::Contact => Trial { contact: Some(ContactId(record.record)), ..Trial::default() },
            };
            let language = ask.language.clone().unwrap_or_default();
            let outcome = self.app.templates().made_up(ctx, template.id, &language, on, said.clone()).await;
            let wrong = match outcome {
                Ok(document) => {
                    size = size.max(document.bytes.len() as u64);
                    String::new()
                }
                Err(error) => error.public().to_owned(),
            };
            tried.push((record.label.clone(), wrong));
        }
        let records = meant.len() as u64;
        let left_out = chosen.iter().filter(|record| !record.left_out.is_empty());
        let named: Vec<_> =
            left_out.clone().take(100).map(|r| (r.label.clone(), r.left_out.clone())).collect();
        let pace = self.pace(ctx, &template).await?;
        Ok(Forecast {
            documents: if ask.joined { records.min(1) } else { records },
            records,
            left_out_count: left_out.count() as u64,
            left_out: named,
            destination: self.app.plugins().name(template.properties.stored_in),
            template_name: template.properties.name,
            bytes: size.saturating_mul(records),
            seconds: records.saturating_mul(1_000).div_ceil(pace.max(1)),
            tried,
        })
    }

    /// Begins a mail merge. It runs on its own from now on.
    /// # Errors
    /// As [`Mailings::forecast`]; `Invalid` when nobody is left to write to.
    pub async fn start(&self, ctx: &Ctx, ask: MailingAsk) -> Result<MailingView> {
        let by = ctx.associate()?.id;
        let (template, chosen) = self.chosen(ctx, &ask).await?;
        if chosen.iter().all(|record| !record.left_out.is_empty()) {
            return Err(Error::invalid(
                "Nobody is left to write to: every record of the selection is left out. Choose others.",
            )
            .field("records"));
        }
        let ask = MailingAsk { heading: text::line("heading", &ask.heading, 200)?, ..ask };
        let name =
            if ask.heading.is_empty() { template.properties.name.clone() } else { ask.heading.clone() };
        let written = serde_json::to_string(&ask)
            .map_err(|e| Error::internal("a mail merge cannot be written down").caused_by(e))?;
        let seed = ctx.next_operation().0.as_u64_pair().1;
        let new = NewMailing { template: template.id, name, joined: ask.joined, ask: written, seed, by };
        let (i, now, ctx_audit) = (ctx.installation, ctx.now, ctx.clone());
        let id = self
            .app
            .store()
            .write(move |tx| {
                let id = tx.mailings(i).insert(&new, &chosen, now)?;
                tx.audit(i).record(&NewAudit::of(&ctx_audit, Entry::done("mailing.begun", object(id))))?;
                Ok(id)
            })
            .await?;
        self.app.reached("mailing.begun");
        self.app.0.mailings_wake.notify_one();
        self.get(ctx, id).await
    }

    /// The template and the records, each with why it is left out.
    async fn chosen(&self, ctx: &Ctx, ask: &MailingAsk) -> Result<(Template, Vec<NewRecord>)> {
        let template = self.app.templates().usable(ctx, ask.template).await?;
        let variant = template.variant(ask.language.as_deref().unwrap_or_default())?;
        if ask.joined {
            super::joined::can_be_joined(&variant.file_name)?;
            if template.properties.numbering.counts {
                return Err(Error::invalid(
                    "The documents of this template are numbered, and one document has one number. Make one document \
                     for each record.",
                )
                .field("joined"));
            }
        }
        let mut records = match &ask.selection {
            Selection::Records(records) => self.named(ctx, records).await?,
            Selection::All { kind, words } => self.all(ctx, *kind, words).await?,
        };
        let mut met = HashSet::new();
        for record in &mut records {
            if !met.insert((record.kind, record.record)) && record.left_out.is_empty() {
                record.left_out = "Is in the selection twice; one document is made.".into();
            }
        }
        let meant = records.iter().filter(|record| record.left_out.is_empty()).count();
        let most = if ask.joined { MOST_JOINED } else { MOST_RECORDS };
        if meant > most {
            let what = if ask.joined { "records joined into one document" } else { "records" };
            return Err(Error::invalid(format!(
                "A mail merge has {most} {what} at most, and these are {meant}. Narrow the selection down."
            ))
            .field("records"));
        }
        Ok((template, records))
    }

    /// Records that were picked one by one.
    async fn named(&self, ctx: &Ctx, records: &[(Addressee, i64)]) -> Result<Vec<NewRecord>> {
        if records.is_empty() {
            return Err(Error::invalid("Nobody is chosen. Tick the records to write to.").field("records"));
        }
        if records.len() > 2 * MOST_RECORDS {
            return Err(Error::invalid(
                "So many records are not picked one by one. Choose all that are found.",
            )
            .field("records"));
        }
        let (i, records) = (ctx.installation, records.to_vec());
        self.app
            .store()
            .read(move |tx| {
                let mut found = Vec::with_capacity(records.len());
                for (kind, id) in records {
                    found.push(match kind {
                        Addressee::Company => {
                            let company = tx.companies(i).get(CompanyId(id))?;
                            let label = company.as_ref().map(|c| c.name.clone());
                            record(kind, id, label, false)
                        }
                        Addressee::Contact => {
                            let contact = tx.contacts(i).get(ContactId(id))?;
                            let label = contact.as_ref().map(domain::records::Contact::full_name);
                            record(kind, id, label, contact.is_some_and(|c| c.retired))
                        }
                    });
                }
                Ok(found)
            })
            .await
    }

    /// Every record whose words match, a page at a time.
    async fn all(&self, ctx: &Ctx, kind: Addressee, words: &str) -> Result<Vec<NewRecord>> {
        let (i, mut found, mut after) = (ctx.installation, Vec::new(), None::<NameCursor>);
        loop {
            let (words, from) = (words.to_owned(), after.take());
            let (page, next) = self
                .app
                .store()
                .read(move |tx| {
                    Ok(match kind {
                        Addressee::Company => {
                            let page = tx.companies(i).browse(&words, from.as_ref(), PAGE)?;
                            let rows = page.items.into_iter().map(|row| row.company);
                            let rows = rows.map(|c| record(kind, c.id.0, Some(c.name), false));
                            (rows.collect::<Vec<_>>(), page.next)
                        }
                        Addressee::Contact => {
                            let filter =
                                ContactFilter { query: words, retired: true, ..ContactFilter::default() };
                            let page = tx.contacts(i).browse(&filter, from.as_ref(), PAGE)?;
                            let rows = page.items.into_iter().map(|row| row.contact);
                            let rows = rows.map(|c| record(kind, c.id.0, Some(c.full_name()), c.retired));
                            (rows.collect(), page.next)
                        }
                    })
                })
                .await?;
            found.extend(page);
            after = next;
            if after.is_none() || found.len() > 2 * MOST_RECORDS {
                return Ok(found);
            }
        }
    }

    /// How many documents were made in a thousand seconds, by the last mail merges into the same place.
    async fn pace(&self, ctx: &Ctx, template: &Template) -> Result<u64> {
        let (i, place) = (ctx.installation, template.properties.stored_in);
        let measured = self
            .app
            .store()
            .read(move |tx| {
                for mailing in tx.mailings(i).list(None, 20)? {
                    let same = tx.templates(i).get(mailing.template)?;
                    let Some(finished) = mailing.finished.filter(|_| mailing.round == 1) else { continue };
                    let done = tx.mailings(i).tally(mailing.id)?.done;
                    if same.is_some_and(|t| t.properties.stored_in == place) && done >= 10 && !mailing.joined
                    {
                        let took = finished.duration_since(mailing.created).as_millis().max(100);
                        return Ok(Some(
                            done.saturating_mul(1_000_000) / u64::try_from(took).unwrap_or(u64::MAX),
                        ));
                    }
                }
                Ok(None)
            })
            .await?;
        let guess = if place == domain::PluginId::ARCHIVE { ARCHIVE_PACE } else { PROVIDER_PACE };
        Ok(measured.unwrap_or(guess).max(50))
    }
}

fn record(kind: Addressee, id: i64, label: Option<String>, retired: bool) -> NewRecord {
    let left_out = match (&label, retired) {
        (None, _) => "There is no such record any more.",
        (_, true) => "Has left the company.",
        _ => "",
    };
    let label = label.unwrap_or_else(|| format!("{} {id}", kind.as_str()));
    NewRecord { kind, record: id, label, left_out: left_out.into() }
}
