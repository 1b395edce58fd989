//! Opening, replacing, locking, versions.

use super::{follow, make, message, post, send, send_by_script};
use testkit::world::World;

#[tokio::test]
async fn content_is_an_attachment_and_ranges_are_exact() {
    let world = World::new().await;
    let browser = world.browser("bjorn").await;
    let document = make(&browser, world.first.note, "heading=Caf%C3%A9").await;
    let content = format!("{document}/content");
    let whole = browser.get(&content).send().await.expect(200);
    assert!(
        whole
            .header("content-disposition")
            .starts_with("attachment; filename=\"Caf_.txt\"; filename*=UTF-8''Caf%C3%A9.txt")
    );
    assert_eq!(whole.header("content-security-policy"), "sandbox; default-src 'none'");
    assert_eq!(whole.header("x-content-type-options"), "nosniff");
    assert_eq!(whole.header("cache-control"), "private, no-store");
    let part = browser.get(&content).header("range", "bytes=1-3").send().await.expect(206);
    assert_eq!(part.body, whole.body.slice(1..4));
    assert_eq!(part.header("content-range"), format!("bytes 1-3/{}", whole.body.len()));
    let beyond = browser.get(&content).header("range", "bytes=99999-").send().await.expect(416);
    assert_eq!(beyond.header("content-range"), format!("bytes */{}", whole.body.len()));
    browser.get(&content).header("if-none-match", whole.header("etag")).send().await.expect(304);
    let head = browser.request(http::Method::HEAD, &content).send().await.expect(200);
    assert_eq!((head.body.len(), head.header("content-length")), (0, whole.body.len().to_string().as_str()));
}

#[tokio::test]
async fn a_day_with_a_document() {
    let world = World::new().await;
    let (me, other) = (world.browser("bjorn").await, world.browser("carla").await);
    let document = make(&me, world.first.letter, "heading=Plan&visible_for=everyone").await;
    let at = |verb: &str| format!("{document}/{verb}");

    let out = post(&me, &at("check-out"), "").await;
    assert!(follow(&me, &out).await.contains("Checked out by you"));
    let foreign = other.get(&document).send().await.expect(200).text();
    assert!(foreign.contains("Checked out by Bjorn Test") && !foreign.contains("data-upload=\"replace\""));

    let put = send(&me, &at("content"), &[("revision", "", b""), ("file", "plan.txt", b"second")]).await;
    assert!(follow(&me, &put).await.contains("Others see it after you check it in"));
    assert_eq!(me.get(&at("content")).send().await.expect(200).text(), "second");
    assert_ne!(other.get(&at("content")).send().await.expect(200).text(), "second");

    let back = post(&other, &at("check-in"), "comment=Not+mine").await;
    assert_eq!(back.status.as_u16(), 409, "T26: a foreign check-in fails");
    let put = send(&other, &at("content"), &[("file", "plan.txt", b"theirs")]).await;
    assert!(follow(&other, &put).await.contains("Bjorn Test has it checked out"), "the reason is said");

    let done = post(&me, &at("check-in"), "comment=Second+draft").await;
    let page = follow(&me, &done).await;
    assert!(page.contains("Second draft") && page.contains("restore-version"));
    assert_eq!(other.get(&at("content")).send().await.expect(200).text(), "second");

    let first = page.split("name=\"version\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let earlier = me.get(&format!("{document}/content?version={first}")).send().await.expect(200).text();
    let restored = post(&me, &at("restore-version"), &format!("version={first}&number=1")).await;
    assert!(follow(&me, &restored).await.contains("Version 1 is the newest now"));
    assert_eq!(other.get(&at("content")).send().await.expect(200).text(), earlier);
}

#[tokio::test]
async fn undoing_somebody_elses_check_out_needs_the_right_t26() {
    let world = World::new().await;
    let (me, other, forcer) =
        (world.browser("bjorn").await, world.browser("carla").await, world.browser("astrid").await);
    let document = make(&me, world.first.letter, "heading=Held").await;
    let undo = format!("{document}/undo-check-out");
    post(&me, &format!("{document}/check-out"), "").await.expect(303);
    assert!(!other.get(&document).send().await.expect(200).text().contains("Undo their check-out"));
    let refused = post(&other, &undo, "force=yes").await;
    assert!(refused.status.is_client_error() || follow(&other, &refused).await.contains("note bad"));
    assert!(me.get(&document).send().await.expect(200).text().contains("Checked out by you"));
    assert!(forcer.get(&undo).send().await.expect(200).text().contains("cannot be brought back"));
    let forced = post(&forcer, &undo, "force=yes").await;
    assert!(follow(&forcer, &forced).await.contains("The document is free"));
}

#[tokio::test]
async fn a_completed_document_takes_no_new_content_t34() {
    let world = World::new().await;
    let me = world.browser("bjorn").await;
    let document = make(&me, world.first.note, "heading=Final").await;
    let done = post(&me, &format!("{document}/status"), "status=completed").await;
    let page = follow(&me, &done).await;
    assert!(
        page.contains("Completed") && !page.contains("data-upload=\"replace\""),
        "uploading is not offered"
    );
    let before = me.get(&format!("{document}/content")).send().await.expect(200).body;
    let put = send(&me, &format!("{document}/content"), &[("file", "final.txt", b"changed")]).await;
    assert!(follow(&me, &put).await.contains("completed"), "the reason is said");
    assert_eq!(me.get(&format!("{document}/content")).send().await.expect(200).body, before);
    post(&me, &format!("{document}/status"), "status=started").await.expect(303);
    send(&me, &format!("{document}/content"), &[("file", "final.txt", b"changed")]).await.expect(303);
    assert_eq!(me.get(&format!("{document}/content")).send().await.expect(200).text(), "changed");
    let file = [("file", "final.txt", b"again".as_slice())];
    let scripted = send_by_script(&me, &format!("{document}/content"), &file).await.expect(200);
    assert_eq!(scripted.json()["url"], document, "our script goes there, where the message stands");
    assert!(message(&scripted).contains("The content was replaced"));
}

#[tokio::test]
async fn replacing_what_somebody_has_changed_meanwhile_is_refused() {
    let world = World::new().await;
    let me = world.browser("bjorn").await;
    let document = make(&me, world.first.note, "heading=Both").await;
    let page = me.get(&document).send().await.expect(200).text();
    let seen = page.split("name=\"revision\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let content = format!("{document}/content");
    send(&me, &content, &[("revision", "", seen.as_bytes()), ("file", "a.txt", b"one")]).await.expect(303);
    let late = send(&me, &content, &[("revision", "", seen.as_bytes()), ("file", "a.txt", b"two")]).await;
    assert!(follow(&me, &late).await.contains("note bad"));
    assert_eq!(me.get(&content).send().await.expect(200).text(), "one");
}

#[tokio::test]
async fn a_preview_has_no_powers_and_stands_in_our_frame_only() {
    let world = World::new().await;
    let me = world.browser("bjorn").await;
    let document = make(&me, world.first.note, "heading=%3Cscript%3Ealert(1)%3C/script%3E").await;
    let preview = me.get(&format!("{document}/preview")).send().await.expect(200);
    let policy = preview.header("content-security-policy");
    assert!(policy.starts_with("sandbox;") && policy.contains("default-src 'none'"), "{policy}");
    assert!(policy.contains("frame-ancestors 'self'"), "{policy}");
    assert!(!preview.text().contains("<script"));
    let page = me.get(&document).send().await.expect(200);
    assert!(
        page.text().contains("sandbox")
            && page.header("content-security-policy").contains("frame-src 'self'")
    );
    assert!(!page.text().contains("<script>alert"));
}
