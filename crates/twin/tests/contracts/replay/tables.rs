//! What the examples leave out, what does not apply to the twin, and where it differs on purpose.

use super::requests::Example;
use http::Method;
use serde_json::{Value, json};

/// Ids in the examples' addresses that are no placeholders but stand for nothing here.
pub const INVENTED: &[&str] = &["contoso.sharepoint.com,", "22e03ef3-", "7f105c7d-", "987def"];

/// Requests that the documentation prints beside the answer, and its example leaves out: method and address.
pub fn requests_left_out(at: usize) -> Option<(&'static str, &'static str)> {
    const SESSION: &str = "https://sn3302.up.1drv.com/up/fe6987415ace7X4e1eF866337";
    Some(match at {
        15 | 87 => ("PUT", SESSION),
        89 | 149 => ("GET", SESSION),
        52 => ("PATCH", "/sites/{site-id}/lists/{list-id}/items/{item-id}/fields"),
        58 => ("POST", "/shares/{encoded-sharing-url}/permission/grant"),
        _ => return None,
    })
}

/// Why an example is passed over.
pub fn passed_over(example: &Example) -> Option<&'static str> {
    let url = example.url.as_str();
    let has = |words: &[&str]| words.iter().any(|word| url.contains(word));
    let named = |names: &[&str]| names.contains(&example.name.as_str());
    let body = example.body.to_string();
    if example.url.is_empty() {
        Some("no request is printed")
    } else if has(&["backupRestore"]) {
        Some("backup and restore are no part of files and sites")
    } else if has(&["thumbnails"]) {
        Some("the twin makes no thumbnails")
    } else if has(&["bundle-id"]) {
        Some("bundles are of OneDrive for private people")
    } else if has(&["/restore"]) && !has(&["restoreVersion"]) {
        Some("restoring is of OneDrive for private people")
    } else if body.contains("\"embed\"") {
        Some("embedding links are of OneDrive for private people")
    } else if named(&["docs 110 upload-multipart"]) {
        Some("uploads in several parts are of OneDrive for private people")
    } else if body.contains("sourceUrl") {
        Some("uploads from an address are of OneDrive for private people")
    } else if has(&["root/operations", "root/lists/Documents"]) {
        Some("operations of a site are not served")
    } else if has(&["{site-id}/columns"]) {
        Some("columns of a site are not served")
    } else if has(&["$levels"]) || (example.method == "PATCH" && example.path() == "/me") {
        Some("the directory is served for reading only")
    } else if named(&["mocks 97", "mocks 104"]) {
        Some("the example's request is not one that can be sent")
    } else {
        None
    }
}

/// Bodies for canned answers, which come without.
pub fn body(path: &str, method: &Method) -> Value {
    let end = path.rsplit('/').next().unwrap_or_default();
    let patch = *method == Method::PATCH;
    match end {
        "createLink" => json!({ "type": "edit", "scope": "organization" }),
        "invite" => json!({
            "recipients": [{ "email": "erik@kaffehuset.example" }], "roles": ["write"], "expirationDateTime": "",
        }),
        "copy" => json!({ "name": "contoso plan (copy).docx" }),
        "checkin" => json!({ "comment": "Updating the latest guidelines" }),
        "grant" => json!({ "recipients": [{ "email": "erik@kaffehuset.example" }], "roles": ["read"] }),
        "children" if *method == Method::POST => json!({ "name": "New Folder", "folder": {} }),
        "lists" if *method == Method::POST => {
            json!({ "displayName": "Books", "columns": [{ "name": "Author", "text": {} }] })
        }
        "columns" if *method == Method::POST => {
            json!({ "name": "Title2", "displayName": "Title", "text": {} })
        }
        "items" if *method == Method::POST => {
            json!({ "fields": { "Title": "Widget", "Color": "Purple", "Weight": 32 } })
        }
        "fields" => json!({ "Color": "Fuchsia", "Quantity": 934 }),
        "permissions" if *method == Method::POST => json!({
            "roles": ["write"],
            "grantedToIdentities": [{ "application": { "id": crate::graph::APP, "displayName": "Cloud documents" } }],
        }),
        "subscriptions" if *method == Method::POST => json!({
            "changeType": "updated", "notificationUrl": "https://webhook.azurewebsites.net/api/send/myNotifyClient",
            "resource": "/me/drive/root", "expirationDateTime": "", "clientState": "secretClientValue",
        }),
        _ if patch && path.contains("/permissions/") => json!({ "roles": ["read"] }),
        _ if patch && path.starts_with("/subscriptions/") => json!({ "expirationDateTime": "" }),
        _ if patch => json!({ "name": "new-file-name.docx" }),
        _ => Value::Null,
    }
}

/// Where the twin differs on purpose: the end of a member's path, and why. A name restricts it to one example.
const MEANT: &[(&str, &str, &str)] = &[
    ("", "/cTag", "folders in SharePoint have none"),
    ("", "/@deprecated.GrantedTo", "an annotation that the strict schema does not allow"),
    ("", "/@deprecated.GrantedToIdentities", "an annotation that the strict schema does not allow"),
    ("", "/notificationContentType", "not in the metadata"),
    ("", "/quota/fileCount", "not in the metadata; of OneDrive for private people"),
    ("", "/base", "a navigation link that the strict schema does not have"),
    ("", "/encryptionCertificate", "null, where the documentation prints an empty text"),
    ("", "/encryptionCertificateId", "null, where the documentation prints an empty text"),
    ("", "/link/application", "which application made a link is told by OneDrive for private people"),
    ("", "/grantedToV2/siteUser", "the numbers of a site's users are not simulated"),
    ("", "/invitation", "who is known needs no invitation; only people outside have one"),
    ("", "/grantedTo", "a link of its own is given to nobody by name"),
    ("docs 58", "/value/*/grantedToIdentities", "of links the newer grantedToIdentitiesV2 is shown alone"),
    ("", "/hasPassword", "passwords are of OneDrive for private people, and only links tell of them"),
    ("", "/searchResult", "telemetry is not simulated"),
    ("", "/value/*/remoteItem", "search and recent show items of the library itself"),
    ("", "/fileSystemInfo/lastAccessedDateTime", "the twin does not count who reads"),
    ("", "/siteCollection/dataLocationCode", "no tenant has several places for its data"),
    ("", "/siteCollection/hostName", "the documentation's spelling; the metadata says hostname"),
    ("", "/businessPhones/*", "the people here have none"),
    ("", "/mobilePhone", "the people here have none"),
    ("", "/officeLocation", "the people here have none"),
    ("", "/preferredLanguage", "the people here have none"),
    ("docs 142", "/value/*/id", "what was not selected is not shown"),
    ("docs 142", "/value/*/name", "what was not selected is not shown"),
    ("docs 142", "/value/*/root", "what was not selected is not shown"),
    ("docs 150", "/value/*/id", "what was not selected is not shown"),
    ("mocks 8", "/value/*/id", "what was not selected is not shown"),
    ("mocks 8", "/value/*/name", "what was not selected is not shown"),
    ("mocks 8", "/value/*/root", "what was not selected is not shown"),
    ("docs 67", "/value/*", "the twin has no sites below sites"),
    ("docs 143", "/value/*", "the twin has no sites below sites"),
    ("mocks 94", "/value/*", "the twin has no sites below sites"),
    ("docs 20", "/value/*/deleted", "a first walk does not show what is gone"),
    ("docs 91", "/value/*/deleted", "a first walk does not show what is gone"),
    ("mocks 71", "/value/*/deleted", "a first walk does not show what is gone"),
    ("mocks 18", "/parentReference/path", "a list item tells its folder by id"),
    ("mocks 40", "/parentReference/path", "a list item tells its folder by id"),
];

/// Whether a difference is one of the table.
pub fn is_meant(name: &str, path: &str) -> bool {
    let place = name.split(' ').take(2).collect::<Vec<_>>().join(" ");
    MEANT.iter().any(|(own, end, _)| (own.is_empty() || *own == place) && path.ends_with(end))
}
