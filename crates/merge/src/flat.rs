//! Files that are text themselves: plain text and HTML.

use memchr::memchr;

use crate::blocks::{Fillers, Kind, Structure};
use crate::code::{Brackets, Matcher};
use crate::codes::Codes;
use crate::encoding::from_utf16;
use crate::escape::Place;
use crate::program::{Edit, Filling, Program, Run, add};
use crate::{Format, Limits, Refused, RefusedKind, html};

/// How the characters of a file are written; the finished document is written the same way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Utf8 { mark: bool },
    Utf16 { big: bool },
}

/// A text with its encoding.
#[derive(Debug)]
struct FlatText {
    text: String,
    encoding: Encoding,
}

impl FlatText {
    fn read(bytes: Vec<u8>, limits: &Limits) -> Result<Self, Refused> {
        if bytes.len() > limits.part.min(limits.package) {
            let mb = limits.part.min(limits.package) / (1024 * 1024);
            return Err(Refused::new(RefusedKind::TooLarge, format!("The file is larger than {mb} MB.")));
        }
        let refuse = || Refused::new(RefusedKind::BadEncoding, "The text is neither UTF-8 nor UTF-16.");
        let (text, encoding) = match bytes.as_slice() {
            [0xFF, 0xFE, rest @ ..] => (from_utf16(rest, u16::from_le_bytes), Encoding::Utf16 { big: false }),
            [0xFE, 0xFF, rest @ ..] => (from_utf16(rest, u16::from_be_bytes), Encoding::Utf16 { big: true }),
            [0xEF, 0xBB, 0xBF, rest @ ..] => {
                (String::from_utf8(rest.to_vec()).ok(), Encoding::Utf8 { mark: true })
            }
            _ => (String::from_utf8(bytes).ok(), Encoding::Utf8 { mark: false }),
        };
        let text = text.ok_or_else(refuse)?;
        if memchr(0, text.as_bytes()).is_some() {
            return Err(Refused::new(RefusedKind::NotAPackage, "The file is not text."));
        }
        Ok(Self { text, encoding })
    }
}

/// A compiled text or page.
#[derive(Debug)]
pub(crate) struct FlatTemplate {
    source: FlatText,
    program: Program,
    pads: bool,
}

impl FlatTemplate {
    pub(crate) fn compile(
        format: Format,
        bytes: Vec<u8>,
        codes: &mut Codes,
        limits: &Limits,
    ) -> Result<Self, Refused> {
        let source = FlatText::read(bytes, limits)?;
        let pads = format == Format::Text;
        let edits = if pads { plain(&source.text, codes)? } else { html::edits(&source.text, codes)? };
        let program = Program::build(&source.text, edits, false);
        Ok(Self { source, program, pads })
    }

    pub(crate) fn fill(&self, filling: &Filling<'_>, limits: &Limits) -> Result<Vec<u8>, Refused> {
        let mut run = Run::new(&self.program, filling);
        run.pads = self.pads;
        let text = run.into_text(limits.output)?;
        Ok(match self.source.encoding {
            Encoding::Utf8 { mark: false } => text.into_bytes(),
            Encoding::Utf8 { mark: true } => [b"\xEF\xBB\xBF", text.as_bytes()].concat(),
            Encoding::Utf16 { big } => {
                let unit = |unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() };
                std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(unit).collect()
            }
        })
    }

    /// The text as it stands in the file.
    pub(crate) fn source(&self) -> &str {
        &self.source.text
    }

    pub(crate) fn size(&self) -> usize {
        self.source.text.len() + self.program.size()
    }
}

/// The text of a finished file.
pub(crate) fn read(bytes: Vec<u8>, limits: &Limits) -> Result<String, Refused> {
    FlatText::read(bytes, limits).map(|flat| flat.text)
}

/// The edits of a plain text: what is seen is what is matched. A line that holds nothing but a tag disappears with it.
pub(crate) fn plain(text: &str, codes: &mut Codes) -> Result<Vec<Edit>, Refused> {
    let line_end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut matcher = Matcher::new(Brackets::CurlyAndAngle);
    let mut edits = Vec::new();
    let mut structure = Structure::free();
    structure.open(Kind::Body, "text", 0);
    structure.open(Kind::Para, "line", 0);
    for (at, c) in text.char_indices() {
        if !c.is_whitespace() {
            structure.count(1);
        }
        if let Some(found) = matcher.feed(c, at..at + c.len_utf8(), &())
            && let Some(control) = add(found, Place::Plain(line_end), codes, &mut edits)?
        {
            structure.tag(control, at);
        }
        if c == '\n' {
            structure.close(at + 1);
            structure.open(Kind::Para, "line", at + 1);
        }
    }
    structure.close(text.len());
    structure.close(text.len());
    structure.finish(codes, &Fillers::default(), &mut edits);
    Ok(edits)
}
