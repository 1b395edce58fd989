//! HTML cut into text and tags the way browsers do it, as far as safety and text need.

use std::ops::Range;

use memchr::{memchr, memmem};

/// What a range of a page is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// Text with references.
    Text,
    /// Text of a title or text area: references, no markup.
    PlainText,
    /// The inside of a script, style or frame.
    Raw,
    Tag(Tag),
    /// A comment, declaration or instruction.
    Aside,
}

/// A start or end tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tag {
    /// In lower case.
    pub(super) name: String,
    pub(super) closing: bool,
    /// Where the attributes stand.
    pub(super) attributes: Range<usize>,
}

/// The tokens of a page, in order and without gaps.
pub(super) struct Tokens<'a> {
    text: &'a str,
    at: usize,
    /// The element whose inside comes next.
    inside: Option<String>,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0, inside: None }
    }

    /// Where the end tag of a raw element starts.
    fn raw_end(&self, name: &str) -> usize {
        let bytes = self.text.as_bytes();
        let mut from = self.at;
        while let Some(found) = memmem::find(bytes.get(from..).unwrap_or_default(), b"</") {
            let at = from + found;
            let after = bytes.get(at + 2..).unwrap_or_default();
            let named =
                after.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name.as_bytes()));
            let ends =
                after.get(name.len()).is_none_or(|b| b.is_ascii_whitespace() || matches!(b, b'/' | b'>'));
            if named && ends {
                return at;
            }
            from = at + 2;
        }
        bytes.len()
    }

    /// Where a token that starts with `<` ends, and what it is.
    fn markup(&self) -> (usize, Token) {
        let bytes = self.text.as_bytes();
        let rest = bytes.get(self.at..).unwrap_or_default();
        let until = |needle: &[u8], from: usize| {
            let tail = rest.get(from..).unwrap_or_default();
            memmem::find(tail, needle).map_or(bytes.len(), |found| self.at + from + found + needle.len())
        };
        if rest.starts_with(b"<!--") {
            // `<!-->` and `<!--->` are complete comments.
            let from = if rest.starts_with(b"<!-->") || rest.starts_with(b"<!--->") { 2 } else { 4 };
            return (until(b"-->", from), Token::Aside);
        }
        let closing = rest.get(1) == Some(&b'/');
        let name_at = if closing { 2 } else { 1 };
        let letter = rest.get(name_at).is_some_and(u8::is_ascii_alphabetic);
        if !letter {
            let aside = closing || matches!(rest.get(1), Some(b'!' | b'?'));
            return if aside { (until(b">", 1), Token::Aside) } else { (self.at + 1, Token::Text) };
        }
        let ends = |b: &u8| b.is_ascii_whitespace() || matches!(b, b'/' | b'>');
        let name_len = rest.get(name_at..).unwrap_or_default().iter().position(ends);
        let name_end = name_len.map_or(bytes.len(), |len| self.at + name_at + len);
        let end = tag_end(bytes, name_end);
        let name = self.text.get(self.at + name_at..name_end).unwrap_or_default().to_ascii_lowercase();
        let close = if end > name_end && bytes.get(end - 1) == Some(&b'>') { end - 1 } else { end };
        (end, Token::Tag(Tag { name, closing, attributes: name_end..close }))
    }
}

/// The end of a tag whose attributes start at `at`: the first `>` outside of a quoted value.
fn tag_end(bytes: &[u8], mut at: usize) -> usize {
    let mut after_equals = false;
    while let Some(&b) = bytes.get(at) {
        at += 1;
        match b {
            b'>' => return at,
            b'"' | b'\'' if after_equals => {
                let rest = bytes.get(at..).unwrap_or_default();
                at = memchr(b, rest).map_or(bytes.len(), |len| at + len + 1);
                after_equals = false;
            }
            b'=' => after_equals = true,
            _ if b.is_ascii_whitespace() => {}
            _ => after_equals = false,
        }
    }
    bytes.len()
}

impl Iterator for Tokens<'_> {
    type Item = (Range<usize>, Token);

    fn next(&mut self) -> Option<Self::Item> {
        let start = self.at;
        if start >= self.text.len() {
            return None;
        }
        if let Some(name) = self.inside.take() {
            let end = self.raw_end(&name);
            let plain = matches!(name.as_str(), "title" | "textarea");
            if end > start {
                self.at = end;
                return Some((start..end, if plain { Token::PlainText } else { Token::Raw }));
            }
        }
        let bytes = self.text.as_bytes();
        let (end, token) = if bytes.get(start) == Some(&b'<') {
            self.markup()
        } else {
            let rest = bytes.get(start..).unwrap_or_default();
            (memchr(b'<', rest).map_or(bytes.len(), |len| start + len), Token::Text)
        };
        if let Token::Tag(tag) = &token
            && !tag.closing
            && matches!(
                tag.name.as_str(),
                "script"
                    | "style"
                    | "xmp"
                    | "iframe"
                    | "noembed"
                    | "noframes"
                    | "title"
                    | "textarea"
                    | "plaintext"
            )
        {
            self.inside = Some(tag.name.clone());
        }
        self.at = end;
        Some((start..end, token))
    }
}

/// One attribute of a tag.
#[derive(Debug)]
pub(super) struct Attribute<'a> {
    pub(super) name: &'a str,
    /// Where the value stands, if it is in quotes.
    pub(super) quoted: Option<Range<usize>>,
    /// The value as written, with or without quotes around it.
    pub(super) value: &'a str,
}

/// The attributes of a tag.
pub(super) fn attributes<'a>(text: &'a str, tag: &Tag) -> Vec<Attribute<'a>> {
    let bytes = text.as_bytes();
    let (mut at, end) = (tag.attributes.start, tag.attributes.end);
    let mut found = Vec::new();
    let skip = |mut at: usize, wanted: fn(u8) -> bool| {
        while at < end && bytes.get(at).is_some_and(|&b| wanted(b)) {
            at += 1;
        }
        at
    };
    loop {
        at = skip(at, |b| b.is_ascii_whitespace() || b == b'/');
        if at >= end {
            return found;
        }
        let name_start = at;
        // A name may begin with `=`; browsers say so.
        at = skip(at + 1, |b| !b.is_ascii_whitespace() && !matches!(b, b'/' | b'>' | b'='));
        let name = text.get(name_start..at).unwrap_or_default();
        let after = skip(at, |b| b.is_ascii_whitespace());
        if bytes.get(after) != Some(&b'=') || after >= end {
            found.push(Attribute { name, quoted: None, value: "" });
            continue;
        }
        let value_at = skip(after + 1, |b| b.is_ascii_whitespace());
        let quote = bytes.get(value_at).copied().filter(|q| value_at < end && matches!(q, b'"' | b'\''));
        if let Some(quote) = quote {
            let start = value_at + 1;
            let rest = bytes.get(start..end).unwrap_or_default();
            let len = memchr(quote, rest);
            let stop = len.map_or(end, |len| start + len);
            let value = text.get(start..stop).unwrap_or_default();
            found.push(Attribute { name, quoted: len.map(|_| start..stop), value });
            at = (stop + 1).min(end);
        } else {
            at = skip(value_at, |b| !b.is_ascii_whitespace());
            found.push(Attribute { name, quoted: None, value: text.get(value_at..at).unwrap_or_default() });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_cover_every_page_exactly() {
        for page in [
            "",
            "<",
            "a<b",
            "<p class='>'>x</p>",
            "<!-- - > --><!-->",
            "<script>if (a</b)</script>",
            "</",
            "< p>",
            "<a href=\"",
            "<textarea></textarea>x",
            "<style>",
            "<é>",
            "a < b > c",
            "<!doctype html>",
            "</ x>",
        ] {
            let (mut end, mut all) = (0, String::new());
            for (range, _) in Tokens::new(page) {
                assert_eq!(range.start, end, "{page}");
                end = range.end;
                all.push_str(&page[range]);
            }
            assert_eq!(all, page);
        }
    }

    #[test]
    fn attributes_are_read_as_browsers_read_them() {
        let page = "<a href=x data-y = \"1 > 2\" checked/title='t'>";
        let Some((_, Token::Tag(tag))) = Tokens::new(page).next() else { panic!("a tag") };
        let read: Vec<_> =
            attributes(page, &tag).iter().map(|a| (a.name, a.value, a.quoted.is_some())).collect();
        assert_eq!(
            read,
            [("href", "x", false), ("data-y", "1 > 2", true), ("checked", "", false), ("title", "t", true)]
        );
    }
}
