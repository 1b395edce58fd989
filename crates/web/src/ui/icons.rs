//! The icons: drawn with one pen, 1.6 wide, on a field of 20 by 20.

use super::safe;
use std::fmt::{self, Display};

/// An icon, for decoration: what it says is always said in words too.
#[derive(Debug, Clone, Copy)]
pub struct Icon(&'static str);

safe!(Icon);

/// The icon of this name; a plain dot for a name there is none for.
pub fn icon(name: impl AsRef<str>) -> Icon {
    Icon(path(name.as_ref()))
}

impl Display for Icon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            r#"<svg class="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false"><path d="{}"/></svg>"#,
            self.0
        )
    }
}

fn path(name: &str) -> &'static str {
    match name {
        "home" => "M3 9.5 10 3.5l7 6M5 8v8.5h10V8M8.5 16.5v-5h3v5",
        "document" => "M5 2.5h6.5L15 6v11.5H5zM11.5 2.5V6H15M7.5 10h5M7.5 13h5",
        "company" => "M3.5 17.5v-14h8v14M11.5 8h5v9.5M2 17.5h16M6 7h3M6 10h3M6 13h3M14 11h.01M14 14h.01",
        "contact" => "M10 10.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM3.5 17.5c.6-3.4 3-5 6.5-5s5.9 1.6 6.5 5",
        "project" => "M2.5 5.5h5l1.5 2h8.5v9h-15zM2.5 7.5h6",
        "sale" => "M3 14.5 8 9l3.5 3L17 5.5M12.5 5.5H17V10M3 17.5h14",
        "template" => "M4 2.5h12v15H4zM4 6.5h12M7.5 6.5v11M10 10h4M10 13h4",
        "settings" => {
            "M3 6h8M15 6h2M3 14h2M9 14h8M13 8a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM7 16a2 2 0 1 0 0-4 2 2 0 0 0 0 4z"
        }
        "search" => "M9 15A6 6 0 1 0 9 3a6 6 0 0 0 0 12zM13.3 13.3 17.5 17.5",
        "plus" => "M10 4v12M4 10h12",
        "menu" => "M3 5.5h14M3 10h14M3 14.5h14",
        "close" => "M5 5l10 10M15 5 5 15",
        "check" => "M4 10.5 8.2 15 16 5.5",
        "lock" => "M5 9h10v8H5zM7 9V6.5a3 3 0 0 1 6 0V9",
        "unlock" => "M5 9h10v8H5zM7 9V6.5a3 3 0 0 1 5.8-1",
        "download" => "M10 3v10M6 9.5l4 4 4-4M4 17h12",
        "upload" => "M10 13.5V3.5M6 7l4-4 4 4M4 17h12",
        "trash" => "M3.5 5.5h13M8 5.5V3h4v2.5M5 5.5l.8 12h8.4l.8-12M8.5 9v5M11.5 9v5",
        "restore" => "M4 4v4.5h4.5M4.3 8.3A6.5 6.5 0 1 1 3.6 12",
        "edit" => "M4 16l.8-3.5L13.5 3.8l2.7 2.7-8.7 8.7zM11.8 5.5l2.7 2.7",
        "copy" => "M7 7h10v10H7zM13 7V3H3v10h4",
        "eye" => {
            "M2 10c2-3.5 4.7-5.2 8-5.2s6 1.7 8 5.2c-2 3.5-4.7 5.2-8 5.2S4 13.5 2 10zM10 12.3a2.3 2.3 0 1 0 0-4.6 2.3 2.3 0 0 0 0 4.6z"
        }
        "clock" => "M10 17.5a7.5 7.5 0 1 0 0-15 7.5 7.5 0 0 0 0 15zM10 5.5V10l3 2",
        "warning" => "M10 3 18 16.5H2zM10 8v4M10 14.3v.01",
        "info" => "M10 17.5a7.5 7.5 0 1 0 0-15 7.5 7.5 0 0 0 0 15zM10 9v5M10 6.2v.01",
        "key" => "M7 13.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM10.5 10H18v3M15 10v2.5",
        "people" => {
            "M7 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM1.8 16.5c.4-3 2.3-4.5 5.2-4.5s4.8 1.5 5.2 4.5M13 4a2.8 2.8 0 0 1 0 5.3M15 12.2c1.9.6 3 2 3.2 4.3"
        }
        "list" => "M7 5h10M7 10h10M7 15h10M3.5 5h.01M3.5 10h.01M3.5 15h.01",
        "heart" => "M2.5 10.5h4l1.8-4.5 3.2 8 2-3.5h4",
        "sign-out" => "M8 3.5H3.5v13H8M8 10h9M13.5 6.5 17 10l-3.5 3.5",
        "right" => "M7.5 4.5 13 10l-5.5 5.5",
        "down" => "M4.5 7.5 10 13l5.5-5.5",
        "mail" => "M2.5 4.5h15v11h-15zM2.5 5.5 10 11l7.5-5.5",
        "phone" => {
            "M5.5 2.5 8 6.5 6.5 8.5c.8 2 2.5 3.8 5 5L13.5 12l4 2.5c-.5 2-1.8 3-3.5 3C8 17 3 12 2.5 6c0-1.7 1-3 3-3.5z"
        }
        "link" => {
            "M8.5 11.5a3.2 3.2 0 0 0 4.5 0l3-3a3.2 3.2 0 0 0-4.5-4.5l-1 1M11.5 8.5a3.2 3.2 0 0 0-4.5 0l-3 3a3.2 3.2 0 0 0 4.5 4.5l1-1"
        }
        "history" => "M3 4v4h4M3.4 8A7 7 0 1 1 3 11.5M10 6.5V10l2.5 1.5",
        "person" => {
            "M10 10a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM3.5 17.5c.6-3.4 3-5.2 6.5-5.2s5.9 1.8 6.5 5.2"
        }
        "dots" => "M4.5 10h.01M10 10h.01M15.5 10h.01",
        "filter" => "M3 5h14M5.5 10h9M8 15h4",
        _ => "M10 10h.01",
    }
}
