//! The installation's own part of the audit log.

use super::Own;
use crate::house::House;
use crate::op::OauthError;
use axum::Json;
use axum::extract::{Query, State};
use platform::audit::{Audit, Chain};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// Where to go on.
#[derive(Debug, Deserialize)]
pub(crate) struct Before {
    before: Option<i64>,
}

/// `GET /manage/audit`: the newest records first.
pub(crate) async fn audit(
    State(house): State<Arc<House>>,
    Own(own): Own,
    Query(Before { before }): Query<Before>,
) -> Result<Json<Value>, OauthError> {
    let rows = house.db.read(move |tx| Audit::of(tx, own.id).list(before, 200)).await?;
    let next = (rows.len() == 200).then(|| rows.last().map(|r| r.seq)).flatten();
    let rows: Vec<Value> = rows
        .into_iter()
        .map(|r| {
            json!({"seq": r.seq, "at": r.at, "actor": r.actor, "action": r.action, "object": r.object,
                "outcome": r.outcome, "reason": r.reason, "ip": r.ip, "hash": r.hash})
        })
        .collect();
    Ok(Json(json!({"records": rows, "next": next})))
}

/// `GET /manage/audit/verification`
pub(crate) async fn verify(
    State(house): State<Arc<House>>,
    Own(own): Own,
) -> Result<Json<Value>, OauthError> {
    let chain = house.db.read(move |tx| Audit::of(tx, own.id).verify_chain()).await?;
    Ok(Json(match chain {
        Chain::Intact { records, head } => json!({"intact": true, "records": records, "head": head}),
        Chain::Broken { seq } => json!({"intact": false, "first_bad": seq}),
    }))
}

/// Where an export goes on.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Behind {
    #[serde(default)]
    after: i64,
}

/// `GET /manage/audit/export`: the oldest records first, each with all that went into its hash.
pub(crate) async fn export(
    State(house): State<Arc<House>>,
    Own(own): Own,
    Query(Behind { after }): Query<Behind>,
) -> Result<Json<Value>, OauthError> {
    let rows = house.db.read(move |tx| Audit::of(tx, own.id).export(after, 1000)).await?;
    let rows: Vec<Value> = rows.iter().map(|(r, before)| r.exported(own.id, before)).collect();
    Ok(Json(json!({ "records": rows })))
}
