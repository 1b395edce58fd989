//! Paragraphs and runs.

use super::{hex, twips};
use crate::escape::{Place, write as write_value};

/// The named styles a document comes with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Body text.
    Normal,
    /// The document's title.
    Title,
    /// A section.
    Heading1,
    /// A subsection.
    Heading2,
    /// Addresses, footers and fine print.
    Small,
    /// The cells of a table.
    TableText,
}

impl Style {
    /// The style's id; none for the default one.
    const fn id(self) -> Option<&'static str> {
        match self {
            Self::Normal => None,
            Self::Title => Some("Title"),
            Self::Heading1 => Some("Heading1"),
            Self::Heading2 => Some("Heading2"),
            Self::Small => Some("Small"),
            Self::TableText => Some("TableText"),
        }
    }
}

/// How a paragraph is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Align {
    /// At the left margin.
    #[default]
    Left,
    /// In the middle.
    Centre,
    /// At the right margin.
    Right,
    /// At both.
    Justified,
}

/// A paragraph being put together.
#[derive(Debug, Clone, Default)]
pub struct Paragraph {
    style: Option<Style>,
    align: Align,
    /// Before and after, in points.
    spacing: (Option<u16>, Option<u16>),
    tabs: Vec<(u16, bool)>,
    page_break_before: bool,
    keep_with_next: bool,
    rule_below: Option<[u8; 3]>,
    runs: Vec<Run>,
}

impl Paragraph {
    /// An empty paragraph of body text.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty paragraph in a style.
    pub fn styled(style: Style) -> Self {
        Self { style: Some(style), ..Self::default() }
    }

    /// Sets the alignment.
    pub fn align(mut self, align: Align) -> Self {
        self.align = align;
        self
    }

    /// Sets the space before, in points.
    pub fn space_before(mut self, points: u16) -> Self {
        self.spacing.0 = Some(points);
        self
    }

    /// Sets the space after, in points.
    pub fn space_after(mut self, points: u16) -> Self {
        self.spacing.1 = Some(points);
        self
    }

    /// Adds a tab stop so many millimetres from the left margin; text after the tab starts there.
    pub fn tab(mut self, millimetres: u16) -> Self {
        self.tabs.push((millimetres, false));
        self
    }

    /// Adds a tab stop at which text ends.
    pub fn right_tab(mut self, millimetres: u16) -> Self {
        self.tabs.push((millimetres, true));
        self
    }

    /// Starts on a new page.
    pub fn page_break_before(mut self) -> Self {
        self.page_break_before = true;
        self
    }

    /// Stays on the page of the next paragraph.
    pub fn keep_with_next(mut self) -> Self {
        self.keep_with_next = true;
        self
    }

    /// Draws a fine line below, in a colour.
    pub fn rule_below(mut self, colour: [u8; 3]) -> Self {
        self.rule_below = Some(colour);
        self
    }

    /// Adds a run.
    pub fn run(mut self, run: Run) -> Self {
        self.runs.push(run);
        self
    }

    /// Adds plain text. Line breaks and tabs in it are kept.
    pub fn text(self, text: &str) -> Self {
        self.run(Run::new(text))
    }

    /// The style of cells, unless another was chosen.
    pub(super) fn in_cell(mut self) -> Self {
        self.style.get_or_insert(Style::TableText);
        self
    }

    /// Makes every run bold.
    pub(super) fn all_bold(mut self) -> Self {
        self.runs.iter_mut().for_each(|run| run.bold = true);
        self
    }

    /// Writes the paragraph; the order of the properties is the schema's.
    pub(super) fn write(&self, out: &mut String) {
        out.push_str("<w:p><w:pPr>");
        if let Some(id) = self.style.and_then(Style::id) {
            add!(out, "<w:pStyle w:val=\"{id}\"/>");
        }
        if self.keep_with_next {
            out.push_str("<w:keepNext/>");
        }
        if self.page_break_before {
            out.push_str("<w:pageBreakBefore/>");
        }
        if let Some(colour) = self.rule_below {
            let colour = hex(colour);
            add!(
                out,
                "<w:pBdr><w:bottom w:val=\"single\" w:sz=\"6\" w:space=\"4\" w:color=\"{colour}\"/></w:pBdr>"
            );
        }
        if !self.tabs.is_empty() {
            out.push_str("<w:tabs>");
            for &(at, right) in &self.tabs {
                let kind = if right { "right" } else { "left" };
                add!(out, "<w:tab w:val=\"{kind}\" w:pos=\"{}\"/>", twips(at));
            }
            out.push_str("</w:tabs>");
        }
        if self.spacing != (None, None) {
            out.push_str("<w:spacing");
            if let Some(points) = self.spacing.0 {
                add!(out, " w:before=\"{}\"", u32::from(points) * 20);
            }
            if let Some(points) = self.spacing.1 {
                add!(out, " w:after=\"{}\"", u32::from(points) * 20);
            }
            out.push_str("/>");
        }
        match self.align {
            Align::Left => {}
            Align::Centre => out.push_str("<w:jc w:val=\"center\"/>"),
            Align::Right => out.push_str("<w:jc w:val=\"right\"/>"),
            Align::Justified => out.push_str("<w:jc w:val=\"both\"/>"),
        }
        out.push_str("</w:pPr>");
        self.runs.iter().for_each(|run| run.write(out));
        out.push_str("</w:p>");
    }
}

/// What a run holds.
#[derive(Debug, Clone)]
enum Content {
    Text(String),
    Field(&'static str),
}

/// A stretch of text that looks the same.
#[derive(Debug, Clone)]
pub struct Run {
    content: Content,
    bold: bool,
    italic: bool,
    /// Half points.
    size: Option<u16>,
    colour: Option<[u8; 3]>,
}

impl Run {
    /// Text; line breaks and tabs in it are kept.
    pub fn new(text: &str) -> Self {
        Self { content: Content::Text(text.to_owned()), bold: false, italic: false, size: None, colour: None }
    }

    /// The number of the page it stands on.
    pub fn page_number() -> Self {
        Self { content: Content::Field("PAGE"), ..Self::new("") }
    }

    /// The number of pages of the document.
    pub fn page_count() -> Self {
        Self { content: Content::Field("NUMPAGES"), ..Self::new("") }
    }

    /// Makes it bold.
    pub fn bold(mut self) -> Self {
        self.bold = true;
        self
    }

    /// Makes it italic.
    pub fn italic(mut self) -> Self {
        self.italic = true;
        self
    }

    /// Sets the size in points.
    pub fn size(mut self, points: u16) -> Self {
        self.size = Some(points.saturating_mul(2));
        self
    }

    /// Sets the colour as red, green, blue.
    pub fn colour(mut self, colour: [u8; 3]) -> Self {
        self.colour = Some(colour);
        self
    }

    fn properties(&self) -> String {
        let mut out = String::new();
        if self.bold {
            out.push_str("<w:b/><w:bCs/>");
        }
        if self.italic {
            out.push_str("<w:i/><w:iCs/>");
        }
        if let Some(colour) = self.colour {
            add!(out, "<w:color w:val=\"{}\"/>", hex(colour));
        }
        if let Some(size) = self.size {
            add!(out, "<w:sz w:val=\"{size}\"/><w:szCs w:val=\"{size}\"/>");
        }
        if out.is_empty() { out } else { format!("<w:rPr>{out}</w:rPr>") }
    }

    fn write(&self, out: &mut String) {
        let properties = self.properties();
        match &self.content {
            Content::Text(text) if text.is_empty() => {}
            Content::Text(text) => {
                out.push_str("<w:r>");
                out.push_str(&properties);
                out.push_str("<w:t xml:space=\"preserve\">");
                write_value(text, &Place::Word("w:".into()), out);
                out.push_str("</w:t></w:r>");
            }
            Content::Field(instruction) => {
                let mark =
                    |kind: &str| format!("<w:r>{properties}<w:fldChar w:fldCharType=\"{kind}\"/></w:r>");
                out.push_str(&mark("begin"));
                add!(
                    out,
                    "<w:r>{properties}<w:instrText xml:space=\"preserve\"> {instruction} </w:instrText></w:r>"
                );
                out.push_str(&mark("separate"));
                add!(out, "<w:r>{properties}<w:t>1</w:t></w:r>");
                out.push_str(&mark("end"));
            }
        }
    }
}
