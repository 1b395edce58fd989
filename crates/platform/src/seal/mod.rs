//! Sealed secrets: envelope encryption with AES-256-GCM (NIST SP 800-38D) under keys that have numbers.
//!
//! A master key, kept outside the database, wraps data keys; a data key belongs to one installation and seals its
//! values. What is sealed is bound to its [`Place`]: copied to another row, column or installation it does not open.
//!
//! Sealed form: version (1 byte), number of the key (4 bytes, big endian), nonce (12 bytes), ciphertext and tag.

mod master;

pub use master::{MasterKey, MasterKeys};

use crate::random;
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use domain::{Error, ErrorKind, Result};
use std::fmt;
use zeroize::Zeroizing;

const VERSION: u8 = 1;
const HEAD: usize = 1 + 4;

/// Where a sealed value stands. A value opens only at the place it was sealed for.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The installation, or 0 for what belongs to none.
    pub installation: i64,
    /// The table.
    pub table: &'a str,
    /// The column.
    pub column: &'a str,
    /// The row's key.
    pub row: &'a str,
}

impl Place<'_> {
    /// The bytes a value is bound to: every part preceded by its length, so that no two places read the same.
    fn bytes(&self, number: u32) -> Vec<u8> {
        let mut out = Vec::with_capacity(96);
        out.push(VERSION);
        out.extend_from_slice(&number.to_be_bytes());
        out.extend_from_slice(&self.installation.to_be_bytes());
        for part in [self.table, self.column, self.row] {
            out.extend_from_slice(&(part.len() as u64).to_be_bytes());
            out.extend_from_slice(part.as_bytes());
        }
        out
    }
}

/// A key that seals values, with its number.
#[derive(Clone)]
pub struct Key {
    number: u32,
    bytes: Zeroizing<[u8; 32]>,
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({})", self.number)
    }
}

impl Key {
    /// A new random key under this number.
    pub fn generate(number: u32) -> Result<Self> {
        Ok(Self { number, bytes: Zeroizing::new(random::bytes()?) })
    }

    /// Its number.
    pub fn number(&self) -> u32 {
        self.number
    }

    /// Seals a value for its place. The nonce is random: one key must not seal more than 2^32 values.
    pub fn seal(&self, place: Place<'_>, plain: &[u8]) -> Result<Vec<u8>> {
        let nonce: [u8; NONCE_LEN] = random::bytes()?;
        let mut sealed = Vec::with_capacity(HEAD + NONCE_LEN + plain.len() + 16);
        sealed.push(VERSION);
        sealed.extend_from_slice(&self.number.to_be_bytes());
        sealed.extend_from_slice(&nonce);
        let mut body = Zeroizing::new(plain.to_vec());
        let tag = self
            .cipher()?
            .seal_in_place_separate_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(place.bytes(self.number)),
                &mut body,
            )
            .map_err(|_| Error::internal("a value could not be sealed"))?;
        sealed.extend_from_slice(&body);
        sealed.extend_from_slice(tag.as_ref());
        Ok(sealed)
    }

    /// Opens a sealed value at its place.
    /// # Errors
    /// `Damaged` when it was sealed by another key, for another place, or has been changed. That is an incident,
    /// never "there is no value".
    pub fn open(&self, place: Place<'_>, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        let number = number_of(sealed)?;
        let (nonce, body) = sealed
            .get(HEAD..)
            .and_then(|rest| rest.split_at_checked(NONCE_LEN))
            .ok_or_else(|| damaged(&place))?;
        if number != self.number {
            return Err(damaged(&place).with("sealed_by", number.to_string()));
        }
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| damaged(&place))?;
        let mut body = Zeroizing::new(body.to_vec());
        let length = self
            .cipher()?
            .open_in_place(nonce, Aad::from(place.bytes(number)), &mut body)
            .map_err(|_| damaged(&place))?
            .len();
        body.truncate(length);
        Ok(body)
    }

    fn cipher(&self) -> Result<LessSafeKey> {
        UnboundKey::new(&AES_256_GCM, &*self.bytes)
            .map(LessSafeKey::new)
            .map_err(|_| Error::internal("a key has the wrong length"))
    }
}

/// The number of the key that sealed a value.
/// # Errors
/// `Damaged` when it is no sealed value.
pub fn number_of(sealed: &[u8]) -> Result<u32> {
    match sealed {
        [VERSION, a, b, c, d, ..] => Ok(u32::from_be_bytes([*a, *b, *c, *d])),
        _ => Err(Error::new(ErrorKind::Damaged, DAMAGED)),
    }
}

const DAMAGED: &str = "A stored secret does not open: it was changed, moved, or sealed by another key. Nothing was \
                       used. Ask whoever runs this service to look at the log and restore a backup.";

fn damaged(place: &Place<'_>) -> Error {
    Error::new(ErrorKind::Damaged, DAMAGED)
        .with("table", place.table)
        .with("column", place.column)
        .with("row", place.row)
        .with("installation", place.installation.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOME: Place<'static> = Place { installation: 7, table: "grants", column: "refresh", row: "12" };

    #[test]
    fn what_is_sealed_opens_at_its_place_and_reads_the_same() {
        let key = Key::generate(3).unwrap();
        for plain in [b"".as_slice(), b"x", &[0xA5; 5000]] {
            let sealed = key.seal(HOME, plain).unwrap();
            assert_eq!(number_of(&sealed).unwrap(), 3);
            assert_eq!(key.open(HOME, &sealed).unwrap().as_slice(), plain);
        }
    }

    #[test]
    fn a_value_moved_to_another_place_does_not_open() {
        // ATT-41
        let key = Key::generate(3).unwrap();
        let sealed = key.seal(HOME, b"token").unwrap();
        let elsewhere = [
            Place { installation: 8, ..HOME },
            Place { table: "grant", column: "srefresh", ..HOME },
            Place { column: "access", ..HOME },
            Place { row: "13", ..HOME },
        ];
        for place in elsewhere {
            assert_eq!(key.open(place, &sealed).unwrap_err().kind(), ErrorKind::Damaged, "{place:?}");
        }
    }

    #[test]
    fn every_flipped_byte_and_every_truncation_is_noticed() {
        let key = Key::generate(3).unwrap();
        let sealed = key.seal(HOME, b"token").unwrap();
        for at in 0..sealed.len() {
            let mut wrong = sealed.clone();
            wrong[at] ^= 1;
            assert!(key.open(HOME, &wrong).is_err(), "byte {at}");
            assert!(key.open(HOME, &sealed[..at]).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn another_key_of_the_same_number_does_not_open_it() {
        let sealed = Key::generate(3).unwrap().seal(HOME, b"token").unwrap();
        assert!(Key::generate(3).unwrap().open(HOME, &sealed).is_err());
        assert!(Key::generate(4).unwrap().open(HOME, &sealed).is_err());
    }
}
