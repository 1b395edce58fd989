//! Signing keys, what is sealed under which key, and the providers.

use super::view::{Confirm, Keys, Providers};
use super::{Done, Frame, KEYS, PROVIDERS, then};
use crate::house::House;
use crate::operator::door::{Desk, DeskForm};
use crate::pages::{Failure, page};
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;
use std::sync::Arc;

/// Where the list of data keys goes on.
#[derive(Debug, Deserialize)]
pub(super) struct After {
    #[serde(default)]
    after: String,
}

/// `GET /operator/keys`
pub(super) async fn keys(
    State(house): State<Arc<House>>,
    desk: Desk,
    Query(After { after }): Query<After>,
    Query(done): Query<Done>,
) -> Result<Response, Failure> {
    let view = Keys {
        frame: Frame::of(&desk, KEYS, &done),
        signing: house.signing_key_views().await?,
        sealing: house.sealing(&after).await?,
    };
    page(&view, Vec::new())
}

/// `GET /operator/keys/withdraw`: what it means, before it is done.
pub(super) async fn confirm(desk: Desk) -> Result<Response, Failure> {
    let view = Confirm {
        frame: Frame::plain(&desk, KEYS),
        title: "Withdraw the older signing keys?".to_owned(),
        lines: vec![
            "This is for a theft: nothing the older keys have signed is believed from that moment, here and wherever our \
             key set is read.",
            "A new key signs at once. Installations that have not read it yet refuse sign-ins until they do, at the \
             latest within an hour.",
            "To change the key without that, use Rotate now.",
        ],
        action: "/operator/keys/rotate".to_owned(),
        fields: vec![("withdraw", "yes")],
        button: "Withdraw them",
        back: KEYS.to_owned(),
        danger: true,
    };
    page(&view, Vec::new())
}

/// `POST /operator/keys/rotate`
pub(super) async fn rotate(State(house): State<Arc<House>>, form: DeskForm) -> Result<Response, Failure> {
    let withdraw = form.get("withdraw") == "yes";
    house.rotate_by(withdraw, form.desk.who()).await?;
    Ok(then(KEYS, if withdraw { "withdrawn" } else { "rotated" }))
}

/// `GET /operator/providers`
pub(super) async fn providers(
    State(house): State<Arc<House>>,
    desk: Desk,
    Query(done): Query<Done>,
) -> Result<Response, Failure> {
    let frame = Frame::of(&desk, PROVIDERS, &done);
    page(&Providers { frame, providers: house.provider_views() }, Vec::new())
}

/// `POST /operator/providers/check`
pub(super) async fn check(State(house): State<Arc<House>>, form: DeskForm) -> Result<Response, Failure> {
    house.check_providers(form.desk.who()).await?;
    Ok(then(PROVIDERS, "checked"))
}
