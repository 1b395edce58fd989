//! The records and templates of the demo's installation "Nordlys Trading".
//!
//! The records are files in the import format, so that the demo is filled through the same door as any other
//! installation, and the files can serve as examples. Every name, number and address in them is invented.

use super::letters;
use domain::locking::LockSemantics;
use domain::records::RecordKind;
use domain::templates::{DefaultVisibility, Direction};

/// The headings the templates stand under, in their order.
pub const HEADINGS: [&str; 4] = [LETTERS, OFFERS, AGREEMENTS, REPORTS];

/// The external id of the installation's own company in the companies' file.
pub const OWN_COMPANY: &str = "C-001";

const LETTERS: &str = "Letters";
const OFFERS: &str = "Offers and orders";
const AGREEMENTS: &str = "Agreements";
const REPORTS: &str = "Reports";
const MANAGEMENT: &str = "Management";

/// A template of the demo.
#[derive(Debug, Clone)]
pub struct SampleTemplate {
    /// A short stable word for it.
    pub key: &'static str,
    /// The name in the list, in English.
    pub name_en: &'static str,
    /// What it is for.
    pub description: &'static str,
    /// The headings it stands under, each one of [`HEADINGS`].
    pub headings: Vec<&'static str>,
    /// The direction of documents made from it.
    pub direction: Direction,
    /// The pattern of "our reference" and the first number of its counter.
    pub numbering: Option<(&'static str, i64)>,
    /// The level of locking asked for on documents made from it.
    pub semantics: LockSemantics,
    /// Who sees documents made from it.
    pub default_visibility: DefaultVisibility,
    /// The names of the user groups that see it; empty means everybody.
    pub groups: Vec<&'static str>,
    /// Language (BCP 47, blank for the neutral file), file name, content. The neutral one comes first.
    pub variants: Vec<(&'static str, String, Vec<u8>)>,
}

/// The records of a kind, as CSV in the import format. References are external ids.
pub fn csv(kind: RecordKind) -> &'static str {
    match kind {
        RecordKind::Associate => include_str!("../../sample/associates.csv"),
        RecordKind::Company => include_str!("../../sample/companies.csv"),
        RecordKind::Contact => include_str!("../../sample/contacts.csv"),
        RecordKind::Project => include_str!("../../sample/projects.csv"),
        RecordKind::Sale => include_str!("../../sample/sales.csv"),
    }
}

/// The user groups, as CSV with the columns `external_id` and `name`. They come before the associates.
pub const GROUPS: &str = include_str!("../../sample/groups.csv");

/// Every template of the demo, in the order of the list.
pub fn sample_templates() -> Vec<SampleTemplate> {
    let mut templates = correspondence();
    templates.extend(offers_and_orders());
    templates.extend(agreements());
    templates.extend(reports());
    templates
}

/// An outgoing template for everybody with versions and no number; the callers say what differs.
fn template(
    key: &'static str,
    name_en: &'static str,
    heading: &'static str,
    file_name: &str,
    files: letters::Variants,
    description: &'static str,
) -> SampleTemplate {
    SampleTemplate {
        key,
        name_en,
        description,
        headings: vec![heading],
        direction: Direction::Outgoing,
        numbering: None,
        semantics: LockSemantics::Versioning,
        default_visibility: DefaultVisibility::Everyone,
        groups: Vec::new(),
        variants: files
            .into_iter()
            .map(|(language, bytes)| (language, file_name.to_owned(), bytes))
            .collect(),
    }
}

fn correspondence() -> Vec<SampleTemplate> {
    vec![
        SampleTemplate {
            numbering: Some(("LT-{snum}", 2031)),
            ..template(
                "letter",
                "Letter",
                LETTERS,
                "Letter.docx",
                letters::letter(),
                "A plain letter on our stationery. Write your text between the greeting and the close.",
            )
        },
        template(
            "follow-up",
            "Follow-up letter",
            LETTERS,
            "Follow-up letter.docx",
            letters::follow_up(),
            "After an offer or a meeting. Choose the sale, so that its title, amount and dates are filled in.",
        ),
        SampleTemplate {
            semantics: LockSemantics::None,
            ..template(
                "thank-you",
                "Thank-you note",
                LETTERS,
                "Thank you.docx",
                letters::thanks(),
                "A warm word after a delivery or a visit.",
            )
        },
        SampleTemplate {
            semantics: LockSemantics::None,
            ..template(
                "note",
                "Short note (HTML)",
                LETTERS,
                "Note.html",
                letters::note(),
                "A short message about a sale, to be sent by e-mail.",
            )
        },
    ]
}

fn offers_and_orders() -> Vec<SampleTemplate> {
    vec![
        SampleTemplate {
            numbering: Some(("OF-{snum}", 1042)),
            ..template(
                "offer",
                "Offer",
                OFFERS,
                "Offer.docx",
                letters::offer(),
                "An offer with a table of terms. Choose the sale first; its counter gives each offer a number.",
            )
        },
        SampleTemplate {
            numbering: Some(("OC-{snum}", 5001)),
            ..template(
                "order",
                "Order confirmation",
                OFFERS,
                "Order confirmation.docx",
                letters::order(),
                "Confirms an order with delivery and payment. The sale must be chosen.",
            )
        },
        SampleTemplate {
            headings: vec![OFFERS, LETTERS],
            numbering: Some(("PR-{snum}", 301)),
            semantics: LockSemantics::Locking,
            default_visibility: DefaultVisibility::OwnersGroup,
            ..template(
                "reminder",
                "Payment reminder",
                OFFERS,
                "Payment reminder.docx",
                letters::reminder(),
                "A friendly first reminder, with ten days to pay. Seen by your own group only.",
            )
        },
    ]
}

fn agreements() -> Vec<SampleTemplate> {
    vec![
        SampleTemplate {
            numbering: Some(("AG-{snum}", 118)),
            ..template(
                "cooperation",
                "Cooperation agreement",
                AGREEMENTS,
                "Cooperation agreement.docx",
                letters::cooperation(),
                "The framework with a partner, with an annex of goods and conditions. Choose project and sale.",
            )
        },
        SampleTemplate {
            numbering: Some(("NDA-{snum}", 41)),
            default_visibility: DefaultVisibility::Owner,
            groups: vec![MANAGEMENT],
            ..template(
                "nda",
                "Confidentiality agreement",
                AGREEMENTS,
                "Confidentiality agreement.docx",
                letters::confidentiality(),
                "A mutual duty of silence before talks begin. The heading of the document names the matter.",
            )
        },
    ]
}

fn reports() -> Vec<SampleTemplate> {
    let internal = |template| SampleTemplate { direction: Direction::Unknown, ..template };
    vec![
        internal(template(
            "minutes",
            "Meeting minutes",
            REPORTS,
            "Minutes.docx",
            letters::minutes(),
            "Who was there, what was decided, and who does what by when.",
        )),
        internal(template(
            "project-status",
            "Project status report",
            REPORTS,
            "Project status.docx",
            letters::project_status(),
            "One page on time, cost, quality and people. Choose the project.",
        )),
        SampleTemplate {
            default_visibility: DefaultVisibility::OwnersGroup,
            groups: vec![MANAGEMENT],
            ..internal(template(
                "sale-summary",
                "Sale summary",
                REPORTS,
                "Sale summary.docx",
                letters::sale_summary(),
                "All the figures of a sale with its earning. For management only.",
            ))
        },
        SampleTemplate {
            direction: Direction::Incoming,
            semantics: LockSemantics::Locking,
            ..template(
                "visit-report",
                "Visit report (text)",
                REPORTS,
                "Visit report.txt",
                letters::visit_report(),
                "A quick note after a visit, in plain text.",
            )
        },
    ]
}

#[cfg(test)]
mod tests;
