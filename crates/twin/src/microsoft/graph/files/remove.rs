//! Deleting (microsoft.md 2.6; M-17).

use super::super::scene::Scene;
use super::super::state::{Binned, ItemKey, Place, micros};
use super::item::{expect_match, expect_unlocked};
use super::{Author, free_to_change, notify, taken};
use crate::core::answer::Answer;
use crate::core::env::{Env, House, Reply};
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

/// Puts an item and all in it into the recycle bin.
/// # Errors
/// 423 when it, or something in it, is held.
pub fn bin(state: &mut Microsoft, house: &House, item: ItemKey, author: Author<'_>) -> Result<(), Refusal> {
    take_away(state, house, item, Place::Bin, author)?;
    let content = &mut state.graph.content;
    let site = content.list_of(item).site as usize;
    content.sites[site].bin.push(Binned { item, at: micros(author.now), by: author.by });
    Ok(())
}

/// Takes an item away for good.
/// # Errors
/// As [`bin`].
pub fn destroy(
    state: &mut Microsoft,
    house: &House,
    item: ItemKey,
    author: Author<'_>,
) -> Result<(), Refusal> {
    take_away(state, house, item, Place::Gone, author)
}

fn take_away(
    state: &mut Microsoft,
    house: &House,
    item: ItemKey,
    to: Place,
    author: Author<'_>,
) -> Result<(), Refusal> {
    if state.graph.content.item(item).parent.is_none() {
        return Err(Refusal::new(403, "accessDenied", "The root cannot be deleted."));
    }
    let all = state.graph.content.tree(item);
    for inside in &all {
        free_to_change(state, *inside, author)?;
    }
    let content = &mut state.graph.content;
    content.detach(item);
    for inside in &all {
        content.item_mut(*inside).place = to;
        content.touch(*inside, author.by, micros(author.now));
        if to == Place::Gone {
            let sizes: u64 =
                content.item(*inside).versions().iter().map(|version| version.content.size()).sum();
            let list = content.item(*inside).list as usize;
            content.lists[list].used = content.lists[list].used.saturating_sub(sizes);
        }
    }
    notify::changed(state, house, item, author.now);
    Ok(())
}

/// Takes an item back out of the recycle bin, to where it was. As SharePoint's own page does; Graph v1.0 cannot.
/// # Errors
/// When its folder is not there any more, or its name is taken.
pub fn restore(
    state: &mut Microsoft,
    house: &House,
    item: ItemKey,
    author: Author<'_>,
) -> Result<(), Refusal> {
    let content = &mut state.graph.content;
    let at = content.item(item);
    let (parent, name) = (at.parent.unwrap_or_default(), at.name.clone());
    if at.place != Place::Bin || content.item(parent).place != Place::Here {
        return Err(Refusal::new(404, "itemNotFound", "The folder it was in is not there any more."));
    }
    if content.child(parent, &name).is_some() {
        return Err(taken());
    }
    content.attach(item, parent, &name);
    let site = content.list_of(item).site as usize;
    content.sites[site].bin.retain(|binned| binned.item != item);
    for inside in content.tree(item) {
        content.item_mut(inside).place = Place::Here;
        content.touch(inside, author.by, micros(author.now));
    }
    notify::changed(state, house, item, author.now);
    Ok(())
}
