//! Google's own types: conversion and export (google.md 2.13).
//!
//! Documents and presentations are kept as plain text, spreadsheets as CSV. Conversion is lossy, as outside.

use super::access::{self, Act};
use super::routes::{Caller, Handler, Outcome, insufficient_scopes, line, reach_file};
use super::state::{File, Mime, NATIVE};
use super::{office, packages, slides};
use crate::core::answer::Answer;
use crate::core::blobs::Blob;
use crate::core::env::Env;
use crate::core::routes::Route;
use crate::google::Google;
use crate::google::error::Refusal;
use http::{Method, StatusCode};

/// Documents above this many bytes are not converted.
pub const LARGEST_DOCUMENT: u64 = 50 << 20;
/// The same for spreadsheets and presentations.
pub const LARGEST_OTHER: u64 = 100 << 20;
/// Exports above this many bytes are refused.
const LARGEST_EXPORT: u64 = 10 << 20;

const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const PPTX: &str = "application/vnd.openxmlformats-officedocument.presentationml.presentation";
const ODT: &str = "application/vnd.oasis.opendocument.text";
const ODS: &str = "application/vnd.oasis.opendocument.spreadsheet";
const ODP: &str = "application/vnd.oasis.opendocument.presentation";

/// What Google types can be exported to.
pub(super) const EXPORTS: &[(&str, &[&str])] = &[
    (
        "document",
        &[
            "application/rtf",
            ODT,
            "text/html",
            "application/pdf",
            "text/x-markdown",
            "text/markdown",
            "application/epub+zip",
            "application/zip",
            DOCX,
            "text/plain",
        ],
    ),
    (
        "spreadsheet",
        &[ODS, "text/tab-separated-values", "application/pdf", XLSX, "text/csv", "application/zip"],
    ),
    (
        "presentation",
        &[ODP, "application/pdf", PPTX, "text/plain", "image/svg+xml", "image/png", "image/jpeg"],
    ),
    ("drawing", &["image/svg+xml", "image/png", "application/pdf", "image/jpeg"]),
];

/// What can be converted to Google types.
pub(super) const IMPORTS: &[(&str, &[&str])] = &[
    ("text/plain", &["document"]),
    ("text/html", &["document"]),
    ("text/markdown", &["document"]),
    ("text/rtf", &["document"]),
    ("application/rtf", &["document"]),
    ("application/msword", &["document"]),
    ("application/pdf", &["document"]),
    (DOCX, &["document"]),
    (ODT, &["document"]),
    ("text/csv", &["spreadsheet"]),
    ("text/tab-separated-values", &["spreadsheet"]),
    ("application/vnd.ms-excel", &["spreadsheet"]),
    (XLSX, &["spreadsheet"]),
    (ODS, &["spreadsheet"]),
    ("application/vnd.ms-powerpoint", &["presentation"]),
    (PPTX, &["presentation"]),
    (ODP, &["presentation"]),
];

/// Routes below `/drive/v3`.
pub(super) fn lines() -> Vec<Route<Handler>> {
    vec![line(Method::GET, "/files/{fileId}/export", "files.export", 200, (export, "", ""))]
}

/// The last part of a Google type's name.
fn short(mime: &Mime) -> &str {
    mime.as_str().strip_prefix(NATIVE).unwrap_or_default()
}

/// Turns content of a type into content of a Google type, as it is kept.
/// # Errors
/// 400 for what cannot be converted; 413 for what is too large.
pub fn import(content: Blob, from: &Mime, to: &Mime) -> Result<Blob, Refusal> {
    let to = short(to);
    let convertible = IMPORTS.iter().any(|(known, targets)| *known == from.as_str() && targets.contains(&to));
    if !convertible {
        let message = format!("Conversion from {} is not supported.", from.as_str());
        return Err(Refusal::new(400, "conversionUnsupportedConversionPath", message));
    }
    let largest = if to == "document" { LARGEST_DOCUMENT } else { LARGEST_OTHER };
    if content.size() > largest {
        return Err(Refusal::new(413, "uploadTooLarge", "The file is too large to be converted."));
    }
    let failed = || Refusal::new(400, "badRequest", "The file could not be converted.");
    let bytes = content.read(0..content.size()).map_err(|_| failed())?;
    let text = office::text_of(from.as_str(), &bytes).ok_or_else(failed)?;
    Ok(Blob::from(text.into_bytes()))
}

/// The content of a new, empty document of a Google type.
pub fn blank(_mime: &Mime) -> Blob {
    Blob::default()
}

/// The types that a file can be exported to.
pub fn export_types(file: &File) -> &'static [&'static str] {
    let kind = short(&file.mime);
    EXPORTS.iter().find(|(known, _)| *known == kind).map_or(&[], |(_, targets)| targets)
}

/// Whether a Google type has content of its own, that can be converted to: documents, spreadsheets, presentations.
pub fn has_content(mime: &Mime) -> bool {
    mime.is_native() && !mime.is_folder() && !mime.is_shortcut()
}

fn export(google: &mut Google, env: &mut Env<'_>, caller: &Caller<'_>) -> Result<Outcome, Refusal> {
    let all = Caller { all_drives: true, ..caller.clone() };
    let key = reach_file(google, env, &all)?;
    let Some(wanted) = env.call.query.filled("mimeType") else {
        return Err(Refusal::new(400, "required", "Required parameter: mimeType").about("mimeType"));
    };
    if !caller.scopes.reads_content() {
        return Err(insufficient_scopes());
    }
    let Some(file) = google.drive.files.get(key) else { return Err(Refusal::no_file("")) };
    if export_types(file).is_empty() {
        return Err(Refusal::new(403, "fileNotExportable", "Export only supports Docs Editors files."));
    }
    access::need(&google.directory, &google.drive, &all, key, Act::Download)?;
    let mime = wanted.split(';').next().unwrap_or_default().trim();
    if !export_types(file).contains(&mime) {
        return Err(
            Refusal::new(400, "badRequest", "The requested conversion is not supported.").about("convertTo")
        );
    }
    let bytes = exported(file, mime)?;
    if bytes.len() as u64 > LARGEST_EXPORT || env.behaves("export-too-large").is_some() {
        return Err(too_large());
    }
    let media = match mime {
        "text/plain" | "text/csv" | "text/html" => format!("{mime}; charset=utf-8"),
        _ => mime.to_owned(),
    };
    Ok(Answer::bytes(StatusCode::OK, &media, bytes).with("content-disposition", "attachment").into())
}

fn too_large() -> Refusal {
    Refusal::new(403, "exportSizeLimitExceeded", "This file is too large to be exported.")
}

/// A document in another type.
fn exported(file: &File, mime: &str) -> Result<Vec<u8>, Refusal> {
    let content = file.head().map(|head| head.content.clone()).unwrap_or_default();
    if content.size() > 4 * LARGEST_EXPORT {
        return Err(too_large());
    }
    let bytes = content.read(0..content.size()).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let made = match mime {
        // Google puts a byte order mark and CR LF into plain text.
        "text/plain" => {
            Some(format!("\u{feff}{}", text.replace("\r\n", "\n").replace('\n', "\r\n")).into_bytes())
        }
        "text/markdown" | "text/x-markdown" | "text/csv" => Some(text.into_bytes()),
        "text/tab-separated-values" => Some(text.replace(',', "\t").into_bytes()),
        "text/html" => Some(office::html(&file.name, &text).into_bytes()),
        "application/rtf" => Some(office::rtf(&text)),
        "application/pdf" => Some(office::pdf(&text)),
        "image/svg+xml" => Some(office::svg(&text).into_bytes()),
        "image/png" | "image/jpeg" => office::picture(mime),
        DOCX => packages::docx(&text),
        XLSX => packages::xlsx(&text),
        PPTX => slides::pptx(&text),
        ODT | ODS | ODP => packages::open_document(mime, &text),
        "application/epub+zip" => packages::epub(&file.name, &text),
        _ => packages::zipped_html(&file.name, &text),
    };
    made.ok_or_else(|| Refusal::new(500, "internalError", "Internal Error"))
}
