//! The way to installations, to tell them that a session has ended.

use async_trait::async_trait;
use bytes::Bytes;
use domain::{Error, Result};
use http::{Request, Response};
use platform::outbound::{Host, Outbound, OutboundSettings, Transport};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Clients kept at a time.
const KEPT: usize = 64;

/// Reaches the addresses that an operator registered, which may be inside the house: each origin through a client that
/// may meet that origin alone.
#[derive(Debug)]
pub struct ToInstallations {
    roots: Vec<Vec<u8>>,
    clients: Mutex<HashMap<String, Outbound>>,
}

impl ToInstallations {
    /// With authorities (PEM) that are trusted besides the public ones.
    pub fn new(roots: Vec<Vec<u8>>) -> Self {
        Self { roots, clients: Mutex::default() }
    }

    fn client(&self, origin: &str) -> Result<Outbound> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(origin) {
            return Ok(client.clone());
        }
        let client = Outbound::new(OutboundSettings {
            hosts: vec![Host::Simulated(origin.to_owned())],
            extra_roots: self.roots.clone(),
            whole: Duration::from_secs(10),
            ..OutboundSettings::default()
        })?;
        if clients.len() >= KEPT {
            clients.clear();
        }
        clients.insert(origin.to_owned(), client.clone());
        Ok(client)
    }
}

#[async_trait]
impl Transport for ToInstallations {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>> {
        let uri = request.uri();
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err(Error::invalid("An installation's address has no host."));
        };
        let origin = format!("{scheme}://{authority}");
        self.client(&origin)?.send(request).await
    }
}
