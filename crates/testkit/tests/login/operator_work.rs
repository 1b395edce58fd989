//! What an operator does: in pages and through the interface for programs.

use crate::operator::{LOOKS, PAGES, at, call, entered, said};
use crate::steps::{self, at_the_form, sign_in, type_address};
use bytes::Bytes;
use http::{Method, Request, StatusCode};
use platform::digest::Sha256;
use platform::jwt::{KeySet, SigningKey, Unverified};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use testkit::login::{GOOGLE_SECRET, Installation, Jar, LOGIN, MICROSOFT_SECRET, Stage};
use twin::core::answer::Content;

async fn token(stage: &Stage) -> String {
    stage.house.operator_token("tools", 1).await.unwrap().1
}

fn key_set(keys: &[&SigningKey]) -> Value {
    json!({"keys": keys.iter().map(|k| k.public_jwk()).collect::<Vec<_>>()})
}

#[tokio::test]
async fn an_installation_is_registered_changed_and_given_other_keys_by_pages() {
    let stage = Stage::new().await;
    let mut jar = entered(&stage, "ada").await;
    let page = at(&mut jar, &stage, "/installations").await;
    assert!(page.text.contains("No installation is registered yet"), "{}", page.text);
    let (first, second) = (SigningKey::generate().unwrap(), SigningKey::generate().unwrap());
    let keys = first.public_jwk().to_string();
    let fields = vec![
        ("key", "nordlys"),
        ("name", "Nordlys <b>&"),
        ("redirects", " https://nordlys.test/sign-in/return \n\nhttps://nordlys.test/second"),
        ("start_url", "https://nordlys.test/sign-in/start"),
        ("logout_url", ""),
        ("keys", keys.as_str()),
    ];
    let blank = at(&mut jar, &stage, "/register").await;
    for (name, value, says) in [
        ("key", "Nordlys", "lower-case letters"),
        ("redirects", "http://nordlys.test/", "must be an https address"),
        ("redirects", "", "at least one address"),
        ("name", " ", "needs a name"),
        ("keys", "{", "cannot be read"),
        ("keys", r#"{"keys":[]}"#, "1 to 10 public keys"),
        ("keys", r#"{"kty":"EC","crv":"P-256","d":"very-private-word"}"#, "public keys"),
    ] {
        let mut wrong = fields.clone();
        wrong.iter_mut().filter(|(n, _)| *n == name).for_each(|f| f.1 = value);
        let page = jar.press(&stage, &blank, "name=\"redirects\"", &wrong).await;
        assert!(page.status == StatusCode::BAD_REQUEST && page.text.contains(says), "{name}: {}", page.text);
        assert!(page.text.contains("https://nordlys.test/sign-in/start"), "what was typed stays");
        assert!(!page.text.contains("very-private-word"), "a private key is not shown again");
    }
    let page = jar.press(&stage, &blank, "name=\"redirects\"", &fields).await;
    assert!(page.text.contains("The installation is registered"), "{}", page.text);
    assert!(
        page.text.contains("Nordlys &#60;b&#62;&#38;") && !page.text.contains("<b>&"),
        "ATT-49: {}",
        page.text
    );
    assert!(page.text.contains(first.kid()) && page.text.contains("not yet"), "{}", page.text);
    let again = jar.press(&stage, &blank, "name=\"redirects\"", &fields).await;
    assert!(again.text.contains("Another installation has this key"), "{}", again.text);

    let page = at(&mut jar, &stage, "/installations/nordlys/change").await;
    let changed = [("name", "Nordlys Trading"), fields[2]];
    let page = jar.press(&stage, &page, "name=\"redirects\"", &changed).await;
    assert!(page.text.contains("The installation is changed") && page.text.contains("Nordlys Trading"));
    let page = at(&mut jar, &stage, "/installations/nordlys/keys").await;
    let both = key_set(&[&first, &second]).to_string();
    let page = jar.press(&stage, &page, "name=\"keys\"", &[("keys", &both)]).await;
    assert!(page.text.contains(first.kid()) && page.text.contains(second.kid()), "{}", page.text);

    // The installation proves itself with the second key, and the page says when.
    let redirect = "https://nordlys.test/sign-in/return".to_owned();
    let crm = Installation { key: "nordlys".into(), signing: second.clone(), redirect };
    crm.push(&stage, &[]).await;
    let page = at(&mut jar, &stage, "/installations/nordlys").await;
    assert!(page.text.contains("1 June 2026, 12:00 UTC"), "{}", page.text);
    let page = jar.press(&stage, &page, &format!("name=\"kid\" value=\"{}\"", first.kid()), &[]).await;
    assert!(page.text.contains("keys are changed") && !page.text.contains(first.kid()), "{}", page.text);
    let old = Installation { signing: first, ..crm.clone() };
    let heard = old.post(&stage, "/token", &[("grant_type", "client_credentials")]).await;
    assert_eq!(heard.error(), "invalid_client", "a key that was taken away proves nothing any more");
    crm.push(&stage, &[]).await;
    let found = at(&mut jar, &stage, "/installations?q=TRADING").await;
    assert!(found.text.contains("nordlys"), "{}", found.text);
    let none = at(&mut jar, &stage, "/installations?q=%25").await;
    assert!(none.text.contains("No installation has"), "a sign of patterns is a sign: {}", none.text);
}

#[tokio::test]
async fn cutting_an_installation_off_ends_its_tokens_at_once_and_letting_it_in_works() {
    // ATT-40
    let stage = Stage::new().await;
    let crm = Installation::ready(&stage, "nordlys").await;
    let other = Installation::ready(&stage, "fjord").await;
    let id = steps::system_user(&stage, &crm).await;
    let own = crm.post(&stage, "/token", &[("grant_type", "client_credentials")]).await.json;
    let manage = async || {
        let request = Request::get(format!("{LOGIN}/manage/connections"))
            .header("authorization", format!("Bearer {}", own["access_token"].as_str().unwrap()))
            .body(Bytes::new())
            .unwrap();
        stage.serve(request).await.status()
    };
    let mut person = Jar::default();
    let (pushed, form) = at_the_form(&stage, &crm, &mut person).await;
    let back = type_address(&mut person, &stage, &form, "ingrid@solsiden.example").await;
    let code = back.query("code").unwrap();
    let waiting = crm.push(&stage, &[]).await;
    assert_eq!(
        (manage().await, crm.exchange(&stage, &id, "documents").await.status),
        (StatusCode::OK, StatusCode::OK)
    );

    let mut jar = entered(&stage, "ada").await;
    let page = at(&mut jar, &stage, "/installations/nordlys/switch").await;
    assert!(page.text.contains("no sign-in, no token and no administration"), "it says what it means");
    let page = jar.press(&stage, &page, ">Cut off<", &[]).await;
    assert!(page.text.contains("is cut off from this moment"), "{}", page.text);
    assert_eq!(manage().await, StatusCode::UNAUTHORIZED);
    for heard in [
        crm.exchange(&stage, &id, "documents").await,
        crm.redeem(&stage, &code, &pushed.verifier).await,
        crm.post(&stage, "/token", &[("grant_type", "client_credentials")]).await,
        crm.post(&stage, "/par", &[]).await,
    ] {
        assert_eq!((heard.status, heard.error()), (StatusCode::UNAUTHORIZED, "invalid_client"));
    }
    assert_eq!(person.go(&stage, &waiting.url).await.status, StatusCode::BAD_REQUEST, "no sign-in");
    sign_in(&stage, &other, &mut Jar::default(), "ingrid@solsiden.example").await;

    let page = at(&mut jar, &stage, "/installations/nordlys/switch").await;
    let page = jar.press(&stage, &page, ">Let in again<", &[]).await;
    assert!(page.text.contains("is let in again"), "{}", page.text);
    assert_eq!(crm.exchange(&stage, &id, "documents").await.status, StatusCode::OK, "its connections stayed");
    sign_in(&stage, &crm, &mut Jar::default(), "ingrid@solsiden.example").await;
}

async fn published(stage: &Stage) -> KeySet {
    let request = Request::get(format!("{LOGIN}/jwks")).body(Bytes::new()).unwrap();
    KeySet::read(stage.serve(request).await.body()).unwrap()
}

#[tokio::test]
async fn what_was_signed_before_a_rotation_is_verifiable_until_it_ends() {
    // FLT-24
    let stage = Stage::new().await;
    let crm = Installation::ready(&stage, "nordlys").await;
    let statement = async || {
        let mut jar = Jar::default();
        let (pushed, form) = at_the_form(&stage, &crm, &mut jar).await;
        let page = type_address(&mut jar, &stage, &form, "ingrid@solsiden.example").await;
        let heard = crm.redeem(&stage, &page.query("code").unwrap(), &pushed.verifier).await;
        heard.json["id_token"].as_str().unwrap().to_owned()
    };
    let good = async |token: &str| {
        let keys = published(&stage).await;
        Unverified::read(token, &[platform::jwt::Alg::Es256]).unwrap().verify(&keys).is_ok()
    };
    let before = statement().await;
    let mut jar = entered(&stage, "ada").await;
    stage.advance(1);
    let page = at(&mut jar, &stage, "/keys").await;
    assert!(page.text.contains(">signs<"), "{}", page.text);
    let page = jar.press(&stage, &page, ">Rotate now<", &[]).await;
    assert!(
        page.text.contains("A new key signs from now on") && page.text.contains("still believed"),
        "{}",
        page.text
    );
    let after = statement().await;
    assert!(good(&before).await && good(&after).await);
    // A statement ends after two minutes; its key is published for two days.
    stage.advance(47 * 3600);
    stage.house.tend().await.unwrap();
    assert!(good(&before).await && good(&after).await);
    stage.advance(2 * 3600);
    stage.house.tend().await.unwrap();
    assert!(!good(&before).await && good(&after).await, "the old key has gone");
    let mut jar = entered(&stage, "ada").await;
    let page = at(&mut jar, &stage, "/keys/withdraw").await;
    jar.press(&stage, &page, ">Withdraw them<", &[]).await;
    assert!(!good(&after).await, "after a theft nothing older is believed");
    assert!(good(&statement().await).await);
}

#[tokio::test]
async fn programs_do_the_same_and_are_refused_in_problems_that_say_what_to_do() {
    let stage = Stage::new().await;
    let token = token(&stage).await;
    let ask = async |method: Method, path: &str, body: Option<Value>| {
        let answer = call(&stage, &token, method, path, body).await;
        (answer.status().as_u16(), answer.headers().get("content-type").cloned(), said(&answer))
    };
    let (first, second) = (SigningKey::generate().unwrap(), SigningKey::generate().unwrap());
    let new = json!({"key": "nordlys", "name": "Nordlys", "redirects": ["https://nordlys.test/back"],
        "public_keys": key_set(&[&first])});
    let (status, _, view) = ask(Method::POST, "/installations", Some(new.clone())).await;
    assert_eq!((status, view["keys"][0]["kid"].as_str()), (201, Some(first.kid())), "{view}");
    let facts = json!({"name": "Nordlys Trading", "redirects": ["https://nordlys.test/sign-in/return"]});
    let (status, _, view) = ask(Method::PUT, "/installations/nordlys", Some(facts.clone())).await;
    assert_eq!((status, view["name"].as_str()), (200, Some("Nordlys Trading")), "{view}");
    let two = key_set(&[&first, &second]);
    let (status, _, keys) = ask(Method::PUT, "/installations/nordlys/keys", Some(two)).await;
    assert_eq!((status, keys["keys"].as_array().map(Vec::len)), (200, Some(2)), "{keys}");
    let gone = format!("/installations/nordlys/keys/{}", first.kid());
    assert_eq!(ask(Method::DELETE, &gone, None).await.2["keys"][0]["kid"].as_str(), Some(second.kid()));
    let off = Some(json!({"enabled": false}));
    assert_eq!(ask(Method::PUT, "/installations/nordlys/enabled", off).await.0, 200);
    let (_, _, list) = ask(Method::GET, "/installations?q=trad", None).await;
    assert_eq!(
        (list["installations"][0]["enabled"].as_bool(), &list["next"]),
        (Some(false), &Value::Null),
        "{list}"
    );
    let on = Some(json!({"enabled": true}));
    assert_eq!(ask(Method::PUT, "/installations/nordlys/enabled", on).await.0, 200);
    stage.advance(1);
    let (status, _, rotated) = ask(Method::POST, "/signing-keys", Some(json!({}))).await;
    assert_eq!(status, 201);
    let (_, _, keys) = ask(Method::GET, "/signing-keys", None).await;
    let signs = keys["signing_keys"].as_array().unwrap().iter().find(|k| k["standing"] == "signs").unwrap();
    assert_eq!(signs["kid"], rotated["kid"]);
    let (_, _, providers) = ask(Method::POST, "/providers/checks", None).await;
    for provider in providers["providers"].as_array().unwrap() {
        assert!(provider["works"] == true && provider["fetched"].is_string(), "{provider}");
    }
    let (_, _, sealing) = ask(Method::GET, "/sealing-keys", None).await;
    assert_eq!(sealing["master_keys"][0], json!({"number": 1, "wraps": true, "data_keys": 1}), "{sealing}");
    assert_eq!(sealing["data_keys"][0]["values"], 2, "two signing keys of our own: {sealing}");
    for path in LOOKS {
        assert_eq!(ask(Method::GET, path, None).await.0, 200, "{path}");
    }
    let id = stage.house.operator_tokens().await.unwrap()[0].id.clone();
    let last = format!("/installations/nordlys/keys/{}", second.kid());
    for (method, path, body, status, word) in [
        (Method::POST, "/installations", Some(new), 409, "conflict"),
        (Method::POST, "/installations", Some(json!({"key": "x"})), 400, "invalid"),
        (Method::PUT, "/installations/none", Some(facts.clone()), 404, "not-found"),
        (
            Method::PUT,
            "/installations/nordlys",
            Some(json!({"name": "x", "redirects": [], "odd": 1})),
            400,
            "invalid",
        ),
        (
            Method::PUT,
            "/installations/nordlys",
            Some(json!({"name": "x", "redirects": ["ftp://x/"]})),
            400,
            "invalid",
        ),
        (Method::PUT, "/installations/nordlys/keys", Some(json!({"keys": []})), 400, "invalid"),
        (Method::PUT, "/installations/nordlys/enabled", Some(json!({"enabled": "no"})), 400, "invalid"),
        (Method::PUT, "/installations/nordlys/enabled", None, 415, "unsupported-media"),
        (Method::DELETE, last.as_str(), None, 409, "conflict"),
        (Method::DELETE, "/installations/nordlys/keys/x", None, 404, "not-found"),
        (Method::GET, "/installations?odd=1", None, 400, "invalid"),
        (Method::GET, "/audit?installation=none", None, 404, "not-found"),
        (Method::GET, "/nowhere", None, 404, "not-found"),
        (Method::DELETE, "/tokens/x", None, 404, "not-found"),
        (Method::DELETE, "/health", None, 405, "invalid"),
    ] {
        let (was, kind, problem) = ask(method.clone(), path, body).await;
        assert_eq!(was, status, "{method} {path}: {problem}");
        assert_eq!(kind.unwrap(), "application/problem+json", "{method} {path}");
        assert_eq!(problem["type"], format!("urn:chancery:problem:{word}"), "{method} {path}");
        assert!(problem["detail"].as_str().unwrap().ends_with('.'), "{problem}");
    }
    assert_eq!(ask(Method::DELETE, &format!("/tokens/{id}"), None).await.0, 204);
    assert_eq!(ask(Method::GET, "/health", None).await.0, 401, "its own token, withdrawn by itself");
}

#[tokio::test]
async fn the_log_names_who_did_what_and_can_be_searched() {
    let stage = Stage::new().await;
    let crm = Installation::ready(&stage, "nordlys").await;
    sign_in(&stage, &crm, &mut Jar::default(), "ingrid@solsiden.example").await;
    let mut jar = entered(&stage, "ada").await;
    let page = at(&mut jar, &stage, "/installations/nordlys/switch").await;
    jar.press(&stage, &page, ">Cut off<", &[]).await;
    let token = token(&stage).await;
    call(&stage, &token, Method::PUT, "/installations/nordlys/enabled", Some(json!({"enabled": true}))).await;
    let records = async |query: &str| {
        said(&call(&stage, &token, Method::GET, &format!("/audit{query}"), None).await)["records"].clone()
    };
    let of = records("?installation=nordlys&action=installation.").await;
    let lines: Vec<_> =
        of.as_array().unwrap().iter().map(|r| (r["actor"].clone(), r["action"].clone())).collect();
    let expected = [
        (json!("operator-token:tools"), json!("installation.enabled")),
        (json!("operator:ada"), json!("installation.disabled")),
        (json!("operator"), json!("installation.registered")),
    ];
    assert_eq!(lines, expected);
    assert_eq!(of[1]["ip"], "127.0.0.1");
    let ours = records("?action=operator.").await;
    let actions: Vec<_> = ours.as_array().unwrap().iter().map(|r| r["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["operator.token_made", "operator.entered", "operator.link_made"]);
    let page = at(&mut jar, &stage, "/audit?installation=nordlys&action=installation.").await;
    assert!(page.text.contains("operator-token:tools") && !page.text.contains("trip.begun"), "{}", page.text);
    let page = jar.go(&stage, &format!("{LOGIN}/operator/audit?installation=none")).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
}

/// The recipe of docs/how-to/verify-an-audit-log.md, written from that page alone. The first line that is wrong.
fn first_bad(export: &str) -> Option<usize> {
    let mut before = String::new();
    for (n, line) in export.lines().enumerate() {
        let r: Value = serde_json::from_str(line).unwrap();
        let mut hash = Sha256::default();
        for number in ["installation", "seq", "at_microseconds"] {
            hash.update(&r[number].as_i64().unwrap().to_be_bytes());
        }
        for part in ["previous", "actor", "action", "object", "outcome", "reason", "request"] {
            let text = r[part].as_str().unwrap().as_bytes();
            hash.update(&(text.len() as u64).to_be_bytes());
            hash.update(text);
        }
        let whole = r["previous"] == before.as_str()
            && r["seq"] == n as i64 + 1
            && r["hash"] == hash.finish_hex().as_str();
        if !whole {
            return Some(n);
        }
        r["hash"].as_str().unwrap().clone_into(&mut before);
    }
    None
}

#[tokio::test]
async fn an_export_verifies_by_the_recipe_alone_and_a_changed_line_is_found() {
    // ATT-54
    let stage = Stage::new().await;
    let crm = Installation::ready(&stage, "nordlys").await;
    sign_in(&stage, &crm, &mut Jar::default(), "ingrid@solsiden.example").await;
    // More than is read at once.
    for _ in 0..1100 {
        crm.exchange(&stage, "none", "documents").await;
    }
    let mut jar = entered(&stage, "ada").await;
    let page = jar.go(&stage, &format!("{LOGIN}/operator/audit/export?installation=nordlys")).await;
    assert_eq!(page.headers["content-type"], "application/x-ndjson");
    let token = token(&stage).await;
    let same = call(&stage, &token, Method::GET, "/audit/export?installation=nordlys", None).await;
    assert_eq!(same.body().as_ref(), page.text.as_bytes());
    let lines: Vec<&str> = page.text.lines().collect();
    assert!(lines.len() > 1100, "{}", lines.len());
    assert_eq!(first_bad(&page.text), None);
    let verified =
        said(&call(&stage, &token, Method::GET, "/audit/verification?installation=nordlys", None).await);
    let last: Value = serde_json::from_str(lines.last().unwrap()).unwrap();
    assert_eq!(verified, json!({"intact": true, "records": lines.len(), "head": last["hash"]}));
    for (at, change) in [
        (3, lines[3].replace("\"outcome\":\"done\"", "\"outcome\":\"refused\"")),
        (500, lines[501].to_owned()),
        (0, lines[1].to_owned()),
    ] {
        assert_ne!(change, lines[at]);
        let mut wrong = lines.clone();
        wrong[at] = &change;
        assert_eq!(first_bad(&wrong.join("\n")), Some(at));
    }
    let mut short = lines.clone();
    short.remove(700);
    assert_eq!(first_bad(&short.join("\n")), Some(700));
}

#[tokio::test]
async fn the_overview_says_what_needs_attention_and_waits() {
    let stage = Stage::new().await;
    let crm = Installation::ready(&stage, "nordlys").await;
    let (id, _) = steps::user(&stage, &crm, &mut Jar::default()).await;
    let token = token(&stage).await;
    let health = async || said(&call(&stage, &token, Method::GET, "/health", None).await);
    let fine = health().await;
    assert_eq!((&fine["connections"]["active"], &fine["renewals_due"]), (&json!(1), &json!(0)), "{fine}");
    let change = format!(
        "UPDATE connections SET keep_alive_at = 1, cooling_until = {} WHERE id = '{id}'",
        (stage.now() + jiff::SignedDuration::from_secs(60)).as_microsecond()
    );
    let db = stage.database().unwrap();
    db.write(move |tx| tx.script(&change)).await.unwrap();
    let waits = health().await;
    assert_eq!((&waits["renewals_due"], &waits["renewals_waiting"]), (&json!(1), &json!(1)), "{waits}");
    let change = format!(
        "UPDATE connections SET state = 'needs_attention', attention = 'grant_ended' WHERE id = '{id}'"
    );
    db.write(move |tx| tx.script(&change)).await.unwrap();
    let broken = health().await;
    assert_eq!(broken["needs_attention"], json!([{"key": "nordlys", "name": "NORDLYS", "connections": 1}]));
    let page = at(&mut entered(&stage, "ada").await, &stage, "").await;
    assert!(page.text.contains("/operator/installations/nordlys"), "{}", page.text);
}

#[tokio::test]
async fn no_page_and_no_answer_of_the_area_has_a_secret_in_it() {
    // ATT-43
    let stage = Stage::new().await;
    let given = Arc::<Mutex<BTreeSet<String>>>::default();
    let kept = Arc::clone(&given);
    stage.twin.observe(move |_, _, answer| {
        let Content::Bytes(body) = &answer.body else { return };
        let Ok(body) = serde_json::from_slice::<Value>(body) else { return };
        for name in ["refresh_token", "access_token", "id_token"] {
            kept.lock().unwrap().extend(body[name].as_str().map(str::to_owned));
        }
    });
    let crm = Installation::ready(&stage, "nordlys").await;
    let mut person = Jar::default();
    sign_in(&stage, &crm, &mut person, "ingrid@solsiden.example").await;
    let (user, _) = steps::user(&stage, &crm, &mut person).await;
    steps::system_user(&stage, &crm).await;
    steps::consent(&stage, &crm).await;
    crm.exchange(&stage, &user, "documents").await;
    let (mut jar, token) = (entered(&stage, "ada").await, token(&stage).await);
    let waiting = stage.house.operator_link("bo").await.unwrap();
    let mut all = String::new();
    for path in PAGES {
        all.push_str(&at(&mut jar, &stage, path).await.text);
    }
    for path in LOOKS {
        let answer = call(&stage, &token, Method::GET, path, None).await;
        all.push_str(&String::from_utf8_lossy(answer.body()));
    }
    let mut words = given.lock().unwrap().clone();
    assert!(words.len() >= 5, "tokens were given: {}", words.len());
    words.extend([GOOGLE_SECRET, MICROSOFT_SECRET].map(str::to_owned));
    words.extend([token.clone(), waiting.rsplit('/').next().unwrap().to_owned()]);
    words.extend(jar.cookies["login.test"].values().cloned());
    words.extend(person.cookies["login.test"].values().cloned());
    for word in &words {
        assert!(!all.contains(word.as_str()), "{}… is shown", &word[..word.len().min(12)]);
    }
    for never in ["PRIVATE KEY", "refresh_token", "private_key", "\"d\":"] {
        assert!(!all.contains(never), "{never}");
    }
    assert!(
        all.contains("Issuer") && all.contains("fetched") && all.contains(crm.signing.kid()),
        "the control"
    );
    // Nothing of them is in the database either, but hashes.
    let file = std::fs::read(stage.folder().join("login.db")).unwrap();
    let wal = std::fs::read(stage.folder().join("login.db-wal")).unwrap_or_default();
    for word in [&token, &jar.cookies["login.test"]["__Host-chancery-operator"]] {
        let held = |bytes: &[u8]| bytes.windows(word.len()).any(|w| w == word.as_bytes());
        assert!(!held(&file) && !held(&wal));
    }
}
