//! What is told about a file, where it is opened, and the commands.

use super::desk::{Desk, Thing};
use super::download::export_type;
use super::ids::is_id;
use domain::plugin::{Answer, AnswerKind, CommandInfo, Done, ExternalRef, Which, property};
use domain::{Error, Result};
use std::collections::BTreeMap;

/// Opens the folder of a file at Google.
const FOLDER: &str = "google_drive.open_folder";
/// Tells the MD5 of what the caller reads. Not listed.
const FINGERPRINT: &str = "google_drive.fingerprint";

impl Desk<'_> {
    pub async fn properties(
        &self,
        reference: &ExternalRef,
        names: &[String],
    ) -> Result<BTreeMap<String, String>> {
        let thing = self.find_usable(reference).await?;
        let wants = |name: &str| names.is_empty() || names.iter().any(|wanted| wanted == name);
        let seen = thing.seen(self.call);
        let mut pairs = vec![
            ("HasLocking", seen.semantics.locks().to_string()),
            ("HasVersioning", seen.semantics.versions().to_string()),
            (property::LAST_MODIFIED, seen.modified.to_string()),
            ("PreferredOpen", "Url".to_owned()),
            ("Size", seen.size.to_string()),
            ("Sha256", seen.sha256.unwrap_or_default()),
            (property::LAST_EDITOR, editor(&thing)),
            (property::MOVED, thing.marks.is_moved(thing.file.parent()).to_string()),
            ("ChangedOutside", is_changed(&thing).to_string()),
            (property::ADDRESS, thing.file.web_view_link.clone().unwrap_or_default()),
        ];
        if let Some((media_type, _)) = export_type(&thing.file.mime_type) {
            pairs.push(("ExportedAs", media_type.to_owned()));
        }
        // Asked for by name only: it is a request of its own.
        if names.iter().any(|name| name == property::SHARED) {
            pairs.push((property::SHARED, self.shared_by_hand(reference).await?));
        }
        if wants(property::PATH) {
            let mut parts = self.folders_above(&thing.file).await?;
            parts.push(thing.file.name.clone());
            pairs.push((property::PATH, parts.join("/")));
        }
        Ok(pairs.into_iter().filter(|(name, _)| wants(name)).map(|(n, v)| (n.to_owned(), v)).collect())
    }

    pub async fn commands(&self, reference: &ExternalRef) -> Result<Vec<CommandInfo>> {
        self.find_usable(reference).await?;
        let folder = CommandInfo {
            name: FOLDER.into(),
            label: "Open folder at Google".into(),
            tooltip: "Opens the folder at Google Drive in which this file lies.".into(),
            icon: "folder".into(),
            answers: AnswerKind::Url,
            reads_only: true,
        };
        let shows = self.call.accepts.is_empty() || self.call.accepts.contains(&folder.answers);
        Ok(shows.then_some(folder).into_iter().collect())
    }

    pub async fn execute(&self, reference: &ExternalRef, which: &Which, command: &str) -> Result<Done> {
        let thing = self.find_usable(reference).await?;
        let answer = match command {
            FOLDER if is_id(thing.file.parent()) => {
                Answer::Url(format!("https://drive.google.com/drive/folders/{}", thing.file.parent()))
            }
            FINGERPRINT => {
                let version = match which {
                    Which::Version(id) if !id.0.is_empty() => Some(id),
                    _ => None,
                };
                let revision = match version {
                    Some(id) => self.content_of(&thing, Some(id)).await?.revision,
                    None => thing.revision(self.call),
                };
                Answer::Message(format!("MD5 {}", revision.0))
            }
            _ => return Err(Error::not_found("command")),
        };
        Ok(Done { item: Some(thing.seen(self.call)), answer: self.call.answer(answer) })
    }
}

fn editor(thing: &Thing) -> String {
    let user = thing.file.last_modifying_user.as_ref();
    // The system user is we, on somebody's behalf.
    user.filter(|user| !user.me).map(|user| user.display_name.clone()).unwrap_or_default()
}

fn is_changed(thing: &Thing) -> bool {
    let file = &thing.file;
    thing.marks.is_foreign(&file.name, file.parent(), file.trashed, file.md5())
}
