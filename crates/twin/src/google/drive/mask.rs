//! `fields`: which members of an answer are wanted (developers.google.com, "Return specific fields").
//!
//! `a,b(c,d),e/f,*`: members by name, several inside a member in parentheses, one inside a member after a slash, and
//! everything with a star.

use super::schema;
use crate::google::error::Refusal;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The wanted members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mask {
    All,
    Only(BTreeMap<String, Mask>),
}

impl Mask {
    /// Reads a mask for answers of a schema.
    /// # Errors
    /// 400 `invalidParameter` when it is malformed or names what the schema does not have.
    pub fn parse(text: &str, of: &str) -> Result<Self, Refusal> {
        let mut reader = Reader { rest: text, depth: 0 };
        let mask = reader.list(of).map_err(|word| invalid(&word))?;
        if reader.rest.is_empty() { Ok(mask) } else { Err(invalid(reader.rest)) }
    }

    /// What is wanted inside a member; nothing when the member is not wanted.
    pub fn inside(&self, member: &str) -> Option<&Self> {
        match self {
            Self::All => Some(&Self::All),
            Self::Only(members) => members.get(member).or_else(|| members.get("*")),
        }
    }

    /// Whether a member is wanted.
    pub fn wants(&self, member: &str) -> bool {
        self.inside(member).is_some()
    }

    /// Leaves only what is wanted.
    pub fn apply(&self, value: Value) -> Value {
        let Self::Only(_) = self else { return value };
        match value {
            Value::Object(members) => {
                let keep = |(name, value): (String, Value)| {
                    let inner = self.inside(&name)?.apply(value);
                    Some((name, inner))
                };
                Value::Object(members.into_iter().filter_map(keep).collect::<Map<_, _>>())
            }
            Value::Array(values) => Value::Array(values.into_iter().map(|value| self.apply(value)).collect()),
            plain => plain,
        }
    }
}

fn invalid(word: &str) -> Refusal {
    Refusal::new(400, "invalidParameter", format!("Invalid field selection {word}")).about("fields")
}

struct Reader<'t> {
    rest: &'t str,
    depth: u32,
}

impl Reader<'_> {
    fn take(&mut self, letter: char) -> bool {
        let rest = self.rest.trim_start();
        match rest.strip_prefix(letter) {
            Some(after) => {
                self.rest = after.trim_start();
                true
            }
            None => false,
        }
    }

    fn list(&mut self, of: &str) -> Result<Mask, String> {
        self.depth += 1;
        if self.depth > 20 {
            return Err(self.rest.to_owned());
        }
        let mut mask = Mask::Only(BTreeMap::new());
        loop {
            self.item(of, &mut mask)?;
            if !self.take(',') {
                break;
            }
        }
        self.depth -= 1;
        Ok(simplified(mask))
    }

    fn item(&mut self, of: &str, into: &mut Mask) -> Result<(), String> {
        let rest = self.rest.trim_start();
        let end = rest.find([',', '(', ')', '/', ' ']).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        let name = name.to_owned();
        self.rest = after.trim_start();
        let inner = inner_schema(of, &name).ok_or_else(|| name.clone())?;
        let mask = if self.take('(') {
            let mask = self.list(inner)?;
            if !self.take(')') {
                return Err(name);
            }
            mask
        } else if self.take('/') {
            self.depth += 1;
            if self.depth > 20 {
                return Err(name);
            }
            let mut mask = Mask::Only(BTreeMap::new());
            self.item(inner, &mut mask)?;
            self.depth -= 1;
            simplified(mask)
        } else {
            Mask::All
        };
        if let Mask::Only(members) = into {
            let before = members.remove(&name);
            members.insert(name, join(before, mask));
        }
        Ok(())
    }
}

fn simplified(mask: Mask) -> Mask {
    match &mask {
        Mask::Only(members) if members.get("*") == Some(&Mask::All) => Mask::All,
        _ => mask,
    }
}

fn join(one: Option<Mask>, other: Mask) -> Mask {
    match (one, other) {
        (None, mask) => mask,
        (Some(Mask::All), _) | (_, Mask::All) => Mask::All,
        (Some(Mask::Only(mut members)), Mask::Only(more)) => {
            for (name, mask) in more {
                let before = members.remove(&name);
                members.insert(name, join(before, mask));
            }
            Mask::Only(members)
        }
    }
}

/// The schema inside a member; nothing when there is no such member.
fn inner_schema(of: &str, name: &str) -> Option<&'static str> {
    if name == "*" {
        return Some("*");
    }
    if of == "*" {
        return (!name.is_empty()).then_some("*");
    }
    schema::members(of).iter().find(|(member, _)| *member == name).map(|(_, inner)| *inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn a_mask_keeps_what_it_names() {
        let list = json!({ "kind": "k", "nextPageToken": "t", "files": [
            { "id": "1", "name": "a", "owners": [{ "me": true, "displayName": "x" }], "capabilities": { "canEdit": true, "canCopy": false } },
        ] });
        let cases = [
            ("files(id,owners/me)", json!({ "files": [{ "id": "1", "owners": [{ "me": true }] }] })),
            ("files/id , nextPageToken", json!({ "files": [{ "id": "1" }], "nextPageToken": "t" })),
            ("files(capabilities(canEdit))", json!({ "files": [{ "capabilities": { "canEdit": true } }] })),
            ("kind,files/id,files/name", json!({ "kind": "k", "files": [{ "id": "1", "name": "a" }] })),
            ("*", list.clone()),
            ("*/id", json!({ "kind": "k", "nextPageToken": "t", "files": [{ "id": "1" }] })),
        ];
        for (text, expected) in cases {
            assert_eq!(Mask::parse(text, "FileList").unwrap().apply(list.clone()), expected, "{text}");
        }
    }

    #[test]
    fn a_mask_that_names_what_is_not_there_is_refused() {
        for (text, word) in [
            ("id,size", "id"),
            ("files(idd)", "idd"),
            ("files(id", "files"),
            ("files(id))", ")"),
            ("", ""),
            ("kind,", ""),
        ] {
            let refusal = Mask::parse(text, "FileList").unwrap_err();
            assert_eq!(refusal.message, format!("Invalid field selection {word}"), "{text}");
            assert_eq!((refusal.status.as_u16(), refusal.reason.as_str()), (400, "invalidParameter"));
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_fall_over(text in "[a-z*(),/ ]{0,60}") {
            let _ = Mask::parse(&text, "FileList");
        }
    }
}
