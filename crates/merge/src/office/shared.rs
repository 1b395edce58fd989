//! Formulas that cells share: each cell gets its own, so that rows can move apart.

use crate::grid::cell_row;

/// A formula as it reads so many rows and columns further down and right. References with `$` stay.
pub(super) fn translate(formula: &str, rows: i64, columns: i64) -> String {
    let mut out = String::with_capacity(formula.len() + 8);
    let mut rest = formula;
    while let Some(c) = rest.chars().next() {
        let quote = ["\"", "&quot;", "'", "&apos;"].into_iter().find(|quote| rest.starts_with(quote));
        let end = if let Some(quote) = quote {
            let end = rest.get(quote.len()..).and_then(|tail| tail.find(quote));
            end.map_or(rest.len(), |end| end + 2 * quote.len())
        } else if word(c) {
            let end = rest.find(|c| !word(c)).unwrap_or(rest.len());
            let (found, after) = rest.split_at(end);
            match cell_row(found).filter(|_| !after.starts_with(['(', '!'])) {
                Some(_) => moved(found, rows, columns, &mut out),
                None => out.push_str(found),
            }
            rest = after;
            continue;
        } else {
            c.len_utf8()
        };
        let (done, left) = rest.split_at_checked(end).unwrap_or((rest, ""));
        out.push_str(done);
        rest = left;
    }
    out
}

fn word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '$' | '_' | '.')
}

fn moved(cell: &str, rows: i64, columns: i64, out: &mut String) {
    let Some((head, row)) = cell_row(cell) else { return out.push_str(cell) };
    let fixed_row = head.ends_with('$');
    let fixed_column = head.starts_with('$');
    let letters = head.trim_matches('$');
    let column =
        letters.bytes().fold(0_i64, |sum, b| sum * 26 + i64::from(b.to_ascii_uppercase() - b'A') + 1);
    let (row, column) = (
        if fixed_row { i64::from(row) } else { (i64::from(row) + rows).max(1) },
        if fixed_column { column } else { (column + columns).max(1) },
    );
    out.push_str(if fixed_column { "$" } else { "" });
    out.push_str(&letters_of(column));
    out.push_str(if fixed_row { "$" } else { "" });
    out.push_str(&row.to_string());
}

/// The letters of a column, 1 for `A`.
fn letters_of(mut column: i64) -> String {
    let mut letters = Vec::new();
    while column > 0 {
        letters.push(char::from(b'A' + u8::try_from((column - 1) % 26).unwrap_or(0)));
        column = (column - 1) / 26;
    }
    letters.iter().rev().collect()
}

/// A cell's address as column (1 for `A`) and row.
pub(super) fn address(cell: &str) -> Option<(i64, i64)> {
    let (head, row) = cell_row(cell)?;
    let letters = head.trim_matches('$').bytes();
    let column = letters.fold(0_i64, |sum, b| sum * 26 + i64::from(b.to_ascii_uppercase() - b'A') + 1);
    Some((column, i64::from(row)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shared_formula_reads_from_each_cell() {
        assert_eq!(translate("B2*$C$1+SUM(D$2:E2)&amp;\"B2\"", 3, 1), "C5*$C$1+SUM(E$2:F5)&amp;\"B2\"");
        assert_eq!(translate("'B2'!A1+LOG10(Z9)", 1, 1), "'B2'!B2+LOG10(AA10)");
    }
}
