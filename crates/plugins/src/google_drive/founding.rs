//! Making the folders of a place that has none yet: the wizard's default.

use super::GoogleDrive;
use super::folders::Wanted;
use super::place::{Access, Connected, DriveKind, Place};
use super::wire::FOLDER;
use domain::Result;
use domain::connections::TokenSource;
use domain::google::Folder;
use domain::plugin::{Call, Finding};
use std::sync::Arc;

/// The connection of a system user for whom no place has been chosen yet.
#[derive(Debug, Clone)]
pub struct Founder {
    /// The connection of the system user.
    pub connection: String,
    /// The system user's address.
    pub account: Arc<str>,
    /// Gives the connection's access tokens.
    pub tokens: Arc<dyn TokenSource>,
}

impl GoogleDrive {
    /// Makes a folder for documents and one for templates, at the top of the system user's My Drive or of a shared
    /// drive. Repeating it with the same names gives the same folders.
    ///
    /// The place gives nobody access yet and shows no check-outs; both can be changed in it.
    /// # Errors
    /// As Google refuses: no right to put folders there, or no such drive.
    pub async fn found(
        &self,
        call: &Call,
        founder: Founder,
        drive: DriveKind,
        documents: &str,
        templates: &str,
    ) -> Result<Place> {
        let top = match &drive {
            DriveKind::MyDrive => "root".to_owned(),
            DriveKind::SharedDrive { id } => id.clone(),
        };
        let place = Place {
            drive,
            documents: top.clone(),
            templates: top.clone(),
            access: Access::Inherit,
            show_check_out: false,
            let_in: false,
        };
        let Founder { connection, account, tokens } = founder;
        let desk = self.shared.desk_at(call, Connected { place: place.clone(), connection, account, tokens });
        let folder = |name: &str, mark: &str| Wanted {
            parent: &top,
            name: name.to_owned(),
            mark: mark.to_owned(),
            closed: false,
        };
        let documents = desk.child(&folder(documents, "documents")).await?;
        let templates = desk.child(&folder(templates, "templates")).await?;
        Place { documents, templates, ..place }.validated()
    }

    /// A folder that the account of a connection reaches; `None` when it does not, or it is no folder or in the trash.
    pub async fn folder(&self, call: &Call, connected: Connected, id: &str) -> Result<Option<Folder>> {
        let found = self.shared.desk_at(call, connected).line.file(id).await?;
        let folder = found.filter(|file| file.mime_type == FOLDER && !file.trashed);
        Ok(folder.map(|file| Folder { id: file.id, name: file.name, drive: file.drive_id }))
    }

    /// Tests a place that is not in use yet.
    pub async fn examine(&self, call: &Call, connected: Connected) -> Vec<Finding> {
        self.shared.desk_at(call, connected).check().await
    }
}
