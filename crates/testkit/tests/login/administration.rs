//! Administration by the API: what the pages do, a program can do too, and nothing more.

use crate::steps::{through, type_address};
use bytes::Bytes;
use domain::connections::Provider;
use domain::{AssociateId, InstallationId};
use http::{Method, StatusCode};
use platform::digest::sha256_hex;
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt as _;
use testkit::login::{Crm, Jar, KAFFEHUSET, Page, Stage};

/// A program with somebody's token.
struct Program<'s> {
    stage: &'s Stage,
    base: String,
    token: String,
}

impl<'s> Program<'s> {
    async fn of(stage: &'s Stage, crm: &Crm, login: &str) -> Self {
        let ctx = crm.house.as_(login).await;
        let token = crm.house.app.access().make_token(&ctx, "test", None).await.unwrap();
        Self { stage, base: crm.base.clone(), token: token.secret }
    }

    async fn text(&self, method: Method, path: &str, body: Option<Value>) -> (u16, String) {
        let request = http::Request::builder()
            .method(method)
            .uri(format!("{}/api/v1{path}", self.base))
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json")
            .body(Bytes::from(body.map(|b| b.to_string()).unwrap_or_default()))
            .unwrap();
        let answer = self.stage.serve(request).await;
        (answer.status().as_u16(), String::from_utf8(answer.body().to_vec()).unwrap())
    }

    async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
        let (status, text) = self.text(method, path, body).await;
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    async fn get(&self, path: &str) -> Value {
        let (status, body) = self.ask(Method::GET, path, None).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }
}

/// Begins at the CRM and signs in.
async fn sign_in(jar: &mut Jar, stage: &Stage, crm: &Crm, address: &str) -> Page {
    let page = jar.go(stage, &format!("{}/sign-in/start", crm.base)).await;
    type_address(jar, stage, &page, address).await
}

async fn agree(stage: &Stage, url: &str) {
    let mut jar = Jar::default();
    let page = jar.go(stage, url).await;
    let page = jar.press(stage, &page, "/consent/", &[]).await;
    let page = through(&mut jar, stage, page, "solveig@kaffehuset.example").await;
    assert!(page.text.contains("Your organisation has agreed"), "{}\n{}", page.url, page.text);
}

#[tokio::test]
async fn a_program_registers_domains_asks_for_consent_and_decides_who_gets_in() {
    let stage = Stage::new().await;
    let crm = Crm::open(&stage).await;
    let api = Program::of(&stage, &crm, "ada").await;
    let settings = api.get("/sign-in").await;
    assert_eq!(
        (&settings["match_by_address"], &settings["providers"][1]["name"]),
        (&json!(true), &json!("microsoft"))
    );

    let made = api.ask(Method::PUT, "/sign-in/domains/microsoft/Kaffehuset.Example", Some(json!({}))).await;
    assert_eq!(
        (made.0, &made.1["domain"], &made.1["tenant"]),
        (200, &json!("kaffehuset.example"), &Value::Null)
    );
    for (domain, provider) in [("gmail.com", "google"), ("x.example", "nobody")] {
        let path = format!("/sign-in/domains/{provider}/{domain}");
        let (got, body) = api.ask(Method::PUT, &path, Some(json!({}))).await;
        assert_eq!(got, 422, "{path}: {body}");
    }

    // Somebody of the tenant comes before it is proven: refused, and a task says why.
    let bo = crm.address("bo", "erik@kaffehuset.example").await;
    let page = sign_in(&mut Jar::default(), &stage, &crm, "erik@kaffehuset.example").await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    let tasks = api.get("/sign-in/tasks").await;
    let task = &tasks["items"][0];
    assert_eq!(
        (&task["reason"], &task["account"]["realm"]),
        (&json!("identity.foreign_tenant"), &json!(KAFFEHUSET))
    );
    let path = format!("/sign-in/tasks/{}", task["id"]);
    assert_eq!(api.ask(Method::DELETE, &path, None).await.0, 204);
    assert_eq!(api.ask(Method::DELETE, &path, None).await.0, 404, "it is put away once");

    let link =
        api.ask(Method::POST, "/connections/consent-link", Some(json!({"provider": "microsoft"}))).await.1;
    let waiting = api.get("/connections").await;
    assert_eq!(waiting["items"][0]["state"], "waiting_for_administrator");
    agree(&stage, link["url"].as_str().unwrap()).await;
    assert_eq!(api.get("/connections").await["items"][0]["state"], "active");
    let domains = api.get("/sign-in/domains").await;
    assert_eq!(
        (&domains["items"][0]["tenant"], &domains["items"][0]["people"]),
        (&json!(KAFFEHUSET), &json!(1))
    );

    let mut jar = Jar::default();
    assert_eq!(sign_in(&mut jar, &stage, &crm, "erik@kaffehuset.example").await.status, StatusCode::OK);
    let person = format!("/associates/{}", bo.0);
    let found = api.get(&format!("{person}/identities")).await;
    let identity = &found["identities"][0];
    assert_eq!(
        (&identity["bound_by"], &identity["address"]),
        (&json!("address"), &json!("erik@kaffehuset.example"))
    );

    let ended = api.ask(Method::DELETE, &format!("{person}/sessions"), None).await;
    assert_eq!(ended, (200, json!({"ended": 1})));
    assert_eq!(jar.look(&stage, "https://nordlys.test/").await.status, StatusCode::SEE_OTHER);
    let which = |subject: &Value| {
        format!(
            "{person}/identities?provider=microsoft&realm={KAFFEHUSET}&subject={}",
            subject.as_str().unwrap()
        )
    };
    assert_eq!(api.ask(Method::DELETE, &which(&json!("other")), None).await.0, 404);
    let elsewhere = which(&identity["subject"]).replace(&person, "/associates/1");
    assert_eq!(api.ask(Method::DELETE, &elsewhere, None).await.0, 404, "it is not theirs");
    assert_eq!(api.ask(Method::DELETE, &which(&identity["subject"]), None).await.0, 204);

    // Nobody is matched any more: a new task, and the program binds the account itself.
    let off = api.ask(Method::PATCH, "/sign-in", Some(json!({"match_by_address": false}))).await;
    assert_eq!((off.0, &off.1["match_by_address"]), (200, &json!(false)));
    let page = sign_in(&mut Jar::default(), &stage, &crm, "erik@kaffehuset.example").await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    let tasks = api.get("/sign-in/tasks").await;
    let Some(task) = tasks["items"].as_array().unwrap().first() else {
        panic!("no task: {tasks}");
    };
    let bind = format!("/sign-in/tasks/{}/bind", task["id"]);
    assert_eq!(api.ask(Method::POST, &bind, Some(json!({"associate": 987_654}))).await.0, 404);
    assert_eq!(api.ask(Method::POST, &bind, Some(json!({"associate": bo.0}))).await.0, 204);
    let page = sign_in(&mut Jar::default(), &stage, &crm, "erik@kaffehuset.example").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);

    assert_eq!(api.ask(Method::DELETE, "/sign-in/domains/microsoft/kaffehuset.example", None).await.0, 204);
    assert_eq!(api.get("/sign-in/domains").await["items"], json!([]));
}

#[tokio::test]
async fn a_program_invites_retires_and_takes_a_retirement_back() {
    let stage = Stage::new().await;
    let crm = Crm::open(&stage).await;
    let api = Program::of(&stage, &crm, "ada").await;
    let cy = crm.address("cy", "astrid@fjordvik.example").await;
    let person = format!("/associates/{}", cy.0);
    let made = api.ask(Method::POST, &format!("{person}/invitation"), None).await;
    let url = made.1["url"].as_str().unwrap().to_owned();
    assert_eq!((made.0, &made.1["address"]), (200, &json!("astrid@fjordvik.example")));
    assert!(url.starts_with("https://nordlys.test/invited/"), "{url}");
    assert_eq!(
        api.get(&format!("{person}/identities")).await["invitation"]["address"],
        "astrid@fjordvik.example"
    );
    assert_eq!(Jar::default().go(&stage, &url).await.status, StatusCode::OK);
    assert_eq!(api.ask(Method::DELETE, &format!("{person}/invitation"), None).await.0, 204);
    assert_eq!(Jar::default().go(&stage, &url).await.status, StatusCode::NOT_FOUND, "it is taken back");

    assert_eq!(api.ask(Method::POST, &format!("{person}/retire"), None).await.0, 204);
    assert_eq!(api.get(&person).await["retired"], true);
    let (status, body) = api.ask(Method::POST, &format!("{person}/invitation"), None).await;
    assert!(status == 409 && body["detail"].as_str().unwrap().contains("has left"), "{status} {body}");
    assert_eq!(api.ask(Method::POST, &format!("{person}/return"), None).await.0, 204);
    assert_eq!(api.get(&person).await["retired"], false);
    let me = api.get("/me").await["id"].as_i64().unwrap();
    assert_eq!(api.ask(Method::POST, &format!("/associates/{me}/retire"), None).await.0, 409, "not oneself");
}

#[tokio::test]
async fn a_person_connects_their_own_documents_and_nobody_elses() {
    let stage = Stage::new().await;
    let crm = Crm::open(&stage).await;
    crm.domain("nordlys.example", "microsoft").await;
    stage.house.vouch_for_tenant("nordlys", testkit::login::NORDLYS).await.unwrap();
    crm.address("bo", "liv@nordlys.example").await;
    let mut jar = Jar::default();
    let page = sign_in(&mut jar, &stage, &crm, "liv@nordlys.example").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);

    let page = jar.go(&stage, "https://nordlys.test/settings/accounts").await;
    assert!(
        page.text.contains("Not connected") && page.text.contains("liv@nordlys.example"),
        "{}",
        page.text
    );
    let page = jar.press(&stage, &page, "Connect my documents", &[]).await;
    let page = jar.press(&stage, &page, "Go on at", &[]).await;
    let page = through(&mut jar, &stage, page, "liv@nordlys.example").await;
    assert_eq!(page.url, "https://nordlys.test/settings/accounts", "{}", page.text);
    assert!(page.text.contains(">Connected<"), "{}", page.text);

    let (bo, ada) = (Program::of(&stage, &crm, "bo").await, Program::of(&stage, &crm, "ada").await);
    let mine = bo.get("/me/accounts").await;
    assert_eq!(mine["items"][0]["connection"]["state"], "active");
    let id = mine["items"][0]["connection"]["id"].as_str().unwrap();
    assert_eq!(ada.get("/me/accounts").await["items"], json!([]));
    let path = format!("/me/connections/{id}");
    assert_eq!(ada.ask(Method::DELETE, &path, None).await.0, 404, "not hers");
    assert_eq!(bo.ask(Method::GET, "/connections", None).await.0, 403, "an administrator's list");
    assert_eq!(bo.ask(Method::DELETE, &path, None).await.0, 204);
    assert_eq!(bo.get("/me/accounts").await["items"][0]["connection"]["state"], "disconnected");
    let page = jar.go(&stage, "https://nordlys.test/settings/accounts").await;
    assert!(page.text.contains("Disconnected") && page.text.contains("Connect again"), "{}", page.text);
}

#[tokio::test]
async fn the_key_is_changed_and_a_change_that_was_interrupted_anywhere_is_finished_by_doing_it_again() {
    let stage = Stage::new().await;
    let crm = Crm::open(&stage).await;
    let api = Program::of(&stage, &crm, "ada").await;
    let (before, file) =
        (api.get("/sign-in").await["key"].clone(), crm.house.directory().join("keys/nordlys.key"));
    let old = std::fs::read(&file).unwrap();
    let changed = api.ask(Method::POST, "/sign-in/key", None).await;
    assert_eq!(changed.0, 200, "{}", changed.1);
    assert_ne!(changed.1["key"], before);
    assert_eq!(api.get("/sign-in").await["key"], changed.1["key"]);

    // The old key opens nothing any more.
    let new = std::fs::read(&file).unwrap();
    std::fs::write(&file, &old).unwrap();
    assert_eq!(api.ask(Method::GET, "/sign-in/domains", None).await.0, 503);
    std::fs::write(&file, &new).unwrap();
    assert_eq!(api.ask(Method::GET, "/sign-in/domains", None).await.0, 200);

    // Interrupted before the login page knew of the next key: it is taken up again.
    let next = crm.house.directory().join("keys/nordlys.next.key");
    std::fs::write(&next, &old).unwrap();
    std::fs::set_permissions(&next, std::fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(api.ask(Method::POST, "/sign-in/key", None).await.0, 200, "the next key was there already");
    assert!(!next.exists() && std::fs::read(&file).unwrap() == old, "it is in use");
    assert!(api.get("/sign-in/domains").await.is_object());

    // Interrupted after both were told: the one in use works, and a change from here works too.
    let both = crm.house.app.sign_in();
    both.rotate_key(&crm.house.as_("ada").await).await.unwrap();
    assert!(api.get("/sign-in/domains").await.is_object());
}

/// The hash of a line of an export, by the recipe of docs/how-to/verify-an-audit-log.md.
fn recomputed(line: &Value) -> String {
    let number = |name: &str| line[name].as_i64().unwrap().to_be_bytes();
    let mut bytes = Vec::new();
    for name in ["installation", "seq", "at_microseconds"] {
        bytes.extend(number(name));
    }
    for name in ["previous", "actor", "action", "object", "outcome", "reason", "request"] {
        let text = line[name].as_str().unwrap();
        bytes.extend((text.len() as u64).to_be_bytes());
        bytes.extend(text.as_bytes());
    }
    sha256_hex(&bytes)
}

/// The number of the first line that does not follow from the one before.
fn first_bad(lines: &[Value]) -> Option<i64> {
    let mut before = String::new();
    for (at, line) in (1..).zip(lines) {
        let whole =
            line["seq"] == at && line["previous"] == before.as_str() && line["hash"] == recomputed(line);
        if !whole {
            return Some(at);
        }
        line["hash"].as_str().unwrap().clone_into(&mut before);
    }
    None
}

#[tokio::test]
async fn an_audit_log_that_was_taken_out_verifies_elsewhere_and_a_changed_line_shows() {
    let stage = Stage::new().await;
    let crm = Crm::open(&stage).await;
    let api = Program::of(&stage, &crm, "ada").await;
    for n in 0..5 {
        let path = format!("/sign-in/domains/google/d{n}.example");
        assert_eq!(api.ask(Method::PUT, &path, Some(json!({}))).await.0, 200);
    }
    let many = crm.house.installation.id;
    crm.house
        .app
        .store()
        .write(move |tx| {
            let ctx = domain::Ctx::new(
                many,
                domain::Actor::System,
                jiff::Timestamp::UNIX_EPOCH,
                uuid::Uuid::nil(),
                1,
            );
            for _ in 0..2100 {
                tx.audit(many)
                    .record(&store::NewAudit::of(&ctx, domain::audit::Entry::done("test.filled", "")))?;
            }
            Ok(())
        })
        .await
        .unwrap();
    for (log, least) in [("installation", 2105), ("login_page", 5)] {
        let (status, text) = api.text(Method::GET, &format!("/audit/export?log={log}"), None).await;
        assert_eq!(status, 200);
        let mut lines: Vec<Value> = text.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
        assert!(lines.len() >= least, "{log}: {}", lines.len());
        assert_eq!(first_bad(&lines), None, "{log}");
        let checked = api.get(&format!("/audit/verification?log={log}")).await;
        assert_eq!((&checked["intact"], &checked["head"]), (&json!(true), &lines.last().unwrap()["hash"]));
        lines[2]["object"] = json!("domain:other.example google");
        assert_eq!(first_bad(&lines), Some(3));
        lines.remove(2);
        assert_eq!(first_bad(&lines), Some(3));
    }
    assert_eq!(api.ask(Method::GET, "/audit/export?log=other", None).await.0, 422);
    let bo = Program::of(&stage, &crm, "bo").await;
    assert_eq!(bo.ask(Method::GET, "/audit/export", None).await.0, 403);
}

/// What everybody reads who is not let in.
async fn refusal(stage: &Stage, crm: &Crm, address: &str) -> String {
    let mut jar = Jar::default();
    let page = sign_in(&mut jar, stage, crm, address).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN, "{}", page.text);
    assert!(!jar.cookies["nordlys.test"].keys().any(|k| k == "__Host-chancery"));
    page.text.split("<main").nth(1).unwrap().to_owned()
}

async fn change(crm: &Crm, id: AssociateId, how: impl Fn(&mut domain::records::Associate) + Send + 'static) {
    let (of, now): (InstallationId, _) = (crm.house.installation.id, crm.house.now());
    crm.house
        .app
        .store()
        .write(move |tx| {
            let mut who = tx.associates(of).get(id)?.unwrap();
            how(&mut who);
            tx.associates(of).update(&who, now)
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn two_with_one_address_the_retired_and_those_without_a_plan_read_what_a_stranger_reads() {
    // ATT-36, ATT-37
    let stage = Stage::new().await;
    let crm = Crm::open(&stage).await;
    crm.domain("kaffehuset.example", "microsoft").await;
    stage.house.vouch_for_tenant("nordlys", KAFFEHUSET).await.unwrap();
    let stranger = refusal(&stage, &crm, "nora@kaffehuset.example").await;

    let bo = crm.address("bo", "erik@kaffehuset.example").await;
    let cy = crm.address("cy", "ERIK@kaffehuset.example").await;
    assert_eq!(refusal(&stage, &crm, "erik@kaffehuset.example").await, stranger, "two of one address");
    change(&crm, cy, |who| who.email = "еrik@kaffehuset.example".into()).await;
    assert_eq!(refusal(&stage, &crm, "erik@kaffehuset.example").await, stranger, "one that looks alike");
    change(&crm, cy, |who| who.email = String::new()).await;
    change(&crm, bo, |who| who.has_plan = false).await;
    assert_eq!(refusal(&stage, &crm, "erik@kaffehuset.example").await, stranger, "without a plan");
    change(&crm, bo, |who| (who.has_plan, who.retired) = (true, true)).await;
    assert_eq!(refusal(&stage, &crm, "erik@kaffehuset.example").await, stranger, "retired");

    let api = Program::of(&stage, &crm, "ada").await;
    let log = api.get("/audit?limit=200").await;
    let reasons: Vec<&str> =
        log["items"].as_array().unwrap().iter().filter_map(|r| r["reason"].as_str()).collect();
    for reason in ["identity.ambiguous", "identity.no_plan", "identity.retired"] {
        assert!(reasons.iter().any(|r| r.starts_with(reason)), "{reason} is not in the log: {reasons:?}");
    }
    let tasks = api.get("/sign-in/tasks").await;
    assert!(tasks.to_string().contains("identity.ambiguous"), "an administrator hears of it: {tasks}");

    change(&crm, bo, |who| who.retired = false).await;
    let page = sign_in(&mut Jar::default(), &stage, &crm, "erik@kaffehuset.example").await;
    assert_eq!(page.status, StatusCode::OK, "with all mended, in: {}", page.text);
}

#[tokio::test]
async fn a_sign_in_in_a_window_is_taken_over_once_and_only_by_our_own_page() {
    // T23
    let stage = Stage::new().await;
    let crm = Crm::open(&stage).await;
    crm.domain("kaffehuset.example", "microsoft").await;
    stage.house.vouch_for_tenant("nordlys", KAFFEHUSET).await.unwrap();
    crm.address("bo", "erik@kaffehuset.example").await;
    let mut window = Jar::default();
    let start = "https://nordlys.test/sign-in/start?window=true&target=/companies";
    let page = window.go(&stage, start).await;
    let page = type_address(&mut window, &stage, &page, "erik@kaffehuset.example").await;
    assert!(page.status == StatusCode::OK && page.text.contains("You are signed in"), "{}", page.text);
    assert_eq!(page.headers["cross-origin-opener-policy"], "unsafe-none");
    assert!(!window.cookies["nordlys.test"].keys().any(|k| k == "__Host-chancery"), "the session waits");

    // Another site cannot send the code in; the page that opened the window, with cookies of its own, can.
    let code =
        page.text.split("name=\"code\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let foreign = http::Request::post("https://nordlys.test/sign-in/window")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("origin", "https://evil.test")
        .header("sec-fetch-site", "cross-site")
        .body(Bytes::from(format!("code={code}")))
        .unwrap();
    assert_eq!(stage.serve(foreign).await.status(), StatusCode::FORBIDDEN);
    let mut frame = Jar::default();
    let inside = frame.press(&stage, &page, "name=\"code\"", &[]).await;
    assert_eq!((inside.url.as_str(), inside.status), ("https://nordlys.test/companies", StatusCode::OK));
    let again = Jar::default().press_once(&stage, &page, "name=\"code\"", &[]).await;
    assert_eq!(again.status, StatusCode::FORBIDDEN, "once");

    // What waits too long is worth nothing.
    let page = window.go(&stage, start).await;
    stage.advance(61);
    let late = Jar::default().press_once(&stage, &page, "name=\"code\"", &[]).await;
    assert_eq!(late.status, StatusCode::FORBIDDEN, "{}", late.text);
    assert!(late.text.contains("waited too long"), "{}", late.text);

    // Signing out everywhere at the login page reaches the session that was taken over.
    let browser = window.go(&stage, "https://login.test/browser").await;
    window.press(&stage, &browser, "sign-out-everywhere", &[]).await;
    let told = stage.told.lock().unwrap().clone();
    for (to, body) in told {
        let request = http::Request::post(&to)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Bytes::from(body))
            .unwrap();
        assert_eq!(stage.serve(request).await.status(), StatusCode::OK);
    }
    assert_eq!(frame.look(&stage, "https://nordlys.test/").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn what_was_asked_of_microsoft_alone_is_refused_elsewhere() {
    let stage = Stage::new().await;
    let crm = Crm::open(&stage).await;
    let api = Program::of(&stage, &crm, "ada").await;
    let asked = json!({"provider": Provider::google()});
    let (status, body) = api.ask(Method::POST, "/connections/consent-link", Some(asked)).await;
    assert_eq!(status, 422, "{body}");
    assert_eq!(api.ask(Method::DELETE, "/connections/none", None).await.0, 404);
}
