//! What an id token of a provider must say before we believe it.
//!
//! Signature and form are `platform::jwt`'s. Sources: OpenID Connect Core section 3.1.3.7; Google's and Microsoft's
//! validation rules (references 1.6 and 1.5).

use super::scopes::Dialect;
use domain::connections::Provider;
use domain::identity::{Address, AddressTrust, Identity, IdentityKey};
use jiff::Timestamp;
use platform::digest;
use platform::jwt::{Alg, Claims, Fault, Window};
use serde_json::{Map, Value};
use std::time::Duration;

/// The tenant of personal Microsoft accounts.
pub const CONSUMERS: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";
/// Roles whose holders may agree for a whole tenant: Global, Privileged Role, Application and Cloud Application
/// Administrator (Microsoft Entra built-in roles, template ids).
const ADMINISTRATORS: &[&str] = &[
    "62e90394-69f5-4237-9190-012177145e10",
    "e8611ab8-c189-46e8-94e1-60213ab1f814",
    "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3",
    "158c047a-c907-4556-b7ef-446551a6b5f7",
];

/// What we expect of a token.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'e> {
    /// Whose token it is.
    pub provider: &'e Provider,
    /// How it speaks.
    pub dialect: Dialect,
    /// The issuer of the discovery document; Microsoft's carries `{tenantid}`.
    pub issuer: &'e str,
    /// Our client id.
    pub client_id: &'e str,
    /// The nonce of the attempt.
    pub nonce: &'e str,
    /// The access token that came along, for `at_hash`.
    pub access_token: Option<&'e str>,
    /// The algorithm the token is signed with, whose digest `at_hash` uses.
    pub alg: Alg,
    /// The issuer the signing key may sign for, when its set says so.
    pub key_issuer: Option<&'e str>,
    /// Microsoft: the tenant that was asked for, when it was one.
    pub tenant: Option<&'e str>,
    /// Now.
    pub now: Timestamp,
}

/// Who signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proven {
    /// Their identity.
    pub identity: Identity,
    /// Microsoft: whether they hold a role that may agree for the whole tenant.
    pub administrator: bool,
    /// How they proved it, when the provider says.
    pub methods: Vec<String>,
}

/// Checks the claims of a token whose signature is good.
pub fn check(claims: &Map<String, Value>, expected: &Expected<'_>) -> Result<Proven, Fault> {
    let claims = Claims::of(claims);
    issuer(claims, expected)?;
    claims.audience(expected.client_id)?;
    if claims.optional("azp")?.is_some_and(|azp| azp != expected.client_id) {
        return Err(Fault::Wrong("azp"));
    }
    let skew = Duration::from_secs(if expected.dialect == Dialect::Microsoft { 300 } else { 120 });
    claims.times(Window { now: expected.now, skew, longest: None })?;
    // An id token is fresh: it was made for this very trip.
    if claims.instant("iat")? + skew + Duration::from_mins(10) < expected.now {
        return Err(Fault::Time("iat"));
    }
    let nonce = claims.text("nonce")?;
    if expected.nonce.is_empty() || !digest::equal(nonce.as_bytes(), expected.nonce.as_bytes()) {
        return Err(Fault::Wrong("nonce"));
    }
    if let (Some(hash), Some(token)) = (claims.optional("at_hash")?, expected.access_token)
        && hash != expected.alg.half_hash(token.as_bytes())
    {
        return Err(Fault::Wrong("at_hash"));
    }
    let identity = identity(claims, expected)?;
    Ok(Proven { identity, administrator: is_administrator(claims), methods: texts(claims, "amr") })
}

fn issuer(claims: Claims<'_>, expected: &Expected<'_>) -> Result<(), Fault> {
    let iss = claims.text("iss")?;
    match expected.dialect {
        // Google writes it with the scheme and without.
        Dialect::Google => {
            let bare = expected.issuer.strip_prefix("https://").unwrap_or(expected.issuer);
            if iss == expected.issuer || iss == bare { Ok(()) } else { Err(Fault::Wrong("iss")) }
        }
        Dialect::OpenId if iss == expected.issuer => Ok(()),
        Dialect::OpenId => Err(Fault::Wrong("iss")),
        Dialect::Microsoft => {
            let tid = claims.text("tid")?;
            if claims.text("ver")? != "2.0" {
                return Err(Fault::Wrong("ver"));
            }
            if uuid::Uuid::try_parse(tid).is_err() || tid == CONSUMERS {
                return Err(Fault::Wrong("tid"));
            }
            if expected.tenant.is_some_and(|wanted| wanted != tid) {
                return Err(Fault::Wrong("tid"));
            }
            let of_key = expected.key_issuer.unwrap_or(expected.issuer).replace("{tenantid}", tid);
            if iss == of_key && iss == expected.issuer.replace("{tenantid}", tid) {
                Ok(())
            } else {
                Err(Fault::Wrong("iss"))
            }
        }
    }
}

fn identity(claims: Claims<'_>, expected: &Expected<'_>) -> Result<Identity, Fault> {
    let sub = claims.text("sub")?;
    if sub.len() > 255 {
        return Err(Fault::Wrong("sub"));
    }
    let (realm, subject) = match expected.dialect {
        Dialect::Microsoft => (claims.text("tid")?, claims.text("oid")?),
        Dialect::Google | Dialect::OpenId => (expected.issuer, sub),
    };
    let key = IdentityKey {
        provider: expected.provider.clone(),
        realm: realm.to_owned(),
        subject: subject.to_owned(),
    };
    let (address, trust) = address(claims, expected.dialect)?;
    let name =
        claims.optional("name")?.unwrap_or_default().chars().filter(|c| !c.is_control()).take(120).collect();
    let workspace = match expected.dialect {
        Dialect::Google => claims.optional("hd")?.map(str::to_lowercase),
        Dialect::Microsoft | Dialect::OpenId => None,
    };
    Ok(Identity { key, address, trust, name, workspace })
}

/// The address, and whether the provider vouches for it.
///
/// Google: authoritative when verified and in a Workspace. Microsoft: `email` only with `xms_edov`; the sign-in name of a
/// member is given by the tenant, in a domain the tenant has verified, and a guest's is not an address of theirs.
fn address(claims: Claims<'_>, dialect: Dialect) -> Result<(Option<String>, AddressTrust), Fault> {
    let parsed = |name| Ok::<_, Fault>(claims.optional(name)?.filter(|a| Address::parse(a).is_some()));
    let email = parsed("email")?;
    let vouched = match dialect {
        Dialect::Google => claims.flag("email_verified") && claims.optional("hd")?.is_some(),
        Dialect::OpenId => claims.flag("email_verified"),
        Dialect::Microsoft => {
            let upn = parsed("preferred_username")?.filter(|u| !u.contains("#EXT#"));
            let member = claims.get("acct").is_none_or(|acct| acct.as_i64() == Some(0));
            let home = claims.optional("idp")?.is_none();
            if let Some(upn) = upn
                && member
                && home
            {
                return Ok((Some(upn.to_owned()), AddressTrust::Vouched));
            }
            claims.flag("xms_edov")
        }
    };
    let trust = if vouched && email.is_some() { AddressTrust::Vouched } else { AddressTrust::Claimed };
    Ok((email.map(str::to_owned), trust))
}

fn is_administrator(claims: Claims<'_>) -> bool {
    texts(claims, "wids").iter().any(|role| ADMINISTRATORS.contains(&role.as_str()))
}

fn texts(claims: Claims<'_>, name: &str) -> Vec<String> {
    let all = claims.get(name).and_then(Value::as_array);
    all.map(|all| all.iter().filter_map(Value::as_str).take(20).map(str::to_owned).collect())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
