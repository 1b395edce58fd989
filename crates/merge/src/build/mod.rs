//! A small, honest writer of Word documents: blank templates, the demo's letters, lists made by the program.
//!
//! It writes what a letter, a contract or a report needs and Word opens without a word: styles, paragraphs, tables, a
//! header, a footer with page numbers. Equal calls give equal bytes. Lengths are in millimetres, type in points.
//!
//! ```
//! use merge::build::{Align, Docx, Paragraph, Run, Style};
//!
//! let bytes = Docx::new()
//!     .language("nb-NO")
//!     .title("Tilbud {numb}")
//!     .footer(Paragraph::new().align(Align::Right).run(Run::new("Side ")).run(Run::page_number()))
//!     .paragraph(Paragraph::styled(Style::Heading1).text("Tilbud til {name}"))
//!     .paragraph(Paragraph::new().text("Hei {attn},"))
//!     .finish();
//! assert!(bytes.starts_with(b"PK"));
//! ```

/// Adds formatted text; writing to a string cannot fail.
macro_rules! add {
    ($out:expr, $($part:tt)*) => {{
        use std::fmt::Write as _;
        let _ = write!($out, $($part)*);
    }};
}

mod parts;
mod table;
mod text;

pub use table::{Borders, Cell, Row, Table};
pub use text::{Align, Paragraph, Run, Style};

use crate::escape::escape_into;
use crate::package::Writer;
use crate::package::deflate::{Engine, Stream};

/// Margins of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Margins {
    /// Millimetres.
    pub top: u16,
    /// Millimetres.
    pub right: u16,
    /// Millimetres.
    pub bottom: u16,
    /// Millimetres.
    pub left: u16,
}

impl Default for Margins {
    /// What a letter on A4 uses.
    fn default() -> Self {
        Self { top: 25, right: 22, bottom: 22, left: 25 }
    }
}

/// A paragraph or a table, where either can stand.
#[derive(Debug, Clone)]
pub enum Block {
    /// A paragraph.
    Paragraph(Paragraph),
    /// A table.
    Table(Table),
}

impl From<Paragraph> for Block {
    fn from(paragraph: Paragraph) -> Self {
        Self::Paragraph(paragraph)
    }
}

impl From<Table> for Block {
    fn from(table: Table) -> Self {
        Self::Table(table)
    }
}

/// A document being put together: A4, Calibri, letter margins unless told otherwise.
#[derive(Debug, Clone, Default)]
pub struct Docx {
    language: Option<String>,
    title: String,
    author: String,
    margins: Margins,
    accent: Option<[u8; 3]>,
    header: Vec<Block>,
    first_header: Option<Vec<Block>>,
    footer: Vec<Block>,
    body: Vec<Block>,
}

/// A blank document in a language: one empty paragraph, the styles in place.
pub fn blank_docx(language: &str) -> Vec<u8> {
    Docx::new().language(language).paragraph(Paragraph::new()).finish()
}

impl Docx {
    /// An empty document in British English.
    pub fn new() -> Self {
        Self::default()
    }

    /// The language the text is proofed in, a tag such as `nb-NO`.
    pub fn language(mut self, tag: &str) -> Self {
        self.language = Some(tag.to_owned());
        self
    }

    /// The title in the document's properties. Codes in it are filled like those of the text.
    pub fn title(mut self, title: &str) -> Self {
        title.clone_into(&mut self.title);
        self
    }

    /// The author in the document's properties.
    pub fn author(mut self, author: &str) -> Self {
        author.clone_into(&mut self.author);
        self
    }

    /// The margins of every page.
    pub fn margins(mut self, margins: Margins) -> Self {
        self.margins = margins;
        self
    }

    /// The colour of title and headings, as red, green, blue. A quiet blue unless told otherwise.
    pub fn accent(mut self, colour: [u8; 3]) -> Self {
        self.accent = Some(colour);
        self
    }

    /// Adds to the header of every page (of the later pages, where the first has its own).
    pub fn header(mut self, block: impl Into<Block>) -> Self {
        self.header.push(block.into());
        self
    }

    /// Adds to a header of the first page alone, the letterhead.
    pub fn first_header(mut self, block: impl Into<Block>) -> Self {
        self.first_header.get_or_insert_default().push(block.into());
        self
    }

    /// Adds to the footer of every page.
    pub fn footer(mut self, block: impl Into<Block>) -> Self {
        self.footer.push(block.into());
        self
    }

    /// Adds a paragraph.
    pub fn paragraph(mut self, paragraph: Paragraph) -> Self {
        self.body.push(paragraph.into());
        self
    }

    /// Adds a table.
    pub fn table(mut self, table: Table) -> Self {
        self.body.push(table.into());
        self
    }

    /// Writes the package.
    pub fn finish(self) -> Vec<u8> {
        let mut writer = Writer::with_capacity(16 * 1024);
        let mut engine = Engine::new();
        for (name, text) in self.parts() {
            let mut stream = Stream::new(&mut engine, usize::MAX);
            stream.fresh().push_str(&text);
            // Only a writer that hands on can fail.
            let _ = writer.add(name, &stream.finish());
        }
        writer.finish().unwrap_or_default()
    }

    fn parts(&self) -> Vec<(&'static str, String)> {
        let language = self.language.as_deref().unwrap_or("en-GB");
        let edges = self.edges();
        let mut parts = vec![
            ("[Content_Types].xml", parts::content_types(&edges)),
            ("_rels/.rels", parts::PACKAGE_RELATIONS.to_owned()),
            ("word/document.xml", self.document(&edges)),
            ("word/_rels/document.xml.rels", parts::document_relations(&edges)),
            ("word/styles.xml", parts::styles(language, self.accent.unwrap_or([0x1F, 0x3A, 0x5F]))),
            ("word/settings.xml", parts::settings(language)),
            ("word/fontTable.xml", parts::FONT_TABLE.to_owned()),
        ];
        for edge in &edges {
            parts.push((edge.part, blocks_part(edge.root, edge.blocks)));
        }
        parts.push(("docProps/core.xml", parts::core(&self.title, &self.author, language)));
        parts.push(("docProps/app.xml", parts::APP.to_owned()));
        parts
    }

    /// The headers and footers there are.
    fn edges(&self) -> Vec<Edge<'_>> {
        let mut edges = Vec::new();
        let mut add = |kind, place, part, root, blocks| edges.push(Edge { kind, place, part, root, blocks });
        if !self.header.is_empty() {
            add("header", "default", "word/header1.xml", "hdr", self.header.as_slice());
        }
        if let Some(first) = &self.first_header {
            add("header", "first", "word/header2.xml", "hdr", first);
        }
        if !self.footer.is_empty() {
            add("footer", "default", "word/footer1.xml", "ftr", self.footer.as_slice());
            if self.first_header.is_some() {
                add("footer", "first", "word/footer2.xml", "ftr", self.footer.as_slice());
            }
        }
        edges
    }

    fn document(&self, edges: &[Edge<'_>]) -> String {
        let mut out = String::from(parts::DECLARATION);
        out.push_str("<w:document ");
        out.push_str(parts::NAMESPACES);
        out.push_str("><w:body>");
        blocks(&self.body, &mut out);
        out.push_str("<w:sectPr>");
        for (at, edge) in edges.iter().enumerate() {
            add!(
                out,
                "<w:{}Reference w:type=\"{}\" r:id=\"{}\"/>",
                edge.kind,
                edge.place,
                parts::edge_id(at)
            );
        }
        let Margins { top, right, bottom, left } = self.margins;
        add!(
            out,
            "<w:pgSz w:w=\"11906\" w:h=\"16838\"/><w:pgMar w:top=\"{}\" w:right=\"{}\" w:bottom=\"{}\" w:left=\"{}\" \
             w:header=\"680\" w:footer=\"567\" w:gutter=\"0\"/>",
            twips(top),
            twips(right),
            twips(bottom),
            twips(left)
        );
        if self.first_header.is_some() {
            out.push_str("<w:titlePg/>");
        }
        out.push_str("</w:sectPr></w:body></w:document>");
        out
    }
}

/// A header or footer.
struct Edge<'a> {
    kind: &'static str,
    place: &'static str,
    part: &'static str,
    root: &'static str,
    blocks: &'a [Block],
}

fn blocks_part(root: &str, content: &[Block]) -> String {
    let mut out = format!("{}<w:{root} {}>", parts::DECLARATION, parts::NAMESPACES);
    blocks(content, &mut out);
    add!(out, "</w:{root}>");
    out
}

/// Writes blocks; Word wants a paragraph after the last table.
fn blocks(content: &[Block], out: &mut String) {
    for block in content {
        match block {
            Block::Paragraph(paragraph) => paragraph.write(out),
            Block::Table(table) => table.write(out),
        }
    }
    if !matches!(content.last(), Some(Block::Paragraph(_))) {
        Paragraph::styled(Style::Small).write(out);
    }
}

/// Millimetres as twentieths of a point.
fn twips(millimetres: u16) -> u32 {
    (u32::from(millimetres) * 14_400 + 127) / 254
}

/// A colour as six hexadecimal digits.
fn hex([red, green, blue]: [u8; 3]) -> String {
    format!("{red:02X}{green:02X}{blue:02X}")
}

/// Text escaped for a part.
fn xml_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    escape_into(text, &mut out);
    out
}
