//! Codes that ask the company the letter is to and the company it is from.

use super::{
    CodeInfo, Entity, FieldValue, Subjects, code, country_name, first_of, letter_address, town_line, whole,
};
use crate::records::{Address, Company};

pub(super) const COMPANY: &[CodeInfo] = &[
    code("name", Entity::Company, "Name", "Kaffehuset Solsiden AS", |s| of(s, |c| &c.name)),
    code("numb", Entity::Company, "Customer number", "10012", |s| of(s, |c| &c.number)),
    code("code", Entity::Company, "Code", "SOLS", |s| of(s, |c| &c.code)),
    code("orgn", Entity::Company, "Organization number", "912 345 678", |s| of(s, |c| &c.org_number)),
    code("cuid", Entity::Company, "Company id", "12", |s| whole(s.company.map(|c| c.id.0))),
    code("busi", Entity::Company, "Business", "Café", |s| of(s, |c| &c.business)),
    code("cate", Entity::Company, "Category", "Customer", |s| of(s, |c| &c.category)),
    code("cont", Entity::Company, "Our contact", "Solveig Aas", |s| s.names.our_contact.into()),
    code("dept", Entity::Company, "Department", "Purchasing", |s| of(s, |c| &c.department)),
    code("addr", Entity::Company, "Address, first line (the one letters go to)", "Strandgaten 7", |s| {
        of_letter(s, |a| &a.lines[0])
    }),
    code("padr", Entity::Company, "Postal address, line 1", "Postboks 12", |s| of(s, |c| &c.postal.lines[0])),
    code("pad2", Entity::Company, "Postal address, line 2", "Sentrum", |s| of(s, |c| &c.postal.lines[1])),
    code("pad3", Entity::Company, "Postal address, line 3", "", |s| of(s, |c| &c.postal.lines[2])),
    code("sadr", Entity::Company, "Street address", "Strandgaten 7", |s| of(s, |c| &c.street.lines[0])),
    code("city", Entity::Company, "Town", "Bergen", |s| of_letter(s, |a| &a.city)),
    code("zipc", Entity::Company, "Postcode", "5013", |s| of_letter(s, |a| &a.zip)),
    code("zici", Entity::Company, "Postcode and town, in the country's order", "5013 Bergen", |s| {
        letter_address(s)
            .map_or_else(FieldValue::blank, |(address, country)| town_line(address, country).into())
    }),
    code("stat", Entity::Company, "State", "", |s| of_letter(s, |a| &a.state)),
    code("cnty", Entity::Company, "County", "Vestland", |s| of_letter(s, |a| &a.county)),
    code("cntr", Entity::Company, "Country, in the document's language", "Norway", |s| {
        country_name(letter_country(s), s.system.language).into()
    }),
    code("cnt?", Entity::Company, "Country, only where it is not our own", "Sweden", foreign_country),
    code("ccid", Entity::Company, "Country code", "NO", |s| letter_country(s).to_ascii_uppercase().into()),
    code("cicn", Entity::Company, "Country, in English", "Norway", |s| {
        country_name(letter_country(s), "en").into()
    }),
    code("mail", Entity::Company, "E-mail", "post@solsiden.example", |s| of(s, |c| &c.email)),
    code("cpho", Entity::Company, "Telephone of the company", "+47 55 00 12 00", |s| of(s, |c| &c.phone)),
    code(
        "phon",
        Entity::Company,
        "Telephone: the contact's direct, else the company's",
        "+47 55 00 12 34",
        |s| first_of(&[s.contact.map_or("", |c| &c.phone), s.company.map_or("", |c| &c.phone)]),
    ),
    code("faxn", Entity::Company, "Fax: the contact's direct, else the company's", "+47 55 00 12 99", |s| {
        first_of(&[s.contact.map_or("", |c| &c.fax), s.company.map_or("", |c| &c.fax)])
    }),
    code("cwww", Entity::Company, "Web address", "https://solsiden.example", |s| of(s, |c| &c.web)),
];

pub(super) const OWN_COMPANY: &[CodeInfo] = &[
    code("onam", Entity::OwnCompany, "Name", "Nordlys Trading AS", |s| own(s, |c| &c.name)),
    code("owid", Entity::OwnCompany, "Company id", "1", |s| whole(s.own_company.map(|c| c.id.0))),
    code("oorg", Entity::OwnCompany, "Organization number", "999 111 222", |s| own(s, |c| &c.org_number)),
    code("odep", Entity::OwnCompany, "Department", "Sales", |s| own(s, |c| &c.department)),
    code("opad", Entity::OwnCompany, "Postal address, line 1", "Postboks 118", |s| {
        own(s, |c| &c.postal.lines[0])
    }),
    code("opa2", Entity::OwnCompany, "Postal address, line 2", "Sentrum", |s| own(s, |c| &c.postal.lines[1])),
    code("opa3", Entity::OwnCompany, "Postal address, line 3", "", |s| own(s, |c| &c.postal.lines[2])),
    code("osad", Entity::OwnCompany, "Street address", "Skuteviksboder 14", |s| {
        own(s, |c| &c.street.lines[0])
    }),
    code("ocit", Entity::OwnCompany, "Town", "Bergen", |s| own(s, |c| &own_address(c).city)),
    code("ozip", Entity::OwnCompany, "Postcode", "5035", |s| own(s, |c| &own_address(c).zip)),
    code("ocnr", Entity::OwnCompany, "Country, in the document's language", "Norway", |s| {
        country_name(s.own_company.map_or("", |c| &c.country), s.system.language).into()
    }),
    code("oema", Entity::OwnCompany, "E-mail", "post@nordlys.example", |s| own(s, |c| &c.email)),
    code("opho", Entity::OwnCompany, "Telephone", "+47 55 00 40 00", |s| own(s, |c| &c.phone)),
    code("ofax", Entity::OwnCompany, "Fax", "+47 55 00 40 01", |s| own(s, |c| &c.fax)),
    code("owww", Entity::OwnCompany, "Web address", "https://nordlys.example", |s| own(s, |c| &c.web)),
];

fn of(s: &Subjects<'_>, field: impl Fn(&Company) -> &String) -> FieldValue {
    s.company.map_or("", |company| field(company)).into()
}

fn own(s: &Subjects<'_>, field: impl Fn(&Company) -> &String) -> FieldValue {
    s.own_company.map_or("", |company| field(company)).into()
}

fn of_letter(s: &Subjects<'_>, field: impl Fn(&Address) -> &String) -> FieldValue {
    letter_address(s).map_or("", |(address, _)| field(address)).into()
}

/// The country the letter goes to, as it was recorded.
fn letter_country<'a>(s: &Subjects<'a>) -> &'a str {
    letter_address(s).map_or("", |(_, country)| country)
}

fn foreign_country(s: &Subjects<'_>) -> FieldValue {
    let theirs = letter_country(s).trim();
    let ours = s.own_company.map_or("", |company| company.country.trim());
    if theirs.eq_ignore_ascii_case(ours) {
        FieldValue::blank()
    } else {
        country_name(theirs, s.system.language).into()
    }
}

fn own_address(company: &Company) -> &Address {
    if company.postal.is_blank() { &company.street } else { &company.postal }
}
