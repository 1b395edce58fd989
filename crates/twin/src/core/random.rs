//! Chance from a seed, so that a run can be repeated.

use std::sync::Mutex;

/// A source of numbers that repeats itself for the same seed (`SplitMix64`). Not for secrets: whatever it makes
/// protects nothing but a simulation.
#[derive(Debug)]
pub struct Random {
    state: Mutex<u64>,
}

impl Random {
    /// A source that begins at a seed.
    pub fn seeded(seed: u64) -> Self {
        Self { state: Mutex::new(seed) }
    }

    /// Where it stands; a source seeded with it goes on from here.
    pub fn position(&self) -> u64 {
        *crate::lock(&self.state)
    }

    /// Goes on from a position.
    pub fn resume(&self, position: u64) {
        *crate::lock(&self.state) = position;
    }

    /// 64 bits.
    pub fn bits(&self) -> u64 {
        let mut state = crate::lock(&self.state);
        *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = *state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`; 0 when `end` is 0.
    pub fn below(&self, end: u64) -> u64 {
        if end == 0 { 0 } else { self.bits() % end }
    }

    /// True with a probability from 0.0 to 1.0.
    pub fn chance(&self, probability: f64) -> bool {
        #[expect(clippy::cast_precision_loss, reason = "53 bits are kept, which a f64 holds exactly")]
        let drawn = (self.bits() >> 11) as f64 / (1_u64 << 53) as f64;
        drawn < probability
    }

    /// A word of `length` characters of an alphabet.
    pub fn word(&self, length: usize, alphabet: &str) -> String {
        let letters = alphabet.as_bytes();
        (0..length).map(|_| char::from(letters[self.below(letters.len() as u64) as usize])).collect()
    }

    /// A word of URL-safe base64 characters, the look of most tokens.
    pub fn token(&self, length: usize) -> String {
        self.word(length, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    }

    /// A random (version 4) UUID.
    pub fn uuid(&self) -> uuid::Uuid {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&self.bits().to_le_bytes());
        bytes[8..].copy_from_slice(&self.bits().to_le_bytes());
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_words() {
        let (one, two) = (Random::seeded(7), Random::seeded(7));
        assert_eq!(one.token(40), two.token(40));
        assert_eq!(one.uuid(), two.uuid());
        assert_ne!(one.uuid(), one.uuid());
    }

    #[test]
    fn a_source_goes_on_from_a_position() {
        let one = Random::seeded(7);
        one.bits();
        let two = Random::seeded(one.position());
        assert_eq!(one.bits(), two.bits());
    }
}
