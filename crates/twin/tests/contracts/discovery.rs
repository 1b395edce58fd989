//! Discovery documents and keys, held member by member to what the providers served.

use serde_json::Value;
use std::collections::BTreeSet;
use twin::{Outward, Surface, Surfaces, Twin, World};

fn twin() -> Twin {
    let surfaces = Surfaces::of(|surface| format!("https://{}.test", surface.name()));
    Twin::new(&World::ready().unwrap(), surfaces, "word".into(), None, Outward::default()).unwrap()
}

async fn served(twin: &Twin, surface: Surface, path: &str) -> Value {
    let request = http::Request::builder().uri(path).body(Vec::new()).unwrap();
    serde_json::from_slice(twin.call(surface, request).await.unwrap().body()).unwrap()
}

fn recorded(path: &str) -> Value {
    serde_json::from_slice(&std::fs::read(super::contracts().join(path)).unwrap()).unwrap()
}

/// Every member of the one is one of the other, and equal but for the hosts.
fn compare(recorded: &Value, served: &Value, hosts: &[(&str, &str)]) {
    let (recorded, served) = (recorded.as_object().unwrap(), served.as_object().unwrap());
    let names = |of: &serde_json::Map<String, Value>| of.keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(names(recorded), names(served));
    for (name, value) in recorded {
        let Some(text) = value.as_str() else {
            assert_eq!(&served[name], value, "{name}");
            continue;
        };
        let here = hosts
            .iter()
            .find_map(|(there, here)| text.strip_prefix(there).map(|rest| format!("{here}{rest}")));
        assert_eq!(served[name].as_str(), here.as_deref(), "{name}: {text}");
    }
}

// M-01
#[tokio::test]
async fn entras_documents_have_the_members_that_were_recorded() {
    let twin = twin();
    for tenant in ["common", "organizations"] {
        let path = format!("/{tenant}/v2.0/.well-known/openid-configuration");
        compare(
            &recorded(&format!("microsoft/openid-configuration-{tenant}.json")),
            &served(&twin, Surface::MicrosoftLogin, &path).await,
            &[
                ("https://login.microsoftonline.com", "https://microsoft-login.test"),
                ("https://graph.microsoft.com", "https://graph.test"),
                ("https://pas.windows.net", "https://microsoft-login.test"),
                ("microsoftonline.com", "microsoft-login.test"),
                ("graph.windows.net", "graph.test"),
                ("graph.microsoft.com", "graph.test"),
            ],
        );
    }
}

// G-11
#[tokio::test]
async fn googles_document_has_the_members_that_were_recorded() {
    compare(
        &recorded("google/openid-configuration.json"),
        &served(&twin(), Surface::GoogleAccounts, "/.well-known/openid-configuration").await,
        &[
            ("https://accounts.google.com", "https://google-accounts.test"),
            ("https://oauth2.googleapis.com", "https://google-apis.test"),
            ("https://openidconnect.googleapis.com", "https://google-apis.test"),
            ("https://www.googleapis.com", "https://google-apis.test"),
        ],
    );
}

/// What a key shows, and how long each text is; a modulus and a certificate differ in length by a byte or two.
fn shape(key: &Value) -> BTreeSet<(String, usize)> {
    let length = |name: &str, value: &Value| match name {
        "x5c" | "issuer" => 0,
        _ => value.as_str().unwrap().len(),
    };
    key.as_object().unwrap().iter().map(|(name, value)| (name.clone(), length(name, value))).collect()
}

#[tokio::test]
async fn published_keys_have_the_shape_of_those_that_were_recorded() {
    let twin = twin();
    let google = served(&twin, Surface::GoogleApis, "/oauth2/v3/certs").await;
    let entra = served(&twin, Surface::MicrosoftLogin, "/common/discovery/v2.0/keys").await;
    for (path, keys) in [("google/jwks.json", &google), ("microsoft/jwks-common.json", &entra)] {
        let recorded = recorded(path);
        for key in keys["keys"].as_array().unwrap() {
            assert_eq!(shape(key), shape(&recorded["keys"][0]), "{path}");
        }
    }
    for key in entra["keys"].as_array().unwrap() {
        assert_eq!(key["kid"], key["x5t"]);
        assert_eq!(key["x5c"].as_array().unwrap().len(), 1);
    }
}
