//! Getting into the operator's area, and staying out of it.

use bytes::Bytes;
use futures_util::future::join_all;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use serde_json::{Value, json};
use testkit::login::{Installation, Jar, LOGIN, Page, Stage};

const COOKIE: &str = "__Host-chancery-operator";
/// Every page that can be looked at, with an installation `nordlys`.
pub const PAGES: &[&str] = &[
    "",
    "/installations",
    "/installations?q=nord",
    "/installations/nordlys",
    "/installations/nordlys/change",
    "/installations/nordlys/switch",
    "/installations/nordlys/keys",
    "/register",
    "/keys",
    "/keys/withdraw",
    "/providers",
    "/audit",
    "/audit?installation=nordlys&action=trip&verify=yes",
    "/audit/export?installation=nordlys",
    "/access",
];
/// Every address of the interface that can be looked at.
pub const LOOKS: &[&str] = &[
    "/health",
    "/installations",
    "/installations/nordlys",
    "/signing-keys",
    "/sealing-keys",
    "/providers",
    "/audit",
    "/audit?installation=nordlys",
    "/audit/verification",
    "/audit/export?installation=nordlys",
    "/tokens",
];

/// A browser inside the operator's area.
pub async fn entered(stage: &Stage, name: &str) -> Jar {
    let mut jar = Jar::default();
    let link = stage.house.operator_link(name).await.unwrap();
    let page = jar.go(stage, &link).await;
    let page = jar.press(stage, &page, ">Enter<", &[]).await;
    assert_eq!(
        (page.status, page.url.as_str()),
        (StatusCode::OK, "https://login.test/operator"),
        "{}",
        page.text
    );
    jar
}

/// A page of the area.
pub async fn at(jar: &mut Jar, stage: &Stage, path: &str) -> Page {
    let page = jar.go(stage, &format!("{LOGIN}/operator{path}")).await;
    assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.text);
    page
}

/// A call of the interface.
pub async fn call(
    stage: &Stage,
    token: &str,
    method: Method,
    path: &str,
    body: Option<Value>,
) -> Response<Bytes> {
    let mut request = Request::builder()
        .method(method)
        .uri(format!("{LOGIN}/operator/api/v1{path}"))
        .header("authorization", format!("Bearer {token}"));
    if body.is_some() {
        request = request.header("content-type", "application/json");
    }
    let body = body.map(|b| b.to_string()).unwrap_or_default();
    stage.serve(request.body(Bytes::from(body)).unwrap()).await
}

/// What an answer says.
pub fn said(answer: &Response<Bytes>) -> Value {
    serde_json::from_slice(answer.body()).unwrap_or(Value::Null)
}

#[tokio::test]
async fn a_link_lets_one_browser_in_once_and_looking_uses_nothing_up() {
    let stage = Stage::new().await;
    let link = stage.house.operator_link("ada").await.unwrap();
    for _ in 0..3 {
        // A scanner that follows every link.
        let page = Jar::default().go(&stage, &link).await;
        assert!(page.status == StatusCode::OK && page.text.contains("lets ada look after"), "{}", page.text);
    }
    let (mut jar, mut late) = (Jar::default(), Jar::default());
    let (page, other) = (jar.go(&stage, &link).await, late.go(&stage, &link).await);
    let page = jar.press(&stage, &page, ">Enter<", &[]).await;
    assert!(page.text.contains("You are here as <strong>ada</strong>"), "{}", page.text);
    assert!(jar.cookies["login.test"].contains_key(COOKIE));
    let other = late.press(&stage, &other, ">Enter<", &[]).await;
    assert_eq!(other.status, StatusCode::NOT_FOUND);
    assert!(other.text.contains("chancery broker operator-link"), "{}", other.text);
    assert!(!late.cookies["login.test"].contains_key(COOKIE));
    let line = jar.look(&stage, &format!("{LOGIN}/operator")).await;
    assert!(line.headers["content-security-policy"].to_str().unwrap().contains("frame-ancestors 'none'"));
}

#[tokio::test]
async fn of_fifty_who_press_at_once_one_gets_in() {
    let stage = Stage::new().await;
    let link = stage.house.operator_link("ada").await.unwrap();
    let open = join_all((0..50).map(|_| async {
        let mut jar = Jar::default();
        let page = jar.go(&stage, &link).await;
        (jar, page)
    }))
    .await;
    let tried = join_all(open.into_iter().map(async |(mut jar, page)| {
        let page = jar.press_once(&stage, &page, ">Enter<", &[]).await;
        (page.status, jar.cookies["login.test"].contains_key(COOKIE))
    }))
    .await;
    let inside = tried.iter().filter(|(status, cookie)| status.is_redirection() && *cookie).count();
    let outside = tried.iter().filter(|t| **t == (StatusCode::NOT_FOUND, false)).count();
    assert_eq!((inside, outside), (1, 49), "{tried:?}");
}

#[tokio::test]
async fn a_link_that_is_old_or_wrong_or_pressed_for_another_browser_lets_nobody_in() {
    let stage = Stage::with(|_, settings| settings.limits.failures_per_ip = 4).await;
    let link = stage.house.operator_link("ada").await.unwrap();
    let (mut one, mut two) = (Jar::default(), Jar::default());
    let page = one.go(&stage, &link).await;
    // The page of one browser, pressed in another.
    two.go(&stage, &format!("{LOGIN}/")).await;
    let pressed = two.press(&stage, &page, ">Enter<", &[]).await;
    assert_eq!(pressed.status, StatusCode::FORBIDDEN);
    stage.advance(601);
    assert_eq!(one.press(&stage, &page, ">Enter<", &[]).await.status, StatusCode::NOT_FOUND, "too old");
    for word in ["x", &"0".repeat(64), "%2e%2e"] {
        let page = one.go(&stage, &format!("{LOGIN}/operator/enter/{word}")).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{word}");
    }
    // ATT-53: whoever guesses is slowed down.
    let page = one.go(&stage, &format!("{LOGIN}/operator/enter/{}", "1".repeat(64))).await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(!one.cookies["login.test"].contains_key(COOKIE));
    for bad in ["", "a\nb", "<b>"] {
        assert!(stage.house.operator_link(bad).await.is_err(), "{bad:?}");
    }
}

#[tokio::test]
async fn a_session_ends_by_disuse_by_age_by_its_button_and_by_another_operator() {
    let stage = Stage::new().await;
    let mut jar = entered(&stage, "ada").await;
    for _ in 0..16 {
        stage.advance(29 * 60);
        at(&mut jar, &stage, "").await;
    }
    stage.advance(29 * 60);
    let page = jar.go(&stage, &format!("{LOGIN}/operator")).await;
    assert!(
        page.status == StatusCode::FORBIDDEN && page.text.contains("has ended"),
        "eight hours: {}",
        page.text
    );
    let mut idle = entered(&stage, "ada").await;
    stage.advance(30 * 60);
    assert_eq!(idle.go(&stage, &format!("{LOGIN}/operator")).await.status, StatusCode::FORBIDDEN, "disuse");
    let mut leaves = entered(&stage, "ada").await;
    let kept = leaves.clone();
    let page = at(&mut leaves, &stage, "").await;
    leaves.press(&stage, &page, ">Leave<", &[]).await;
    assert!(!leaves.cookies["login.test"].contains_key(COOKIE));
    assert_eq!(leaves.go(&stage, &format!("{LOGIN}/operator")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        kept.clone().go(&stage, &format!("{LOGIN}/operator")).await.status,
        StatusCode::FORBIDDEN,
        "a copy"
    );
    let (mut stays, mut ended) = (entered(&stage, "bo").await, entered(&stage, "cy").await);
    let page = at(&mut stays, &stage, "/access").await;
    assert!(page.text.contains("cy") && page.text.contains("this one"), "{}", page.text);
    stays.press(&stage, &page, "End every other session", &[]).await;
    assert_eq!(ended.go(&stage, &format!("{LOGIN}/operator")).await.status, StatusCode::FORBIDDEN);
    at(&mut stays, &stage, "").await;
}

#[tokio::test]
async fn a_stranger_finds_nothing_there_whatever_other_cookie_is_shown() {
    let stage = Stage::new().await;
    let crm = Installation::ready(&stage, "nordlys").await;
    let mut jar = Jar::default();
    crate::steps::sign_in(&stage, &crm, &mut jar, "ingrid@solsiden.example").await;
    let nothing = jar.go(&stage, &format!("{LOGIN}/nothing-is-here")).await;
    for path in PAGES {
        let page = jar.go(&stage, &format!("{LOGIN}/operator{path}")).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
        let words = "There is nothing at this address";
        assert!(page.text.contains(words) && nothing.text.contains(words), "{path}");
    }
    // The session of somebody who signed in is no operator's, under whatever name.
    let session = jar.cookies["login.test"]["__Host-chancery-login"].clone();
    jar.cookies.get_mut("login.test").unwrap().insert(COOKIE.to_owned(), session.clone());
    let page = jar.go(&stage, &format!("{LOGIN}/operator/installations")).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(!page.text.contains("nordlys"));
    // Nor is it a program's token; nor is an operator's session, nor an installation's own.
    let operator = entered(&stage, "ada").await.cookies["login.test"][COOKIE].clone();
    let own = crm.post(&stage, "/token", &[("grant_type", "client_credentials")]).await;
    for token in ["", "x", &session, &operator, own.json["access_token"].as_str().unwrap()] {
        for path in LOOKS {
            let answer = call(&stage, token, Method::GET, path, None).await;
            assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{path}");
            assert_eq!(answer.headers()["content-type"], "application/problem+json");
            assert_eq!(said(&answer)["type"], "urn:chancery:problem:unauthenticated");
        }
    }
    // A cookie means nothing to the interface.
    let request = Request::get(format!("{LOGIN}/operator/api/v1/installations"))
        .header("cookie", format!("{COOKIE}={operator}"))
        .body(Bytes::new())
        .unwrap();
    assert_eq!(stage.serve(request).await.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_programs_token_works_until_it_ends_or_is_withdrawn() {
    let stage = Stage::with(|_, settings| settings.limits.failures_per_ip = 3).await;
    let (id, token) = stage.house.operator_token("backup", 2).await.unwrap();
    let ask = async |token: &str| call(&stage, token, Method::GET, "/health", None).await.status();
    assert_eq!(ask(&token).await, StatusCode::OK);
    let mut jar = entered(&stage, "ada").await;
    let page = at(&mut jar, &stage, "/access").await;
    assert!(page.text.contains("backup") && !page.text.contains(&token), "{}", page.text);
    let page = jar.press(&stage, &page, &format!("value=\"{id}\""), &[]).await;
    assert!(page.text.contains("The token is withdrawn"), "{}", page.text);
    assert_eq!(ask(&token).await, StatusCode::UNAUTHORIZED);
    let (_, short) = stage.house.operator_token("backup", 1).await.unwrap();
    stage.advance(24 * 3600 - 1);
    assert_eq!(ask(&short).await, StatusCode::OK);
    let listed = stage.house.operator_tokens().await.unwrap();
    assert!(listed.len() == 1 && listed[0].used.is_some(), "{listed:?}");
    stage.advance(2);
    assert_eq!(ask(&short).await, StatusCode::UNAUTHORIZED);
    assert_eq!(ask("guess").await, StatusCode::UNAUTHORIZED);
    // ATT-53
    let slow = call(&stage, "guess", Method::GET, "/health", None).await;
    assert_eq!(slow.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!(slow.headers().contains_key("retry-after"));
    assert!(
        stage.house.operator_token("x", 0).await.is_err()
            && stage.house.operator_token("x", 401).await.is_err()
    );
    assert!(stage.house.withdraw_operator_token(&id).await.is_err(), "only once");
}

#[tokio::test]
async fn nothing_changes_without_a_form_of_this_session() {
    // ATT-48
    let stage = Stage::new().await;
    Installation::ready(&stage, "nordlys").await;
    let mut jar = entered(&stage, "ada").await;
    let mut other = entered(&stage, "bo").await;
    let form = |page: &Page| {
        page.text.split("name=\"form\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
    };
    let mine = form(&at(&mut jar, &stage, "").await);
    let theirs = form(&at(&mut other, &stage, "").await);
    let cookie = format!("{COOKIE}={}", jar.cookies["login.test"][COOKIE]);
    let ask = async |path: &str, form: &str, change: fn(&mut Request<Bytes>)| {
        let body = format!("form={form}&enabled=no&withdraw=yes&kid=x&key=x");
        let mut request = Request::post(format!("{LOGIN}/operator{path}"))
            .header("cookie", &cookie)
            .header("origin", LOGIN)
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Bytes::from(body))
            .unwrap();
        change(&mut request);
        stage.serve(request).await.status()
    };
    let paths = [
        "/leave",
        "/register",
        "/installations/nordlys/change",
        "/installations/nordlys/switch",
        "/installations/nordlys/keys",
        "/installations/nordlys/keys/remove",
        "/keys/rotate",
        "/providers/check",
        "/access/withdraw",
        "/access/end-others",
    ];
    let foreign: fn(&mut Request<Bytes>) = |r| {
        r.headers_mut().insert("origin", HeaderValue::from_static("https://evil.test"));
    };
    let cross: fn(&mut Request<Bytes>) = |r| {
        r.headers_mut().insert("sec-fetch-site", HeaderValue::from_static("cross-site"));
    };
    for path in paths {
        assert_eq!(ask(path, "", |_| ()).await, StatusCode::FORBIDDEN, "{path}: no word");
        assert_eq!(ask(path, &theirs, |_| ()).await, StatusCode::FORBIDDEN, "{path}: another session's word");
        assert_eq!(ask(path, &mine, foreign).await, StatusCode::FORBIDDEN, "{path}: another site");
        assert_eq!(ask(path, &mine, cross).await, StatusCode::FORBIDDEN, "{path}: another site");
        let page = jar.go(&stage, &format!("{LOGIN}/operator{path}")).await;
        assert!(page.status == StatusCode::METHOD_NOT_ALLOWED || page.status == StatusCode::OK, "{path}");
    }
    at(&mut jar, &stage, "").await;
    assert!(stage.house.installations().await.unwrap()[0].enabled);
    assert!(ask("/installations/nordlys/switch", &mine, |_| ()).await.is_redirection(), "the control");
    assert!(!stage.house.installations().await.unwrap()[0].enabled);
}

#[tokio::test]
async fn the_area_can_be_left_out() {
    let stage = Stage::with(|_, settings| settings.operator_pages = false).await;
    let refused = stage.house.operator_link("ada").await.unwrap_err();
    assert!(refused.public().contains("operator_pages = true"), "{refused:?}");
    assert!(stage.house.operator_token("ada", 1).await.is_err());
    let mut jar = Jar::default();
    for path in PAGES {
        assert_eq!(jar.go(&stage, &format!("{LOGIN}/operator{path}")).await.status, StatusCode::NOT_FOUND);
    }
    for path in LOOKS {
        assert_eq!(
            call(&stage, "x", Method::GET, path, None).await.status(),
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
    assert_eq!(json!(stage.house.operator_tokens().await.unwrap().len()), 0);
}
