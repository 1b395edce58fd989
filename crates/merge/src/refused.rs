//! Why a file or a value is refused, in words that can be shown to the person who brought it.

/// What is wrong, for callers that decide by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RefusedKind {
    /// The bytes are not the kind of container the format needs.
    NotAPackage,
    /// Protected by a password.
    Encrypted,
    /// A binary Office file from before 2007.
    OldFormat,
    /// A good package, but of another kind than asked for (a workbook, a template format).
    WrongKind,
    /// Holds macros.
    Macros,
    /// More entries than a document has.
    TooManyEntries,
    /// The package, a part, or the sum of the parts exceeds a cap.
    TooLarge,
    /// A part claims to expand implausibly.
    RatioTooHigh,
    /// An entry name that leaves its folder, is absolute, or clashes with another.
    BadEntryName,
    /// Two entries share bytes.
    OverlappingEntries,
    /// The two descriptions of an entry inside the package contradict each other.
    HeaderMismatch,
    /// A compression method other than stored and deflate.
    UnsupportedCompression,
    /// Cut short, or the checksum does not match.
    Damaged,
    /// Declares a document type.
    Dtd,
    /// Elements nested deeper than the cap.
    TooDeep,
    /// Not well-formed XML, or an attribute beyond the cap.
    BadXml,
    /// Neither UTF-8 nor UTF-16.
    BadEncoding,
    /// Loads something from outside in a way that cannot be taken out cleanly.
    ExternalLink,
    /// More codes than a template may hold.
    TooManyCodes,
    /// A value to be merged exceeds the cap.
    ValueTooLong,
    /// The merged document would exceed the cap.
    OutputTooLarge,
    /// Digitally signed: filling would break the signature.
    Signed,
    /// A value the template requires is missing.
    MissingValue,
    /// The related records could not be read.
    RowsUnavailable,
    /// The place the document goes to does not take it.
    CannotWrite,
}

/// A refusal: what is wrong with the file and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refused {
    /// The reason, for deciding.
    pub kind: RefusedKind,
    /// One or two sentences for the person: what is wrong, and the remedy.
    pub message: String,
    /// The part of the package (or the code) concerned, where one is.
    pub part: Option<String>,
}

impl Refused {
    /// Related records could not be read; `what` is a sentence for the person.
    pub fn rows(what: impl Into<String>) -> Self {
        Self::new(RefusedKind::RowsUnavailable, what)
    }

    /// A refusal with the standing remedy of its kind after `what`.
    pub(crate) fn new(kind: RefusedKind, what: impl Into<String>) -> Self {
        let mut message = what.into();
        message.push(' ');
        message.push_str(kind.remedy());
        Self { kind, message, part: None }
    }

    /// The same refusal, naming the part concerned.
    pub(crate) fn at(mut self, part: &str) -> Self {
        if self.part.is_none() {
            self.part = Some(shown(part));
        }
        self
    }
}

impl RefusedKind {
    /// What the person can do.
    const fn remedy(self) -> &'static str {
        match self {
            Self::NotAPackage => "Open it in its own program and save it as the type its name says.",
            Self::Encrypted => {
                "Remove the password in its own program (in Word: File, Info, Protect Document) and upload it again."
            }
            Self::OldFormat => {
                "Open it in its own program and save it in the present format (.docx, .xlsx or .pptx)."
            }
            Self::WrongKind => "Save it as an ordinary document of the type its name says and upload that.",
            Self::Macros => "Save it without macros (.docx, .xlsx, .pptx), or name it .docm, .xlsm or .pptm.",
            Self::TooManyEntries | Self::TooLarge | Self::RatioTooHigh => {
                "Make it smaller, for example by compressing its pictures."
            }
            Self::BadEntryName
            | Self::OverlappingEntries
            | Self::HeaderMismatch
            | Self::UnsupportedCompression
            | Self::Damaged
            | Self::Dtd
            | Self::TooDeep
            | Self::BadXml => {
                "Open it in its own program and save it again; if that cannot open it, use an earlier copy."
            }
            Self::BadEncoding => "Save it as UTF-8.",
            Self::ExternalLink => {
                "Remove the link in its own program (in Word: File, Info, Edit Links to Files) or embed the content."
            }
            Self::TooManyCodes => "Remove codes, or split the template.",
            Self::Signed => "Upload a copy without the signature; sign the finished document instead.",
            Self::MissingValue => "Fill the field in on the record, and make the document again.",
            Self::RowsUnavailable => "Try again; if it stays, ask an administrator.",
            Self::CannotWrite => "Make room where it is written, and try again.",
            Self::ValueTooLong | Self::OutputTooLarge => "Shorten the text that goes into the document.",
        }
    }
}

/// A foreign name made safe to show: no control characters, at most 120 characters.
pub(crate) fn shown(name: &str) -> String {
    name.chars().take(120).map(|c| if c.is_control() { '\u{FFFD}' } else { c }).collect()
}
