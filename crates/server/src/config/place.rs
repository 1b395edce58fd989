//! Where in a configuration file something stands.

use domain::Error;
use std::path::PathBuf;

/// The file and its text, so that what is wrong can be said with its line.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub file: PathBuf,
    /// What is in it.
    pub text: String,
}

impl std::fmt::Debug for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Place({})", self.file.display())
    }
}

impl Place {
    /// What is wrong with a key, in one line: the file, the line, the key, and the remedy that `what` ends with.
    pub fn wrong(&self, section: &str, key: &str, what: impl std::fmt::Display) -> Error {
        self.wrong_in(section, 0, key, what)
    }

    /// As [`Place::wrong`], in the section of this name that is the `nth`, counted from 0.
    pub fn wrong_in(&self, section: &str, nth: usize, key: &str, what: impl std::fmt::Display) -> Error {
        let line = self.line(section, nth, key).map_or_else(String::new, |n| format!(", line {n}"));
        let key = if key.is_empty() { String::new() } else { format!(" {key}") };
        Error::invalid(format!("{}{line}: [{section}]{key}: {what}", self.file.display()))
    }

    /// The line of a key, or of its section's heading where the key is missing. None for other ways to write it.
    fn line(&self, section: &str, nth: usize, key: &str) -> Option<usize> {
        let mut heading = None;
        let mut seen = 0;
        for (n, line) in (1..).zip(self.text.lines()) {
            let line = line.trim();
            if let Some(name) = line.strip_prefix('[') {
                if heading.is_some() {
                    break;
                }
                let name = name.trim_start_matches('[').split(']').next().unwrap_or_default();
                if name.trim() == section {
                    if seen == nth {
                        heading = Some(n);
                    }
                    seen += 1;
                }
            } else if heading.is_some() && line.split('=').next().is_some_and(|k| k.trim() == key) {
                return Some(n);
            }
        }
        heading
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_in_its_own_section() {
        let text = "[a]\nkey = 1\n\n[[b]]\nkey = 2\n[[b]]\n# key = 3\nother = 4\nkey = 5\n".to_owned();
        let place = Place { file: "x.toml".into(), text };
        assert_eq!(place.line("a", 0, "key"), Some(2));
        assert_eq!(place.line("b", 0, "key"), Some(5));
        assert_eq!(place.line("b", 1, "key"), Some(9));
        assert_eq!(place.line("b", 1, "missing"), Some(6));
        assert_eq!(place.line("c", 0, "key"), None);
        let e = place.wrong_in("b", 1, "key", "is odd.");
        assert_eq!(e.public(), "x.toml, line 9: [b] key: is odd.");
    }
}
