//! A browser without a screen: it keeps cookies, follows redirects and presses buttons.

use super::Stage;
use bytes::Bytes;
use http::header::{COOKIE, LOCATION, SET_COOKIE};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use std::collections::BTreeMap;
use std::future::Future;

/// What a browser's requests go to.
pub trait Net: Sync {
    /// Sends a request to whatever stands at its origin.
    fn serve(&self, request: Request<Bytes>) -> impl Future<Output = Response<Bytes>> + Send;
}

impl Net for Stage {
    async fn serve(&self, request: Request<Bytes>) -> Response<Bytes> {
        Self::serve(self, request).await
    }
}

impl<N: Net + Send> Net for std::sync::Arc<N> {
    async fn serve(&self, request: Request<Bytes>) -> Response<Bytes> {
        N::serve(self, request).await
    }
}

/// The browser.
#[derive(Debug, Clone, Default)]
pub struct Jar {
    /// Cookies by host and name.
    pub cookies: BTreeMap<String, BTreeMap<String, String>>,
    /// Every address it was at.
    pub history: Vec<String>,
}

/// What it shows.
#[derive(Debug, Clone)]
pub struct Page {
    /// Its address.
    pub url: String,
    /// The answer's status; 299 is an address where nobody stands.
    pub status: StatusCode,
    /// The answer's headers.
    pub headers: HeaderMap,
    /// The text.
    pub text: String,
}

impl Page {
    /// A parameter of the page's address.
    pub fn query(&self, name: &str) -> Option<String> {
        let query = self.url.split_once('?')?.1;
        form_urlencoded::parse(query.as_bytes()).find(|(n, _)| n == name).map(|(_, v)| v.into_owned())
    }

    /// The form that contains this text, with its address and hidden fields.
    fn form(&self, wanted: &str) -> (String, Vec<(String, String)>) {
        let form = self
            .text
            .split("<form")
            .skip(1)
            .map(|f| f.split("</form>").next().unwrap())
            .find(|f| f.contains(wanted))
            .unwrap_or_else(|| panic!("no form with {wanted:?} at {}:\n{}", self.url, self.text));
        let action = attribute(form.split('>').next().unwrap(), "action").unwrap_or_default();
        let fields = form
            .split("<input")
            .skip(1)
            .map(|i| i.split('>').next().unwrap())
            .filter(|i| !i.contains("type=\"submit\""))
            .filter(|i| {
                !i.contains("type=\"checkbox\"") && !i.contains("type=\"radio\"") || i.contains("checked")
            })
            .filter_map(|i| Some((attribute(i, "name")?, attribute(i, "value").unwrap_or_default())))
            .collect();
        (action, fields)
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let rest = tag.split_once(&format!("{name}=\""))?.1;
    let raw = rest.split('"').next()?;
    Some(
        raw.replace("&quot;", "\"")
            .replace("&#34;", "\"")
            .replace("&#38;", "&")
            .replace("&amp;", "&")
            .replace("&#39;", "'"),
    )
}

impl Jar {
    /// Goes to an address and follows where it leads.
    pub async fn go(&mut self, stage: &impl Net, url: &str) -> Page {
        let page = self.once(stage, Method::GET, url, None).await;
        self.follow(stage, page).await
    }

    /// Goes to an address and stays, whatever it answers.
    pub async fn look(&mut self, stage: &impl Net, url: &str) -> Page {
        self.once(stage, Method::GET, url, None).await
    }

    /// Presses the button of the form that contains this text, with these fields changed or added.
    pub async fn press(
        &mut self,
        stage: &impl Net,
        page: &Page,
        wanted: &str,
        fields: &[(&str, &str)],
    ) -> Page {
        let page = self.press_once(stage, page, wanted, fields).await;
        self.follow(stage, page).await
    }

    /// As [`Jar::press`], without following where it leads.
    pub async fn press_once(
        &mut self,
        stage: &impl Net,
        page: &Page,
        wanted: &str,
        fields: &[(&str, &str)],
    ) -> Page {
        let (action, mut all) = page.form(wanted);
        all.retain(|(name, _)| fields.iter().all(|(given, _)| given != name));
        all.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(all).finish();
        let url = join(&page.url, &action);
        self.once(stage, Method::POST, &url, Some(body)).await
    }

    /// Follows redirects from a page.
    pub async fn follow(&mut self, stage: &impl Net, mut page: Page) -> Page {
        for _ in 0..20 {
            let Some(to) = page.headers.get(LOCATION).filter(|_| page.status.is_redirection()) else {
                return page;
            };
            let to = join(&page.url, to.to_str().unwrap());
            page = self.once(stage, Method::GET, &to, None).await;
        }
        panic!("redirected in a circle at {}", page.url);
    }

    async fn once(&mut self, stage: &impl Net, method: Method, url: &str, body: Option<String>) -> Page {
        let host = url.split("://").nth(1).unwrap().split(['/', '?']).next().unwrap().to_owned();
        let origin = format!("{}://{host}", url.split("://").next().unwrap());
        let mut request = Request::builder()
            .method(method)
            .uri(url)
            .header("user-agent", "Mozilla/5.0 (X11; Linux) Firefox/150.0");
        if let Some(cookies) = self.cookies.get(&host).filter(|c| !c.is_empty()) {
            let line: Vec<_> = cookies.iter().map(|(n, v)| format!("{n}={v}")).collect();
            request = request.header(COOKIE, line.join("; "));
        }
        if body.is_some() {
            request = request
                .header("content-type", "application/x-www-form-urlencoded")
                .header("origin", origin)
                .header("sec-fetch-site", "same-origin");
        }
        let answer = stage.serve(request.body(Bytes::from(body.unwrap_or_default())).unwrap()).await;
        let kept = self.cookies.entry(host).or_default();
        for line in answer.headers().get_all(SET_COOKIE) {
            let line = line.to_str().unwrap();
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            if value.is_empty() || line.contains("Max-Age=0") {
                kept.remove(name);
            } else {
                kept.insert(name.to_owned(), value.to_owned());
            }
        }
        self.history.push(url.to_owned());
        Page {
            url: url.to_owned(),
            status: answer.status(),
            headers: answer.headers().clone(),
            text: String::from_utf8_lossy(answer.body()).into_owned(),
        }
    }
}

/// An address as a link on a page means it.
fn join(base: &str, to: &str) -> String {
    if to.contains("://") {
        return to.to_owned();
    }
    let (scheme, rest) = base.split_once("://").unwrap();
    let host = rest.split(['/', '?']).next().unwrap();
    if to.starts_with('/') {
        return format!("{scheme}://{host}{to}");
    }
    if to.is_empty() {
        return base.to_owned();
    }
    let path = base.split('?').next().unwrap();
    if to.starts_with('?') {
        format!("{path}{to}")
    } else {
        format!("{}/{to}", path.rsplit_once('/').unwrap().0)
    }
}
