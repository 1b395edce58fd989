//! Google Drive is held to the document plugin contract: in a My Drive as the host meets it, in a shared drive, and at
//! each lower level of locking. Every request and answer is held to Google's description where that is at hand.

use crate::drive_common::{Scene, Stage};
use domain::locking::LockSemantics;
use domain::plugin::DocumentPlugin;
use plugins::google_drive::Access;
use plugins::guard::Guarded;
use std::sync::Arc;
use testkit::plugin_suite::World;

/// People can open what is visible for everyone: without that nobody gets an address.
fn open() -> Scene {
    Scene { access: Access::Domain { domain: "example.com".into() }, ..Scene::default() }
}

fn world(plugin: Arc<dyn DocumentPlugin>, stage: Stage) -> World {
    World::new(plugin, "google_drive.category", stage).with_private_command("google_drive.fingerprint")
}

mod guarded_in_my_drive {
    use super::*;

    async fn make() -> World {
        let stage = open().build().await;
        world(Arc::new(Guarded::new(Arc::clone(&stage.plugin) as Arc<dyn DocumentPlugin>)), stage)
    }

    testkit::plugin_suite!(make);
}

mod bare_in_a_shared_drive {
    use super::*;

    async fn make() -> World {
        let stage = Scene { shared: true, ..open() }.build().await;
        world(Arc::clone(&stage.plugin) as Arc<dyn DocumentPlugin>, stage)
    }

    testkit::plugin_suite!(make);
}

mod with_check_outs_shown {
    use super::*;

    async fn make() -> World {
        let stage = Scene { show_check_out: true, ..open() }.build().await;
        world(Arc::clone(&stage.plugin) as Arc<dyn DocumentPlugin>, stage)
    }

    testkit::plugin_suite!(make);
}

mod with_locks_in_a_shared_drive {
    use super::*;

    async fn make() -> World {
        let scene = Scene { locking: LockSemantics::Locking, shared: true, ..open() };
        let stage = scene.build().await;
        world(Arc::clone(&stage.plugin) as Arc<dyn DocumentPlugin>, stage)
    }

    testkit::plugin_suite!(make);
}

mod without_locks_in_my_drive {
    use super::*;

    async fn make() -> World {
        let scene = Scene { locking: LockSemantics::None, ..open() };
        let stage = scene.build().await;
        world(Arc::clone(&stage.plugin) as Arc<dyn DocumentPlugin>, stage)
    }

    testkit::plugin_suite!(make);
}
