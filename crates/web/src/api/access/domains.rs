//! `/api/v1/sign-in/domains`

use super::super::json::Json as Body;
use super::super::query::{At, Word};
use super::super::refusals::Refusals;
use crate::errors::Problem;
use crate::extract::AdminCaller;
use app::App;
use axum::Json;
use axum::extract::State;
use domain::connections::Provider;
use domain::identity::Registration;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A registered domain: its people sign in at this provider.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Domain {
    /// The domain, as it stands behind the @, in lower case.
    domain: String,
    /// The provider's short word.
    provider: String,
    /// Whether domains below it count too.
    subdomains: bool,
    /// Microsoft: the tenant an administrator of it has proven; null until then.
    #[schema(required)]
    tenant: Option<String>,
    /// How many associates have an address in it; null in the answer of a registration.
    #[schema(required)]
    people: Option<u64>,
}

impl Domain {
    fn new(registration: Registration, people: Option<usize>) -> Self {
        Self {
            domain: registration.domain,
            provider: registration.provider.to_string(),
            subdomains: registration.subdomains,
            tenant: registration.tenant,
            people: people.map(|n| n as u64),
        }
    }
}

/// The installation's domains.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Domains {
    /// All of them.
    items: Vec<Domain>,
}

/// List registered domains
#[utoipa::path(get, path = "/api/v1/sign-in/domains", tag = "sign-in", operation_id = "list_domains",
    responses((status = 200, body = Domains), Refusals))]
pub(crate) async fn list(
    State(app): State<App>,
    AdminCaller(caller): AdminCaller,
) -> Result<Json<Domains>, Problem> {
    let (domains, _) = app.sign_in().domains(&caller.ctx).await?;
    let items = domains.into_iter().map(|d| Domain::new(d.registration, Some(d.people))).collect();
    Ok(Json(Domains { items }))
}

/// How a domain is registered.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "subdomains": true }))]
pub(crate) struct DomainRequest {
    /// Whether domains below it count too.
    #[serde(default)]
    subdomains: bool,
}

/// Register a domain
///
/// Or change whether domains below it count. Public mail domains are refused.
#[utoipa::path(put, path = "/api/v1/sign-in/domains/{provider}/{domain}", tag = "sign-in",
    operation_id = "put_domain", request_body = DomainRequest,
    params(("provider" = String, Path, description = "The provider's short word", example = "microsoft"),
        ("domain" = String, Path, description = "The domain behind the @", example = "kaffehuset.example")),
    responses((status = 200, body = Domain), Refusals))]
pub(crate) async fn put(
    State(app): State<App>,
    AdminCaller(caller): AdminCaller,
    At((provider, domain)): At<(Provider, Word)>,
    body: Body<DomainRequest>,
) -> Result<Json<Domain>, Problem> {
    let made = app.sign_in().put_domain(&caller.ctx, &domain.0, &provider, body.ask.subdomains).await?;
    Ok(Json(Domain::new(made, None)))
}

/// Register a domain no more
///
/// Whoever has signed in before still can; nobody new is matched by it.
#[utoipa::path(delete, path = "/api/v1/sign-in/domains/{provider}/{domain}", tag = "sign-in",
    operation_id = "remove_domain",
    params(("provider" = String, Path, description = "The provider's short word", example = "microsoft"),
        ("domain" = String, Path, description = "The domain behind the @", example = "kaffehuset.example")),
    responses((status = 204, description = "It is registered no more."), Refusals))]
pub(crate) async fn remove(
    State(app): State<App>,
    AdminCaller(caller): AdminCaller,
    At((provider, domain)): At<(Provider, Word)>,
) -> Result<StatusCode, Problem> {
    app.sign_in().remove_domain(&caller.ctx, &domain.0, &provider).await?;
    Ok(StatusCode::NO_CONTENT)
}
