//! The language of templates: what may stand between two braces. `docs/templates.md` is its reference.

mod condition;
mod format;

pub(crate) use condition::{Condition, Test};
pub(crate) use format::ValueFormat;

use crate::code::padding;
use crate::{Culture, SortKey};

/// What a pair of braces says.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Tag {
    /// `{name}` or `{name:format}`.
    Field {
        name: String,
        format: Option<ValueFormat>,
    },
    /// `{#if …}`.
    If(Condition, Option<Per>),
    /// `{#else}`.
    Else,
    /// `{#each …}`, or `{#name}` where the name may turn out to be a field.
    Each(Loop),
    /// `{/if}`, `{/each}`, `{/name}` or `{/}`: the name of what ends.
    End(String),
    /// `{culture:de-CH}`: the culture of the whole document.
    Culture(Culture),
    /// Merge field `GroupBy:field` or `OrderBy:field`.
    GroupBy(String),
    OrderBy(SortKey),
}

/// What is repeated, when the writer says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Per {
    Row,
    Paragraph,
    /// Only the text between the two tags.
    Inline,
    /// The slide, page or sheet the tag stands on; it has no end of its own.
    Whole,
}

/// `{#each relation as alias group by field sort by field desc per row}`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Loop {
    pub(crate) relation: String,
    /// The word before the dot of this loop's fields.
    pub(crate) alias: Option<String>,
    pub(crate) group: Option<String>,
    pub(crate) sort: Vec<SortKey>,
    pub(crate) per: Option<Per>,
    /// Written `{#name}` or `{^name}`: a condition when there is no such relation; true when inverted.
    pub(crate) section: Option<bool>,
}

impl Loop {
    pub(crate) fn over(relation: &str) -> Self {
        Self {
            relation: relation.to_lowercase(),
            alias: None,
            group: None,
            sort: Vec::new(),
            per: None,
            section: None,
        }
    }
}

/// The rows of the group a loop stands in.
pub(crate) const GROUP_ROWS: &str = "group.rows";

/// Reads what stands between two braces; the sentence says what is wrong with it.
pub(crate) fn parse(inside: &str) -> Result<Tag, String> {
    let mut chars = inside.chars();
    match chars.next() {
        Some('#') => opening(chars.as_str()),
        Some('^') => {
            let mut section = Loop::over(chars.as_str().trim());
            section.section = Some(true);
            proper(&section.relation)?;
            Ok(Tag::Each(section))
        }
        Some('/') => Ok(Tag::End(chars.as_str().trim().to_lowercase())),
        _ => field(inside),
    }
}

fn field(inside: &str) -> Result<Tag, String> {
    let (name, format) = match inside.split_once(':') {
        Some((name, format)) => (name, Some(format.trim())),
        None => (inside, None),
    };
    let name = name.to_lowercase();
    match (name.as_str(), format) {
        ("tablestart", Some(relation)) => return Ok(Tag::Each(Loop::over(relation))),
        ("tableend", Some(relation)) => return Ok(Tag::End(relation.to_lowercase())),
        ("groupby", Some(field)) => return Ok(Tag::GroupBy(field.to_lowercase())),
        ("orderby", Some(field)) => return Ok(Tag::OrderBy(sort_key(field)?)),
        ("culture", Some(tag)) => return Ok(Tag::Culture(Culture::for_tag(tag))),
        _ => {}
    }
    let format = match format {
        None => None,
        Some(text) => {
            let sentence = || {
                format!("{text:?} is not a format. Use for example 0.00, long, shortdate or d. MMMM yyyy.")
            };
            Some(ValueFormat::parse(text).ok_or_else(sentence)?)
        }
    };
    Ok(Tag::Field { name, format })
}

fn opening(rest: &str) -> Result<Tag, String> {
    let rest = rest.trim();
    let (word, tail) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    match word.to_lowercase().as_str() {
        "if" => {
            let (tail, per) = split_per(tail)?;
            if per == Some(Per::Whole) {
                return Err("A condition is for rows, paragraphs or words, not for a whole slide or sheet. Use {#each …}.".to_owned());
            }
            Condition::parse(tail).map(|condition| Tag::If(condition, per))
        }
        "else" => Ok(Tag::Else),
        "each" => each(tail).map(Tag::Each),
        name if tail.is_empty() => {
            proper(name)?;
            let mut section = Loop::over(name);
            section.section = Some(false);
            Ok(Tag::Each(section))
        }
        other => Err(format!("There is no {{#{other} …}}. Use {{#if …}} or {{#each …}}.")),
    }
}

/// Takes a last `per row`, `per paragraph` or `inline` off.
fn split_per(text: &str) -> Result<(&str, Option<Per>), String> {
    let text = text.trim();
    if let Some(rest) = text.strip_suffix(" inline") {
        return Ok((rest, Some(Per::Inline)));
    }
    match text.rsplit_once(" per ") {
        None => Ok((text, None)),
        Some((rest, what)) => match what.trim().to_lowercase().as_str() {
            "row" => Ok((rest, Some(Per::Row))),
            "paragraph" | "line" | "item" => Ok((rest, Some(Per::Paragraph))),
            "slide" | "sheet" | "page" => Ok((rest, Some(Per::Whole))),
            other => Err(format!(
                "`per {other}` is not possible. Use `per row`, `per paragraph`, `per slide`, `per sheet` or `inline`."
            )),
        },
    }
}

fn each(text: &str) -> Result<Loop, String> {
    let (text, per) = split_per(text)?;
    let text = text.replace(',', " , ");
    let mut words = text.split_whitespace().peekable();
    let relation = words.next().ok_or("{#each} needs the name of what is repeated: {#each sale.lines}.")?;
    let mut found = Loop { per, ..Loop::over(relation) };
    proper(&found.relation)?;
    while let Some(word) = words.next() {
        match word.to_lowercase().as_str() {
            "as" => {
                let alias = words.next().ok_or("A name is missing after `as`.")?.to_lowercase();
                proper(&alias)?;
                found.alias = Some(alias);
            }
            "group" => {
                let _ = words.next_if(|next| next.eq_ignore_ascii_case("by"));
                let field = words.next().ok_or("A field is missing after `group by`.")?.to_lowercase();
                proper(&field)?;
                found.group = Some(field);
            }
            "sort" => {
                let _ = words.next_if(|next| next.eq_ignore_ascii_case("by"));
                loop {
                    let field = words.next().ok_or("A field is missing after `sort by`.")?.to_lowercase();
                    proper(&field)?;
                    let order = words.next_if(|w| ["desc", "asc"].iter().any(|o| w.eq_ignore_ascii_case(o)));
                    let descending = order.is_some_and(|order| order.eq_ignore_ascii_case("desc"));
                    found.sort.push(SortKey { field, descending });
                    if words.next_if_eq(&",").is_none() {
                        break;
                    }
                }
            }
            other => {
                return Err(format!(
                    "{other:?} is not understood in {{#each …}}. It may say `as`, `group by`, `sort by` and `per`."
                ));
            }
        }
    }
    if found.per == Some(Per::Whole) && found.group.is_some() {
        return Err(
            "Groups are for rows and paragraphs. Leave `group by` out for a whole slide or sheet.".to_owned()
        );
    }
    Ok(found)
}

fn sort_key(text: &str) -> Result<SortKey, String> {
    let (field, order) = text.trim().split_once(char::is_whitespace).unwrap_or((text.trim(), ""));
    let field = field.to_lowercase();
    proper(&field)?;
    Ok(SortKey { field, descending: order.trim().eq_ignore_ascii_case("desc") })
}

/// Refuses what is not the name of a field or relation.
fn proper(name: &str) -> Result<(), String> {
    let starts = name.chars().next().is_some_and(char::is_alphabetic);
    let goes_on = name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '#' | '?' | '.'));
    if starts && goes_on && padding(name).is_none() {
        Ok(())
    } else {
        Err(format!("{name:?} is not a name. Names are letters, digits, dots and underscores."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loop_says_what_it_repeats_and_in_which_order() {
        let tag = parse("#each sale.lines as line group by category sort by price desc, name per row")
            .expect("good");
        let Tag::Each(found) = tag else { panic!("{tag:?}") };
        assert_eq!((found.relation.as_str(), found.alias.as_deref()), ("sale.lines", Some("line")));
        assert_eq!((found.group.as_deref(), found.per), (Some("category"), Some(Per::Row)));
        let keys: Vec<_> = found.sort.iter().map(|k| (k.field.as_str(), k.descending)).collect();
        assert_eq!(keys, [("price", true), ("name", false)]);
    }

    #[test]
    fn merge_fields_speak_the_same_language() {
        assert_eq!(parse("TableStart:Line"), Ok(Tag::Each(Loop::over("line"))));
        assert_eq!(parse("TableEnd:Line"), Ok(Tag::End("line".into())));
        assert_eq!(parse("GroupBy:Category"), Ok(Tag::GroupBy("category".into())));
        assert_eq!(parse("Culture:de-CH"), Ok(Tag::Culture(Culture::for_tag("de-CH"))));
    }

    #[test]
    fn what_is_not_understood_is_said_in_a_sentence() {
        for bad in
            ["#each", "#each lines as", "#each lines backwards", "#if", "#for x in y", "name:%%", "#each 1x"]
        {
            let sentence = parse(bad).expect_err(bad);
            assert!(sentence.ends_with('.'), "{sentence}");
        }
    }
}
