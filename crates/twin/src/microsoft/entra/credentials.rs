//! How a client proves itself at the token endpoint: by secret or by a signed assertion (microsoft.md 1.4).

use super::authorize;
use super::problem::Problem;
use crate::core::call::{Pairs, decode};
use crate::core::env::Env;
use crate::core::keys::{element, peek};
use crate::microsoft::Microsoft;
use crate::microsoft::directory::App;
use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::Value;

const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// How far clocks may be apart, in seconds.
const SKEW: i64 = 300;

/// The client of a request, proven.
/// # Errors
/// 700016, 7000218, 7000215, 7000222, 700023, 700024, 700027.
pub fn client(state: &mut Microsoft, env: &Env<'_>, form: &Pairs) -> Result<App, Problem> {
    let basic = env.call.header("authorization").and_then(basic);
    let id = form.filled("client_id").map(str::to_owned).or_else(|| basic.as_ref().map(|(id, _)| id.clone()));
    let id = id.ok_or_else(|| Problem::of(90014).saying("client_id is missing."))?;
    let app = authorize::application(state, env.param("tenant"), &id)
        .map_err(|problem| Problem { page: false, ..problem })?;
    if let Some(assertion) = form.filled("client_assertion") {
        if form.get("client_assertion_type") != Some(ASSERTION) {
            return Err(Problem::of(700_027).saying("client_assertion_type is wrong."));
        }
        verify(state, env, &app, assertion)?;
        return Ok(app);
    }
    let secret = form.filled("client_secret").map(str::to_owned).or_else(|| basic.map(|(_, secret)| secret));
    let secret = secret.ok_or_else(|| Problem::of(7_000_218))?;
    match app.secrets.iter().find(|known| known.value == secret) {
        None => Err(Problem::of(7_000_215)),
        Some(known) if known.expires.is_some_and(|until| until <= env.now) => Err(Problem::of(7_000_222)),
        Some(_) => Ok(app),
    }
}

/// `Authorization: Basic`, whose parts are form-encoded first (RFC 6749, section 2.3.1).
fn basic(header: &str) -> Option<(String, String)> {
    let coded = header.strip_prefix("Basic ").or_else(|| header.strip_prefix("basic "))?;
    let text = String::from_utf8(STANDARD.decode(coded.trim()).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    let plain = |part: &str| decode(&part.replace('+', " "));
    Some((plain(id), plain(secret)))
}

fn verify(state: &mut Microsoft, env: &Env<'_>, app: &App, assertion: &str) -> Result<(), Problem> {
    let bad = || Problem::of(700_027);
    let (header, claims) = peek(assertion).ok_or_else(bad)?;
    let certificate = certificate_of(app, &header).ok_or_else(bad)?;
    let (signed, signature) = assertion.rsplit_once('.').ok_or_else(bad)?;
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| bad())?;
    let key = public_key(&certificate).ok_or_else(bad)?;
    let verified = match header["alg"].as_str() {
        Some("PS256") => {
            UnparsedPublicKey::new(&RSA_PSS_2048_8192_SHA256, key).verify(signed.as_bytes(), &signature)
        }
        Some("RS256") => {
            UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key).verify(signed.as_bytes(), &signature)
        }
        _ => return Err(bad()),
    };
    verified.map_err(|_| bad())?;
    if claims["iss"] != app.client_id.as_str() || claims["sub"] != app.client_id.as_str() {
        return Err(bad().saying("iss and sub must be the client id."));
    }
    let own = format!("{}{}", env.house.surfaces.microsoft_login, env.call.path);
    if claims["aud"] != own.as_str() {
        return Err(Problem::of(700_023));
    }
    let now = env.now.as_second();
    let (until, from) = (claims["exp"].as_i64().unwrap_or(0), claims["nbf"].as_i64().unwrap_or(0));
    if until + SKEW < now || from - SKEW > now {
        return Err(Problem::of(700_024));
    }
    let id = claims["jti"].as_str().ok_or_else(|| bad().saying("jti is missing."))?;
    state.entra.assertions.retain(|_, forget| *forget > now);
    match state.entra.assertions.insert(format!("{} {id}", app.client_id), until + SKEW) {
        Some(_) => Err(bad().saying("The assertion was used before.")),
        None => Ok(()),
    }
}

/// The registered certificate that a header's `x5t` or `x5t#S256` names, in DER.
fn certificate_of(app: &App, header: &Value) -> Option<Vec<u8>> {
    let wanted = |name: &str| URL_SAFE_NO_PAD.decode(header[name].as_str()?.trim_end_matches('=')).ok();
    let (sha1, sha256) = (wanted("x5t"), wanted("x5t#S256"));
    app.certificates.iter().filter_map(|pem| der(pem)).find(|der| {
        sha256.as_ref().is_some_and(|wanted| wanted == digest(&SHA256, der).as_ref())
            || sha1.as_ref().is_some_and(|wanted| wanted == digest(&SHA1_FOR_LEGACY_USE_ONLY, der).as_ref())
    })
}

/// The content of the first PEM block.
fn der(pem: &str) -> Option<Vec<u8>> {
    let inner = pem.split("-----BEGIN CERTIFICATE-----").nth(1)?.split("-----END").next()?;
    STANDARD.decode(inner.split_whitespace().collect::<String>()).ok()
}

/// The RSA key of a certificate, as PKCS #1 (RFC 5280, section 4.1).
fn public_key(certificate: &[u8]) -> Option<Vec<u8>> {
    let (outer, _) = element(certificate, 0x30)?;
    let (mut body, _) = element(outer, 0x30)?;
    if let Some((_, rest)) = element(body, 0xA0) {
        body = rest;
    }
    // Serial number, algorithm, issuer, validity, subject.
    for tag in [0x02, 0x30, 0x30, 0x30, 0x30] {
        body = element(body, tag)?.1;
    }
    let (key, _) = element(body, 0x30)?;
    let (_, rest) = element(key, 0x30)?;
    let (bits, _) = element(rest, 0x03)?;
    bits.strip_prefix(&[0]).map(<[u8]>::to_vec)
}
