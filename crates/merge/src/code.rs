//! Codes: how one looks, and how it is found in text that arrives in pieces.

use std::ops::Range;

/// The longest name of a field.
const LONGEST: usize = 64;
/// The longest format after a name, and the longest control tag.
const LONGEST_FORMAT: usize = 60;
const LONGEST_TAG: usize = 240;

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

/// A code found: what stands between the brackets, and the places it covers. The first place holds the opening bracket.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Found<O> {
    pub(crate) inside: String,
    pub(crate) spans: Vec<(Range<usize>, O)>,
}

impl<O> Found<O> {
    /// Where its closing bracket ends.
    pub(crate) fn end(&self) -> usize {
        self.spans.last().map_or(0, |(span, _)| span.end)
    }
}

/// Finds codes in characters fed one by one, however the text is cut up in the file.
///
/// `O` names the piece of text a character belongs to; adjoining characters of one piece share a place. The memory held
/// is bounded by the longest tag.
#[derive(Debug)]
pub(crate) struct Matcher<O> {
    brackets: Brackets,
    open: Option<Opened<O>>,
}

#[derive(Debug)]
struct Opened<O> {
    closer: char,
    /// Whether the colon of a format has been passed, and where.
    colon: Option<usize>,
    found: Found<O>,
}

impl<O> Opened<O> {
    /// Whether `c` may come next between the brackets.
    fn takes(&self, c: char) -> bool {
        let inside = &self.found.inside;
        let free = self.closer == '}' && !matches!(c, '{' | '}') && !c.is_control();
        match inside.chars().next() {
            None => c.is_ascii_alphabetic() || (self.closer == '}' && matches!(c, '#' | '/' | '^')),
            Some('#' | '^' | '/') => {
                free && inside.len() < LONGEST_TAG && (inside.len() > 1 || c.is_alphanumeric() || c == ' ')
            }
            Some(_) => match self.colon {
                None => plain(c) && inside.len() < LONGEST || c == ':',
                Some(at) => (plain(c) || free) && inside.len() - at <= LONGEST_FORMAT,
            },
        }
    }
}

impl<O> Opened<O> {
    fn looks_like_a_code(self) -> Option<String> {
        (self.closer == '}' && self.found.inside.len() > 1).then_some(self.found.inside)
    }
}

/// The characters of a name.
fn plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '#' | '?' | '.')
}

impl<O: Clone + PartialEq> Matcher<O> {
    pub(crate) fn new(brackets: Brackets) -> Self {
        Self { brackets, open: None }
    }

    /// Forgets a code begun: something stands in the text that no code spans. Answers what was begun, if it looked like
    /// a code.
    pub(crate) fn interrupt(&mut self) -> Option<String> {
        self.open.take().and_then(Opened::looks_like_a_code)
    }

    /// What was begun and not finished, if it looked like a code.
    pub(crate) fn unfinished(mut self) -> Option<String> {
        self.interrupt()
    }

    /// Whether a code is begun. Text without brackets cannot matter otherwise.
    pub(crate) const fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Takes one character; answers the code it completes.
    pub(crate) fn feed(&mut self, c: char, at: Range<usize>, owner: &O) -> Option<Found<O>> {
        let tag = self.open.as_ref().is_some_and(|open| open.found.inside.starts_with('#'));
        let closer = match c {
            '{' => Some('}'),
            '<' if self.brackets == Brackets::CurlyAndAngle && !tag => Some('>'),
            _ => None,
        };
        if let Some(closer) = closer {
            let found = Found { inside: String::new(), spans: vec![(at, owner.clone())] };
            self.open = Some(Opened { closer, colon: None, found });
            return None;
        }
        let open = self.open.as_mut()?;
        match open.found.spans.last_mut() {
            Some((last, same)) if last.end == at.start && same == owner => last.end = at.end,
            _ => open.found.spans.push((at, owner.clone())),
        }
        if c == open.closer && !open.found.inside.is_empty() {
            return self.open.take().map(|open| open.found);
        }
        if open.takes(c) {
            if c == ':' && open.colon.is_none() {
                open.colon = Some(open.found.inside.len());
            }
            open.found.inside.push(c);
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
                found.inside
            })
            .collect()
    }

    #[test]
    fn codes_are_found_and_look_alikes_are_not() {
        let text = "{name} {Ver#} {cnt?} {} { name} {1a} {na me} {{addr}} {a{b} <zipc> {quote.line:2} {x";
        assert_eq!(
            names(text, Brackets::CurlyAndAngle),
            ["name", "Ver#", "cnt?", "addr", "b", "zipc", "quote.line:2"]
        );
        assert_eq!(names("<name> {name>", Brackets::Curly), Vec::<String>::new());
        let longest = "a".repeat(64);
        assert_eq!(names(&format!("{{{longest}}} {{{longest}a}}"), Brackets::Curly), [longest]);
    }

    #[test]
    fn formats_may_hold_spaces_and_tags_whole_sentences() {
        let text = "{date:d. MMMM yyyy} {#if a < 3} {/if} {#} {/} {^no} {# if} {#1} <a:b c> {a: {b}";
        assert_eq!(
            names(text, Brackets::CurlyAndAngle),
            ["date:d. MMMM yyyy", "#if a < 3", "/if", "#", "/", "^no", "# if", "#1", "b"]
        );
    }

    #[test]
    fn a_code_over_several_pieces_names_each_piece() {
        let mut matcher = Matcher::new(Brackets::Curly);
        let mut found = None;
        for (c, at, owner) in [('{', 0, 1), ('a', 1, 1), ('b', 9, 2), ('}', 20, 3)] {
            found = matcher.feed(c, at..at + 1, &owner);
        }
        assert_eq!(
            found,
            Some(Found { inside: "ab".into(), spans: vec![(0..2, 1), (9..10, 2), (20..21, 3)] })
        );
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
