//! Search as you type, over everything a person may see.

use super::Records;
use domain::records::join_names;
use domain::{Ctx, Result, text};
use store::{ContactFilter, DocumentFilter, ProjectFilter, SaleFilter, Tx, Viewer};

/// What a hit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HitKind {
    /// A company.
    Company,
    /// A contact.
    Contact,
    /// A project.
    Project,
    /// A sale.
    Sale,
    /// A document.
    Document,
}

/// Something that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// What it is.
    pub kind: HitKind,
    /// Its id.
    pub id: i64,
    /// Its name.
    pub title: String,
    /// What tells it from others of that name.
    pub subtitle: String,
}

impl Records<'_> {
    /// Everything whose words begin with the words of `typed`, at most `limit` (1 to 20) of each kind. Documents
    /// are searched with the caller's visibility. Nothing typed finds nothing.
    pub async fn search(&self, ctx: &Ctx, typed: &str, limit: u32) -> Result<Vec<Hit>> {
        let viewer = Viewer::of(ctx.associate()?);
        if text::words(typed).is_empty() {
            return Ok(Vec::new());
        }
        let (i, typed, limit) = (ctx.installation, typed.to_owned(), limit.clamp(1, 20));
        self.app
            .store()
            .read(move |tx| {
                let mut hits = companies(tx, i, &typed, limit)?;
                hits.extend(contacts(tx, i, &typed, limit)?);
                let filter = DocumentFilter { query: typed.clone(), ..DocumentFilter::default() };
                let documents = tx.documents(i).list(&viewer, &filter, None, limit)?.items;
                hits.extend(documents.into_iter().map(|row| Hit {
                    kind: HitKind::Document,
                    id: row.document.id.0,
                    subtitle: joined(&[&row.company_name, &row.document.file_name]),
                    title: row.document.properties.heading,
                }));
                hits.extend(work(tx, i, &typed, limit)?);
                Ok(hits)
            })
            .await
    }
}

fn companies(tx: &Tx<'_>, i: domain::InstallationId, typed: &str, limit: u32) -> Result<Vec<Hit>> {
    let rows = tx.companies(i).browse(typed, None, limit)?.items;
    Ok(rows
        .into_iter()
        .map(|row| Hit {
            kind: HitKind::Company,
            id: row.company.id.0,
            subtitle: joined(&[&row.company.postal.city, &row.company.category]),
            title: join_names(&[&row.company.name, &row.company.department]),
        })
        .collect())
}

fn contacts(tx: &Tx<'_>, i: domain::InstallationId, typed: &str, limit: u32) -> Result<Vec<Hit>> {
    let filter = ContactFilter { query: typed.to_owned(), ..ContactFilter::default() };
    let rows = tx.contacts(i).browse(&filter, None, limit)?.items;
    Ok(rows
        .into_iter()
        .map(|row| Hit {
            kind: HitKind::Contact,
            id: row.contact.id.0,
            title: row.contact.full_name(),
            subtitle: joined(&[&row.contact.title, &row.company_name]),
        })
        .collect())
}

fn work(tx: &Tx<'_>, i: domain::InstallationId, typed: &str, limit: u32) -> Result<Vec<Hit>> {
    let filter = ProjectFilter { query: typed.to_owned(), ..ProjectFilter::default() };
    let projects = tx.projects(i).browse(&filter, None, limit)?.items;
    let mut hits: Vec<_> = projects
        .into_iter()
        .map(|row| Hit {
            kind: HitKind::Project,
            id: row.project.id.0,
            subtitle: joined(&[&row.project.number, &row.company_name]),
            title: row.project.name,
        })
        .collect();
    let filter = SaleFilter { query: typed.to_owned(), ..SaleFilter::default() };
    let sales = tx.sales(i).browse(&filter, None, limit)?.items;
    hits.extend(sales.into_iter().map(|row| Hit {
        kind: HitKind::Sale,
        id: row.sale.id.0,
        subtitle: joined(&[&row.sale.number, &row.company_name]),
        title: row.sale.title,
    }));
    Ok(hits)
}

/// What is not blank, with a dot between.
fn joined(parts: &[&str]) -> String {
    parts.iter().filter(|p| !p.is_empty()).copied().collect::<Vec<_>>().join(" · ")
}
