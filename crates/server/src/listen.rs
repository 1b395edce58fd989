//! Accepting connections, and letting go of them.

use axum::Router;
use axum::extract::Request;
use domain::{Error, Result};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt as _;
use web::Peer;

/// How many connections are served at a time; more wait in the listener's queue.
const CONNECTIONS: usize = 4096;
/// How long a client may take to send its headers.
const HEADERS_WITHIN: Duration = Duration::from_secs(30);
/// How long a client may take to agree on TLS.
const HANDSHAKE_WITHIN: Duration = Duration::from_secs(10);
/// How long requests may take to finish after the signal to stop.
const DRAIN_WITHIN: Duration = Duration::from_secs(25);

/// Listens on an address.
/// # Errors
/// `Invalid`, with the remedy, when it cannot be had.
pub async fn bind(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|e| {
        let remedy = match e.kind() {
            std::io::ErrorKind::AddrInUse => {
                "Another program listens there. Stop it, or choose another port."
            }
            std::io::ErrorKind::PermissionDenied => {
                "Ports below 1024 need a privilege. Choose a higher port."
            }
            _ => "Choose another address.",
        };
        Error::invalid(format!("Cannot listen on {address}: {e}. {remedy}"))
    })
}

/// How connections are met.
#[derive(Clone)]
pub struct Manner {
    /// TLS, where it ends here.
    pub tls: Option<TlsAcceptor>,
    /// The proxy whose `X-Forwarded-For` is believed.
    pub proxy: Option<IpAddr>,
}

/// Serves until `stop` is done, then lets requests finish for up to 25 seconds.
pub async fn serve(
    listener: TcpListener,
    manner: Manner,
    router: Router,
    stop: impl Future<Output = ()> + Send,
) {
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let mut stop = std::pin::pin!(stop);
    loop {
        let place = tokio::select! {
            () = &mut stop => break,
            place = Arc::clone(&places).acquire_owned() => place,
        };
        let accepted = tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => accepted,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(e) => {
                // Out of file descriptors, usually. Waiting lets others finish.
                tracing::warn!(error = %e, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let watcher = graceful.watcher();
        let (router, manner) = (router.clone(), manner.clone());
        tokio::spawn(async move {
            let _place = place;
            connection(stream, peer, manner, router, watcher).await;
        });
    }
    drop(listener);
    if tokio::time::timeout(DRAIN_WITHIN, graceful.shutdown()).await.is_err() {
        tracing::warn!(
            "some requests did not finish in time and were cut off; what they began is finished at start"
        );
    }
}

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    manner: Manner,
    router: Router,
    watcher: hyper_util::server::graceful::Watcher,
) {
    // Small answers should not wait for more to send.
    let _ = stream.set_nodelay(true);
    let Manner { tls, proxy } = manner;
    match tls {
        None => http(stream, peer, proxy, router, watcher).await,
        Some(acceptor) => match tokio::time::timeout(HANDSHAKE_WITHIN, acceptor.accept(stream)).await {
            Ok(Ok(stream)) => http(stream, peer, proxy, router, watcher).await,
            Ok(Err(e)) => tracing::debug!(error = %e, "no agreement on TLS"),
            Err(_) => tracing::debug!("a client did not agree on TLS in time"),
        },
    }
}

async fn http<S>(
    stream: S,
    peer: SocketAddr,
    proxy: Option<IpAddr>,
    router: Router,
    watcher: hyper_util::server::graceful::Watcher,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = router.map_request(move |mut request: Request<_>| {
        let caller = caller(&request, peer.ip(), proxy);
        request.extensions_mut().insert(Peer(caller));
        request.extensions_mut().insert(broker::Peer(caller));
        request
    });
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEADERS_WITHIN).half_close(false);
    let connection =
        builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service)).into_owned();
    if let Err(e) = watcher.watch(connection).await {
        tracing::debug!(error = %e, "a connection ended early");
    }
}

/// Who is at the other end: the connection's address, or what the trusted proxy says in the last entry of
/// `X-Forwarded-For`. Earlier entries come from the client and are worth nothing.
fn caller<B>(request: &Request<B>, peer: IpAddr, proxy: Option<IpAddr>) -> IpAddr {
    if proxy != Some(peer) {
        return peer;
    }
    let forwarded = request.headers().get_all("x-forwarded-for").iter().next_back();
    let last = forwarded.and_then(|value| value.to_str().ok()).and_then(|text| text.rsplit(',').next());
    last.and_then(|text| text.trim().parse().ok()).unwrap_or(peer)
}

/// Waits for the signal to stop: Ctrl-C or SIGTERM.
pub async fn signal() {
    let interrupt = tokio::signal::ctrl_c();
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => {
            let _ = interrupt.await;
        }
    }
}

/// The word to stop, for everything that runs in this process.
#[derive(Debug, Clone)]
pub struct Stop(Arc<watch::Sender<bool>>);

impl Stop {
    /// Given when the process gets the signal to stop.
    pub fn on_signal() -> Self {
        let stop = Self(Arc::new(watch::Sender::new(false)));
        let told = stop.clone();
        tokio::spawn(async move {
            signal().await;
            told.tell();
        });
        stop
    }

    /// Tells everything to stop.
    pub fn tell(&self) {
        self.0.send_replace(true);
    }

    /// Waits for the word.
    pub async fn told(self) {
        // We hold a sender ourselves, so there is no other way out of the wait.
        drop(self.0.subscribe().wait_for(|stop| *stop).await);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::sync::Notify;

    #[test]
    fn only_the_named_proxy_may_say_who_the_caller_is() {
        let proxy: IpAddr = "10.0.0.1".parse().unwrap();
        let client: IpAddr = "192.0.2.7".parse().unwrap();
        let request = Request::builder().header("x-forwarded-for", "6.6.6.6, 192.0.2.7").body(()).unwrap();
        assert_eq!(caller(&request, proxy, Some(proxy)), client);
        assert_eq!(caller(&request, client, Some(proxy)), client);
        assert_eq!(caller(&request, proxy, None), proxy);
        assert_eq!(caller(&Request::new(()), proxy, Some(proxy)), proxy);
    }
    #[tokio::test(flavor = "multi_thread")]
    async fn what_was_asked_before_the_signal_is_answered_and_nobody_is_let_in_after_it() {
        let (arrived, finish) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (told, waits) = (Arc::clone(&arrived), Arc::clone(&finish));
        let slow = move || async move {
            told.notify_one();
            waits.notified().await;
            "done"
        };
        let router = Router::new().route("/", axum::routing::get(slow));
        let listener = bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let manner = Manner { tls: None, proxy: None };
        let serving = tokio::spawn(serve(listener, manner, router, async move { stopped.await.unwrap() }));

        let mut client = TcpStream::connect(address).await.unwrap();
        client.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
        arrived.notified().await;
        stop.send(()).unwrap();
        while TcpStream::connect(address).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert!(!serving.is_finished());
        finish.notify_one();
        let mut answer = String::new();
        client.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("done"), "{answer}");
        serving.await.unwrap();
    }
}
