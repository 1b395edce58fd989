//! Which provider a domain's people sign in at (home-realm discovery).

use super::Address;
use crate::connections::Provider;
use crate::{Error, Result};
use serde::{Deserialize, Serialize};

/// A domain that an administrator has registered for their installation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registration {
    /// The domain: lower case, without a dot at the end.
    pub domain: String,
    /// Whether domains below it count too.
    pub subdomains: bool,
    /// Where its people sign in.
    pub provider: Provider,
    /// Microsoft: the tenant its people belong to, once one is connected. An address of the domain is only believed in
    /// this tenant.
    pub tenant: Option<String>,
}

impl Registration {
    /// Whether an address of this domain is meant.
    pub fn covers(&self, domain: &str) -> bool {
        domain == self.domain
            || (self.subdomains && domain.strip_suffix(&self.domain).is_some_and(|rest| rest.ends_with('.')))
    }
}

/// Where somebody with this address signs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Realm {
    /// At this provider.
    At(Provider),
    /// At one of these: the domain is registered at several.
    Choose(Vec<Provider>),
    /// Nobody has registered the domain.
    Unknown,
}

/// Finds the provider for an address. The most exact registration decides: `sales.example.com` before `example.com`.
pub fn realm_of(address: &Address, registered: &[Registration]) -> Realm {
    let covering: Vec<&Registration> = registered.iter().filter(|r| r.covers(&address.domain)).collect();
    let longest = covering.iter().map(|r| r.domain.len()).max().unwrap_or(0);
    let mut providers: Vec<Provider> =
        covering.into_iter().filter(|r| r.domain.len() == longest).map(|r| r.provider.clone()).collect();
    providers.sort();
    providers.dedup();
    match providers.as_slice() {
        [] => Realm::Unknown,
        [one] => Realm::At(one.clone()),
        _ => Realm::Choose(providers),
    }
}

/// Domains where everybody can have an address. Nobody can register them.
const PUBLIC_MAIL: &[&str] = &[
    "gmail.com",
    "googlemail.com",
    "outlook.com",
    "hotmail.com",
    "live.com",
    "msn.com",
    "yahoo.com",
    "icloud.com",
    "me.com",
    "aol.com",
    "proton.me",
    "protonmail.com",
    "gmx.com",
    "gmx.net",
    "gmx.de",
    "web.de",
    "mail.com",
];

/// Reads a domain that an administrator wants to register.
/// # Errors
/// `Invalid` for what is no domain, a top-level domain, or a domain where everybody can have an address.
pub fn registrable(text: &str) -> Result<String> {
    let text = text.trim();
    let text = text.strip_prefix('@').unwrap_or(text);
    let domain = super::fold_address(text.strip_suffix('.').unwrap_or(text));
    let label = |l: &str| {
        (1..=63).contains(&l.len())
            && l.chars().all(|c| c.is_alphanumeric() || c == '-')
            && !l.starts_with('-')
            && !l.ends_with('-')
    };
    if domain.len() > 253 || domain.split('.').count() < 2 || !domain.split('.').all(label) {
        return Err(Error::invalid(
            "Write the domain as it stands behind the @ of your addresses, for example kaffehuset.example.",
        )
        .field("domain"));
    }
    if PUBLIC_MAIL.contains(&domain.as_str()) {
        return Err(Error::invalid(format!(
            "Everybody can have an address at {domain}, so it says nothing about who works here. Register your own \
             domain; people without an address there can be invited one by one."
        ))
        .field("domain"));
    }
    Ok(domain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn registration(domain: &str, subdomains: bool, provider: Provider) -> Registration {
        Registration { domain: domain.into(), subdomains, provider, tenant: None }
    }

    #[test]
    fn the_domain_decides_the_provider() {
        let registered = [
            registration("kaffehuset.example", true, Provider::microsoft()),
            registration("lab.kaffehuset.example", false, Provider::google()),
            registration("both.example", false, Provider::google()),
            registration("both.example", false, Provider::microsoft()),
        ];
        let table = [
            ("a@kaffehuset.example", Realm::At(Provider::microsoft())),
            ("a@Sales.Kaffehuset.example", Realm::At(Provider::microsoft())),
            ("a@lab.kaffehuset.example", Realm::At(Provider::google())),
            ("a@x.lab.kaffehuset.example", Realm::At(Provider::microsoft())),
            ("a@both.example", Realm::Choose(vec![Provider::google(), Provider::microsoft()])),
            ("a@x.both.example", Realm::Unknown),
            ("a@evilkaffehuset.example", Realm::Unknown),
            ("a@kaffehuset.example.evil", Realm::Unknown),
        ];
        for (address, expected) in table {
            assert_eq!(realm_of(&Address::parse(address).unwrap(), &registered), expected, "{address}");
        }
    }

    #[test]
    fn only_a_domain_of_ones_own_can_be_registered() {
        for (text, domain) in
            [("Kaffehuset.Example", "kaffehuset.example"), (" @a.b.example. ", "a.b.example")]
        {
            assert_eq!(registrable(text).unwrap(), domain);
        }
        for text in [
            "",
            "example",
            "a b.example",
            "-a.example",
            "a..example",
            "gmail.com",
            "https://x.example",
            "*.x",
        ] {
            assert!(registrable(text).is_err(), "{text:?}");
        }
    }
}
