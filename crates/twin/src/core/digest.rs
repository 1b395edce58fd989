//! The checksums that the providers show.

use aws_lc_rs::digest::{Context, SHA1_FOR_LEGACY_USE_ONLY, SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::Digest as _;

/// The checksums of a content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digests {
    pub md5: [u8; 16],
    pub sha1: [u8; 20],
    pub sha256: [u8; 32],
    pub quick_xor: [u8; 20],
}

impl Digests {
    /// MD5 in lower-case hexadecimal digits, as Drive shows it.
    pub fn md5_hex(&self) -> String {
        hex(&self.md5)
    }

    /// SHA-1 in lower-case hexadecimal digits.
    pub fn sha1_hex(&self) -> String {
        hex(&self.sha1)
    }

    /// SHA-256 in lower-case hexadecimal digits.
    pub fn sha256_hex(&self) -> String {
        hex(&self.sha256)
    }

    /// `quickXorHash` in base64, as Graph shows it.
    pub fn quick_xor_base64(&self) -> String {
        STANDARD.encode(self.quick_xor)
    }
}

/// Computes all checksums in one pass.
pub struct Digester {
    md5: md5::Md5,
    sha1: Context,
    sha256: Context,
    quick_xor: QuickXor,
}

impl std::fmt::Debug for Digester {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Digester")
    }
}

impl Default for Digester {
    fn default() -> Self {
        Self {
            md5: md5::Md5::new(),
            sha1: Context::new(&SHA1_FOR_LEGACY_USE_ONLY),
            sha256: Context::new(&SHA256),
            quick_xor: QuickXor::default(),
        }
    }
}

impl Digester {
    /// Takes more content.
    pub fn update(&mut self, bytes: &[u8]) {
        self.md5.update(bytes);
        self.sha1.update(bytes);
        self.sha256.update(bytes);
        self.quick_xor.update(bytes);
    }

    /// The checksums of all that was taken.
    pub fn finish(self) -> Digests {
        let mut sha1 = [0; 20];
        sha1.copy_from_slice(self.sha1.finish().as_ref());
        let mut sha256 = [0; 32];
        sha256.copy_from_slice(self.sha256.finish().as_ref());
        Digests { md5: self.md5.finalize().into(), sha1, sha256, quick_xor: self.quick_xor.finish() }
    }
}

/// `quickXorHash`: every byte is XORed into a ring of 160 bits, 11 bits further for each byte; at the end the
/// length is XORed into the last 8 bytes. Described in OneDrive's documentation, "Code snippets: `QuickXorHash`".
#[derive(Debug, Default)]
struct QuickXor {
    ring: [u8; 20],
    length: u64,
}

impl QuickXor {
    fn update(&mut self, bytes: &[u8]) {
        for byte in bytes {
            let bit = (self.length % 160 * 11 % 160) as usize;
            let (place, shift) = (bit / 8, bit % 8);
            self.ring[place] ^= byte << shift;
            if shift > 0 {
                self.ring[(place + 1) % 20] ^= byte >> (8 - shift);
            }
            self.length += 1;
        }
    }

    fn finish(mut self) -> [u8; 20] {
        for (place, byte) in self.ring[12..].iter_mut().zip(self.length.to_le_bytes()) {
            *place ^= byte;
        }
        self.ring
    }
}

/// SHA-256 of a short text or secret.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(aws_lc_rs::digest::digest(&SHA256, bytes).as_ref());
    out
}

/// Lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(bytes: &[u8]) -> Digests {
        let mut digester = Digester::default();
        digester.update(bytes);
        digester.finish()
    }

    #[test]
    fn checksums_of_known_contents() {
        let empty = of(b"");
        assert_eq!(empty.md5_hex(), "d41d8cd98f00b204e9800998ecf8427e");
        assert_eq!(empty.sha1_hex(), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
        assert_eq!(empty.quick_xor_base64(), "AAAAAAAAAAAAAAAAAAAAAAAAAAA=");
        // Known answers that rclone's quickxorhash tests publish.
        assert_eq!(of(&[0x4a]).quick_xor_base64(), "SgAAAAAAAAAAAAAAAQAAAAAAAAA=");
        assert_eq!(of(&[0xb5, 0xb4]).quick_xor_base64(), "taAFAAAAAAAAAAAAAgAAAAAAAAA=");
    }

    #[test]
    fn content_in_pieces_has_the_checksums_of_the_whole() {
        let content: Vec<u8> = (0..1000_u32).map(|n| (n * 7 % 251) as u8).collect();
        let mut digester = Digester::default();
        content.chunks(37).for_each(|piece| digester.update(piece));
        assert_eq!(digester.finish(), of(&content));
    }
}
