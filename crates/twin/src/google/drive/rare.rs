//! A file's rare members: properties, description, colour and the like.

use super::meta::Meta;
use super::state::{App, File};
use crate::google::error::Refusal;
use std::collections::BTreeMap;

/// Sets what lies in the box of rare members.
pub(super) fn set_rare(file: &mut File, app: App, meta: &Meta) -> Result<(), Refusal> {
    check_properties(file, app, meta)?;
    if let Some(text) = &meta.description {
        file.extra_mut().description = text.as_deref().map(Box::from);
    }
    if let Some(name) = &meta.original_filename {
        file.extra_mut().original_filename = Some(name.as_str().into());
    }
    if let Some(color) = meta.folder_color.as_ref().filter(|_| file.mime.is_folder()) {
        file.extra_mut().folder_color = Some(color.as_str().into());
    }
    if let Some(only_writers) = meta.copy_requires_writer_permission {
        file.extra_mut().copy_requires_writer_permission = only_writers;
    }
    if let Some(may) = meta.writers_can_share {
        file.extra_mut().writers_cannot_share = !may;
    }
    if let Some(off) = meta.inherited_permissions_disabled {
        file.extra_mut().inherited_permissions_disabled = off;
    }
    if let Some(text) = &meta.indexable_text {
        file.extra_mut().indexable_text = Some(text.as_str().into());
    }
    Ok(())
}

/// Sets properties, and refuses those beyond the limits: 124 bytes each, 30 of one application, 100 in all
/// (google.md 2.8).
pub(super) fn check_properties(file: &mut File, app: App, meta: &Meta) -> Result<(), Refusal> {
    if meta.properties.is_empty() && meta.app_properties.is_empty() {
        return Ok(());
    }
    let long =
        |(name, value): &&(String, Option<String>)| name.len() + value.as_ref().map_or(0, String::len) > 124;
    if meta.properties.iter().chain(&meta.app_properties).find(long).is_some() {
        let message = "The maximum length of a property (key and value) is 124 bytes.";
        return Err(Refusal::new(400, "invalid", message));
    }
    let extra = file.extra_mut();
    let put = |map: &mut BTreeMap<Box<str>, Box<str>>, (name, value): &(String, Option<String>)| {
        match value {
            Some(value) => map.insert(name.as_str().into(), value.as_str().into()),
            None => map.remove(name.as_str()),
        };
    };
    meta.properties.iter().for_each(|entry| put(&mut extra.properties, entry));
    if !meta.app_properties.is_empty() {
        let own = extra.app_properties.entry(app).or_default();
        meta.app_properties.iter().for_each(|entry| put(own, entry));
    }
    extra.app_properties.retain(|_, map| !map.is_empty());
    let own = extra.app_properties.get(&app).map_or(0, BTreeMap::len);
    let all = extra.properties.len() + extra.app_properties.values().map(BTreeMap::len).sum::<usize>();
    if own > 30 || all > 100 {
        return Err(Refusal::new(
            403,
            "propertyLimitExceeded",
            "The maximum number of properties was exceeded.",
        ));
    }
    Ok(())
}

impl File {
    /// A file without content, to try changes of properties on.
    pub(super) fn clone_rare(&self) -> Self {
        Self {
            revisions: Vec::new(),
            permissions: Vec::new(),
            extra: self.extra.clone(),
            name: self.name.clone(),
            mime: self.mime.clone(),
            ..*self
        }
    }
}
