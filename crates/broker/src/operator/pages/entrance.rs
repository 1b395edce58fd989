//! Getting in and out, and who else can.

use super::view::{Access, Enter, SessionRow, TokenRow};
use super::{ACCESS, Done, Frame, HOME, then, when};
use crate::house::House;
use crate::operator::door::{Desk, DeskForm, set_desk};
use crate::pages::{Browser, Failure, Form, agent, minute, page};
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use domain::ErrorKind;
use std::net::IpAddr;
use std::sync::Arc;

/// `GET /operator/enter/{word}`: the page with the button. Looking uses nothing up, so a program that follows every link
/// does no harm.
pub(super) async fn look(
    State(house): State<Arc<House>>,
    Path(word): Path<String>,
    browser: Browser,
) -> Result<Response, Failure> {
    let name = slowed(&house, browser.visitor.ip, house.look_at_link(&word).await)?;
    let view = Enter { name, action: format!("/operator/enter/{word}"), token: browser.token() };
    Ok(browser.keep(&house, page(&view, Vec::new())?))
}

/// `POST /operator/enter/{word}`: the link is used up, and a session begins.
pub(super) async fn enter(
    State(house): State<Arc<House>>,
    Path(word): Path<String>,
    form: Form,
) -> Result<Response, Failure> {
    let visitor = &form.browser.visitor;
    let entered = house.enter(&word, visitor.ip.to_string(), visitor.user_agent.clone()).await;
    let session = slowed(&house, visitor.ip, entered)?;
    let mut response = Redirect::to(HOME).into_response();
    set_desk(&house, &mut response, &session);
    Ok(response)
}

/// Whoever tries links that do not work is slowed down.
fn slowed<T>(house: &House, ip: IpAddr, tried: domain::Result<T>) -> Result<T, Failure> {
    if let Err(e) = &tried
        && e.kind() == ErrorKind::NotFound
    {
        house.limits.failure(ip)?;
    }
    tried.map_err(Failure::from)
}

/// `POST /operator/leave`
pub(super) async fn leave(State(house): State<Arc<House>>, form: DeskForm) -> Result<Response, Failure> {
    house.leave(&form.desk.session, form.desk.who()).await?;
    let mut response = Redirect::to("/").into_response();
    set_desk(&house, &mut response, "");
    Ok(response)
}

/// `GET /operator/access`
pub(super) async fn access(
    State(house): State<Arc<House>>,
    desk: Desk,
    Query(done): Query<Done>,
) -> Result<Response, Failure> {
    let now = house.now();
    let sessions = house.operator_sessions().await?.into_iter().map(|s| SessionRow {
        this: s.token_hash == desk.session,
        name: s.name,
        agent: agent(&s.user_agent),
        begun: minute(s.created),
        last: minute(s.last_seen),
    });
    let tokens = house.operator_tokens().await?.into_iter().map(|t| TokenRow {
        id: t.id,
        name: t.name,
        made: minute(t.created),
        ends: minute(t.expires),
        ended: t.expires <= now,
        used: when(&t.used),
    });
    let frame = Frame::of(&desk, ACCESS, &done);
    page(&Access { frame, sessions: sessions.collect(), tokens: tokens.collect() }, Vec::new())
}

/// `POST /operator/access/withdraw`
pub(super) async fn withdraw(State(house): State<Arc<House>>, form: DeskForm) -> Result<Response, Failure> {
    house.withdraw_by(form.get("id"), form.desk.who()).await?;
    Ok(then(ACCESS, "token"))
}

/// `POST /operator/access/end-others`
pub(super) async fn end_others(State(house): State<Arc<House>>, form: DeskForm) -> Result<Response, Failure> {
    house.end_other_sessions(&form.desk.session, form.desk.who()).await?;
    Ok(then(ACCESS, "sessions"))
}
