//! What an installation may do at a provider, and in which state that is.

use crate::{Error, Result};
use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Who signs people in: Google, Microsoft, or any other OpenID Connect provider under a name of its own.
///
/// The name is a short word of lower-case letters, digits and hyphens; it stands in addresses, tables and logs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Provider(String);

impl Provider {
    /// Google Workspace.
    pub fn google() -> Self {
        Self("google".into())
    }

    /// Microsoft 365.
    pub fn microsoft() -> Self {
        Self("microsoft".into())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is Google.
    pub fn is_google(&self) -> bool {
        self.0 == "google"
    }

    /// Whether it is Microsoft.
    pub fn is_microsoft(&self) -> bool {
        self.0 == "microsoft"
    }

    /// What people read: `Google`, `Microsoft`, or the name itself.
    pub fn title(&self) -> &str {
        match self.0.as_str() {
            "google" => "Google",
            "microsoft" => "Microsoft",
            other => other,
        }
    }
}

impl FromStr for Provider {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if (1..=40).contains(&text.len()) && text.bytes().all(plain) {
            return Ok(Self(text.to_owned()));
        }
        Err(Error::invalid(
            "A provider has a name of 1 to 40 lower-case letters, digits and hyphens, such as google or microsoft.",
        ))
    }
}

impl TryFrom<String> for Provider {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

impl From<Provider> for String {
    fn from(provider: Provider) -> Self {
        provider.0
    }
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Enumerations that are stored and sent as words.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {$(
            $(#[$variant_doc])*
            #[serde(rename = $word)]
            $variant,
        )*}

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The stored word.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }

        impl FromStr for $name {
            type Err = Error;

            fn from_str(text: &str) -> Result<Self> {
                Self::ALL.iter().copied().find(|v| v.as_str() == text).ok_or_else(|| {
                    let known: Vec<_> = Self::ALL.iter().map(|v| v.as_str()).collect();
                    Error::invalid(format!("Expected one of {}.", known.join(", ")))
                })
            }
        }
    };
}

words! {
    /// Whose access a connection is.
    ConnectionKind {
        /// A person's own, delegated: Microsoft.
        User = "user",
        /// One account that acts for everybody: Google.
        SystemUser = "system_user",
        /// The application's own, granted by an administrator of the tenant: Microsoft.
        App = "app",
    }
}

words! {
    /// Why somebody is sent to a provider. Stored with the attempt and fixed when it starts.
    Purpose {
        /// To find out who they are, and nothing more.
        SignIn = "sign_in",
        /// To let the installation work with documents as this person.
        UserConnect = "user_connect",
        /// To let the installation work with documents as the system user.
        SystemUserConnect = "system_user_connect",
        /// To let an administrator of the tenant agree for everybody.
        AdminConsent = "admin_consent",
        /// To give the application folders that are there, chosen at the provider: Google.
        PickFolders = "pick_folders",
    }
}

impl Purpose {
    /// The kind of connection it makes, if any.
    pub fn makes(self) -> Option<ConnectionKind> {
        match self {
            Self::SignIn | Self::PickFolders => None,
            Self::UserConnect => Some(ConnectionKind::User),
            Self::SystemUserConnect => Some(ConnectionKind::SystemUser),
            Self::AdminConsent => Some(ConnectionKind::App),
        }
    }
}

words! {
    /// What an access token is asked for. Each need has scopes of its own at each provider.
    Need {
        /// Reading and writing documents.
        Documents = "documents",
        /// Making places for documents: libraries, columns, folders.
        Provisioning = "provisioning",
        /// Looking up people and groups.
        Directory = "directory",
    }
}

words! {
    /// The state of a connection.
    ConnectionState {
        /// Nothing was connected yet.
        None = "none",
        /// An administrator of the tenant has been asked and has not answered.
        WaitingForAdministrator = "waiting_for_administrator",
        /// It works.
        Active = "active",
        /// It does not work until somebody does something; see [`Attention`].
        NeedsAttention = "needs_attention",
        /// It was taken back.
        Disconnected = "disconnected",
    }
}

words! {
    /// What is the matter with a connection that needs attention.
    Attention {
        /// The grant has expired or was taken back at the provider.
        GrantEnded = "grant_ended",
        /// The provider wants to see the person again: a second factor, a new password, a session policy.
        SignInAgain = "sign_in_again",
        /// The account is disabled, deleted or locked.
        AccountDisabled = "account_disabled",
        /// Rights are missing: consent was not given, taken back, or boxes were unticked.
        ConsentMissing = "consent_missing",
        /// A policy of the customer's organisation blocks it.
        BlockedByPolicy = "blocked_by_policy",
    }
}

/// What a page shows about a connection that needs attention.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Repair {
    /// What is the matter and who can do what about it.
    pub sentence: &'static str,
    /// The button that repairs it.
    pub button: &'static str,
    /// Whether an administrator of the customer's organisation has to act first.
    pub by_administrator: bool,
}

impl Attention {
    /// What to tell the person.
    pub fn repair(self) -> Repair {
        match self {
            Self::GrantEnded => Repair {
                sentence: "The permission has expired or was taken back at the provider. Documents are safe; connect \
                           again to reach them.",
                button: "Connect again",
                by_administrator: false,
            },
            Self::SignInAgain => Repair {
                sentence: "The provider wants to see the account's owner again, for example with a second factor.",
                button: "Sign in at the provider",
                by_administrator: false,
            },
            Self::AccountDisabled => Repair {
                sentence: "The account is disabled or deleted at the provider. An administrator of your organisation \
                           can enable it, or you connect another account.",
                button: "Connect again",
                by_administrator: true,
            },
            Self::ConsentMissing => Repair {
                sentence: "Some of the rights that documents need were not given. Connect again and leave every box \
                           ticked, or ask an administrator of your organisation to agree for everybody.",
                button: "Connect again",
                by_administrator: false,
            },
            Self::BlockedByPolicy => Repair {
                sentence: "A policy of your organisation blocks this. Its administrator can allow the application; \
                           then connect again.",
                button: "Try again",
                by_administrator: true,
            },
        }
    }
}

/// A provider's access token. It cannot be printed.
#[derive(Clone, PartialEq, Eq)]
pub struct AccessToken {
    text: String,
    /// When it ends.
    pub expires: Timestamp,
}

impl AccessToken {
    /// Takes a token.
    pub fn new(text: impl Into<String>, expires: Timestamp) -> Self {
        Self { text: text.into(), expires }
    }

    /// The token itself, for an `Authorization` header and nothing else.
    pub fn reveal(&self) -> &str {
        &self.text
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AccessToken(until {})", self.expires)
    }
}

/// What a resource wants to see in a token before it accepts one: a claims challenge (microsoft.md 1.8). It comes from
/// outside, so it is read strictly and passed on in a form of our own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims(String);

impl Claims {
    /// The longest there is, in bytes of JSON.
    pub const LONGEST: usize = 4096;

    /// Reads a challenge: a JSON object of objects, such as `{"access_token":{"acrs":{…}}}`. Nothing when it is none, or
    /// longer than [`Claims::LONGEST`].
    pub fn read(text: &str) -> Option<Self> {
        if text.len() > Self::LONGEST {
            return None;
        }
        let members: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text).ok()?;
        let sound = !members.is_empty() && members.values().all(serde_json::Value::is_object);
        let plain = serde_json::Value::Object(members).to_string();
        (sound && plain.len() <= Self::LONGEST).then_some(Self(plain))
    }

    /// As JSON.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A token that a resource did not accept before its end (M-07).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRefused {
    /// The token. It is not handed out again.
    pub token: AccessToken,
    /// What the resource wants to see in the next one, when it says.
    pub claims: Option<Claims>,
}

/// Gives access tokens of an installation's connections. The login page's client is one.
#[async_trait]
pub trait TokenSource: fmt::Debug + Send + Sync {
    /// A token of this connection for this need. Asked every time; whoever answers keeps what is still good. `refused` is
    /// the one of before, when a resource has refused it: another one is given, with the claims that are wanted.
    /// # Errors
    /// `NotFound` for a connection that is not the installation's; `Unavailable` when there is none at the moment, with
    /// the sentence for the person and, where it can help, when to try again.
    async fn access_token(
        &self,
        connection: &str,
        need: Need,
        refused: Option<&TokenRefused>,
    ) -> Result<AccessToken>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_read_back_as_what_they_were() {
        for state in ConnectionState::ALL {
            assert_eq!(state.as_str().parse::<ConnectionState>().unwrap(), *state);
        }
        for need in Need::ALL {
            assert_eq!(serde_json::to_string(need).unwrap(), format!("\"{}\"", need.as_str()));
        }
        assert!("Active".parse::<ConnectionState>().unwrap_err().public().contains("needs_attention"));
    }

    #[test]
    fn a_provider_is_a_plain_short_word() {
        assert!("google".parse::<Provider>().unwrap().is_google());
        for text in ["", "Google", "a b", "../x", "ø", &"x".repeat(41)] {
            assert!(text.parse::<Provider>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_challenge_is_an_object_of_objects_and_not_long() {
        let acrs = r#"{ "access_token": { "acrs": { "essential": true, "value": "c1" } } }"#;
        let read = Claims::read(acrs).unwrap();
        assert_eq!(read.as_str(), acrs.replace(' ', ""));
        let long = format!(r#"{{"access_token":{{"x":"{}"}}}}"#, "y".repeat(Claims::LONGEST));
        let deep = format!("{}{}", "{\"a\":".repeat(2000), "}".repeat(2000));
        for wrong in ["", "{}", "[]", "null", r#"{"access_token":"x"}"#, "{\"a\":{}", "<html>", &long, &deep]
        {
            assert_eq!(Claims::read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn every_trouble_has_a_sentence_and_a_button() {
        for attention in Attention::ALL {
            let repair = attention.repair();
            assert!(repair.sentence.ends_with('.') && !repair.button.is_empty(), "{attention:?}");
        }
    }
}
