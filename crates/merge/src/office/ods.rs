//! OpenDocument spreadsheets: cells keep the type of their value, and references follow their rows.

use std::ops::Range;

use super::open_document::Reader;
use crate::codes::Codes;
use crate::escape::Place;
use crate::program::{Edit, Part, What};
use crate::xml::{Ns, Scanner, Token, split_name};
use crate::{Limits, Refused};

/// The edits of the content of a spreadsheet.
pub(super) fn content(text: &str, codes: &mut Codes, limits: &Limits) -> Result<Vec<Edit>, Refused> {
    let mut reader = Reader::new(codes);
    reader.structure.sheet = true;
    reader.read(text, limits)?;
    let fillers = reader.fillers();
    let (structure, mut edits) = (reader.structure, reader.edits);
    structure.finish(codes, &fillers, &mut edits);
    if edits.is_empty() {
        return Ok(edits);
    }
    let mut whole = Vec::new();
    super::open_document::whole_pages(text, codes, &mut whole, limits)?;
    edits.sort_by_key(|edit| edit.at.start);
    let mut cells = Cells { text, edits: &edits, more: Vec::new(), sheet: None, row: 1, cell: None };
    let mut scanner = Scanner::new(text, limits)?;
    while let Some((range, token)) = scanner.next()? {
        match token {
            Token::Open(open) if open.ns == Ns::OdfTable => {
                cells.open(open.local, open.empty, &range, &scanner);
            }
            Token::Close { ns: Ns::OdfTable, local: "table-cell" } => cells.close(range.start),
            Token::Text(piece) => cells.see(piece),
            Token::Char(c) => cells.see(c.encode_utf8(&mut [0; 4])),
            _ => {}
        }
    }
    let more = cells.more;
    edits.extend(more);
    edits.extend(whole);
    Ok(edits)
}

/// The names of the sheets, in order.
pub(super) fn sheets(text: &str, limits: &Limits) -> Result<Vec<String>, Refused> {
    let mut names = Vec::new();
    let mut scanner = Scanner::new(text, limits)?;
    while let Some((_, token)) = scanner.next()? {
        if let Token::Open(open) = token
            && (open.ns, open.local) == (Ns::OdfTable, "table")
        {
            names.push(scanner.attr("name").unwrap_or_default().to_owned());
        }
    }
    Ok(names)
}

/// A cell that is open.
struct Cell {
    /// The start tag without the attributes that say type and value.
    kept: String,
    /// Those attributes.
    typed: String,
    at: Range<usize>,
    shows: String,
    formula: bool,
}

struct Cells<'t, 'e> {
    text: &'t str,
    edits: &'e [Edit],
    more: Vec<Edit>,
    sheet: Option<u16>,
    row: u32,
    cell: Option<Cell>,
}

impl Cells<'_, '_> {
    fn open(&mut self, local: &str, empty: bool, range: &Range<usize>, scanner: &Scanner<'_>) {
        match local {
            "table" => {
                let sheet = self.sheet.map_or(0, |sheet| sheet.saturating_add(1));
                self.sheet = Some(sheet);
                self.row = 1;
                self.more.push(Edit::new(range.start..range.start, What::SheetStart(sheet)));
            }
            "table-row" => {
                let what = What::RowNumber { row: self.row, silent: true };
                // Inside the row, so that it counts for a loop that begins with it.
                let at = range.end - if empty { 2 } else { 1 };
                self.more.push(Edit::new(at..at, what));
                let repeated = scanner.attr("number-rows-repeated").and_then(|n| n.parse().ok()).unwrap_or(1);
                self.row = self.row.saturating_add(repeated);
            }
            "table-cell" => {
                let formula = scanner.value_range("formula");
                if let Some(at) = &formula {
                    let sheet = self.sheet.unwrap_or_default();
                    self.more.push(Edit::new(at.clone(), What::Reference { sheet }));
                }
                let is_typed = |name: &str| {
                    let (prefix, local) = split_name(name);
                    local.ends_with("value-type") || prefix == "office" && local.ends_with("value")
                };
                if formula.is_some() {
                    // What was computed last is not true any more.
                    let old = scanner.attrs().iter().filter(|attr| is_typed(attr.name));
                    self.more.extend(old.map(|attr| Edit::drop(attr.range.clone())));
                }
                if !empty {
                    let mut kept = self.text.get(range.start..range.end - 1).unwrap_or_default().to_owned();
                    let mut typed = String::new();
                    for attr in scanner.attrs().iter().filter(|attr| is_typed(attr.name)) {
                        let written = self.text.get(attr.range.clone()).unwrap_or_default();
                        kept = kept.replacen(written, "", 1);
                        typed.push_str(written);
                    }
                    self.cell = Some(Cell {
                        kept,
                        typed,
                        at: range.clone(),
                        shows: String::new(),
                        formula: formula.is_some(),
                    });
                }
            }
            _ => {}
        }
    }

    fn see(&mut self, piece: &str) {
        if let Some(cell) = &mut self.cell {
            cell.shows.push_str(piece);
        }
    }

    /// A cell that shows nothing but a code takes the type of its value.
    fn close(&mut self, end: usize) {
        let Some(cell) = self.cell.take() else { return };
        if cell.formula {
            self.more.push(Edit::drop(cell.at.end..end));
            return;
        }
        if !only_a_code(&cell.shows) {
            return;
        }
        let from = self.edits.partition_point(|edit| edit.at.start < cell.at.end);
        let inside = self.edits.get(from..).unwrap_or_default().iter().take_while(|edit| edit.at.start < end);
        let mut slots = inside.filter_map(|edit| match &edit.what {
            What::Slot { code, place: Place::Odf(text) } => Some((*code, text.clone())),
            _ => None,
        });
        let (Some((code, text)), None) = (slots.next(), slots.next()) else { return };
        let content = self.text.get(cell.at.end..end).unwrap_or_default();
        // Anything beside the paragraph shows as well; such a cell stays text.
        let opens = content
            .strip_prefix('<')
            .and_then(|rest| rest.strip_prefix(&*text))
            .and_then(|rest| rest.strip_prefix('p'))
            .is_some_and(|rest| rest.starts_with(['>', ' ']));
        let closes = content.matches(&format!("</{text}p>")).count() == 1 && content.ends_with("p>");
        let Some(paragraph) =
            content.find('>').filter(|_| opens && closes).and_then(|close| content.get(..=close))
        else {
            return;
        };
        let place = Place::OdfCell { table: "".into(), text, paragraph: paragraph.into() };
        let parts = vec![
            Part { original: "".into(), what: What::Put(cell.kept.into()) },
            Part { original: format!("{}>{content}", cell.typed).into(), what: What::Slot { code, place } },
        ];
        self.more.push(Edit::new(cell.at.start..end, What::Parts(parts)));
    }
}

/// Whether a cell shows one code, and perhaps the tag of a loop that goes on in other cells.
pub(super) fn only_a_code(shows: &str) -> bool {
    let mut fields = 0;
    let mut tags = (0, 0);
    let mut rest = shows.trim();
    while !rest.is_empty() {
        let Some(inside) = rest.strip_prefix('{') else { return false };
        let Some((inside, after)) = inside.split_once('}') else { return false };
        match inside.chars().next() {
            Some('#' | '^') => tags.0 += 1,
            Some('/') => tags.1 += 1,
            _ => fields += 1,
        }
        rest = after.trim();
    }
    fields == 1 && (tags.0 == 0 || tags.1 == 0)
}
