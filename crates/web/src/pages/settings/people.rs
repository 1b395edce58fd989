//! `/settings/people`: who uses the installation, in which groups; and links with which they enter.

use super::{page, tabs};
use crate::State;
use crate::errors::PageResult;
use crate::extract::{AdminSigned, CsrfForm, PageQuery, Signed};
use crate::page::{Flash, Page, go_with, show as answer};
use crate::pages::parts::standing;
use crate::routes;
use crate::ui::{Badge, Tab};
use app::records::Browse;
use askama::Template;
use domain::records::{Admission, Associate, Group};
use serde::Deserialize;

#[derive(Debug, Template)]
#[template(path = "settings/people.html")]
struct People {
    page: Page,
    tabs: Vec<Tab>,
    rows: Vec<Row>,
    groups: Vec<String>,
    next: String,
    link: Option<Link>,
}

#[derive(Debug)]
struct Row {
    name: String,
    title: String,
    href: String,
    login: String,
    groups: String,
    badges: Vec<Badge>,
    may_enter: bool,
    sign_ins: String,
}

/// A link that has just been made, shown this once.
#[derive(Debug)]
struct Link {
    name: String,
    address: String,
    until: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    after: Option<String>,
}

/// Lists the people.
pub(super) async fn show(
    AdminSigned(signed): AdminSigned,
    axum::extract::State(state): axum::extract::State<State>,
    PageQuery(asked): PageQuery<Asked>,
) -> PageResult {
    answer(&present(&signed, &state, asked.after, None).await?)
}

#[derive(Debug, Deserialize)]
pub(super) struct For {
    login: String,
}

/// Makes a sign-in link for somebody and shows it, this once.
pub(super) async fn make_link(
    AdminSigned(signed): AdminSigned,
    axum::extract::State(state): axum::extract::State<State>,
    CsrfForm(who): CsrfForm<For>,
) -> PageResult {
    let made = match state.app.access().make_link(&signed.ctx, &who.login).await {
        Ok(made) => made,
        Err(error) => return go_with(&routes::settings::people(), Flash::failed(&error)),
    };
    let page = page(&signed, "People");
    let link = Link {
        name: made.associate.full_name(),
        address: state.settings.base.at(&routes::enter(&made.token)),
        until: page.when(&made.expires),
    };
    answer(&present(&signed, &state, None, Some(link)).await?)
}

async fn present(
    signed: &Signed,
    state: &State,
    after: Option<String>,
    link: Option<Link>,
) -> domain::Result<People> {
    let records = state.app.records();
    let groups = records.groups(&signed.ctx).await?;
    let found = records.associates(&signed.ctx, Browse { after, ..Browse::default() }).await?;
    let page = page(signed, "People");
    let next =
        found.next.map(|after| routes::Query::at(routes::settings::people()).and("after", after).into());
    Ok(People {
        tabs: tabs(&page, "People"),
        rows: found.items.iter().map(|a| row(a, &groups)).collect(),
        groups: groups.into_iter().map(|g| g.name).collect(),
        next: next.unwrap_or_default(),
        link,
        page,
    })
}

fn row(a: &Associate, groups: &[Group]) -> Row {
    let name = |id| groups.iter().find(|g| g.id == id).map(|g| g.name.as_str());
    Row {
        name: a.full_name(),
        title: a.title.clone(),
        href: routes::records::associate(a.id),
        login: a.login.clone(),
        groups: a.groups().filter_map(name).collect::<Vec<_>>().join(", "),
        badges: standing(a),
        may_enter: a.admission() == Admission::Admitted,
        sign_ins: routes::settings::person(a.id),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::check;

    #[test]
    fn each_page_is_well_formed() {
        let row = |may_enter| Row {
            name: "Ada <L>".into(),
            title: "\"Head\"".into(),
            href: "/associates/1".into(),
            login: "ada\"".into(),
            groups: "Sales & more".into(),
            badges: Vec::new(),
            may_enter,
            sign_ins: "/settings/people/1".into(),
        };
        for linked in [false, true] {
            let page = check::page("People");
            let link = linked.then(|| Link {
                name: "Ada <L>".into(),
                address: "http://127.0.0.1:8080/enter/abc".into(),
                until: "soon".into(),
            });
            let sample = People {
                tabs: tabs(&page, "People"),
                rows: vec![row(true), row(false)],
                groups: vec!["A & B".into()],
                next: "/settings/people?after=x".into(),
                link,
                page,
            };
            check::whole_page(&sample.render().unwrap());
        }
    }
}
