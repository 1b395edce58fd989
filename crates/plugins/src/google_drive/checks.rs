//! Whether the place can be used, step by step, and making what it needs.

use super::audience::Scope;
use super::client::Trouble;
use super::desk::Desk;
use super::place::Access;
use super::refusals::Class;
use super::wire::{About, FOLDER};
use domain::plugin::{Finding, Severity, Shelf};
use domain::{Error, Result};

const GIGABYTE: u64 = 1_000_000_000;

fn line(what: &str, severity: Severity, detail: impl Into<String>) -> Finding {
    Finding { what: what.into(), severity, detail: detail.into() }
}

impl Desk<'_> {
    /// Tests the connection, the rights, the room and the folders. Changes nothing.
    pub async fn check(&self) -> Vec<Finding> {
        let mut found = Vec::new();
        match self.line.about().await {
            Ok(about) => {
                found.push(self.account(&about));
                found.push(line("Rights of the connection", Severity::Good, "Files can be worked with."));
                found.push(room(&about, self.line.connected.place.shared_drive().is_some()));
            }
            Err(trouble) => {
                let what = if trouble.is(Class::Permission) || trouble.is(Class::Operator) {
                    "Rights of the connection"
                } else {
                    "Connection to Google"
                };
                found.push(line(what, Severity::Problem, Error::from(trouble).public().to_owned()));
                return found;
            }
        }
        found.push(self.folder("Folder of the documents", Shelf::Documents).await);
        found.push(self.folder("Folder of the templates", Shelf::Templates).await);
        found.push(self.access_check());
        found
    }

    fn account(&self, about: &About) -> Finding {
        let what = "Connection to Google";
        let expected = &self.line.connected.account;
        match &about.user.email_address {
            Some(address) if !address.eq_ignore_ascii_case(expected) => line(
                what,
                Severity::Warning,
                format!(
                    "The connection is of {address} and was set up for {expected}. Connect the system user again."
                ),
            ),
            _ => line(what, Severity::Good, format!("Connected as {expected}.")),
        }
    }

    async fn folder(&self, what: &str, shelf: Shelf) -> Finding {
        let place = &self.line.connected.place;
        let folder = match self.line.file(self.root(shelf)).await {
            Ok(Some(folder)) => folder,
            Ok(None) => {
                let text = "It cannot be found. Restore it at Google, or choose another folder in Settings.";
                return line(what, Severity::Problem, text);
            }
            Err(trouble) => return line(what, Severity::Problem, said(trouble)),
        };
        let here = place
            .shared_drive()
            .is_none_or(|drive| folder.drive_id.as_deref() == Some(drive) || folder.id == drive);
        if folder.mime_type != FOLDER || folder.trashed {
            let text = "It is in the trash, or no folder. Restore it at Google, or choose another folder in Settings.";
            return line(what, Severity::Problem, text);
        }
        if !here {
            let text = "It lies in another drive than the one chosen. Choose the folder again in Settings.";
            return line(what, Severity::Problem, text);
        }
        if !folder.capabilities.can_add_children {
            let text = format!(
                "“{}”: the system user may not put files there. Give it the right at Google: content manager or manager of a shared drive, editor of a folder.",
                folder.name
            );
            return line(what, Severity::Problem, text);
        }
        if place.shared_drive().is_some() && !folder.capabilities.can_share {
            let text = format!(
                "“{}” can be used. The system user may not share there, so private documents are refused. Make it a manager of the shared drive.",
                folder.name
            );
            return line(what, Severity::Warning, text);
        }
        line(what, Severity::Good, format!("“{}” can be used.", folder.name))
    }

    fn access_check(&self) -> Finding {
        let what = "Who may open documents that are visible for everyone";
        let text = match &self.line.connected.place.access {
            Access::Inherit => "Whoever the folder at Google lets in.".to_owned(),
            Access::Group { address } => format!("The members of the group {address}."),
            Access::Domain { domain } => format!("Everybody of {domain}."),
        };
        line(what, Severity::Good, text)
    }

    /// Makes the folder of the documents that everybody sees, and puts the permissions of every audience's folder in
    /// order.
    pub async fn provision(&self) -> Result<Vec<Finding>> {
        self.shared.folders.forget();
        self.scope(&Scope::Everyone).await?;
        let count = self.settle_all().await?;
        let text = format!("{count} folders have the permissions they should have.");
        Ok(vec![line("Folders and permissions", Severity::Good, text)])
    }
}

fn said(trouble: Trouble) -> String {
    Error::from(trouble).public().to_owned()
}

/// The room of the account. A shared drive has the organisation's, which is not told.
fn room(about: &About, shared: bool) -> Finding {
    let what = "Room for documents";
    let quota = &about.storage_quota;
    match (quota.limit, quota.usage) {
        _ if shared => line(what, Severity::Good, "The shared drive uses the organisation's storage."),
        (Some(limit), Some(usage)) if usage >= limit => {
            line(what, Severity::Problem, "The account is full. Free space there, or buy more.")
        }
        (Some(limit), Some(usage)) if usage > limit / 10 * 9 => line(
            what,
            Severity::Warning,
            format!("{} GB are left. Free space there, or buy more.", (limit - usage) / GIGABYTE),
        ),
        (Some(limit), Some(usage)) => {
            line(what, Severity::Good, format!("{} GB are left.", (limit - usage) / GIGABYTE))
        }
        _ => line(what, Severity::Good, "The account has no limit of its own."),
    }
}
