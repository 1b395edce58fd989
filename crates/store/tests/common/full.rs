//! Records with every field filled, each with a value of its own.

use super::{ASSOCIATE, GROUP, House, at, group};
use domain::records::{Address, Associate, Company, Contact, Group, Project, Sale};
use domain::{CompanyId, ContactId, GroupId, InstallationId, ProjectId};
use jiff::civil::date;

/// A text that no other field has.
pub fn text(field: &str) -> String {
    format!("{field} Åsgård & \"quotes\" 'n <tags>")
}

pub fn address(of: &str) -> Address {
    Address {
        lines: [text(&format!("{of}1")), text(&format!("{of}2")), text(&format!("{of}3"))],
        zip: text(&format!("{of} zip")),
        city: text(&format!("{of} city")),
        state: text(&format!("{of} state")),
        county: text(&format!("{of} county")),
    }
}

pub fn full_associate() -> Associate {
    Associate {
        external_id: Some("a-1".into()),
        login: "Søren".into(),
        first_name: text("first"),
        last_name: text("last"),
        salutation: text("salutation"),
        academic_title: text("academic"),
        title: text("title"),
        position: text("position"),
        email: text("email"),
        phone: text("phone"),
        mobile: text("mobile"),
        fax: text("fax"),
        primary_group: GroupId(2),
        other_groups: vec![GROUP],
        administrator: true,
        retired: false,
        has_plan: true,
        may_force_undo: false,
        culture: text("culture"),
        ..Associate::default()
    }
}

pub fn full_company() -> Company {
    Company {
        external_id: Some("c-1".into()),
        name: text("name"),
        department: text("department"),
        number: text("number"),
        code: text("code"),
        org_number: text("org"),
        business: text("business"),
        category: text("category"),
        our_contact: Some(ASSOCIATE),
        postal: address("postal"),
        street: address("street"),
        country: text("country"),
        phone: text("phone"),
        fax: text("fax"),
        email: text("email"),
        web: text("web"),
        ..Company::default()
    }
}

pub fn full_contact() -> Contact {
    Contact {
        external_id: Some("p-1".into()),
        company: Some(CompanyId(1)),
        first_name: text("first"),
        middle_name: text("middle"),
        last_name: text("last"),
        salutation: text("salutation"),
        academic_title: text("academic"),
        title: text("title"),
        position: text("position"),
        department: text("department"),
        number: text("number"),
        email: text("email"),
        phone: text("phone"),
        mobile: text("mobile"),
        home_phone: text("home"),
        fax: text("fax"),
        web: text("web"),
        address: address("own"),
        country: text("country"),
        use_as_postal: true,
        born: Some(date(1971, 2, 3)),
        retired: false,
        ..Contact::default()
    }
}

pub fn full_project() -> Project {
    Project {
        external_id: Some("j-1".into()),
        name: text("name"),
        number: text("number"),
        kind: text("kind"),
        status: text("status"),
        leader: Some(ASSOCIATE),
        company: Some(CompanyId(1)),
        ends: Some(date(2027, 1, 2)),
        next_milestone: Some(date(2026, 3, 4)),
        description: text("description"),
        web: text("web"),
        ..Project::default()
    }
}

pub fn full_sale() -> Sale {
    Sale {
        external_id: Some("s-1".into()),
        title: text("title"),
        number: text("number"),
        company: Some(CompanyId(1)),
        contact: Some(ContactId(1)),
        project: Some(ProjectId(1)),
        owner: Some(ASSOCIATE),
        amount: "123456789012.34".parse().unwrap(),
        currency: text("currency"),
        cost: "-0.050".parse().unwrap(),
        kind: text("kind"),
        stage: text("stage"),
        status: text("status"),
        probability: 65,
        reason: text("reason"),
        source: text("source"),
        competitor: text("competitor"),
        credited_to: text("credited"),
        date: Some(date(2026, 5, 6)),
        next_due: Some(date(2026, 7, 8)),
        ..Sale::default()
    }
}

/// An installation with one of each record, every field filled.
pub async fn filled(house: &House) -> InstallationId {
    let i = house.installation("nordlys").await;
    house
        .write(move |tx| {
            tx.groups(i).insert(&Group { external_id: Some("g-1".into()), ..group("Øst") })?;
            tx.associates(i).insert(&full_associate(), at(1))?;
            tx.companies(i).insert(&full_company(), at(2))?;
            tx.contacts(i).insert(&full_contact(), at(3))?;
            tx.projects(i).insert(&full_project(), at(4))?;
            tx.sales(i).insert(&full_sale(), at(5))?;
            Ok(i)
        })
        .await
}
