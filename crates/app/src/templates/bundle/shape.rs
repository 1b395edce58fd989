//! The shape of a bundle: what is written into it and read out of it, and how it compares with what is here.

use bytes::Bytes;
use domain::templates::{DefaultVisibility, Direction, Numbering, Template, TemplateProperties};
use domain::{Error, GroupId, HeadingId, PluginId, Result};
use platform::digest::sha256_hex;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The file of a bundle that says what is in it.
pub(super) const INDEX: &str = "bundle.json";
/// What it says it is.
pub(super) const KIND: &str = "chancery-templates";
/// The largest bundle, in bytes.
pub(super) const LARGEST: usize = 64 << 20;
/// The most templates of one bundle.
pub(super) const MOST: usize = 1_000;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Index {
    pub kind: String,
    pub version: u32,
    pub headings: Vec<Heading>,
    pub templates: Vec<Packed>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Heading {
    pub name: String,
    pub rank: i64,
}

/// A template as a bundle has it: what is counted by ids here has names there.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Packed {
    pub name: String,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub headings: Vec<String>,
    #[serde(default)]
    pub groups: Vec<String>,
    #[serde(default)]
    pub stored_in: String,
    #[serde(default)]
    pub direction: Direction,
    #[serde(default)]
    pub numbering: Numbering,
    #[serde(default)]
    pub default_visible_for: DefaultVisibility,
    #[serde(default)]
    pub semantics: domain::locking::LockSemantics,
    #[serde(default)]
    pub rank: i64,
    pub files: Vec<PackedFile>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct PackedFile {
    pub language: String,
    pub file_name: String,
    /// Its name in the archive.
    pub entry: String,
    pub sha256: String,
}

/// What this installation has, by name.
pub(super) struct Here {
    pub headings: Vec<domain::templates::Heading>,
    pub groups: Vec<domain::records::Group>,
    pub templates: Vec<Template>,
}

/// A bundle that was read.
pub(super) struct Bundle {
    pub index: Index,
    pub files: BTreeMap<String, Bytes>,
}

pub(super) fn same(a: &str, b: &str) -> bool {
    a.trim().to_lowercase() == b.trim().to_lowercase()
}

pub(super) fn packed(template: &Template, here: &Here, stored_in: &str) -> Packed {
    let p = &template.properties;
    let heading = |id: &HeadingId| here.headings.iter().find(|h| h.id == *id).map(|h| h.name.clone());
    let group = |id: &GroupId| here.groups.iter().find(|g| g.id == *id).map(|g| g.name.clone());
    Packed {
        name: p.name.clone(),
        description: p.description.clone(),
        headings: p.headings.iter().filter_map(heading).collect(),
        groups: p.groups.iter().filter_map(group).collect(),
        stored_in: stored_in.to_owned(),
        direction: p.direction,
        // Numbers are an installation's own.
        numbering: Numbering { next: 1, ..p.numbering.clone() },
        default_visible_for: p.default_visible_for,
        semantics: p.semantics,
        rank: p.rank,
        files: Vec::new(),
    }
}

/// Properties as they are to be here. What is an installation's own stays: where documents go, and the next number.
pub(super) fn properties(packed: &Packed, here: &Here, own: Option<&Template>) -> TemplateProperties {
    let headings = here.headings.iter().filter(|h| packed.headings.iter().any(|name| same(name, &h.name)));
    let groups = here.groups.iter().filter(|g| packed.groups.iter().any(|name| same(name, &g.name)));
    let before = own.map(|own| &own.properties);
    let mut headings: Vec<HeadingId> = headings.map(|h| h.id).collect();
    let mut groups: Vec<GroupId> = groups.map(|g| g.id).collect();
    if let Some(before) = before {
        // In the order they have here, so that nothing seems to change.
        let place = |id: &HeadingId| before.headings.iter().position(|known| known == id);
        headings.sort_by_key(|id| place(id).unwrap_or(usize::MAX));
        let place = |id: &GroupId| before.groups.iter().position(|known| known == id);
        groups.sort_by_key(|id| place(id).unwrap_or(usize::MAX));
    }
    TemplateProperties {
        name: before.map_or_else(|| packed.name.clone(), |before| before.name.clone()),
        description: packed.description.clone(),
        headings,
        groups,
        stored_in: before.map_or(PluginId::ARCHIVE, |before| before.stored_in),
        direction: packed.direction,
        numbering: Numbering {
            next: before.map_or(1, |before| before.numbering.next),
            ..packed.numbering.clone()
        },
        default_visible_for: packed.default_visible_for,
        semantics: packed.semantics,
        rank: packed.rank,
    }
}

/// What changes about the properties of a template that is there, a sentence each.
pub(super) fn property_changes(
    own: &TemplateProperties,
    wanted: &TemplateProperties,
    packed: &Packed,
    here: &Here,
) -> Vec<String> {
    let mut said = Vec::new();
    let mut note = |changed: bool, sentence: &str| {
        if changed {
            said.push(sentence.to_owned());
        }
    };
    note(own.description != wanted.description, "Its description changes.");
    // A heading that the import makes is one it will stand under.
    let new_heading = packed.headings.iter().any(|name| !here.headings.iter().any(|h| same(&h.name, name)));
    note(own.headings != wanted.headings || new_heading, "It stands under other headings.");
    note(own.groups != wanted.groups, "Other user groups see it.");
    note(own.direction != wanted.direction, "Its direction changes.");
    note(own.numbering != wanted.numbering, "Its documents are numbered in another way.");
    note(own.default_visible_for != wanted.default_visible_for, "Others see documents made from it.");
    note(own.semantics != wanted.semantics, "Documents made from it are locked in another way.");
    note(own.rank != wanted.rank, "Its place in the list changes.");
    said
}

/// Reads a bundle, on a thread of its own: it may be large, and it may be hostile.
pub(super) async fn unpacked(bytes: Bytes) -> Result<Bundle> {
    tokio::task::spawn_blocking(move || read(&bytes))
        .await
        .map_err(|e| Error::internal("reading a bundle broke off").caused_by(e))?
}

pub(super) fn read(bytes: &Bytes) -> Result<Bundle> {
    let wrong = |what: String| Error::invalid(what).field("file");
    let limits = merge::Limits { package: LARGEST, sum: 256 << 20, ..merge::Limits::default() };
    let files =
        merge::unpack(bytes.to_vec(), &limits).map_err(|e| wrong(format!("The bundle is refused. {e}")))?;
    let mut files: BTreeMap<String, Bytes> =
        files.into_iter().map(|(name, content)| (name, Bytes::from(content))).collect();
    let index = files.remove(INDEX).ok_or_else(|| {
        wrong(format!(
            "This is no bundle of templates: it has no {INDEX}. Choose a file that was exported here."
        ))
    })?;
    let index: Index = serde_json::from_slice(&index)
        .map_err(|e| wrong(format!("The bundle cannot be read: {e}. Export it again.")))?;
    if index.kind != KIND || index.version != 1 {
        return Err(wrong(
            "This bundle was made by another program or a newer release. Import it with that release.".into(),
        ));
    }
    if index.templates.len() > MOST {
        return Err(wrong(format!("A bundle has {MOST} templates at most. Export fewer at a time.")));
    }
    for file in index.templates.iter().flat_map(|t| &t.files) {
        let found = files.get(&file.entry);
        if found.is_none_or(|content| sha256_hex(content) != file.sha256) {
            return Err(wrong(format!(
                "{} is missing in the bundle, or is not what was exported. Export it again.",
                file.entry
            )));
        }
    }
    Ok(Bundle { index, files })
}
