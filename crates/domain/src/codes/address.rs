//! Which address a letter goes to, and how its town line is written.

use super::Subjects;
use crate::records::{Address, join_names};

/// The address a letter goes to and its country (ISO 3166-1 alpha-2), by contract section f.6: the contact's own where
/// it is marked for post, else the company's postal address, else the company's street address. A blank
/// address is passed over.
pub fn letter_address<'a>(subjects: &Subjects<'a>) -> Option<(&'a Address, &'a str)> {
    let own = subjects.contact.filter(|contact| contact.use_as_postal && !contact.address.is_blank());
    if let Some(contact) = own {
        let company_country = subjects.company.map_or("", |company| company.country.as_str());
        let country = if contact.country.is_empty() { company_country } else { &contact.country };
        return Some((&contact.address, country));
    }
    subjects.company.map(|company| {
        let address = if company.postal.is_blank() { &company.street } else { &company.postal };
        (address, company.country.as_str())
    })
}

/// Postcode and town in the order the country's post expects: `0150 Oslo`, `London SW1A 1AA`, `Portland OR 97205`.
pub fn town_line(address: &Address, country: &str) -> String {
    let country = country.trim().to_ascii_uppercase();
    match country.as_str() {
        "US" | "CA" | "AU" => join_names(&[&address.city, &address.state, &address.zip]),
        "GB" | "IE" | "IN" | "NZ" | "SG" | "JP" | "KR" | "TW" | "TH" | "ID" | "ZA" => {
            join_names(&[&address.city, &address.zip])
        }
        _ => join_names(&[&address.zip, &address.city]),
    }
}
