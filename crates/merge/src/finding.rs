//! What the checker finds.

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing; nothing has to be done.
    Note,
    /// Documents will be made, but perhaps not as meant.
    Warning,
    /// Documents will be wrong. A template with an error is not published.
    Error,
}

impl Severity {
    /// The word for it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// What a finding is about, for callers that decide by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FindingKind {
    /// A code nobody answers.
    UnknownCode,
    /// A repetition over something that is no relation.
    UnknownRelation,
    /// Braces whose inside is not understood.
    NotUnderstood,
    /// A code that something invisible or visible interrupts.
    BrokenCode,
    /// A loop or condition without its end, or an end without its beginning.
    NotClosed,
    /// A loop or condition that begins and ends in different places of the structure.
    Crossing,
    /// A condition that is always true.
    AlwaysTrue,
    /// A format that does not fit the kind of value.
    FormatMismatch,
    /// A picture nobody has described.
    NoAlternativeText,
    /// Something loaded from outside; it is taken out.
    ExternalLink,
    /// Macros, which are kept and never run.
    Macros,
    /// Something on a repeated sheet that only its first copy keeps.
    StaysOnFirst,
    /// A code another language of the same template has.
    MissingInLanguage,
}

/// One thing found in a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// What it is about.
    pub kind: FindingKind,
    /// The part of the package, where the format has parts.
    pub part: Option<String>,
    /// The words at the place, such as `{nmae}`; empty where a whole part is meant.
    pub place: String,
    /// One or two sentences: what is wrong, and what to do.
    pub sentence: String,
}

impl Finding {
    pub(crate) fn new(
        severity: Severity,
        kind: FindingKind,
        place: &str,
        sentence: impl Into<String>,
    ) -> Self {
        Self { severity, kind, part: None, place: place.to_owned(), sentence: sentence.into() }
    }

    /// An error at a tag, given by what stands between its braces.
    pub(crate) fn error(kind: FindingKind, inside: &str, sentence: impl Into<String>) -> Self {
        Self::new(Severity::Error, kind, &format!("{{{inside}}}"), sentence)
    }
}
