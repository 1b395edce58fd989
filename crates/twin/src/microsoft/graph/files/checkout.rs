//! Check-out, check-in, discard (microsoft.md 2.7; M-13).

use super::super::odata::body;
use super::super::scene::Scene;
use super::super::state::{Checkout, ItemKey, micros};
use super::item::expect_unlocked;
use super::{Author, add_version, free_to_change, notify};
use crate::core::answer::Answer;
use crate::core::env::{Env, House, Reply};
use crate::microsoft::Microsoft;
use crate::microsoft::error::Refusal;
use http::StatusCode;
use serde_json::Value;

type Handled = Result<Reply<Microsoft>, Refusal>;

fn file(state: &mut Microsoft, env: &Env<'_>, scene: &Scene) -> Result<ItemKey, Refusal> {
    let item = scene.writable(state, env)?;
    if state.graph.content.item(item).is_file() {
        Ok(item)
    } else {
        Err(Refusal::invalid("Only files are checked out."))
    }
}

/// `POST …/checkout`: others read the last version from now on. Again by the holder it changes nothing.
pub fn check_out(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let item = file(state, env, scene)?;
    expect_unlocked(env)?;
    let author = Author { by: scene.actor(&mut state.graph.content), user: scene.user(), now: env.now };
    free_to_change(state, item, author)?;
    let content = &mut state.graph.content;
    if content.item(item).checkout().is_none() {
        let checkout =
            Checkout { user: author.user.to_owned(), by: author.by, at: micros(env.now), draft: None };
        content.more_mut(item).checkout = Some(checkout);
        content.touch(item, author.by, micros(env.now));
        notify::changed(state, env.house, item, env.now);
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT).into())
}

/// `POST …/checkin`: the draft becomes the next version, with the comment.
pub fn check_in(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let wanted = body(env)?;
    let item = file(state, env, scene)?;
    let author = Author { by: scene.actor(&mut state.graph.content), user: scene.user(), now: env.now };
    let at = state.graph.content.item(item);
    match at.checkout() {
        None => return Err(not_checked_out()),
        Some(checkout) if checkout.user != author.user => free_to_change(state, item, author)?,
        Some(_) => {}
    }
    if let Some(missing) = missing_column(state, item) {
        return Err(Refusal::invalid(format!(
            "The file cannot be checked in: the required property '{missing}' is empty."
        )));
    }
    if let Some(level) = wanted.get("checkInAs").and_then(Value::as_str)
        && !matches!(level, "published" | "unspecified" | "")
    {
        return Err(Refusal::invalid(format!("'{level}' is no value of checkInAs.")));
    }
    let comment = wanted.get("comment").and_then(Value::as_str).unwrap_or_default().to_owned();
    finish(state, env.house, item, &comment, author);
    Ok(Answer::empty(StatusCode::NO_CONTENT).into())
}

/// Ends a check-out with its draft as the next version.
pub fn finish(state: &mut Microsoft, house: &House, item: ItemKey, comment: &str, author: Author<'_>) {
    let content = &mut state.graph.content;
    let draft = content.more_mut(item).checkout.take().and_then(|checkout| checkout.draft);
    let version = draft.or_else(|| content.item(item).versions().last().cloned());
    if let Some(mut version) = version {
        // A check-in is a version also when nothing was written.
        version.major = content.item(item).versions().last().map_or(0, |last| last.major) + 1;
        version.at = micros(author.now);
        version.by = author.by;
        version.comment = (!comment.is_empty()).then(|| comment.into());
        add_version(state, item, version);
    }
    state.graph.content.touch(item, author.by, micros(author.now));
    notify::changed(state, house, item, author.now);
}

/// The first required column of the library that an item has no value for.
fn missing_column(state: &Microsoft, item: ItemKey) -> Option<String> {
    let content = &state.graph.content;
    let more = content.item(item).more.as_ref();
    let required = content.list_of(item).columns.iter().filter(|column| column.required);
    let mut empty = required.filter(|column| {
        more.and_then(|more| more.fields.get(&column.name)).is_none_or(|value| value.is_null() || value == "")
    });
    empty.next().map(|column| column.title.clone())
}

/// `POST …/discardCheckout`: by its holder; an application for itself may discard anybody's.
pub fn discard(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let item = file(state, env, scene)?;
    let author = Author { by: scene.actor(&mut state.graph.content), user: scene.user(), now: env.now };
    let content = &mut state.graph.content;
    let Some(checkout) = content.item(item).checkout() else { return Err(not_checked_out()) };
    if checkout.user != author.user && scene.access.user.is_some() {
        return Err(Refusal::new(
            423,
            "accessDenied",
            "The file is currently checked out or locked for editing by another user.",
        ));
    }
    if content.item(item).versions().is_empty() {
        return Err(Refusal::new(400, "invalidRequest", "The file has no checked-in version."));
    }
    content.more_mut(item).checkout = None;
    content.item_mut(item).content_changes += 1;
    content.touch(item, author.by, micros(env.now));
    notify::changed(state, env.house, item, env.now);
    Ok(Answer::empty(StatusCode::NO_CONTENT).into())
}

fn not_checked_out() -> Refusal {
    Refusal::new(400, "invalidRequest", "The file is not checked out.").inner("fileNotCheckedOut")
}
