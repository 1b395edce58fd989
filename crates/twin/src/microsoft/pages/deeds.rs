//! What is done.

use super::super::Microsoft;
use super::super::error::Refusal;
use super::super::graph::files::{self, Author, Conflict};
use super::super::graph::notify;
use super::super::graph::state::{Checkout, ItemKey, Place, SiteKey};
use super::{Person, Spot, actor, address, base, rights};
use crate::core::answer::Answer;
use crate::core::browse::Frame;
use crate::core::env::Env;
use crate::core::visit::Form;

type Done = Result<Answer, Refusal>;

/// Does what a form asks for and goes on to the page where it shows.
pub(super) fn carry_out(
    state: &mut Microsoft,
    env: &Env<'_>,
    person: &Person,
    frame: &Frame<'_>,
    spot: Spot,
) -> Done {
    let form = frame.visit.form(env.call, env.house);
    let form =
        form.ok_or_else(|| Refusal::invalid("This page is too old. Go back, load it again, and repeat."))?;
    let deed = env.call.query.get("deed").unwrap_or_default();
    let by = actor(state, person);
    let author = Author { by, user: &person.user, now: env.now };
    match (spot, deed) {
        (Spot::Site(site), "grant") => super::grants::give(state, person, &form, site),
        (Spot::Bin(site), "restore") => restore(state, env, person, &form, site, author),
        (Spot::Item(item), _) if rights(state, person, item).write => {
            with_item(state, env, person, form, item, deed, author)
        }
        (Spot::Item(_), _) => Err(Refusal::denied()),
        _ => Err(Refusal::invalid("This cannot be done here.")),
    }
}

fn with_item(
    state: &mut Microsoft,
    env: &Env<'_>,
    person: &Person,
    form: Form,
    item: ItemKey,
    deed: &str,
    author: Author<'_>,
) -> Done {
    let at = state.graph.content.item(item);
    let (file, parent, name) = (at.is_file(), at.parent, at.name.to_string());
    match (deed, parent) {
        ("upload", _) if !file => upload(state, env, form, item, author)?,
        ("new", _) if !file => {
            let name = filled(form.get("name"))?;
            if let Ok(name) = files::place_for(state, item, name, true, Conflict::Fail)? {
                files::make_folder(state, env.house, item, &name, author);
            }
        }
        ("content", _) if file => {
            if let Some((_, content)) = form.files.into_iter().next() {
                files::put_content(state, env.house, item, content, author)?;
            }
        }
        ("check-out", _) if file => check_out(state, env, item, author)?,
        ("check-in", _) if file => check_in(state, env, person, item, form.get("comment"), author)?,
        ("rename", Some(parent)) => {
            files::relocate(state, env.house, item, parent, filled(form.get("name"))?, author)?;
        }
        ("move", Some(_)) => {
            let folder = folder(state, person, item, form.get("folder"))?;
            files::relocate(state, env.house, item, folder, &name, author)?;
        }
        ("delete", Some(parent)) => {
            files::bin(state, env.house, item, author)?;
            return Ok(Answer::see_other(&address(state, env, parent)));
        }
        _ => return Err(Refusal::invalid("This cannot be done here.")),
    }
    Ok(Answer::see_other(&address(state, env, item)))
}

fn filled(text: &str) -> Result<&str, Refusal> {
    match text.trim() {
        "" => Err(Refusal::invalid("A name is needed.")),
        name => Ok(name),
    }
}

/// New files; one of a known name gets a new version.
fn upload(
    state: &mut Microsoft,
    env: &Env<'_>,
    form: Form,
    folder: ItemKey,
    author: Author<'_>,
) -> Result<(), Refusal> {
    for (name, content) in form.files {
        match files::place_for(state, folder, &name, false, Conflict::Replace)? {
            Ok(name) => {
                files::make_file(state, env.house, folder, &name, content, author)?;
            }
            Err(known) => files::put_content(state, env.house, known, content, author)?,
        }
    }
    Ok(())
}

fn check_out(state: &mut Microsoft, env: &Env<'_>, item: ItemKey, author: Author<'_>) -> Result<(), Refusal> {
    files::free_to_change(state, item, author)?;
    let at = env.now.as_microsecond();
    let content = &mut state.graph.content;
    if content.item(item).checkout().is_none() {
        let checkout = Checkout { user: author.user.to_owned(), by: author.by, at, draft: None };
        content.more_mut(item).checkout = Some(checkout);
        content.touch(item, author.by, at);
        notify::changed(state, env.house, item, env.now);
    }
    Ok(())
}

fn check_in(
    state: &mut Microsoft,
    env: &Env<'_>,
    person: &Person,
    item: ItemKey,
    comment: &str,
    author: Author<'_>,
) -> Result<(), Refusal> {
    let held = state.graph.content.item(item).checkout().is_some_and(|checkout| checkout.user == person.user);
    if !held {
        return Err(Refusal::invalid("The file is not checked out by you."));
    }
    files::checkout::finish(state, env.house, item, comment, author);
    Ok(())
}

/// The folder that was chosen: of the same library, and one that the person may change.
fn folder(state: &Microsoft, person: &Person, item: ItemKey, guid: &str) -> Result<ItemKey, Refusal> {
    let content = &state.graph.content;
    let fits = |key: &ItemKey| {
        let at = content.item(*key);
        at.is_folder()
            && at.place == Place::Here
            && at.list == content.item(item).list
            && content.guid(*key) == guid
    };
    let found = (0..content.len() as ItemKey).find(fits).ok_or_else(Refusal::no_item)?;
    if rights(state, person, found).write { Ok(found) } else { Err(Refusal::denied()) }
}

fn restore(
    state: &mut Microsoft,
    env: &Env<'_>,
    person: &Person,
    form: &Form,
    site: SiteKey,
    author: Author<'_>,
) -> Done {
    let content = &state.graph.content;
    let site = &content.sites[site as usize];
    let back = format!("{}/_layouts/15/RecycleBin.aspx", base(site));
    let found =
        site.bin.iter().map(|binned| binned.item).find(|item| content.guid(*item) == form.get("item"));
    let item = found.ok_or_else(Refusal::no_item)?;
    if !rights(state, person, item).write {
        return Err(Refusal::denied());
    }
    files::restore(state, env.house, item, author)?;
    Ok(Answer::see_other(&back))
}
