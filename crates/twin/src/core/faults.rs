//! Faults that are ordered: what goes wrong, where, and how often.
//!
//! Common faults (throttling, latency, cut bodies, lost answers) are carried out at the twin's front, the same for
//! every surface. A fault that only a provider's own code can carry out is ordered by name (`Effect::Behave`); the
//! handler asks for it with [`Faults::take`].

use super::random::Random;
use super::surfaces::Surface;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Mutex;

/// An order. Members that are absent do not restrict it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rule {
    /// Its number, given when it is ordered.
    #[serde(default)]
    pub id: u64,
    #[serde(default, rename = "where")]
    pub place: Place,
    /// How many matching calls pass first.
    #[serde(default)]
    pub skip: u64,
    /// How many calls it hits; without a number, all.
    #[serde(default)]
    pub times: Option<u64>,
    /// From 0.0 to 1.0: how probable it is that a matching call is hit. Drawn from the twin's seed.
    #[serde(default)]
    pub probability: Option<f64>,
    pub effect: Effect,
    /// How many calls it has hit.
    #[serde(default)]
    pub hits: u64,
}

/// Which calls.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Place {
    pub surface: Option<Surface>,
    /// An HTTP method, upper case.
    pub method: Option<String>,
    /// A path; `*` stands for any characters.
    pub path: Option<String>,
    /// An operation's name as in the log; `*` stands for any characters.
    pub operation: Option<String>,
    /// An Entra tenant's id or a Workspace domain.
    pub tenant: Option<String>,
    /// A user's id or address.
    pub user: Option<String>,
    /// An application's client id.
    pub app: Option<String>,
}

/// What happens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "camelCase", tag = "kind", deny_unknown_fields)]
pub enum Effect {
    /// Refused as the provider refuses who asks too often. Drive: 403 or 429; Graph: 429 or 503.
    Throttle {
        status: u16,
        #[serde(default)]
        retry_after: RetryAfter,
        /// Drive's reason, `userRateLimitExceeded` when absent.
        #[serde(default)]
        reason: Option<String>,
    },
    /// Answered with exactly this, without being applied.
    Answer {
        status: u16,
        #[serde(default)]
        headers: Vec<(String, String)>,
        #[serde(default)]
        body: Value,
    },
    /// Held back before it is looked at.
    Latency { milliseconds: u64 },
    /// The answer's body ends after so many bytes and the connection breaks.
    CutBody { after: u64 },
    /// The request's body is read so far, then the connection breaks; what arrived is handed on.
    CutUpload { after: u64 },
    /// Applied, but the connection breaks before the answer.
    LostResponse,
    /// Not applied, and the connection breaks.
    Refused,
    /// A gateway's 502 in HTML instead of JSON, without being applied.
    BadGateway,
    /// An answer that is no JSON, after being applied.
    Malformed,
    /// A provider's own behaviour, by its name in `docs/how-to/order-faults-of-the-twin.md`.
    Behave {
        name: String,
        #[serde(default)]
        value: Value,
    },
}

/// The form of a `Retry-After` header (RFC 9110, section 10.2.3, and what is seen beside it).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RetryAfter {
    #[default]
    Absent,
    Seconds(u64),
    /// A fraction, as Graph has been seen to send: `2.128`.
    Fraction(f64),
    /// An HTTP date so many seconds ahead.
    Date(u64),
    /// Text that is neither.
    Text(String),
}

/// A call as rules see it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Subject<'a> {
    pub surface: Option<Surface>,
    pub method: &'a str,
    pub path: &'a str,
    pub operation: &'a str,
    pub tenant: &'a str,
    pub user: &'a str,
    pub app: &'a str,
}

/// The standing orders.
#[derive(Debug, Default)]
pub struct Faults {
    rules: Mutex<Orders>,
}

#[derive(Debug, Default)]
struct Orders {
    last_id: u64,
    rules: Vec<Rule>,
}

impl Faults {
    /// Adds an order and gives its number.
    pub fn order(&self, mut rule: Rule) -> u64 {
        let mut orders = crate::lock(&self.rules);
        orders.last_id += 1;
        rule.id = orders.last_id;
        rule.hits = 0;
        orders.rules.push(rule);
        orders.last_id
    }

    /// Takes an order back. False when there is none of that number.
    pub fn withdraw(&self, id: u64) -> bool {
        let mut orders = crate::lock(&self.rules);
        let before = orders.rules.len();
        orders.rules.retain(|rule| rule.id != id);
        orders.rules.len() < before
    }

    /// Takes all orders back.
    pub fn clear(&self) {
        crate::lock(&self.rules).rules.clear();
    }

    /// All orders, also those that are used up.
    pub fn list(&self) -> Vec<Rule> {
        crate::lock(&self.rules).rules.clone()
    }

    /// The common effects that hit this call, counted as hits.
    pub fn strike(&self, subject: Subject<'_>, random: &Random) -> Vec<Effect> {
        let mut orders = crate::lock(&self.rules);
        let hit = |rule: &mut Rule| {
            let common = !matches!(rule.effect, Effect::Behave { .. });
            (common && rule.hits_now(subject, random)).then(|| rule.effect.clone())
        };
        orders.rules.iter_mut().filter_map(hit).collect()
    }

    /// Whether a named behaviour is ordered for this call, with its value; counted as a hit.
    pub fn take(&self, behaviour: &str, subject: Subject<'_>, random: &Random) -> Option<Value> {
        let mut orders = crate::lock(&self.rules);
        orders.rules.iter_mut().find_map(|rule| match &rule.effect {
            Effect::Behave { name, value } if name == behaviour => {
                let value = value.clone();
                rule.hits_now(subject, random).then_some(value)
            }
            _ => None,
        })
    }
}

impl Rule {
    /// An order for all calls, without end.
    pub fn new(effect: Effect) -> Self {
        Self { id: 0, place: Place::default(), skip: 0, times: None, probability: None, effect, hits: 0 }
    }

    /// Only for calls of this operation.
    #[must_use]
    pub fn at(mut self, operation: &str) -> Self {
        self.place.operation = Some(operation.to_owned());
        self
    }

    /// Only so often.
    #[must_use]
    pub fn times(mut self, times: u64) -> Self {
        self.times = Some(times);
        self
    }

    fn hits_now(&mut self, subject: Subject<'_>, random: &Random) -> bool {
        if !self.place.includes(subject) || self.times.is_some_and(|times| self.hits >= times) {
            return false;
        }
        if self.skip > 0 {
            self.skip -= 1;
            return false;
        }
        if self.probability.is_some_and(|probability| !random.chance(probability)) {
            return false;
        }
        self.hits += 1;
        true
    }
}

impl Place {
    fn includes(&self, subject: Subject<'_>) -> bool {
        let same = |wanted: &Option<String>, found: &str| {
            wanted.as_ref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(found))
        };
        let like = |wanted: &Option<String>, found: &str| {
            wanted.as_ref().is_none_or(|wanted| matches_glob(wanted, found))
        };
        self.surface.is_none_or(|wanted| Some(wanted) == subject.surface)
            && same(&self.method, subject.method)
            && like(&self.path, subject.path)
            && like(&self.operation, subject.operation)
            && same(&self.tenant, subject.tenant)
            && same(&self.user, subject.user)
            && same(&self.app, subject.app)
    }
}

/// Whether a text fits a pattern in which `*` stands for any characters.
pub fn matches_glob(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(rest) = text.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    let mut rest = rest;
    for part in middle {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_characters() {
        for (pattern, text, expected) in [
            ("/drives/*/items/*", "/drives/b!1/items/01A", true),
            ("files.*", "files.create", true),
            ("files.*", "file", false),
            ("*", "", true),
            ("abc", "abc", true),
            ("abc", "abcd", false),
            ("a*bc", "abc", true),
            ("a*b*c", "a-c", false),
        ] {
            assert_eq!(matches_glob(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn an_order_skips_hits_and_is_used_up() {
        let faults = Faults::default();
        let random = Random::seeded(1);
        faults.order(Rule { skip: 1, ..Rule::new(Effect::LostResponse).at("files.create").times(2) });
        let call = Subject { operation: "files.create", ..Subject::default() };
        let other = Subject { operation: "files.get", ..Subject::default() };
        assert!(faults.strike(other, &random).is_empty());
        let hits: Vec<usize> = (0..4).map(|_| faults.strike(call, &random).len()).collect();
        assert_eq!(hits, [0, 1, 1, 0]);
    }

    #[test]
    fn a_named_behaviour_is_taken_by_who_asks_for_it() {
        let faults = Faults::default();
        let random = Random::seeded(1);
        let rule: Rule = serde_json::from_str(
            r#"{"where":{"surface":"graph"},"times":1,"effect":{"kind":"behave","name":"spurious-412"}}"#,
        )
        .unwrap();
        faults.order(rule);
        let call = Subject { surface: Some(Surface::Graph), ..Subject::default() };
        assert!(faults.take("locked", call, &random).is_none());
        assert!(faults.strike(call, &random).is_empty());
        assert!(faults.take("spurious-412", call, &random).is_some());
        assert!(faults.take("spurious-412", call, &random).is_none());
    }
}
