//! Sending somebody to a provider, and what comes back with them.

use super::Upstream;
use crate::rules::scopes::{self, Dialect};
use domain::connections::{Claims, Purpose};
use domain::{Error, Result};
use jiff::Timestamp;
use platform::Secret;
use platform::{digest, jwt};
use serde_json::{Map, Value, json};

/// What a trip needs to know.
#[derive(Debug, Clone)]
pub struct AuthorizeAsk<'a> {
    /// Why.
    pub purpose: Purpose,
    /// Where the provider sends the person back to.
    pub redirect_uri: &'a str,
    /// The unguessable word that comes back.
    pub state: &'a str,
    /// The word that comes back inside the token.
    pub nonce: &'a str,
    /// The PKCE verifier, of which the provider sees the hash.
    pub verifier: &'a Secret,
    /// The account to suggest.
    pub login_hint: &'a str,
    /// Microsoft: the tenant whose endpoint to use, or `organizations`.
    pub tenant: &'a str,
    /// A claims challenge to fulfil, as JSON.
    pub claims: Option<&'a str>,
    /// Whether the person should be able to choose another account.
    pub choose: bool,
    /// Whether the person has to prove anew who they are, whatever session the provider still has.
    pub fresh: bool,
}

/// Where to send the person, and what was asked for.
#[derive(Debug, Clone)]
pub struct Trip {
    /// The address.
    pub url: String,
    /// The scopes, separated by spaces.
    pub scopes: String,
}

impl Upstream {
    /// The address of a trip.
    /// # Errors
    /// `Unavailable` when the provider has published nothing we have read.
    pub async fn trip(&self, ask: &AuthorizeAsk<'_>, now: Timestamp) -> Result<Trip> {
        let published = self.metadata.get(&*self.transport, now).await.ok_or_else(|| self.unreachable())?;
        let dialect = self.settings.dialect;
        let scopes = scopes::of_purpose(dialect, ask.purpose).join(" ");
        let challenge = jwt::base64url(&digest::sha256(ask.verifier.reveal().as_bytes()));
        let mut query = form_urlencoded::Serializer::new(String::new());
        query
            .append_pair("client_id", &self.settings.client_id)
            .append_pair("response_type", "code")
            .append_pair("redirect_uri", ask.redirect_uri)
            .append_pair("scope", &scopes)
            .append_pair("state", ask.state)
            .append_pair("nonce", ask.nonce)
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256");
        if !ask.login_hint.is_empty() {
            query.append_pair("login_hint", ask.login_hint);
        }
        let choose = ask.choose && ask.login_hint.is_empty();
        match dialect {
            Dialect::Google => {
                if ask.purpose == Purpose::SystemUserConnect {
                    // The one pair that brings a refresh token every time (G-07).
                    query
                        .append_pair("access_type", "offline")
                        .append_pair("prompt", "consent select_account");
                } else if ask.purpose == Purpose::PickFolders {
                    // Google's picker as a page of its own (Google Picker for desktop applications).
                    query
                        .append_pair("prompt", "consent")
                        .append_pair("include_granted_scopes", "false")
                        .append_pair("trigger_onepick", "true")
                        .append_pair("allow_folder_selection", "true")
                        .append_pair("allow_multiple", "true")
                        .append_pair("mimetypes", "application/vnd.google-apps.folder");
                } else if choose || ask.fresh {
                    // Google knows no `login`; choosing the account is the most it can be asked for.
                    query.append_pair("prompt", "select_account");
                }
            }
            Dialect::Microsoft => {
                // A form that is posted across sites would come without our cookies.
                query.append_pair("response_mode", "query");
                if ask.fresh {
                    query.append_pair("prompt", "login");
                } else if choose {
                    query.append_pair("prompt", "select_account");
                }
                if ask.purpose == Purpose::UserConnect || ask.claims.is_some() {
                    query.append_pair("claims", &claims_parameter(ask.claims));
                }
            }
            Dialect::OpenId => {
                if ask.fresh {
                    query.append_pair("prompt", "login");
                } else if choose {
                    query.append_pair("prompt", "select_account");
                }
            }
        }
        let endpoint = self.at_tenant(&published.authorization_endpoint, "authorize", ask.tenant);
        let join = if endpoint.contains('?') { '&' } else { '?' };
        Ok(Trip { url: format!("{endpoint}{join}{}", query.finish()), scopes })
    }

    /// Where an administrator of a tenant agrees for everybody. What comes back from there is a hint and no proof.
    pub fn consent_url(&self, tenant: &str, redirect_uri: &str, state: &str) -> String {
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("client_id", &self.settings.client_id)
            .append_pair("scope", "https://graph.microsoft.com/.default")
            .append_pair("redirect_uri", redirect_uri)
            .append_pair("state", state)
            .finish();
        format!("{}/{tenant}/v2.0/adminconsent?{query}", self.settings.issuer.trim_end_matches('/'))
    }

    /// Refuses an `iss` that came back and is not this provider's (RFC 9207). Simple string comparison.
    /// # Errors
    /// `Invalid`; also when the provider announces `iss` and none came.
    pub async fn check_issuer(&self, iss: Option<&str>, tenant: Option<&str>, now: Timestamp) -> Result<()> {
        let published = self.metadata.get(&*self.transport, now).await.ok_or_else(|| self.unreachable())?;
        let expected = tenant
            .map_or_else(|| published.issuer.clone(), |tid| published.issuer.replace("{tenantid}", tid));
        match iss {
            None if published.announces_iss => Err(mixed_up("missing iss")),
            None => Ok(()),
            Some(iss) if iss == expected || iss == published.issuer => Ok(()),
            Some(_) => Err(mixed_up("wrong iss")),
        }
    }

    /// Microsoft's endpoints are those of one tenant; others have one each.
    pub(super) fn at_tenant(&self, published: &str, leaf: &str, tenant: &str) -> String {
        if self.settings.dialect == Dialect::Microsoft {
            let base = self.settings.issuer.trim_end_matches('/');
            return format!("{base}/{tenant}/oauth2/v2.0/{leaf}");
        }
        published.to_owned()
    }
}

fn mixed_up(why: &'static str) -> Error {
    Error::invalid("The answer came from another provider than the one you were sent to. Begin again.")
        .with("why", why)
}

/// Declares that we understand claims challenges (`cp1`), joined with one that is to be fulfilled.
pub(super) fn claims_parameter(challenge: Option<&str>) -> String {
    let challenge = challenge.and_then(Claims::read);
    let mut claims: Map<String, Value> =
        challenge.and_then(|c| serde_json::from_str(c.as_str()).ok()).unwrap_or_default();
    claims.entry("access_token").or_insert_with(|| json!({}))["xms_cc"] = json!({"values": ["cp1"]});
    Value::Object(claims).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_we_understand_is_declared_beside_whatever_a_challenge_wants() {
        let plain = r#"{"access_token":{"xms_cc":{"values":["cp1"]}}}"#;
        for none in [None, Some("<html>"), Some("[]"), Some(r#"{"access_token":"text"}"#)] {
            assert_eq!(claims_parameter(none), plain, "{none:?}");
        }
        let both =
            claims_parameter(Some(r#"{"id_token":{"a":null},"access_token":{"acrs":{"value":"c1"}}}"#));
        let both: Value = serde_json::from_str(&both).unwrap();
        assert_eq!(both["access_token"], json!({"acrs": {"value": "c1"}, "xms_cc": {"values": ["cp1"]}}));
        assert_eq!(both["id_token"], json!({"a": null}));
    }
}
