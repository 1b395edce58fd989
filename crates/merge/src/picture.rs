//! Pictures that come from a field.

/// A picture to be put into a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// The file: PNG, JPEG or GIF. Others are not put in; their description is written instead.
    pub bytes: Vec<u8>,
    /// What it shows, for people who do not see it.
    pub description: String,
}

/// What a picture's first bytes say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    /// The extension of its file and the end of its media type.
    pub(crate) extension: &'static str,
    pub(crate) media: &'static str,
    /// Pixels.
    pub(crate) width: u32,
    pub(crate) height: u32,
}

impl Shape {
    /// Reads kind and size; `None` for a file that is none of the three kinds or says no size.
    pub(crate) fn of(bytes: &[u8]) -> Option<Self> {
        let at = |place: usize| bytes.get(place).copied().map(u32::from);
        let (extension, media, width, height) = if bytes.starts_with(b"\x89PNG\r\n\x1A\n") {
            let wide = |place: usize| {
                Some(at(place)? << 24 | at(place + 1)? << 16 | at(place + 2)? << 8 | at(place + 3)?)
            };
            ("png", "image/png", wide(16)?, wide(20)?)
        } else if bytes.starts_with(b"GIF8") {
            let wide = |place: usize| Some(at(place + 1)? << 8 | at(place)?);
            ("gif", "image/gif", wide(6)?, wide(8)?)
        } else if bytes.starts_with(b"\xFF\xD8\xFF") {
            let (width, height) = jpeg_size(bytes)?;
            ("jpeg", "image/jpeg", width, height)
        } else {
            return None;
        };
        let sane = (1..=100_000).contains(&width) && (1..=100_000).contains(&height);
        sane.then_some(Self { extension, media, width, height })
    }

    /// Width and height in English Metric Units (914,400 an inch), 96 pixels an inch, at most `widest` wide.
    pub(crate) fn emu(self, widest: u64) -> (u64, u64) {
        let (width, height) = (u64::from(self.width) * 9525, u64::from(self.height) * 9525);
        if width <= widest { (width, height) } else { (widest, (height * widest / width).max(1)) }
    }
}

/// The size in the first frame header of a JPEG file.
fn jpeg_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2;
    loop {
        let [mark, kind, high, low] = *bytes.get(at..at + 4)?.first_chunk::<4>()?;
        if mark != 0xFF {
            return None;
        }
        if matches!(kind, 0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF) {
            let [h1, h0, w1, w0] = *bytes.get(at + 5..at + 9)?.first_chunk::<4>()?;
            return Some((u32::from(u16::from_be_bytes([w1, w0])), u32::from(u16::from_be_bytes([h1, h0]))));
        }
        at += 2 + usize::from(u16::from_be_bytes([high, low])).max(2);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_from_the_first_bytes() {
        let mut png = b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR".to_vec();
        png.extend([0, 0, 1, 0, 0, 0, 0, 32]);
        assert_eq!(Shape::of(&png).map(|s| (s.width, s.height)), Some((256, 32)));
        assert_eq!(Shape::of(b"GIF89a\x10\0\x08\0").map(|s| (s.width, s.height)), Some((16, 8)));
        let jpeg = [0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 1, 2, 0xFF, 0xC0, 0, 11, 8, 0, 5, 0, 9];
        assert_eq!(Shape::of(&jpeg).map(|s| (s.width, s.height)), Some((9, 5)));
        assert_eq!(Shape::of(b"<svg/>"), None);
        assert_eq!(Shape::of(&png).expect("a picture").emu(9525 * 128), (9525 * 128, 9525 * 16));
    }
}
