//! The rows of sheets while they are written: where a row of the template has gone, and what that means for references.

use std::collections::HashMap;

use crate::program::Span;

/// Where the rows of one sheet went: row of the template, first and last place of it; zero for a row left out.
#[derive(Debug, Clone, Default)]
pub(crate) struct SheetMap {
    name: String,
    rows: Vec<(u32, u32, u32)>,
}

impl SheetMap {
    /// A map for a sheet of this name with these rows, none of them written yet.
    pub(crate) fn new(name: &str, rows: impl Iterator<Item = u32>) -> Self {
        let mut rows: Vec<_> = rows.map(|row| (row, 0, 0)).collect();
        rows.sort_unstable();
        rows.dedup();
        Self { name: name.to_lowercase(), rows }
    }

    fn record(&mut self, row: u32, place: u32) {
        if let Ok(at) = self.rows.binary_search_by_key(&row, |entry| entry.0)
            && let Some((_, first, last)) = self.rows.get_mut(at)
        {
            if *first == 0 {
                *first = place;
            }
            *last = place;
        }
    }

    /// Where a reference to a row leads; `end` for the second half of a range.
    fn place(&self, row: u32, end: bool) -> u32 {
        let after = self.rows.partition_point(|entry| entry.0 <= row);
        let mut before = self.rows.get(..after).unwrap_or_default().iter().rev();
        let Some(&(known, first, last)) = before.next() else { return row };
        if last > 0 {
            return if known == row && !end { first } else { last + (row - known) };
        }
        // A row that was left out: the last one before it that is there.
        before.find(|entry| entry.2 > 0).map_or(1, |entry| entry.2)
    }
}

/// The state of one sheet being written (or measured).
#[derive(Debug)]
pub(crate) struct Grid<'m> {
    sheet: u16,
    maps: &'m [SheetMap],
    measured: Option<Vec<SheetMap>>,
    /// How far the row being written lies below its place in the template.
    shift: i64,
    /// The repetitions being written, as ranges of rows of the template.
    active: Vec<(u32, u32)>,
    /// Where the rows of the innermost repetitions went this time.
    here: HashMap<u32, (u32, u32)>,
    /// The rows merged ranges begin in, with every place they went to.
    merged: HashMap<u32, Vec<u32>>,
}

impl<'m> Grid<'m> {
    /// Writes a sheet, all of them having been measured.
    pub(crate) fn write<'p>(sheet: u16, maps: &'m [SheetMap], merges: impl Iterator<Item = &'p str>) -> Self {
        let first_row = |text: &str| rows_of(range_of(text)?.1).map(|(first, _)| (first, Vec::new()));
        let merged = merges.filter_map(first_row).collect();
        Self { sheet, maps, measured: None, shift: 0, active: Vec::new(), here: HashMap::new(), merged }
    }

    /// Measures a sheet (or several, one after another).
    pub(crate) fn measure(sheet: u16, maps: Vec<SheetMap>) -> Self {
        Self { measured: Some(maps), ..Self::write(sheet, &[], std::iter::empty()) }
    }

    /// What has been measured.
    pub(crate) fn into_maps(self) -> Vec<SheetMap> {
        self.measured.unwrap_or_default()
    }

    /// The next sheet begins.
    pub(crate) fn start(&mut self, sheet: u16) {
        self.sheet = sheet;
        self.shift = 0;
        self.active.clear();
        self.here.clear();
    }

    /// Writes the row, counted from 0, a drawing has moved to.
    pub(crate) fn anchor(&self, original: &str, out: &mut String) {
        match original.trim().parse::<u32>() {
            Ok(row) => push(self.place(self.sheet, row.saturating_add(1), false).saturating_sub(1), out),
            Err(_) => out.push_str(original),
        }
    }

    fn moved(&self, row: u32) -> u32 {
        u32::try_from(i64::from(row) + self.shift).unwrap_or(1).max(1)
    }

    /// Writes the number of a row.
    pub(crate) fn row(&mut self, row: u32, silent: bool, out: &mut String) {
        let place = self.moved(row);
        if !silent {
            push(place, out);
        }
        if let Some(map) = self.measured.as_mut().and_then(|maps| maps.get_mut(usize::from(self.sheet))) {
            map.record(row, place);
        }
        if !self.active.is_empty() {
            self.here.entry(row).and_modify(|known| known.1 = place).or_insert((place, place));
            if let Some(places) = self.merged.get_mut(&row)
                && places.last() != Some(&place)
            {
                places.push(place);
            }
        }
    }

    /// Rows of the template that are not written.
    pub(crate) fn skip(&mut self, rows: u32) {
        self.shift -= i64::from(rows);
    }

    /// A repetition is written once (again).
    pub(crate) fn enter(&mut self, span: &Span, again: bool) {
        if span.rows == 0 {
            return;
        }
        let rows = span.rows + span.else_rows;
        let range = (span.first_row, span.first_row + rows - 1);
        if again {
            self.shift += i64::from(rows);
        } else {
            self.active.push(range);
        }
        self.here.retain(|row, _| *row < range.0 || *row > range.1);
    }

    /// A repetition has been written for the last time.
    pub(crate) fn leave(&mut self, span: &Span) {
        if span.rows > 0 {
            self.active.pop();
        }
    }

    fn place(&self, sheet: u16, row: u32, end: bool) -> u32 {
        let inside = self.active.iter().any(|(first, last)| (*first..=*last).contains(&row));
        if sheet == self.sheet && inside {
            return match self.here.get(&row) {
                Some((first, last)) => {
                    if end {
                        *last
                    } else {
                        *first
                    }
                }
                None => self.moved(row),
            };
        }
        self.maps.get(usize::from(sheet)).map_or(row, |map| map.place(row, end))
    }

    /// Writes a formula or a list of ranges with every reference led to where its rows went.
    pub(crate) fn reference(&self, sheet: u16, text: &str, out: &mut String) {
        let spreads = sheet == u16::MAX;
        references(text, out, |name, row, end| {
            let sheet = match name {
                None => Some(sheet),
                Some(name) => {
                    self.maps.iter().position(|map| map.name == name.to_lowercase()).map(|at| at as u16)
                }
            };
            let Some(sheet) = sheet else { return (row, None) };
            let new = self.place(sheet, row, end);
            // A chart or a name that points at one cell of a repeated row means the whole column.
            let last = spreads.then(|| self.place(sheet, row, true)).filter(|last| *last > new);
            (new, last)
        });
    }

    /// Writes a merged range once for every time its rows were written.
    pub(crate) fn merged(&self, element: &str, out: &mut String) {
        let Some((head, range, tail)) = range_of(element) else { return out.push_str(element) };
        let Some((first, _)) = rows_of(range) else { return out.push_str(element) };
        match self.merged.get(&first).filter(|places| !places.is_empty()) {
            // Rows that were left out take their merged ranges with them.
            None if self.left_out(first) => {}
            None => {
                out.push_str(head);
                self.reference(self.sheet, range, out);
                out.push_str(tail);
            }
            Some(places) => {
                for place in places {
                    out.push_str(head);
                    references(range, out, |_, row, _| (place + (row - first.min(row)), None));
                    out.push_str(tail);
                }
            }
        }
    }

    fn left_out(&self, row: u32) -> bool {
        let map = self.maps.get(usize::from(self.sheet));
        map.is_some_and(|map| map.rows.iter().any(|entry| entry.0 == row && entry.2 == 0))
    }
}

fn push(number: u32, out: &mut String) {
    use std::fmt::Write as _;
    // Writing to a string cannot fail.
    let _ = write!(out, "{number}");
}

/// An element cut before and behind the value of its attribute `ref`.
fn range_of(element: &str) -> Option<(&str, &str, &str)> {
    let start = element.find("ref=")? + 5;
    let (head, rest) = element.split_at_checked(start)?;
    let (range, tail) = rest.split_at_checked(rest.find(['"', '\''])?)?;
    Some((head, range, tail))
}

/// The first and last row named in a text.
fn rows_of(text: &str) -> Option<(u32, u32)> {
    let mut found: Option<(u32, u32)> = None;
    references(text, &mut String::new(), |_, row, _| {
        found = Some(found.map_or((row, row), |(first, last)| (first.min(row), last.max(row))));
        (row, None)
    });
    found
}

/// Copies a formula, asking for the new row of every reference: the sheet named before it (if one is), the row, and
/// whether it ends a range. A second row makes a reference to one cell a range. Excel's way of writing (`'My sheet'!$B$5:$B$7`) and OpenDocument's (`[$Sheet1.B5:.B7]`).
pub(crate) fn references(
    text: &str,
    out: &mut String,
    mut place: impl FnMut(Option<&str>, u32, bool) -> (u32, Option<u32>),
) {
    let mut rest = text;
    let mut sheet: Option<String> = None;
    let mut in_range = false;
    while let Some(c) = rest.chars().next() {
        let quote = ["\"", "&quot;"].into_iter().find(|quote| rest.starts_with(quote));
        if let Some(quote) = quote {
            let end = rest.get(quote.len()..).and_then(|tail| tail.find(quote));
            let end = end.map_or(rest.len(), |end| end + 2 * quote.len());
            copy(&mut rest, end, out);
            (sheet, in_range) = (None, false);
        } else if let Some(quote) = ["'", "&apos;"].into_iter().find(|quote| rest.starts_with(quote)) {
            let end = rest.get(quote.len()..).and_then(|tail| tail.find(quote));
            let name = end.and_then(|end| rest.get(quote.len()..quote.len() + end)).unwrap_or_default();
            sheet = Some(name.to_owned());
            let end = end.map_or(rest.len(), |end| end + 2 * quote.len());
            copy(&mut rest, end, out);
        } else if is_word(c) {
            let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            if after.starts_with('!') {
                sheet = Some(word.trim_start_matches('$').to_owned());
                copy(&mut rest, end + 1, out);
                continue;
            }
            let dot = word.rfind('.').map_or(0, |dot| dot + 1);
            let (head, cell) = word.split_at(dot);
            match cell_row(cell).filter(|_| !after.starts_with('(')) {
                None => {
                    out.push_str(word);
                    (sheet, in_range) = (None, false);
                }
                Some((letters, row)) => {
                    let named = head.trim_end_matches('.').trim_start_matches('$');
                    if !named.is_empty() {
                        sheet = Some(named.to_owned());
                    }
                    out.push_str(head);
                    out.push_str(letters);
                    let (new, last) = place(sheet.as_deref(), row, in_range);
                    push(new, out);
                    if let Some(last) = last.filter(|_| !in_range && !after.starts_with(':')) {
                        out.push(':');
                        out.push_str(letters);
                        push(last, out);
                    }
                    in_range = after.starts_with(':');
                    if !in_range {
                        sheet = None;
                    }
                }
            }
            rest = after;
        } else {
            if !matches!(c, ':' | '!') {
                in_range = false;
            }
            copy(&mut rest, c.len_utf8(), out);
        }
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '$' | '_' | '.')
}

fn copy(rest: &mut &str, len: usize, out: &mut String) {
    let (done, left) = rest.split_at_checked(len).unwrap_or((rest, ""));
    out.push_str(done);
    *rest = left;
}

/// A cell's address as all before its row number, and the row number.
pub(crate) fn cell_row(word: &str) -> Option<(&str, u32)> {
    let column = word.strip_prefix('$').unwrap_or(word);
    let letters = column.bytes().take_while(u8::is_ascii_alphabetic).count();
    if !(1..=3).contains(&letters) {
        return None;
    }
    let digits = column.get(letters..)?;
    let digits = digits.strip_prefix('$').unwrap_or(digits);
    if digits.is_empty()
        || digits.len() > 7
        || !digits.bytes().all(|b| b.is_ascii_digit())
        || digits.starts_with('0')
    {
        return None;
    }
    Some((word.get(..word.len() - digits.len())?, digits.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moved(text: &str) -> String {
        let mut out = String::new();
        references(text, &mut out, |sheet, row, end| match sheet {
            Some("Other") => (row + 100, None),
            _ if end => (row + 20, None),
            _ => (row + 10, None),
        });
        out
    }

    #[test]
    fn references_move_and_nothing_else_does() {
        assert_eq!(moved("SUM(C5:C7)*$B$2"), "SUM(C15:C27)*$B$12");
        assert_eq!(moved("'Other'!A1+Other!$A$2+A3"), "'Other'!A101+Other!$A$102+A13");
        assert_eq!(
            moved("LOG10(A1)&amp;\"A1 B2\"&amp;&quot;C3&quot;"),
            "LOG10(A11)&amp;\"A1 B2\"&amp;&quot;C3&quot;"
        );
        assert_eq!(moved("of:=SUM([.C5:.C7])+[$Other.A1]"), "of:=SUM([.C15:.C27])+[$Other.A101]");
        assert_eq!(moved("A1:B2 C3"), "A11:B22 C13");
        assert_eq!(moved("C:C+Rate+1.5E3"), "C:C+Rate+1.5E3");
    }

    #[test]
    fn a_row_left_out_leads_to_the_one_before_it() {
        let mut map = SheetMap::new("s", [1, 2, 3].into_iter());
        map.record(1, 1);
        map.record(3, 2);
        assert_eq!((map.place(2, false), map.place(3, true), map.place(9, false)), (1, 2, 8));
    }
}
