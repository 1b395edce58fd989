//! `/settings/sign-in`: domains and providers, first sign-ins, and the refused sign-ins that wait for a decision.

use super::{page, tabs};
use crate::State;
use crate::errors::PageResult;
use crate::extract::{AdminSigned, CsrfForm};
use crate::page::{Flash, Page, go_with, show as answer};
use crate::routes::settings as at;
use crate::ui::Tab;
use askama::Template;
use domain::{AssociateId, Error, Result};
use serde::Deserialize;

#[derive(Debug, Template)]
#[template(path = "settings/sign_in.html")]
struct SignIn {
    page: Page,
    tabs: Vec<Tab>,
    connected: bool,
    /// Why nothing can be shown, when the login page does not answer.
    trouble: String,
    domains: Vec<Domain>,
    providers: Vec<(String, String)>,
    matching: bool,
    /// The id of the installation's key at the login page.
    key: String,
    tasks: Vec<Task>,
    people: Vec<(String, String)>,
}

#[derive(Debug)]
struct Domain {
    domain: String,
    provider: String,
    title: String,
    subdomains: bool,
    tenant: String,
    people: usize,
    waits: bool,
}

#[derive(Debug)]
struct Task {
    id: i64,
    title: String,
    account: String,
    sentence: &'static str,
    associate: String,
    associate_id: String,
    when: String,
    times: i64,
}

/// Shows them.
pub(super) async fn show(
    AdminSigned(signed): AdminSigned,
    axum::extract::State(state): axum::extract::State<State>,
) -> PageResult {
    let sign_in = state.app.sign_in();
    let page = page(&signed, "Sign-in");
    let mut view = SignIn {
        tabs: tabs(&page, "Sign-in"),
        connected: sign_in.is_connected(),
        trouble: String::new(),
        domains: Vec::new(),
        providers: Vec::new(),
        matching: sign_in.matches_by_address(&signed.ctx).await?,
        key: String::new(),
        tasks: Vec::new(),
        people: Vec::new(),
        page,
    };
    if view.connected {
        match sign_in.domains(&signed.ctx).await {
            Ok((domains, providers)) => {
                view.providers = providers.into_iter().map(|p| (p.name.to_string(), p.title)).collect();
                view.domains = domains.into_iter().map(|d| domain_row(d, &view.providers)).collect();
                view.key = sign_in.key_id(&signed.ctx).await?;
            }
            Err(e) => e.public().clone_into(&mut view.trouble),
        }
    }
    for task in sign_in.tasks(&signed.ctx).await? {
        let named = if task.task.name.is_empty() { "Somebody".to_owned() } else { task.task.name.clone() };
        view.tasks.push(Task {
            id: task.task.id,
            title: named,
            account: format!("{} at {}", task.task.address, task.task.key.provider.title()),
            sentence: task.sentence,
            associate: task.associate,
            associate_id: task.task.associate.map(|a| a.to_string()).unwrap_or_default(),
            when: view.page.when_short(&task.task.last),
            times: task.task.times,
        });
    }
    if !view.tasks.is_empty() {
        let people = sign_in.people(&signed.ctx).await?;
        view.people =
            people.into_iter().map(|p| (p.associate.id.to_string(), p.associate.full_name())).collect();
    }
    answer(&view)
}

fn domain_row(d: app::sign_in::DomainView, providers: &[(String, String)]) -> Domain {
    let r = d.registration;
    let name = r.provider.to_string();
    let title = providers.iter().find(|(n, _)| *n == name).map_or_else(|| name.clone(), |(_, t)| t.clone());
    Domain {
        waits: r.provider.is_microsoft() && r.tenant.is_none(),
        domain: r.domain,
        title,
        provider: name,
        subdomains: r.subdomains,
        tenant: r.tenant.unwrap_or_default(),
        people: d.people,
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct NewDomain {
    domain: String,
    provider: String,
    #[serde(default)]
    subdomains: Option<String>,
}

/// Registers a domain.
pub(super) async fn add_domain(
    AdminSigned(signed): AdminSigned,
    axum::extract::State(state): axum::extract::State<State>,
    CsrfForm(new): CsrfForm<NewDomain>,
) -> PageResult {
    let done = async {
        let provider = new.provider.parse()?;
        let subdomains = new.subdomains.is_some();
        state.app.sign_in().put_domain(&signed.ctx, &new.domain, &provider, subdomains).await
    };
    back(
        done.await
            .map(|r| format!("{} is registered: its people sign in at {}.", r.domain, r.provider.title())),
    )
}

#[derive(Debug, Deserialize)]
pub(super) struct OldDomain {
    domain: String,
    provider: String,
}

/// Registers a domain no more.
pub(super) async fn remove_domain(
    AdminSigned(signed): AdminSigned,
    axum::extract::State(state): axum::extract::State<State>,
    CsrfForm(old): CsrfForm<OldDomain>,
) -> PageResult {
    let done = async {
        let provider = old.provider.parse()?;
        state.app.sign_in().remove_domain(&signed.ctx, &old.domain, &provider).await
    };
    back(
        done.await.map(|()| {
            format!("{} is registered no more. Whoever has signed in before still can.", old.domain)
        }),
    )
}

#[derive(Debug, Deserialize)]
pub(super) struct Matching {
    on: bool,
}

/// Switches first sign-ins by address.
pub(super) async fn matching(
    AdminSigned(signed): AdminSigned,
    axum::extract::State(state): axum::extract::State<State>,
    CsrfForm(form): CsrfForm<Matching>,
) -> PageResult {
    let done = state.app.sign_in().match_by_address(&signed.ctx, form.on).await;
    let words = if form.on {
        "First sign-ins are matched by address."
    } else {
        "Only invited people come in for the first time."
    };
    back(done.map(|()| words.to_owned()))
}

#[derive(Debug, Deserialize)]
pub(super) struct Nothing {}

/// Changes the installation's key at the login page.
pub(super) async fn rotate_key(
    AdminSigned(signed): AdminSigned,
    axum::extract::State(state): axum::extract::State<State>,
    _: CsrfForm<Nothing>,
) -> PageResult {
    let done = state.app.sign_in().rotate_key(&signed.ctx).await;
    back(done.map(|_| "The key is changed. The old one works no longer.".to_owned()))
}

#[derive(Debug, Deserialize)]
pub(super) struct Bind {
    task: i64,
    associate: AssociateId,
}

/// Binds the account of a task.
pub(super) async fn bind(
    AdminSigned(signed): AdminSigned,
    axum::extract::State(state): axum::extract::State<State>,
    CsrfForm(bind): CsrfForm<Bind>,
) -> PageResult {
    let done = state.app.sign_in().bind_task(&signed.ctx, bind.task, bind.associate).await;
    back(done.map(|()| "The account is bound. They can sign in now.".to_owned()))
}

#[derive(Debug, Deserialize)]
pub(super) struct Dismiss {
    task: i64,
}

/// Puts a task away.
pub(super) async fn dismiss(
    AdminSigned(signed): AdminSigned,
    axum::extract::State(state): axum::extract::State<State>,
    CsrfForm(task): CsrfForm<Dismiss>,
) -> PageResult {
    let done = state.app.sign_in().dismiss_task(&signed.ctx, task.task).await;
    back(done.map(|()| "Put away. Nobody was let in.".to_owned()))
}

fn back(done: Result<String, Error>) -> PageResult {
    let flash = match done {
        Ok(words) => Flash::done(words),
        Err(e) => Flash::failed(&e),
    };
    go_with(&at::sign_in(), flash)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::check;

    #[test]
    fn each_page_is_well_formed() {
        let domain = |waits| Domain {
            domain: "a&b.example".into(),
            provider: "microsoft".into(),
            title: "Microsoft".into(),
            subdomains: waits,
            tenant: if waits { String::new() } else { "0f1b".into() },
            people: 3,
            waits,
        };
        let task = |associate: &str| Task {
            id: associate.len() as i64,
            title: "Ada <L>".into(),
            account: "a@b at Microsoft".into(),
            sentence: "It may be an attack.",
            associate: associate.into(),
            associate_id: "7".into(),
            when: "now".into(),
            times: 2,
        };
        for (connected, trouble, full) in
            [(false, "", false), (true, "It <does> not answer.", false), (true, "", true)]
        {
            let page = check::page("Sign-in");
            let sample = SignIn {
                tabs: tabs(&page, "Sign-in"),
                connected,
                trouble: trouble.into(),
                domains: if full { vec![domain(true), domain(false)] } else { Vec::new() },
                providers: vec![("microsoft".into(), "Microsoft".into())],
                matching: full,
                key: if full { "k<1".into() } else { String::new() },
                tasks: if full { vec![task(""), task("Ada \"L\"")] } else { Vec::new() },
                people: vec![("7".into(), "Ada <L>".into())],
                page,
            };
            check::whole_page(&sample.render().unwrap());
        }
    }
}
