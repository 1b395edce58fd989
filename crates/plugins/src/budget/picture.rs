//! How a budget stands, for pages.

use super::{BreakerState, Budget, Urgency};
use domain::plugin::Meter;
use std::time::Duration;

/// How one account stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountPicture {
    /// The account.
    pub account: String,
    /// Units that can be spent at once.
    pub units: u64,
    /// How much of the usual flow is used, in hundredths; less than 100 after refusals.
    pub flow: u32,
    /// How long nothing is sent, after a refusal.
    pub pause: Duration,
}

/// How the budget stands, for a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// The breaker.
    pub breaker: BreakerState,
    /// Units of the project that can be spent at once.
    pub units: u64,
    /// Requests that wait for their turn: with a person waiting, and in the background.
    pub waiting: (usize, usize),
    /// Every account that was used since the start.
    pub accounts: Vec<AccountPicture>,
    /// Units spent since the start.
    pub spent: u64,
    /// Refusals for asking too often since the start.
    pub refusals: u64,
}

impl Budget {
    /// How it stands.
    pub fn picture(&self) -> Picture {
        let now = self.pace.now();
        let mut state = self.lock();
        state.fill(now);
        let accounts = state.accounts.iter().map(|(name, account)| {
            let (units, flow) = account.bucket.picture();
            AccountPicture {
                account: name.to_string(),
                units,
                flow,
                pause: account.silent_until.saturating_sub(now),
            }
        });
        let people = state.waiting.values().filter(|w| w.urgency == Urgency::Interactive).count();
        Picture {
            breaker: state.breaker.state(now),
            units: state.project.picture().0,
            waiting: (people, state.waiting.len() - people),
            accounts: accounts.collect(),
            spent: state.spent,
            refusals: state.refusals,
        }
    }

    /// How it stands for one account; nothing is told of the others.
    pub fn meter(&self, account: &str) -> Meter {
        let Picture { breaker, waiting: (people, background), accounts, spent, refusals, .. } =
            self.picture();
        let ours = accounts.into_iter().find(|known| known.account == account);
        let (today, today_most) = self
            .lock()
            .accounts
            .get(account)
            .map_or((0, None), |known| (known.day.spent(), known.most_a_day));
        let fresh = AccountPicture {
            account: String::new(),
            units: self.allowance.account,
            flow: 100,
            pause: Duration::ZERO,
        };
        let AccountPicture { units, flow, pause, .. } = ours.unwrap_or(fresh);
        let (resting, trying) = match breaker {
            BreakerState::Closed => (None, false),
            BreakerState::Open(left) => (Some(left), false),
            BreakerState::Trying => (None, true),
        };
        Meter {
            resting,
            trying,
            pause,
            units,
            flow,
            people_waiting: people,
            background_waiting: background,
            spent,
            refusals,
            today,
            today_most,
        }
    }
}
