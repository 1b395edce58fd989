//! What a template asks for: its names, the ways they are written, its blocks, and what was found wrong with it.

use std::collections::HashMap;

use crate::finding::{Finding, FindingKind};
use crate::lang::{self, Condition, Loop, Per, Tag, Test, ValueFormat};
use crate::{Culture, Refused, RefusedKind, Schema, SortKey};

/// A name that is asked for.
#[derive(Debug)]
pub(crate) struct Name {
    /// As written, in lower case: what a related record is asked.
    pub(crate) written: Box<str>,
    /// What the record itself is asked: the short code, where the schema knows one.
    pub(crate) asked: Box<str>,
    pub(crate) kind: NameKind,
    /// The part it was first met in, where the format has parts.
    pub(crate) part: Option<Box<str>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NameKind {
    Field,
    /// `row.number`: the number of the row in its loop, from 1.
    RowNumber,
    /// `group`: what the rows of this group have in common.
    Group,
    /// `padd31`.
    Pad(usize),
}

/// A name with a format: what a place in the document shows.
#[derive(Debug)]
pub(crate) struct Shown {
    pub(crate) name: u32,
    pub(crate) format: Option<ValueFormat>,
}

/// A condition or a repetition.
#[derive(Debug)]
pub(crate) enum Block {
    If(Vec<Vec<(u32, Test)>>),
    Each { each: Loop, alias: Box<str>, test: Option<u32> },
}

impl Block {
    /// The words of its opening tag, to be named in a sentence.
    pub(crate) fn label(&self) -> String {
        match self {
            Self::If(_) => "if".to_owned(),
            Self::Each { each, .. } if each.section.is_some() => each.relation.clone(),
            Self::Each { each, .. } => format!("each {}", each.relation),
        }
    }

    /// Whether `{/word}` ends it.
    pub(crate) fn ends_with(&self, word: &str) -> bool {
        match self {
            Self::If(_) => matches!(word, "" | "if"),
            Self::Each { each, .. } => {
                word.is_empty() || word == "each" && each.section.is_none() || word == each.relation
            }
        }
    }
}

/// What one place of a template says, once its names have numbers.
#[derive(Debug)]
pub(crate) enum Said {
    Slot(u32),
    Open(u32, Option<Per>),
    Else,
    End(String),
    /// Repeats the slide, page or sheet it stands on.
    Whole(u32),
    /// Says something about the whole template and shows nothing.
    Nothing,
}

/// The compiled vocabulary of a template.
#[derive(Debug, Default)]
pub(crate) struct Codes {
    pub(crate) names: Vec<Name>,
    name_index: HashMap<Box<str>, u32>,
    pub(crate) shown: Vec<Shown>,
    shown_index: HashMap<(u32, Option<ValueFormat>), u32>,
    pub(crate) blocks: Vec<Block>,
    /// The parts the blocks stand in, as far as they have been read.
    pub(crate) block_parts: Vec<Box<str>>,
    /// What repeats the slide, page or sheet it stands on: the block, its tag and where that stands in its part.
    pub(crate) whole: Vec<(u32, String, usize)>,
    pub(crate) culture: Option<Culture>,
    group_by: Option<String>,
    order_by: Option<SortKey>,
    pub(crate) findings: Vec<Finding>,
    short: HashMap<Box<str>, Box<str>>,
    places: usize,
    cap: usize,
}

/// More findings help nobody.
const MOST_FINDINGS: usize = 200;

impl Codes {
    /// No codes yet; at most `cap` places.
    pub(crate) fn new(cap: usize, schema: &Schema) -> Self {
        let pairs = schema.fields.iter().filter_map(|field| {
            field.short.as_ref().map(|short| (field.name.as_str().into(), short.as_str().into()))
        });
        Self { cap, short: pairs.collect(), ..Self::default() }
    }

    /// Takes what stands between two brackets. `None` leaves it in the document as it stands.
    pub(crate) fn take(&mut self, inside: &str) -> Result<Option<Said>, Refused> {
        self.places += 1;
        if self.places > self.cap {
            let what = format!("The template holds more than {} codes.", self.cap);
            return Err(Refused::new(RefusedKind::TooManyCodes, what));
        }
        let tag = match lang::parse(inside) {
            Ok(tag) => tag,
            Err(sentence) => {
                self.note(Finding::error(FindingKind::NotUnderstood, inside, sentence));
                return Ok(None);
            }
        };
        Ok(Some(match tag {
            Tag::Field { name, format } => Said::Slot(self.show(&name, format)),
            Tag::If(condition, per) => Said::Open(self.condition(condition), per),
            Tag::Else => Said::Else,
            Tag::Each(each) if each.per == Some(Per::Whole) => Said::Whole(self.each(each)),
            Tag::Each(each) => {
                let per = each.per;
                Said::Open(self.each(each), per)
            }
            Tag::End(word) => Said::End(word),
            Tag::Culture(culture) => {
                self.culture = Some(culture);
                Said::Nothing
            }
            Tag::GroupBy(field) => {
                self.group_by = Some(field);
                Said::Nothing
            }
            Tag::OrderBy(key) => {
                self.order_by = Some(key);
                Said::Nothing
            }
        }))
    }

    fn condition(&mut self, condition: Condition) -> u32 {
        let any = condition
            .any
            .into_iter()
            .map(|all| all.into_iter().map(|test| (self.name(&test.name.clone()), test)).collect::<Vec<_>>());
        let any: Vec<_> = any.collect();
        self.block(Block::If(any))
    }

    fn each(&mut self, each: Loop) -> u32 {
        let last = each.relation.rsplit('.').next().unwrap_or_default().to_owned();
        let alias = each.alias.clone().unwrap_or(last).into();
        let test = each.section.map(|_| self.name(&each.relation.clone()));
        self.block(Block::Each { each, alias, test })
    }

    fn block(&mut self, block: Block) -> u32 {
        self.blocks.push(block);
        self.blocks.len() as u32 - 1
    }

    fn show(&mut self, name: &str, format: Option<ValueFormat>) -> u32 {
        let name = self.name(name);
        let key = (name, format);
        if let Some(&known) = self.shown_index.get(&key) {
            return known;
        }
        let number = self.shown.len() as u32;
        self.shown.push(Shown { name, format: key.1.clone() });
        self.shown_index.insert(key, number);
        number
    }

    fn name(&mut self, written: &str) -> u32 {
        if let Some(&known) = self.name_index.get(written) {
            return known;
        }
        let number = self.names.len() as u32;
        let kind = match written {
            "row.number" => NameKind::RowNumber,
            "group" => NameKind::Group,
            _ => crate::code::padding(written).map_or(NameKind::Field, NameKind::Pad),
        };
        let asked = self.short.get(written).cloned().unwrap_or_else(|| written.into());
        self.names.push(Name { written: written.into(), asked, kind, part: None });
        self.name_index.insert(written.into(), number);
        number
    }

    /// What repeats a whole slide, page or sheet, where nothing can be repeated as a whole, is wrong.
    pub(crate) fn nothing_whole(&mut self) {
        for (_, inside, _) in std::mem::take(&mut self.whole) {
            let sentence = "Only a slide of a presentation or a sheet of a workbook is repeated as a whole, and the tag \
                stands on it. Leave `per slide` out, and write {/each} where the repetition ends.";
            self.note(Finding::error(FindingKind::Crossing, &inside, sentence));
        }
    }

    /// What repeats the slide or sheet that has just been read; a second one is wrong.
    pub(crate) fn take_whole(&mut self) -> Option<u32> {
        let mut found = std::mem::take(&mut self.whole).into_iter();
        let first = found.next().map(|(block, ..)| block);
        for (_, inside, _) in found {
            let sentence = "This slide or sheet is repeated already. Leave one of the two tags out.";
            self.note(Finding::error(FindingKind::Crossing, &inside, sentence));
        }
        first
    }

    /// Remembers something that is wrong.
    pub(crate) fn note(&mut self, finding: Finding) {
        if self.findings.len() < MOST_FINDINGS {
            self.findings.push(finding);
        }
    }

    /// Names the part in what was found since `before`, and in what was asked for.
    pub(crate) fn locate(&mut self, before: usize, part: &str) {
        for finding in self.findings.iter_mut().skip(before).filter(|finding| finding.part.is_none()) {
            finding.part = Some(crate::refused::shown(part));
        }
        for name in self.names.iter_mut().rev().take_while(|name| name.part.is_none()) {
            name.part = Some(crate::refused::shown(part).into());
        }
        self.block_parts.resize(self.blocks.len(), crate::refused::shown(part).into());
    }

    /// Applies what merge fields say beside their loops: how the region `group` groups the lines inside it, and how
    /// those are sorted.
    pub(crate) fn settle(&mut self) {
        self.nothing_whole();
        let grouped = self.group_by.take();
        let sorted = self.order_by.take();
        for block in &mut self.blocks {
            let Block::Each { each, .. } = block else { continue };
            match (each.relation.as_str(), &grouped) {
                ("group", Some(field)) => {
                    "line".clone_into(&mut each.relation);
                    each.group = Some(field.clone());
                    each.sort.extend(sorted.clone());
                }
                ("line", Some(_)) => lang::GROUP_ROWS.clone_into(&mut each.relation),
                ("line", None) => each.sort.extend(sorted.clone()),
                _ => {}
            }
        }
    }

    /// Bytes held.
    pub(crate) fn size(&self) -> usize {
        let names: usize = self.names.iter().map(|name| 3 * name.written.len() + 80).sum();
        names + self.shown.len() * 96 + self.blocks.len() * 160
    }
}
