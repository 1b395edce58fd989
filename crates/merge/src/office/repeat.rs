//! Slides and sheets that are repeated as a whole: the part is written once for each row, under names of its own.

use super::{Document, OfficeTemplate, Role, data};
use crate::codes::{Block, Codes};
use crate::escape::Place;
use crate::format::Family;
use crate::grid::{Grid, SheetMap};
use crate::package::deflate::Packed;
use crate::package::opc::{self, resolve};
use crate::package::{Entry, Writer};
use crate::pictures::Pictures;
use crate::program::{Edit, Filling, Measure, Program, Run, Scope};
use crate::{Limits, Refused, RefusedKind, Value, Values};

/// The most times one slide or sheet is repeated in a document.
const MOST: usize = 10_000;

/// A slide or a sheet that is repeated.
#[derive(Debug)]
pub(crate) struct Repeated {
    /// The entry that holds it.
    pub(crate) at: usize,
    block: u32,
    /// The entry of a slide's notes.
    notes: Option<usize>,
    /// What gives a sheet its name.
    name: Option<Program>,
}

/// One of the parts that were written.
#[derive(Debug)]
pub(super) struct Copy {
    /// The entry it was made from.
    pub of: usize,
    /// Its name in the package; the first one has the name of the entry.
    pub part: String,
    /// The part of its notes.
    pub notes: Option<String>,
    /// The name of a sheet, as it is written in an attribute.
    pub sheet: String,
    /// 0 for the first, which stands in the place of the entry.
    pub number: usize,
    /// The number its pictures go by.
    pub pictures: usize,
}

/// All parts that were written, and the entries that were repeated, some of them no times.
#[derive(Debug, Default)]
pub(super) struct Copies {
    pub all: Vec<Copy>,
    /// Entries that were repeated.
    pub of: Vec<usize>,
}

impl Copies {
    pub fn is_empty(&self) -> bool {
        self.of.is_empty()
    }

    /// Those made from an entry, in their order.
    pub fn made_from(&self, at: usize) -> impl Iterator<Item = &Copy> {
        self.all.iter().filter(move |copy| copy.of == at)
    }
}

impl Repeated {
    /// A slide, with its notes.
    pub(crate) fn slide(
        document: &Document,
        at: usize,
        block: u32,
        limits: &Limits,
    ) -> Result<Self, Refused> {
        let package = &document.package;
        let mut notes = None;
        if let Some(entry) = package.entries.get(at)
            && let Some(rels) = package.find(&rels_of(&entry.name)).and_then(|at| package.entries.get(at))
        {
            let relations = opc::relations(&document.decode(rels)?.text, limits)?;
            let found = relations.into_iter().find(|relation| relation.kind == "notesSlide");
            notes = found.and_then(|relation| package.find(&resolve(&entry.name, &relation.target)));
        }
        Ok(Self { at, block, notes, name: None })
    }

    /// A sheet with this name, as it is written in the workbook.
    pub(crate) fn sheet(at: usize, block: u32, name: &str, codes: &mut Codes) -> Result<Self, Refused> {
        let mut edits: Vec<Edit> = Vec::new();
        data::attribute(name, 0, &Place::SheetName, codes, &mut edits)?;
        Ok(Self { at, block, notes: None, name: Some(Program::build(name, edits, false)) })
    }
}

impl Repeated {
    /// The entry of its notes.
    pub(super) const fn notes_entry(&self) -> Option<usize> {
        self.notes
    }

    /// Whether an entry holds its notes.
    pub(super) fn has_notes(&self, at: usize) -> bool {
        self.notes == Some(at)
    }
}

/// The relationship part of a part.
pub(super) fn rels_of(part: &str) -> String {
    let (folder, file) = part.rsplit_once('/').unwrap_or(("", part));
    format!("{folder}/_rels/{file}.rels")
}

/// Answers everything with nothing: for the only sheet of a workbook when there is no row.
struct Nothing;

impl Values for Nothing {
    fn get(&self, _: &str) -> Option<Value<'_>> {
        Some(Value::blank())
    }
}

impl OfficeTemplate {
    /// Whether a part lists slides or sheets, so that it is written when all of them are known.
    pub(super) fn lists_copies(&self, at: usize) -> bool {
        !self.repeated.is_empty() && self.document.roles.get(at) == Some(&Role::Workbook)
    }

    /// Whether a part is the notes of a repeated slide, written with it.
    pub(super) fn comes_with_a_slide(&self, at: usize) -> bool {
        self.repeated.iter().any(|repeated| repeated.notes == Some(at))
    }

    /// Writes a slide or sheet once for each row.
    #[expect(clippy::too_many_arguments, reason = "one part of one document being written")]
    pub(super) fn repeat(
        &self,
        repeated: &Repeated,
        filling: &Filling<'_>,
        maps: &[SheetMap],
        pictures: &mut Pictures,
        copies: &mut Copies,
        writer: &mut Writer<'_>,
        limits: &Limits,
    ) -> Result<(), Refused> {
        let Some(Block::Each { each, alias, .. }) = filling.codes.blocks.get(repeated.block as usize) else {
            return Ok(());
        };
        copies.of.push(repeated.at);
        let Some(mut rows) = filling.rows(&each.relation, &each.sort, None)? else {
            // Nobody knows the records: the slide stays, once, as a block whose name is unknown does.
            let scope = Scope::row(&*NOBODY, alias, 1);
            return self.one(repeated, 0, &scope, filling, maps, pictures, copies, writer, limits);
        };
        let mut number = 0;
        while rows.advance()? {
            if number >= MOST {
                let what = format!("A slide or sheet would be repeated more than {MOST} times.");
                return Err(Refused::new(RefusedKind::OutputTooLarge, what));
            }
            let scope = Scope::row(rows.row(), alias, number as i64 + 1);
            self.one(repeated, number, &scope, filling, maps, pictures, copies, writer, limits)?;
            number += 1;
        }
        // A workbook without a sheet is none.
        let only = self.document.format.family() == Family::Excel && self.sheets.len() == self.repeated.len();
        if number == 0 && only && copies.all.is_empty() {
            let scope = Scope::row(&Nothing, alias, 0);
            self.one(repeated, 0, &scope, filling, maps, pictures, copies, writer, limits)?;
        }
        Ok(())
    }

    #[expect(clippy::too_many_arguments, reason = "one part of one document being written")]
    fn one(
        &self,
        repeated: &Repeated,
        number: usize,
        scope: &Scope<'_>,
        filling: &Filling<'_>,
        maps: &[SheetMap],
        pictures: &mut Pictures,
        copies: &mut Copies,
        writer: &mut Writer<'_>,
        limits: &Limits,
    ) -> Result<(), Refused> {
        let package = &self.document.package;
        let Some(entry) = package.entries.get(repeated.at) else { return Ok(()) };
        let virtual_part = if number == 0 { repeated.at } else { package.entries.len() + copies.all.len() };
        let own = self.moved(repeated.at, scope, filling, maps)?;
        let mut text = self.text_of(
            repeated.at,
            entry,
            scope,
            filling,
            own.as_deref(),
            Some((pictures, virtual_part)),
            limits,
        )?;
        if number > 0 && self.document.format.family() == Family::Excel {
            text = super::relist::without_what_belongs_to_one(&text, limits)?;
        }
        let part = numbered(&entry.name, number, |name| package.find(name).is_some());
        write(writer, package, entry, &part, number, &text)?;
        let mut notes_part = None;
        if let Some(notes) = repeated.notes.and_then(|at| package.entries.get(at).map(|entry| (at, entry))) {
            let (at, notes) = notes;
            let text = self.text_of(at, notes, scope, filling, None, None, limits)?;
            let name = numbered(&notes.name, number, |name| package.find(name).is_some());
            write(writer, package, notes, &name, number, &text)?;
            notes_part = Some(name);
        }
        let sheet = match &repeated.name {
            None => String::new(),
            Some(program) => {
                let name = Run::new(program, filling).within(scope, limits.value)?;
                unlike(&name, &copies.all, &self.sheets)
            }
        };
        copies.all.push(Copy {
            of: repeated.at,
            part,
            notes: notes_part,
            sheet,
            number,
            pictures: virtual_part,
        });
        Ok(())
    }

    /// Where the rows of this copy go, when any moves.
    fn moved(
        &self,
        at: usize,
        scope: &Scope<'_>,
        filling: &Filling<'_>,
        maps: &[SheetMap],
    ) -> Result<Option<Vec<SheetMap>>, Refused> {
        let sheet = self.sheets.iter().position(|(_, sheet)| *sheet == at);
        let (Some(sheet), false) = (sheet, maps.is_empty()) else { return Ok(None) };
        let Some(Some(program)) = self.programs.get(at) else { return Ok(None) };
        let mut own = maps.to_vec();
        let number = u16::try_from(sheet).unwrap_or(u16::MAX);
        let name = self.sheets.get(sheet).map_or("", |(name, _)| name.as_str());
        if let Some(map) = own.get_mut(sheet) {
            *map = SheetMap::new(name, program.sheet_rows(number).map(|(_, row)| row));
        }
        let mut run = Run::new(program, filling);
        run.grid = Some(Grid::measure(number, own));
        let measured = run.measured(scope, &mut Measure::default())?;
        Ok(Some(measured.map(Grid::into_maps).unwrap_or_default()))
    }

    #[expect(clippy::too_many_arguments, reason = "one part of one document being written")]
    fn text_of(
        &self,
        at: usize,
        entry: &Entry,
        scope: &Scope<'_>,
        filling: &Filling<'_>,
        maps: Option<&[SheetMap]>,
        pictures: Option<(&mut Pictures, usize)>,
        limits: &Limits,
    ) -> Result<String, Refused> {
        let Some(program) = self.programs.get(at).and_then(Option::as_ref) else {
            return Ok(self.document.decode(entry)?.text);
        };
        let mut run = Run::new(program, filling);
        if let Some(maps) = maps {
            let sheet = self.sheets.iter().position(|(_, sheet)| *sheet == at).unwrap_or_default();
            run.grid = Some(Grid::write(u16::try_from(sheet).unwrap_or(u16::MAX), maps, program.merges()));
        }
        if let Some((pictures, part)) = pictures {
            run.part = part;
            if self.document.format.family() == Family::PowerPoint {
                run.pictures = Some(pictures);
            }
        }
        run.within(scope, limits.output).map_err(|refused| refused.at(&entry.name))
    }
}

/// Knows nothing: codes stay as they stand.
static NOBODY: std::sync::LazyLock<crate::Record> = std::sync::LazyLock::new(crate::Record::new);

fn write(
    writer: &mut Writer<'_>,
    package: &crate::package::Package,
    entry: &Entry,
    part: &str,
    number: usize,
    text: &str,
) -> Result<(), Refused> {
    let packed = Packed::stored_well(text.as_bytes());
    if number == 0 { writer.replace(package, entry, &packed) } else { writer.add(part, &packed) }
}

/// The name of a copy: `slide3.xml` is followed by `slide3-r2.xml`.
fn numbered(name: &str, number: usize, taken: impl Fn(&str) -> bool) -> String {
    if number == 0 {
        return name.to_owned();
    }
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, "xml"));
    let mut mark = "r".to_owned();
    loop {
        let new = format!("{stem}-{mark}{}.{extension}", number + 1);
        if !taken(&new) {
            return new;
        }
        mark.push('r');
    }
}

/// A name of a sheet that no other has: a number is put behind it, and it stays as short as names have to be.
fn unlike(name: &str, copies: &[Copy], sheets: &[(String, usize)]) -> String {
    let repeated = |at: usize| copies.iter().any(|copy| copy.of == at);
    let taken = |wanted: &str| {
        let alike = |other: &str| other.eq_ignore_ascii_case(wanted);
        copies.iter().any(|copy| alike(&copy.sheet))
            || sheets
                .iter()
                .any(|(other, at)| !repeated(*at) && !other.contains('{') && alike(other) && other != name)
    };
    let name = if name.trim().is_empty() { "Sheet" } else { name };
    if !taken(name) {
        return name.to_owned();
    }
    let mut n = 2;
    loop {
        let tail = format!(" ({n})");
        let short = cut_name(name, 31 - tail.len());
        let new = format!("{short}{tail}");
        if !taken(&new) {
            return new;
        }
        n += 1;
    }
}

/// At most so many characters of a name with references in it, none of which is cut apart.
fn cut_name(name: &str, most: usize) -> &str {
    let (mut count, mut at) = (0, 0);
    while let Some(rest) = name.get(at..).filter(|rest| !rest.is_empty()) {
        if count == most {
            return name.get(..at).unwrap_or(name);
        }
        let reference = rest.strip_prefix('&').and_then(|tail| tail.find(';')).map(|end| end + 2);
        at += reference.or_else(|| rest.chars().next().map(char::len_utf8)).unwrap_or(1);
        count += 1;
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_sheets_stay_short_whole_and_unlike() {
        let copy = |sheet: &str| Copy {
            of: 0,
            part: String::new(),
            notes: None,
            sheet: sheet.to_owned(),
            number: 0,
            pictures: 0,
        };
        assert_eq!(unlike("Oslo", &[], &[]), "Oslo");
        assert_eq!(unlike("Oslo", &[copy("oslo"), copy("Oslo (2)")], &[]), "Oslo (3)");
        let long = "A&amp;B ".repeat(8);
        let new = unlike(&long, &[copy(&long)], &[]);
        assert!(new.ends_with(" (2)") && new.replace("&amp;", "&").chars().count() <= 31, "{new}");
    }

    #[test]
    fn a_copy_has_a_name_of_its_own_in_the_package() {
        let there = ["ppt/slides/slide1-r2.xml"];
        let taken = |name: &str| there.contains(&name);
        assert_eq!(numbered("ppt/slides/slide1.xml", 0, taken), "ppt/slides/slide1.xml");
        assert_eq!(numbered("ppt/slides/slide1.xml", 1, taken), "ppt/slides/slide1-rr2.xml");
        assert_eq!(numbered("ppt/slides/slide1.xml", 2, taken), "ppt/slides/slide1-r3.xml");
    }
}
