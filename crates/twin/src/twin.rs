//! One world and everything that belongs to it.

use crate::Outward;
use crate::core::answer::Answer;
use crate::core::blobs::Blobs;
use crate::core::call::Call;
use crate::core::clock::Clock;
use crate::core::env::{House, Note};
use crate::core::faults::Faults;
use crate::core::journal::Journal;
use crate::core::outbox::Outbox;
use crate::core::random::Random;
use crate::core::surfaces::Surfaces;
use crate::google::Google;
use crate::microsoft::Microsoft;
use crate::{Result, World};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock};

/// A world of Google and Microsoft. Clones are handles to the same one.
#[derive(Debug, Clone)]
pub struct Twin(pub(crate) Arc<Parts>);

#[derive(Debug)]
pub(crate) struct Parts {
    pub house: House,
    pub google: Mutex<Google>,
    pub microsoft: Mutex<Microsoft>,
    /// Who may use the control door.
    pub control_token: String,
    pub outward: Outward,
    pub observer: OnceLock<Observer>,
}

/// Who is shown every call with its operation and answer: a test that holds answers to a contract.
pub struct Observer(pub Watching);

type Watching = Box<dyn Fn(&Call, &Note, &Answer) + Send + Sync>;

impl std::fmt::Debug for Observer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Observer")
    }
}

impl Twin {
    /// Makes a world that answers at these addresses. Content above 8 MiB goes to files in `spill`, or where the
    /// system keeps temporary files.
    /// # Errors
    /// When the world contradicts itself.
    pub fn new(
        world: &World,
        surfaces: Surfaces,
        control_token: String,
        spill: Option<PathBuf>,
        outward: Outward,
    ) -> Result<Self> {
        let house = House {
            clock: Clock::default(),
            random: Random::seeded(world.seed),
            blobs: Blobs::new(spill),
            faults: Faults::default(),
            journal: Journal::default(),
            outbox: Outbox::default(),
            surfaces,
        };
        if let Some(at) = world.stopped_at {
            house.clock.stop_at(at);
        }
        let google = Google::seed(&world.google, &house)?;
        let microsoft = Microsoft::seed(&world.microsoft, &house)?;
        let parts = Parts {
            house,
            google: Mutex::new(google),
            microsoft: Mutex::new(microsoft),
            control_token,
            outward,
            observer: OnceLock::new(),
        };
        Ok(Self(Arc::new(parts)))
    }

    /// Shows every later call to somebody, before faults change its answer. The first who asks stays.
    pub fn observe(&self, observer: impl Fn(&Call, &Note, &Answer) + Send + Sync + 'static) {
        let _ = self.0.observer.set(Observer(Box::new(observer)));
    }

    /// Clock, chance, faults, log and addresses.
    pub fn house(&self) -> &House {
        &self.0.house
    }

    /// Looks at Google's state, or changes it.
    pub fn google<T>(&self, work: impl FnOnce(&mut Google, &House) -> T) -> T {
        work(&mut crate::lock(&self.0.google), &self.0.house)
    }

    /// Looks at Microsoft's state, or changes it.
    pub fn microsoft<T>(&self, work: impl FnOnce(&mut Microsoft, &House) -> T) -> T {
        work(&mut crate::lock(&self.0.microsoft), &self.0.house)
    }
}
