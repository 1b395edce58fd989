//! Dates, times and numbers as a language and country write them.
//!
//! The facts are those of the Unicode Common Locale Data Repository (CLDR): the `short`, `yMMMd` and `long` date
//! formats, the `short` and `medium` time formats, the decimal, grouping and minus symbols. Two deliberate choices:
//! years always have four digits, because a letter outlives the century its writer had in mind, and the space before
//! AM and PM is an ordinary one.

mod table;

use std::fmt;

use jiff::civil::{Date, Time};
use rust_decimal::Decimal;

use crate::{DateStyle, TimeStyle};
use table::{CULTURES, Facts};

/// How one language and country write dates, times and numbers. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Culture(&'static Facts);

impl fmt::Debug for Culture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Culture").field(&self.0.tag).finish()
    }
}

impl PartialEq for Culture {
    fn eq(&self, other: &Self) -> bool {
        self.0.tag == other.0.tag
    }
}

impl Eq for Culture {}

impl Default for Culture {
    /// English as written in the United Kingdom.
    fn default() -> Self {
        Self::for_tag("en-GB")
    }
}

impl Culture {
    /// The culture for a language tag such as `nb-NO`.
    ///
    /// Case and `_` for `-` do not matter. A tag that is not in the table falls back to its language
    /// (`de-AT` to `de-DE`), and an unknown language to `en-GB`.
    pub fn for_tag(tag: &str) -> Self {
        let tag = tag.trim();
        let same = |a: &str, b: &str| {
            a.len() == b.len()
                && a.bytes()
                    .zip(b.bytes())
                    .all(|(x, y)| x.eq_ignore_ascii_case(&y) || (x == b'-' && y == b'_'))
        };
        if let Some(found) = CULTURES.iter().copied().find(|facts| same(facts.tag, tag)) {
            return Self(found);
        }
        let language = tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
        let language = match language.as_str() {
            "no" | "nn" => "nb",
            other => other,
        };
        let fallback = CULTURES.iter().copied().find(|facts| facts.tag.split('-').next() == Some(language));
        Self(fallback.unwrap_or(&table::EN_GB))
    }

    /// Every culture of the table.
    pub fn all() -> impl Iterator<Item = Self> {
        CULTURES.iter().copied().map(Self)
    }

    /// The tag of the culture chosen, such as `nb-NO`.
    pub const fn tag(&self) -> &'static str {
        self.0.tag
    }

    /// The name of a month (1 to 12) as it stands inside a date; empty for another number.
    pub fn month_name(&self, month: i8) -> &'static str {
        pick(&self.0.months, month)
    }

    /// The name of a weekday, 1 for Monday to 7 for Sunday; empty for another number.
    pub fn weekday_name(&self, weekday: i8) -> &'static str {
        pick(&self.0.weekdays, weekday)
    }

    /// A date in one of the three styles.
    pub fn format_date(&self, date: Date, style: DateStyle) -> String {
        let pattern = match style {
            DateStyle::Short => self.0.short_date,
            DateStyle::SemiLong => self.0.semi_long_date,
            DateStyle::Long => self.0.long_date,
        };
        write_pattern(pattern, |letter, count, out| match (letter, count) {
            ('d', 2) => two(out, date.day()),
            ('d', _) => out.push_str(&date.day().to_string()),
            ('M', 1) => out.push_str(&date.month().to_string()),
            ('M', 2) => two(out, date.month()),
            ('M', 3) => out.push_str(pick(&self.0.short_months, date.month())),
            ('M', _) => out.push_str(self.month_name(date.month())),
            _ => out.push_str(&date.year().to_string()),
        })
    }

    /// A time of day, short (hours and minutes) or long (with seconds).
    pub fn format_time(&self, time: Time, style: TimeStyle) -> String {
        let pattern = match style {
            TimeStyle::Short => self.0.short_time,
            TimeStyle::Long => self.0.long_time,
        };
        let twelve = match time.hour() % 12 {
            0 => 12,
            hour => hour,
        };
        write_pattern(pattern, |letter, count, out| match (letter, count) {
            ('H', 2) => two(out, time.hour()),
            ('H', _) => out.push_str(&time.hour().to_string()),
            ('h', _) => out.push_str(&twelve.to_string()),
            ('m', _) => two(out, time.minute()),
            ('s', _) => two(out, time.second()),
            _ => out.push_str(if time.hour() < 12 { "AM" } else { "PM" }),
        })
    }

    /// A decimal number with grouping, with the decimals it carries: `1234.50` gives `1 234,50` in Norwegian.
    pub fn format_decimal(&self, number: Decimal) -> String {
        let plain = number.abs().to_string();
        let (whole, fraction) = plain.split_once('.').map_or((plain.as_str(), None), |(w, f)| (w, Some(f)));
        let mut out = String::with_capacity(plain.len() + 8);
        if number.is_sign_negative() && !number.is_zero() {
            out.push_str(self.0.minus);
        }
        self.group(&mut out, whole);
        if let Some(fraction) = fraction {
            out.push_str(self.0.decimal);
            out.push_str(fraction);
        }
        out
    }

    /// A whole number without grouping: most whole numbers in a document are ids, counters and years.
    pub fn format_whole(&self, number: i64) -> String {
        if number < 0 { format!("{}{}", self.0.minus, number.unsigned_abs()) } else { number.to_string() }
    }

    /// A number rounded away from zero to at most `most` decimals, at least `least` of them written.
    pub fn format_rounded(&self, number: Decimal, least: u32, most: u32, grouped: bool) -> String {
        let mut number = number
            .round_dp_with_strategy(most, rust_decimal::RoundingStrategy::MidpointAwayFromZero)
            .normalize();
        if number.scale() < least {
            number.rescale(least);
        }
        if grouped {
            return self.format_decimal(number);
        }
        let plain = number.abs().to_string();
        let minus = if number.is_sign_negative() && !number.is_zero() { self.0.minus } else { "" };
        format!("{minus}{}", plain.replace('.', self.0.decimal))
    }

    /// A date, a time or both by a pattern of the writer's own: `d dd ddd dddd M MM MMM MMMM yy yyyy H HH h hh m mm s
    /// ss tt`, quoted text, anything else as it stands. A part the value does not have is left out.
    pub fn format_pattern(&self, pattern: &str, date: Option<Date>, time: Option<Time>) -> String {
        write_pattern(pattern, |letter, count, out| match letter {
            'd' | 'M' | 'y' => {
                if let Some(date) = date {
                    self.date_letter(letter, count, date, out);
                }
            }
            _ => {
                if let Some(time) = time {
                    time_letter(letter, count, time, out);
                }
            }
        })
    }

    fn date_letter(self, letter: char, count: usize, date: Date, out: &mut String) {
        let weekday = date.weekday().to_monday_one_offset();
        match (letter, count) {
            ('d', 1) => out.push_str(&date.day().to_string()),
            ('d', 2) => two(out, date.day()),
            ('d', 3) => out.extend(self.weekday_name(weekday).chars().take(3)),
            ('d', _) => out.push_str(self.weekday_name(weekday)),
            ('M', 1) => out.push_str(&date.month().to_string()),
            ('M', 2) => two(out, date.month()),
            ('M', 3) => out.push_str(pick(&self.0.short_months, date.month())),
            ('M', _) => out.push_str(self.month_name(date.month())),
            (_, 1 | 2) => two(out, (date.year().rem_euclid(100)) as i8),
            _ => out.push_str(&date.year().to_string()),
        }
    }

    /// The words for yes and no.
    pub fn yes_or_no(&self, yes: bool) -> &'static str {
        let (affirms, denies) = match self.0.tag.split('-').next().unwrap_or_default() {
            "nb" | "da" => ("Ja", "Nei"),
            "sv" => ("Ja", "Nej"),
            "de" => ("Ja", "Nein"),
            "nl" => ("Ja", "Nee"),
            "fi" => ("Kyllä", "Ei"),
            "fr" => ("Oui", "Non"),
            "es" => ("Sí", "No"),
            "it" => ("Sì", "No"),
            "pl" => ("Tak", "Nie"),
            _ => ("Yes", "No"),
        };
        let denies = if self.0.tag == "da-DK" { "Nej" } else { denies };
        if yes { affirms } else { denies }
    }

    /// Digits in groups of three.
    fn group(self, out: &mut String, digits: &str) {
        if digits.len() < 3 + self.0.min_grouping {
            out.push_str(digits);
            return;
        }
        for (at, digit) in digits.char_indices() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                out.push_str(self.0.group);
            }
            out.push(digit);
        }
    }
}

fn time_letter(letter: char, count: usize, time: Time, out: &mut String) {
    let twelve = match time.hour() % 12 {
        0 => 12,
        hour => hour,
    };
    let figure = match letter {
        'H' => time.hour(),
        'h' => twelve,
        'm' => time.minute(),
        's' => time.second(),
        _ => {
            out.push_str(if time.hour() < 12 { "AM" } else { "PM" });
            return;
        }
    };
    if count > 1 { two(out, figure) } else { out.push_str(&figure.to_string()) }
}

/// The one-based `index`th of a list of names.
fn pick(names: &'static [&'static str], index: i8) -> &'static str {
    usize::try_from(index).ok().and_then(|at| names.get(at.checked_sub(1)?)).copied().unwrap_or_default()
}

/// A number of at most two figures, padded to two.
fn two(out: &mut String, number: i8) {
    if (0..10).contains(&number) {
        out.push('0');
    }
    out.push_str(&number.to_string());
}

/// Walks a CLDR pattern: letters are fields, quoted text and everything else stand for themselves.
fn write_pattern(pattern: &str, field: impl Fn(char, usize, &mut String)) -> String {
    let mut out = String::with_capacity(24);
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\'' {
            for quoted in chars.by_ref().take_while(|&q| q != '\'') {
                out.push(quoted);
            }
        } else if c.is_ascii_alphabetic() {
            let mut count = 1;
            while chars.next_if_eq(&c).is_some() {
                count += 1;
            }
            field(c, count, &mut out);
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{date, time};

    fn dates(tag: &str) -> [String; 3] {
        let culture = Culture::for_tag(tag);
        [DateStyle::Short, DateStyle::SemiLong, DateStyle::Long]
            .map(|s| culture.format_date(date(2026, 5, 7), s))
    }

    #[test]
    fn dates_follow_the_culture() {
        assert_eq!(dates("en-US"), ["5/7/2026", "May 7, 2026", "May 7, 2026"]);
        assert_eq!(dates("en-GB"), ["07/05/2026", "7 May 2026", "7 May 2026"]);
        assert_eq!(dates("nb-NO"), ["07.05.2026", "7. mai 2026", "7. mai 2026"]);
        assert_eq!(dates("sv-SE"), ["2026-05-07", "7 maj 2026", "7 maj 2026"]);
        assert_eq!(dates("fi-FI"), ["7.5.2026", "7.5.2026", "7. toukokuuta 2026"]);
        assert_eq!(dates("es-ES"), ["7/5/2026", "7 may 2026", "7 de mayo de 2026"]);
        assert_eq!(dates("pl-PL"), ["7.05.2026", "7 maj 2026", "7 maja 2026"]);
    }

    #[test]
    fn times_follow_the_culture() {
        let show = |tag: &str, style| Culture::for_tag(tag).format_time(time(0, 5, 9, 0), style);
        assert_eq!(show("en-US", TimeStyle::Short), "12:05 AM");
        assert_eq!(show("da-DK", TimeStyle::Long), "00.05.09");
        assert_eq!(show("fi-FI", TimeStyle::Short), "0.05");
        assert_eq!(show("nb-NO", TimeStyle::Short), "00:05");
    }

    #[test]
    fn numbers_follow_the_culture_and_keep_their_decimals() {
        let show = |tag: &str, n: &str| Culture::for_tag(tag).format_decimal(n.parse().expect("decimal"));
        assert_eq!(show("en-GB", "1234567.50"), "1,234,567.50");
        assert_eq!(show("nb-NO", "-1234.5"), "\u{2212}1\u{a0}234,5");
        assert_eq!(show("de-CH", "1234567"), "1\u{2019}234\u{2019}567");
        assert_eq!(show("es-ES", "1234"), "1234");
        assert_eq!(show("es-ES", "12345.6"), "12.345,6");
        assert_eq!(show("en-US", "-0.00"), "0.00");
        assert_eq!(Culture::for_tag("en-US").format_whole(i64::MIN), "-9223372036854775808");
        assert_eq!(Culture::for_tag("en-US").format_whole(123_456), "123456");
    }

    #[test]
    fn a_tag_falls_back_to_its_language_and_then_to_british_english() {
        for (asked, got) in [
            ("NB_no", "nb-NO"),
            ("nn-NO", "nb-NO"),
            ("de-AT", "de-DE"),
            ("en", "en-GB"),
            ("en-AU", "en-GB"),
            ("en-us", "en-US"),
            ("", "en-GB"),
            ("xx-YY", "en-GB"),
        ] {
            assert_eq!(Culture::for_tag(asked).tag(), got, "{asked}");
        }
    }

    #[test]
    fn every_culture_has_all_its_names() {
        for culture in Culture::all() {
            for month in 1..=12 {
                assert!(!culture.month_name(month).is_empty(), "{culture:?} {month}");
            }
            assert_eq!(culture.month_name(0), "");
            assert_eq!(culture.weekday_name(8), "");
            assert!((1..=7).all(|day| !culture.weekday_name(day).is_empty()));
        }
    }
}
