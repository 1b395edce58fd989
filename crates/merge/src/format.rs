//! The formats that can be templates.

/// A format this engine fills. Others are stored and opened, but not merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Format {
    /// Word since 2007, without macros.
    Docx,
    /// Word with macros, which are kept and never run.
    Docm,
    /// Excel since 2007, without macros.
    Xlsx,
    /// Excel with macros.
    Xlsm,
    /// PowerPoint since 2007, without macros.
    Pptx,
    /// PowerPoint with macros.
    Pptm,
    /// OpenDocument text.
    Odt,
    /// OpenDocument spreadsheet.
    Ods,
    /// OpenDocument presentation.
    Odp,
    /// A web page or a mail text.
    Html,
    /// Plain text.
    Text,
    /// A whole mail with its headers.
    Eml,
}

/// The programs' families of formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    Word,
    Excel,
    PowerPoint,
    OpenDocument,
    Flat,
}

impl Format {
    /// Every format, in the order of a list to choose from.
    pub const ALL: [Self; 12] = [
        Self::Docx,
        Self::Docm,
        Self::Xlsx,
        Self::Xlsm,
        Self::Pptx,
        Self::Pptm,
        Self::Odt,
        Self::Ods,
        Self::Odp,
        Self::Html,
        Self::Text,
        Self::Eml,
    ];

    /// The format of a file by its name or its bare extension, in any case; `None` when it is not one that is filled.
    pub fn of(file_name_or_extension: &str) -> Option<Self> {
        let extension = file_name_or_extension.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
        match extension.as_str() {
            "htm" => Some(Self::Html),
            "text" => Some(Self::Text),
            other => Self::ALL.into_iter().find(|format| format.extension() == other),
        }
    }

    /// The media type of a document in this format.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Docm => "application/vnd.ms-word.document.macroEnabled.12",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Xlsm => "application/vnd.ms-excel.sheet.macroEnabled.12",
            Self::Pptx => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            Self::Pptm => "application/vnd.ms-powerpoint.presentation.macroEnabled.12",
            Self::Odt => "application/vnd.oasis.opendocument.text",
            Self::Ods => "application/vnd.oasis.opendocument.spreadsheet",
            Self::Odp => "application/vnd.oasis.opendocument.presentation",
            Self::Html => "text/html",
            Self::Text => "text/plain",
            Self::Eml => "message/rfc822",
        }
    }

    /// The usual extension, without the dot.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Docx => "docx",
            Self::Docm => "docm",
            Self::Xlsx => "xlsx",
            Self::Xlsm => "xlsm",
            Self::Pptx => "pptx",
            Self::Pptm => "pptm",
            Self::Odt => "odt",
            Self::Ods => "ods",
            Self::Odp => "odp",
            Self::Html => "html",
            Self::Text => "txt",
            Self::Eml => "eml",
        }
    }

    /// The words for it in a list.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Docx => "Word document",
            Self::Docm => "Word document with macros",
            Self::Xlsx => "Excel workbook",
            Self::Xlsm => "Excel workbook with macros",
            Self::Pptx => "PowerPoint presentation",
            Self::Pptm => "PowerPoint presentation with macros",
            Self::Odt => "OpenDocument text",
            Self::Ods => "OpenDocument spreadsheet",
            Self::Odp => "OpenDocument presentation",
            Self::Html => "Web page",
            Self::Text => "Plain text",
            Self::Eml => "Mail",
        }
    }

    /// Whether the name says that there may be macros.
    pub(crate) const fn allows_macros(self) -> bool {
        matches!(self, Self::Docm | Self::Xlsm | Self::Pptm | Self::Odt | Self::Ods | Self::Odp)
    }

    pub(crate) const fn family(self) -> Family {
        match self {
            Self::Docx | Self::Docm => Family::Word,
            Self::Xlsx | Self::Xlsm => Family::Excel,
            Self::Pptx | Self::Pptm => Family::PowerPoint,
            Self::Odt | Self::Ods | Self::Odp => Family::OpenDocument,
            Self::Html | Self::Text | Self::Eml => Family::Flat,
        }
    }
}
