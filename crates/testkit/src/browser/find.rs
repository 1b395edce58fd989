//! Finding things as a person or a screen reader does, and using them.

use serde_json::{Value, json};
use thirtyfour::WebElement;

use super::{Browser, BrowserError, Result};

/// Finds a form control by its label. Controls behind an open dialog are out of reach, as for a person.
const BY_LABEL: &str = r"
    const wanted = arguments[0];
    const squash = text => (text || '').replace(/\s+/g, ' ').trim();
    const root = document.querySelector(':modal') || document;
    const named = control => {
        const names = [...(control.labels || [])].map(label => label.textContent);
        names.push(control.getAttribute('aria-label'));
        for (const id of (control.getAttribute('aria-labelledby') || '').split(/\s+/)) {
            names.push(id && document.getElementById(id)?.textContent);
        }
        return names.map(squash).filter(Boolean);
    };
    // A file control is often hidden behind a drop area and still the one that takes the file.
    const reachable = control => control.type === 'file' || control.checkVisibility();
    const controls = [...root.querySelectorAll('input:not([type=hidden]), select, textarea, [contenteditable=true]')];
    const usable = controls.filter(reachable);
    return usable.find(control => named(control).includes(wanted))
        || usable.find(control => named(control).some(name => name.startsWith(wanted)))
        || null;
";

/// Finds the innermost visible element with a text.
const BY_TEXT: &str = r"
    const wanted = arguments[0];
    const squash = text => (text || '').replace(/\s+/g, ' ').trim();
    const holds = element => element.checkVisibility() && squash(element.innerText).includes(wanted);
    let found = holds(document.body) ? document.body : null;
    for (let inner = found; inner; ) {
        found = inner;
        inner = [...found.children].find(holds);
    }
    return found;
";

/// Sets a control whose keyboard input depends on the language of the browser.
const SET_VALUE: &str = r"
    const [control, value] = arguments;
    control.focus();
    control.value = value;
    control.dispatchEvent(new Event('input', {bubbles: true}));
    control.dispatchEvent(new Event('change', {bubbles: true}));
";

impl Browser {
    /// Waits for the element with this role and accessible name, as the accessibility tree has them.
    ///
    /// A name that is equal wins over one that contains `name`; of several equal ones the first on the page is taken.
    pub async fn by_role(&self, role: &str, name: &str) -> Result<WebElement> {
        let what = format!("a {role} named `{name}`");
        self.wait_for(&what, async || self.now_by_role(None, role, name).await).await
    }

    /// The same inside another element: a row of a table, a dialog.
    pub async fn by_role_within(&self, outer: &WebElement, role: &str, name: &str) -> Result<WebElement> {
        let what = format!("a {role} named `{name}` inside the given element");
        self.wait_for(&what, async || self.now_by_role(Some(outer), role, name).await).await
    }

    /// The accessible names of everything with this role now, in the order of the page.
    pub async fn names_of(&self, role: &str) -> Result<Vec<String>> {
        Ok(self.accessible(None, role).await?.into_iter().map(|(name, _)| name).collect())
    }

    /// Waits for the form control with this label.
    pub async fn by_label(&self, label: &str) -> Result<WebElement> {
        let what = format!("a control labelled `{label}`");
        self.wait_for(&what, async || self.element_by(BY_LABEL, label).await).await
    }

    /// Waits for the innermost visible element that shows this text; white space counts as one space.
    pub async fn by_text(&self, text: &str) -> Result<WebElement> {
        let what = format!("the text `{text}`");
        self.wait_for(&what, async || self.element_by(BY_TEXT, text).await).await
    }

    /// Waits until the page shows this text.
    pub async fn see(&self, text: &str) -> Result<()> {
        self.by_text(text).await.map(drop)
    }

    /// Waits until the page no longer shows this text.
    pub async fn see_no(&self, text: &str) -> Result<()> {
        let what = format!("a page without `{text}`");
        self.wait_until(&what, async || Ok(self.element_by(BY_TEXT, text).await?.is_none())).await
    }

    /// Clicks on the element with this role and name, once nothing lies over it.
    pub async fn click(&self, role: &str, name: &str) -> Result<()> {
        let what = format!("a click on the {role} `{name}`");
        self.wait_for(&what, async || {
            let Some(element) = self.now_by_role(None, role, name).await? else { return Ok(None) };
            element.click().await?;
            Ok(Some(()))
        })
        .await
    }

    /// Replaces the content of the control with this label by `text`, typed.
    /// Dates and times are given as in HTML: `2026-11-01`, `14:30`.
    pub async fn fill(&self, label: &str, text: &str) -> Result<()> {
        let control = self.by_label(label).await?;
        let kind = control.prop("type").await?.unwrap_or_default();
        if matches!(kind.as_str(), "date" | "time" | "datetime-local" | "month" | "week" | "color" | "range")
        {
            self.script(SET_VALUE, vec![control.to_json()?, json!(text)]).await?;
            return Ok(());
        }
        control.clear().await?;
        control.send_keys(text).await?;
        Ok(())
    }

    /// What the control with this label holds.
    pub async fn value_of(&self, label: &str) -> Result<String> {
        Ok(self.by_label(label).await?.prop("value").await?.unwrap_or_default())
    }

    /// Chooses the option with this text in the list with this label.
    pub async fn choose(&self, label: &str, option: &str) -> Result<()> {
        let list = self.by_label(label).await?;
        for candidate in list.find_all(thirtyfour::By::Tag("option")).await? {
            if candidate.text().await?.trim() == option {
                candidate.click().await?;
                return Ok(());
            }
        }
        Err(BrowserError::new(format!("`{label}` has no option `{option}`")))
    }

    /// Ticks or clears the box with this label.
    pub async fn tick(&self, label: &str, on: bool) -> Result<()> {
        let control = self.by_label(label).await?;
        if control.is_selected().await? != on {
            control.click().await?;
        }
        Ok(())
    }

    /// The page's text as a person sees it.
    pub async fn text(&self) -> Result<String> {
        Ok(self
            .script("return document.body.innerText;", Vec::new())
            .await?
            .as_str()
            .unwrap_or_default()
            .to_owned())
    }

    async fn element_by(&self, script: &str, wanted: &str) -> Result<Option<WebElement>> {
        let found = self.session.execute(script, vec![json!(wanted)]).await?;
        if found.json().is_null() { Ok(None) } else { Ok(Some(found.element()?)) }
    }

    async fn now_by_role(
        &self,
        outer: Option<&WebElement>,
        role: &str,
        name: &str,
    ) -> Result<Option<WebElement>> {
        let nodes = self.accessible(outer, role).await?;
        let equal = nodes.iter().find(|(found, _)| found == name);
        let Some((_, node)) = equal.or_else(|| nodes.iter().find(|(found, _)| found.contains(name))) else {
            return Ok(None);
        };
        self.element_of(*node).await.map(Some)
    }

    /// Name and node of everything with this role in the accessibility tree.
    async fn accessible(&self, outer: Option<&WebElement>, role: &str) -> Result<Vec<(String, u64)>> {
        let scope =
            match outer {
                Some(element) => json!(element.cdp_remote_object_id().await?),
                None => self.devtools("Runtime.evaluate", json!({"expression": "document"})).await?["result"]
                    ["objectId"]
                    .take(),
            };
        let answer =
            self.devtools("Accessibility.queryAXTree", json!({"objectId": scope, "role": role})).await?;
        let nodes = answer["nodes"].as_array().cloned().unwrap_or_default();
        Ok(nodes
            .iter()
            .filter(|node| node["ignored"] != Value::Bool(true))
            .filter_map(name_and_node)
            .collect())
    }

    /// The element behind a node of the developer tools. The two protocols meet in a variable of the page.
    async fn element_of(&self, node: u64) -> Result<WebElement> {
        let object = self.devtools("DOM.resolveNode", json!({"backendNodeId": node})).await?;
        let keep = json!({
            "objectId": object["object"]["objectId"],
            "functionDeclaration": "function () { globalThis.__testkitFound = this; }",
        });
        self.devtools("Runtime.callFunctionOn", keep).await?;
        let take = "const found = globalThis.__testkitFound; delete globalThis.__testkitFound; return found;";
        Ok(self.session.execute(take, Vec::new()).await?.element()?)
    }
}

fn name_and_node(node: &Value) -> Option<(String, u64)> {
    let name = node["name"]["value"].as_str().unwrap_or_default();
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    Some((name, node["backendDOMNodeId"].as_u64()?))
}
