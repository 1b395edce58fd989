//! SharePoint as a person sees it: sites, libraries, files, the recycle bin, and what can be done with them by hand.
//! All goes the way of [`super::graph::files`], so versions, delta and notifications are what they are for an
//! application. A page has the address of what it shows: `webUrl` leads to it.

#![expect(clippy::unnecessary_wraps, reason = "the pages of all places share a type")]

mod deeds;
mod grants;
mod show;

use super::Microsoft;
use super::error::Refusal;
use super::graph::access::{self, Rights};
use super::graph::state::{Actor, Content, ItemKey, ListKey, Place, Site, SiteKey};
use super::graph::view::{Viewer, encode, find_by_url};
use crate::core::answer::Answer;
use crate::core::browse::{self, Frame};
use crate::core::call::{Call, decode};
use crate::core::env::{Env, Reply};
use crate::core::visit::Visit;
use http::{Method, StatusCode};

const PRODUCT: &str = "SharePoint";
const COOKIE: &str = "sharepoint_person";

/// What an address stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spot {
    Site(SiteKey),
    Bin(SiteKey),
    Item(ItemKey),
}

/// Who looks.
#[derive(Debug, Clone)]
struct Person {
    tenant: String,
    user: String,
    /// In microseconds.
    now: i64,
}

/// Handles a call that a browser makes.
pub(crate) fn serve(state: &mut Microsoft, env: &mut Env<'_>) -> Reply<Microsoft> {
    let mut visit = Visit::of(env.call, env.house, COOKIE);
    let host = decode(env.call.path.trim_start_matches('/').split('/').next().unwrap_or_default());
    let tenant =
        state.graph.content.sites.iter().find(|site| site.host == host).map(|site| site.tenant.clone());
    let tenant = tenant.or_else(|| {
        let known = state.directory.tenants.values().find(|tenant| tenant.sharepoint_host == host);
        known.map(|tenant| tenant.id.clone())
    });
    let Some(tenant) = tenant else { return hosts(state).into() };
    if env.call.path.ends_with("/_layouts/15/SignIn.aspx") {
        return account(state, env, &mut visit, &tenant, &host).into();
    }
    let here = here(env.call);
    let known = visit.person.split_once('/').filter(|(own, _)| *own == tenant).and_then(|(_, user)| {
        state.directory.tenants.get(&tenant)?.users.get(user).filter(|user| user.enabled)
    });
    let Some(user) = known.cloned() else { return choose(state, env, &visit, &tenant, &host, &here).into() };
    env.note.user.clone_from(&user.id);
    env.note.tenant.clone_from(&tenant);
    let person = Person { tenant, user: user.id.clone(), now: env.now.as_microsecond() };
    let next: String = form_urlencoded::byte_serialize(here.as_bytes()).collect();
    let mut places = vec![("Sites".to_owned(), format!("/{}", encode(&host)))];
    let spot = spot(&state.graph.content, env.call);
    if let Some(site) = spot.map(|spot| site_of(&state.graph.content, spot)) {
        let base = base(&state.graph.content.sites[site as usize]);
        places.push((state.graph.content.sites[site as usize].title.clone(), base.clone()));
        places.push(("Recycle bin".to_owned(), format!("{base}/_layouts/15/RecycleBin.aspx")));
    }
    let frame = Frame {
        product: PRODUCT,
        visit: &visit,
        who: format!("{} ({})", user.display_name, user.user_principal_name),
        account: format!("/{}/_layouts/15/SignIn.aspx?next={next}", encode(&host)),
        places,
    };
    let missing = || frame.refuse(StatusCode::NOT_FOUND, "Not found", "There is nothing at this address.");
    let Some(spot) = spot else { return missing().into() };
    let answer = match env.call.method {
        Method::GET | Method::HEAD => show::spot(state, env, &person, &frame, spot),
        Method::POST => deeds::carry_out(state, env, &person, &frame, spot),
        _ => Err(Refusal::new(405, "methodNotAllowed", "This cannot be done here.")),
    };
    answer.unwrap_or_else(|refusal| refused(&frame, &refusal)).into()
}

fn refused(frame: &Frame<'_>, refusal: &Refusal) -> Answer {
    let title = match refusal.status {
        StatusCode::FORBIDDEN | StatusCode::NOT_FOUND => "You have no access to this",
        _ => "That is not possible",
    };
    frame.refuse(refusal.status, title, &refusal.message)
}

fn here(call: &Call) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(call.query.0.iter()).finish();
    if query.is_empty() || call.method == Method::POST {
        call.path.clone()
    } else {
        format!("{}?{query}", call.path)
    }
}

/// The address of a site on this surface.
fn base(site: &Site) -> String {
    let path: Vec<String> = site.path.split('/').map(encode).collect();
    format!("/{}{}", encode(&site.host), path.join("/"))
}

/// The address of an item on this surface.
fn address(state: &Microsoft, env: &Env<'_>, item: ItemKey) -> String {
    let viewer = Viewer { state, surfaces: &env.house.surfaces, user: "" };
    let whole = viewer.plain_url(item);
    whole.strip_prefix(&env.house.surfaces.sharepoint).unwrap_or(&whole).to_owned()
}

fn site_of(content: &Content, spot: Spot) -> SiteKey {
    match spot {
        Spot::Site(site) | Spot::Bin(site) => site,
        Spot::Item(item) => content.list_of(item).site,
    }
}

fn spot(content: &Content, call: &Call) -> Option<Spot> {
    let path = decode(&call.path);
    let path = path.trim_start_matches('/').trim_end_matches('/');
    let (host, rest) = path.split_once('/').unwrap_or((path, ""));
    let rest = format!("/{rest}");
    let fits = |site: &&(usize, &Site)| {
        let start = format!("{}/", site.1.path).to_lowercase();
        site.1.host == host && format!("{rest}/").to_lowercase().starts_with(&start)
    };
    let sites: Vec<(usize, &Site)> = content.sites.iter().enumerate().collect();
    let found = sites.iter().filter(fits).max_by_key(|(_, site)| site.path.len());
    let below = found.map(|(_, site)| rest.get(site.path.len()..).unwrap_or_default().trim_matches('/'));
    match (found, below) {
        (Some((key, _)), Some("")) => return Some(Spot::Site(*key as SiteKey)),
        (Some((key, _)), Some("_layouts/15/RecycleBin.aspx")) => return Some(Spot::Bin(*key as SiteKey)),
        _ => {}
    }
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(call.query.0.iter()).finish();
    let plain = call.path.trim_end_matches('/').trim_end_matches("/Forms/AllItems.aspx");
    let item = find_by_url(content, &format!("x://x{plain}?{query}"))?;
    (content.item(item).place == Place::Here && content.site_of(item).host == host)
        .then_some(Spot::Item(item))
}

fn rights(state: &Microsoft, person: &Person, item: ItemKey) -> Rights {
    let content = &state.graph.content;
    match state.directory.tenants.get(&person.tenant) {
        Some(tenant) if content.site_of(item).tenant == tenant.id => {
            access::of_person(content, tenant, &person.user, item, person.now)
        }
        _ => Rights::default(),
    }
}

fn libraries(content: &Content, site: SiteKey) -> impl Iterator<Item = ListKey> + '_ {
    let own = move |list: &ListKey| {
        let list = &content.lists[*list as usize];
        list.site == site && list.is_library()
    };
    (0..content.lists.len() as ListKey).filter(own)
}

/// The person's number among those who do things.
fn actor(state: &mut Microsoft, person: &Person) -> u32 {
    let actor = Actor { tenant: person.tenant.clone(), user: person.user.clone(), app: String::new() };
    state.graph.content.actor(&actor)
}

/// Where a host is chosen, since all share one address here.
fn hosts(state: &Microsoft) -> Answer {
    let one = |tenant: &super::directory::Tenant| {
        let host = &tenant.sharepoint_host;
        let (to, name) = (encode(host), crate::core::answer::escape(&tenant.name));
        format!(
            "<li><a class=\"button\" href=\"/{to}\">{name} <span>{}</span></a></li>",
            crate::core::answer::escape(host)
        )
    };
    let list: String = state.directory.tenants.values().map(one).collect();
    let body = format!(
        "<h1>Whose SharePoint?</h1><p>All organisations of this world share one address here.</p>\
         <ul class=\"choices\">{list}</ul>"
    );
    Answer::html(StatusCode::NOT_FOUND, crate::core::page::page(PRODUCT, "Whose SharePoint?", &body))
}

fn choose(state: &Microsoft, env: &Env<'_>, visit: &Visit, tenant: &str, host: &str, next: &str) -> Answer {
    let users = state.directory.tenants.get(tenant).into_iter().flat_map(|tenant| tenant.users.values());
    let one = |user: &super::directory::User| {
        (user.display_name.clone(), user.user_principal_name.clone(), user.id.clone())
    };
    let people: Vec<_> = users.filter(|user| user.enabled).map(one).take(50).collect();
    let action = format!("/{}/_layouts/15/SignIn.aspx", encode(host));
    visit.keep(browse::people(PRODUCT, visit, &action, next, &people), &env.house.surfaces.sharepoint)
}

/// Another person looks.
fn account(state: &Microsoft, env: &Env<'_>, visit: &mut Visit, tenant: &str, host: &str) -> Answer {
    let form = if env.call.method == Method::POST { visit.form(env.call, env.house) } else { None };
    let Some(form) = form else {
        let next = env.call.query.get("next").unwrap_or("/").to_owned();
        return choose(state, env, visit, tenant, host, &next);
    };
    let next = browse::inside(form.get("next")).to_owned();
    let found = state.directory.tenants.get(tenant).and_then(|tenant| tenant.user(form.get("person").trim()));
    match found.filter(|user| user.enabled) {
        None => choose(state, env, visit, tenant, host, &next),
        Some(user) => {
            visit.person = format!("{tenant}/{}", user.id);
            visit.keep(Answer::see_other(&next), &env.house.surfaces.sharepoint)
        }
    }
}
