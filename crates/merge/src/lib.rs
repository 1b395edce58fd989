//! Compiles an office template once and fills it many times: bytes and values in, bytes out.
//!
//! Invariant: nothing here performs I/O, reads a clock or knows the tables of the CRM; equal input gives equal output.
//! Invariant: a value is text. Whatever it contains, it never becomes markup, a field, a formula or another code.
//! Invariant: no input makes this crate panic, and time and memory are bounded by [`Limits`].
//!
//! A code is a name in brackets, `{name}` or `<name>`: 1 to 40 of `a-z 0-9 _ # ? . :`, beginning with a letter, in any
//! case, looked up in lower case. A known code is replaced even by nothing, an unknown one is left as it stands.
//! `{paddNN}` is for text with columns: in plain text it disappears and every code after it is filled up with spaces to
//! NN characters, until `{padd0}`; in other formats it only disappears.
//!
//! ```
//! use std::collections::BTreeMap;
//! use merge::{Culture, Format, Limits, Template};
//!
//! let template = Template::compile(Format::Text, b"Dear {attn},".to_vec(), &Limits::default())?;
//! let values = BTreeMap::from([("attn".to_owned(), "Kari <Nordmann>".to_owned())]);
//! assert_eq!(template.fill(&values, &Culture::for_tag("nb-NO"))?, b"Dear Kari <Nordmann>,");
//! # Ok::<(), merge::Refused>(())
//! ```

mod blocks;
pub mod build;
mod bundle;
mod check;
mod code;
mod codes;
mod culture;
mod diff;
mod encoding;
mod escape;
mod finding;
mod flat;
mod format;
mod grid;
mod html;
mod join;
mod lang;
mod limits;
mod mail;
mod office;
mod package;
mod picture;
mod pictures;
mod preview;
mod probe;
mod program;
mod record;
mod refused;
mod schema;
mod template;
mod value;
mod xml;

pub use bundle::{pack, unpack};
pub use culture::Culture;
pub use diff::{differences, missing_in_language};
pub use finding::{Finding, FindingKind, Severity};
pub use format::Format;
pub use join::{can_join, join};
pub use limits::Limits;
pub use picture::Picture;
pub use preview::{Mark, Marked, document_text, mark_places, preview_html};
pub use probe::{Sniffed, probe};
pub use record::{Record, sort_records};
pub use refused::{Refused, RefusedKind};
pub use schema::{Field, FieldKind, Relation, Schema};
pub use template::Template;
pub use value::{DateStyle, Layered, Rows, SortKey, TimeStyle, Value, Values};
