//! Orders that change a provider's state at once, and tokens without a browser.

use crate::google::directory::Publishing;
use crate::{Error, Result, Twin};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// An access token to be made without a browser.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "provider", deny_unknown_fields)]
pub enum TokenOrder {
    /// For a user's account.
    Google {
        /// An address or id.
        user: String,
        /// The OAuth client's id.
        client: String,
        scopes: Vec<String>,
    },
    /// For a user with delegated scopes; without a user, for the application itself with application permissions.
    Microsoft {
        /// The tenant's id or a domain of it.
        tenant: String,
        /// A sign-in name or object id.
        user: Option<String>,
        /// The application's client id.
        app: String,
        scopes: Vec<String>,
    },
}

/// A change at Google.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "camelCase", tag = "kind", deny_unknown_fields)]
pub enum GoogleOrder {
    /// Suspends an account, or lets it back in.
    Suspend { user: String, suspended: bool },
    /// A new key signs from now on; the one before stays published.
    RotateKeys,
    /// Ends what an account granted to a project, or to all projects.
    Revoke { user: String, project: Option<String> },
    /// Access tokens end now: of one account, or of all.
    ExpireTokens { user: Option<String> },
    /// Deletes an OAuth client, or restores it.
    DeleteClient { client: String, deleted: bool },
    /// Changes how far an application's consent screen is.
    Publishing { project: String, publishing: Publishing },
    /// Somebody opens a file with a project's application: `drive.file` reaches it from then on. Or no longer.
    OpenedWith { file: String, project: String, opened: bool },
    /// Locks a file as the system does, so that no restriction of it can be changed; or takes that lock away.
    SystemLock { file: String, reason: Option<String>, locked: bool },
}

/// A change at Microsoft.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "camelCase", tag = "kind", deny_unknown_fields)]
pub enum MicrosoftOrder {
    /// Disables a user, or enables them again.
    Enable { tenant: String, user: String, enabled: bool },
    /// Signs tokens with the next key.
    RotateKeys,
    /// Ends every access token.
    ExpireTokens,
    /// Ends every browser's session at the sign-in.
    EndSessions,
    /// Ends all tokens of a user that were issued before.
    RevokeSessions { tenant: String, user: String },
    /// Takes back what a tenant has granted to an application.
    RevokeConsent { tenant: String, app: String },
    /// Registers another secret, until an instant or for good.
    AddSecret { app: String, secret: String, expires: Option<jiff::Timestamp> },
    /// Locks a file as an office program does, for so many seconds; 0 lets go of it.
    Lock { item: String, user: Option<String>, seconds: i64 },
    /// Lets a site be read only, or lets it be written to again.
    ReadOnly { tenant: String, site: String, read_only: bool },
    /// Lets an application ask again that was blocked for asking too often.
    Unblock { tenant: String, app: String },
    /// Sends the reminder to renew a subscription.
    RemindSubscription { subscription: String },
}

impl Twin {
    /// Makes an access token for a seeded user or application.
    /// # Errors
    /// When one of them does not exist.
    pub fn mint(&self, order: &TokenOrder) -> Result<String> {
        match order {
            TokenOrder::Google { user, client, scopes } => self.google(|google, house| {
                let missing = |what: &str, name: &str| Error(format!("Google has no {what} {name}"));
                let user = google.directory.user(user).ok_or_else(|| missing("account", user))?.id.clone();
                let known = google.directory.clients.get(client).ok_or_else(|| missing("client", client))?;
                let project = known.project.clone();
                let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
                Ok(google.identity.mint(&user, client, &project, &scopes, house.clock.now(), &house.random))
            }),
            TokenOrder::Microsoft { tenant, user, app, scopes } => self.microsoft(|microsoft, house| {
                let missing = |what: &str, name: &str| Error(format!("Microsoft has no {what} {name}"));
                let found = microsoft.directory.tenant(tenant).ok_or_else(|| missing("tenant", tenant))?;
                let user = match user {
                    Some(name) => Some(found.user(name).ok_or_else(|| missing("user", name))?.id.clone()),
                    None => None,
                };
                if !microsoft.directory.apps.contains_key(app) {
                    return Err(missing("application", app));
                }
                let tenant = found.id.clone();
                let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
                let now = house.clock.now();
                Ok(microsoft.entra.mint(&tenant, user.as_deref(), app, &scopes, now, &house.random))
            }),
        }
    }

    /// Carries out a change at Google.
    /// # Errors
    /// When it names what does not exist.
    pub fn order_google(&self, order: &GoogleOrder) -> Result<Value> {
        self.google(|google, house| {
            let now = house.clock.now();
            match order {
                GoogleOrder::Suspend { user, suspended } => google.suspend_user(user, *suspended, now)?,
                GoogleOrder::RotateKeys => google.identity.rotate_keys(house),
                GoogleOrder::Revoke { user, project } => google.revoke(user, project.as_deref(), now)?,
                GoogleOrder::ExpireTokens { user } => google.expire_tokens(user.as_deref(), now)?,
                GoogleOrder::DeleteClient { client, deleted } => google.delete_client(client, *deleted)?,
                GoogleOrder::Publishing { project, publishing } => {
                    google.set_publishing(project, *publishing)?;
                }
                GoogleOrder::OpenedWith { file, project, opened } => {
                    google.opened_with(file, project, *opened)?;
                }
                GoogleOrder::SystemLock { file, reason, locked } => {
                    google.system_lock(file, reason.as_deref(), *locked, house)?;
                }
            }
            Ok(json!({}))
        })
    }

    /// Carries out a change at Microsoft.
    /// # Errors
    /// When it names what does not exist.
    pub fn order_microsoft(&self, order: &MicrosoftOrder) -> Result<Value> {
        match order {
            MicrosoftOrder::RotateKeys => self.microsoft(|microsoft, _| {
                microsoft.entra.rotate_keys();
                Ok(json!({}))
            }),
            MicrosoftOrder::ExpireTokens => self.microsoft(|microsoft, house| {
                microsoft.entra.expire_tokens(house.clock.now());
                Ok(json!({}))
            }),
            MicrosoftOrder::EndSessions => self.microsoft(|microsoft, _| {
                microsoft.entra.end_sessions();
                Ok(json!({}))
            }),
            MicrosoftOrder::RevokeSessions { tenant, user } => self.microsoft(|microsoft, house| {
                let done = microsoft.directory.revoke_sessions(tenant, user, house.clock.now());
                found(done, || format!("Microsoft has no user {user} in {tenant}"))
            }),
            MicrosoftOrder::RevokeConsent { tenant, app } => self.microsoft(|microsoft, _| {
                let done = microsoft.directory.revoke_consent(tenant, app);
                found(done, || format!("{tenant} has granted nothing to {app}"))
            }),
            MicrosoftOrder::AddSecret { app, secret, expires } => self.microsoft(|microsoft, _| {
                let done = microsoft.directory.add_secret(app, secret, *expires);
                found(done, || format!("Microsoft has no application {app}"))
            }),
            MicrosoftOrder::Lock { .. }
            | MicrosoftOrder::ReadOnly { .. }
            | MicrosoftOrder::Unblock { .. }
            | MicrosoftOrder::RemindSubscription { .. } => self.order_graph(order),
            MicrosoftOrder::Enable { tenant, user, enabled } => self.microsoft(|microsoft, _| {
                let missing = || Error(format!("Microsoft has no user {user} in {tenant}"));
                let found = microsoft
                    .directory
                    .tenant(tenant)
                    .and_then(|tenant| tenant.user(user).map(|user| (tenant.id.clone(), user.id.clone())));
                let (tenant, user) = found.ok_or_else(missing)?;
                let tenant = microsoft.directory.tenants.get_mut(&tenant).ok_or_else(missing)?;
                tenant.users.get_mut(&user).ok_or_else(missing)?.enabled = *enabled;
                Ok(json!({}))
            }),
        }
    }

    /// Carries out a change in SharePoint.
    fn order_graph(&self, order: &MicrosoftOrder) -> Result<Value> {
        match order {
            MicrosoftOrder::Lock { item, user, seconds } => self.microsoft(|microsoft, house| {
                let key = microsoft.graph.content.find(item);
                let key = key.ok_or_else(|| Error(format!("SharePoint has no item {item}")))?;
                let until = house.clock.now().checked_add(jiff::SignedDuration::from_secs(*seconds)).ok();
                let until = until.filter(|_| *seconds > 0);
                crate::microsoft::graph::files::lock(microsoft, key, user.clone(), until);
                Ok(json!({}))
            }),
            MicrosoftOrder::ReadOnly { tenant, site, read_only } => self.microsoft(|microsoft, _| {
                let id =
                    microsoft.directory.tenant(tenant).map(|tenant| tenant.id.clone()).unwrap_or_default();
                let sites = &mut microsoft.graph.content.sites;
                let known = sites
                    .iter_mut()
                    .find(|known| known.tenant == id && (known.path == *site || known.id() == *site));
                let done = known.map(|known| known.read_only = *read_only).is_some();
                found(done, || format!("{tenant} has no site {site}"))
            }),
            MicrosoftOrder::Unblock { tenant, app } => self.microsoft(|microsoft, _| {
                let id =
                    microsoft.directory.tenant(tenant).map(|tenant| tenant.id.clone()).unwrap_or_default();
                let key = crate::microsoft::graph::budget::app_key(app, &id);
                found(microsoft.graph.blocked.remove(&key), || format!("{app} is not blocked in {tenant}"))
            }),
            MicrosoftOrder::RemindSubscription { subscription } => self.microsoft(|microsoft, house| {
                let done = crate::microsoft::graph::subscriptions::remind(microsoft, house, subscription);
                found(done, || format!("there is no subscription {subscription} with a lifecycle address"))
            }),
            _ => Err(Error("this is no order for SharePoint".into())),
        }
    }
}

fn found(done: bool, otherwise: impl FnOnce() -> String) -> Result<Value> {
    if done { Ok(json!({})) } else { Err(Error(otherwise())) }
}
