//! Questions before something is done: shown as a dialog on the page, and as a page of its own where there is no
//! JavaScript.

use crate::errors::{PageResult, status};
use crate::extract::Signed;
use crate::forms::Faults;
use crate::page::{self, Nav, Page};
use crate::ui;
use askama::Template;
use domain::Error;

/// One question: what will happen, what else there is to say about it, and the button that does it.
#[derive(Debug, Clone, Template)]
#[template(path = "documents/ask.html")]
pub(crate) struct Ask {
    /// The id of the dialog; unique on a page.
    pub id: &'static str,
    pub title: String,
    pub text: String,
    /// Where the answer is posted.
    pub action: String,
    /// Where the question stands as a page of its own.
    pub page: String,
    /// Where *Cancel* leads from that page.
    pub back: String,
    pub button: &'static str,
    pub danger: bool,
    pub fields: Vec<ui::Field>,
    pub hidden: Vec<ui::Hidden>,
    pub csrf: String,
    pub faults: Faults,
    /// It is a page of its own, not a dialog.
    pub whole: bool,
}

crate::ui::safe!(Ask);

/// A question as a page.
#[derive(Debug, Template)]
#[template(path = "documents/ask_page.html")]
pub(crate) struct AskPage {
    page: Page,
    ask: Ask,
}

impl Ask {
    /// A question without fields.
    pub fn new(
        id: &'static str,
        title: impl Into<String>,
        text: impl Into<String>,
        button: &'static str,
    ) -> Self {
        Self {
            id,
            title: title.into(),
            text: text.into(),
            action: String::new(),
            page: String::new(),
            back: String::new(),
            button,
            danger: false,
            fields: Vec::new(),
            hidden: Vec::new(),
            csrf: String::new(),
            faults: Faults::none(),
            whole: false,
        }
    }

    /// Where the answer goes, and where *Cancel* leads. The question as a page stands at the same address.
    pub fn at(mut self, action: String, back: String) -> Self {
        self.page.clone_from(&action);
        self.action = action;
        self.back = back;
        self
    }

    /// The question as a page stands at another address than its answer.
    pub fn asked_at(mut self, page: String) -> Self {
        self.page = page;
        self
    }

    /// Takes something away.
    pub fn danger(mut self) -> Self {
        self.danger = true;
        self
    }

    /// With a field.
    pub fn field(mut self, field: ui::Field) -> Self {
        self.fields.push(field);
        self
    }

    /// With a value that travels along.
    pub fn carrying(mut self, name: &str, value: &str) -> Self {
        self.hidden.push(ui::hidden(name, value));
        self
    }

    /// For this page: with its token.
    pub fn on(mut self, page: &Page) -> Self {
        self.csrf.clone_from(&page.csrf);
        self
    }

    /// The button that opens the question: as a dialog, or as a page without JavaScript.
    pub fn opener(&self, label: &str) -> ui::Button {
        ui::link_button(label, &self.page).attribute("data-dialog", self.id)
    }

    /// Shows the question as a page.
    pub fn show(self, signed: &Signed, nav: Nav, crumb: (&str, String)) -> PageResult {
        let page = Page::new(signed, self.title.clone()).nav(nav).crumb(crumb.0, crumb.1);
        let back = self.back.clone();
        let page = if back.is_empty() { page } else { page.crumb("Back", back) };
        let ask = Self { whole: true, ..self.on(&page) };
        page::show(&AskPage { page, ask })
    }

    /// Shows the question again with what was wrong about the answer; errors that are not about it pass on.
    pub fn again(mut self, signed: &Signed, nav: Nav, error: Error) -> PageResult {
        let Some(faults) = Faults::of(&error) else {
            return Err(error.into());
        };
        self.fields = self.fields.into_iter().map(|f| f.fault(&faults)).collect();
        self.faults = faults;
        let page = Page::new(signed, self.title.clone()).nav(nav);
        let ask = Self { whole: true, ..self.on(&page) };
        page::show_with(status(error.kind()), &AskPage { page, ask })
    }
}

#[cfg(test)]
impl AskPage {
    pub fn samples() -> Vec<Self> {
        let plain = Ask::new(
            "trash",
            "Move “A <b>” to the trash?",
            "It can be restored & found there.",
            "Move to trash",
        )
        .at("/documents/1/trash".into(), "/documents/1".into())
        .danger();
        let mut fields = Ask::new("check-in", "Check in “Offer”", "Others will see it.", "Check in")
            .at("/documents/1/check-in".into(), "/documents/1".into())
            .field(ui::text("comment", "What has changed", "<script>"))
            .field(ui::checkbox("complete", "Mark as completed", false))
            .carrying("force", "\"yes\"");
        fields.faults = Faults::at("comment", "The comment is too long.");
        [plain, fields]
            .into_iter()
            .map(|ask| {
                let page = super::samples::page(&ask.title);
                Self { ask: Ask { whole: true, ..ask.on(&page) }, page }
            })
            .collect()
    }
}
