//! Every interleaving of two nodes, a provider and crashes, run through the real functions.
//!
//! A node takes the lease, sends the stored token, waits for the answer, and settles. Between any two of these it may be
//! killed (and start anew, remembering nothing), and time may pass beyond the lease. The provider is harder than the real
//! ones: using a token ends the tokens it came from, so an answer that is lost or settled out of order could lose the
//! grant. The property: while the person has not taken the grant back, the stored token is alive, and the connection is
//! never marked broken.

use super::*;
use std::collections::{HashMap, HashSet, VecDeque};

const NODES: usize = 2;
/// Tokens the provider hands out before the model stops growing.
const TOKENS: u8 = 7;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Node {
    Idle,
    /// Has the lease, has read the token, has not sent it.
    Holding {
        fence: i64,
        generation: i64,
        token: u8,
    },
    /// The provider has answered; nothing was written yet.
    Answered {
        fence: i64,
        generation: i64,
        answer: Option<u8>,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct World {
    standing: Standing,
    /// The stored refresh token.
    stored: u8,
    /// Seconds since the start, in steps of a lease and more.
    clock: i64,
    nodes: [Node; NODES],
    /// The parent of each token the provider has given out.
    parents: Vec<Option<u8>>,
    /// Tokens the provider no longer takes.
    dead: Vec<bool>,
    crashes: u8,
}

fn begin() -> World {
    World {
        standing: Standing {
            state: ConnectionState::Active,
            attention: None,
            generation: 1,
            fence: 0,
            lease_until: None,
            cooling_until: None,
        },
        stored: 0,
        clock: 0,
        nodes: [Node::Idle, Node::Idle],
        parents: vec![None],
        dead: vec![false],
        crashes: 0,
    }
}

fn now(world: &World) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + world.clock).unwrap()
}

/// The provider uses a token: its ancestors die, a child is born.
fn ask(world: &mut World, token: u8) -> Option<u8> {
    if world.dead[usize::from(token)] {
        return None;
    }
    let mut ancestor = world.parents[usize::from(token)];
    while let Some(a) = ancestor {
        world.dead[usize::from(a)] = true;
        ancestor = world.parents[usize::from(a)];
    }
    world.parents.push(Some(token));
    world.dead.push(false);
    Some((world.parents.len() - 1) as u8)
}

/// How answers are written: the real way, or one of the mistakes the test must be able to see.
#[derive(Clone, Copy, PartialEq)]
enum Settling {
    Real,
    /// Whoever answers last is believed.
    WithoutFence,
}

/// Every world that can follow.
fn follow(world: &World, how: Settling) -> Vec<World> {
    let mut next = Vec::new();
    for n in 0..NODES {
        if let Some(w) = step(world, n, how) {
            next.push(w);
        }
        if world.nodes[n] != Node::Idle && world.crashes < 3 {
            let mut w = world.clone();
            w.nodes[n] = Node::Idle;
            w.crashes += 1;
            next.push(w);
        }
    }
    // The lease runs out while somebody is slow.
    if world.standing.lease_until.is_some_and(|until| now(world) < until) && world.clock < 300 {
        let mut w = world.clone();
        w.clock += 60;
        next.push(w);
    }
    next
}

fn step(world: &World, n: usize, how: Settling) -> Option<World> {
    let mut w = world.clone();
    match world.nodes[n].clone() {
        Node::Idle => {
            if w.parents.len() >= usize::from(TOKENS) {
                return None;
            }
            let at = now(&w);
            let fence = take(&mut w.standing, None, at)?;
            w.nodes[n] = Node::Holding { fence, generation: w.standing.generation, token: w.stored };
        }
        Node::Holding { fence, generation, token } => {
            let answer = ask(&mut w, token);
            w.nodes[n] = Node::Answered { fence, generation, answer };
        }
        Node::Answered { fence, generation, answer } => {
            let outcome = match answer {
                Some(_) => Outcome::Renewed { replaced: true },
                None => Outcome::Broken(Attention::GrantEnded),
            };
            let at = now(&w);
            let settled = match how {
                Settling::Real => settle(&mut w.standing, fence, generation, outcome, at),
                Settling::WithoutFence => {
                    let (fence, generation) = (w.standing.fence, w.standing.generation);
                    settle(&mut w.standing, fence, generation, outcome, at)
                }
            };
            if let (Settled::Store, Some(token)) = (settled, answer) {
                w.stored = token;
            }
            w.nodes[n] = Node::Idle;
        }
    }
    Some(w)
}

/// Walks every world and gives the way to the first in which a live grant is lost.
fn search(how: Settling) -> (usize, Option<Vec<World>>) {
    let start = begin();
    let mut seen = HashSet::from([start.clone()]);
    let mut came_from: HashMap<World, World> = HashMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(world) = queue.pop_front() {
        let lost = world.dead[usize::from(world.stored)] || world.standing.state != ConnectionState::Active;
        if lost {
            let mut way = vec![world];
            while let Some(before) = came_from.get(way.last().unwrap()) {
                way.push(before.clone());
            }
            way.reverse();
            return (seen.len(), Some(way));
        }
        for next in follow(&world, how) {
            if seen.insert(next.clone()) {
                came_from.insert(next.clone(), world.clone());
                queue.push_back(next);
            }
        }
    }
    (seen.len(), None)
}

#[test]
fn no_interleaving_of_two_nodes_and_three_crashes_loses_a_live_grant() {
    let (worlds, lost) = search(Settling::Real);
    assert!(worlds > 10_000, "only {worlds} worlds were walked");
    assert!(lost.is_none(), "lost after: {lost:#?}");
}

#[test]
fn the_search_finds_the_loss_when_fences_are_ignored() {
    let (_, lost) = search(Settling::WithoutFence);
    assert!(lost.is_some());
}
