//! The requests, each with its path, its cost and whether it may be repeated (microsoft.md 2).

use super::client::{Ask, Asked, Line, Repeat, Trouble};
use super::ids::segment;
use super::refusals::Class;
use super::wire::{
    Column, Drive, DriveItem, Group, ITEM_FIELDS, Identity, Items, Listed, Monitor, Permission, Session,
    Site, Subscription,
};
use bytes::Bytes;
use http::Method;
use http::header::{HeaderName, IF_MATCH};
use jiff::Timestamp;
use serde_json::{Value, json};

/// What a look costs.
const READ: u64 = 1;
/// What a list or a change costs.
const WRITE: u64 = 2;
/// What anything about permissions costs.
const RIGHTS: u64 = 5;

/// How many items a page of everything is asked to have; Graph may give fewer, 200 of its own accord.
const PAGE: &str = "999";

/// A file or folder by its id, in its library.
#[derive(Debug, Clone, Copy)]
pub(crate) struct At<'a> {
    pub drive: &'a str,
    pub item: &'a str,
}

impl At<'_> {
    fn path(self, rest: &str) -> String {
        format!("/drives/{}/items/{}{rest}", segment(self.drive), segment(self.item))
    }

    fn below(self, name: &str, rest: &str) -> String {
        self.path(&format!(":/{}{rest}", segment(name)))
    }
}

impl Line {
    /// A file or folder; nothing when there is none that the caller may see.
    pub async fn item(&self, at: At<'_>) -> Asked<Option<DriveItem>> {
        let ask = Ask::new(Method::GET, at.path(""), READ, Repeat::Safe).with("$select", ITEM_FIELDS);
        none_when_missing(self.json(ask).await)
    }

    /// What has a name in a folder.
    pub async fn named(&self, folder: At<'_>, name: &str) -> Asked<Option<DriveItem>> {
        let ask =
            Ask::new(Method::GET, folder.below(name, ""), READ, Repeat::Safe).with("$select", ITEM_FIELDS);
        none_when_missing(self.json(ask).await)
    }

    /// The files and folders of a folder: names only. Not more than `pages` of two hundred.
    pub async fn children(&self, folder: At<'_>, pages: usize) -> Asked<Vec<DriveItem>> {
        let mut ask = Ask::new(Method::GET, folder.path("/children"), WRITE, Repeat::Safe)
            .with("$select", "id,name,folder")
            .with("$top", "200");
        let mut all = Vec::new();
        for _ in 0..pages {
            let page: Items = self.json(ask).await?;
            all.extend(page.value);
            let Some(next) = page.next_link.as_deref().and_then(|link| self.path_of(link)) else { break };
            ask = Ask::new(Method::GET, next, WRITE, Repeat::Safe);
        }
        Ok(all)
    }

    /// The path of a link that Graph told, below its version; nothing for a link that leads elsewhere.
    pub fn path_of(&self, link: &str) -> Option<String> {
        let path = link.strip_prefix(self.client.address.as_str())?;
        path.starts_with('/').then(|| path.to_owned())
    }

    /// Makes a folder. One of this name that is there is taken as it is.
    pub async fn folder(&self, parent: At<'_>, name: &str) -> Asked<DriveItem> {
        let body = json!({ "name": name, "folder": {}, "@microsoft.graph.conflictBehavior": "fail" });
        let ask = Ask::new(Method::POST, parent.path("/children"), WRITE, Repeat::Safe).json(&body);
        match self.json(ask).await {
            Err(trouble) if trouble.is(Class::Taken) => {
                // One that was made a moment ago may not be shown yet (M-25).
                for tried in 0..4 {
                    if let Some(found) = self.named(parent, name).await? {
                        return Ok(found);
                    }
                    self.pause(tried).await;
                }
                Err(trouble)
            }
            other => other,
        }
    }

    /// Makes a file of this name with this content, in the place of one that is there: only for names of our own.
    pub async fn put_new(&self, folder: At<'_>, name: &str, content: Bytes) -> Asked<DriveItem> {
        let ask = Ask::new(Method::PUT, folder.below(name, ":/content"), WRITE, Repeat::Safe)
            .with("@microsoft.graph.conflictBehavior", "replace");
        self.json(ask.body("application/octet-stream", content)).await
    }

    /// Gives a file new content, when it still has this tag.
    pub async fn put(&self, at: At<'_>, tag: Option<&str>, content: Bytes) -> Asked<DriveItem> {
        let mut ask = Ask::new(Method::PUT, at.path("/content"), WRITE, Repeat::Unsafe);
        if let Some(tag) = tag {
            ask = ask.header(IF_MATCH, tag);
        }
        self.json(ask.body("application/octet-stream", content)).await
    }

    /// Begins an upload in pieces of a file of a name of our own.
    pub async fn session_new(&self, folder: At<'_>, name: &str) -> Asked<Session> {
        let ask = Ask::new(Method::POST, folder.below(name, ":/createUploadSession"), WRITE, Repeat::Safe);
        let item = json!({ "@microsoft.graph.conflictBehavior": "replace" });
        self.json(ask.json(&json!({ "item": item }))).await
    }

    /// Begins an upload in pieces for a file that is there.
    pub async fn session(&self, at: At<'_>, tag: Option<&str>) -> Asked<Session> {
        let mut ask = Ask::new(Method::POST, at.path("/createUploadSession"), WRITE, Repeat::Safe);
        if let Some(tag) = tag {
            ask = ask.header(IF_MATCH, tag);
        }
        let item = json!({ "@microsoft.graph.conflictBehavior": "replace" });
        self.json(ask.json(&json!({ "item": item }))).await
    }

    /// Renames and moves inside a library. Doing it again changes nothing.
    pub async fn patch(&self, at: At<'_>, body: &Value) -> Asked<DriveItem> {
        let ask = Ask::new(Method::PATCH, at.path(""), WRITE, Repeat::Safe);
        self.json(ask.json(body)).await
    }

    /// Takes the lock; doing it again changes nothing.
    pub async fn check_out(&self, at: At<'_>) -> Asked<()> {
        let ask = Ask::new(Method::POST, at.path("/checkout"), WRITE, Repeat::Safe);
        self.send(&ask).await.map(drop)
    }

    pub async fn check_in(&self, at: At<'_>, comment: &str) -> Asked<()> {
        let ask = Ask::new(Method::POST, at.path("/checkin"), WRITE, Repeat::Unsafe);
        let body = json!({ "comment": comment, "checkInAs": "published" });
        self.send(&ask.json(&body)).await.map(drop)
    }

    pub async fn discard(&self, at: At<'_>) -> Asked<()> {
        let ask = Ask::new(Method::POST, at.path("/discardCheckout"), WRITE, Repeat::Unsafe);
        self.send(&ask).await.map(drop)
    }

    pub async fn restore_version(&self, at: At<'_>, version: &str) -> Asked<()> {
        let path = at.path(&format!("/versions/{}/restoreVersion", segment(version)));
        self.send(&Ask::new(Method::POST, path, WRITE, Repeat::Unsafe)).await.map(drop)
    }

    /// Removes for good. What is not there is as good as removed.
    pub async fn destroy(&self, at: At<'_>) -> Asked<()> {
        let ask = Ask::new(Method::POST, at.path("/permanentDelete"), WRITE, Repeat::Unsafe);
        none_when_missing(self.send(&ask).await.map(drop)).map(drop)
    }

    /// Puts a file into the site's recycle bin, when it still has this tag. What is not there is as good as removed.
    pub async fn bin(&self, at: At<'_>, tag: Option<&str>) -> Asked<()> {
        let mut ask = Ask::new(Method::DELETE, at.path(""), WRITE, Repeat::Safe);
        if let Some(tag) = tag {
            ask = ask.header(IF_MATCH, tag);
        }
        none_when_missing(self.send(&ask).await.map(drop)).map(drop)
    }

    /// Where content is downloaded: an address that needs no token, on another host.
    pub async fn download(&self, at: At<'_>, version: Option<&str>) -> Asked<String> {
        let rest =
            version.map_or_else(|| "/content".to_owned(), |v| format!("/versions/{}/content", segment(v)));
        let answer = self.send(&Ask::new(Method::GET, at.path(&rest), READ, Repeat::Safe)).await?;
        let to = answer.headers().get("location").and_then(|to| to.to_str().ok()).map(str::to_owned);
        to.ok_or_else(|| domain::Error::internal("a download has no address").into())
    }

    /// The size of an earlier version.
    pub async fn version_size(&self, at: At<'_>, version: &str) -> Asked<u64> {
        let path = at.path(&format!("/versions/{}", segment(version)));
        let found: DriveItem = self.json(Ask::new(Method::GET, path, READ, Repeat::Safe)).await?;
        Ok(found.size)
    }

    /// Writes values into the columns of a file.
    pub async fn set_fields(&self, drive: &str, list_item: &str, fields: &Value) -> Asked<Value> {
        let path = format!("/drives/{}/list/items/{}/fields", segment(drive), segment(list_item));
        self.json(Ask::new(Method::PATCH, path, WRITE, Repeat::Safe).json(fields)).await
    }

    pub async fn columns(&self, drive: &str) -> Asked<Vec<Column>> {
        let path = format!("/drives/{}/list/columns", segment(drive));
        let listed: Listed<Column> = self.json(Ask::new(Method::GET, path, WRITE, Repeat::Safe)).await?;
        Ok(listed.value)
    }

    /// Makes a column. One of this name is taken as it is.
    pub async fn add_column(&self, drive: &str, column: &Value) -> Asked<()> {
        let path = format!("/drives/{}/list/columns", segment(drive));
        let ask = Ask::new(Method::POST, path, WRITE, Repeat::Safe).json(column);
        match self.json::<Column>(ask).await {
            Err(trouble) if !trouble.is(Class::Taken) => Err(trouble),
            _ => Ok(()),
        }
    }

    pub async fn drive(&self, drive: &str) -> Asked<Option<Drive>> {
        let path = format!("/drives/{}", segment(drive));
        none_when_missing(self.json(Ask::new(Method::GET, path, READ, Repeat::Safe)).await)
    }

    /// The site at a host and a server-relative path.
    pub async fn site(&self, host: &str, path: &str) -> Asked<Site> {
        let path = if path.is_empty() { format!("/sites/{host}") } else { format!("/sites/{host}:{path}") };
        self.json(Ask::new(Method::GET, path, READ, Repeat::Safe)).await
    }

    /// The groups that have an alias: one, or none.
    pub async fn groups_of(&self, alias: &str) -> Asked<Vec<Group>> {
        let ask = Ask::new(Method::GET, "/groups", WRITE, Repeat::Safe)
            .with("$filter", format!("mailNickname eq '{}'", alias.replace('\'', "''")))
            .with("$select", "id,displayName,description,mailNickname");
        let listed: Listed<Group> = self.json(ask).await?;
        Ok(listed.value)
    }

    pub async fn group(&self, id: &str) -> Asked<Group> {
        let ask = Ask::new(Method::GET, format!("/groups/{}", segment(id)), READ, Repeat::Safe);
        self.json(ask.with("$select", "id,displayName")).await
    }

    pub async fn add_group(&self, body: &Value) -> Asked<Group> {
        self.json(Ask::new(Method::POST, "/groups", WRITE, Repeat::Unsafe).json(body)).await
    }

    pub async fn site_of_group(&self, group: &str) -> Asked<Site> {
        let path = format!("/groups/{}/sites/root", segment(group));
        self.json(Ask::new(Method::GET, path, READ, Repeat::Safe)).await
    }

    pub async fn add_library(&self, site: &str, name: &str) -> Asked<()> {
        let body = json!({ "displayName": name, "list": { "template": "documentLibrary" } });
        let ask = Ask::new(Method::POST, format!("/sites/{site}/lists"), WRITE, Repeat::Unsafe);
        self.send(&ask.json(&body)).await.map(drop)
    }

    pub async fn drives_of(&self, site: &str) -> Asked<Vec<Drive>> {
        let path = format!("/sites/{site}/drives");
        let listed: Listed<Drive> = self.json(Ask::new(Method::GET, path, WRITE, Repeat::Safe)).await?;
        Ok(listed.value)
    }

    pub async fn permissions(&self, at: At<'_>) -> Asked<Vec<Permission>> {
        let mut ask = Ask::new(Method::GET, at.path("/permissions"), RIGHTS, Repeat::Safe);
        let mut all = Vec::new();
        loop {
            let page: Listed<Permission> = self.json(ask).await?;
            all.extend(page.value);
            let Some(next) = page.next_link.as_deref().and_then(|link| self.path_of(link)) else {
                return Ok(all);
            };
            ask = Ask::new(Method::GET, next, RIGHTS, Repeat::Safe);
        }
    }

    /// Lets people and groups in by their object ids, and nobody whom the folders above let in. Nobody is sent a
    /// message. Gives whether all were let in; otherwise Microsoft does not know one of them.
    pub async fn invite(&self, at: At<'_>, objects: &[String], role: &str) -> Asked<bool> {
        let recipients: Vec<Value> = objects.iter().map(|id| json!({ "objectId": id })).collect();
        let body = json!({
            "recipients": recipients,
            "roles": [role],
            "requireSignIn": true,
            "sendInvitation": false,
            "retainInheritedPermissions": false,
        });
        let ask = Ask::new(Method::POST, at.path("/invite"), RIGHTS, Repeat::Safe);
        match self.send(&ask.json(&body)).await {
            // Where some were let in and some were not, the answer says so one by one (207).
            Ok(answer) => Ok(answer.status() != http::StatusCode::MULTI_STATUS),
            Err(trouble) if trouble.is(Class::Stranger) => Ok(false),
            Err(trouble) => Err(trouble),
        }
    }

    pub async fn revoke(&self, at: At<'_>, permission: &str) -> Asked<()> {
        let path = at.path(&format!("/permissions/{}", segment(permission)));
        let ask = Ask::new(Method::DELETE, path, RIGHTS, Repeat::Safe);
        none_when_missing(self.send(&ask).await.map(drop)).map(drop)
    }

    /// A page of changes, from a path that Graph told, or `None` for "from now". All members of an item are asked for, so
    /// that none has to be looked at by itself; the paths that follow ask for the same. Changes of who may open something
    /// are among them, as far as the application is told of them (microsoft.md 2.12).
    pub async fn delta(&self, drive: &str, from: Option<&str>) -> Asked<Items> {
        let now = || {
            let path = format!("/drives/{}/root/delta", segment(drive));
            Ask::new(Method::GET, path, READ, Repeat::Safe)
                .with("token", "latest")
                .with("$select", format!("{ITEM_FIELDS},deleted"))
        };
        let ask = from.map_or_else(now, |path| Ask::new(Method::GET, path, READ, Repeat::Safe));
        let sharing = "deltashowsharingchanges, hierarchicalsharing";
        self.json(ask.header(HeaderName::from_static("prefer"), sharing)).await
    }

    /// The object ids of the people in a group of the directory, those in groups within it included; `None` where the
    /// application may not ask (`GroupMember.Read.All`) or there is no such group. Not more than `most`.
    pub async fn group_members(&self, group: &str, most: usize) -> Asked<Option<Vec<String>>> {
        let path = format!("/groups/{}/transitiveMembers", segment(group));
        let mut ask =
            Ask::new(Method::GET, path, READ, Repeat::Safe).with("$select", "id").with("$top", "200");
        let mut all = Vec::new();
        loop {
            let page: Listed<Identity> = match self.json(ask).await {
                Ok(page) => page,
                Err(trouble) if trouble.is(Class::Permission) || trouble.is(Class::Missing) => {
                    return Ok(None);
                }
                Err(trouble) => return Err(trouble),
            };
            all.extend(page.value.into_iter().filter_map(|member| member.id));
            let next = page.next_link.as_deref().and_then(|link| self.path_of(link));
            let Some(next) = next.filter(|_| all.len() < most) else { return Ok(Some(all)) };
            ask = Ask::new(Method::GET, next, READ, Repeat::Safe);
        }
    }

    /// A page of everything in a library: its first, or from a path that Graph told. Only the first has no token, and
    /// costs as much as a list (microsoft.md 2.12).
    pub async fn everything(&self, drive: &str, from: Option<&str>) -> Asked<Items> {
        let beginning = || {
            let path = format!("/drives/{}/root/delta", segment(drive));
            Ask::new(Method::GET, path, WRITE, Repeat::Safe)
                .with("$select", format!("{ITEM_FIELDS},deleted"))
                .with("$top", PAGE)
        };
        let ask = from.map_or_else(beginning, |path| Ask::new(Method::GET, path, READ, Repeat::Safe));
        self.json(ask).await
    }

    pub async fn subscribe(&self, body: &Value) -> Asked<Subscription> {
        self.json(Ask::new(Method::POST, "/subscriptions", WRITE, Repeat::Unsafe).json(body)).await
    }

    /// Lets a subscription run until then, and authorises it again (microsoft.md 2.13).
    pub async fn prolong(&self, id: &str, until: Timestamp) -> Asked<Subscription> {
        let path = format!("/subscriptions/{}", segment(id));
        let body = json!({ "expirationDateTime": until.to_string() });
        self.json(Ask::new(Method::PATCH, path, WRITE, Repeat::Safe).json(&body)).await
    }

    pub async fn unsubscribe(&self, id: &str) -> Asked<()> {
        let path = format!("/subscriptions/{}", segment(id));
        let ask = Ask::new(Method::DELETE, path, WRITE, Repeat::Safe);
        none_when_missing(self.send(&ask).await.map(drop)).map(drop)
    }

    /// Copies with all versions into a folder, also of another library. Gives where it can be watched.
    pub async fn copy(&self, at: At<'_>, to: At<'_>) -> Asked<String> {
        let body = json!({
            "parentReference": { "driveId": to.drive, "id": to.item },
            "includeAllVersionHistory": true,
        });
        let ask = Ask::new(Method::POST, at.path("/copy"), WRITE, Repeat::Unsafe)
            .with("@microsoft.graph.conflictBehavior", "fail");
        let answer = self.send(&ask.json(&body)).await?;
        let to = answer.headers().get("location").and_then(|to| to.to_str().ok()).map(str::to_owned);
        to.ok_or_else(|| domain::Error::internal("a copy has no monitor").into())
    }

    /// How far a copy has come (M-16).
    pub async fn monitor(&self, address: &str) -> Asked<Monitor> {
        self.json(Ask::bare(Method::GET, address, Repeat::Safe)).await
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
