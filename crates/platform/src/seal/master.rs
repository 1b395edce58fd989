//! Master keys: kept in a file outside the database, wrap data keys.

use super::{Key, Place, number_of};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::{Error, Result};
use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;
use zeroize::Zeroizing;

/// A master key.
pub type MasterKey = Key;

/// The master keys of a service; the last one wraps, all of them unwrap.
#[derive(Debug, Clone)]
pub struct MasterKeys(Vec<MasterKey>);

impl MasterKeys {
    /// Master keys of these numbers, oldest first.
    /// # Errors
    /// `Invalid` when there is none, or two have one number.
    pub fn new(keys: Vec<MasterKey>) -> Result<Self> {
        let mut numbers: Vec<_> = keys.iter().map(Key::number).collect();
        numbers.sort_unstable();
        numbers.dedup();
        if numbers.is_empty() || numbers.len() != keys.len() {
            return Err(Error::invalid(
                "A service needs at least one master key, each with a number of its own.",
            ));
        }
        Ok(Self(keys))
    }

    /// Reads a key file: lines of a number, a space, and 32 bytes in base64; `#` begins a remark.
    /// # Errors
    /// `Invalid`, naming the file and the remedy; also when others may read it.
    pub fn read(file: &Path) -> Result<Self> {
        let shown = file.display();
        let unreadable = |e: &dyn std::fmt::Display| {
            Error::invalid(format!(
                "The file of master keys {shown} cannot be read: {e}. Without it the stored secrets cannot be opened; \
                 restore it from where it was backed up. Nothing was changed."
            ))
        };
        let mode = std::fs::metadata(file).map_err(|e| unreadable(&e))?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(Error::invalid(format!(
                "Others may read the master keys in {shown} (mode {:o}). Run: chmod 400 {shown}",
                mode & 0o777
            )));
        }
        let text = Zeroizing::new(std::fs::read_to_string(file).map_err(|e| unreadable(&e))?);
        let mut keys = Vec::new();
        for (n, line) in (1..).zip(text.lines()) {
            let line = line.trim();
            if !line.is_empty() && !line.starts_with('#') {
                keys.push(parse(line).ok_or_else(|| {
                    Error::invalid(format!("{shown}, line {n}: expected a number and 32 bytes in base64."))
                })?);
            }
        }
        Self::new(keys)
    }

    /// Makes a key file with one new key. Never overwrites.
    /// # Errors
    /// `Invalid` when the file is there already or cannot be written.
    pub fn create(file: &Path) -> Result<Self> {
        let keys = Self::new(vec![Key::generate(1)?])?;
        let mut text = Zeroizing::new(String::from(
            "# Master keys of this service. Keep a copy apart from the database: without it nothing opens.\n\
             # Add a line with the next number to begin using a new key; remove old ones after rewrapping.\n",
        ));
        for key in &keys.0 {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{} {}", key.number, STANDARD.encode(*key.bytes));
        }
        let written =
            OpenOptions::new().write(true).create_new(true).mode(0o400).open(file).and_then(|mut f| {
                f.write_all(text.as_bytes())?;
                f.sync_all()
            });
        written.map_err(|e| {
            Error::invalid(format!("The file of master keys {} cannot be made: {e}.", file.display()))
        })?;
        Ok(keys)
    }

    /// The numbers of the keys, in the file's order; the last one wraps.
    pub fn numbers(&self) -> Vec<u32> {
        self.0.iter().map(Key::number).collect()
    }

    /// Whether these are the very same keys in the same order.
    pub fn same_as(&self, other: &Self) -> bool {
        self.numbers() == other.numbers()
            && self.0.iter().zip(&other.0).all(|(a, b)| crate::digest::equal(&*a.bytes, &*b.bytes))
    }

    /// The number of the key that wraps.
    pub fn current(&self) -> u32 {
        self.0.last().map_or(0, Key::number)
    }

    /// Wraps a data key of an installation.
    pub fn wrap(&self, installation: i64, key: &Key) -> Result<Vec<u8>> {
        let number = key.number.to_string();
        let Some(master) = self.0.last() else {
            return Err(Error::internal("there is no master key"));
        };
        master.seal(place(installation, &number), &*key.bytes)
    }

    /// Unwraps a data key of an installation.
    /// # Errors
    /// `Damaged` when the master key is not among these, or the wrapped key was changed or moved.
    pub fn unwrap(&self, installation: i64, number: u32, wrapped: &[u8]) -> Result<Key> {
        let by = number_of(wrapped)?;
        let master = self.0.iter().find(|k| k.number == by).ok_or_else(|| {
            Error::new(
                domain::ErrorKind::Damaged,
                format!("Master key {by} is not in the file of master keys. Restore it from where it was backed up."),
            )
        })?;
        let name = number.to_string();
        let plain = master.open(place(installation, &name), wrapped)?;
        let mut bytes = Zeroizing::new([0; 32]);
        if plain.len() != bytes.len() {
            return Err(Error::internal("a data key has the wrong length"));
        }
        bytes.copy_from_slice(&plain);
        Ok(Key { number, bytes })
    }

    /// Whether a wrapped key was wrapped by an older master key.
    pub fn is_old(&self, wrapped: &[u8]) -> Result<bool> {
        Ok(number_of(wrapped)? != self.current())
    }
}

fn place(installation: i64, number: &str) -> Place<'_> {
    Place { installation, table: "data_keys", column: "wrapped", row: number }
}

fn parse(line: &str) -> Option<Key> {
    let (number, key) = line.split_once(char::is_whitespace)?;
    let decoded = Zeroizing::new(STANDARD.decode(key.trim()).ok()?);
    let mut bytes = Zeroizing::new([0; 32]);
    if decoded.len() != bytes.len() {
        return None;
    }
    bytes.copy_from_slice(&decoded);
    Some(Key { number: number.parse().ok()?, bytes })
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::ErrorKind;

    #[test]
    fn a_key_file_is_private_and_is_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("master.keys");
        let made = MasterKeys::create(&file).unwrap();
        let key = Key::generate(1).unwrap();
        let wrapped = made.wrap(5, &key).unwrap();
        let read = MasterKeys::read(&file).unwrap();
        assert_eq!(*read.unwrap(5, 1, &wrapped).unwrap().bytes, *key.bytes);
        assert!(read.unwrap(6, 1, &wrapped).is_err() && read.unwrap(5, 2, &wrapped).is_err());
        assert_eq!(MasterKeys::create(&file).unwrap_err().kind(), ErrorKind::Invalid);
    }

    #[test]
    fn a_missing_open_or_malformed_key_file_is_refused_with_a_remedy() {
        // BAD-26, FLT-37
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("master.keys");
        assert!(MasterKeys::read(&file).unwrap_err().public().contains("restore it"));
        MasterKeys::create(&file).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(MasterKeys::read(&file).unwrap_err().public().contains("chmod 400"));
        for (text, says) in [("", "at least one"), ("1 AAAA\n", "line 1"), ("# x\n\none two\n", "line 3")] {
            let file = folder.path().join(format!("{}.keys", text.len()));
            std::fs::write(&file, text).unwrap();
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o400)).unwrap();
            let e = MasterKeys::read(&file).unwrap_err();
            assert!(e.public().contains(says), "{text:?}: {}", e.public());
        }
    }

    #[test]
    fn the_newest_key_wraps_and_older_ones_still_unwrap() {
        let (one, two) = (Key::generate(1).unwrap(), Key::generate(2).unwrap());
        let before = MasterKeys::new(vec![one.clone()]).unwrap();
        let after = MasterKeys::new(vec![one, two]).unwrap();
        let key = Key::generate(9).unwrap();
        let wrapped = before.wrap(5, &key).unwrap();
        assert!(after.is_old(&wrapped).unwrap() && after.unwrap(5, 9, &wrapped).is_ok());
        let again = after.wrap(5, &key).unwrap();
        assert!(!after.is_old(&again).unwrap());
        assert!(before.unwrap(5, 9, &again).unwrap_err().public().contains("Master key 2"));
    }
}
