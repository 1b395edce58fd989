//! Files in one archive, and back: the reader trusts no archive.

use crate::package::deflate::Packed;
use crate::package::{Package, Writer};
use crate::{Limits, Refused};

/// Packs files into one zip archive, in their order. Equal files give equal bytes.
/// # Errors
/// [`crate::RefusedKind::OutputTooLarge`] beyond what the format can hold.
pub fn pack<'f>(files: impl IntoIterator<Item = (&'f str, &'f [u8])>) -> Result<Vec<u8>, Refused> {
    let mut writer = Writer::default();
    for (name, content) in files {
        writer.add(name, &Packed::stored_well(content))?;
    }
    writer.finish()
}

/// The files of a zip archive, in their order.
///
/// Nothing is expanded before every claim of the directory has been checked against `limits`: names that leave their
/// folder or clash, entries that overlap, sizes and ratios.
/// # Errors
/// What is wrong with the archive, in words that can be shown to whoever brought it.
pub fn unpack(bytes: Vec<u8>, limits: &Limits) -> Result<Vec<(String, Vec<u8>)>, Refused> {
    let package = Package::open(bytes, limits)?;
    let files = package.entries.iter().filter(|entry| !entry.name.ends_with('/'));
    files.map(|entry| Ok((entry.name.clone(), package.read(entry)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_is_unpacked_and_a_torn_archive_is_refused() {
        let files = [("a.json", b"{}".as_slice()), ("files/ø.txt", b"hei")];
        let packed = pack(files).unwrap();
        let back = unpack(packed.clone(), &Limits::default()).unwrap();
        let wanted: Vec<_> =
            files.iter().map(|(name, content)| ((*name).to_owned(), content.to_vec())).collect();
        assert_eq!(back, wanted);
        for cut in [1, packed.len() / 2, packed.len() - 1] {
            assert!(unpack(packed[..cut].to_vec(), &Limits::default()).is_err(), "{cut}");
        }
    }

    #[test]
    fn paths_that_leave_bombs_and_crowds_are_refused() {
        for name in ["../up.txt", "/etc/passwd", "a/../../b", "C:\\x"] {
            let packed = pack([(name, b"x".as_slice())]).unwrap();
            assert!(unpack(packed, &Limits::default()).is_err(), "{name}");
        }
        let bomb = pack([("bomb", vec![0_u8; 8 << 20].as_slice())]).unwrap();
        assert!(unpack(bomb, &Limits::default()).is_err());
        let names: Vec<String> = (0..50).map(|n| format!("{n}.txt")).collect();
        let crowd = pack(names.iter().map(|name| (name.as_str(), b"x".as_slice()))).unwrap();
        assert!(unpack(crowd, &Limits { entries: 40, ..Limits::default() }).is_err());
    }
}
