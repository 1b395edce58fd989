//! A small provider that says whatever it is told to say, true or not.

use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use broker::{Credential, Dialect, ProviderSettings, Settings};
use platform::Secret;
use platform::jwt::SigningKey;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};
use testkit::login::Stage;

/// Where it stands.
pub const HAVEN: &str = "https://haven.test";
/// Its name at the login page.
pub const NAME: &str = "haven";

/// Id and secret in a header: `us:haven-secret`.
const BASIC: &str = "Basic dXM6aGF2ZW4tc2VjcmV0";

type Make = Box<dyn Fn(&Said) -> String + Send>;

/// What it says.
pub struct Said {
    /// The key it signs with.
    pub key: SigningKey,
    /// The published key set.
    pub keys: Value,
    /// The nonces it was sent, the latest last.
    pub nonces: Vec<String>,
    /// When it believes it is, in seconds since 1970.
    pub now: i64,
    /// Makes the id token.
    pub make: Make,
    /// What discovery says beside the usual.
    pub announces: Value,
    /// Parameters beside code and state in the answer.
    pub answers: Vec<(String, String)>,
    /// What user info says.
    pub info: Value,
    /// How often the key set was fetched, and codes redeemed.
    pub fetched: usize,
    pub redeemed: usize,
    /// How the login page proved itself last: by the form or a header.
    pub proved_by: &'static str,
}

impl fmt::Debug for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Said")
    }
}

impl Said {
    /// The claims of a good token.
    pub fn claims(&self) -> Value {
        json!({"iss": HAVEN, "aud": "us", "sub": "h-1", "iat": self.now, "exp": self.now + 600,
            "nonce": self.nonces.last(), "email": "kim@haven.example", "email_verified": true, "name": "Kim"})
    }

    /// A token with these claims changed; null takes one away.
    pub fn token(&self, changes: Value) -> String {
        let mut claims = self.claims();
        for (name, value) in changes.as_object().unwrap() {
            if value.is_null() {
                claims.as_object_mut().unwrap().remove(name);
            } else {
                claims[name] = value.clone();
            }
        }
        self.key.sign("JWT", &claims).unwrap()
    }
}

/// The provider.
pub type Haven = Arc<Mutex<Said>>;

/// Adds it to the login page's settings.
pub fn add(settings: &mut Settings) {
    settings.providers.push(ProviderSettings {
        name: NAME.parse().unwrap(),
        title: "Haven".to_owned(),
        dialect: Dialect::OpenId,
        issuer: HAVEN.to_owned(),
        client_id: "us".to_owned(),
        credentials: Arc::new(vec![Credential::Secret(Secret::new("haven-secret"))]),
        secret_by: broker::SecretBy::Discovery,
    });
}

/// A stage with it.
pub async fn stage() -> (Stage, Haven) {
    let stage = Stage::with(|_, settings| add(settings)).await;
    let key = SigningKey::generate().unwrap();
    let haven = Arc::new(Mutex::new(Said {
        keys: json!({"keys": [key.public_jwk()]}),
        key,
        nonces: Vec::new(),
        now: stage.now().as_second(),
        make: Box::new(|said| said.token(json!({}))),
        announces: json!({}),
        answers: Vec::new(),
        info: json!({"sub": "h-1"}),
        fetched: 0,
        redeemed: 0,
        proved_by: "",
    }));
    let router = Router::new()
        .route("/.well-known/openid-configuration", get(discovery))
        .route("/jwks", get(keys))
        .route("/authorize", get(authorize))
        .route("/token", post(token))
        .route("/userinfo", get(info))
        .with_state(Arc::clone(&haven));
    stage.doors.lock().unwrap().insert("haven.test".to_owned(), router);
    (stage, haven)
}

async fn discovery(State(haven): State<Haven>) -> Json<Value> {
    let mut document = json!({
        "issuer": HAVEN, "authorization_endpoint": format!("{HAVEN}/authorize"), "jwks_uri": format!("{HAVEN}/jwks"),
        "token_endpoint": format!("{HAVEN}/token"), "userinfo_endpoint": format!("{HAVEN}/userinfo"),
    });
    for (name, value) in haven.lock().unwrap().announces.as_object().unwrap() {
        document[name] = value.clone();
    }
    Json(document)
}

async fn keys(State(haven): State<Haven>) -> Json<Value> {
    let mut said = haven.lock().unwrap();
    said.fetched += 1;
    Json(said.keys.clone())
}

async fn authorize(State(haven): State<Haven>, Query(query): Query<BTreeMap<String, String>>) -> Response {
    let mut said = haven.lock().unwrap();
    said.nonces.push(query["nonce"].clone());
    let mut answer = form_urlencoded::Serializer::new(String::new());
    answer.append_pair("code", "haven-code").append_pair("state", &query["state"]);
    answer.extend_pairs(said.answers.iter());
    Redirect::to(&format!("{}?{}", query["redirect_uri"], answer.finish())).into_response()
}

async fn token(
    State(haven): State<Haven>,
    headers: HeaderMap,
    Form(form): Form<BTreeMap<String, String>>,
) -> Json<Value> {
    let mut said = haven.lock().unwrap();
    assert!(form.contains_key("code_verifier"), "{form:?}");
    let header = headers.get("authorization").map(|v| v.to_str().unwrap().to_owned());
    let by_form = form.get("client_secret").map(String::as_str) == Some("haven-secret");
    // One way at a time (RFC 6749 section 2.3).
    assert!(by_form != (header.as_deref() == Some(BASIC)), "{form:?} {header:?}");
    said.proved_by = if by_form { "form" } else { "header" };
    said.redeemed += 1;
    let token = (said.make)(&said);
    Json(
        json!({"access_token": "haven-access", "token_type": "Bearer", "expires_in": 600, "id_token": token}),
    )
}

async fn info(State(haven): State<Haven>) -> Json<Value> {
    Json(haven.lock().unwrap().info.clone())
}
