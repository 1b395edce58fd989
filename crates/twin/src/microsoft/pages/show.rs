//! What is seen.

use super::super::Microsoft;
use super::super::error::Refusal;
use super::super::graph::names;
use super::super::graph::state::{Content, ItemKey, Place, SiteKey, Version};
use super::super::graph::view::Viewer;
use super::{Person, Spot, address, base, libraries, rights};
use crate::core::answer::{Answer, escape};
use crate::core::browse::{self, Frame, Line};
use crate::core::env::Env;
use http::StatusCode;
use jiff::Timestamp;
use std::fmt::Write as _;

fn instant(micros: i64) -> String {
    Timestamp::from_microsecond(micros).map(browse::instant).unwrap_or_default()
}

/// The page of an address.
pub(super) fn spot(
    state: &mut Microsoft,
    env: &Env<'_>,
    person: &Person,
    frame: &Frame<'_>,
    spot: Spot,
) -> Result<Answer, Refusal> {
    match spot {
        Spot::Site(key) => site(state, env, person, frame, key),
        Spot::Bin(key) => bin(state, env, person, frame, key),
        Spot::Item(item) if !rights(state, person, item).read => Err(Refusal::denied()),
        Spot::Item(item) if state.graph.content.item(item).is_folder() => {
            Ok(folder(state, env, person, frame, item))
        }
        Spot::Item(item) => file(state, env, person, frame, item),
    }
}

/// A site: its libraries; the root site shows the other sites as well.
fn site(
    state: &Microsoft,
    env: &Env<'_>,
    person: &Person,
    frame: &Frame<'_>,
    key: SiteKey,
) -> Result<Answer, Refusal> {
    let content = &state.graph.content;
    let here = &content.sites[key as usize];
    let visible = |site: SiteKey| {
        super::grants::administers(state, person, site)
            || libraries(content, site)
                .any(|list| rights(state, person, content.lists[list as usize].root).read)
    };
    let mut body = format!("<h1>{}</h1>", escape(&here.title));
    if here.path.is_empty() {
        let all =
            content.sites.iter().zip(0..).filter(|(site, at)| site.tenant == person.tenant && visible(*at));
        let lines: Vec<Line> = all
            .filter(|(_, at)| *at != key)
            .map(|(site, _)| Line {
                name: site.title.clone(),
                to: base(site),
                kind: "site".into(),
                ..Line::default()
            })
            .collect();
        body += "<h2>Sites</h2>";
        body += &browse::table(&lines, "There are no sites that you may see.");
    } else if !visible(key) {
        return Err(Refusal::denied());
    }
    let lists = libraries(content, key).map(|list| &content.lists[list as usize]);
    let lines: Vec<Line> = lists
        .filter(|list| rights(state, person, list.root).read)
        .map(|list| Line {
            name: list.title.clone(),
            to: address(state, env, list.root),
            kind: "library".into(),
            modified: instant(list.modified),
            ..Line::default()
        })
        .collect();
    body += "<h2>Libraries</h2>";
    body += &browse::table(&lines, "There are no libraries that you may see.");
    if super::grants::administers(state, person, key) {
        body += &super::grants::section(state, frame, key);
    }
    Ok(frame.show(StatusCode::OK, &here.title, &body))
}

fn name_of(state: &Microsoft, env: &Env<'_>, actor: u32) -> String {
    let viewer = Viewer { state, surfaces: &env.house.surfaces, user: "" };
    let set = viewer.identity(actor);
    let name = |kind: &str| set[kind]["displayName"].as_str().map(str::to_owned);
    name("user").or_else(|| name("application")).unwrap_or_default()
}

fn label(content: &Content, item: ItemKey) -> String {
    let at = content.item(item);
    if at.parent.is_none() { content.list_of(item).title.clone() } else { at.name.to_string() }
}

/// What a person reads of a file: their own draft, or the last version.
fn current<'s>(state: &'s Microsoft, person: &Person, item: ItemKey) -> Option<&'s Version> {
    state.graph.content.item(item).content_for(&person.user)
}

fn line(state: &Microsoft, env: &Env<'_>, person: &Person, item: ItemKey) -> Line {
    let at = state.graph.content.item(item);
    let held = if at.checkout().is_some() { " (checked out)" } else { "" };
    Line {
        name: at.name.to_string(),
        to: address(state, env, item),
        kind: if at.is_folder() {
            "folder".into()
        } else {
            format!("{}{held}", browse::kind(names::media_type(&at.name)))
        },
        size: current(state, person, item)
            .map(|version| browse::bytes(version.content.size()))
            .unwrap_or_default(),
        modified: instant(at.modified),
        by: name_of(state, env, at.modified_by),
        extra: String::new(),
    }
}

fn way(state: &Microsoft, env: &Env<'_>, item: ItemKey) -> String {
    let content = &state.graph.content;
    let mut steps = vec![(label(content, item), String::new())];
    let mut above = content.item(item).parent;
    while let Some(key) = above {
        steps.push((label(content, key), address(state, env, key)));
        above = content.item(key).parent;
    }
    steps.reverse();
    browse::way(&steps)
}

fn folder(state: &Microsoft, env: &Env<'_>, person: &Person, frame: &Frame<'_>, item: ItemKey) -> Answer {
    let content = &state.graph.content;
    // A first check-out keeps a file with its author: nobody else sees it.
    let seen = |key: &ItemKey| {
        let at = content.item(*key);
        (at.is_folder() || at.content_for(&person.user).is_some()) && rights(state, person, *key).read
    };
    let mut keys: Vec<ItemKey> =
        content.children(item, None).map(|(_, key)| key).filter(seen).take(browse::LINES + 1).collect();
    keys.sort_by_key(|key| !content.item(*key).is_folder());
    let lines: Vec<Line> = keys.into_iter().map(|key| line(state, env, person, key)).collect();
    let here = address(state, env, item);
    let mut body = way(state, env, item);
    let _ = write!(body, "<h1>{}</h1>", escape(&label(content, item)));
    body += &browse::table(&lines, "The folder is empty.");
    if rights(state, person, item).write {
        body += &frame.upload(&format!("{here}?deed=upload"), "New files", true);
        body +=
            &frame.act(&format!("{here}?deed=new"), "Make folder", &browse::field("New folder", "name", ""));
        if content.item(item).parent.is_some() {
            body += "<h2>This folder</h2>";
            body += &deeds(state, env, person, frame, item);
        }
    }
    frame.show(StatusCode::OK, &label(content, item), &body)
}

fn file(
    state: &Microsoft,
    env: &Env<'_>,
    person: &Person,
    frame: &Frame<'_>,
    item: ItemKey,
) -> Result<Answer, Refusal> {
    let content = &state.graph.content;
    let at = content.item(item);
    let media_type = names::media_type(&at.name);
    let shown = current(state, person, item).ok_or_else(Refusal::no_item)?;
    if let Some(wanted) = env.call.query.get("version") {
        let named = |version: &&Version| format!("{}.{}", version.major, version.minor) == wanted;
        let found = at.versions().iter().find(named).ok_or_else(Refusal::no_item)?;
        return Ok(browse::download(found.content.clone(), media_type, &at.name));
    }
    if env.call.query.get("download") == Some("1") {
        return Ok(browse::download(shown.content.clone(), media_type, &at.name));
    }
    let here = address(state, env, item);
    let mut body = way(state, env, item);
    let _ = write!(body, "<h1>{}</h1>", escape(&at.name));
    let mut facts = vec![
        ("Kind", browse::kind(media_type)),
        ("Size", browse::bytes(shown.content.size())),
        ("Changed", instant(at.modified)),
        ("Last editor", name_of(state, env, at.modified_by)),
        ("Version", format!("{}.{}", shown.major, shown.minor)),
    ];
    facts.extend(at.checkout().map(|checkout| ("Checked out by", name_of(state, env, checkout.by))));
    body += &browse::facts(&facts);
    let _ = write!(body, "<p><a class=\"button\" href=\"{}?download=1\">Download</a></p>", escape(&here));
    body += &browse::preview(&shown.content, media_type);
    if rights(state, person, item).write {
        body += "<h2>Change it</h2>";
        body += &deeds(state, env, person, frame, item);
    }
    body += "<h2>Versions</h2>";
    let one = |version: &Version| Line {
        name: format!("Version {}.{}", version.major, version.minor),
        to: format!("{here}?version={}.{}", version.major, version.minor),
        kind: version.comment.as_deref().unwrap_or_default().to_owned(),
        size: browse::bytes(version.content.size()),
        modified: instant(version.at),
        by: name_of(state, env, version.by),
        extra: String::new(),
    };
    let lines: Vec<Line> = at.versions().iter().rev().map(one).collect();
    body += &browse::versions(&lines, "It was not checked in yet.");
    Ok(frame.show(StatusCode::OK, &at.name, &body))
}

/// What the person may do with a file or folder that they may change.
fn deeds(state: &Microsoft, env: &Env<'_>, person: &Person, frame: &Frame<'_>, item: ItemKey) -> String {
    let content = &state.graph.content;
    let at = content.item(item);
    let here = address(state, env, item);
    let to = |deed: &str| format!("{here}?deed={deed}");
    let mut html = String::new();
    if at.is_file() {
        html += &frame.upload(&to("content"), "New version", false);
        html += &match at.checkout() {
            None => frame.act(&to("check-out"), "Check out", ""),
            Some(checkout) if checkout.user == person.user => {
                let comment = "<label>Comment <input type=\"text\" name=\"comment\"></label>";
                frame.act(&to("check-in"), "Check in", comment)
            }
            Some(_) => String::new(),
        };
    }
    html += &frame.act(&to("rename"), "Rename", &browse::field("Name", "name", &at.name));
    let folders = folders(state, person, item);
    if !folders.is_empty() {
        html += &frame.act(&to("move"), "Move", &browse::choice("Folder", "folder", &folders));
    }
    html + &frame.act(&to("delete"), "Delete", "")
}

/// Folders of the library that something could go into: GUIDs and ways. Large libraries are looked through in part.
fn folders(state: &Microsoft, person: &Person, moved: ItemKey) -> Vec<(String, String)> {
    let content = &state.graph.content;
    let root = content.list_of(moved).root;
    let mut waiting = vec![(root, label(content, root))];
    let (mut found, mut at, mut looked) = (Vec::new(), 0, 0);
    while let Some((key, path)) = waiting.get(at).cloned() {
        at += 1;
        if key == moved || found.len() == 200 {
            continue;
        }
        if content.item(moved).parent != Some(key) && rights(state, person, key).write {
            found.push((content.guid(key), path.clone()));
        }
        for (_, child) in content.children(key, None).take(5000_usize.saturating_sub(looked)) {
            looked += 1;
            if content.item(child).is_folder() {
                waiting.push((child, format!("{path} / {}", content.item(child).name)));
            }
        }
    }
    found
}

/// The recycle bin of a site, newest first: what the person may put back.
fn bin(
    state: &Microsoft,
    env: &Env<'_>,
    person: &Person,
    frame: &Frame<'_>,
    key: SiteKey,
) -> Result<Answer, Refusal> {
    let content = &state.graph.content;
    let site = &content.sites[key as usize];
    let back = format!("{}/_layouts/15/RecycleBin.aspx?deed=restore", base(site));
    let seen = site.bin.iter().rev().filter(|binned| {
        content.item(binned.item).place == Place::Bin && rights(state, person, binned.item).write
    });
    let lines: Vec<Line> = seen
        .take(browse::LINES + 1)
        .map(|binned| {
            let guid =
                format!("<input type=\"hidden\" name=\"item\" value=\"{}\">", content.guid(binned.item));
            Line {
                to: String::new(),
                modified: instant(binned.at),
                by: name_of(state, env, binned.by),
                extra: frame.act(&back, "Restore", &guid),
                ..line(state, env, person, binned.item)
            }
        })
        .collect();
    let body = format!("<h1>Recycle bin</h1>{}", browse::table(&lines, "The recycle bin is empty."));
    Ok(frame.show(StatusCode::OK, "Recycle bin", &body))
}
