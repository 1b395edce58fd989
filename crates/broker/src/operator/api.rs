//! `/operator/api/v1`: the operator's area for programs. JSON in, JSON out, refusals as problem+json.

use super::door::Program;
use super::problem::{Problem, Sent};
use crate::house::House;
use crate::installations::{Known, NewInstallation};
use crate::rules::operator;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post, put};
use axum::{Json, Router};
use domain::{Error, ErrorKind};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

type Answer = Result<Response, Problem>;

pub(super) fn routes() -> Router<Arc<House>> {
    Router::new()
        .route("/health", get(health))
        .route("/installations", get(find).post(register))
        .route("/installations/{key}", get(one).put(change))
        .route("/installations/{key}/enabled", put(switch))
        .route("/installations/{key}/keys", put(put_keys))
        .route("/installations/{key}/keys/{kid}", delete(remove_key))
        .route("/signing-keys", get(signing_keys).post(rotate))
        .route("/sealing-keys", get(sealing))
        .route("/providers", get(providers))
        .route("/providers/checks", post(check))
        .route("/audit", get(audit))
        .route("/audit/verification", get(verify))
        .route("/audit/export", get(export))
        .route("/tokens", get(tokens))
        .route("/tokens/{id}", delete(withdraw))
        .fallback(nowhere)
        .method_not_allowed_fallback(no_such_method)
}

async fn nowhere(_program: Program) -> Problem {
    Error::new(ErrorKind::NotFound, "There is nothing at this address.").into()
}

async fn no_such_method(_program: Program) -> Answer {
    let mut response =
        Problem::from(Error::invalid("This address does not take this method.")).into_response();
    *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
    Ok(response)
}

fn answer(value: impl serde::Serialize) -> Response {
    Json(value).into_response()
}

async fn health(State(house): State<Arc<House>>, _program: Program) -> Answer {
    Ok(answer(house.health().await?))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Find {
    #[serde(default)]
    q: String,
    #[serde(default)]
    after: String,
}

async fn find(State(house): State<Arc<House>>, _program: Program, query: Asked<Find>) -> Answer {
    let Find { q, after } = read(query)?;
    Ok(answer(house.find_installations(&q, &after).await?))
}

type Asked<T> = Result<Query<T>, axum::extract::rejection::QueryRejection>;

fn read<T>(query: Asked<T>) -> Result<T, Problem> {
    match query {
        Ok(Query(query)) => Ok(query),
        Err(e) => {
            let sentence = "The address has a parameter that is not known here, or cannot be read.";
            Err(Error::invalid(sentence).caused_by(e).into())
        }
    }
}

async fn one(State(house): State<Arc<House>>, _program: Program, Path(key): Path<String>) -> Answer {
    Ok(answer(house.view_installation(&key).await?))
}

/// An installation to be registered.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct New {
    key: String,
    name: String,
    redirects: Vec<String>,
    #[serde(default)]
    start_url: String,
    #[serde(default)]
    logout_url: String,
    /// A JWK set.
    public_keys: Value,
}

/// What is known about an installation.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Facts {
    name: String,
    redirects: Vec<String>,
    #[serde(default)]
    start_url: String,
    #[serde(default)]
    logout_url: String,
    /// A JWK set; those it has stay when it is left out.
    public_keys: Option<Value>,
}

async fn register(State(house): State<Arc<House>>, Program(who): Program, Sent(new): Sent<New>) -> Answer {
    let New { key, name, redirects, start_url, logout_url, public_keys } = new;
    let new = NewInstallation { key: key.clone(), name, public_keys, redirects, start_url, logout_url };
    house.keep_installation(new, Known::No, who).await?;
    let view = house.view_installation(&key).await?;
    Ok((StatusCode::CREATED, Json(view)).into_response())
}

async fn change(
    State(house): State<Arc<House>>,
    Program(who): Program,
    Path(key): Path<String>,
    Sent(facts): Sent<Facts>,
) -> Answer {
    let known = house.view_installation(&key).await?;
    let Facts { name, redirects, start_url, logout_url, public_keys } = facts;
    let public_keys = public_keys.unwrap_or(known.public_keys);
    let new = NewInstallation { key: key.clone(), name, public_keys, redirects, start_url, logout_url };
    house.keep_installation(new, Known::Yes, who).await?;
    Ok(answer(house.view_installation(&key).await?))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Switch {
    enabled: bool,
}

async fn switch(
    State(house): State<Arc<House>>,
    Program(who): Program,
    Path(key): Path<String>,
    Sent(Switch { enabled }): Sent<Switch>,
) -> Answer {
    house.switch(&key, enabled, who).await?;
    Ok(answer(json!({"key": key, "enabled": enabled})))
}

async fn put_keys(
    State(house): State<Arc<House>>,
    Program(who): Program,
    Path(key): Path<String>,
    Sent(set): Sent<Value>,
) -> Answer {
    house.change_keys(&key, move |_| Ok(set), who).await?;
    Ok(answer(json!({"keys": house.view_installation(&key).await?.keys})))
}

async fn remove_key(
    State(house): State<Arc<House>>,
    Program(who): Program,
    Path((key, kid)): Path<(String, String)>,
) -> Answer {
    house.change_keys(&key, move |set| operator::without(set, &kid), who).await?;
    Ok(answer(json!({"keys": house.view_installation(&key).await?.keys})))
}

async fn signing_keys(State(house): State<Arc<House>>, _program: Program) -> Answer {
    Ok(answer(json!({"signing_keys": house.signing_key_views().await?})))
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rotate {
    /// Whether nothing the older keys have signed is believed any more.
    #[serde(default)]
    withdraw: bool,
}

async fn rotate(
    State(house): State<Arc<House>>,
    Program(who): Program,
    Sent(Rotate { withdraw }): Sent<Rotate>,
) -> Answer {
    let kid = house.rotate_by(withdraw, who).await?;
    Ok((StatusCode::CREATED, Json(json!({"kid": kid}))).into_response())
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct After {
    #[serde(default)]
    after: String,
}

async fn sealing(State(house): State<Arc<House>>, _program: Program, query: Asked<After>) -> Answer {
    Ok(answer(house.sealing(&read(query)?.after).await?))
}

async fn providers(State(house): State<Arc<House>>, _program: Program) -> Answer {
    Ok(answer(json!({"providers": house.provider_views()})))
}

async fn check(State(house): State<Arc<House>>, Program(who): Program) -> Answer {
    house.check_providers(who).await?;
    Ok(answer(json!({"providers": house.provider_views()})))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Log {
    #[serde(default)]
    installation: String,
    #[serde(default)]
    action: String,
    before: Option<i64>,
}

async fn audit(State(house): State<Arc<House>>, _program: Program, query: Asked<Log>) -> Answer {
    let Log { installation, action, before } = read(query)?;
    let of = house.id_of(&installation).await?;
    Ok(answer(house.records(of, &action, before).await?))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Of {
    #[serde(default)]
    installation: String,
}

async fn verify(State(house): State<Arc<House>>, _program: Program, query: Asked<Of>) -> Answer {
    let of = house.id_of(&read(query)?.installation).await?;
    Ok(answer(house.verify_log(of).await?))
}

async fn export(State(house): State<Arc<House>>, Program(who): Program, query: Asked<Of>) -> Answer {
    let key = read(query)?.installation;
    let of = house.id_of(&key).await?;
    Ok(house.export_log(of, &key, who).await?)
}

async fn tokens(State(house): State<Arc<House>>, _program: Program) -> Answer {
    let tokens: Vec<Value> = house
        .operator_tokens()
        .await?
        .into_iter()
        .map(|t| {
            json!({"id": t.id, "name": t.name, "created": t.created, "expires": t.expires, "last_used": t.used})
        })
        .collect();
    Ok(answer(json!({"tokens": tokens})))
}

async fn withdraw(State(house): State<Arc<House>>, Program(who): Program, Path(id): Path<String>) -> Answer {
    house.withdraw_by(&id, who).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
