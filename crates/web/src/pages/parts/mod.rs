//! Parts that several pages show.

pub mod document_list;

use crate::ui::{self, Badge};
use domain::records::{Admission, Associate};

/// What stands out about an associate.
pub(crate) fn standing(a: &Associate) -> Vec<Badge> {
    let mut badges = Vec::new();
    match a.admission() {
        Admission::Admitted => {}
        Admission::Retired => badges.push(ui::badge("Has left")),
        Admission::NoPlan => badges.push(ui::badge("No plan").warn()),
    }
    if a.administrator {
        badges.push(ui::badge("Administrator").accent());
    }
    badges
}
