//! Files that go into a page and files that come out.

use std::path::{Path, PathBuf};

use serde_json::json;
use thirtyfour::WebElement;

use super::{Browser, BrowserError, Result};

impl Browser {
    /// Chooses files in the file control with this label.
    pub async fn upload(&self, label: &str, files: &[&Path]) -> Result<()> {
        let control = self.by_label(label).await?;
        // The driver takes several paths as lines.
        let paths = absolute(files)?.join("\n");
        Ok(control.send_keys(paths).await?)
    }

    /// Drops files from the desktop onto an element.
    pub async fn drop_files(&self, target: &WebElement, files: &[&Path]) -> Result<()> {
        target.scroll_into_view().await?;
        let spot = "const box = arguments[0].getBoundingClientRect();
            return {x: box.x + box.width / 2, y: box.y + box.height / 2};";
        let spot = self.script(spot, vec![target.to_json()?]).await?;
        let data = json!({"items": [], "files": absolute(files)?, "dragOperationsMask": 1});
        for step in ["dragEnter", "dragOver", "drop"] {
            let event = json!({"type": step, "x": spot["x"], "y": spot["y"], "data": data});
            self.devtools("Input.dispatchDragEvent", event).await?;
        }
        Ok(())
    }

    /// Waits until a file of this name was downloaded and returns where it is; it goes when the browser closes.
    pub async fn downloaded(&self, name: &str) -> Result<PathBuf> {
        let path = self.profile.path().join("downloads").join(name);
        // The browser writes under another name until the file is whole.
        self.wait_until(&format!("the download `{name}`"), async || Ok(path.try_exists()?)).await?;
        Ok(path)
    }
}

fn absolute(files: &[&Path]) -> Result<Vec<String>> {
    files
        .iter()
        .map(|file| {
            let path = file
                .canonicalize()
                .map_err(|error| BrowserError::new(format!("{}: {error}", file.display())))?;
            Ok(path.to_string_lossy().into_owned())
        })
        .collect()
}
