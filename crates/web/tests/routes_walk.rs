//! A walk over every route there is: as nobody, as somebody of another installation, as an associate without the right,
//! and as one to whom a document is hidden.

#![allow(clippy::unwrap_used, reason = "what a test needs and does not get ends the test")]

use http::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use testkit::world::{Answer, Client, World};
use web::{Kind, Route, Who};

/// An id that exists nowhere.
const UNKNOWN: &str = "987654";

/// What the forms of all pages need, so that an answer is about the thing and not about a field.
const FIELDS: &str =
    "heading=x&name=x&file_name=x&language=&version=1&status=completed&command=archive.verify";

/// The methods of a walk change nothing when they are refused, so their order does not matter.
fn routes() -> Vec<Route> {
    let mut routes = web::routes();
    routes.sort_by_key(|r| (r.path, r.method.to_string()));
    routes
}

fn named(route: &Route) -> String {
    format!("{} {}", route.method, route.path)
}

/// The address of a route, with `id` for the main thing and something that exists for the rest.
fn address(route: &Route, id: &str) -> String {
    let mut parts = Vec::new();
    for part in route.path.split('/') {
        parts.push(match part {
            "{id}" => id,
            "{language}" => "neutral",
            "{version}" => "1",
            "{command}" => "archive.verify",
            "{kind}" if route.path.starts_with("/documents/pick/") => "company",
            "{kind}" => "companies",
            part if part.starts_with('{') => "x",
            part => part,
        });
    }
    let query = match route.path {
        "/api/v1/search" => "?q=a",
        "/api/v1/associates/{id}/identities" if route.method == Method::DELETE => {
            "?provider=microsoft&realm=x&subject=x"
        }
        path if path.ends_with("/variants/{language}") && route.method == Method::PUT => "?file_name=a.txt",
        _ => "",
    };
    format!("{}{query}", parts.join("/"))
}

/// Sends what the route takes, so that the answer is about the thing and not about the request.
async fn send(client: &Client<'_>, route: &Route, id: &str) -> Answer {
    let address = address(route, id);
    let request = client.request(route.method.clone(), &address).header("if-match", "*");
    let request = match (route.kind, &route.method, route.path) {
        (Kind::Api, &Method::PUT, path)
            if path.ends_with("/content") || path.ends_with("{language}") || path.ends_with("/bundle") =>
        {
            request.bytes("content")
        }
        (Kind::Api, &Method::POST, path) if path.ends_with("/upload") => {
            request.upload(&json!({}), "a.txt", b"x")
        }
        (Kind::Api, &Method::POST | &Method::PATCH | &Method::PUT, path) => request.json(&body(path)),
        (Kind::Page, &Method::POST, _) => {
            let form = format!("{}={}&{FIELDS}", web::csrf::FIELD, client.csrf());
            request.header("content-type", "application/x-www-form-urlencoded").bytes(form)
        }
        _ => request,
    };
    request.send().await
}

/// A body that the operation would take.
fn body(path: &str) -> Value {
    if path.ends_with("/rename") {
        json!({ "file_name": "renamed" })
    } else if path == "/api/v1/documents" {
        json!({ "template": UNKNOWN.parse::<i64>().unwrap() })
    } else if path.ends_with("/templates") {
        json!({ "from": { "blank": "txt" }, "name": "x" })
    } else if path.starts_with("/api/v1/imports") {
        json!([])
    } else if path.ends_with("/tokens") || path.ends_with("/headings") || path.ends_with("/groups") {
        json!({ "name": "x" })
    } else {
        json!({})
    }
}

/// What an answer says, without what differs in every answer.
fn gist(answer: &Answer) -> String {
    let id = answer.header("x-request-id");
    let body = if id.is_empty() { answer.text() } else { answer.text().replace(id, "-") };
    format!("{} {}", answer.status.as_u16(), without_masks(&body))
}

/// What somebody ends up with: a page that sends them on is followed.
async fn outcome(client: &Client<'_>, route: &Route, id: &str) -> String {
    let mut answer = send(client, route, id).await;
    if route.kind == Kind::Page && answer.status == 303 {
        answer = client.get(answer.header("location")).send().await;
    }
    gist_about(&answer, route, id)
}

/// The same, without the address that was asked for.
fn gist_about(answer: &Answer, route: &Route, id: &str) -> String {
    let start = route.path.split("{id}").next().unwrap_or("");
    gist(answer).replace(&format!("{start}{id}"), "#")
}

/// Ending a session that is not there succeeds; a heading has no page, its refusal is shown above the list.
const QUIET: [&str; 2] = ["/api/v1/sessions/", "/templates/headings/"];

/// Whether an answer says that there is no such thing. A form may be refused for its fields before anybody looks.
fn is_nothing(route: &Route, said: &str) -> bool {
    said.starts_with("404")
        || (route.kind == Kind::Page && (said.starts_with("415") || said.starts_with("422")))
}

/// Tokens against forgery are masked anew in every answer: 128 hexadecimal digits.
fn without_masks(body: &str) -> String {
    body.split('"').filter(|part| part.len() != 128 || !part.bytes().all(|b| b.is_ascii_hexdigit())).collect()
}

/// A program is told that it is nobody; a browser is led to the entrance.
fn is_refused(route: &Route, answer: &Answer) -> bool {
    match route.kind {
        Kind::Api => answer.status == 401,
        Kind::Page | Kind::Plain => answer.status == 303 && answer.header("location") == "/sign-in",
    }
}

/// The message an answer leaves for the next page; a failure's begins with `f`.
fn flash(answer: &Answer) -> String {
    let name = web::cookies::flash_name(&web::Base::parse(testkit::world::BASE).unwrap());
    let all = answer.headers.get_all("set-cookie").iter().filter_map(|v| v.to_str().ok());
    let mut found =
        all.filter_map(|line| line.split(';').next()?.split_once('=')).filter(|(n, _)| *n == name);
    found.next().map(|(_, value)| value.to_owned()).unwrap_or_default()
}

/// An error, or the way back to a page with a message that says what went wrong.
fn is_refusal(answer: &Answer) -> bool {
    answer.status.is_client_error() || (answer.status == 303 && flash(answer).starts_with('f'))
}

#[tokio::test]
async fn nobody_gets_in_anywhere_but_at_the_listed_routes_and_the_list_only_shrinks() {
    let world = World::new().await;
    let nobody = world.anonymous();
    let mut open = BTreeSet::new();
    for route in routes() {
        let bare = nobody.request(route.method.clone(), &address(&route, "1")).send().await;
        let answer = send(&nobody, &route, "1").await;
        if !is_refused(&route, &answer) || !is_refused(&route, &bare) {
            open.insert(named(&route));
        }
        assert_eq!(
            route.who == Who::Anonymous,
            open.contains(&named(&route)),
            "{}: {}",
            named(&route),
            gist(&answer)
        );
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/ratchets/open-routes.txt");
    let listed = std::fs::read_to_string(path).unwrap();
    let listed: BTreeSet<_> =
        listed.lines().filter(|l| !l.is_empty() && !l.starts_with('#')).map(str::to_owned).collect();
    let new: Vec<_> = open.difference(&listed).collect();
    assert!(new.is_empty(), "open to everybody and not listed in docs/ratchets/open-routes.txt: {new:#?}");
    let stale: Vec<_> = listed.difference(&open).collect();
    assert!(stale.is_empty(), "no longer open; take it off docs/ratchets/open-routes.txt: {stale:#?}");
}

/// ATT-44: what belongs to somebody else looks exactly like what does not exist.
#[tokio::test]
async fn another_installations_things_look_like_nothing_at_every_route() {
    let world = World::new().await;
    let things = Things::of(&world).await;
    let astrid = world.as_("astrid").await;
    let newest = async || {
        astrid.get("/api/v1/audit?limit=1").send().await.expect(200).json()["items"][0]["seq"].clone()
    };
    let before = newest().await;
    let mut walked = 0;
    for who in ["frida", "geir"] {
        let program = world.as_in(&world.second, who).await;
        let browser = world.browser_in(&world.second, who).await;
        for route in routes().iter().filter(|r| r.who != Who::Anonymous && r.path.contains("{id}")) {
            let Some(id) = things.id(route.path) else { continue };
            let client = if route.kind == Kind::Api { &program } else { &browser };
            let answer = send(client, route, &id).await;
            let same = send(client, route, UNKNOWN).await;
            assert_eq!(
                (answer.status, flash(&answer)),
                (same.status, flash(&same)),
                "{who}: {}",
                named(route)
            );
            let foreign = outcome(client, route, &id).await;
            let unknown = outcome(client, route, UNKNOWN).await;
            assert_eq!(foreign, unknown, "{who}: {}", named(route));
            let right = who == "frida" || route.who == Who::Associate;
            if !right {
                assert_eq!(answer.status, 403, "{who}: {}: {foreign}", named(route));
            } else if !QUIET.iter().any(|p| route.path.starts_with(p)) {
                assert!(is_refusal(&answer), "{who}: {}: {:?} {foreign}", named(route), answer.headers);
                assert!(is_nothing(route, &foreign), "{who}: {}: {foreign}", named(route));
                assert!(route.method != Method::GET || answer.status == 404, "{who}: {}", named(route));
            }
            walked += 1;
        }
    }
    assert!(walked > 100, "{walked}");
    assert_eq!(newest().await, before, "nothing of theirs was touched");
}

/// ATT-45: a hidden document looks exactly like one that does not exist, also to administrators.
#[tokio::test]
async fn a_hidden_document_looks_like_nothing_at_every_route() {
    let world = World::new().await;
    let bjorn = world.as_("bjorn").await;
    let private =
        json!({ "template": world.first.letter, "heading": "Private", "visible_for": { "kind": "owner" } });
    let made = bjorn.post("/api/v1/documents").json(&private).send().await.expect(201).json();
    let id = made["id"].to_string();
    for who in ["astrid", "carla"] {
        let (program, browser) = (world.as_(who).await, world.browser(who).await);
        let about_documents = |r: &&Route| r.path.contains("/documents/{id}");
        for route in routes().iter().filter(about_documents) {
            let client = if route.kind == Kind::Api { &program } else { &browser };
            let hidden = outcome(client, route, &id).await;
            let unknown = outcome(client, route, UNKNOWN).await;
            assert_eq!(hidden, unknown, "{who}: {}", named(route));
            assert!(is_nothing(route, &hidden), "{who}: {}: {hidden}", named(route));
        }
    }
    let still = bjorn.get(&format!("/api/v1/documents/{id}")).send().await.expect(200).json();
    assert_eq!(still["row_version"], made["row_version"], "nobody has changed it");
}

#[tokio::test]
async fn what_administrators_do_is_closed_to_everybody_else() {
    let world = World::new().await;
    let (program, browser) = (world.as_("bjorn").await, world.browser("bjorn").await);
    let mut walked = 0;
    for route in routes().iter().filter(|r| r.who == Who::Administrator) {
        let client = if route.kind == Kind::Api { &program } else { &browser };
        let answer = send(client, route, "1").await;
        assert_eq!(answer.status, 403, "{}: {}", named(route), gist(&answer));
        assert!(answer.text().contains("Only an administrator"), "{}: {}", named(route), gist(&answer));
        walked += 1;
    }
    assert!(walked > 15, "{walked}");
}

/// Reading changes nothing, whoever makes a browser do it.
#[tokio::test]
async fn nothing_is_changed_by_reading() {
    let world = World::new().await;
    let astrid = world.as_("astrid").await;
    let letter = json!({ "template": world.first.letter });
    astrid.post("/api/v1/documents").json(&letter).send().await.expect(201);
    let browser = world.browser("astrid").await;
    let audit = async || {
        let log = astrid.get("/api/v1/audit?limit=1").send().await.json();
        let document = astrid.get("/api/v1/documents/1").send().await.json();
        (log["items"][0]["seq"].clone(), document["row_version"].clone())
    };
    let before = audit().await;
    for route in routes().iter().filter(|r| r.method == Method::GET) {
        let client = if route.kind == Kind::Api { &astrid } else { &browser };
        let answer = send(client, route, "1").await;
        assert!(!answer.status.is_server_error(), "{}: {}", named(route), gist(&answer));
    }
    assert_eq!(audit().await, before);
}

/// Things of `nordlys` whose ids `fjord` does not have.
struct Things {
    world: Vec<(&'static str, String)>,
}

impl Things {
    async fn of(world: &World) -> Self {
        let astrid = world.as_("astrid").await;
        let post = async |path: &str, body: Value| {
            let made = astrid.post(path).json(&body).send().await.expect(201).json();
            made["id"].to_string()
        };
        let letter = json!({ "template": world.first.letter, "heading": "Ours" });
        let template = json!({ "from": { "copy": world.first.letter }, "name": "Another letter" });
        let document = post("/api/v1/documents", letter).await;
        let template = post("/api/v1/templates", template).await;
        let heading = post("/api/v1/headings", json!({ "name": "Reports" })).await;
        let group = post("/api/v1/groups", json!({ "name": "Export" })).await;
        for name in ["second", "third"] {
            post("/api/v1/tokens", json!({ "name": name })).await;
        }
        let token = post("/api/v1/tokens", json!({ "name": "fourth" })).await;
        let contacts = json!({ "template": world.first.note, "kind": "contact" });
        let mailing = post("/api/v1/mailings", contacts).await;
        let ctx = world.ctx("astrid").await;
        let note = world.first.note;
        let words = "To {nope}".into();
        let offered =
            world.app().templates().offer_file(&ctx, note, "", "note.txt", words, true).await.unwrap();
        let app::templates::Offered::Kept(draft) = offered else { panic!("{offered:?}") };
        let packed = world.app().templates().export_bundle(&ctx, &[]).await.unwrap();
        let bundle = world.app().templates().keep_bundle(&ctx, "t.zip", packed.into()).await.unwrap();
        let browser = world.browser("astrid").await;
        let sessions = browser.get("/api/v1/sessions").send().await.expect(200).json();
        let session = sessions["items"][0]["id"].as_str().unwrap().to_owned();
        let place = &world.first;
        Self {
            world: vec![
                ("documents", document),
                ("templates", template),
                ("headings", heading),
                ("drafts", draft.to_string()),
                ("mailings", mailing),
                ("bundle", bundle.to_string()),
                ("groups", group),
                ("tokens", token),
                ("sessions", session),
                ("companies", place.companies[2].to_string()),
                ("contacts", place.contacts[2].to_string()),
                ("projects", place.projects[2].to_string()),
                ("sales", place.sales[2].to_string()),
                ("associates", place.people[4].to_string()),
                ("people", place.people[4].to_string()),
            ],
        }
    }

    /// The id for a route; none for what belongs to no installation here.
    fn id(&self, path: &str) -> Option<String> {
        let words: Vec<&str> = path.split('/').collect();
        let at = words.iter().position(|w| *w == "{id}")?;
        // Plugins are the process's own; connections and refused sign-ins are kept at a login page, which this world has not.
        if ["plugins", "connections", "tasks"].contains(&words[at - 1]) {
            return None;
        }
        // A new document is made from a template.
        let word = if words[at - 1] == "new" { "templates" } else { words[at - 1] };
        let found = self.world.iter().find(|(known, _)| *known == word);
        Some(found.unwrap_or_else(|| panic!("{path}: nothing of {word} is in this walk")).1.clone())
    }
}
