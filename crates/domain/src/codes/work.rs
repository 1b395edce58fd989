//! Codes that ask the project and the sale.

use super::{CodeInfo, DateForm, Entity, FieldValue, Subjects, code, date, silent, whole};
use crate::records::{Project, Sale};
use rust_decimal::Decimal;

pub(super) const PROJECT: &[CodeInfo] = &[
    code("pnam", Entity::Project, "Name", "Café refit 2026", |s| project(s, |p| &p.name)),
    code("pnum", Entity::Project, "Number", "P-2026-04", |s| project(s, |p| &p.number)),
    code("prid", Entity::Project, "Project id", "4", |s| whole(s.project.map(|p| p.id.0))),
    code("ptyp", Entity::Project, "Type", "Delivery", |s| project(s, |p| &p.kind)),
    code("psta", Entity::Project, "Status", "In progress", |s| project(s, |p| &p.status)),
    code("plea", Entity::Project, "Project manager", "Jonas Berg", |s| s.names.project_leader.into()),
    code("pend", Entity::Project, "End date", "30/11/2026", |s| {
        date(s.project.and_then(|p| p.ends), DateForm::Short)
    }),
    code("pmil", Entity::Project, "Next milestone", "01/09/2026", |s| {
        date(s.project.and_then(|p| p.next_milestone), DateForm::Short)
    }),
    code("pinf", Entity::Project, "Description", "New counters in five cafés", |s| {
        project(s, |p| &p.description)
    }),
    code("pwww", Entity::Project, "Web address", "https://refit.example", |s| project(s, |p| &p.web)),
    silent("pgui", Entity::Project, "Whether it follows a guide", "There are no project guides yet."),
];

pub(super) const SALE: &[CodeInfo] = &[
    code("sati", Entity::Sale, "Title", "Espresso machines", |s| sale(s, |x| &x.title)),
    code("sanu", Entity::Sale, "Number", "S-1042", |s| sale(s, |x| &x.number)),
    code("said", Entity::Sale, "Sale id", "42", |s| whole(s.sale.map(|x| x.id.0))),
    code("saam", Entity::Sale, "Amount", "125,000.00", |s| number(s, |x| Some(x.amount))),
    code("sacu", Entity::Sale, "Currency", "NOK", |s| sale(s, |x| &x.currency)),
    code("saty", Entity::Sale, "Type", "Equipment", |s| sale(s, |x| &x.kind)),
    code("sast", Entity::Sale, "Stage", "Proposal", |s| sale(s, |x| &x.stage)),
    code("satu", Entity::Sale, "Status", "Open", |s| sale(s, |x| &x.status)),
    code("sapr", Entity::Sale, "Probability in percent", "60", |s| whole(s.sale.map(|x| x.probability))),
    code("sare", Entity::Sale, "Reason", "Price", |s| sale(s, |x| &x.reason)),
    code("saso", Entity::Sale, "Source", "Trade fair", |s| sale(s, |x| &x.source)),
    code("saco", Entity::Sale, "Competitor", "Bønne & Brygg", |s| sale(s, |x| &x.competitor)),
    code("saau", Entity::Sale, "Owner", "Solveig Aas", |s| s.names.sale_owner.into()),
    code("sacr", Entity::Sale, "Credited to", "Solveig Aas", |s| sale(s, |x| &x.credited_to)),
    code("sada", Entity::Sale, "Sale date", "15/10/2026", |s| {
        date(s.sale.and_then(|x| x.date), DateForm::Short)
    }),
    code("sadu", Entity::Sale, "Next due date", "01/10/2026", |s| {
        date(s.sale.and_then(|x| x.next_due), DateForm::Short)
    }),
    code("saea", Entity::Sale, "Earning: amount less cost", "45,000.00", |s| {
        number(s, |x| x.amount.checked_sub(x.cost))
    }),
    code("saep", Entity::Sale, "Earning in percent of the amount", "36", |s| number(s, earning_percent)),
    code("salc", Entity::Sale, "Cost", "80,000.00", |s| number(s, |x| Some(x.cost))),
    silent("saca", Entity::Sale, "Made by", "Who made a sale is not recorded on the sale yet."),
];

fn project(s: &Subjects<'_>, field: impl Fn(&Project) -> &String) -> FieldValue {
    s.project.map_or("", |project| field(project)).into()
}

fn sale(s: &Subjects<'_>, field: impl Fn(&Sale) -> &String) -> FieldValue {
    s.sale.map_or("", |sale| field(sale)).into()
}

fn number(s: &Subjects<'_>, field: impl Fn(&Sale) -> Option<Decimal>) -> FieldValue {
    s.sale.and_then(field).map_or_else(FieldValue::blank, FieldValue::Decimal)
}

/// To one decimal, without a trailing zero; nothing where the amount is zero or the numbers are beyond reckoning.
fn earning_percent(sale: &Sale) -> Option<Decimal> {
    let earning = sale.amount.checked_sub(sale.cost)?;
    let share = earning.checked_div(sale.amount)?;
    share.checked_mul(Decimal::ONE_HUNDRED).map(|percent| percent.round_dp(1).normalize())
}
