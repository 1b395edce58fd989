//! References, and short marks made of long things.

use super::Shared;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::plugin::ExternalRef;
use domain::{Error, OperationId, Result};
use platform::digest::sha256;

/// Whether a text can be the id of a file or folder: letters, digits, `-` and `_`, 10 to 100 of them.
pub(crate) fn is_id(text: &str) -> bool {
    (10..=100).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// The file of a reference: the reference is the file's id.
/// # Errors
/// `NotFound` for a text that is no id.
pub(crate) fn file_of(reference: &ExternalRef) -> Result<&str> {
    if is_id(&reference.0) { Ok(&reference.0) } else { Err(missing()) }
}

pub(crate) fn missing() -> Error {
    Error::not_found("file")
}

/// Twelve letters that stand for something longer: 72 bits of its SHA-256.
pub(crate) fn short(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(&sha256(text.as_bytes())[..9])
}

/// The mark of an operation.
pub(crate) fn mark(operation: OperationId) -> String {
    short(&operation.0.simple().to_string())
}

/// How many ids are asked for at once.
const AT_ONCE: usize = 100;

impl Shared {
    /// An id nobody has used. They are fetched a hundred at a time: 5 units for a hundred files.
    pub(crate) async fn fresh_id(&self, line: &super::client::Line) -> super::client::Asked<String> {
        let key = (line.connected.account.to_string(), line.connected.place.shared_drive().is_some());
        loop {
            if let Some(id) = self.ids.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take(&key) {
                return Ok(id);
            }
            let _one = self.ids_turn.lock().await;
            let empty = self.ids.lock().unwrap_or_else(std::sync::PoisonError::into_inner).is_empty(&key);
            if empty {
                let fresh = line.generate_ids(AT_ONCE).await?;
                self.ids.lock().unwrap_or_else(std::sync::PoisonError::into_inner).add(&key, fresh);
            }
        }
    }
}

/// Ids that were handed out and not used, by account.
#[derive(Debug, Default)]
pub(crate) struct IdPool(std::collections::HashMap<(String, bool), Vec<String>>);

impl IdPool {
    fn take(&mut self, key: &(String, bool)) -> Option<String> {
        self.0.get_mut(key)?.pop()
    }

    fn is_empty(&self, key: &(String, bool)) -> bool {
        self.0.get(key).is_none_or(Vec::is_empty)
    }

    fn add(&mut self, key: &(String, bool), ids: Vec<String>) {
        self.0.entry(key.clone()).or_default().extend(ids);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_be_an_id_names_a_file() {
        for id in ["1AbcdefghijklmnopqrstuvwxyzABCDEF", "0AB-_cdefgUk9PVA"] {
            assert!(is_id(id), "{id}");
        }
        for text in
            ["", "1", "a/b/c/d/e/f/g", "../../etc/passwd", "1Abcdefghijk ", "1Abcdefghi\0jk", "1Abcdéfghijk"]
        {
            assert!(!is_id(text), "{text:?}");
        }
        assert!(!is_id(&"x".repeat(101)));
    }

    #[test]
    fn a_mark_has_twelve_letters_that_need_no_quoting() {
        let mark = mark(OperationId(uuid::Uuid::from_u128(7)));
        assert_eq!(mark.len(), 12);
        assert!(is_id(&mark));
    }
}
