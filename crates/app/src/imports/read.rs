//! Reading lines from CSV and JSON.

use domain::{Error, Result, text};
use serde_json::{Map, Value};
use std::str::FromStr;

/// The format of an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Comma, semicolon or tab separated, with a header line (RFC 4180).
    Csv,
    /// An array of objects.
    Json,
}

impl FromStr for Format {
    type Err = Error;
    fn from_str(word: &str) -> Result<Self> {
        match word.to_ascii_lowercase().as_str() {
            "csv" => Ok(Self::Csv),
            "json" => Ok(Self::Json),
            _ => {
                Err(Error::invalid(format!("{word:?} is no import format. Use csv or json.")).field("format"))
            }
        }
    }
}

/// One line, read but not taken yet.
#[derive(Debug)]
pub(super) struct Record {
    pub line: u64,
    pub external_id: String,
    pub fields: Vec<(&'static str, String)>,
    pub refused: Option<Error>,
}

/// Where lines come from.
pub(super) enum Source<'a> {
    Csv { reader: csv::Reader<&'a [u8]>, header: Vec<&'static str>, bytes: &'a [u8] },
    Json { rows: std::vec::IntoIter<Value>, at: u64, columns: &'static [&'static str] },
}

impl<'a> Source<'a> {
    /// Opens a file and checks its header.
    pub fn open(format: Format, bytes: &'a [u8], columns: &'static [&'static str]) -> Result<Self> {
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        if std::str::from_utf8(bytes).is_err() {
            return Err(
                Error::invalid("The file is not in UTF-8. Save it as UTF-8 and send it again.").field("file")
            );
        }
        match format {
            Format::Csv => open_csv(bytes, columns),
            Format::Json => open_json(bytes, columns),
        }
    }

    /// The next line.
    pub fn next(&mut self) -> Option<Record> {
        match self {
            Self::Csv { reader, header, bytes } => next_csv(reader, header, bytes),
            Self::Json { rows, at, columns } => {
                *at += 1;
                rows.next().map(|row| json_record(*at, row, columns))
            }
        }
    }
}

fn open_csv<'a>(bytes: &'a [u8], columns: &'static [&'static str]) -> Result<Source<'a>> {
    let first = bytes.split(|b| *b == b'\n').next().unwrap_or_default();
    let first = String::from_utf8_lossy(first);
    let count = |delimiter: u8| first.matches(char::from(delimiter)).count();
    let delimiter = [b',', b';', b'\t'].into_iter().max_by_key(|d| (count(*d), *d == b',')).unwrap_or(b',');
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(bytes);
    let header = reader
        .headers()
        .map_err(|e| Error::invalid("The first line cannot be read. It must name the columns.").caused_by(e))?
        .iter()
        .map(|name| known_column(name, columns))
        .collect::<Result<Vec<_>>>()?;
    if !header.contains(&"external_id") {
        return Err(Error::invalid(
            "The first line names no column external_id. Add one: it is how a line finds its record again.",
        )
        .field("external_id"));
    }
    if let Some(twice) = header.iter().enumerate().find(|(at, name)| header[..*at].contains(name)) {
        return Err(Error::invalid(format!(
            "The column {} stands there twice. Remove one of them.",
            twice.1
        )));
    }
    Ok(Source::Csv { reader, header, bytes })
}

/// The line a record begins on. The reader counts from the end of the record before, so what ends that line and
/// any blank lines are still to be counted.
fn line_of(position: Option<&csv::Position>, bytes: &[u8]) -> u64 {
    let Some(position) = position else { return 0 };
    let from = bytes.get(position.byte() as usize..).unwrap_or_default();
    let ends = from.iter().take_while(|b| matches!(b, b'\r' | b'\n')).filter(|b| **b == b'\n').count();
    position.line() + ends as u64
}

fn next_csv(reader: &mut csv::Reader<&[u8]>, header: &[&'static str], bytes: &[u8]) -> Option<Record> {
    let mut row = csv::StringRecord::new();
    match reader.read_record(&mut row) {
        Ok(false) => None,
        Ok(true) => {
            let line = line_of(row.position(), bytes);
            let mut record = Record { line, external_id: String::new(), fields: Vec::new(), refused: None };
            if row.len() != header.len() {
                record.refused = Some(Error::invalid(format!(
                    "The line has {} cells and the header {}. Put texts that contain the separator in quotes.",
                    row.len(),
                    header.len()
                )));
            }
            for (column, cell) in header.iter().zip(row.iter()) {
                if *column == "external_id" {
                    cell.trim().clone_into(&mut record.external_id);
                } else {
                    record.fields.push((column, cell.to_owned()));
                }
            }
            Some(record)
        }
        Err(e) => Some(Record {
            line: line_of(e.position(), bytes),
            external_id: String::new(),
            fields: Vec::new(),
            refused: Some(Error::invalid("The line cannot be read as CSV. Look at its quotes.").caused_by(e)),
        }),
    }
}

fn open_json<'a>(bytes: &'a [u8], columns: &'static [&'static str]) -> Result<Source<'a>> {
    let value: Value = serde_json::from_slice(bytes).map_err(|e| {
        Error::invalid(format!(
            "The file is no JSON: line {}, column {}. Mend it there.",
            e.line(),
            e.column()
        ))
        .field("file")
    })?;
    let Value::Array(rows) = value else {
        return Err(
            Error::invalid("The file must hold a JSON array of objects, one for each record.").field("file")
        );
    };
    Ok(Source::Json { rows: rows.into_iter(), at: 0, columns })
}

fn json_record(line: u64, row: Value, columns: &'static [&'static str]) -> Record {
    let mut record = Record { line, external_id: String::new(), fields: Vec::new(), refused: None };
    let Value::Object(members) = row else {
        record.refused =
            Some(Error::invalid("This entry is no object. Each record is an object with named fields."));
        return record;
    };
    if let Err(e) = json_fields(&mut record, members, columns) {
        record.refused = Some(e);
    }
    record
}

fn json_fields(
    record: &mut Record,
    members: Map<String, Value>,
    columns: &'static [&'static str],
) -> Result<()> {
    for (name, value) in members {
        let column = known_column(&name, columns)?;
        let text = match value {
            Value::Null => String::new(),
            Value::String(text) => text,
            Value::Number(n) => n.to_string(),
            Value::Bool(b) => b.to_string(),
            Value::Array(items) => {
                let texts: Option<Vec<_>> = items.iter().map(Value::as_str).collect();
                texts.ok_or_else(|| flat(column))?.join(";")
            }
            Value::Object(_) => return Err(flat(column)),
        };
        if column == "external_id" {
            text.trim().clone_into(&mut record.external_id);
        } else {
            record.fields.push((column, text));
        }
    }
    Ok(())
}

fn flat(column: &str) -> Error {
    Error::invalid(format!(
        "The field {column} holds a nested value. Write plain text, a number, true or false."
    ))
}

/// The column of this name, or an error that suggests the nearest one.
fn known_column(name: &str, columns: &'static [&'static str]) -> Result<&'static str> {
    let plain = text::fold(name.trim()).replace([' ', '-'], "_");
    if let Some(column) = columns.iter().find(|c| **c == plain) {
        return Ok(column);
    }
    let nearest = columns.iter().min_by_key(|c| distance(c, &plain)).copied().unwrap_or_default();
    Err(Error::invalid(format!(
        "There is no column {:?}. Did you mean {nearest}? The columns are: {}.",
        name.trim().chars().take(60).collect::<String>(),
        columns.join(", ")
    ))
    .field("header"))
}

/// The Levenshtein distance, for suggestions.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().take(64).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, cb) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(ca != *cb);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: &[&str] = &["external_id", "name", "postal_city"];

    fn all(format: Format, bytes: &[u8]) -> Vec<Record> {
        let mut source = Source::open(format, bytes, COLUMNS).unwrap();
        std::iter::from_fn(move || source.next()).collect()
    }

    #[test]
    fn csv_is_read_with_any_of_the_usual_separators_and_a_byte_order_mark() {
        for text in [
            "external_id,name\n1,\"A, B\"\n",
            "\u{FEFF}external_id;name\r\n1;A, B\r\n",
            "External ID\tName\n1\tA, B\n",
        ] {
            let rows = all(Format::Csv, text.as_bytes());
            assert_eq!((rows[0].external_id.as_str(), rows[0].line), ("1", 2), "{text:?}");
            assert_eq!(rows[0].fields, [("name", "A, B".to_owned())]);
        }
    }

    #[test]
    fn a_line_with_the_wrong_number_of_cells_is_refused_alone() {
        let rows = all(Format::Csv, b"external_id,name\n1,A,B\n2,C\n");
        assert!(rows[0].refused.is_some() && rows[1].refused.is_none());
    }

    #[test]
    fn an_unknown_column_is_named_with_the_nearest_known_one() {
        let e = Source::open(Format::Csv, b"external_id,postal_ctiy\n", COLUMNS).err().unwrap();
        assert!(e.public().contains("Did you mean postal_city?"), "{}", e.public());
        assert!(Source::open(Format::Csv, b"name\nA\n", COLUMNS).is_err());
        assert!(Source::open(Format::Csv, b"external_id,name\n1,\xFF\n", COLUMNS).is_err());
    }

    #[test]
    fn json_takes_texts_numbers_and_null_and_refuses_nesting() {
        let rows =
            all(Format::Json, br#"[{"external_id": 7, "name": null}, {"external_id":"8","name":{}}, 5]"#);
        assert_eq!(rows[0].external_id, "7");
        assert!(rows[0].refused.is_none() && rows[1].refused.is_some() && rows[2].refused.is_some());
        assert!(Source::open(Format::Json, b"{}", COLUMNS).is_err());
    }
}
