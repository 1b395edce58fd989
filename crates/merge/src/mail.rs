//! Whole mails (RFC 5322 and MIME): codes in the subject, the addresses and the texts; attachments stay as they are.
//!
//! A text that is filled leaves as UTF-8 in quoted-printable, a header as encoded words where it has to (RFC 2047), so
//! what went in as another character set needs no table on the way out.

mod coding;

use std::ops::Range;

use crate::codes::Codes;
use crate::escape::Place;
use crate::program::{Edit, Filling, Program, Run};
use crate::{Limits, Refused, RefusedKind, flat, html};

/// A compiled mail: stretches of the file and programs, in order.
#[derive(Debug)]
pub(crate) struct MailTemplate {
    source: Vec<u8>,
    pieces: Vec<Piece>,
    /// The texts, for search and preview.
    shown: String,
}

#[derive(Debug)]
enum Piece {
    Raw(Range<usize>),
    Put(String),
    Header(Program),
    Text(Program),
}

/// How deep parts may lie in parts.
const DEEPEST: usize = 8;

/// Headers whose codes are filled.
const HEADERS: [&str; 6] = ["subject", "from", "to", "cc", "bcc", "reply-to"];

impl MailTemplate {
    pub(crate) fn compile(bytes: Vec<u8>, codes: &mut Codes, limits: &Limits) -> Result<Self, Refused> {
        if bytes.len() > limits.package.min(limits.part) {
            let mb = limits.package.min(limits.part) / (1024 * 1024);
            return Err(Refused::new(RefusedKind::TooLarge, format!("The file is larger than {mb} MB.")));
        }
        let end = head_end(&bytes, 0..bytes.len());
        let named =
            |line: &Range<usize>| bytes.get(line.clone()).and_then(|line| line.split(|b| *b == b':').next());
        let lines = lines(&bytes, 0..end.0);
        let proper = |name: &[u8]| name.iter().all(u8::is_ascii_graphic);
        if lines.is_empty() || !lines.iter().all(|line| named(line).is_some_and(proper)) {
            let what = "The file is not a mail: it does not begin with headers (From, Subject and so on).";
            return Err(Refused::new(RefusedKind::NotAPackage, what));
        }
        let mut compiler =
            Compiler { bytes: &bytes, codes, pieces: Vec::new(), done: 0, shown: String::new() };
        compiler.part(0..bytes.len(), 0)?;
        let (mut pieces, done, shown) = (compiler.pieces, compiler.done, compiler.shown);
        pieces.push(Piece::Raw(done..bytes.len()));
        Ok(Self { pieces, source: bytes, shown })
    }

    pub(crate) fn fill(&self, filling: &Filling<'_>, limits: &Limits) -> Result<Vec<u8>, Refused> {
        let mut out = Vec::with_capacity(self.source.len() + 1024);
        for piece in &self.pieces {
            match piece {
                Piece::Raw(range) => {
                    out.extend_from_slice(self.source.get(range.clone()).unwrap_or_default());
                }
                Piece::Put(text) => out.extend_from_slice(text.as_bytes()),
                Piece::Header(program) => {
                    let text = Run::new(program, filling).into_text(limits.output)?;
                    coding::write_header(&text, &mut out);
                }
                Piece::Text(program) => {
                    let text = Run::new(program, filling).into_text(limits.output)?;
                    coding::write_quoted_printable(&text, &mut out);
                }
            }
        }
        Ok(out)
    }

    /// The subject and the texts.
    pub(crate) fn shown(&self) -> &str {
        &self.shown
    }

    pub(crate) fn size(&self) -> usize {
        let programs = self.pieces.iter().map(|piece| match piece {
            Piece::Header(program) | Piece::Text(program) => program.size(),
            _ => 0,
        });
        self.source.len() + programs.sum::<usize>() + self.shown.len()
    }
}

/// The subject and the texts of a finished mail.
pub(crate) fn read(bytes: Vec<u8>, limits: &Limits) -> Result<String, Refused> {
    let mut codes = Codes::new(limits.codes, &crate::Schema::default());
    MailTemplate::compile(bytes, &mut codes, limits).map(|mail| mail.shown)
}

struct Compiler<'b, 'c> {
    bytes: &'b [u8],
    codes: &'c mut Codes,
    pieces: Vec<Piece>,
    done: usize,
    shown: String,
}

impl Compiler<'_, '_> {
    /// Leaves the file as it stands up to `at`.
    fn keep_to(&mut self, at: usize) {
        if at > self.done {
            self.pieces.push(Piece::Raw(self.done..at));
            self.done = at;
        }
    }

    /// The headers of the mail itself, without those to be written anew.
    fn headers(&mut self, lines: &[Range<usize>], anew: &[Range<usize>], whole: bool) -> Result<(), Refused> {
        for line in lines {
            if anew.contains(line) {
                self.keep_to(line.start);
                self.done = line.end;
                continue;
            }
            if !whole {
                continue;
            }
            let text = String::from_utf8_lossy(self.bytes.get(line.clone()).unwrap_or_default()).into_owned();
            let Some((name, value)) = text.split_once(':') else { continue };
            let lower = name.trim().to_ascii_lowercase();
            if !HEADERS.contains(&lower.as_str()) {
                continue;
            }
            let value = coding::read_header(value);
            if lower == "subject" {
                self.shown.push_str(&value);
                self.shown.push('\n');
            }
            let place = if lower == "subject" { Place::Header } else { Place::MailAddress };
            let mut edits = Vec::new();
            let controls = header_edits(&value, &place, self.codes, &mut edits)?;
            if edits.is_empty() && controls == 0 {
                continue;
            }
            self.keep_to(line.start);
            self.pieces.push(Piece::Put(format!("{}: ", name.trim())));
            self.pieces.push(Piece::Header(Program::build(&value, edits, false)));
            self.pieces.push(Piece::Put("\r\n".to_owned()));
            self.done = line.end;
        }
        Ok(())
    }

    /// A part: its headers and what follows them.
    fn part(&mut self, range: Range<usize>, depth: usize) -> Result<(), Refused> {
        let (head, body) = head_end(self.bytes, range.clone());
        let lines = lines(self.bytes, range.start..head);
        let value = |wanted: &str| {
            lines.iter().find_map(|line| {
                let text = String::from_utf8_lossy(self.bytes.get(line.clone())?).into_owned();
                let (name, value) = text.split_once(':')?;
                name.trim()
                    .eq_ignore_ascii_case(wanted)
                    .then(|| (line.clone(), value.replace(['\r', '\n'], " ")))
            })
        };
        let kind = value("content-type");
        let text = kind.as_ref().map_or("text/plain", |(_, kind)| kind.trim());
        let media = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let whole = depth == 0;
        if media.starts_with("multipart/") && depth < DEEPEST {
            self.headers(&lines, &[], whole)?;
            let Some(boundary) = parameter(text, "boundary") else { return Ok(()) };
            for part in parts(self.bytes, body..range.end, &boundary) {
                self.part(part, depth + 1)?;
            }
            return Ok(());
        }
        let attached = value("content-disposition")
            .is_some_and(|(_, v)| v.trim().to_ascii_lowercase().starts_with("attachment"));
        if attached || !matches!(media.as_str(), "text/plain" | "text/html") {
            return self.headers(&lines, &[], whole);
        }
        let encoding = value("content-transfer-encoding");
        let how = encoding.as_ref().map_or(String::new(), |(_, how)| how.trim().to_ascii_lowercase());
        let charset = parameter(text, "charset").unwrap_or_default().to_ascii_lowercase();
        let raw = self.bytes.get(body..range.end).unwrap_or_default();
        let Some(decoded) = coding::decode(raw, &how, &charset) else {
            return self.headers(&lines, &[], whole);
        };
        let html = media == "text/html";
        let edits =
            if html { html::edits(&decoded, self.codes)? } else { flat::plain(&decoded, self.codes)? };
        let anew: Vec<Range<usize>> = if edits.is_empty() {
            Vec::new()
        } else {
            [&kind, &encoding].into_iter().flatten().map(|(line, _)| line.clone()).collect()
        };
        self.headers(&lines, &anew, whole)?;
        self.shown.push_str(&if html { html::visible(&decoded, usize::MAX) } else { decoded.clone() });
        self.shown.push('\n');
        if edits.is_empty() {
            return Ok(());
        }
        self.keep_to(head);
        let mut others = String::new();
        for parameter in
            text.split(';').skip(1).map(str::trim).filter(|p| !p.to_ascii_lowercase().starts_with("charset"))
        {
            others.push_str("; ");
            others.push_str(parameter);
        }
        self.pieces.push(Piece::Put(format!(
            "{}Content-Type: {media}; charset=utf-8{others}\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n",
            if depth == 0 && kind.is_none() { "MIME-Version: 1.0\r\n" } else { "" }
        )));
        self.pieces.push(Piece::Text(Program::build(&decoded, edits, false)));
        self.done = range.end;
        Ok(())
    }
}

fn header_edits(
    value: &str,
    place: &Place,
    codes: &mut Codes,
    edits: &mut Vec<Edit>,
) -> Result<usize, Refused> {
    use crate::blocks::{Fillers, Kind, Structure};
    use crate::code::{Brackets, Matcher};
    use crate::program::{add, feed};
    let mut structure = Structure::single();
    structure.open(Kind::Para, "header", 0);
    let mut matcher = Matcher::new(Brackets::Curly);
    let mut controls = 0;
    feed(&mut matcher, value, 0, &(), |found| {
        if let Some(control) = add(found, place.clone(), codes, edits)? {
            controls += 1;
            structure.tag(control, 0);
        }
        Ok(())
    })?;
    structure.close(value.len());
    structure.finish(codes, &Fillers::default(), edits);
    Ok(controls)
}

/// Where the headers end (behind the last one), and where the body begins.
fn head_end(bytes: &[u8], range: Range<usize>) -> (usize, usize) {
    let mut at = range.start;
    while at < range.end {
        let line = bytes.get(at..range.end).unwrap_or_default();
        let end = memchr::memchr(b'\n', line).map_or(range.end, |end| at + end + 1);
        let blank = bytes.get(at..end).unwrap_or_default().iter().all(|b| matches!(b, b'\r' | b'\n'));
        if blank {
            return (at, end);
        }
        at = end;
    }
    (range.end, range.end)
}

/// Header lines, folded ones together.
fn lines(bytes: &[u8], range: Range<usize>) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut at = range.start;
    while at < range.end {
        let rest = bytes.get(at..range.end).unwrap_or_default();
        let end = memchr::memchr(b'\n', rest).map_or(range.end, |end| at + end + 1);
        match found.last_mut().filter(|_| matches!(rest.first(), Some(b' ' | b'\t'))) {
            Some(last) => last.end = end,
            None => found.push(at..end),
        }
        at = end;
    }
    found
}

/// A parameter of a header value.
fn parameter(value: &str, name: &str) -> Option<String> {
    value.split(';').skip(1).find_map(|parameter| {
        let (found, value) = parameter.split_once('=')?;
        found.trim().eq_ignore_ascii_case(name).then(|| value.trim().trim_matches('"').to_owned())
    })
}

/// The parts between boundaries, without the line end before the next one.
fn parts(bytes: &[u8], range: Range<usize>, boundary: &str) -> Vec<Range<usize>> {
    let mark = format!("--{boundary}");
    let mut found = Vec::new();
    let mut open: Option<usize> = None;
    let mut at = range.start;
    while at < range.end && found.len() < 1000 {
        let rest = bytes.get(at..range.end).unwrap_or_default();
        let end = memchr::memchr(b'\n', rest).map_or(range.end, |end| at + end + 1);
        let line = bytes.get(at..end).unwrap_or_default();
        if line.starts_with(mark.as_bytes()) {
            if let Some(start) = open.take() {
                let before = bytes.get(start..at).unwrap_or_default();
                let cut = if before.ends_with(b"\r\n") { 2 } else { usize::from(before.ends_with(b"\n")) };
                found.push(start..at - cut);
            }
            if !line.get(mark.len()..).unwrap_or_default().starts_with(b"--") {
                open = Some(end);
            }
        }
        at = end;
    }
    found
}
