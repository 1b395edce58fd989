//! A site that is made for the documents: a Microsoft 365 group, whose site comes some time later (M-23).

use super::Site;
use crate::{Error, Result, text};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The longest name of a site, in characters.
pub const LONGEST_NAME: usize = 100;
/// The longest alias of a group, in characters (Microsoft Graph, `mailNickname`).
pub const LONGEST_ALIAS: usize = 64;

/// A site in the making. It is written down before Microsoft is asked, so that nothing is made twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewSite {
    /// What people read.
    pub name: String,
    /// The end of its address, and the group's alias in e-mail.
    pub alias: String,
    /// Stands in the group's description, so that the group is known again when Microsoft's answer was lost.
    pub mark: String,
    /// When it was wished for.
    pub since: Timestamp,
    /// The group's object id, when Microsoft has told it.
    #[serde(default)]
    pub group: Option<String>,
    /// The site, when it is ready.
    #[serde(default)]
    pub site: Option<SiteAt>,
}

/// Where a site is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteAt {
    /// `host,collection,web`.
    pub id: String,
    /// Its address in the browser.
    pub address: String,
}

impl SiteAt {
    /// The request with which an administrator of Microsoft 365 gives an application this one site (M-24).
    pub fn grant(&self, client_id: &str, name: &str) -> String {
        let application = serde_json::json!({ "application": { "id": client_id, "displayName": name } });
        let body = serde_json::json!({ "roles": ["owner"], "grantedToIdentities": [application] });
        format!("POST https://graph.microsoft.com/v1.0/sites/{}/permissions\n{body}", self.id)
    }
}

/// What is at the address of a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SiteFound {
    /// A site that the application may use.
    Open(Site),
    /// A site that whoever asks may see, and that the application has not been given.
    Ungranted(SiteAt),
}

/// How far a site in the making is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Microsoft was asked for the group, and has not said that it is there.
    Asked,
    /// The group is there; its site is not ready.
    Waiting,
    /// The site is there; the application has not been given it.
    Ungranted,
}

impl NewSite {
    /// A site that is wished for. A blank alias follows from the name.
    /// # Errors
    /// `Invalid`, naming the field.
    pub fn wished(name: &str, alias: &str, mark: String, since: Timestamp) -> Result<Self> {
        let name = text::required_line("name of the site", name, LONGEST_NAME)?;
        let alias = match alias.trim() {
            "" => alias_of(&name),
            typed => typed.to_lowercase(),
        };
        let begins = alias.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric());
        let plain = alias.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
        if !begins || !plain || alias.len() > LONGEST_ALIAS {
            return Err(Error::invalid(
                "The end of the address can have up to 64 letters from a to z, digits, hyphens and underscores, and begins \
                 with a letter or digit. Choose another one.",
            )
            .field("site_alias"));
        }
        Ok(Self { name, alias, mark, since, group: None, site: None })
    }

    /// How far it is.
    pub fn stage(&self) -> Stage {
        match (&self.group, &self.site) {
            (None, _) => Stage::Asked,
            (Some(_), None) => Stage::Waiting,
            (Some(_), Some(_)) => Stage::Ungranted,
        }
    }

    /// The group's description at Microsoft.
    pub fn description(&self) -> String {
        format!("Documents of the CRM. Made by Chancery ({}).", self.mark)
    }

    /// Whether a group of this description is the one that was asked for.
    pub fn is_described_by(&self, description: &str) -> bool {
        description.contains(&format!("({})", self.mark))
    }
}

/// The alias that follows from a name: small letters and digits, a hyphen for everything between.
fn alias_of(name: &str) -> String {
    let mut alias = String::new();
    for letter in name.chars() {
        match letter {
            letter if letter.is_ascii_alphanumeric() => alias.push(letter.to_ascii_lowercase()),
            'ä' | 'æ' | 'Ä' | 'Æ' => alias.push_str("ae"),
            'ö' | 'ø' | 'œ' | 'Ö' | 'Ø' | 'Œ' => alias.push_str("oe"),
            'ü' | 'Ü' => alias.push_str("ue"),
            'å' | 'Å' => alias.push_str("aa"),
            'ß' => alias.push_str("ss"),
            _ if alias.ends_with('-') => {}
            _ => alias.push('-'),
        }
    }
    alias.trim_matches('-').chars().take(LONGEST_ALIAS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wished(name: &str, alias: &str) -> Result<NewSite> {
        NewSite::wished(name, alias, "m1".into(), Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn a_blank_alias_follows_from_the_name() {
        for (name, alias) in [
            ("CRM documents", "crm-documents"),
            ("  Åse & Søn – Übersee ", "aase-soen-uebersee"),
            ("2026", "2026"),
            ("A/S", "a-s"),
        ] {
            assert_eq!(wished(name, "").unwrap().alias, alias, "{name}");
        }
        assert_eq!(wished("Name", " Sales_2 ").unwrap().alias, "sales_2");
    }

    #[test]
    fn what_can_be_no_site_names_the_field() {
        let field =
            |name: &str, alias: &str| wished(name, alias).unwrap_err().field_name().map(str::to_owned);
        assert_eq!(field("", "a").as_deref(), Some("name of the site"));
        assert_eq!(field(&"x".repeat(101), "a").as_deref(), Some("name of the site"));
        for alias in ["-a", "a b", "a@b", "å", "a/b", &"x".repeat(65)] {
            assert_eq!(field("Name", alias).as_deref(), Some("site_alias"), "{alias}");
        }
        assert_eq!(field("日本", "").as_deref(), Some("site_alias"), "nothing is left of the name");
    }

    #[test]
    fn the_stage_follows_from_what_microsoft_has_told() {
        let mut site = wished("CRM", "").unwrap();
        assert_eq!(site.stage(), Stage::Asked);
        site.group = Some("g".into());
        assert_eq!(site.stage(), Stage::Waiting);
        site.site = Some(SiteAt { id: "h,a,b".into(), address: "https://h/sites/crm".into() });
        assert_eq!(site.stage(), Stage::Ungranted);
        let text = serde_json::to_string(&site).unwrap();
        assert_eq!(serde_json::from_str::<NewSite>(&text).unwrap(), site);
    }

    #[test]
    fn the_request_that_gives_a_site_names_the_site_and_the_application() {
        let site = SiteAt { id: "h.example,a,b".into(), address: "https://h.example/sites/crm".into() };
        let request = site.grant("6a5f0d3c-92c5-4f6e-b0c7-1d8e3f5a7c03", "A \"quoted\" name");
        let (line, body) = request.split_once('\n').unwrap();
        assert_eq!(line, "POST https://graph.microsoft.com/v1.0/sites/h.example,a,b/permissions");
        let body: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!(body["roles"], serde_json::json!(["owner"]));
        let application = &body["grantedToIdentities"][0]["application"];
        assert_eq!(application["id"], "6a5f0d3c-92c5-4f6e-b0c7-1d8e3f5a7c03");
        assert_eq!(application["displayName"], "A \"quoted\" name");
    }

    #[test]
    fn a_group_is_known_again_by_its_mark_alone() {
        let site = wished("CRM", "").unwrap();
        assert!(site.is_described_by(&site.description()));
        assert!(!site.is_described_by("Documents of the CRM. Made by Chancery (m11)."));
        assert!(!site.is_described_by(""));
    }
}
