//! Accessibility, checked by axe-core.

use std::fmt;

use serde_json::Value;

use super::{Browser, BrowserError, Result};

/// A rule of axe-core that the page breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The rule's id, as in axe-core's documentation.
    pub rule: String,
    /// How much it hinders: minor, moderate, serious, critical.
    pub impact: String,
    /// The rule in words.
    pub help: String,
    /// Where it is broken: a selector and what to do, one for each element.
    pub places: Vec<String>,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}): {}", self.rule, self.impact, self.help)?;
        self.places.iter().try_for_each(|place| write!(f, "\n    {place}"))
    }
}

/// Follows axe-core's own source in one script: the page's security policy lets no other script in,
/// and what the driver executes is not subject to it.
const RUN: &str = r"
    const done = arguments[arguments.length - 1];
    axe.run(document, {resultTypes: ['violations']})
        .then(found => done({violations: found.violations.map(one => ({
            rule: one.id,
            impact: one.impact,
            help: one.help,
            places: one.nodes.map(node => node.target.join(' ') + ': ' + node.failureSummary),
        }))}))
        .catch(error => done({error: String(error)}));
";

impl Browser {
    /// Every rule of axe-core that the page breaks as it stands now.
    pub async fn axe(&self) -> Result<Vec<Violation>> {
        let path = &self.places.axe;
        let source = std::fs::read_to_string(path)
            .map_err(|error| BrowserError::new(format!("{}: {error}", path.display())))?;
        let answer = self.session.execute_async(format!("{source}\n{RUN}"), Vec::new()).await?;
        let answer = answer.json();
        if let Some(error) = answer["error"].as_str() {
            return Err(BrowserError::new(format!("axe-core could not check the page: {error}")));
        }
        let found = answer["violations"].as_array();
        let found = found.ok_or_else(|| BrowserError::new(format!("axe-core answered {answer}")))?;
        Ok(found.iter().map(violation).collect())
    }

    /// Fails when the page breaks a rule.
    pub async fn expect_accessible(&self) -> Result<()> {
        let violations = self.axe().await?;
        if violations.is_empty() {
            return Ok(());
        }
        let list: Vec<String> = violations.iter().map(|one| format!("  {one}")).collect();
        Err(BrowserError::new(format!("{} is not accessible:\n{}", self.address().await?, list.join("\n"))))
    }
}

fn violation(value: &Value) -> Violation {
    let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
    let places = value["places"].as_array().into_iter().flatten().filter_map(Value::as_str);
    Violation {
        rule: text("rule"),
        impact: text("impact"),
        help: text("help"),
        places: places.map(|place| place.split_whitespace().collect::<Vec<_>>().join(" ")).collect(),
    }
}
