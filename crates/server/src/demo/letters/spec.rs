//! What a sample template says, apart from how it looks.
//!
//! Texts hold codes (`{name}`) and may mark words `**bold**`.

/// One template file in one language.
#[derive(Debug, Clone, Copy)]
pub(super) struct Paper {
    /// The words of the stationery around the text.
    pub words: &'static Words,
    /// The text, from top to bottom.
    pub blocks: &'static [Block],
}

/// A piece of text with one look.
#[derive(Debug, Clone, Copy)]
pub(super) enum Block {
    /// The recipient's address, the place and date, and the references.
    Opening,
    /// The large line a document begins with.
    Title(&'static str),
    /// A line under the title, smaller and lighter.
    Subtitle(&'static str),
    /// A heading within the text.
    Heading(&'static str),
    /// A heading that begins a new page.
    HeadingOnNewPage(&'static str),
    /// A paragraph.
    Para(&'static str),
    /// Short lines that belong together, with line breaks between them.
    Lines(&'static [&'static str]),
    /// A list with dots.
    Bullets(&'static [&'static str]),
    /// Numbered clauses of an agreement: number and text.
    Clauses(&'static [(&'static str, &'static str)]),
    /// Two columns without borders: what, and its value.
    Facts(&'static [(&'static str, &'static str)]),
    /// A table with a heading row. Widths are percent of the text's width; a column whose head begins with `>` holds
    /// figures and stands at its right edge.
    Table { widths: &'static [u16], head: &'static [&'static str], rows: &'static [&'static [&'static str]] },
    /// The greeting, room for a signature, and who signs.
    Closing(&'static str),
    /// Two parties side by side, each with a line to sign on.
    Signatures { ours: &'static [&'static str], theirs: &'static [&'static str] },
}

/// The words of the stationery in one language.
#[derive(Debug)]
pub(super) struct Words {
    /// BCP 47.
    pub language: &'static str,
    pub date: &'static str,
    pub our_reference: &'static str,
    pub your_reference: &'static str,
    pub telephone: &'static str,
    pub organization_number: &'static str,
    /// Under the first line of a signature.
    pub place_and_date: &'static str,
    /// Before the page's number.
    pub page: &'static str,
    /// Between the page's number and the number of pages.
    pub of: &'static str,
}

pub(super) static ENGLISH: Words = Words {
    language: "en-GB",
    date: "Date",
    our_reference: "Our reference",
    your_reference: "Your reference",
    telephone: "Tel.",
    organization_number: "Org. no.",
    place_and_date: "Place and date",
    page: "Page",
    of: "of",
};

pub(super) static NORWEGIAN: Words = Words {
    language: "nb-NO",
    date: "Dato",
    our_reference: "Vår referanse",
    your_reference: "Deres referanse",
    telephone: "Tlf.",
    organization_number: "Org.nr.",
    place_and_date: "Sted og dato",
    page: "Side",
    of: "av",
};
