//! Getting in and out.

use crate::{cookie, form, post};
use domain::{Actor, Ctx};
use std::time::Duration;
use testkit::world::{BASE, World};
use uuid::Uuid;
use web::Base;

fn session_cookie() -> String {
    web::cookies::session_name(&Base::parse(BASE).unwrap())
}

async fn link(world: &World, login: &str) -> String {
    let system = Ctx::new(world.first.installation, Actor::System, world.clock.now(), Uuid::nil(), 1);
    let link = world.app().access().make_link(&system, login).await.unwrap();
    format!("/enter/{}", link.token)
}

#[tokio::test]
async fn a_sign_in_link_is_used_by_its_button_only_and_once() {
    let world = World::new().await;
    let link = link(&world, "bjorn").await;
    let stranger = world.anonymous().with("origin", BASE);
    for _ in 0..3 {
        let looked_at = stranger.get(&link).send().await.expect(200);
        assert_eq!(cookie(&looked_at, &session_cookie()), None, "looking at a link uses nothing up");
    }
    let entered = form(&stranger, &link, "").await.expect(303);
    assert_eq!(entered.header("location"), "/");
    let token = cookie(&entered, &session_cookie()).unwrap();
    let line = entered.header("set-cookie");
    assert!(line.contains("; HttpOnly; SameSite=Lax") && !line.contains("Domain"), "{line}");

    let inside = world.anonymous().with("cookie", &format!("{}={token}", session_cookie()));
    assert!(inside.get("/").send().await.expect(200).text().contains("Bjorn"));
    let again = form(&stranger, &link, "").await.expect(403);
    assert!(again.text().contains("used already") && cookie(&again, &session_cookie()).is_none());
}

#[tokio::test]
async fn a_link_that_is_too_old_or_unknown_says_what_to_do() {
    let world = World::new().await;
    let link = link(&world, "bjorn").await;
    let stranger = world.anonymous().with("origin", BASE);
    world.clock.advance(Duration::from_mins(11));
    assert!(form(&stranger, &link, "").await.expect(403).text().contains("too old"));
    let unknown = form(&stranger, "/enter/%3Cscript%3E", "").await.expect(403).text();
    assert!(unknown.contains("not known here") && !unknown.contains("<script>"));
}

#[tokio::test]
async fn another_site_cannot_press_the_button() {
    let world = World::new().await;
    let link = link(&world, "bjorn").await;
    for origin in ["https://evil.test", "null"] {
        form(&world.anonymous().with("origin", origin), &link, "").await.expect(403);
    }
    form(&world.anonymous(), &link, "").await.expect(403);
    form(&world.anonymous().with("origin", BASE), &link, "").await.expect(303);
}

#[tokio::test]
async fn guessing_links_is_slowed_down() {
    let world = World::new().await;
    let stranger = world.anonymous().with("origin", BASE);
    for n in 0..10 {
        form(&stranger, &format!("/enter/{n}"), "").await.expect(403);
    }
    let slowed = form(&stranger, "/enter/11", "").await.expect(429);
    assert_eq!(slowed.header("retry-after"), "60");
    world.clock.advance(Duration::from_secs(61));
    form(&stranger, "/enter/12", "").await.expect(403);
}

/// ATT-18.
#[tokio::test]
async fn a_session_planted_or_left_over_is_not_the_one_that_begins() {
    let world = World::new().await;
    let planted = format!("{}={}", session_cookie(), "a".repeat(64));
    let stranger = world.anonymous().with("origin", BASE).with("cookie", &planted);
    let entered = form(&stranger, &link(&world, "bjorn").await, "").await.expect(303);
    let first = cookie(&entered, &session_cookie()).unwrap();
    assert_ne!(first, "a".repeat(64));
    stranger.get("/").send().await.expect(303);

    let first = format!("{}={first}", session_cookie());
    let inside = world.anonymous().with("origin", BASE).with("cookie", &first);
    inside.get("/").send().await.expect(200);
    form(&inside, &link(&world, "carla").await, "").await.expect(303);
    inside.get("/").send().await.expect(303);
}

/// ATT-19.
#[tokio::test]
async fn two_session_cookies_are_refused() {
    let world = World::new().await;
    let entered = form(&world.anonymous().with("origin", BASE), &link(&world, "bjorn").await, "").await;
    let (name, token) = (session_cookie(), cookie(&entered, &session_cookie()).unwrap());
    let twice = world.anonymous().with("cookie", &format!("{name}={token}; {name}={token}"));
    assert!(twice.get("/").send().await.expect(422).text().contains("two session cookies"));
}

#[tokio::test]
async fn signing_out_ends_the_session_here_and_there() {
    let world = World::new().await;
    let browser = world.browser("bjorn").await;
    let out = post(&browser, "/sign-out", "").await.expect(303);
    assert_eq!(out.header("clear-site-data"), "\"cache\", \"storage\"");
    assert_eq!(cookie(&out, &session_cookie()).as_deref(), Some(""));
    assert_eq!(browser.get("/").send().await.expect(303).header("location"), "/sign-in");
    world.anonymous().get("/sign-in").send().await.expect(200);
}

#[tokio::test]
async fn a_session_ends_by_itself() {
    let world = World::new().await;
    let browser = world.browser("bjorn").await;
    world.clock.advance(Duration::from_mins(29));
    browser.get("/").send().await.expect(200);
    world.clock.advance(Duration::from_mins(31));
    browser.get("/").send().await.expect(303);
}
