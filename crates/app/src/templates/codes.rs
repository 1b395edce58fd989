//! Which codes a template uses, and which of them are known.

use super::Templates;
use domain::codes;
use domain::{Ctx, Result, TemplateId};
use merge::{FindingKind, Severity};

/// A code met in a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsedCode {
    /// The code, in lower case.
    pub code: String,
    /// What it stands for; `None` when it is unknown and will be left as it stands.
    pub label: Option<String>,
}

/// Something found in a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Documents made from it would be wrong.
    pub error: bool,
    /// How bad it is, in a word.
    pub severity: &'static str,
    /// Where: the part of the file, where it has parts, and the words that stand there.
    pub place: String,
    /// What is wrong and what to do.
    pub sentence: String,
}

impl Found {
    fn of(finding: merge::Finding) -> Self {
        let part = finding.part.unwrap_or_default();
        Self {
            error: finding.severity == Severity::Error,
            severity: finding.severity.label(),
            place: [part, finding.place]
                .into_iter()
                .filter(|place| !place.is_empty())
                .collect::<Vec<_>>()
                .join(" "),
            sentence: finding.sentence,
        }
    }
}

fn braced(code: &str) -> String {
    format!("{{{code}}}")
}

impl Templates<'_> {
    /// The codes in a file, in the order they are met.
    pub async fn codes(&self, ctx: &Ctx, id: TemplateId, language: &str) -> Result<Vec<UsedCode>> {
        let template = self.seen(ctx, id).await?;
        let variant = template.variant(language)?;
        let filling = self.filling(ctx, &template, variant).await?;
        let findings = filling.findings();
        let unknown = |code: &str| {
            findings.iter().any(|f| f.kind == FindingKind::UnknownCode && f.place == braced(code))
        };
        let label = |code: &str| match codes::find(code) {
            Some(info) => Some(format!("{}: {}", info.entity.label(), info.label)),
            None if unknown(code) => None,
            None => Some("From the records that are repeated".to_owned()),
        };
        Ok(filling.codes().map(|code| UsedCode { label: label(code), code: code.to_owned() }).collect())
    }

    /// What is wrong or noteworthy in a file, the worst first; unknown codes are among it.
    pub async fn check(&self, ctx: &Ctx, id: TemplateId, language: &str) -> Result<Vec<Found>> {
        let template = self.seen(ctx, id).await?;
        let variant = template.variant(language)?;
        let filling = self.filling(ctx, &template, variant).await?;
        let main = match template.variant("") {
            Ok(main) if main.language != variant.language => Some(self.filling(ctx, &template, main).await?),
            _ => None,
        };
        let mut findings = filling.findings();
        if let Some(main) = main {
            findings.extend(filling.missing_beside(&main, &variant.language));
        }
        Ok(findings.into_iter().map(Found::of).collect())
    }
}
