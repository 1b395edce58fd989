//! Google's own types: conversion and export.

use super::state::{File, Mime};
use crate::core::blobs::Blob;
use crate::google::error::Refusal;

/// Turns content of a type into content of a Google type, as it is kept; refuses what cannot be converted.
pub fn import(content: Blob, _from: &Mime, _to: &Mime) -> Result<Blob, Refusal> {
    Ok(content)
}

/// The content of a new, empty document of a Google type.
pub fn blank(_mime: &Mime) -> Blob {
    Blob::default()
}

/// The types that a file can be exported to.
pub fn export_types(_file: &File) -> &'static [&'static str] {
    &[]
}

/// Whether a Google type has content of its own, that can be converted to: documents, spreadsheets, presentations.
pub fn has_content(mime: &Mime) -> bool {
    mime.is_native() && !mime.is_folder() && !mime.is_shortcut()
}
