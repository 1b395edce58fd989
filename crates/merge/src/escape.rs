//! Values as the text of each place they can stand in. Whatever a value contains, it stays text.

use crate::xml::is_xml_char;

/// Where a value is put, which decides how it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// Inside a WordprocessingML text element; the string is the prefix of its name, with the colon.
    Word(Box<str>),
    /// Character data of other XML, where a line break has no meaning of its own.
    Xml,
    /// Text of an HTML page.
    Html,
    /// HTML text without markup: a title, a text area.
    HtmlPlain,
    /// A quoted attribute of HTML.
    HtmlAttribute,
    /// A quoted address attribute; true when the value decides the scheme.
    HtmlAddress { leads: bool },
    /// Plain text with these line ends.
    Plain(&'static str),
}

/// Writes `value` for its place.
pub(crate) fn write(value: &str, place: &Place, out: &mut String) {
    match place {
        Place::Word(prefix) => word(value, prefix, out),
        Place::Xml => {
            for c in breaks(value) {
                match c {
                    '\n' | '\t' => out.push(' '),
                    _ => escaped(c, out),
                }
            }
        }
        Place::Html => {
            for c in breaks(value) {
                if c == '\n' { out.push_str("<br>") } else { escaped(c, out) }
            }
        }
        Place::HtmlPlain => breaks(value).for_each(|c| escaped(c, out)),
        Place::HtmlAttribute => {
            for c in breaks(value) {
                if c == '\n' { out.push(' ') } else { escaped(c, out) }
            }
        }
        Place::HtmlAddress { leads } => {
            if !leads || harmless_address(value) {
                address(value, out);
            }
        }
        Place::Plain(line_end) => {
            for c in breaks(value) {
                match c {
                    '\n' => out.push_str(line_end),
                    _ => out.push(c),
                }
            }
        }
    }
}

/// WordprocessingML text: breaks and tabs are elements between text elements, the rest is escaped.
fn word(value: &str, prefix: &str, out: &mut String) {
    if is_plain(value) {
        out.push_str(value);
        return;
    }
    for c in breaks(value) {
        let element = match c {
            '\n' => "br",
            '\t' => "tab",
            _ => {
                escaped(c, out);
                continue;
            }
        };
        for piece in ["</", prefix, "t><", prefix, element, "/><", prefix, "t xml:space=\"preserve\">"] {
            out.push_str(piece);
        }
    }
}

/// True when a value needs no escaping anywhere: printable, no markup.
fn is_plain(value: &str) -> bool {
    value.bytes().all(|b| b >= 0x20 && !matches!(b, b'<' | b'>' | b'&' | b'"' | b'\'' | 0xEF))
}

/// The characters of a value that may stand in a document: the illegal ones dropped, every line break one `\n`.
fn breaks(value: &str) -> impl Iterator<Item = char> {
    let mut chars = value.chars().peekable();
    std::iter::from_fn(move || {
        loop {
            let c = chars.next()?;
            if c == '\r' {
                let _ = chars.next_if_eq(&'\n');
                return Some('\n');
            }
            if is_xml_char(c) {
                return Some(c);
            }
        }
    })
}

/// One character, harmless in text and in quoted attributes of XML and HTML.
pub(crate) fn escaped(c: char, out: &mut String) {
    match c {
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        '&' => out.push_str("&amp;"),
        '"' => out.push_str("&quot;"),
        '\'' => out.push_str("&#39;"),
        _ => out.push(c),
    }
}

/// Text escaped for XML and HTML, illegal characters dropped.
pub(crate) fn escape_into(text: &str, out: &mut String) {
    text.chars().filter(|&c| is_xml_char(c)).for_each(|c| escaped(c, out));
}

/// An address that starts no script: a known harmless scheme, or none.
fn harmless_address(value: &str) -> bool {
    let value: String = value.chars().filter(|c| !c.is_control() && !c.is_whitespace()).collect();
    let head = value.split(['/', '?', '#']).next().unwrap_or_default();
    match head.split_once(':') {
        None => true,
        Some((scheme, _)) => {
            ["http", "https", "mailto", "tel"].iter().any(|known| scheme.eq_ignore_ascii_case(known))
        }
    }
}

/// An address: what cannot stand in one is percent-encoded.
fn address(value: &str, out: &mut String) {
    use std::fmt::Write as _;
    for c in value.trim().chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '"' | '\'' | '<' | '>' | '`' | '\\' | '{' | '}' | '|' | '^' | ' ' => {
                // Writing to a string cannot fail.
                let _ = write!(out, "%{:02X}", c as u32);
            }
            c if c.is_control() || !is_xml_char(c) => {}
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(value: &str, place: Place) -> String {
        let mut out = String::new();
        write(value, &place, &mut out);
        out
    }

    #[test]
    fn word_text_is_escaped_and_breaks_become_elements() {
        assert_eq!(shown("a<b>&\"c'", Place::Word("w:".into())), "a&lt;b&gt;&amp;&quot;c&#39;");
        assert_eq!(
            shown("1\r\n2\t3", Place::Word("w:".into())),
            "1</w:t><w:br/><w:t xml:space=\"preserve\">2</w:t><w:tab/><w:t xml:space=\"preserve\">3"
        );
        assert_eq!(shown("a\u{0}\u{1}\u{FFFF}b\u{1F600}", Place::Word("".into())), "ab\u{1F600}");
    }

    #[test]
    fn other_places_have_their_own_breaks() {
        assert_eq!(shown("a\nb", Place::Xml), "a b");
        assert_eq!(shown("a\rb", Place::Html), "a<br>b");
        assert_eq!(shown("a\nb", Place::Plain("\r\n")), "a\r\nb");
        assert_eq!(shown("a\nb", Place::HtmlAttribute), "a b");
        assert_eq!(shown("<a>\n", Place::HtmlPlain), "&lt;a&gt;\n");
    }

    #[test]
    fn an_address_cannot_become_a_script() {
        for bad in
            ["javascript:alert(1)", " JaVa\tscript:x", "data:text/html,x", "vbscript:x", "\u{1}javascript:x"]
        {
            assert_eq!(shown(bad, Place::HtmlAddress { leads: true }), "", "{bad}");
        }
        assert_eq!(
            shown("https://a.no/?q=a b\"", Place::HtmlAddress { leads: true }),
            "https://a.no/?q=a%20b%22"
        );
        assert_eq!(shown("a@b.no", Place::HtmlAddress { leads: false }), "a@b.no");
        assert_eq!(shown("www.a.no/x:y", Place::HtmlAddress { leads: true }), "www.a.no/x:y");
    }
}
