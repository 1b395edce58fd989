//! The archive is held to the document plugin contract: as the host meets it, and bare at each lower level.

#![allow(
    clippy::unused_async,
    reason = "other plugins start a simulator to make a world; this one has nothing to wait for"
)]

use domain::locking::LockSemantics;
use domain::plugin::DocumentPlugin;
use plugins::archive::{ArchivePlugin, ArchiveSettings};
use plugins::guard::Guarded;
use std::sync::Arc;
use testkit::plugin_suite::World;

fn archive(locking: LockSemantics) -> (ArchivePlugin, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let settings =
        ArchiveSettings { locking, reserve_bytes: 0, ..ArchiveSettings::new(folder.path().join("archive")) };
    (ArchivePlugin::open(settings).expect("the archive opens"), folder)
}

fn world(plugin: Arc<dyn DocumentPlugin>, folder: tempfile::TempDir) -> World {
    World::new(plugin, "archive.category", folder).with_private_command("archive.fingerprint")
}

mod guarded_with_versions {
    use super::*;

    async fn make() -> World {
        let (plugin, folder) = archive(LockSemantics::Versioning);
        world(Arc::new(Guarded::new(Arc::new(plugin))), folder)
    }

    testkit::plugin_suite!(make);
}

mod bare_with_locks {
    use super::*;

    async fn make() -> World {
        let (plugin, folder) = archive(LockSemantics::Locking);
        world(Arc::new(plugin), folder)
    }

    testkit::plugin_suite!(make);
}

mod bare_without_locks {
    use super::*;

    async fn make() -> World {
        let (plugin, folder) = archive(LockSemantics::None);
        world(Arc::new(plugin), folder)
    }

    testkit::plugin_suite!(make);
}
