//! Content restrictions: locks that people set and take away (google.md 2.14).

use super::routes::Caller;
use super::state::{ContentRestriction, Key};
use crate::google::Google;
use crate::google::error::Refusal;
use serde_json::Value;

/// Carries out the member `contentRestrictions` of an update.
pub fn apply(google: &mut Google, caller: &Caller<'_>, key: Key, wanted: &Value) -> Result<(), Refusal> {
    let Value::Array(wanted) = wanted else {
        return Err(Refusal::new(400, "invalid", "Invalid value for: contentRestrictions"));
    };
    let one = |wanted: &Value| ContentRestriction {
        reason: wanted["reason"].as_str().map(Box::from),
        owner_restricted: wanted["ownerRestricted"].as_bool().unwrap_or(false),
        system_restricted: false,
        by: caller.person,
        at: caller.now,
    };
    let locks = wanted.iter().filter(|lock| lock["readOnly"].as_bool() == Some(true)).map(one).collect();
    if let Some(file) = google.drive.files.get_mut(key) {
        file.extra_mut().restrictions = locks;
    }
    Ok(())
}
