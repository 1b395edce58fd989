//! Renewing a grant: who may ask the provider, and what their answer changes.
//!
//! Many ask for a token at once, on several nodes; any of them may be killed at any step, and the provider may be slow
//! or silent. One lease at a time, each with a higher fence; what an old fence brings home is used for its own caller
//! and changes nothing. A grant is given up only by the holder of the newest fence, and only about the very token that
//! is still stored. The functions here are the only ones that decide; `vault::renew` runs them inside transactions, and
//! the model test runs them through every interleaving.

use domain::connections::{Attention, ConnectionState};
use jiff::{SignedDuration, Timestamp};

/// How long one node may take to ask the provider: longer than the outbound client waits.
pub const LEASE: SignedDuration = SignedDuration::from_secs(60);
/// How long nobody asks again after the provider did not answer well, when it names no time.
pub const PAUSE: SignedDuration = SignedDuration::from_secs(60);
/// How long nobody asks again after the provider wanted to see the person.
pub const PAUSE_INTERACTION: SignedDuration = SignedDuration::from_secs(120);
/// The longest a provider's `Retry-After` is believed.
pub const LONGEST_PAUSE: SignedDuration = SignedDuration::from_secs(3600);
/// A token this close to its end is treated as expired.
pub const MARGIN: SignedDuration = SignedDuration::from_secs(300);

/// What is stored about a grant and its renewal.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Standing {
    /// The connection's state.
    pub state: ConnectionState,
    /// What is the matter, in the state *needs attention*.
    pub attention: Option<Attention>,
    /// Counts the refresh tokens that have been stored.
    pub generation: i64,
    /// Counts the leases that have been given.
    pub fence: i64,
    /// Somebody is asking the provider until then.
    pub lease_until: Option<Timestamp>,
    /// Nobody asks the provider before then.
    pub cooling_until: Option<Timestamp>,
}

/// What somebody who wants a token finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// A stored token is good.
    Fresh,
    /// The grant does not work until somebody repairs it.
    Broken(Option<Attention>),
    /// It was taken back, or never given.
    Absent,
    /// The provider was asked just now and did not answer well; ask again after this instant.
    Cooling(Timestamp),
    /// Somebody else is asking; look again, at the latest after this instant.
    Busy(Timestamp),
    /// Take the lease and ask.
    Free,
}

/// Looks. `good_until` is the end of the stored access token for this need, if there is one.
pub fn look(standing: &Standing, good_until: Option<Timestamp>, now: Timestamp) -> Look {
    match standing.state {
        ConnectionState::Active => {}
        ConnectionState::NeedsAttention => return Look::Broken(standing.attention),
        ConnectionState::None | ConnectionState::WaitingForAdministrator | ConnectionState::Disconnected => {
            return Look::Absent;
        }
    }
    if good_until.is_some_and(|until| now + MARGIN < until) {
        return Look::Fresh;
    }
    if let Some(until) = standing.cooling_until.filter(|until| now < *until) {
        return Look::Cooling(until);
    }
    match standing.lease_until.filter(|until| now < *until) {
        Some(until) => Look::Busy(until),
        None => Look::Free,
    }
}

/// Takes the lease. Gives its fence, or `None` when there is nothing to take.
pub fn take(standing: &mut Standing, good_until: Option<Timestamp>, now: Timestamp) -> Option<i64> {
    if look(standing, good_until, now) != Look::Free {
        return None;
    }
    standing.fence += 1;
    standing.lease_until = Some(now + LEASE);
    Some(standing.fence)
}

/// What the provider answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// A new access token; with a new refresh token or without.
    Renewed {
        /// Whether a refresh token came along. Without one the stored one stays.
        replaced: bool,
    },
    /// The grant does not work any more.
    Broken(Attention),
    /// The provider wants to see the person; the grant itself may be sound.
    Interaction(Attention),
    /// It did not work this time; nothing is known to be wrong with the grant.
    Passing {
        /// How long the provider asks to be left alone.
        pause: Option<SignedDuration>,
    },
}

/// What an answer changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// Store the new tokens.
    Store,
    /// The grant has just been marked; tell somebody, once.
    Marked(Attention),
    /// Nobody asks again for a while.
    Paused(Timestamp),
    /// Somebody newer is in charge; nothing changes.
    Superseded,
}

/// Settles what came back under a fence. `generation` is that of the refresh token that was used.
pub fn settle(
    standing: &mut Standing,
    fence: i64,
    generation: i64,
    outcome: Outcome,
    now: Timestamp,
) -> Settled {
    // A reconnection in the meantime began a new generation, a newer lease a new fence.
    if standing.fence != fence
        || standing.generation != generation
        || standing.state != ConnectionState::Active
    {
        return Settled::Superseded;
    }
    standing.lease_until = None;
    match outcome {
        Outcome::Renewed { replaced } => {
            standing.cooling_until = None;
            standing.generation += i64::from(replaced);
            Settled::Store
        }
        Outcome::Broken(attention) => mark(standing, attention, None),
        Outcome::Interaction(attention) => mark(standing, attention, Some(now + PAUSE_INTERACTION)),
        Outcome::Passing { pause } => {
            let until = now + pause.unwrap_or(PAUSE).clamp(SignedDuration::from_secs(1), LONGEST_PAUSE);
            standing.cooling_until = Some(until);
            Settled::Paused(until)
        }
    }
}

fn mark(standing: &mut Standing, attention: Attention, cooling_until: Option<Timestamp>) -> Settled {
    standing.state = ConnectionState::NeedsAttention;
    standing.attention = Some(attention);
    standing.cooling_until = cooling_until;
    Settled::Marked(attention)
}

/// A grant has been given anew: everything that was under way about the old one is void.
pub fn reconnect(standing: &mut Standing) {
    standing.state = ConnectionState::Active;
    standing.attention = None;
    standing.generation += 1;
    standing.fence += 1;
    standing.lease_until = None;
    standing.cooling_until = None;
}

#[cfg(test)]
mod model;
#[cfg(test)]
mod tests;
