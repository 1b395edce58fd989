//! Custom tags: codes of an installation's own, whose values arrive with each document (contract section f.6).

use super::Templates;
use domain::audit::Entry;
use domain::{Ctx, Error, Result};
use merge::{Finding, FindingKind};
use store::NewAudit;

/// The setting that lists them.
const SETTING: &str = "templates.custom_tags";
/// The most of them.
const MOST: usize = 200;

impl Templates<'_> {
    /// The installation's custom tags, in lower case and in order.
    pub async fn custom_tags(&self, ctx: &Ctx) -> Result<Vec<String>> {
        let installation = ctx.installation;
        let text = self.app.store().read(move |tx| tx.settings(installation).get(SETTING)).await?;
        Ok(text.unwrap_or_default().split_whitespace().map(str::to_owned).collect())
    }

    /// Says which codes are custom tags. Templates that use them can be published; a document made without their
    /// values has nothing in their places.
    /// # Errors
    /// `Invalid` for what cannot be a code, or too many.
    pub async fn set_custom_tags(&self, ctx: &Ctx, typed: &str) -> Result<Vec<String>> {
        ctx.require_administrator()?;
        let tags = parsed(typed)?;
        let (installation, text) = (ctx.installation, tags.join(" "));
        let audit = NewAudit::of(ctx, Entry::done("templates.custom_tags_changed", "templates".to_owned()));
        self.app
            .store()
            .write(move |tx| {
                tx.settings(installation).put(SETTING, &text)?;
                tx.audit(installation).record(&audit)
            })
            .await?;
        Ok(tags)
    }
}

/// Tags as they are typed: between spaces, commas or line breaks, with or without their braces.
fn parsed(typed: &str) -> Result<Vec<String>> {
    let mut tags: Vec<String> = Vec::new();
    for word in typed.split(|c: char| c.is_whitespace() || c == ',' || c == ';') {
        let tag = word.trim_matches(['{', '}', '<', '>']).to_lowercase();
        if tag.is_empty() {
            continue;
        }
        let sound = tag.len() <= 40
            && tag.starts_with(|c: char| c.is_ascii_lowercase())
            && tag.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '.'));
        if !sound {
            return Err(Error::invalid(format!(
                "{word:?} cannot be a code. Use up to 40 letters, digits, dots and underscores, beginning with a letter."
            ))
            .field("tags"));
        }
        tags.push(tag);
    }
    tags.sort();
    tags.dedup();
    if tags.len() > MOST {
        return Err(
            Error::invalid(format!("There may be {MOST} custom tags at most. Take some out.")).field("tags")
        );
    }
    Ok(tags)
}

/// Findings without those that call a custom tag unknown.
pub(crate) fn without(findings: Vec<Finding>, tags: &[String]) -> Vec<Finding> {
    let known = |finding: &Finding| {
        let name = finding.place.trim_start_matches('{').trim_end_matches('}');
        finding.kind == FindingKind::UnknownCode && tags.iter().any(|tag| tag.eq_ignore_ascii_case(name))
    };
    findings.into_iter().filter(|finding| !known(finding)).collect()
}

#[cfg(test)]
mod tests {
    use super::parsed;

    #[test]
    fn tags_are_read_however_they_are_typed() {
        assert_eq!(parsed("{ACME}, erp1\nerp1 order.no").unwrap(), ["acme", "erp1", "order.no"]);
        assert!(parsed(" ").unwrap().is_empty());
        for bad in ["1abc", "a-b", "é", &"x".repeat(41)] {
            assert!(parsed(bad).is_err(), "{bad}");
        }
    }
}
