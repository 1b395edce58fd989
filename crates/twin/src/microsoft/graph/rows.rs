//! List items and their fields (microsoft.md 2.10).

#![expect(clippy::unnecessary_wraps, reason = "handlers of one table share a type")]

use super::access;
use super::files::item::{expect_match, expect_unlocked};
use super::files::{Author, free_to_change, set_fields};
use super::lists::named;
use super::odata::{body, collection, entity, expands, instant, skip_token, top};
use super::scene::Scene;
use super::seed;
use super::state::{ItemKey, Kind, ListKey, Place, micros};
use super::view::{Viewer, etag};
use crate::core::answer::Answer;
use crate::core::env::{Env, Reply};
use crate::microsoft::Microsoft;
use crate::microsoft::error::Refusal;
use http::StatusCode;
use serde_json::{Map, Value, json};

type Handled = Result<Reply<Microsoft>, Refusal>;

/// Above this many items a filter needs an index.
const VIEW_THRESHOLD: u32 = 5_000;
/// Fields that every item has, which nobody sets.
const BUILT_IN: &[&str] = &[
    "id",
    "ContentType",
    "Modified",
    "Created",
    "AuthorLookupId",
    "EditorLookupId",
    "_UIVersionString",
    "CheckoutUserLookupId",
    "FileLeafRef",
    "FileSizeDisplay",
    "DocIcon",
];

impl Viewer<'_> {
    /// A list item, with its fields when they are wanted.
    pub fn row(&self, key: ItemKey, fields: Option<&str>) -> Value {
        let content = &self.state.graph.content;
        let item = content.item(key);
        let kind = match item.kind {
            Kind::Folder => ("0x0120", "Folder"),
            Kind::File(_) => ("0x0101", "Document"),
            Kind::Row => ("0x01", "Item"),
        };
        let mut view = json!({
            "id": item.number.to_string(),
            "createdDateTime": instant(item.created),
            "lastModifiedDateTime": instant(item.modified),
            "createdBy": self.identity(item.created_by),
            "lastModifiedBy": self.identity(item.modified_by),
            "eTag": etag(content, key),
            "webUrl": self.plain_url(key),
            "parentReference": { "siteId": content.site_of(key).id(), "id": item.parent.map(|parent| content.guid(parent).to_lowercase()) },
            "contentType": { "id": kind.0, "name": kind.1 },
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
        let names = options.split(';').find_map(|option| option.trim().strip_prefix("$select="));
        let named: Option<Vec<&str>> = names.map(|names| names.split(',').map(str::trim).collect());
        let wanted = |name: &str, hidden: bool| named.as_ref().map_or(!hidden, |names| names.contains(&name));
        let mut all = Map::new();
        let built_in = [
            ("id", json!(item.number.to_string())),
            ("ContentType", json!(if item.is_file() { "Document" } else { "Folder" })),
            ("Modified", json!(instant(item.modified))),
            ("Created", json!(instant(item.created))),
            ("AuthorLookupId", json!((item.created_by + 6).to_string())),
            ("EditorLookupId", json!((item.modified_by + 6).to_string())),
            (
                "_UIVersionString",
                json!(item.versions().last().map_or_else(|| "1.0".to_owned(), super::state::Version::id)),
            ),
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

/// The row of the address, in its list.
fn row(state: &mut Microsoft, env: &Env<'_>, scene: &Scene) -> Result<ItemKey, Refusal> {
    let list = named(state, env, scene)?;
    let number = env.param("listItem-id").parse().map_err(|_| Refusal::no_item())?;
    let item = state.graph.content.find_number(list, number).ok_or_else(Refusal::no_item)?;
    if !access::rights(state, &scene.access, item).read || !scene.sees_draft(&state.graph.content, item) {
        return Err(access::unseen(state, &scene.access, item));
    }
    Ok(item)
}

fn answer(state: &Microsoft, env: &Env<'_>, scene: &Scene, item: ItemKey, status: StatusCode) -> Handled {
    let viewer = Viewer { state, surfaces: &env.house.surfaces, user: scene.user() };
    let fields = expands(env, "fields");
    let mut view = viewer.row(item, fields.as_deref());
    if expands(env, "driveItem").is_some() {
        view["driveItem"] = viewer.item(item);
    }
    Ok(Answer::json(status, &entity(env, "sites/$entity/lists/$entity/items/$entity", view)).into())
}

/// `GET …/items/{id}/listItem` of a drive item. It may not be there for a moment after an upload.
pub fn of_drive_item(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let item = scene.item(state, env)?;
    let young = micros(env.now) - state.graph.content.item(item).created < 5_000_000;
    if state.graph.content.item(item).parent.is_none()
        || (young && env.behaves("fresh-list-item-404").is_some())
    {
        return Err(Refusal::no_item());
    }
    answer(state, env, scene, item, StatusCode::OK)
}

/// `GET …/lists/{id}/items/{id}`
pub fn get(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let item = row(state, env, scene)?;
    answer(state, env, scene, item, StatusCode::OK)
}

/// `GET …/lists/{id}/items/{id}/driveItem`
pub fn drive_item(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let item = row(state, env, scene)?;
    let view = super::files::item::shown(state, env, scene, item);
    Ok(Answer::ok(&entity(env, "drives/$entity/items/$entity", view)).into())
}

/// A comparison of a field with a value: `fields/Name eq 'text'`, several with `and`.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    pub field: String,
    pub operator: String,
    pub value: Value,
}

/// Reads `$filter`.
/// # Errors
/// `invalidRequest` when it is not understood.
pub fn read_filter(text: &str) -> Result<Vec<Comparison>, Refusal> {
    let bad = || Refusal::new(400, "invalidRequest", format!("Invalid filter clause: {text}"));
    let mut rest = text.trim();
    let mut all = Vec::new();
    loop {
        if let Some(inner) = rest.strip_prefix("startswith(") {
            let (field, after) = inner.split_once(',').ok_or_else(bad)?;
            let (value, after) = literal(after.trim()).ok_or_else(bad)?;
            rest = after.trim().strip_prefix(')').ok_or_else(bad)?;
            all.push(Comparison {
                field: field_name(field).ok_or_else(bad)?,
                operator: "startswith".into(),
                value,
            });
        } else {
            let (field, after) = rest.split_once(' ').ok_or_else(bad)?;
            let (operator, after) = after.trim().split_once(' ').ok_or_else(bad)?;
            if !matches!(operator, "eq" | "ne" | "lt" | "gt" | "le" | "ge") {
                return Err(bad());
            }
            let (value, after) = literal(after.trim()).ok_or_else(bad)?;
            rest = after;
            all.push(Comparison {
                field: field_name(field).ok_or_else(bad)?,
                operator: operator.into(),
                value,
            });
        }
        rest = rest.trim();
        if rest.is_empty() {
            return Ok(all);
        }
        rest = rest.strip_prefix("and ").ok_or_else(bad)?.trim();
    }
}

fn field_name(text: &str) -> Option<String> {
    let name = text.trim().strip_prefix("fields/")?;
    name.chars().all(|letter| letter.is_alphanumeric() || letter == '_').then(|| name.to_owned())
}

/// A text in apostrophes (doubled inside), a number, `true`, `false` or `null`; and what follows.
fn literal(text: &str) -> Option<(Value, &str)> {
    if let Some(inner) = text.strip_prefix('\'') {
        let mut value = String::new();
        let mut letters = inner.char_indices().peekable();
        while let Some((at, letter)) = letters.next() {
            if letter != '\'' {
                value.push(letter);
            } else if letters.peek().is_some_and(|(_, next)| *next == '\'') {
                letters.next();
                value.push('\'');
            } else {
                return Some((json!(value), &inner[at + 1..]));
            }
        }
        return None;
    }
    let end = text.find([' ', ')']).unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    Some((serde_json::from_str(word).ok()?, rest))
}

impl Comparison {
    fn fits(&self, found: Option<&Value>) -> bool {
        use std::cmp::Ordering::{Equal, Greater, Less};
        let text =
            |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned).to_lowercase();
        let order = match (found, &self.value) {
            (None | Some(Value::Null), wanted) => {
                return (self.operator == "eq") == wanted.is_null()
                    && matches!(self.operator.as_str(), "eq" | "ne");
            }
            (Some(found), wanted) => match (found.as_f64(), wanted.as_f64()) {
                (Some(one), Some(two)) => one.partial_cmp(&two).unwrap_or(Equal),
                _ if self.operator == "startswith" => return text(found).starts_with(&text(wanted)),
                _ => text(found).cmp(&text(wanted)),
            },
        };
        match self.operator.as_str() {
            "eq" => order == Equal,
            "ne" => order != Equal,
            "lt" => order == Less,
            "gt" => order == Greater,
            "le" => order != Greater,
            _ => order != Less,
        }
    }
}

/// A column that is not indexed cannot be filtered by, unless the client accepts that it may fail.
fn indexed(state: &Microsoft, env: &Env<'_>, list: ListKey, filter: &[Comparison]) -> Result<(), Refusal> {
    let known = &state.graph.content.lists[list as usize];
    let accepts = env
        .call
        .header("prefer")
        .is_some_and(|text| text.contains("HonorNonIndexedQueriesWarningMayFailRandomly"));
    for comparison in filter {
        let column = known.columns.iter().find(|column| column.name == comparison.field);
        let built_in = BUILT_IN.contains(&comparison.field.as_str());
        if column.is_none() && !built_in {
            return Err(Refusal::invalid(format!("Field '{}' is not recognized", comparison.field)));
        }
        if column.is_some_and(|column| !column.indexed) {
            if !accepts {
                return Err(Refusal::invalid(format!(
                    "Field '{}' cannot be referenced in filter or orderby as it is not indexed. Provide the 'Prefer: HonorNonIndexedQueriesWarningMayFailRandomly' header to allow this, but be warned that such queries may fail on large lists.",
                    comparison.field
                )));
            }
            if known.count > VIEW_THRESHOLD {
                return Err(Refusal::new(
                    500,
                    "generalException",
                    "The attempted operation is prohibited because it exceeds the list view threshold.",
                ));
            }
        }
    }
    Ok(())
}

/// `GET …/lists/{id}/items`
pub fn all(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let list = named(state, env, scene)?;
    let filter = env.call.query.filled("$filter").map(read_filter).transpose()?.unwrap_or_default();
    indexed(state, env, list, &filter)?;
    let size = top(env, super::odata::PAGE)?;
    let after: u32 = skip_token(env)?.and_then(|text| text.parse().ok()).unwrap_or(0);
    let content = &state.graph.content;
    let viewer = Viewer { state, surfaces: &env.house.surfaces, user: scene.user() };
    let options = expands(env, "fields");
    let (mut views, mut last, mut more) = (Vec::new(), after, false);
    for number in after + 1.. {
        let Some(known) = content.numbered(list, number) else { break };
        let Some(item) = known.filter(|item| content.item(*item).place == Place::Here) else { continue };
        let seen = access::rights(state, &scene.access, item).read && scene.sees_draft(content, item);
        let fields = viewer.fields(
            item,
            &format!("$select={}", filter.iter().map(|one| one.field.as_str()).collect::<Vec<_>>().join(",")),
        );
        if !seen || !filter.iter().all(|one| one.fits(fields.get(&one.field))) {
            continue;
        }
        if views.len() == size {
            more = true;
            break;
        }
        last = number;
        views.push(viewer.row(item, options.as_deref()));
    }
    Ok(collection(env, "sites/$entity/lists/$entity/items", views, more.then(|| last.to_string()).as_deref())
        .into())
}

/// `POST …/lists/{id}/items`: a row of a list that is no library.
pub fn create(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let wanted = body(env)?;
    let list = named(state, env, scene)?;
    let root = state.graph.content.lists[list as usize].root;
    scene.may_write(state, root)?;
    if state.graph.content.lists[list as usize].library {
        return Err(Refusal::invalid("Items of a library are made by uploading files."));
    }
    let fields = checked(state, list, &wanted["fields"])?;
    let author = Author { by: scene.actor(&mut state.graph.content), user: scene.user(), now: env.now };
    let name = format!("{}_.000", env.house.random.uuid());
    let item = seed::put(&mut state.graph.content, root, &name, Kind::Row, author.by, micros(env.now));
    set_fields(state, env.house, item, fields, author);
    let viewer = Viewer { state, surfaces: &env.house.surfaces, user: scene.user() };
    let view = viewer.row(item, Some(""));
    Ok(Answer::json(StatusCode::CREATED, &entity(env, "sites/$entity/lists/$entity/items/$entity", view))
        .into())
}

/// `DELETE …/lists/{id}/items/{id}`
pub fn remove(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let item = row(state, env, scene)?;
    scene.may_write(state, item)?;
    let author = Author { by: scene.actor(&mut state.graph.content), user: scene.user(), now: env.now };
    super::files::bin(state, env.house, item, author)?;
    Ok(Answer::empty(StatusCode::NO_CONTENT).into())
}

/// `GET …/fields`
pub fn fields(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let item = row(state, env, scene)?;
    let viewer = Viewer { state, surfaces: &env.house.surfaces, user: scene.user() };
    let options =
        env.call.query.filled("$select").map_or_else(String::new, |names| format!("$select={names}"));
    Ok(Answer::ok(&entity(
        env,
        "sites/$entity/lists/$entity/items/$entity/fields",
        viewer.fields(item, &options),
    ))
    .into())
}

/// `PATCH …/fields`: adds a version to files of a library, as SharePoint does.
pub fn set(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let wanted = body(env)?;
    let item = row(state, env, scene)?;
    scene.may_write(state, item)?;
    expect_unlocked(env)?;
    expect_match(state, env, item)?;
    let list = state.graph.content.item(item).list;
    let fields = checked(state, list, &wanted)?;
    let author = Author { by: scene.actor(&mut state.graph.content), user: scene.user(), now: env.now };
    free_to_change(state, item, author)?;
    set_fields(state, env.house, item, fields, author);
    let content = &mut state.graph.content;
    if content.item(item).checkout().is_none()
        && let Some(last) = content.item(item).versions().last().cloned()
    {
        let version = super::files::next_version(
            content.item(item).versions(),
            last.content,
            micros(env.now),
            author.by,
        );
        super::files::add_version(state, item, version);
    }
    let viewer = Viewer { state, surfaces: &env.house.surfaces, user: scene.user() };
    Ok(Answer::ok(&entity(
        env,
        "sites/$entity/lists/$entity/items/$entity/fields/$entity",
        viewer.fields(item, ""),
    ))
    .into())
}

/// Values by the columns they are for.
fn checked(state: &Microsoft, list: ListKey, wanted: &Value) -> Result<Vec<(String, Value)>, Refusal> {
    let columns = &state.graph.content.lists[list as usize].columns;
    let mut all = Vec::new();
    for (name, value) in wanted.as_object().into_iter().flatten().filter(|(name, _)| !name.starts_with('@')) {
        let bare = name.strip_suffix("LookupId").unwrap_or(name);
        let column = columns.iter().find(|column| {
            column.name == *name
                || (column.name == bare && matches!(column.kind.as_str(), "lookup" | "personOrGroup"))
        });
        if name == "Title" {
            all.push((name.clone(), value.clone()));
            continue;
        }
        let column = column.ok_or_else(|| Refusal::invalid(format!("Field '{name}' is not recognized")))?;
        if column.read_only {
            return Err(Refusal::invalid(format!("Field '{name}' is read-only")));
        }
        let fits = match column.kind.as_str() {
            "text" | "choice" => value.is_string() || value.is_null(),
            "number" | "currency" => value.is_number() || value.is_null(),
            "boolean" => value.is_boolean() || value.is_null(),
            "dateTime" => {
                value.is_null()
                    || super::odata::read_instant(value).is_ok()
                    || value.as_str().is_some_and(|text| text.parse::<jiff::civil::Date>().is_ok())
            }
            _ => true,
        };
        if !fits {
            return Err(Refusal::invalid(format!("The value of field '{name}' is of the wrong type")));
        }
        all.push((name.clone(), value.clone()));
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_read_with_its_quotes() {
        let filter = read_filter("fields/Name eq 'O''Brien' and fields/Size gt 3").unwrap();
        assert_eq!(
            filter[0],
            Comparison { field: "Name".into(), operator: "eq".into(), value: json!("O'Brien") }
        );
        assert_eq!(filter[1].value, json!(3));
        assert_eq!(read_filter("startswith(fields/Name,'a')").unwrap()[0].operator, "startswith");
        for bad in [
            "",
            "Name eq 'a'",
            "fields/Name eq",
            "fields/Name eq 'a",
            "fields/Name like 'a'",
            "fields/A eq 'a' or fields/B eq 'b'",
        ] {
            assert!(read_filter(bad).is_err(), "{bad}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_filter_makes_it_panic(text in "\\PC{0,60}") {
            let _ = read_filter(&text);
        }
    }
}
