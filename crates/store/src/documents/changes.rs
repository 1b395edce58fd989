//! Changes of documents. Each states the state it begins from, so that two that race cannot both take effect.

use super::Documents;
use super::rows::{self, document_columns};
use crate::support::{explain, found};
use crate::words::{self, Kind};
use domain::documents::{Document, DocumentState, Properties};
use domain::locking::{CheckoutState, LockSemantics};
use domain::plugin::{ExternalRef, Item, Revision};
use domain::{AssociateId, DocumentId, Error, ErrorKind, OperationId, PluginId, Result, TemplateId};
use jiff::Timestamp;
use jiff::civil::Date;
use platform::sql::counters;
use platform::sql::{Row, Value};
use platform::{params, statements};

statements! {
    /// A document whose content is on the way.
    INSERT = "INSERT INTO documents (installation_id, id, heading, attention, our_ref, your_ref, description,
        company_id, contact_id, project_id, sale_id, status, visible_kind, visible_group, file_name, media_type, size,
        date, template_id, language, snum, owner_id, plugin_id, reference, revision, semantics, published, held_by,
        state, made_by, created_at, created_by, updated_at, updated_by, row_version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 0, $17, $18, $19, $20, $21,
        $22, NULL, NULL, $23, 0, NULL, 'creating', $24, $25, $26, $25, $26, 1)";
    /// Only a document still being created may become ready.
    MARK_READY = concat!("UPDATE documents SET state = 'ready', reference = $3, file_name = $4, media_type = $5,
        size = $6, revision = $7, semantics = $8, published = $9, held_by = $10, updated_by = $11, updated_at = $12,
        row_version = row_version + 1 WHERE installation_id = $1 AND id = $2 AND state = 'creating'
        RETURNING ", document_columns!(""));
    /// What the plugin says about the item now.
    RECORD_ITEM = concat!("UPDATE documents SET reference = $3, file_name = $4, media_type = $5, size = $6,
        revision = $7, semantics = $8, published = $9, held_by = $10, updated_by = $11, updated_at = $12,
        row_version = row_version + 1 WHERE installation_id = $1 AND id = $2 AND state IN ('ready', 'trashed')
        RETURNING ", document_columns!(""));
    /// From one state to the next.
    SET_STATE = concat!("UPDATE documents SET state = $4, updated_by = $5, updated_at = $6,
        row_version = row_version + 1 WHERE installation_id = $1 AND id = $2 AND state = $3
        RETURNING ", document_columns!(""));
    /// What people write about it, if nobody else has in the meantime.
    UPDATE_PROPERTIES = concat!("UPDATE documents SET heading = $4, attention = $5, our_ref = $6, your_ref = $7,
        description = $8, company_id = $9, contact_id = $10, project_id = $11, sale_id = $12, status = $13,
        visible_kind = $14, visible_group = $15, updated_by = $16, updated_at = $17, row_version = row_version + 1
        WHERE installation_id = $1 AND id = $2 AND row_version = $3 RETURNING ", document_columns!(""));
}

const SENTENCES: &[(&str, &str, &str)] = &[(
    "foreign key",
    "company",
    "The company, contact, project, sale or template of this document does not exist. Choose among those there are.",
)];

/// A document to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDocument {
    /// What people wrote about it.
    pub properties: Properties,
    /// The file name asked for; the plugin may amend it.
    pub file_name: String,
    /// The media type, decided by us.
    pub media_type: String,
    /// The planned date.
    pub date: Date,
    /// The template it is made from.
    pub template: Option<TemplateId>,
    /// The language of the variant used, blank for the neutral one.
    pub language: String,
    /// The number the template gave out for it.
    pub snum: Option<i64>,
    /// Who will own it.
    pub owner: AssociateId,
    /// The plugin that will hold its bytes.
    pub plugin: PluginId,
    /// The level of locking that will be in force.
    pub semantics: LockSemantics,
    /// The operation that makes it.
    pub made_by: OperationId,
    /// Who makes it; `None` for the product itself.
    pub created_by: Option<AssociateId>,
}

/// What a plugin says about an item, as the row mirrors it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemFacts {
    /// The plugin's key.
    pub reference: ExternalRef,
    /// The file name in use there.
    pub file_name: String,
    /// The media type.
    pub media_type: String,
    /// The size of the public content in bytes.
    pub size: u64,
    /// The revision of the newest content.
    pub revision: Revision,
    /// The level of locking in force.
    pub semantics: LockSemantics,
    /// Whether a first check-in has happened.
    pub published: bool,
    /// Who holds it.
    pub held_by: Option<AssociateId>,
}

impl ItemFacts {
    /// The facts of an item that a plugin answered to `caller`.
    pub fn of(item: &Item, caller: Option<AssociateId>) -> Self {
        Self {
            reference: item.reference.clone(),
            file_name: item.name.clone(),
            media_type: item.media_type.clone(),
            size: item.size,
            revision: item.revision.clone(),
            semantics: item.semantics,
            published: item.published,
            held_by: match &item.checkout {
                CheckoutState::Own => caller,
                CheckoutState::Other { associate, .. } => *associate,
                CheckoutState::NotCheckedOut | CheckoutState::LockingNotSupported => None,
            },
        }
    }
}

impl Documents<'_> {
    /// Adds a document that nobody sees yet, and gives its id.
    /// # Errors
    /// `Conflict` when something it refers to does not exist.
    pub fn insert_creating(&self, new: &NewDocument, now: Timestamp) -> Result<DocumentId> {
        let id = DocumentId(counters::next(self.tx, self.installation, "document")?);
        let NewDocument { file_name, media_type, language, .. } = new;
        let mut values: Vec<Value<'_>> = vec![self.installation.into(), id.into()];
        values.extend(property_values(&new.properties));
        values.extend_from_slice(params![
            file_name,
            media_type,
            new.date,
            new.template,
            language,
            new.snum,
            new.owner,
            new.plugin,
            new.semantics.number(),
            new.made_by,
            now,
            new.created_by,
        ]);
        explain(self.tx.execute(&INSERT, &values), SENTENCES)?;
        words::add(
            self.tx,
            self.installation,
            Kind::Document,
            id.0,
            &searchable(&new.properties, file_name),
        )?;
        Ok(id)
    }

    /// Makes a document ready: its content is at the plugin.
    /// # Errors
    /// `Conflict` unless it is being created.
    pub fn mark_ready(
        &self,
        id: DocumentId,
        facts: &ItemFacts,
        by: Option<AssociateId>,
        now: Timestamp,
    ) -> Result<Document> {
        let changed = self.tx.one(&MARK_READY, &self.fact_values(id, facts, by, now), read)?;
        self.reindexed(id, changed)
    }

    /// Gives up a document that was being created. Doing so twice is no error.
    /// # Errors
    /// `Conflict` when it has become ready.
    pub fn withdraw(&self, id: DocumentId, now: Timestamp) -> Result<()> {
        if self.get(id)?.is_some_and(|d| d.state == DocumentState::Withdrawn) {
            return Ok(());
        }
        self.set_state(id, DocumentState::Creating, DocumentState::Withdrawn, None, now).map(drop)
    }

    /// Records what the plugin says about the item after a change.
    /// # Errors
    /// `Conflict` unless the document is ready or in the trash.
    pub fn record_item(
        &self,
        id: DocumentId,
        facts: &ItemFacts,
        by: Option<AssociateId>,
        now: Timestamp,
    ) -> Result<Document> {
        let changed = self.tx.one(&RECORD_ITEM, &self.fact_values(id, facts, by, now), read)?;
        self.reindexed(id, changed)
    }

    /// Moves a document from one state to the next.
    /// # Errors
    /// `Conflict` when it is not in `from`, or no document goes from there to `to`.
    pub fn set_state(
        &self,
        id: DocumentId,
        from: DocumentState,
        to: DocumentState,
        by: Option<AssociateId>,
        now: Timestamp,
    ) -> Result<Document> {
        if !from.may_become(to) {
            return Err(Error::conflict("A document cannot change in this way. Load the page again.")
                .with("edge", format!("{from:?} to {to:?}")));
        }
        let values = params![self.installation, id, from.as_str(), to.as_str(), by, now];
        let changed = self.tx.one(&SET_STATE, values, read)?.map_or_else(|| Err(self.why_not(id)), Ok)?;
        if matches!(to, DocumentState::Withdrawn | DocumentState::Destroyed) {
            words::replace(self.tx, self.installation, Kind::Document, id.0, &[])?;
        }
        Ok(changed)
    }

    /// Changes what people write about a document.
    /// # Errors
    /// `Stale` when the row is not at `expected_row_version`; `Conflict` when something it refers to does not exist.
    pub fn update_properties(
        &self,
        id: DocumentId,
        expected_row_version: i64,
        properties: &Properties,
        by: Option<AssociateId>,
        now: Timestamp,
    ) -> Result<Document> {
        let mut values: Vec<Value<'_>> =
            vec![self.installation.into(), id.into(), expected_row_version.into()];
        values.extend(property_values(properties));
        values.extend_from_slice(params![by, now]);
        let changed = explain(self.tx.one(&UPDATE_PROPERTIES, &values, read), SENTENCES)?;
        if changed.is_none() {
            found(u64::from(self.get(id)?.is_some()), "document")?;
            return Err(Error::new(
                ErrorKind::Stale,
                "Somebody else has changed this document in the meantime. Load it again and repeat your change.",
            ));
        }
        self.reindexed(id, changed)
    }

    fn reindexed(&self, id: DocumentId, changed: Option<Document>) -> Result<Document> {
        let document = changed.map_or_else(|| Err(self.why_not(id)), Ok)?;
        let texts = searchable(&document.properties, &document.file_name);
        words::replace(self.tx, self.installation, Kind::Document, id.0, &texts)?;
        Ok(document)
    }

    /// Why a change found no row in the state it needs.
    fn why_not(&self, id: DocumentId) -> Error {
        match self.get(id) {
            Ok(Some(d)) => Error::conflict(
                "This document has changed in the meantime, so this cannot be done any more. Load it again.",
            )
            .with("state", d.state.as_str()),
            Ok(None) => Error::not_found("document"),
            Err(e) => e,
        }
    }

    fn fact_values<'a>(
        &self,
        id: DocumentId,
        facts: &'a ItemFacts,
        by: Option<AssociateId>,
        now: Timestamp,
    ) -> [Value<'a>; 12] {
        [
            self.installation.into(),
            id.into(),
            (&facts.reference).into(),
            (&facts.file_name).into(),
            (&facts.media_type).into(),
            facts.size.into(),
            (&facts.revision).into(),
            facts.semantics.number().into(),
            facts.published.into(),
            facts.held_by.into(),
            by.into(),
            now.into(),
        ]
    }
}

fn property_values(p: &Properties) -> [Value<'_>; 12] {
    let (kind, group) = p.visible_for.numbers();
    [
        (&p.heading).into(),
        (&p.attention).into(),
        (&p.our_ref).into(),
        (&p.your_ref).into(),
        (&p.description).into(),
        p.company.into(),
        p.contact.into(),
        p.project.into(),
        p.sale.into(),
        p.status.as_str().into(),
        kind.into(),
        group.into(),
    ]
}

/// The texts a document is found by.
pub(super) fn searchable<'a>(p: &'a Properties, file_name: &'a str) -> [&'a str; 6] {
    [&p.heading, &p.attention, &p.our_ref, &p.your_ref, &p.description, file_name]
}

fn read(row: &Row<'_>) -> Result<Document> {
    rows::read(&mut row.columns())
}
