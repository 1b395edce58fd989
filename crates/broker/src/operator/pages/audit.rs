//! The audit log: searched, verified, exported.

use super::view::Log;
use super::{AUDIT, Frame};
use crate::house::House;
use crate::operator::door::Desk;
use crate::operator::log::RecordList;
use crate::pages::{Failure, page};
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use domain::ErrorKind;
use http::StatusCode;
use serde::Deserialize;
use std::sync::Arc;

/// What is searched.
#[derive(Debug, Deserialize)]
pub(super) struct Search {
    #[serde(default)]
    installation: String,
    #[serde(default)]
    action: String,
    before: Option<i64>,
    #[serde(default)]
    verify: String,
}

/// `GET /operator/audit`
pub(super) async fn audit(
    State(house): State<Arc<House>>,
    desk: Desk,
    Query(search): Query<Search>,
) -> Result<Response, Failure> {
    let Search { installation, action, before, verify } = search;
    let key = installation.trim().to_owned();
    let mut view = Log {
        frame: Frame::plain(&desk, AUDIT),
        key: key.clone(),
        action: action.clone(),
        list: RecordList { records: Vec::new(), next: None },
        next: None,
        verified: None,
        trouble: None,
    };
    let of = match house.id_of(&key).await {
        Ok(of) => of,
        Err(e) if e.kind() == ErrorKind::NotFound => {
            view.trouble =
                Some("There is no installation with this key. Look it up under Installations.".to_owned());
            return Ok((StatusCode::NOT_FOUND, page(&view, Vec::new())?).into_response());
        }
        Err(e) => return Err(e.into()),
    };
    view.list = house.records(of, &action, before).await?;
    view.next = view.list.next.map(|before| {
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("installation", &key)
            .append_pair("action", &action)
            .append_pair("before", &before.to_string())
            .finish();
        format!("{AUDIT}?{query}")
    });
    if verify == "yes" {
        view.verified = Some(house.verify_log(of).await?);
    }
    page(&view, Vec::new())
}

/// Which log.
#[derive(Debug, Deserialize)]
pub(super) struct Of {
    #[serde(default)]
    installation: String,
}

/// `GET /operator/audit/export`
pub(super) async fn export(
    State(house): State<Arc<House>>,
    desk: Desk,
    Query(Of { installation }): Query<Of>,
) -> Result<Response, Failure> {
    let key = installation.trim();
    let of = house.id_of(key).await?;
    Ok(house.export_log(of, key, desk.who()).await?)
}
