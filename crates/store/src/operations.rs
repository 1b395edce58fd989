//! Operations: intents to change something at a plugin, recorded before the call.

use crate::support::returned;
use domain::operations::{OperationKind, OperationState};
use domain::{DocumentId, Error, InstallationId, OperationId, PluginId, Result, TemplateId};
use jiff::Timestamp;
use platform::sql::{Row, Tx};
use platform::{params, statements};

/// The columns of an operation, in the order [`read`] takes them.
macro_rules! operation_columns {
    () => {
        "installation_id, id, kind, state, plugin_id, document_id, template_id, language, payload, created_at,
         updated_at, lease_until, attempts, reason"
    };
}
pub(crate) use operation_columns;

statements! {
    /// An intent.
    INSERT = "INSERT INTO operations (installation_id, id, kind, state, plugin_id, document_id, template_id,
        language, payload, created_at, updated_at, lease_until, attempts, reason)
        VALUES ($1, $2, $3, 'intended', $4, $5, $6, $7, $8, $9, $9, NULL, 0, '')";
    /// A result, if the caller still holds the operation and it has none.
    FINISH = "UPDATE operations SET state = $4, reason = $5, updated_at = $6, lease_until = NULL
        WHERE installation_id = $1 AND id = $2 AND attempts = $3 AND state IN ('intended', 'parked')";
    /// To be tried again later, if the caller still holds the operation.
    PARK = "UPDATE operations SET state = 'parked', reason = $4, updated_at = $5, lease_until = $6
        WHERE installation_id = $1 AND id = $2 AND attempts = $3 AND state IN ('intended', 'parked')";
    /// One operation.
    GET = concat!("SELECT ", operation_columns!(), " FROM operations WHERE installation_id = $1 AND id = $2");
    /// The newest operations on a document.
    OF_DOCUMENT = concat!("SELECT ", operation_columns!(), " FROM operations
        WHERE installation_id = $1 AND document_id = $2 ORDER BY id DESC LIMIT $3");
    /// The newest operations.
    RECENT = concat!("SELECT ", operation_columns!(), " FROM operations
        WHERE installation_id = $1 ORDER BY id DESC LIMIT $2");
    /// How many operations are in a state.
    COUNT = "SELECT count(*) FROM operations WHERE installation_id = $1 AND state = $2";
}

/// An operation to be recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct NewOperation {
    /// Its id, made by the caller and given to the plugin.
    pub id: OperationId,
    /// What it does.
    pub kind: OperationKind,
    /// At which plugin.
    pub plugin: PluginId,
    /// On which document.
    pub document: Option<DocumentId>,
    /// On which template.
    pub template: Option<TemplateId>,
    /// On which language variant of the template, blank for the neutral one.
    pub language: String,
    /// What completing it needs to know. Never contents or tokens.
    pub payload: serde_json::Value,
}

/// An operation as recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    /// Whose it is.
    pub installation: InstallationId,
    /// Its id.
    pub id: OperationId,
    /// What it does.
    pub kind: OperationKind,
    /// Where it stands.
    pub state: OperationState,
    /// At which plugin.
    pub plugin: PluginId,
    /// On which document.
    pub document: Option<DocumentId>,
    /// On which template.
    pub template: Option<TemplateId>,
    /// On which language variant of the template, blank for the neutral one.
    pub language: String,
    /// What completing it needs to know.
    pub payload: serde_json::Value,
    /// Recorded at.
    pub created: Timestamp,
    /// Last changed at.
    pub updated: Timestamp,
    /// Until when somebody holds it, or when it is tried again.
    pub lease_until: Option<Timestamp>,
    /// How often it has been taken up after the request that made it: the fence of whoever holds it.
    pub attempts: i64,
    /// Why it stands where it stands, blank when there is nothing to say.
    pub reason: String,
}

/// The operations of an installation.
#[derive(Debug, Clone, Copy)]
pub struct Operations<'c> {
    pub(crate) tx: Tx<'c>,
    pub(crate) installation: InstallationId,
}

impl Operations<'_> {
    /// Records an intent.
    pub fn insert(&self, new: &NewOperation, now: Timestamp) -> Result<()> {
        let NewOperation { id, kind, plugin, document, template, language, payload } = new;
        let payload = payload.to_string();
        self.tx
            .execute(
                &INSERT,
                params![
                    self.installation,
                    *id,
                    kind.as_str(),
                    *plugin,
                    *document,
                    *template,
                    language,
                    payload,
                    now
                ],
            )
            .map(drop)
    }

    /// Records a result. `fence` is the number of attempts as the caller knows it: 0 in the request that made the
    /// operation, [`Operation::attempts`] after leasing it. Gives `false`, and changes nothing, when somebody else
    /// has taken or finished it meanwhile.
    /// # Errors
    /// `Internal` when `state` is no result.
    pub fn finish(
        &self,
        id: OperationId,
        fence: i64,
        state: OperationState,
        reason: &str,
        now: Timestamp,
    ) -> Result<bool> {
        if !matches!(state, OperationState::Completed | OperationState::Withdrawn) {
            return Err(Error::internal(format!("an operation cannot be finished as {state:?}")));
        }
        let values = params![self.installation, id, fence, state.as_str(), reason, now];
        Ok(self.tx.execute(&FINISH, values)? == 1)
    }

    /// Puts an operation aside until `until`. As [`Operations::finish`] otherwise.
    pub fn park(
        &self,
        id: OperationId,
        fence: i64,
        until: Timestamp,
        reason: &str,
        now: Timestamp,
    ) -> Result<bool> {
        Ok(self.tx.execute(&PARK, params![self.installation, id, fence, reason, now, until])? == 1)
    }

    /// One operation.
    pub fn get(&self, id: OperationId) -> Result<Option<Operation>> {
        self.tx.one(&GET, params![self.installation, id], read)
    }

    /// The operations on a document, newest first.
    pub fn of_document(&self, document: DocumentId, limit: u32) -> Result<Vec<Operation>> {
        self.tx.all(&OF_DOCUMENT, params![self.installation, document, limit], read)
    }

    /// The newest operations.
    pub fn recent(&self, limit: u32) -> Result<Vec<Operation>> {
        self.tx.all(&RECENT, params![self.installation, limit], read)
    }

    /// How many operations are in a state.
    pub fn count(&self, state: OperationState) -> Result<i64> {
        returned(self.tx.one(&COUNT, params![self.installation, state.as_str()], |row| row.get(0))?)
    }
}

pub(crate) fn read(row: &Row<'_>) -> Result<Operation> {
    let mut c = row.columns();
    Ok(Operation {
        installation: c.take()?,
        id: c.take()?,
        kind: c.word(OperationKind::from_word)?,
        state: c.word(OperationState::from_word)?,
        plugin: c.take()?,
        document: c.take()?,
        template: c.take()?,
        language: c.take()?,
        payload: {
            let text: String = c.take()?;
            serde_json::from_str(&text)
                .map_err(|e| Error::internal("the payload of an operation cannot be read").caused_by(e))?
        },
        created: c.take()?,
        updated: c.take()?,
        lease_until: c.take()?,
        attempts: c.take()?,
        reason: c.take()?,
    })
}
