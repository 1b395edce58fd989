//! What a file is, by its first bytes.

use memchr::memmem;

/// What the content of a file looks like, whatever its name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Sniffed {
    /// No bytes at all.
    Empty,
    /// A zip archive that is none of the two below.
    Zip,
    /// A package of Word, Excel or PowerPoint since 2007.
    OfficeOpenXml,
    /// A package of OpenDocument or EPUB (a stored `mimetype` entry first).
    OpenDocument,
    /// The container of Office 2003 and older, of encrypted Office files and of Outlook messages.
    OleCompound,
    /// PDF.
    Pdf,
    /// Rich text format.
    Rtf,
    /// HTML.
    Html,
    /// XML that is not HTML (SVG among it).
    Xml,
    /// PNG, JPEG, GIF, BMP, TIFF or WebP.
    Picture,
    /// A program for Windows, Linux or macOS, or a script with an interpreter line.
    Program,
    /// Text in UTF-8 or UTF-16.
    Text,
    /// None of these.
    Unknown,
}

impl Sniffed {
    /// The words for it in a sentence: "it looks like …".
    pub const fn label(self) -> &'static str {
        match self {
            Self::Empty => "an empty file",
            Self::Zip => "a zip archive",
            Self::OfficeOpenXml => "an Office document",
            Self::OpenDocument => "an OpenDocument file",
            Self::OleCompound => "an old or encrypted Office document",
            Self::Pdf => "a PDF",
            Self::Rtf => "a rich text document",
            Self::Html => "a web page",
            Self::Xml => "an XML file",
            Self::Picture => "a picture",
            Self::Program => "a program",
            Self::Text => "plain text",
            Self::Unknown => "something unknown",
        }
    }

    /// Whether content of this kind belongs under a file extension (without the dot, any case).
    ///
    /// Extensions the table does not know agree with everything but programs. Empty content agrees with all:
    /// a new, blank document may have no bytes yet. An encrypted Office file agrees with its modern extension.
    pub fn agrees_with(self, extension: &str) -> bool {
        let extension = extension.to_ascii_lowercase();
        match extension.as_str() {
            _ if self == Self::Empty => true,
            "docx" | "xlsx" | "pptx" | "docm" | "xlsm" | "pptm" | "dotx" | "xltx" | "potx" | "dotm"
            | "xltm" | "potm" | "ppsx" | "ppsm" => matches!(self, Self::OfficeOpenXml | Self::OleCompound),
            // Word writes RTF, HTML or text under `.doc` when asked to.
            "doc" | "dot" => matches!(self, Self::OleCompound | Self::Rtf | Self::Html | Self::Xml),
            "xls" | "xlt" | "ppt" | "pot" | "pps" | "msg" | "mpp" => {
                matches!(self, Self::OleCompound | Self::Unknown)
            }
            "odt" | "ods" | "odp" | "odg" | "ott" | "ots" | "otp" | "epub" => self == Self::OpenDocument,
            "zip" => matches!(self, Self::Zip | Self::OfficeOpenXml | Self::OpenDocument),
            "pdf" => self == Self::Pdf,
            "rtf" => self == Self::Rtf,
            "html" | "htm" | "xhtml" => matches!(self, Self::Html | Self::Xml | Self::Text),
            "xml" | "svg" => matches!(self, Self::Xml | Self::Html | Self::Text),
            "png" | "jpg" | "jpeg" | "gif" | "bmp" | "tif" | "tiff" | "webp" => self == Self::Picture,
            "txt" | "csv" | "log" | "md" | "json" | "eml" | "ics" | "vcf" => {
                matches!(self, Self::Text | Self::Html | Self::Xml | Self::Unknown)
            }
            "exe" | "dll" | "com" | "sh" | "py" | "pl" => true,
            _ => self != Self::Program,
        }
    }
}

/// Content that starts with these bytes is that kind.
const MAGIC: [(&[u8], Sniffed); 20] = [
    (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", Sniffed::OleCompound),
    (b"%PDF-", Sniffed::Pdf),
    (b"{\\rtf", Sniffed::Rtf),
    (b"\x89PNG\r\n\x1A\n", Sniffed::Picture),
    (b"\xFF\xD8\xFF", Sniffed::Picture),
    (b"GIF87a", Sniffed::Picture),
    (b"GIF89a", Sniffed::Picture),
    (b"II*\0", Sniffed::Picture),
    (b"MM\0*", Sniffed::Picture),
    (b"BM", Sniffed::Picture),
    (b"MZ", Sniffed::Program),
    (b"\x7FELF", Sniffed::Program),
    (b"\xFE\xED\xFA\xCE", Sniffed::Program),
    (b"\xFE\xED\xFA\xCF", Sniffed::Program),
    (b"\xCE\xFA\xED\xFE", Sniffed::Program),
    (b"\xCF\xFA\xED\xFE", Sniffed::Program),
    (b"\xCA\xFE\xBA\xBE", Sniffed::Program),
    (b"#!", Sniffed::Program),
    (b"PK\x05\x06", Sniffed::Zip),
    (b"PK\x07\x08", Sniffed::Zip),
];

/// Looks at the first bytes of a file. A few kilobytes are enough; more makes no difference to the answer's kind.
pub fn probe(bytes: &[u8]) -> Sniffed {
    if bytes.is_empty() {
        return Sniffed::Empty;
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return probe_zip(bytes);
    }
    let head = bytes.get(..4096).unwrap_or(bytes);
    if head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP") {
        return Sniffed::Picture;
    }
    match MAGIC.iter().find(|(magic, _)| head.starts_with(magic)) {
        // Two letters alone may as well be the start of a text.
        Some((magic, kind)) if magic.len() > 2 || *magic == b"#!" || head.contains(&0) => *kind,
        _ => probe_text(head),
    }
}

/// Which kind of package, by the names that stand in clear in the local headers.
fn probe_zip(bytes: &[u8]) -> Sniffed {
    let head = bytes.get(..64 * 1024).unwrap_or(bytes);
    if head.get(30..38) == Some(b"mimetype") {
        return Sniffed::OpenDocument;
    }
    let named = |name: &[u8]| {
        memmem::find_iter(head, b"PK\x03\x04").any(|at| {
            head.get(at + 30..at + 30 + name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name))
        })
    };
    if named(b"[Content_Types].xml")
        || [b"word/".as_slice(), b"xl/", b"ppt/", b"_rels/.rels"].iter().any(|n| named(n))
    {
        Sniffed::OfficeOpenXml
    } else {
        Sniffed::Zip
    }
}

fn probe_text(head: &[u8]) -> Sniffed {
    let utf16 = head.starts_with(b"\xFF\xFE") || head.starts_with(b"\xFE\xFF");
    // A character cut by the end of what we look at is no reason for doubt.
    let utf8 = match std::str::from_utf8(head) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none() && head.len() >= 4,
    };
    let control = head.iter().any(|&b| b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r' | 0x0C | 0x1B));
    if utf16 {
        let letters: Vec<u8> = head.iter().copied().filter(|&b| b != 0).skip(2).collect();
        return probe_markup(&letters).unwrap_or(Sniffed::Text);
    }
    if !utf8 || control {
        return Sniffed::Unknown;
    }
    probe_markup(head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head)).unwrap_or(Sniffed::Text)
}

/// HTML or XML, by how the text starts.
fn probe_markup(text: &[u8]) -> Option<Sniffed> {
    let text = text.trim_ascii_start();
    if !text.starts_with(b"<") {
        return None;
    }
    let lower = text.get(..1024).unwrap_or(text).to_ascii_lowercase();
    let html =
        [b"<!doctype html".as_slice(), b"<html", b"<head", b"<body", b"<script", b"<title", b"<iframe"];
    if html.iter().any(|tag| lower.starts_with(tag)) || memmem::find(&lower, b"<html").is_some() {
        return Some(Sniffed::Html);
    }
    if lower.starts_with(b"<?xml") || lower.starts_with(b"<svg") || lower.starts_with(b"<!doctype") {
        return Some(Sniffed::Xml);
    }
    let tags = [
        b"<p>".as_slice(),
        b"<p ",
        b"<div",
        b"<table",
        b"<h1",
        b"<!--",
        b"<span",
        b"<a ",
        b"<img",
        b"<style",
        b"<br",
    ];
    tags.iter().any(|tag| lower.starts_with(tag)).then_some(Sniffed::Html)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_is_recognised_by_its_first_bytes() {
        let cases: [(&[u8], Sniffed); 14] = [
            (b"", Sniffed::Empty),
            (b"%PDF-1.7", Sniffed::Pdf),
            (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1....", Sniffed::OleCompound),
            (b"<!DOCTYPE html><p>", Sniffed::Html),
            (b"\xEF\xBB\xBF  <HTML>", Sniffed::Html),
            (b"<?xml version='1.0'?><svg/>", Sniffed::Xml),
            (b"\xFF\xFE<\0h\0t\0m\0l\0>\0", Sniffed::Html),
            (b"Dear {name}", Sniffed::Text),
            (b"BMW is a car", Sniffed::Text),
            (b"MZ\x90\0\x03", Sniffed::Program),
            (b"\x00\x01\x02", Sniffed::Unknown),
            (b"caf\xE9 in Latin-1", Sniffed::Unknown),
            (b"PK\x03\x04 and little else", Sniffed::Zip),
            (b"\x89PNG\r\n\x1A\n", Sniffed::Picture),
        ];
        for (bytes, kind) in cases {
            assert_eq!(probe(bytes), kind, "{:?}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn an_extension_that_belies_its_content_is_noticed() {
        assert!(!Sniffed::Program.agrees_with("docx"));
        assert!(!Sniffed::Pdf.agrees_with("DOCX"));
        assert!(!Sniffed::Program.agrees_with("dat"));
        assert!(!Sniffed::Html.agrees_with("png"));
        assert!(Sniffed::OfficeOpenXml.agrees_with("DOCX"));
        assert!(Sniffed::Empty.agrees_with("docx"));
        assert!(Sniffed::Text.agrees_with("txt"));
    }
}
