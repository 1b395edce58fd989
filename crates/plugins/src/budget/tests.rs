use super::*;
use async_trait::async_trait;
use std::sync::Mutex as StdMutex;

/// Time that passes as soon as everybody sleeps: to whoever wakes first.
#[derive(Debug, Default)]
struct Simulated {
    state: StdMutex<Clock>,
}

#[derive(Debug, Default)]
struct Clock {
    now: Duration,
    sleepers: std::collections::BTreeSet<(Duration, u64)>,
    numbers: u64,
}

/// One who sleeps, and wakes when nobody waits for it any more.
struct Sleeper<'s>(&'s Simulated, (Duration, u64));

impl Drop for Sleeper<'_> {
    fn drop(&mut self) {
        self.0.state.lock().unwrap().sleepers.remove(&self.1);
    }
}

#[async_trait]
impl Pace for Simulated {
    fn now(&self) -> Duration {
        self.state.lock().unwrap().now
    }

    async fn sleep(&self, time: Duration) {
        let sleeper = {
            let mut clock = self.state.lock().unwrap();
            clock.numbers += 1;
            let key = (clock.now + time, clock.numbers);
            clock.sleepers.insert(key);
            Sleeper(self, key)
        };
        loop {
            for _ in 0..100 {
                tokio::task::yield_now().await;
            }
            let mut clock = self.state.lock().unwrap();
            if clock.sleepers.first() == Some(&sleeper.1) {
                clock.now = clock.now.max(sleeper.1.0);
            }
            if clock.now >= sleeper.1.0 {
                return;
            }
        }
    }

    fn chance(&self, _: u64) -> u64 {
        0
    }
}

type Trial = (Arc<Budget>, Arc<Simulated>);

fn budget(project: u64, account: u64) -> Trial {
    let pace = Arc::new(Simulated::default());
    let budget = Budget::new(Allowance { project, account }, Arc::clone(&pace) as Arc<dyn Pace>);
    (Arc::new(budget), pace)
}

fn who(account: &str, installation: i64, urgency: Urgency) -> Spender {
    Spender { account: account.into(), installation: InstallationId(installation), urgency }
}

type Order = Arc<StdMutex<Vec<i64>>>;

async fn all(budget: &Arc<Budget>, spenders: Vec<Spender>, units: u64) -> Vec<i64> {
    let order: Order = Arc::default();
    let tasks: Vec<_> = spenders
        .into_iter()
        .map(|spender| {
            let (budget, order) = (Arc::clone(budget), Arc::clone(&order));
            tokio::spawn(async move {
                budget.spend(&spender, units).await.unwrap();
                order.lock().unwrap().push(spender.installation.0);
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    order.lock().unwrap().clone()
}

#[tokio::test]
async fn installations_take_turns_however_much_one_of_them_asks() {
    let (budget, _) = budget(1_000_000, 2400);
    all(&budget, vec![who("a", 9, Urgency::Interactive)], 600).await;
    let mut spenders: Vec<_> = (0..20).map(|_| who("a", 1, Urgency::Background)).collect();
    spenders.extend((0..5).map(|_| who("a", 2, Urgency::Background)));
    let order = all(&budget, spenders, 50).await;
    let second: Vec<_> = order.iter().enumerate().filter(|(_, who)| **who == 2).map(|(at, _)| at).collect();
    assert!(second.iter().all(|at| *at < 11), "every other turn is the second installation's: {order:?}");
}

#[tokio::test]
async fn people_go_before_background_work() {
    let (budget, _) = budget(1_000_000, 2400);
    all(&budget, vec![who("a", 9, Urgency::Interactive)], 600).await;
    let mut spenders: Vec<_> = (0..10).map(|_| who("a", 1, Urgency::Background)).collect();
    spenders.push(who("a", 2, Urgency::Interactive));
    assert_eq!(all(&budget, spenders, 50).await[0], 2);
}

/// How long a person of an installation waits, for each of so many requests, one after the other.
async fn waits(
    budget: &Arc<Budget>,
    pace: &Arc<Simulated>,
    installation: i64,
    count: usize,
) -> Vec<Duration> {
    let mut all = Vec::new();
    for _ in 0..count {
        let began = pace.now();
        budget.spend(&who("a", installation, Urgency::Interactive), 50).await.unwrap();
        all.push(pace.now().saturating_sub(began));
        // Somebody who works: half of what the account allows.
        pace.sleep(Duration::from_millis(2500)).await;
    }
    all.sort_unstable();
    all
}

fn p95(sorted: &[Duration]) -> Duration {
    sorted[sorted.len() * 95 / 100]
}

#[tokio::test]
async fn flt_15_one_installation_that_floods_costs_another_a_turn_and_its_own_people_go_first() {
    // 40 units a second for the account: a request of 50 every 1.25 seconds.
    let turn = Duration::from_millis(1250);
    let (quiet, pace) = budget(1_000_000, 2400);
    all(&quiet, vec![who("a", 9, Urgency::Interactive)], 600).await;
    let baseline = p95(&waits(&quiet, &pace, 2, 20).await);

    let (flooded, pace) = budget(1_000_000, 2400);
    all(&flooded, vec![who("a", 9, Urgency::Interactive)], 600).await;
    let order: Arc<StdMutex<Vec<Urgency>>> = Arc::default();
    let flood: Vec<_> = (0..300)
        .map(|n| {
            let urgency = if n < 20 { Urgency::Interactive } else { Urgency::Background };
            let (budget, order) = (Arc::clone(&flooded), Arc::clone(&order));
            tokio::spawn(async move {
                // Background work that is told to come back later comes back.
                while budget.spend(&who("a", 1, urgency), 50).await.is_err() {
                    tokio::task::yield_now().await;
                }
                order.lock().unwrap().push(urgency);
            })
        })
        .collect();
    let under_load = p95(&waits(&flooded, &pace, 2, 20).await);
    assert!(under_load <= 2 * baseline.max(turn), "{under_load:?} instead of {baseline:?}");
    for task in flood {
        task.abort();
    }
    let order = order.lock().unwrap();
    let people = order.iter().position(|u| *u == Urgency::Background).unwrap_or(order.len());
    assert_eq!(people, 20, "its people before its background: {order:?}");
}

#[tokio::test]
async fn one_account_does_not_hold_up_another() {
    let (budget, pace) = budget(1_000_000, 2400);
    let first = who("a", 1, Urgency::Interactive);
    budget.spend(&first, 50).await.unwrap();
    budget.refused(&first, Duration::from_secs(30), false);
    let began = pace.now();
    all(&budget, vec![who("b", 2, Urgency::Interactive)], 50).await;
    assert!(pace.now().saturating_sub(began) < Duration::from_millis(1));
}

#[tokio::test]
async fn accounts_jointly_stay_within_the_project() {
    // FLT-16
    let (budget, pace) = budget(6000, 100_000);
    let began = pace.now();
    let spenders = (0..200).map(|n| who(if n % 2 == 0 { "a" } else { "b" }, n % 2, Urgency::Interactive));
    all(&budget, spenders.collect(), 50).await;
    assert!(
        pace.now().saturating_sub(began) > Duration::from_secs(110),
        "10,000 units: a quarter at once, 75 a second after"
    );
    assert_eq!(budget.picture().spent, 10_000);
}

#[tokio::test]
async fn a_refusal_brings_peace_for_as_long_as_was_asked() {
    let (budget, pace) = budget(1_000_000, 325_000);
    let me = who("a", 1, Urgency::Interactive);
    budget.spend(&me, 50).await.unwrap();
    budget.refused(&me, Duration::from_secs(17), false);
    assert_eq!(budget.picture().accounts[0].pause, Duration::from_secs(17));
    let began = pace.now();
    budget.spend(&me, 50).await.unwrap();
    assert!(pace.now().saturating_sub(began) >= Duration::from_secs(17));
    assert_eq!(budget.picture().refusals, 1);
}

#[tokio::test]
async fn who_goes_away_leaves_the_queue() {
    let (budget, _) = budget(1_000_000, 2400);
    let me = who("a", 1, Urgency::Interactive);
    budget.spend(&me, 50).await.unwrap();
    budget.refused(&me, Duration::from_secs(30), false);
    budget.spend(&who("b", 1, Urgency::Interactive), 5).await.unwrap();
    let mut waiting = Box::pin(budget.spend(&me, 50));
    std::future::poll_fn(|cx| {
        assert!(waiting.as_mut().poll(cx).is_pending());
        std::task::Poll::Ready(())
    })
    .await;
    assert_eq!(budget.picture().waiting, (1, 0));
    drop(waiting);
    assert_eq!(budget.picture().waiting, (0, 0));
}

#[tokio::test]
async fn an_open_breaker_refuses_at_once_and_says_how_long() {
    let (budget, pace) = budget(1_000_000, 325_000);
    (0..10).for_each(|_| budget.failed());
    let error = budget.spend(&who("a", 1, Urgency::Interactive), 5).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert_eq!(error.retry_hint(), Retry::After(Duration::from_secs(30)));
    assert!(matches!(budget.picture().breaker, BreakerState::Open(_)));
    pace.sleep(Duration::from_secs(31)).await;
    budget.spend(&who("a", 1, Urgency::Interactive), 5).await.unwrap();
    budget.answered();
    assert_eq!(budget.picture().breaker, BreakerState::Closed);
}

#[tokio::test]
async fn nobody_waits_for_an_hour() {
    let (budget, pace) = budget(1_000_000, 325_000);
    let (person, work) = (who("a", 1, Urgency::Interactive), who("a", 1, Urgency::Background));
    budget.spend(&person, 5).await.unwrap();
    budget.refused(&person, Duration::from_hours(1), false);
    let began = pace.now();
    for who in [person, work] {
        let error = budget.spend(&who, 5).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Throttled);
        assert_eq!(error.retry_hint(), Retry::After(Duration::from_hours(1)));
    }
    assert!(pace.now().saturating_sub(began) < Duration::from_secs(1));
    assert_eq!(budget.picture().waiting, (0, 0));
}

#[tokio::test]
async fn what_an_account_is_allowed_follows_what_its_installations_say_and_the_least_counts() {
    let (budget, pace) = budget(1_000_000, 1_250);
    let say = |installation, minute| {
        budget.allow("a", InstallationId(installation), Share { minute, day: minute * 960 });
    };
    let full = async || {
        pace.sleep(Duration::from_mins(2)).await;
        budget.meter("a").units
    };
    say(1, 5_000);
    assert_eq!((full().await, budget.meter("a").today_most), (1_250, Some(4_800_000)));
    say(2, 2_500);
    assert_eq!((full().await, budget.meter("a").today_most), (625, Some(2_400_000)));
    say(2, 6_250);
    assert_eq!(full().await, 1_250);
    assert_eq!(budget.meter("b").today_most, None, "another account is another matter");
}

#[tokio::test]
async fn what_a_day_has_is_counted_and_its_end_is_said_in_words() {
    let (budget, pace) = budget(1_000_000, 1_000_000);
    budget.allow("a", InstallationId(1), Share { minute: 1_000_000, day: 1_000 });
    let (person, work) = (who("a", 1, Urgency::Interactive), who("a", 2, Urgency::Background));
    for _ in 0..9 {
        budget.spend(&work, 100).await.unwrap();
    }
    let refused = budget.spend(&work, 100).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Throttled);
    assert!(refused.public().contains("in a day is used up"), "{refused:?}");
    let Retry::After(wait) = refused.retry_hint() else { panic!("{refused:?}") };
    assert!(wait > Duration::from_hours(23) && wait <= Duration::from_hours(25), "{wait:?}");
    budget.spend(&person, 100).await.unwrap();
    assert_eq!(budget.spend(&person, 1).await.unwrap_err().kind(), ErrorKind::Throttled);
    let meter = budget.meter("a");
    assert_eq!((meter.today, meter.today_most), (1_000, Some(1_000)));
    budget.spend(&who("b", 3, Urgency::Interactive), 100).await.unwrap();
    pace.sleep(Duration::from_hours(25)).await;
    budget.spend(&work, 100).await.unwrap();
    assert_eq!(budget.meter("a").today, 100);
}
