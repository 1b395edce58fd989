//! What content is, whatever SharePoint writes into it.
//!
//! SharePoint writes properties of its own into office files after they arrive (microsoft.md 0.6, M-11): size and hash
//! change, the document does not. A package is a zip whose directory at the end tells name, size and checksum of every
//! part, so the last bytes of a file are enough to tell whether it is the same document (FLT-09).

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use platform::digest::sha256;

/// How many bytes at the end of a file are looked at. A directory of about ten thousand parts fits.
pub(crate) const TAIL: usize = 1 << 20;

/// `quickXorHash` (OneDrive's documentation, "Code Snippets: `QuickXorHash`"): every byte is XORed into a ring of 160
/// bits, 11 bits further for each byte; the length goes into the last 8 bytes.
#[derive(Debug, Clone, Default)]
pub(crate) struct QuickXor {
    ring: [u8; 20],
    length: u64,
}

impl QuickXor {
    pub fn update(&mut self, bytes: &[u8]) {
        for byte in bytes {
            let bit = (self.length % 160 * 11 % 160) as usize;
            let (place, shift) = (bit / 8, bit % 8);
            let wide = u16::from(*byte) << shift;
            let [low, high] = wide.to_le_bytes();
            if let Some(at) = self.ring.get_mut(place) {
                *at ^= low;
            }
            if let Some(at) = self.ring.get_mut((place + 1) % 20) {
                *at ^= high;
            }
            self.length += 1;
        }
    }

    /// In base64, as Graph tells it.
    pub fn finish(mut self) -> String {
        for (place, byte) in self.ring.iter_mut().skip(12).zip(self.length.to_le_bytes()) {
            *place ^= byte;
        }
        STANDARD.encode(self.ring)
    }
}

/// Whether SharePoint writes into files of this name.
pub(crate) fn is_rewritten(name: &str) -> bool {
    let ends = ["docx", "docm", "dotx", "xlsx", "xlsm", "xltx", "pptx", "pptm", "potx"];
    ends.contains(&extension(name).as_str())
}

/// The extension in lower case, without its dot.
pub(crate) fn extension(name: &str) -> String {
    domain::names::extension(name).trim_start_matches('.').to_lowercase()
}

/// Parts that SharePoint adds or changes.
fn is_injected(part: &str) -> bool {
    let lower = part.to_lowercase();
    lower == "[content_types].xml"
        || lower.starts_with("customxml/")
        || lower == "docprops/custom.xml"
        || lower == "docprops/core.xml"
        || lower == "docprops/app.xml"
        || lower.rsplit('.').next() == Some("rels")
}

fn u16_at(bytes: &[u8], at: usize) -> Option<usize> {
    Some(usize::from(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?)))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

/// The fingerprint of a package, from the end of a file of `size` bytes; nothing when it is no package, or its
/// directory is longer than what was given (APPNOTE.TXT 6.3.10, sections 4.3.12 and 4.3.16).
pub(crate) fn of_tail(tail: &[u8], size: u64) -> Option<String> {
    let end = (0..tail.len().checked_sub(21)?).rev().find(|at| u32_at(tail, *at) == Some(0x0605_4b50))?;
    let (count, length) = (u16_at(tail, end + 10)?, u32_at(tail, end + 12)? as usize);
    let start = u64::from(u32_at(tail, end + 16)?);
    let before = size.checked_sub(tail.len() as u64)?;
    let mut at = usize::try_from(start.checked_sub(before)?).ok()?;
    if at.checked_add(length)? > end {
        return None;
    }
    let mut parts = Vec::new();
    for _ in 0..count {
        if u32_at(tail, at)? != 0x0201_4b50 {
            return None;
        }
        let (sum, plain) = (u32_at(tail, at + 16)?, u32_at(tail, at + 24)?);
        let lengths = (u16_at(tail, at + 28)?, u16_at(tail, at + 30)?, u16_at(tail, at + 32)?);
        let name = String::from_utf8_lossy(tail.get(at + 46..at + 46 + lengths.0)?).into_owned();
        if !is_injected(&name) && !name.ends_with('/') {
            parts.push(format!("{name}\0{sum:08x}{plain:08x}\n"));
        }
        at = at + 46 + lengths.0 + lengths.1 + lengths.2;
    }
    if parts.is_empty() {
        return None;
    }
    parts.sort();
    Some(URL_SAFE_NO_PAD.encode(&sha256(parts.concat().as_bytes())[..18]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_that_of_the_published_examples() {
        let of = |bytes: &[u8]| {
            let mut sum = QuickXor::default();
            sum.update(bytes);
            sum.finish()
        };
        assert_eq!(of(b""), super::super::wire::EMPTY_HASH);
        assert_eq!(of(&[0x4a]), "SgAAAAAAAAAAAAAAAQAAAAAAAAA=");
    }

    #[test]
    fn what_is_no_package_has_no_fingerprint() {
        for bytes in
            [b"".as_slice(), b"PK", b"just a text that is longer than the end of a directory", &[0; 64]]
        {
            assert_eq!(of_tail(bytes, bytes.len() as u64), None);
        }
    }

    #[test]
    fn a_package_is_told_by_its_parts_and_not_by_their_order_or_what_sharepoint_adds() {
        let word = ("word/document.xml", 1_u32);
        let types = ("[Content_Types].xml", 2);
        let of = |parts: &[(&str, u32)]| {
            let bytes = package(parts);
            of_tail(&bytes, bytes.len() as u64 + 100)
        };
        let plain = of(&[types, word]);
        assert!(plain.is_some());
        assert_eq!(of(&[word, ("[Content_Types].xml", 9), ("customXml/item1.xml", 3)]), plain);
        assert_ne!(of(&[types, ("word/document.xml", 7)]), plain);
        assert_ne!(of(&[types, word, ("word/media/image1.png", 4)]), plain);
    }

    /// A directory without the parts themselves, as if 100 bytes of them stood before it.
    fn package(parts: &[(&str, u32)]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (name, sum) in parts {
            let mut entry = vec![0; 46];
            entry[..4].copy_from_slice(&0x0201_4b50_u32.to_le_bytes());
            entry[16..20].copy_from_slice(&sum.to_le_bytes());
            entry[28..30].copy_from_slice(&(name.len() as u16).to_le_bytes());
            bytes.extend(entry);
            bytes.extend(name.as_bytes());
        }
        let length = bytes.len() as u32;
        let mut end = vec![0; 22];
        end[..4].copy_from_slice(&0x0605_4b50_u32.to_le_bytes());
        end[10..12].copy_from_slice(&(parts.len() as u16).to_le_bytes());
        end[12..16].copy_from_slice(&length.to_le_bytes());
        end[16..20].copy_from_slice(&100_u32.to_le_bytes());
        bytes.extend(end);
        bytes
    }

    #[test]
    fn damaged_directories_never_panic() {
        let good = package(&[("word/document.xml", 1)]);
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 0xff;
            let _ = of_tail(&bad, bad.len() as u64 + 100);
            let _ = of_tail(&good[at..], good.len() as u64);
            let _ = of_tail(&good[..at], 7);
        }
    }
}
