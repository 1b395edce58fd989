//! Publishing rules: a file with errors is not published, one with warnings only when somebody says so.

use super::codes::Found;
use super::filling::Filling;
use super::{Templates, tags};
use domain::templates::Template;
use domain::{Ctx, Error, Result};
use std::sync::Arc;

/// How many findings a sentence names; the page names all.
const NAMED: usize = 5;

impl Templates<'_> {
    /// What is wrong or noteworthy about a file that is to become a template's, the worst first. `template` and its
    /// other languages are looked at for codes that stand in one language and not in another.
    pub(crate) async fn weighed(
        &self,
        ctx: &Ctx,
        template: Option<&Template>,
        language: &str,
        filling: &Filling,
    ) -> Result<Vec<Found>> {
        let own = self.custom_tags(ctx).await?;
        let mut found: Vec<Found> =
            tags::without(filling.findings(), &own).into_iter().map(Found::of).collect();
        let Some(template) = template else { return Ok(found) };
        for other in template.variants.iter().filter(|v| !v.language.eq_ignore_ascii_case(language)) {
            // A language that cannot be read now is no reason to keep another from being published.
            let Ok(other_filling) = self.filling(ctx, template, other).await else { continue };
            found.extend(beside(filling, &other_filling, &other.language));
        }
        Ok(found)
    }
}

/// The codes that stand in one of two languages only.
fn beside(own: &Filling, other: &Arc<Filling>, language: &str) -> Vec<Found> {
    let (here, there): (Vec<&str>, Vec<&str>) = (own.codes().collect(), other.codes().collect());
    let text =
        if language.is_empty() { "the main text".to_owned() } else { format!("the text in {language}") };
    let lacks = there.iter().filter(|code| !here.contains(code)).map(|code| {
        format!("{{{code}}} stands in {text} and not in this one. Add it, or leave it out on purpose.")
    });
    let lacked = here.iter().filter(|code| !there.contains(code)).map(|code| {
        format!("{{{code}}} stands in this text and not in {text}. Add it there, or leave it out on purpose.")
    });
    lacks.chain(lacked).map(Found::warning).collect()
}

/// Whether anything found is an error.
pub(crate) fn has_errors(found: &[Found]) -> bool {
    found.iter().any(|found| found.error)
}

/// Whether anything found is a warning, which somebody has to take notice of.
pub(crate) fn has_warnings(found: &[Found]) -> bool {
    found.iter().any(Found::is_warning)
}

/// Refuses a file with errors.
/// # Errors
/// `Invalid`, naming each place, what is wrong there and what to do.
pub(crate) fn must_be_sound(found: &[Found]) -> Result<()> {
    let errors: Vec<&Found> = found.iter().filter(|found| found.error).collect();
    if errors.is_empty() {
        return Ok(());
    }
    let shown = named(&errors);
    Err(Error::invalid(format!(
        "This file is not published, because documents made from it would be wrong. {shown}"
    ))
    .field("file"))
}

/// Asks about warnings.
/// # Errors
/// `Conflict`, naming each place and how to go on.
pub(crate) fn must_be_accepted(found: &[Found], how: &str) -> Result<()> {
    let warnings: Vec<&Found> = found.iter().filter(|found| found.is_warning()).collect();
    if warnings.is_empty() {
        return Ok(());
    }
    let shown = named(&warnings);
    Err(Error::conflict(format!("Something in this file is perhaps not as meant. {shown} {how}"))
        .field("file"))
}

fn named(found: &[&Found]) -> String {
    let mut said: Vec<String> = found
        .iter()
        .take(NAMED)
        .map(|found| match found.place.as_str() {
            "" => found.sentence.clone(),
            place => format!("{place}: {}", found.sentence),
        })
        .collect();
    if found.len() > NAMED {
        said.push(format!("And {} more.", found.len() - NAMED));
    }
    said.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(error: bool) -> Found {
        let warning = Found::warning("Perhaps not. Look at it.".into());
        if error { Found { error, severity: "error", place: "{x}".into(), ..warning } } else { warning }
    }

    #[test]
    fn errors_refuse_and_warnings_ask() {
        assert!(must_be_sound(&[finding(false)]).is_ok() && must_be_accepted(&[], "").is_ok());
        let refused = must_be_sound(&[finding(true)]).unwrap_err();
        assert!(refused.public().contains("{x}: Perhaps not."), "{refused:?}");
        let asked = must_be_accepted(&[finding(false)], "Say yes.").unwrap_err();
        assert!(asked.public().ends_with("Say yes."), "{asked:?}");
    }

    #[test]
    fn a_sentence_names_five_and_counts_the_rest() {
        let many = vec![finding(true); 8];
        let said = must_be_sound(&many).unwrap_err();
        assert!(said.public().ends_with("And 3 more."), "{said:?}");
    }
}
