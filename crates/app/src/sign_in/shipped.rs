//! The authentication plugin that ships: it verifies the login page's statement in full and decides by one pure function.

use async_trait::async_trait;
use broker_client::BrokerClient;
use domain::connections::Purpose;
use domain::identity::{
    AuthenticationPlugin, AuthenticationPluginInfo, Decision, Directory, Evidence, Found, Opinion,
    Resolution, Rules, Token, TokenKind, Verdict, decide,
};
use domain::records::Admission;
use domain::{AssociateId, Result};

/// The shipped plugin.
#[derive(Debug)]
pub struct LoginPagePlugin {
    client: BrokerClient,
}

impl LoginPagePlugin {
    /// A plugin for statements of this login page.
    pub fn new(client: BrokerClient) -> Self {
        Self { client }
    }

    fn statement(evidence: &Evidence) -> Vec<&Token> {
        evidence.tokens.iter().filter(|t| t.kind == TokenKind::LoginPage).collect()
    }
}

#[async_trait]
impl AuthenticationPlugin for LoginPagePlugin {
    fn info(&self) -> AuthenticationPluginInfo {
        AuthenticationPluginInfo { name: "login page".into(), rank: 100 }
    }

    async fn examine(&self, evidence: &Evidence) -> Result<Verdict> {
        // Two statements at once: nobody can say which is meant.
        Ok(match Self::statement(evidence).len() {
            0 | 1 => Verdict::NoObjection,
            _ => Verdict::Rejected("token.twice".into()),
        })
    }

    async fn resolve(&self, evidence: &Evidence, directory: &dyn Directory) -> Result<Option<Resolution>> {
        let Some(token) = Self::statement(evidence).first().copied() else { return Ok(None) };
        let verified =
            self.client.verify(&token.text, &evidence.installation, &evidence.nonce, evidence.now).await?;
        let statement = match verified {
            Ok(statement) if statement.purpose == Purpose::SignIn => statement,
            Ok(_) => return Ok(Some(Resolution::Refused("token.wrong.purpose".into(), None))),
            Err(fault) => return Ok(Some(Resolution::Refused(fault.code(), None))),
        };
        let identity = statement.identity;
        let found: Found = directory.find(&identity, evidence.invitation.as_deref()).await?;
        // Somebody who is bound needs no rules, and gets in when the login page cannot be asked for them.
        let rules = if found.bound.is_some() { Rules::default() } else { directory.rules().await? };
        Ok(Some(match decide(&identity, &found, &rules) {
            Decision::SignIn(id) => Resolution::Associate(id, Some(identity)),
            Decision::Bind(id, how) => Resolution::Bind(id, identity, how),
            Decision::Ask(id, refusal) => Resolution::Ask(id, identity, refusal),
            Decision::Refuse(refusal) => Resolution::Refused(refusal.code().into(), Some(identity)),
        }))
    }

    async fn confirm(
        &self,
        evidence: &Evidence,
        who: AssociateId,
        directory: &dyn Directory,
    ) -> Result<Opinion> {
        if Self::statement(evidence).is_empty() {
            return Ok(Opinion::Silent);
        }
        Ok(match directory.associate(who).await? {
            Some(found) if found.who.admission == Admission::Admitted => Opinion::Valid,
            _ => Opinion::Rejected("identity.not_admitted".into()),
        })
    }
}
