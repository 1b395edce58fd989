//! When a certificate ends: the one thing we read of it. Nothing is decided by it; it is shown, so that somebody renews
//! the certificate in time.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xA0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// The `notAfter` of a certificate in DER form (RFC 5280 section 4.1); `None` for what cannot be read.
pub(super) fn ending(der: &[u8]) -> Option<Timestamp> {
    let (certificate, _) = expect(der, SEQUENCE)?;
    let (to_be_signed, _) = expect(certificate, SEQUENCE)?;
    let (tag, _, after_version) = element(to_be_signed)?;
    let mut rest = if tag == VERSION { after_version } else { to_be_signed };
    // The serial number, the algorithm and the issuer stand before the validity.
    for _ in 0..3 {
        rest = element(rest)?.2;
    }
    let (validity, _) = expect(rest, SEQUENCE)?;
    let (_, _, not_after) = element(validity)?;
    let (tag, text, _) = element(not_after)?;
    instant(tag, std::str::from_utf8(text).ok()?)
}

fn instant(tag: u8, text: &str) -> Option<Timestamp> {
    let digits = text.strip_suffix('Z').filter(|d| d.bytes().all(|b| b.is_ascii_digit()))?;
    let whole = match (tag, digits.len()) {
        // Two digits of a year: from 50 on they are of the last century (section 4.1.2.5.1).
        (UTC_TIME, 12) => format!("{}{digits}", if digits < "50" { "20" } else { "19" }),
        (GENERALIZED_TIME, 14) => digits.to_owned(),
        _ => return None,
    };
    let at = DateTime::strptime("%Y%m%d%H%M%S", &whole).ok()?;
    TimeZone::UTC.to_timestamp(at).ok()
}

fn expect(der: &[u8], wanted: u8) -> Option<(&[u8], &[u8])> {
    let (tag, content, rest) = element(der)?;
    (tag == wanted).then_some((content, rest))
}

/// The first element: its tag, its content, and what follows. Lengths up to three bytes.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&[tag, first], rest) = der.split_first_chunk()?;
    let (length, rest) = match first {
        0..=0x7F => (usize::from(first), rest),
        0x81..=0x83 => {
            let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x0F))?;
            (bytes.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)), rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_an_instant_are_read_and_nothing_else() {
        let read = |tag, text| instant(tag, text).map(|t| t.to_string());
        assert_eq!(read(UTC_TIME, "280131235959Z").as_deref(), Some("2028-01-31T23:59:59Z"));
        assert_eq!(read(UTC_TIME, "991231235959Z").as_deref(), Some("1999-12-31T23:59:59Z"));
        assert_eq!(read(GENERALIZED_TIME, "20510101000000Z").as_deref(), Some("2051-01-01T00:00:00Z"));
        for (tag, text) in [
            (UTC_TIME, "20510101000000Z"),
            (GENERALIZED_TIME, "280131235959Z"),
            (UTC_TIME, "28013123595 Z"),
            (UTC_TIME, "280131235959"),
            (UTC_TIME, "281331235959Z"),
            (0x0C, "280131235959Z"),
        ] {
            assert_eq!(instant(tag, text), None, "{tag} {text}");
        }
    }

    #[test]
    fn a_certificate_that_is_cut_or_no_certificate_has_no_end() {
        let time = |text: &str| [vec![UTC_TIME, text.len() as u8], text.as_bytes().to_vec()].concat();
        let wrap = |tag: u8, content: Vec<u8>| [vec![tag, content.len() as u8], content].concat();
        let validity = wrap(SEQUENCE, [time("260101000000Z"), time("280131235959Z")].concat());
        let head =
            [wrap(VERSION, vec![2, 1, 2]), vec![2, 1, 9], wrap(SEQUENCE, vec![]), wrap(SEQUENCE, vec![])]
                .concat();
        let whole = wrap(SEQUENCE, wrap(SEQUENCE, [head, validity].concat()));
        assert_eq!(ending(&whole).unwrap().to_string(), "2028-01-31T23:59:59Z");
        for at in 0..whole.len() {
            assert_eq!(ending(&whole[..at]), None, "cut at {at}");
        }
        assert_eq!(ending(b"-----BEGIN"), None);
    }
}
