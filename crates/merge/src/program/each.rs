//! Loops and groups while they are written.

use super::filling::{Cursor, Source, Standing};
use super::run::{Out, Run};
use super::{Scope, Span};
use crate::lang::{self, Loop};
use crate::{Refused, Rows, SortKey, Value};

impl<'r> Run<'r> {
    #[expect(
        clippy::too_many_arguments,
        reason = "a loop is its place, its words, its surroundings and its output"
    )]
    pub(super) fn each<O: Out>(
        &mut self,
        at: usize,
        span: &Span,
        each: &Loop,
        alias: &str,
        test: Option<u32>,
        scope: Option<&Scope<'_>>,
        out: &mut O,
    ) -> Result<(), Refused> {
        if each.relation == lang::GROUP_ROWS {
            return self.group_rows(at, span, alias, scope, out);
        }
        let filling = self.filling;
        let group_sort: Vec<SortKey>;
        let sort = match &each.group {
            None => &each.sort,
            Some(field) => {
                let first = SortKey { field: field.clone(), descending: false };
                group_sort = std::iter::once(first).chain(each.sort.iter().cloned()).collect();
                &group_sort
            }
        };
        let Some(mut rows) = filling.rows(&each.relation, sort, scope)? else {
            // `{#name}` over a field is a condition.
            let value = test.and_then(|name| filling.lookup(name, scope));
            let truth = value.map(|value| value.is_empty() == (each.section == Some(true)));
            return self.choose(at, span, truth, scope, out);
        };
        self.mark(span.block, false);
        if each.section == Some(true) {
            let truth = !rows.advance()?;
            return self.choose(at, span, Some(truth), scope, out);
        }
        if let Some(field) = &each.group {
            return self.groups(at, span, rows, field, alias, scope, out);
        }
        let mut number = 0;
        while rows.advance()? {
            number += 1;
            let source = Source::Row(rows.row());
            let row = Scope { outer: scope, source, alias, number, group: None, by: "" };
            self.once(at, span, number, &row, out)?;
        }
        self.finish(span, number, scope, out)
    }

    /// Writes the repeated half once.
    fn once<O: Out>(
        &mut self,
        at: usize,
        span: &Span,
        number: i64,
        row: &Scope<'_>,
        out: &mut O,
    ) -> Result<(), Refused> {
        if number == 1 {
            out.repeats(true);
        }
        if let Some(grid) = &mut self.grid {
            grid.enter(span, number > 1);
        }
        self.pieces(at + 1..span.middle.unwrap_or(span.end), Some(row), out)?;
        self.skip(span.else_rows);
        Ok(())
    }

    /// Ends a repetition; what was never repeated shows its other half.
    fn finish<O: Out>(
        &mut self,
        span: &Span,
        number: i64,
        scope: Option<&Scope<'_>>,
        out: &mut O,
    ) -> Result<(), Refused> {
        if number > 0 {
            out.repeats(false);
            if let Some(grid) = &mut self.grid {
                grid.leave(span);
            }
            return Ok(());
        }
        self.skip(span.rows);
        match span.middle {
            Some(middle) => self.pieces(middle..span.end, scope, out),
            None => Ok(()),
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "a loop is its place, its words, its surroundings and its output"
    )]
    fn groups<O: Out>(
        &mut self,
        at: usize,
        span: &Span,
        rows: Box<dyn Rows + '_>,
        field: &str,
        alias: &str,
        scope: Option<&Scope<'_>>,
        out: &mut O,
    ) -> Result<(), Refused> {
        let cursor = Cursor::new(rows)?;
        let mut number = 0;
        while let Some(key) = self.key(&cursor, field) {
            number += 1;
            let names = self.filling.codes.names.iter();
            let local = |name: &'r str| name.strip_prefix(alias).and_then(|rest| rest.strip_prefix('.'));
            let first: Vec<Option<Value<'static>>> =
                names.map(|name| cursor.field([local(&name.written), Some(&name.written)])).collect();
            let row = Scope {
                outer: scope,
                source: Source::Group(&cursor, &first),
                alias,
                number,
                group: Some(&key),
                by: field,
            };
            self.once(at, span, number, &row, out)?;
            cursor.settle()?;
            // Rows the template did not write, because it shows groups only.
            while self.key(&cursor, field).as_deref() == Some(&key) {
                cursor.step()?;
            }
        }
        self.finish(span, number, scope, out)
    }

    /// What the row stood at has in the field a group is made by.
    fn key(&self, cursor: &dyn Standing, field: &str) -> Option<String> {
        if !cursor.stands() {
            return None;
        }
        let value = cursor.field([Some(field), None]);
        Some(value.map(|value| value.to_text(&self.filling.culture).into_owned()).unwrap_or_default())
    }

    /// The rows of the group this loop stands in.
    fn group_rows<O: Out>(
        &mut self,
        at: usize,
        span: &Span,
        alias: &str,
        scope: Option<&Scope<'_>>,
        out: &mut O,
    ) -> Result<(), Refused> {
        let mut level = scope;
        let group = loop {
            match level {
                None => return self.choose(at, span, None, scope, out),
                Some(Scope { source: Source::Group(cursor, _), group: Some(key), by, .. }) => {
                    break (*cursor, *key, *by);
                }
                Some(other) => level = other.outer,
            }
        };
        self.mark(span.block, false);
        let (cursor, key, field) = group;
        let mut number = 0;
        loop {
            cursor.settle()?;
            if self.key(cursor, field).as_deref() != Some(key) {
                break;
            }
            number += 1;
            let row =
                Scope { outer: scope, source: Source::Cursor(cursor), alias, number, group: None, by: "" };
            self.once(at, span, number, &row, out)?;
            cursor.written();
        }
        self.finish(span, number, scope, out)
    }
}
