//! Content of files: what type it is, whether there is room for it, and its revisions.

use super::routes::Caller;
use super::state::{File, Id, Key, Mime, Person, Revision, When};
use super::{Drive, native, new_revision_id};
use crate::core::blobs::Blob;
use crate::core::budget::Limit;
use crate::core::env::House;
use crate::google::Google;
use crate::google::directory::Directory;
use crate::google::error::Refusal;

/// Simple and multipart uploads take at most this many bytes (google.md 3.2).
pub const SMALL_UPLOAD: u64 = 5 << 20;
/// No file is larger.
pub const LARGEST_FILE: u64 = 5 << 40;
/// How long a replaced revision stays: 30 days.
pub const REVISION_LIFE: i64 = 30 * 24 * 3_600_000;
/// How many revisions stay that nobody wants kept.
const REVISIONS_KEPT: usize = 100;

/// What a request brings as content.
#[derive(Debug, Clone)]
pub struct Upload {
    pub content: Blob,
    /// As the request states it; empty when it does not.
    pub media_type: String,
    pub keep_forever: bool,
}

/// The type of new content: what the metadata say, else what the upload says, else what name and bytes look like.
pub fn type_of(stated: Option<&str>, upload: &Upload, name: &str) -> Mime {
    if let Some(stated) = stated.filter(|stated| !stated.is_empty()) {
        return Mime::new(stated);
    }
    let media = upload.media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if media.is_empty() || media == "application/octet-stream" {
        return Mime::new(sniff(name, &upload.content));
    }
    Mime::new(&media)
}

/// What a name's extension or the first bytes look like.
fn sniff(name: &str, content: &Blob) -> &'static str {
    const BY_EXTENSION: [(&str, &str); 21] = [
        ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
        ("doc", "application/msword"),
        ("xls", "application/vnd.ms-excel"),
        ("ppt", "application/vnd.ms-powerpoint"),
        ("odt", "application/vnd.oasis.opendocument.text"),
        ("pdf", "application/pdf"),
        ("txt", "text/plain"),
        ("csv", "text/csv"),
        ("html", "text/html"),
        ("htm", "text/html"),
        ("md", "text/markdown"),
        ("json", "application/json"),
        ("xml", "text/xml"),
        ("png", "image/png"),
        ("jpg", "image/jpeg"),
        ("jpeg", "image/jpeg"),
        ("gif", "image/gif"),
        ("zip", "application/zip"),
        ("eml", "message/rfc822"),
    ];
    let extension = super::view::extension(name).unwrap_or_default().to_ascii_lowercase();
    if let Some((_, mime)) = BY_EXTENSION.iter().find(|(known, _)| *known == extension) {
        return mime;
    }
    let head = content.read(0..content.size().min(512)).unwrap_or_default();
    let begins: [(&[u8], &str); 5] = [
        (b"%PDF-", "application/pdf"),
        (b"\x89PNG\r\n", "image/png"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"GIF8", "image/gif"),
        (b"PK\x03\x04", "application/zip"),
    ];
    if let Some((_, mime)) = begins.iter().find(|(magic, _)| head.starts_with(magic)) {
        return mime;
    }
    let is_text = !head.is_empty()
        && !head.contains(&0)
        && std::str::from_utf8(&head).map_or_else(|error| error.error_len().is_none(), |_| true);
    if is_text { "text/plain" } else { "application/octet-stream" }
}

/// A revision of content just come.
pub fn new_revision(house: &House, mime: &Mime, content: Blob, by: Person, now: When) -> Revision {
    Revision {
        id: new_revision_id(house),
        content,
        modified: now,
        by,
        mime: mime.clone(),
        keep_forever: false,
        replaced: None,
        original_filename: None,
    }
}

/// Refuses content for which its owner has no room (also pooled in a domain), or more than a day may bring.
/// `replaced` is what goes for it.
pub fn need_room(
    google: &mut Google,
    caller: &Caller<'_>,
    owner: Option<Person>,
    bytes: u64,
    replaced: u64,
) -> Result<(), Refusal> {
    count_upload(&mut google.drive, caller, bytes)?;
    let Some(owner) = owner else { return Ok(()) };
    match room(&google.directory, &google.drive, owner) {
        Some(room) if bytes > room.saturating_add(replaced) => Err(Refusal::new(
            403,
            "storageQuotaExceeded",
            "The user's Drive storage quota has been exceeded.",
        )),
        _ => Ok(()),
    }
}

/// Bytes that an account has left; nothing when it has no limit.
pub fn room(directory: &Directory, drive: &Drive, owner: Person) -> Option<u64> {
    let user = directory.users.get(drive.user_id(owner))?;
    let own = user.storage_limit.map(|limit| limit.saturating_sub(drive.used_by(owner)));
    let pool = user.domain.as_ref().and_then(|name| {
        let limit = directory.domains.get(name)?.pooled_storage?;
        let of_domain = |user: &&crate::google::directory::User| user.domain.as_ref() == Some(name);
        let person = |user: &crate::google::directory::User| drive.people.known(&user.id).map(Person);
        let people = directory.users.values().filter(of_domain).filter_map(person);
        let used: u64 = people.map(|person| drive.used_by(person)).sum();
        Some(limit.saturating_sub(used))
    });
    match (own, pool) {
        (Some(own), Some(pool)) => Some(own.min(pool)),
        (own, pool) => own.or(pool),
    }
}

/// Puts new content at the head of a file. Types, rights and room are the caller's to check.
pub fn add_revision(drive: &mut Drive, key: Key, mut revision: Revision, mime: Mime) {
    let (now, by) = (revision.modified, revision.by);
    let due = drive.edit(key, |file| {
        if let Some(head) = file.revisions.last_mut() {
            head.replaced = Some(now);
            if head.original_filename.is_none() {
                head.original_filename = Some(file.name.clone());
            }
        }
        if mime.is_native() && file.mime.is_native() {
            // The history of Google's own types is merged.
            revision.keep_forever = false;
        }
        file.mime = mime;
        file.revisions.push(revision);
        file.modified = now;
        file.modified_by = by;
        file.version += 1;
        thin(file);
        file.revisions.len() > 1 && !file.mime.is_native()
    });
    if due == Some(true) {
        drive.replaced.insert((now.plus(REVISION_LIFE), key));
    }
}

/// Takes away the oldest revisions beyond a hundred that nobody wants kept.
fn thin(file: &mut File) {
    let mut spare = file.revisions.iter().filter(|revision| !revision.keep_forever).count();
    if spare > REVISIONS_KEPT {
        file.revisions.retain(|revision| {
            let goes = spare > REVISIONS_KEPT && !revision.keep_forever;
            spare -= usize::from(goes);
            !goes
        });
    }
}

/// Takes away revisions whose 30 days are over.
pub fn purge_revisions(drive: &mut Drive, now: When) {
    while let Some((due, key)) = drive.replaced.first().copied().filter(|(due, _)| *due <= now) {
        drive.replaced.remove(&(due, key));
        drive.edit(key, |file| {
            let over = |at: When| at.plus(REVISION_LIFE) <= now;
            file.revisions.retain(|revision| revision.keep_forever || !revision.replaced.is_some_and(over));
        });
    }
}

/// Content as it is kept: converted when the file is of one of Google's types and the content is not.
pub fn kept(upload: &Upload, name: &str, mime: &Mime) -> Result<Blob, Refusal> {
    if !mime.is_native() {
        return Ok(upload.content.clone());
    }
    let from = type_of(None, upload, name);
    if from == *mime {
        return Ok(upload.content.clone());
    }
    native::import(upload.content.clone(), &from, mime)
}

/// The revision of an id.
pub fn revision<'f>(file: &'f File, id: &str) -> Option<&'f Revision> {
    let id = Id::new(id)?;
    if id.as_str() == "head" {
        return file.head();
    }
    file.revisions.iter().find(|revision| revision.id == id)
}

/// Counts bytes against what one person may upload or copy in a day: 750 GB (google.md 3.2). Beyond it the answer is
/// 403 in words that differ from the usual throttling (3.3).
pub fn count_upload(drive: &mut Drive, caller: &Caller<'_>, bytes: u64) -> Result<(), Refusal> {
    let limit = Limit { units: drive.limits.upload_per_day, seconds: 24 * 3600 };
    let who = format!("upload:{}", caller.person.0);
    let standing = drive.meter.spend(&who, bytes, limit, caller.now.timestamp());
    if standing.is_over() {
        return Err(
            Refusal::new(403, "userRateLimitExceeded", "User rate limit exceeded.").within("usageLimits")
        );
    }
    Ok(())
}
