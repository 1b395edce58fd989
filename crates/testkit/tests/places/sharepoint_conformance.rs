//! SharePoint is held to the document plugin contract: as the host meets it, in a library that keeps new files checked
//! out, with columns, and at each lower level of locking. Everybody works as themselves, with the least rights there
//! are. Every request and answer is held to Microsoft's description where that is at hand.

use crate::sharepoint_common::{Scene, Stage};
use domain::locking::LockSemantics;
use domain::plugin::DocumentPlugin;
use plugins::guard::Guarded;
use std::sync::Arc;
use testkit::plugin_suite::World;

fn world(plugin: Arc<dyn DocumentPlugin>, stage: Stage) -> World {
    World::new(plugin, "sharepoint.category", stage).with_private_command("sharepoint.fingerprint")
}

async fn bare(scene: Scene) -> World {
    let stage = scene.build().await;
    world(Arc::clone(&stage.plugin) as Arc<dyn DocumentPlugin>, stage)
}

mod guarded {
    use super::*;

    async fn make() -> World {
        let stage = Stage::new().await;
        world(Arc::new(Guarded::new(Arc::clone(&stage.plugin) as Arc<dyn DocumentPlugin>)), stage)
    }

    testkit::plugin_suite!(make);
}

mod bare_where_new_files_stay_checked_out {
    use super::*;

    async fn make() -> World {
        bare(Scene { requires_checkout: true, locking: LockSemantics::Locking, ..Scene::default() }).await
    }

    testkit::plugin_suite!(make);
}

mod with_columns {
    use super::*;

    async fn make() -> World {
        bare(Scene { columns: true, ..Scene::default() }).await
    }

    testkit::plugin_suite!(make);
}

mod without_visible_for {
    use super::*;

    async fn make() -> World {
        bare(Scene { visible_for: false, ..Scene::default() }).await
    }

    testkit::plugin_suite!(make);
}

mod without_locks {
    use super::*;

    async fn make() -> World {
        bare(Scene { locking: LockSemantics::None, ..Scene::default() }).await
    }

    testkit::plugin_suite!(make);
}
