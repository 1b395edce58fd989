//! Libraries to choose from, and what they ask of files.

use crate::{Result, names, text};
use serde::{Deserialize, Serialize};

/// A library to choose from.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LibraryFound {
    /// Its drive.
    pub drive: String,
    /// What people read.
    pub name: String,
    /// Where it is opened in the browser; blank when that is not known.
    #[serde(default)]
    pub address: String,
    /// Columns that must be filled in before a file can be published there, as people read them.
    #[serde(default)]
    pub required: Vec<String>,
    /// It keeps new files checked out; known once a file was tried in it.
    #[serde(default)]
    pub keeps_checked_out: bool,
}

impl LibraryFound {
    /// Why nothing can be kept there, and who can change it; nothing when it can.
    pub fn obstacle(&self) -> Option<String> {
        if self.required.is_empty() {
            return None;
        }
        Some(format!(
            "In the library “{}” these columns must be filled in before a document can be published: {}. Nothing was stored \
             there. An owner of the site can make them optional or give them default values (Library settings); then try \
             again, or choose or make another library.",
            self.name,
            self.required.join(", ")
        ))
    }

    /// How long its path is, from the host on, in characters as SharePoint counts them: without escapes.
    pub fn path_length(&self) -> usize {
        let rest = self.address.split_once("://").map_or(self.address.as_str(), |(_, rest)| rest);
        let path = rest.split_once('/').map_or("", |(_, path)| path);
        let mut bytes = Vec::new();
        let mut left = path.as_bytes();
        while let Some((first, rest)) = left.split_first() {
            let escape =
                rest.get(..2).filter(|_| *first == b'%').and_then(|hex| std::str::from_utf8(hex).ok());
            if let Some(byte) = escape.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
                bytes.push(byte);
                left = &rest[2..];
            } else {
                bytes.push(*first);
                left = rest;
            }
        }
        String::from_utf8_lossy(&bytes).chars().count()
    }

    /// What is good to know about it; nothing when there is nothing special.
    pub fn advice(&self) -> Option<String> {
        self.keeps_checked_out.then(|| {
            format!(
                "The library “{}” requires files to be checked out. Documents can be kept there: they are checked out and in \
                 again with every change, which costs two requests more each time. An owner of the site can switch it off \
                 under Library settings, Versioning settings.",
                self.name
            )
        })
    }
}

/// The name of a library to be made, as SharePoint takes it.
/// # Errors
/// `Invalid` for a blank one, or one of more than a hundred characters.
pub fn library_name(text: &str) -> Result<String> {
    let name = text::required_line("name of the library", text, 100)?;
    Ok(names::amend(&name.replace(['/', '\\'], "_"), "Documents"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_says_what_stands_in_the_way_and_who_can_change_it() {
        let mut library = LibraryFound { name: "Contracts".into(), ..LibraryFound::default() };
        assert_eq!((library.obstacle(), library.advice()), (None, None));
        library.required = vec!["Case".into(), "Customer".into()];
        let words = library.obstacle().unwrap();
        assert!(words.contains("Case, Customer") && words.contains("An owner of the site can"), "{words}");
        library.keeps_checked_out = true;
        assert!(library.advice().unwrap().contains("An owner of the site can switch it off"));
    }

    #[test]
    fn the_length_of_a_path_is_counted_without_host_and_escapes() {
        for (address, length) in [
            ("https://h.sharepoint.com/sites/a/Shared%20Documents", 24),
            ("https://h.sharepoint.com/%C3%A5b%", 3),
            ("https://h.sharepoint.com", 0),
            ("", 0),
        ] {
            let library = LibraryFound { address: address.into(), ..LibraryFound::default() };
            assert_eq!(library.path_length(), length, "{address}");
        }
    }

    #[test]
    fn a_library_is_called_as_sharepoint_takes_it() {
        assert_eq!(library_name(" Offers: 2026/27 ").unwrap(), "Offers_ 2026_27");
        assert_eq!(library_name("...").unwrap(), "Documents");
        assert_eq!(library_name(" ").unwrap_err().field_name(), Some("name of the library"));
        assert!(library_name(&"x".repeat(101)).is_err());
    }

    #[test]
    fn a_library_from_before_it_was_looked_into_is_read() {
        let read: LibraryFound = serde_json::from_str("{\"drive\":\"b!1\",\"name\":\"Docs\"}").unwrap();
        assert_eq!((read.required.len(), read.keeps_checked_out), (0, false));
    }
}
