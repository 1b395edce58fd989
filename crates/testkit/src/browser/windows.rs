//! Frames, windows and cookies.

use super::{Browser, BrowserError, Result};

impl Browser {
    /// Goes into the frame with this title; what follows happens inside it.
    pub async fn enter_frame(&self, title: &str) -> Result<()> {
        let what = format!("a frame titled `{title}`");
        self.wait_for(&what, async || {
            self.session.enter_default_frame().await?;
            let frame = self.session.find(thirtyfour::By::Css(format!("iframe[title=\"{title}\"]"))).await?;
            frame.enter_frame().await?;
            Ok(Some(()))
        })
        .await
    }

    /// Goes to the window that was opened last.
    pub async fn to_newest_window(&self) -> Result<()> {
        self.wait_for("another window", async || {
            let windows = self.session.windows().await?;
            let newest = windows.last().filter(|_| windows.len() > 1).cloned();
            Ok(match newest {
                Some(window) => {
                    self.session.switch_to_window(window).await?;
                    Some(())
                }
                None => None,
            })
        })
        .await
    }

    /// Waits until this window has closed by itself, and goes to the one that is left.
    pub async fn to_window_that_is_left(&self) -> Result<()> {
        self.wait_for("the window's end", async || {
            let windows = self.session.windows().await?;
            Ok(match windows.as_slice() {
                [only] => {
                    self.session.switch_to_window(only.clone()).await?;
                    Some(())
                }
                _ => None,
            })
        })
        .await
    }

    /// Deletes a cookie of the page's host.
    pub async fn forget_cookie(&self, name: &str) -> Result<()> {
        Ok(self.session.delete_cookie(name).await?)
    }

    /// Whether the page shows a text now.
    pub async fn shows(&self, text: &str) -> Result<bool> {
        Ok(self.text().await?.contains(text))
    }

    /// The text of the first element of a selector.
    pub async fn text_of(&self, selector: &str) -> Result<String> {
        let element = self.session.find(thirtyfour::By::Css(selector)).await?;
        element.text().await.map_err(BrowserError::from)
    }

    /// Clicks the first element of a selector: inside a frame of another site, where roles cannot be asked for.
    pub async fn click_first(&self, selector: &str) -> Result<()> {
        self.wait_for(selector, async || {
            self.session.find(thirtyfour::By::Css(selector)).await?.click().await?;
            Ok(Some(()))
        })
        .await
    }

    /// Says yes to the question that a page asks.
    pub async fn accept_question(&self) -> Result<()> {
        Ok(self.session.accept_alert().await?)
    }
}
