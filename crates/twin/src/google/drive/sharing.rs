//! The rules of sharing: who can be given what (google.md 2.10).

use super::Drive;
use super::grants::Grant;
use super::routes::Caller;
use super::state::{Grantee, Key, Role, When};
use super::view::permission_id;
use crate::core::env::Env;
use crate::google::Google;
use crate::google::error::Refusal;
use serde_json::Value;

/// A year in milliseconds, the longest that a permission can be limited to.
const YEAR: i64 = 365 * 24 * 3_600_000;
/// So many members a shared drive has at most.
const MEMBERS: usize = 600;

/// What a request wants to give.
#[derive(Debug, Clone)]
pub(super) struct Wish {
    pub kind: String,
    pub role: Role,
    pub email: Option<String>,
    pub domain: Option<String>,
    pub discoverable: bool,
    pub expires: Option<String>,
}

fn body(env: &Env<'_>) -> Result<Value, Refusal> {
    let bytes = env.call.body.small();
    if bytes.is_empty() {
        return Ok(Value::Null);
    }
    match serde_json::from_slice(&bytes) {
        Ok(value @ Value::Object(_)) => Ok(value),
        _ => Err(Refusal::new(400, "parseError", "Parse Error")),
    }
}

fn text(body: &Value, name: &str) -> Option<String> {
    body[name].as_str().map(str::to_owned)
}

fn role(body: &Value) -> Result<Option<Role>, Refusal> {
    match &body["role"] {
        Value::Null => Ok(None),
        Value::String(name) => Role::of(name).map(Some).ok_or_else(|| invalid("role")),
        _ => Err(invalid("role")),
    }
}

fn invalid(member: &str) -> Refusal {
    let message = format!("The specified value is invalid or not supported: permission.{member}");
    Refusal::new(400, "invalid", message).about(&format!("permission.{member}"))
}

fn required(member: &str) -> Refusal {
    let message = format!("The permission {member} field is required.");
    Refusal::new(400, "required", message).about(&format!("permission.{member}"))
}

impl Wish {
    /// Of a create.
    pub fn read(env: &Env<'_>) -> Result<Self, Refusal> {
        let body = body(env)?;
        let kind = text(&body, "type").ok_or_else(|| required("type"))?;
        if !matches!(kind.as_str(), "user" | "group" | "domain" | "anyone") {
            return Err(invalid("type"));
        }
        let role = role(&body)?.ok_or_else(|| required("role"))?;
        Ok(Self {
            kind,
            role,
            email: text(&body, "emailAddress"),
            domain: text(&body, "domain"),
            discoverable: body["allowFileDiscovery"].as_bool().unwrap_or(false),
            expires: text(&body, "expirationTime"),
        })
    }

    /// Of an update of what there is: only role and expiry can change.
    pub fn read_update(env: &Env<'_>, grant: &Grant) -> Result<Self, Refusal> {
        let body = body(env)?;
        for member in ["type", "emailAddress", "domain", "id"] {
            if !body[member].is_null() {
                let message =
                    format!("The resource body includes fields which are not directly writable: {member}");
                return Err(Refusal::new(403, "fieldNotWritable", message));
            }
        }
        let kind = match &grant.grantee {
            Grantee::User(_) => "user",
            Grantee::Group(_) => "group",
            Grantee::Domain(_) => "domain",
            Grantee::Anyone => "anyone",
        };
        Ok(Self {
            kind: kind.to_owned(),
            role: role(&body)?.unwrap_or(grant.role),
            email: None,
            domain: None,
            discoverable: grant.discoverable,
            expires: text(&body, "expirationTime"),
        })
    }
}

/// Whom a wish is for.
/// # Errors
/// 400 when the address or domain is missing, mails are asked for where there are none (G-14), or somebody without
/// an account is not to be told.
pub(super) fn grantee(
    google: &mut Google,
    env: &Env<'_>,
    caller: &Caller<'_>,
    key: Key,
    wish: &Wish,
) -> Result<Grantee, Refusal> {
    let mail = env.call.query.get("sendNotificationEmail");
    let by_link = matches!(wish.kind.as_str(), "domain" | "anyone");
    let tolerated = mail == Some("false") && by_link && env.behaves("no-mail-for-domain-allowed").is_some();
    if by_link && mail.is_some() && !tolerated {
        let message = "The sendNotificationEmail parameter is only applicable for permissions of type 'user' or 'group'.";
        return Err(Refusal::new(400, "invalid", message).about("sendNotificationEmail"));
    }
    match wish.kind.as_str() {
        "anyone" => Ok(Grantee::Anyone),
        "domain" => {
            let domain = wish.domain.as_ref().ok_or_else(|| required("domain"))?.to_lowercase();
            let own = organisation(google, caller, key);
            if own.as_deref() != Some(domain.as_str()) {
                return Err(no_sharing(&format!("Sorry, you cannot share with {domain}.")));
            }
            Ok(Grantee::Domain(domain.into()))
        }
        kind => address(google, mail, kind, wish),
    }
}

fn address(google: &mut Google, mail: Option<&str>, kind: &str, wish: &Wish) -> Result<Grantee, Refusal> {
    let email = wish.email.as_deref().map(str::trim).filter(|email| !email.is_empty());
    let email = email.ok_or_else(|| required("emailAddress"))?.to_lowercase();
    let plain = email.split_once('@').is_some_and(|(local, host)| !local.is_empty() && host.contains('.'));
    if !plain {
        return Err(no_sharing(&format!("The specified emailAddress is invalid or not applicable: {email}")));
    }
    if google.directory.groups.contains_key(&email) {
        return if kind == "group" {
            Ok(Grantee::Group(email.into()))
        } else {
            Err(no_sharing(&format!("The address {email} is a group's.")))
        };
    }
    if kind == "group" {
        return Err(no_sharing(&format!("There is no group with the address {email}.")));
    }
    if let Some(user) = google.directory.user(&email).filter(|user| user.email.eq_ignore_ascii_case(&email)) {
        let id = user.id.clone();
        return Ok(Grantee::User(google.drive.person(&id)));
    }
    if mail == Some("false") {
        return Err(no_sharing(&format!(
            "You are trying to invite {email}. Since there is no Google account associated with this email address, you must check the \"Notify people\" box to invite this recipient."
        )));
    }
    Ok(Grantee::User(google.drive.person(&email)))
}

fn no_sharing(words: &str) -> Refusal {
    Refusal::new(400, "invalidSharingRequest", format!("Bad Request. User message: \"{words}\""))
}

/// The domain that a file belongs to: its owner's, or its shared drive's.
fn organisation(google: &Google, caller: &Caller<'_>, key: Key) -> Option<String> {
    let file = google.drive.files.get(key)?;
    if let Some((_, shared)) = google.drive.shared_drive_of(file) {
        return Some(shared.domain.to_string());
    }
    let owner = file.owner.unwrap_or(caller.person);
    google.directory.users.get(google.drive.user_id(owner))?.domain.clone()
}

/// Refuses roles that the kind of grantee or file cannot have.
pub(super) fn need_role(google: &Google, key: Key, wish: &Wish) -> Result<(), Refusal> {
    let drive = &google.drive;
    let shared = drive.files.get(key).is_some_and(|file| drive.shared_drive_of(file).is_some());
    let person = matches!(wish.kind.as_str(), "user" | "group");
    let fits = match wish.role {
        Role::Owner => !shared,
        Role::Organizer => drive.shared_drives.contains_key(&key) && person,
        Role::FileOrganizer => {
            shared && person && drive.files.get(key).is_some_and(|file| file.mime.is_folder())
        }
        _ => true,
    };
    if !fits {
        let message = format!("The role '{}' cannot be given on this item.", wish.role.name());
        return Err(Refusal::new(403, "cannotSetRole", message).about("permission.role"));
    }
    if drive.shared_drives.contains_key(&key) && !person {
        let message = "Only users and groups can be members of a shared drive.";
        return Err(Refusal::new(400, "invalid", message).about("permission.type"));
    }
    Ok(())
}

/// Refuses what the domain's policy or the shared drive's restrictions forbid.
pub(super) fn need_policy(
    google: &Google,
    caller: &Caller<'_>,
    key: Key,
    grantee: &Grantee,
) -> Result<(), Refusal> {
    let organisation = organisation(google, caller, key);
    let outside = match grantee {
        Grantee::Anyone => true,
        Grantee::Domain(name) => organisation.as_deref() != Some(&**name),
        Grantee::Group(email) => email.rsplit_once('@').map(|(_, host)| host) != organisation.as_deref(),
        Grantee::User(person) => {
            let user = google.directory.users.get(google.drive.user_id(*person));
            user.and_then(|user| user.domain.clone()) != organisation
        }
    };
    let domain = organisation.as_ref().and_then(|name| google.directory.domains.get(name));
    if outside && domain.is_some_and(|domain| !domain.external_sharing) {
        let message = "The domain policy does not allow sharing with people outside of the organization.";
        return Err(Refusal::new(403, "domainPolicy", message));
    }
    let Some(file) = google.drive.files.get(key) else { return Ok(()) };
    let Some((root, shared)) = google.drive.shared_drive_of(file) else { return Ok(()) };
    if outside && shared.domain_users_only {
        let message = "This shared drive only allows sharing with users in the domain.";
        return Err(Refusal::new(403, "teamDriveDomainUsersOnlyRestriction", message));
    }
    let members = google.drive.files.get(root).map(|root| root.permissions.as_slice()).unwrap_or_default();
    if key != root && shared.drive_members_only && !members.iter().any(|member| member.grantee == *grantee) {
        let message = "This shared drive only allows sharing with its members.";
        return Err(Refusal::new(403, "teamDriveTeamMembersOnlyRestriction", message));
    }
    if key == root && members.len() >= MEMBERS && !members.iter().any(|member| member.grantee == *grantee) {
        let message = "The shared drive's membership limit has been exceeded.";
        return Err(Refusal::new(403, "teamDriveMembershipLimitExceeded", message));
    }
    Ok(())
}

/// When what is wished ends.
/// # Errors
/// 403 when it is no time, not in the future, more than a year away, or not for a user or group.
pub(super) fn expiry(
    google: &Google,
    caller: &Caller<'_>,
    key: Key,
    wish: &Wish,
) -> Result<Option<When>, Refusal> {
    let Some(text) = &wish.expires else { return Ok(None) };
    let at: jiff::Timestamp = text.parse().map_err(|_| invalid("expirationTime"))?;
    let at = When::from(at);
    let refuse = |reason: &str, message: &str| {
        Err(Refusal::new(403, reason, message).about("permission.expirationTime"))
    };
    if !matches!(wish.kind.as_str(), "user" | "group") || wish.role >= Role::FileOrganizer {
        return refuse(
            "expirationDateNotAllowedForRole",
            "Expiration dates can only be set on user and group permissions.",
        );
    }
    if google.drive.shared_drives.contains_key(&key) {
        return refuse(
            "expirationDateNotAllowedForSharedDriveMembers",
            "Expiration dates are not allowed for shared drive members.",
        );
    }
    if at <= caller.now {
        return refuse("expirationDatesMustBeInTheFuture", "Expiration dates must be in the future.");
    }
    if at.0 - caller.now.0 > YEAR {
        return refuse(
            "expirationDatesMustBeWithinAYear",
            "Expiration dates cannot be more than a year in the future.",
        );
    }
    Ok(Some(at))
}

/// The id of a grantee's permission, the same on all files.
pub(super) fn id_of(drive: &Drive, grantee: &Grantee, discoverable: bool) -> String {
    match grantee {
        Grantee::User(person) => permission_id(drive.user_id(*person)),
        Grantee::Group(email) => permission_id(email),
        Grantee::Domain(name) => format!("{}k", permission_id(name)),
        Grantee::Anyone if discoverable => "anyone".to_owned(),
        Grantee::Anyone => "anyoneWithLink".to_owned(),
    }
}

/// Whom a file is shared with sees when, and by whom.
pub(super) fn note_shared_with(google: &mut Google, caller: &Caller<'_>, key: Key, grantee: &Grantee) {
    let people: Vec<super::state::Person> = match grantee {
        Grantee::User(person) => vec![*person],
        Grantee::Group(group) => {
            let members =
                google.directory.users.values().filter(|user| google.directory.is_member(group, &user.email));
            let ids: Vec<String> = members.map(|user| user.id.clone()).collect();
            ids.iter().map(|id| google.drive.person(id)).collect()
        }
        Grantee::Domain(_) | Grantee::Anyone => Vec::new(),
    };
    let file = google.drive.files.get(key);
    if file.is_none_or(|file| google.drive.shared_drive_of(file).is_some()) {
        return;
    }
    for person in people.into_iter().filter(|person| *person != caller.person) {
        let mine = google.drive.mine.entry((key, person)).or_default();
        mine.shared_with_me.get_or_insert(caller.now);
        mine.shared_by.get_or_insert(caller.person);
    }
}
