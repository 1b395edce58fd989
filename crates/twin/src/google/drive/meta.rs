//! The metadata that a request carries: which members may be written, and of what form they are.

use super::schema;
use super::state::When;
use crate::google::error::Refusal;
use jiff::Timestamp;
use serde_json::{Map, Value};

/// Metadata of a create, update or copy. Absent members leave what is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Meta {
    pub id: Option<String>,
    pub name: Option<String>,
    pub mime: Option<String>,
    /// The inner nothing clears it.
    pub description: Option<Option<String>>,
    pub parents: Option<Vec<String>>,
    pub starred: Option<bool>,
    pub trashed: Option<bool>,
    /// By name; without a value the entry goes.
    pub properties: Vec<(String, Option<String>)>,
    pub app_properties: Vec<(String, Option<String>)>,
    pub created: Option<When>,
    pub modified: Option<When>,
    pub viewed: Option<When>,
    pub original_filename: Option<String>,
    pub folder_color: Option<String>,
    pub copy_requires_writer_permission: Option<bool>,
    pub writers_can_share: Option<bool>,
    pub inherited_permissions_disabled: Option<bool>,
    pub indexable_text: Option<String>,
    /// `shortcutDetails.targetId`.
    pub shortcut_target: Option<String>,
    /// As sent.
    pub restrictions: Option<Value>,
}

/// What is done with the metadata.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Create,
    Update,
    Copy,
}

/// Members that are of no consequence here, or that clients send back although nothing comes of it.
const PASSED_OVER: [&str; 6] =
    ["kind", "contentHints", "downloadRestrictions", "labelInfo", "viewersCanCopyContent", "resourceKey"];

impl Meta {
    /// Reads a JSON body; an empty body is no metadata.
    /// # Errors
    /// 400 `parseError` when it is no JSON object; 400 `invalid` for a member of a wrong type; 403
    /// `fieldNotWritable` for what cannot be written.
    pub fn read(body: &[u8], purpose: Purpose) -> Result<Self, Refusal> {
        if body.iter().all(u8::is_ascii_whitespace) {
            return Ok(Self::default());
        }
        match serde_json::from_slice(body) {
            Ok(Value::Object(members)) => Self::of(&members, purpose),
            _ => Err(Refusal::new(400, "parseError", "Parse Error")),
        }
    }

    fn of(members: &Map<String, Value>, purpose: Purpose) -> Result<Self, Refusal> {
        let mut meta = Self::default();
        for (name, value) in members {
            meta.take(name, value, purpose)?;
        }
        if let Some(hints) = members.get("contentHints") {
            meta.indexable_text = text(&hints["indexableText"], "contentHints")?;
        }
        if let Some(value) = members.get("viewersCanCopyContent").and_then(Value::as_bool) {
            meta.copy_requires_writer_permission.get_or_insert(!value);
        }
        Ok(meta)
    }

    fn take(&mut self, name: &str, value: &Value, purpose: Purpose) -> Result<(), Refusal> {
        match name {
            "id" if purpose != Purpose::Update => self.id = text(value, name)?,
            "name" => self.name = text(value, name)?,
            "mimeType" => self.mime = text(value, name)?,
            "description" => self.description = Some(text(value, name)?.filter(|text| !text.is_empty())),
            "parents" if purpose == Purpose::Update => {
                return Err(Refusal::new(
                    403,
                    "fieldNotWritable",
                    "The parents field is not directly writable in update requests. Use the addParents and \
                     removeParents parameters instead.",
                ));
            }
            "parents" => self.parents = parents(value)?,
            "starred" => self.starred = flag(value, name)?,
            "trashed" if purpose == Purpose::Update => self.trashed = flag(value, name)?,
            "properties" => self.properties = entries(value, name)?,
            "appProperties" => self.app_properties = entries(value, name)?,
            "createdTime" if purpose != Purpose::Update => self.created = time(value, name)?,
            "modifiedTime" => self.modified = time(value, name)?,
            "viewedByMeTime" => self.viewed = time(value, name)?,
            "originalFilename" => self.original_filename = text(value, name)?,
            "folderColorRgb" => self.folder_color = text(value, name)?,
            "copyRequiresWriterPermission" => self.copy_requires_writer_permission = flag(value, name)?,
            "writersCanShare" => self.writers_can_share = flag(value, name)?,
            "inheritedPermissionsDisabled" => self.inherited_permissions_disabled = flag(value, name)?,
            "shortcutDetails" if purpose == Purpose::Create => {
                self.shortcut_target = text(&value["targetId"], name)?;
            }
            "contentRestrictions" => self.restrictions = Some(value.clone()),
            other if PASSED_OVER.contains(&other) => {}
            other if schema::members("File").iter().any(|(member, _)| *member == other) => {
                return Err(Refusal::new(
                    403,
                    "fieldNotWritable",
                    "The resource body includes fields which are not directly writable.",
                ));
            }
            // What no schema knows is passed over.
            _ => {}
        }
        Ok(())
    }
}

fn wrong(name: &str) -> Refusal {
    Refusal::new(400, "invalid", format!("Invalid value for: {name}"))
}

fn text(value: &Value, name: &str) -> Result<Option<String>, Refusal> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text.clone())),
        _ => Err(wrong(name)),
    }
}

fn flag(value: &Value, name: &str) -> Result<Option<bool>, Refusal> {
    match value {
        Value::Null => Ok(None),
        Value::Bool(flag) => Ok(Some(*flag)),
        Value::String(text) if text == "true" || text == "false" => Ok(Some(text == "true")),
        _ => Err(wrong(name)),
    }
}

fn time(value: &Value, name: &str) -> Result<Option<When>, Refusal> {
    let Some(text) = text(value, name)? else { return Ok(None) };
    let at: Timestamp = text.parse().map_err(|_| wrong(name))?;
    Ok(Some(When::from(at)))
}

fn parents(value: &Value) -> Result<Option<Vec<String>>, Refusal> {
    let one = |value: &Value| value.as_str().map(str::to_owned).ok_or_else(|| wrong("parents"));
    match value {
        Value::Null => Ok(None),
        Value::Array(values) => values.iter().map(one).collect::<Result<_, _>>().map(Some),
        _ => Err(wrong("parents")),
    }
}

fn entries(value: &Value, name: &str) -> Result<Vec<(String, Option<String>)>, Refusal> {
    match value {
        Value::Null => Ok(Vec::new()),
        Value::Object(map) => map.iter().map(|(key, value)| Ok((key.clone(), text(value, name)?))).collect(),
        _ => Err(wrong(name)),
    }
}
