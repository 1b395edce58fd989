//! A page reduced to what cannot do anything: text and a few elements without attributes.

use super::entities;
use super::tokens::{Tag, Token, Tokens, attributes};
use crate::escape::escaped;
use crate::xml::is_xml_char;

/// Elements kept, without their attributes.
const KEPT: [&str; 33] = [
    "b",
    "blockquote",
    "br",
    "caption",
    "code",
    "dd",
    "dl",
    "dt",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "li",
    "ol",
    "p",
    "pre",
    "s",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "u",
    "ul",
];

/// Elements that go with everything in them.
const REMOVED: [&str; 12] = [
    "head", "template", "noscript", "object", "svg", "math", "select", "applet", "audio", "video", "canvas",
    "map",
];

/// Deeper nesting than this is flattened.
const DEEPEST: usize = 64;

/// Reduces a page to a safe fragment: balanced, escaped, nothing loaded, nothing run.
pub(crate) fn reduce(text: &str, cap: usize) -> String {
    let mut out = String::new();
    let mut open: Vec<String> = Vec::new();
    let mut removed: Option<(String, usize)> = None;
    for (range, token) in Tokens::new(text) {
        if out.len() >= cap {
            break;
        }
        match token {
            Token::Text if removed.is_none() => {
                let legal = entities::characters(text, range).filter(|&(_, c, _)| is_xml_char(c));
                legal.for_each(|(_, c, _)| escaped(c, &mut out));
            }
            Token::Tag(tag) => {
                if let Some((name, depth)) = &mut removed {
                    if tag.name == *name {
                        *depth = if tag.closing { *depth - 1 } else { *depth + 1 };
                        if *depth == 0 {
                            removed = None;
                        }
                    }
                } else if REMOVED.contains(&tag.name.as_str()) {
                    if !tag.closing {
                        removed = Some((tag.name, 1));
                    }
                } else {
                    element(text, &tag, &mut open, &mut out);
                }
            }
            _ => {}
        }
    }
    while let Some(name) = open.pop() {
        close(&name, &mut out);
    }
    out
}

fn element(text: &str, tag: &Tag, open: &mut Vec<String>, out: &mut String) {
    let name = match tag.name.as_str() {
        // Old and generic elements by what they look like.
        "div" | "section" | "article" | "address" | "center" | "main" => "p",
        "strike" | "del" => "s",
        other => other,
    };
    if !KEPT.contains(&name) {
        return;
    }
    if matches!(name, "br" | "hr") {
        out.push('<');
        out.push_str(name);
        out.push('>');
        return;
    }
    if tag.closing {
        if let Some(at) = open.iter().rposition(|known| known == name) {
            for inner in open.drain(at..).rev() {
                close(&inner, out);
            }
        }
        return;
    }
    if open.len() >= DEEPEST {
        return;
    }
    // A browser would end the paragraph by itself; then our end tag would make an empty one.
    if !matches!(name, "b" | "i" | "em" | "strong" | "u" | "s" | "sub" | "sup" | "code")
        && open.last().is_some_and(|last| last == "p")
    {
        open.pop();
        close("p", out);
    }
    out.push('<');
    out.push_str(name);
    if matches!(name, "td" | "th") {
        spans(text, tag, out);
    }
    out.push('>');
    open.push(name.to_owned());
}

/// How many rows and columns a cell covers, from 2 to 99.
fn spans(text: &str, tag: &Tag, out: &mut String) {
    for attribute in attributes(text, tag) {
        let name = attribute.name.to_ascii_lowercase();
        let number = attribute.value.trim().parse::<u8>().ok().filter(|number| (2..100).contains(number));
        if let (Some(number), "colspan" | "rowspan") = (number, name.as_str()) {
            out.push(' ');
            out.push_str(&name);
            out.push_str("=\"");
            out.push_str(&number.to_string());
            out.push('"');
        }
    }
}

fn close(name: &str, out: &mut String) {
    out.push_str("</");
    out.push_str(name);
    out.push('>');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_acts_or_loads_survives() {
        let page = "<html><head><title>x</title><link href=//a></head><body onload=x()><h1 style='a'>Hi &amp; bye</h1>\
            <script>alert(1)</script><img src=x onerror=alert(1)><a href='javascript:x'>link</a>\
            <svg><script>a</script><p>in</p></svg><p>a<p>b</div><iframe src=x>y</iframe><td colspan=3 onclick=x>c";
        let safe = reduce(page, 10_000);
        assert_eq!(safe, "<h1>Hi &amp; bye</h1>link<p>a</p><p>b</p><td colspan=\"3\">c</td>");
    }

    #[test]
    fn the_fragment_is_balanced_whatever_comes_in() {
        assert_eq!(reduce("</div></table><b><i>x</b>y", 1000), "<b><i>x</i></b>y");
        let deep = reduce(&"<ul><li>".repeat(500), 100_000);
        assert_eq!(deep.matches("<ul>").count(), deep.matches("</ul>").count());
        assert_eq!(reduce("a < b & c > d \u{1}", 1000), "a &lt; b &amp; c &gt; d ");
    }
}
