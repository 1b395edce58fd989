//! The keyboard, and where its focus is.

use serde_json::{Value, json};
use thirtyfour::Key;

use super::{Browser, BrowserError, Result};

/// How often Tab is pressed before the goal counts as unreachable.
const STOPS: usize = 200;

/// Where the keyboard's focus is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Focus {
    /// Its role in the accessibility tree.
    pub role: String,
    /// Its accessible name.
    pub name: String,
    /// Whether a person can see that it has the focus: an outline or a shadow on it or right around it.
    pub shown: bool,
}

const RING: &str = r"
    const element = document.activeElement;
    if (!element || element === document.body || element === document.documentElement) return null;
    const ring = box => {
        const style = getComputedStyle(box);
        return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none';
    };
    // The browser itself marks the part of a date or a time that has the focus, out of a script's sight.
    const inParts = ['date', 'time', 'datetime-local', 'month', 'week'].includes(element.type);
    return {shown: inParts || ring(element) || (element.parentElement !== null && ring(element.parentElement))};
";

impl Browser {
    /// Presses one key, alone or held with others: `/`, `Enter`, `Escape`, `Tab`, `Shift+Tab`, `ArrowDown`, `Control+s`.
    pub async fn press(&self, keys: &str) -> Result<()> {
        let held: Vec<char> = match keys {
            "+" => vec!['+'],
            keys => keys.split('+').map(key).collect::<Result<_>>()?,
        };
        let mut chain = self.session.action_chain();
        for key in &held {
            chain = chain.key_down(*key);
        }
        for key in held.iter().rev() {
            chain = chain.key_up(*key);
        }
        Ok(chain.perform().await?)
    }

    /// Types into whatever has the focus.
    pub async fn type_text(&self, text: &str) -> Result<()> {
        Ok(self.session.action_chain().send_keys(text).perform().await?)
    }

    /// Where the focus is; none when the page has no focus of its own.
    pub async fn focus(&self) -> Result<Option<Focus>> {
        let ring = self.script(RING, Vec::new()).await?;
        if ring.is_null() {
            return Ok(None);
        }
        let active =
            self.devtools("Runtime.evaluate", json!({"expression": "document.activeElement"})).await?;
        let question = json!({"objectId": active["result"]["objectId"], "fetchRelatives": false});
        let answer = self.devtools("Accessibility.getPartialAXTree", question).await?;
        let node = &answer["nodes"][0];
        let text = |value: &Value| value["value"].as_str().unwrap_or_default().trim().to_owned();
        let shown = ring["shown"] == Value::Bool(true);
        Ok(Some(Focus { role: text(&node["role"]), name: text(&node["name"]), shown }))
    }

    /// Presses Tab until the focus is on something whose name contains `name`.
    ///
    /// Fails when there is no such stop, and when a stop on the way has no name or shows nothing of its focus:
    /// a person with a keyboard would be lost there.
    pub async fn tab_to(&self, name: &str) -> Result<Focus> {
        let mut passed: Vec<String> = Vec::new();
        for _ in 0..STOPS {
            self.press("Tab").await?;
            let Some(focus) = self.focus().await? else { continue };
            let stop = format!("{} `{}`", focus.role, focus.name);
            if !focus.shown {
                return Err(BrowserError::new(format!("nothing shows that the focus is on the {stop}")));
            }
            if focus.name.is_empty() {
                return Err(BrowserError::new(format!("a {} without a name takes the focus", focus.role)));
            }
            if focus.name.contains(name) {
                return Ok(focus);
            }
            // Round once. A date has several stops of one name, so the first name alone proves nothing.
            if passed.first() == Some(&stop) && passed.iter().any(|other| *other != stop) {
                break;
            }
            passed.push(stop);
        }
        Err(BrowserError::new(format!("Tab never reaches `{name}`; it stops at:\n  {}", passed.join("\n  "))))
    }
}

/// A key by the name browsers give it, or a character.
fn key(name: &str) -> Result<char> {
    let named = match name {
        "Enter" => Key::Enter,
        "Escape" => Key::Escape,
        "Tab" => Key::Tab,
        "Space" => Key::Space,
        "Backspace" => Key::Backspace,
        "Delete" => Key::Delete,
        "Home" => Key::Home,
        "End" => Key::End,
        "PageUp" => Key::PageUp,
        "PageDown" => Key::PageDown,
        "ArrowUp" => Key::Up,
        "ArrowDown" => Key::Down,
        "ArrowLeft" => Key::Left,
        "ArrowRight" => Key::Right,
        "Shift" => Key::Shift,
        "Control" => Key::Control,
        "Alt" => Key::Alt,
        other => {
            let mut letters = other.chars();
            return match (letters.next(), letters.next()) {
                (Some(letter), None) => Ok(letter),
                _ => Err(BrowserError::new(format!("there is no key `{other}`"))),
            };
        }
    };
    Ok(named.value())
}
