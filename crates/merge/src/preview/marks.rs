//! Words marked in a preview, so that what is wrong with a template can be pointed at.

use crate::escape;

/// Elements that do not end a line: a code may run through them.
const INLINE: [&str; 12] = ["b", "i", "u", "strong", "em", "span", "sub", "sup", "s", "small", "a", "mark"];

/// Something to mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark<'a> {
    /// The words as a finding names its place: `{nmae}`, `{total:…}`, `#each lines`.
    pub place: &'a str,
    /// Whether it is an error.
    pub error: bool,
    /// What is read out and shown beside it.
    pub note: &'a str,
}

/// A preview with its marks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marked {
    /// The fragment of HTML, as safe as before: it has `mark` elements with a class, a title and some with an id besides.
    pub html: String,
    /// For each mark that was asked for the id of the element to lead to; `None` where its words are not shown.
    pub anchors: Vec<Option<String>>,
}

/// A character that shows, and where it stands in the HTML.
struct Shown {
    char: char,
    from: usize,
    to: usize,
}

/// A run of characters that is marked.
struct Found {
    from: usize,
    to: usize,
    /// Which mark led here first.
    by: usize,
}

/// Marks words in a fragment that [`crate::preview_html`] has made.
///
/// Each place is looked for regardless of case, also in pointed brackets. Where one stands several times, all are
/// marked; marks of the same words lead to one after the other.
pub fn mark_places(html: &str, marks: &[Mark<'_>]) -> Marked {
    let shown = shown(html);
    let lower: Vec<char> = shown.iter().map(|shown| shown.char.to_ascii_lowercase()).collect();
    let mut found: Vec<Found> = Vec::new();
    let mut anchors = Vec::with_capacity(marks.len());
    for (by, mark) in marks.iter().enumerate() {
        let places = occurrences(&lower, mark.place);
        // The first place that nobody leads to yet, or else one that somebody does.
        let mut anchor = None;
        for (from, to) in places {
            if let Some(at) = found.iter().position(|found| found.from < to && from < found.to) {
                anchor = anchor.or(Some(at));
                continue;
            }
            found.push(Found { from, to, by });
            let own = anchor.filter(|at| found.get(*at).is_some_and(|found| found.by == by));
            anchor = own.or(Some(found.len() - 1));
        }
        anchors.push(anchor.map(|at| format!("mark-{}", at + 1)));
    }
    Marked { html: written(html, &shown, &found, marks), anchors }
}

/// Where the words stand, as runs of characters.
fn occurrences(lower: &[char], place: &str) -> Vec<(usize, usize)> {
    let wanted = place.to_ascii_lowercase();
    if wanted.trim().is_empty() {
        return Vec::new();
    }
    let open_ended = wanted.strip_suffix("…}").or_else(|| wanted.strip_suffix('…'));
    let pointed = wanted.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    let pointed = pointed.map(|name| format!("<{name}>"));
    for words in [Some(open_ended.unwrap_or(&wanted).to_owned()), pointed].into_iter().flatten() {
        let words: Vec<char> = words.chars().collect();
        let mut places = Vec::new();
        let mut at = 0;
        while at + words.len() <= lower.len() {
            if lower.get(at..at + words.len()) != Some(words.as_slice()) {
                at += 1;
                continue;
            }
            let mut to = at + words.len();
            if open_ended.is_some() {
                let rest = lower.get(to..).unwrap_or_default().iter().take(200);
                to += rest.take_while(|c| !matches!(c, '}' | '\n')).count();
                to += usize::from(lower.get(to) == Some(&'}'));
            }
            places.push((at, to));
            at = to;
        }
        if !places.is_empty() {
            return places;
        }
    }
    Vec::new()
}

/// The characters a fragment shows; a line break where an element begins or ends that is none of [`INLINE`].
fn shown(html: &str) -> Vec<Shown> {
    let mut shown = Vec::with_capacity(html.len());
    let mut at = 0;
    while let Some(rest) = html.get(at..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with('<') {
            let end = rest.find('>').map_or(html.len(), |n| at + n + 1);
            let name = rest.get(1..).unwrap_or_default().trim_start_matches('/');
            let name = name.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
            if !INLINE.contains(&name) {
                shown.push(Shown { char: '\n', from: at, to: at });
            }
            at = end;
        } else if let Some((char, length)) = entity(rest) {
            shown.push(Shown { char, from: at, to: at + length });
            at += length;
        } else if let Some(char) = rest.chars().next() {
            shown.push(Shown { char, from: at, to: at + char.len_utf8() });
            at += char.len_utf8();
        }
    }
    shown
}

/// The character an entity of ours stands for, and how long it is.
fn entity(rest: &str) -> Option<(char, usize)> {
    let known =
        [("&amp;", '&'), ("&lt;", '<'), ("&gt;", '>'), ("&quot;", '"'), ("&#39;", '\''), ("&nbsp;", ' ')];
    known.into_iter().find(|(name, _)| rest.starts_with(name)).map(|(name, char)| (char, name.len()))
}

/// The fragment with an element around each run, in pieces where markup stands between its characters.
fn written(html: &str, shown: &[Shown], found: &[Found], marks: &[Mark<'_>]) -> String {
    let mut pieces: Vec<(usize, usize, usize, bool)> = Vec::new();
    for (number, run) in found.iter().enumerate() {
        let mut first = true;
        for char in shown.get(run.from..run.to).unwrap_or_default().iter().filter(|c| c.from < c.to) {
            match pieces.last_mut() {
                Some((_, to, of, _)) if *of == number && *to == char.from => *to = char.to,
                _ => {
                    pieces.push((char.from, char.to, number, first));
                    first = false;
                }
            }
        }
    }
    pieces.sort_unstable();
    let mut out = String::with_capacity(html.len() + pieces.len() * 96);
    let mut done = 0;
    for (from, to, number, first) in pieces {
        let Some(mark) = found.get(number).and_then(|run| marks.get(run.by)) else { continue };
        out.push_str(html.get(done..from).unwrap_or_default());
        out.push_str(if mark.error { "<mark class=\"mark-error\"" } else { "<mark class=\"mark-warning\"" });
        if first {
            out.push_str(" id=\"mark-");
            out.push_str(&(number + 1).to_string());
            out.push('"');
        }
        out.push_str(" title=\"");
        escape::escape_into(mark.note, &mut out);
        out.push_str("\">");
        out.push_str(html.get(from..to).unwrap_or_default());
        out.push_str("</mark>");
        done = to;
    }
    out.push_str(html.get(done..).unwrap_or_default());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(html: &str, places: &[&str]) -> Marked {
        let marks: Vec<_> =
            places.iter().map(|place| Mark { place, error: true, note: "Not a \"code\"." }).collect();
        mark_places(html, &marks)
    }

    fn plain(html: &str) -> String {
        let mut out = String::new();
        let mut rest = html;
        while let Some(at) = rest.find("<mark").or_else(|| rest.find("</mark")) {
            let at = rest.find("</mark").map_or(at, |end| end.min(at));
            out.push_str(&rest[..at]);
            rest = &rest[at + rest[at..].find('>').unwrap() + 1..];
        }
        out + rest
    }

    #[test]
    fn a_place_is_marked_where_it_shows_also_through_formatting() {
        let html = "<p>Dear {<b>nm</b>ae},</p>";
        let marked = marked(html, &["{nmae}"]);
        assert_eq!(marked.anchors, [Some("mark-1".to_owned())]);
        assert_eq!(marked.html.matches("<mark").count(), 3, "{}", marked.html);
        assert_eq!(marked.html.matches(" id=").count(), 1);
        assert_eq!(plain(&marked.html), html);
        assert!(marked.html.contains("title=\"Not a &quot;code&quot;.\""), "{}", marked.html);
    }

    #[test]
    fn places_in_pointed_brackets_with_formats_and_inside_tags_are_found() {
        let html = "<p>&lt;nmae&gt; {total:dd.MM} {#each linse as l}</p>";
        let marked = marked(html, &["{nmae}", "{total:…}", "#each linse"]);
        assert!(marked.anchors.iter().all(Option::is_some), "{marked:?}");
        assert!(marked.html.contains(">&lt;nmae&gt;</mark>"), "{}", marked.html);
        assert!(marked.html.contains(">{total:dd.MM}</mark>"), "{}", marked.html);
        assert_eq!(plain(&marked.html), html);
    }

    #[test]
    fn the_same_words_twice_are_both_marked_and_led_to_once() {
        let marked = marked("<p>{a}</p><p>{a}</p>", &["{a}", "{a}", "{b}"]);
        assert_eq!(marked.html.matches("<mark").count(), 2);
        assert_eq!(marked.anchors, [Some("mark-1".to_owned()), Some("mark-1".to_owned()), None]);
    }

    #[test]
    fn words_do_not_run_from_one_paragraph_into_the_next() {
        assert_eq!(marked("<p>{nm</p><p>ae}</p>", &["{nmae}"]).anchors, [None]);
    }
}
