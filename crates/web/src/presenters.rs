//! Values as people read them.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ZonedDateTime};
use rust_decimal::Decimal;
use std::fmt::{Display, Write as _};

/// A number of bytes: "734 B", "12 KB", "3.4 MB". Thousands are 1024, as file managers count.
#[expect(clippy::cast_precision_loss, reason = "two figures are shown")]
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["KB", "MB", "GB", "TB", "PB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let mut value = bytes as f64 / 1024.0;
    let mut unit = 0;
    while value >= 1000.0 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    let digits = usize::from(value < 10.0);
    let name = UNITS.get(unit).copied().unwrap_or("B");
    format!("{value:.digits$} {name}")
}

/// A calendar day: "23 Nov 2026".
pub fn day(date: &Date) -> String {
    date.strftime("%-d %b %Y").to_string()
}

/// An instant in full: "23 Nov 2026, 14:05".
pub fn when(at: &Timestamp, zone: &TimeZone) -> String {
    at.to_zoned_datetime(zone.clone()).strftime("%-d %b %Y, %H:%M").to_string()
}

/// An instant as short as it stays clear: "14:05" today, "yesterday 14:05", "23 Nov" this year, "23 Nov 2025".
pub fn when_short(at: &Timestamp, now: &Timestamp, zone: &TimeZone) -> String {
    let (at, now) = (at.to_zoned_datetime(zone.clone()), now.to_zoned_datetime(zone.clone()));
    let pattern = if at.date() == now.date() {
        "%H:%M"
    } else if is_yesterday(&at, &now) {
        "yesterday %H:%M"
    } else if at.year() == now.year() {
        "%-d %b"
    } else {
        "%-d %b %Y"
    };
    at.strftime(pattern).to_string()
}

fn is_yesterday(at: &ZonedDateTime, now: &ZonedDateTime) -> bool {
    now.date().yesterday().is_ok_and(|yesterday| at.date() == yesterday)
}

/// An amount with thin spaces between thousands, then the currency: "1 250 000.50 NOK".
pub fn money(amount: &Decimal, currency: &str) -> String {
    let text = amount.round_dp(2).normalize().to_string();
    let (whole, cents) = text.split_once('.').unwrap_or((&text, ""));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |d| ("\u{2212}", d));
    let mut out = String::from(sign);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push('\u{202F}');
        }
        out.push(digit);
    }
    if !cents.is_empty() {
        // Writing to a String cannot fail.
        let _ = write!(out, ".{cents:0<2}");
    }
    if !currency.is_empty() {
        out.push('\u{00A0}');
        out.push_str(currency);
    }
    out
}

/// A number with thin gaps between thousands.
pub fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push('\u{202f}');
        }
        grouped.push(digit);
    }
    grouped
}

/// A count with its noun: "1 document", "3 documents".
pub fn count(n: impl Display, one: &str, many: &str) -> String {
    let n = n.to_string();
    if n == "1" { format!("1 {one}") } else { format!("{n} {many}") }
}

/// The time zone of this name; UTC when there is none, so that a page is never lost to a wrong setting.
pub fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap_or(TimeZone::UTC)
}

/// Up to two capitals of a name, for a face: "Solveig Aune Dahl" is "SD".
pub fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|w| w.chars().find(|c| c.is_alphanumeric()));
    let first = words.next();
    first.into_iter().chain(words.next_back()).flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_keep_two_figures() {
        let table = [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.0 KB"),
            (48_000, "47 KB"),
            (1_048_575, "1.0 MB"),
            (3_565_158, "3.4 MB"),
            (2 << 30, "2.0 GB"),
        ];
        for (bytes, text) in table {
            assert_eq!(size(bytes), text, "{bytes}");
        }
        assert!(size(u64::MAX).ends_with("PB"));
    }

    #[test]
    fn instants_get_shorter_the_nearer_they_are() {
        let zone = zone("Europe/Oslo");
        let now: Timestamp = "2026-11-23T13:05:00Z".parse().unwrap();
        let short = |text: &str| when_short(&text.parse().unwrap(), &now, &zone);
        assert_eq!(short("2026-11-23T08:00:00Z"), "09:00");
        assert_eq!(short("2026-11-22T23:30:00Z"), "00:30");
        assert_eq!(short("2026-11-22T12:00:00Z"), "yesterday 13:00");
        assert_eq!(short("2026-03-01T12:00:00Z"), "1 Mar");
        assert_eq!(short("2025-03-01T12:00:00Z"), "1 Mar 2025");
        assert_eq!(when(&now, &zone), "23 Nov 2026, 14:05");
        assert_eq!(super::zone("Nowhere/Land"), TimeZone::UTC);
    }

    #[test]
    fn money_is_grouped_and_never_loses_its_sign() {
        assert_eq!(money(&"1250000.5".parse().unwrap(), "NOK"), "1\u{202F}250\u{202F}000.50\u{00A0}NOK");
        assert_eq!(money(&"-999".parse().unwrap(), ""), "\u{2212}999");
        assert_eq!(money(&Decimal::ZERO, "EUR"), "0\u{00A0}EUR");
    }

    #[test]
    fn a_face_shows_the_outer_names() {
        assert_eq!(initials("Solveig Aune Dahl"), "SD");
        assert_eq!(
            (initials("åse"), initials(" "), initials("-- & x")),
            ("Å".into(), String::new(), "X".into())
        );
    }
}
