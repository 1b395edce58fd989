//! The components of the design: typed builders whose text form is safe HTML.
//!
//! Invariant: every value given to a component is escaped by it; no component takes markup.

mod fields;
mod icons;
mod pieces;

pub use fields::{Choice, Field, Hidden, checkbox, csrf, date, file, hidden, number, select, text, textarea};
pub use icons::{Icon, icon};
pub use pieces::{
    Avatar, Badge, Button, Empty, More, Tab, avatar, badge, button, empty, fault_note, link_button, more,
    tab, tabs,
};

use std::fmt::{self, Display};

/// Text with the five characters escaped that mean something in HTML.
pub(crate) struct Escaped<T>(pub T);

impl<T: Display> Display for Escaped<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        struct Writer<'a, 'b>(&'a mut fmt::Formatter<'b>);
        impl fmt::Write for Writer<'_, '_> {
            fn write_str(&mut self, text: &str) -> fmt::Result {
                for c in text.chars() {
                    match c {
                        '&' => self.0.write_str("&amp;")?,
                        '<' => self.0.write_str("&lt;")?,
                        '>' => self.0.write_str("&gt;")?,
                        '"' => self.0.write_str("&quot;")?,
                        '\'' => self.0.write_str("&#39;")?,
                        c => self.0.write_char(c)?,
                    }
                }
                Ok(())
            }
        }
        use fmt::Write as _;
        write!(Writer(f), "{}", self.0)
    }
}

/// Marks components as HTML for the template engine, which would escape them otherwise.
macro_rules! safe {
    ($($component:ty),* $(,)?) => {$( impl askama::filters::HtmlSafe for $component {} )*};
}
pub(crate) use safe;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_component_lets_markup_through() {
        let evil = "<img onerror=x> \"&' ";
        let all = [
            text(evil, evil, evil).hint(evil).required().error(evil).to_string(),
            textarea(evil, evil, evil).to_string(),
            select(evil, evil).choice(evil, evil, true).to_string(),
            checkbox(evil, evil, true).hint(evil).to_string(),
            button(evil).name(evil, evil).to_string(),
            link_button(evil, evil).to_string(),
            badge(evil).to_string(),
            avatar(evil).to_string(),
            empty(evil, evil).action(evil, evil).to_string(),
            more(evil).to_string(),
            csrf(evil).to_string(),
            hidden(evil, evil).to_string(),
            tabs(&[tab(evil, evil, true)]).to_string(),
            fault_note(evil).to_string(),
        ];
        for html in all {
            assert!(!html.contains("<img") && !html.contains("\"&'"), "{html}");
        }
    }
}
