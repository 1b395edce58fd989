//! The caps that keep a hostile file from costing more than a document may.

/// Caps on what is read and what is produced. Every size is in bytes.
///
/// The defaults are the start values of the project's security bar; a test or an installation may tighten them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The whole file as it arrives, and the finished package. 100 MB.
    pub package: usize,
    /// Entries in a package. 2,000.
    pub entries: usize,
    /// One part, expanded. 128 MB.
    pub part: usize,
    /// All parts together, expanded. 512 MB.
    pub sum: usize,
    /// How many times a part larger than `ratio_after` may expand. 200.
    pub ratio: usize,
    /// Parts up to this size may expand as they like. 1 MB.
    pub ratio_after: usize,
    /// Depth of XML elements. 256.
    pub depth: usize,
    /// One attribute value. 1 MB.
    pub attribute: usize,
    /// Places in one template where a code stands. 50,000.
    pub codes: usize,
    /// One value to be merged. 4 MB.
    pub value: usize,
    /// One merged part, expanded. 128 MB.
    pub output: usize,
    /// Extracted text and preview are cut here. 10 MB.
    pub text: usize,
}

impl Default for Limits {
    fn default() -> Self {
        const MB: usize = 1024 * 1024;
        Self {
            package: 100 * MB,
            entries: 2_000,
            part: 128 * MB,
            sum: 512 * MB,
            ratio: 200,
            ratio_after: MB,
            depth: 256,
            attribute: MB,
            codes: 50_000,
            value: 4 * MB,
            output: 128 * MB,
            text: 10 * MB,
        }
    }
}
