//! Sockets: one port for each surface.

use crate::core::outbox::{Delivered, Delivery, Record, RetryOn};
use crate::core::surfaces::{Surface, Surfaces};
use crate::tls::Authority;
use crate::{Error, Outward, Result, Twin, World};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

/// How a twin is started.
#[derive(Debug, Default)]
pub struct Options {
    pub world: World,
    /// The first of six ports in a row, one for each provider's host; 0 lets the system choose all of them.
    pub port: u16,
    /// The control door's port; 0 lets the system choose.
    pub control_port: u16,
    /// Who may use the control door; a word by chance when absent.
    pub control_token: Option<String>,
    /// TLS with an authority of its own, on every surface but the control door.
    pub tls: bool,
    /// Where content above 8 MiB goes; the system's folder for temporary files when absent.
    pub spill: Option<PathBuf>,
}

/// A twin that listens. Dropping it closes its sockets.
#[derive(Debug)]
pub struct Running {
    twin: Twin,
    authority: Option<Authority>,
    tasks: JoinSet<()>,
}

impl Running {
    /// The twin itself.
    pub fn twin(&self) -> &Twin {
        &self.twin
    }

    /// Where each surface listens.
    pub fn surfaces(&self) -> &Surfaces {
        &self.twin.house().surfaces
    }

    /// The word for `Authorization: Bearer` at the control door.
    pub fn control_token(&self) -> &str {
        &self.twin.0.control_token
    }

    /// The authority to trust, when it speaks TLS.
    pub fn certificate_pem(&self) -> Option<&str> {
        self.authority.as_ref().map(Authority::certificate_pem)
    }

    /// Listens until the process ends or this is dropped.
    pub async fn forever(&mut self) {
        while self.tasks.join_next().await.is_some() {}
    }
}

/// Starts a twin on loopback.
/// # Errors
/// When the world contradicts itself or a port cannot be had.
pub async fn start(options: Options) -> Result<Running> {
    let mut listeners = Vec::new();
    for (place, surface) in Surface::ALL.into_iter().enumerate() {
        let port = match surface {
            Surface::Control => options.control_port,
            _ if options.port == 0 => 0,
            _ => options.port.checked_add(place as u16).ok_or_else(|| {
                let last = u16::MAX - (Surface::ALL.len() as u16 - 2);
                Error(format!(
                    "the hosts take six ports in a row: choose a port up to {last}, not {}",
                    options.port
                ))
            })?,
        };
        listeners.push((surface, bind(surface, port).await?));
    }
    let addresses: BTreeMap<Surface, SocketAddr> = listeners
        .iter()
        .filter_map(|(surface, listener)| Some((*surface, listener.local_addr().ok()?)))
        .collect();
    let surfaces = Surfaces::of(|surface| {
        let scheme = if options.tls && surface != Surface::Control { "https" } else { "http" };
        addresses.get(&surface).map_or_else(String::new, |address| format!("{scheme}://{address}"))
    });
    let authority = if options.tls { Some(Authority::new()?) } else { None };
    let token = match options.control_token {
        Some(token) => token,
        None => chance()?,
    };
    let twin = Twin::new(&options.world, surfaces, token, options.spill, Outward::default())?;
    let mut tasks = JoinSet::new();
    for (surface, listener) in listeners {
        let tls = authority.as_ref().filter(|_| surface != Surface::Control).map(Authority::acceptor);
        tasks.spawn(accept(twin.clone(), surface, listener, tls));
    }
    tasks.spawn(deliver(twin.clone()));
    Ok(Running { twin, authority, tasks })
}

/// The SharePoint hosts have a loopback address of their own where the system has more than one, so that a client
/// which keeps a token or a cookie from another host is seen to do so.
async fn bind(surface: Surface, port: u16) -> Result<TcpListener> {
    if surface == Surface::Sharepoint
        && let Ok(listener) = TcpListener::bind((Ipv4Addr::new(127, 0, 0, 2), port)).await
    {
        return Ok(listener);
    }
    let address = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port);
    TcpListener::bind(address).await.map_err(|error| {
        Error(format!(
            "cannot listen on {address}: {error}. Stop what listens there, or choose another port."
        ))
    })
}

fn chance() -> Result<String> {
    let mut bytes = [0; 16];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| Error("the system gives no randomness".into()))?;
    Ok(crate::core::digest::hex(&bytes))
}

async fn accept(twin: Twin, surface: Surface, listener: TcpListener, tls: Option<TlsAcceptor>) {
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let _ = stream.set_nodelay(true);
        let (twin, tls) = (twin.clone(), tls.clone());
        connections.spawn(async move {
            match tls {
                None => connection(twin, surface, stream).await,
                Some(acceptor) => {
                    if let Ok(stream) = acceptor.accept(stream).await {
                        connection(twin, surface, stream).await;
                    }
                }
            }
        });
    }
}

async fn connection<S>(twin: Twin, surface: Surface, stream: S)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(move |request| {
        let twin = twin.clone();
        async move { twin.serve(surface, request).await }
    });
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .half_close(true)
        .serve_connection(TokioIo::new(stream), service)
        .await;
    if let Err(error) = served {
        tracing::debug!(%error, "a connection ended early");
    }
}

/// Sends notifications as they come, each in its own time.
async fn deliver(twin: Twin) {
    let mut under_way = JoinSet::new();
    loop {
        while under_way.try_join_next().is_some() {}
        match twin.house().outbox.take() {
            Some(delivery) => {
                let twin = twin.clone();
                under_way.spawn(async move { send(twin, delivery).await });
            }
            None => twin.house().outbox.arrived.notified().await,
        }
    }
}

async fn send(twin: Twin, delivery: Delivery) {
    tokio::time::sleep(delivery.after).await;
    let mut pause = delivery.pause;
    for attempt in 1.. {
        let outcome = twin.post(&delivery.request).await;
        let status = match &outcome {
            Delivered::Answered { status, .. } => status.as_u16(),
            Delivered::Failed(_) => 0,
        };
        let again = match delivery.retry_on {
            RetryOn::Never => false,
            RetryOn::ServerErrors => status == 0 || status >= 500,
            RetryOn::AnyFailure => !outcome.is_success(),
        };
        if !again || attempt > delivery.retries {
            twin.house().outbox.report(Record {
                about: delivery.about,
                url: delivery.request.url,
                status,
                attempts: attempt,
                delivered: outcome.is_success(),
            });
            return;
        }
        tokio::time::sleep(pause).await;
        pause *= 2;
    }
}
