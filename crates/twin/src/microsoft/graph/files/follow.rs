//! Items that somebody follows.

use super::super::access;
use super::super::odata::collection;
use super::super::scene::Scene;
use super::super::state::{ItemKey, Place};
use super::item::{answer, shown};
use crate::core::answer::Answer;
use crate::core::env::{Env, Reply};
use crate::microsoft::Microsoft;
use crate::microsoft::error::Refusal;
use http::StatusCode;

type Handled = Result<Reply<Microsoft>, Refusal>;

fn person(scene: &Scene) -> Result<String, Refusal> {
    scene.access.user.clone().ok_or_else(|| Refusal::invalid("Only people follow items."))
}

/// `POST …/follow`
pub fn follow(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let (user, item) = (person(scene)?, scene.item(state, env)?);
    state.graph.content.followed.entry(user).or_default().insert(item);
    Ok(answer(state, env, scene, item, StatusCode::OK).into())
}

/// `POST …/unfollow`, also of what is not followed.
pub fn unfollow(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let (user, item) = (person(scene)?, scene.item(state, env)?);
    if let Some(followed) = state.graph.content.followed.get_mut(&user) {
        followed.remove(&item);
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT).into())
}

/// `GET /drives/{id}/following`: wherever the items are.
pub fn list(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let user = person(scene)?;
    let content = &state.graph.content;
    let followed = content.followed.get(&user).into_iter().flatten().copied();
    let seen = |item: &ItemKey| {
        content.item(*item).place == Place::Here
            && access::rights(state, &scene.access, *item).read
            && scene.sees_draft(content, *item)
    };
    let found: Vec<ItemKey> = followed.filter(seen).collect();
    let views = found.into_iter().map(|item| shown(state, env, scene, item)).collect();
    Ok(collection(env, "Collection(driveItem)", views, None).into())
}
