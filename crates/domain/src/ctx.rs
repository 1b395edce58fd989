//! The one parameter that carries who is asking, when, and under which number.

use crate::records::Associate;
use crate::{AssociateId, Error, GroupId, InstallationId, OperationId, Result};
use jiff::Timestamp;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use uuid::Uuid;

/// Who is asking.
#[derive(Debug, Clone)]
pub enum Actor {
    /// A person who has signed in, as read at the start of this request.
    Associate(Arc<Associate>),
    /// The product itself: reconciliation, import from the command line, sample data.
    System,
}

/// Everything a use case needs to know about the request it serves: plain values, so one request sees one
/// time and a failing run can be repeated from its seed.
#[derive(Debug, Clone)]
pub struct Ctx {
    /// The installation every query of this request names.
    pub installation: InstallationId,
    /// Who is asking.
    pub actor: Actor,
    /// The instant the request began.
    pub now: Timestamp,
    /// Correlates log lines, audit records and the error page.
    pub request: Uuid,
    /// 64 random bits to make operation ids from; see [`Ctx::new_operation`].
    seed: u64,
    /// The instant operation ids carry.
    counted_from: Timestamp,
    made: Arc<AtomicU64>,
}

impl Ctx {
    /// A context for one request. `seed` is random in production and fixed in tests.
    pub fn new(installation: InstallationId, actor: Actor, now: Timestamp, request: Uuid, seed: u64) -> Self {
        Self { installation, actor, now, request, seed, counted_from: now, made: Arc::new(AtomicU64::new(0)) }
    }

    /// The same context for one piece of a longer work: its operation ids follow from an instant and a seed that
    /// stay what they are, so that a piece done again has the ids it had before.
    pub fn for_piece(&self, counted_from: Timestamp, seed: u64) -> Self {
        Self { seed, counted_from, made: Arc::new(AtomicU64::new(0)), ..self.clone() }
    }

    /// The associate who is asking.
    ///
    /// # Errors
    /// `Forbidden` when the product itself is asking; a few actions need a person.
    pub fn associate(&self) -> Result<&Associate> {
        match &self.actor {
            Actor::Associate(a) => Ok(a),
            Actor::System => Err(Error::forbidden("This can only be done by a person who has signed in.")),
        }
    }

    /// The id of the associate who is asking, if it is a person.
    pub fn associate_id(&self) -> Option<AssociateId> {
        match &self.actor {
            Actor::Associate(a) => Some(a.id),
            Actor::System => None,
        }
    }

    /// The groups of the associate who is asking: the primary one and the others.
    pub fn groups(&self) -> Vec<GroupId> {
        match &self.actor {
            Actor::Associate(a) => a.groups().collect(),
            Actor::System => Vec::new(),
        }
    }

    /// Refuses everybody but administrators and the product itself.
    pub fn require_administrator(&self) -> Result<()> {
        match &self.actor {
            Actor::System => Ok(()),
            Actor::Associate(a) if a.administrator => Ok(()),
            Actor::Associate(_) => Err(Error::forbidden(
                "Only an administrator can do this. Ask an administrator of your installation.",
            )),
        }
    }

    /// A fresh operation id: version 7 layout (RFC 9562 section 5.7) from this context's instant and seed.
    pub fn new_operation(&self) -> OperationId {
        self.operation(self.made.fetch_add(1, Ordering::Relaxed))
    }

    /// The id that [`Ctx::new_operation`] of this context, or of a clone, gives next.
    pub fn next_operation(&self) -> OperationId {
        self.operation(self.made.load(Ordering::Relaxed))
    }

    fn operation(&self, n: u64) -> OperationId {
        let millis = self.counted_from.as_millisecond().unsigned_abs() & 0xFFFF_FFFF_FFFF;
        let high = (millis << 16) | 0x7000 | (n & 0x0FFF);
        let low = splitmix(self.seed ^ splitmix(n)) & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000;
        OperationId(Uuid::from_u64_pair(high, low))
    }
}

/// The finaliser of `SplitMix64` (Steele, Lea, Flood 2014): spreads a counter over 64 bits.
fn splitmix(x: u64) -> u64 {
    let mut z = x.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn operation_ids_of_one_request_differ_and_are_version_7() {
        let ctx = Ctx::new(InstallationId(1), Actor::System, Timestamp::UNIX_EPOCH, Uuid::nil(), 42);
        let ids: HashSet<_> = (0..5000).map(|_| ctx.new_operation()).collect();
        assert_eq!(ids.len(), 5000);
        assert!(ids.iter().all(|o| o.0.get_version_num() == 7));
    }

    #[test]
    fn the_next_operation_is_known_before_it_is_made() {
        let ctx = Ctx::new(InstallationId(1), Actor::System, Timestamp::UNIX_EPOCH, Uuid::nil(), 42);
        ctx.new_operation();
        let next = ctx.next_operation();
        assert_eq!(ctx.clone().new_operation(), next);
        assert_ne!(ctx.next_operation(), next);
    }

    #[test]
    fn a_piece_done_again_has_the_operation_it_had_before_and_another_piece_has_not() {
        let at = |second| {
            let now = Timestamp::from_second(second).unwrap();
            Ctx::new(InstallationId(1), Actor::System, now, Uuid::nil(), 42)
        };
        let begun = Timestamp::from_second(7).unwrap();
        let first = at(10).for_piece(begun, 1).new_operation();
        assert_eq!(at(99).for_piece(begun, 1).next_operation(), first);
        assert_ne!(at(99).for_piece(begun, 2).next_operation(), first);
    }

    #[test]
    fn a_clone_of_a_context_does_not_repeat_its_operations() {
        let ctx = Ctx::new(InstallationId(1), Actor::System, Timestamp::UNIX_EPOCH, Uuid::nil(), 42);
        let other = ctx.clone();
        assert_ne!(ctx.new_operation(), other.new_operation());
    }
}
