//! Small pieces: buttons, badges, faces, empty states, tabs.

use super::{Escaped, Icon, icon, safe};
use crate::presenters;
use std::fmt::{self, Display, Write as _};

safe!(Button, Badge, Avatar, Empty, More, Tabs, FaultNote);

/// A button, or a link that looks like one.
#[derive(Debug, Clone)]
pub struct Button {
    label: String,
    href: String,
    class: &'static str,
    icon: Option<Icon>,
    attributes: String,
    small: bool,
    icon_only: bool,
}

/// A button that sends its form.
pub fn button(label: impl Display) -> Button {
    let label = label.to_string();
    Button {
        label,
        href: String::new(),
        class: "",
        icon: None,
        attributes: String::new(),
        small: false,
        icon_only: false,
    }
}

/// A link that looks like a button.
pub fn link_button(label: impl Display, href: impl Display) -> Button {
    Button { href: href.to_string(), ..button(label) }
}

impl Button {
    /// The main action of the page.
    pub fn primary(mut self) -> Self {
        self.class = " primary";
        self
    }

    /// Takes something away.
    pub fn danger(mut self) -> Self {
        self.class = " danger";
        self
    }

    /// Without a frame.
    pub fn quiet(mut self) -> Self {
        self.class = " quiet";
        self
    }

    /// Fits into a row.
    pub fn small(mut self) -> Self {
        self.small = true;
        self
    }

    /// With an icon before the label.
    pub fn icon(mut self, name: impl AsRef<str>) -> Self {
        self.icon = Some(icon(name));
        self
    }

    /// Shows the icon only; the label is read out and shown as a tip.
    pub fn icon_only(mut self) -> Self {
        self.icon_only = true;
        self
    }

    /// Sends a name and a value with the form.
    pub fn name(self, name: impl Display, value: impl Display) -> Self {
        self.attribute("name", name).attribute("value", value)
    }

    /// Sends the form of this id.
    pub fn form(self, id: impl Display) -> Self {
        self.attribute("form", id)
    }

    /// Opens the dialog of this id (by our script; the page works without).
    pub fn opens(self, dialog: impl Display) -> Self {
        self.attribute("type", "button").attribute("data-dialog", dialog)
    }

    /// An attribute of the button.
    pub fn attribute(mut self, name: &'static str, value: impl Display) -> Self {
        // Writing to a String cannot fail.
        let _ = write!(self.attributes, " {name}=\"{}\"", Escaped(value));
        self
    }
}

impl Display for Button {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let small = if self.small { " small" } else { "" };
        let only = if self.icon_only { " icon-only" } else { "" };
        let (class, label) = (self.class, Escaped(&self.label));
        let tag = if self.href.is_empty() { "button" } else { "a" };
        write!(f, r#"<{tag} class="button{class}{small}{only}""#)?;
        if !self.href.is_empty() {
            write!(f, r#" href="{}""#, Escaped(&self.href))?;
        }
        if self.icon_only {
            write!(f, r#" aria-label="{label}" title="{label}""#)?;
        }
        write!(f, "{}>", self.attributes)?;
        if let Some(icon) = self.icon {
            write!(f, "{icon}")?;
        }
        if !self.icon_only {
            write!(f, "<span>{label}</span>")?;
        }
        write!(f, "</{tag}>")
    }
}

/// A short word about the state of something.
#[derive(Debug, Clone)]
pub struct Badge {
    text: String,
    class: &'static str,
}

/// A badge in a neutral tone.
pub fn badge(text: impl Display) -> Badge {
    Badge { text: text.to_string(), class: "" }
}

impl Badge {
    /// As it should be.
    pub fn good(mut self) -> Self {
        self.class = " good";
        self
    }

    /// Somebody should look at it.
    pub fn warn(mut self) -> Self {
        self.class = " warn";
        self
    }

    /// Does not work, or cannot be done.
    pub fn bad(mut self) -> Self {
        self.class = " bad";
        self
    }

    /// Mine.
    pub fn accent(mut self) -> Self {
        self.class = " accent";
        self
    }
}

impl Display for Badge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, r#"<span class="badge{}">{}</span>"#, self.class, Escaped(&self.text))
    }
}

/// A face made of initials. Its tone follows from the name, so one person always looks the same.
#[derive(Debug, Clone)]
pub struct Avatar(String);

/// The face of a person or company.
pub fn avatar(name: impl Display) -> Avatar {
    Avatar(name.to_string())
}

impl Display for Avatar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tone = self.0.chars().fold(0_u32, |sum, c| sum.wrapping_mul(31).wrapping_add(u32::from(c))) % 6;
        let initials = presenters::initials(&self.0);
        write!(f, r#"<span class="avatar tone-{tone}" aria-hidden="true">{}</span>"#, Escaped(initials))
    }
}

/// What stands where there is nothing yet: why, and what to do.
#[derive(Debug, Clone)]
pub struct Empty {
    title: String,
    text: String,
    action: Option<Button>,
    icon: Icon,
}

/// An empty state.
pub fn empty(title: impl Display, text: impl Display) -> Empty {
    Empty { title: title.to_string(), text: text.to_string(), action: None, icon: icon("document") }
}

impl Empty {
    /// With a link that fills the emptiness.
    pub fn action(mut self, label: impl Display, href: impl Display) -> Self {
        self.action = Some(link_button(label, href).primary());
        self
    }

    /// With another icon.
    pub fn icon(mut self, name: impl AsRef<str>) -> Self {
        self.icon = icon(name);
        self
    }
}

impl Display for Empty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (title, text) = (Escaped(&self.title), Escaped(&self.text));
        write!(f, r#"<div class="empty">{}<p class="empty-title">{title}</p><p>{text}</p>"#, self.icon)?;
        if let Some(action) = &self.action {
            write!(f, "{action}")?;
        }
        f.write_str("</div>")
    }
}

/// The link to the next rows of a list; our script puts them in place.
#[derive(Debug, Clone)]
pub struct More(String);

/// "Load more", leading to `href`.
pub fn more(href: impl Display) -> More {
    More(href.to_string())
}

impl Display for More {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let href = Escaped(&self.0);
        write!(
            f,
            r#"<p class="more"><a class="button quiet" href="{href}" data-more rel="next">Load more</a></p>"#
        )
    }
}

/// One tab of several pages that belong together.
#[derive(Debug, Clone)]
pub struct Tab {
    label: String,
    href: String,
    here: bool,
}

/// A tab; `here` for the page itself.
pub fn tab(label: impl Display, href: impl Display, here: bool) -> Tab {
    Tab { label: label.to_string(), href: href.to_string(), here }
}

/// Tabs in a row.
#[derive(Debug, Clone)]
pub struct Tabs(Vec<Tab>);

/// Tabs that lead to pages.
pub fn tabs(tabs: &[Tab]) -> Tabs {
    Tabs(tabs.to_vec())
}

impl Display for Tabs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(r#"<nav class="tabs" aria-label="Pages of this part">"#)?;
        for tab in &self.0 {
            let here = if tab.here { r#" aria-current="page""# } else { "" };
            write!(f, r#"<a href="{}"{here}>{}</a>"#, Escaped(&tab.href), Escaped(&tab.label))?;
        }
        f.write_str("</nav>")
    }
}

/// What is wrong with a form, above it.
#[derive(Debug, Clone)]
pub struct FaultNote(String);

/// The note above a form; nothing when nothing is wrong.
pub fn fault_note(sentence: impl Display) -> FaultNote {
    FaultNote(sentence.to_string())
}

impl Display for FaultNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return Ok(());
        }
        write!(
            f,
            r#"<div class="note bad" role="alert">{}<p>{}</p></div>"#,
            icon("warning"),
            Escaped(&self.0)
        )
    }
}
