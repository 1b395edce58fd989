use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

fn active() -> Standing {
    Standing {
        state: ConnectionState::Active,
        attention: None,
        generation: 1,
        fence: 0,
        lease_until: None,
        cooling_until: None,
    }
}

#[test]
fn what_somebody_finds() {
    let mut waiting = active();
    waiting.state = ConnectionState::WaitingForAdministrator;
    let mut broken = active();
    broken.state = ConnectionState::NeedsAttention;
    broken.attention = Some(Attention::GrantEnded);
    let leased = Standing { lease_until: Some(at(60)), ..active() };
    let cooling = Standing { cooling_until: Some(at(30)), ..leased.clone() };
    let table = [
        (active(), None, Look::Free),
        (active(), Some(at(301)), Look::Fresh),
        (active(), Some(at(300)), Look::Free),
        (leased.clone(), None, Look::Busy(at(60))),
        (leased, Some(at(600)), Look::Fresh),
        (cooling.clone(), None, Look::Cooling(at(30))),
        (cooling, Some(at(600)), Look::Fresh),
        (broken, Some(at(600)), Look::Broken(Some(Attention::GrantEnded))),
        (waiting, None, Look::Absent),
    ];
    for (standing, good_until, expected) in table {
        assert_eq!(look(&standing, good_until, at(0)), expected, "{standing:?}");
    }
}

#[test]
fn one_lease_at_a_time_and_each_has_a_higher_fence() {
    let mut s = active();
    assert_eq!(take(&mut s, None, at(0)), Some(1));
    assert_eq!(take(&mut s, None, at(59)), None);
    assert_eq!(take(&mut s, None, at(60)), Some(2));
    assert_eq!(settle(&mut s, 1, 1, Outcome::Renewed { replaced: true }, at(61)), Settled::Superseded);
    assert_eq!(settle(&mut s, 2, 1, Outcome::Renewed { replaced: true }, at(62)), Settled::Store);
    assert_eq!((s.generation, s.lease_until), (2, None));
}

#[test]
fn a_late_refusal_about_an_older_token_breaks_nothing() {
    let mut s = active();
    let fence = take(&mut s, None, at(0)).unwrap();
    reconnect(&mut s);
    let late = Outcome::Broken(Attention::GrantEnded);
    assert_eq!(settle(&mut s, fence, 1, late, at(5)), Settled::Superseded);
    assert_eq!(s.state, ConnectionState::Active);
}

#[test]
fn pauses_are_the_providers_within_reason() {
    for (asked, seconds) in [(None, 60), (Some(0), 1), (Some(17), 17), (Some(1_000_000), 3600)] {
        let mut s = active();
        let fence = take(&mut s, None, at(0)).unwrap();
        let pause = asked.map(SignedDuration::from_secs);
        let settled = settle(&mut s, fence, 1, Outcome::Passing { pause }, at(0));
        assert_eq!(settled, Settled::Paused(at(seconds)));
        assert_eq!(look(&s, None, at(0)), Look::Cooling(at(seconds)), "the failure is shared");
    }
}

#[test]
fn a_missing_refresh_token_does_not_erase_the_stored_one() {
    // FLT-19, G-07
    let mut s = active();
    let fence = take(&mut s, None, at(0)).unwrap();
    assert_eq!(settle(&mut s, fence, 1, Outcome::Renewed { replaced: false }, at(1)), Settled::Store);
    assert_eq!(s.generation, 1);
}
