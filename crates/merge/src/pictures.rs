//! The pictures put into a document while it is filled: the files to add, and who refers to them.

use crate::Picture;
use crate::escape::{Place, escape_into};
use crate::picture::Shape;

/// The widest a picture is put in on its own: 16 cm.
const WIDEST: u64 = 16 * 360_000;

/// The pictures of one document being made.
#[derive(Debug, Default)]
pub(crate) struct Pictures {
    /// Each once: its file name in the media folder, its media type, its bytes.
    pub(crate) files: Vec<(String, Shape, Vec<u8>)>,
    /// Which part refers to which file.
    pub(crate) uses: Vec<(usize, usize)>,
    count: usize,
}

impl Pictures {
    /// Puts a picture where a place can hold one; false when only words can stand there.
    pub(crate) fn place(
        &mut self,
        part: usize,
        picture: &Picture,
        place: &Place,
        original: &str,
        out: &mut String,
    ) -> bool {
        let drawn = matches!(place, Place::Word(_) | Place::PictureId | Place::Odf(_));
        let Some(shape) = Shape::of(&picture.bytes).filter(|_| drawn) else {
            if place.is_picture() {
                out.push_str(original);
                return true;
            }
            return false;
        };
        let file = self.file(picture, shape);
        self.count += 1;
        match place {
            Place::PictureId => {
                self.note(part, file);
                id(file, out);
            }
            Place::Word(prefix) => {
                self.note(part, file);
                self.inline(file, shape, picture, prefix, out);
            }
            _ => self.frame(file, shape, picture, out),
        }
        true
    }

    fn note(&mut self, part: usize, file: usize) {
        if !self.uses.contains(&(part, file)) {
            self.uses.push((part, file));
        }
    }

    fn file(&mut self, picture: &Picture, shape: Shape) -> usize {
        if let Some(known) = self.files.iter().position(|(_, _, bytes)| *bytes == picture.bytes) {
            return known;
        }
        let name = format!("filled{}.{}", self.files.len() + 1, shape.extension);
        self.files.push((name, shape, picture.bytes.clone()));
        self.files.len() - 1
    }

    /// A drawing between two text elements of Word.
    fn inline(&self, file: usize, shape: Shape, picture: &Picture, w: &str, out: &mut String) {
        use std::fmt::Write as _;
        let (width, height) = shape.emu(WIDEST);
        let number = 9_000 + self.count;
        let mut described = String::new();
        escape_into(&picture.description, &mut described);
        // Writing to a string cannot fail.
        let _ = write!(
            out,
            "</{w}t><{w}drawing><wp:inline xmlns:wp=\"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing\" \
             distT=\"0\" distB=\"0\" distL=\"0\" distR=\"0\"><wp:extent cx=\"{width}\" cy=\"{height}\"/>\
             <wp:docPr id=\"{number}\" name=\"Picture {number}\" descr=\"{described}\"/>\
             <a:graphic xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\">\
             <a:graphicData uri=\"http://schemas.openxmlformats.org/drawingml/2006/picture\">\
             <pic:pic xmlns:pic=\"http://schemas.openxmlformats.org/drawingml/2006/picture\"><pic:nvPicPr>\
             <pic:cNvPr id=\"{number}\" name=\"Picture {number}\"/><pic:cNvPicPr/></pic:nvPicPr>\
             <pic:blipFill><a:blip xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\" r:embed=\""
        );
        id(file, out);
        let _ = write!(
            out,
            "\"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x=\"0\" y=\"0\"/>\
             <a:ext cx=\"{width}\" cy=\"{height}\"/></a:xfrm><a:prstGeom prst=\"rect\"><a:avLst/></a:prstGeom></pic:spPr>\
             </pic:pic></a:graphicData></a:graphic></wp:inline></{w}drawing><{w}t xml:space=\"preserve\">"
        );
    }

    /// A frame in an OpenDocument paragraph.
    fn frame(&self, file: usize, shape: Shape, picture: &Picture, out: &mut String) {
        use std::fmt::Write as _;
        let (width, height) = shape.emu(WIDEST);
        let number = self.count;
        let hundredths = |emu: u64| (emu / 36_000, emu / 360 % 100);
        let ((width, width_rest), (height, height_rest)) = (hundredths(width), hundredths(height));
        let name = self.files.get(file).map_or("", |(name, _, _)| name);
        let _ = write!(
            out,
            "<draw:frame xmlns:draw=\"urn:oasis:names:tc:opendocument:xmlns:drawing:1.0\" \
             xmlns:svg=\"urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0\" \
             xmlns:txt=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" \
             draw:name=\"Filled picture {number}\" txt:anchor-type=\"as-char\" svg:width=\"{width}.{width_rest:02}mm\" svg:height=\"{height}.{height_rest:02}mm\">\
             <draw:image xlink:href=\"Pictures/{name}\" xlink:type=\"simple\" xlink:show=\"embed\" xlink:actuate=\"onLoad\"/>\
             <svg:desc>"
        );
        escape_into(&picture.description, out);
        out.push_str("</svg:desc></draw:frame>");
    }
}

/// The relationship id of a file.
pub(crate) fn id(file: usize, out: &mut String) {
    out.push_str("rIdFilled");
    out.push_str(&(file + 1).to_string());
}
