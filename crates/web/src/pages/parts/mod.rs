//! Parts that several pages show.

pub mod document_list;
