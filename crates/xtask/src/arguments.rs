//! The command line, read by hand: a parser crate would double this crate's compile time.

use crate::Result;

/// The words after `cargo xtask`, taken out one by one.
#[derive(Debug)]
pub struct Arguments {
    words: Vec<String>,
    rest: Vec<String>,
}

impl Arguments {
    /// The arguments of this process.
    pub fn of_process() -> Self {
        Self::new(std::env::args().skip(1).collect())
    }

    /// Splits `words` at a bare `--`.
    pub fn new(mut words: Vec<String>) -> Self {
        let rest = match words.iter().position(|word| word == "--") {
            Some(at) => {
                let rest = words.split_off(at + 1);
                words.pop();
                rest
            }
            None => Vec::new(),
        };
        Self { words, rest }
    }

    /// Takes the first word.
    pub fn command(&mut self) -> Option<String> {
        (!self.words.is_empty()).then(|| self.words.remove(0))
    }

    /// Takes a switch; true when it was given.
    pub fn flag(&mut self, name: &str) -> bool {
        let before = self.words.len();
        self.words.retain(|word| word != name);
        self.words.len() != before
    }

    /// Takes every value of an option, written `-p x`, `--package x` or `--package=x`.
    pub fn values(&mut self, names: &[&str]) -> Result<Vec<String>> {
        let mut values = Vec::new();
        let mut kept = Vec::new();
        let mut words = std::mem::take(&mut self.words).into_iter();
        while let Some(word) = words.next() {
            if names.contains(&word.as_str()) {
                let value = words.next().ok_or_else(|| format!("`{word}` needs a value"))?;
                values.push(value);
            } else if let Some(value) =
                names.iter().find_map(|name| word.strip_prefix(name)?.strip_prefix('='))
            {
                values.push(value.to_owned());
            } else {
                kept.push(word);
            }
        }
        self.words = kept;
        Ok(values)
    }

    /// Takes what stood after `--`; any other word left is a mistake.
    pub fn rest(self) -> Result<Vec<String>> {
        match self.words.first() {
            Some(word) => Err(format!("`{word}` is not understood here; `cargo xtask help` lists what is")),
            None => Ok(self.rest),
        }
    }

    /// Checks that every word was understood.
    pub fn end(self) -> Result<()> {
        match self.rest()?.first() {
            Some(word) => Err(format!("`-- {word}` is not understood here")),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> Arguments {
        Arguments::new(line.split_whitespace().map(str::to_owned).collect())
    }

    #[test]
    fn options_and_the_rest_are_told_apart() {
        let mut arguments = of("test -p merge --fast --package=domain -- --no-capture -p");
        assert_eq!(arguments.command().as_deref(), Some("test"));
        assert!(arguments.flag("--fast"));
        assert_eq!(arguments.values(&["-p", "--package"]).unwrap(), ["merge", "domain"]);
        assert_eq!(arguments.rest().unwrap(), ["--no-capture", "-p"]);
    }

    #[test]
    fn a_word_nobody_asked_for_is_named() {
        let mut arguments = of("tidy --quick");
        arguments.command();
        assert!(arguments.end().unwrap_err().contains("--quick"));
    }

    #[test]
    fn an_option_without_its_value_is_named() {
        assert!(of("-p").values(&["-p"]).unwrap_err().contains("`-p` needs a value"));
    }
}
