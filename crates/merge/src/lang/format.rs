//! Formats: what stands after the colon in `{sale.amount:0.00}`.

use std::borrow::Cow;

use jiff::civil::{Date, Time};
use rust_decimal::{Decimal, RoundingStrategy};

use crate::{Culture, DateStyle, TimeStyle, Value};

/// How a value is written.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum ValueFormat {
    /// A number with grouping and so many decimals: `:2`.
    Decimals(u32),
    /// A number by a pattern: `:#,##0.00`.
    Number(NumberPattern),
    /// A date, a time or both, in the culture's own style.
    Styled(Styled),
    /// A date by a pattern of the writer's own: `:d. MMMM yyyy`.
    Pattern(Box<str>),
    Upper,
    Lower,
    /// The first letter large.
    Capital,
    /// No document is made when there is no value.
    Required,
}

/// `#,##0.00 %` and the like.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct NumberPattern {
    before: Box<str>,
    after: Box<str>,
    least_whole: usize,
    least: u32,
    most: u32,
    grouped: bool,
    percent: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Styled {
    /// `short`, `semilong`, `long`: of whatever the value has.
    Own(DateStyle, TimeStyle),
    Date(DateStyle),
    Time(TimeStyle),
    Both(DateStyle, TimeStyle),
}

impl ValueFormat {
    /// Reads a format; `None` when it is none.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let word = text.to_lowercase().replace(['_', '-', ' '], "");
        Some(match word.as_str() {
            "" => return None,
            "short" => Self::Styled(Styled::Own(DateStyle::Short, TimeStyle::Short)),
            "semilong" | "medium" => Self::Styled(Styled::Own(DateStyle::SemiLong, TimeStyle::Short)),
            "long" => Self::Styled(Styled::Own(DateStyle::Long, TimeStyle::Long)),
            "shortdate" | "date" => Self::Styled(Styled::Date(DateStyle::Short)),
            "semilongdate" => Self::Styled(Styled::Date(DateStyle::SemiLong)),
            "longdate" => Self::Styled(Styled::Date(DateStyle::Long)),
            "shorttime" | "time" => Self::Styled(Styled::Time(TimeStyle::Short)),
            "longtime" => Self::Styled(Styled::Time(TimeStyle::Long)),
            "shortdatetime" | "datetime" => Self::Styled(Styled::Both(DateStyle::Short, TimeStyle::Short)),
            "longdatetime" => Self::Styled(Styled::Both(DateStyle::Long, TimeStyle::Long)),
            "upper" => Self::Upper,
            "lower" => Self::Lower,
            "capital" | "firstcap" | "caps" => Self::Capital,
            "required" => Self::Required,
            _ if text.len() == 1 && text.bytes().all(|b| b.is_ascii_digit()) => {
                Self::Decimals(text.parse().ok()?)
            }
            _ => return NumberPattern::parse(text).map(Self::Number).or_else(|| Self::date_pattern(text)),
        })
    }

    /// Letters of dates and what stands between them; at least one letter.
    fn date_pattern(text: &str) -> Option<Self> {
        let mut quoted = false;
        let mut letters = 0;
        for c in text.chars() {
            match c {
                '\'' => quoted = !quoted,
                _ if quoted => {}
                'd' | 'M' | 'y' | 'H' | 'h' | 'm' | 's' | 't' => letters += 1,
                '.' | '/' | '-' | ':' | ',' | ' ' | '\u{a0}' => {}
                _ => return None,
            }
        }
        (letters > 0 && !quoted).then(|| Self::Pattern(text.into()))
    }

    /// Whether it is meant for numbers, and so gives a number no other look in a cell.
    pub(crate) fn is_for_numbers(&self) -> bool {
        matches!(self, Self::Decimals(_) | Self::Number(_))
    }

    /// Whether it is meant for dates.
    pub(crate) fn is_for_dates(&self) -> bool {
        matches!(self, Self::Styled(_) | Self::Pattern(_))
    }

    /// The value as text. A format that does not fit the value (a date pattern for a name) changes nothing.
    pub(crate) fn apply<'v>(&self, value: &'v Value<'_>, culture: Culture) -> Cow<'v, str> {
        let (date, time) = moments(value);
        match self {
            Self::Decimals(places) => match number(value) {
                Some(n) => Cow::Owned(culture.format_rounded(n, *places, *places, true)),
                None => value.to_text(&culture),
            },
            Self::Number(pattern) => match number(value) {
                Some(n) => Cow::Owned(pattern.write(n, culture)),
                None => value.to_text(&culture),
            },
            Self::Styled(styled) => {
                styled.write(date, time, culture).map_or_else(|| value.to_text(&culture), Cow::Owned)
            }
            Self::Pattern(pattern) => match (date, time) {
                (None, None) => value.to_text(&culture),
                _ => Cow::Owned(culture.format_pattern(pattern, date, time)),
            },
            Self::Upper => Cow::Owned(value.to_text(&culture).to_uppercase()),
            Self::Lower => Cow::Owned(value.to_text(&culture).to_lowercase()),
            Self::Capital => {
                let text = value.to_text(&culture);
                let mut chars = text.chars();
                let first = chars.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
                Cow::Owned(first + chars.as_str())
            }
            Self::Required => value.to_text(&culture),
        }
    }
}

fn number(value: &Value<'_>) -> Option<Decimal> {
    match value {
        Value::Whole(number) => Some(Decimal::from(*number)),
        Value::Decimal(number) => Some(*number),
        _ => None,
    }
}

fn moments(value: &Value<'_>) -> (Option<Date>, Option<Time>) {
    match value {
        Value::Date(date, _) => (Some(*date), None),
        Value::Time(time, _) => (None, Some(*time)),
        Value::Moment(moment, ..) => (Some(moment.date()), Some(moment.time())),
        _ => (None, None),
    }
}

impl Styled {
    fn write(self, date: Option<Date>, time: Option<Time>, culture: Culture) -> Option<String> {
        let (date_style, time_style) = match self {
            Self::Own(date, time) | Self::Both(date, time) => (Some(date), Some(time)),
            Self::Date(date) => (Some(date), None),
            Self::Time(time) => (None, Some(time)),
        };
        let date = date.zip(date_style).map(|(date, style)| culture.format_date(date, style));
        let time = time.zip(time_style).map(|(time, style)| culture.format_time(time, style));
        match (date, time) {
            (Some(date), Some(time)) => Some(format!("{date} {time}")),
            (one, other) => one.or(other),
        }
    }
}

impl NumberPattern {
    fn parse(text: &str) -> Option<Self> {
        let starts = text.find(['0', '#'])?;
        let ends = text.rfind(['0', '#'])? + 1;
        let (before, digits, after) = (text.get(..starts)?, text.get(starts..ends)?, text.get(ends..)?);
        if !digits.bytes().all(|b| matches!(b, b'0' | b'#' | b',' | b'.' | b' '))
            || [before, after].iter().any(|edge| edge.chars().any(char::is_alphanumeric))
        {
            return None;
        }
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        if fraction.len() > 12 || fraction.contains(['.', ',', ' ']) {
            return None;
        }
        Some(Self {
            before: before.into(),
            after: after.into(),
            least_whole: whole.bytes().filter(|&b| b == b'0').count(),
            least: fraction.bytes().filter(|&b| b == b'0').count() as u32,
            most: fraction.len() as u32,
            grouped: whole.contains([',', ' ']),
            percent: text.contains('%'),
        })
    }

    fn write(&self, number: Decimal, culture: Culture) -> String {
        let number = if self.percent { number.saturating_mul(Decimal::ONE_HUNDRED) } else { number };
        let number = number.round_dp_with_strategy(self.most, RoundingStrategy::MidpointAwayFromZero);
        let mut text = culture.format_rounded(number, self.least, self.most, self.grouped);
        let whole = text.find(|c: char| c.is_ascii_digit()).unwrap_or(0);
        let digits = number.trunc().abs().to_string().len();
        if !self.grouped && digits < self.least_whole {
            text.insert_str(whole, &"0".repeat(self.least_whole - digits));
        }
        format!("{}{text}{}", self.before, self.after)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{date, time};

    fn show(format: &str, value: &Value<'_>, tag: &str) -> String {
        ValueFormat::parse(format).expect(format).apply(value, Culture::for_tag(tag)).into_owned()
    }

    #[test]
    fn every_suffix_of_the_contract_is_understood() {
        let moment = Value::Moment(
            date(2026, 12, 24).to_datetime(time(15, 5, 9, 0)),
            DateStyle::Short,
            TimeStyle::Short,
        );
        for (format, wanted) in [
            ("ShortDate", "24/12/2026"),
            ("ShortTime", "15:05"),
            ("ShortDateTime", "24/12/2026 15:05"),
            ("LongDate", "24 December 2026"),
            ("LongTime", "15:05:09"),
            ("LongDateTime", "24 December 2026 15:05:09"),
        ] {
            assert_eq!(show(format, &moment, "en-GB"), wanted, "{format}");
        }
        let amount = Value::Decimal("1234.567891".parse().expect("a number"));
        for (format, wanted) in [("0", "1,235"), ("2", "1,234.57"), ("5", "1,234.56789")] {
            assert_eq!(show(format, &amount, "en-GB"), wanted, "{format}");
        }
    }

    #[test]
    fn patterns_of_numbers_and_dates_follow_the_culture() {
        let amount = Value::Decimal("1234.5".parse().expect("a number"));
        for (format, tag, wanted) in [
            ("0.00", "nb-NO", "1234,50"),
            ("#,##0.00", "nb-NO", "1\u{a0}234,50"),
            ("#,##0.##", "de-CH", "1\u{2019}234.5"),
            ("0.00 €", "en-GB", "1234.50 €"),
            ("00000", "en-GB", "01235"),
            ("0 %", "en-GB", "123450 %"),
        ] {
            assert_eq!(show(format, &amount, tag), wanted, "{format}");
        }
        let day = Value::Date(date(2026, 5, 7), DateStyle::Short);
        assert_eq!(show("d. MMMM yyyy", &day, "nb-NO"), "7. mai 2026");
        assert_eq!(show("yyyy-MM-dd", &day, "nb-NO"), "2026-05-07");
        assert_eq!(show("dddd d.M.yy", &day, "de-DE"), "Donnerstag 7.5.26");
        assert_eq!(show("long", &day, "en-GB"), "7 May 2026");
        assert_eq!(show("long", &Value::text("words"), "en-GB"), "words");
        assert_eq!(show("upper", &Value::text("åse"), "en-GB"), "ÅSE");
    }

    #[test]
    fn what_is_no_format_is_none() {
        for bad in ["", "%%", "0.0.0", "abc", "yyyy x", "'open", "0.00 kr12"] {
            assert_eq!(ValueFormat::parse(bad), None, "{bad}");
        }
    }
}
