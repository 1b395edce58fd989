//! Telling an installation that a session is over (OpenID Connect Back-Channel Logout 1.0).

use super::LOGOUT;
use crate::house::House;
use crate::tables::installations;
use crate::tables::sessions::Visit;
use crate::vault;
use bytes::Bytes;
use domain::{Error, Result};
use http::Request;
use serde_json::json;

impl House {
    pub(crate) async fn tell_one(&self, visit: &Visit) -> Result<()> {
        let of = visit.installation;
        let found = self.db.read(move |tx| installations::get(tx, of)).await?;
        let Some(installation) = found.filter(|i| i.enabled && !i.logout_url.is_empty()) else {
            return Ok(());
        };
        let now = self.now().as_second();
        let claims = json!({
            "iss": self.issuer(), "aud": installation.key, "sub": visit.handle, "sid": visit.sid, "iat": now,
            "exp": now + 120, "jti": vault::word()?,
            "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
        });
        let token = self.sign(LOGOUT, &claims).await?;
        let body =
            form_urlencoded::Serializer::new(String::new()).append_pair("logout_token", &token).finish();
        let request = Request::post(&installation.logout_url)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Bytes::from(body))
            .map_err(|e| Error::internal("an installation's logout address is none").caused_by(e))?;
        let answer = self.outward.send(request).await?;
        if answer.status().is_success() {
            return Ok(());
        }
        Err(Error::internal("an installation did not take a logout")
            .with("status", answer.status().to_string()))
    }
}
