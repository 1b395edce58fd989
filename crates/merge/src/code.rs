//! Codes: how one looks, how it is found in text that arrives in pieces, and which a template holds.

use std::collections::HashMap;
use std::ops::Range;

use crate::{Refused, RefusedKind};

/// The longest code.
const LONGEST: usize = 40;

/// The codes of a template, each once, in the order they were first met.
#[derive(Debug, Default)]
pub(crate) struct Codes {
    names: Vec<Box<str>>,
    index: HashMap<Box<str>, u32>,
    places: usize,
    cap: usize,
}

impl Codes {
    /// No codes yet; at most `cap` places.
    pub(crate) fn new(cap: usize) -> Self {
        Self { cap, ..Self::default() }
    }

    /// The number of a code at one more place.
    pub(crate) fn place(&mut self, name: &str) -> Result<u32, Refused> {
        self.places += 1;
        if self.places > self.cap {
            let what = format!("The template holds more than {} codes.", self.cap);
            return Err(Refused::new(RefusedKind::TooManyCodes, what));
        }
        if let Some(&known) = self.index.get(name) {
            return Ok(known);
        }
        let number = self.names.len() as u32;
        self.names.push(name.into());
        self.index.insert(name.into(), number);
        Ok(number)
    }

    /// The codes in order of their numbers.
    pub(crate) fn names(&self) -> &[Box<str>] {
        &self.names
    }

    /// Bytes held.
    pub(crate) fn size(&self) -> usize {
        self.names.iter().map(|name| 2 * (name.len() + size_of::<Box<str>>()) + 16).sum()
    }
}

/// `{paddNN}`: the width to which the codes after it are filled up, 0 for none.
pub(crate) fn padding(name: &str) -> Option<usize> {
    let digits = name.strip_prefix("padd")?;
    let plain = (1..=3).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    if plain { digits.parse().ok() } else { None }
}

/// Which brackets open a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Brackets {
    Curly,
    CurlyAndAngle,
}

/// A code found: its name in lower case, and the places it covers. The first place holds the opening bracket.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Found<O> {
    pub(crate) name: String,
    pub(crate) spans: Vec<(Range<usize>, O)>,
}

/// Finds codes in characters fed one by one, however the text is cut up in the file.
///
/// `O` names the piece of text a character belongs to; adjoining characters of one piece share a place. The memory held
/// is bounded by the longest code.
#[derive(Debug)]
pub(crate) struct Matcher<O> {
    brackets: Brackets,
    open: Option<(char, Found<O>)>,
}

impl<O: Clone + PartialEq> Matcher<O> {
    pub(crate) fn new(brackets: Brackets) -> Self {
        Self { brackets, open: None }
    }

    /// Forgets a code begun: something stands in the text that no code spans.
    pub(crate) fn interrupt(&mut self) {
        self.open = None;
    }

    /// Whether a code is begun. Text without brackets cannot matter otherwise.
    pub(crate) const fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Takes one character; answers the code it completes.
    pub(crate) fn feed(&mut self, c: char, at: Range<usize>, owner: &O) -> Option<Found<O>> {
        let closer = match c {
            '{' => Some('}'),
            '<' if self.brackets == Brackets::CurlyAndAngle => Some('>'),
            _ => None,
        };
        if let Some(closer) = closer {
            self.open = Some((closer, Found { name: String::new(), spans: vec![(at, owner.clone())] }));
            return None;
        }
        let (closer, found) = self.open.as_mut()?;
        match found.spans.last_mut() {
            Some((last, same)) if last.end == at.start && same == owner => last.end = at.end,
            _ => found.spans.push((at, owner.clone())),
        }
        if c == *closer && !found.name.is_empty() {
            return self.open.take().map(|(_, found)| found);
        }
        let fits = if found.name.is_empty() {
            c.is_ascii_alphabetic()
        } else {
            c.is_ascii_alphanumeric() || matches!(c, '_' | '#' | '?' | '.' | ':')
        };
        if fits && found.name.len() < LONGEST {
            found.name.push(c.to_ascii_lowercase());
        } else {
            self.open = None;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str, brackets: Brackets) -> Vec<String> {
        let mut matcher = Matcher::new(brackets);
        text.char_indices()
            .filter_map(|(at, c)| matcher.feed(c, at..at + c.len_utf8(), &()))
            .map(|found| {
                assert_eq!(found.spans.len(), 1);
                found.name
            })
            .collect()
    }

    #[test]
    fn codes_are_found_and_look_alikes_are_not() {
        let text = "{name} {Ver#} {cnt?} {} { name} {1a} {na me} {{addr}} {a{b} <zipc> {quote.line:2} {x";
        assert_eq!(
            names(text, Brackets::CurlyAndAngle),
            ["name", "ver#", "cnt?", "addr", "b", "zipc", "quote.line:2"]
        );
        assert_eq!(names("<name> {name>", Brackets::Curly), Vec::<String>::new());
        let longest = "a".repeat(40);
        assert_eq!(names(&format!("{{{longest}}} {{{longest}a}}"), Brackets::Curly), [longest]);
    }

    #[test]
    fn a_code_over_several_pieces_names_each_piece() {
        let mut matcher = Matcher::new(Brackets::Curly);
        let mut found = None;
        for (c, at, owner) in [('{', 0, 1), ('a', 1, 1), ('b', 9, 2), ('}', 20, 3)] {
            found = matcher.feed(c, at..at + 1, &owner);
        }
        assert_eq!(found, Some(Found { name: "ab".into(), spans: vec![(0..2, 1), (9..10, 2), (20..21, 3)] }));
    }

    #[test]
    fn padding_codes_carry_their_width() {
        assert_eq!(padding("padd31"), Some(31));
        assert_eq!(padding("padd0"), Some(0));
        assert_eq!(padding("padd"), None);
        assert_eq!(padding("padd1234"), None);
        assert_eq!(padding("paddx"), None);
    }
}
