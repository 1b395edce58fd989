//! Access tokens that are good for a while yet, in memory only.

use crate::turns::Turns;
use domain::connections::{AccessToken, Claims, Need, TokenRefused, TokenSource};
use domain::{InstallationId, Result};
use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Whose token it is: an installation's connection.
pub(crate) type Owner = (InstallationId, String);

/// A resource that refuses one token after the other will refuse the next one too: so many are told in so much time, and
/// then the refusal stands. Entra takes many identical requests for a loop (microsoft.md 1.7, 50196).
const MOST_REFUSED: usize = 5;
const REFUSED_WITHIN: SignedDuration = SignedDuration::from_mins(5);

/// The tokens of all connections.
#[derive(Debug)]
pub(crate) struct Tokens {
    /// A token that ends sooner than this is not used any more.
    margin: SignedDuration,
    kept: Mutex<Kept>,
    /// One asks for a connection's token, the others of that connection wait and then have it.
    turns: Turns,
}

#[derive(Debug, Default)]
struct Kept {
    good: HashMap<Owner, AccessToken>,
    /// Tokens that were refused, until the source has been told.
    refused: HashMap<Owner, TokenRefused>,
    /// When tokens were refused.
    refusals: HashMap<Owner, Vec<Timestamp>>,
}

impl Tokens {
    pub fn new(margin: SignedDuration) -> Self {
        Self { margin, kept: Mutex::default(), turns: Turns::default() }
    }

    /// A token that is good for a while yet: the one of before, or a fresh one.
    pub async fn get(&self, of: &Owner, source: &dyn TokenSource, now: Timestamp) -> Result<AccessToken> {
        if let Some(token) = self.known(of, now) {
            return Ok(token);
        }
        let _turn = self.turns.turn(&format!("{:?} {}", of.0, of.1)).await;
        if let Some(token) = self.known(of, now) {
            return Ok(token);
        }
        let refused = self.lock().refused.get(of).cloned();
        let fresh = source.access_token(&of.1, Need::Documents, refused.as_ref()).await?;
        let mut kept = self.lock();
        kept.good.retain(|_, token| token.expires > now);
        kept.refusals.retain(|_, times| times.last().is_some_and(|last| now < *last + REFUSED_WITHIN));
        kept.good.insert(of.clone(), fresh.clone());
        kept.refused.remove(of);
        Ok(fresh)
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn known(&self, of: &Owner, now: Timestamp) -> Option<AccessToken> {
        self.lock().good.get(of).filter(|token| token.expires > now + self.margin).cloned()
    }

    /// A token was refused before its end: it is not used again, and the source hears of it once (M-07). Where somebody has
    /// got another one in the meantime, that is used. Gives whether it makes sense to ask again.
    pub fn refuse(&self, of: &Owner, token: &AccessToken, claims: Option<Claims>, now: Timestamp) -> bool {
        let mut kept = self.lock();
        if kept.good.get(of).is_some_and(|known| known != token) {
            return true;
        }
        let times = kept.refusals.entry(of.clone()).or_default();
        times.retain(|time| now < *time + REFUSED_WITHIN);
        if times.len() >= MOST_REFUSED {
            return false;
        }
        times.push(now);
        kept.good.remove(of);
        kept.refused.insert(of.clone(), TokenRefused { token: token.clone(), claims });
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_trait::async_trait;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};
    use tokio::sync::Semaphore;

    const HOUR: SignedDuration = SignedDuration::from_hours(1);

    /// Answers when it is let, except for those who are served at once.
    #[derive(Debug)]
    struct Slow {
        asked: AtomicU32,
        let_go: Semaphore,
        told: Mutex<Vec<TokenRefused>>,
    }

    #[async_trait]
    impl TokenSource for Slow {
        async fn access_token(
            &self,
            connection: &str,
            _: Need,
            refused: Option<&TokenRefused>,
        ) -> Result<AccessToken> {
            self.told.lock().unwrap().extend(refused.cloned());
            let number = self.asked.fetch_add(1, Ordering::SeqCst);
            if connection == "slow" {
                self.let_go.acquire().await.unwrap().forget();
            }
            Ok(AccessToken::new(format!("{connection}{number}"), Timestamp::UNIX_EPOCH + HOUR))
        }
    }

    fn owner(connection: &str) -> Owner {
        (InstallationId(1), connection.into())
    }

    fn scene() -> (Arc<Tokens>, Arc<Slow>) {
        let source = Slow { asked: AtomicU32::new(0), let_go: Semaphore::new(0), told: Mutex::default() };
        (Arc::new(Tokens::new(SignedDuration::from_mins(5))), Arc::new(source))
    }

    #[tokio::test]
    async fn many_who_wait_for_one_connection_cause_one_request_and_hold_nobody_else_up() {
        let (tokens, source) = scene();
        let waiting: Vec<_> = (0..20)
            .map(|_| {
                let (tokens, source) = (Arc::clone(&tokens), Arc::clone(&source));
                tokio::spawn(async move {
                    tokens.get(&owner("slow"), source.as_ref(), Timestamp::UNIX_EPOCH).await
                })
            })
            .collect();
        while source.asked.load(Ordering::SeqCst) == 0 {
            tokio::task::yield_now().await;
        }
        let other = tokens.get(&owner("quick"), source.as_ref(), Timestamp::UNIX_EPOCH).await.unwrap();
        assert_eq!(other.reveal(), "quick1");
        source.let_go.add_permits(1);
        for one in waiting {
            assert_eq!(one.await.unwrap().unwrap().reveal(), "slow0");
        }
        assert_eq!(source.asked.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn tokens_near_their_end_or_refused_are_asked_anew_and_ended_ones_are_not_kept() {
        let (tokens, source) = scene();
        let start = Timestamp::UNIX_EPOCH;
        let first = tokens.get(&owner("a"), source.as_ref(), start).await.unwrap();
        let near = start + HOUR - SignedDuration::from_mins(4);
        assert_eq!(tokens.get(&owner("a"), source.as_ref(), near).await.unwrap().reveal(), "a1");
        assert!(tokens.refuse(&owner("a"), &first, None, start), "another one is there already");
        assert_eq!(tokens.get(&owner("a"), source.as_ref(), start).await.unwrap().reveal(), "a1");
        let second = tokens.get(&owner("a"), source.as_ref(), start).await.unwrap();
        let claims = Claims::read(r#"{"access_token":{"acrs":{"value":"c1"}}}"#);
        assert!(tokens.refuse(&owner("a"), &second, claims.clone(), start));
        assert_eq!(source.told.lock().unwrap().len(), 0);
        assert_eq!(tokens.get(&owner("a"), source.as_ref(), start).await.unwrap().reveal(), "a2");
        let told = TokenRefused { token: second, claims };
        assert_eq!(*source.told.lock().unwrap(), std::slice::from_ref(&told));
        tokens.get(&owner("b"), source.as_ref(), start + HOUR).await.unwrap();
        assert_eq!(tokens.lock().good.len(), 1);
        tokens.get(&owner("a"), source.as_ref(), start + HOUR).await.unwrap();
        assert_eq!(*source.told.lock().unwrap(), [told], "the source hears of it once");
    }

    #[tokio::test]
    async fn a_resource_that_refuses_every_token_is_not_given_new_ones_for_ever() {
        let (tokens, source) = scene();
        let start = Timestamp::UNIX_EPOCH;
        for tried in 0..=MOST_REFUSED {
            let token = tokens.get(&owner("a"), source.as_ref(), start).await.unwrap();
            assert_eq!(tokens.refuse(&owner("a"), &token, None, start), tried < MOST_REFUSED, "{tried}");
        }
        let asked = source.asked.load(Ordering::SeqCst);
        let token = tokens.get(&owner("a"), source.as_ref(), start).await.unwrap();
        assert_eq!(source.asked.load(Ordering::SeqCst), asked, "the one that is there stands");
        assert!(
            tokens.refuse(&owner("a"), &token, None, start + REFUSED_WITHIN),
            "and later it is tried again"
        );
    }
}
