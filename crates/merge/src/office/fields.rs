//! Word's fields: what must not be touched, and merge fields, which are codes in other clothes.
//!
//! A field is `begin`, an instruction, `separate`, a result and `end`, spread over runs and nested at will. A code in an
//! instruction would become a command, so it stays. ` MERGEFIELD Line.Price \# "0.00" ` says `{line.price:0.00}`; its
//! marks, its instruction and its old result give way to the value.

use std::ops::Range;

/// A text element of a result: its start tag, and the text inside.
type Text = (Range<usize>, Range<usize>);

/// A merge field that has ended.
#[derive(Debug)]
pub(super) struct Ended {
    /// What it says, as between two braces.
    pub(super) inside: String,
    pub(super) result: Vec<Text>,
    /// The elements that make it a field.
    pub(super) marks: Vec<Range<usize>>,
    /// Where it begins.
    pub(super) start: usize,
}

#[derive(Debug, Default)]
struct Field {
    in_instruction: bool,
    instruction: String,
    result: Vec<Text>,
    marks: Vec<Range<usize>>,
    start: usize,
    /// `fldSimple`: how deep its element stands.
    simple: Option<usize>,
    /// Holds another field; then it is left alone.
    nests: bool,
}

/// The fields open in one story.
#[derive(Debug, Default)]
pub(super) struct Fields<'t> {
    stack: Vec<Field>,
    instructions: usize,
    /// The element whose end belongs to the mark just noted.
    unfinished: bool,
    _source: std::marker::PhantomData<&'t str>,
}

/// Fields nest a few levels at most.
const DEEPEST: usize = 200;

impl Fields<'_> {
    /// Notes a `fldChar`; answers the merge field it ends.
    pub(super) fn mark(&mut self, kind: &str, at: &Range<usize>, empty: bool) -> Option<Ended> {
        self.unfinished = !empty && kind != "end";
        match kind {
            "begin" => {
                if let Some(outer) = self.stack.last_mut() {
                    outer.nests = true;
                }
                if self.stack.len() < DEEPEST {
                    self.instructions += 1;
                    self.stack.push(Field {
                        in_instruction: true,
                        marks: vec![at.clone()],
                        start: at.start,
                        ..Field::default()
                    });
                }
                None
            }
            "separate" => {
                let top = self.stack.last_mut().filter(|top| top.in_instruction)?;
                top.in_instruction = false;
                top.marks.push(at.clone());
                self.instructions -= 1;
                None
            }
            "end" => {
                let mut field = self.stack.pop_if(|field| field.simple.is_none())?;
                self.instructions -= usize::from(field.in_instruction);
                field.marks.push(at.clone());
                // An end mark that is not an empty element is left to its own end tag.
                if empty { ended(field, self.instructions) } else { None }
            }
            _ => None,
        }
    }

    pub(super) fn instruction_opens(&mut self, at: &Range<usize>) {
        if let Some(top) = self.stack.last_mut().filter(|top| top.in_instruction) {
            top.marks.push(at.clone());
            self.unfinished = true;
        }
    }

    pub(super) fn instruction_text(&mut self, piece: &str) {
        if let Some(top) = self.stack.last_mut().filter(|top| top.in_instruction && self.unfinished)
            && top.instruction.len() < 1000
        {
            top.instruction.push_str(piece);
        }
    }

    /// The element of the mark noted last ends here.
    pub(super) fn element_ends(&mut self, end: usize) {
        if std::mem::take(&mut self.unfinished)
            && let Some(mark) = self.stack.last_mut().and_then(|top| top.marks.last_mut())
        {
            mark.end = end;
        }
    }

    pub(super) fn in_instruction(&self) -> bool {
        self.instructions > 0
    }

    /// A piece of a result; true when it is that of a merge field.
    pub(super) fn result(&mut self, tag: &Range<usize>, at: Range<usize>) -> bool {
        let Some(top) = self.stack.last_mut() else { return false };
        match top.result.last_mut() {
            Some((last, text)) if last == tag => text.end = at.end,
            _ => top.result.push((tag.clone(), at)),
        }
        inside(&top.instruction).is_some()
    }

    /// Notes a `fldSimple`.
    pub(super) fn simple(&mut self, instruction: &str, at: &Range<usize>, depth: usize) {
        if let Some(outer) = self.stack.last_mut() {
            outer.nests = true;
        }
        if self.stack.len() < DEEPEST {
            self.stack.push(Field {
                instruction: instruction.to_owned(),
                marks: vec![at.clone()],
                start: at.start,
                simple: Some(depth),
                ..Field::default()
            });
        }
    }

    /// The end tag of a `fldSimple` at this depth.
    pub(super) fn simple_ends(&mut self, depth: usize, at: &Range<usize>) -> Option<Ended> {
        let found = self.stack.iter().rposition(|field| field.simple == Some(depth))?;
        for field in self.stack.drain(found + 1..) {
            self.instructions -= usize::from(field.in_instruction);
        }
        let mut field = self.stack.pop()?;
        field.marks.push(at.clone());
        ended(field, self.instructions)
    }
}

fn ended(field: Field, instructions: usize) -> Option<Ended> {
    let inside = inside(&field.instruction)?;
    if field.nests || instructions > 0 {
        return None;
    }
    Some(Ended { inside, result: field.result, marks: field.marks, start: field.start })
}

/// What a merge field says, as between two braces; `None` for every other field.
fn inside(instruction: &str) -> Option<String> {
    let rest = instruction.trim();
    let (word, rest) = rest.split_once(char::is_whitespace)?;
    if !word.eq_ignore_ascii_case("MERGEFIELD") {
        return None;
    }
    let rest = rest.trim_start();
    let (name, switches) = match rest.strip_prefix('"') {
        Some(quoted) => quoted.split_once('"')?,
        None => rest.split_once(char::is_whitespace).unwrap_or((rest, "")),
    };
    let name = name.trim();
    if name.is_empty() || name.contains(['{', '}']) {
        return None;
    }
    if name.contains(':') {
        return Some(name.to_owned());
    }
    let format = switch(switches, "\\@").or_else(|| switch(switches, "\\#")).or_else(|| {
        let look = switch(switches, "\\*")?;
        ["upper", "lower", "firstcap", "caps"]
            .into_iter()
            .find(|known| look.eq_ignore_ascii_case(known))
            .map(str::to_owned)
    });
    Some(match format {
        Some(format) => format!("{name}:{format}"),
        None => name.to_owned(),
    })
}

/// The word or quoted text behind a switch.
fn switch(switches: &str, name: &str) -> Option<String> {
    let rest = switches.get(switches.find(name)? + name.len()..)?.trim_start();
    let text = match rest.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next(),
        None => rest.split_whitespace().next(),
    };
    text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty() && !text.contains(['{', '}']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merge_fields_are_read_with_their_switches() {
        for (instruction, wanted) in [
            (" MERGEFIELD Name ", Some("Name")),
            ("MERGEFIELD  \"Line.Price\" \\# \"0.00\" \\* MERGEFORMAT", Some("Line.Price:0.00")),
            (" MERGEFIELD date \\@ \"d. MMMM yyyy\" ", Some("date:d. MMMM yyyy")),
            (" mergefield x \\* Upper", Some("x:upper")),
            (" MERGEFIELD TableStart:Line \\* MERGEFORMAT", Some("TableStart:Line")),
            (" PAGE ", None),
            (" INCLUDETEXT \"x\" ", None),
            ("MERGEFIELD", None),
        ] {
            assert_eq!(inside(instruction).as_deref(), wanted, "{instruction}");
        }
    }
}
