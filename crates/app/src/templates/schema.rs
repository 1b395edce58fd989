//! What a template may ask: the codes of the domain, with both their names, and the related records.

use domain::codes::{self, Entity};
use merge::{Field, FieldKind, Relation, Schema};
use std::sync::LazyLock;

/// Every code a template of an installation may ask, and everything it may repeat over.
pub fn schema() -> Schema {
    let mut fields: Vec<Field> = codes::readable()
        .map(|(name, info)| {
            let field =
                Field::text(name, &format!("{}: {}", info.entity.label(), info.label)).short(info.code);
            let field = field.kind(kind(info.sample, info.label));
            // The one who sends a document and the one who wrote it down are always there.
            if always(info.entity, info.code) { field.always() } else { field }
        })
        .collect();
    for family in codes::families() {
        let (first, last) = family.code.split_once('-').unwrap_or((family.code, family.code));
        let numbers = |code: &str| code.get(2..).and_then(|digits| digits.parse::<u32>().ok());
        let (Some(from), Some(to)) = (numbers(first), numbers(last)) else {
            fields.push(Field::text(family.code, family.label));
            continue;
        };
        let head = first.get(..2).unwrap_or_default();
        fields.extend((from..=to).map(|number| Field::text(&format!("{head}{number:02}"), family.label)));
    }
    Schema { fields, relations: relations() }
}

/// The same, made once.
pub(crate) fn known() -> &'static Schema {
    static KNOWN: LazyLock<Schema> = LazyLock::new(schema);
    &KNOWN
}

fn always(entity: Entity, code: &str) -> bool {
    entity == Entity::System || matches!(code, "doid" | "head" | "sdat" | "date" | "dat1" | "auth" | "onam")
}

/// Dates and numbers are told by what they may look like.
fn kind(sample: &str, label: &str) -> FieldKind {
    let label = label.to_lowercase();
    if label.starts_with("date") || label.ends_with(" date") || label.starts_with("time") {
        FieldKind::Date
    } else if ["amount", "cost", "earning", "probability"].iter().any(|word| label.starts_with(word))
        && sample.starts_with(|c: char| c.is_ascii_digit())
    {
        FieldKind::Number
    } else {
        FieldKind::Text
    }
}

/// The records related to the company of a document.
fn relations() -> Vec<Relation> {
    let text = |names: &[&str]| names.iter().map(|name| Field::text(name, name)).collect::<Vec<_>>();
    let mut sales = text(&["title", "number", "currency", "stage", "status", "type"]);
    sales.push(Field::text("amount", "amount").kind(FieldKind::Number));
    sales.push(Field::text("date", "date").kind(FieldKind::Date));
    let contacts =
        text(&["name", "first_name", "last_name", "title", "position", "email", "phone", "mobile"]);
    let mut projects = text(&["name", "number", "type", "status"]);
    projects.push(Field::text("end_date", "end date").kind(FieldKind::Date));
    let relation = |name: &str, label: &str, fields: Vec<Field>| Relation {
        name: name.to_owned(),
        label: label.to_owned(),
        row: Schema { fields, relations: Vec::new() },
    };
    vec![
        relation("company.contacts", "The contacts of the company", contacts),
        relation("company.sales", "The sales of the company", sales),
        relation("company.projects", "The projects of the company", projects),
    ]
}
