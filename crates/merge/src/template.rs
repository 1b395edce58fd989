//! The template: compiled once, filled many times, from many threads.

use std::sync::{Mutex, PoisonError};

use crate::code::{Codes, padding};
use crate::flat::FlatTemplate;
use crate::package::Writer;
use crate::package::deflate::{Engine, Stream};
use crate::program::{Filling, output_too_large};
use crate::wml::{self, WordTemplate};
use crate::{Culture, Format, Limits, Refused, Values, html};

/// A compiled template. Share it by `Arc`: filling needs only a reference, and compiling is the costly part.
#[derive(Debug)]
pub struct Template {
    format: Format,
    limits: Limits,
    codes: Codes,
    body: Body,
    /// Deflating engines between fillings, at most one for each thread that filled at the same time.
    engines: Mutex<Vec<Engine>>,
}

#[derive(Debug)]
enum Body {
    Word(Box<WordTemplate>),
    Flat(FlatTemplate),
}

impl Template {
    /// Compiles a template, checking the whole file against `limits`.
    ///
    /// What the file would load from outside by itself (an attached template, linked pictures and objects, frames) is
    /// taken out here, so no document made from it has it. Hyperlinks stay.
    pub fn compile(format: Format, bytes: Vec<u8>, limits: &Limits) -> Result<Self, Refused> {
        let mut codes = Codes::new(limits.codes);
        let body = match format {
            Format::Docx => Body::Word(Box::new(WordTemplate::compile(bytes, &mut codes, limits)?)),
            Format::Html | Format::Text => {
                Body::Flat(FlatTemplate::compile(format, bytes, &mut codes, limits)?)
            }
        };
        Ok(Self { format, limits: *limits, codes, body, engines: Mutex::new(Vec::new()) })
    }

    /// The format of the template and of the documents made from it.
    pub const fn format(&self) -> Format {
        self.format
    }

    /// The distinct codes met, known to anyone or not, in lower case, in the order of the file.
    pub fn codes(&self) -> impl Iterator<Item = &str> {
        self.codes.names().iter().map(AsRef::as_ref).filter(|name| padding(name).is_none())
    }

    /// Makes a document: every known code replaced by its value as text of `culture`.
    ///
    /// Each code is asked for once. Parts without known codes are copied as they are, packed bytes and all.
    pub fn fill(&self, values: &dyn Values, culture: &Culture) -> Result<Vec<u8>, Refused> {
        let filling = Filling::gather(&self.codes, values, *culture, &self.limits)?;
        match &self.body {
            Body::Flat(flat) => flat.fill(&filling, &self.limits),
            Body::Word(word) => {
                let mut engine = self.take_engine();
                let filled = self.fill_package(word, &filling, &mut engine);
                self.engines.lock().unwrap_or_else(PoisonError::into_inner).push(engine);
                filled
            }
        }
    }

    fn take_engine(&self) -> Engine {
        let spare = self.engines.lock().unwrap_or_else(PoisonError::into_inner).pop();
        spare.unwrap_or_else(Engine::new)
    }

    fn fill_package(
        &self,
        word: &WordTemplate,
        filling: &Filling<'_>,
        engine: &mut Engine,
    ) -> Result<Vec<u8>, Refused> {
        let package = &word.document.package;
        let mut writer = Writer::with_capacity(package.bytes.len() + 16 * 1024);
        for (entry, program) in package.entries.iter().zip(&word.programs) {
            match program.as_ref().filter(|program| program.edited || program.touched(filling)) {
                None => writer.copy(package, entry),
                Some(program) => {
                    let mut stream = Stream::new(engine, self.limits.output);
                    program.pack(filling, &mut stream);
                    if stream.full() {
                        return Err(output_too_large(self.limits.output).at(&entry.name));
                    }
                    writer.replace(package, entry, &stream.finish());
                }
            }
            // The package may not outgrow its own cap, nor the 32 bits its headers have.
            if writer.len() > self.limits.package.saturating_mul(2).min(u32::MAX as usize / 2) {
                return Err(output_too_large(self.limits.package));
            }
        }
        Ok(writer.finish())
    }

    /// The visible text with its codes, for search and previews; a paragraph a line, cut at the cap of the limits.
    pub fn text(&self) -> String {
        match &self.body {
            // The parts were read when the template was compiled; they read the same now.
            Body::Word(word) => wml::text::text(&word.document, &self.limits).unwrap_or_default(),
            Body::Flat(flat) if self.format == Format::Html => html::visible(flat.source(), self.limits.text),
            Body::Flat(flat) => crate::preview::cut(flat.source(), self.limits.text).to_owned(),
        }
    }

    /// Bytes the template holds while it is kept, for the bookkeeping of a cache.
    pub fn size_in_memory(&self) -> usize {
        let body = match &self.body {
            Body::Flat(flat) => flat.size(),
            Body::Word(word) => {
                let entries: usize =
                    word.document.package.entries.iter().map(|entry| entry.name.len() + 160).sum();
                let programs: usize = word.programs.iter().flatten().map(crate::program::Program::size).sum();
                word.document.package.bytes.len() + entries + programs
            }
        };
        size_of::<Self>() + self.codes.size() + body
    }
}
