//! Whether the place can be used, step by step, and making what it needs.

use super::client::Trouble;
use super::columns::{missing, required};
use super::desk::Desk;
use super::refusals::Class;
use domain::plugin::{Finding, Severity, Shelf};
use domain::{Error, Result};

const GIGABYTE: u64 = 1_000_000_000;
/// How many folders' permissions are compared; each costs five units.
const FOLDERS: usize = 20;

fn line(what: &str, severity: Severity, detail: impl Into<String>) -> Finding {
    Finding { what: what.into(), severity, detail: detail.into() }
}

impl Desk<'_> {
    /// Tests both connections, the libraries, their columns, the room. Changes nothing.
    pub async fn check(&self) -> Vec<Finding> {
        let mut found = Vec::new();
        for (what, shelf) in
            [("Library of the documents", Shelf::Documents), ("Library of the templates", Shelf::Templates)]
        {
            found.extend(self.library_check(what, shelf).await);
        }
        found.push(self.as_person().await);
        found.push(self.access_check().await);
        found.extend(self.told_unknown().await.unwrap_or_default());
        found
    }

    async fn library_check(&self, what: &str, shelf: Shelf) -> Vec<Finding> {
        let root = self.root(shelf);
        let drive = match self.app.drive(root.drive).await {
            Ok(Some(drive)) => drive,
            Err(trouble) if !trouble.is(Class::Permission) => {
                return vec![line(what, Severity::Problem, said(trouble))];
            }
            Ok(None) | Err(_) => {
                let text = "It cannot be found, or the application has not been given its site (Sites.Selected). An \
                            administrator of Microsoft 365 can grant the site, or choose another library in Settings.";
                return vec![line(what, Severity::Problem, text)];
            }
        };
        match self.app.item(root).await {
            Ok(Some(folder)) if folder.folder.is_some() => {}
            Ok(_) => {
                let text = "Its folder is gone. Restore it from the recycle bin of the site, or choose another in Settings.";
                return vec![line(what, Severity::Problem, text)];
            }
            Err(trouble) => return vec![line(what, Severity::Problem, said(trouble))],
        }
        let mut found = vec![line(what, Severity::Good, format!("“{}” can be used.", drive.name))];
        found.extend(self.columns_check(what, root.drive).await);
        if let Some((left, total)) = drive.quota.and_then(|quota| quota.remaining.zip(quota.total)) {
            found.push(room(left, total));
        }
        found
    }

    /// Columns that must be filled in keep new files checked out, and nobody else sees them (M-13).
    async fn columns_check(&self, what: &str, drive: &str) -> Option<Finding> {
        let columns = match self.app.columns(drive).await {
            Ok(columns) => columns,
            Err(trouble) => return Some(line(what, Severity::Warning, said(trouble))),
        };
        let required = required(&columns);
        if !required.is_empty() {
            let text = format!(
                "These columns must be filled in before a document can be published there: {}. An owner of the site can make \
                 them optional or give them default values.",
                required.join(", ")
            );
            return Some(line(what, Severity::Problem, text));
        }
        let missing = missing(&self.place.columns, &columns);
        (!missing.is_empty()).then(|| {
            let text = format!(
                "These columns for the facts of documents are missing: {}. Repeat the set-up's last step, which makes them.",
                missing.join(", ")
            );
            line(what, Severity::Problem, text)
        })
    }

    async fn access_check(&self) -> Finding {
        let what = "Who may open documents in SharePoint";
        if !self.place.visible_for {
            return line(what, Severity::Good, "Whoever the library lets in.");
        }
        let drifted = async {
            let mut drifted = self.drifted(FOLDERS).await?;
            if self.templates_drifted().await? {
                drifted.push("the folder of the templates".to_owned());
            }
            Ok::<_, Error>(drifted)
        };
        match drifted.await {
            Ok(drifted) if drifted.is_empty() => {
                let text =
                    "Visible for decides: a folder for each group and person, with permissions of its own.";
                line(what, Severity::Good, text)
            }
            Ok(drifted) => {
                let text = format!(
                    "The permissions of these folders were changed by hand, or people have come and gone: {}. Repeat the \
                     set-up's trial, which puts them in order.",
                    drifted.join(", ")
                );
                line(what, Severity::Warning, text)
            }
            Err(e) => line(what, Severity::Problem, e.public().to_owned()),
        }
    }

    async fn as_person(&self) -> Finding {
        let what = "Your own access";
        if self.mine.access.object.is_empty() {
            return line(what, Severity::Good, "Nobody in particular is asking.");
        }
        match self.mine.item(self.root(Shelf::Documents)).await {
            Ok(Some(_)) => line(what, Severity::Good, "You can work in the library as yourself."),
            Ok(None) => {
                let text =
                    "You are not let into the library. An owner of the site in Microsoft 365 can add you.";
                line(what, Severity::Warning, text)
            }
            Err(trouble) if trouble.is(Class::Permission) => {
                let text = "The application may not act for you in this site. An administrator of Microsoft 365 can consent to it.";
                line(what, Severity::Problem, text)
            }
            Err(trouble) => line(what, Severity::Problem, said(trouble)),
        }
    }

    /// Makes the columns and the folder of the documents that everybody sees, and puts the permissions of every
    /// audience's folder in order.
    pub async fn provision(&self) -> Result<Vec<Finding>> {
        let mut found = Vec::new();
        self.shared.folders.forget();
        if !self.place.columns.is_empty() {
            let made = self.make_columns().await?;
            if !made.is_empty() {
                found.push(line("Columns", Severity::Good, format!("Made: {}.", made.join(", "))));
            }
        }
        Box::pin(self.scope(&super::audience::Scope::Everyone)).await?;
        found.extend(self.settle_all().await?);
        if let Some((editors, readers)) = Box::pin(self.settle_templates()).await? {
            let text = format!("{editors} may change them in SharePoint, {readers} may read them.");
            found.push(line("Who may open templates", Severity::Good, text));
        }
        found.extend(Box::pin(self.told_unknown()).await?);
        Ok(found)
    }
}

fn said(trouble: Trouble) -> String {
    Error::from(trouble).public().to_owned()
}

fn room(left: u64, total: u64) -> Finding {
    let what = "Room for documents";
    if left == 0 {
        return line(
            what,
            Severity::Problem,
            "The site is full. An administrator of Microsoft 365 can give it more room.",
        );
    }
    let severity = if left < total / 10 { Severity::Warning } else { Severity::Good };
    line(what, severity, format!("{} GB are left.", left / GIGABYTE))
}
