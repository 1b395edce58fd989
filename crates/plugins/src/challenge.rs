//! What a resource wants to see in a token: the claims challenge in `WWW-Authenticate` (microsoft.md 1.8; RFC 9110,
//! section 11.6.1). It comes from outside and is read strictly.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use domain::connections::Claims;
use http::HeaderMap;

/// The longest header that is read, in bytes.
const LONGEST: usize = 16 * 1024;

const EITHER_PADDING: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
/// Both alphabets are in use.
const ALPHABETS: [GeneralPurpose; 2] = [
    GeneralPurpose::new(&alphabet::STANDARD, EITHER_PADDING),
    GeneralPurpose::new(&alphabet::URL_SAFE, EITHER_PADDING),
];

/// The claims that are wanted, in any of the challenges; nothing where none are, or where they cannot be read.
pub(crate) fn claims(headers: &HeaderMap) -> Option<Claims> {
    headers.get_all("www-authenticate").iter().find_map(|value| {
        let text = value.to_str().ok().filter(|text| text.len() <= LONGEST)?;
        challenges(text).iter().find_map(wanted)
    })
}

/// One challenge: the scheme and its parameters, all names in lower case.
type Challenge = (String, Vec<(String, String)>);

fn wanted((scheme, parameters): &Challenge) -> Option<Claims> {
    let value =
        |name: &str| parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    if scheme != "bearer" || value("error") != Some("insufficient_claims") {
        return None;
    }
    let coded = value("claims")?;
    let json = ALPHABETS.iter().find_map(|alphabet| alphabet.decode(coded).ok())?;
    Claims::read(&String::from_utf8(json).ok()?)
}

/// The challenges of a header. A part that begins with a word and a space begins a challenge.
fn challenges(text: &str) -> Vec<Challenge> {
    let mut all: Vec<Challenge> = Vec::new();
    for part in parts(text) {
        let (before, value) = part.split_once('=').unwrap_or((part, ""));
        let mut words = before.split_ascii_whitespace();
        let name = match (words.next(), words.next()) {
            (Some(scheme), Some(name)) => {
                all.push((scheme.to_ascii_lowercase(), Vec::new()));
                name
            }
            (Some(name), None) if part.contains('=') => name,
            (Some(scheme), None) => {
                all.push((scheme.to_ascii_lowercase(), Vec::new()));
                continue;
            }
            (None, _) => continue,
        };
        if let Some((_, parameters)) = all.last_mut() {
            parameters.push((name.to_ascii_lowercase(), unquoted(value.trim())));
        }
    }
    all
}

/// A header's parts between commas that stand outside of quotes.
fn parts(text: &str) -> Vec<&str> {
    let (mut quoted, mut escaped, mut from) = (false, false, 0);
    let mut all = Vec::new();
    for (at, letter) in text.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ',' if !quoted => {
                all.push(text[from..at].trim());
                from = at + 1;
            }
            _ => {}
        }
    }
    all.push(text[from..].trim());
    all
}

fn unquoted(value: &str) -> String {
    let Some(inner) = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
        return value.to_owned();
    };
    let mut letters = inner.chars();
    let mut plain = String::with_capacity(inner.len());
    while let Some(letter) = letters.next() {
        plain.extend(if letter == '\\' { letters.next() } else { Some(letter) });
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
    use proptest::prelude::*;

    const JSON: &str = r#"{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}"#;

    fn of(values: &[&str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append("www-authenticate", value.parse().unwrap());
        }
        claims(&headers).map(|claims| claims.as_str().to_owned())
    }

    #[test]
    fn claims_are_found_wherever_they_stand() {
        // M-07
        let (plain, url) = (STANDARD.encode(JSON), URL_SAFE_NO_PAD.encode(JSON));
        let one = format!(
            r#"Bearer realm="", authorization_uri="https://l.example/a, b", error="insufficient_claims", claims="{plain}""#
        );
        let reversed = format!("bearer claims={url} , ERROR=insufficient_claims");
        let several = format!(r#"PoP nonce="a\"b", Negotiate, {one}"#);
        for values in [vec![one.as_str()], vec!["Negotiate", &reversed], vec![&several]] {
            assert_eq!(of(&values).as_deref(), Some(JSON), "{values:?}");
        }
    }

    #[test]
    fn what_is_no_challenge_of_a_token_gives_none() {
        let coded = STANDARD.encode(JSON);
        let long = format!(r#"Bearer error="insufficient_claims", claims="{}""#, "A".repeat(LONGEST));
        let list = format!(r#"Bearer error="insufficient_claims", claims="{}""#, STANDARD.encode("[1]"));
        for header in [
            "",
            "Bearer",
            r#"Bearer realm="""#,
            &format!(r#"Bearer error="invalid_token", claims="{coded}""#),
            &format!(r#"Basic error="insufficient_claims", claims="{coded}""#),
            &format!(r#"Bearer error="insufficient_claims", PoP claims="{coded}""#),
            r#"Bearer error="insufficient_claims", claims="%%%""#,
            r#"Bearer error="insufficient_claims", claims="/w==""#,
            r#"Bearer error="insufficient_claims""#,
            &list,
            &long,
        ] {
            assert_eq!(of(&[header]), None, "{header}");
        }
    }

    proptest! {
        #[test]
        fn no_header_is_too_strange(text in "[ -~]{0,200}") {
            of(&[&text]);
        }
    }
}
