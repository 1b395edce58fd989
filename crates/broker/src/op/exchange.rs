//! Token exchange (RFC 8693): a provider's access token for the caller's own installation, person and purpose.
//!
//! The subject token is the id of a connection: it names whose access is meant and proves nothing; the caller's
//! assertion does.

use super::{Client, OauthError};
use crate::house::{House, note};
use crate::vault::Refused;
use domain::audit::Entry;
use domain::connections::{Attention, Need};
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
    let refused_before = match text("refused_at") {
        "" => None,
        at => {
            Some(at.parse::<Timestamp>().map_err(|_| OauthError::request("refused_at must be an instant."))?)
        }
    };
    let (of, connection) = (client.0.id, text("subject_token"));
    let handed = house.access_token(of, connection, need, refused_before).await?;
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
