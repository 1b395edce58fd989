//! Tables.

use super::{Align, Paragraph, hex, twips};

/// Which lines a table has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Borders {
    /// None: for layout.
    None,
    /// Fine lines between rows, below the last and above the first.
    #[default]
    Rows,
    /// Fine lines around every cell.
    All,
}

/// A cell: paragraphs, perhaps over several columns.
#[derive(Debug, Clone, Default)]
pub struct Cell {
    paragraphs: Vec<Paragraph>,
    columns: u8,
    shade: Option<[u8; 3]>,
}

impl Cell {
    /// A cell with one paragraph of text.
    pub fn text(text: &str) -> Self {
        Self::with(Paragraph::new().text(text))
    }

    /// A cell with a figure at its right edge.
    pub fn figure(text: &str) -> Self {
        Self::with(Paragraph::new().text(text).align(Align::Right))
    }

    /// A cell with one paragraph.
    pub fn with(paragraph: Paragraph) -> Self {
        Self { paragraphs: vec![paragraph], columns: 1, shade: None }
    }

    /// Adds a paragraph.
    pub fn and(mut self, paragraph: Paragraph) -> Self {
        self.paragraphs.push(paragraph);
        self
    }

    /// Covers so many columns (at least one).
    pub fn columns(mut self, columns: u8) -> Self {
        self.columns = columns.max(1);
        self
    }

    /// Sets the colour behind the text.
    pub fn shade(mut self, colour: [u8; 3]) -> Self {
        self.shade = Some(colour);
        self
    }
}

/// A row of cells.
#[derive(Debug, Clone, Default)]
pub struct Row {
    cells: Vec<Cell>,
    heading: bool,
    shade: Option<[u8; 3]>,
}

impl Row {
    /// A row of cells.
    pub fn new(cells: impl IntoIterator<Item = Cell>) -> Self {
        Self { cells: cells.into_iter().collect(), heading: false, shade: None }
    }

    /// A row of texts.
    pub fn texts<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        Self::new(texts.into_iter().map(Cell::text))
    }

    /// Makes it a heading: bold, and repeated on every page the table runs over.
    pub fn heading(mut self) -> Self {
        self.heading = true;
        self
    }

    /// Sets the colour behind every cell without a colour of its own.
    pub fn shade(mut self, colour: [u8; 3]) -> Self {
        self.shade = Some(colour);
        self
    }
}

/// A table being put together.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// Millimetres.
    widths: Vec<u16>,
    borders: Borders,
    rows: Vec<Row>,
}

impl Table {
    /// A table with columns of these widths in millimetres.
    pub fn new(widths: impl IntoIterator<Item = u16>) -> Self {
        Self { widths: widths.into_iter().collect(), ..Self::default() }
    }

    /// Chooses the lines.
    pub fn borders(mut self, borders: Borders) -> Self {
        self.borders = borders;
        self
    }

    /// Adds a row. Missing cells are empty; cells beyond the columns are left out.
    pub fn row(mut self, row: Row) -> Self {
        self.rows.push(row);
        self
    }

    /// Writes the table; a table without columns or rows is nothing.
    pub(super) fn write(&self, out: &mut String) {
        if self.widths.is_empty() || self.rows.is_empty() {
            return;
        }
        let total: u32 = self.widths.iter().map(|&width| twips(width)).sum();
        add!(out, "<w:tbl><w:tblPr><w:tblW w:w=\"{total}\" w:type=\"dxa\"/>");
        self.write_borders(out);
        out.push_str(
            "<w:tblLayout w:type=\"fixed\"/><w:tblCellMar><w:left w:w=\"85\" w:type=\"dxa\"/>\
             <w:right w:w=\"85\" w:type=\"dxa\"/></w:tblCellMar></w:tblPr><w:tblGrid>",
        );
        for &width in &self.widths {
            add!(out, "<w:gridCol w:w=\"{}\"/>", twips(width));
        }
        out.push_str("</w:tblGrid>");
        self.rows.iter().for_each(|row| self.write_row(row, out));
        out.push_str("</w:tbl>");
    }

    fn write_borders(&self, out: &mut String) {
        let sides: &[&str] = match self.borders {
            Borders::None => return,
            Borders::Rows => &["top", "bottom", "insideH"],
            Borders::All => &["top", "left", "bottom", "right", "insideH", "insideV"],
        };
        out.push_str("<w:tblBorders>");
        for side in sides {
            add!(out, "<w:{side} w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"BFC5CC\"/>");
        }
        out.push_str("</w:tblBorders>");
    }

    fn write_row(&self, row: &Row, out: &mut String) {
        out.push_str("<w:tr><w:trPr><w:cantSplit/>");
        if row.heading {
            out.push_str("<w:tblHeader/>");
        }
        out.push_str("</w:trPr>");
        let empty = Cell::with(Paragraph::new());
        let mut at = 0;
        let mut cells = row.cells.iter();
        while at < self.widths.len() {
            let cell = cells.next().unwrap_or(&empty);
            let columns = usize::from(cell.columns.max(1)).min(self.widths.len() - at);
            let width = self.widths.iter().skip(at).take(columns).map(|&width| twips(width)).sum();
            write_cell(cell, row, columns, width, out);
            at += columns;
        }
        out.push_str("</w:tr>");
    }
}

fn write_cell(cell: &Cell, row: &Row, columns: usize, width: u32, out: &mut String) {
    add!(out, "<w:tc><w:tcPr><w:tcW w:w=\"{width}\" w:type=\"dxa\"/>");
    if columns > 1 {
        add!(out, "<w:gridSpan w:val=\"{columns}\"/>");
    }
    if let Some(colour) = cell.shade.or(row.shade) {
        add!(out, "<w:shd w:val=\"clear\" w:color=\"auto\" w:fill=\"{}\"/>", hex(colour));
    }
    out.push_str("</w:tcPr>");
    if cell.paragraphs.is_empty() {
        Paragraph::new().in_cell().write(out);
    }
    for paragraph in &cell.paragraphs {
        let paragraph = paragraph.clone().in_cell();
        let paragraph = if row.heading { paragraph.all_bold() } else { paragraph };
        paragraph.write(out);
    }
    out.push_str("</w:tc>");
}
