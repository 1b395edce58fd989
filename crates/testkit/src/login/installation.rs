//! An installation as the login page knows it: a key, an address, and calls over the protocol, made by hand so that
//! tests can also make them wrongly.

use super::{LOGIN, Stage};
use broker::NewInstallation;
use bytes::Bytes;
use domain::Result;
use http::{Method, Request, StatusCode};
use platform::jwt::{SigningKey, base64url};
use platform::{digest, random};
use serde_json::{Value, json};

/// An installation.
#[derive(Debug, Clone)]
pub struct Installation {
    /// Its client id.
    pub key: String,
    /// Its own signing key.
    pub signing: SigningKey,
    /// Where answers go.
    pub redirect: String,
}

/// A request that was pushed.
#[derive(Debug, Clone)]
pub struct Pushed {
    /// The address to send the browser to.
    pub url: String,
    /// The state it carries.
    pub state: String,
    /// The nonce it carries.
    pub nonce: String,
    /// The verifier of its challenge.
    pub verifier: String,
}

/// An answer of the protocol.
#[derive(Debug, Clone)]
pub struct Heard {
    /// Status.
    pub status: StatusCode,
    /// Body.
    pub json: Value,
    /// `Retry-After`.
    pub retry: Option<u64>,
}

impl Heard {
    /// The error word.
    pub fn error(&self) -> &str {
        self.json["error"].as_str().unwrap_or_default()
    }
}

impl Installation {
    /// Registers an installation under this key.
    pub async fn register(stage: &Stage, key: &str) -> Result<Self> {
        let signing = SigningKey::generate()?;
        let redirect = format!("https://{key}.test/sign-in/return");
        let new = NewInstallation {
            key: key.to_owned(),
            name: key.to_uppercase(),
            public_keys: json!({"keys": [signing.public_jwk()]}),
            redirects: vec![redirect.clone()],
            start_url: format!("https://{key}.test/sign-in/start"),
            logout_url: format!("https://{key}.test/sign-in/logout"),
        };
        stage.house.put_installation(new).await?;
        Ok(Self { key: key.to_owned(), signing, redirect })
    }

    /// Registers an installation and its domains: Microsoft for Kaffehuset, Google for Solsiden.
    pub async fn ready(stage: &Stage, key: &str) -> Self {
        let it = Self::register(stage, key).await.unwrap();
        for (domain, provider) in [("kaffehuset.example", "microsoft"), ("solsiden.example", "google")] {
            let body = json!({"domain": domain, "provider": provider});
            let heard = it.manage(stage, Method::POST, "/manage/domains", Some(body)).await;
            assert_eq!(heard.status, StatusCode::OK, "{:?}", heard.json);
        }
        it
    }

    /// A fresh client assertion.
    pub fn assertion(&self, stage: &Stage) -> String {
        self.assertion_with(stage, json!({}))
    }

    /// A client assertion with these claims changed.
    pub fn assertion_with(&self, stage: &Stage, changes: Value) -> String {
        let now = stage.now().as_second();
        let mut claims = json!({"iss": self.key, "sub": self.key, "aud": LOGIN, "iat": now, "exp": now + 60,
            "jti": random::token().unwrap()});
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        self.signing.sign("JWT", &claims).unwrap()
    }

    /// Sends a form to an endpoint, with a fresh assertion unless one is given.
    pub async fn post(&self, stage: &Stage, path: &str, fields: &[(&str, &str)]) -> Heard {
        let mut all: Vec<(&str, String)> = fields.iter().map(|(n, v)| (*n, (*v).to_owned())).collect();
        if !fields.iter().any(|(n, _)| *n == "client_assertion") {
            all.push(("client_assertion", self.assertion(stage)));
        }
        all.push((
            "client_assertion_type",
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer".to_owned(),
        ));
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(all).finish();
        let request = Request::post(format!("{LOGIN}{path}"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Bytes::from(body))
            .unwrap();
        heard(stage, request).await
    }

    /// Pushes a request, with these parameters added or changed.
    pub async fn push(&self, stage: &Stage, more: &[(&str, &str)]) -> Pushed {
        let (state, nonce, verifier) =
            (random::token().unwrap(), random::token().unwrap(), random::token().unwrap());
        let challenge = base64url(&digest::sha256(verifier.as_bytes()));
        let mut fields = vec![
            ("response_type", "code"),
            ("redirect_uri", self.redirect.as_str()),
            ("scope", "openid"),
            ("state", &state),
            ("nonce", &nonce),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        for (name, value) in more {
            fields.retain(|(n, _)| n != name);
            fields.push((name, value));
        }
        let heard = self.post(stage, "/par", &fields).await;
        assert_eq!(heard.status, StatusCode::CREATED, "{:?}", heard.json);
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("client_id", &self.key)
            .append_pair("request_uri", heard.json["request_uri"].as_str().unwrap())
            .finish();
        Pushed { url: format!("{LOGIN}/authorize?{query}"), state, nonce, verifier }
    }

    /// Redeems a code.
    pub async fn redeem(&self, stage: &Stage, code: &str, verifier: &str) -> Heard {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", self.redirect.as_str()),
            ("code_verifier", verifier),
        ];
        self.post(stage, "/token", &fields).await
    }

    /// Asks for an access token of a connection.
    pub async fn exchange(&self, stage: &Stage, connection: &str, need: &str) -> Heard {
        let fields = [
            ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
            ("subject_token", connection),
            ("subject_token_type", "urn:chancery:params:oauth:token-type:connection"),
            ("scope", need),
        ];
        self.post(stage, "/token", &fields).await
    }

    /// A call to the installation's own administration.
    pub async fn manage(&self, stage: &Stage, method: Method, path: &str, body: Option<Value>) -> Heard {
        let token = self.post(stage, "/token", &[("grant_type", "client_credentials")]).await;
        let bearer = token.json["access_token"].as_str().unwrap_or_default().to_owned();
        let request = Request::builder()
            .method(method)
            .uri(format!("{LOGIN}{path}"))
            .header("authorization", format!("Bearer {bearer}"))
            .header("content-type", "application/json")
            .body(Bytes::from(body.map(|b| b.to_string()).unwrap_or_default()))
            .unwrap();
        heard(stage, request).await
    }
}

async fn heard(stage: &Stage, request: Request<Bytes>) -> Heard {
    let answer = stage.serve(request).await;
    let retry = answer.headers().get("retry-after").and_then(|v| v.to_str().ok()?.parse().ok());
    Heard {
        status: answer.status(),
        json: serde_json::from_slice(answer.body()).unwrap_or(Value::Null),
        retry,
    }
}

/// The claims of a statement, unverified.
pub fn claims(token: &Value) -> Value {
    let part = token.as_str().unwrap_or_default().split('.').nth(1).unwrap_or_default();
    serde_json::from_slice(&platform::jwt::from_base64url(part).unwrap_or_default()).unwrap_or(Value::Null)
}
