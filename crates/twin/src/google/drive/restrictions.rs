//! Content restrictions: locks that people set and take away (google.md 2.14).

use super::access;
use super::routes::Caller;
use super::state::{ContentRestriction, Key, Role};
use crate::google::Google;
use crate::google::error::Refusal;
use serde_json::Value;

fn invalid(message: &str) -> Refusal {
    Refusal::new(400, "invalid", message).about("contentRestrictions")
}

/// Carries out the member `contentRestrictions` of a create or update: it takes the place of what was. Writers may do
/// so; what only owners may change needs the owner, or a manager in shared drives; what the system locked stays.
pub fn apply(google: &mut Google, caller: &Caller<'_>, key: Key, wanted: &Value) -> Result<(), Refusal> {
    let Value::Array(wanted) = wanted else { return Err(invalid("Invalid value for: contentRestrictions")) };
    if wanted.len() > 1 {
        return Err(invalid("Only one content restriction can be set on a file."));
    }
    let Some(file) = google.drive.files.get(key) else { return Err(Refusal::no_file("")) };
    let role = access::role(&google.directory, &google.drive, caller, key);
    let owns = role >= Some(Role::Organizer);
    if file.mime.is_folder() || file.mime.is_shortcut() {
        return Err(Refusal::new(
            403,
            "cannotAddContentRestriction",
            "This item cannot have content restrictions.",
        ));
    }
    let held = file.restrictions();
    if held.iter().any(|lock| lock.system_restricted || (lock.owner_restricted && !owns)) {
        let message = "The user cannot modify the content restriction on this file.";
        return Err(Refusal::new(403, "cannotModifyContentRestriction", message));
    }
    let mut locks = Vec::new();
    for wish in wanted {
        let Some(read_only) = wish["readOnly"].as_bool() else {
            return Err(invalid("contentRestrictions.readOnly is required."));
        };
        let owner_restricted = wish["ownerRestricted"].as_bool().unwrap_or(false);
        let reason = wish["reason"].as_str();
        if !read_only && (owner_restricted || reason.is_some()) {
            return Err(invalid("A reason can only be given with readOnly=true."));
        }
        if owner_restricted && !owns {
            let message = "Only the owner can add an owner restriction.";
            return Err(Refusal::new(403, "cannotModifyContentRestriction", message));
        }
        if read_only {
            locks.push(ContentRestriction {
                reason: reason.map(Box::from),
                owner_restricted,
                system_restricted: false,
                by: caller.person,
                at: caller.now,
            });
        }
    }
    if let Some(file) = google.drive.files.get_mut(key) {
        file.extra_mut().restrictions = locks;
    }
    Ok(())
}
