//! Texts out of office files, and simple files out of texts.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fmt::Write as _;
use std::io::{Cursor, Read as _};

/// Unpacked parts above this many bytes are not read.
const LARGEST_PART: u64 = 64 << 20;

/// The text of a file of a type; nothing when the file is broken.
pub(super) fn text_of(mime: &str, bytes: &[u8]) -> Option<String> {
    let plain = || String::from_utf8_lossy(bytes).trim_start_matches('\u{feff}').to_owned();
    Some(match mime {
        "text/html" => strip(&plain()),
        "text/rtf" | "application/rtf" => unrtf(&plain()),
        "application/msword"
        | "application/pdf"
        | "application/vnd.ms-excel"
        | "application/vnd.ms-powerpoint" => "Converted content (simulation)".to_owned(),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document" => {
            strip(&part(bytes, "word/document.xml")?.replace("</w:p>", "\n"))
        }
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => {
            let strings = part(bytes, "xl/sharedStrings.xml").unwrap_or_default();
            let rows = part(bytes, "xl/worksheets/sheet1.xml")?;
            let strings: Vec<String> =
                strings.split("</si>").map(|one| strip(one).trim().to_owned()).collect();
            sheet(&rows, &strings)
        }
        "application/vnd.openxmlformats-officedocument.presentationml.presentation" => {
            strip(&part(bytes, "ppt/slides/slide1.xml").unwrap_or_default().replace("</a:p>", "\n"))
        }
        "application/vnd.oasis.opendocument.text"
        | "application/vnd.oasis.opendocument.spreadsheet"
        | "application/vnd.oasis.opendocument.presentation" => {
            strip(&part(bytes, "content.xml")?.replace("</text:p>", "\n"))
        }
        "text/tab-separated-values" => plain().replace('\t', ","),
        _ => plain(),
    })
}

fn part(bytes: &[u8], name: &str) -> Option<String> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
    let file = archive.by_name(name).ok()?;
    let mut text = String::new();
    file.take(LARGEST_PART).read_to_string(&mut text).ok()?;
    Some(text)
}

/// Rows of a sheet as CSV.
fn sheet(rows: &str, strings: &[String]) -> String {
    let mut out = String::new();
    for row in rows.split("<row").skip(1) {
        let row = row.split("</row>").next().unwrap_or_default();
        let cell = |cell: &str| {
            let cell = cell.split("</c>").next().unwrap_or_default();
            let head = cell.split('>').next().unwrap_or_default().to_owned();
            let value = strip(&format!("<c {cell}"));
            let value = value.trim();
            let text = if head.contains("t=\"s\"") {
                value.parse::<usize>().ok().and_then(|at| strings.get(at)).cloned().unwrap_or_default()
            } else {
                value.to_owned()
            };
            if text.contains([',', '"', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
        };
        let cells: Vec<String> = row.split("<c ").skip(1).map(cell).collect();
        out.push_str(&cells.join(","));
        out.push('\n');
    }
    out
}

/// Text without its tags, and with the five entities resolved.
fn strip(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut inside = false;
    for letter in text.chars() {
        match letter {
            '<' => inside = true,
            '>' if inside => inside = false,
            _ if inside => {}
            _ => out.push(letter),
        }
    }
    let pairs = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")];
    pairs.iter().fold(out, |text, (entity, letter)| text.replace(entity, letter))
}

/// The words of RTF without its control words.
fn unrtf(text: &str) -> String {
    let mut out = String::new();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '{' | '}' | '\r' | '\n' => {}
            '\\' => {
                let mut word = String::new();
                while let Some(next) = letters.next_if(|next| next.is_ascii_alphanumeric() || *next == '-') {
                    word.push(next);
                }
                if word.is_empty() {
                    out.extend(letters.next().filter(|next| matches!(next, '\\' | '{' | '}')));
                    continue;
                }
                letters.next_if_eq(&' ');
                if word == "par" || word == "line" {
                    out.push('\n');
                }
            }
            other => out.push(other),
        }
    }
    out
}

/// Text in XML or HTML.
pub(super) fn escaped(text: &str) -> String {
    text.chars().filter(|letter| matches!(letter, '\t' | '\n' | '\r') || !letter.is_control()).fold(
        String::with_capacity(text.len()),
        |mut out, letter| {
            match letter {
                '<' => out.push_str("&lt;"),
                '>' => out.push_str("&gt;"),
                '&' => out.push_str("&amp;"),
                '"' => out.push_str("&quot;"),
                other => out.push(other),
            }
            out
        },
    )
}

/// Pieces of text, each escaped and between two tags.
pub(super) fn joined<'t>(pieces: impl Iterator<Item = &'t str>, open: &str, close: &str) -> String {
    pieces.fold(String::new(), |mut out, piece| {
        out.push_str(open);
        out.push_str(&escaped(piece));
        out.push_str(close);
        out
    })
}

/// A page with a paragraph for each line. It is well-formed XML too.
pub(super) fn html(title: &str, text: &str) -> String {
    let lines = joined(text.lines(), "<p>", "</p>");
    format!(
        "<html xmlns=\"http://www.w3.org/1999/xhtml\"><head><meta charset=\"utf-8\"/><title>{}</title></head><body>{lines}</body></html>",
        escaped(title)
    )
}

/// RTF with a paragraph for each line.
pub(super) fn rtf(text: &str) -> Vec<u8> {
    let mut out = String::from("{\\rtf1\\ansi\\uc1 ");
    for letter in text.chars() {
        match letter {
            '\\' | '{' | '}' => {
                out.push('\\');
                out.push(letter);
            }
            '\n' => out.push_str("\\par "),
            '\r' => {}
            plain if plain.is_ascii() => out.push(plain),
            other => {
                let mut units = [0; 2];
                for unit in other.encode_utf16(&mut units) {
                    let _ = write!(out, "\\u{}?", unit.cast_signed());
                }
            }
        }
    }
    out.push('}');
    out.into_bytes()
}

/// A page of PDF with the first lines of a text.
pub(super) fn pdf(text: &str) -> Vec<u8> {
    let mut content = String::from("BT /F1 11 Tf 14 TL 56 786 Td\n");
    for line in text.lines().take(50) {
        let plain: String = line
            .chars()
            .take(90)
            .map(|letter| if letter.is_ascii() && !letter.is_control() { letter } else { '?' })
            .collect();
        let plain = plain.replace('\\', "\\\\").replace('(', "\\(").replace(')', "\\)");
        let _ = writeln!(content, "({plain}) Tj T*");
    }
    content.push_str("ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let mut out = String::from("%PDF-1.4\n");
    let mut places = Vec::new();
    for (number, object) in objects.iter().enumerate() {
        places.push(out.len());
        let _ = write!(out, "{} 0 obj\n{object}\nendobj\n", number + 1);
    }
    let start = out.len();
    let _ = write!(out, "xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for place in &places {
        let _ = writeln!(out, "{place:010} 00000 n ");
    }
    let size = objects.len() + 1;
    let _ = write!(out, "trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n");
    out.into_bytes()
}

/// A white picture of 96 by 54 pixels in base64, which stands for every picture of a page.
const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAGAAAAA2CAAAAAAdJMMOAAAALUlEQVR42u3NQQEAAAQEsKN/Z1J42QqsJrc6AoFAIBAIBAKBQCAQ\
    CAQCgeBVsMdNAWvyoLXsAAAAAElFTkSuQmCC";
/// The same as JPEG.
const JPEG: &str = "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABQODxIPDRQSEBIXFRQYHjIhHhwcHj0sLiQySUBMS0dARkVQWnNiUFVtVkVGZIhlbXd7\
    gYKBTmCNl4x9lnN+gXz/wAALCAA2AGABAREA/8QAFQABAQAAAAAAAAAAAAAAAAAAAAb/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/9oA\
    CAEBAAA/ALMAAAAAAAAAAAAAAAAAAAAAAAAAAAH/2Q==";

/// A picture of a page, without what is on it; nothing for other types than PNG and JPEG.
pub(super) fn picture(mime: &str) -> Option<Vec<u8>> {
    let text = match mime {
        "image/png" => PNG,
        "image/jpeg" => JPEG,
        _ => return None,
    };
    STANDARD.decode(text).ok()
}

/// A picture of the first line.
pub(super) fn svg(text: &str) -> String {
    let line = escaped(text.lines().next().unwrap_or_default());
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"960\" height=\"540\"><text x=\"40\" y=\"80\">{line}</text></svg>"
    )
}
