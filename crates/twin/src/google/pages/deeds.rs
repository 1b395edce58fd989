//! What is done.

use super::super::Google;
use super::super::drive::routes::Caller;
use super::super::drive::state::Key;
use super::super::drive::{access, actions};
use super::super::error::Refusal;
use super::{reach, show};
use crate::core::answer::Answer;
use crate::core::browse::Frame;
use crate::core::env::Env;
use crate::core::visit::Form;

type Done = Result<Answer, Refusal>;

/// The form, when it was made for this browser.
fn form(env: &Env<'_>, frame: &Frame<'_>) -> Result<Form, Refusal> {
    let form = frame.visit.form(env.call, env.house);
    form.ok_or_else(|| {
        Refusal::new(400, "badRequest", "This page is too old. Go back, load it again, and repeat.")
    })
}

fn back(state: &Google, caller: &Caller<'_>, key: Key) -> Answer {
    Answer::see_other(&show::address(state, caller, key))
}

fn above(state: &Google, caller: &Caller<'_>, key: Key) -> Answer {
    let parent = state.drive.files.get(key).and_then(|file| file.parent);
    let seen = parent.filter(|parent| access::may_see(&state.directory, &state.drive, caller, *parent));
    seen.map_or_else(|| Answer::see_other("/drive/my-drive"), |parent| back(state, caller, parent))
}

fn filled(text: &str) -> Result<&str, Refusal> {
    match text.trim() {
        "" => Err(Refusal::new(400, "required", "A name is needed.")),
        name => Ok(name),
    }
}

pub(super) fn upload(state: &mut Google, env: &mut Env<'_>, caller: &Caller<'_>, frame: &Frame<'_>) -> Done {
    let form = form(env, frame)?;
    let folder = reach(state, env, caller)?;
    for (name, content) in form.files {
        actions::create_file(state, caller, Some(folder), &name, content)?;
    }
    Ok(back(state, caller, folder))
}

pub(super) fn new_folder(
    state: &mut Google,
    env: &mut Env<'_>,
    caller: &Caller<'_>,
    frame: &Frame<'_>,
) -> Done {
    let form = form(env, frame)?;
    let folder = reach(state, env, caller)?;
    actions::create_folder(state, caller, Some(folder), filled(form.get("name"))?)?;
    Ok(back(state, caller, folder))
}

pub(super) fn content(state: &mut Google, env: &mut Env<'_>, caller: &Caller<'_>, frame: &Frame<'_>) -> Done {
    let form = form(env, frame)?;
    let key = reach(state, env, caller)?;
    if let Some((_, content)) = form.files.into_iter().next() {
        actions::put_content(state, caller, key, content)?;
    }
    Ok(back(state, caller, key))
}

pub(super) fn rename(state: &mut Google, env: &mut Env<'_>, caller: &Caller<'_>, frame: &Frame<'_>) -> Done {
    let form = form(env, frame)?;
    let key = reach(state, env, caller)?;
    actions::rename(state, caller, key, filled(form.get("name"))?)?;
    Ok(back(state, caller, key))
}

pub(super) fn move_to(state: &mut Google, env: &mut Env<'_>, caller: &Caller<'_>, frame: &Frame<'_>) -> Done {
    let form = form(env, frame)?;
    let key = reach(state, env, caller)?;
    let folder = access::reach(&state.directory, &state.drive, caller, form.get("folder"))?;
    actions::move_to(state, caller, key, folder)?;
    Ok(back(state, caller, key))
}

pub(super) fn trash(state: &mut Google, env: &mut Env<'_>, caller: &Caller<'_>, frame: &Frame<'_>) -> Done {
    form(env, frame)?;
    let key = reach(state, env, caller)?;
    actions::set_trashed(state, caller, key, true)?;
    Ok(above(state, caller, key))
}

pub(super) fn restore(state: &mut Google, env: &mut Env<'_>, caller: &Caller<'_>, frame: &Frame<'_>) -> Done {
    form(env, frame)?;
    let key = reach(state, env, caller)?;
    actions::set_trashed(state, caller, key, false)?;
    Ok(back(state, caller, key))
}

pub(super) fn delete(state: &mut Google, env: &mut Env<'_>, caller: &Caller<'_>, frame: &Frame<'_>) -> Done {
    form(env, frame)?;
    let key = reach(state, env, caller)?;
    actions::delete(state, caller, key)?;
    Ok(Answer::see_other("/drive/trash"))
}
