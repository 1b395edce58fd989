//! Codes that ask the contact and the sender.

use super::{
    CodeInfo, DateForm, Entity, FieldValue, Subjects, code, country_name, date, first_of, silent, whole,
};
use crate::records::{Associate, Contact};

/// `attn`, the contact's full name, is with the document's codes: the attention line wins over the contact's name.
pub(super) const CONTACT: &[CodeInfo] = &[
    code("atfn", Entity::Contact, "First name", "Ada", |s| of(s, |c| &c.first_name)),
    code("atmn", Entity::Contact, "Middle name", "Marie", |s| of(s, |c| &c.middle_name)),
    code("atln", Entity::Contact, "Last name", "Holm", |s| of(s, |c| &c.last_name)),
    silent("attl", Entity::Contact, "Login name", "Contacts have no login here."),
    code("atti", Entity::Contact, "Title", "Head of purchasing", |s| of(s, |c| &c.title)),
    code("atpo", Entity::Contact, "Position", "Purchasing", |s| of(s, |c| &c.position)),
    code("atmr", Entity::Contact, "Mr or Ms", "Ms", |s| of(s, |c| &c.salutation)),
    code("asal", Entity::Contact, "Academic title", "Dr", |s| of(s, |c| &c.academic_title)),
    code("amai", Entity::Contact, "E-mail", "ada.holm@solsiden.example", |s| of(s, |c| &c.email)),
    code("atem", Entity::Contact, "E-mail, else the company's", "ada.holm@solsiden.example", |s| {
        first_of(&[s.contact.map_or("", |c| &c.email), s.company.map_or("", |c| &c.email)])
    }),
    code("apho", Entity::Contact, "Direct telephone", "+47 55 00 12 34", |s| of(s, |c| &c.phone)),
    code("atpc", Entity::Contact, "Mobile telephone", "+47 900 12 345", |s| of(s, |c| &c.mobile)),
    code("atph", Entity::Contact, "Telephone at home", "+47 55 00 98 76", |s| of(s, |c| &c.home_phone)),
    code("atfa", Entity::Contact, "Direct fax", "+47 55 00 12 99", |s| of(s, |c| &c.fax)),
    code("apad", Entity::Contact, "Own address, line 1", "Fjellveien 3", |s| of(s, |c| &c.address.lines[0])),
    code("apa2", Entity::Contact, "Own address, line 2", "", |s| of(s, |c| &c.address.lines[1])),
    code("apa3", Entity::Contact, "Own address, line 3", "", |s| of(s, |c| &c.address.lines[2])),
    code("acit", Entity::Contact, "Town of the own address", "Bergen", |s| of(s, |c| &c.address.city)),
    code("azip", Entity::Contact, "Postcode of the own address", "5019", |s| of(s, |c| &c.address.zip)),
    code("actr", Entity::Contact, "Country of the own address", "Norway", |s| {
        country_name(s.contact.map_or("", |c| &c.country), s.system.language).into()
    }),
    code("atid", Entity::Contact, "Contact id", "31", |s| whole(s.contact.map(|c| c.id.0))),
    code("anum", Entity::Contact, "Number", "C-0031", |s| of(s, |c| &c.number)),
    code("adep", Entity::Contact, "Department", "Purchasing", |s| of(s, |c| &c.department)),
    code("abdt", Entity::Contact, "Date of birth", "03/05/1984", |s| {
        date(s.contact.and_then(|c| c.born), DateForm::Short)
    }),
    code("awww", Entity::Contact, "Web address", "https://ada.example", |s| of(s, |c| &c.web)),
];

pub(super) const SENDER: &[CodeInfo] = &[
    code("auth", Entity::Sender, "Full name", "Solveig Aas", |s| {
        s.sender.map(Associate::full_name).unwrap_or_default().into()
    }),
    code("atit", Entity::Sender, "Title", "Sales manager", |s| by(s, |a| &a.title)),
    code("auem", Entity::Sender, "E-mail", "solveig@nordlys.example", |s| by(s, |a| &a.email)),
    code("aupc", Entity::Sender, "Mobile telephone", "+47 900 40 001", |s| by(s, |a| &a.mobile)),
    code("audp", Entity::Sender, "Direct telephone", "+47 55 00 40 11", |s| by(s, |a| &a.phone)),
    code("aupo", Entity::Sender, "Position", "Sales", |s| by(s, |a| &a.position)),
    code("alid", Entity::Sender, "User id", "solveig", |s| by(s, |a| &a.login)),
    silent("auid", Entity::Sender, "Contact id", "Associates have no contact record here."),
    code("aumr", Entity::Sender, "Mr or Ms", "Ms", |s| by(s, |a| &a.salutation)),
    code("audf", Entity::Sender, "Direct fax", "+47 55 00 40 19", |s| by(s, |a| &a.fax)),
    code("auac", Entity::Sender, "Academic title", "MSc", |s| by(s, |a| &a.academic_title)),
];

fn of(s: &Subjects<'_>, field: impl Fn(&Contact) -> &String) -> FieldValue {
    s.contact.map_or("", |contact| field(contact)).into()
}

fn by(s: &Subjects<'_>, field: impl Fn(&Associate) -> &String) -> FieldValue {
    s.sender.map_or("", |sender| field(sender)).into()
}
