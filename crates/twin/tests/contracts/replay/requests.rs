//! An example's request with the placeholders filled in.

use super::tables;
use super::world::World;
use crate::graph::Heard;
use http::Method;
use serde_json::{Value, json};

/// A request and the answer that was printed for it.
pub struct Example {
    /// The file, its place in it, and its name where it has one: `docs 31 move-item`.
    pub name: String,
    pub method: String,
    pub url: String,
    pub body: Value,
    pub status: u16,
    pub answer: Value,
}

impl Example {
    pub fn documented(at: usize, one: &Value) -> Self {
        let name = format!("docs {at} {}", one["name"].as_str().unwrap_or_default());
        let (request, response) = (&one["request"], &one["response"]);
        let told = tables::requests_left_out(at);
        let text = |name: &str| request[name].as_str().map(str::to_owned);
        Self {
            name: name.trim_end().to_owned(),
            method: text("method").or(told.map(|told| told.0.to_owned())).unwrap_or_default(),
            url: text("url").or(told.map(|told| told.1.to_owned())).unwrap_or_default(),
            body: request["body"].clone(),
            status: response["status"].as_u64().unwrap() as u16,
            answer: response["body"].clone(),
        }
    }

    pub fn canned(at: usize, one: &Value) -> Self {
        let (request, response) = (&one["request"], &one["response"]);
        let url = request["exampleUrl"].as_str().or(request["url"].as_str()).unwrap();
        Self {
            name: format!("mocks {at}"),
            method: request["method"].as_str().unwrap().to_owned(),
            url: url.to_owned(),
            body: Value::Null,
            status: response["statusCode"].as_u64().unwrap() as u16,
            answer: response["body"].clone(),
        }
    }

    /// The path as Graph knows it: without host, version and query.
    pub fn path(&self) -> &str {
        let url = self.url.trim_start_matches("https://graph.microsoft.com");
        let url = url.trim_start_matches("/v1.0").trim_start_matches("/beta");
        url.split('?').next().unwrap_or_default()
    }

    /// Whether it goes to a host that wants no token.
    pub fn is_plain(&self) -> bool {
        self.url.contains("1drv.com")
    }
}

/// The request as the twin is asked.
pub struct Asked {
    pub method: Method,
    pub url: String,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
    plain: bool,
}

impl Asked {
    pub async fn read(example: &Example, world: &World) -> Self {
        let method: Method =
            example.method.parse().unwrap_or_else(|_| panic!("{} has no method", example.name));
        if example.is_plain() {
            return plain(example, method, world).await;
        }
        prepare(example, world).await;
        let mut url: Vec<String> = Vec::new();
        for segment in example.path().split('/') {
            url.push(filled(segment, &url, example, world).await);
        }
        let mut url = url.join("/");
        if let Some((_, query)) = example.url.split_once('?') {
            let query = query
                .replace("{format}", "pdf")
                .replace("{query}", "sales")
                .replace("$skiptoken=U1BHZW9EYXRhTG9jYXRpb25Db2RlYU5BTQ", "$top=1")
                .replace("1230919asd190410jlka", &token(example, world).await);
            url = format!("{url}?{query}");
        }
        if example.answer.get("@odata.nextLink").is_some() && !url.contains('?') {
            // The world is small, its pages must be smaller.
            let size = if url.starts_with("/sites/") {
                1
            } else if url.contains("delta") {
                3
            } else {
                2
            };
            url = format!("{url}?$top={size}");
        }
        let body = body(example, &method, world);
        Self {
            headers: vec![("content-type", "application/json".into())],
            body: match body {
                Value::Null if method == Method::PUT => b"The contents of the file go here.".to_vec(),
                Value::Null => Vec::new(),
                body => body.to_string().into_bytes(),
            },
            method,
            url,
            plain: false,
        }
    }

    pub async fn send(&self, world: &World) -> Heard {
        let headers: Vec<(&str, &str)> =
            self.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        if self.plain {
            return world.house.plain(self.method.clone(), &self.url, &headers, &self.body).await;
        }
        let caller = if self.url.contains("getAllSites") { &world.app } else { &world.solveig };
        caller.send(self.method.clone(), &self.url, &headers, &self.body).await
    }
}

/// What must have happened before.
async fn prepare(example: &Example, world: &World) {
    let item = format!("/me/drive/items/{}", world.item);
    match example.path().rsplit('/').next().unwrap_or_default() {
        "checkin" | "discardCheckout" => {
            world.solveig.post(&format!("{item}/checkout"), json!({})).await.ok();
        }
        "items" if example.path().contains("recycleBin") => {
            let library = world.house.library().await;
            let made = world.solveig.put(&format!("{library}/root:/file1.txt:/content"), b"old").await.ok();
            world.solveig.delete(&format!("{library}/items/{}", made["id"].as_str().unwrap())).await;
        }
        _ => {}
    }
}

/// A token of an earlier walk.
async fn token(example: &Example, world: &World) -> String {
    let base = match example.path() {
        path if path.starts_with("/sites/delta") => return "s0".to_owned(),
        path if path.contains("/lists/") => format!("/sites/{}/lists/{}/items/delta", world.site, world.list),
        _ => "/me/drive/root/delta".to_owned(),
    };
    let walked = world.solveig.get(&base).await.ok();
    let link = walked["@odata.deltaLink"].as_str().unwrap();
    // One thing changes and another one goes.
    let item = format!("/me/drive/items/{}", world.item);
    world.solveig.patch(&item, json!({ "description": "changed" })).await.ok();
    world.solveig.delete("/me/drive/root:/Documents/plan%20b.txt:").await;
    let rows = format!("/sites/{}/lists/{}/items", world.site, world.list);
    let made = world.solveig.post(&rows, json!({ "fields": { "Color": "Grey" } })).await.ok();
    world.solveig.delete(&format!("{rows}/{}", made["id"].as_str().unwrap())).await;
    world.solveig.patch(&format!("{rows}/{}/fields", world.row), json!({ "Color": "Red" })).await.ok();
    link.split("token=").nth(1).unwrap().to_owned()
}

/// One segment of a path: a placeholder stands for what the segment before it announces.
async fn filled(segment: &str, before: &[String], example: &Example, world: &World) -> String {
    let path = example.path();
    let placed = segment.contains('{')
        || segment.contains('*')
        || tables::INVENTED.iter().any(|id| segment.starts_with(id));
    if segment.contains("(q=") {
        return "search(q='plan')".to_owned();
    }
    if segment.starts_with("delta(") {
        return format!("delta(token='{}')", token(example, world).await);
    }
    if segment.starts_with("getApplicable") {
        return format!("getApplicableContentTypesForList(listId='{}')", world.list);
    }
    if !placed {
        return segment.to_owned();
    }
    let last = before.last().map(String::as_str).unwrap_or_default();
    match last {
        "items" if path.contains("/lists/") => world.row.clone(),
        "items"
            if path.ends_with("/children") || segment.contains("folder") || segment.contains("parent") =>
        {
            world.folder.clone()
        }
        "items" => world.item.clone(),
        "versions" => "1.0".to_owned(),
        "drives" => world.drive.clone(),
        "sites" if segment.ends_with(':') => "kaffehuset.sharepoint.example:".to_owned(),
        "sites" => world.site.clone(),
        "lists" if segment.contains("title") => "Inventory".to_owned(),
        "lists" => world.list.clone(),
        "permissions" if path.starts_with("/sites") => world.grant.clone(),
        "permissions" => world.permission.clone(),
        "shares" if example.url.contains("expand=children") => world.folder_share.clone(),
        "shares" => world.share.clone(),
        "special" => "documents".to_owned(),
        "subscriptions" => world.subscription.clone(),
        "root:" if path.ends_with("/children") => "Documents:".to_owned(),
        "root:" if path.ends_with("createUploadSession") => "largefile.dat:".to_owned(),
        "kaffehuset.sharepoint.example:" => "sites/sales".to_owned(),
        other => panic!("{}: what stands behind {other}? {path}", example.name),
    }
}

/// The body: the example's with what it names put into this world, or one of the table.
fn body(example: &Example, method: &Method, world: &World) -> Value {
    let body =
        if example.body.is_null() { tables::body(example.path(), method) } else { example.body.clone() };
    let text = body
        .to_string()
        .replace("ryan@contoso.com", "erik@kaffehuset.example")
        .replace("john@contoso.com", "nora@kaffehuset.example")
        .replace("6F7D00BF-FC4D-4E62-9769-6AEA81F3A21B", &world.drive)
        .replace("DCD0D3AD-8989-4F23-A5A2-2C086050513F", &world.folder)
        .replace("{new-parent-folder-id}", &world.folder)
        .replace("https://webhook.azurewebsites.net/api/send/myNotifyClient", &world.hook)
        .replace("https://contoso.azurewebsites.net/api/webhook-receiver", &world.hook)
        .replace("me/mailFolders('Inbox')/messages", "/me/drive/root")
        .replace("\"changeType\":\"created\"", "\"changeType\":\"updated\"");
    let mut body: Value = serde_json::from_str(&text).unwrap();
    if body.get("expirationDateTime").is_some() {
        body["expirationDateTime"] = json!("2026-06-02T12:00:00Z");
    }
    body
}

/// A request to a host that wants no token: an upload session, a download, a monitor.
async fn plain(example: &Example, method: Method, world: &World) -> Asked {
    let asked = |url: String, headers: Vec<(&'static str, String)>, body: Vec<u8>| Asked {
        method: method.clone(),
        url,
        headers,
        body,
        plain: true,
    };
    if example.status == 206 {
        let found = world.solveig.get(&format!("/me/drive/items/{}/content", world.item)).await;
        let url = found.headers["location"].to_str().unwrap().to_owned();
        return asked(url, vec![("range", "bytes=0-2".into())], Vec::new());
    }
    if example.status == 303 {
        let path = format!("/me/drive/items/{}/copy", world.item);
        let copy = world.solveig.post(&path, json!({ "name": "Copy.docx" })).await;
        let url = copy.headers["location"].to_str().unwrap().to_owned();
        world.house.pass(10);
        world.house.once("monitor-status", json!(303));
        return asked(url, Vec::new(), Vec::new());
    }
    let commits = method == Method::POST;
    let path = "/me/drive/root:/largefile.vhd:/createUploadSession";
    let session = world.solveig.post(path, json!({ "deferCommit": commits })).await.ok();
    let url = session["uploadUrl"].as_str().unwrap().to_owned();
    let size = if example.status == 202 { 327_680 * 2 } else { 128 };
    let end = if example.status == 202 { 327_680 } else { 128 };
    let range = ("content-range", format!("bytes 0-{}/{size}", end - 1));
    if commits {
        world.house.plain(Method::PUT, &url, &[("content-range", &range.1)], &vec![7; end]).await;
    }
    if method == Method::PUT {
        asked(url, vec![range], vec![7; end])
    } else {
        asked(url, Vec::new(), Vec::new())
    }
}
