//! What is asked of a provider for what: sign-in asks for sign-in only.

use domain::connections::{Need, Purpose};

/// Whose words scopes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// Google.
    Google,
    /// Microsoft Entra ID.
    Microsoft,
    /// Any OpenID Connect provider: sign-in only.
    OpenId,
}

const GRAPH: &str = "https://graph.microsoft.com/";

/// The scopes of a need, or none when the provider has nothing for it.
///
/// Google: `drive.file` reaches what the application made or was given, and needs no review by Google.
/// Microsoft: delegated, so the person's own rights are never exceeded.
pub fn of_need(dialect: Dialect, need: Need) -> &'static [&'static str] {
    match (dialect, need) {
        (Dialect::Google, Need::Documents | Need::Provisioning) => {
            &["https://www.googleapis.com/auth/drive.file"]
        }
        (Dialect::Microsoft, Need::Documents) => &[
            "https://graph.microsoft.com/Files.ReadWrite.All",
            "https://graph.microsoft.com/Sites.ReadWrite.All",
        ],
        (Dialect::Microsoft, Need::Provisioning) => &["https://graph.microsoft.com/Sites.Manage.All"],
        (Dialect::Microsoft, Need::Directory) => &["https://graph.microsoft.com/User.Read"],
        (Dialect::Google, Need::Directory) | (Dialect::OpenId, _) => &[],
    }
}

/// The scopes of a trip to a provider.
pub fn of_purpose(dialect: Dialect, purpose: Purpose) -> Vec<&'static str> {
    if purpose == Purpose::PickFolders {
        // Google shows its picker to whoever asks for this and for nothing else.
        return of_need(dialect, Need::Documents).to_vec();
    }
    let mut scopes = vec!["openid", "profile", "email"];
    if matches!(purpose, Purpose::UserConnect | Purpose::SystemUserConnect) {
        if dialect == Dialect::Microsoft {
            scopes.push("offline_access");
        }
        scopes.extend(of_need(dialect, Need::Documents));
    }
    scopes
}

/// The scopes of `asked` that are not among `granted`, in a provider's words. Scopes that only sign-in uses are not
/// looked at: providers spell and drop them as they like.
pub fn missing<'a>(asked: &'a str, granted: &str) -> Vec<&'a str> {
    let plain = |scope: &'a str| scope.strip_prefix(GRAPH).unwrap_or(scope);
    let have: Vec<String> =
        granted.split_whitespace().map(|s| s.strip_prefix(GRAPH).unwrap_or(s).to_lowercase()).collect();
    asked
        .split_whitespace()
        .filter(|s| !matches!(*s, "openid" | "profile" | "email" | "offline_access"))
        .map(plain)
        .filter(|s| !have.contains(&s.to_lowercase()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sign_in_asks_for_sign_in_only() {
        for dialect in [Dialect::Google, Dialect::Microsoft, Dialect::OpenId] {
            assert_eq!(of_purpose(dialect, Purpose::SignIn), ["openid", "profile", "email"]);
            assert_eq!(of_purpose(dialect, Purpose::AdminConsent), ["openid", "profile", "email"]);
        }
        assert!(of_purpose(Dialect::Microsoft, Purpose::UserConnect).contains(&"offline_access"));
        assert!(!of_purpose(Dialect::Google, Purpose::SystemUserConnect).contains(&"offline_access"));
        let picks = of_purpose(Dialect::Google, Purpose::PickFolders);
        assert_eq!(picks, ["https://www.googleapis.com/auth/drive.file"]);
    }

    #[test]
    fn unticked_scopes_are_noticed_whatever_their_prefix() {
        let asked = of_purpose(Dialect::Microsoft, Purpose::UserConnect).join(" ");
        assert_eq!(
            missing(&asked, "files.readwrite.all https://graph.microsoft.com/Sites.ReadWrite.All"),
            [""; 0]
        );
        assert_eq!(missing(&asked, "openid profile Files.ReadWrite.All"), ["Sites.ReadWrite.All"]);
        let asked = of_purpose(Dialect::Google, Purpose::SystemUserConnect).join(" ");
        let granted = "openid https://www.googleapis.com/auth/userinfo.email";
        assert_eq!(missing(&asked, granted), ["https://www.googleapis.com/auth/drive.file"]);
    }
}
