//! Every error a provider can return, as one of a dozen plain situations.
//!
//! Sources: Google's OAuth pages and OpenID Connect error tables, Microsoft's AADSTS codes; the tables of both are data
//! below. The provider's own text goes to the log and is never shown.

use super::scopes::Dialect;
use domain::connections::Attention;
use jiff::SignedDuration;
use serde_json::Value;

/// What has happened, as a person would put it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Situation {
    /// They pressed cancel, or declined.
    Cancelled,
    /// The trip has to be begun anew: too old, used, or out of step.
    StartAgain,
    /// The code was redeemed before: sent twice, or stolen. Begun anew; the audit log says which.
    CodeRedeemed,
    /// The proof does not fit the code (PKCE): out of step, or somebody else's code. Begun anew; the audit log says which.
    ProofMismatch,
    /// The provider wants to see them: a second factor, a session that has ended.
    SignInAgain,
    /// An administrator of their organisation has to agree first.
    AdministratorConsent,
    /// Rights were not given: boxes were unticked, or consent is missing.
    ConsentMissing,
    /// A policy of their organisation blocks it.
    Blocked,
    /// The account is disabled, locked, or its password has expired.
    AccountDisabled,
    /// The account is not one of that organisation, or not assigned to the application.
    WrongAccount,
    /// The grant has expired or was taken back.
    GrantEnded,
    /// The provider is busy or broken; later is better.
    Busy,
    /// The application's own registration is wrong: the operator of the login page has to act.
    Operator,
    /// Too many identical requests: a fault of ours.
    Loop,
}

/// A page about a situation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words {
    /// The heading.
    pub title: &'static str,
    /// What has happened, and who can do what about it.
    pub sentence: &'static str,
    /// Whether trying again is offered.
    pub again: bool,
}

impl Situation {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::Cancelled,
        Self::StartAgain,
        Self::CodeRedeemed,
        Self::ProofMismatch,
        Self::SignInAgain,
        Self::AdministratorConsent,
        Self::ConsentMissing,
        Self::Blocked,
        Self::AccountDisabled,
        Self::WrongAccount,
        Self::GrantEnded,
        Self::Busy,
        Self::Operator,
        Self::Loop,
    ];

    /// The code in logs, audit records, and the `error_description` an installation gets.
    pub fn code(self) -> &'static str {
        match self {
            Self::Cancelled => "cancelled",
            Self::StartAgain => "start_again",
            Self::CodeRedeemed => "code_redeemed",
            Self::ProofMismatch => "proof_mismatch",
            Self::SignInAgain => "sign_in_again",
            Self::AdministratorConsent => "administrator_consent",
            Self::ConsentMissing => "consent_missing",
            Self::Blocked => "blocked_by_policy",
            Self::AccountDisabled => "account_disabled",
            Self::WrongAccount => "wrong_account",
            Self::GrantEnded => "grant_ended",
            Self::Busy => "busy",
            Self::Operator => "operator",
            Self::Loop => "loop",
        }
    }

    /// The error code of OAuth (RFC 6749 section 4.1.2.1, OpenID Connect Core section 3.1.2.6) it is for an installation.
    pub fn oauth(self) -> &'static str {
        match self {
            Self::Cancelled | Self::WrongAccount | Self::AccountDisabled | Self::Blocked => "access_denied",
            Self::AdministratorConsent | Self::ConsentMissing => "consent_required",
            Self::SignInAgain
            | Self::GrantEnded
            | Self::StartAgain
            | Self::CodeRedeemed
            | Self::ProofMismatch => "login_required",
            Self::Busy | Self::Loop => "temporarily_unavailable",
            Self::Operator => "server_error",
        }
    }

    /// What the page says.
    pub fn words(self) -> Words {
        let (title, sentence, again) = match self {
            Self::Cancelled => (
                "You did not sign in",
                "The sign-in was cancelled at the provider. Nothing has changed; begin again when you like.",
                true,
            ),
            Self::StartAgain | Self::CodeRedeemed | Self::ProofMismatch => (
                "Let us begin again",
                "This sign-in is too old, was used already, or was begun in another window. Begin again; it takes a \
                 moment.",
                true,
            ),
            Self::SignInAgain => (
                "The provider wants to see you again",
                "Your organisation asks for one more step, such as a second factor or a new password. Begin again and \
                 follow what the provider asks.",
                true,
            ),
            Self::AdministratorConsent => (
                "An administrator has to agree first",
                "Your organisation lets only its administrators allow applications. Ask one to give the consent; your \
                 CRM's administrator can send them a link from Settings.",
                true,
            ),
            Self::ConsentMissing => (
                "Some rights were not given",
                "Documents can only be kept with the rights that were asked for. Begin again and leave every box \
                 ticked.",
                true,
            ),
            Self::Blocked => (
                "Your organisation blocks this",
                "A policy of your organisation does not allow this sign-in from here. Ask its administrator; nothing \
                 can be done about it on this page.",
                false,
            ),
            Self::AccountDisabled => (
                "The account cannot sign in",
                "The account is disabled, locked, or needs a new password at the provider. Ask your organisation's \
                 administrator, or sign in with another account.",
                true,
            ),
            Self::WrongAccount => (
                "This is not the right account",
                "The account belongs to another organisation, or is not allowed to use this application. Begin again \
                 and choose your work account.",
                true,
            ),
            Self::GrantEnded => (
                "The permission has ended",
                "It has expired or was taken back. Begin again to give it anew.",
                true,
            ),
            Self::Busy => (
                "The provider does not answer well",
                "This passes by itself. Wait a minute and begin again.",
                true,
            ),
            Self::Operator => (
                "Sign-in is not set up correctly",
                "The provider does not accept this login page. Its operator has been told; you can do nothing about \
                 it.",
                false,
            ),
            Self::Loop => (
                "Too many tries",
                "The provider has seen too many identical requests. Wait a few minutes and begin again.",
                true,
            ),
        };
        Words { title, sentence, again }
    }

    /// What it makes of a grant, if it ends or suspends it.
    pub fn attention(self) -> Option<Attention> {
        match self {
            Self::GrantEnded => Some(Attention::GrantEnded),
            Self::SignInAgain => Some(Attention::SignInAgain),
            Self::AdministratorConsent | Self::ConsentMissing => Some(Attention::ConsentMissing),
            Self::Blocked => Some(Attention::BlockedByPolicy),
            Self::AccountDisabled | Self::WrongAccount => Some(Attention::AccountDisabled),
            Self::Cancelled
            | Self::StartAgain
            | Self::CodeRedeemed
            | Self::ProofMismatch
            | Self::Busy
            | Self::Operator
            | Self::Loop => None,
        }
    }
}

/// An answer that is no success.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// What it is.
    pub situation: Situation,
    /// How long the provider asks to be left alone.
    pub pause: Option<SignedDuration>,
    /// What the next sign-in has to fulfil: the `claims` parameter, as JSON.
    pub claims: Option<String>,
    /// Whether the provider refuses our credentials. Nothing that strangers can bring about with a made-up code or tenant.
    pub refuses_client: bool,
    /// For the log: the provider's error word, its numeric codes and correlation id; never its text.
    pub log: String,
}

/// Reads an error that came back through the browser.
pub fn of_callback(dialect: Dialect, error: &str, description: &str) -> Trouble {
    let codes = codes_in(description);
    let situation = by_codes(&codes).unwrap_or_else(|| by_word(dialect, error, "", false));
    let log = log_of(error, &codes, "");
    Trouble { situation, pause: None, claims: None, refuses_client: false, log }
}

/// Reads a token endpoint's answer that is no success. `refresh` says whether a refresh token was presented, and not a
/// code.
pub fn of_token(
    dialect: Dialect,
    status: u16,
    retry_after: Option<i64>,
    body: &[u8],
    refresh: bool,
) -> Trouble {
    let pause = retry_after.map(SignedDuration::from_secs);
    let value: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
    let text = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default();
    let word = text("error");
    let mut codes: Vec<u32> = value
        .get("error_codes")
        .and_then(Value::as_array)
        .map(|all| all.iter().filter_map(Value::as_u64).map(|n| n as u32).collect())
        .unwrap_or_default();
    if codes.is_empty() {
        codes = codes_in(text("error_description"));
    }
    let subtype = if text("error_subtype").is_empty() { text("suberror") } else { text("error_subtype") };
    let situation = if status == 429 || status >= 500 || word.is_empty() {
        Situation::Busy
    } else {
        by_codes(&codes).unwrap_or_else(|| by_word(dialect, word, subtype, refresh))
    };
    let claims = value.get("claims").and_then(Value::as_str).filter(|c| c.len() <= 4096).map(str::to_owned);
    let named = matches!(word, "invalid_client" | "deleted_client");
    let refuses_client =
        situation == Situation::Operator && (named || codes.iter().any(|code| CREDENTIALS.contains(code)));
    Trouble { situation, pause, claims, refuses_client, log: log_of(word, &codes, text("correlation_id")) }
}

/// Microsoft's codes, as far as they mean something to us.
const CODES: &[(Situation, &[u32])] = &[
    (Situation::SignInAgain, &[50076, 50079, 50072, 50074, 50078, 50158, 50058, 65002]),
    (Situation::AccountDisabled, &[50055, 50057, 50053, 50034, 50144]),
    (Situation::WrongAccount, &[51004, 50105, 50020, 16000, 16003]),
    (Situation::Blocked, &[53000, 53001, 53002, 53003, 530_032, 50131, 50097]),
    (Situation::Cancelled, &[65004]),
    (Situation::AdministratorConsent, &[90094, 90095]),
    (Situation::ConsentMissing, &[65001, 650_052, 650_056, 65005]),
    (Situation::GrantEnded, &[700_082, 70008, 70000, 50173, 50089, 50132, 50133, 70043, 700_084]),
    (Situation::StartAgain, &[700_005]),
    (Situation::CodeRedeemed, &[54005]),
    (Situation::ProofMismatch, &[501_481, 50147]),
    (
        Situation::Operator,
        &[
            7_000_215, 7_000_222, 7_000_218, 700_025, 700_027, 70002, 700_016, 700_011, 500_011, 90002,
            50194, 9_002_332, 50011, 70004, 900_971, 7_000_112,
        ],
    ),
    (Situation::Loop, &[50196]),
    (Situation::Busy, &[90055, 90024, 90033, 90006, 90012, 50033, 50087]),
];

/// Those that say that our own secret or certificate is wrong or has ended: every tenant is refused alike.
const CREDENTIALS: &[u32] = &[7_000_215, 7_000_222, 7_000_218, 700_025, 700_027];

/// "Error validating credentials": of the client when it stands alone, and otherwise of whatever the next code names.
const SOME_CREDENTIAL: u32 = 70002;

fn by_codes(codes: &[u32]) -> Option<Situation> {
    let of = |code: &u32| CODES.iter().find(|(_, all)| all.contains(code)).map(|(s, _)| *s);
    let (vague, plain): (Vec<&u32>, Vec<&u32>) = codes.iter().partition(|code| **code == SOME_CREDENTIAL);
    plain.into_iter().chain(vague).find_map(of)
}

fn by_word(dialect: Dialect, word: &str, subtype: &str, refresh: bool) -> Situation {
    match word {
        "access_denied" => Situation::Cancelled,
        "interaction_required" | "login_required" | "account_selection_required" => Situation::SignInAgain,
        "consent_required" => Situation::ConsentMissing,
        "admin_policy_enforced" | "org_internal" => Situation::Blocked,
        "invalid_grant" if subtype == "invalid_rapt" => Situation::SignInAgain,
        "invalid_grant" if refresh => Situation::GrantEnded,
        "invalid_grant" => Situation::StartAgain,
        "invalid_client"
        | "deleted_client"
        | "unauthorized_client"
        | "redirect_uri_mismatch"
        | "invalid_scope"
        | "unsupported_grant_type"
        | "invalid_request"
        | "unsupported_response_type" => Situation::Operator,
        "temporarily_unavailable" | "server_error" | "internal_failure" => Situation::Busy,
        _ if dialect == Dialect::Google && word == "rate_limit_exceeded" => Situation::Busy,
        _ => Situation::StartAgain,
    }
}

/// The numbers of `AADSTS50076: …`.
fn codes_in(text: &str) -> Vec<u32> {
    text.split("AADSTS")
        .skip(1)
        .take(4)
        .filter_map(|rest| {
            let digits: String = rest.chars().take_while(char::is_ascii_digit).take(9).collect();
            digits.parse().ok()
        })
        .collect()
}

/// Letters, digits and a few signs of a provider's word: nothing that could break a log line.
fn log_of(word: &str, codes: &[u32], correlation: &str) -> String {
    let plain = |text: &str| -> String {
        text.chars().filter(|c| c.is_ascii_alphanumeric() || "_-.".contains(*c)).take(64).collect()
    };
    format!("error={} codes={codes:?} correlation={}", plain(word), plain(correlation))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn the_tables_of_both_providers() {
        use Situation as S;
        let refresh = |body: Value| {
            of_token(Dialect::Microsoft, 400, None, body.to_string().as_bytes(), true).situation
        };
        let code = |n: u32| refresh(json!({"error": "invalid_grant", "error_codes": [n]}));
        for (n, expected) in [
            (50076, S::SignInAgain),
            (50057, S::AccountDisabled),
            (53003, S::Blocked),
            (65001, S::ConsentMissing),
            (90094, S::AdministratorConsent),
            (700_082, S::GrantEnded),
            (50173, S::GrantEnded),
            (70043, S::GrantEnded),
            (54005, S::CodeRedeemed),
            (501_481, S::ProofMismatch),
            (50097, S::Blocked),
            (50194, S::Operator),
            (7_000_222, S::Operator),
            (50196, S::Loop),
            (90033, S::Busy),
            (50020, S::WrongAccount),
        ] {
            assert_eq!(code(n), expected, "{n}");
        }
        let google =
            |body: Value, refresh| of_token(Dialect::Google, 400, None, body.to_string().as_bytes(), refresh);
        let table = [
            (
                json!({"error": "invalid_grant", "error_description": "Token has been expired or revoked."}),
                true,
                S::GrantEnded,
            ),
            (json!({"error": "invalid_grant", "error_subtype": "invalid_rapt"}), true, S::SignInAgain),
            (
                json!({"error": "invalid_grant", "error_description": "Malformed auth code."}),
                false,
                S::StartAgain,
            ),
            (json!({"error": "invalid_client"}), true, S::Operator),
            (json!({"error": "deleted_client"}), true, S::Operator),
            (json!({"error": "internal_failure"}), true, S::Busy),
        ];
        for (body, refresh, expected) in table {
            assert_eq!(google(body.clone(), refresh).situation, expected, "{body}");
        }
        for (word, expected) in [
            ("access_denied", S::Cancelled),
            ("admin_policy_enforced", S::Blocked),
            ("login_required", S::SignInAgain),
            ("consent_required", S::ConsentMissing),
            ("server_error", S::Busy),
            ("nonsense", S::StartAgain),
        ] {
            assert_eq!(of_callback(Dialect::Google, word, "").situation, expected, "{word}");
        }
        let declined = of_callback(Dialect::Microsoft, "access_denied", "AADSTS90094: admin has to agree");
        assert_eq!(declined.situation, S::AdministratorConsent);
    }

    #[test]
    fn what_is_no_answer_of_the_protocol_is_a_passing_trouble() {
        // BAD-17
        for (status, body) in
            [(502, "<html>"), (200, ""), (400, "{"), (429, "{}"), (503, "{\"error\":\"invalid_grant\"}")]
        {
            let trouble = of_token(Dialect::Microsoft, status, Some(17), body.as_bytes(), true);
            assert_eq!(trouble.situation, Situation::Busy, "{status} {body}");
            assert_eq!(trouble.pause, Some(SignedDuration::from_secs(17)));
        }
    }

    #[test]
    fn only_what_is_about_our_own_credentials_refuses_the_client() {
        let of = |body: Value| {
            let trouble = of_token(Dialect::Microsoft, 401, None, body.to_string().as_bytes(), false);
            (trouble.situation, trouble.refuses_client)
        };
        let table = [
            (json!({"error": "invalid_client", "error_codes": [7_000_222]}), (Situation::Operator, true)),
            (json!({"error": "invalid_request", "error_codes": [7_000_215]}), (Situation::Operator, true)),
            (json!({"error": "invalid_client", "error_codes": [70002]}), (Situation::Operator, true)),
            (
                json!({"error": "invalid_grant", "error_codes": [70002, 70008]}),
                (Situation::GrantEnded, false),
            ),
            (json!({"error": "unauthorized_client", "error_codes": [700_016]}), (Situation::Operator, false)),
            (json!({"error": "invalid_request", "error_codes": [90002]}), (Situation::Operator, false)),
        ];
        for (body, expected) in table {
            assert_eq!(of(body.clone()), expected, "{body}");
        }
    }

    #[test]
    fn a_claims_challenge_is_carried_along() {
        let body = json!({"error": "invalid_grant", "error_codes": [50076], "suberror": "basic_action",
            "claims": "{\"access_token\":{\"polids\":{}}}", "correlation_id": "c-1"});
        let trouble = of_token(Dialect::Microsoft, 400, None, body.to_string().as_bytes(), true);
        assert_eq!(trouble.claims.as_deref(), Some("{\"access_token\":{\"polids\":{}}}"));
        assert_eq!(trouble.log, "error=invalid_grant codes=[50076] correlation=c-1");
    }

    #[test]
    fn every_situation_has_a_page_and_a_code_of_its_own() {
        let codes: std::collections::HashSet<_> = Situation::ALL.iter().map(|s| s.code()).collect();
        assert_eq!(codes.len(), Situation::ALL.len());
        for s in Situation::ALL {
            let words = s.words();
            assert!(!words.title.ends_with('.') && words.sentence.ends_with('.'), "{s:?}");
        }
    }

    proptest! {
        #[test]
        fn no_answer_breaks_a_log_line(word in "\\PC*|[\\x00-\\x1f]*", text in "\\PC*") {
            // ATT-16, ATT-52
            let body = json!({"error": word, "error_description": text, "correlation_id": text});
            let trouble = of_token(Dialect::Google, 400, None, body.to_string().as_bytes(), false);
            prop_assert!(trouble.log.bytes().all(|b| (0x20..0x7F).contains(&b)) && trouble.log.len() < 300);
            let _ = of_callback(Dialect::Microsoft, &word, &text);
        }
    }
}
