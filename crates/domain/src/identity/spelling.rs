//! When two addresses are the same, and when they only look alike.

use unicode_normalization::UnicodeNormalization as _;
use unicode_security::confusable_detection::skeleton as uts39;

/// An address that can be compared: what stands before and after the last `@`, folded.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Address {
    /// Before the `@`.
    pub local: String,
    /// After it.
    pub domain: String,
}

impl Address {
    /// Reads an address; `None` when it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let folded = fold_address(text);
        let (local, domain) = folded.rsplit_once('@')?;
        let sound = |part: &str| {
            !part.is_empty()
                && !part.chars().any(|c| c.is_whitespace() || c.is_control() || "<>()\"\\,;:".contains(c))
        };
        let dots = domain.split('.').all(|label| !label.is_empty() && label.len() <= 63);
        if !sound(local) || !sound(domain) || !dots || folded.len() > 254 || domain.contains('@') {
            return None;
        }
        Some(Self { local: local.to_owned(), domain: domain.to_owned() })
    }

    /// The whole address.
    pub fn whole(&self) -> String {
        format!("{}@{}", self.local, self.domain)
    }
}

/// The form addresses are compared in: compatibility composed (NFKC), lower case, trimmed. Dots and plus signs stay:
/// only one provider ignores them, and a stranger may own the other spelling elsewhere.
pub fn fold_address(text: &str) -> String {
    text.trim().nfkc().collect::<String>().to_lowercase().nfkc().collect()
}

/// What an address looks like to the eye (UTS 39 section 4). Two addresses that are not equal and look the same are a
/// trap.
pub fn skeleton(text: &str) -> String {
    uts39(&fold_address(text)).collect::<String>().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_compared_without_case_and_width() {
        assert_eq!(fold_address(" Solveig@Kaffehuset.Example "), "solveig@kaffehuset.example");
        assert_eq!(fold_address("ｓolveig@x.example"), "solveig@x.example");
        assert_ne!(fold_address("a.b@x.example"), fold_address("ab@x.example"));
        assert_ne!(fold_address("a+b@x.example"), fold_address("a@x.example"));
    }

    #[test]
    fn look_alikes_share_a_skeleton_and_are_not_equal() {
        for (real, trap) in [("paul@x.example", "pаul@x.example"), ("ola@x.example", "0la@x.example")] {
            assert_ne!(fold_address(real), fold_address(trap));
            assert_eq!(skeleton(real), skeleton(trap), "{trap}");
        }
        assert_ne!(skeleton("paul@x.example"), skeleton("saul@x.example"));
    }

    #[test]
    fn what_is_no_address_is_none() {
        for text in
            ["", "x", "@", "a@", "@b", "a b@c.example", "a@b..c", "a@b@", "a\n@b.example", "<a@b.example>"]
        {
            assert_eq!(Address::parse(text), None, "{text:?}");
        }
        let odd = Address::parse("\u{e9}a@B.example").unwrap();
        assert_eq!((odd.local.as_str(), odd.domain.as_str()), ("éa", "b.example"));
    }
}
