//! One table: what each refusal of Drive means, what is done about it, and what a person reads (google.md 3.3).

use super::wire::Envelope;
use crate::waits;
use domain::{Error, ErrorKind, Retry};
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use std::time::Duration;

/// What a refusal means for the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// A defect of ours: never repeated.
    Bug,
    /// The token is not accepted: a fresh one, once.
    Token,
    /// Too often: wait, then again; nothing was done.
    Throttle,
    /// A day's amount is used up: stop for hours.
    Exhausted,
    /// The account or the shared drive is full.
    Full,
    /// The place has reached a limit of its structure.
    Structure,
    /// The account may not.
    Permission,
    /// The content cannot be had as it is.
    Content,
    /// The application itself is not set up right: the operator's.
    Operator,
    /// It does not exist, or the account may not know of it.
    Missing,
    /// The id is used: the request was carried out before.
    Done,
    /// A lock at Google forbids it.
    Locked,
    /// A fault on Google's side that passes.
    Passing,
    /// More than fits into one request.
    TooLarge,
    /// A page or resumption mark that is not accepted any more.
    OutOfDate,
}

/// A line of the table.
#[derive(Debug, Clone, Copy)]
pub struct Line {
    /// The status it comes with; 0 for any.
    pub status: u16,
    /// `errors[0].reason`.
    pub reason: &'static str,
    /// What it means.
    pub class: Class,
    /// What the person reads: what is the matter and who can do what.
    pub sentence: &'static str,
}

const fn line(status: u16, reason: &'static str, class: Class, sentence: &'static str) -> Line {
    Line { status, reason, class, sentence }
}

const BUG: &str =
    "Google did not understand what was asked. Nothing was changed; give your administrator the request id.";
const TOKEN: &str = "Google does not accept the connection any more. An administrator can connect the system user again in Settings.";
const BUSY: &str = "Google is being asked too often at the moment. Nothing was changed; it is tried again by itself, or try again in a minute.";
const DAY: &str = "The amount that Google allows in a day is used up. Nothing was changed; it works again tomorrow. An administrator can ask Google for more.";
const UPLOADS: &str = "The system user has uploaded as much as Google allows in a day. Nothing was changed; try again tomorrow.";
const FULL: &str = "The Google account that keeps the documents is full. Nothing was changed; an administrator can free space there or buy more.";
const PLACE: &str = "The place at Google has reached the most that Google allows in one folder or drive. Nothing was changed; an administrator can choose another folder in Settings.";
const RIGHTS: &str = "The system user may not do this at Google. Nothing was changed; an administrator of the Google Workspace can give it the right.";
const SCOPE: &str = "The connection to Google lacks the right to work with files. An administrator can connect the system user again and leave every box ticked.";
const NOT_OURS: &str = "The application has not been given this file at Google. An administrator can choose it in Settings, or store a copy through this application.";
const POLICY: &str = "A policy of your organisation blocks the application at Google. An administrator of the Google Workspace can allow it.";
const ABUSE: &str = "Google has marked this file as malware or spam and does not hand it out. Its owner can ask Google for a review.";
const DOWNLOADS: &str =
    "This file was downloaded from Google as often as Google allows for now. Try again tomorrow.";
const NATIVE: &str = "This is a document of Google's own and has no file to download. Open it at Google, or use it as an export.";
const EXPORT: &str = "This Google document is larger than 10 MB as a file, the most that Google exports. Open it at Google and download it there.";
const OPERATOR: &str = "Google Drive is not switched on for this application. Its operator can enable the Drive API in the Google Cloud project.";
const MISSING: &str = "There is no such file, or you may not see it. Go back to the list and choose again.";
const DONE: &str = "This file was made before. Open it from the list.";
const LOCKED: &str = "The file is locked at Google. Whoever locked it can unlock it there; then try again.";
const PASSING: &str =
    "Google does not answer properly at the moment. Nothing is lost; try again in a few minutes.";
const LARGE: &str = "The file is larger than Google takes. Choose a smaller one.";
const SHARING: &str = "Google refuses to share with this person or group. An administrator can check the address and the sharing policy of the Google Workspace.";
const VERSIONS: &str = "This file has 200 versions that are kept for good, the most that Google keeps. Store a copy and go on with that.";

/// The table. A reason with a status of its own stands before the same reason for any status.
pub const TABLE: &[Line] = &[
    line(400, "badRequest", Class::Bug, BUG),
    line(400, "invalid", Class::Bug, BUG),
    line(400, "invalidParameter", Class::Bug, BUG),
    line(400, "required", Class::Bug, BUG),
    line(400, "parseError", Class::Bug, BUG),
    line(400, "badContent", Class::Bug, BUG),
    line(403, "fieldNotWritable", Class::Bug, BUG),
    line(400, "invalidSharingRequest", Class::Permission, SHARING),
    line(401, "authError", Class::Token, TOKEN),
    line(401, "required", Class::Token, TOKEN),
    line(403, "userRateLimitExceeded", Class::Throttle, BUSY),
    line(403, "rateLimitExceeded", Class::Throttle, BUSY),
    line(403, "sharingRateLimitExceeded", Class::Throttle, BUSY),
    line(429, "rateLimitExceeded", Class::Throttle, BUSY),
    line(403, "dailyLimitExceeded", Class::Exhausted, DAY),
    line(403, "uploadLimitExceeded", Class::Exhausted, UPLOADS),
    line(403, "storageQuotaExceeded", Class::Full, FULL),
    line(403, "quotaExceeded", Class::Full, FULL),
    line(403, "teamDriveFileLimitExceeded", Class::Structure, PLACE),
    line(403, "teamDriveHierarchyTooDeep", Class::Structure, PLACE),
    line(403, "numChildrenInNonRootLimitExceeded", Class::Structure, PLACE),
    line(403, "myDriveHierarchyDepthLimitExceeded", Class::Structure, PLACE),
    line(403, "activeItemCreationLimitExceeded", Class::Structure, PLACE),
    line(403, "propertyLimitExceeded", Class::Structure, PLACE),
    line(403, "keepForeverLimitExceeded", Class::Structure, VERSIONS),
    line(403, "insufficientFilePermissions", Class::Permission, RIGHTS),
    line(403, "insufficientPermissions", Class::Permission, SCOPE),
    line(403, "appNotAuthorizedToFile", Class::Permission, NOT_OURS),
    line(403, "domainPolicy", Class::Permission, POLICY),
    line(403, "teamDriveMembershipRequired", Class::Permission, RIGHTS),
    line(403, "cannotDownloadFile", Class::Permission, RIGHTS),
    line(403, "cannotCopyFile", Class::Permission, RIGHTS),
    line(403, "forbidden", Class::Permission, RIGHTS),
    line(403, "cannotDownloadAbusiveFile", Class::Content, ABUSE),
    line(403, "downloadQuotaExceeded", Class::Content, DOWNLOADS),
    line(403, "fileNotDownloadable", Class::Content, NATIVE),
    line(403, "fileNotExportable", Class::Content, NATIVE),
    line(403, "exportSizeLimitExceeded", Class::Content, EXPORT),
    line(403, "accessNotConfigured", Class::Operator, OPERATOR),
    line(403, "contentRestricted", Class::Locked, LOCKED),
    line(403, "cannotModifyContentRestriction", Class::Locked, LOCKED),
    line(404, "notFound", Class::Missing, MISSING),
    line(409, "fileIdInUse", Class::Done, DONE),
    line(413, "uploadTooLarge", Class::TooLarge, LARGE),
    line(500, "internalError", Class::Passing, PASSING),
    line(500, "backendError", Class::Passing, PASSING),
    line(502, "backendError", Class::Passing, PASSING),
    line(503, "backendError", Class::Passing, PASSING),
    line(503, "transientError", Class::Passing, PASSING),
    line(504, "backendError", Class::Passing, PASSING),
];

/// What a status means that comes without a reason of the table: a page of a gateway, or a new reason.
const BY_STATUS: &[Line] = &[
    line(400, "", Class::Bug, BUG),
    line(401, "", Class::Token, TOKEN),
    line(403, "", Class::Permission, RIGHTS),
    line(404, "", Class::Missing, MISSING),
    line(409, "", Class::Bug, BUG),
    line(410, "", Class::OutOfDate, BUG),
    line(413, "", Class::TooLarge, LARGE),
    line(429, "", Class::Throttle, BUSY),
];

/// A request that Drive refused.
#[derive(Debug, Clone)]
pub(crate) struct Refused {
    pub class: Class,
    pub status: u16,
    pub reason: String,
    pub sentence: &'static str,
    /// As `Retry-After` asked for.
    pub retry_after: Option<Duration>,
}

/// The meaning of an answer that is no success. `now` is about when it came.
pub(crate) fn read(status: StatusCode, headers: &HeaderMap, body: &[u8], now: Timestamp) -> Refused {
    let envelope: Envelope = serde_json::from_slice(body).unwrap_or_default();
    let detail = envelope.error.errors.into_iter().next().unwrap_or_default();
    let found = classify(status.as_u16(), &detail.reason, &envelope.error.message);
    Refused {
        class: found.class,
        status: status.as_u16(),
        reason: detail.reason,
        sentence: found.sentence,
        // Drive does not document it (google.md 0.8); when it comes it is heeded.
        retry_after: waits::retry_after(headers, now),
    }
}

/// The line of the table for a refusal.
///
/// The daily limit of uploads is told only by its message: `userRateLimitExceeded` with "User rate limit exceeded.",
/// with its stop (google.md 3.3, observed).
pub fn classify(status: u16, reason: &str, message: &str) -> Line {
    if status == 403 && reason == "userRateLimitExceeded" && message == "User rate limit exceeded." {
        return line(403, "userRateLimitExceeded", Class::Exhausted, UPLOADS);
    }
    let exact = TABLE.iter().find(|line| line.status == status && line.reason == reason);
    let similar = || TABLE.iter().find(|line| !reason.is_empty() && line.reason == reason);
    let plain = || BY_STATUS.iter().find(|line| line.status == status);
    match exact.or_else(similar).or_else(plain) {
        Some(line) => *line,
        None if status >= 500 => line(status, "", Class::Passing, PASSING),
        None => line(status, "", Class::Bug, BUG),
    }
}

impl Refused {
    /// What the host hears.
    fn kind(&self) -> ErrorKind {
        match self.class {
            Class::Bug => ErrorKind::Internal,
            Class::Throttle | Class::Exhausted => ErrorKind::Throttled,
            Class::Token | Class::Passing | Class::Operator => ErrorKind::Unavailable,
            Class::Full | Class::Structure | Class::Done | Class::Locked | Class::OutOfDate => {
                ErrorKind::Conflict
            }
            Class::Permission => ErrorKind::Forbidden,
            Class::Content => ErrorKind::Unsupported,
            Class::Missing => ErrorKind::NotFound,
            Class::TooLarge => ErrorKind::TooLarge,
        }
    }
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        let retry = match (refused.class, refused.retry_after) {
            (Class::Exhausted, _) => Retry::After(Duration::from_hours(1)),
            (Class::Throttle | Class::Passing, Some(after)) => Retry::After(after),
            (Class::Throttle | Class::Passing, None) => Retry::Later,
            _ => Retry::Never,
        };
        Error::new(refused.kind(), refused.sentence)
            .retry(retry)
            .with("google_status", refused.status.to_string())
            .with("google_reason", refused.reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_of_the_table_has_a_sentence_that_says_who_can_do_what() {
        for line in TABLE.iter().chain(BY_STATUS) {
            let acts = ["again", "can ", "give ", "Open ", "Choose ", "choose ", "tomorrow", "Store "];
            assert!(line.sentence.ends_with('.'), "{line:?}");
            assert!(acts.iter().any(|act| line.sentence.contains(act)), "{line:?}");
        }
    }

    #[test]
    fn no_line_of_the_table_is_hidden_by_another() {
        for (at, line) in TABLE.iter().enumerate() {
            let first = TABLE.iter().position(|l| (l.status, l.reason) == (line.status, line.reason));
            assert_eq!(first, Some(at), "{line:?}");
        }
    }

    #[test]
    fn refusals_are_told_apart_by_reason_and_not_by_status() {
        let table = [
            (403, "userRateLimitExceeded", "User Rate Limit Exceeded", Class::Throttle),
            (403, "userRateLimitExceeded", "User rate limit exceeded.", Class::Exhausted),
            (403, "storageQuotaExceeded", "", Class::Full),
            (403, "somethingNew", "", Class::Permission),
            (429, "somethingNew", "", Class::Throttle),
            (404, "", "", Class::Missing),
            (502, "", "", Class::Passing),
            (599, "", "", Class::Passing),
            (418, "", "", Class::Bug),
        ];
        for (status, reason, message, class) in table {
            assert_eq!(classify(status, reason, message).class, class, "{status} {reason} {message}");
        }
    }

    #[test]
    fn a_page_instead_of_json_is_a_passing_fault() {
        let page =
            read(StatusCode::BAD_GATEWAY, &HeaderMap::new(), b"<html>502</html>", Timestamp::UNIX_EPOCH);
        assert_eq!(page.class, Class::Passing);
        assert_eq!(Error::from(page).kind(), ErrorKind::Unavailable);
    }

    #[test]
    fn retry_after_is_heeded() {
        let of = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("retry-after", text.parse().unwrap());
            read(StatusCode::TOO_MANY_REQUESTS, &headers, b"", Timestamp::UNIX_EPOCH).retry_after
        };
        assert_eq!(of("2.5"), Some(Duration::from_millis(2500)));
        assert_eq!(of("Thu, 01 Jan 1970 00:00:30 GMT"), Some(Duration::from_secs(30)));
        assert_eq!(of("soon"), None);
    }
}
