//! A member of a merge patch (RFC 7396): absent, cleared, or given.

use serde::{Deserialize, Deserializer};

/// A member that may be absent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) enum Field<T> {
    /// Absent: keep what is there.
    #[default]
    Keep,
    /// `null`: clear it.
    Clear,
    /// A new value.
    Set(T),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(from)?.map_or(Self::Clear, Self::Set))
    }
}

impl<T> Field<T> {
    /// Puts the new value into `slot`; a cleared one becomes the default.
    pub fn put<U: Default + From<T>>(self, slot: &mut U) {
        match self {
            Self::Keep => {}
            Self::Clear => *slot = U::default(),
            Self::Set(value) => *slot = value.into(),
        }
    }

    /// Puts the new value, converted, into an optional `slot`; a cleared one becomes `None`.
    pub fn put_option<U>(self, slot: &mut Option<U>, convert: impl FnOnce(T) -> U) {
        match self {
            Self::Keep => {}
            Self::Clear => *slot = None,
            Self::Set(value) => *slot = Some(convert(value)),
        }
    }

    /// Puts the new values, converted, into a list; a cleared one becomes empty.
    pub fn each<I, U>(self, slot: &mut Vec<U>, convert: impl FnMut(I) -> U)
    where
        T: IntoIterator<Item = I>,
    {
        match self {
            Self::Keep => {}
            Self::Clear => slot.clear(),
            Self::Set(values) => *slot = values.into_iter().map(convert).collect(),
        }
    }

    /// The given value, if one was given.
    pub fn given(self) -> Option<T> {
        match self {
            Self::Set(value) => Some(value),
            Self::Keep | Self::Clear => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct Patch {
        #[serde(default)]
        name: Field<String>,
    }

    #[test]
    fn absent_keeps_null_clears_and_a_value_sets() {
        let apply = |json: &str| {
            let mut name = "before".to_owned();
            serde_json::from_str::<Patch>(json).unwrap().name.put(&mut name);
            name
        };
        assert_eq!(apply("{}"), "before");
        assert_eq!(apply("{\"name\":null}"), "");
        assert_eq!(apply("{\"name\":\"after\"}"), "after");
    }
}
