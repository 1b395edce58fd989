//! How a version is called in a menu, the same at every place.

/// The longest part of a description shown in a menu, in characters.
const SHOWN: usize = 60;

/// The version's number and the beginning of its description.
pub(crate) fn display(number: u32, description: &str) -> String {
    let line = description.lines().next().unwrap_or("").trim();
    if line.is_empty() {
        return number.to_string();
    }
    let mut short: String = line.chars().take(SHOWN).collect();
    if short.len() < line.len() {
        short.push('…');
    }
    format!("{number} · {short}")
}
