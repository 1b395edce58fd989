//! The documents the demo begins with: who wrote what to whom.

/// A document to be made from a sample template. Records are named by their external ids; blank means none.
#[derive(Debug, Clone, Copy)]
pub struct Planned {
    /// The template's key.
    pub template: &'static str,
    /// The login of whoever makes it.
    pub login: &'static str,
    /// The heading.
    pub heading: &'static str,
    /// The language of the variant; blank for the neutral one.
    pub language: &'static str,
    /// The company.
    pub company: &'static str,
    /// The contact.
    pub contact: &'static str,
    /// The sale.
    pub sale: &'static str,
    /// The project.
    pub project: &'static str,
    /// Left checked out, invisible to the others.
    pub keep_checked_out: bool,
}

/// A published document.
pub const fn to(
    template: &'static str,
    login: &'static str,
    heading: &'static str,
    language: &'static str,
    records: [&'static str; 4],
) -> Planned {
    let [company, contact, sale, project] = records;
    Planned { template, login, heading, language, company, contact, sale, project, keep_checked_out: false }
}

/// The documents, oldest first.
pub const DOCUMENTS: &[Planned] = &[
    to(
        "offer",
        "solveig",
        "Offer: coffee machines for eleven canteens",
        "nb-NO",
        ["C-009", "P-0021", "S-1001", "J-001"],
    ),
    to("order", "solveig", "Order confirmation 1001", "nb-NO", ["C-009", "P-0021", "S-1001", "J-001"]),
    to(
        "offer",
        "ingrid",
        "Offer: espresso machines for five bars",
        "",
        ["C-037", "P-0090", "S-1004", "J-002"],
    ),
    to("project-status", "ingrid", "Status: Spreeufer, five new bars", "", ["C-037", "P-0090", "", "J-002"]),
    to("offer", "jonas", "Offer: breakfast buffet brewers", "nb-NO", ["C-020", "P-0048", "S-1006", "J-003"]),
    to("thank-you", "jonas", "Thank you for the visit", "nb-NO", ["C-020", "P-0048", "", "J-003"]),
    to("letter", "jonas", "Welcome as a customer", "nb-NO", ["C-002", "P-0001", "", ""]),
    to(
        "follow-up",
        "solveig",
        "Lobby bar, after the showroom visit",
        "nb-NO",
        ["C-006", "P-0014", "S-1008", "J-006"],
    ),
    to("cooperation", "henrik", "Cooperation agreement, five bars", "", ["C-037", "P-0090", "", "J-002"]),
    to(
        "minutes",
        "solveig",
        "Minutes: machines and delivery plan",
        "nb-NO",
        ["C-009", "P-0021", "", "J-001"],
    ),
    to(
        "visit-report",
        "jonas",
        "Visit: roastery and green coffee",
        "nb-NO",
        ["C-003", "P-0004", "S-1010", ""],
    ),
    Planned {
        keep_checked_out: true,
        ..to(
            "offer",
            "solveig",
            "Offer: cups and saucers (draft)",
            "nb-NO",
            ["C-009", "P-0023", "S-1002", "J-001"],
        )
    },
];
