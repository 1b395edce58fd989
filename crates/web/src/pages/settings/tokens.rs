//! `/settings/tokens`: bearer tokens of the API. A token is shown once, on the answer that makes it.

use super::{page, tabs};
use crate::errors::PageResult;
use crate::extract::{CsrfForm, Signed};
use crate::forms::Faults;
use crate::page::{Flash, Page, go_with, show_with};
use crate::routes;
use crate::ui::Tab;
use app::App;
use app::access::TokenRow;
use askama::Template;
use axum::extract::State;
use domain::Result;
use http::StatusCode;
use serde::Deserialize;

#[derive(Debug, Template)]
#[template(path = "settings/tokens.html")]
struct Tokens {
    page: Page,
    tabs: Vec<Tab>,
    rows: Vec<Row>,
    secret: String,
    form: Form,
    faults: Faults,
}

#[derive(Debug)]
struct Row {
    id: i64,
    name: String,
    created: String,
    expires: String,
    last_used: String,
    state: Standing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Live,
    Expired,
    Withdrawn,
}

/// The form, as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Form {
    name: String,
    /// Blank for a token that never expires.
    days: String,
}

impl Form {
    /// Nothing typed yet.
    fn empty() -> Self {
        Self { name: String::new(), days: "90".into() }
    }
}

/// Lists the own tokens.
pub(super) async fn show(signed: Signed, State(app): State<App>) -> PageResult {
    present(&signed, &app, StatusCode::OK, String::new(), Form::empty(), Faults::none()).await
}

/// Makes a token and shows it, this once.
pub(super) async fn make(
    signed: Signed,
    State(app): State<App>,
    CsrfForm(form): CsrfForm<Form>,
) -> PageResult {
    let made = match days(&form.days) {
        Ok(days) => app.access().make_token(&signed.ctx, &form.name, days).await,
        Err(error) => Err(error),
    };
    match made {
        Ok(new) => present(&signed, &app, StatusCode::OK, new.secret, Form::empty(), Faults::none()).await,
        Err(error) => match Faults::of(&error) {
            Some(faults) => {
                present(&signed, &app, StatusCode::UNPROCESSABLE_ENTITY, String::new(), form, faults).await
            }
            None => Err(error.into()),
        },
    }
}

fn days(text: &str) -> Result<Option<u32>> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    text.trim().parse().map(Some).map_err(|e| {
        domain::Error::invalid("The number of days is no whole number. Choose one from the list.")
            .field("days")
            .caused_by(e)
    })
}

#[derive(Debug, Deserialize)]
pub(super) struct Which {
    id: String,
}

/// Withdraws one of the own tokens.
pub(super) async fn withdraw(
    signed: Signed,
    State(app): State<App>,
    CsrfForm(which): CsrfForm<Which>,
) -> PageResult {
    let id = which.id.parse().map_err(|_| domain::Error::not_found("API token"))?;
    app.access().withdraw_token(&signed.ctx, id).await?;
    go_with(
        &routes::settings::tokens(),
        Flash::done("The token is withdrawn. Programs that use it are refused from now on."),
    )
}

async fn present(
    signed: &Signed,
    app: &App,
    status: StatusCode,
    secret: String,
    form: Form,
    faults: Faults,
) -> PageResult {
    let tokens = app.access().tokens(&signed.ctx).await?;
    let page = page(signed, "API tokens");
    let rows = tokens.iter().map(|token| row(&page, signed.ctx.now, token)).collect();
    show_with(status, &Tokens { tabs: tabs(&page, "API tokens"), rows, secret, form, faults, page })
}

fn row(page: &Page, now: jiff::Timestamp, token: &TokenRow) -> Row {
    let state = match (token.revoked, token.expires) {
        (Some(_), _) => Standing::Withdrawn,
        (None, Some(end)) if end <= now => Standing::Expired,
        _ => Standing::Live,
    };
    Row {
        id: token.id,
        name: token.name.clone(),
        created: page.when(&token.created),
        expires: token.expires.as_ref().map_or_else(|| "never".to_owned(), |at| page.when(at)),
        last_used: token.last_used.as_ref().map_or_else(|| "never".to_owned(), |at| page.when_short(at)),
        state,
    }
}

impl Row {
    fn is_live(&self) -> bool {
        self.state == Standing::Live
    }

    fn word(&self) -> &'static str {
        match self.state {
            Standing::Live => "In use",
            Standing::Expired => "Expired",
            Standing::Withdrawn => "Withdrawn",
        }
    }
}

impl Tokens {
    fn lives(&self, days: &str) -> bool {
        self.form.days == days
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::check;

    #[test]
    fn each_page_is_well_formed() {
        let row = |id, state| Row {
            id,
            name: "Re<port>".into(),
            created: "then".into(),
            expires: "never".into(),
            last_used: "never".into(),
            state,
        };
        for (secret, faults, full) in [
            ("", Faults::none(), false),
            ("chy_1", Faults::none(), true),
            ("", Faults::at("name", "The name is missing."), true),
        ] {
            let page = check::page("API tokens");
            let rows =
                if full { vec![row(1, Standing::Live), row(2, Standing::Withdrawn)] } else { Vec::new() };
            let form = Form { name: "\"".into(), days: "30".into() };
            let sample =
                Tokens { tabs: tabs(&page, "API tokens"), rows, secret: secret.into(), form, faults, page };
            check::whole_page(&sample.render().unwrap());
        }
    }
}
