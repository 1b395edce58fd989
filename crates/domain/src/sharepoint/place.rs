//! Where an installation's files lie in SharePoint, as its administrator chose it.

use super::Facts;
use crate::{Error, Result};
use serde::{Deserialize, Serialize};

/// A folder of a library. The root of a library has an id as every folder has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Library {
    /// The library's drive: `b!…`.
    pub drive: String,
    /// The folder in it: `01…`.
    pub folder: String,
}

/// Where files lie, and who may open them there. Made by the wizard, kept by the host, given back as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The Entra tenant.
    pub tenant: String,
    /// The site: `host,collection,web`.
    pub site: String,
    /// Where documents lie.
    pub documents: Library,
    /// Where templates lie; another folder than that of the documents.
    pub templates: Library,
    /// Whether *Visible for* decides who may open a document in SharePoint. Otherwise whoever the library lets in may.
    #[serde(default)]
    pub visible_for: bool,
    /// The facts of a document that are written into columns of the library; with the first goes our own number of it.
    #[serde(default)]
    pub columns: Facts,
}

impl Place {
    /// Refuses what cannot be a place.
    /// # Errors
    /// `Invalid`, naming the field.
    pub fn validated(self) -> Result<Self> {
        let wrong = |field: &'static str, text: &'static str| Err(Error::invalid(text).field(field));
        let library = |library: &Library| is_id(&library.drive) && is_id(&library.folder);
        if !is_guid(&self.tenant) {
            return wrong("tenant", "This is not the id of a tenant. Connect Microsoft 365 again.");
        }
        if self.site.split(',').count() != 3 || !self.site.bytes().all(is_plain) {
            return wrong("site", "This is not the id of a site. Choose the site again.");
        }
        if !library(&self.documents) {
            return wrong("documents", "This is not the id of a library. Choose the library again.");
        }
        if !library(&self.templates) {
            return wrong("templates", "This is not the id of a library. Choose the library again.");
        }
        if self.documents == self.templates {
            return wrong(
                "templates",
                "Documents and templates need folders of their own. Choose another place for the templates.",
            );
        }
        Ok(self)
    }
}

const fn is_plain(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'!' | b'.' | b',')
}

fn is_id(text: &str) -> bool {
    (10..=200).contains(&text.len()) && text.bytes().all(|b| is_plain(b) && b != b',' && b != b'.')
}

/// Whether a text is an object id: hexadecimal digits in groups of 8, 4, 4, 4 and 12.
pub fn is_guid(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12])
        && parts.iter().all(|part| part.bytes().all(|b| b.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place() -> Place {
        let library = |folder: &str| Library { drive: "b!abcdefghijk-_".into(), folder: folder.into() };
        Place {
            tenant: "6a5f0d3c-92c5-4f6e-b0c7-1d8e3f5a7c03".into(),
            site: "contoso.sharepoint.com,6a5f0d3c-92c5-4f6e-b0c7-1d8e3f5a7c03,6a5f0d3c-92c5-4f6e-b0c7-1d8e3f5a7c04"
                .into(),
            documents: library("01ABCDEFGHIJK"),
            templates: library("01BBCDEFGHIJK"),
            visible_for: true,
            columns: Facts::default(),
        }
    }

    #[test]
    fn a_place_that_cannot_be_names_the_field() {
        let refused = |change: fn(&mut Place)| {
            let mut wrong = place();
            change(&mut wrong);
            wrong.validated().unwrap_err().field_name().map(str::to_owned)
        };
        assert_eq!(refused(|p| p.tenant = "common".into()).as_deref(), Some("tenant"));
        assert_eq!(refused(|p| p.site = "a,b".into()).as_deref(), Some("site"));
        assert_eq!(refused(|p| p.site = "a,b,c/../d".into()).as_deref(), Some("site"));
        assert_eq!(refused(|p| p.documents.drive = "../../me/drive".into()).as_deref(), Some("documents"));
        assert_eq!(refused(|p| p.templates.folder = String::new()).as_deref(), Some("templates"));
        assert_eq!(refused(|p| p.templates = p.documents.clone()).as_deref(), Some("templates"));
    }

    #[test]
    fn an_object_id_has_five_groups_of_digits() {
        assert!(is_guid("6a5f0d3c-92c5-4f6e-b0c7-1d8e3f5a7c03"));
        for text in [
            "",
            "sales",
            "------------------------------------",
            "6a5f0d3c92c5-4f6e-b0c7-1d8e3f5a7c03-",
            "6a5f0d3c-92c5-4f6e-b0c7-1d8e3f5a7c0g",
            "6a5f0d3c-92c5-4f6e-b0c7-1d8e3f5a7c03-",
        ] {
            assert!(!is_guid(text), "{text}");
        }
    }

    #[test]
    fn a_place_is_read_back_as_it_was_written() {
        let text = serde_json::to_string(&place()).unwrap();
        assert_eq!(serde_json::from_str::<Place>(&text).unwrap().validated().unwrap(), place());
    }
}
