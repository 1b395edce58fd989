//! The texts of the demo's templates and the stationery they are printed on.

mod confidentiality;
mod cooperation;
mod cooperation_nb;
mod correspondence;
mod offers;
mod reports;
mod spec;
mod stationery;

use spec::Paper;

/// A template's files: language (BCP 47, blank for the neutral one) and content.
pub(super) type Variants = Vec<(&'static str, Vec<u8>)>;

fn both(neutral: &Paper, norwegian: &Paper) -> Variants {
    vec![("", stationery::write(neutral)), ("nb-NO", stationery::write(norwegian))]
}

fn plain(neutral: &str, norwegian: &str) -> Variants {
    vec![("", neutral.as_bytes().to_vec()), ("nb-NO", norwegian.as_bytes().to_vec())]
}

pub(super) fn letter() -> Variants {
    both(&correspondence::LETTER_EN, &correspondence::LETTER_NB)
}

pub(super) fn follow_up() -> Variants {
    both(&correspondence::FOLLOW_UP_EN, &correspondence::FOLLOW_UP_NB)
}

pub(super) fn thanks() -> Variants {
    both(&correspondence::THANKS_EN, &correspondence::THANKS_NB)
}

pub(super) fn note() -> Variants {
    plain(include_str!("note_en.html"), include_str!("note_nb.html"))
}

pub(super) fn offer() -> Variants {
    both(&offers::OFFER_EN, &offers::OFFER_NB)
}

pub(super) fn order() -> Variants {
    both(&offers::ORDER_EN, &offers::ORDER_NB)
}

pub(super) fn reminder() -> Variants {
    both(&offers::REMINDER_EN, &offers::REMINDER_NB)
}

pub(super) fn cooperation() -> Variants {
    both(&cooperation::COOPERATION_EN, &cooperation_nb::COOPERATION_NB)
}

pub(super) fn confidentiality() -> Variants {
    both(&confidentiality::CONFIDENTIALITY_EN, &confidentiality::CONFIDENTIALITY_NB)
}

pub(super) fn minutes() -> Variants {
    both(&reports::MINUTES_EN, &reports::MINUTES_NB)
}

pub(super) fn project_status() -> Variants {
    both(&reports::PROJECT_EN, &reports::PROJECT_NB)
}

/// In English only: management reads it, and a missing variant shows the fallback.
pub(super) fn sale_summary() -> Variants {
    vec![("", stationery::write(&reports::SALE_EN))]
}

pub(super) fn visit_report() -> Variants {
    plain(include_str!("visit_report_en.txt"), include_str!("visit_report_nb.txt"))
}
