//! Deflate blocks with fixed codes, written bit by bit (RFC 1951 section 3.2.6).

/// The codes of literals and lengths, mirrored as they are written, with their widths.
static CODES: [(u16, u8); 288] = codes();

const fn mirror(code: u16, width: u8) -> u16 {
    code.reverse_bits() >> (16 - width)
}

const fn codes() -> [(u16, u8); 288] {
    let mut codes = [(0, 0); 288];
    let mut symbol = 0_u16;
    while symbol < 288 {
        let (code, width) = match symbol {
            0..=143 => (0x30 + symbol, 8),
            144..=255 => (0x190 + symbol - 144, 9),
            256..=279 => (symbol - 256, 7),
            _ => (0xC0 + symbol - 280, 8),
        };
        codes[symbol as usize] = (mirror(code, width), width);
        symbol += 1;
    }
    codes
}

/// A writer of bits and whether a block is open.
#[derive(Debug, Default)]
pub(super) struct Bits {
    held: u64,
    count: u32,
    open: bool,
}

const END_OF_BLOCK: usize = 256;

impl Bits {
    fn put(&mut self, value: u32, width: u32, out: &mut Vec<u8>) {
        self.held |= u64::from(value) << self.count;
        self.count += width;
        if self.count >= 32 {
            out.extend_from_slice(&(self.held as u32).to_le_bytes());
            self.held >>= 32;
            self.count -= 32;
        }
    }

    fn symbol(&mut self, symbol: usize, out: &mut Vec<u8>) {
        let (code, width) = CODES[symbol];
        self.put(u32::from(code), u32::from(width), out);
    }

    /// Opens a block, not the last one, if none is open.
    pub(super) fn begin(&mut self, out: &mut Vec<u8>) {
        if !self.open {
            self.put(0b010, 3, out);
            self.open = true;
        }
    }

    /// Ends the block and comes to a byte boundary by an empty stored block.
    pub(super) fn align(&mut self, out: &mut Vec<u8>) {
        if !self.open {
            return;
        }
        self.symbol(END_OF_BLOCK, out);
        self.put(0, 3, out);
        while self.count > 0 {
            out.push(self.held as u8);
            self.held >>= 8;
            self.count = self.count.saturating_sub(8);
        }
        self.held = 0;
        out.extend_from_slice(&[0, 0, 0xFF, 0xFF]);
        self.open = false;
    }

    /// Bytes as they are.
    pub(super) fn bytes(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        out.reserve(bytes.len() + 8);
        for &byte in bytes {
            self.symbol(usize::from(byte), out);
        }
    }

    /// The bytes that stand `distance` back, 1 to 32,768; `bytes` says what they are and how many.
    pub(super) fn again(&mut self, bytes: &[u8], distance: usize, out: &mut Vec<u8>) {
        let (code, extra, extra_width) = distance_code(distance as u32);
        let mut left = bytes.len();
        while left >= 3 {
            // What is left over must not be a length no reference can have.
            let take = match left {
                0..=258 => left,
                259 | 260 => 255,
                _ => 258,
            };
            self.length(take as u32, out);
            self.put(u32::from(mirror(code as u16, 5)), 5, out);
            self.put(extra, extra_width, out);
            left -= take;
        }
        self.bytes(&bytes[bytes.len() - left..], out);
    }

    /// The code of a length from 3 to 258.
    fn length(&mut self, length: u32, out: &mut Vec<u8>) {
        if length == 258 {
            return self.symbol(285, out);
        }
        let offset = length - 3;
        if offset < 8 {
            return self.symbol(257 + offset as usize, out);
        }
        let width = offset.ilog2() - 2;
        let symbol = 257 + 4 * width + (offset >> width);
        self.symbol(symbol as usize, out);
        self.put(offset & ((1 << width) - 1), width, out);
    }
}

/// The code of a distance, and its extra bits with their width.
fn distance_code(distance: u32) -> (u32, u32, u32) {
    let offset = distance - 1;
    if offset < 4 {
        return (offset, 0, 0);
    }
    let width = offset.ilog2() - 1;
    (2 * width + (offset >> width), offset & ((1 << width) - 1), width)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::deflate::inflate;

    #[test]
    fn every_length_at_many_distances_reads_back() {
        for distance in [3_usize, 4, 5, 7, 8, 9, 33, 257, 1000, 4097, 24_577, 32_768] {
            let mut want: Vec<u8> =
                (0..32_768_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
            let (mut bits, mut out) = (Bits::default(), Vec::new());
            bits.begin(&mut out);
            bits.bytes(&want, &mut out);
            for length in
                (3..=300).chain([515, 516, 517, 518, 519, 1000]).filter(|length| *length <= distance)
            {
                let start = want.len() - distance;
                let again = want[start..start + length].to_vec();
                bits.again(&again, distance, &mut out);
                want.extend(&again);
            }
            bits.align(&mut out);
            out.extend([3, 0]);
            assert_eq!(inflate(&out, want.len()).as_deref(), Some(want.as_slice()), "{distance}");
        }
    }
}
