//! The whole application over the tables of a house, with its archive and Google Drive.

use super::Stage;
use app::{App, Parts, Settings, StoreNotebook};
use domain::PluginId;
use domain::documents::{Document, Properties};
use domain::locking::LockSemantics;
use domain::plugin::{Body, DocumentPlugin};
use domain::steps::Unwatched;
use plugins::copies::Copies;
use plugins::guard::Guarded;
use std::sync::Arc;
use testkit::house::House;

pub const GOOGLE: PluginId = PluginId(2);

/// An application of the house, with Google Drive.
pub fn app(house: &House, stage: &Stage) -> App {
    app_with(house, stage, None)
}

/// The same, with temporary copies of what Google keeps.
pub fn app_with(house: &House, stage: &Stage, copies: Option<Arc<Copies>>) -> App {
    let store = house.app.store().clone();
    let drive = stage.in_house(Arc::new(StoreNotebook::new(store.clone())), house.installation.id);
    let mut guarded = Guarded::new(Arc::new(drive));
    if let Some(copies) = &copies {
        guarded = guarded.with_copies(Arc::clone(copies));
    }
    let archive: Arc<dyn DocumentPlugin> = Arc::new(Guarded::new(Arc::new(house.archive.clone())));
    let plugins = vec![archive, Arc::new(guarded)];
    let app = App::new(Parts { store, plugins, settings: Settings::default(), steps: Arc::new(Unwatched) });
    if let Some(copies) = copies {
        app.connect_copies(copies);
    }
    app
}

/// A document of Ada's at Google, with versions.
pub async fn made(app: &App, house: &House, properties: Properties, content: &str) -> Document {
    let ada = house.as_("ada").await;
    let ask = app::documents::Upload {
        file_name: format!("{}.txt", properties.heading),
        properties,
        semantics: LockSemantics::Versioning,
        stored_in: GOOGLE,
        ..app::documents::Upload::default()
    };
    app.documents().upload(&ada, ask, Body::from_bytes(content.to_owned())).await.unwrap().document
}
