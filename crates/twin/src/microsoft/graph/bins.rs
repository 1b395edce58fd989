//! A site's recycle bin, to look at (learn.microsoft.com, "List recycleBinItems"). Restoring is not part of Graph v1.0.

use super::access;
use super::odata::{collection, instant};
use super::scene::Scene;
use super::sites::visible;
use super::view::Viewer;
use crate::core::env::{Env, Reply};
use crate::microsoft::Microsoft;
use crate::microsoft::error::Refusal;
use serde_json::{Value, json};

/// `GET /sites/{id}/recycleBin/items`: newest first; what the caller might change.
pub fn list(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Result<Reply<Microsoft>, Refusal> {
    let site = visible(state, env, scene)?;
    let content = &state.graph.content;
    let viewer = Viewer { state, surfaces: &env.house.surfaces, user: scene.user() };
    let binned = content.sites[site as usize].bin.iter().rev();
    let views: Vec<Value> = binned
        .filter(|binned| access::rights(state, &scene.access, binned.item).write)
        .take(super::odata::PAGE)
        .map(|binned| {
            let item = content.item(binned.item);
            let size = item.versions().last().map_or(0, |version| version.content.size());
            let mut path = vec![content.list_of(binned.item).name.as_str()];
            path.extend(item.parent.map(|parent| content.path(parent)).unwrap_or_default());
            json!({
                "id": content.guid(binned.item).to_lowercase(),
                "name": item.name,
                "title": item.name,
                "size": size,
                "createdDateTime": instant(item.created),
                "lastModifiedDateTime": instant(item.modified),
                "createdBy": viewer.identity(item.created_by),
                "lastModifiedBy": viewer.identity(item.modified_by),
                "deletedDateTime": instant(binned.at),
                "deletedFromLocation": path.join("/"),
            })
        })
        .collect();
    Ok(collection(env, "sites/$entity/recycleBin/items", views, None).into())
}
