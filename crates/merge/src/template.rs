//! The template: compiled once, filled many times, from many threads.

use std::io::Write;
use std::sync::{Mutex, PoisonError};

use crate::codes::{Codes, NameKind};
use crate::flat::FlatTemplate;
use crate::mail::MailTemplate;
use crate::office::{self, OfficeTemplate, Target};
use crate::package::deflate::{Engine, hand_on};
use crate::program::Filling;
use crate::{Culture, Finding, Format, Limits, Refused, Schema, Values, check, html};

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
    Office(Box<OfficeTemplate>),
    Flat(FlatTemplate),
    Mail(MailTemplate),
}

impl Template {
    /// Compiles a template, checking the whole file against `limits`. Names are asked for as they are written.
    ///
    /// What the file would load from outside by itself (an attached template, linked pictures and objects, frames) is
    /// taken out here, so no document made from it has it. Hyperlinks stay. Tags that are not understood, loops without
    /// an end and loops that cross the structure stay in the document as they stand; [`Template::check`] names them.
    pub fn compile(format: Format, bytes: Vec<u8>, limits: &Limits) -> Result<Self, Refused> {
        Self::compile_for(format, bytes, limits, &Schema::default())
    }

    /// Compiles a template for records of a schema: a readable name is asked for by its short code.
    pub fn compile_for(
        format: Format,
        bytes: Vec<u8>,
        limits: &Limits,
        schema: &Schema,
    ) -> Result<Self, Refused> {
        let mut codes = Codes::new(limits.codes, schema);
        let body = match format {
            Format::Html | Format::Text => {
                Body::Flat(FlatTemplate::compile(format, bytes, &mut codes, limits)?)
            }
            Format::Eml => Body::Mail(MailTemplate::compile(bytes, &mut codes, limits)?),
            _ => Body::Office(Box::new(OfficeTemplate::compile(format, bytes, &mut codes, limits)?)),
        };
        codes.settle();
        Ok(Self { format, limits: *limits, codes, body, engines: Mutex::new(Vec::new()) })
    }

    /// The format of the template and of the documents made from it.
    pub const fn format(&self) -> Format {
        self.format
    }

    /// The distinct names met, known to anyone or not, in lower case, in the order of the file: as they are asked for,
    /// so a readable name the schema knows is given by its short code.
    pub fn codes(&self) -> impl Iterator<Item = &str> {
        let asked = self.codes.names.iter().filter(|name| name.kind == NameKind::Field);
        asked.map(|name| name.asked.as_ref())
    }

    /// The names of the relations it repeats over, as written, each once.
    pub fn relations(&self) -> Vec<&str> {
        let mut found: Vec<&str> = Vec::new();
        for block in &self.codes.blocks {
            if let crate::codes::Block::Each { each, .. } = block
                && !found.contains(&each.relation.as_str())
            {
                found.push(&each.relation);
            }
        }
        found
    }

    /// Everything that is wrong or noteworthy, for records of a schema, the worst first.
    ///
    /// With an empty schema only what can be seen in the file itself is found.
    pub fn check(&self, schema: &Schema) -> Vec<Finding> {
        check::findings(&self.codes, schema)
    }

    /// Makes a document: every known code replaced by its value as text of `culture`.
    ///
    /// Each code is asked for once, and in loops once for each row. Parts without known codes are copied as they are,
    /// packed bytes and all.
    pub fn fill(&self, values: &dyn Values, culture: &Culture) -> Result<Vec<u8>, Refused> {
        let filling = Filling::gather(&self.codes, values, *culture, &self.limits)?;
        match &self.body {
            Body::Flat(flat) => flat.fill(&filling, &self.limits),
            Body::Mail(mail) => mail.fill(&filling, &self.limits),
            Body::Office(office) => {
                let mut engine = self.take_engine();
                let filled = office.fill(&filling, &self.limits, &mut engine, Target::Memory);
                self.engines.lock().unwrap_or_else(PoisonError::into_inner).push(engine);
                filled
            }
        }
    }

    /// Makes a document as [`Template::fill`] does and writes it to `sink` as it is made.
    ///
    /// The memory of an office document does not grow with its rows, and its size is bounded only by the format (4 GB).
    /// When it fails, what the sink has taken is not a document.
    pub fn fill_to(
        &self,
        values: &dyn Values,
        culture: &Culture,
        sink: &mut dyn Write,
    ) -> Result<(), Refused> {
        let Body::Office(office) = &self.body else {
            return hand_on(sink, &self.fill(values, culture)?);
        };
        let filling = Filling::gather(&self.codes, values, *culture, &self.limits)?;
        let mut engine = self.take_engine();
        let filled = office.fill(&filling, &self.limits, &mut engine, Target::Sink(sink));
        self.engines.lock().unwrap_or_else(PoisonError::into_inner).push(engine);
        filled.map(|_| ())
    }

    fn take_engine(&self) -> Engine {
        let spare = self.engines.lock().unwrap_or_else(PoisonError::into_inner).pop();
        spare.unwrap_or_else(Engine::new)
    }

    /// The visible text with its codes, for search and previews; a paragraph a line, cut at the cap of the limits.
    pub fn text(&self) -> String {
        match &self.body {
            // The parts were read when the template was compiled; they read the same now.
            Body::Office(office) => office::text::of(&office.document, &self.limits).unwrap_or_default(),
            Body::Flat(flat) if self.format == Format::Html => html::visible(flat.source(), self.limits.text),
            Body::Flat(flat) => crate::preview::cut(flat.source(), self.limits.text).to_owned(),
            Body::Mail(mail) => crate::preview::cut(mail.shown(), self.limits.text).to_owned(),
        }
    }

    /// Bytes the template holds while it is kept, for the bookkeeping of a cache.
    pub fn size_in_memory(&self) -> usize {
        let body = match &self.body {
            Body::Flat(flat) => flat.size(),
            Body::Mail(mail) => mail.size(),
            Body::Office(office) => office.size(),
        };
        size_of::<Self>() + self.codes.size() + body
    }
}
