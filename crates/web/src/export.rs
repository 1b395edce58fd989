//! An audit log as a file: a line of JSON for each record, read a piece at a time while it is sent.

use app::App;
use axum::body::{Body, Bytes};
use axum::response::Response;
use domain::{Ctx, Result};
use futures_util::stream;
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

/// Whose audit log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Whose {
    /// The installation's own.
    #[default]
    Installation,
    /// What the login page wrote down about the installation.
    LoginPage,
}

/// The whole log. The first piece is read before anything is answered, so that a refusal is an answer and no torn file.
pub(crate) async fn audit(app: &App, ctx: &Ctx, whose: Whose) -> Result<Response> {
    let first = piece(app, ctx, whose, 0).await?;
    let state = (app.clone(), ctx.clone(), Some(first));
    let lines = stream::unfold(state, move |(app, ctx, ready)| async move {
        let rows = ready?;
        let last = rows.last()?.get("seq").and_then(Value::as_i64)?;
        let mut text = String::new();
        for row in &rows {
            text.push_str(&row.to_string());
            text.push('\n');
        }
        // A reader that sees the stream break knows that the file is not whole.
        let next = match piece(&app, &ctx, whose, last).await {
            Ok(next) => Ok((Bytes::from(text), Some(next))),
            Err(e) => Err(std::io::Error::other(e)),
        };
        match next {
            Ok((bytes, next)) => Some((Ok(bytes), (app, ctx, next))),
            Err(e) => Some((Err(e), (app, ctx, None))),
        }
    });
    let mut response = Response::new(Body::from_stream(lines));
    let name = match whose {
        Whose::Installation => "attachment; filename=\"audit.ndjson\"",
        Whose::LoginPage => "attachment; filename=\"audit-login-page.ndjson\"",
    };
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson"));
    headers.insert(CONTENT_DISPOSITION, HeaderValue::from_static(name));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    Ok(response)
}

async fn piece(app: &App, ctx: &Ctx, whose: Whose, after: i64) -> Result<Vec<Value>> {
    match whose {
        Whose::Installation => app.admin().audit_export(ctx, after).await,
        Whose::LoginPage => app.sign_in().login_page_export(ctx, after).await,
    }
}
