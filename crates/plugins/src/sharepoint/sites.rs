//! A site that is made: a Microsoft 365 group, then the site that Microsoft makes for it (M-23); and libraries in a site.
//!
//! The group is made by the application itself with the right to make groups alone; its owner is whoever asks. Its site is
//! looked for as that person. Nothing is made twice: an alias is somebody's or nobody's, and our group bears a mark.

use super::SharePoint;
use super::client::{Asked, Trouble};
use super::desk::Desk;
use super::founding::{Founder, LibraryChoice, unplaced};
use super::refusals::Class;
use super::wire::Group;
use domain::plugin::Call;
use domain::sharepoint::{NewSite, SiteAt};
use domain::{Error, ErrorKind, Result};
use serde_json::json;

/// How often a library that was made a moment ago is looked for.
const YOUNG: u32 = 4;

impl SharePoint {
    /// The group of a new site, by its object id: the one that bears its mark, or a new one that the caller owns.
    /// # Errors
    /// `Conflict` when somebody else has the alias; `Forbidden` without the rights; `Unavailable` while nobody knows
    /// whether it was made.
    pub async fn group(&self, call: &Call, founder: Founder, wish: &NewSite) -> Result<String> {
        let desk = self.shared.desk_at(call, unplaced(founder)).await?;
        // One asks, the others wait and then find it.
        let _turn = self.shared.turn(&format!("group/{}", wish.mark)).await;
        if let Some(known) = desk.group_of(wish).await? {
            return Ok(known);
        }
        match desk.add_group(wish).await {
            Ok(made) => Ok(made.id),
            Err(trouble) if trouble.is(Class::Permission) => Err(may_not_make()),
            // Made a moment ago, by a request whose answer was lost, or somebody was quicker.
            Err(trouble) if trouble.is(Class::Taken) => desk.group_of(wish).await?.ok_or_else(not_shown),
            Err(Trouble::Unsure(error)) => match desk.group_of(wish).await {
                Ok(Some(known)) => Ok(known),
                _ => Err(not_known().caused_by(error)),
            },
            Err(trouble) => Err(trouble.into()),
        }
    }

    /// The site of a group, as the caller; nothing until it is ready.
    /// # Errors
    /// As Graph refuses.
    pub async fn site_of(&self, call: &Call, founder: Founder, group: &str) -> Result<Option<SiteAt>> {
        let desk = self.shared.desk_at(call, unplaced(founder)).await?;
        let found = super::calls::none_when_missing(desk.mine.site_of_group(group).await)?;
        Ok(found.map(|site| SiteAt { id: site.id, address: site.web_url }))
    }

    /// A library of this name in a site: the one there is, or a new one.
    /// # Errors
    /// `Conflict` when something else has the name.
    pub async fn library_named(
        &self,
        call: &Call,
        founder: Founder,
        site: &str,
        name: &str,
    ) -> Result<LibraryChoice> {
        let desk = self.shared.desk_at(call, unplaced(founder)).await?;
        let _turn = self.shared.turn(&format!("library/{site}")).await;
        if let Some(known) = desk.library_of(site, name).await? {
            return Ok(known);
        }
        let outcome = desk.app.add_library(site, name).await;
        let taken = match outcome {
            Err(trouble) if trouble.is(Class::Permission) => return Err(may_not_add()),
            Err(trouble @ Trouble::Unsure(_)) => Some(trouble),
            Err(trouble) if trouble.is(Class::Taken) => Some(trouble),
            Err(trouble) => return Err(trouble.into()),
            Ok(()) => None,
        };
        for tried in 0..YOUNG {
            if let Some(made) = desk.library_of(site, name).await? {
                return Ok(made);
            }
            desk.app.pause(tried).await;
        }
        Err(match taken {
            Some(trouble) if trouble.is(Class::Taken) => Error::conflict(
                "The site has something else of this name, which is no library. Choose another name for the library.",
            )
            .field("library_name"),
            Some(trouble) => trouble.into(),
            None => Error::new(
                ErrorKind::Unavailable,
                "The library was made, and SharePoint does not show it yet. Make it again in a minute: no second one is made.",
            ),
        })
    }
}

impl Desk<'_> {
    /// The group that has the alias, when it is ours.
    async fn group_of(&self, wish: &NewSite) -> Result<Option<String>> {
        let found = match self.app.groups_of(&wish.alias).await {
            Err(trouble) if trouble.is(Class::Permission) => return Err(may_not_make()),
            other => other?,
        };
        let Some(found) = found.into_iter().find(|group| is_alias(group, &wish.alias)) else {
            return Ok(None);
        };
        if wish.is_described_by(found.description.as_deref().unwrap_or_default()) {
            return Ok(Some(found.id));
        }
        Err(Error::conflict(format!(
            "“{}” is taken: the group “{}” has it already. Choose another end of the address, or use that group's site by its \
             address.",
            wish.alias, found.display_name
        ))
        .field("site_alias"))
    }

    async fn add_group(&self, wish: &NewSite) -> Asked<Group> {
        let owner = format!("{}/users/{}", self.app.client.address, self.mine.access.object);
        let body = json!({
            "displayName": wish.name,
            "description": wish.description(),
            "mailNickname": wish.alias,
            "mailEnabled": true,
            "securityEnabled": false,
            "groupTypes": ["Unified"],
            "visibility": "Private",
            "owners@odata.bind": [&owner],
            "members@odata.bind": [&owner],
            "resourceBehaviorOptions": ["WelcomeEmailDisabled", "HideGroupInOutlook"],
        });
        self.app.add_group(&body).await
    }

    async fn library_of(&self, site: &str, name: &str) -> Result<Option<LibraryChoice>> {
        let folded = domain::names::folded(name);
        let all = self.app.drives_of(site).await?;
        let found = all.into_iter().find(|drive| domain::names::folded(&drive.name) == folded);
        Ok(found.map(LibraryChoice::of))
    }
}

fn is_alias(group: &Group, alias: &str) -> bool {
    group.mail_nickname.as_deref().is_some_and(|known| known.eq_ignore_ascii_case(alias))
}

fn may_not_make() -> Error {
    Error::forbidden(
        "The application may not make a site yet: it needs Group.Create and GroupMember.Read.All. Nothing was made. Whoever \
         runs the login page adds them to the application, and an administrator of Microsoft 365 agrees again with the link of \
         the first step. Microsoft may take an hour to let it in.",
    )
}

fn may_not_add() -> Error {
    Error::forbidden(
        "The application may not make a library in this site: that needs the role owner (Sites.Selected). Nothing was made. An \
         administrator of Microsoft 365 can grant it, or an owner of the site can make the library; then find the site again.",
    )
}

fn not_known() -> Error {
    Error::new(
        ErrorKind::Unavailable,
        "Microsoft's answer was lost, so it is not known whether the group was made. Look again: it is found, or made once.",
    )
}

fn not_shown() -> Error {
    Error::new(
        ErrorKind::Unavailable,
        "Microsoft says that this end of the address is taken and does not show a group that has it. It may be the group that \
         was made a moment ago: look again in a minute, and no second one is made. If it stays so it is somebody's mailbox or a \
         group that was removed; give up and choose another one.",
    )
}
