//! A Word document as plain HTML.

use std::collections::HashMap;

use super::writer::StoryWriter;
use crate::office::text::Unseen;
use crate::office::{Document, Role};
use crate::package::opc::{self, Relation, resolve};
use crate::xml::{Ns, Open, Scanner, Token, unescape};
use crate::{Limits, Refused};

/// The heading level (1 to 6) of paragraph styles by id.
pub(super) type Levels = HashMap<String, u8>;

/// The whole document: header, body, notes, footer.
pub(super) fn html(document: &Document, limits: &Limits) -> Result<String, Refused> {
    let Some((_, main)) = document.stories().into_iter().find(|(role, _)| *role == Role::Body) else {
        return Ok(String::new());
    };
    let relations = relations(document, &main.name, limits)?;
    let levels = levels(document, &main.name, &relations, limits)?;
    let decoded = document.decode(main)?;
    let body = story(&decoded.text, &levels, limits).map_err(|refused| refused.at(&main.name))?;

    let mut out = String::new();
    let edge = |kind: &str, wanted: &[(String, String)], out: &mut String| -> Result<(), Refused> {
        let id = wanted.iter().find(|(place, _)| place == "default").or(wanted.first()).map(|(_, id)| id);
        let relation = relations.iter().find(|r| !r.external && r.kind == kind && Some(&r.id) == id);
        let Some(name) = relation.map(|relation| resolve(&main.name, &relation.target)) else {
            return Ok(());
        };
        let rendered = part(document, &name, &levels, limits)?;
        wrap(out, if kind == "header" { "header" } else { "footer" }, kind, &rendered);
        Ok(())
    };
    edge("header", &body.headers, &mut out)?;
    out.push_str(&body.html);
    for (_, entry) in
        document.stories().iter().filter(|(role, _)| matches!(role, Role::Footnotes | Role::Endnotes))
    {
        let rendered = part(document, &entry.name, &levels, limits)?;
        wrap(&mut out, "aside", "notes", &rendered);
    }
    edge("footer", &body.footers, &mut out)?;
    Ok(out)
}

/// Puts a rendered part into its element, if it shows anything.
fn wrap(out: &mut String, element: &str, class: &str, inside: &str) {
    if inside.replace("<p>", "").replace("</p>", "").replace("<br>", "").trim().is_empty() {
        return;
    }
    for piece in ["<", element, " class=\"preview-", class, "\">", inside, "</", element, ">"] {
        out.push_str(piece);
    }
}

fn part(document: &Document, name: &str, levels: &Levels, limits: &Limits) -> Result<String, Refused> {
    let package = &document.package;
    let Some(entry) = package.find(name).and_then(|at| package.entries.get(at)) else {
        return Ok(String::new());
    };
    let decoded = document.decode(entry)?;
    story(&decoded.text, levels, limits).map(|story| story.html).map_err(|refused| refused.at(name))
}

fn relations(document: &Document, main: &str, limits: &Limits) -> Result<Vec<Relation>, Refused> {
    let file = main.rsplit('/').next().unwrap_or(main);
    let name = resolve(main, &format!("_rels/{file}.rels"));
    let package = &document.package;
    let Some(entry) = package.find(&name).and_then(|at| package.entries.get(at)) else {
        return Ok(Vec::new());
    };
    opc::relations(&document.decode(entry)?.text, limits).map_err(|refused| refused.at(&name))
}

/// Reads which styles are headings, by the built-in names and by outline level.
fn levels(
    document: &Document,
    main: &str,
    relations: &[Relation],
    limits: &Limits,
) -> Result<Levels, Refused> {
    let mut levels = Levels::new();
    let target = relations.iter().find(|relation| relation.kind == "styles" && !relation.external);
    let package = &document.package;
    let entry = target.and_then(|relation| package.find(&resolve(main, &relation.target)));
    let Some(entry) = entry.and_then(|at| package.entries.get(at)) else { return Ok(levels) };
    let decoded = document.decode(entry)?;
    let mut scanner = Scanner::new(&decoded.text, limits).map_err(|refused| refused.at(&entry.name))?;
    let mut style = String::new();
    while let Some((_, token)) = scanner.next().map_err(|refused| refused.at(&entry.name))? {
        let Token::Open(Open { ns: Ns::Word, local, .. }) = token else { continue };
        let value = scanner.attr("val").unwrap_or_default();
        match local {
            "style" => style = unescape(scanner.attr("styleId").unwrap_or_default()).into_owned(),
            "name" => {
                let name = value.to_ascii_lowercase();
                let level = match name.strip_prefix("heading ") {
                    Some(number) => number.parse::<u8>().ok().map(|number| number.saturating_add(1)),
                    None => (name == "title").then_some(1),
                };
                if let Some(level) = level {
                    levels.insert(style.clone(), level.clamp(1, 6));
                }
            }
            "outlineLvl" => {
                if let Some(level) = value.parse::<u8>().ok().filter(|level| *level < 9) {
                    levels.entry(style.clone()).or_insert((level + 2).min(6));
                }
            }
            _ => {}
        }
    }
    Ok(levels)
}

/// A part rendered, with the headers and footers it names as pairs of place and relationship id.
#[derive(Default)]
pub(super) struct Story {
    pub(super) html: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) footers: Vec<(String, String)>,
}

fn story(text: &str, levels: &Levels, limits: &Limits) -> Result<Story, Refused> {
    let mut scanner = Scanner::new(text, limits)?;
    let mut writer = StoryWriter::new(levels);
    let mut unseen = Unseen::default();
    while let Some((_, token)) = scanner.next()? {
        match token {
            Token::Open(open) => {
                let field = if open.local == "fldChar" { scanner.attr("fldCharType") } else { None };
                unseen.open(open.ns, open.local, open.empty, field);
                if open.ns == Ns::Word && !unseen.hides() {
                    writer.open(open, &scanner);
                }
            }
            Token::Close { ns, local } => {
                // Paragraphs and cells close even while a field's instruction runs over their end.
                let hidden = unseen.in_fallback();
                unseen.close(ns, local);
                if ns == Ns::Word && !hidden {
                    writer.close(local);
                }
            }
            Token::Text(piece) | Token::CData(piece) if !unseen.hides() => {
                piece.chars().for_each(|c| writer.char(c));
            }
            Token::Char(c) if !unseen.hides() => writer.char(c),
            _ => {}
        }
        if writer.size() >= limits.text {
            break;
        }
    }
    Ok(writer.finish())
}
