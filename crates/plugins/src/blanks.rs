//! The blank templates that every place can make.

use domain::plugin::BlankType;

struct Blank {
    key: &'static str,
    label: &'static str,
    media_type: &'static str,
    content: &'static [u8],
}

const WORD: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

const BLANKS: [Blank; 3] = [
    Blank {
        key: "docx",
        label: "Word document",
        media_type: WORD,
        content: include_bytes!("blanks/blank.docx"),
    },
    Blank {
        key: "html",
        label: "Web page",
        media_type: "text/html",
        content: include_bytes!("blanks/blank.html"),
    },
    Blank {
        key: "txt",
        label: "Plain text",
        media_type: "text/plain",
        content: include_bytes!("blanks/blank.txt"),
    },
];

pub(crate) fn types() -> Vec<BlankType> {
    let described = |blank: &Blank| BlankType {
        key: blank.key.into(),
        label: blank.label.into(),
        extension: format!(".{}", blank.key),
        media_type: blank.media_type.into(),
    };
    BLANKS.iter().map(described).collect()
}

pub(crate) fn content(key: &str) -> Option<Vec<u8>> {
    BLANKS.iter().find(|blank| blank.key == key).map(|blank| blank.content.to_vec())
}
