//! Which folder an item is filed under, the same at every place.

use domain::names;
use domain::plugin::{FolderPart, Placement, Shelf};

/// The folder of documents that belong to no company.
const GENERAL: &str = "General";

/// The folder of templates that were taken out of use (T03).
const RETIRED: &str = "Retired";

/// The folder of an item as people read it, outermost first: company, project and year of a document unless its placement
/// has an order of its own, the language of a template's variant. Templates out of use have a folder of their own.
pub fn folder(shelf: Shelf, language: Option<&str>, place: &Placement) -> Vec<String> {
    let part = |text: &str| names::amend(&text.replace(['/', '\\'], "_"), "_");
    match shelf {
        Shelf::Templates => {
            let retired = place.retired.then(|| RETIRED.to_owned());
            retired.into_iter().chain(language.map(part)).collect()
        }
        Shelf::Documents if !place.order.is_empty() => {
            let fact = |one: &FolderPart| match one {
                FolderPart::Group => place.group.clone(),
                FolderPart::Owner => place.owner.clone(),
                FolderPart::Template => place.template.clone(),
                FolderPart::Company => Some(place.company.clone().unwrap_or_else(|| GENERAL.to_owned())),
                FolderPart::Project => place.project.clone(),
                FolderPart::Year => place.year.map(|year| year.to_string()),
            };
            let facts = place.order.iter().filter_map(fact).filter(|text| !text.trim().is_empty());
            facts.map(|text| part(&text)).collect()
        }
        Shelf::Documents => {
            let company = place.company.as_deref().filter(|c| !c.trim().is_empty());
            let mut parts = vec![company.map_or_else(|| GENERAL.to_owned(), part)];
            parts.extend(place.project.as_deref().filter(|p| !p.trim().is_empty()).map(part));
            parts.extend(place.year.map(|y| y.to_string()));
            parts
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_of_its_own_decides_the_folders_and_facts_that_are_missing_make_none() {
        let place = |order: &[FolderPart]| Placement {
            owner: Some("Anna".into()),
            group: Some("Sales / North".into()),
            project: Some("  ".into()),
            year: Some(2026),
            order: order.to_vec(),
            ..Placement::default()
        };
        let of = |order: &[FolderPart]| folder(Shelf::Documents, None, &place(order)).join(" > ");
        assert_eq!(of(&[]), "General > 2026");
        assert_eq!(of(&[FolderPart::Group, FolderPart::Year]), "Sales _ North > 2026");
        assert_eq!(of(&[FolderPart::Company, FolderPart::Project, FolderPart::Owner]), "General > Anna");
        assert_eq!(folder(Shelf::Templates, Some("de"), &place(&[FolderPart::Year])), ["de"]);
        let retired = Placement { retired: true, ..Placement::default() };
        assert_eq!(folder(Shelf::Templates, Some("de"), &retired), ["Retired", "de"]);
        assert_eq!(folder(Shelf::Templates, None, &retired), ["Retired"]);
        assert_eq!(folder(Shelf::Documents, None, &retired), ["General"], "documents stay");
    }
}
