//! Folders that every personal drive has: made when they are first asked for by who may write.
//! Source: learn.microsoft.com, "Get a special folder by name".

use super::super::access;
use super::super::scene::Scene;
use super::super::state::{Content, ItemKey, ListKey};
use super::{Author, make_folder};
use crate::core::env::Env;
use crate::microsoft::Microsoft;
use crate::microsoft::error::Refusal;

/// Names in an address, and the folders they stand for.
const KNOWN: &[(&str, &str)] =
    &[("documents", "Documents"), ("photos", "Pictures"), ("cameraroll", "Camera Roll"), ("music", "Music")];
/// Where applications have their own folders.
const APPS: &str = "Apps";

/// The folder of a name.
/// # Errors
/// `itemNotFound` for an unknown name, outside personal drives, and where it may not be made.
pub fn folder(
    state: &mut Microsoft,
    env: &Env<'_>,
    scene: &Scene,
    list: ListKey,
    name: &str,
) -> Result<ItemKey, Refusal> {
    let content = &state.graph.content;
    let root = content.lists[list as usize].root;
    if content.site_of(root).personal.is_none() {
        return Err(Refusal::no_item());
    }
    let app = state.directory.apps.get(&scene.access.app).map(|app| app.name.clone());
    let names: Vec<String> = match KNOWN.iter().find(|(known, _)| *known == name) {
        Some((_, folder)) => vec![(*folder).to_owned()],
        None if name == "approot" => vec![APPS.to_owned(), app.ok_or_else(Refusal::no_item)?],
        None => return Err(Refusal::no_item()),
    };
    let mut at = root;
    for name in names {
        at = match state.graph.content.child(at, &name) {
            Some(known) => known,
            None if access::rights(state, &scene.access, root).write => {
                let by = scene.actor(&mut state.graph.content);
                make_folder(state, env.house, at, &name, Author { by, user: scene.user(), now: env.now })
            }
            None => return Err(Refusal::no_item()),
        };
    }
    Ok(at)
}

/// What special folder an item is.
pub fn name_of(content: &Content, item: ItemKey) -> Option<&'static str> {
    let at = content.item(item);
    let parent = at.parent.filter(|_| at.is_folder())?;
    content.site_of(item).personal.as_ref()?;
    let above = content.item(parent);
    if above.parent.is_none() {
        let named = |(_, folder): &&(&str, &str)| folder.eq_ignore_ascii_case(&at.name);
        return KNOWN.iter().find(named).map(|(name, _)| *name);
    }
    let root = content.list_of(item).root;
    (above.parent == Some(root) && above.name.eq_ignore_ascii_case(APPS)).then_some("approot")
}
