//! What is wrong with a template before anybody has used it.

use crate::codes::{Block, Codes, Name, NameKind};
use crate::finding::{Finding, FindingKind, Severity};
use crate::lang::GROUP_ROWS;
use crate::schema::nearest;
use crate::{Field, FieldKind, Relation, Schema};

/// The findings of a compiled template, the worst first.
pub(crate) fn findings(codes: &Codes, schema: &Schema) -> Vec<Finding> {
    let mut found = codes.findings.clone();
    if !schema.fields.is_empty() {
        let scopes = scopes(codes, schema);
        names(codes, schema, &scopes, &mut found);
        blocks(codes, schema, &scopes, &mut found);
        formats(codes, schema, &scopes, &mut found);
    }
    found.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    found.dedup();
    found
}

/// A relation the template repeats over, with the word before the dot of its fields.
struct Scope<'s> {
    alias: &'s str,
    relation: &'s Relation,
}

/// Every relation repeated over, wherever: a field of any of them counts as known.
fn scopes<'s>(codes: &'s Codes, schema: &'s Schema) -> Vec<Scope<'s>> {
    let mut scopes: Vec<Scope<'s>> = Vec::new();
    for block in &codes.blocks {
        let Block::Each { each, alias, .. } = block else { continue };
        if let Some(relation) = relation(&each.relation, schema, &scopes) {
            scopes.push(Scope { alias, relation });
        }
    }
    scopes
}

fn relation<'s>(name: &str, schema: &'s Schema, scopes: &[Scope<'s>]) -> Option<&'s Relation> {
    let inner = scopes.iter().rev().find_map(|scope| {
        let local = name.strip_prefix(scope.alias).and_then(|rest| rest.strip_prefix('.'));
        scope.relation.row.relation(local.unwrap_or(name))
    });
    inner.or_else(|| schema.relation(name))
}

fn field<'s>(name: &str, schema: &'s Schema, scopes: &[Scope<'s>]) -> Option<&'s Field> {
    let inner = scopes.iter().rev().find_map(|scope| {
        let local = name.strip_prefix(scope.alias).and_then(|rest| rest.strip_prefix('.'));
        scope.relation.row.field(local.unwrap_or(name))
    });
    inner.or_else(|| schema.field(name))
}

fn is_relation(name: &str, codes: &Codes, schema: &Schema, scopes: &[Scope<'_>]) -> bool {
    let section = |block: &Block| matches!(block, Block::Each { each, .. } if each.section.is_some() && each.relation == name);
    relation(name, schema, scopes).is_some()
        && (codes.blocks.iter().any(section) || in_condition(name, codes))
}

fn in_condition(name: &str, codes: &Codes) -> bool {
    codes.blocks.iter().any(|block| match block {
        Block::If(any) => any.iter().flatten().any(|(_, test)| test.name == name),
        Block::Each { .. } => false,
    })
}

fn names(codes: &Codes, schema: &Schema, scopes: &[Scope<'_>], found: &mut Vec<Finding>) {
    for name in codes.names.iter().filter(|name| name.kind == NameKind::Field) {
        if field(&name.written, schema, scopes).is_some() || is_relation(&name.written, codes, schema, scopes)
        {
            continue;
        }
        found.push(unknown(name, schema, scopes));
    }
}

fn unknown(name: &Name, schema: &Schema, scopes: &[Scope<'_>]) -> Finding {
    let near = schema.nearest(&name.written).map(str::to_owned).or_else(|| {
        scopes.iter().rev().find_map(|scope| {
            let local = name.written.strip_prefix(scope.alias).and_then(|rest| rest.strip_prefix('.'));
            let near = scope.relation.row.nearest(local.unwrap_or(&name.written))?;
            Some(if local.is_some() { format!("{}.{near}", scope.alias) } else { near.to_owned() })
        })
    });
    let advice = match near {
        Some(near) => format!("Did you mean {{{near}}}?"),
        None => "Choose one from the list of codes, or remove it.".to_owned(),
    };
    let sentence =
        format!("{{{}}} is not a code, and would stand in every document as it is. {advice}", name.written);
    let finding = Finding::error(FindingKind::UnknownCode, &name.written, sentence);
    Finding { part: name.part.as_deref().map(str::to_owned), ..finding }
}

fn blocks(codes: &Codes, schema: &Schema, scopes: &[Scope<'_>], found: &mut Vec<Finding>) {
    for (at, block) in codes.blocks.iter().enumerate() {
        let part = codes.block_parts.get(at).map(|part| part.as_ref().to_owned());
        match block {
            Block::Each { each, .. } => {
                let known = each.relation == GROUP_ROWS
                    || relation(&each.relation, schema, scopes).is_some()
                    || each.section.is_some() && field(&each.relation, schema, scopes).is_some();
                if !known {
                    let names = schema.relations.iter().map(|relation| relation.name.as_str());
                    let names = names.chain(scopes.iter().flat_map(|scope| {
                        scope.relation.row.relations.iter().map(|relation| relation.name.as_str())
                    }));
                    let advice = match nearest(&each.relation, names.clone()) {
                        Some(near) => format!("Did you mean {near}?"),
                        None => format!("There are: {}.", names.collect::<Vec<_>>().join(", ")),
                    };
                    let sentence =
                        format!("There are no records called {:?} to repeat over. {advice}", each.relation);
                    let place = format!("#each {}", each.relation);
                    let finding = Finding::error(FindingKind::UnknownRelation, &place, sentence);
                    found.push(Finding { part, ..finding });
                }
            }
            Block::If(any) => {
                let tests: Vec<_> = any.iter().flatten().collect();
                if let [(_, test)] = tests.as_slice()
                    && test.compare.is_none()
                    && field(&test.name, schema, scopes).is_some_and(|field| field.always)
                {
                    let holds = if test.not { "never" } else { "always" };
                    let sentence = format!(
                        "{} is never empty, so this condition {holds} holds. Compare it with something, or remove the condition.",
                        test.name
                    );
                    let inside = format!("#if {}{}", if test.not { "not " } else { "" }, test.name);
                    let place = format!("{{{inside}}}");
                    let finding = Finding::new(Severity::Warning, FindingKind::AlwaysTrue, &place, sentence);
                    found.push(Finding { part, ..finding });
                }
            }
        }
    }
}

fn formats(codes: &Codes, schema: &Schema, scopes: &[Scope<'_>], found: &mut Vec<Finding>) {
    for shown in &codes.shown {
        let (Some(format), Some(name)) = (&shown.format, codes.names.get(shown.name as usize)) else {
            continue;
        };
        let Some(field) = field(&name.written, schema, scopes) else { continue };
        let wanted = match format {
            format if format.is_for_numbers() => FieldKind::Number,
            format if format.is_for_dates() => FieldKind::Date,
            _ => continue,
        };
        if field.kind == wanted {
            continue;
        }
        let (is, meant) = match (field.kind, wanted) {
            (FieldKind::Number, _) => ("a number", "dates"),
            (FieldKind::Date, _) => ("a date", "numbers"),
            (_, FieldKind::Date) => ("neither a date nor a number", "dates"),
            _ => ("neither a date nor a number", "numbers"),
        };
        let sentence = format!(
            "{} is {is}, and its format is one for {meant}; the format changes nothing.",
            name.written
        );
        let place = format!("{{{}:…}}", name.written);
        found.push(Finding::new(Severity::Warning, FindingKind::FormatMismatch, &place, sentence));
    }
}
