//! Writing a story as HTML that is balanced whatever the order of its elements is.

use super::word::{Levels, Story};
use crate::escape::escaped;
use crate::xml::{Open, Scanner, unescape};

/// A paragraph being written.
#[derive(Default)]
struct Paragraph {
    level: Option<u8>,
    listed: bool,
    inside: String,
    /// Text boxes, shown after the paragraph they are anchored in.
    boxes: String,
}

/// How a run, or the text of one, looks.
#[derive(Default, Clone, Copy)]
struct Look {
    bold: bool,
    italic: bool,
    underlined: bool,
}

#[derive(Default)]
struct Table {
    in_row: bool,
    /// A cell begun whose tag waits for the number of columns it covers.
    waiting: Option<u8>,
    in_cell: bool,
}

/// The page, or a text box. What begins in one ends in it.
struct Frame {
    out: String,
    paragraphs: Vec<Paragraph>,
    tables: Vec<Table>,
    /// Whether a list is open, for the frame and each cell inside.
    lists: Vec<bool>,
    run: Option<Look>,
    /// The look of the text being read.
    text: Option<Look>,
}

impl Frame {
    fn new() -> Self {
        Self {
            out: String::new(),
            paragraphs: Vec::new(),
            tables: Vec::new(),
            lists: vec![false],
            run: None,
            text: None,
        }
    }

    fn set(&mut self, change: impl FnOnce(&mut Paragraph)) {
        if let Some(paragraph) = self.paragraphs.last_mut() {
            change(paragraph);
        }
    }

    fn style(&mut self, change: impl FnOnce(&mut Look)) {
        if let Some(run) = &mut self.run {
            change(run);
        }
    }

    fn begin_text(&mut self) {
        self.end_text();
        let look = self.run.unwrap_or_default();
        self.text = Some(look);
        let marks = [(look.bold, "<b>"), (look.italic, "<i>"), (look.underlined, "<u>")];
        self.set(|paragraph| {
            marks.iter().filter(|(on, _)| *on).for_each(|(_, tag)| paragraph.inside.push_str(tag));
        });
    }

    fn end_text(&mut self) {
        let Some(look) = self.text.take() else { return };
        let marks = [(look.underlined, "</u>"), (look.italic, "</i>"), (look.bold, "</b>")];
        self.set(|paragraph| {
            marks.iter().filter(|(on, _)| *on).for_each(|(_, tag)| paragraph.inside.push_str(tag));
        });
    }

    fn begin_paragraph(&mut self) {
        self.end_text();
        self.begin_cell();
        self.paragraphs.push(Paragraph::default());
    }

    fn end_paragraph(&mut self) {
        self.end_text();
        let Some(paragraph) = self.paragraphs.pop() else { return };
        let tag = match (paragraph.level, paragraph.listed) {
            (Some(1), _) => "h1",
            (Some(2), _) => "h2",
            (Some(3), _) => "h3",
            (Some(4), _) => "h4",
            (Some(5), _) => "h5",
            (Some(_), _) => "h6",
            (None, true) => "li",
            (None, false) => "p",
        };
        self.list(tag == "li");
        for piece in ["<", tag, ">", &paragraph.inside, "</", tag, ">"] {
            self.out.push_str(piece);
        }
        if !paragraph.boxes.is_empty() {
            self.list(false);
            self.out.push_str(&paragraph.boxes);
        }
    }

    /// Opens or closes the list of the present level.
    fn list(&mut self, wanted: bool) {
        let Some(open) = self.lists.last_mut() else { return };
        if std::mem::replace(open, wanted) != wanted {
            self.out.push_str(if wanted { "<ul>" } else { "</ul>" });
        }
    }

    fn begin_table(&mut self) {
        self.begin_cell();
        self.list(false);
        self.tables.push(Table::default());
        self.out.push_str("<table>");
    }

    fn end_table(&mut self) {
        self.row(false);
        if self.tables.pop().is_some() {
            self.out.push_str("</table>");
        }
    }

    /// Opens a row (if none is open) or closes it.
    fn row(&mut self, wanted: bool) {
        self.end_cell();
        let Some(table) = self.tables.last_mut() else { return };
        if std::mem::replace(&mut table.in_row, wanted) != wanted {
            self.out.push_str(if wanted { "<tr>" } else { "</tr>" });
        }
    }

    fn wait_for_cell(&mut self) {
        self.row(true);
        if let Some(table) = self.tables.last_mut() {
            table.waiting = Some(1);
        }
    }

    fn columns(&mut self, span: Option<u8>) {
        if let (Some(Table { waiting: Some(columns), .. }), Some(span)) = (self.tables.last_mut(), span) {
            *columns = span;
        }
    }

    /// Writes the tag of a cell begun, now that its properties are known.
    fn begin_cell(&mut self) {
        let Some(table) = self.tables.last_mut() else { return };
        let Some(columns) = table.waiting.take() else { return };
        table.in_cell = true;
        self.lists.push(false);
        if columns > 1 {
            self.out.push_str("<td colspan=\"");
            self.out.push_str(&columns.to_string());
            self.out.push_str("\">");
        } else {
            self.out.push_str("<td>");
        }
    }

    fn end_cell(&mut self) {
        self.begin_cell();
        let Some(table) = self.tables.last_mut() else { return };
        if std::mem::take(&mut table.in_cell) {
            self.list(false);
            self.lists.pop();
            self.out.push_str("</td>");
        }
    }

    /// Closes what is open and gives the HTML.
    fn finish(mut self) -> String {
        while !self.paragraphs.is_empty() {
            self.end_paragraph();
        }
        while !self.tables.is_empty() {
            self.end_table();
        }
        self.list(false);
        self.out
    }
}

/// The writer of one part.
pub(super) struct StoryWriter<'l> {
    levels: &'l Levels,
    /// The page, and one more for each text box being written.
    frames: Vec<Frame>,
    /// Inside the record of a formatting change, which holds the old formatting.
    changes: usize,
    written: usize,
    story: Story,
}

impl<'l> StoryWriter<'l> {
    pub(super) fn new(levels: &'l Levels) -> Self {
        Self { levels, frames: vec![Frame::new()], changes: 0, written: 0, story: Story::default() }
    }

    /// About how much has been written.
    pub(super) const fn size(&self) -> usize {
        self.written
    }

    /// Takes a start tag of WordprocessingML.
    pub(super) fn open(&mut self, open: Open<'_>, scanner: &Scanner<'_>) {
        self.written += 8;
        let value = scanner.attr("val");
        let on = !matches!(value, Some("0" | "false" | "off" | "none"));
        match open.local {
            "pPrChange" | "rPrChange" if !open.empty => {
                self.changes += 1;
                return;
            }
            "txbxContent" if !open.empty => {
                self.frames.push(Frame::new());
                return;
            }
            "headerReference" | "footerReference" => return self.edge(open.local, scanner),
            _ => {}
        }
        let Some(frame) = self.frames.last_mut().filter(|_| self.changes == 0) else { return };
        match open.local {
            "p" => {
                frame.begin_paragraph();
                if open.empty {
                    frame.end_paragraph();
                }
            }
            "pStyle" => {
                let level = self.levels.get(unescape(value.unwrap_or_default()).as_ref()).copied();
                frame.set(|paragraph| paragraph.level = level);
            }
            "numId" => frame.set(|paragraph| paragraph.listed = value != Some("0")),
            "r" if !open.empty => frame.run = Some(Look::default()),
            "b" => frame.style(|run| run.bold = on),
            "i" => frame.style(|run| run.italic = on),
            "u" => frame.style(|run| run.underlined = on),
            "t" if !open.empty => frame.begin_text(),
            "tab" if frame.run.is_some() => frame.set(|paragraph| paragraph.inside.push_str(" \u{2003}")),
            "br" | "cr" if frame.run.is_some() => frame.set(|paragraph| paragraph.inside.push_str("<br>")),
            "tbl" if !open.empty => frame.begin_table(),
            "tr" if !open.empty => frame.row(true),
            "tc" if !open.empty => frame.wait_for_cell(),
            "gridSpan" => {
                frame.columns(value.and_then(|v| v.parse::<u8>().ok()).filter(|span| (1..64).contains(span)));
            }
            _ => {}
        }
    }

    /// Remembers a header or footer the document names.
    fn edge(&mut self, local: &str, scanner: &Scanner<'_>) {
        let place = scanner.attr("type").unwrap_or_default().to_owned();
        let id = unescape(scanner.attr("id").unwrap_or_default()).into_owned();
        let edges =
            if local == "headerReference" { &mut self.story.headers } else { &mut self.story.footers };
        if edges.len() < 3 {
            edges.push((place, id));
        }
    }

    /// Takes an end tag of WordprocessingML.
    pub(super) fn close(&mut self, local: &str) {
        self.written += 8;
        match local {
            "pPrChange" | "rPrChange" => self.changes = self.changes.saturating_sub(1),
            "txbxContent" => self.end_box(),
            _ => {
                let Some(frame) = self.frames.last_mut() else { return };
                match local {
                    "p" => frame.end_paragraph(),
                    "r" => frame.run = None,
                    "t" => frame.end_text(),
                    "tc" => frame.end_cell(),
                    "tr" => frame.row(false),
                    "tbl" => frame.end_table(),
                    _ => {}
                }
            }
        }
    }

    fn end_box(&mut self) {
        if self.frames.len() < 2 {
            return;
        }
        let inside = self.frames.pop().map(Frame::finish).unwrap_or_default();
        let Some(frame) = self.frames.last_mut().filter(|_| !inside.is_empty()) else { return };
        let framed = format!("<div class=\"preview-box\">{inside}</div>");
        if let Some(host) = frame.paragraphs.last_mut() {
            host.boxes.push_str(&framed);
        } else {
            frame.begin_cell();
            frame.list(false);
            frame.out.push_str(&framed);
        }
    }

    /// Takes a character of text.
    pub(super) fn char(&mut self, c: char) {
        if let Some(frame) = self.frames.last_mut().filter(|frame| frame.text.is_some()) {
            self.written += 1;
            frame.set(|paragraph| escaped(c, &mut paragraph.inside));
        }
    }

    /// Closes what the part, or the cap, left open.
    pub(super) fn finish(mut self) -> Story {
        while self.frames.len() > 1 {
            self.end_box();
        }
        self.story.html = self.frames.pop().map(Frame::finish).unwrap_or_default();
        self.story
    }
}
