//! Templates: what letters are made from (contract section f).

use crate::locking::LockSemantics;
use crate::plugin::ExternalRef;
use crate::visibility::VisibleFor;
use crate::{Error, GroupId, HeadingId, PluginId, Result, TemplateId, text};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The direction of the correspondence (contract section f.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Not said.
    #[default]
    Unknown,
    /// From outside.
    Incoming,
    /// To outside.
    Outgoing,
}

impl Direction {
    /// The stored number: 0, 1 or 2.
    pub fn number(self) -> i64 {
        self as i64
    }

    /// The direction with this stored number; unknown numbers mean [`Direction::Unknown`].
    pub fn from_number(n: i64) -> Self {
        match n {
            1 => Self::Incoming,
            2 => Self::Outgoing,
            _ => Self::Unknown,
        }
    }
}

/// How documents made from a template get "our reference".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(default)]
pub struct Numbering {
    /// The reference with codes in it: `OF-{snum}`. Blank for none.
    pub pattern: String,
    /// A number is allocated for each document, once, and never used again.
    pub counts: bool,
    /// The next number to be given out, from 1.
    pub next: i64,
    /// The person may not change the reference.
    pub read_only: bool,
    /// The person may leave the reference blank.
    pub allow_blank: bool,
}

/// Where a new document's reference comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReferenceFrom {
    /// What the person typed.
    Typed,
    /// The template's pattern.
    Pattern,
    /// Nowhere: the person left it blank and may.
    Nowhere,
}

impl Numbering {
    /// Where the reference of a document comes from. `typed` is `None` when nobody was asked.
    pub fn reference_from(&self, typed: Option<&str>) -> ReferenceFrom {
        match typed.map(str::trim) {
            _ if self.pattern.is_empty() => ReferenceFrom::Typed,
            _ if self.read_only => ReferenceFrom::Pattern,
            Some("") if self.allow_blank => ReferenceFrom::Nowhere,
            None | Some("") => ReferenceFrom::Pattern,
            Some(text) if text == self.pattern => ReferenceFrom::Pattern,
            Some(_) => ReferenceFrom::Typed,
        }
    }
}

/// What people write about a template (contract section f.2).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TemplateProperties {
    /// The name in the list.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// The headings it stands under.
    pub headings: Vec<HeadingId>,
    /// The user groups that see it; empty means everybody.
    pub groups: Vec<GroupId>,
    /// *Document stored in*: the plugin that will hold documents made from it.
    pub stored_in: PluginId,
    /// Direction.
    pub direction: Direction,
    /// Our reference.
    pub numbering: Numbering,
    /// Who sees documents made from it, unless the person says otherwise.
    pub default_visible_for: DefaultVisibility,
    /// The level of locking asked for on documents made from it.
    pub semantics: LockSemantics,
    /// Order within a heading, ascending.
    pub rank: i64,
}

/// Who sees new documents by default. A template cannot name "the owner's group" by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum DefaultVisibility {
    /// Everybody.
    #[default]
    Everyone,
    /// The owner.
    Owner,
    /// The owner's primary group.
    OwnersGroup,
}

impl DefaultVisibility {
    /// The visibility for a document of somebody in `primary_group`.
    pub fn resolve(self, primary_group: GroupId) -> VisibleFor {
        match self {
            Self::Everyone => VisibleFor::Everyone,
            Self::Owner => VisibleFor::Owner,
            Self::OwnersGroup => VisibleFor::Group(primary_group),
        }
    }

    /// The stored number: 0, 1 or 2.
    pub fn number(self) -> i64 {
        self as i64
    }

    /// The value with this stored number; unknown numbers mean the owner only: fail closed.
    pub fn from_number(n: i64) -> Self {
        match n {
            0 => Self::Everyone,
            2 => Self::OwnersGroup,
            _ => Self::Owner,
        }
    }
}

impl TemplateProperties {
    /// The same properties with their texts trimmed and checked.
    /// # Errors
    /// `Invalid`, naming the field.
    pub fn checked(mut self) -> Result<Self> {
        self.name = text::required_line("name", &self.name, 120)?;
        self.description = text::paragraph("description", &self.description, 1000)?;
        self.numbering.pattern = text::line("our reference", &self.numbering.pattern, 60)?;
        if self.numbering.counts && self.numbering.next < 1 {
            return Err(Error::invalid("The next number must be 1 or more.").field("next number"));
        }
        if self.numbering.pattern.contains("{snum}") && !self.numbering.counts {
            return Err(Error::invalid(
                "Our reference uses {snum}, but no number is allocated. Switch the counter on, or remove {snum}.",
            )
            .field("our reference"));
        }
        self.headings.sort();
        self.headings.dedup();
        self.groups.sort();
        self.groups.dedup();
        Ok(self)
    }
}

/// One file of a template: the neutral one or a language variant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variant {
    /// Its language (BCP 47), blank for the neutral file.
    pub language: String,
    /// The plugin's key of the file.
    pub reference: ExternalRef,
    /// Its file name.
    pub file_name: String,
    /// Its media type.
    pub media_type: String,
    /// Its size in bytes.
    pub size: u64,
    /// The SHA-256 of its content, when the plugin knows it.
    pub sha256: Option<String>,
    /// When it was last replaced.
    pub updated: Timestamp,
}

/// A template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    /// Its id.
    pub id: TemplateId,
    /// What people wrote about it.
    pub properties: TemplateProperties,
    /// *Store template in*: the plugin that holds its files. Fixed; copying is how a template moves.
    pub kept_in: PluginId,
    /// Its files, the neutral one first.
    pub variants: Vec<Variant>,
    /// Taken out of use; documents made from it keep naming it.
    pub retired: bool,
    /// Made at.
    pub created: Timestamp,
    /// Last changed at.
    pub updated: Timestamp,
    /// Counts every change of this row, for `ETag` and `If-Match`.
    pub row_version: i64,
}

impl Template {
    /// Whether somebody in `groups` sees it.
    pub fn is_visible_to(&self, groups: &[GroupId]) -> bool {
        self.properties.groups.is_empty() || self.properties.groups.iter().any(|g| groups.contains(g))
    }

    /// The languages there are variants for, without the neutral file.
    pub fn languages(&self) -> Vec<&str> {
        self.variants.iter().map(|v| v.language.as_str()).filter(|l| !l.is_empty()).collect()
    }

    /// The file for a language: that variant, else one of the same base language, else the neutral file.
    /// # Errors
    /// `Conflict` when the template has no file at all.
    pub fn variant(&self, language: &str) -> Result<&Variant> {
        let available: Vec<&str> = self.variants.iter().map(|v| v.language.as_str()).collect();
        choose_variant(language, &available).and_then(|i| self.variants.get(i)).ok_or_else(|| {
            Error::conflict(
                "This template has no file yet. Upload one on the template's page, then try again.",
            )
        })
    }
}

/// The position of the variant for `wanted`: the exact tag, else the same base language, else neutral (blank),
/// else the first. `None` when there is none at all. Tags are compared without regard to case.
pub fn choose_variant(wanted: &str, available: &[&str]) -> Option<usize> {
    let base = |tag: &str| tag.split(['-', '_']).next().unwrap_or("").to_ascii_lowercase();
    let position = |test: &dyn Fn(&str) -> bool| available.iter().position(|a| test(a));
    position(&|a| a.eq_ignore_ascii_case(wanted))
        .or_else(|| position(&|a| !a.is_empty() && !wanted.is_empty() && base(a) == base(wanted)))
        .or_else(|| position(&str::is_empty))
        .or(if available.is_empty() { None } else { Some(0) })
}

/// A language tag a person typed: two or three letters, then an optional region of two letters: `nb-NO`.
/// # Errors
/// `Invalid` for anything else.
pub fn language_tag(typed: &str) -> Result<String> {
    let typed = typed.trim();
    let mut parts = typed.split(['-', '_']);
    let language = parts.next().unwrap_or("").to_ascii_lowercase();
    let region = parts.next().map(str::to_ascii_uppercase);
    let letters = |s: &str, n: std::ops::RangeInclusive<usize>| {
        n.contains(&s.len()) && s.chars().all(|c| c.is_ascii_alphabetic())
    };
    let well_formed = letters(&language, 2..=3)
        && region.as_deref().is_none_or(|r| letters(r, 2..=2))
        && parts.next().is_none();
    if !well_formed {
        return Err(Error::invalid(format!(
            "{typed:?} is no language. Write two letters and a region if you need one, for example en-GB or nb-NO."
        ))
        .field("language"));
    }
    Ok(region.map_or(language.clone(), |r| format!("{language}-{r}")))
}

/// A heading that groups templates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heading {
    /// Its id.
    pub id: HeadingId,
    /// What people read: "Letters".
    pub name: String,
    /// Order, ascending.
    pub rank: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variant_is_chosen_by_the_table() {
        let all = ["", "nb-NO", "en-GB", "de"];
        let table: [(&str, &[&str], Option<usize>); 9] = [
            ("nb-NO", &all, Some(1)),
            ("NB-no", &all, Some(1)),
            ("nb", &all, Some(1)),
            ("en-US", &all, Some(2)),
            ("de-CH", &all, Some(3)),
            ("fr-FR", &all, Some(0)),
            ("", &all, Some(0)),
            ("fr-FR", &["nb-NO"], Some(0)),
            ("fr-FR", &[], None),
        ];
        for (wanted, available, expected) in table {
            assert_eq!(choose_variant(wanted, available), expected, "{wanted} of {available:?}");
        }
    }

    #[test]
    fn language_tags_are_normalised_or_refused() {
        for (typed, tag) in [("EN-gb", "en-GB"), ("nb_no", "nb-NO"), (" de ", "de"), ("gsw-CH", "gsw-CH")] {
            assert_eq!(language_tag(typed).unwrap(), tag);
        }
        for typed in ["", "e", "english", "en-GBR", "en-GB-x", "../en", "en-"] {
            assert!(language_tag(typed).is_err(), "{typed}");
        }
    }

    #[test]
    fn the_reference_comes_from_where_the_table_says() {
        use ReferenceFrom::{Nowhere, Pattern, Typed};
        let numbering = |pattern: &str, read_only, allow_blank| Numbering {
            pattern: pattern.into(),
            read_only,
            allow_blank,
            ..Numbering::default()
        };
        let table = [
            (numbering("", false, false), Some(""), Typed),
            (numbering("", true, true), Some("mine"), Typed),
            (numbering("OF", false, false), None, Pattern),
            (numbering("OF", false, true), None, Pattern),
            (numbering("OF", false, false), Some(" "), Pattern),
            (numbering("OF", false, true), Some(" "), Nowhere),
            (numbering("OF", true, true), Some(""), Pattern),
            (numbering("OF", true, false), Some("mine"), Pattern),
            (numbering("OF", false, true), Some("OF"), Pattern),
            (numbering("OF", false, true), Some("mine"), Typed),
        ];
        for (numbering, typed, expected) in table {
            assert_eq!(numbering.reference_from(typed), expected, "{numbering:?} {typed:?}");
        }
    }

    #[test]
    fn a_counter_code_without_a_counter_is_refused() {
        let numbering = Numbering { pattern: "OF-{snum}".into(), ..Numbering::default() };
        let p = TemplateProperties { name: "Offer".into(), numbering, ..TemplateProperties::default() };
        assert_eq!(p.checked().unwrap_err().field_name(), Some("our reference"));
    }

    #[test]
    fn a_template_without_groups_is_for_everybody() {
        let mut t = Template {
            id: TemplateId(1),
            properties: TemplateProperties::default(),
            kept_in: PluginId::ARCHIVE,
            variants: vec![],
            retired: false,
            created: Timestamp::UNIX_EPOCH,
            updated: Timestamp::UNIX_EPOCH,
            row_version: 1,
        };
        assert!(t.is_visible_to(&[]));
        t.properties.groups = vec![GroupId(3)];
        assert!(t.is_visible_to(&[GroupId(3)]) && !t.is_visible_to(&[GroupId(4)]) && !t.is_visible_to(&[]));
    }
}
