use super::*;
use serde_json::json;

const TENANT: &str = "0f1b6c2e-7f0a-4a57-9d2e-6f7f4f1c0a01";
const OTHER: &str = "5d2c9a44-3b1e-4c8f-8a66-2e9b7d4c0b02";
const TEMPLATE: &str = "https://login.microsoftonline.com/{tenantid}/v2.0";

fn now() -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap()
}

fn expect_of<'e>(provider: &'e Provider, dialect: Dialect, issuer: &'e str) -> Expected<'e> {
    Expected {
        provider,
        dialect,
        issuer,
        client_id: "us",
        nonce: "n-1",
        access_token: Some("ya29.x"),
        alg: Alg::Rs256,
        key_issuer: None,
        tenant: None,
        now: now(),
    }
}

fn google() -> Value {
    json!({"iss": "https://accounts.google.com", "aud": "us", "azp": "us", "sub": "117", "nonce": "n-1",
        "iat": 1_800_000_000, "exp": 1_800_003_600, "email": "ingrid@solsiden.example", "email_verified": true,
        "hd": "Solsiden.example", "name": "Ingrid"})
}

fn microsoft() -> Value {
    json!({"iss": TEMPLATE.replace("{tenantid}", TENANT), "aud": "us", "sub": "p", "oid": "o-1", "tid": TENANT,
        "ver": "2.0", "nonce": "n-1", "iat": 1_800_000_000, "exp": 1_800_003_600, "name": "Solveig",
        "preferred_username": "solveig@kaffehuset.example"})
}

fn with(mut base: Value, changes: Value) -> Value {
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            base.as_object_mut().unwrap().remove(name);
        } else {
            base[name] = value.clone();
        }
    }
    base
}

fn read(claims: &Value, expected: &Expected<'_>) -> Result<Proven, Fault> {
    check(claims.as_object().unwrap(), expected)
}

#[test]
fn a_good_token_says_who_it_is() {
    let provider = Provider::google();
    let expected = expect_of(&provider, Dialect::Google, "https://accounts.google.com");
    let proven = read(&google(), &expected).unwrap();
    assert_eq!(proven.identity.key.subject, "117");
    assert_eq!(proven.identity.trust, AddressTrust::Vouched);
    assert_eq!(proven.identity.workspace.as_deref(), Some("solsiden.example"));
    let bare = with(google(), json!({"iss": "accounts.google.com"}));
    assert_eq!(read(&bare, &expected).unwrap().identity.key.realm, "https://accounts.google.com");

    let provider = Provider::microsoft();
    let expected = expect_of(&provider, Dialect::Microsoft, TEMPLATE);
    let proven = read(&microsoft(), &expected).unwrap();
    assert_eq!((proven.identity.key.realm.as_str(), proven.identity.key.subject.as_str()), (TENANT, "o-1"));
    assert_eq!(proven.identity.address.as_deref(), Some("solveig@kaffehuset.example"));
    assert!(!proven.administrator);
    let admin = with(microsoft(), json!({"wids": [ADMINISTRATORS[0]]}));
    assert!(read(&admin, &expected).unwrap().administrator);
}

#[test]
fn every_deviation_is_refused() {
    // ATT-24, ATT-25, ATT-26, ATT-27, ATT-30
    let provider = Provider::google();
    let expected = expect_of(&provider, Dialect::Google, "https://accounts.google.com");
    let table = [
        (json!({"iss": "https://accounts.google.com/"}), Fault::Wrong("iss")),
        (json!({"iss": "https://evil.example"}), Fault::Wrong("iss")),
        (json!({"iss": null}), Fault::Missing("iss")),
        (json!({"aud": "them"}), Fault::Wrong("aud")),
        (json!({"aud": ["us", "them"]}), Fault::Wrong("aud")),
        (json!({"aud": null}), Fault::Missing("aud")),
        (json!({"azp": "them"}), Fault::Wrong("azp")),
        (json!({"nonce": null}), Fault::Missing("nonce")),
        (json!({"nonce": ""}), Fault::Missing("nonce")),
        (json!({"nonce": "n-2"}), Fault::Wrong("nonce")),
        (json!({"sub": null}), Fault::Missing("sub")),
        (json!({"sub": 117}), Fault::Missing("sub")),
        (json!({"exp": 1_799_999_880}), Fault::Time("exp")),
        (json!({"iat": 1_800_000_121}), Fault::Time("iat")),
        (json!({"iat": 1_799_999_000}), Fault::Time("iat")),
        (json!({"exp": "1800003600"}), Fault::Missing("exp")),
        (json!({"at_hash": "AAAA"}), Fault::Wrong("at_hash")),
        (json!({"email": 7}), Fault::Wrong("email")),
    ];
    for (changes, fault) in table {
        assert_eq!(read(&with(google(), changes.clone()), &expected).unwrap_err(), fault, "{changes}");
    }
    for alg in Alg::ALL.iter().copied() {
        // The digest is the one of the token's own algorithm (ATT-30).
        let of_alg = Expected { alg, ..expected };
        let hash = alg.half_hash(b"ya29.x");
        assert!(read(&with(google(), json!({"at_hash": hash})), &of_alg).is_ok(), "{alg:?}");
        let other = if alg == Alg::Es384 { Alg::Rs512 } else { Alg::Es384 };
        let wrong = with(google(), json!({"at_hash": other.half_hash(b"ya29.x")}));
        let refused = read(&wrong, &of_alg).err() == Some(Fault::Wrong("at_hash"));
        assert!(refused || other.half_hash(b"ya29.x") == hash, "{alg:?}");
    }
    let unasked = Expected { nonce: "", ..expected };
    assert_eq!(read(&with(google(), json!({"nonce": "x"})), &unasked).unwrap_err(), Fault::Wrong("nonce"));
}

#[test]
fn m_01_microsofts_issuer_tenant_and_key_belong_together() {
    // ATT-25, M-01, M-02
    let provider = Provider::microsoft();
    let expected = expect_of(&provider, Dialect::Microsoft, TEMPLATE);
    let table = [
        (json!({"tid": OTHER}), Fault::Wrong("iss")),
        (json!({"iss": TEMPLATE}), Fault::Wrong("iss")),
        (json!({"iss": format!("https://sts.windows.net/{TENANT}/"), "ver": "1.0"}), Fault::Wrong("ver")),
        (json!({"tid": CONSUMERS, "iss": TEMPLATE.replace("{tenantid}", CONSUMERS)}), Fault::Wrong("tid")),
        (json!({"tid": "{tenantid}", "iss": TEMPLATE}), Fault::Wrong("tid")),
        (json!({"oid": null}), Fault::Missing("oid")),
        (json!({"tid": null}), Fault::Missing("tid")),
    ];
    for (changes, fault) in table {
        assert_eq!(read(&with(microsoft(), changes.clone()), &expected).unwrap_err(), fault, "{changes}");
    }
    let consumer_key = TEMPLATE.replace("{tenantid}", CONSUMERS);
    let by_consumer_key = Expected { key_issuer: Some(&consumer_key), ..expected };
    assert_eq!(read(&microsoft(), &by_consumer_key).unwrap_err(), Fault::Wrong("iss"));
    let by_template_key = Expected { key_issuer: Some(TEMPLATE), tenant: Some(TENANT), ..expected };
    assert!(read(&microsoft(), &by_template_key).is_ok());
    let asked_other = Expected { tenant: Some(OTHER), ..expected };
    assert_eq!(read(&microsoft(), &asked_other).unwrap_err(), Fault::Wrong("tid"));
}

#[test]
fn addresses_are_vouched_for_only_where_the_provider_does() {
    // ATT-31, ATT-34
    use AddressTrust::{Claimed, Vouched};
    let provider = Provider::microsoft();
    let expected = expect_of(&provider, Dialect::Microsoft, TEMPLATE);
    let guest = "x_kaffehuset.example#EXT#@evil.onmicrosoft.example";
    let victim = "solveig@kaffehuset.example";
    let table = [
        (json!({}), Some(victim), Vouched),
        (json!({"email": "other@x.example"}), Some(victim), Vouched),
        (json!({"preferred_username": guest, "email": victim}), Some(victim), Claimed),
        (json!({"preferred_username": guest, "email": victim, "xms_edov": true}), Some(victim), Vouched),
        (json!({"preferred_username": guest, "email": victim, "xms_edov": "0"}), Some(victim), Claimed),
        (json!({"acct": 1, "email": victim}), Some(victim), Claimed),
        (json!({"idp": "https://sts.windows.net/x/", "email": victim}), Some(victim), Claimed),
        (json!({"preferred_username": null}), None, Claimed),
        (json!({"preferred_username": "no address"}), None, Claimed),
    ];
    for (changes, address, trust) in table {
        let identity = read(&with(microsoft(), changes.clone()), &expected).unwrap().identity;
        assert_eq!((identity.address.as_deref(), identity.trust), (address, trust), "{changes}");
    }
    let provider = Provider::google();
    let expected = expect_of(&provider, Dialect::Google, "https://accounts.google.com");
    for changes in [json!({"hd": null}), json!({"email_verified": false}), json!({"email_verified": "no"})] {
        let identity = read(&with(google(), changes.clone()), &expected).unwrap().identity;
        assert_eq!(identity.trust, Claimed, "{changes}");
    }
}
