//! Deleting (microsoft.md 2.6; M-17).

use super::super::scene::Scene;
use super::item::{expect_match, expect_unlocked};
use super::{Author, bin, destroy};
use crate::core::answer::Answer;
use crate::core::env::{Env, Reply};
use crate::microsoft::Microsoft;
use crate::microsoft::error::Refusal;
use http::StatusCode;

type Handled = Result<Reply<Microsoft>, Refusal>;

/// `DELETE /drives/{id}/items/{id}`: into the site's recycle bin.
pub fn delete(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let item = scene.writable(state, env)?;
    expect_unlocked(env)?;
    expect_match(state, env, item)?;
    let author = Author { by: scene.actor(&mut state.graph.content), user: scene.user(), now: env.now };
    bin(state, env.house, item, author)?;
    Ok(Answer::empty(StatusCode::NO_CONTENT).into())
}

/// `POST …/permanentDelete`
pub fn for_good(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let item = scene.writable(state, env)?;
    expect_unlocked(env)?;
    let author = Author { by: scene.actor(&mut state.graph.content), user: scene.user(), now: env.now };
    destroy(state, env.house, item, author)?;
    Ok(Answer::empty(StatusCode::NO_CONTENT).into())
}

/// `POST …/restore` works only in a personal OneDrive.
pub fn restore_refused(_: &mut Microsoft, _: &mut Env<'_>, _: &Scene) -> Handled {
    Err(Refusal::new(501, "NotImplemented", "This operation target is not yet supported."))
}
