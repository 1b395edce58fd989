//! Pictures of pages, and whether a page fits its screen.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use super::{Browser, BrowserError, Result};

/// Elements that stick out to the right, the outermost ones.
const WIDER: &str = r"
    const edge = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= edge) return [];
    return [...document.querySelectorAll('body *')]
        .filter(element => element.checkVisibility() && element.getBoundingClientRect().right > edge + 0.5)
        .slice(0, 5)
        .map(element => element.tagName.toLowerCase() + (element.id && '#' + element.id)
            + [...element.classList].map(name => '.' + name).join(''));
";

impl Browser {
    /// Keeps a picture of the whole page, also what lies below the screen, among the artifacts.
    pub async fn screenshot(&self, name: &str) -> Result<PathBuf> {
        let mut size = Value::Null;
        for _ in 0..20 {
            self.settled().await;
            let measured = self.devtools("Page.getLayoutMetrics", json!({})).await;
            size = measured.map_or(Value::Null, |mut m| m["cssContentSize"].take());
            // A page that has just taken another's place has no size for a moment.
            if size["width"].as_f64().is_some_and(|w| w > 0.0) {
                break;
            }
        }
        let clip = json!({"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1});
        self.capture(name, json!({"format": "png", "captureBeyondViewport": true, "clip": clip})).await
    }

    /// Keeps a picture of what the screen shows, and when the README's pictures are being renewed, also there.
    pub async fn picture(&self, name: &str) -> Result<PathBuf> {
        let kept = self.capture(name, json!({"format": "png"})).await?;
        if let Some(folder) = &self.places.pictures {
            std::fs::create_dir_all(folder)?;
            std::fs::copy(&kept, folder.join(format!("{name}.png")))?;
        }
        Ok(kept)
    }

    /// Fails when the page is wider than its screen.
    pub async fn expect_no_sideways_scroll(&self) -> Result<()> {
        let wider = self.script(WIDER, Vec::new()).await?;
        let names: Vec<&str> = wider.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        if names.is_empty() {
            return Ok(());
        }
        let address = self.address().await?;
        Err(BrowserError::new(format!(
            "{address} is wider than {} px: {}",
            self.view.width,
            names.join(", ")
        )))
    }

    /// Waits a moment until the page is loaded and stays: a click that leads elsewhere has led there by then.
    async fn settled(&self) {
        for _ in 0..40 {
            let ready =
                self.script("return document.readyState === 'complete' && innerWidth > 0", Vec::new()).await;
            let before = self.address().await.ok();
            tokio::time::sleep(Duration::from_millis(60)).await;
            let stayed = before.is_some() && self.address().await.ok() == before;
            if stayed && ready.is_ok_and(|r| r == Value::Bool(true)) {
                return;
            }
        }
    }

    /// A page that is being replaced gives no picture for a moment; the next one does.
    async fn captured(&self, how: Value) -> Result<Value> {
        for _ in 0..8 {
            self.settled().await;
            if let Ok(answer) = self.devtools("Page.captureScreenshot", how.clone()).await {
                return Ok(answer);
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        self.devtools("Page.captureScreenshot", how).await
    }

    async fn capture(&self, name: &str, how: Value) -> Result<PathBuf> {
        let answer = self.captured(how).await?;
        let data = answer["data"].as_str().unwrap_or_default();
        let bytes = thirtyfour::support::base64_decode(data)?;
        let folder: &Path = &self.places.artifacts.join("screens");
        std::fs::create_dir_all(folder)?;
        let path = folder.join(format!("{}-{name}.png", self.name));
        std::fs::write(&path, bytes)?;
        Ok(path)
    }
}
