//! HTML: codes in pages and mail texts, their visible text, and a safe reduction for previews.

mod entities;
mod safe;
mod tokens;
mod tree;

use std::ops::Range;

use crate::Refused;
use crate::blocks::{Fillers, Structure};
use crate::code::{Brackets, Matcher};
use crate::codes::Codes;
use crate::escape::Place;
use crate::finding::{Finding, FindingKind};
use crate::program::{Edit, add};
pub(crate) use safe::reduce;
use tokens::{Attribute, Tag, Token, Tokens, attributes};
use tree::Tree;

/// Elements that mark text without starting anything new: a code may run over their edges.
const INLINE: [&str; 24] = [
    "a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "em", "font", "i", "ins", "kbd", "label", "mark",
    "o:p", "q", "s", "small", "span", "strong", "sub", "sup", "u",
];

/// The edits of a page: `{code}` and `&lt;code&gt;` in its text, `{code}` in quoted attributes.
///
/// Scripts, styles, comments, event handlers and unquoted attributes are left as they stand: a value there could act.
pub(crate) fn edits(text: &str, codes: &mut Codes) -> Result<Vec<Edit>, Refused> {
    let mut edits = Vec::new();
    let mut matcher = Matcher::new(Brackets::CurlyAndAngle);
    let mut tree = Tree::new();
    let mut end = 0;
    for (range, token) in Tokens::new(text) {
        end = range.end;
        match token {
            Token::Text => {
                characters(text, range, &mut matcher, &Place::Html, codes, &mut edits, &mut tree.structure)?;
            }
            Token::PlainText => {
                let mut own = Matcher::new(Brackets::CurlyAndAngle);
                characters(text, range, &mut own, &Place::HtmlPlain, codes, &mut edits, &mut tree.structure)?;
            }
            Token::Tag(tag) => {
                if !INLINE.contains(&tag.name.as_str()) {
                    matcher.interrupt();
                }
                in_attributes(text, &tag, codes, &mut edits)?;
                tree.tag(&tag, range);
            }
            Token::Raw | Token::Aside => {}
        }
    }
    tree.finish(end).finish(codes, &Fillers::default(), &mut edits);
    Ok(edits)
}

/// Feeds the characters of a piece of text, its references resolved.
fn characters(
    text: &str,
    range: Range<usize>,
    matcher: &mut Matcher<()>,
    place: &Place,
    codes: &mut Codes,
    edits: &mut Vec<Edit>,
    structure: &mut Structure<'_>,
) -> Result<(), Refused> {
    for (at, c, literal) in entities::characters(text, range) {
        if !c.is_whitespace() {
            structure.count(1);
        }
        // A bare `<` in text is never the start of a code: written without escaping it would be markup.
        if c == '<' && literal {
            matcher.interrupt();
            continue;
        }
        if c == '{' {
            structure.bracket(at.start);
        }
        if let Some(found) = matcher.feed(c, at, &()) {
            let owner = found.spans.first().map_or(0, |(span, ())| span.start);
            if let Some(control) = add(found, place.clone(), codes, edits)? {
                structure.tag(control, owner);
            }
        }
    }
    Ok(())
}

/// Codes in the quoted attributes of a tag.
fn in_attributes(text: &str, tag: &Tag, codes: &mut Codes, edits: &mut Vec<Edit>) -> Result<(), Refused> {
    if tag.closing
        || matches!(tag.name.as_str(), "script" | "iframe" | "object" | "embed" | "base" | "meta" | "link")
    {
        return Ok(());
    }
    for attribute in attributes(text, tag) {
        let Some(value) = attribute.quoted.clone() else { continue };
        let address = match kind(&attribute) {
            Kind::Inert => false,
            Kind::Address => true,
            Kind::Active => continue,
        };
        let mut matcher = Matcher::new(Brackets::Curly);
        for (at, c, _) in entities::characters(text, value.clone()) {
            if let Some(found) = matcher.feed(c, at, &()) {
                let start = found.spans.first().map_or(0, |(span, ())| span.start);
                let before = text.get(value.start..start).unwrap_or_default();
                let place = if address { address_place(before) } else { Some(Place::HtmlAttribute) };
                let Some(place) = place else { continue };
                if let Some(control) = add(found, place, codes, edits)? {
                    let sentence =
                        "A loop or condition cannot stand inside an attribute. Put it around the element.";
                    codes.note(Finding::error(FindingKind::Crossing, &control.inside, sentence));
                }
            }
        }
    }
    Ok(())
}

/// How a value stands in an address after `before`; `None` where it would become part of a script.
pub(crate) fn address_place(before: &str) -> Option<Place> {
    let before = before.trim_start().to_ascii_lowercase();
    if ["http://", "https://", "mailto:", "tel:", "/", "?", "#", "."]
        .iter()
        .any(|lead| before.starts_with(lead))
    {
        return Some(Place::HtmlAddress { leads: false });
    }
    // Nothing, or nothing but other codes, before it: the value decides where the address leads.
    let scheme = before.find(':').is_some_and(|colon| !before.get(..colon).unwrap_or_default().contains('{'));
    (!scheme).then_some(Place::HtmlAddress { leads: true })
}

enum Kind {
    /// Shown or ignored.
    Inert,
    /// Followed.
    Address,
    /// Run or parsed as markup or style.
    Active,
}

fn kind(attribute: &Attribute<'_>) -> Kind {
    let name = attribute.name.to_ascii_lowercase();
    match name.as_str() {
        "style" | "srcdoc" | "srcset" | "http-equiv" | "target" | "ping" => Kind::Active,
        name if name.starts_with("on") => Kind::Active,
        "href" | "src" | "action" | "formaction" | "cite" | "background" | "poster" | "data" | "longdesc"
        | "xlink:href" | "usemap" | "manifest" | "lowsrc" | "dynsrc" => Kind::Address,
        _ => Kind::Inert,
    }
}

/// The visible text: blocks on lines of their own, white space as a browser shows it.
pub(crate) fn visible(text: &str, cap: usize) -> String {
    let mut out = String::new();
    let mut hidden: Option<String> = None;
    for (range, token) in Tokens::new(text) {
        if out.len() >= cap {
            break;
        }
        match token {
            Token::Text if hidden.is_none() => {
                for (_, c, _) in entities::characters(text, range) {
                    if c.is_ascii_whitespace() {
                        if !out.is_empty() && !out.ends_with([' ', '\n', '\t']) {
                            out.push(' ');
                        }
                    } else {
                        out.push(c);
                    }
                }
            }
            Token::Tag(tag) => {
                match &hidden {
                    Some(name) if tag.closing && *name == tag.name => hidden = None,
                    None if !tag.closing && matches!(tag.name.as_str(), "head" | "template" | "noscript") => {
                        hidden = Some(tag.name);
                        continue;
                    }
                    Some(_) => continue,
                    None => {}
                }
                match tag.name.as_str() {
                    "br" => line(&mut out, true),
                    "td" | "th" if tag.closing => out.push('\t'),
                    "td" | "th" | "img" | "input" => {}
                    name if INLINE.contains(&name) => {}
                    _ => line(&mut out, false),
                }
            }
            _ => {}
        }
    }
    let end = out.trim_end().len();
    out.truncate(end);
    out
}

/// Starts a new line; always, or only when the last one has text.
fn line(out: &mut String, always: bool) {
    let kept = out.trim_end_matches([' ', '\t']).len();
    out.truncate(kept);
    if always || !(out.is_empty() || out.ends_with('\n')) {
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn fill(page: &str) -> String {
        let values: BTreeMap<String, String> =
            [("name", "A&B <i>"), ("cwww", "javascript:x"), ("mail", "a b@c.no"), ("addr", "1\n2")]
                .map(|(k, v)| (k.to_owned(), v.to_owned()))
                .into();
        let template = crate::Template::compile(crate::Format::Html, page.into(), &crate::Limits::default())
            .expect("a page");
        String::from_utf8(template.fill(&values, &crate::Culture::default()).expect("filled")).expect("UTF-8")
    }

    #[test]
    fn text_is_matched_as_it_is_seen() {
        assert_eq!(fill("<p>{name} &lt;name&gt; <name>"), "<p>A&amp;B &lt;i&gt; A&amp;B &lt;i&gt; <name>");
        assert_eq!(fill("<p>{na<b>me}</b>!"), "<p>A&amp;B &lt;i&gt;<b></b>!");
        assert_eq!(fill("<p>{na</p><p>me}"), "<p>{na</p><p>me}");
        assert_eq!(fill("&#123;addr&#x7d; {none}"), "1<br>2 {none}");
        assert_eq!(fill("<title>{addr}</title>"), "<title>1\n2</title>");
    }

    #[test]
    fn attributes_are_filled_without_giving_a_value_power() {
        assert_eq!(fill("<a href=\"{cwww}\" title='{name}'>"), "<a href=\"\" title='A&amp;B &lt;i&gt;'>");
        assert_eq!(fill("<a href='mailto:{mail}'>"), "<a href='mailto:a%20b@c.no'>");
        for untouched in [
            "<a onclick='{name}'>",
            "<p style=\"{name}\">",
            "<a href={name}>",
            "<script>{name}</script>",
            "<style>{name}</style>",
            "<!-- {name} -->",
            "<iframe srcdoc='{name}'></iframe>",
            "<a href='javascript:f({name})'>",
        ] {
            assert_eq!(fill(untouched), untouched);
        }
    }

    #[test]
    fn the_visible_text_reads_as_in_a_browser() {
        let page = "<html><head><title>t</title></head><body><h1>A  b</h1><p>c&aring;<br>d<!--x--></p>\
            <script>no()</script><table><tr><td>1</td><td>2</td></tr></table></body></html>";
        assert_eq!(visible(page, 1000), "A b\ncå\nd\n1\t2");
    }
}
