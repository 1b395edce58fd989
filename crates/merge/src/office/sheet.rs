//! One sheet of a workbook: strings with codes come into the sheet, cells that are a code take the type of its value.

use std::collections::HashMap;
use std::ops::Range;

use super::ods::only_a_code;
use super::shared;
use super::story::{self, Dialect};
use crate::codes::Codes;
use crate::encoding::Decoded;
use crate::escape::Place;
use crate::grid::cell_row;
use crate::program::{Edit, What};
use crate::xml::{Ns, Scanner, Token, split_name};
use crate::{Limits, Refused};

/// Shared strings that may hold codes, by number: their inner XML.
pub(super) type Strings = HashMap<usize, String>;

/// For each look of a cell, whether it is one for dates.
#[derive(Debug, Default)]
pub(super) struct Looks(pub(super) Vec<bool>);

/// Whether a number format shows a date or time.
pub(super) fn shows_dates(code: &str) -> bool {
    let mut quoted = false;
    let mut bracket = false;
    let mut skip = false;
    for c in code.chars() {
        match c {
            _ if std::mem::take(&mut skip) => {}
            '\\' | '_' | '*' => skip = true,
            '"' => quoted = !quoted,
            _ if quoted => {}
            '[' => bracket = true,
            ']' => bracket = false,
            'd' | 'D' | 'm' | 'M' | 'y' | 'Y' | 'h' | 'H' | 's' if !bracket => return true,
            _ => {}
        }
    }
    false
}

/// A sheet read.
pub(super) struct Part {
    pub(super) decoded: Decoded,
    pub(super) edits: Vec<Edit>,
    /// Whether rows may be repeated or left out.
    pub(super) moves: bool,
}

/// Reads a sheet.
pub(super) fn read(
    mut decoded: Decoded,
    strings: &Strings,
    looks: &Looks,
    codes: &mut Codes,
    limits: &Limits,
) -> Result<Part, Refused> {
    if let Some(text) = spelled_out(&decoded.text, strings, limits)? {
        decoded.text = text;
    }
    let text = &decoded.text;
    let mut edits = story::story(text, Dialect::Sheet, codes, limits)?;
    edits.sort_by_key(|edit| edit.at.start);
    let mut typed = Vec::new();
    let mut rows: Vec<Range<usize>> = Vec::new();
    let mut cell: Option<Cell> = None;
    let mut scanner = Scanner::new(text, limits)?;
    while let Some((range, token)) = scanner.next()? {
        match token {
            Token::Open(open) if open.ns == Ns::Sheet => match open.local {
                "row" if !open.empty => rows.push(range),
                "c" if !open.empty => {
                    let look: usize = scanner.attr("s").and_then(|s| s.parse().ok()).unwrap_or(0);
                    let kind =
                        scanner.attrs().iter().find(|attr| attr.name == "t").map(|attr| attr.range.start);
                    let prefix = open.name.len() - split_name(open.name).1.len();
                    cell = Some(Cell {
                        from: kind.unwrap_or(range.end),
                        content: range.end,
                        prefix: open.name.get(..prefix).unwrap_or_default().into(),
                        dates: looks.0.get(look).copied().unwrap_or(false),
                        shows: String::new(),
                    });
                }
                _ => {}
            },
            Token::Close { ns: Ns::Sheet, local: "row" } => {
                if let Some(row) = rows.last_mut() {
                    row.end = range.end;
                }
            }
            Token::Close { ns: Ns::Sheet, local: "c" } => {
                if let Some(cell) = cell.take() {
                    typed.extend(cell.typed(range.start, &edits));
                }
            }
            Token::Text(piece) => {
                if let Some(cell) = &mut cell {
                    cell.shows.push_str(piece);
                }
            }
            Token::Char(c) => {
                if let Some(cell) = &mut cell {
                    cell.shows.push(c);
                }
            }
            _ => {}
        }
    }
    // A block that begins outside of a cell begins with a row.
    let starts: Vec<usize> = rows.iter().map(|row| row.start).collect();
    let moves = edits
        .iter()
        .any(|edit| matches!(edit.what, What::Begin { .. }) && starts.binary_search(&edit.at.start).is_ok());
    edits.extend(typed);
    Ok(Part { decoded, edits, moves })
}

struct Cell {
    /// Where the attribute for the type begins; it is the last one.
    from: usize,
    content: usize,
    prefix: Box<str>,
    dates: bool,
    shows: String,
}

impl Cell {
    /// The edit that gives a cell of nothing but a code the type of its value.
    fn typed(self, end: usize, edits: &[Edit]) -> Option<Edit> {
        if self.from >= self.content || !only_a_code(&self.shows) {
            return None;
        }
        let from = edits.partition_point(|edit| edit.at.start < self.content);
        let inside = edits.get(from..)?.iter().take_while(|edit| edit.at.start < end);
        let mut slots = inside.filter_map(|edit| match edit.what {
            What::Slot { code, .. } => Some(code),
            _ => None,
        });
        let (Some(code), None) = (slots.next(), slots.next()) else { return None };
        let place = Place::Cell { prefix: self.prefix, dates: self.dates };
        Some(Edit::new(self.from..end, What::Slot { code, place }))
    }
}

/// The sheet with its strings that hold codes, and its shared formulas, written into the cells; `None` without any.
fn spelled_out(text: &str, strings: &Strings, limits: &Limits) -> Result<Option<String>, Refused> {
    let mut out = String::new();
    let mut done = 0;
    let mut masters: HashMap<String, (String, String)> = HashMap::new();
    let mut reading: Option<Reading> = None;
    let mut scanner = Scanner::new(text, limits)?;
    while let Some((range, token)) = scanner.next()? {
        match token {
            Token::Open(open) if open.ns == Ns::Sheet && !open.empty && open.local == "c" => {
                reading = Some(Reading::new(text, &open, &range, &scanner));
            }
            Token::Open(open) if open.ns == Ns::Sheet && open.local == "f" => {
                if let Some(cell) = &mut reading
                    && scanner.attr("t") == Some("shared")
                {
                    cell.shared = scanner.attr("si").map(str::to_owned);
                    cell.formula = range.start..range.end;
                    cell.formula_open = !open.empty;
                }
            }
            Token::Text(piece) if let Some(cell) = &mut reading => cell.text.push_str(piece),
            Token::Char(_) if let Some(cell) = &mut reading => {
                cell.text.push_str(text.get(range).unwrap_or_default());
            }
            Token::Close { ns: Ns::Sheet, local: "f" } => {
                if let Some(cell) = reading.as_mut().filter(|cell| cell.formula_open) {
                    cell.formula.end = range.end;
                    cell.formula_text = std::mem::take(&mut cell.text);
                    cell.formula_open = false;
                }
            }
            Token::Open(_) => {
                if let Some(cell) = &mut reading {
                    cell.text.clear();
                }
            }
            Token::Close { ns: Ns::Sheet, local: "c" } => {
                let Some(cell) = reading.take() else { continue };
                let Some(instead) = cell.instead(text, range.end, strings, &mut masters) else { continue };
                out.push_str(text.get(done..cell.start).unwrap_or_default());
                out.push_str(&instead);
                done = range.end;
            }
            _ => {}
        }
    }
    if done == 0 {
        return Ok(None);
    }
    out.push_str(text.get(done..).unwrap_or_default());
    Ok(Some(out))
}

/// A cell being read for spelling out.
struct Reading {
    start: usize,
    content: usize,
    /// `<c r="B5" s="3"`: the start tag without its type.
    head: String,
    prefix: String,
    address: String,
    kind: String,
    text: String,
    shared: Option<String>,
    formula: Range<usize>,
    formula_text: String,
    formula_open: bool,
}

impl Reading {
    fn new(text: &str, open: &crate::xml::Open<'_>, range: &Range<usize>, scanner: &Scanner<'_>) -> Self {
        let mut head = text.get(range.start..range.end - 1).unwrap_or_default().to_owned();
        if let Some(kind) = scanner.attrs().iter().find(|attr| attr.name == "t") {
            head = head.replacen(text.get(kind.range.clone()).unwrap_or_default(), "", 1);
        }
        let prefix = open.name.len() - split_name(open.name).1.len();
        Self {
            start: range.start,
            content: range.end,
            head,
            prefix: open.name.get(..prefix).unwrap_or_default().to_owned(),
            address: scanner.attr("r").unwrap_or_default().to_owned(),
            kind: scanner.attr("t").unwrap_or("n").to_owned(),
            text: String::new(),
            shared: None,
            formula: 0..0,
            formula_text: String::new(),
            formula_open: false,
        }
    }

    /// What stands instead of the whole cell.
    fn instead(
        &self,
        text: &str,
        end: usize,
        strings: &Strings,
        masters: &mut HashMap<String, (String, String)>,
    ) -> Option<String> {
        let (head, p) = (&self.head, &self.prefix);
        if let Some(shared) = &self.shared {
            let formula = if self.formula_text.is_empty() {
                let (master, at) = masters.get(shared)?;
                let (from, to) = (shared::address(at)?, shared::address(&self.address)?);
                shared::translate(master, to.1 - from.1, to.0 - from.0)
            } else {
                masters.insert(shared.clone(), (self.formula_text.clone(), self.address.clone()));
                self.formula_text.clone()
            };
            return Some(format!("{head}><{p}f>{formula}</{p}f></{p}c>"));
        }
        match self.kind.as_str() {
            "s" => {
                let inner = strings.get(&self.text.trim().parse().ok()?)?;
                Some(format!("{head} t=\"inlineStr\"><{p}is>{inner}</{p}is></{p}c>"))
            }
            "inlineStr" => {
                // With the type as its last attribute.
                Some(format!("{head} t=\"inlineStr\">{}", text.get(self.content..end)?))
            }
            _ => None,
        }
    }
}

/// The edits of a sheet whose rows may move: row numbers, references, merged ranges.
pub(super) fn moving(text: &str, sheet: u16, own: bool, limits: &Limits) -> Result<Vec<Edit>, Refused> {
    let mut edits = vec![Edit::new(0..0, What::SheetStart(sheet))];
    let mut scanner = Scanner::new(text, limits)?;
    let mut formula = false;
    while let Some((range, token)) = scanner.next()? {
        match token {
            Token::Open(open) if open.ns == Ns::Sheet => {
                formula = !open.empty && matches!(open.local, "f" | "formula" | "formula1" | "formula2");
                match open.local {
                    "row" if own => {
                        if let (Some(at), Some(row)) = (scanner.value_range("r"), scanner.attr("r"))
                            && let Ok(row) = row.parse()
                        {
                            edits.push(Edit::new(at, What::RowNumber { row, silent: false }));
                        }
                    }
                    "c" if own => {
                        let address = scanner.attr("r").and_then(cell_row);
                        if let (Some(at), Some((column, row))) = (scanner.value_range("r"), address) {
                            let at = at.start + column.len()..at.end;
                            edits.push(Edit::new(at, What::RowNumber { row, silent: false }));
                        }
                    }
                    "f" if own => {
                        if let Some(at) = scanner.value_range("ref") {
                            edits.push(Edit::new(at, What::Reference { sheet }));
                        }
                    }
                    "mergeCells" if own => {
                        let count = scanner.attrs().iter().find(|attr| attr.name == "count");
                        edits.extend(count.map(|attr| Edit::drop(attr.range.clone())));
                    }
                    "mergeCell" if own && open.empty => edits.push(Edit::new(range, What::Merged)),
                    "dimension"
                    | "hyperlink"
                    | "autoFilter"
                    | "protectedRange"
                    | "ignoredError"
                    | "conditionalFormatting"
                    | "dataValidation"
                    | "selection"
                    | "sortState"
                    | "sortCondition"
                        if own =>
                    {
                        for name in ["ref", "sqref"] {
                            if let Some(at) = scanner.value_range(name) {
                                edits.push(Edit::new(at, What::Reference { sheet }));
                            }
                        }
                    }
                    _ => {}
                }
            }
            Token::Text(_) if formula => edits.push(Edit::new(range, What::Reference { sheet })),
            Token::Close { .. } => formula = false,
            _ => {}
        }
    }
    Ok(edits)
}

/// The edits that take the last results of formulas out: they are not true any more.
pub(super) fn forgetting(text: &str, limits: &Limits) -> Result<Vec<Edit>, Refused> {
    let mut edits = Vec::new();
    let mut scanner = Scanner::new(text, limits)?;
    let (mut formula, mut value) = (false, None);
    while let Some((range, token)) = scanner.next()? {
        match token {
            Token::Open(open) if open.ns == Ns::Sheet => {
                value = (open.local == "v" && formula && !open.empty).then_some(range.start);
                formula = open.local == "f" && open.empty || open.local != "c" && formula;
            }
            Token::Close { ns: Ns::Sheet, local: "f" } => formula = true,
            Token::Close { ns: Ns::Sheet, local: "v" } => {
                edits.extend(value.take().map(|start| Edit::drop(start..range.end)));
            }
            _ => {}
        }
    }
    Ok(edits)
}
