//! List items and fields as Graph shows them.

use super::super::odata::{inner_select, instant};
use super::super::state::{ItemKey, Kind, Place};
use super::super::types::in_list;
use super::super::view::{Viewer, etag};
use serde_json::{Map, Value, json};

/// The id and name of an item's content type.
fn kind_name(kind: &Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Folder => ("0x0120", "Folder"),
        Kind::File(_) => ("0x0101", "Document"),
        Kind::Row => ("0x01", "Item"),
    }
}

impl Viewer<'_> {
    /// A list item, with its fields when they are wanted.
    pub fn row(&self, key: ItemKey, fields: Option<&str>) -> Value {
        let content = &self.state.graph.content;
        let item = content.item(key);
        if item.place != Place::Here {
            return json!({
                "id": item.number.to_string(),
                "deleted": { "state": "deleted" },
                "parentReference": { "siteId": content.site_of(key).id() },
            });
        }
        let kind = kind_name(&item.kind);
        let mut view = json!({
            "id": item.number.to_string(),
            "createdDateTime": instant(item.created),
            "lastModifiedDateTime": instant(item.modified),
            "createdBy": self.identity(item.created_by),
            "lastModifiedBy": self.identity(item.modified_by),
            "eTag": etag(content, key),
            "webUrl": self.plain_url(key),
            "parentReference": { "siteId": content.site_of(key).id(), "id": item.parent.map(|parent| content.guid(parent).to_lowercase()) },
            "contentType": { "id": in_list(content.list_of(key), kind.0), "name": kind.1 },
            "sharepointIds": self.sharepoint_ids(key),
        });
        if let Some(options) = fields {
            view["fields"] = self.fields(key, options);
        }
        view
    }

    /// An item's fields: those named in `$select`, or all that are not hidden.
    pub fn fields(&self, key: ItemKey, options: &str) -> Value {
        let content = &self.state.graph.content;
        let item = content.item(key);
        let named = inner_select(options);
        let wanted = |name: &str, hidden: bool| {
            named.as_ref().map_or(!hidden, |names| names.iter().any(|wanted| wanted == name))
        };
        let mut all = Map::new();
        let built_in = [
            ("id", json!(item.number.to_string())),
            ("ContentType", json!(kind_name(&item.kind).1)),
            ("Modified", json!(instant(item.modified))),
            ("Created", json!(instant(item.created))),
            ("AuthorLookupId", json!((item.created_by + 6).to_string())),
            ("EditorLookupId", json!((item.modified_by + 6).to_string())),
            ("_UIVersionString", json!(format!("{}.0", super::versions::major(item)))),
            ("FileLeafRef", json!(item.name)),
        ];
        for (name, value) in built_in {
            if wanted(name, false) || name == "id" {
                all.insert(name.to_owned(), value);
            }
        }
        if let Some(checkout) = item.checkout()
            && wanted("CheckoutUserLookupId", false)
        {
            all.insert("CheckoutUserLookupId".to_owned(), json!((checkout.by + 6).to_string()));
        }
        let columns = &content.list_of(key).columns;
        for (name, value) in item.more.as_ref().map(|more| &more.fields).into_iter().flatten() {
            let hidden = columns.iter().any(|column| column.name == *name && column.hidden);
            if wanted(name, hidden) {
                all.insert(name.clone(), value.clone());
            }
        }
        Value::Object(all)
    }
}
