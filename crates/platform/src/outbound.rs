//! Requests to other services: one client, with a list of hosts it may meet.
//!
//! Invariant: no request leaves for a host that is not on the list, over plain HTTP, to another port than the list
//! names, or to a private address; a host on the list that resolves to one is refused too. Only hosts that are
//! registered as *simulated* may be plain and local.
//! Invariant: redirects are never followed, and an answer is never longer than the caller allows.

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use domain::plugin::ByteStream;
use domain::{Error, ErrorKind, Result};
use futures_util::StreamExt as _;
use http::{Request, Response};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

/// Longest answer read, in bytes: JSON of providers is far below.
pub const LONGEST_ANSWER: usize = 32 << 20;

/// Longest wait for the next piece of an answer that is streamed.
pub const LONGEST_SILENCE: Duration = Duration::from_mins(1);
/// Longest time for an answer that is streamed, whole.
const LONGEST_STREAM: Duration = Duration::from_hours(12);

/// Sends a request and gives the whole answer. The product's code asks this, never a socket.
#[async_trait]
pub trait Transport: Send + Sync + fmt::Debug {
    /// Sends a request to an absolute address.
    /// # Errors
    /// `Unavailable` when no answer comes, `Forbidden` when the address is not on the list. An answer of any status is
    /// an answer, not an error.
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>>;

    /// As [`Transport::send`], with the body as it arrives: content of any length in constant memory. An error item
    /// ends the stream when the connection breaks or nothing arrives for [`LONGEST_SILENCE`].
    ///
    /// A transport that has the whole answer in memory anyway hands it on in one piece.
    /// # Errors
    /// As [`Transport::send`], until the head of the answer is there.
    async fn open(&self, request: Request<Bytes>) -> Result<Response<ByteStream>> {
        let (head, body) = self.send(request).await?.into_parts();
        let whole: ByteStream = Box::pin(futures_util::stream::once(async move { Ok(body) }));
        Ok(Response::from_parts(head, whole))
    }
}

/// A host that may be met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Host {
    /// This very host, over https on port 443.
    Exactly(String),
    /// Any host below this one, over https on port 443: `sharepoint.com` admits `contoso.sharepoint.com`.
    Below(String),
    /// An origin of the simulator or of a test, such as `http://127.0.0.1:4001`: plain and local is allowed.
    Simulated(String),
}

/// How requests leave.
#[derive(Debug, Clone)]
pub struct OutboundSettings {
    /// The hosts that may be met.
    pub hosts: Vec<Host>,
    /// Certificates (PEM) trusted besides the public ones, for a simulator with TLS or a private authority.
    pub extra_roots: Vec<Vec<u8>>,
    /// Longest wait for a connection.
    pub connect: Duration,
    /// Longest wait for the whole answer.
    pub whole: Duration,
}

impl Default for OutboundSettings {
    fn default() -> Self {
        Self {
            hosts: Vec::new(),
            extra_roots: Vec::new(),
            connect: Duration::from_secs(5),
            whole: Duration::from_secs(30),
        }
    }
}

/// The client.
#[derive(Debug, Clone)]
pub struct Outbound {
    client: reqwest::Client,
    hosts: Arc<[Host]>,
}

impl Outbound {
    /// A client that may meet these hosts.
    /// # Errors
    /// `Invalid` when an extra certificate cannot be read.
    pub fn new(settings: OutboundSettings) -> Result<Self> {
        let simulated: Vec<String> = settings
            .hosts
            .iter()
            .filter_map(|h| match h {
                Host::Simulated(origin) => reqwest::Url::parse(origin).ok()?.host_str().map(str::to_owned),
                _ => None,
            })
            .collect();
        let mut builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .user_agent(concat!("chancery/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(settings.connect)
            .timeout(settings.whole)
            .dns_resolver(PublicOnly { simulated: simulated.into() });
        for pem in &settings.extra_roots {
            let root = reqwest::Certificate::from_pem(pem)
                .map_err(|e| Error::invalid(format!("A trusted certificate cannot be read: {e}.")))?;
            builder = builder.add_root_certificate(root);
        }
        let client = builder
            .build()
            .map_err(|e| Error::internal("the outbound client cannot be made").caused_by(e))?;
        Ok(Self { client, hosts: settings.hosts.into() })
    }
}

#[async_trait]
impl Transport for Outbound {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>> {
        let (head, body) = request.into_parts();
        let url = admit(&head.uri.to_string(), &self.hosts)?;
        let host = url.host_str().unwrap_or_default().to_owned();
        let sent = self.client.request(head.method, url).headers(head.headers).body(body).send().await;
        let answer = sent.map_err(|e| silent(&host, e))?;
        let mut out = Response::builder().status(answer.status());
        if let Some(headers) = out.headers_mut() {
            headers.clone_from(answer.headers());
        }
        let mut read = BytesMut::new();
        let mut stream = answer.bytes_stream();
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.map_err(|e| silent(&host, e))?;
            if read.len() + chunk.len() > LONGEST_ANSWER {
                return Err(unavailable().with("host", host).with("why", "the answer is too long"));
            }
            read.extend_from_slice(&chunk);
        }
        out.body(read.freeze()).map_err(|e| Error::internal("an answer has no form").caused_by(e))
    }

    async fn open(&self, request: Request<Bytes>) -> Result<Response<ByteStream>> {
        let (head, body) = request.into_parts();
        let url = admit(&head.uri.to_string(), &self.hosts)?;
        let host = url.host_str().unwrap_or_default().to_owned();
        let asked = self.client.request(head.method, url).headers(head.headers).body(body);
        let sent = tokio::time::timeout(LONGEST_SILENCE, asked.timeout(LONGEST_STREAM).send()).await;
        let answer = sent.map_err(|_| quiet(&host))?.map_err(|e| silent(&host, e))?;
        let mut out = Response::builder().status(answer.status());
        if let Some(headers) = out.headers_mut() {
            headers.clone_from(answer.headers());
        }
        let pieces =
            futures_util::stream::unfold(Some((Box::pin(answer.bytes_stream()), host)), |state| async move {
                let (mut stream, host) = state?;
                match tokio::time::timeout(LONGEST_SILENCE, stream.next()).await {
                    Ok(None) => None,
                    Ok(Some(Ok(piece))) => Some((Ok(piece), Some((stream, host)))),
                    Ok(Some(Err(e))) => Some((Err(silent(&host, e)), None)),
                    Err(_) => Some((Err(quiet(&host)), None)),
                }
            });
        let pieces: ByteStream = Box::pin(pieces);
        out.body(pieces).map_err(|e| Error::internal("an answer has no form").caused_by(e))
    }
}

fn quiet(host: &str) -> Error {
    unavailable().with("host", host.to_owned()).with("why", "nothing arrives")
}

fn unavailable() -> Error {
    Error::new(
        ErrorKind::Unavailable,
        "The other service does not answer at the moment. Nothing was changed; try again in a few minutes.",
    )
}

fn silent(host: &str, e: reqwest::Error) -> Error {
    // The address may carry what must not be logged.
    unavailable().with("host", host).caused_by(e.without_url())
}

/// Checks an address against the list (section 8.3 of the security bar).
fn admit(address: &str, hosts: &[Host]) -> Result<reqwest::Url> {
    let refused = |why: &'static str| {
        Err(Error::forbidden("An address that is not on the list of services was refused. Nothing was sent.")
            .with("why", why))
    };
    let Ok(url) = reqwest::Url::parse(address) else {
        return refused("no address");
    };
    let Some(host) = url.host_str() else {
        return refused("no host");
    };
    if !url.username().is_empty() || url.password().is_some() {
        return refused("credentials in the address");
    }
    let origin = url.origin().ascii_serialization();
    if hosts.iter().any(|h| matches!(h, Host::Simulated(s) if same_origin(s, &origin))) {
        return Ok(url);
    }
    if url.scheme() != "https" || url.port().is_some() {
        return refused("not https on its own port");
    }
    let listed = hosts.iter().any(|h| match h {
        Host::Exactly(name) => name == host,
        Host::Below(parent) => host.strip_suffix(parent.as_str()).is_some_and(|rest| rest.ends_with('.')),
        Host::Simulated(_) => false,
    });
    if listed { Ok(url) } else { refused("host not listed") }
}

fn same_origin(registered: &str, origin: &str) -> bool {
    reqwest::Url::parse(registered).is_ok_and(|u| u.origin().ascii_serialization() == origin)
}

/// A resolver that gives public addresses only, so that a name cannot lead back inside.
struct PublicOnly {
    simulated: Arc<[String]>,
}

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        let host = name.as_str().to_owned();
        let free = self.simulated.contains(&host);
        Box::pin(async move {
            let found = tokio::net::lookup_host((host.as_str(), 0)).await?;
            let kept: Vec<SocketAddr> = found.filter(|a| free || is_public(a.ip())).collect();
            if kept.is_empty() {
                return Err("the name leads to no public address".into());
            }
            Ok(Box::new(kept.into_iter()) as Addrs)
        })
    }
}

/// Whether an address is on the public internet.
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => is_public_v4(v4),
            None => is_public_v6(v6),
        },
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, ..] = ip.octets();
    !(ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_multicast()
        || ip.is_broadcast()
        || ip.is_documentation()
        || a == 0
        || a >= 240
        // Shared address space, RFC 6598; benchmarking, RFC 2544.
        || (a == 100 && (64..128).contains(&b))
        || (a == 198 && (b == 18 || b == 19)))
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    // 2000::/3 is what has been given out; 2001:db8::/32 is for documentation, 64:ff9b::/96 is outside it.
    let [first, second, ..] = ip.segments();
    (first & 0xE000) == 0x2000 && !(first == 0x2001 && second == 0x0DB8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_listed_hosts_are_met_and_only_over_https() {
        // ATT-51
        let hosts = [
            Host::Exactly("login.microsoftonline.com".into()),
            Host::Below("sharepoint.com".into()),
            Host::Simulated("http://127.0.0.1:4001".into()),
        ];
        let table = [
            ("https://login.microsoftonline.com/common/v2.0", true),
            ("https://contoso.sharepoint.com/_layouts", true),
            ("http://127.0.0.1:4001/token", true),
            ("http://127.0.0.1:4002/token", false),
            ("http://localhost:4001/token", false),
            ("http://login.microsoftonline.com/", false),
            ("https://login.microsoftonline.com:8443/", false),
            ("https://login.microsoftonline.com@evil.example/", false),
            ("https://a:b@login.microsoftonline.com/", false),
            ("https://login.microsoftonline.com.evil.example/", false),
            ("https://evilsharepoint.com/", false),
            ("https://sharepoint.com/", false),
            ("https://169.254.169.254/latest/meta-data", false),
            ("ftp://login.microsoftonline.com/", false),
            ("nonsense", false),
        ];
        for (address, expected) in table {
            assert_eq!(admit(address, &hosts).is_ok(), expected, "{address}");
        }
    }

    #[test]
    fn addresses_inside_are_not_public() {
        let inside = [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "255.255.255.255",
            "224.0.0.1",
            "198.18.0.1",
            "::1",
            "fe80::1",
            "fc00::1",
            "::ffff:127.0.0.1",
            "64:ff9b::7f00:1",
            "2001:db8::1",
        ];
        for text in inside {
            assert!(!is_public(text.parse().unwrap()), "{text}");
        }
        for text in ["8.8.8.8", "20.190.160.1", "2620:1ec:a92::156", "::ffff:8.8.8.8"] {
            assert!(is_public(text.parse().unwrap()), "{text}");
        }
    }
}
