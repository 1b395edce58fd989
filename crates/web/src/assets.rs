//! The stylesheet and the scripts, embedded. Their address carries a hash of them all, so browsers may keep them
//! for ever and never mix two releases; scripts find each other by relative address.

use crate::{Kind, Routes, Who};
use axum::body::Body;
use axum::extract::Path;
use axum::response::Response;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use http::{HeaderMap, HeaderValue, StatusCode};
use platform::digest::sha256_hex;
use std::sync::OnceLock;

const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

struct Asset {
    name: &'static str,
    kind: &'static str,
    text: &'static str,
}

/// One script.
macro_rules! script {
    ($name:literal) => {
        Asset { name: $name, kind: JS, text: include_str!(concat!("../static/", $name)) }
    };
}

/// Everything there is. The order of the style sheets is the order of their rules.
const ASSETS: &[Asset] = &[
    Asset {
        name: "chancery.css",
        kind: CSS,
        text: concat!(
            include_str!("../static/css/tokens.css"),
            include_str!("../static/css/base.css"),
            include_str!("../static/css/layout.css"),
            include_str!("../static/css/components.css"),
            include_str!("../static/css/pages.css"),
            include_str!("../static/css/documents.css"),
        ),
    },
    Asset { name: "mark.svg", kind: SVG, text: include_str!("../static/mark.svg") },
    script!("js/app.js"),
    script!("js/keyboard.js"),
    script!("js/search.js"),
    script!("js/menus.js"),
    script!("js/documents.js"),
    script!("js/upload.js"),
    script!("js/mailings.js"),
    script!("js/progress.js"),
    script!("js/sharepoint.js"),
    script!("js/window.js"),
];

/// The address of an asset: `/static/1f0c.../js/app.js`.
pub fn asset(name: &str) -> String {
    format!("/static/{}/{name}", hash())
}

/// The routes of the assets.
pub(crate) fn routes() -> Routes {
    Routes::new(Kind::Plain).get("/static/{hash}/{*name}", Who::Anonymous, serve).get(
        "/favicon.ico",
        Who::Anonymous,
        favicon,
    )
}

/// Twelve digits of a hash over all assets.
fn hash() -> &'static str {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| {
        let mut all = String::new();
        for asset in ASSETS {
            all.push_str(asset.name);
            all.push_str(asset.text);
        }
        sha256_hex(all.as_bytes()).chars().take(12).collect()
    })
}

async fn serve(Path((asked, name)): Path<(String, String)>, headers: HeaderMap) -> Response {
    // A page of the release before asks under the old hash; it gets the present file and must not keep it.
    answer(&name, asked == hash(), &headers)
}

async fn favicon(headers: HeaderMap) -> Response {
    answer("mark.svg", false, &headers)
}

fn answer(name: &str, keep: bool, headers: &HeaderMap) -> Response {
    let Some(asset) = ASSETS.iter().find(|a| a.name == name) else {
        return crate::errors::at("/", domain::Error::not_found("file"));
    };
    let tag = format!("\"{}\"", hash());
    let same = headers.get(IF_NONE_MATCH).is_some_and(|v| v.as_bytes() == tag.as_bytes());
    let mut response = Response::new(if same { Body::empty() } else { Body::from(asset.text) });
    if same {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(asset.kind));
    let keeping = if keep { "public, max-age=31536000, immutable" } else { "no-cache" };
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(keeping));
    if let Ok(tag) = HeaderValue::try_from(tag) {
        headers.insert(ETAG, tag);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_script_imports_only_scripts_that_exist() {
        for asset in ASSETS.iter().filter(|a| a.kind == JS) {
            for line in asset.text.lines().filter(|l| l.starts_with("import ")) {
                let from = line.rsplit(['"', '\'']).nth(1).unwrap_or_default();
                let name = format!("js/{}", from.trim_start_matches("./"));
                assert!(ASSETS.iter().any(|a| a.name == name), "{} imports {from}", asset.name);
            }
        }
    }

    #[test]
    fn only_the_present_release_may_be_kept_for_ever() {
        let none = HeaderMap::new();
        let kept = answer("js/app.js", true, &none);
        assert!(kept.headers()[CACHE_CONTROL].to_str().unwrap().contains("immutable"));
        assert_eq!(answer("js/app.js", false, &none).headers()[CACHE_CONTROL], "no-cache");
        let again = HeaderMap::from_iter([(IF_NONE_MATCH, kept.headers()[ETAG].clone())]);
        assert_eq!(answer("js/app.js", true, &again).status(), StatusCode::NOT_MODIFIED);
        assert_eq!(answer("../Cargo.toml", true, &none).status(), StatusCode::NOT_FOUND);
    }
}
