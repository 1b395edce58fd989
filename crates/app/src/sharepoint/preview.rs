//! Where documents would lie and what they would be called, shown with the installation's own (T02).

use super::SharePoint;
use super::rooms::Rooms;
use crate::documents::ListDocuments;
use domain::plugin::{FolderPart, Placement, Shelf};
use domain::sharepoint::{Draft, LONGEST_PATH, LibraryFound, Named, Naming, settle_clashes};
use domain::visibility::VisibleFor;
use domain::{AssociateId, Ctx, Error, Result, names};
use jiff::tz::TimeZone;
use store::DocumentRow;

/// How many of the newest documents are looked at.
const LOOKED_AT: u32 = 200;
/// How many companies stand in where there are no documents.
const COMPANIES: u32 = 3;
/// How many files are shown whose names change, and how many at least.
const SHOWN: (usize, usize) = (6, 3);
/// How many characters the folders must leave for a name and its ending.
const ROOM: usize = 40;
/// What a document is called in the preview where there is none.
const SAMPLE: &str = "Offer";

/// How documents are filed and called.
#[derive(Debug, Clone, Default)]
pub struct Manner {
    /// The folders they are filed under, outermost first; blank for the usual ones.
    pub order: Vec<FolderPart>,
    /// What files are called.
    pub naming: Naming,
    /// The library for documents, by its drive, and the folder in it; blank when they are not chosen yet.
    pub drive: String,
    /// See above.
    pub folder: String,
}

/// What a manner of filing gives.
#[derive(Debug, Clone, Default)]
pub struct Preview {
    /// Some files: those whose names are changed before the others.
    pub files: Vec<Named>,
    /// Of how many files the name is changed.
    pub changed: usize,
    /// Of how many.
    pub of: usize,
}

impl Manner {
    /// As it was decided.
    pub fn of(draft: &Draft) -> Self {
        let drive = draft.place.as_ref().map(|place| place.documents.drive.clone()).unwrap_or_default();
        let folder = draft.folders.as_ref().map(|(documents, _)| documents.clone()).unwrap_or_default();
        Self { order: draft.order.clone(), naming: draft.naming, drive, folder }
    }
}

impl SharePoint<'_> {
    /// What a manner of filing gives, before it is decided. While nobody has said whether *Visible for* decides who may
    /// open documents, it is shown as if it did.
    /// # Errors
    /// `Forbidden` for who is no administrator.
    pub async fn preview(&self, ctx: &Ctx, manner: &Manner) -> Result<Preview> {
        ctx.require_administrator()?;
        let draft = self.draft(ctx.installation).await?;
        let before = before(&draft, manner);
        let plugin = self.app.plugins().get(self.site()?.plugin)?;
        let rooms = self.rooms(ctx.installation).await?;
        let closes = draft.visible_for != Some(false);
        let mut files = Vec::new();
        for sample in self.samples(ctx, manner, &rooms).await? {
            let visible_for = if closes { sample.visible_for } else { VisibleFor::Everyone };
            let mut folders = vec![rooms.folder(visible_for, sample.owner)];
            folders.extend(plugin.folder_of(Shelf::Documents, &sample.place));
            files.push(Named::of(folders, &sample.stem, &sample.extension, before));
        }
        settle_clashes(&mut files);
        let of = files.len();
        let (changed, plain): (Vec<_>, Vec<_>) = files.into_iter().partition(|file| !file.notes.is_empty());
        let count = changed.len();
        let mut files: Vec<_> = changed.into_iter().take(SHOWN.0).collect();
        let more = SHOWN.1.saturating_sub(files.len()).max(1);
        files.extend(plain.into_iter().take(more));
        Ok(Preview { files, changed: count, of })
    }

    /// The newest documents, or some that could be made where there are none.
    async fn samples(&self, ctx: &Ctx, manner: &Manner, rooms: &Rooms) -> Result<Vec<Sample>> {
        let ask = ListDocuments { limit: LOOKED_AT, ..ListDocuments::default() };
        let rows = self.app.documents().list(ctx, ask).await?.items;
        let of = ctx.installation;
        let (zone, companies) = self
            .app
            .store()
            .read(move |tx| {
                let zone = tx.installations().by_id(of)?.map(|own| own.time_zone);
                let companies = tx.companies(of).browse("", None, COMPANIES)?.items;
                Ok((zone, companies.into_iter().map(|row| row.company.name).collect::<Vec<_>>()))
            })
            .await?;
        let zone = zone.and_then(|name| TimeZone::get(&name).ok()).unwrap_or(TimeZone::UTC);
        let year = |at: jiff::Timestamp| Some(zone.to_datetime(at).year());
        if !rows.is_empty() {
            let sample = |row: &DocumentRow| {
                let group = rooms.primary_group(row.document.owner);
                sample(row, group, year(row.document.created), manner)
            };
            return Ok(rows.iter().map(sample).collect());
        }
        let who = ctx.associate()?;
        let mut names: Vec<_> = companies.into_iter().map(Some).collect();
        if names.is_empty() {
            names.push(None);
        }
        let made = names.into_iter().map(|company| Sample {
            stem: manner.naming.stem(SAMPLE, company.as_deref()),
            place: Placement {
                owner: Some(who.full_name()),
                group: rooms.primary_group(who.id),
                company,
                template: Some(SAMPLE.into()),
                year: year(ctx.now),
                order: manner.order.clone(),
                ..Placement::default()
            },
            extension: ".docx".to_owned(),
            owner: who.id,
            visible_for: VisibleFor::Everyone,
        });
        Ok(made.collect())
    }

    /// Refuses folders that leave no room for a name, be the document in the folder of the longest name.
    pub(super) async fn has_room(&self, ctx: &Ctx, manner: &Manner, visible_for: bool) -> Result<()> {
        let before = before(&self.draft(ctx.installation).await?, manner);
        let plugin = self.app.plugins().get(self.site()?.plugin)?;
        let rooms = self.rooms(ctx.installation).await?;
        let scope = if visible_for { rooms.longest() } else { Rooms::default().longest() } + "/".len();
        let all = self.samples(ctx, manner, &rooms).await?;
        let folders = all.iter().map(|sample| plugin.folder_of(Shelf::Documents, &sample.place));
        let longest = folders.map(|parts| parts.iter().map(|part| part.chars().count() + 1).sum::<usize>());
        if longest.max().is_some_and(|length| before + scope + length + ROOM > LONGEST_PATH) {
            return Err(Error::invalid(
                "With these folders a document's path could be longer than the 400 characters that SharePoint takes. \
                 Choose fewer folders.",
            )
            .field("order"));
        }
        Ok(())
    }
}

/// A document as it would be filed and called.
struct Sample {
    place: Placement,
    stem: String,
    extension: String,
    owner: AssociateId,
    visible_for: VisibleFor,
}

/// How many characters stand in front of the folders that documents are filed under: site, library and its folder.
fn before(draft: &Draft, manner: &Manner) -> usize {
    let library =
        draft.site.iter().flat_map(|site| &site.libraries).find(|known| known.drive == manner.drive);
    library.map_or(0, LibraryFound::path_length) + manner.folder.chars().count() + "//".len()
}

/// A document that is there, as it would be filed: under its heading when it comes from a template, by its own name when
/// it was uploaded.
fn sample(row: &DocumentRow, group: Option<String>, year: Option<i16>, manner: &Manner) -> Sample {
    let filled = |text: &String| Some(text.clone()).filter(|text| !text.trim().is_empty());
    let (own, extension) = names::split(&row.document.file_name);
    let company = filled(&row.company_name);
    let stem = match row.document.template {
        Some(_) => manner.naming.stem(&row.document.properties.heading, company.as_deref()),
        None => own.to_owned(),
    };
    let place = Placement {
        owner: filled(&row.owner_name),
        group,
        company,
        project: filled(&row.project_name),
        template: filled(&row.template_name),
        year,
        order: manner.order.clone(),
        ..Placement::default()
    };
    let (owner, visible_for) = (row.document.owner, row.document.properties.visible_for);
    Sample { place, stem, extension: extension.to_owned(), owner, visible_for }
}
