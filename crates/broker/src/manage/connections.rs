//! Connections and sign-outs.

use super::Own;
use crate::house::House;
use crate::op::OauthError;
use crate::tables::connections::{self, ConnectionRow};
use crate::vault::Refused;
use axum::Json;
use axum::extract::{Path, Query, State};
use domain::connections::{ConnectionKind, ConnectionState, Need, Provider};
use domain::identity::IdentityKey;
use domain::{Error, ErrorKind};
use http::StatusCode;
use jiff::SignedDuration;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// Connections in one answer.
const PAGE: u32 = 200;

/// Where to go on, or whose own connection.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    #[serde(default)]
    after: String,
    provider: Option<Provider>,
    #[serde(default)]
    realm: String,
    #[serde(default)]
    subject: String,
}

/// `GET /manage/connections`: all of them a page at a time; with `provider`, `realm` and `subject`, one person's own.
pub(crate) async fn list(
    State(house): State<Arc<House>>,
    Own(own): Own,
    Query(Which { after, provider, realm, subject }): Query<Which>,
) -> Result<Json<Value>, OauthError> {
    if let Some(provider) = provider {
        let find = move |tx: platform::sql::Tx<'_>| {
            connections::find(tx, own.id, ConnectionKind::User, &provider, &realm, &subject)
        };
        let found = house.db.read(find).await?;
        return Ok(Json(json!({"connections": found.iter().map(shown).collect::<Vec<_>>(), "next": null})));
    }
    let rows = house.db.read(move |tx| connections::list(tx, own.id, &after, PAGE)).await?;
    let next = (rows.len() as u32 == PAGE).then(|| rows.last().map(|r| r.id.clone())).flatten();
    Ok(Json(json!({"connections": rows.iter().map(shown).collect::<Vec<_>>(), "next": next})))
}

/// `GET /manage/connections/{id}`
pub(crate) async fn one(
    State(house): State<Arc<House>>,
    Own(own): Own,
    Path(id): Path<String>,
) -> Result<Json<Value>, OauthError> {
    let row = house.db.read(move |tx| connections::get(tx, own.id, &id)).await?;
    Ok(Json(shown(&row.ok_or_else(|| Error::not_found("connection"))?)))
}

/// Between two checks of one connection the provider is left alone this long.
const CHECKED: SignedDuration = SignedDuration::from_secs(10);

/// `POST /manage/connections/{id}/check`: uses the grant at the provider now, and says how the connection is afterwards.
pub(crate) async fn check(
    State(house): State<Arc<House>>,
    Own(own): Own,
    Path(id): Path<String>,
) -> Result<Json<Value>, OauthError> {
    let read = |id: String| house.db.read(move |tx| connections::get(tx, own.id, &id));
    let row = read(id.clone()).await?.ok_or_else(|| Error::not_found("connection"))?;
    let now = house.now();
    if row.standing.state == ConnectionState::Active && row.renewed + CHECKED <= now {
        // What became of it stands in the row.
        let asked = house.access_token(own.id, &id, Need::Documents, Some(now)).await?;
        if let Err(Refused::Later(_)) = asked {
            return Err(Error::new(
                ErrorKind::Unavailable,
                "The provider does not answer at the moment. The connection stays as it is; try again in a few minutes.",
            )
            .into());
        }
    }
    Ok(Json(shown(&read(id).await?.ok_or_else(|| Error::not_found("connection"))?)))
}

/// What an installation sees of a connection: never a token.
fn shown(row: &ConnectionRow) -> Value {
    json!({
        "id": row.id, "kind": row.kind, "provider": row.provider, "realm": row.realm, "subject": row.subject,
        "address": row.address, "name": row.name, "state": row.standing.state, "attention": row.standing.attention,
        "scopes": row.scopes, "granted": row.granted, "renewed": row.renewed,
    })
}

/// How to disconnect.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Disconnect {
    /// Whether the provider is told too.
    #[serde(default)]
    revoke: bool,
}

/// `POST /manage/connections/{id}/disconnect`
pub(crate) async fn disconnect(
    State(house): State<Arc<House>>,
    Own(own): Own,
    Path(id): Path<String>,
    Json(how): Json<Disconnect>,
) -> Result<StatusCode, OauthError> {
    house.disconnect(own.id, &id, how.revoke, "client").await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whom to ask.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AskAdministrator {
    provider: Provider,
}

/// `POST /manage/consent-links`
pub(crate) async fn ask_administrator(
    State(house): State<Arc<House>>,
    Own(own): Own,
    Json(ask): Json<AskAdministrator>,
) -> Result<(StatusCode, Json<Value>), OauthError> {
    let link = house.ask_administrator(own.id, ask.provider).await?;
    let url = format!("{}/consent/{}", house.issuer(), link.word);
    Ok((
        StatusCode::CREATED,
        Json(json!({"url": url, "expires": link.expires, "connection": link.connection})),
    ))
}

/// `POST /manage/sign-outs`: the installation has retired somebody, or ended their sessions.
pub(crate) async fn sign_out(
    State(house): State<Arc<House>>,
    Own(own): Own,
    Json(key): Json<IdentityKey>,
) -> Result<StatusCode, OauthError> {
    // An installation can only end visits to itself; elsewhere the person stays.
    house.sign_out_from(own.id, &key).await?;
    Ok(StatusCode::NO_CONTENT)
}
