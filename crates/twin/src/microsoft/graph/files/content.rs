//! Contents: small uploads, downloads by redirect, and what SharePoint does to office files afterwards.

use super::super::names;
use super::super::scene::{Scene, Target};
use super::super::state::ItemKey;
use super::super::view::{ctag, etag};
use super::item::{answer, expect_match, expect_unlocked, matches, offer};
use super::{Author, Conflict, make_file, place_for, put_content, taken};
use crate::core::answer::Answer;
use crate::core::blobs::Blob;
use crate::core::env::{Env, Reply};
use crate::microsoft::Microsoft;
use crate::microsoft::error::Refusal;
use http::StatusCode;
use std::fmt::Write as _;
use std::io::{Cursor, Read as _, Write as _};

type Handled = Result<Reply<Microsoft>, Refusal>;

/// The largest content that one request carries, in bytes (microsoft.md 2.3).
pub const SMALL: u64 = 250 << 20;
/// The largest file that is promoted; larger ones are left alone to spare memory.
const PROMOTED: u64 = 64 << 20;

/// `PUT …/content`: new content for a file, or a new file. A name that is taken is replaced unless the address says
/// otherwise (M-09).
pub fn put(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    if !env.call.body.complete {
        return Err(Refusal::invalid("The request ended early."));
    }
    if env.call.body.content.size() > SMALL {
        return Err(Refusal::new(
            413,
            "invalidRequest",
            "The file is too large for one request. Use an upload session.",
        ));
    }
    let target = scene.target(state, env)?;
    expect_unlocked(env)?;
    refuse_malware(env)?;
    let blob = env.call.body.content.clone();
    let author = Author { by: scene.actor(&mut state.graph.content), user: scene.user(), now: env.now };
    let conflict =
        Conflict::read(env.call.query.get("@microsoft.graph.conflictBehavior"), Conflict::Replace)?;
    let (parent, name) = match target {
        Target::Item(item) => {
            scene.may_write(state, item)?;
            if !state.graph.content.item(item).is_file() {
                return Err(Refusal::invalid("A folder has no content."));
            }
            expect_match(state, env, item)?;
            let at = state.graph.content.item(item);
            let by_path = matches!(scene.address.item, Some(super::super::address::ItemName::Below(..)));
            match conflict {
                Conflict::Fail if by_path => return Err(taken()),
                Conflict::Rename if by_path => (at.parent.unwrap_or_default(), at.name.to_string()),
                _ => {
                    put_content(state, env.house, item, blob, author)?;
                    return Ok(answer(state, env, scene, item, StatusCode::OK).into());
                }
            }
        }
        Target::New(parent, name) => (parent, name),
    };
    scene.may_write(state, parent)?;
    super::session::refuse_blocked(state, env, parent, &name)?;
    let Ok(free) = place_for(state, parent, &name, false, conflict)? else { return Err(taken()) };
    let item = make_file(state, env.house, parent, &free, blob, author)?;
    Ok(answer(state, env, scene, item, StatusCode::CREATED).into())
}

/// `DELETE …/content`: the file stays, with nothing in it.
pub fn clear(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let item = scene.writable(state, env)?;
    if !state.graph.content.item(item).is_file() {
        return Err(Refusal::invalid("A folder has no content."));
    }
    expect_unlocked(env)?;
    expect_match(state, env, item)?;
    let author = Author { by: scene.actor(&mut state.graph.content), user: scene.user(), now: env.now };
    put_content(state, env.house, item, Blob::default(), author)?;
    Ok(Answer::empty(StatusCode::NO_CONTENT).into())
}

/// Refuses a content that an order calls malware (M-26).
pub fn refuse_malware(env: &Env<'_>) -> Result<(), Refusal> {
    match env.behaves("malware") {
        Some(_) => Err(Refusal::new(403, "malwareDetected", "Malware detected")),
        None => Ok(()),
    }
}

/// `GET …/content`: a redirect to an address on another host that needs no token (M-12).
pub fn get(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let item = scene.item(state, env)?;
    let content = &state.graph.content;
    if !content.item(item).is_file() {
        return Err(Refusal::new(400, "invalidRequest", "You cannot get content for a folder."));
    }
    if content.item(item).more.as_ref().is_some_and(|more| more.malware) {
        return Err(Refusal::new(403, "malwareDetected", "Malware detected"));
    }
    let header = env.call.header("if-none-match");
    if matches(header, &etag(content, item)) || matches(header, &ctag(content, item)) {
        return Ok(Answer::empty(StatusCode::NOT_MODIFIED).into());
    }
    if let Some(format) = env.call.query.get("format") {
        return converted(state, env, scene, item, format);
    }
    let url = offer(state, env, scene, item).ok_or_else(Refusal::no_item)?;
    Ok(Answer::redirect(&url).into())
}

/// `?format=pdf`: a page that says what it would be. The twin converts nothing, and says so in the file.
fn converted(
    state: &mut Microsoft,
    env: &mut Env<'_>,
    scene: &Scene,
    item: ItemKey,
    format: &str,
) -> Handled {
    if format != "pdf" {
        return Err(Refusal::new(406, "notSupported", format!("The format '{format}' is not supported.")));
    }
    let content = &state.graph.content;
    let name = content.item(item).name.to_string();
    if !names::is_office(&name) {
        return Err(Refusal::new(406, "notSupported", "The file cannot be converted to PDF."));
    }
    let viewer = super::super::view::Viewer { state, surfaces: &env.house.surfaces, user: scene.user() };
    let (site, guid) = (viewer.site_url(content.item(item).list), content.guid(item));
    let pdf = Blob::from(simulated_pdf(&name));
    let download = super::super::state::Download {
        content: pdf,
        media_type: "application/pdf".into(),
        name: format!("{name}.pdf"),
        expires: 0,
    };
    let url = super::super::sharepoint::offer(&mut state.graph.content, env, &site, &guid, download);
    Ok(Answer::redirect(&url).into())
}

/// A PDF of one page with one line (ISO 32000-1, section 7.5).
fn simulated_pdf(name: &str) -> Vec<u8> {
    let safe: String = name
        .chars()
        .filter(|letter| letter.is_ascii_graphic() && !matches!(letter, '(' | ')' | '\\') || *letter == ' ')
        .collect();
    let text = format!("BT /F1 14 Tf 72 760 Td (Simulation: {safe} as PDF) Tj ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>".to_owned(),
        format!("<< /Length {} >>\nstream\n{text}\nendstream", text.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let mut out = String::from("%PDF-1.4\n");
    let mut places = Vec::new();
    for (at, object) in objects.iter().enumerate() {
        places.push(out.len());
        let _ = writeln!(out, "{} 0 obj\n{object}\nendobj", at + 1);
    }
    let table = out.len();
    let _ = writeln!(out, "xref\n0 {}\n0000000000 65535 f ", objects.len() + 1);
    for place in places {
        let _ = writeln!(out, "{place:010} 00000 n ");
    }
    let _ =
        writeln!(out, "trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF", objects.len() + 1);
    out.into_bytes()
}

/// Writes SharePoint's own properties into an office file: the same document with other bytes (M-11). Size, hash and
/// both tags change, no version is added.
pub fn promote(state: &mut Microsoft, item: ItemKey, count: u32) {
    let content = &mut state.graph.content;
    let at = content.item(item);
    if at.content_changes != count {
        return;
    }
    let draft = at.checkout().and_then(|checkout| checkout.draft.as_ref());
    let Some(version) = draft.or_else(|| at.versions().last()) else { return };
    let Some(rewritten) = with_property(&version.content) else { return };
    let more = rewritten.size() as i64 - version.content.size() as i64;
    let list = at.list as usize;
    let in_draft = draft.is_some();
    let target = content.item_mut(item);
    if in_draft {
        if let Some(draft) = target
            .more
            .as_mut()
            .and_then(|more| more.checkout.as_mut())
            .and_then(|checkout| checkout.draft.as_mut())
        {
            draft.content = rewritten;
        }
    } else if let super::super::state::Kind::File(versions) = &mut target.kind
        && let Some(last) = versions.last_mut()
    {
        last.content = rewritten;
    }
    target.content_changes += 1;
    target.changes += 1;
    content.lists[list].used = content.lists[list].used.saturating_add_signed(more);
    content.lists[list].changes.push(item);
}

/// The package with one more part; nothing when it is no package or too large.
fn with_property(blob: &Blob) -> Option<Blob> {
    if blob.size() > PROMOTED {
        return None;
    }
    let bytes = blob.read(0..blob.size()).ok()?;
    let mut package = zip::ZipArchive::new(Cursor::new(&bytes)).ok()?;
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::with_capacity(bytes.len() + 1024)));
    for at in 0..package.len() {
        let entry = package.by_index_raw(at).ok()?;
        let old = entry.name().ok().is_some_and(|name| name == PART);
        if !old {
            out.raw_copy_file(entry).ok()?;
        }
    }
    let mut before = String::new();
    if let Ok(mut entry) = package.by_name(PART) {
        entry.read_to_string(&mut before).ok()?;
    }
    out.start_file(PART, zip::write::SimpleFileOptions::default()).ok()?;
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<simulation promoted=\"{}\"/>",
        before.len() + 1
    );
    out.write_all(text.as_bytes()).ok()?;
    Some(Blob::from(out.finish().ok()?.into_inner()))
}

/// The part that stands for SharePoint's promoted properties.
const PART: &str = "customXml/simulated-properties.xml";
