//! Fields of forms: a label, an input, a hint, and what is wrong with it, tied together for screen readers.

use super::{Escaped, safe};
use crate::forms::Faults;
use std::fmt::{self, Display, Write as _};

/// A field of a form.
#[derive(Debug, Clone)]
pub struct Field {
    shape: Shape,
    name: String,
    label: String,
    value: String,
    hint: String,
    error: String,
    id: String,
    attributes: String,
    required: bool,
    optional_mark: bool,
    choices: Vec<Choice>,
    checked: bool,
    wide: bool,
}

/// One choice of a select.
#[derive(Debug, Clone)]
pub struct Choice {
    value: String,
    label: String,
    chosen: bool,
    group: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Input(&'static str),
    Area,
    Select,
    Check,
    File,
}

safe!(Field);

fn field(shape: Shape, name: impl Display, label: impl Display, value: impl Display) -> Field {
    let name = name.to_string();
    Field {
        shape,
        id: format!("f-{name}"),
        name,
        label: label.to_string(),
        value: value.to_string(),
        hint: String::new(),
        error: String::new(),
        attributes: String::new(),
        required: false,
        optional_mark: false,
        choices: Vec::new(),
        checked: false,
        wide: false,
    }
}

/// One line of text.
pub fn text(name: impl Display, label: impl Display, value: impl Display) -> Field {
    field(Shape::Input("text"), name, label, value)
}

/// A whole number.
pub fn number(name: impl Display, label: impl Display, value: impl Display) -> Field {
    field(Shape::Input("number"), name, label, value)
}

/// A calendar day; its value as ISO 8601.
pub fn date(name: impl Display, label: impl Display, value: impl Display) -> Field {
    field(Shape::Input("date"), name, label, value)
}

/// Several lines of text.
pub fn textarea(name: impl Display, label: impl Display, value: impl Display) -> Field {
    field(Shape::Area, name, label, value)
}

/// One of several choices.
pub fn select(name: impl Display, label: impl Display) -> Field {
    field(Shape::Select, name, label, "")
}

/// Yes or no; sends `1` for yes.
pub fn checkbox(name: impl Display, label: impl Display, checked: bool) -> Field {
    Field { checked, ..field(Shape::Check, name, label, "1") }
}

/// A file to send.
pub fn file(name: impl Display, label: impl Display) -> Field {
    field(Shape::File, name, label, "")
}

/// A value that travels with the form.
pub fn hidden(name: impl Display, value: impl Display) -> Hidden {
    Hidden(name.to_string(), value.to_string())
}

/// The token that proves that the form is one of ours; the first thing in every form that is posted.
pub fn csrf(token: impl Display) -> Hidden {
    hidden(crate::csrf::FIELD, token)
}

/// A hidden input.
#[derive(Debug, Clone)]
pub struct Hidden(String, String);

safe!(Hidden);

impl Display for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, r#"<input type="hidden" name="{}" value="{}">"#, Escaped(&self.0), Escaped(&self.1))
    }
}

impl Field {
    /// Must be filled in.
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// Says "optional" beside the label, where most fields of the form are required.
    pub fn optional(mut self) -> Self {
        self.optional_mark = true;
        self
    }

    /// A sentence under the label.
    pub fn hint(mut self, hint: impl Display) -> Self {
        self.hint = hint.to_string();
        self
    }

    /// What is wrong with it; blank for nothing.
    pub fn error(mut self, error: impl Display) -> Self {
        self.error = error.to_string();
        self
    }

    /// What is wrong with it, out of what is wrong with the form.
    pub fn fault(self, faults: &Faults) -> Self {
        let error = faults.on(&self.name).to_owned();
        self.error(error)
    }

    /// The longest value in characters.
    pub fn max(self, characters: usize) -> Self {
        self.attribute("maxlength", characters)
    }

    /// A grey example in the empty field.
    pub fn placeholder(self, text: impl Display) -> Self {
        self.attribute("placeholder", text)
    }

    /// The kinds of file to offer.
    pub fn accept(self, kinds: impl Display) -> Self {
        self.attribute("accept", kinds)
    }

    /// The number of lines of a text area.
    pub fn rows(self, rows: usize) -> Self {
        self.attribute("rows", rows)
    }

    /// Several files may be chosen.
    pub fn multiple(self) -> Self {
        self.flag("multiple")
    }

    /// Has the keyboard when the page opens.
    pub fn autofocus(self) -> Self {
        self.flag("autofocus")
    }

    /// Is shown and cannot be changed.
    pub fn readonly(self, readonly: bool) -> Self {
        if readonly { self.flag("readonly") } else { self }
    }

    /// Takes the whole width of the form.
    pub fn wide(mut self) -> Self {
        self.wide = true;
        self
    }

    /// An id of its own, where the name stands twice on a page.
    pub fn id(mut self, id: impl Display) -> Self {
        self.id = id.to_string();
        self
    }

    /// The value a checkbox sends.
    pub fn value(mut self, value: impl Display) -> Self {
        self.value = value.to_string();
        self
    }

    /// A choice of a select.
    pub fn choice(self, value: impl Display, label: impl Display, chosen: bool) -> Self {
        self.grouped_choice("", value, label, chosen)
    }

    /// A choice of a select under a heading. Choices of one group follow each other.
    pub fn grouped_choice(
        mut self,
        group: impl Display,
        value: impl Display,
        label: impl Display,
        chosen: bool,
    ) -> Self {
        let (value, label, group) = (value.to_string(), label.to_string(), group.to_string());
        self.choices.push(Choice { value, label, chosen, group });
        self
    }

    /// An attribute of the input.
    pub fn attribute(mut self, name: &'static str, value: impl Display) -> Self {
        // Writing to a String cannot fail.
        let _ = write!(self.attributes, " {name}=\"{}\"", Escaped(value));
        self
    }

    fn flag(mut self, name: &'static str) -> Self {
        self.attributes.push(' ');
        self.attributes.push_str(name);
        self
    }

    fn control(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (id, name, value) = (Escaped(&self.id), Escaped(&self.name), Escaped(&self.value));
        let more = self.common();
        match self.shape {
            Shape::Input(kind) => {
                write!(f, r#"<input type="{kind}" id="{id}" name="{name}" value="{value}"{more}>"#)
            }
            // HTML drops one line break after the tag, so one is given.
            Shape::Area => write!(f, "<textarea id=\"{id}\" name=\"{name}\"{more}>\n{value}</textarea>"),
            Shape::File => write!(f, r#"<input type="file" id="{id}" name="{name}"{more}>"#),
            Shape::Check => {
                let checked = if self.checked { " checked" } else { "" };
                write!(f, r#"<input type="checkbox" id="{id}" name="{name}" value="{value}"{checked}{more}>"#)
            }
            Shape::Select => self.select(f, &more),
        }
    }

    fn select(&self, f: &mut fmt::Formatter<'_>, more: &str) -> fmt::Result {
        write!(f, r#"<select id="{}" name="{}"{more}>"#, Escaped(&self.id), Escaped(&self.name))?;
        let mut open = "";
        for choice in &self.choices {
            if choice.group != open {
                f.write_str(if open.is_empty() { "" } else { "</optgroup>" })?;
                if !choice.group.is_empty() {
                    write!(f, r#"<optgroup label="{}">"#, Escaped(&choice.group))?;
                }
                open = &choice.group;
            }
            let chosen = if choice.chosen { " selected" } else { "" };
            let (value, label) = (Escaped(&choice.value), Escaped(&choice.label));
            write!(f, r#"<option value="{value}"{chosen}>{label}</option>"#)?;
        }
        f.write_str(if open.is_empty() { "" } else { "</optgroup>" })?;
        f.write_str("</select>")
    }

    fn common(&self) -> String {
        let mut out = self.attributes.clone();
        if self.required {
            out.push_str(" required");
        }
        let described: Vec<String> = [(&self.error, "error"), (&self.hint, "hint")]
            .into_iter()
            .filter(|(text, _)| !text.is_empty())
            .map(|(_, part)| format!("{}-{part}", Escaped(&self.id)))
            .collect();
        if !described.is_empty() {
            let _ = write!(out, " aria-describedby=\"{}\"", described.join(" "));
        }
        if !self.error.is_empty() {
            out.push_str(" aria-invalid=\"true\"");
        }
        out
    }

    fn notes(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = Escaped(&self.id);
        if !self.hint.is_empty() {
            write!(f, r#"<p class="hint" id="{id}-hint">{}</p>"#, Escaped(&self.hint))?;
        }
        if !self.error.is_empty() {
            write!(f, r#"<p class="fault" id="{id}-error">{}</p>"#, Escaped(&self.error))?;
        }
        Ok(())
    }
}

impl Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let wide = if self.wide { " wide" } else { "" };
        let (id, label) = (Escaped(&self.id), Escaped(&self.label));
        if self.shape == Shape::Check {
            write!(f, r#"<div class="field check{wide}">"#)?;
            self.control(f)?;
            write!(f, r#"<label for="{id}">{label}</label>"#)?;
            self.notes(f)?;
            return f.write_str("</div>");
        }
        let mark = match (self.required, self.optional_mark) {
            (true, _) => r#" <span class="required" aria-hidden="true">*</span>"#,
            (false, true) => r#" <span class="optional">optional</span>"#,
            (false, false) => "",
        };
        write!(f, r#"<div class="field{wide}"><label for="{id}">{label}{mark}</label>"#)?;
        self.control(f)?;
        self.notes(f)?;
        f.write_str("</div>")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_tied_to_its_input() {
        let faults = Faults::at("heading", "It is missing.");
        let html = text("heading", "Heading", "").required().hint("Short.").fault(&faults).to_string();
        assert!(
            html.contains(r#"aria-describedby="f-heading-error f-heading-hint" aria-invalid="true""#),
            "{html}"
        );
        assert!(html.contains(r#"id="f-heading-error">It is missing."#) && html.contains(" required"));
        assert!(!text("other", "Other", "").fault(&faults).to_string().contains("aria-invalid"));
    }

    #[test]
    fn choices_stand_in_their_groups() {
        let html = select("t", "T")
            .choice("", "None", false)
            .grouped_choice("Letters", 1, "A", true)
            .grouped_choice("Letters", 2, "B", false)
            .grouped_choice("Offers", 3, "C", false)
            .to_string();
        assert_eq!((html.matches("<optgroup").count(), html.matches("</optgroup>").count()), (2, 2));
        assert!(html.contains(r#"<option value="1" selected>A</option>"#));
    }
}
