//! What every handler can reach, and where this service is found.

use app::App;
use axum::extract::FromRef;
use domain::{Error, Result};
use http::Uri;
use jiff::Timestamp;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

/// The state of the router. Cheap to clone.
#[derive(Debug, Clone)]
pub struct State {
    /// The use cases.
    pub app: App,
    /// What the composition root decided.
    pub settings: Arc<Settings>,
}

impl FromRef<State> for App {
    fn from_ref(state: &State) -> Self {
        state.app.clone()
    }
}

/// What the composition root decided about the doors.
pub struct Settings {
    /// Where the service is found from outside.
    pub base: Base,
    /// The clock. Read once per request.
    pub now: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    /// The metrics in Prometheus' text form.
    pub metrics: Arc<dyn Fn() -> String + Send + Sync>,
    /// Whether `/metrics` answers everybody. Only where the listener itself is private.
    pub open_metrics: bool,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("base", &self.base)
            .field("open_metrics", &self.open_metrics)
            .finish_non_exhaustive()
    }
}

/// The address of the other end of the connection, put into each request's extensions by the server (which knows
/// whether a proxy may speak for somebody else). Without it, limits count all callers as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer(pub IpAddr);

/// Where the service is found from outside: scheme, host and port, without a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base {
    origin: String,
    secure: bool,
    host: String,
    port: Option<u16>,
    frames: Vec<String>,
}

impl Base {
    /// The base of an address: `https://crm.example.com` or, on this machine only, `http://127.0.0.1:8080`.
    /// # Errors
    /// `Invalid` for anything else: plain http elsewhere would send sessions in clear.
    pub fn parse(text: &str) -> Result<Self> {
        let wrong = || {
            Error::invalid(format!(
                "{text:?} is no usable public address. Write https://your.host, or http://127.0.0.1:port on this machine."
            ))
        };
        let uri: Uri = text.trim_end_matches('/').parse().map_err(|_| wrong())?;
        let host = uri.host().ok_or_else(wrong)?.to_ascii_lowercase();
        let secure = match uri.scheme_str() {
            Some("https") => true,
            Some("http") if is_loopback(&host) => false,
            _ => return Err(wrong()),
        };
        if !matches!(uri.path(), "" | "/") || uri.query().is_some() {
            return Err(wrong());
        }
        let port = uri.port_u16().filter(|p| *p != if secure { 443 } else { 80 });
        Ok(Self { origin: origin_of(secure, &host, port), secure, host, port, frames: Vec::new() })
    }

    /// The same service, whose pages may stand in frames of these origins.
    /// # Errors
    /// `Invalid` for what is no origin: `https://portal.example.com`, or http on this machine.
    pub fn framed_by(self, origins: &[String]) -> Result<Self> {
        let read = |text: &String| Self::parse(text).map(|base| base.origin);
        Ok(Self { frames: origins.iter().map(read).collect::<Result<_>>()?, ..self })
    }

    /// The origins whose pages may hold ours in a frame.
    pub fn frames(&self) -> &[String] {
        &self.frames
    }

    /// Scheme, host and port as browsers write them in `Origin`.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Whether it is reached through TLS.
    pub fn is_secure(&self) -> bool {
        self.secure
    }

    /// The port, when it is not the scheme's own.
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    /// Whether a browser's `Origin` is ours. On this machine all names of the loopback interface are one.
    pub fn is_own_origin(&self, origin: &str) -> bool {
        origin == self.origin
            || (!self.secure
                && ["127.0.0.1", "localhost", "[::1]"]
                    .iter()
                    .any(|name| origin == origin_of(false, name, self.port)))
    }

    /// The whole address of a path of ours.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }
}

fn origin_of(secure: bool, host: &str, port: Option<u16>) -> String {
    let scheme = if secure { "https" } else { "http" };
    port.map_or_else(|| format!("{scheme}://{host}"), |port| format!("{scheme}://{host}:{port}"))
}

fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_tls_or_this_machine_can_be_a_base() {
        for good in [
            "https://crm.example.com",
            "https://crm.example.com:8443/",
            "http://127.0.0.1:8080",
            "http://[::1]:9",
        ] {
            assert!(Base::parse(good).is_ok(), "{good}");
        }
        for bad in
            ["http://crm.example.com", "ftp://127.0.0.1", "crm.example.com", "https://a/b", "https://a?b", ""]
        {
            assert!(Base::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_origin_is_ours_only_as_a_whole() {
        let base = Base::parse("https://crm.example.com:443").unwrap();
        assert!(base.is_own_origin("https://crm.example.com"));
        for foreign in
            ["https://crm.example.com.evil.test", "http://crm.example.com", "https://evil.test", "null", ""]
        {
            assert!(!base.is_own_origin(foreign), "{foreign}");
        }
        let demo = Base::parse("http://127.0.0.1:8080").unwrap();
        assert!(demo.is_own_origin("http://localhost:8080") && !demo.is_own_origin("http://localhost:8081"));
    }
}
