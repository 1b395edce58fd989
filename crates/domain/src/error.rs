//! One error value for the whole product: decide once what happened, translate at the edge.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

/// The result of anything that can fail for a reason somebody should hear.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What happened, independent of any transport. One table in `web` turns it into a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// Something that was sent is malformed or out of range.
    Invalid,
    /// Nobody is signed in, or the proof has expired.
    Unauthenticated,
    /// The caller may see the thing and may not do this to it.
    Forbidden,
    /// There is no such thing, or the caller may not know that there is.
    NotFound,
    /// The thing was here and has been removed for good.
    Gone,
    /// The present state forbids it: a lock, a clash, a finished document.
    Conflict,
    /// The caller's picture of the thing is out of date (`If-Match`, expected revision).
    Stale,
    /// A precondition header was required and missing.
    PreconditionRequired,
    /// The same idempotency key arrived with a different body.
    KeyReused,
    /// The body is larger than allowed.
    TooLarge,
    /// The kind of content is not accepted here.
    UnsupportedMedia,
    /// The asked byte range does not exist.
    RangeNotSatisfiable,
    /// The plugin does not claim this capability.
    Unsupported,
    /// Too many requests; see the retry hint.
    Throttled,
    /// A provider, a disk or a database does not answer now.
    Unavailable,
    /// Stored content does not match its recorded hash. Never served.
    Damaged,
    /// A defect of ours or a surprise; the message shown is generic.
    Internal,
}

/// Whether trying again can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// The same request will fail again.
    Never,
    /// It may succeed later.
    Later,
    /// It may succeed after this long.
    After(Duration),
}

/// A failure: a kind, a retry hint, a sentence for the person, private context for the log, a cause.
///
/// The public sentence says what is wrong and what to do next, and may be shown as it stands.
/// Context and cause go to the log and never to a response.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    retry: Retry,
    public: Cow<'static, str>,
    field: Option<Cow<'static, str>>,
    context: Vec<(&'static str, String)>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// A new error with the sentence shown to the person.
    pub fn new(kind: ErrorKind, public: impl Into<Cow<'static, str>>) -> Self {
        let retry = match kind {
            ErrorKind::Unavailable | ErrorKind::Throttled => Retry::Later,
            _ => Retry::Never,
        };
        Self(Box::new(Inner {
            kind,
            retry,
            public: public.into(),
            field: None,
            context: Vec::new(),
            source: None,
        }))
    }

    /// Malformed input. Name the thing and the remedy in the sentence.
    pub fn invalid(public: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Invalid, public)
    }

    /// No such thing, or none the caller may know of. `what` is a noun: "document", "template".
    pub fn not_found(what: &'static str) -> Self {
        Self::new(
            ErrorKind::NotFound,
            format!("There is no such {what}, or you may not see it. Go back to the list and choose again."),
        )
    }

    /// The caller may see it and may not do this.
    pub fn forbidden(public: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Forbidden, public)
    }

    /// The present state forbids it.
    pub fn conflict(public: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Conflict, public)
    }

    /// A surprise. The person reads a generic sentence; `what` goes to the log.
    pub fn internal(what: impl Into<String>) -> Self {
        Self::new(
            ErrorKind::Internal,
            "Something went wrong on our side and nothing was changed. \
             Try again; if it persists, give your administrator the request id.",
        )
        .with("what", what)
    }

    /// Sets whether trying again can help.
    pub fn retry(mut self, retry: Retry) -> Self {
        self.0.retry = retry;
        self
    }

    /// Names the input field the error is about, so that a form can show it in its place.
    pub fn field(mut self, field: impl Into<Cow<'static, str>>) -> Self {
        self.0.field = Some(field.into());
        self
    }

    /// Adds private context for the log. Never put tokens, contents or personal data here.
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.0.context.push((name, value.into()));
        self
    }

    /// Records the cause, for the log only.
    pub fn caused_by(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// What happened.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Whether trying again can help.
    pub fn retry_hint(&self) -> Retry {
        self.0.retry
    }

    /// The sentence for the person.
    pub fn public(&self) -> &str {
        &self.0.public
    }

    /// The input field the error is about, when one was named.
    pub fn field_name(&self) -> Option<&str> {
        self.0.field.as_deref()
    }

    /// Private context, in the order it was added.
    pub fn context(&self) -> &[(&'static str, String)] {
        &self.0.context
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.0.kind, self.0.public)?;
        for (name, value) in &self.0.context {
            write!(f, "; {name}={value:?}")?;
        }
        let mut cause = std::error::Error::source(self);
        while let Some(e) = cause {
            write!(f, "; caused by: {e}")?;
            cause = e.source();
        }
        Ok(())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.public)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0.source {
            Some(source) => Some(source.as_ref()),
            None => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_public_sentence_never_contains_the_private_context() {
        let e = Error::internal("row 17 is torn").with("path", "/secret").caused_by("disk said no");
        assert!(!e.public().contains("17") && !e.to_string().contains("secret"));
        let log = format!("{e:?}");
        assert!(log.contains("row 17 is torn") && log.contains("/secret") && log.contains("disk said no"));
    }

    #[test]
    fn only_passing_faults_invite_another_try() {
        assert_eq!(Error::new(ErrorKind::Unavailable, "x").retry_hint(), Retry::Later);
        assert_eq!(Error::invalid("x").retry_hint(), Retry::Never);
    }
}
