//! What the caller can answer: fields with two names each, and relations to further records.

use crate::code::padding;

/// What kind of value a field holds, for checking formats and conditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FieldKind {
    /// Text.
    Text,
    /// A whole or decimal number.
    Number,
    /// A date, a time or both.
    Date,
    /// Yes or no.
    Flag,
    /// A picture.
    Picture,
}

/// A field of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The readable name: `company.name`. In lower case.
    pub name: String,
    /// The short code for the same value: `name`. In lower case; none for fields without one.
    pub short: Option<String>,
    /// What people read beside it in a list.
    pub label: String,
    /// The kind of its value.
    pub kind: FieldKind,
    /// Whether every record has a value, so that a condition on it is always true.
    pub always: bool,
}

impl Field {
    /// A text field that may be empty.
    pub fn text(name: &str, label: &str) -> Self {
        Self {
            name: name.to_owned(),
            short: None,
            label: label.to_owned(),
            kind: FieldKind::Text,
            always: false,
        }
    }

    /// The field with a short code.
    pub fn short(mut self, code: &str) -> Self {
        self.short = Some(code.to_owned());
        self
    }

    /// The field with another kind.
    pub fn kind(mut self, kind: FieldKind) -> Self {
        self.kind = kind;
        self
    }

    /// The field, known to be there always.
    pub fn always(mut self) -> Self {
        self.always = true;
        self
    }

    /// Whether it goes by this name.
    pub fn is(&self, name: &str) -> bool {
        self.name == name || self.short.as_deref() == Some(name)
    }
}

/// Related records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    /// The name in a template: `sale.lines`. In lower case.
    pub name: String,
    /// What people read beside it.
    pub label: String,
    /// What each record has.
    pub row: Schema,
}

/// The fields and relations of a record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Schema {
    /// Its fields.
    pub fields: Vec<Field>,
    /// Its relations.
    pub relations: Vec<Relation>,
}

impl Schema {
    /// The field with this readable name or short code.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.is(name))
    }

    /// The relation with this name.
    pub fn relation(&self, name: &str) -> Option<&Relation> {
        self.relations.iter().find(|relation| relation.name == name)
    }

    /// The name of this schema that looks most like `name`, if one does.
    pub fn nearest(&self, name: &str) -> Option<&str> {
        let names = self.fields.iter().flat_map(|f| [Some(f.name.as_str()), f.short.as_deref()]).flatten();
        nearest(name, names.chain(self.relations.iter().map(|relation| relation.name.as_str())))
    }
}

/// The candidate with the fewest changed letters, when there are few enough to be a slip.
pub(crate) fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let most = match name.chars().count() {
        0..=3 => 1,
        4..=7 => 2,
        _ => 3,
    };
    let scored = candidates.filter(|c| padding(c).is_none()).map(|c| (distance(name, c, most), c));
    scored.filter(|(score, _)| *score <= most).min_by_key(|(score, _)| *score).map(|(_, name)| name)
}

/// Letters to change, add, drop or swap with a neighbour; anything above `most` may be reported as `most + 1`.
fn distance(a: &str, b: &str, most: usize) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().abs_diff(b.len()) > most {
        return most + 1;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut next = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let change = row[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            next[j] = change.min(row[j] + 1).min(next[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                next[j] = next[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut row, next);
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_what_was_meant_and_a_stranger_does_not() {
        let known = ["name", "attn", "contact.first_name", "sale.amount"];
        assert_eq!(nearest("nmae", known.into_iter()), Some("name"));
        assert_eq!(nearest("contact.frist_name", known.into_iter()), Some("contact.first_name"));
        assert_eq!(nearest("sale.ammount", known.into_iter()), Some("sale.amount"));
        assert_eq!(nearest("zzzz", known.into_iter()), None);
    }
}
