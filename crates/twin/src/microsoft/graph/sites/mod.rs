//! Sites: found by id, by path, by a word, through a group (microsoft.md 2.1, 2.20; M-23).

pub mod follow;
pub mod grants;

use super::access;
use super::odata::{collection, entity, instant, option, project, selected, skip_token, top};
use super::scene::Scene;
use super::seed;
use super::state::{SiteKey, micros};
use super::view::{Viewer, encode};
use crate::core::answer::Answer;
use crate::core::env::{Env, House, Reply};
use crate::microsoft::Microsoft;
use crate::microsoft::directory::Tenant;
use crate::microsoft::error::Refusal;
use jiff::Timestamp;
use serde_json::{Value, json};

type Handled = Result<Reply<Microsoft>, Refusal>;

/// A group's site is there so many seconds after the group, when nothing else is ordered. In the world outside it
/// takes from seconds to three quarters of an hour.
const SITE_AFTER: i64 = 5;

impl Viewer<'_> {
    /// A site.
    pub fn site(&self, key: SiteKey) -> Value {
        let site = &self.state.graph.content.sites[key as usize];
        let name = site.path.rsplit('/').next().unwrap_or_default();
        let path: String = site.path.split('/').map(encode).collect::<Vec<_>>().join("/");
        let mut view = json!({
            "id": site.id(),
            "name": name,
            "displayName": site.title,
            "description": "",
            "createdDateTime": instant(site.created),
            "lastModifiedDateTime": instant(site.created),
            "webUrl": format!("{}/{}{path}", self.surfaces.sharepoint, site.host),
            "siteCollection": { "hostname": site.host },
            "isPersonalSite": site.personal.is_some(),
        });
        if site.path.is_empty() {
            view["root"] = json!({});
            view["siteCollection"]["root"] = json!({});
        }
        view
    }
}

/// The site of the address, which the caller may see.
/// # Errors
/// 404 when there is none; 403 without the right.
pub fn visible(state: &Microsoft, env: &Env<'_>, scene: &Scene) -> Result<SiteKey, Refusal> {
    let site = scene.site(state, env)?;
    if access::sees_site(state, &scene.access, &state.graph.content.sites[site as usize]) {
        Ok(site)
    } else {
        Err(Refusal::denied())
    }
}

fn all_of_tenant<'a>(state: &'a Microsoft, scene: &'a Scene) -> impl Iterator<Item = SiteKey> + 'a {
    let sites = &state.graph.content.sites;
    (0..sites.len() as SiteKey).filter(move |key| {
        let site = &sites[*key as usize];
        site.tenant == scene.access.tenant && access::sees_site(state, &scene.access, site)
    })
}

/// `GET /sites/{id}`, `/sites/{host}:/{path}`, `/groups/{id}/sites/root`
pub fn get(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    appear(state, env.house, env.now);
    let site = visible(state, env, scene)?;
    let viewer = Viewer { state, surfaces: &env.house.surfaces, user: scene.user() };
    let names = selected(env);
    Ok(Answer::ok(&entity(env, "sites/$entity", project(viewer.site(site), names.as_deref()))).into())
}

/// `GET /sites/{id}/getByPath(path='…')`
pub fn by_path(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let base = visible(state, env, scene)?;
    let content = &state.graph.content;
    let wanted = format!("{}/{}", content.sites[base as usize].path, env.param("path").trim_matches('/'));
    let host = &content.sites[base as usize].host;
    let found = all_of_tenant(state, scene).find(|key| {
        let site = &content.sites[*key as usize];
        site.host == *host
            && site.path.trim_start_matches('/').eq_ignore_ascii_case(wanted.trim_start_matches('/'))
    });
    let found =
        found.ok_or_else(|| Refusal::new(404, "itemNotFound", "Requested site could not be found"))?;
    let viewer = Viewer { state, surfaces: &env.house.surfaces, user: scene.user() };
    Ok(Answer::ok(&entity(env, "sites/$entity", viewer.site(found))).into())
}

/// `GET /sites?search=…`: words that begin words of the title, or `*` for all.
pub fn search(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    appear(state, env.house, env.now);
    let asked = env.call.query.get("search").or(env.call.query.get("$search"));
    let words = asked.unwrap_or_default().trim_matches('"').to_lowercase();
    let roots = match option(env, "$filter") {
        None => false,
        Some("siteCollection/root ne null") => true,
        Some(other) => return Err(Refusal::invalid(format!("Invalid filter clause: {other}"))),
    };
    let fits = |key: &SiteKey| {
        let site = &state.graph.content.sites[*key as usize];
        if roots {
            return site.path.is_empty();
        }
        let text = format!("{} {}", site.title, site.path).to_lowercase();
        site.personal.is_none() && (words == "*" || words.split_whitespace().all(|word| text.contains(word)))
    };
    let found: Vec<SiteKey> = all_of_tenant(state, scene).filter(fits).collect();
    let viewer = Viewer { state, surfaces: &env.house.surfaces, user: scene.user() };
    let names = selected(env);
    let views = found.into_iter().map(|site| project(viewer.site(site), names.as_deref())).collect();
    Ok(collection(env, "sites", views, None).into())
}

/// `GET /sites/getAllSites`: for applications that act for themselves.
pub fn everything(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    appear(state, env.house, env.now);
    if scene.access.user.is_some() {
        return Err(Refusal::denied());
    }
    let size = top(env, super::odata::PAGE)?;
    let after = skip_token(env)?.and_then(|text| text.parse::<SiteKey>().ok());
    let mut page: Vec<SiteKey> = all_of_tenant(state, scene)
        .filter(|site| after.is_none_or(|after| *site > after))
        .take(size + 1)
        .collect();
    let more = page.len() > size;
    page.truncate(size);
    let next = page.last().filter(|_| more).map(ToString::to_string);
    let viewer = Viewer { state, surfaces: &env.house.surfaces, user: scene.user() };
    let views = page.into_iter().map(|site| viewer.site(site)).collect();
    Ok(collection(env, "sites", views, next.as_deref()).into())
}

/// `GET /sites/{id}/sites`: the twin has no subsites.
pub fn subsites(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    visible(state, env, scene)?;
    Ok(collection(env, "sites", Vec::new(), None).into())
}

/// Makes the sites of Microsoft 365 groups whose time has come (M-23).
pub fn appear(state: &mut Microsoft, house: &House, now: Timestamp) {
    let content = &mut state.graph.content;
    for tenant in state.directory.tenants.values() {
        for group in tenant.groups.values().filter(|group| group.unified && group.created > 0) {
            let due = group.created + SITE_AFTER * 1_000_000;
            let known = content.sites.iter().any(|site| site.group.as_deref() == Some(&group.id));
            if known || due > micros(now) {
                continue;
            }
            let path = format!("/sites/{}", group.mail_nickname);
            let site = seed::add_site(content, tenant, &path, &group.display_name, house, now);
            content.sites[site as usize].group = Some(group.id.clone());
            seed::add_library(content, site, "Shared Documents", "Documents", house, now);
        }
    }
}

/// Whether a tenant's users may be found for a permission.
pub fn recipient(tenant: &Tenant, name: &str) -> Option<String> {
    tenant.user(name).map(|user| user.id.clone())
}
