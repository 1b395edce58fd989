//! What people and administrators look after.

use crate::{form, post, token_of};
use testkit::world::World;

#[tokio::test]
async fn a_token_is_shown_once_and_works_until_it_is_withdrawn() {
    let world = World::new().await;
    let browser = world.browser("bjorn").await;
    let made = post(&browser, "/settings/tokens", "name=Nightly&days=30").await.expect(200).text();
    let secret =
        made.split("id=\"secret\">").nth(1).and_then(|rest| rest.split('<').next()).unwrap().to_owned();
    let program = world.anonymous().with_bearer(&secret);
    program.get("/api/v1/me").send().await.expect(200);
    let list = browser.get("/settings/tokens").send().await.expect(200).text();
    assert!(list.contains("Nightly") && !list.contains(&secret));
    let id = list.split("name=\"id\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    post(&world.browser("carla").await, "/settings/tokens/withdraw", &format!("id={id}")).await.expect(404);
    program.get("/api/v1/me").send().await.expect(200);
    post(&browser, "/settings/tokens/withdraw", &format!("id={id}")).await.expect(303);
    program.get("/api/v1/me").send().await.expect(401);
}

#[tokio::test]
async fn a_faulty_form_is_shown_again_with_the_fault_at_its_field() {
    let world = World::new().await;
    let browser = world.browser("bjorn").await;
    let again = post(&browser, "/settings/tokens", "name=+&days=30").await.expect(422).text();
    assert!(again.contains("id=\"f-name-error\"") && !again.contains("chy_"));
    post(&browser, "/settings/tokens", "name=x&days=many").await.expect(422);
    post(&browser, "/settings/tokens/withdraw", "id=x").await.expect(404);
}

#[tokio::test]
async fn a_message_is_shown_on_the_next_page_and_then_no_more() {
    let world = World::new().await;
    let browser = world.browser("bjorn").await;
    let answer = post(&browser, "/settings/sessions/end-others", "").await.expect(303);
    let line = answer.header("set-cookie").to_owned();
    let (pair, _) = line.split_once(';').unwrap();
    let session = browser.clone();
    // The browser sends both cookies on one line.
    let both = session.with("cookie", &format!("{}; {pair}", cookie_of(&browser)));
    let shown = both.get("/settings").send().await.expect(200);
    assert!(shown.text().contains("There was no other session."));
    assert!(shown.header("set-cookie").contains("Max-Age=0"));
    assert!(!browser.get("/settings").send().await.text().contains("There was no other session."));
}

/// The cookie line of a browser: what it sends is what the request carries.
fn cookie_of(browser: &testkit::world::Client<'_>) -> String {
    let text = format!("{browser:?}");
    let (_, rest) = text.split_once("\"cookie\": \"").expect("a browser sends its cookie");
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn ending_the_other_sessions_leaves_this_one() {
    let world = World::new().await;
    let (here, there) = (world.browser("bjorn").await, world.browser("bjorn").await);
    let somebody = world.browser("carla").await;
    post(&here, "/settings/sessions/end-others", "").await.expect(303);
    there.get("/").send().await.expect(303);
    here.get("/").send().await.expect(200);
    somebody.get("/").send().await.expect(200);
}

#[tokio::test]
async fn an_administrator_makes_a_link_that_lets_somebody_in() {
    let world = World::new().await;
    let astrid = world.browser("astrid").await;
    let page = post(&astrid, "/settings/people/link", "login=bjorn").await.expect(200).text();
    let link = page.split("id=\"secret\">").nth(1).and_then(|rest| rest.split('<').next()).unwrap();
    let path = link.strip_prefix(testkit::world::BASE).unwrap();
    let stranger = world.anonymous().with("origin", testkit::world::BASE);
    form(&stranger, path, "").await.expect(303);
    for nobody in ["dag", "eva", "nobody"] {
        post(&astrid, "/settings/people/link", &format!("login={nobody}")).await.expect(303);
    }
    let bjorn = world.browser("bjorn").await;
    post(&bjorn, "/settings/people/link", "login=astrid").await.expect(403);
    assert!(!token_of(&bjorn).await.is_empty());
}

#[tokio::test]
async fn what_administrators_read_is_there() {
    let world = World::new().await;
    let astrid = world.browser("astrid").await;
    let audit = astrid.get("/settings/audit").send().await.expect(200).text();
    assert!(audit.contains("session.begun"));
    let health = astrid.get("/settings/health").send().await.expect(200).text();
    assert!(health.contains("Archive") && health.contains("check-out"));
    astrid.get("/settings/audit?after=x").send().await.expect(422);
}

#[tokio::test]
async fn a_refused_import_says_which_line_and_what_to_do() {
    let world = World::new().await;
    let astrid = world.browser("astrid").await;
    let send = |name: &str, kind: &str, content: &str| {
        let body = format!(
            "--XX\r\nContent-Disposition: form-data; name=\"kind\"\r\n\r\n{kind}\r\n\
             --XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n{content}\r\n--XX--\r\n"
        );
        astrid
            .post("/settings/import")
            .header("content-type", "multipart/form-data; boundary=XX")
            .bytes(body)
            .send()
    };
    let mixed = send("c.csv", "company", "external_id,name\nc-1,Good\nc-2,\n").await.expect(200).text();
    assert!(
        mixed.contains("c-2") && mixed.contains("Refused") && mixed.contains("1 line was refused"),
        "{mixed}"
    );
    let wrong = send("c.xlsx", "company", "x").await.expect(422).text();
    assert!(wrong.contains("neither in .csv nor in .json"));
    assert!(
        send("c.csv", "", "external_id,name\n")
            .await
            .expect(422)
            .text()
            .contains("Choose what the file contains")
    );
    send("", "company", "").await.expect(422);
}
