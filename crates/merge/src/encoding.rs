//! Characters from the bytes of a part: UTF-8 or UTF-16, and nothing else.

use std::ops::Range;

use memchr::{memchr, memmem};

use crate::{Refused, RefusedKind};

/// The text of a part.
#[derive(Debug)]
pub(crate) struct Decoded {
    pub(crate) text: String,
    /// Where the declared encoding stands, when the bytes were UTF-16 and the declaration must change with them.
    pub(crate) declared: Option<Range<usize>>,
}

/// Decodes a part from UTF-8 or UTF-16 and checks that the declaration says the same.
pub(crate) fn decode(bytes: Vec<u8>) -> Result<Decoded, Refused> {
    let refuse = || Refused::new(RefusedKind::BadEncoding, "A part of the file is neither UTF-8 nor UTF-16.");
    let (text, wide) = match bytes.as_slice() {
        [0xFF, 0xFE, rest @ ..] => (from_utf16(rest, u16::from_le_bytes).ok_or_else(refuse)?, true),
        [0xFE, 0xFF, rest @ ..] => (from_utf16(rest, u16::from_be_bytes).ok_or_else(refuse)?, true),
        [b'<', 0, ..] => (from_utf16(&bytes, u16::from_le_bytes).ok_or_else(refuse)?, true),
        [0, b'<', ..] => (from_utf16(&bytes, u16::from_be_bytes).ok_or_else(refuse)?, true),
        _ => {
            let mut text = String::from_utf8(bytes).map_err(|_| refuse())?;
            if text.starts_with('\u{FEFF}') {
                text.drain(..3);
            }
            (text, false)
        }
    };
    let declared = declared_encoding(&text);
    if let Some(range) = &declared {
        let name = text.get(range.clone()).unwrap_or_default().to_ascii_lowercase();
        let fits = match name.as_str() {
            "utf-8" | "utf8" => !wide,
            "us-ascii" | "ascii" => !wide && text.is_ascii(),
            "utf-16" | "utf-16le" | "utf-16be" | "unicode" => wide,
            _ => false,
        };
        if !fits {
            return Err(refuse());
        }
    }
    Ok(Decoded { declared: declared.filter(|_| wide), text })
}

/// Text from UTF-16 code units; `None` for odd lengths and lone surrogates.
pub(crate) fn from_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<String> {
    if !bytes.len().is_multiple_of(2) {
        return None;
    }
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    char::decode_utf16(units).collect::<Result<String, _>>().ok()
}

/// Where the encoding name stands in the XML declaration.
fn declared_encoding(text: &str) -> Option<Range<usize>> {
    let declaration =
        text.strip_prefix("<?xml").and_then(|_| text.get(..memmem::find(text.as_bytes(), b"?>")?))?;
    let at = memmem::find(declaration.as_bytes(), b"encoding")? + "encoding".len();
    let rest = declaration.get(at..)?;
    let quote_at = rest.find(['"', '\''])?;
    let quote = rest.as_bytes().get(quote_at).copied()?;
    let start = at + quote_at + 1;
    let len = memchr(quote, declaration.get(start..)?.as_bytes())?;
    Some(start..start + len)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf16_is_read_and_other_encodings_are_not() {
        let text = "<?xml version='1.0' encoding='UTF-16'?><a>ø</a>";
        let wide: Vec<u8> =
            [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        let decoded = decode(wide).expect("UTF-16");
        assert_eq!(decoded.text, text);
        assert_eq!(&decoded.text[decoded.declared.expect("declared")], "UTF-16");
        for bytes in [
            b"<?xml version='1.0' encoding='UTF-7'?><a/>".as_slice(),
            b"<?xml version='1.0' encoding='ISO-8859-1'?><a/>",
            b"<a>\xE9</a>",
            b"\xFF\xFE<",
        ] {
            assert_eq!(decode(bytes.to_vec()).expect_err("foreign encoding").kind, RefusedKind::BadEncoding);
        }
    }
}
