//! Files on their way to becoming a template's.

use crate::support::found;
use domain::{AssociateId, DraftId, InstallationId, Result, TemplateId};
use jiff::Timestamp;
use platform::sql::counters;
use platform::sql::{Row, Tx};
use platform::{params, statements};

macro_rules! columns {
    () => {
        "id, template_id, language, file_name, about, size, created_by, created_at"
    };
}

statements! {
    /// A file waits.
    INSERT = "INSERT INTO template_drafts (installation_id, id, template_id, language, file_name, about, size,
        content, created_by, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    /// One, without its content.
    GET = concat!("SELECT ", columns!(), " FROM template_drafts WHERE installation_id = $1 AND id = $2");
    /// The content of one.
    CONTENT = "SELECT content FROM template_drafts WHERE installation_id = $1 AND id = $2";
    /// Those of a template, the newest first.
    OF_TEMPLATE = concat!("SELECT ", columns!(), " FROM template_drafts
        WHERE installation_id = $1 AND template_id = $2 ORDER BY id DESC");
    /// Those of templates that do not exist yet, the newest first.
    OF_NONE = concat!("SELECT ", columns!(), " FROM template_drafts
        WHERE installation_id = $1 AND template_id IS NULL ORDER BY id DESC");
    /// Earlier ones of the same person for the same file: the newest takes their place.
    SUPERSEDE = "DELETE FROM template_drafts
        WHERE installation_id = $1 AND template_id = $2 AND language = $3 AND created_by = $4";
    /// Published, or thrown away.
    DELETE = "DELETE FROM template_drafts WHERE installation_id = $1 AND id = $2";
    /// Those nobody has come back for.
    PURGE = "DELETE FROM template_drafts WHERE created_at < $1";
}

/// A file to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDraft {
    /// The template it is for; `None` when that does not exist yet.
    pub template: Option<TemplateId>,
    /// The language, blank for the neutral file.
    pub language: String,
    /// Its name.
    pub file_name: String,
    /// What was typed about a template that does not exist yet, as JSON.
    pub about: String,
    /// Its content.
    pub content: Vec<u8>,
    /// Who sent it.
    pub by: AssociateId,
}

/// A file that is kept and not published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Its id.
    pub id: DraftId,
    /// The template it is for; `None` when that does not exist yet.
    pub template: Option<TemplateId>,
    /// The language, blank for the neutral file.
    pub language: String,
    /// Its name.
    pub file_name: String,
    /// What was typed about a template that does not exist yet, as JSON.
    pub about: String,
    /// Its size in bytes.
    pub size: u64,
    /// Who sent it.
    pub by: AssociateId,
    /// When.
    pub created: Timestamp,
}

/// The drafts of an installation.
#[derive(Debug, Clone, Copy)]
pub struct TemplateDrafts<'c> {
    pub(crate) tx: Tx<'c>,
    pub(crate) installation: InstallationId,
}

impl TemplateDrafts<'_> {
    /// Keeps a file. It takes the place of an earlier one of the same person for the same file of a template.
    pub fn keep(&self, new: &NewDraft, now: Timestamp) -> Result<DraftId> {
        if let Some(template) = new.template {
            self.tx.execute(&SUPERSEDE, params![self.installation, template, &new.language, new.by])?;
        }
        let id = DraftId(counters::next(self.tx, self.installation, "template_draft")?);
        let size = new.content.len() as u64;
        let values = params![
            self.installation,
            id,
            new.template,
            &new.language,
            &new.file_name,
            &new.about,
            size,
            new.content.as_slice(),
            new.by,
            now
        ];
        self.tx.execute(&INSERT, values)?;
        Ok(id)
    }

    /// One, without its content.
    pub fn get(&self, id: DraftId) -> Result<Option<Draft>> {
        self.tx.one(&GET, params![self.installation, id], read)
    }

    /// The content of one.
    pub fn content(&self, id: DraftId) -> Result<Option<Vec<u8>>> {
        self.tx.one(&CONTENT, params![self.installation, id], |row| row.get(0))
    }

    /// Those of a template, or those of templates that do not exist yet, the newest first.
    pub fn of(&self, template: Option<TemplateId>) -> Result<Vec<Draft>> {
        match template {
            Some(id) => self.tx.all(&OF_TEMPLATE, params![self.installation, id], read),
            None => self.tx.all(&OF_NONE, params![self.installation], read),
        }
    }

    /// Removes one.
    /// # Errors
    /// `NotFound` when it is gone already: somebody else has published it or thrown it away.
    pub fn remove(&self, id: DraftId) -> Result<()> {
        found(self.tx.execute(&DELETE, params![self.installation, id])?, "draft")
    }
}

/// Forgets, in all installations, those made before an instant. Gives how many.
pub(crate) fn purge(tx: Tx<'_>, before: Timestamp) -> Result<u64> {
    tx.execute(&PURGE, params![before])
}

fn read(row: &Row<'_>) -> Result<Draft> {
    let mut c = row.columns();
    Ok(Draft {
        id: c.take()?,
        template: c.take()?,
        language: c.take()?,
        file_name: c.take()?,
        about: c.take()?,
        size: c.take()?,
        by: c.take()?,
        created: c.take()?,
    })
}
