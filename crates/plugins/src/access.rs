//! Access tokens that are good for a while yet, in memory only.

use crate::turns::Turns;
use domain::connections::{AccessToken, Need, TokenSource};
use domain::{InstallationId, Result};
use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Whose token it is: an installation's connection.
pub(crate) type Owner = (InstallationId, String);

/// The tokens of all connections.
#[derive(Debug)]
pub(crate) struct Tokens {
    /// A token that ends sooner than this is not used any more.
    margin: SignedDuration,
    kept: Mutex<HashMap<Owner, AccessToken>>,
    /// One asks for a connection's token, the others of that connection wait and then have it.
    turns: Turns,
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
        let fresh = source.access_token(&of.1, Need::Documents).await?;
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|_, token| token.expires > now);
        kept.insert(of.clone(), fresh.clone());
        Ok(fresh)
    }

    fn known(&self, of: &Owner, now: Timestamp) -> Option<AccessToken> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(of).filter(|token| token.expires > now + self.margin).cloned()
    }

    /// A token that was refused is not used again, unless somebody has got another in the meantime (M-07).
    pub fn forget(&self, of: &Owner, refused: Option<&AccessToken>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.get(of) == refused {
            kept.remove(of);
        }
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
    }

    #[async_trait]
    impl TokenSource for Slow {
        async fn access_token(&self, connection: &str, _: Need) -> Result<AccessToken> {
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
        let source = Slow { asked: AtomicU32::new(0), let_go: Semaphore::new(0) };
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
        tokens.forget(&owner("a"), Some(&first));
        assert_eq!(tokens.get(&owner("a"), source.as_ref(), start).await.unwrap().reveal(), "a1");
        let second = tokens.get(&owner("a"), source.as_ref(), start).await.unwrap();
        tokens.forget(&owner("a"), Some(&second));
        assert_eq!(tokens.get(&owner("a"), source.as_ref(), start).await.unwrap().reveal(), "a2");
        tokens.get(&owner("b"), source.as_ref(), start + HOUR).await.unwrap();
        assert_eq!(tokens.kept.lock().unwrap().len(), 1);
    }
}
