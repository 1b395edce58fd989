//! Token exchange (RFC 8693): a provider's access token for the caller's own installation, person and purpose.
//!
//! The subject token is the id of a connection: it names whose access is meant and proves nothing; the caller's
//! assertion does.

use super::{Client, OauthError};
use crate::house::{House, note};
use crate::vault::{Refused, Unfit};
use domain::audit::Entry;
use domain::connections::{Attention, Claims, Need};
use http::StatusCode;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Arc;

/// The type of a connection's id as a subject token.
pub(crate) const CONNECTION: &str = "urn:chancery:params:oauth:token-type:connection";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

/// Hands out a token, or says in the words of the standard why not.
pub(super) async fn exchange(
    house: &Arc<House>,
    client: &Client,
    form: &HashMap<String, String>,
) -> Result<Value, OauthError> {
    let text = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    house.limits.token(client.0.id)?;
    if text("subject_token_type") != CONNECTION {
        return Err(OauthError::request(format!("subject_token_type must be {CONNECTION}.")));
    }
    if !matches!(text("requested_token_type"), "" | ACCESS_TOKEN) {
        return Err(OauthError::request("Only access tokens are handed out."));
    }
    // The need is ours to translate: an installation cannot widen what a need means.
    let need: Need = text("scope").parse().map_err(|_| {
        OauthError::new(
            StatusCode::BAD_REQUEST,
            "invalid_scope",
            "scope must be documents, provisioning or directory.",
        )
    })?;
    let unfit = unfit(form).map_err(OauthError::request)?;
    let (of, connection) = (client.0.id, text("subject_token"));
    let handed = house.access_token(of, connection, need, unfit).await?;
    let now = house.now();
    let entry = match &handed {
        Ok(_) => Entry::done("token.handed_out", format!("connection:{}", object(connection))),
        Err(why) => {
            Entry::refused("token.refused", format!("connection:{}", object(connection)), reason(why))
        }
    };
    house.db.write(move |tx| note(tx, of, "client", entry, now)).await?;
    match handed {
        Ok(handed) => {
            let left = handed.expires.duration_since(now).as_secs().max(0);
            Ok(
                json!({"access_token": handed.token.reveal(), "issued_token_type": ACCESS_TOKEN, "token_type": "Bearer",
                "expires_in": left, "scope": handed.scopes}),
            )
        }
        Err(why) => Err(refusal(&why)),
    }
}

/// What is wrong with the token that was handed out before, in parameters of our own: `refused_at`, an instant;
/// `refused_token`, its SHA-256 in base64url; `claims`, what the resource wants to see in the next one (microsoft.md 1.8).
fn unfit(form: &HashMap<String, String>) -> Result<Unfit, &'static str> {
    let given = |name: &str| form.get(name).map(String::as_str).filter(|text| !text.is_empty());
    let at = given("refused_at").map(str::parse::<Timestamp>).transpose();
    let is_hash = |text: &str| {
        text.len() == 43 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
    };
    let token = given("refused_token");
    if token.is_some_and(|text| !is_hash(text)) {
        return Err("refused_token must be a SHA-256 in base64url.");
    }
    let claims = given("claims").map(|text| {
        Claims::read(text).ok_or("claims must be a JSON object of objects of at most 4096 bytes.")
    });
    Ok(Unfit {
        at: at.map_err(|_| "refused_at must be an instant.")?,
        token: token.map(str::to_owned),
        claims: claims.transpose()?,
    })
}

/// An id of ours, and nothing else, gets into a record.
fn object(connection: &str) -> String {
    connection.chars().filter(|c| c.is_ascii_hexdigit() || *c == '-').take(36).collect()
}

fn reason(why: &Refused) -> String {
    match why {
        Refused::Absent => "absent".into(),
        Refused::Broken(attention) => attention.map_or("broken", |a| a.as_str()).into(),
        Refused::Later(_) => "later".into(),
        Refused::Unsupported => "unsupported".into(),
    }
}

fn refusal(why: &Refused) -> OauthError {
    match why {
        // The same for one that does not exist and one of another installation.
        Refused::Absent => {
            OauthError::new(StatusCode::NOT_FOUND, "invalid_target", "There is no such connection.")
        }
        Refused::Broken(attention) => OauthError::grant("The connection needs attention.")
            .with(json!({"attention": attention.map(Attention::as_str)})),
        Refused::Later(pause) => {
            let words = "The provider does not answer well at the moment.";
            OauthError::new(StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable", words)
                .retry(pause.as_secs().max(1) as u64)
        }
        Refused::Unsupported => {
            let words = "The provider has no token for this purpose.";
            OauthError::new(StatusCode::BAD_REQUEST, "invalid_scope", words)
        }
    }
}
