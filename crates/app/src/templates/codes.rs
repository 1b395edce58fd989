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
    /// The words at the place alone, to look for them in a preview.
    pub words: String,
}

impl Found {
    pub(crate) fn of(finding: merge::Finding) -> Self {
        let part = finding.part.unwrap_or_default();
        Self {
            words: finding.place.clone(),
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

    /// A warning about the file as a whole.
    pub(crate) fn warning(sentence: String) -> Self {
        let severity = Severity::Warning.label();
        Self { error: false, severity, place: String::new(), sentence, words: String::new() }
    }

    /// Whether somebody has to take notice of it before the file is published.
    pub(crate) fn is_warning(&self) -> bool {
        self.severity == Severity::Warning.label()
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
        let findings = super::tags::without(filling.findings(), &self.custom_tags(ctx).await?);
        let unknown = |code: &str| {
            findings.iter().any(|f| f.kind == FindingKind::UnknownCode && f.place == braced(code))
        };
        let label = |code: &str| match codes::find(code) {
            Some(info) => Some(format!("{}: {}", info.entity.label(), info.label)),
            None if unknown(code) => None,
            None => Some("From the records that are repeated, or a custom tag".to_owned()),
        };
        Ok(filling.codes().map(|code| UsedCode { label: label(code), code: code.to_owned() }).collect())
    }

    /// What is wrong or noteworthy in a file, the worst first; unknown codes are among it.
    pub async fn check(&self, ctx: &Ctx, id: TemplateId, language: &str) -> Result<Vec<Found>> {
        let template = self.seen(ctx, id).await?;
        let variant = template.variant(language)?;
        let filling = self.filling(ctx, &template, variant).await?;
        self.weighed(ctx, Some(&template), &variant.language, &filling).await
    }

    /// For each finding of a file the id of the mark in its preview; `None` where its place is not shown there.
    pub async fn marks(
        &self,
        ctx: &Ctx,
        id: TemplateId,
        language: &str,
        found: &[Found],
    ) -> Vec<Option<String>> {
        match self.preview(ctx, id, language).await {
            Ok(preview) => super::marked::marked(preview, found).1,
            Err(_) => vec![None; found.len()],
        }
    }

    /// What a file would be like as a template's: what is wrong or noteworthy, the worst first. Nothing is kept.
    pub async fn weigh(
        &self,
        ctx: &Ctx,
        id: Option<TemplateId>,
        language: &str,
        file_name: &str,
        bytes: bytes::Bytes,
    ) -> Result<Vec<Found>> {
        ctx.require_administrator()?;
        let template = match id {
            Some(id) => Some(self.maintained(ctx, id).await?),
            None => None,
        };
        let name =
            super::create::checked_name(file_name, bytes.len() as u64, self.app.settings().max_template)?;
        let filling = self.looked_at(&name, bytes).await?;
        self.weighed(ctx, template.as_ref(), language, &filling).await
    }

    /// Refuses a file with errors, and asks about one with warnings.
    /// # Errors
    /// `Invalid`, naming the errors; `Conflict`, naming the warnings and `how` to go on.
    pub fn must_be_fit(found: &[Found], how: &str) -> Result<()> {
        super::weigh::must_be_sound(found)?;
        super::weigh::must_be_accepted(found, how)
    }
}
