//! Lists of documents: one statement a page, along the index that fits the filter.

use super::Documents;
use super::rows::{self, DocumentRow, document_columns, name_columns, name_joins};
use crate::dynamic::Dynamic;
use crate::paging::{DocumentCursor, Page, clamp};
use crate::words::{Kind, Wanted};
use domain::records::Associate;
use domain::{
    AssociateId, CompanyId, ContactId, GroupId, InstallationId, ProjectId, Result, SaleId, TemplateId,
};
use jiff::civil::Date;

/// Who looks at documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewer {
    /// The person.
    pub associate: AssociateId,
    /// The person's groups, the primary one among them.
    pub groups: Vec<GroupId>,
}

impl Viewer {
    /// This associate as a viewer.
    pub fn of(associate: &Associate) -> Self {
        Self { associate: associate.id, groups: associate.groups().collect() }
    }
}

/// Which documents are listed. Several conditions must all hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DocumentFilter {
    /// Those about one company.
    pub company: Option<CompanyId>,
    /// Those to one contact.
    pub contact: Option<ContactId>,
    /// Those of one project.
    pub project: Option<ProjectId>,
    /// Those of one sale.
    pub sale: Option<SaleId>,
    /// Those of one owner.
    pub owner: Option<AssociateId>,
    /// Those made from one template.
    pub template: Option<TemplateId>,
    /// Those one person has checked out.
    pub holder: Option<AssociateId>,
    /// From this date on.
    pub from: Option<Date>,
    /// Up to this date, inclusive.
    pub to: Option<Date>,
    /// What was typed; every word must match the start of a word. Blank for no filter.
    pub query: String,
    /// Those in the trash instead of those that are ready.
    pub trashed: bool,
}

impl DocumentFilter {
    /// The conditions on one column, the most selective kind first: its index leads.
    fn equalities(&self) -> impl Iterator<Item = (&'static str, &'static str, i64)> {
        [
            ("d.sale_id", "+d.sale_id", self.sale.map(|id| id.0)),
            ("d.project_id", "+d.project_id", self.project.map(|id| id.0)),
            ("d.contact_id", "+d.contact_id", self.contact.map(|id| id.0)),
            ("d.held_by", "+d.held_by", self.holder.map(|id| id.0)),
            ("d.company_id", "+d.company_id", self.company.map(|id| id.0)),
            ("d.template_id", "+d.template_id", self.template.map(|id| id.0)),
            ("d.owner_id", "+d.owner_id", self.owner.map(|id| id.0)),
        ]
        .into_iter()
        .filter_map(|(column, hidden, id)| Some((column, hidden, id?)))
    }
}

impl Documents<'_> {
    /// A page of the documents that the viewer may see, newest first.
    pub fn list(
        &self,
        viewer: &Viewer,
        filter: &DocumentFilter,
        after: Option<&DocumentCursor>,
        limit: u32,
    ) -> Result<Page<DocumentRow, DocumentCursor>> {
        let limit = clamp(limit);
        let wanted = Wanted::look(self.tx, self.installation, Kind::Document, &filter.query)?;
        let text = text(self.installation, viewer, filter, &wanted, after, limit);
        let rows = self.tx.all_dynamic(&text.sql, &text.params, |row| {
            let row = rows::read_row(&mut row.columns())?;
            let cursor = DocumentCursor { date: row.document.date, id: row.document.id };
            Ok((row, cursor))
        })?;
        Ok(Page::of(rows, limit))
    }

    /// The engine's plan for such a page, for the tests of the indexes.
    #[cfg(feature = "bench-support")]
    pub fn plan(
        &self,
        viewer: &Viewer,
        filter: &DocumentFilter,
        after: Option<&DocumentCursor>,
    ) -> Result<Vec<String>> {
        let wanted = Wanted::look(self.tx, self.installation, Kind::Document, &filter.query)?;
        let text = text(self.installation, viewer, filter, &wanted, after, 50);
        self.tx.plan(&text.sql, &text.params)
    }
}

fn text(
    installation: InstallationId,
    viewer: &Viewer,
    filter: &DocumentFilter,
    wanted: &Wanted,
    after: Option<&DocumentCursor>,
    limit: u32,
) -> Dynamic {
    let mut d = Dynamic::new(installation);
    d.push(concat!("SELECT ", document_columns!("d."), ", ", name_columns!(), " FROM "));
    if wanted.is_nothing() {
        d.push("documents d").push(name_joins!()).push(" WHERE d.installation_id = $1");
        narrow(&mut d, viewer, filter, after, limit);
        return d;
    }
    // The page is found first and joined to the names afterwards, so that what does not match joins nothing.
    d.push("(SELECT d.id AS id FROM ");
    let rare = wanted.begin(&mut d);
    d.push("documents d WHERE d.installation_id = $1");
    if rare {
        d.push(" AND d.id = w.record_id");
    }
    wanted.conditions(&mut d, "d.id");
    narrow(&mut d, viewer, filter, after, limit);
    d.push(") AS page CROSS JOIN documents d").push(name_joins!());
    d.push(" WHERE d.installation_id = $1 AND d.id = page.id ORDER BY d.date DESC, d.id DESC");
    d
}

fn narrow(
    d: &mut Dynamic,
    viewer: &Viewer,
    filter: &DocumentFilter,
    after: Option<&DocumentCursor>,
    limit: u32,
) {
    // The sign hides the further columns from the choice of an index.
    for (n, (column, hidden, id)) in filter.equalities().enumerate() {
        d.push(" AND ").push(if n == 0 { column } else { hidden }).push(" = ").bind(id);
    }
    d.push(" AND d.state = ").bind(if filter.trashed { "trashed" } else { "ready" });
    dates(d, filter, after);
    visible(d, viewer);
    d.push(" ORDER BY d.date DESC, d.id DESC LIMIT ").bind(limit + 1);
}

/// The dates and the cursor. Where the cursor lies before the last date asked for, it says more than that date, and
/// is the one bound the index is entered by.
fn dates(d: &mut Dynamic, filter: &DocumentFilter, after: Option<&DocumentCursor>) {
    if let Some(from) = filter.from {
        d.push(" AND d.date >= ").bind(from);
    }
    match (filter.to, after) {
        (Some(to), None) => {
            d.push(" AND d.date <= ").bind(to);
        }
        (Some(to), Some(after)) if after.date > to => {
            d.push(" AND d.date <= ").bind(to);
        }
        (_, Some(after)) => {
            d.push(" AND (d.date, d.id) < (").bind(after.date).push(", ").bind(after.id).push(")");
        }
        (None, None) => {}
    }
}

/// The rule of [`domain::visibility::may_see`], of which a test holds this to be a copy.
fn visible(d: &mut Dynamic, viewer: &Viewer) {
    let me = viewer.associate;
    d.push(" AND ((d.published = 1 AND (d.visible_kind = 0 OR +d.owner_id = ").bind(me);
    d.push(" OR (d.visible_kind = 2 AND d.visible_group IN (");
    // Rounded up with a group that does not exist, so that few shapes of the text need preparing.
    let places = viewer.groups.len().next_power_of_two().max(4);
    for n in 0..places {
        if n > 0 {
            d.push(", ");
        }
        d.bind(viewer.groups.get(n).copied().unwrap_or_default());
    }
    d.push(")))) OR (d.published = 0 AND +d.held_by = ").bind(me).push("))");
}
