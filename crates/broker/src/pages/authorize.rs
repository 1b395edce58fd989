//! `/authorize` and the forms that follow: who are you, where do you sign in, do you want to go there.

use super::forms::Form;
use super::shell::Browser;
use super::view::{Button, Choose, Connect, Failure, PersonRow, SignIn, page, title};
use crate::house::House;
use crate::op::ask_of;
use crate::rules::targets;
use crate::tables::requests::Leg;
use crate::walk::{Answered, Began, TripAsk};
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Redirect, Response};
use domain::connections::{Provider, Purpose};
use domain::identity::Realm;
use domain::{Error, ErrorKind, InstallationId};
use std::collections::HashMap;
use std::sync::Arc;

const REFERENCE: &str = "urn:ietf:params:oauth:request_uri:";

/// `GET /authorize`: an installation sends somebody.
pub(crate) async fn authorize(
    State(house): State<Arc<House>>,
    RawQuery(query): RawQuery,
    browser: Browser,
) -> Result<Response, Failure> {
    let query = once(query.as_deref().unwrap_or_default())?;
    let client = query.get("client_id").cloned().unwrap_or_default();
    let word = match query.get("request_uri") {
        Some(uri) => uri.strip_prefix(REFERENCE).unwrap_or_default().to_owned(),
        None => bring(&house, &query, &client, &browser).await?,
    };
    let began = house.take_up(&word, &client, &browser.visitor).await?;
    let response = show(&house, &began, &browser).await?;
    Ok(browser.keep(&house, response))
}

/// A request that was not pushed: the same rules, and the registered address decides where an error goes; without one it
/// stays here.
async fn bring(
    house: &House,
    query: &HashMap<String, String>,
    client: &str,
    browser: &Browser,
) -> Result<String, Failure> {
    let installation = house.installation(client).await?.ok_or_else(unknown)?;
    let ask = ask_of(query).map_err(|e| Error::invalid(e.description))?;
    if ask.purpose.is_some_and(|p| p != Purpose::SignIn) || !ask.account.is_empty() {
        // What changes an installation's connections comes from the installation itself, never through a link.
        return Err(Error::invalid("This request has to be pushed by the installation.").into());
    }
    let (word, _) = house.keep_request(&installation, ask, Some(browser.visitor.browser.clone())).await?;
    Ok(word)
}

fn unknown() -> Error {
    Error::new(
        ErrorKind::Invalid,
        "Nobody here knows the application that sent you. Open your CRM's own address and sign in from there.",
    )
}

/// What somebody sees who was sent here: nothing, when it is all known; a question otherwise.
async fn show(house: &House, began: &Began, browser: &Browser) -> Result<Response, Failure> {
    let request = &began.request;
    if request.purpose != Purpose::SignIn {
        return connect_page(house, began, browser).await;
    }
    let session = browser.visitor.session.as_ref();
    if let (Some(session), Some(handle)) = (session, House::silent(began, &browser.visitor)) {
        match house.answer(began, session, &handle).await? {
            Answered::Go(url) => return Ok(Redirect::to(&url).into_response()),
            Answered::Ask => {}
        }
    }
    if request.prompt == "none" {
        let error = if session.is_some() { "interaction_required" } else { "login_required" };
        return Ok(Redirect::to(&house.refuse(began, error, "nobody was asked").await?).into_response());
    }
    if session.is_some_and(|s| !s.people.is_empty()) && request.prompt != "login" {
        return choose_page(house, began, browser).await;
    }
    sign_in_page(house, Some(began), browser, &request.login_hint, None, Vec::new()).await
}

/// The page with one field and the buttons.
pub(super) async fn sign_in_page(
    house: &House,
    began: Option<&Began>,
    browser: &Browser,
    email: &str,
    trouble: Option<String>,
    choices: Vec<Provider>,
) -> Result<Response, Failure> {
    let only = began.and_then(|b| b.request.provider.clone());
    let providers = house
        .settings
        .providers
        .iter()
        .filter(|p| only.as_ref().is_none_or(|o| *o == p.name))
        .filter(|p| choices.is_empty() || choices.contains(&p.name))
        .map(|p| Button { name: p.name.to_string(), title: p.title.clone() })
        .collect();
    let view = SignIn {
        installation: began.map(|b| b.installation.name.clone()),
        request: began.map(|b| b.request.id.clone()).unwrap_or_default(),
        token: browser.token(),
        email: email.to_owned(),
        trouble,
        choices: choices.iter().map(Provider::to_string).collect(),
        providers,
    };
    page(&view, targets(house, began).await)
}

async fn choose_page(house: &House, began: &Began, browser: &Browser) -> Result<Response, Failure> {
    let people = browser.visitor.session.iter().flat_map(|s| &s.people);
    let people = people
        .map(|(p, _)| PersonRow {
            handle: p.handle.clone(),
            title: title(&p.identity),
            places: Vec::new(),
            browsers: Vec::new(),
        })
        .collect();
    let view = Choose {
        installation: began.installation.name.clone(),
        request: began.request.id.clone(),
        token: browser.token(),
        people,
    };
    page(&view, targets(house, Some(began)).await)
}

async fn connect_page(house: &House, began: &Began, browser: &Browser) -> Result<Response, Failure> {
    let name = &began.installation.name;
    let provider = began.request.provider.clone().ok_or_else(unknown)?;
    let provider = house.settings.provider(&provider).ok_or_else(unknown)?;
    let (title, words, lines) = match began.request.purpose {
        Purpose::UserConnect => (
            format!("Let {name} work with your documents"),
            format!("{name} wants to keep and open documents at {} as you.", provider.title),
            vec![
                "It can do what you can do there, and nothing more.",
                "You can take it back at any time in your CRM.",
            ],
        ),
        Purpose::SystemUserConnect => (
            format!("Connect {name} with a system account"),
            format!("{name} will keep everybody's documents at {} through one account.", provider.title),
            vec![
                "Choose an account that belongs to your organisation and to no person.",
                "Leave every box ticked; documents cannot be kept otherwise.",
            ],
        ),
        Purpose::PickFolders => (
            format!("Choose folders for {name}"),
            format!("{name} will keep documents in folders at {} that you choose.", provider.title),
            vec![
                "Sign in with the system account, and choose one folder for documents and one for templates.",
                "It reaches the folders you choose and what it puts there, and nothing else.",
            ],
        ),
        _ => (
            format!("Allow {name} for your organisation"),
            format!("{name} asks you, as an administrator at {}, to agree for everybody.", provider.title),
            vec![
                "You will be shown what is asked for, and then asked to sign in once more.",
                "The second sign-in proves that it was an administrator who agreed.",
            ],
        ),
    };
    let view = Connect {
        title,
        words,
        lines,
        action: "/sign-in".to_owned(),
        request: began.request.id.clone(),
        token: browser.token(),
        provider: provider.title.clone(),
    };
    page(&view, targets(house, Some(began)).await)
}

/// `POST /sign-in`: an address, or a provider's button.
pub(crate) async fn sign_in(State(house): State<Arc<House>>, form: Form) -> Result<Response, Failure> {
    let began = match form.get("request") {
        "" => None,
        id => Some(house.open_request(id, &form.browser.visitor).await?),
    };
    let of = began.as_ref().map(|b| b.installation.id);
    house.limits.start(form.browser.visitor.ip, of.unwrap_or(InstallationId(0)))?;
    if let Some(began) = &began {
        // The button stands on a page that names the installation; pressing it is the agreement.
        house.approve(&began.request.id).await?;
        if began.request.purpose != Purpose::SignIn {
            return connect(&house, began, &form).await;
        }
    }
    let email = form.get("email").trim();
    let chosen = form.get("provider");
    let provider = if chosen.is_empty() {
        match house.realm(email, of).await {
            Ok(Realm::At(provider)) => provider,
            Ok(Realm::Choose(several)) => {
                return sign_in_page(&house, began.as_ref(), &form.browser, email, None, several).await;
            }
            Ok(Realm::Unknown) => {
                let words = "Nobody has registered this address's domain here. Check the spelling, choose your provider \
                             below if you were invited, or ask an administrator of your CRM.";
                return sign_in_page(
                    &house,
                    began.as_ref(),
                    &form.browser,
                    email,
                    Some(words.to_owned()),
                    Vec::new(),
                )
                .await;
            }
            Err(e) if e.kind() == ErrorKind::Invalid => {
                let words = Some(e.public().to_owned());
                return sign_in_page(&house, began.as_ref(), &form.browser, email, words, Vec::new()).await;
            }
            Err(e) => return Err(e.into()),
        }
    } else {
        chosen.parse()?
    };
    let hint = if chosen.is_empty() { email } else { form.get("hint") };
    let ask = TripAsk {
        provider,
        purpose: Purpose::SignIn,
        installation: of.unwrap_or(InstallationId(0)),
        request: began.as_ref().map(|b| b.request.id.clone()),
        consent_link: None,
        tenant: None,
        leg: Leg::Authorize,
        login_hint: hint.to_owned(),
        claims: None,
        choose: true,
        fresh: began.as_ref().is_some_and(|b| b.request.prompt == "login"),
    };
    let url = house.set_out(ask, &form.browser.visitor).await?;
    Ok(form.browser.keep(&house, Redirect::to(&url).into_response()))
}

async fn connect(house: &House, began: &Began, form: &Form) -> Result<Response, Failure> {
    let request = &began.request;
    let provider = request.provider.clone().ok_or_else(unknown)?;
    let tenant = house.tenant(began.installation.id, &provider, &request.account).await?;
    let claims = house.pending_claims(began.installation.id, &provider, &request.account).await?;
    let ask = TripAsk {
        provider,
        purpose: request.purpose,
        installation: began.installation.id,
        request: Some(request.id.clone()),
        consent_link: None,
        tenant,
        leg: if request.purpose == Purpose::AdminConsent { Leg::Consent } else { Leg::Authorize },
        login_hint: request.login_hint.clone(),
        claims,
        choose: false,
        fresh: request.prompt == "login",
    };
    let url = house.set_out(ask, &form.browser.visitor).await?;
    Ok(Redirect::to(&url).into_response())
}

/// `POST /continue`: go there as this person.
pub(crate) async fn go_on(State(house): State<Arc<House>>, form: Form) -> Result<Response, Failure> {
    let began = house.open_request(form.get("request"), &form.browser.visitor).await?;
    let Some(session) = &form.browser.visitor.session else {
        return sign_in_page(&house, Some(&began), &form.browser, "", None, Vec::new()).await;
    };
    house.approve(&began.request.id).await?;
    match house.answer(&began, session, form.get("person")).await? {
        Answered::Go(url) => Ok(Redirect::to(&url).into_response()),
        Answered::Ask => choose_page(&house, &began, &form.browser).await,
    }
}

/// `POST /another`: somebody else.
pub(crate) async fn another(State(house): State<Arc<House>>, form: Form) -> Result<Response, Failure> {
    let began = match form.get("request") {
        "" => None,
        id => Some(house.open_request(id, &form.browser.visitor).await?),
    };
    sign_in_page(&house, began.as_ref(), &form.browser, "", None, Vec::new()).await
}

/// `POST /cancel`: back to the installation with nothing done.
pub(crate) async fn cancel(State(house): State<Arc<House>>, form: Form) -> Result<Response, Failure> {
    let began = house.open_request(form.get("request"), &form.browser.visitor).await?;
    Ok(Redirect::to(&house.refuse(&began, "access_denied", "cancelled").await?).into_response())
}

/// Where a form of a page may lead: the providers, and the installation that asked. A provider may send people from
/// another origin than its issuer's, which its discovery document names.
pub(super) async fn targets(house: &House, began: Option<&Began>) -> Vec<String> {
    let now = house.now();
    let mut all = Vec::new();
    for upstream in house.upstreams() {
        all.extend(targets::origin(&upstream.settings.issuer));
        all.extend(upstream.origin(now).await);
    }
    all.extend(began.and_then(|b| targets::origin(&b.request.redirect_uri)));
    all.sort_unstable();
    all.dedup();
    all
}

/// A query, each parameter at most once (ATT-17).
pub(super) fn once(query: &str) -> Result<HashMap<String, String>, Error> {
    let mut all = HashMap::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        if all.insert(name.into_owned(), value.into_owned()).is_some() {
            return Err(Error::invalid("The address names something twice. Begin again."));
        }
    }
    Ok(all)
}
