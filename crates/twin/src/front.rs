//! The front: reads a request, lets ordered faults happen, has it handled, writes the log, sends the answer.

use crate::core::answer::{Answer, Content};
use crate::core::blobs::Blob;
use crate::core::call::{Call, Pairs, Received};
use crate::core::env::{Env, Note, Reply};
use crate::core::faults::{Effect, Subject};
use crate::core::journal::Entry;
use crate::core::outbox::{Delivered, Outbound};
use crate::core::surfaces::Surface;
use crate::{Twin, control, google, microsoft};
use bytes::Bytes;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Full, StreamBody, combinators::UnsyncBoxBody};
use hyper::body::{Body, Frame};
use std::io;
use std::time::Duration;

/// The body of an answer on its way out.
pub(crate) type Outgoing = UnsyncBoxBody<Bytes, io::Error>;

/// The connection is to be broken without an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Broken;

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the connection is broken on purpose")
    }
}

impl std::error::Error for Broken {}

impl Twin {
    /// Serves one request.
    /// # Errors
    /// When a fault was ordered that breaks the connection.
    pub async fn serve<B>(&self, surface: Surface, request: Request<B>) -> Result<Response<Outgoing>, Broken>
    where
        B: Body<Data = Bytes> + Send + Unpin,
        B::Error: std::fmt::Display,
    {
        let (head, body) = request.into_parts();
        let mut call = Call {
            surface,
            method: head.method,
            path: head.uri.path().to_owned(),
            query: Pairs::parse(head.uri.query().unwrap_or_default()),
            headers: head.headers,
            body: Received::default(),
            at: self.house().clock.now(),
        };
        let before = self.describe(&call);
        let effects = self.strike(&call, &before);
        if let Some(pause) = latency(&effects) {
            tokio::time::sleep(pause).await;
            call.at = self.house().clock.now();
        }
        let cut = effects.iter().find_map(|effect| match effect {
            Effect::CutUpload { after } => Some(*after),
            _ => None,
        });
        call.body = self.receive(body, cut).await;
        let refused = effects.iter().find_map(|effect| Self::instead(surface, effect, &call));
        let (answer, note) = match refused {
            Some(answer) => (answer, self.charge(&call, before)),
            None => self.dispatch(&call).await,
        };
        if let Some(observer) = self.0.observer.get().filter(|_| surface != Surface::Control) {
            (observer.0)(&call, &note, &answer);
        }
        let broken = !call.body.complete
            || effects.contains(&Effect::LostResponse)
            || effects.contains(&Effect::Refused);
        self.write_down(&call, &note, &effects, (!broken).then_some(&answer));
        if broken { Err(Broken) } else { Ok(send(answer, &call.method, &effects)) }
    }

    /// Serves a request inside the process, without a socket.
    /// # Errors
    /// When a fault was ordered that breaks the connection.
    pub async fn call(&self, surface: Surface, request: Request<Vec<u8>>) -> Result<Response<Bytes>, Broken> {
        let response = self.serve(surface, request.map(|body| Full::new(Bytes::from(body)))).await?;
        let (head, body) = response.into_parts();
        let body = body.collect().await.map_err(|_| Broken)?.to_bytes();
        Ok(Response::from_parts(head, body))
    }

    /// What is known of a call from its head alone.
    fn describe(&self, call: &Call) -> Note {
        match call.surface {
            Surface::GoogleAccounts | Surface::GoogleApis | Surface::GoogleDrive => {
                google::describe(&crate::lock(&self.0.google), call)
            }
            Surface::MicrosoftLogin | Surface::Graph | Surface::Sharepoint => {
                microsoft::describe(&crate::lock(&self.0.microsoft), call)
            }
            Surface::Control => Note { operation: "control", ..Note::default() },
        }
    }

    fn strike(&self, call: &Call, note: &Note) -> Vec<Effect> {
        if call.surface == Surface::Control {
            return Vec::new();
        }
        let subject = Subject {
            surface: Some(call.surface),
            method: call.method.as_str(),
            path: &call.path,
            operation: note.operation,
            tenant: &note.tenant,
            user: &note.user,
            app: &note.app,
        };
        self.house().faults.strike(subject, &self.house().random)
    }

    /// The body, in memory or in a file. What arrives after `cut` bytes is thrown away.
    async fn receive<B>(&self, mut body: B, cut: Option<u64>) -> Received
    where
        B: Body<Data = Bytes> + Send + Unpin,
    {
        let mut writer = self.house().blobs.writer();
        let mut complete = true;
        while let Some(frame) = body.frame().await {
            let Ok(frame) = frame else {
                complete = false;
                break;
            };
            let Some(piece) = frame.data_ref() else { continue };
            let room = cut.map_or(piece.len() as u64, |cut| cut.saturating_sub(writer.size()));
            let taken = (piece.len() as u64).min(room) as usize;
            if let Err(error) = writer.append(&piece[..taken]) {
                tracing::error!(%error, "a body could not be kept");
                complete = false;
                break;
            }
            if taken < piece.len() {
                complete = false;
                break;
            }
        }
        let content = writer.finish().unwrap_or_else(|error| {
            tracing::error!(%error, "a body could not be kept");
            complete = false;
            Blob::default()
        });
        Received { content, complete }
    }

    /// The answer that a fault gives instead of having the call handled.
    fn instead(surface: Surface, effect: &Effect, call: &Call) -> Option<Answer> {
        match effect {
            Effect::Throttle { status, retry_after, reason } => {
                let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::TOO_MANY_REQUESTS);
                let answer = match surface {
                    Surface::GoogleAccounts | Surface::GoogleApis | Surface::GoogleDrive => {
                        google::throttled(status, reason.as_deref())
                    }
                    _ => microsoft::throttled(status, call),
                };
                // Every server says when it answered (RFC 9110, section 6.6.1); a date in `Retry-After` is counted from it.
                let answer = answer.with("date", &control::http_date(call.at));
                Some(match control::retry_after_text(retry_after, call.at) {
                    Some(text) => answer.with("retry-after", &text),
                    None => answer,
                })
            }
            Effect::Answer { status, headers, body } => {
                let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                let answer = match body {
                    serde_json::Value::Null => Answer::empty(status),
                    serde_json::Value::String(text) => Answer::bytes(status, "text/plain; charset=utf-8", text.clone()),
                    other => Answer::json(status, other),
                };
                Some(headers.iter().fold(answer, |answer, (name, value)| answer.with(name, value)))
            }
            Effect::BadGateway => Some(Answer::html(
                StatusCode::BAD_GATEWAY,
                "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>".to_owned(),
            )),
            Effect::Refused => Some(Answer::empty(StatusCode::INTERNAL_SERVER_ERROR)),
            _ => None,
        }
    }

    /// A refused call costs what it would have cost.
    fn charge(&self, call: &Call, note: Note) -> Note {
        match call.surface {
            Surface::GoogleApis => google::charge(&mut crate::lock(&self.0.google), &note, call.at),
            Surface::Graph => microsoft::charge(&mut crate::lock(&self.0.microsoft), &note, call.at),
            _ => {}
        }
        note
    }

    async fn dispatch(&self, call: &Call) -> (Answer, Note) {
        match call.surface {
            Surface::GoogleAccounts | Surface::GoogleApis | Surface::GoogleDrive => {
                let begin = |state: &mut google::Google, env: &mut Env<'_>| google::serve(state, env);
                self.ask_until_answered(&self.0.google, call, begin).await
            }
            Surface::MicrosoftLogin | Surface::Graph | Surface::Sharepoint => {
                let begin =
                    |state: &mut microsoft::Microsoft, env: &mut Env<'_>| microsoft::serve(state, env);
                self.ask_until_answered(&self.0.microsoft, call, begin).await
            }
            Surface::Control => {
                (control::serve(self, call), Note { operation: "control", ..Note::default() })
            }
        }
    }

    async fn ask_until_answered<S>(
        &self,
        state: &std::sync::Mutex<S>,
        call: &Call,
        begin: impl FnOnce(&mut S, &mut Env<'_>) -> Reply<S>,
    ) -> (Answer, Note) {
        let (reply, note) = {
            let mut env = Env::new(call, self.house());
            let reply = begin(&mut crate::lock(state), &mut env);
            (reply, env.note)
        };
        match reply {
            Reply::Now(answer) => (answer, note),
            Reply::Ask(questions, then) => {
                let mut answers = Vec::new();
                for question in &questions {
                    answers.push(self.post(question).await);
                }
                let mut env = Env::new(call, self.house());
                env.note = note;
                let answer = then(&mut crate::lock(state), &mut env, answers);
                (answer, env.note)
            }
        }
    }

    /// Sends a request of the twin's own.
    pub(crate) async fn post(&self, outbound: &Outbound) -> Delivered {
        self.0.outward.post(outbound).await
    }

    fn write_down(&self, call: &Call, note: &Note, effects: &[Effect], answer: Option<&Answer>) {
        if call.surface == Surface::Control {
            return;
        }
        let kind = |effect: &Effect| match serde_json::to_value(effect) {
            Ok(value) => value["kind"].as_str().unwrap_or_default().to_owned(),
            Err(_) => String::new(),
        };
        self.house().journal.write(Entry {
            number: 0,
            at: call.at,
            surface: call.surface,
            method: call.method.to_string(),
            path: call.path.clone(),
            query: call.query.0.iter().map(|(name, _)| name.clone()).collect(),
            operation: note.operation.to_owned(),
            tenant: note.tenant.clone(),
            user: note.user.clone(),
            app: note.app.clone(),
            units: note.units,
            status: answer.map_or(0, |answer| answer.status.as_u16()),
            authorization: call.headers.contains_key(header::AUTHORIZATION),
            user_agent: call.header("user-agent").unwrap_or_default().to_owned(),
            bytes_in: call.body.content.size(),
            bytes_out: answer.map_or(0, Answer::length),
            faults: effects.iter().map(kind).collect(),
        });
    }
}

fn latency(effects: &[Effect]) -> Option<Duration> {
    let pause = |effect: &Effect| match effect {
        Effect::Latency { milliseconds } => Some(*milliseconds),
        _ => None,
    };
    let total: u64 = effects.iter().filter_map(pause).sum();
    (total > 0).then(|| Duration::from_millis(total))
}

/// Turns an answer into what goes out. Cut and malformed bodies happen here.
fn send(mut answer: Answer, method: &Method, effects: &[Effect]) -> Response<Outgoing> {
    if effects.contains(&Effect::Malformed) {
        answer.body = Content::Bytes(Bytes::from_static(b"{\"truncated\": tr"));
    }
    let length = answer.length();
    let cut = effects.iter().find_map(|effect| match effect {
        Effect::CutBody { after } => Some((*after).min(length)),
        _ => None,
    });
    let bodiless = answer.status == StatusCode::NO_CONTENT || answer.status == StatusCode::NOT_MODIFIED;
    let body =
        if *method == Method::HEAD || bodiless { whole(Bytes::new()) } else { outgoing(answer.body, cut) };
    let mut response = Response::new(body);
    *response.status_mut() = answer.status;
    *response.headers_mut() = answer.headers;
    if !bodiless {
        response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    }
    response
}

fn outgoing(content: Content, cut: Option<u64>) -> Outgoing {
    match (content, cut) {
        (Content::Bytes(bytes), None) => whole(bytes),
        (Content::Bytes(bytes), Some(cut)) => {
            let first = Ok(Frame::data(bytes.slice(..cut as usize)));
            StreamBody::new(stream::iter([first, Err(torn())])).boxed_unsync()
        }
        (Content::Blob(blob, range), None) => {
            StreamBody::new(blob.stream(range).map_ok(Frame::data)).boxed_unsync()
        }
        (Content::Blob(blob, range), Some(cut)) => {
            let part = blob.stream(range.start..range.start + cut).map_ok(Frame::data);
            StreamBody::new(part.chain(stream::iter([Err(torn())]))).boxed_unsync()
        }
    }
}

fn whole(bytes: Bytes) -> Outgoing {
    Full::new(bytes).map_err(|never| match never {}).boxed_unsync()
}

fn torn() -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionReset, "cut on purpose")
}
