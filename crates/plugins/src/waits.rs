//! How long a provider wants to be left in peace: `Retry-After`, in seconds or as a date (RFC 9110, section 10.2.3).

use http::HeaderMap;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use std::time::Duration;

/// The longest that is believed, in seconds; Microsoft's own libraries believe an hour (microsoft.md 1.7).
const LONGEST: f64 = 3600.0;

/// As `Retry-After` asks for, up to an hour; nothing where it says nothing, or names an instant that has passed. A date is
/// counted from the answer's own `Date`, because clocks differ, and from `now` where there is none.
pub(crate) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    let wanted = text("retry-after")?;
    let seconds = if let Ok(seconds) = wanted.parse::<f64>() {
        seconds
    } else {
        let sent = text("date").and_then(date).unwrap_or_else(|| TimeZone::UTC.to_datetime(now));
        date(wanted)?.duration_since(sent).as_secs_f64()
    };
    bounded(seconds)
}

/// Seconds in a header, up to an hour.
pub(crate) fn seconds(headers: &HeaderMap, name: &str) -> Option<Duration> {
    bounded(headers.get(name)?.to_str().ok()?.trim().parse().ok()?)
}

fn bounded(seconds: f64) -> Option<Duration> {
    (seconds.is_finite() && seconds >= 0.0).then(|| Duration::from_secs_f64(seconds.min(LONGEST)))
}

/// A date of HTTP, always of UTC: as it is written today, and in the two forms of before that are still to be read
/// (RFC 9110, section 5.6.7).
fn date(text: &str) -> Option<DateTime> {
    let forms = ["%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"];
    forms.iter().find_map(|form| DateTime::strptime(form, text).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(&'static str, &str)]) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(*name, value.parse().unwrap());
        }
        retry_after(&headers, "2026-06-01T12:00:00Z".parse().unwrap())
    }

    #[test]
    fn seconds_and_dates_are_waited_for_up_to_an_hour() {
        let sent = ("date", "Fri, 31 Dec 1999 23:59:00 GMT");
        let seconds = |n| Some(Duration::from_secs(n));
        for (wanted, wait) in [
            ("120", seconds(120)),
            (" 0 ", seconds(0)),
            ("99999999999999999999", seconds(3600)),
            ("Fri, 31 Dec 1999 23:59:59 GMT", seconds(59)),
            ("Friday, 31-Dec-99 23:59:59 GMT", seconds(59)),
            ("Fri Dec 31 23:59:59 1999", seconds(59)),
            ("Sat Jan  1 00:00:30 2000", seconds(90)),
            ("Fri, 31 Dec 9999 23:59:59 GMT", seconds(3600)),
            // It has passed.
            ("Fri, 31 Dec 1999 23:58:59 GMT", None),
            ("-5", None),
            ("NaN", None),
            ("inf", None),
            ("soon", None),
            ("", None),
            ("Fri, 31 Dec 99999 23:59:59 GMT", None),
        ] {
            assert_eq!(of(&[sent, ("retry-after", wanted)]), wait, "{wanted}");
        }
    }

    #[test]
    fn a_date_is_counted_from_the_answers_own_and_from_ours_where_it_has_none() {
        let wanted = ("retry-after", "Mon, 01 Jun 2026 12:00:40 GMT");
        assert_eq!(of(&[wanted]), Some(Duration::from_secs(40)));
        assert_eq!(of(&[wanted, ("date", "never")]), Some(Duration::from_secs(40)));
        let sent = ("date", "Mon, 01 Jun 2026 12:00:10 GMT");
        assert_eq!(of(&[wanted, sent]), Some(Duration::from_secs(30)));
        assert_eq!(of(&[sent]), None);
    }
}
