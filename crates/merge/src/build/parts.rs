//! The parts of a document besides its text.

use super::{Edge, hex, xml_text};

pub(super) const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";

pub(super) const NAMESPACES: &str = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" \
     xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"";

pub(super) const PACKAGE_RELATIONS: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
    <Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
    <Relationship Id=\"rId1\" \
    Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" \
    Target=\"word/document.xml\"/>\
    <Relationship Id=\"rId2\" \
    Type=\"http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties\" \
    Target=\"docProps/core.xml\"/>\
    <Relationship Id=\"rId3\" \
    Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/extended-properties\" \
    Target=\"docProps/app.xml\"/></Relationships>";

pub(super) const FONT_TABLE: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
    <w:fonts xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\">\
    <w:font w:name=\"Calibri\"><w:altName w:val=\"Carlito\"/><w:panose1 w:val=\"020F0502020204030204\"/>\
    <w:charset w:val=\"00\"/><w:family w:val=\"swiss\"/><w:pitch w:val=\"variable\"/></w:font></w:fonts>";

pub(super) const APP: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
    <Properties xmlns=\"http://schemas.openxmlformats.org/officeDocument/2006/extended-properties\">\
    <Application>Chancery</Application></Properties>";

const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// The relationship id of the headers and footers, after the three fixed ones.
pub(super) fn edge_id(at: usize) -> String {
    format!("rId{}", at + 4)
}

pub(super) fn content_types(edges: &[Edge<'_>]) -> String {
    let mut out = format!(
        "{DECLARATION}<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
         <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
         <Default Extension=\"xml\" ContentType=\"application/xml\"/>"
    );
    let mut part = |name: &str, kind: &str| {
        add!(out, "<Override PartName=\"/{name}\" ContentType=\"application/vnd.{kind}+xml\"/>");
    };
    part("word/document.xml", "openxmlformats-officedocument.wordprocessingml.document.main");
    part("word/styles.xml", "openxmlformats-officedocument.wordprocessingml.styles");
    part("word/settings.xml", "openxmlformats-officedocument.wordprocessingml.settings");
    part("word/fontTable.xml", "openxmlformats-officedocument.wordprocessingml.fontTable");
    for edge in edges {
        part(edge.part, &format!("openxmlformats-officedocument.wordprocessingml.{}", edge.kind));
    }
    part("docProps/core.xml", "openxmlformats-package.core-properties");
    part("docProps/app.xml", "openxmlformats-officedocument.extended-properties");
    out.push_str("</Types>");
    out
}

pub(super) fn document_relations(edges: &[Edge<'_>]) -> String {
    let mut out = format!(
        "{DECLARATION}<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
         <Relationship Id=\"rId1\" Type=\"{OFFICE}/styles\" Target=\"styles.xml\"/>\
         <Relationship Id=\"rId2\" Type=\"{OFFICE}/settings\" Target=\"settings.xml\"/>\
         <Relationship Id=\"rId3\" Type=\"{OFFICE}/fontTable\" Target=\"fontTable.xml\"/>"
    );
    for (at, edge) in edges.iter().enumerate() {
        let target = edge.part.trim_start_matches("word/");
        let (id, kind) = (edge_id(at), edge.kind);
        add!(out, "<Relationship Id=\"{id}\" Type=\"{OFFICE}/{kind}\" Target=\"{target}\"/>");
    }
    out.push_str("</Relationships>");
    out
}

pub(super) fn core(title: &str, author: &str, language: &str) -> String {
    let (title, author, language) = (xml_text(title), xml_text(author), xml_text(language));
    format!(
        "{DECLARATION}<cp:coreProperties \
         xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><dc:title>{title}</dc:title><dc:creator>{author}</dc:creator>\
         <dc:language>{language}</dc:language></cp:coreProperties>"
    )
}

/// Compatibility mode 15 is Word's own of today; without it the document opens in a compatibility mode.
pub(super) fn settings(language: &str) -> String {
    let language = xml_text(language);
    format!(
        "{DECLARATION}<w:settings xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\">\
         <w:zoom w:percent=\"100\"/><w:defaultTabStop w:val=\"709\"/><w:characterSpacingControl w:val=\"doNotCompress\"/>\
         <w:compat><w:compatSetting w:name=\"compatibilityMode\" w:uri=\"http://schemas.microsoft.com/office/word\" \
         w:val=\"15\"/></w:compat><w:themeFontLang w:val=\"{language}\"/></w:settings>"
    )
}

/// The styles. Ten and a half points of Calibri with a little air; headings in the accent colour.
pub(super) fn styles(language: &str, accent: [u8; 3]) -> String {
    let (language, accent) = (xml_text(language), hex(accent));
    let mut out = format!(
        "{DECLARATION}<w:styles xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\">\
         <w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii=\"Calibri\" w:hAnsi=\"Calibri\" w:eastAsia=\"Calibri\" \
         w:cs=\"Calibri\"/><w:sz w:val=\"21\"/><w:szCs w:val=\"21\"/><w:lang w:val=\"{language}\" \
         w:eastAsia=\"en-US\" w:bidi=\"ar-SA\"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr>\
         <w:spacing w:after=\"120\" w:line=\"264\" w:lineRule=\"auto\"/></w:pPr></w:pPrDefault></w:docDefaults>\
         <w:style w:type=\"paragraph\" w:default=\"1\" w:styleId=\"Normal\"><w:name w:val=\"Normal\"/><w:qFormat/>\
         </w:style><w:style w:type=\"table\" w:default=\"1\" w:styleId=\"TableNormal\"><w:name w:val=\"Normal Table\"/>\
         <w:uiPriority w:val=\"99\"/><w:semiHidden/><w:unhideWhenUsed/><w:tblPr><w:tblInd w:w=\"0\" w:type=\"dxa\"/>\
         <w:tblCellMar><w:top w:w=\"0\" w:type=\"dxa\"/><w:left w:w=\"108\" w:type=\"dxa\"/><w:bottom w:w=\"0\" \
         w:type=\"dxa\"/><w:right w:w=\"108\" w:type=\"dxa\"/></w:tblCellMar></w:tblPr></w:style>"
    );
    let mut style = |id: &str, name: &str, paragraph: &str, run: &str| {
        let own = if matches!(id, "Small" | "TableText") { " w:customStyle=\"1\"" } else { "" };
        add!(
            out,
            "<w:style w:type=\"paragraph\"{own} w:styleId=\"{id}\"><w:name w:val=\"{name}\"/><w:basedOn w:val=\"Normal\"/>\
             <w:qFormat/><w:pPr>{paragraph}</w:pPr><w:rPr>{run}</w:rPr></w:style>"
        );
    };
    let heading = |before: u16, after: u16, level: u8| {
        format!(
            "<w:keepNext/><w:keepLines/><w:spacing w:before=\"{before}\" w:after=\"{after}\"/>\
             <w:outlineLvl w:val=\"{level}\"/>"
        )
    };
    let large = |size: u8| {
        format!(
            "<w:b/><w:bCs/><w:color w:val=\"{accent}\"/><w:sz w:val=\"{size}\"/><w:szCs w:val=\"{size}\"/>"
        )
    };
    style("Title", "Title", "<w:spacing w:before=\"120\" w:after=\"200\"/>", &large(40));
    style("Heading1", "heading 1", &heading(280, 80, 0), &large(28));
    style("Heading2", "heading 2", &heading(200, 60, 1), &large(23));
    let fine = "<w:spacing w:after=\"0\" w:line=\"240\" w:lineRule=\"auto\"/>";
    let grey = "<w:color w:val=\"59636E\"/><w:sz w:val=\"17\"/><w:szCs w:val=\"17\"/>";
    style("Small", "Small", fine, grey);
    let cell = "<w:spacing w:before=\"50\" w:after=\"50\" w:line=\"240\" w:lineRule=\"auto\"/>";
    style("TableText", "Table Text", cell, "<w:sz w:val=\"20\"/><w:szCs w:val=\"20\"/>");
    out.push_str("</w:styles>");
    out
}
