//! Every code of Entra that means something to us, met on the login page: what the person reads, what the installation hears,
//! and what stands in the audit log (microsoft.md 1.7).

use crate::steps::{AT_MICROSOFT, at_the_form, records, sign_in, through, type_address};
use http::StatusCode;
use serde_json::{Value, json};
use testkit::login::{Installation, Jar, LOGIN, Page, Stage};
use twin::core::faults::{Effect, Rule};

const ENTRA: &str = "entra.token";
const WHO: &str = "solveig@kaffehuset.example";

/// A class of 1.7: how it is told, the OAuth word, words of the page, whether beginning again is offered, and its codes.
type Class = (&'static str, &'static str, &'static str, bool, &'static [u32]);

/// The table of 1.7, row by row. Rows whose codes mean different things to a person are more than one.
const TABLE: &[Class] = &[
    (
        "sign_in_again",
        "login_required",
        "follow what the provider asks",
        true,
        &[50076, 50079, 50072, 50074, 50078, 50158],
    ),
    (
        "account_disabled",
        "access_denied",
        "Ask your organisation&#39;s administrator",
        true,
        &[50055, 50057, 50053, 50034],
    ),
    ("wrong_account", "access_denied", "choose your work account", true, &[51004, 50105, 50020]),
    (
        "blocked_by_policy",
        "access_denied",
        "Ask its administrator",
        false,
        &[53000, 53001, 53002, 53003, 530_032, 50131, 50097],
    ),
    (
        "consent_missing",
        "consent_required",
        "leave every box ticked",
        true,
        &[65001, 650_052, 650_056, 65005],
    ),
    ("cancelled", "access_denied", "begin again when you like", true, &[65004]),
    (
        "administrator_consent",
        "consent_required",
        "your CRM&#39;s administrator can send them a link",
        true,
        &[90094, 90095],
    ),
    (
        "grant_ended",
        "login_required",
        "Begin again to give it anew",
        true,
        &[700_082, 70008, 70000, 50173, 50089, 50132, 50133, 70043, 700_084],
    ),
    ("code_redeemed", "login_required", "was used already", true, &[54005]),
    ("proof_mismatch", "login_required", "was used already", true, &[501_481, 50147]),
    (
        "operator",
        "server_error",
        "Its operator has been told",
        false,
        &[700_016, 700_011, 500_011, 90002, 50194, 9_002_332],
    ),
    ("operator", "server_error", "Its operator has been told", false, CREDENTIALS),
    ("operator", "server_error", "Its operator has been told", false, &[50011, 70004, 900_971]),
    ("loop", "temporarily_unavailable", "Wait a few minutes", true, &[50196]),
    (
        "busy",
        "temporarily_unavailable",
        "Wait a minute and begin again",
        true,
        &[90055, 90024, 90033, 90006, 90012, 50033, 50087],
    ),
    ("sign_in_again", "login_required", "follow what the provider asks", true, &[50058]),
    ("wrong_account", "access_denied", "choose your work account", true, &[16000, 16003]),
];

/// Those that refuse us, and not the person.
const CREDENTIALS: &[u32] = &[7_000_215, 7_000_222, 7_000_218, 700_025, 700_027, 70002];

fn order(stage: &Stage, effect: Effect) -> u64 {
    stage.twin.house().faults.order(Rule::new(effect).at(ENTRA))
}

fn refusing(code: u32) -> Effect {
    Effect::Behave { name: "entra-error".into(), value: json!(code) }
}

fn answering(status: u16, body: Value) -> Effect {
    Effect::Answer { status, headers: Vec::new(), body }
}

/// The newest failure that was written down.
async fn noted(stage: &Stage, crm: &Installation) -> String {
    let records = records(stage, crm).await;
    let failed = records.iter().find(|record| record["action"] == "login.failed");
    failed.map(|record| record["reason"].as_str().unwrap().to_owned()).unwrap_or_default()
}

/// The installation hears the class and its word, and nothing of the provider's text.
fn heard(page: &Page, crm: &Installation, (class, oauth, ..): Class, what: &str) {
    assert!(page.url.starts_with(&crm.redirect), "{what}: {}\n{}", page.url, page.text);
    assert_eq!(page.query("error").as_deref(), Some(oauth), "{what}");
    assert_eq!(page.query("error_description").as_deref(), Some(class), "{what}");
    assert!(!page.url.contains("AADSTS"), "{what}: {}", page.url);
}

/// The person reads what has happened and who can do what, and is offered another try only where it helps.
fn read(page: &Page, (.., words, again, _): Class, what: &str) {
    assert!(page.url.starts_with(LOGIN), "{what}: {}", page.url);
    assert!(page.text.contains(words), "{what}: {}", page.text);
    assert_eq!(page.text.contains("Begin again</a>"), again, "{what}: {}", page.text);
    assert!(!page.text.contains("AADSTS"), "{what}: {}", page.text);
}

#[tokio::test]
async fn every_code_of_the_token_endpoint_is_told_as_its_class_and_written_down() {
    let stage = Stage::new().await;
    let crm = Installation::ready(&stage, "nordlys").await;
    for row @ &(class, .., codes) in TABLE {
        for &code in codes {
            let what = format!("{code}, at the token endpoint");
            // For an installation, then for the login page itself.
            let fault = order(&stage, refusing(code));
            let mut jar = Jar::default();
            let (_, page) = at_the_form(&stage, &crm, &mut jar).await;
            heard(&type_address(&mut jar, &stage, &page, WHO).await, &crm, *row, &what);
            assert_eq!(noted(&stage, &crm).await, format!("{class} sign_in"), "{what}");
            let broken = CREDENTIALS.contains(&code);
            let mut jar = Jar::default();
            let page = jar.go(&stage, &format!("{LOGIN}/")).await;
            let page = jar.press(&stage, &page, "name=\"email\"", &[("email", WHO)]).await;
            if broken {
                // Nobody is sent to a provider that refuses us, of whatever tenant.
                assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE, "{what}: {}", page.text);
                assert!(page.text.contains("does not accept this login page"), "{what}: {}", page.text);
            } else {
                read(&through(&mut jar, &stage, page, WHO).await, *row, &what);
            }
            stage.twin.house().faults.withdraw(fault);
            if broken {
                stage.advance(61);
            }
        }
    }
    sign_in(&stage, &crm, &mut Jar::default(), WHO).await;
}

#[tokio::test]
async fn every_code_that_comes_back_through_the_browser_is_told_as_the_same_class() {
    let stage = Stage::new().await;
    let crm = Installation::ready(&stage, "nordlys").await;
    for row @ &(class, .., codes) in TABLE {
        for &code in codes {
            let what = format!("{code}, through the browser");
            let mut jar = Jar::default();
            let (_, page) = at_the_form(&stage, &crm, &mut jar).await;
            let page = jar.press(&stage, &page, "name=\"email\"", &[("email", WHO)]).await;
            let theirs = |url: &&String| url.contains(AT_MICROSOFT) && url.contains("/authorize?");
            let begun = jar.history.iter().find(theirs).unwrap().clone();
            let state = Page { url: begun, ..page }.query("state").unwrap();
            let query = form_urlencoded::Serializer::new(String::new())
                .append_pair("state", &state)
                .append_pair("error", "invalid_request")
                .append_pair("error_description", &format!("AADSTS{code}: Something. Trace ID: 1"))
                .finish();
            let page = jar.go(&stage, &format!("{LOGIN}/callback/microsoft?{query}")).await;
            heard(&page, &crm, *row, &what);
            assert_eq!(noted(&stage, &crm).await, format!("{class} sign_in"), "{what}");
        }
    }
    // What a stranger puts into an address opens no breaker.
    sign_in(&stage, &crm, &mut Jar::default(), WHO).await;
}

#[tokio::test]
async fn words_and_statuses_without_a_code_of_ours_have_their_class_too() {
    let stage = Stage::new().await;
    let crm = Installation::ready(&stage, "nordlys").await;
    let word = |word: &str| json!({"error": word, "error_description": "x"});
    let of = |class: &str| *TABLE.iter().find(|row| row.0 == class).unwrap();
    let table = [
        (400, word("interaction_required"), "sign_in_again"),
        (400, word("login_required"), "sign_in_again"),
        (400, word("consent_required"), "consent_missing"),
        (400, word("temporarily_unavailable"), "busy"),
        (429, word("invalid_grant"), "busy"),
        (500, Value::Null, "busy"),
        (503, word("invalid_client"), "busy"),
    ];
    for (status, body, class) in table {
        let what = format!("{status} {body}");
        let fault = order(&stage, answering(status, body));
        let mut jar = Jar::default();
        let (_, page) = at_the_form(&stage, &crm, &mut jar).await;
        heard(&type_address(&mut jar, &stage, &page, WHO).await, &crm, of(class), &what);
        assert_eq!(noted(&stage, &crm).await, format!("{class} sign_in"), "{what}");
        stage.twin.house().faults.withdraw(fault);
    }
    sign_in(&stage, &crm, &mut Jar::default(), WHO).await;
}
