//! Domains and keys.

use super::Own;
use crate::house::House;
use crate::op::OauthError;
use axum::Json;
use axum::extract::{Path, State};
use domain::connections::Provider;
use domain::identity::Registration;
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// `GET /manage/installation`
pub(crate) async fn domains(
    State(house): State<Arc<House>>,
    Own(own): Own,
) -> Result<Json<Value>, OauthError> {
    let domains = house.domains(own.id).await?;
    let providers: Vec<Value> = (house.settings.providers.iter())
        .map(|p| json!({"name": p.name, "title": p.title, "client_id": p.client_id}))
        .collect();
    Ok(Json(json!({"key": own.key, "name": own.name, "domains": domains, "providers": providers})))
}

/// A domain to register.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewDomain {
    domain: String,
    provider: Provider,
    #[serde(default)]
    subdomains: bool,
}

/// `POST /manage/domains`
pub(crate) async fn put_domain(
    State(house): State<Arc<House>>,
    Own(own): Own,
    Json(new): Json<NewDomain>,
) -> Result<Json<Registration>, OauthError> {
    let new =
        Registration { domain: new.domain, subdomains: new.subdomains, provider: new.provider, tenant: None };
    Ok(Json(house.put_domain(own.id, new).await?))
}

/// `DELETE /manage/domains/{provider}/{domain}`
pub(crate) async fn remove_domain(
    State(house): State<Arc<House>>,
    Own(own): Own,
    Path((provider, domain)): Path<(String, String)>,
) -> Result<StatusCode, OauthError> {
    house.remove_domain(own.id, &domain, &provider.parse()?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `PUT /manage/keys`
pub(crate) async fn put_keys(
    State(house): State<Arc<House>>,
    Own(own): Own,
    Json(keys): Json<Value>,
) -> Result<StatusCode, OauthError> {
    house.put_keys(own.id, keys).await?;
    Ok(StatusCode::NO_CONTENT)
}
