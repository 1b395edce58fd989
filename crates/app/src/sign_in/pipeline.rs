//! The three rounds over the authentication plugins.

use domain::identity::{AuthenticationPlugin, Directory, Evidence, Identity, Opinion, Resolution, Verdict};
use domain::{AssociateId, Result};
use std::sync::Arc;

/// What the rounds come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Somebody may come in.
    Admitted(AssociateId, Admittance),
    /// Nobody may; a reason code, who it was when that is known, and whom they may be.
    Turned(String, Option<Identity>, Option<AssociateId>),
}

/// How somebody was matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Admittance {
    /// As somebody known.
    Known(Option<Identity>),
    /// For the first time: the key is to be bound.
    First(Identity, domain::identity::How),
}

/// Runs the rounds. Whatever is silent or doubtful is refused.
pub(super) async fn authenticate(
    plugins: &[Arc<dyn AuthenticationPlugin>],
    evidence: &Evidence,
    directory: &dyn Directory,
) -> Result<Outcome> {
    for plugin in plugins {
        if let Verdict::Rejected(why) = plugin.examine(evidence).await? {
            return Ok(Outcome::Turned(why, None, None));
        }
    }
    let mut turned = Outcome::Turned("identity.unknown".to_owned(), None, None);
    for plugin in plugins {
        let (associate, how) = match plugin.resolve(evidence, directory).await? {
            None => continue,
            Some(Resolution::Refused(why, identity)) => {
                turned = Outcome::Turned(why, identity, None);
                continue;
            }
            Some(Resolution::Ask(associate, identity, refusal)) => {
                turned = Outcome::Turned(refusal.code().to_owned(), Some(identity), Some(associate));
                continue;
            }
            Some(Resolution::Associate(associate, identity)) => (associate, Admittance::Known(identity)),
            Some(Resolution::Bind(associate, identity, by)) => (associate, Admittance::First(identity, by)),
        };
        match confirmed(plugins, evidence, associate, directory).await? {
            None => return Ok(Outcome::Admitted(associate, how)),
            Some(why) => {
                let (Admittance::Known(Some(identity)) | Admittance::First(identity, _)) = how else {
                    turned = Outcome::Turned(why, None, None);
                    continue;
                };
                turned = Outcome::Turned(why, Some(identity), None);
            }
        }
    }
    Ok(turned)
}

/// Why a match is not confirmed, if it is not: somebody rejects it, or nobody says that it is right.
async fn confirmed(
    plugins: &[Arc<dyn AuthenticationPlugin>],
    evidence: &Evidence,
    associate: AssociateId,
    directory: &dyn Directory,
) -> Result<Option<String>> {
    let mut valid = false;
    for plugin in plugins {
        match plugin.confirm(evidence, associate, directory).await? {
            Opinion::Valid => valid = true,
            Opinion::Silent => {}
            Opinion::Rejected(why) => return Ok(Some(why)),
        }
    }
    Ok((!valid).then(|| "identity.unconfirmed".to_owned()))
}

#[cfg(test)]
mod tests;
