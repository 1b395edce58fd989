//! `GET /sign-in`: how to get in.

use crate::State;
use crate::errors::{PageError, PageResult};
use crate::extract::Signed;
use crate::page::{self, Page};
use crate::routes;
use askama::Template;
use axum::extract::Request;

#[derive(Debug, Template)]
#[template(path = "entrance/sign_in.html")]
pub(super) struct SignIn {
    pub page: Page,
    /// Where the way to the login page begins; blank where there is none.
    pub start: String,
    /// Whether the installation has to be named.
    pub several: bool,
    /// Whether it stands in another site's frame, where no provider shows its page.
    pub framed: bool,
}

/// Whether a browser loads a page into a frame (Fetch Metadata, `Sec-Fetch-Dest`).
pub(crate) fn is_framed(headers: &http::HeaderMap) -> bool {
    headers.get("sec-fetch-dest").is_some_and(|d| d == "iframe" || d == "frame")
}

#[cfg(test)]
impl SignIn {
    pub(super) fn samples() -> Vec<Self> {
        let page = || Page::outside("Sign in");
        vec![
            Self { page: page(), start: String::new(), several: false, framed: false },
            Self { page: page(), start: "/sign-in/start".into(), several: false, framed: false },
            Self { page: page(), start: "/sign-in/start".into(), several: true, framed: false },
            Self { page: page(), start: "/sign-in/start?window=true".into(), several: false, framed: true },
            Self { page: page(), start: "/sign-in/start?window=true".into(), several: true, framed: true },
        ]
    }
}

/// Tells how to get in. Whoever is in already goes home.
pub(super) async fn show(
    axum::extract::State(state): axum::extract::State<State>,
    request: Request,
) -> PageResult {
    let (mut parts, _) = request.into_parts();
    match Signed::find(&mut parts, &state).await {
        Ok(Some(_)) => Ok(page::go(&routes::home())),
        Ok(None) => {
            let sign_in = state.app.sign_in();
            let framed = is_framed(&parts.headers);
            let start = match sign_in.is_connected() {
                true if framed => routes::Query::at(routes::sign_in_start()).and("window", true).into(),
                true => routes::sign_in_start(),
                false => String::new(),
            };
            let several = sign_in.is_connected() && !sign_in.is_one_installation().await?;
            let answer = page::show(&SignIn { page: Page::outside("Sign in"), start, several, framed })?;
            Ok(page::leads_to(answer, sign_in.origin().as_deref()))
        }
        Err(e) => Err(PageError(e)),
    }
}
