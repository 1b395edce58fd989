//! The fields that the forms for new documents, uploads and properties have in common.

use super::subjects::{Choice, Pickers, pickers};
use super::typed::{Typed, visibility_text};
use crate::forms::Faults;
use crate::ui;
use app::App;
use domain::documents::{MAX_ATTENTION, MAX_DESCRIPTION, MAX_HEADING, MAX_REFERENCE};
use domain::visibility::VisibleFor;
use domain::{Ctx, Result};

/// One line of a list to choose from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Line {
    pub value: String,
    pub label: String,
    pub chosen: bool,
}

impl Line {
    pub fn new(value: impl Into<String>, label: impl Into<String>, chosen: bool) -> Self {
        Self { value: value.into(), label: label.into(), chosen }
    }
}

/// The fields as they stand on a page.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fields {
    pub typed: Typed,
    pub pickers: Pickers,
    pub visibility: Vec<Line>,
    pub faults: Faults,
    /// What attention will be when it is left blank.
    pub attention_default: String,
    /// Our reference may not be changed.
    pub reference_fixed: bool,
    /// What there is to say about our reference.
    pub reference_hint: String,
}

impl Fields {
    /// The fields for what was typed.
    pub async fn load(app: &App, ctx: &Ctx, mut typed: Typed, faults: Faults) -> Result<Self> {
        let mut pickers = pickers(app, ctx, &mut typed).await?;
        for picker in &mut pickers.0 {
            picker.fault = faults.on(picker.name).to_owned();
        }
        let visibility = visibility(app, ctx, &typed.visible_for).await?;
        let attention_default = pickers.title("contact").unwrap_or_default().to_owned();
        Ok(Self { typed, pickers, visibility, faults, attention_default, ..Self::default() })
    }

    /// Chooses a contact nobody has asked for, and says so.
    pub fn suggest_contact(&mut self, choice: Choice) {
        self.typed.contact = choice.id.to_string();
        self.attention_default.clone_from(&choice.title);
        if let Some(picker) = self.pickers.of_mut("contact") {
            picker.offered.retain(|other| other.id != choice.id);
            picker.chosen = Some(choice);
            picker.suggested = true;
        }
    }

    /// *Find* is sent to an address of its own: the form carries files, which are not to be sent for that.
    pub fn find_at(&mut self, address: &str) {
        for picker in &mut self.pickers.0 {
            address.clone_into(&mut picker.find_at);
        }
    }

    /// The heading. Where it is not required, a blank one becomes something sensible.
    pub fn heading(&self, required: bool) -> ui::Field {
        let field =
            ui::text("heading", "Heading", &self.typed.heading).max(MAX_HEADING).fault(&self.faults).wide();
        let field = if required {
            field.required().autofocus()
        } else {
            field.placeholder("Blank takes each file’s name")
        };
        field.attribute("autocomplete", "off")
    }

    pub fn attention(&self) -> ui::Field {
        let hint = if self.attention_default.is_empty() {
            "Blank takes the contact’s name"
        } else {
            &self.attention_default
        };
        ui::text("attention", "Attention", &self.typed.attention)
            .max(MAX_ATTENTION)
            .placeholder(hint)
            .fault(&self.faults)
            .attribute("autocomplete", "off")
    }

    pub fn our_reference(&self) -> ui::Field {
        let field = ui::text("our_reference", "Our reference", &self.typed.our_reference)
            .max(MAX_REFERENCE)
            .readonly(self.reference_fixed)
            .fault(&self.faults)
            .attribute("autocomplete", "off");
        if self.reference_hint.is_empty() { field } else { field.hint(&self.reference_hint) }
    }

    pub fn your_reference(&self) -> ui::Field {
        ui::text("your_reference", "Your reference", &self.typed.your_reference)
            .max(MAX_REFERENCE)
            .fault(&self.faults)
            .attribute("autocomplete", "off")
    }

    pub fn description(&self) -> ui::Field {
        ui::textarea("description", "Description", &self.typed.description)
            .max(MAX_DESCRIPTION)
            .rows(3)
            .fault(&self.faults)
            .wide()
    }

    pub fn visible_for(&self) -> ui::Field {
        choices(ui::select("visible_for", "Visible for"), &self.visibility).fault(&self.faults)
    }

    /// Whether something stands in the fields that are folded away.
    pub fn more_open(&self) -> bool {
        let typed = &self.typed;
        let folded = ["description", "file_name", "keep_checked_out"];
        !typed.description.is_empty()
            || !typed.file_name.is_empty()
            || typed.keep_checked_out()
            || folded.iter().any(|name| !self.faults.on(name).is_empty())
    }

    #[cfg(test)]
    pub fn sample() -> Self {
        Self {
            typed: Typed { heading: "Offer <b>& letter".into(), company: "5".into(), ..Typed::default() },
            pickers: Pickers::sample(),
            visibility: vec![Line::new("everyone", "Everyone", true), Line::new("owner", "Only me", false)],
            attention_default: "Ada Lovelace".into(),
            ..Self::default()
        }
    }
}

/// A select with these lines.
pub(crate) fn choices(select: ui::Field, lines: &[Line]) -> ui::Field {
    lines.iter().fold(select, |field, line| field.choice(&line.value, &line.label, line.chosen))
}

/// Who may be chosen to see a document: everyone, the owner, each of the caller's groups.
pub(crate) async fn visibility(app: &App, ctx: &Ctx, chosen: &str) -> Result<Vec<Line>> {
    let mine = ctx.groups();
    let line = |value: VisibleFor, label: String| {
        let value = visibility_text(value);
        let chosen = value == chosen || (chosen.is_empty() && value == "everyone");
        Line { value, label, chosen }
    };
    let mut lines =
        vec![line(VisibleFor::Everyone, "Everyone".into()), line(VisibleFor::Owner, "Only me".into())];
    for group in app.records().groups(ctx).await?.into_iter().filter(|g| mine.contains(&g.id)) {
        lines.push(line(VisibleFor::Group(group.id), format!("My group: {}", group.name)));
    }
    Ok(lines)
}
