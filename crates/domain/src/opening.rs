//! How a person wants documents to open that their place can open.

use serde::{Deserialize, Serialize};

/// Where *Open* leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum OpensIn {
    /// The office program of the place, in the browser.
    #[default]
    Browser,
    /// The program on the person's own computer.
    Desktop,
    /// A copy is downloaded.
    Download,
}

impl OpensIn {
    /// Every way.
    pub const ALL: [Self; 3] = [Self::Browser, Self::Desktop, Self::Download];

    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Browser => "browser",
            Self::Desktop => "desktop",
            Self::Download => "download",
        }
    }

    /// The way with this stored word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.as_str() == word)
    }

    /// The ways to try, one after the other, until the place has an address for one; a copy is always to be had.
    pub fn in_turn(self) -> &'static [Self] {
        match self {
            Self::Browser => &[Self::Browser, Self::Desktop, Self::Download],
            Self::Desktop => &[Self::Desktop, Self::Browser, Self::Download],
            Self::Download => &[Self::Download],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_back_and_every_way_ends_with_a_copy() {
        for way in OpensIn::ALL {
            assert_eq!(OpensIn::from_word(way.as_str()), Some(way));
            assert_eq!(way.in_turn().first(), Some(&way), "what is wanted comes first");
            assert_eq!(way.in_turn().last(), Some(&OpensIn::Download));
        }
        assert_eq!(OpensIn::from_word(""), None);
    }
}
