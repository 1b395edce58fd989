//! Requests that the twin makes itself, over the network.

use crate::core::outbox::{Delivered, Outbound};
use bytes::BytesMut;
use futures_util::StreamExt as _;
use std::sync::OnceLock;

/// How much of an answer is read, in bytes.
const ANSWER: usize = 64 << 10;

/// Sends notifications. Receivers in a trial have certificates that nobody issued, so none is checked.
/// The client is made when it is first needed: most trials send nothing.
#[derive(Debug, Clone, Default)]
pub struct Outward(OnceLock<reqwest::Client>);

impl Outward {
    /// Sends one request and waits for the answer.
    pub async fn post(&self, outbound: &Outbound) -> Delivered {
        let Some(client) = self.client() else {
            return Delivered::Failed("no client for notifications can be made".to_owned());
        };
        let mut request = client.post(&outbound.url).timeout(outbound.within).body(outbound.body.clone());
        for (name, value) in &outbound.headers {
            request = request.header(name, value);
        }
        let response = match request.send().await {
            Ok(response) => response,
            Err(error) => return Delivered::Failed(error.to_string()),
        };
        let status = response.status();
        let media_type = response.headers().get("content-type").and_then(|value| value.to_str().ok());
        let media_type = media_type.unwrap_or_default().to_owned();
        let mut body = BytesMut::new();
        let mut pieces = response.bytes_stream();
        while let Some(Ok(piece)) = pieces.next().await {
            body.extend_from_slice(&piece);
            if body.len() > ANSWER {
                break;
            }
        }
        Delivered::Answered { status, media_type, body: body.freeze() }
    }

    fn client(&self) -> Option<&reqwest::Client> {
        if let Some(client) = self.0.get() {
            return Some(client);
        }
        let made = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .danger_accept_invalid_certs(true)
            .no_proxy()
            .build();
        match made {
            Ok(client) => Some(self.0.get_or_init(|| client)),
            Err(error) => {
                tracing::error!(%error, "notifications cannot be sent");
                None
            }
        }
    }
}
