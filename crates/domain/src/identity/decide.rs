//! The one decision: which associate somebody is, if any.

use super::{Address, AddressTrust, Identity, Registration, skeleton};
use crate::AssociateId;
use crate::connections::Provider;
use crate::records::Admission;

/// What the installation's database says about an identity.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// The associate this very key is bound to.
    pub bound: Option<Admissible>,
    /// Associates whose address equals the identity's when folded, or looks the same.
    pub by_address: Vec<Bound>,
    /// The invitation the person came with.
    pub invitation: Option<Invited>,
}

/// An associate, and whether they may sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Admissible {
    /// Who.
    pub associate: AssociateId,
    /// Whether they may.
    pub admission: Admission,
}

/// An associate found by address, with where they sign in already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// Who.
    pub who: Admissible,
    /// Their address.
    pub address: String,
    /// Providers and realms of the identities bound to them.
    pub identities: Vec<(Provider, String)>,
}

/// An invitation that was sent to one address for one associate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invited {
    /// For whom.
    pub who: Admissible,
    /// To which address.
    pub address: String,
}

/// What the installation has decided.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules {
    /// Its domains.
    pub domains: Vec<Registration>,
    /// Whether the first sign-in may be matched by address. Off: only invited and bound people come in.
    pub match_by_address: bool,
}

/// What happens to somebody who has proved who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// The key is bound: they are this associate.
    SignIn(AssociateId),
    /// A first sign-in: the key is bound to this associate for good, and they are in.
    Bind(AssociateId, How),
    /// It may well be this associate, and an administrator has to say so first.
    Ask(AssociateId, Refusal),
    /// Nobody here, or nobody who may come in.
    Refuse(Refusal),
}

/// Why a key was bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// The provider vouches for the address, in a domain of the installation.
    Address,
    /// The address was invited.
    Invitation,
}

/// Why somebody was not let in. The person reads one polite page for all of them; the log has the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// No associate has this key or address.
    Unknown,
    /// The provider gave no address, and the key is not bound.
    NoAddress,
    /// The address is not one the provider vouches for.
    UntrustedAddress,
    /// The address is in no domain that is registered for this provider.
    ForeignDomain,
    /// The address is in a registered domain, but the account is in another tenant or Workspace.
    ForeignTenant,
    /// More than one associate has the address.
    Ambiguous,
    /// The address only looks like an associate's.
    LookAlike,
    /// The associate has left.
    Retired,
    /// The associate has no user plan.
    NoPlan,
    /// The address is known, and bound to another account of the same provider: perhaps made anew.
    ChangedSubject,
    /// The address is known, and its associate signs in at another provider.
    OtherProvider,
    /// First sign-ins by address are switched off.
    MatchingOff,
    /// The invitation was sent to another address.
    OtherInvitation,
}

impl Refusal {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::Unknown,
        Self::NoAddress,
        Self::UntrustedAddress,
        Self::ForeignDomain,
        Self::ForeignTenant,
        Self::Ambiguous,
        Self::LookAlike,
        Self::Retired,
        Self::NoPlan,
        Self::ChangedSubject,
        Self::OtherProvider,
        Self::MatchingOff,
        Self::OtherInvitation,
    ];

    /// The reason code in logs and audit records.
    pub fn code(self) -> &'static str {
        match self {
            Self::Unknown => "identity.unknown",
            Self::NoAddress => "identity.no_address",
            Self::UntrustedAddress => "identity.untrusted_email",
            Self::ForeignDomain => "identity.foreign_domain",
            Self::ForeignTenant => "identity.foreign_tenant",
            Self::Ambiguous => "identity.ambiguous",
            Self::LookAlike => "identity.look_alike",
            Self::Retired => "identity.retired",
            Self::NoPlan => "identity.no_plan",
            Self::ChangedSubject => "identity.changed_subject",
            Self::OtherProvider => "identity.other_provider",
            Self::MatchingOff => "identity.matching_off",
            Self::OtherInvitation => "identity.other_invitation",
        }
    }

    /// Whether an administrator of the installation should hear of it: something only they can put right.
    pub fn needs_administrator(self) -> bool {
        !matches!(self, Self::Unknown | Self::Retired | Self::NoPlan)
    }

    /// What the administrator's task says.
    pub fn task(self) -> &'static str {
        match self {
            Self::Unknown => "Somebody signed in whom nobody here knows.",
            Self::NoAddress => "The provider gave no address for the account, so nobody could be matched.",
            Self::UntrustedAddress => {
                "The address is an associate's, but the provider does not vouch for it. Do not let them in unless you \
                 know the account by other means."
            }
            Self::ForeignDomain => "The address is in a domain that is not registered here.",
            Self::ForeignTenant => {
                "The address is in your domain, but the account belongs to another organisation. This can be an attack."
            }
            Self::Ambiguous => "Several associates have this address. Give each an address of their own.",
            Self::LookAlike => {
                "The address looks like an associate's and is spelled differently. This can be an attack."
            }
            Self::Retired => "Somebody who has left tried to sign in.",
            Self::NoPlan => "Somebody without a user plan tried to sign in.",
            Self::ChangedSubject => {
                "The address is an associate's, but the account is another one than before. If the account was made \
                 anew for the same person, bind it; if not, this is an attack."
            }
            Self::OtherProvider => {
                "The associate signs in at another provider. Bind this account too if they asked for it."
            }
            Self::MatchingOff => {
                "First sign-ins by address are switched off. Bind the account if you know it."
            }
            Self::OtherInvitation => {
                "An invitation was used by an account with another address than the invited one."
            }
        }
    }
}

/// Decides. Pure: everything it needs is given.
///
/// A bound key is enough, whatever the address is today. An unbound one is matched once, by an address the provider
/// vouches for, in a domain registered for that provider and, at Microsoft, in the connected tenant; or by an invitation
/// to that very address. Anything doubtful is refused.
pub fn decide(identity: &Identity, found: &Found, rules: &Rules) -> Decision {
    if let Some(who) = found.bound {
        return match barred(who) {
            Some(refusal) => Decision::Refuse(refusal),
            None => Decision::SignIn(who.associate),
        };
    }
    let Some(address) = identity.address.as_deref().and_then(Address::parse) else {
        return Decision::Refuse(Refusal::NoAddress);
    };
    if let Some(invited) = &found.invitation {
        return by_invitation(identity, &address, invited);
    }
    by_address(identity, &address, found, rules)
}

fn by_invitation(identity: &Identity, address: &Address, invited: &Invited) -> Decision {
    if Address::parse(&invited.address).as_ref() != Some(address) {
        return Decision::Refuse(Refusal::OtherInvitation);
    }
    if identity.trust != AddressTrust::Vouched {
        return Decision::Refuse(Refusal::UntrustedAddress);
    }
    match barred(invited.who) {
        Some(refusal) => Decision::Refuse(refusal),
        None => Decision::Bind(invited.who.associate, How::Invitation),
    }
}

fn by_address(identity: &Identity, address: &Address, found: &Found, rules: &Rules) -> Decision {
    let equal: Vec<&Bound> =
        found.by_address.iter().filter(|b| Address::parse(&b.address).as_ref() == Some(address)).collect();
    let alike = skeleton(&address.whole());
    let look_alike = found
        .by_address
        .iter()
        .any(|b| Address::parse(&b.address).as_ref() != Some(address) && skeleton(&b.address) == alike);
    let one = match equal.as_slice() {
        [] if look_alike => return Decision::Refuse(Refusal::LookAlike),
        [] => return Decision::Refuse(Refusal::Unknown),
        [one] => *one,
        _ => return Decision::Refuse(Refusal::Ambiguous),
    };
    if look_alike {
        return Decision::Refuse(Refusal::Ambiguous);
    }
    if let Some(refusal) = foreign(identity, address, rules) {
        return Decision::Refuse(refusal);
    }
    if let Some(refusal) = barred(one.who) {
        return Decision::Refuse(refusal);
    }
    let id = one.who.associate;
    if one.identities.iter().any(|(provider, _)| *provider == identity.key.provider) {
        return Decision::Ask(id, Refusal::ChangedSubject);
    }
    if !one.identities.is_empty() {
        return Decision::Ask(id, Refusal::OtherProvider);
    }
    if !rules.match_by_address {
        return Decision::Ask(id, Refusal::MatchingOff);
    }
    Decision::Bind(id, How::Address)
}

/// Why an address is not believed here, if it is not.
fn foreign(identity: &Identity, address: &Address, rules: &Rules) -> Option<Refusal> {
    let here: Vec<&Registration> = rules
        .domains
        .iter()
        .filter(|r| r.provider == identity.key.provider && r.covers(&address.domain))
        .collect();
    if here.is_empty() {
        return Some(Refusal::ForeignDomain);
    }
    if identity.key.provider.is_microsoft()
        && !here.iter().any(|r| r.tenant.as_deref() == Some(identity.key.realm.as_str()))
    {
        return Some(Refusal::ForeignTenant);
    }
    if identity.key.provider.is_google() {
        let workspace = identity.workspace.as_deref().map(super::fold_address);
        let ours = |w: &String| rules.domains.iter().any(|r| r.provider.is_google() && r.covers(w));
        if !workspace.as_ref().is_some_and(ours) {
            return Some(Refusal::ForeignTenant);
        }
    }
    (identity.trust != AddressTrust::Vouched).then_some(Refusal::UntrustedAddress)
}

fn barred(who: Admissible) -> Option<Refusal> {
    match who.admission {
        Admission::Admitted => None,
        Admission::Retired => Some(Refusal::Retired),
        Admission::NoPlan => Some(Refusal::NoPlan),
    }
}

#[cfg(test)]
mod tests;
