//! A world from one file: who and what exists at both providers.

use crate::google::world::GoogleWorld;
use crate::microsoft::world::MicrosoftWorld;
use crate::{Error, Result};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The world that ships with the twin.
const READY: &str = include_str!("ready.toml");

/// A world, as its file describes it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct World {
    /// Where chance begins: the same seed and the same requests give the same ids.
    #[serde(default)]
    pub seed: u64,
    /// When set, time stands still at this instant until it is moved.
    pub stopped_at: Option<Timestamp>,
    #[serde(default)]
    pub google: GoogleWorld,
    #[serde(default)]
    pub microsoft: MicrosoftWorld,
}

impl World {
    /// The world that ships with the twin: two Workspace domains, two Entra tenants, people, groups, sites,
    /// libraries and a shared drive.
    /// # Errors
    /// Never in a released version; a test reads it.
    pub fn ready() -> Result<Self> {
        Self::from_toml(READY, "the ready world")
    }

    /// Reads a world from TOML.
    /// # Errors
    /// With the line and the reason.
    pub fn from_toml(text: &str, name: &str) -> Result<Self> {
        toml::from_str(text).map_err(|error| {
            let line =
                error.span().map_or(1, |span| text[..span.start.min(text.len())].lines().count().max(1));
            Error(format!("{name}, line {line}: {}", error.message()))
        })
    }

    /// Reads a world from JSON.
    /// # Errors
    /// With the line and the reason.
    pub fn from_json(text: &str, name: &str) -> Result<Self> {
        serde_json::from_str(text).map_err(|error| Error(format!("{name}, line {}: {error}", error.line())))
    }

    /// Reads a world from a file: JSON when its name ends in `.json`, TOML otherwise.
    /// # Errors
    /// When it cannot be read, or with the line and the reason.
    pub fn from_file(path: &Path) -> Result<Self> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path)
            .map_err(|error| Error(format!("{name} cannot be read: {error}")))?;
        let json = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
        if json { Self::from_json(&text, &name) } else { Self::from_toml(&text, &name) }
    }
}
