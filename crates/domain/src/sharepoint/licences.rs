//! How many licences of Microsoft 365 a tenant has: SharePoint allows an application more in larger tenants
//! (microsoft.md 2.15, Microsoft's published table).

use crate::{Error, Result};
use std::fmt;
use std::str::FromStr;

/// The number of licences, as an administrator states it; 0 while nobody has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Licences(u64);

/// What an application is allowed in a tenant, in resource units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowed {
    /// In a minute.
    pub minute: u64,
    /// In 24 hours.
    pub day: u64,
}

/// Up to so many licences, so much is allowed. The last line is for all that are larger.
const CLASSES: &[(u64, Allowed)] = &[
    (1_000, Allowed { minute: 1_250, day: 1_200_000 }),
    (5_000, Allowed { minute: 2_500, day: 2_400_000 }),
    (15_000, Allowed { minute: 3_750, day: 3_600_000 }),
    (50_000, Allowed { minute: 5_000, day: 4_800_000 }),
    (u64::MAX, Allowed { minute: 6_250, day: 6_000_000 }),
];

impl Licences {
    /// The largest number that is believed.
    pub const MOST: u64 = 10_000_000;

    /// What is allowed; the least until somebody has stated a number.
    pub fn allowed(self) -> Allowed {
        let class = CLASSES.iter().find(|(most, _)| self.0 <= *most);
        class.map_or(CLASSES[0].1, |(_, allowed)| *allowed)
    }

    /// The number; nothing while nobody has stated one.
    pub fn stated(self) -> Option<u64> {
        (self.0 > 0).then_some(self.0)
    }
}

impl FromStr for Licences {
    type Err = Error;

    /// Reads a number as a person types it; blank for none.
    fn from_str(text: &str) -> Result<Self> {
        let plain: String =
            text.chars().filter(|c| !c.is_whitespace() && !matches!(c, ',' | '.' | '\'')).collect();
        if plain.is_empty() {
            return Ok(Self::default());
        }
        match plain.parse() {
            Ok(number @ 1..=Self::MOST) => Ok(Self(number)),
            _ => Err(Error::invalid(
                "Enter how many licences of Microsoft 365 your organisation has, from 1 to 10,000,000, or nothing. The \
                 Microsoft 365 admin center shows the number under Billing, Licenses.",
            )
            .field("licences")),
        }
    }
}

impl fmt::Display for Licences {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 { Ok(()) } else { write!(f, "{}", self.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_allowed_follows_the_number_of_licences() {
        for (text, minute, day) in [
            ("", 1_250, 1_200_000),
            ("1", 1_250, 1_200_000),
            ("1,000", 1_250, 1_200_000),
            ("1 001", 2_500, 2_400_000),
            ("5000", 2_500, 2_400_000),
            ("15'000", 3_750, 3_600_000),
            ("50.000", 5_000, 4_800_000),
            ("50001", 6_250, 6_000_000),
        ] {
            let licences: Licences = text.parse().unwrap();
            assert_eq!(licences.allowed(), Allowed { minute, day }, "{text}");
            assert_eq!(licences.to_string().parse::<Licences>().unwrap(), licences);
        }
    }

    #[test]
    fn what_is_no_number_of_licences_is_refused_with_where_to_find_it() {
        for text in ["0", "-1", "many", "10000001", "99999999999999999999999"] {
            let refused = text.parse::<Licences>().unwrap_err();
            assert!(refused.public().contains("admin center"), "{text}");
            assert_eq!(refused.field_name(), Some("licences"));
        }
    }
}
