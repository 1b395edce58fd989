//! Excel workbooks: strings that cells share, sheets, and what refers into them.

use std::collections::HashMap;

use super::links::{self, Cuts};
use super::sheet::{self, Looks, Strings};
use super::{Document, OfficeTemplate, Role, data, finish, story};
use crate::codes::Codes;
use crate::encoding::Decoded;
use crate::escape::Place;
use crate::finding::{Finding, FindingKind, Severity};
use crate::package::opc::{self, CONTENT_TYPES, resolve};
use crate::program::{Edit, What};
use crate::xml::{Ns, Scanner, Token, unescape};
use crate::{Limits, Refused};

/// Whether a role is compiled here and not with the other parts.
pub(super) fn handles(role: Role) -> bool {
    matches!(role, Role::Workbook | Role::Sheet | Role::SheetTable | Role::SheetComments | Role::Drawing)
}

/// Compiles the parts of a workbook that depend on each other.
pub(super) fn compile(
    template: &mut OfficeTemplate,
    cuts: &HashMap<String, Cuts>,
    codes: &mut Codes,
    limits: &Limits,
) -> Result<(), Refused> {
    let sheets = sheets(&template.document, limits)?;
    let strings = strings(&template.document, limits)?;
    let looks = looks(&template.document, limits)?;
    let mut read = Vec::new();
    for (name, at) in &sheets {
        let Some(entry) = template.document.package.entries.get(*at) else { continue };
        let before = codes.findings.len();
        let decoded = template.document.decode(entry)?;
        let part = sheet::read(decoded, &strings, &looks, codes, limits);
        if let Some(block) = codes.take_whole() {
            if part.as_ref().is_ok_and(|part| stays_on_the_first(&part.decoded.text)) {
                let sentence = "Drawings, charts, comments and tables of a repeated sheet stay on the first one only. Move \
                    them to another sheet, or leave them out.";
                codes.note(Finding::new(Severity::Warning, FindingKind::StaysOnFirst, "", sentence));
            }
            template.repeated.push(super::repeat::Repeated::sheet(*at, block, name, codes)?);
        }
        codes.locate(before, &format!("{} ({name})", entry.name));
        let mut part = part.map_err(|refused| refused.at(&entry.name))?;
        part.edits.append(&mut links::edits(
            &part.decoded.text,
            cuts.get(&entry.name.to_ascii_lowercase()),
            limits,
        )?);
        read.push((*at, part));
    }
    let moves = read.iter().any(|(_, part)| part.moves);
    let owners = owners(&template.document, &sheets, limits)?;
    let mut parts: Vec<(usize, Decoded, Vec<Edit>)> = Vec::new();
    for (at, entry) in template.document.package.entries.iter().enumerate() {
        let role = template.document.roles.get(at).copied().unwrap_or(Role::Bytes);
        if !handles(role) || role == Role::Sheet && read.iter().any(|(sheet, _)| *sheet == at) {
            continue;
        }
        let decoded = template.document.decode(entry)?;
        let owner = owners.get(&entry.name.to_ascii_lowercase()).copied();
        let before = codes.findings.len();
        let edits = other_part(&decoded.text, role, owner, moves, &sheets, codes, limits);
        codes.locate(before, &entry.name);
        let mut edits = edits.map_err(|refused| refused.at(&entry.name))?;
        edits.append(&mut links::edits(&decoded.text, cuts.get(&entry.name.to_ascii_lowercase()), limits)?);
        parts.push((at, decoded, edits));
    }
    let filled = moves || read.iter().any(|(_, part)| !part.edits.is_empty());
    for (at, part) in read {
        let mut edits = part.edits;
        if moves {
            let sheet = sheets.iter().position(|(_, sheet)| *sheet == at).unwrap_or_default();
            edits.extend(sheet::moving(&part.decoded.text, sheet as u16, part.moves, limits)?);
        }
        if filled {
            edits.extend(sheet::forgetting(&part.decoded.text, limits)?);
        }
        template.set(at, finish(&part.decoded, edits));
    }
    for (at, decoded, mut edits) in parts {
        if filled && template.document.roles.get(at) == Some(&Role::Workbook) {
            edits.extend(recalculating(&decoded.text, limits)?);
        }
        template.set(at, finish(&decoded, edits));
    }
    template.sheets = sheets;
    if filled {
        template.drop_calculation_chain(limits)?;
    }
    Ok(())
}

impl OfficeTemplate {
    fn set(&mut self, at: usize, program: Option<crate::program::Program>) {
        if let Some(slot) = self.programs.get_mut(at) {
            *slot = program;
        }
    }

    /// The order of calculation names cells that may be gone; the program makes a new one.
    fn drop_calculation_chain(&mut self, limits: &Limits) -> Result<(), Refused> {
        let entries = &self.document.package.entries;
        let Some(chain) =
            entries.iter().position(|e| e.name.to_ascii_lowercase().ends_with("/calcchain.xml"))
        else {
            return Ok(());
        };
        self.dropped.push(chain);
        let mut programs = Vec::new();
        for (at, entry) in entries.iter().enumerate() {
            let types = entry.name.eq_ignore_ascii_case(CONTENT_TYPES);
            if !types && !entry.name.to_ascii_lowercase().ends_with("workbook.xml.rels") {
                continue;
            }
            let decoded = self.document.decode(entry)?;
            let mut edits = Vec::new();
            let mut scanner = Scanner::new(&decoded.text, limits)?;
            while let Some((range, token)) = scanner.next()? {
                let Token::Open(open) = token else { continue };
                let names = |attr: &str| {
                    scanner
                        .attr(attr)
                        .is_some_and(|value| value.to_ascii_lowercase().ends_with("calcchain.xml"))
                };
                if open.empty && (names("PartName") || names("Target")) {
                    edits.push(Edit::drop(range));
                }
            }
            if !edits.is_empty() && self.programs.get(at).is_some_and(Option::is_none) {
                programs.push((at, finish(&decoded, edits)));
            }
        }
        for (at, program) in programs {
            self.set(at, program);
        }
        Ok(())
    }
}

/// Whether a sheet refers to what its copies do not get.
fn stays_on_the_first(text: &str) -> bool {
    ["<drawing", "<legacyDrawing", "<tableParts", ":drawing", ":legacyDrawing", ":tableParts"]
        .iter()
        .any(|word| text.contains(word))
}

/// The sheets in the order of their tabs: name as written, and entry.
fn sheets(document: &Document, limits: &Limits) -> Result<Vec<(String, usize)>, Refused> {
    let package = &document.package;
    let Some((_, workbook)) = document.parts(&[Role::Workbook]).into_iter().next() else {
        return Ok(Vec::new());
    };
    let (folder, file) = workbook.name.rsplit_once('/').unwrap_or(("", &workbook.name));
    let rels = format!("{folder}/_rels/{file}.rels");
    let mut targets = HashMap::new();
    if let Some(entry) = package.find(rels.trim_start_matches('/')).and_then(|at| package.entries.get(at)) {
        for relation in opc::relations(&document.decode(entry)?.text, limits)? {
            targets.insert(relation.id, resolve(&workbook.name, &relation.target));
        }
    }
    let decoded = document.decode(workbook)?;
    let mut scanner = Scanner::new(&decoded.text, limits)?;
    let mut found = Vec::new();
    while let Some((_, token)) = scanner.next()? {
        let Token::Open(open) = token else { continue };
        if (open.ns, open.local) != (Ns::Sheet, "sheet") {
            continue;
        }
        let name = scanner.attr("name").unwrap_or_default().to_owned();
        let id = scanner.attrs().iter().find(|attr| scanner.attr_ns(attr) == Ns::Relation);
        let target = id.and_then(|id| targets.get(unescape(id.raw).as_ref()));
        if let Some(at) = target.and_then(|target| package.find(target)) {
            found.push((name, at));
        }
    }
    Ok(found)
}

/// Which sheet a table, a drawing or a list of comments belongs to, by the name of its part.
fn owners(
    document: &Document,
    sheets: &[(String, usize)],
    limits: &Limits,
) -> Result<HashMap<String, u16>, Refused> {
    let package = &document.package;
    let mut owners = HashMap::new();
    for entry in &package.entries {
        let Some(source) = opc::source_of(&entry.name) else { continue };
        let sheet = sheets.iter().position(|(_, at)| {
            package.entries.get(*at).is_some_and(|entry| entry.name.eq_ignore_ascii_case(&source))
        });
        let Some(sheet) = sheet else { continue };
        for relation in opc::relations(&document.decode(entry)?.text, limits)? {
            if !relation.external {
                owners.insert(resolve(&source, &relation.target).to_ascii_lowercase(), sheet as u16);
            }
        }
    }
    Ok(owners)
}

/// The strings cells share, as their inner XML: only those that hold a bracket.
fn strings(document: &Document, limits: &Limits) -> Result<Strings, Refused> {
    let mut strings = Strings::new();
    let Some((_, entry)) = document.parts(&[Role::Strings]).into_iter().next() else { return Ok(strings) };
    let decoded = document.decode(entry)?;
    let read = || -> Result<Strings, Refused> {
        let mut scanner = Scanner::new(&decoded.text, limits)?;
        let (mut number, mut start) = (0_usize, 0);
        while let Some((range, token)) = scanner.next()? {
            match token {
                Token::Open(open) if (open.ns, open.local) == (Ns::Sheet, "si") => {
                    start = range.end;
                    number += usize::from(open.empty);
                }
                Token::Close { ns: Ns::Sheet, local: "si" } => {
                    let inner = decoded.text.get(start..range.start).unwrap_or_default();
                    if inner.contains(['{', '&']) {
                        strings.insert(number, inner.to_owned());
                    }
                    number += 1;
                }
                _ => {}
            }
        }
        Ok(std::mem::take(&mut strings))
    };
    let mut read = read;
    read().map_err(|refused| refused.at(&entry.name))
}

/// Which looks of cells are those of dates.
fn looks(document: &Document, limits: &Limits) -> Result<Looks, Refused> {
    let package = &document.package;
    let entry =
        package.entries.iter().find(|entry| entry.name.to_ascii_lowercase().ends_with("xl/styles.xml"));
    let Some(entry) = entry else { return Ok(Looks::default()) };
    let decoded = document.decode(entry)?;
    let mut scanner = Scanner::new(&decoded.text, limits)?;
    let mut own: HashMap<u32, bool> = HashMap::new();
    let mut dates = Vec::new();
    let mut in_cells = false;
    while let Some((_, token)) = scanner.next()? {
        match token {
            Token::Open(open) if open.ns == Ns::Sheet => match open.local {
                "numFmt" => {
                    let id = scanner.attr("numFmtId").and_then(|id| id.parse().ok());
                    let code = unescape(scanner.attr("formatCode").unwrap_or_default());
                    if let Some(id) = id {
                        own.insert(id, sheet::shows_dates(&code));
                    }
                }
                "cellXfs" => in_cells = true,
                "xf" if in_cells => {
                    let id: u32 = scanner.attr("numFmtId").and_then(|id| id.parse().ok()).unwrap_or(0);
                    let built_in = matches!(id, 14..=22 | 27..=36 | 45..=47 | 50..=58);
                    dates.push(own.get(&id).copied().unwrap_or(built_in));
                }
                _ => {}
            },
            Token::Close { ns: Ns::Sheet, local: "cellXfs" } => in_cells = false,
            _ => {}
        }
    }
    Ok(Looks(dates))
}

/// The edits of a part that is neither a sheet nor the strings.
fn other_part(
    text: &str,
    role: Role,
    owner: Option<u16>,
    moves: bool,
    sheets: &[(String, usize)],
    codes: &mut Codes,
    limits: &Limits,
) -> Result<Vec<Edit>, Refused> {
    let mut edits = match role {
        Role::Drawing => story::story(text, story::Dialect::Drawing, codes, limits)?,
        Role::SheetComments => story::story(text, story::Dialect::Sheet, codes, limits)?,
        _ => Vec::new(),
    };
    let mut scanner = Scanner::new(text, limits)?;
    let mut inside: Option<What> = None;
    while let Some((range, token)) = scanner.next()? {
        match token {
            Token::Open(open) => {
                if role == Role::Workbook
                    && open.local == "sheet"
                    && let Some(at) = scanner.value_range("name")
                {
                    let raw = text.get(at.clone()).unwrap_or_default();
                    data::attribute(raw, at.start, &Place::SheetName, codes, &mut edits)?;
                }
                if !moves {
                    continue;
                }
                inside = match (role, open.local) {
                    (Role::Workbook, "definedName") | (Role::Drawing, "f") => {
                        Some(What::Reference { sheet: u16::MAX })
                    }
                    (Role::Drawing, "row") if owner.is_some() => Some(What::Anchor),
                    _ => None,
                };
                let Some(sheet) = owner.filter(|_| matches!(role, Role::SheetTable | Role::SheetComments))
                else {
                    continue;
                };
                if matches!(open.local, "table" | "autoFilter" | "comment")
                    && let Some(at) = scanner.value_range("ref")
                {
                    edits.push(Edit::new(at, What::Reference { sheet }));
                }
            }
            Token::Close { .. } => inside = None,
            Token::Text(_) => {
                if let Some(what) = inside.take() {
                    edits.push(Edit::new(range, what));
                }
            }
            _ => {}
        }
    }
    if let (Some(sheet), true, Role::Drawing | Role::SheetTable | Role::SheetComments) = (owner, moves, role)
    {
        edits.push(Edit::new(0..0, What::SheetStart(sheet)));
    }
    let _ = sheets;
    Ok(edits)
}

/// Makes the program calculate everything when it opens the workbook.
fn recalculating(text: &str, limits: &Limits) -> Result<Vec<Edit>, Refused> {
    let mut scanner = Scanner::new(text, limits)?;
    let mut after = None;
    while let Some((range, token)) = scanner.next()? {
        match token {
            Token::Open(open) if (open.ns, open.local) == (Ns::Sheet, "calcPr") => {
                return Ok(if let Some(at) = scanner.value_range("fullCalcOnLoad") {
                    vec![Edit::put(at, "1")]
                } else {
                    let at = range.end - if open.empty { 2 } else { 1 };
                    vec![Edit::put(at..at, " fullCalcOnLoad=\"1\"")]
                });
            }
            Token::Close {
                ns: Ns::Sheet,
                local: "sheets" | "functionGroups" | "externalReferences" | "definedNames",
            } => {
                after = Some(range.end);
            }
            _ => {}
        }
    }
    let prefix =
        text.find("sheets>").and_then(|at| text.get(..at)).and_then(|head| head.rsplit(['<', '/']).next());
    Ok(after
        .map(|at| Edit::put(at..at, format!("<{}calcPr fullCalcOnLoad=\"1\"/>", prefix.unwrap_or_default())))
        .into_iter()
        .collect())
}
