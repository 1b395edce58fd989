//! Conditions: `{#if sale.amount > 1000 and not contact.retired}`.

use std::cmp::Ordering;

use rust_decimal::Decimal;

use super::proper;
use crate::{Culture, DateStyle, Value, record};

/// A condition: alternatives of tests that must all hold. `and` binds more tightly than `or`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Condition {
    pub(crate) any: Vec<Vec<Test>>,
}

/// One test.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Test {
    pub(crate) not: bool,
    pub(crate) name: String,
    /// A comparison; without one, whether there is a value at all.
    pub(crate) compare: Option<(Comparison, Operand)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    Unequal,
    Less,
    AtMost,
    More,
    AtLeast,
}

/// What a value is compared with.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Operand {
    text: String,
    value: Value<'static>,
}

impl Condition {
    /// Reads a condition; the sentence says what is wrong with it.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let words = words(text)?;
        let mut any = vec![Vec::new()];
        let mut at = 0;
        loop {
            let test = test(&words, &mut at)?;
            if let Some(all) = any.last_mut() {
                all.push(test);
            }
            match words.get(at) {
                None => return Ok(Self { any }),
                Some(Word::Bare(word)) if word.eq_ignore_ascii_case("and") => at += 1,
                Some(Word::Bare(word)) if word.eq_ignore_ascii_case("or") => {
                    any.push(Vec::new());
                    at += 1;
                }
                Some(other) => {
                    return Err(format!("{:?} is not expected in a condition here.", other.text()));
                }
            }
        }
    }
}

impl Test {
    /// Whether a value passes.
    pub(crate) fn passes(&self, value: &Value<'_>) -> bool {
        let holds = match &self.compare {
            None => !value.is_empty(),
            Some((comparison, operand)) => comparison.holds(operand.order(value)),
        };
        holds != self.not
    }
}

impl Comparison {
    fn of(sign: &str) -> Option<Self> {
        Some(match sign {
            "=" | "==" => Self::Equal,
            "!=" | "<>" | "≠" => Self::Unequal,
            "<" => Self::Less,
            "<=" | "≤" => Self::AtMost,
            ">" => Self::More,
            ">=" | "≥" => Self::AtLeast,
            _ => return None,
        })
    }

    fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::Unequal => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::AtMost => order.is_le(),
            Self::More => order.is_gt(),
            Self::AtLeast => order.is_ge(),
        }
    }
}

impl Operand {
    /// A number and a date are compared as such when both sides are, anything else as text.
    fn new(text: &str, quoted: bool) -> Self {
        let value = if quoted {
            Value::text(text.to_owned())
        } else if let Ok(number) = text.parse::<Decimal>() {
            Value::Decimal(number)
        } else if let Ok(date) = text.parse::<jiff::civil::Date>() {
            Value::Date(date, DateStyle::Short)
        } else {
            Value::text(text.to_owned())
        };
        Self { text: text.to_owned(), value }
    }

    fn order(&self, value: &Value<'_>) -> Ordering {
        match value {
            Value::Flag(yes) => {
                let wanted = matches!(self.text.to_lowercase().as_str(), "yes" | "true" | "1");
                yes.cmp(&wanted)
            }
            Value::Text(text) => match (text.trim().parse::<Decimal>(), &self.value) {
                (Ok(number), Value::Decimal(wanted)) => number.cmp(wanted),
                _ => text.trim().to_lowercase().cmp(&self.text.to_lowercase()),
            },
            Value::Whole(_) | Value::Decimal(_) if matches!(self.value, Value::Text(_)) => {
                value.to_text(&Culture::default()).as_ref().cmp(self.text.as_str())
            }
            other => record::compare_values(other, &self.value),
        }
    }
}

enum Word {
    Bare(String),
    Quoted(String),
    Sign(Comparison),
}

impl Word {
    fn text(&self) -> &str {
        match self {
            Self::Bare(text) | Self::Quoted(text) => text,
            Self::Sign(_) => "a comparison",
        }
    }
}

fn test(words: &[Word], at: &mut usize) -> Result<Test, String> {
    let mut not = false;
    while matches!(words.get(*at), Some(Word::Bare(word)) if word.eq_ignore_ascii_case("not")) {
        not = !not;
        *at += 1;
    }
    let Some(Word::Bare(name)) = words.get(*at) else {
        return Err("A condition needs the name of a field: {#if contact.title}.".to_owned());
    };
    *at += 1;
    let name = name.to_lowercase();
    proper(&name)?;
    let Some(Word::Sign(comparison)) = words.get(*at) else { return Ok(Test { not, name, compare: None }) };
    *at += 1;
    let operand = match words.get(*at) {
        Some(Word::Bare(text)) => Operand::new(text, false),
        Some(Word::Quoted(text)) => Operand::new(text, true),
        _ => return Err("Something to compare with is missing: {#if sale.amount > 1000}.".to_owned()),
    };
    *at += 1;
    Ok(Test { not, name, compare: Some((*comparison, operand)) })
}

/// Words, quoted texts in any quotation marks a word processor makes, and signs.
fn words(text: &str) -> Result<Vec<Word>, String> {
    const QUOTES: [char; 8] = ['"', '\'', '“', '”', '„', '‘', '’', '«'];
    const ENDS: [char; 8] = ['"', '\'', '“', '”', '‘', '’', '»', '«'];
    let mut found = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(&c) = chars.peek() {
        if c.is_whitespace() {
            chars.next();
        } else if QUOTES.contains(&c) {
            chars.next();
            let mut inside = String::new();
            loop {
                match chars.next() {
                    // An apostrophe inside double quotation marks is one.
                    Some(end)
                        if ENDS.contains(&end) && (c == '\'' || c == '‘' || !matches!(end, '\'' | '’')) =>
                    {
                        break;
                    }
                    Some(other) => inside.push(other),
                    None => return Err("A quotation mark is not closed.".to_owned()),
                }
            }
            found.push(Word::Quoted(inside));
        } else if matches!(c, '=' | '!' | '<' | '>' | '≠' | '≤' | '≥') {
            let mut sign = String::new();
            while let Some(c) = chars.next_if(|c| matches!(c, '=' | '!' | '<' | '>' | '≠' | '≤' | '≥'))
            {
                sign.push(c);
            }
            found.push(Word::Sign(
                Comparison::of(&sign).ok_or_else(|| format!("{sign:?} is not a comparison."))?,
            ));
        } else {
            let mut word = String::new();
            while let Some(c) = chars.next_if(|&c| !c.is_whitespace() && !"=!<>≠≤≥".contains(c)) {
                word.push(c);
            }
            found.push(Word::Bare(word));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(text: &str) -> bool {
        let value = |name: &str| match name {
            "amount" => Value::Decimal("1500.50".parse().expect("a number")),
            "country" => Value::text("Norway"),
            "date" => Value::Date(jiff::civil::date(2026, 12, 24), DateStyle::Short),
            "closed" => Value::Flag(false),
            _ => Value::blank(),
        };
        let condition = Condition::parse(text).expect(text);
        condition.any.iter().any(|all| all.iter().all(|test| test.passes(&value(&test.name))))
    }

    #[test]
    fn conditions_compare_numbers_dates_and_words() {
        for yes in [
            "amount",
            "not empty",
            "amount > 1000",
            "amount<=1500.5",
            "country = norway",
            "country != \"Sweden\"",
            "country = “Norway”",
            "date >= 2026-01-01",
            "not closed",
            "closed = no",
            "empty or amount > 1",
            "amount > 1 and country = 'NORWAY'",
        ] {
            assert!(holds(yes), "{yes}");
        }
        for no in [
            "empty",
            "amount > 2000",
            "not country",
            "date < 2026-01-01",
            "closed",
            "amount and empty",
            "amount > 1 and empty or closed",
        ] {
            assert!(!holds(no), "{no}");
        }
    }

    #[test]
    fn what_is_no_condition_is_refused() {
        for bad in ["", "amount >", "> 3", "amount amount", "amount => 3 4", "country = \"Nor", "amount =! 3"]
        {
            assert!(Condition::parse(bad).expect_err(bad).ends_with('.'));
        }
    }
}
