//! What a client finds out by itself (microsoft.md 1.1; M-01).

use super::Done;
use super::problem::Problem;
use crate::core::answer::Answer;
use crate::core::env::Env;
use crate::core::keys::SigningKey;
use crate::microsoft::Microsoft;
use crate::microsoft::directory::CONSUMERS;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// The tenant's word in an address, made its id where it names one tenant; `{tenantid}` where it names many.
fn issuer_tenant(state: &Microsoft, word: &str) -> Result<String, Problem> {
    match word {
        "common" | "organizations" => Ok("{tenantid}".to_owned()),
        "consumers" | CONSUMERS => Ok(CONSUMERS.to_owned()),
        other => {
            state.directory.tenant(other).map(|tenant| tenant.id.clone()).ok_or_else(|| Problem::of(90002))
        }
    }
}

/// `GET /{tenant}/v2.0/.well-known/openid-configuration`
pub fn configuration(state: &mut Microsoft, env: &mut Env<'_>) -> Done {
    let word = env.param("tenant").to_owned();
    let tenant = issuer_tenant(state, &word)?;
    let (login, graph) = (&env.house.surfaces.microsoft_login, &env.house.surfaces.graph);
    let at = |path: &str| format!("{login}/{word}{path}");
    let host = |base: &str| base.split("://").nth(1).unwrap_or_default().to_owned();
    let body = json!({
        "token_endpoint": at("/oauth2/v2.0/token"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "jwks_uri": at("/discovery/v2.0/keys"),
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": format!("{login}/{tenant}/v2.0"),
        "request_uri_parameter_supported": false,
        "userinfo_endpoint": format!("{graph}/oidc/userinfo"),
        "authorization_endpoint": at("/oauth2/v2.0/authorize"),
        "device_authorization_endpoint": at("/oauth2/v2.0/devicecode"),
        "http_logout_supported": true,
        "frontchannel_logout_supported": true,
        "end_session_endpoint": at("/oauth2/v2.0/logout"),
        "claims_supported": ["sub", "iss", "cloud_instance_name", "cloud_instance_host_name", "cloud_graph_host_name",
            "msgraph_host", "aud", "exp", "iat", "auth_time", "acr", "nonce", "preferred_username", "name", "tid", "ver",
            "at_hash", "c_hash", "email"],
        "kerberos_endpoint": at("/kerberos"),
        "tenant_region_scope": null,
        "cloud_instance_name": host(login),
        "cloud_graph_host_name": host(graph),
        "msgraph_host": host(graph),
        "rbac_url": login,
    });
    Ok(Answer::ok(&body)
        .with("cache-control", "max-age=86400, private")
        .with("access-control-allow-origin", "*"))
}

/// `GET /{tenant}/discovery/v2.0/keys`: every key says whose tokens it may sign, and comes with a self-signed
/// certificate of its own that names it.
pub fn keys(state: &mut Microsoft, env: &mut Env<'_>) -> Done {
    let word = env.param("tenant").to_owned();
    let tenant = issuer_tenant(state, &word)?;
    let login = &env.house.surfaces.microsoft_login;
    let one = |key: &SigningKey, tenant: &str| -> Value {
        let mut jwk = key.jwk();
        jwk["x5t"] = json!(key.thumbprint());
        jwk["x5c"] = json!([STANDARD.encode(key.certificate())]);
        jwk["issuer"] = json!(format!("{login}/{tenant}/v2.0"));
        if let Some(members) = jwk.as_object_mut() {
            members.remove("alg");
        }
        jwk
    };
    let own = if tenant == "{tenantid}" { "{tenantid}" } else { tenant.as_str() };
    let mut keys: Vec<Value> = state.entra.keys.iter().map(|key| one(key, own)).collect();
    if let Some(key) = state.entra.consumer_key.as_ref().filter(|_| word == "common" || word == "consumers") {
        keys.push(one(key, CONSUMERS));
    }
    Ok(Answer::ok(&json!({ "keys": keys })).with("cache-control", "max-age=86400, private"))
}
