//! Where an installation's files lie at Google, as its administrator chose it.

use crate::{Error, Result};
use serde::{Deserialize, Serialize};

/// Which kind of drive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum DriveKind {
    /// The system user's own My Drive.
    MyDrive,
    /// A shared drive, of which the system user is a manager.
    SharedDrive {
        /// Its id.
        id: String,
    },
}

/// Who may open the files that are visible for everyone.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "policy")]
pub enum Access {
    /// Whoever the folder allows already; nothing is given.
    #[default]
    Inherit,
    /// The members of one Google group.
    Group {
        /// The group's address.
        address: String,
    },
    /// Everybody of one Workspace domain who has the link.
    Domain {
        /// The domain.
        domain: String,
    },
}

/// A folder that the application was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Folder {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The id of the shared drive it lies in; `None` in a My Drive.
    pub drive: Option<String>,
}

/// The ids that come back with somebody who was sent to choose folders: at most twenty, with commas between.
/// # Errors
/// `Invalid` when they cannot be what Google sends.
pub fn picked_ids(text: &str) -> Result<Vec<String>> {
    let ids: Vec<String> =
        text.split(',').map(str::trim).filter(|id| !id.is_empty()).map(str::to_owned).collect();
    if ids.is_empty() || ids.len() > 20 || !ids.iter().all(|id| is_id(id)) {
        return Err(Error::invalid("No folder was chosen. Begin again, and choose folders at Google."));
    }
    Ok(ids)
}

/// Where files lie, and who may open them there. Made by the wizard, kept by the host, given back as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The kind of drive.
    pub drive: DriveKind,
    /// The folder of the documents.
    pub documents: String,
    /// The folder of the templates; another than that of the documents.
    pub templates: String,
    /// Who may open the documents that are visible for everyone.
    #[serde(default)]
    pub access: Access,
    /// Whether a check-out is shown at Google as a content restriction. People cannot edit there meanwhile, the holder
    /// included.
    #[serde(default)]
    pub show_check_out: bool,
    /// Whether somebody who may see a document here and opens it is let into the folder of everybody's documents, when
    /// Google would refuse. Only where nothing else is given.
    #[serde(default)]
    pub let_in: bool,
}

impl Place {
    /// Refuses what cannot be a place.
    /// # Errors
    /// `Invalid`, naming the field.
    pub fn validated(self) -> Result<Self> {
        let wrong = |field: &'static str, text: &'static str| Err(Error::invalid(text).field(field));
        if let DriveKind::SharedDrive { id } = &self.drive
            && !is_id(id)
        {
            return wrong("drive", "This is not the id of a shared drive. Choose the drive again.");
        }
        if !is_id(&self.documents) {
            return wrong("documents", "This is not the id of a folder. Choose the folder again.");
        }
        if !is_id(&self.templates) {
            return wrong("templates", "This is not the id of a folder. Choose the folder again.");
        }
        if self.documents == self.templates {
            return wrong(
                "templates",
                "Documents and templates need folders of their own. Choose another folder for the templates.",
            );
        }
        match &self.access {
            Access::Group { address } if !is_address(address) => {
                wrong("access", "Write the whole address of the group, such as everyone@example.com.")
            }
            Access::Domain { domain } if !is_domain(domain) => {
                wrong("access", "Write the domain alone, such as example.com.")
            }
            _ => Ok(self),
        }
    }

    /// The shared drive's id.
    pub fn shared_drive(&self) -> Option<&str> {
        match &self.drive {
            DriveKind::MyDrive => None,
            DriveKind::SharedDrive { id } => Some(id),
        }
    }
}

fn is_domain(text: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 253 && text.contains('.') && text.split('.').all(label)
}

fn is_address(text: &str) -> bool {
    let plain = |c: char| !c.is_control() && !c.is_whitespace() && c != '@';
    text.split_once('@').is_some_and(|(name, domain)| {
        !name.is_empty() && name.len() <= 64 && name.chars().all(plain) && is_domain(domain)
    })
}

/// The id in what a person pasted: an id, or the address of a folder or shared drive as the browser shows it.
/// # Errors
/// `Invalid` when there is none.
pub fn id_in(text: &str) -> Result<String> {
    let path = text.trim().split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    let last = path.rsplit('/').next().unwrap_or_default();
    // An address names what it leads to; anything else between slashes is no folder.
    let leads = !path.contains('/') || path.contains("/folders/") || path.contains("/drives/");
    if leads && is_id(last) {
        return Ok(last.to_owned());
    }
    Err(Error::invalid(
        "This is no address of a folder at Google. Open the folder or shared drive in Google Drive and copy the address from \
         the browser.",
    ))
}

/// Whether a text can be an id of Google's: letters, digits, hyphens and underscores.
fn is_id(text: &str) -> bool {
    (10..=100).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place() -> Place {
        Place {
            drive: DriveKind::MyDrive,
            documents: "1AbcdefghijklmnopqrstuvwxyzABCDEF".into(),
            templates: "1Bbcdefghijklmnopqrstuvwxyz-_0123".into(),
            access: Access::Inherit,
            show_check_out: false,
            let_in: false,
        }
    }

    #[test]
    fn a_place_that_cannot_be_names_the_field() {
        let refused = |change: fn(&mut Place)| {
            let mut wrong = place();
            change(&mut wrong);
            wrong.validated().unwrap_err().field_name().map(str::to_owned)
        };
        let drive = |p: &mut Place| p.drive = DriveKind::SharedDrive { id: "x/y".into() };
        assert_eq!(refused(drive).as_deref(), Some("drive"));
        assert_eq!(refused(|p| p.documents = String::new()).as_deref(), Some("documents"));
        assert_eq!(refused(|p| p.templates = "' or ''".into()).as_deref(), Some("templates"));
        assert_eq!(refused(|p| p.templates = p.documents.clone()).as_deref(), Some("templates"));
        for address in ["", "everyone", "@example.com", "a b@example.com", "a@b@example.com", "a@-x.com"] {
            let mut wrong = place();
            wrong.access = Access::Group { address: address.into() };
            assert_eq!(wrong.validated().unwrap_err().field_name(), Some("access"), "{address:?}");
        }
        for domain in ["", "example", "https://example.com", "example..com", "a@example.com"] {
            let mut wrong = place();
            wrong.access = Access::Domain { domain: domain.into() };
            assert_eq!(wrong.validated().unwrap_err().field_name(), Some("access"), "{domain:?}");
        }
    }

    #[test]
    fn the_id_is_found_in_what_people_paste() {
        let id = "0AbcdefghijUk9PVA";
        for text in [
            id.to_owned(),
            format!(" https://drive.google.com/drive/folders/{id}?usp=sharing "),
            format!("https://drive.google.com/drive/u/1/folders/{id}/"),
            format!("http://127.0.0.1:4003/drive/folders/{id}"),
        ] {
            assert_eq!(id_in(&text).unwrap(), id, "{text}");
        }
        for text in [
            "",
            "documents",
            "https://drive.google.com/drive/my-drive",
            "https://x/file/d/0AbcdefghijUk9PVA/view",
        ] {
            assert!(id_in(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_place_is_read_back_as_it_was_written() {
        let mut whole = place();
        whole.drive = DriveKind::SharedDrive { id: "0AbcdefghijUk9PVA".into() };
        whole.access = Access::Group { address: "everyone@example.com".into() };
        whole.show_check_out = true;
        for place in [place(), whole] {
            let text = serde_json::to_string(&place).unwrap();
            assert_eq!(serde_json::from_str::<Place>(&text).unwrap().validated().unwrap(), place);
        }
    }
}
