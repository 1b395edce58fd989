//! One table: what each refusal of Graph means, what is done about it, and what a person reads (microsoft.md 2.16).

use crate::{challenge, waits};
use domain::connections::Claims;
use domain::{Error, ErrorKind, Retry};
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use serde_json::Value;
use std::time::Duration;

/// What a refusal means for the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// A defect of ours: never repeated.
    Bug,
    /// The name is not taken as it is.
    Name,
    /// The path is too long.
    Path,
    /// A required column of the library is empty.
    Column,
    /// The token is not accepted: a fresh one, once.
    Token,
    /// The person or the application may not.
    Permission,
    /// Somebody who is to be let in is not known at Microsoft.
    Stranger,
    /// A scanner or a policy refuses the content.
    Content,
    /// Nothing can be changed there.
    ReadOnly,
    /// It does not exist, or the caller may not know of it.
    Missing,
    /// The name is taken.
    Taken,
    /// The list of changes begins anew.
    OutOfDate,
    /// It was changed since it was looked at.
    Changed,
    /// More than fits.
    TooLarge,
    /// A piece does not begin where the last one ended.
    Range,
    /// Somebody has it open or checked out.
    Locked,
    /// It must be checked out first.
    CheckOutFirst,
    /// It is not checked out.
    NotHeld,
    /// Too often: wait, then again; nothing was done.
    Throttle,
    /// The site or the tenant is full.
    Full,
    /// A fault on Microsoft's side that passes.
    Passing,
    /// What a request depended on failed.
    Dependency,
    /// Not offered here.
    Unsupported,
}

/// A line of the table.
#[derive(Debug, Clone, Copy)]
pub struct Line {
    /// The status it comes with; 0 for any.
    pub status: u16,
    /// The code; those within tell more than those around them.
    pub code: &'static str,
    /// What it means.
    pub class: Class,
    /// What the person reads: what is the matter and who can do what.
    pub sentence: &'static str,
}

const fn line(status: u16, code: &'static str, class: Class, sentence: &'static str) -> Line {
    Line { status, code, class, sentence }
}

const BUG: &str = "SharePoint did not understand what was asked. Nothing was changed; give your administrator the request id.";
const NAME: &str = "SharePoint does not take this name. Choose another one without special characters.";
const PATH: &str = "The name and its folders are longer than the 400 characters that SharePoint takes. Choose a shorter name, or an administrator can shorten the folders in Settings.";
const COLUMN: &str = "A column of the library must be filled in before this can be published. Fill it in at SharePoint, or ask an owner of the site, who can make it optional.";
const TOKEN: &str = "Microsoft wants to see you again before it goes on. Connect Microsoft 365 again in Settings; nothing was changed.";
const RIGHTS: &str =
    "You may not do this in SharePoint. Nothing was changed; an owner of the site can give you the right.";
const STRANGER: &str = "Microsoft does not know the account of somebody who is to be let in. They can sign in again with their account of this organisation, or an administrator can take the identity away under Settings, People.";
const RESTRICTED: &str = "A rule of your organisation does not allow this in SharePoint. Nothing was changed; its Microsoft 365 administrator can change the rule.";
const MALWARE: &str = "Microsoft has found malware in this file and does not take it or hand it out. Ask your Microsoft 365 administrator, who can release it.";
const READ_ONLY: &str = "The site can only be read at the moment. Nothing was changed; an administrator of Microsoft 365 can open it again.";
const MISSING: &str = "There is no such file, or you may not see it. Go back to the list and choose again.";
const TAKEN: &str = "There is a file of this name already. Nothing was overwritten; choose another name.";
const ALIAS: &str =
    "A group at Microsoft has this alias already. Nothing was made; choose another end of the address.";
const RESYNC: &str = "SharePoint begins its list of changes anew. Begin again and compare everything.";
const CHANGED: &str = "The file has been changed in SharePoint since you opened it. Nothing was overwritten; open it again and repeat your change.";
const LARGE: &str = "The file is larger than SharePoint takes. Choose a smaller one.";
const RANGE: &str = "A piece of the file did not arrive in its order. Send the file again.";
const LOCKED: &str =
    "Somebody has this file open or checked out. Nothing was changed; try again when they have closed it.";
const FIRST: &str =
    "This library takes changes of checked-out files only. Check the file out, then try again.";
const NOT_HELD: &str = "The file is not checked out any more. Open it again before you go on.";
const BUSY: &str = "SharePoint is being asked too often at the moment. Nothing was changed; it is tried again by itself, or try again in a minute.";
const FULL: &str =
    "The site is full. Nothing was changed; an administrator of Microsoft 365 can free space or buy more.";
const PASSING: &str =
    "SharePoint does not answer properly at the moment. Nothing is lost; try again in a few minutes.";
const UNSUPPORTED: &str = "SharePoint does not offer this here. Open the file at SharePoint and do it there.";

/// The table. A code with a status of its own stands before the same code for any status.
pub const TABLE: &[Line] = &[
    line(400, "pathIsTooLong", Class::Path, PATH),
    line(400, "nameInvalid", Class::Name, NAME),
    line(400, "invalidPath", Class::Name, NAME),
    line(400, "fileNotCheckedOut", Class::NotHeld, NOT_HELD),
    line(400, "requiredColumnEmpty", Class::Column, COLUMN),
    line(400, "ObjectConflict", Class::Taken, ALIAS),
    line(400, "noResolvedUsers", Class::Stranger, STRANGER),
    line(400, "invalidRequest", Class::Bug, BUG),
    line(400, "BadRequest", Class::Bug, BUG),
    line(401, "unauthenticated", Class::Token, TOKEN),
    line(401, "InvalidAuthenticationToken", Class::Token, TOKEN),
    line(401, "expiredToken", Class::Token, TOKEN),
    line(403, "malwareDetected", Class::Content, MALWARE),
    line(403, "serviceReadOnly", Class::ReadOnly, READ_ONLY),
    line(403, "accessRestricted", Class::Permission, RESTRICTED),
    line(403, "accessDenied", Class::Permission, RIGHTS),
    line(403, "notAllowed", Class::Permission, RESTRICTED),
    line(404, "itemNotFound", Class::Missing, MISSING),
    line(404, "ResourceNotFound", Class::Missing, MISSING),
    line(409, "nameAlreadyExists", Class::Taken, TAKEN),
    line(409, "upload_name_conflict", Class::Taken, TAKEN),
    line(409, "conflict", Class::Missing, MISSING),
    line(410, "resyncRequired", Class::OutOfDate, RESYNC),
    line(410, "resyncChangesApplyDifferences", Class::OutOfDate, RESYNC),
    line(410, "resyncChangesUploadDifferences", Class::OutOfDate, RESYNC),
    line(410, "syncStateNotFound", Class::OutOfDate, RESYNC),
    line(412, "entityTagDoesNotMatch", Class::Changed, CHANGED),
    line(412, "resourceModified", Class::Changed, CHANGED),
    line(416, "fragmentOverlap", Class::Range, RANGE),
    line(416, "fragmentOutOfOrder", Class::Range, RANGE),
    line(416, "invalidRange", Class::Range, RANGE),
    line(423, "resourceCheckoutRequired", Class::CheckOutFirst, FIRST),
    line(423, "resourceLocked", Class::Locked, LOCKED),
    line(423, "lockMismatch", Class::Locked, LOCKED),
    line(423, "accessDenied", Class::Locked, LOCKED),
    line(423, "notAllowed", Class::Locked, LOCKED),
    line(424, "failedDependency", Class::Dependency, PASSING),
    line(429, "activityLimitReached", Class::Throttle, BUSY),
    line(429, "throttledRequest", Class::Throttle, BUSY),
    line(429, "TooManyRequests", Class::Throttle, BUSY),
    line(500, "generalException", Class::Passing, PASSING),
    line(501, "NotImplemented", Class::Unsupported, UNSUPPORTED),
    line(501, "notSupported", Class::Unsupported, UNSUPPORTED),
    line(503, "serviceNotAvailable", Class::Passing, PASSING),
    line(507, "quotaLimitReached", Class::Full, FULL),
];

/// What a status means that comes without a code of the table: a page of a gateway, or a new code.
const BY_STATUS: &[Line] = &[
    line(400, "", Class::Bug, BUG),
    line(401, "", Class::Token, TOKEN),
    line(403, "", Class::Permission, RIGHTS),
    line(404, "", Class::Missing, MISSING),
    line(406, "", Class::Unsupported, UNSUPPORTED),
    line(409, "", Class::Taken, TAKEN),
    line(410, "", Class::OutOfDate, RESYNC),
    line(412, "", Class::Changed, CHANGED),
    line(413, "", Class::TooLarge, LARGE),
    line(416, "", Class::Range, RANGE),
    line(423, "", Class::Locked, LOCKED),
    line(424, "", Class::Dependency, PASSING),
    line(429, "", Class::Throttle, BUSY),
    line(501, "", Class::Unsupported, UNSUPPORTED),
    line(507, "", Class::Full, FULL),
];

/// A request that Graph refused.
#[derive(Debug, Clone)]
pub(crate) struct Refused {
    pub class: Class,
    pub status: u16,
    pub code: String,
    pub sentence: &'static str,
    /// The longer of `Retry-After` and `RateLimit-Reset`.
    pub retry_after: Option<Duration>,
    /// What the next token has to have (M-07).
    pub claims: Option<Box<Claims>>,
    /// Where to begin anew (410).
    pub location: Option<String>,
    pub request_id: String,
}

/// The codes of a refusal, the innermost first; both spellings of the inner error are in use (M-27).
fn codes(body: &Value) -> Vec<String> {
    let mut all = Vec::new();
    let mut next = body.get("error");
    while let Some(here) = next {
        if let Some(code) = here.get("code").and_then(Value::as_str) {
            all.push(code.to_owned());
        }
        next = here.get("innerError").or_else(|| here.get("innererror"));
        if all.len() > 20 {
            break;
        }
    }
    all.reverse();
    all
}

/// The meaning of an answer that is no success. `now` is about when it came.
pub(crate) fn read(status: StatusCode, headers: &HeaderMap, body: &[u8], now: Timestamp) -> Refused {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let codes = codes(&body);
    let known = |code: &&String| TABLE.iter().any(|line| line.code == code.as_str());
    let code = codes.iter().find(known).or_else(|| codes.last()).cloned().unwrap_or_default();
    let message = body["error"]["message"].as_str().unwrap_or_default();
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut found = classify(status.as_u16(), &code);
    // Graph tells a required column by its message only.
    if found.class == Class::Bug && message.contains("required propert") {
        found = classify(status.as_u16(), "requiredColumnEmpty");
    }
    // So it does an account that is not there any more.
    if found.class == Class::Bug && message.contains("could not be resolved") {
        found = classify(status.as_u16(), "noResolvedUsers");
    }
    // And an alias that is taken: by a group, or by somebody's mailbox (`proxyAddresses`).
    if found.class == Class::Bug && message.contains("Another object with the same value for property") {
        found = classify(status.as_u16(), "ObjectConflict");
    }
    // Some resources ask for another token with 403 (microsoft.md 1.8).
    let asks = matches!(status.as_u16(), 401 | 403);
    let claims = asks.then(|| challenge::claims(headers)).flatten().map(Box::new);
    if claims.is_some() {
        found = classify(401, "");
    }
    Refused {
        class: found.class,
        status: status.as_u16(),
        sentence: found.sentence,
        retry_after: wait(headers, now),
        claims,
        location: Some(text("location").to_owned()).filter(|to| !to.is_empty()),
        request_id: text("request-id").to_owned(),
        code,
    }
}

/// The line of the table for a refusal.
pub fn classify(status: u16, code: &str) -> Line {
    let exact = TABLE.iter().find(|line| line.status == status && line.code == code);
    let plain = || BY_STATUS.iter().find(|line| line.status == status);
    match exact.or_else(plain) {
        Some(line) => *line,
        None if status >= 500 => line(status, "", Class::Passing, PASSING),
        None => line(status, "", Class::Bug, BUG),
    }
}

/// How long Graph wants to be left in peace, up to an hour (microsoft.md 2.15).
fn wait(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    waits::retry_after(headers, now).max(waits::seconds(headers, "ratelimit-reset"))
}

/// How long to rest after an answer that says that nothing is left of this minute.
pub(crate) fn rest(headers: &HeaderMap) -> Option<Duration> {
    let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<u64>().ok();
    let (left, limit) = (number("ratelimit-remaining")?, number("ratelimit-limit")?);
    (left.saturating_mul(50) < limit)
        .then(|| Duration::from_secs(number("ratelimit-reset").unwrap_or(1).min(3600)))
}

impl Refused {
    /// What the host hears.
    fn kind(&self) -> ErrorKind {
        match self.class {
            Class::Bug | Class::Dependency | Class::Range => ErrorKind::Internal,
            Class::Throttle => ErrorKind::Throttled,
            Class::Token | Class::Passing | Class::ReadOnly => ErrorKind::Unavailable,
            Class::Name | Class::Path => ErrorKind::Invalid,
            Class::Full
            | Class::Taken
            | Class::Locked
            | Class::NotHeld
            | Class::CheckOutFirst
            | Class::Column
            | Class::Stranger
            | Class::OutOfDate => ErrorKind::Conflict,
            Class::Changed => ErrorKind::Stale,
            Class::Permission => ErrorKind::Forbidden,
            Class::Content | Class::Unsupported => ErrorKind::Unsupported,
            Class::Missing => ErrorKind::NotFound,
            Class::TooLarge => ErrorKind::TooLarge,
        }
    }
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        let retry = match (refused.class, refused.retry_after) {
            (Class::Throttle | Class::Passing, Some(after)) => Retry::After(after),
            (Class::Throttle | Class::Passing | Class::Locked, _) => Retry::Later,
            _ => Retry::Never,
        };
        Error::new(refused.kind(), refused.sentence)
            .retry(retry)
            .with("graph_status", refused.status.to_string())
            .with("graph_code", refused.code)
            .with("graph_request", refused.request_id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_of_the_table_has_a_sentence_that_says_who_can_do_what() {
        for line in TABLE.iter().chain(BY_STATUS) {
            let acts =
                ["again", "can ", "give ", "Open ", "Choose ", "choose ", "Ask ", "Connect ", "Check "];
            assert!(line.sentence.ends_with('.'), "{line:?}");
            assert!(acts.iter().any(|act| line.sentence.contains(act)), "{line:?}");
        }
    }

    #[test]
    fn no_line_of_the_table_is_hidden_by_another() {
        for (at, line) in TABLE.iter().enumerate() {
            let first = TABLE.iter().position(|l| (l.status, l.code) == (line.status, line.code));
            assert_eq!(first, Some(at), "{line:?}");
        }
    }

    fn of(status: u16, body: &str) -> Class {
        let status = StatusCode::from_u16(status).unwrap();
        read(status, &HeaderMap::new(), body.as_bytes(), Timestamp::UNIX_EPOCH).class
    }

    #[test]
    fn the_innermost_code_that_is_known_decides_in_both_spellings() {
        // M-27, M-14
        let table = [
            (423, r#"{"error":{"code":"notAllowed","innerError":{"code":"resourceLocked"}}}"#, Class::Locked),
            (423, r#"{"error":{"code":"resourceLocked"}}"#, Class::Locked),
            (423, r#"{"error":{"code":"accessDenied","innererror":{"code":"lockMismatch"}}}"#, Class::Locked),
            (
                423,
                r#"{"error":{"code":"notAllowed","innererror":{"code":"resourceCheckoutRequired"}}}"#,
                Class::CheckOutFirst,
            ),
            (
                416,
                r#"{"error":{"code":"invalidRange","innererror":{"code":"fragmentOverlap"}}}"#,
                Class::Range,
            ),
            (
                400,
                r#"{"error":{"code":"invalidRequest","innerError":{"code":"a","innerError":{"code":"pathIsTooLong"}}}}"#,
                Class::Path,
            ),
            (
                403,
                r#"{"error":{"code":"accessDenied","innerError":{"code":"somethingNew"}}}"#,
                Class::Permission,
            ),
            (
                400,
                r#"{"error":{"code":"invalidRequest","message":"the required property 'X' is empty"}}"#,
                Class::Column,
            ),
            (
                400,
                r#"{"error":{"code":"Request_BadRequest","message":"Another object with the same value for property mailNickname already exists."}}"#,
                Class::Taken,
            ),
            (
                400,
                r#"{"error":{"code":"Request_BadRequest","message":"Another object with the same value for property proxyAddresses already exists."}}"#,
                Class::Taken,
            ),
            (400, r#"{"error":{"code":"Request_BadRequest","message":"Invalid value."}}"#, Class::Bug),
            (400, r#"{"error":{"code":"noResolvedUsers"}}"#, Class::Stranger),
            (
                400,
                r#"{"error":{"code":"invalidRequest","message":"One or more users could not be resolved."}}"#,
                Class::Stranger,
            ),
            (403, r#"{"error":{"code":"Authorization_RequestDenied"}}"#, Class::Permission),
            (503, r#"{"error":{"code":"serviceNotAvailable"}}"#, Class::Passing),
            (509, "", Class::Passing),
            (418, "", Class::Bug),
        ];
        for (status, body, class) in table {
            assert_eq!(of(status, body), class, "{status} {body}");
        }
    }

    #[test]
    fn a_page_or_half_an_answer_is_told_by_its_status() {
        // M-28
        for (status, class) in
            [(502, Class::Passing), (504, Class::Passing), (404, Class::Missing), (429, Class::Throttle)]
        {
            assert_eq!(of(status, "<html>Bad gateway</html>"), class);
            assert_eq!(of(status, r#"{"error":{"co"#), class);
        }
    }

    #[test]
    fn a_challenge_asks_for_another_token_whatever_its_status() {
        // M-07: the claims are {"access_token":{"acrs":{"value":"c1"}}}.
        let challenge = r#"Bearer error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4iOnsiYWNycyI6eyJ2YWx1ZSI6ImMxIn19fQ==""#;
        let of = |status: u16, challenge: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("www-authenticate", challenge.parse().unwrap());
            let status = StatusCode::from_u16(status).unwrap();
            let refused =
                read(status, &headers, br#"{"error":{"code":"accessDenied"}}"#, Timestamp::UNIX_EPOCH);
            (refused.class, refused.claims.is_some())
        };
        assert_eq!(of(401, challenge), (Class::Token, true));
        assert_eq!(of(403, challenge), (Class::Token, true));
        assert_eq!(of(403, "Bearer"), (Class::Permission, false));
        assert_eq!(of(404, challenge), (Class::Missing, false));
    }

    #[test]
    fn the_longer_of_both_waits_counts() {
        // M-20
        let of = |pairs: &[(&'static str, &str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.insert(*name, value.parse().unwrap());
            }
            (wait(&headers, Timestamp::UNIX_EPOCH), rest(&headers))
        };
        let seconds = |n| Some(Duration::from_millis(n));
        assert_eq!(of(&[("retry-after", "2.128")]).0, seconds(2128));
        assert_eq!(of(&[("retry-after", "5"), ("ratelimit-reset", "31")]).0, seconds(31_000));
        assert_eq!(of(&[("retry-after", "99999")]).0, seconds(3_600_000));
        assert_eq!(of(&[("retry-after", "soon")]).0, None);
        let date = ("retry-after", "Thu, 01 Jan 1970 00:00:20 GMT");
        assert_eq!(of(&[date, ("ratelimit-reset", "5")]).0, seconds(20_000));
        let left =
            |n| of(&[("ratelimit-limit", "1250"), ("ratelimit-remaining", n), ("ratelimit-reset", "9")]).1;
        assert_eq!((left("200"), left("10")), (None, seconds(9000)));
    }
}
