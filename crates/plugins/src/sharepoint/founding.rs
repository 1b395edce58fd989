//! What a place needs before first use: a site, libraries and folders. Its columns are made in `columns`.

use super::SharePoint;
use super::calls::At;
use super::desk::Desk;
use super::folders::Wanted;
use super::place::{Connected, Library, Place};
use super::refusals::Class;
use super::wire::Drive;
use domain::connections::TokenSource;
use domain::plugin::{Call, Finding};
use domain::sharepoint::{Facts, GroupFound, SiteAt};
use domain::{Error, ErrorKind, Result};
use std::sync::Arc;

/// The connection of an application for which no place has been chosen yet.
#[derive(Debug, Clone)]
pub struct Founder {
    /// The Entra tenant.
    pub tenant: String,
    /// The connection of the application itself.
    pub app: String,
    /// Gives access tokens of connections.
    pub tokens: Arc<dyn TokenSource>,
}

/// A library of a site, to choose from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LibraryChoice {
    /// Its drive.
    pub drive: String,
    /// What people read.
    pub name: String,
    /// Where it is opened.
    pub address: String,
}

impl LibraryChoice {
    pub(super) fn of(drive: Drive) -> Self {
        Self { drive: drive.id, name: drive.name, address: drive.web_url.unwrap_or_default() }
    }
}

/// A site, found by its address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteChoice {
    /// `host,collection,web`.
    pub id: String,
    /// What people read.
    pub name: String,
    /// Its libraries.
    pub libraries: Vec<LibraryChoice>,
}

impl SharePoint {
    /// The site at an address as the browser shows it, and its libraries.
    /// # Errors
    /// `Invalid` for an address that is no site's; as Graph refuses otherwise.
    pub async fn site(&self, call: &Call, founder: Founder, address: &str) -> Result<SiteChoice> {
        let (host, path) = site_in(address)?;
        let desk = self.shared.desk_at(call, unplaced(founder)).await?;
        let found = desk.app.site(&host, &path).await;
        let site = match found {
            Err(trouble) if trouble.is(Class::Permission) => return Err(not_granted()),
            Err(trouble) if trouble.is(Class::Missing) => {
                return Err(Error::invalid(
                    "There is no site at this address, or the application has not been given it. Open the site in the \
                     browser and copy the address from there.",
                )
                .field("site"));
            }
            other => other?,
        };
        let libraries = desk.app.drives_of(&site.id).await?.into_iter().map(LibraryChoice::of);
        Ok(SiteChoice { libraries: libraries.collect(), id: site.id, name: site.display_name })
    }

    /// Where a site is that the caller sees; nothing when they do not, or have not connected Microsoft 365. Asked when the
    /// application has not been given it, for the request with which an administrator gives it (M-24).
    /// # Errors
    /// `Invalid` for an address that is no site's; `Unavailable` when Graph does not answer.
    pub async fn closed_site(&self, call: &Call, founder: Founder, address: &str) -> Result<Option<SiteAt>> {
        let (host, path) = site_in(address)?;
        let desk = match self.shared.desk_at(call, unplaced(founder)).await {
            Err(e) if e.kind() == ErrorKind::Forbidden => return Ok(None),
            other => other?,
        };
        match desk.mine.site(&host, &path).await {
            Ok(site) => Ok(Some(SiteAt { id: site.id, address: site.web_url })),
            Err(trouble) if trouble.is(Class::Permission) || trouble.is(Class::Missing) => Ok(None),
            Err(trouble) => Err(trouble.into()),
        }
    }

    /// The group of the tenant's directory that has an object id.
    /// # Errors
    /// As Graph refuses, but for a group that is not there or may not be read.
    pub async fn directory_group(&self, call: &Call, founder: Founder, object: &str) -> Result<GroupFound> {
        let desk = self.shared.desk_at(call, unplaced(founder)).await?;
        match desk.app.group(object).await {
            Ok(group) => Ok(GroupFound::Called(group.display_name)),
            Err(trouble) if trouble.is(Class::Missing) => Ok(GroupFound::Missing),
            Err(trouble) if trouble.is(Class::Permission) => Ok(GroupFound::Unreadable),
            Err(trouble) => Err(trouble.into()),
        }
    }

    /// Makes a folder for documents and one for templates in libraries of a site, and the columns when they are wanted.
    /// Repeating it with the same names gives the same folders.
    /// # Errors
    /// As Graph refuses: no right to put folders there, or no such library.
    pub async fn found(
        &self,
        call: &Call,
        founder: Founder,
        site: &str,
        documents: (&str, &str),
        templates: (&str, &str),
    ) -> Result<Place> {
        let tenant = founder.tenant.clone();
        let desk = self.shared.desk_at(call, unplaced(founder)).await?;
        let documents = desk.library(documents.0, documents.1).await?;
        let templates = desk.library(templates.0, templates.1).await?;
        Place {
            tenant,
            site: site.to_owned(),
            documents,
            templates,
            visible_for: false,
            columns: Facts::default(),
        }
        .validated()
    }

    /// Tests a place that is not in use yet, as the caller and as the application.
    /// # Errors
    /// `Forbidden` when the caller has not connected Microsoft 365.
    pub async fn examine(&self, call: &Call, connected: Connected) -> Result<Vec<Finding>> {
        Ok(self.shared.desk_at(call, connected).await?.check().await)
    }

    /// Makes what a place needs that is not in use yet.
    /// # Errors
    /// As Graph refuses.
    pub async fn prepare(&self, call: &Call, connected: Connected) -> Result<Vec<Finding>> {
        self.shared.desk_at(call, connected).await?.provision().await
    }
}

impl Desk<'_> {
    async fn library(&self, drive: &str, folder: &str) -> Result<Library> {
        let root =
            self.app.item(At { drive, item: "root" }).await?.ok_or_else(|| self.place_is_gone(drive))?;
        let wanted = Wanted {
            parent: At { drive, item: &root.id },
            name: folder.to_owned(),
            mark: super::ids::short(folder),
        };
        Ok(Library { drive: drive.to_owned(), folder: self.child(&wanted, &self.app).await? })
    }
}

pub(super) fn unplaced(founder: Founder) -> Connected {
    let nowhere = Library { drive: String::new(), folder: String::new() };
    let place = Place {
        tenant: founder.tenant,
        site: String::new(),
        documents: nowhere.clone(),
        templates: nowhere,
        visible_for: false,
        columns: Facts::default(),
    };
    Connected { place, app: founder.app, tokens: founder.tokens, share: None }
}

/// Host and server-relative path of a site's address.
fn site_in(address: &str) -> Result<(String, String)> {
    let wrong = || {
        Error::invalid(
            "This is no address of a site. Open the site in the browser and copy the address from there.",
        )
        .field("site")
    };
    let rest = address.trim().strip_prefix("https://").ok_or_else(wrong)?;
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let plain = |part: &str| {
        !part.is_empty()
            && part != ".."
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'%'))
    };
    if !host.contains('.') || !plain(host) {
        return Err(wrong());
    }
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        [kind @ ("sites" | "teams"), name, ..] if plain(name) => {
            Ok((host.to_owned(), format!("/{kind}/{name}")))
        }
        [] => Ok((host.to_owned(), String::new())),
        _ => Err(wrong()),
    }
}

fn not_granted() -> Error {
    Error::forbidden(
        "The application has not been given this site (Sites.Selected). An administrator of Microsoft 365 can grant it the \
         site; then try again. The request for that is shown here when you have connected your own documents under Your \
         accounts and may open the site yourself.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_site_is_found_in_what_people_paste() {
        let host = "contoso.sharepoint.com";
        for (address, path) in [
            ("https://contoso.sharepoint.com/sites/sales", "/sites/sales"),
            (
                " https://contoso.sharepoint.com/sites/sales/Shared%20Documents/Forms/AllItems.aspx?x=1 ",
                "/sites/sales",
            ),
            ("https://contoso.sharepoint.com/teams/a-b", "/teams/a-b"),
            ("https://contoso.sharepoint.com/", ""),
        ] {
            assert_eq!(site_in(address).unwrap(), (host.to_owned(), path.to_owned()), "{address}");
        }
        for address in [
            "",
            "sales",
            "http://contoso.sharepoint.com/sites/x",
            "https://x/y",
            "https://a.b/sites/..",
            "https://a.b/x",
        ] {
            assert_eq!(site_in(address).unwrap_err().field_name(), Some("site"), "{address}");
        }
    }
}
