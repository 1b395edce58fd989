//! One document of all: each record's document is made in memory, and they are joined with page breaks between.

use super::work::{Known, LEASE, UNSURE};
use super::{MailingAsk, Mailings};
use crate::documents::{Making, file_name, media_type, new_item};
use crate::limits::within;
use crate::subjects::Wanted;
use crate::templates::{Said, Trial};
use domain::documents::Properties;
use domain::mailings::{Addressee, RecordState};
use domain::operations::OperationKind;
use domain::plugin::{Body, VersionNote};
use domain::rights::may_set_visibility;
use domain::{CompanyId, ContactId, Ctx, DocumentId, Error, ErrorKind, Result, names};
use store::{Mailing, MailingRecord, Outcome};

/// The place in which the operation of the joined document is counted: before every record.
const WHOLE: i64 = 0;

/// Refuses formats whose documents cannot follow each other.
/// # Errors
/// `Invalid`, saying why and what to do.
pub(super) fn can_be_joined(file: &str) -> Result<()> {
    let why = match merge::Format::of(file) {
        Some(format) if merge::can_join(format) => return Ok(()),
        Some(merge::Format::Xlsx | merge::Format::Xlsm | merge::Format::Ods) => {
            "Workbooks are not joined: their sheets and names would clash."
        }
        Some(merge::Format::Eml) => "Mails are not joined: each goes to somebody else.",
        Some(_) => "Documents of this kind are not joined.",
        None => "A file without codes is the same for everybody.",
    };
    Err(Error::invalid(format!("{why} Make one document for each record.")).field("joined"))
}

impl Mailings<'_> {
    /// Makes the document of all. It is made whole or not at all: after a kill the filling begins anew, and the
    /// document's operation says whether it was kept.
    pub(super) async fn join(
        &self,
        ctx: &Ctx,
        mailing: &Mailing,
        ask: &MailingAsk,
    ) -> Result<std::result::Result<(), String>> {
        for tries in 0.. {
            let piece = ctx.for_piece(mailing.created, mailing.seed_of(WHOLE, tries * 1_000 + mailing.round));
            match self.known(ctx, piece.next_operation()).await? {
                Known::Withdrawn => {}
                Known::Unsure => {
                    return Ok(Err(UNSURE.to_owned()));
                }
                Known::Made(document) => {
                    self.record_whole(ctx, mailing, document).await?;
                    break;
                }
                Known::Nothing => return self.make_whole(ctx, &piece, mailing, ask).await,
            }
        }
        Ok(Ok(()))
    }

    async fn make_whole(
        &self,
        ctx: &Ctx,
        piece: &Ctx,
        mailing: &Mailing,
        ask: &MailingAsk,
    ) -> Result<std::result::Result<(), String>> {
        let (parts, failed) = self.parts(ctx, mailing, ask).await?;
        // Written down before the document is made: after a kill those who failed are not tried a second time.
        let (i, id) = (ctx.installation, mailing.id);
        self.app
            .store()
            .write(move |tx| {
                for (position, reason) in failed {
                    tx.mailings(i).settle(id, position, &Outcome::Failed(reason))?;
                }
                Ok(())
            })
            .await?;
        if parts.is_empty() {
            self.finish(ctx, mailing).await?;
            return Ok(Ok(()));
        }
        let template = self.app.templates().usable(ctx, ask.template).await?;
        let variant = template.variant(ask.language.as_deref().unwrap_or_default())?.clone();
        let format = merge::Format::of(&variant.file_name)
            .ok_or_else(|| Error::internal("a template lost its format while it was used"))?;
        let joined =
            tokio::task::spawn_blocking(move || merge::join(format, parts, &merge::Limits::default()))
                .await
                .map_err(|e| Error::internal("joining broke off").caused_by(e))?;
        let joined = match joined {
            Ok(joined) => joined,
            Err(refused) => return self.fail_all(ctx, mailing, &refused.to_string()).await,
        };
        let making = self.making(ctx, mailing, ask, &template, &variant, &joined).await?;
        let note = VersionNote::text(format!("Mail merge with {}", template.properties.name));
        let (max, operation) = (self.app.settings().max_upload, piece.next_operation());
        let made =
            Box::pin(self.app.documents().make(piece, making, |plugin, call, place, row| async move {
                let new = new_item(&row, place, Some(note));
                plugin.create(&call, new, Some(within(Body::from_bytes(joined), max)?)).await
            }))
            .await;
        match made {
            Ok(document) => {
                self.app.reached("mailing.made");
                self.record_whole(ctx, mailing, document).await?;
                Ok(Ok(()))
            }
            Err(e) => match self.known(ctx, operation).await? {
                Known::Made(document) => {
                    self.record_whole(ctx, mailing, document).await?;
                    Ok(Ok(()))
                }
                Known::Unsure => Ok(Err(UNSURE.to_owned())),
                Known::Nothing | Known::Withdrawn => match e.kind() {
                    ErrorKind::Unavailable | ErrorKind::Throttled => Ok(Err(e.public().to_owned())),
                    _ => self.fail_all(ctx, mailing, e.public()).await,
                },
            },
        }
    }

    /// The row of the document of all.
    async fn making(
        &self,
        ctx: &Ctx,
        mailing: &Mailing,
        ask: &MailingAsk,
        template: &domain::templates::Template,
        variant: &domain::templates::Variant,
        joined: &[u8],
    ) -> Result<Making> {
        let who = ctx.associate()?.clone();
        let mut properties = Properties { heading: mailing.name.clone(), ..Properties::default() };
        properties.visible_for = ask
            .visible_for
            .unwrap_or_else(|| template.properties.default_visible_for.resolve(who.primary_group));
        may_set_visibility(properties.visible_for, true, &who)?;
        let documents = self.app.documents();
        let material = documents.material(ctx, Wanted::of(&properties)).await?;
        let extension = names::extension(&variant.file_name);
        Ok(Making {
            kind: OperationKind::Create,
            file_name: file_name(None, &properties.heading, &extension),
            properties: properties.checked()?,
            media_type: media_type(&variant.file_name, &joined[..joined.len().min(4096)]),
            date: ask.date.unwrap_or_else(|| material.today(ctx.now)),
            template: Some(template.id),
            language: variant.language.clone(),
            snum: None,
            plugin: template.properties.stored_in,
            semantics: template.properties.semantics,
            place: material.placement(&who, Some(template.properties.name.clone()), ctx.now),
            action: "document.created",
        })
    }

    /// Each record's document, and who has none and why.
    async fn parts(
        &self,
        ctx: &Ctx,
        mailing: &Mailing,
        ask: &MailingAsk,
    ) -> Result<(Vec<Vec<u8>>, Vec<(i64, String)>)> {
        let (mut parts, mut failed) = (Vec::new(), Vec::new());
        let language = ask.language.clone().unwrap_or_default();
        let said = Said { heading: ask.heading.clone(), date: ask.date, custom: ask.custom.clone() };
        for (number, record) in self.waiting(ctx, mailing).await?.into_iter().enumerate() {
            if number % 50 == 49 {
                // It may take longer than a lease; nobody else takes it up meanwhile.
                let (i, id, fence, now) = (ctx.installation, mailing.id, mailing.fence, ctx.now);
                let longer = (number / 50) as u32 + 2;
                let ours = self
                    .app
                    .store()
                    .write(move |tx| tx.mailings(i).renew(id, fence, now + LEASE * longer, now));
                if !ours.await? {
                    return Err(Error::conflict("It was paused or stopped meanwhile."));
                }
            }
            let on = match record.kind {
                Addressee::Company => Trial { company: Some(CompanyId(record.record)), ..Trial::default() },
                Addressee::Contact => Trial { contact: Some(ContactId(record.record)), ..Trial::default() },
            };
            match self.app.templates().made_up(ctx, ask.template, &language, on, said.clone()).await {
                Ok(document) => parts.push(document.bytes),
                Err(e) if e.kind() == ErrorKind::Unavailable => return Err(e),
                Err(e) => failed.push((record.position, e.public().to_owned())),
            }
        }
        Ok((parts, failed))
    }

    async fn waiting(&self, ctx: &Ctx, mailing: &Mailing) -> Result<Vec<MailingRecord>> {
        let (i, id) = (ctx.installation, mailing.id);
        self.app
            .store()
            .read(move |tx| {
                let mut all: Vec<MailingRecord> = Vec::new();
                loop {
                    let after = all.last().map_or(0, |record| record.position);
                    let page = tx.mailings(i).records(id, Some(RecordState::Waiting), after, 1_000)?;
                    if page.is_empty() {
                        return Ok(all);
                    }
                    all.extend(page);
                }
            })
            .await
    }

    async fn record_whole(&self, ctx: &Ctx, mailing: &Mailing, document: DocumentId) -> Result<()> {
        let waiting = self.waiting(ctx, mailing).await?;
        let (i, id) = (ctx.installation, mailing.id);
        self.app
            .store()
            .write(move |tx| {
                for record in waiting {
                    tx.mailings(i).settle(id, record.position, &Outcome::Done(None))?;
                }
                tx.mailings(i).set_document(id, document)
            })
            .await?;
        self.app.reached("mailing.settled");
        self.finish(ctx, mailing).await
    }

    async fn fail_all(
        &self,
        ctx: &Ctx,
        mailing: &Mailing,
        reason: &str,
    ) -> Result<std::result::Result<(), String>> {
        let waiting = self.waiting(ctx, mailing).await?;
        let (i, id, reason) = (ctx.installation, mailing.id, reason.to_owned());
        self.app
            .store()
            .write(move |tx| {
                for record in waiting {
                    tx.mailings(i).settle(id, record.position, &Outcome::Failed(reason.clone()))?;
                }
                Ok(())
            })
            .await?;
        self.finish(ctx, mailing).await?;
        Ok(Ok(()))
    }
}
