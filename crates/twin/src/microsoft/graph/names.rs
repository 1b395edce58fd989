//! Which names SharePoint takes (microsoft.md 2.17; support.microsoft.com, "Restrictions and limitations in OneDrive
//! and SharePoint").

use crate::microsoft::error::Refusal;

/// Decoded path of a file, its name included, in characters.
pub const LONGEST_PATH: usize = 400;
/// One name, in characters.
pub const LONGEST_NAME: usize = 255;

/// Refuses a name that SharePoint does not take. `at_root` is for names right below a library's root.
/// # Errors
/// `invalidRequest` with the documented wording.
pub fn check(name: &str, folder: bool, at_root: bool) -> Result<(), Refusal> {
    let bad = || {
        Refusal::invalid("The provided name cannot contain any of the following characters or is reserved.")
            .inner("nameInvalid")
    };
    let upper = name.to_uppercase();
    let stem = upper.split('.').next().unwrap_or_default();
    let device = matches!(stem, "CON" | "PRN" | "AUX" | "NUL")
        || (stem.len() == 4
            && (stem.starts_with("COM") || stem.starts_with("LPT"))
            && stem.ends_with(|c: char| c.is_ascii_digit()));
    let wrong = name.is_empty()
        || name.chars().any(|letter| {
            matches!(letter, '"' | '*' | ':' | '<' | '>' | '?' | '/' | '\\' | '|') || letter.is_control()
        })
        || name.starts_with(' ')
        || name.ends_with([' ', '.'])
        || name.starts_with("~$")
        || (folder && name.starts_with('~'))
        || device
        || matches!(upper.as_str(), ".LOCK" | "DESKTOP.INI")
        || upper.contains("_VTI_")
        || (at_root && upper == "FORMS");
    if wrong { Err(bad()) } else { Ok(()) }
}

/// Refuses a path that is too long. `parts` are the names below the site.
/// # Errors
/// `pathIsTooLong`.
pub fn check_path<'a>(parts: impl Iterator<Item = &'a str>) -> Result<(), Refusal> {
    let mut total = 0;
    for part in parts {
        let length = part.chars().count();
        if length > LONGEST_NAME {
            return Err(too_long());
        }
        total += length + 1;
    }
    if total > LONGEST_PATH { Err(too_long()) } else { Ok(()) }
}

fn too_long() -> Refusal {
    Refusal::new(400, "invalidRequest", "The specified file or folder name is too long.")
        .inner("pathIsTooLong")
}

/// `Letter (1).docx` and so on: the name with a number before its extension.
pub fn numbered(name: &str, number: u32) -> String {
    match name.rfind('.').filter(|at| *at > 0) {
        Some(at) => format!("{} {number}{}", &name[..at], &name[at..]),
        None => format!("{name} {number}"),
    }
}

/// The media type that SharePoint shows for a name.
pub fn media_type(name: &str) -> &'static str {
    let extension =
        name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase()).unwrap_or_default();
    match extension.as_str() {
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "docm" => "application/vnd.ms-word.document.macroEnabled.12",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "xlsm" => "application/vnd.ms-excel.sheet.macroEnabled.12",
        "pptx" => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "doc" => "application/msword",
        "xls" => "application/vnd.ms-excel",
        "ppt" => "application/vnd.ms-powerpoint",
        "odt" => "application/vnd.oasis.opendocument.text",
        "pdf" => "application/pdf",
        "txt" => "text/plain",
        "htm" | "html" => "text/html",
        "csv" => "text/csv",
        "json" => "application/json",
        "xml" => "text/xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "eml" => "message/rfc822",
        "zip" => "application/zip",
        _ => "application/octet-stream",
    }
}

/// Whether it is a file of today's Word, Excel or PowerPoint: opened in the browser, and rewritten after an upload.
pub fn is_office(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    ["docx", "docm", "xlsx", "xlsm", "pptx", "pptm"].iter().any(|end| lower.ends_with(&format!(".{end}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_or_refused_as_documented() {
        // M-22
        for good in ["a", "Offer #1 50%.docx", "~x.txt", "forms", "æøå.docx", "COM10", "x.lock", ".gitignore"]
        {
            assert!(check(good, false, false).is_ok(), "{good}");
        }
        for bad in [
            "",
            "a|b",
            "a:b",
            "a/b",
            " a",
            "a ",
            "a.",
            "~$a.docx",
            "CON",
            "con.txt",
            "LPT1",
            ".lock",
            "desktop.ini",
            "x_vti_y",
            "a\u{1}",
        ] {
            assert!(check(bad, false, false).is_err(), "{bad}");
        }
        assert!(check("forms", true, true).is_err());
        assert!(check("~a", true, false).is_err());
    }

    #[test]
    fn paths_are_limited_in_all_and_in_each_name() {
        assert!(check_path(["a"; 200].into_iter()).is_ok());
        assert!(check_path(["a"; 201].into_iter()).is_err());
        let long = "x".repeat(256);
        assert!(check_path([long.as_str()].into_iter()).is_err());
    }
}
