//! Which folder an item is filed under, the same at every place.

use domain::names;
use domain::plugin::{Placement, Shelf};

/// The folder of documents that belong to no company.
const GENERAL: &str = "General";

/// The folder of an item as people read it, outermost first: company, project and year of a document, the language of
/// a template's variant.
pub fn folder(shelf: Shelf, language: Option<&str>, place: &Placement) -> Vec<String> {
    let part = |text: &str| names::amend(&text.replace(['/', '\\'], "_"), "_");
    match shelf {
        Shelf::Templates => language.map(part).into_iter().collect(),
        Shelf::Documents => {
            let company = place.company.as_deref().filter(|c| !c.trim().is_empty());
            let mut parts = vec![company.map_or_else(|| GENERAL.to_owned(), part)];
            parts.extend(place.project.as_deref().filter(|p| !p.trim().is_empty()).map(part));
            parts.extend(place.year.map(|y| y.to_string()));
            parts
        }
    }
}
