//! The values of one filling: those of the record itself, asked for once, and those of the rows being repeated.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};

use crate::codes::{Codes, NameKind};
use crate::lang::ValueFormat;
use crate::{Culture, Limits, Refused, RefusedKind, Rows, SortKey, Value, Values};

/// What one filling knows.
pub(crate) struct Filling<'v> {
    pub(crate) codes: &'v Codes,
    pub(crate) culture: Culture,
    pub(crate) limits: &'v Limits,
    root: &'v dyn Values,
    values: Vec<Option<Value<'v>>>,
    /// The text of every way a value is shown.
    texts: Vec<Option<Cow<'v, str>>>,
}

impl<'v> Filling<'v> {
    /// Asks for every name of a template.
    pub(crate) fn gather(
        codes: &'v Codes,
        root: &'v dyn Values,
        culture: Culture,
        limits: &'v Limits,
    ) -> Result<Self, Refused> {
        let culture = codes.culture.unwrap_or(culture);
        let values: Vec<Option<Value<'v>>> = codes
            .names
            .iter()
            .map(|name| match name.kind {
                NameKind::Pad(_) => Some(Value::blank()),
                NameKind::Field => root.get(&name.asked),
                NameKind::RowNumber | NameKind::Group => None,
            })
            .collect();
        let mut filling = Self { codes, culture, limits, root, values: Vec::new(), texts: Vec::new() };
        let mut texts = Vec::with_capacity(codes.shown.len());
        for shown in &codes.shown {
            let value = values.get(shown.name as usize).and_then(Option::as_ref);
            let text = match value {
                None => None,
                Some(value) => {
                    let text = filling.text(value, shown.format.as_ref(), shown.name)?;
                    Some(Cow::Owned(text.into_owned()))
                }
            };
            texts.push(text);
        }
        (filling.values, filling.texts) = (values, texts);
        Ok(filling)
    }

    /// A value as a place shows it.
    pub(crate) fn text<'t>(
        &self,
        value: &'t Value<'_>,
        format: Option<&ValueFormat>,
        name: u32,
    ) -> Result<Cow<'t, str>, Refused> {
        let text = match format {
            None => value.to_text(&self.culture),
            Some(format) => format.apply(value, self.culture),
        };
        if text.len() > self.limits.value {
            let name = self.name(name);
            let what = format!("The value of {{{name}}} is longer than {} KB.", self.limits.value / 1024);
            return Err(Refused::new(RefusedKind::ValueTooLong, what).at(name));
        }
        if format == Some(&ValueFormat::Required) && text.trim().is_empty() {
            let name = self.name(name);
            let what = format!("The template requires {{{name}}}, and there is no value for it.");
            return Err(Refused::new(RefusedKind::MissingValue, what).at(name));
        }
        Ok(text)
    }

    fn name(&self, name: u32) -> &str {
        self.codes.names.get(name as usize).map_or("", |name| &name.written)
    }

    /// Whether the record itself answers a way of showing a value.
    pub(crate) fn knows(&self, shown: u32) -> bool {
        self.texts.get(shown as usize).is_some_and(Option::is_some)
    }

    /// The text the record itself has for it.
    pub(crate) fn root_text(&self, shown: u32) -> Option<&str> {
        self.texts.get(shown as usize).and_then(Option::as_deref)
    }

    pub(crate) fn root_value(&self, name: u32) -> Option<&Value<'v>> {
        self.values.get(name as usize).and_then(Option::as_ref)
    }

    /// The width of `{paddNN}`.
    pub(crate) fn width(&self, shown: u32) -> Option<usize> {
        let shown = self.codes.shown.get(shown as usize)?;
        match self.codes.names.get(shown.name as usize)?.kind {
            NameKind::Pad(width) => Some(width),
            _ => None,
        }
    }

    /// Whether a picture is among the values of the record itself.
    pub(crate) fn has_pictures(&self) -> bool {
        self.values.iter().flatten().any(|value| matches!(value, Value::Picture(_)))
    }

    /// The value of a name, seen from inside `scope`.
    pub(crate) fn lookup<'s>(&'s self, name: u32, scope: Option<&'s Scope<'s>>) -> Option<Value<'s>> {
        let found = self.codes.names.get(name as usize)?;
        let mut level = scope;
        while let Some(scope) = level {
            let value = match found.kind {
                NameKind::RowNumber => Some(Value::Whole(scope.number)),
                NameKind::Group => scope.group.map(Value::text),
                NameKind::Pad(_) => None,
                NameKind::Field => scope.get(&found.written, name),
            };
            if value.is_some() {
                return value;
            }
            level = scope.outer;
        }
        self.root_value(name).map(borrowed)
    }

    /// Opens a relation, seen from inside `scope`.
    pub(crate) fn rows<'s>(
        &'s self,
        relation: &str,
        sort: &[SortKey],
        scope: Option<&'s Scope<'s>>,
    ) -> Result<Option<Box<dyn Rows + 's>>, Refused> {
        let mut level = scope;
        while let Some(scope) = level {
            let local = scope.local(relation);
            let inner = local.unwrap_or(relation);
            if let Source::Row(row) = scope.source
                && let Some(rows) = row.rows(inner, sort)?
            {
                return Ok(Some(rows));
            }
            level = scope.outer;
        }
        self.root.rows(relation, sort)
    }
}

/// A value that borrows from another.
fn borrowed<'s>(value: &'s Value<'_>) -> Value<'s> {
    match value {
        Value::Text(text) => Value::Text(Cow::Borrowed(text)),
        Value::Picture(picture) => Value::Picture(Cow::Borrowed(picture)),
        Value::Whole(number) => Value::Whole(*number),
        Value::Decimal(number) => Value::Decimal(*number),
        Value::Date(date, style) => Value::Date(*date, *style),
        Value::Time(time, style) => Value::Time(*time, *style),
        Value::Moment(moment, date, time) => Value::Moment(*moment, *date, *time),
        Value::Flag(yes) => Value::Flag(*yes),
    }
}

/// Where the fields of a row come from.
#[derive(Clone, Copy)]
pub(crate) enum Source<'s> {
    Row(&'s dyn Values),
    /// A group: what every name of the template has in its first row, and the cursor its rows are read from.
    Group(&'s dyn Standing, &'s [Option<Value<'static>>]),
    /// A row of a group: the one the cursor stands at.
    Cursor(&'s dyn Standing),
}

/// The rows of a grouped loop, read once from first to last, by the groups and by the rows inside them.
pub(crate) trait Standing {
    /// A field of the row stood at, under the first of these names that has one.
    fn field(&self, names: [Option<&str>; 2]) -> Option<Value<'static>>;
    /// Whether there is a row to stand at.
    fn stands(&self) -> bool;
    /// Moves on, if the row stood at has been written.
    fn settle(&self) -> Result<(), Refused>;
    /// Moves on.
    fn step(&self) -> Result<(), Refused>;
    /// The row stood at has been written.
    fn written(&self);
}

/// Rows and where they stand.
pub(crate) struct Cursor<'s> {
    rows: RefCell<Box<dyn Rows + 's>>,
    stands: Cell<bool>,
    used: Cell<bool>,
}

impl<'s> Cursor<'s> {
    /// Stands at the first row.
    pub(crate) fn new(mut rows: Box<dyn Rows + 's>) -> Result<Self, Refused> {
        let stands = rows.advance()?;
        Ok(Self { rows: RefCell::new(rows), stands: Cell::new(stands), used: Cell::new(false) })
    }
}

impl Standing for Cursor<'_> {
    fn field(&self, names: [Option<&str>; 2]) -> Option<Value<'static>> {
        let rows = self.rows.try_borrow().ok().filter(|_| self.stands.get())?;
        let row = rows.row();
        names.into_iter().flatten().find_map(|name| row.get(name)).map(Value::into_owned)
    }

    fn stands(&self) -> bool {
        self.stands.get()
    }

    fn settle(&self) -> Result<(), Refused> {
        if self.used.get() { self.step() } else { Ok(()) }
    }

    fn step(&self) -> Result<(), Refused> {
        if let Ok(mut rows) = self.rows.try_borrow_mut() {
            self.stands.set(rows.advance()?);
            self.used.set(false);
        }
        Ok(())
    }

    fn written(&self) {
        self.used.set(true);
    }
}

/// One row being written, inside another or inside the record.
pub(crate) struct Scope<'s> {
    pub(crate) outer: Option<&'s Self>,
    pub(crate) source: Source<'s>,
    pub(crate) alias: &'s str,
    pub(crate) number: i64,
    /// What the rows of the group have in common, in a group.
    pub(crate) group: Option<&'s str>,
    /// The field a group is made by.
    pub(crate) by: &'s str,
}

impl<'s> Scope<'s> {
    /// One row of a repetition that stands in no other.
    pub(crate) const fn row(row: &'s dyn Values, alias: &'s str, number: i64) -> Self {
        Self { outer: None, source: Source::Row(row), alias, number, group: None, by: "" }
    }
}

impl Scope<'_> {
    /// The name without the word of this loop before it.
    fn local<'n>(&self, name: &'n str) -> Option<&'n str> {
        name.strip_prefix(self.alias)?.strip_prefix('.')
    }

    fn get(&self, name: &str, number: u32) -> Option<Value<'_>> {
        match self.source {
            Source::Row(row) => self.of(row, name),
            Source::Group(_, first) => first.get(number as usize)?.as_ref().map(borrowed),
            Source::Cursor(cursor) => cursor.field([self.local(name), Some(name)]),
        }
    }

    /// A field of a row, by its name with or without the word of this loop.
    fn of<'v>(&self, row: &'v dyn Values, name: &str) -> Option<Value<'v>> {
        self.local(name).and_then(|local| row.get(local)).or_else(|| row.get(name))
    }
}
