//! Ids, computed from an item's place in the arena and a seed: no index of them is kept.

use super::{Content, ItemKey, ListKey, Site};

impl Content {
    /// The id of an item: `01` and 32 letters and digits.
    pub fn id(&self, key: ItemKey) -> String {
        let mut bytes = [0; 20];
        bytes[..4].copy_from_slice(&(key ^ self.seed as u32).to_be_bytes());
        bytes[4..12].copy_from_slice(&mix(self.seed ^ u64::from(key)).to_be_bytes());
        bytes[12..].copy_from_slice(&mix(self.seed.rotate_left(17) ^ u64::from(key)).to_be_bytes());
        format!("01{}", base32(&bytes))
    }

    /// The item of an id; ids are compared with regard to case.
    pub fn find(&self, id: &str) -> Option<ItemKey> {
        let first = id.strip_prefix("01")?.get(..7)?;
        let number =
            first.bytes().try_fold(0_u64, |sum, letter| Some(sum << 5 | u64::from(digit(letter)?)))?;
        let key = (number >> 3) as u32 ^ self.seed as u32;
        ((key as usize) < self.items.len() && self.id(key) == id).then_some(key)
    }

    /// The GUID of an item, upper case as in tags.
    pub fn guid(&self, key: ItemKey) -> String {
        let pair = (mix(self.seed ^ (u64::from(key) << 20)), mix(!self.seed ^ u64::from(key)));
        uuid::Builder::from_u128(u128::from(pair.0) << 64 | u128::from(pair.1))
            .with_variant(uuid::Variant::RFC4122)
            .with_version(uuid::Version::Random)
            .into_uuid()
            .hyphenated()
            .to_string()
            .to_uppercase()
    }

    /// The item of a GUID. Its key is computed back from the second half, of which only two bits are lost to the
    /// variant.
    pub fn find_guid(&self, guid: &str) -> Option<ItemKey> {
        let half = uuid::Uuid::parse_str(guid).ok()?.as_u128() as u64;
        let keys = (0..4_u64).map(|bits| unmix(half & (u64::MAX >> 2) | bits << 62) ^ !self.seed);
        let here = |key: u64| ItemKey::try_from(key).ok().filter(|key| (*key as usize) < self.items.len());
        keys.filter_map(here).find(|key| self.guid(*key).eq_ignore_ascii_case(guid))
    }

    /// The id of a library as a drive: `b!` and letters.
    pub fn drive_id(&self, list: ListKey) -> String {
        use base64::Engine as _;
        let mut bytes = [0; 48];
        for (part, number) in bytes.chunks_mut(8).zip(0_u64..) {
            part.copy_from_slice(&mix(self.seed ^ u64::from(list) << 8 ^ number).to_be_bytes());
        }
        format!("b!{}", base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes))
    }

    /// The library of a drive's id.
    pub fn find_drive(&self, id: &str) -> Option<ListKey> {
        (0..self.lists.len() as ListKey)
            .find(|list| self.lists[*list as usize].is_library() && self.drive_id(*list) == id)
    }
}

impl Site {
    /// The composite id: host, site collection, web.
    pub fn id(&self) -> String {
        format!("{},{},{}", self.host, self.collection, self.web)
    }
}

/// The finaliser of `SplitMix64`.
fn mix(x: u64) -> u64 {
    let mut z = x.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// What [`mix`] made of a number, undone.
fn unmix(x: u64) -> u64 {
    let mut z = x ^ (x >> 31) ^ (x >> 62);
    z = z.wrapping_mul(0x3196_42B2_D24D_8EC3);
    z = z ^ (z >> 27) ^ (z >> 54);
    z = z.wrapping_mul(0x96DE_1B17_3F11_9089);
    z = z ^ (z >> 30) ^ (z >> 60);
    z.wrapping_sub(0x9E37_79B9_7F4A_7C15)
}

const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Base 32 (RFC 4648, section 6) of 20 bytes.
fn base32(bytes: &[u8; 20]) -> String {
    let mut out = String::with_capacity(32);
    for group in bytes.chunks(5) {
        let number = group.iter().fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
        for place in (0..8).rev() {
            out.push(char::from(LETTERS[(number >> (place * 5) & 31) as usize]));
        }
    }
    out
}

fn digit(letter: u8) -> Option<u8> {
    LETTERS.iter().position(|known| *known == letter).map(|at| at as u8)
}

#[cfg(test)]
mod tests {
    use super::super::*;

    #[test]
    fn an_id_leads_back_to_its_item_and_nothing_else_does() {
        let mut content = Content::new(&Random::seeded(3));
        content.items = vec![
            Item {
                list: 0,
                parent: None,
                name: "root".into(),
                kind: Kind::Folder,
                created: 0,
                modified: 0,
                created_by: 0,
                modified_by: 0,
                changes: 1,
                content_changes: 0,
                number: 0,
                place: Place::Here,
                more: None,
            };
            300
        ];
        for key in [0, 1, 31, 32, 299] {
            let id = content.id(key);
            assert_eq!(id.len(), 34);
            assert_eq!(content.find(&id), Some(key));
            assert_eq!(content.find(&id.to_lowercase()), None);
        }
        for key in [0, 7, 299] {
            assert_eq!(content.find_guid(&content.guid(key).to_lowercase()), Some(key));
        }
        assert_eq!(content.find_guid("00000000-0000-4000-8000-000000000000"), None);
        assert_eq!(content.find_guid("none"), None);
        for nonsense in ["", "01", "01AAAAAAA", "01ÄÄÄÄÄÄÄÄÄ", "root"] {
            assert_eq!(content.find(nonsense), None, "{nonsense}");
        }
        assert_ne!(content.guid(1), content.guid(2));
    }
}
