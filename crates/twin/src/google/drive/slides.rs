//! A presentation of one slide, with the master, layout and theme without which programs refuse it (ECMA-376, part 1,
//! section 13).

use super::office::joined;
use super::packages::{HEAD, OFFICE, archive, relation, relations, types};

const DRAWING: &str = "http://schemas.openxmlformats.org/drawingml/2006/main";
const SLIDES: &str = "http://schemas.openxmlformats.org/presentationml/2006/main";
/// What every tree of shapes begins with.
const GROUP: &str = "<p:nvGrpSpPr><p:cNvPr id=\"1\" name=\"\"/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr>\
    <a:xfrm><a:off x=\"0\" y=\"0\"/><a:ext cx=\"0\" cy=\"0\"/><a:chOff x=\"0\" y=\"0\"/><a:chExt cx=\"0\" cy=\"0\"/></a:xfrm>\
    </p:grpSpPr>";

fn spaces() -> String {
    format!("xmlns:a=\"{DRAWING}\" xmlns:p=\"{SLIDES}\" xmlns:r=\"{OFFICE}\"")
}

/// A presentation with one slide, a paragraph for each line.
pub(super) fn pptx(text: &str) -> Option<Vec<u8>> {
    let spaces = spaces();
    let lines = match text {
        "" => "<a:p/>".to_owned(),
        text => joined(text.lines(), "<a:p><a:r><a:t>", "</a:t></a:r></a:p>"),
    };
    let slide = format!(
        "{HEAD}<p:sld {spaces}><p:cSld><p:spTree>{GROUP}<p:sp><p:nvSpPr><p:cNvPr id=\"2\" name=\"Text\"/>\
         <p:cNvSpPr txBox=\"1\"/><p:nvPr/></p:nvSpPr><p:spPr><a:xfrm><a:off x=\"457200\" y=\"457200\"/>\
         <a:ext cx=\"8229600\" cy=\"4229100\"/></a:xfrm><a:prstGeom prst=\"rect\"><a:avLst/></a:prstGeom></p:spPr>\
         <p:txBody><a:bodyPr wrap=\"square\"/><a:lstStyle/>{lines}</p:txBody></p:sp></p:spTree></p:cSld>\
         <p:clrMapOvr><a:masterClrMapping/></p:clrMapOvr></p:sld>"
    );
    let deck = format!(
        "{HEAD}<p:presentation {spaces}><p:sldMasterIdLst><p:sldMasterId id=\"2147483648\" r:id=\"rId1\"/>\
         </p:sldMasterIdLst><p:sldIdLst><p:sldId id=\"256\" r:id=\"rId2\"/></p:sldIdLst>\
         <p:sldSz cx=\"9144000\" cy=\"5143500\"/><p:notesSz cx=\"6858000\" cy=\"9144000\"/></p:presentation>"
    );
    let kind =
        |name: &str| format!("application/vnd.openxmlformats-officedocument.presentationml.{name}+xml");
    let (main, master, layout, one) =
        (kind("presentation.main"), kind("slideMaster"), kind("slideLayout"), kind("slide"));
    let kinds = [
        ("ppt/presentation.xml", main.as_str()),
        ("ppt/slideMasters/slideMaster1.xml", &master),
        ("ppt/slideLayouts/slideLayout1.xml", &layout),
        ("ppt/slides/slide1.xml", &one),
        ("ppt/theme/theme1.xml", "application/vnd.openxmlformats-officedocument.theme+xml"),
    ];
    let of_deck = [
        ("slideMaster", "slideMasters/slideMaster1.xml"),
        ("slide", "slides/slide1.xml"),
        ("theme", "theme/theme1.xml"),
    ];
    let of_master = [("slideLayout", "../slideLayouts/slideLayout1.xml"), ("theme", "../theme/theme1.xml")];
    archive(&[
        ("[Content_Types].xml", types(&kinds)),
        ("_rels/.rels", relation("officeDocument", "ppt/presentation.xml")),
        ("ppt/presentation.xml", deck),
        ("ppt/_rels/presentation.xml.rels", relations(&of_deck)),
        ("ppt/slideMasters/slideMaster1.xml", master_part(&spaces)),
        ("ppt/slideMasters/_rels/slideMaster1.xml.rels", relations(&of_master)),
        ("ppt/slideLayouts/slideLayout1.xml", layout_part(&spaces)),
        (
            "ppt/slideLayouts/_rels/slideLayout1.xml.rels",
            relation("slideMaster", "../slideMasters/slideMaster1.xml"),
        ),
        ("ppt/slides/slide1.xml", slide),
        ("ppt/slides/_rels/slide1.xml.rels", relation("slideLayout", "../slideLayouts/slideLayout1.xml")),
        ("ppt/theme/theme1.xml", theme()),
    ])
}

fn master_part(spaces: &str) -> String {
    format!(
        "{HEAD}<p:sldMaster {spaces}><p:cSld><p:bg><p:bgPr><a:solidFill><a:schemeClr val=\"bg1\"/></a:solidFill>\
         <a:effectLst/></p:bgPr></p:bg><p:spTree>{GROUP}</p:spTree></p:cSld><p:clrMap bg1=\"lt1\" tx1=\"dk1\" \
         bg2=\"lt2\" tx2=\"dk2\" accent1=\"accent1\" accent2=\"accent2\" accent3=\"accent3\" accent4=\"accent4\" \
         accent5=\"accent5\" accent6=\"accent6\" hlink=\"hlink\" folHlink=\"folHlink\"/><p:sldLayoutIdLst>\
         <p:sldLayoutId id=\"2147483649\" r:id=\"rId1\"/></p:sldLayoutIdLst><p:txStyles><p:titleStyle/>\
         <p:bodyStyle/><p:otherStyle/></p:txStyles></p:sldMaster>"
    )
}

fn layout_part(spaces: &str) -> String {
    format!(
        "{HEAD}<p:sldLayout {spaces} type=\"blank\"><p:cSld name=\"Blank\"><p:spTree>{GROUP}</p:spTree></p:cSld>\
         <p:clrMapOvr><a:masterClrMapping/></p:clrMapOvr></p:sldLayout>"
    )
}

fn theme() -> String {
    let color = |name: &str, value: &str| format!("<a:{name}><a:srgbClr val=\"{value}\"/></a:{name}>");
    let colors: String = [
        ("dk1", "000000"),
        ("lt1", "FFFFFF"),
        ("dk2", "333333"),
        ("lt2", "EEEEEE"),
        ("accent1", "3A4A8C"),
        ("accent2", "5B6066"),
        ("accent3", "8A2B12"),
        ("accent4", "4C7A34"),
        ("accent5", "8C6D3A"),
        ("accent6", "6A3A8C"),
        ("hlink", "3A4A8C"),
        ("folHlink", "6A3A8C"),
    ]
    .iter()
    .map(|(name, value)| color(name, value))
    .collect();
    let font = "<a:latin typeface=\"Arial\"/><a:ea typeface=\"\"/><a:cs typeface=\"\"/>";
    let three = |one: &str| one.repeat(3);
    let fill = three("<a:solidFill><a:schemeClr val=\"phClr\"/></a:solidFill>");
    let line = three("<a:ln w=\"9525\"><a:solidFill><a:schemeClr val=\"phClr\"/></a:solidFill></a:ln>");
    let effect = three("<a:effectStyle><a:effectLst/></a:effectStyle>");
    format!(
        "{HEAD}<a:theme xmlns:a=\"{DRAWING}\" name=\"Plain\"><a:themeElements><a:clrScheme name=\"Plain\">{colors}\
         </a:clrScheme><a:fontScheme name=\"Plain\"><a:majorFont>{font}</a:majorFont><a:minorFont>{font}</a:minorFont>\
         </a:fontScheme><a:fmtScheme name=\"Plain\"><a:fillStyleLst>{fill}</a:fillStyleLst><a:lnStyleLst>{line}\
         </a:lnStyleLst><a:effectStyleLst>{effect}</a:effectStyleLst><a:bgFillStyleLst>{fill}</a:bgFillStyleLst>\
         </a:fmtScheme></a:themeElements></a:theme>"
    )
}
