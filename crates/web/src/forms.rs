//! Forms that are shown again with what is wrong with them.

use domain::{Error, ErrorKind};

/// What is wrong with a form: one sentence, at a field where the error names one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Faults {
    field: String,
    sentence: String,
}

impl Faults {
    /// Nothing is wrong.
    pub fn none() -> Self {
        Self::default()
    }

    /// What a use case said about the form; `None` for errors that are not about it and need a page of their own.
    pub fn of(error: &Error) -> Option<Self> {
        let about_the_form = matches!(
            error.kind(),
            ErrorKind::Invalid | ErrorKind::Conflict | ErrorKind::TooLarge | ErrorKind::UnsupportedMedia
        ) || (error.kind() == ErrorKind::Forbidden && error.field_name().is_some());
        about_the_form.then(|| Self {
            field: error.field_name().map(input_name).unwrap_or_default(),
            sentence: error.public().to_owned(),
        })
    }

    /// A fault of one field.
    pub fn at(field: &str, sentence: impl Into<String>) -> Self {
        Self { field: field.to_owned(), sentence: sentence.into() }
    }

    /// What is wrong with the input of this name, blank when nothing.
    pub fn on(&self, name: &str) -> &str {
        if self.field == name { &self.sentence } else { "" }
    }

    /// What is wrong, wherever; blank when nothing. Shown above the form, so that it is heard first.
    pub fn sentence(&self) -> &str {
        &self.sentence
    }

    /// Whether anything is wrong.
    pub fn any(&self) -> bool {
        !self.sentence.is_empty()
    }
}

/// The name of the input for a field as errors name it: "our reference" is `our_reference`.
fn input_name(field: &str) -> String {
    field.replace([' ', '-'], "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_stands_at_its_field_and_nowhere_else() {
        let faults = Faults::of(&Error::invalid("Too long.").field("our reference")).unwrap();
        assert_eq!((faults.on("our_reference"), faults.on("heading")), ("Too long.", ""));
        assert!(faults.any() && !Faults::none().any());
        assert_eq!(Faults::of(&Error::internal("x")), None);
    }
}
