//! Facts about a record, as they stand on its card.

use domain::records::{Address, RecordKind};

/// A group of facts under a heading.
#[derive(Debug, Clone)]
pub(super) struct Group {
    pub title: &'static str,
    pub facts: Vec<Fact>,
}

/// One fact: never blank.
#[derive(Debug, Clone)]
pub(super) struct Fact {
    pub label: &'static str,
    pub value: String,
    pub href: String,
}

/// Facts in the making; what is blank is left out.
#[derive(Debug, Default)]
pub(super) struct Facts(Vec<Fact>);

impl Facts {
    /// No facts yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A fact.
    pub fn and(self, label: &'static str, value: impl Into<String>) -> Self {
        self.linked(label, value, None)
    }

    /// A fact that leads somewhere, where there is somewhere to lead.
    pub fn linked(mut self, label: &'static str, value: impl Into<String>, href: Option<String>) -> Self {
        let value = value.into();
        if !value.trim().is_empty() {
            self.0.push(Fact { label, value, href: href.unwrap_or_default() });
        }
        self
    }

    /// An e-mail address.
    pub fn mail(self, label: &'static str, address: &str) -> Self {
        let plain =
            address.contains('@') && address.chars().all(|c| c.is_alphanumeric() || "@.+-_".contains(c));
        self.linked(label, address, plain.then(|| format!("mailto:{address}")))
    }

    /// A telephone number.
    pub fn phone(self, label: &'static str, number: &str) -> Self {
        let dialled: String = number.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
        self.linked(label, number, (dialled.len() > 2).then(|| format!("tel:{dialled}")))
    }

    /// A web address. Only the web's own schemes become links.
    pub fn web(self, label: &'static str, address: &str) -> Self {
        let fit = !address.is_empty()
            && !address.contains(|c: char| c.is_whitespace() || c.is_control() || c == '"');
        let href = if address.starts_with("https://") || address.starts_with("http://") {
            Some(address.to_owned())
        } else {
            (!address.contains(':') && address.contains('.')).then(|| format!("https://{address}"))
        };
        let shown = address.trim_start_matches("https://").trim_start_matches("http://");
        self.linked(label, shown, href.filter(|_| fit))
    }

    /// Under a heading; nothing where there is no fact.
    pub fn group(self, title: &'static str) -> Option<Group> {
        (!self.0.is_empty()).then_some(Group { title, facts: self.0 })
    }
}

/// An address on several lines.
pub(super) fn address(address: &Address, country: &str) -> String {
    let town = format!("{} {}", address.zip, address.city);
    let lines = address.lines.iter().map(String::as_str);
    let all = lines.chain([town.as_str(), address.state.as_str(), address.county.as_str()]);
    let mut lines: Vec<&str> = all.map(str::trim).filter(|l| !l.is_empty()).collect();
    if !lines.is_empty() && !country.is_empty() {
        lines.push(country);
    }
    lines.join("\n")
}

/// What a kind of record is called, on its card.
pub(super) fn kind_label(kind: RecordKind) -> &'static str {
    match kind {
        RecordKind::Company => "Company",
        RecordKind::Contact => "Contact",
        RecordKind::Project => "Project",
        RecordKind::Sale => "Sale",
        RecordKind::Associate => "Associate",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn href(facts: Facts) -> String {
        facts.0.first().map(|f| f.href.clone()).unwrap_or_default()
    }

    #[test]
    fn only_harmless_addresses_become_links() {
        assert_eq!(href(Facts::new().web("Web", "fjord.example")), "https://fjord.example");
        assert_eq!(
            href(Facts::new().web("Web", "https://fjord.example/x?y=1")),
            "https://fjord.example/x?y=1"
        );
        for wrong in ["javascript:alert(1)", "data:text/html,x", "//evil.test:80", "a b.example", ""] {
            assert_eq!(href(Facts::new().web("Web", wrong)), "", "{wrong}");
        }
        assert_eq!(href(Facts::new().mail("E-mail", "ada@fjord.example")), "mailto:ada@fjord.example");
        assert_eq!(href(Facts::new().mail("E-mail", "ada@x?bcc=evil@test")), "");
        assert_eq!(href(Facts::new().phone("Phone", "+47 22 33")), "tel:+472233");
        assert!(Facts::new().and("Blank", "  ").group("None").is_none());
    }

    #[test]
    fn an_address_has_no_blank_lines() {
        let there = Address {
            lines: ["Pb 12".into(), String::new(), "Dock 3".into()],
            zip: "0150".into(),
            city: "Oslo".into(),
            ..Address::default()
        };
        assert_eq!(address(&there, "Norway"), "Pb 12\nDock 3\n0150 Oslo\nNorway");
        assert_eq!(address(&Address::default(), "Norway"), "");
    }
}
