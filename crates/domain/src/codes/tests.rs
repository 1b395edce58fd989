use super::*;
use crate::records::Address;
use crate::{AssociateId, CompanyId, ContactId, ProjectId, SaleId};
use std::str::FromStr;

/// Section f.8, as far as the entities of this table go, in its own order.
const CONTRACT: &str = "
    doid apid head desc file oref yref snum sdat date dat1 time ltim attn salu dops dope dsug
    lang lanc lanx ser# ver# vern pltf diid dday
    name numb code orgn cuid busi cate cont dept addr padr pad2 pad3 sadr city zipc zici stat cnty
    cntr cnt? ccid cicn mail cpho phon faxn cwww
    attn atfn atmn atln attl atti atpo atmr asal amai atem apho atpc atph atfa
    apad apa2 apa3 acit azip actr atid anum adep abdt awww
    auth atit auem aupc audp aupo alid auid aumr audf auac
    onam owid oorg odep opad opa2 opa3 osad ocit ozip ocnr oema opho ofax owww
    pnam pnum prid ptyp psta plea pend pmil pinf pwww pgui
    sati sanu said saam sacu saty sast satu sapr sare saso saco saau sacr sada sadu saea saep salc saca
    baid binl binf bloc bcon bper bown bema bsda bsti beda beti btim bsta btyp
    quid qnum qver qkey qord qpon qexp qcom qdev qpev
    qda1 qda2 qda3 qda4 qda5 qda6 qda7 qda8 qda9 qia1 qia2 qia3 qia4 qia5 qia6 qia7 qia8 qia9";

fn text(text: &str) -> FieldValue {
    text.into()
}

fn decimal(number: &str) -> FieldValue {
    FieldValue::Decimal(Decimal::from_str(number).unwrap())
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn address(line: &str, zip: &str, city: &str) -> Address {
    Address {
        lines: [line.into(), String::new(), String::new()],
        zip: zip.into(),
        city: city.into(),
        ..Address::default()
    }
}

fn company() -> Company {
    Company {
        id: CompanyId(12),
        name: "Kafé <Sol> & Sønner".into(),
        department: "Innkjøp".into(),
        number: "10012".into(),
        code: "SOL".into(),
        org_number: "912 345 678".into(),
        business: "Café".into(),
        category: "Customer".into(),
        postal: Address {
            lines: ["Postboks 12".into(), "Sentrum".into(), "Etg. 2".into()],
            state: "S".into(),
            county: "Skåne".into(),
            ..address("", "211 20", "Malmö")
        },
        street: address("Storgatan 7", "211 34", "Malmö"),
        country: "SE".into(),
        phone: "+46 40 1".into(),
        fax: "+46 40 2".into(),
        email: "post@sol.example".into(),
        web: "https://sol.example".into(),
        ..Company::default()
    }
}

fn contact() -> Contact {
    Contact {
        id: ContactId(31),
        first_name: "Åsa".into(),
        middle_name: "Maria".into(),
        last_name: "Öberg".into(),
        salutation: "Ms".into(),
        academic_title: "Dr".into(),
        title: "Head of purchasing".into(),
        position: "Buyer".into(),
        department: "Purchasing".into(),
        number: "C-31".into(),
        email: "asa@sol.example".into(),
        phone: "+46 1".into(),
        mobile: "+46 70 3".into(),
        home_phone: "+46 40 4".into(),
        fax: "+46 40 5".into(),
        web: "https://asa.example".into(),
        address: Address {
            lines: ["Hemvägen 3".into(), "Lgh 1102".into(), "c/o Ek".into()],
            ..address("", "222 22", "Lund")
        },
        country: "SE".into(),
        born: Some(day("1984-05-03")),
        ..Contact::default()
    }
}

fn sender() -> Associate {
    Associate {
        id: AssociateId(2),
        login: "solveig".into(),
        first_name: "Solveig".into(),
        last_name: "Aas".into(),
        salutation: "Ms".into(),
        academic_title: "MSc".into(),
        title: "Sales manager".into(),
        position: "Sales".into(),
        email: "solveig@nordlys.example".into(),
        phone: "+47 55 1".into(),
        mobile: "+47 900".into(),
        fax: "+47 55 9".into(),
        ..Associate::default()
    }
}

fn own_company() -> Company {
    Company {
        id: CompanyId(1),
        name: "Nordlys Trading AS".into(),
        department: "Salg".into(),
        org_number: "999 111 222".into(),
        postal: Address {
            lines: ["Postboks 118".into(), "Sentrum".into(), "Bergen havn".into()],
            ..address("", "5803", "Bergen")
        },
        street: address("Skuteviksboder 14", "5035", "Bergen"),
        country: "NO".into(),
        phone: "+47 55 00".into(),
        fax: "+47 55 01".into(),
        email: "post@nordlys.example".into(),
        web: "https://nordlys.example".into(),
        ..Company::default()
    }
}

fn project() -> Project {
    Project {
        id: ProjectId(4),
        name: "Refit".into(),
        number: "P-4".into(),
        kind: "Delivery".into(),
        status: "In progress".into(),
        ends: Some(day("2026-11-30")),
        next_milestone: Some(day("2026-09-01")),
        description: "Five cafés".into(),
        web: "https://refit.example".into(),
        ..Project::default()
    }
}

fn sale() -> Sale {
    Sale {
        id: SaleId(42),
        title: "Espresso machines".into(),
        number: "S-42".into(),
        amount: Decimal::from_str("125000.00").unwrap(),
        cost: Decimal::from_str("80000.00").unwrap(),
        currency: "NOK".into(),
        kind: "Equipment".into(),
        stage: "Proposal".into(),
        status: "Open".into(),
        probability: 60,
        reason: "Price".into(),
        source: "Fair".into(),
        competitor: "Bønne & Brygg".into(),
        credited_to: "Jonas Berg".into(),
        date: Some(day("2026-10-15")),
        next_due: Some(day("2026-10-01")),
        ..Sale::default()
    }
}

/// Answers every question with the full set of records of this file.
fn ask(code: &str) -> Option<FieldValue> {
    let (company, contact, sender, own, project, sale) =
        (company(), contact(), sender(), own_company(), project(), sale());
    let subjects = Subjects {
        document: DocumentFacts {
            id: Some(4711),
            heading: "Offer",
            description: "First\nsecond",
            file_name: "Offer.docx",
            our_ref: "OF-1042",
            your_ref: "PO 7",
            snum: Some(1042),
            date: Some(day("2026-12-24")),
            time: Some(jiff::civil::time(14, 5, 9, 0)),
            attention: "",
            salutation: "",
        },
        system: SystemFacts {
            language: "nb-NO",
            serial: "1000200300",
            version: "0.1.0",
            server_name: "crm-1",
            platform: "linux",
        },
        company: Some(&company),
        contact: Some(&contact),
        sender: Some(&sender),
        own_company: Some(&own),
        project: Some(&project),
        sale: Some(&sale),
        names: Names { our_contact: "Ida Moe", project_leader: "Jonas Berg", sale_owner: "Solveig Aas" },
        custom: None,
    };
    value(code, &subjects)
}

#[test]
fn every_code_answers_by_the_table() {
    let christmas = day("2026-12-24");
    let after_two = jiff::civil::time(14, 5, 9, 0);
    let typed = [
        ("doid", FieldValue::Whole(4711)),
        ("snum", FieldValue::Whole(1042)),
        ("sdat", FieldValue::Date(christmas, DateForm::Short)),
        ("date", FieldValue::Date(christmas, DateForm::Long)),
        ("dat1", FieldValue::Date(christmas, DateForm::SemiLong)),
        ("time", FieldValue::Time(after_two, TimeForm::Short)),
        ("ltim", FieldValue::Time(after_two, TimeForm::Long)),
        ("dsug", FieldValue::Whole(0)),
        ("cuid", FieldValue::Whole(12)),
        ("atid", FieldValue::Whole(31)),
        ("abdt", FieldValue::Date(day("1984-05-03"), DateForm::Short)),
        ("owid", FieldValue::Whole(1)),
        ("prid", FieldValue::Whole(4)),
        ("pend", FieldValue::Date(day("2026-11-30"), DateForm::Short)),
        ("pmil", FieldValue::Date(day("2026-09-01"), DateForm::Short)),
        ("said", FieldValue::Whole(42)),
        ("saam", decimal("125000.00")),
        ("sapr", FieldValue::Whole(60)),
        ("sada", FieldValue::Date(day("2026-10-15"), DateForm::Short)),
        ("sadu", FieldValue::Date(day("2026-10-01"), DateForm::Short)),
        ("saea", decimal("45000.00")),
        ("saep", decimal("36")),
        ("salc", decimal("80000.00")),
    ];
    let texts = TEXTS.iter().map(|(code, expected)| (*code, text(expected)));
    let mut answered: Vec<&str> = Vec::new();
    for (code, expected) in typed.into_iter().chain(texts) {
        assert_eq!(ask(code), Some(expected), "{code}");
        answered.push(code);
    }
    for info in all() {
        let expected_silent = !answered.contains(&info.code);
        assert_eq!(expected_silent, info.note.is_some(), "{} is in no table of this test", info.code);
        assert_eq!(expected_silent, ask(info.code).unwrap().is_blank(), "{}", info.code);
    }
}

#[rustfmt::skip] // a table
const TEXTS: &[(&str, &str)] = &[
    ("head", "Offer"), ("desc", "First\nsecond"), ("file", "Offer.docx"), ("oref", "OF-1042"), ("yref", "PO 7"),
    ("attn", "Åsa Maria Öberg"), ("salu", "Ms Öberg"),
    ("lang", "Norwegian"), ("lanc", "nb-NO"), ("lanx", "NO"),
    ("ser#", "1000200300"), ("ver#", "0.1.0"), ("vern", "crm-1"), ("pltf", "linux"),
    ("name", "Kafé <Sol> & Sønner"), ("numb", "10012"), ("code", "SOL"), ("orgn", "912 345 678"), ("busi", "Café"),
    ("cate", "Customer"), ("cont", "Ida Moe"), ("dept", "Innkjøp"), ("addr", "Postboks 12"), ("padr", "Postboks 12"),
    ("pad2", "Sentrum"), ("pad3", "Etg. 2"), ("sadr", "Storgatan 7"), ("city", "Malmö"), ("zipc", "211 20"),
    ("zici", "211 20 Malmö"), ("stat", "S"), ("cnty", "Skåne"), ("cntr", "Sverige"), ("cnt?", "Sverige"),
    ("ccid", "SE"), ("cicn", "Sweden"), ("mail", "post@sol.example"), ("cpho", "+46 40 1"), ("phon", "+46 1"),
    ("faxn", "+46 40 5"), ("cwww", "https://sol.example"),
    ("atfn", "Åsa"), ("atmn", "Maria"), ("atln", "Öberg"), ("atti", "Head of purchasing"), ("atpo", "Buyer"),
    ("atmr", "Ms"), ("asal", "Dr"), ("amai", "asa@sol.example"), ("atem", "asa@sol.example"), ("apho", "+46 1"), ("atpc", "+46 70 3"), ("atph", "+46 40 4"),
    ("atfa", "+46 40 5"), ("apad", "Hemvägen 3"), ("apa2", "Lgh 1102"), ("apa3", "c/o Ek"), ("acit", "Lund"),
    ("azip", "222 22"), ("actr", "Sverige"), ("anum", "C-31"), ("adep", "Purchasing"), ("awww", "https://asa.example"),
    ("auth", "Solveig Aas"), ("atit", "Sales manager"), ("auem", "solveig@nordlys.example"), ("aupc", "+47 900"),
    ("audp", "+47 55 1"), ("aupo", "Sales"), ("alid", "solveig"), ("aumr", "Ms"), ("audf", "+47 55 9"), ("auac", "MSc"),
    ("onam", "Nordlys Trading AS"), ("oorg", "999 111 222"), ("odep", "Salg"), ("opad", "Postboks 118"),
    ("opa2", "Sentrum"), ("opa3", "Bergen havn"), ("osad", "Skuteviksboder 14"), ("ocit", "Bergen"), ("ozip", "5803"),
    ("ocnr", "Norge"), ("oema", "post@nordlys.example"), ("opho", "+47 55 00"), ("ofax", "+47 55 01"),
    ("owww", "https://nordlys.example"),
    ("pnam", "Refit"), ("pnum", "P-4"), ("ptyp", "Delivery"), ("psta", "In progress"), ("plea", "Jonas Berg"),
    ("pinf", "Five cafés"), ("pwww", "https://refit.example"),
    ("sati", "Espresso machines"), ("sanu", "S-42"), ("sacu", "NOK"), ("saty", "Equipment"), ("sast", "Proposal"),
    ("satu", "Open"), ("sare", "Price"), ("saso", "Fair"), ("saco", "Bønne & Brygg"), ("saau", "Solveig Aas"),
    ("sacr", "Jonas Berg"),
];

#[test]
fn every_code_of_the_contract_is_in_the_table_and_no_other() {
    let contract: std::collections::BTreeSet<&str> = CONTRACT.split_whitespace().collect();
    let table: std::collections::BTreeSet<&str> = all().iter().map(|info| info.code).collect();
    assert_eq!(contract, table);
    assert_eq!(table.len(), all().len(), "a code is in the table twice");
}

#[test]
fn every_code_answers_when_there_are_no_subjects() {
    let nothing = Subjects::default();
    for info in all() {
        let answer = value(info.code, &nothing).unwrap();
        assert_eq!(answer.is_blank(), info.code != "dsug", "{}", info.code);
    }
}

#[test]
fn every_row_can_be_shown_to_people() {
    for info in all().iter().chain(families()) {
        assert!(!info.label.is_empty() && Entity::ALL.contains(&info.entity), "{}", info.code);
        assert!(info.note.is_none() || info.sample.is_empty(), "{}", info.code);
    }
    assert!(all().windows(2).all(|pair| pair[0].entity <= pair[1].entity), "grouped by entity");
}

#[test]
fn numbered_families_are_known_within_their_ranges_only() {
    for known in ["cf01", "cf10", "al60", "us49", "os01", "pl42", "ds07", "tf10", "padd0", "padd31"] {
        assert_eq!(ask(known), Some(FieldValue::blank()), "{known}");
    }
    for unknown in
        ["cf00", "cf11", "al61", "us50", "xf01", "cf1", "cf+1", "cf001", "padd", "padd1234", "paddx", "ø1"]
    {
        assert_eq!(ask(unknown), None, "{unknown}");
    }
    assert_eq!(find("cl33").map(|info| info.code), Some("cl01-cl60"));
}

#[test]
fn unknown_codes_have_no_value() {
    for code in ["", "nam", "NAME", "name ", "xxxx", "{name}", "div"] {
        assert_eq!(ask(code), None, "{code:?}");
    }
}

#[test]
fn custom_tags_win_over_built_in_codes_and_add_new_ones() {
    let company = company();
    let custom =
        BTreeMap::from([("name".to_owned(), "Another".to_owned()), ("zzzz".to_owned(), String::new())]);
    let subjects = Subjects { company: Some(&company), custom: Some(&custom), ..Subjects::default() };
    assert_eq!(value("name", &subjects), Some(text("Another")));
    assert_eq!(value("zzzz", &subjects), Some(FieldValue::blank()));
    assert_eq!(value("code", &subjects), Some(text("SOL")));
}

#[test]
fn the_address_of_a_letter_follows_the_smart_rule() {
    let (with_postal, person) = (company(), contact());
    let without_postal = Company { postal: Address::default(), ..company() };
    let at_home = Contact { use_as_postal: true, ..contact() };
    let abroad = Contact { country: "DK".into(), ..at_home.clone() };
    let homeless = Contact { use_as_postal: true, address: Address::default(), ..contact() };
    let table = [
        (Some(&with_postal), Some(&person), ["Postboks 12", "211 20 Malmö", "Sverige"]),
        (Some(&without_postal), Some(&person), ["Storgatan 7", "211 34 Malmö", "Sverige"]),
        (Some(&with_postal), Some(&at_home), ["Hemvägen 3", "222 22 Lund", "Sverige"]),
        (Some(&with_postal), Some(&abroad), ["Hemvägen 3", "222 22 Lund", "Danmark"]),
        (Some(&with_postal), Some(&homeless), ["Postboks 12", "211 20 Malmö", "Sverige"]),
        (None, Some(&at_home), ["Hemvägen 3", "222 22 Lund", "Sverige"]),
        (None, Some(&person), ["", "", ""]),
    ];
    for (company, contact, [line, town, country]) in table {
        let system = SystemFacts { language: "nb", ..SystemFacts::default() };
        let subjects = Subjects { system, company, contact, ..Subjects::default() };
        let answers = ["addr", "zici", "cntr"].map(|code| value(code, &subjects).unwrap());
        assert_eq!(answers, [text(line), text(town), text(country)]);
    }
}

#[test]
fn the_town_line_follows_the_country() {
    let with_state =
        |zip: &str, city: &str, state: &str| Address { state: state.into(), ..address("", zip, city) };
    let table = [
        (address("", "0150", "Oslo"), "NO", "0150 Oslo"),
        (address("", "SW1A 1AA", "London"), "gb", "London SW1A 1AA"),
        (with_state("97205", "Portland", "OR"), "US", "Portland OR 97205"),
        (with_state("3000", "Melbourne", "VIC"), "AU", "Melbourne VIC 3000"),
        (address("", "1012 AB", "Amsterdam"), "NL", "1012 AB Amsterdam"),
        (address("", "", "Bergen"), "NO", "Bergen"),
        (address("", "5003", ""), "", "5003"),
    ];
    for (address, country, expected) in table {
        assert_eq!(town_line(&address, country), expected);
    }
}

#[test]
fn the_country_is_left_out_where_it_is_our_own() {
    let (theirs, ours) = (company(), own_company());
    let home = Company { country: " no ".into(), ..company() };
    for (company, own, expected) in
        [(&theirs, Some(&ours), "Sweden"), (&home, Some(&ours), ""), (&theirs, None, "Sweden")]
    {
        let subjects = Subjects { company: Some(company), own_company: own, ..Subjects::default() };
        assert_eq!(value("cnt?", &subjects), Some(text(expected)));
    }
}

#[test]
fn the_companys_numbers_stand_in_where_the_contact_has_none() {
    let (company, full) = (company(), contact());
    let bare = Contact { phone: String::new(), fax: " ".into(), email: String::new(), ..contact() };
    for (code, own, stand_in) in [
        ("phon", "+46 1", "+46 40 1"),
        ("faxn", "+46 40 5", "+46 40 2"),
        ("atem", "asa@sol.example", "post@sol.example"),
        ("apho", "+46 1", ""),
        ("amai", "asa@sol.example", ""),
    ] {
        for (contact, expected) in [(&full, own), (&bare, stand_in)] {
            let subjects =
                Subjects { company: Some(&company), contact: Some(contact), ..Subjects::default() };
            assert_eq!(value(code, &subjects), Some(text(expected)), "{code}");
        }
    }
}

#[test]
fn a_letter_greets_by_what_is_known() {
    let formal = contact();
    let informal = Contact { salutation: String::new(), middle_name: String::new(), ..contact() };
    let nameless = Contact { last_name: String::new(), middle_name: String::new(), ..contact() };
    let table: [(Option<&Contact>, &str, &str, &str, &str); 6] = [
        (Some(&formal), "", "", "Åsa Maria Öberg", "Ms Öberg"),
        (Some(&formal), "The board", "", "The board", "Ms Öberg"),
        (Some(&formal), "", "friends", "Åsa Maria Öberg", "friends"),
        (Some(&informal), "", "", "Åsa Öberg", "Åsa Öberg"),
        (Some(&nameless), "", "", "Åsa", "Åsa"),
        (None, "The board", "", "The board", "The board"),
    ];
    for (contact, attention, salutation, attn, salu) in table {
        let document = DocumentFacts { attention, salutation, ..DocumentFacts::default() };
        let subjects = Subjects { document, contact, ..Subjects::default() };
        assert_eq!(value("attn", &subjects), Some(text(attn)));
        assert_eq!(value("salu", &subjects), Some(text(salu)));
    }
}

#[test]
fn a_letter_to_nobody_in_particular_greets_the_company_or_whoever_reads_it() {
    type Case<'a> = (Option<&'a Company>, Option<&'a Contact>, &'a str, &'a str, &'a str);
    let (known, unnamed) = (company(), Company::default());
    let nameless = Contact::default();
    let table: [Case<'_>; 13] = [
        (Some(&known), None, "", "en-GB", "Kafé <Sol> & Sønner"),
        (Some(&known), None, "", "", "Kafé <Sol> & Sønner"),
        (Some(&known), Some(&nameless), "", "en-GB", "Kafé <Sol> & Sønner"),
        (Some(&known), None, "The board", "en-GB", "The board"),
        (Some(&known), None, "  ", "nb-NO", "Kafé <Sol> & Sønner"),
        (Some(&unnamed), None, "", "en-GB", "Sir or Madam"),
        (None, None, "", "en-US", "Sir or Madam"),
        (None, None, "", "nb-NO", "mottaker"),
        (None, None, "", "nn", "mottakar"),
        (None, None, "", "de_AT", "Damen und Herren"),
        (None, None, "", "fr-FR", "Madame, Monsieur"),
        (None, None, "", "ja", ""),
        (None, None, "", "", ""),
    ];
    for (company, contact, attention, language, salu) in table {
        let document = DocumentFacts { attention, ..DocumentFacts::default() };
        let system = SystemFacts { language, ..SystemFacts::default() };
        let subjects = Subjects { document, system, company, contact, ..Subjects::default() };
        assert_eq!(value("salu", &subjects), Some(text(salu)), "{attention:?} {language:?}");
    }
}

#[test]
fn a_template_wants_a_contact_for_the_codes_that_speak_of_a_person() {
    for (code, expected) in [
        ("attn", true),
        ("salu", true),
        ("atfn", true),
        ("atem", true),
        ("abdt", true),
        ("name", false),
        ("phon", false),
        ("auth", false),
        ("oref", false),
        ("xxxx", false),
    ] {
        assert_eq!(asks_recipient(code), expected, "{code}");
    }
}

#[test]
fn an_earning_that_cannot_be_reckoned_is_blank() {
    let cases = [
        (Decimal::ZERO, Decimal::ONE, "saep", FieldValue::blank()),
        (Decimal::MIN, Decimal::MAX, "saea", FieldValue::blank()),
        (Decimal::from(3), Decimal::from(2), "saep", decimal("33.3")),
        (Decimal::from(2), Decimal::from(3), "saea", decimal("-1")),
    ];
    for (amount, cost, code, expected) in cases {
        let sale = Sale { amount, cost, ..sale() };
        let subjects = Subjects { sale: Some(&sale), ..Subjects::default() };
        assert_eq!(value(code, &subjects), Some(expected), "{amount} {cost}");
    }
}
