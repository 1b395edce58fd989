//! How mails write what is not plain ASCII.

/// A body as text; `None` for a character set or an encoding that is not known.
pub(super) fn decode(raw: &[u8], encoding: &str, charset: &str) -> Option<String> {
    let bytes = match encoding {
        "" | "7bit" | "8bit" | "binary" => raw.to_vec(),
        "quoted-printable" => read_quoted_printable(raw, false),
        "base64" => read_base64(raw)?,
        _ => return None,
    };
    characters(bytes, charset)
}

fn characters(bytes: Vec<u8>, charset: &str) -> Option<String> {
    match charset {
        "" | "utf-8" | "utf8" | "us-ascii" | "ascii" => String::from_utf8(bytes).ok(),
        "iso-8859-1" | "latin1" | "iso-8859-15" | "windows-1252" | "cp1252" => {
            Some(bytes.into_iter().map(|byte| western(byte, charset)).collect())
        }
        _ => None,
    }
}

/// A byte of the western character sets.
fn western(byte: u8, charset: &str) -> char {
    const WINDOWS: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
        '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    match (byte, charset) {
        (0x80..=0x9F, "windows-1252" | "cp1252") => {
            WINDOWS.get(usize::from(byte - 0x80)).copied().unwrap_or('\u{FFFD}')
        }
        (0xA4, "iso-8859-15") => '€',
        _ => char::from(byte),
    }
}

fn read_quoted_printable(raw: &[u8], header: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len());
    let mut at = 0;
    while let Some(&byte) = raw.get(at) {
        let rest = raw.get(at + 1..).unwrap_or_default();
        at += 1;
        match byte {
            b'=' if rest.starts_with(b"\r\n") => at += 2,
            b'=' if rest.starts_with(b"\n") => at += 1,
            b'=' => {
                let hex = rest.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
                match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
                    Some(byte) => {
                        out.push(byte);
                        at += 2;
                    }
                    None => out.push(b'='),
                }
            }
            b'_' if header => out.push(b' '),
            byte => out.push(byte),
        }
    }
    out
}

fn read_base64(raw: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(raw.len() * 3 / 4);
    let (mut held, mut bits) = (0_u32, 0);
    for &byte in raw {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => break,
            _ if byte.is_ascii_whitespace() => continue,
            _ => return None,
        };
        held = held << 6 | u32::from(value);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push((held >> bits) as u8);
        }
    }
    Some(out)
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn write_base64(bytes: &[u8], out: &mut Vec<u8>) {
    for chunk in bytes.chunks(3) {
        let mut group = 0_u32;
        for at in 0..3 {
            group = group << 8 | u32::from(chunk.get(at).copied().unwrap_or(0));
        }
        for at in 0..4 {
            if at > chunk.len() {
                out.push(b'=');
            } else {
                let index = (group >> (18 - 6 * at)) & 63;
                out.push(ALPHABET.get(index as usize).copied().unwrap_or(b'='));
            }
        }
    }
}

/// A header value with its encoded words read (RFC 2047), its folds opened.
pub(super) fn read_header(value: &str) -> String {
    let value = value.replace(['\r', '\n'], "").trim().to_owned();
    let mut out = String::with_capacity(value.len());
    let mut rest = value.as_str();
    let mut after_word = false;
    while let Some(start) = rest.find("=?") {
        let (before, tail) = rest.split_at(start);
        let Some((text, after)) = encoded_word(tail) else {
            out.push_str(before);
            out.push_str("=?");
            rest = &tail[2..];
            after_word = false;
            continue;
        };
        // White space between two encoded words is not part of the text.
        if !(after_word && before.trim().is_empty()) {
            out.push_str(before);
        }
        out.push_str(&text);
        after_word = true;
        rest = after;
    }
    out.push_str(rest);
    out
}

fn encoded_word(tail: &str) -> Option<(String, &str)> {
    let inside = tail.strip_prefix("=?")?;
    let (charset, inside) = inside.split_once('?')?;
    let (encoding, inside) = inside.split_once('?')?;
    let (text, after) = inside.split_once("?=")?;
    let bytes = match encoding {
        "B" | "b" => read_base64(text.as_bytes())?,
        "Q" | "q" => read_quoted_printable(text.as_bytes(), true),
        _ => return None,
    };
    Some((characters(bytes, &charset.to_ascii_lowercase())?, after))
}

/// Writes a header value; what is not ASCII as encoded words, leaving addresses in angle brackets as they are.
pub(super) fn write_header(value: &str, out: &mut Vec<u8>) {
    let mut rest = value;
    while !rest.is_empty() {
        let (words, address) = rest.split_at(rest.find('<').unwrap_or(rest.len()));
        write_words(words, out);
        let end = address.find('>').map_or(address.len(), |end| end + 1);
        let (address, after) = address.split_at(end);
        out.extend(address.bytes().filter(u8::is_ascii));
        rest = after;
    }
}

fn write_words(words: &str, out: &mut Vec<u8>) {
    if words.is_ascii() {
        out.extend_from_slice(words.as_bytes());
        return;
    }
    let lead = words.len() - words.trim_start().len();
    let kept = words.trim_end().len();
    out.extend_from_slice(&words.as_bytes()[..lead]);
    let mut chunk = String::new();
    let mut first = true;
    let mut word = |chunk: &mut String, out: &mut Vec<u8>| {
        if !std::mem::take(&mut first) {
            out.extend_from_slice(b"\r\n ");
        }
        out.extend_from_slice(b"=?utf-8?B?");
        write_base64(chunk.as_bytes(), out);
        out.extend_from_slice(b"?=");
        chunk.clear();
    };
    for c in words.get(lead..kept).unwrap_or_default().chars() {
        if chunk.len() + c.len_utf8() > 45 {
            word(&mut chunk, out);
        }
        chunk.push(c);
    }
    word(&mut chunk, out);
    out.extend_from_slice(words.get(kept..).unwrap_or_default().as_bytes());
}

/// Writes a body in quoted-printable (RFC 2045 section 6.7), lines ended by CRLF.
pub(super) fn write_quoted_printable(text: &str, out: &mut Vec<u8>) {
    let normal = text.replace("\r\n", "\n");
    for (number, line) in normal.split('\n').enumerate() {
        if number > 0 {
            out.extend_from_slice(b"\r\n");
        }
        let mut column = 0;
        let bytes = line.as_bytes();
        for (at, &byte) in bytes.iter().enumerate() {
            let last = at + 1 == bytes.len();
            // A line of a value must not be taken for the end of its part.
            let boundary = at == 0 && bytes.starts_with(b"--");
            let shows = matches!(byte, b'!'..=b'<' | b'>'..=b'~') || matches!(byte, b' ' | b'\t') && !last;
            let plain = shows && !boundary;
            let width = if plain { 1 } else { 3 };
            if column + width > 75 {
                out.extend_from_slice(b"=\r\n");
                column = 0;
            }
            if plain {
                out.push(byte);
            } else {
                out.push(b'=');
                for digit in [byte >> 4, byte & 15] {
                    out.push(b"0123456789ABCDEF".get(usize::from(digit)).copied().unwrap_or(b'0'));
                }
            }
            column += width;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_and_bodies_read_back() {
        for text in ["Offer", "Tilbud på bøker", "æ".repeat(80).as_str(), "Kåre <kare@x.no>", "=?"] {
            let mut out = Vec::new();
            write_header(text, &mut out);
            assert_eq!(read_header(std::str::from_utf8(&out).expect("ASCII")), text);
        }
        for text in ["", "a = b", "blåbær\r\nlast space ", &"ø".repeat(200), "\ttab"] {
            let mut out = Vec::new();
            write_quoted_printable(text, &mut out);
            assert!(out.split(|b| *b == b'\n').all(|line| line.len() <= 77));
            assert_eq!(decode(&out, "quoted-printable", "utf-8").as_deref(), Some(text));
        }
        assert_eq!(decode(b"YmzDpWLDpnI=\r\n", "base64", "utf-8").as_deref(), Some("blåbær"));
        assert_eq!(decode(b"bl=E5 =80", "quoted-printable", "windows-1252").as_deref(), Some("blå €"));
        assert_eq!(read_header(" =?iso-8859-1?Q?bl=E5?=\r\n =?utf-8?B?YsOmcg==?= x"), "blåbær x");
    }
}
