//! Drive's calls, each with its cost in quota units (google.md 3.1). `supportsAllDrives` goes with every call that
//! knows it: without it a shared drive looks like 404 (G-20).

use super::client::{Ask, Asked, Line, Repeat, Trouble};
use super::refusals::Class;
use super::wire::{
    About, ChangeList, Channel, FILE_FIELDS, File, FileList, GeneratedIds, Permission, PermissionList,
    Revision, RevisionList, StartPageToken,
};
use http::Method;
use serde_json::{Value, json};

const READ: u64 = 5;
const LIST: u64 = 100;
const WRITE: u64 = 50;
/// A download, and an export.
pub(crate) const MEDIA: u64 = 200;
const OTHER: u64 = 5;

const REVISION_FIELDS: &str = "id,size,md5Checksum,keepForever,lastModifyingUser(displayName,me)";

fn every_drive(ask: Ask) -> Ask {
    ask.with("supportsAllDrives", "true")
}

fn file_path(id: &str) -> String {
    format!("/drive/v3/files/{id}")
}

impl Line {
    /// A file; nothing when it does not exist or the account may not know of it.
    pub async fn file(&self, id: &str) -> Asked<Option<File>> {
        let ask = every_drive(Ask::new(Method::GET, file_path(id), READ, Repeat::Safe));
        none_when_missing(self.json(ask.with("fields", FILE_FIELDS)).await)
    }

    pub async fn generate_ids(&self, count: usize) -> Asked<Vec<String>> {
        let ask = Ask::new(Method::GET, "/drive/v3/files/generateIds", OTHER, Repeat::Safe)
            .with("count", count.to_string())
            .with("space", "drive")
            .with("fields", "ids");
        Ok(self.json::<GeneratedIds>(ask).await?.ids)
    }

    /// Makes a file without content, or a folder. `meta` has an id of its own: repeating it is harmless.
    pub async fn create(&self, meta: &Value) -> Asked<File> {
        let ask = every_drive(Ask::new(Method::POST, "/drive/v3/files", WRITE, Repeat::Safe));
        self.json(ask.with("fields", FILE_FIELDS).with("ignoreDefaultVisibility", "true").json(meta)).await
    }

    /// Changes a file's metadata. Repeating it is harmless.
    pub async fn patch(&self, id: &str, meta: &Value) -> Asked<File> {
        let ask = every_drive(Ask::new(Method::PATCH, file_path(id), WRITE, Repeat::Safe));
        self.json(ask.with("fields", FILE_FIELDS).json(meta)).await
    }

    /// The same, into another folder.
    pub async fn shift(&self, id: &str, from: &str, to: &str, meta: &Value) -> Asked<File> {
        let mut ask = every_drive(Ask::new(Method::PATCH, file_path(id), WRITE, Repeat::Safe));
        if from != to {
            ask = ask.with("addParents", to).with("removeParents", from);
        }
        self.json(ask.with("fields", FILE_FIELDS).json(meta)).await
    }

    /// Copies the newest content. `meta` has an id of its own.
    pub async fn duplicate(&self, id: &str, meta: &Value, keep: bool) -> Asked<File> {
        let path = format!("{}/copy", file_path(id));
        let mut ask = every_drive(Ask::new(Method::POST, path, WRITE, Repeat::Safe));
        if keep {
            ask = ask.with("keepRevisionForever", "true");
        }
        self.json(ask.with("fields", FILE_FIELDS).with("ignoreDefaultVisibility", "true").json(meta)).await
    }

    /// Removes a file for good. What is gone already is gone.
    pub async fn delete(&self, id: &str) -> Asked<()> {
        let ask = every_drive(Ask::new(Method::DELETE, file_path(id), WRITE, Repeat::Safe));
        none_when_missing(self.send(&ask).await.map(drop)).map(drop)
    }

    /// One page of the files that a query finds, with these members of each.
    pub async fn list(&self, query: &str, fields: &str, page: Option<&str>) -> Asked<FileList> {
        let mut ask = every_drive(Ask::new(Method::GET, "/drive/v3/files", LIST, Repeat::Safe))
            .with("q", query)
            .with("includeItemsFromAllDrives", "true")
            .with("spaces", "drive")
            .with("pageSize", "1000")
            .with("fields", format!("nextPageToken,incompleteSearch,files({fields})"));
        ask = match self.connected.place.shared_drive() {
            Some(drive) => ask.with("corpora", "drive").with("driveId", drive),
            None => ask.with("corpora", "user"),
        };
        if let Some(page) = page {
            ask = ask.with("pageToken", page);
        }
        self.json(ask).await
    }

    /// All revisions that Drive shows, oldest first.
    pub async fn revisions(&self, id: &str) -> Asked<Vec<Revision>> {
        let (mut all, mut page) = (Vec::new(), None::<String>);
        loop {
            let path = format!("{}/revisions", file_path(id));
            let mut ask = Ask::new(Method::GET, path, LIST, Repeat::Safe)
                .with("pageSize", "1000")
                .with("fields", format!("nextPageToken,revisions({REVISION_FIELDS})"));
            if let Some(page) = page {
                ask = ask.with("pageToken", page);
            }
            let list: RevisionList = self.json(ask).await?;
            all.extend(list.revisions);
            page = list.next_page_token;
            if page.is_none() {
                return Ok(all);
            }
        }
    }

    /// Keeps a revision for good, or lets it go.
    pub async fn pin(&self, id: &str, revision: &str, keep: bool) -> Asked<()> {
        let path = format!("{}/revisions/{revision}", file_path(id));
        let ask = Ask::new(Method::PATCH, path, WRITE, Repeat::Safe).with("fields", "id");
        self.json::<Revision>(ask.json(&json!({ "keepForever": keep }))).await.map(drop)
    }

    pub async fn permissions(&self, id: &str) -> Asked<Vec<Permission>> {
        let (mut all, mut page) = (Vec::new(), None::<String>);
        loop {
            let path = format!("{}/permissions", file_path(id));
            let mut ask = every_drive(Ask::new(Method::GET, path, LIST, Repeat::Safe))
                .with("pageSize", "100")
                .with("fields", "nextPageToken,permissions(id,type,role,emailAddress,domain,deleted,permissionDetails(inherited))");
            if let Some(page) = page {
                ask = ask.with("pageToken", page);
            }
            let list: PermissionList = self.json(ask).await?;
            all.extend(list.permissions);
            page = list.next_page_token;
            if page.is_none() {
                return Ok(all);
            }
        }
    }

    /// Gives a permission. Giving it again changes nothing. Nobody is sent a message; for a domain Google does not
    /// even allow to say so (G-14).
    pub async fn permit(&self, id: &str, grant: &Value, told: bool) -> Asked<()> {
        let path = format!("{}/permissions", file_path(id));
        let mut ask = every_drive(Ask::new(Method::POST, path, WRITE, Repeat::Safe)).with("fields", "id");
        if told {
            ask = ask.with("sendNotificationEmail", "false");
        }
        self.json::<Permission>(ask.json(grant)).await.map(drop)
    }

    pub async fn forbid(&self, id: &str, permission: &str) -> Asked<()> {
        let path = format!("{}/permissions/{permission}", file_path(id));
        let ask = every_drive(Ask::new(Method::DELETE, path, WRITE, Repeat::Safe));
        none_when_missing(self.send(&ask).await.map(drop)).map(drop)
    }

    pub async fn about(&self) -> Asked<About> {
        let ask = Ask::new(Method::GET, "/drive/v3/about", READ, Repeat::Safe)
            .with("fields", "user(displayName,emailAddress),storageQuota(limit,usage)");
        self.json(ask).await
    }

    fn of_drive(&self, ask: Ask) -> Ask {
        match self.connected.place.shared_drive() {
            Some(drive) => every_drive(ask).with("driveId", drive),
            None => every_drive(ask),
        }
    }

    /// The mark from which later changes are told.
    pub async fn changes_from_now(&self) -> Asked<String> {
        let ask = Ask::new(Method::GET, "/drive/v3/changes/startPageToken", OTHER, Repeat::Safe);
        Ok(self.json::<StartPageToken>(self.of_drive(ask)).await?.start_page_token)
    }

    /// A page of what changed since a mark.
    pub async fn changes(&self, from: &str) -> Asked<ChangeList> {
        let ask = Ask::new(Method::GET, "/drive/v3/changes", LIST, Repeat::Safe)
            .with("pageToken", from)
            .with("pageSize", "1000")
            .with("includeRemoved", "true")
            .with("includeItemsFromAllDrives", "true")
            .with("spaces", "drive")
            .with(
                "fields",
                format!("nextPageToken,newStartPageToken,changes(removed,fileId,file({FILE_FIELDS}))"),
            );
        self.json(self.of_drive(ask)).await
    }

    /// Opens a channel. Its id may be used once.
    pub async fn watch(&self, from: &str, channel: &Value) -> Asked<Channel> {
        let ask = Ask::new(Method::POST, "/drive/v3/changes/watch", OTHER, Repeat::Unsafe)
            .with("pageToken", from)
            .with("includeRemoved", "true")
            .with("includeItemsFromAllDrives", "true");
        self.json(self.of_drive(ask).json(channel)).await
    }

    /// Closes a channel. One that is closed or has ended is as good as closed now.
    pub async fn unwatch(&self, channel: &str, resource: &str) -> Asked<()> {
        let ask = Ask::new(Method::POST, "/drive/v3/channels/stop", OTHER, Repeat::Safe)
            .json(&json!({ "id": channel, "resourceId": resource }));
        none_when_missing(self.send(&ask).await.map(drop)).map(drop)
    }

    /// The content of a file or of one of its revisions.
    pub fn media(id: &str, revision: Option<&str>) -> Ask {
        let path = match revision {
            None => file_path(id),
            Some(revision) => format!("{}/revisions/{revision}", file_path(id)),
        };
        let ask = Ask::new(Method::GET, path, MEDIA, Repeat::Safe).with("alt", "media");
        if revision.is_none() { every_drive(ask) } else { ask }
    }

    /// A document of Google's own as a file of another type.
    pub async fn export(&self, id: &str, media_type: &str) -> Asked<bytes::Bytes> {
        let path = format!("{}/export", file_path(id));
        let ask = Ask::new(Method::GET, path, MEDIA, Repeat::Safe).with("mimeType", media_type);
        Ok(self.send(&ask).await?.into_body())
    }
}

/// 404 as an answer.
pub(crate) fn none_when_missing<T>(asked: Asked<T>) -> Asked<Option<T>> {
    match asked {
        Ok(found) => Ok(Some(found)),
        Err(trouble) if trouble.is(Class::Missing) => Ok(None),
        Err(trouble @ (Trouble::Refused(_) | Trouble::Unsure(_) | Trouble::Other(_))) => Err(trouble),
    }
}
