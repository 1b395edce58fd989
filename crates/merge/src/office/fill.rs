//! Filling a compiled document: unchanged parts are copied as they are packed, the others composed.

use std::io::Write;

use super::OfficeTemplate;
use super::repeat::Copies;
use crate::format::Family;
use crate::grid::{Grid, SheetMap};
use crate::package::deflate::{Engine, Packed, Stream};
use crate::package::opc::{self, CONTENT_TYPES};
use crate::package::{Entry, Writer};
use crate::pictures::{self, Pictures};
use crate::program::{Edit, Filling, Measure, Program, Run, output_too_large};
use crate::xml::{Scanner, Token};
use crate::{Limits, Refused};

/// Where a document is written to.
pub(crate) enum Target<'t> {
    /// Held in memory, at most as large as the limits say.
    Memory,
    /// Handed on as it is made.
    Sink(&'t mut dyn Write),
}

impl OfficeTemplate {
    /// Makes a document. The bytes are answered, or handed on and nothing is answered.
    pub(crate) fn fill(
        &self,
        filling: &Filling<'_>,
        limits: &Limits,
        engine: &mut Engine,
        target: Target<'_>,
    ) -> Result<Vec<u8>, Refused> {
        let maps = self.measure(filling)?;
        let package = &self.document.package;
        let mut pictures = Pictures::default();
        // Pictures are known only when the parts that show them have been written.
        let late = self.may_show_pictures(filling) || !self.repeated.is_empty();
        let mut copies = Copies::default();
        let mut writer = match target {
            Target::Memory => Writer::with_capacity(package.bytes.len() + 16 * 1024),
            Target::Sink(sink) => Writer::to_sink(sink),
        };
        let mut waiting = Vec::new();
        for (at, entry) in package.entries.iter().enumerate() {
            if self.dropped.contains(&at) {
                continue;
            }
            if late && (is_index(&entry.name) || self.lists_copies(at)) {
                waiting.push((at, entry));
                continue;
            }
            if self.comes_with_a_slide(at) {
                continue;
            }
            if let Some(repeated) = self.repeated.iter().find(|repeated| repeated.at == at) {
                self.repeat(repeated, filling, &maps, &mut pictures, &mut copies, &mut writer, limits)?;
                continue;
            }
            self.entry(at, entry, filling, &maps, &mut pictures, engine, &mut writer, limits)?;
        }
        for (at, entry) in waiting {
            if copies.is_empty() {
                self.index(at, entry, filling, &maps, &mut pictures, engine, &mut writer, limits)?;
            } else {
                self.relisted(at, entry, filling, &pictures, &copies, &mut writer, limits)?;
            }
        }
        self.add_relations_of_copies(filling, &pictures, &copies, &mut writer, limits)?;
        self.add_pictures(&pictures, &mut writer, limits)?;
        writer.finish()
    }

    fn may_show_pictures(&self, filling: &Filling<'_>) -> bool {
        filling.has_pictures() || self.programs.iter().flatten().any(|program| program.repeats)
    }

    /// Where the rows of every sheet go, when any moves.
    fn measure(&self, filling: &Filling<'_>) -> Result<Vec<SheetMap>, Refused> {
        if self.sheets.is_empty() {
            return Ok(Vec::new());
        }
        let mut rows: Vec<(u16, u32)> = Vec::new();
        let mut parts: Vec<(u16, &Program)> = Vec::new();
        for (number, (_, at)) in self.sheets.iter().enumerate() {
            let Some(Some(program)) = self.programs.get(*at) else { continue };
            if parts.iter().any(|(_, known)| std::ptr::eq(*known, program)) {
                continue;
            }
            parts.push((number as u16, program));
            rows.extend(program.sheet_rows(number as u16));
        }
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let names = self.sheets.iter().enumerate().map(|(number, (name, _))| {
            let own = rows.iter().filter(|(sheet, _)| usize::from(*sheet) == number).map(|(_, row)| *row);
            SheetMap::new(name, own)
        });
        let mut maps: Vec<SheetMap> = names.collect();
        for (number, program) in parts {
            if program.sheet_rows(number).next().is_none() {
                continue;
            }
            let mut run = Run::new(program, filling);
            run.grid = Some(Grid::measure(number, maps));
            run.whole(&mut Measure::default())?;
            maps = run.grid.take().map(Grid::into_maps).unwrap_or_default();
        }
        Ok(maps)
    }

    #[expect(clippy::too_many_arguments, reason = "one part of one document being written")]
    fn entry(
        &self,
        at: usize,
        entry: &Entry,
        filling: &Filling<'_>,
        maps: &[SheetMap],
        pictures: &mut Pictures,
        engine: &mut Engine,
        writer: &mut Writer<'_>,
        limits: &Limits,
    ) -> Result<(), Refused> {
        let package = &self.document.package;
        let program = self.programs.get(at).and_then(Option::as_ref);
        let wanted = program.filter(|program| program.edited || !maps.is_empty() || program.touched(filling));
        let Some(program) = wanted else { return writer.copy(package, entry) };
        let mut run = Run::new(program, filling);
        run.part = at;
        if !maps.is_empty() {
            let sheet = self.sheets.iter().position(|(_, sheet)| *sheet == at).unwrap_or_default();
            run.grid = Some(Grid::write(sheet as u16, maps, program.merges()));
        }
        if matches!(self.document.format.family(), Family::Word | Family::PowerPoint | Family::OpenDocument) {
            run.pictures = Some(pictures);
        }
        if program.repeats && writer.streams() {
            writer.streamed(package, entry, engine, |stream| run.whole(stream))
        } else {
            let mut stream = Stream::new(engine, limits.output);
            run.whole(&mut stream).map_err(|refused| refused.at(&entry.name))?;
            stream.check().map_err(|refused| refused.at(&entry.name))?;
            writer.replace(package, entry, &stream.finish())?;
            // The package may not outgrow its own cap, nor the 32 bits its headers have.
            if !writer.streams() && writer.len() > limits.package.saturating_mul(2).min(u32::MAX as usize / 2)
            {
                return Err(output_too_large(limits.package));
            }
            Ok(())
        }
    }

    /// A part that lists others, once it is known which pictures there are.
    #[expect(clippy::too_many_arguments, reason = "one part of one document being written")]
    fn index(
        &self,
        at: usize,
        entry: &Entry,
        filling: &Filling<'_>,
        maps: &[SheetMap],
        pictures: &mut Pictures,
        engine: &mut Engine,
        writer: &mut Writer<'_>,
        limits: &Limits,
    ) -> Result<(), Refused> {
        let more = self.listed(entry, pictures);
        if more.is_empty() {
            return self.entry(at, entry, filling, maps, pictures, engine, writer, limits);
        }
        // What the list itself has to be filled with comes first.
        let text = match self.programs.get(at).and_then(Option::as_ref) {
            Some(program) => Run::new(program, filling).into_text(limits.output)?,
            None => self.document.decode(entry)?.text,
        };
        let program = with_more(&text, &more, limits)?;
        let mut stream = Stream::new(engine, limits.output);
        Run::new(&program, filling).whole(&mut stream)?;
        writer.replace(&self.document.package, entry, &stream.finish())
    }

    /// What has to be added to a part that lists others.
    pub(super) fn listed(&self, entry: &Entry, pictures: &Pictures) -> String {
        let mut more = String::new();
        let mut add = |pieces: &[&str]| pieces.iter().for_each(|piece| more.push_str(piece));
        if entry.name.eq_ignore_ascii_case(CONTENT_TYPES) {
            let folder = self.media_folder();
            for (name, shape, _) in &pictures.files {
                // An override is right whatever the defaults say.
                add(&["<Override PartName=\"/", folder, "/", name, "\" ContentType=\"", shape.media, "\"/>"]);
            }
        } else if entry.name == "META-INF/manifest.xml" {
            for (name, shape, _) in &pictures.files {
                add(&[
                    "<m:file-entry xmlns:m=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\" m:full-path=\"Pictures/",
                    name,
                    "\" m:media-type=\"",
                    shape.media,
                    "\"/>",
                ]);
            }
        } else if let Some(source) = opc::source_of(&entry.name) {
            let part = self.document.package.find(&source);
            for (_, file) in pictures.uses.iter().filter(|(at, _)| Some(*at) == part) {
                let Some((name, ..)) = pictures.files.get(*file) else { continue };
                more.push_str(&self.relation(*file, name));
            }
        }
        more
    }

    pub(super) fn relation(&self, file: usize, name: &str) -> String {
        let mut id = String::new();
        pictures::id(file, &mut id);
        format!(
            "<Relationship Id=\"{id}\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/image\" \
             Target=\"/{}/{name}\"/>",
            self.media_folder()
        )
    }

    fn media_folder(&self) -> &'static str {
        match self.document.format.family() {
            Family::Word => "word/media",
            Family::PowerPoint => "ppt/media",
            Family::Excel => "xl/media",
            _ => "Pictures",
        }
    }

    /// The pictures themselves, and relationship parts for parts that had none.
    fn add_pictures(
        &self,
        pictures: &Pictures,
        writer: &mut Writer<'_>,
        limits: &Limits,
    ) -> Result<(), Refused> {
        let package = &self.document.package;
        let mut parts: Vec<usize> = pictures.uses.iter().map(|(part, _)| *part).collect();
        parts.dedup();
        for part in parts {
            let Some(entry) = package.entries.get(part) else { continue };
            let (folder, file) = entry.name.rsplit_once('/').unwrap_or(("", &entry.name));
            let name = format!("{folder}/_rels/{file}.rels");
            if self.document.format.family() == Family::OpenDocument || package.find(&name).is_some() {
                continue;
            }
            let inside: String = pictures
                .uses
                .iter()
                .filter(|(at, _)| *at == part)
                .filter_map(|(_, file)| Some(self.relation(*file, &pictures.files.get(*file)?.0)))
                .collect();
            let text = format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
                 <Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{inside}</Relationships>"
            );
            writer.add(&name, &Packed::stored_well(text.as_bytes()))?;
        }
        for (name, _, bytes) in &pictures.files {
            if bytes.len() > limits.value {
                return Err(output_too_large(limits.value));
            }
            writer.add(&format!("{}/{name}", self.media_folder()), &Packed::stored_well(bytes))?;
        }
        Ok(())
    }
}

/// Whether a part lists others.
fn is_index(name: &str) -> bool {
    name.eq_ignore_ascii_case(CONTENT_TYPES)
        || name == "META-INF/manifest.xml"
        || opc::source_of(name).is_some_and(|source| !source.is_empty())
}

/// A list with more in it, just before its end.
fn with_more(text: &str, more: &str, limits: &Limits) -> Result<Program, Refused> {
    let mut scanner = Scanner::new(text, limits)?;
    let mut end = None;
    let mut empty = None;
    while let Some((range, token)) = scanner.next()? {
        match token {
            Token::Close { .. } if scanner.depth() == 0 => end = Some(range.start),
            Token::Open(open) if scanner.depth() == 0 && open.empty => empty = Some((range, open.name)),
            _ => {}
        }
    }
    let edits = match (end, empty) {
        (Some(at), _) => vec![Edit::put(at..at, more)],
        (None, Some((range, name))) => {
            vec![Edit::put(range.end - 2..range.end, format!(">{more}</{name}>"))]
        }
        (None, None) => Vec::new(),
    };
    Ok(Program::build(text, edits, false))
}
