//! Walks over all routes: as nobody, as somebody without the right, as another installation (ATT-44).

use crate::token_of;
use http::Method;
use serde_json::json;
use testkit::world::{Answer, Client, World};
use web::{Kind, Route, Who};

/// A path with every parameter filled in.
fn filled(route: &Route, id: &str) -> String {
    let parts = route.path.split('/').map(|part| match part {
        "{id}" => id.to_owned(),
        "{kind}" => "company".to_owned(),
        _ if part.starts_with('{') => "1".to_owned(),
        _ => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("/")
}

fn guarded() -> Vec<Route> {
    web::routes().into_iter().filter(|r| r.who != Who::Anonymous).collect()
}

/// The routes that anybody may use. This list may only shrink.
#[test]
fn only_these_routes_are_open_to_strangers() {
    let mut open: Vec<String> = web::routes()
        .iter()
        .filter(|r| r.who == Who::Anonymous)
        .map(|r| format!("{} {}", r.method, r.path))
        .collect();
    open.sort();
    let expected = [
        "GET /enter/{token}",
        "GET /favicon.ico",
        "GET /healthz",
        "GET /metrics",
        "GET /readyz",
        "GET /sign-in",
        "GET /static/{hash}/{*name}",
        "POST /enter/{token}",
    ];
    assert_eq!(open, expected);
}

#[tokio::test]
async fn a_stranger_is_led_to_the_entrance_everywhere() {
    let world = World::new().await;
    for route in guarded() {
        let answer = world.anonymous().request(route.method.clone(), &filled(&route, "1")).send().await;
        let target = format!("{} {}", route.method, route.path);
        match route.kind {
            Kind::Api => assert_eq!(answer.status, 401, "{target}: {}", answer.text()),
            Kind::Page | Kind::Plain => {
                assert_eq!(
                    (answer.status.as_u16(), answer.header("location")),
                    (303, "/sign-in"),
                    "{target}"
                );
            }
        }
    }
}

#[tokio::test]
async fn only_administrators_get_where_administrators_belong() {
    let world = World::new().await;
    let (browser, program) = (world.browser("bjorn").await, world.as_("bjorn").await);
    let routes: Vec<Route> = guarded().into_iter().filter(|r| r.who == Who::Administrator).collect();
    assert!(routes.len() > 10);
    for route in routes {
        let client = if route.kind == Kind::Api { &program } else { &browser };
        let answer = send(client, &route, "1", &token_of(&browser).await).await;
        assert_eq!(answer.status, 403, "{} {}: {}", route.method, route.path, answer.text());
        assert!(
            answer.text().contains("Only an administrator"),
            "{} {}: {}",
            route.method,
            route.path,
            answer.text()
        );
    }
}

/// Sends what a client of this route usually sends, as far as it can be said for all at once.
async fn send(client: &Client<'_>, route: &Route, id: &str, token: &str) -> Answer {
    let request = client.request(route.method.clone(), &filled(route, id)).header("if-match", "*");
    let request = match (route.kind, &route.method) {
        (_, &Method::GET) => request,
        (Kind::Api, _) => request.json(&json!({})),
        _ => request.header("content-type", "application/x-www-form-urlencoded").bytes(format!(
            "csrf={token}&heading=x&name=x&language=&version=1&status=completed&command=archive.verify"
        )),
    };
    request.send().await
}

/// An id of each kind that exists in the first installation and not in the second.
async fn ids(world: &World) -> impl Fn(&str) -> Option<String> + use<> {
    let astrid = world.as_("astrid").await;
    let made = json!({ "template": world.first.note, "heading": "A letter of ours" });
    let document = astrid.post("/api/v1/documents").json(&made).send().await.expect(201).json()["id"].clone();
    let last = |ids: &[i64]| ids.iter().max().copied().map(|id| id.to_string());
    let companies = last(&world.first.companies.iter().map(|i| i.0).collect::<Vec<_>>());
    let contacts = last(&world.first.contacts.iter().map(|i| i.0).collect::<Vec<_>>());
    let projects = last(&world.first.projects.iter().map(|i| i.0).collect::<Vec<_>>());
    let sales = last(&world.first.sales.iter().map(|i| i.0).collect::<Vec<_>>());
    let people = last(&world.first.people.iter().map(|i| i.0).collect::<Vec<_>>());
    move |path: &str| match path.split("/{id}").next()?.rsplit('/').next()? {
        "documents" => Some(document.to_string()),
        "companies" => companies.clone(),
        "contacts" => contacts.clone(),
        "projects" => projects.clone(),
        "sales" => sales.clone(),
        "associates" => people.clone(),
        _ => None,
    }
}

/// What an answer says, without what differs from one request to the next.
fn said(answer: &Answer) -> String {
    let mut text = answer.text();
    for mark in [
        "name=\"csrf\" value=\"",
        "name=\"csrf-token\" content=\"",
        "\"request_id\":\"",
        "Request id: <code>",
    ] {
        while let Some(at) = text.find(mark) {
            let end = text[at + mark.len()..].find(['"', '<']).map_or(text.len(), |n| at + mark.len() + n);
            text.replace_range(at..end, "");
        }
    }
    text
}

/// An error, or the way back to a page with a message that says what went wrong.
fn is_refusal(answer: &Answer) -> bool {
    let flash = web::cookies::flash_name(&web::Base::parse(testkit::world::BASE).unwrap());
    answer.status.is_client_error()
        || (answer.status == 303
            && crate::cookie(answer, &flash).is_some_and(|message| message.starts_with('f')))
}

#[tokio::test]
async fn what_belongs_to_another_installation_answers_like_what_does_not_exist() {
    let world = World::new().await;
    let id_of = ids(&world).await;
    let browser = world.browser_in(&world.second, "frida").await;
    let program = world.as_in(&world.second, "frida").await;
    let token = token_of(&browser).await;
    let mut walked = 0;
    for route in guarded() {
        let Some(foreign) = route.path.contains("{id}").then(|| id_of(route.path)).flatten() else {
            continue;
        };
        let client = if route.kind == Kind::Api { &program } else { &browser };
        let target = format!("{} {}", route.method, route.path);
        let theirs = send(client, &route, &foreign, &token).await;
        let nobodys = send(client, &route, "987654", &token).await;
        assert!(is_refusal(&theirs), "{target}: {:?} {}", theirs.headers, theirs.text());
        assert_eq!(theirs.status, nobodys.status, "{target}");
        assert_eq!(said(&theirs), said(&nobodys), "{target}");
        if route.method == Method::GET {
            assert_eq!(theirs.status, 404, "{target}");
        }
        walked += 1;
    }
    assert!(walked > 40, "{walked} routes were walked");
}
