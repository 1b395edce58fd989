//! The formats that can be templates.

/// A format this engine fills. Others are stored and opened, but not merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Format {
    /// Word since 2007, without macros.
    Docx,
    /// A web page or a mail text.
    Html,
    /// Plain text.
    Text,
}

impl Format {
    /// Every format, in the order of a list to choose from.
    pub const ALL: [Self; 3] = [Self::Docx, Self::Html, Self::Text];

    /// The format of a file by its name or its bare extension, in any case; `None` when it is not one that is filled.
    pub fn of(file_name_or_extension: &str) -> Option<Self> {
        let extension = file_name_or_extension.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
        match extension.as_str() {
            "docx" => Some(Self::Docx),
            "html" | "htm" => Some(Self::Html),
            "txt" | "text" => Some(Self::Text),
            _ => None,
        }
    }

    /// The media type of a document in this format.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Html => "text/html",
            Self::Text => "text/plain",
        }
    }

    /// The usual extension, without the dot.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Docx => "docx",
            Self::Html => "html",
            Self::Text => "txt",
        }
    }

    /// The words for it in a list.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Docx => "Word document",
            Self::Html => "Web page",
            Self::Text => "Plain text",
        }
    }
}
