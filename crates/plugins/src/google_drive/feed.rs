//! What others did at Google: the log of changes, and being told that it has grown (google.md 2.12).
//!
//! The log holds our own writes too. They are told apart by what we left on the file: content, name, folder and trash
//! as they are now are those we wrote last. So there is no feedback, also after a restart.

use super::client::Trouble;
use super::desk::{Desk, Thing};
use super::ids::is_id;
use super::refusals::Class;
use super::wire::{FILE_FIELDS, FOLDER, File};
use domain::plugin::{Change, ChangePage, Cursor, ExternalRef, Inventory, Notice, Shelf, Watch};
use domain::{Error, ErrorKind, Result};
use jiff::{SignedDuration, Timestamp};
use platform::{digest, random};
use serde_json::json;
use std::collections::HashSet;

/// The longest a channel for changes lives (google.md 2.12).
const LONGEST: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Between the parts of a watch's id.
const BETWEEN: char = '|';

impl Desk<'_> {
    pub async fn changes(&self, cursor: Option<&Cursor>) -> Result<ChangePage> {
        let Some(cursor) = cursor else {
            let next = Cursor(self.line.changes_from_now().await?);
            return Ok(ChangePage { changes: Vec::new(), next, more: false, compare: false });
        };
        let list = self.line.changes(&cursor.0).await.map_err(or_out_of_date)?;
        let mut seen = HashSet::new();
        let mut changes = Vec::new();
        let mut compare = false;
        // The last entry about a file is the one that counts; entries may be repeated.
        for entry in list.changes.into_iter().rev() {
            let Some(id) = entry.file_id.filter(|id| is_id(id)) else { continue };
            if !seen.insert(id.clone()) {
                continue;
            }
            let item = ExternalRef(id);
            match entry.file.filter(|_| !entry.removed) {
                // Gone, or out of our sight. Whether it was ours only the host knows.
                None => {
                    compare |= self.shared.folders.is_known(&item.0);
                    changes.push(Change { item, now: None, as_left: false, sharing: false });
                }
                Some(file) if file.mime_type == FOLDER => compare |= self.is_upheaval(&file).await?,
                Some(file) => {
                    if let Some(thing) = Thing::of(file, self.call) {
                        let as_left = !is_foreign(&thing);
                        changes.push(Change {
                            item,
                            now: Some(thing.seen(self.call)),
                            as_left,
                            sharing: false,
                        });
                    }
                }
            }
        }
        changes.reverse();
        let more = list.next_page_token.is_some();
        let next = list.next_page_token.or(list.new_start_page_token);
        let next = Cursor(next.unwrap_or_else(|| cursor.0.clone()));
        Ok(ChangePage { changes, next, more, compare })
    }

    /// Whether a change of a folder concerns the files in it: it went into the trash, or came back. Google tells of the
    /// folder alone. Which of ours are in the trash is noted, because a folder that came back looks like any other.
    async fn is_upheaval(&self, folder: &File) -> Result<bool> {
        let own = folder.app_properties.get("chi") == Some(&self.call.installation.to_string());
        let root =
            [Shelf::Documents, Shelf::Templates].into_iter().any(|shelf| self.root(shelf) == folder.id);
        if !own && !root {
            return Ok(false);
        }
        let (of, plugin, notebook) = (self.call.installation, self.shared.id, &self.shared.notebook);
        let name = format!("trashed/{}", folder.id);
        let noted = notebook.read(of, plugin, &name).await?;
        if folder.trashed == noted.is_some() {
            return Ok(false);
        }
        let next = folder.trashed.then_some("1");
        notebook.swap(of, plugin, &name, noted.as_deref(), next).await?;
        self.shared.folders.forget();
        Ok(true)
    }

    /// A page of all files that carry the installation's mark, a thousand at a time.
    pub async fn inventory(&self, after: Option<&Cursor>) -> Result<Inventory> {
        let query = format!(
            "appProperties has {{ key='chi' and value='{}' }} and mimeType != '{FOLDER}'",
            self.call.installation
        );
        let page = after.map(|cursor| cursor.0.as_str());
        let list = self.line.list(&query, FILE_FIELDS, page).await.map_err(or_out_of_date)?;
        let things = list.files.into_iter().filter_map(|file| Thing::of(file, self.call));
        let items = things.map(|thing| thing.seen(self.call)).collect();
        Ok(Inventory { items, next: list.next_page_token.map(Cursor) })
    }

    pub async fn watch(&self, address: &str) -> Result<Watch> {
        if !address.starts_with("https://") {
            return Err(Error::invalid(
                "Google tells of changes only at an address that begins with https://. Correct the public address.",
            ));
        }
        let from = self.line.changes_from_now().await?;
        let (channel, token) = (random::id()?.to_string(), random::token()?);
        let until = self.call.now + LONGEST;
        let wanted = json!({
            "id": channel,
            "type": "web_hook",
            "address": address,
            "token": token,
            "expiration": until.as_millisecond().to_string(),
        });
        let made = self.line.watch(&from, &wanted).await?;
        let told = made.expiration.and_then(|ms| Timestamp::from_millisecond(i64::try_from(ms).ok()?).ok());
        let id = format!("{channel}{BETWEEN}{}{BETWEEN}{token}", made.resource_id);
        Ok(Watch { id, until: told.unwrap_or(until) })
    }

    pub async fn unwatch(&self, watch: &Watch) -> Result<()> {
        let mut parts = watch.id.split(BETWEEN);
        let (Some(channel), Some(resource)) = (parts.next(), parts.next()) else {
            return Err(Error::not_found("watch"));
        };
        self.line.unwatch(channel, resource).await.map_err(Into::into)
    }
}

/// Whether a file is otherwise than we left it.
fn is_foreign(thing: &Thing) -> bool {
    let file = &thing.file;
    thing.marks.is_foreign(&file.name, file.parent(), file.trashed, file.md5())
}

/// Whether a notice belongs to a watch (google.md 2.12).
pub(crate) fn is_notice(watch: &Watch, notice: &Notice) -> bool {
    let header = |name: &str| notice.headers.get(name).map(String::as_str).unwrap_or_default();
    is_notice_of(watch, header("x-goog-channel-id"), header("x-goog-channel-token"))
}

/// The same: its channel, and the secret that only Google and we know. Compared in constant time. `channel` is
/// `X-Goog-Channel-ID`, `token` is `X-Goog-Channel-Token`.
pub fn is_notice_of(watch: &Watch, channel: &str, token: &str) -> bool {
    let mut parts = watch.id.split(BETWEEN);
    let (Some(own), Some(_), Some(secret)) = (parts.next(), parts.next(), parts.next()) else { return false };
    digest::equal(own.as_bytes(), channel.as_bytes()) & digest::equal(secret.as_bytes(), token.as_bytes())
}

/// A mark that Google does not accept any more comes in several forms.
fn or_out_of_date(trouble: Trouble) -> Error {
    let rejected = [Class::Bug, Class::OutOfDate, Class::Missing].iter().any(|class| trouble.is(*class));
    if rejected { out_of_date() } else { trouble.into() }
}

fn out_of_date() -> Error {
    Error::new(
        ErrorKind::Gone,
        "Google does not know any more where the list of changes was left. Begin again from now and compare everything.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notification_needs_the_channel_and_its_secret() {
        // G-16
        let watch = Watch { id: "channel|resource|secret".into(), until: Timestamp::UNIX_EPOCH };
        assert!(is_notice_of(&watch, "channel", "secret"));
        for (channel, token) in [("channel", ""), ("other", "secret"), ("", ""), ("channel", "secret2")] {
            assert!(!is_notice_of(&watch, channel, token), "{channel} {token}");
        }
        let torn = Watch { id: "channel".into(), ..watch };
        assert!(!is_notice_of(&torn, "channel", ""));
    }
}
