//! Values as the text of each place they can stand in. Whatever a value contains, it stays text.

use crate::Value;
use crate::xml::is_xml_char;

/// Where a value is put, which decides how it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// Inside a WordprocessingML text element; the string is the prefix of its name, with the colon.
    Word(Box<str>),
    /// Inside a DrawingML text element: the prefix of its name, and the properties of its run.
    Drawing { prefix: Box<str>, run: Box<str> },
    /// Text of an OpenDocument paragraph: the prefix of the text vocabulary, with the colon.
    Odf(Box<str>),
    /// Character data of other XML, where a line break has no meaning of its own.
    Xml,
    /// Text of a spreadsheet's string, where line breaks are kept.
    CellText,
    /// The inside of a cell of Excel that holds nothing but a code, from behind its style to its end tag; true when
    /// the cell's own look is one for dates.
    Cell { prefix: Box<str>, dates: bool },
    /// A cell of OpenDocument that holds nothing but a code: from behind its style to before its end tag.
    OdfCell { table: Box<str>, text: Box<str>, paragraph: Box<str> },
    /// The name of a sheet, in an attribute.
    SheetName,
    /// An address in an attribute of XML; true when the value decides the scheme.
    XmlAddress { leads: bool },
    /// The reference of a picture that stands for the one in a field.
    PictureId,
    /// The header of a mail, one line.
    Header,
    /// A header of addresses: a value adds none.
    MailAddress,
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
        Place::Drawing { prefix, run } => drawing(value, prefix, run, out),
        Place::Odf(prefix) => odf(value, prefix, out),
        Place::CellText => {
            for c in breaks(value) {
                escaped(c, out);
            }
        }
        Place::Cell { prefix, .. } => {
            for piece in [" t=\"inlineStr\"><", prefix, "is><", prefix, "t xml:space=\"preserve\">"] {
                out.push_str(piece);
            }
            write(value, &Place::CellText, out);
            for piece in ["</", prefix, "t></", prefix, "is>"] {
                out.push_str(piece);
            }
        }
        Place::OdfCell { table: _, text, paragraph } => {
            out.push_str(" office:value-type=\"string\">");
            out.push_str(paragraph);
            odf(value, text, out);
            for piece in ["</", text, "p>"] {
                out.push_str(piece);
            }
        }
        Place::SheetName => sheet_name(value, out),
        Place::PictureId => {}
        Place::Header => out.extend(breaks(value).map(|c| if matches!(c, '\n' | '\t') { ' ' } else { c })),
        Place::MailAddress => {
            let plain =
                |c: &char| !matches!(c, ',' | ';' | '<' | '>' | '(' | ')' | '[' | ']' | '\\' | '"' | ':');
            out.extend(breaks(value).filter(plain).map(|c| if matches!(c, '\n' | '\t') { ' ' } else { c }));
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
        Place::HtmlAddress { leads } | Place::XmlAddress { leads } => {
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

impl Place {
    /// Whether numbers and dates stay what they are here.
    pub(crate) fn is_typed(&self) -> bool {
        self.is_cell() || self.is_picture()
    }

    pub(crate) fn is_cell(&self) -> bool {
        matches!(self, Self::Cell { .. } | Self::OdfCell { .. })
    }

    pub(crate) fn is_picture(&self) -> bool {
        matches!(self, Self::PictureId)
    }
}

/// Writes a value that keeps its type in this place; false when it has to be text.
pub(crate) fn typed(value: &Value<'_>, place: &Place, out: &mut String) -> bool {
    match place {
        Place::Cell { prefix, dates } => {
            let (kind, text) = match value {
                Value::Whole(number) => ("n", number.to_string()),
                Value::Decimal(number) => ("n", number.normalize().to_string()),
                Value::Flag(yes) => ("b", u8::from(*yes).to_string()),
                Value::Date(..) | Value::Time(..) | Value::Moment(..) if *dates => match serial(value) {
                    Some(serial) => ("n", serial),
                    None => return false,
                },
                _ => return false,
            };
            for piece in [" t=\"", kind, "\"><", prefix, "v>", &text, "</", prefix, "v>"] {
                out.push_str(piece);
            }
            true
        }
        Place::OdfCell { text: prefix, paragraph, .. } => {
            let (kind, name, text) = match value {
                Value::Whole(number) => ("float", "value", number.to_string()),
                Value::Decimal(number) => ("float", "value", number.normalize().to_string()),
                Value::Flag(yes) => ("boolean", "boolean-value", yes.to_string()),
                Value::Date(date, _) => ("date", "date-value", date.to_string()),
                Value::Moment(moment, ..) => ("date", "date-value", moment.to_string()),
                _ => return false,
            };
            let shown = ["\">", paragraph, &text, "</", prefix, "p>"];
            for piece in
                [" office:value-type=\"", kind, "\" office:", name, "=\"", &text].into_iter().chain(shown)
            {
                out.push_str(piece);
            }
            true
        }
        _ => false,
    }
}

/// Days since 30 December 1899, as spreadsheets count (dates before March 1900 are off by one in Excel and left as text).
fn serial(value: &Value<'_>) -> Option<String> {
    use jiff::civil::{DateTime, Time, date};
    let (day, time) = match value {
        Value::Date(day, _) => (Some(*day), Time::midnight()),
        Value::Time(time, _) => (None, *time),
        Value::Moment(moment, ..) => {
            let moment: &DateTime = moment;
            (Some(moment.date()), moment.time())
        }
        _ => return None,
    };
    let days = match day {
        Some(day) if day >= date(1900, 3, 1) => {
            i64::from(day.since((jiff::Unit::Day, date(1899, 12, 30))).ok()?.get_days())
        }
        Some(_) => return None,
        None => 0,
    };
    let seconds = i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60 + i64::from(time.second());
    if seconds == 0 {
        return Some(days.to_string());
    }
    let fraction = rust_decimal::Decimal::from(seconds) / rust_decimal::Decimal::from(86_400);
    Some((rust_decimal::Decimal::from(days) + fraction.round_dp(10)).normalize().to_string())
}

/// DrawingML text: a break ends the run, and the next one looks the same.
fn drawing(value: &str, prefix: &str, run: &str, out: &mut String) {
    for c in breaks(value) {
        match c {
            '\n' => {
                for piece in [
                    "</", prefix, "t></", prefix, "r><", prefix, "br/><", prefix, "r>", run, "<", prefix,
                    "t>",
                ] {
                    out.push_str(piece);
                }
            }
            _ => escaped(c, out),
        }
    }
}

/// OpenDocument text: breaks, tabs and repeated spaces are elements.
fn odf(value: &str, prefix: &str, out: &mut String) {
    let mut space = true;
    for c in breaks(value) {
        let element = match c {
            '\n' => "line-break/>",
            '\t' => "tab/>",
            ' ' if space => "s/>",
            _ => {
                escaped(c, out);
                space = c == ' ';
                continue;
            }
        };
        for piece in ["<", prefix, element] {
            out.push_str(piece);
        }
        space = true;
    }
}

/// The name of a sheet: at most 31 characters, none that a reference could not hold.
fn sheet_name(value: &str, out: &mut String) {
    let shown = breaks(value).map(|c| match c {
        '[' | ']' | ':' | '*' | '?' | '/' | '\\' | '\'' | '\n' | '\t' => ' ',
        c => c,
    });
    let name: String = shown.take(31).collect();
    let name = name.trim();
    escape_into(if name.is_empty() { "Sheet" } else { name }, out);
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
