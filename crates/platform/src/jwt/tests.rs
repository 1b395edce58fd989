use super::*;
use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::json;
use std::time::Duration;

fn keys(of: &[&SigningKey]) -> KeySet {
    let keys: Vec<_> = of.iter().map(|k| k.public_jwk()).collect();
    KeySet::read(json!({ "keys": keys }).to_string().as_bytes()).unwrap()
}

fn check(token: &str, keys: &KeySet) -> Result<(), Fault> {
    Unverified::read(token, &[Alg::Es256])?.verify(keys).map(drop)
}

fn token(header: &str, claims: &str, key: &SigningKey) -> String {
    // A token of any header, signed as it stands.
    let message = format!("{}.{}", base64url(header.as_bytes()), base64url(claims.as_bytes()));
    format!("{message}.{}", base64url(&key.sign_bytes(message.as_bytes())))
}

impl SigningKey {
    fn sign_bytes(&self, message: &[u8]) -> Vec<u8> {
        // The pair is private to `sign`; a token of ours carries the same signature.
        sign::raw(self, message)
    }
}

#[test]
fn a_token_of_ours_is_verified_and_says_what_it_was_given() {
    let key = SigningKey::generate().unwrap();
    let token = key.sign("test+jwt", &json!({"sub": "7"})).unwrap();
    let read = Unverified::read(&token, &[Alg::Es256]).unwrap();
    assert!(read.is_type("test+jwt").is_ok() && read.is_type("jwt").is_err());
    let (claims, by) = read.verify(&keys(&[&key])).unwrap();
    assert_eq!(Claims::of(&claims).text("sub"), Ok("7"));
    assert_eq!(by.kid(), Some(key.kid()));
    let again = SigningKey::from_pkcs8(&key.to_pkcs8().unwrap()).unwrap();
    assert_eq!(again.kid(), key.kid());
}

#[test]
fn algorithms_that_are_not_allowed_are_refused() {
    // ATT-20, ATT-22
    let key = SigningKey::generate().unwrap();
    let set = keys(&[&key]);
    let kid = key.kid();
    for (header, fault) in [
        (format!(r#"{{"alg":"none","kid":"{kid}"}}"#), Fault::Algorithm),
        (format!(r#"{{"alg":"None","kid":"{kid}"}}"#), Fault::Algorithm),
        (format!(r#"{{"alg":"HS256","kid":"{kid}"}}"#), Fault::Algorithm),
        (format!(r#"{{"alg":"RS256","kid":"{kid}"}}"#), Fault::Algorithm),
        (format!(r#"{{"kid":"{kid}"}}"#), Fault::Malformed),
        (format!(r#"{{"alg":7,"kid":"{kid}"}}"#), Fault::Malformed),
        (format!(r#"{{"alg":"ES256","kid":"{kid}","crit":["x"]}}"#), Fault::Critical),
        (format!(r#"{{"alg":"ES256","kid":"{kid}","alg":"ES256"}}"#), Fault::Malformed),
        (r#"{"alg":"ES256","kid":"other","jku":"https://evil.example/keys"}"#.to_owned(), Fault::UnknownKey),
        (r#"{"alg":"ES256","kid":["x"]}"#.to_owned(), Fault::Malformed),
    ] {
        assert_eq!(check(&token(&header, "{}", &key), &set), Err(fault), "{header}");
    }
    let other = SigningKey::generate().unwrap();
    let embedded = format!(r#"{{"alg":"ES256","kid":"{kid}","jwk":{}}}"#, other.public_jwk());
    assert_eq!(check(&token(&embedded, "{}", &other), &set), Err(Fault::Signature));
}

#[test]
fn a_token_without_a_key_id_means_the_only_key_or_none() {
    // ATT-23
    let (one, two) = (SigningKey::generate().unwrap(), SigningKey::generate().unwrap());
    let nameless = token(r#"{"alg":"ES256"}"#, "{}", &one);
    assert_eq!(check(&nameless, &keys(&[&one])), Ok(()));
    assert_eq!(check(&nameless, &keys(&[&one, &two])), Err(Fault::AmbiguousKey));
    assert_eq!(check(&nameless, &KeySet::default()), Err(Fault::AmbiguousKey));
}

#[test]
fn every_changed_character_is_noticed() {
    // ATT-28
    let key = SigningKey::generate().unwrap();
    let set = keys(&[&key]);
    let good = key.sign("JWT", &json!({"sub": "7", "n": 1})).unwrap();
    assert_eq!(check(&good, &set), Ok(()));
    for at in 0..good.len() {
        let mut bytes = good.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        assert!(check(std::str::from_utf8(&bytes).unwrap(), &set).is_err(), "character {at}");
        assert!(check(&good[..at], &set).is_err(), "cut at {at}");
    }
    let long = "A".repeat(1 << 20);
    for wrong in [format!("{good}.x"), format!("{good}="), format!("a.{good}"), String::new(), long] {
        assert!(check(&wrong, &set).is_err());
    }
}

#[test]
fn times_are_numbers_within_the_window() {
    // ATT-26
    let now = Timestamp::from_second(1_800_000_000).unwrap();
    let window = Window { now, skew: Duration::from_mins(1), longest: Some(Duration::from_mins(10)) };
    let table = [
        (json!({"iat": 1_800_000_000, "exp": 1_800_000_300}), Ok(())),
        (json!({"iat": 1_799_999_800, "exp": 1_799_999_950}), Ok(())),
        (json!({"iat": 1_799_999_000, "exp": 1_799_999_940}), Err(Fault::Time("exp"))),
        (json!({"iat": 1_800_000_061, "exp": 1_800_000_300}), Err(Fault::Time("iat"))),
        (json!({"iat": 1_800_000_000, "exp": 1_800_000_300, "nbf": 1_800_000_061}), Err(Fault::Time("nbf"))),
        (json!({"iat": 1_800_000_000, "exp": 1_800_000_601}), Err(Fault::Wrong("exp"))),
        (json!({"iat": 1_800_000_000}), Err(Fault::Missing("exp"))),
        (json!({"exp": 1_800_000_000}), Err(Fault::Missing("iat"))),
        (json!({"iat": "1800000000", "exp": 1_800_000_300}), Err(Fault::Missing("iat"))),
        (json!({"iat": 1_800_000_000, "exp": 1e300}), Err(Fault::Wrong("exp"))),
        (json!({"iat": -5, "exp": 1_800_000_300}), Err(Fault::Wrong("iat"))),
    ];
    for (claims, expected) in table {
        assert_eq!(Claims::of(claims.as_object().unwrap()).times(window), expected, "{claims}");
    }
}

#[test]
fn the_audience_is_one_and_ours() {
    // ATT-24
    let table = [
        (json!({"aud": "us"}), Ok(()), Ok(())),
        (json!({"aud": ["us"]}), Ok(()), Err(Fault::Wrong("aud"))),
        (json!({"aud": ["us", "them"]}), Err(Fault::Wrong("aud")), Err(Fault::Wrong("aud"))),
        (json!({"aud": "them"}), Err(Fault::Wrong("aud")), Err(Fault::Wrong("aud"))),
        (json!({"aud": []}), Err(Fault::Wrong("aud")), Err(Fault::Wrong("aud"))),
        (json!({}), Err(Fault::Missing("aud")), Err(Fault::Missing("aud"))),
    ];
    for (claims, lenient, single) in table {
        let map = claims.as_object().unwrap();
        assert_eq!(Claims::of(map).audience("us"), lenient, "{claims}");
        assert_eq!(Claims::of(map).single_audience(&["us"]), single, "{claims}");
    }
}

#[test]
fn every_allowed_algorithm_is_verified_and_no_other_in_its_place() {
    use aws_lc_rs::rand::SystemRandom;
    use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
    use aws_lc_rs::signature as sig;
    use aws_lc_rs::signature::KeyPair as _;
    let random = SystemRandom::new();
    let signed = |alg: &str, sign: &dyn Fn(&[u8]) -> Vec<u8>| {
        let header = format!(r#"{{"alg":"{alg}","kid":"k"}}"#);
        let message = format!("{}.{}", base64url(header.as_bytes()), base64url(b"{}"));
        format!("{message}.{}", base64url(&sign(message.as_bytes())))
    };
    let set = |mut key: Value| {
        key["kid"] = json!("k");
        KeySet::from_value(&json!({"keys": [key]})).unwrap()
    };
    let mut cases = Vec::new();
    for (alg, curve, form, length) in [
        (Alg::Es256, "P-256", &sig::ECDSA_P256_SHA256_FIXED_SIGNING, 32),
        (Alg::Es384, "P-384", &sig::ECDSA_P384_SHA384_FIXED_SIGNING, 48),
        (Alg::Es512, "P-521", &sig::ECDSA_P521_SHA512_FIXED_SIGNING, 66),
    ] {
        let pair = sig::EcdsaKeyPair::generate(form).unwrap();
        let point = pair.public_key().as_ref();
        let (x, y) = (base64url(&point[1..=length]), base64url(&point[length + 1..]));
        let token = signed(alg.name(), &|m| pair.sign(&random, m).unwrap().as_ref().to_vec());
        cases.push((alg, token, set(json!({"kty": "EC", "crv": curve, "x": x, "y": y}))));
    }
    let pair = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
    // PKCS #1: a sequence of the modulus, 256 bytes behind nine of heads and a zero, and the exponent 65537.
    let jwk = json!({"kty": "RSA", "n": base64url(&pair.public_key().as_ref()[9..265]), "e": "AQAB"});
    for (alg, form) in [
        (Alg::Rs256, &sig::RSA_PKCS1_SHA256 as &dyn sig::RsaEncoding),
        (Alg::Rs384, &sig::RSA_PKCS1_SHA384),
        (Alg::Rs512, &sig::RSA_PKCS1_SHA512),
        (Alg::Ps256, &sig::RSA_PSS_SHA256),
        (Alg::Ps384, &sig::RSA_PSS_SHA384),
        (Alg::Ps512, &sig::RSA_PSS_SHA512),
    ] {
        let token = signed(alg.name(), &|m| {
            let mut signature = vec![0; pair.public_modulus_len()];
            pair.sign(form, &random, m, &mut signature).unwrap();
            signature
        });
        cases.push((alg, token, set(jwk.clone())));
    }
    for (alg, token, keys) in &cases {
        let read = |allowed: &[Alg]| Unverified::read(token, allowed)?.verify(keys).map(drop);
        assert_eq!(read(&[*alg]), Ok(()), "{alg:?}");
        let others: Vec<Alg> = Alg::ALL.iter().copied().filter(|other| other != alg).collect();
        assert_eq!(read(&others), Err(Fault::Algorithm), "{alg:?}");
        let renamed =
            token.replacen(&base64url(format!(r#"{{"alg":"{}""#, alg.name()).as_bytes())[..12], "x", 1);
        assert!(Unverified::read(&renamed, Alg::ALL).is_err());
    }
}

#[test]
fn the_hash_of_an_access_token_follows_the_algorithm() {
    // OpenID Connect Core section 3.1.3.6: half of 256, 384 and 512 bits.
    for (alg, length) in [(Alg::Es256, 22), (Alg::Rs384, 32), (Alg::Ps512, 43), (Alg::EdDsa, 43)] {
        assert_eq!(alg.half_hash(b"token").len(), length, "{alg:?}");
    }
    assert_eq!(Alg::Rs256.half_hash(b"token"), base64url(&digest::sha256(b"token")[..16]));
    assert_eq!(Alg::Es384.half_hash(b"token"), base64url(&digest::sha384(b"token")[..24]));
    assert_eq!(Alg::EdDsa.half_hash(b"token"), base64url(&digest::sha512(b"token")[..32]));
}

#[test]
fn weak_private_and_foreign_keys_are_not_used() {
    let weak = json!({"keys": [{"kty": "RSA", "n": base64url(&[0xFF; 128]), "e": "AQAB"}]});
    assert!(KeySet::from_value(&weak).unwrap().is_empty());
    let encryption =
        json!({"keys": [{"kty": "RSA", "use": "enc", "n": base64url(&[0xFF; 256]), "e": "AQAB"}]});
    assert!(KeySet::from_value(&encryption).unwrap().is_empty());
    let symmetric = json!({"keys": [{"kty": "oct", "k": "AAAA"}]});
    assert!(KeySet::from_value(&symmetric).is_none());
    for document in ["", "[]", "{}", r#"{"keys":{}}"#, r#"{"keys":[1]}"#, r#"{"keys":[],"keys":[]}"#] {
        assert!(KeySet::read(document.as_bytes()).is_none(), "{document}");
    }
}

proptest! {
    #[test]
    fn any_text_is_refused_without_a_panic(text in "\\PC{0,200}") {
        let key = SigningKey::generate().unwrap();
        prop_assert!(check(&text, &keys(&[&key])).is_err());
        let _ = KeySet::read(text.as_bytes());
    }
}
