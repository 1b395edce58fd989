//! Choosing a site or making one, and its libraries.

use super::SharePoint;
use domain::sharepoint::{LibraryFound, NewSite, SiteAt, SiteFound, library_name};
use domain::{Ctx, Error, ErrorKind, Result};

/// How many libraries of a site are looked into when it is chosen; each costs a request.
const LOOKED_INTO: usize = 20;

/// How far a site in the making has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// The group is there; Microsoft makes its site ready.
    Waiting,
    /// The site is there; the application has not been given it.
    Ungranted,
    /// It is the site of the set-up now.
    Chosen,
}

impl SharePoint<'_> {
    /// Finds the site. Another one than before takes the set-up back to its folders; what is in use stays in use. A site
    /// that the application has not been given is noted, for the request that gives it.
    /// # Errors
    /// `Invalid` for an address that is no site's; what Microsoft refuses, with the sentence that says who can mend it.
    pub async fn choose_site(&self, ctx: &Ctx, address: &str) -> Result<SiteFound> {
        let found = self.look_for(ctx, address).await?;
        let noted = found.clone();
        self.decide(ctx, "site", move |draft| match noted {
            SiteFound::Open(site) => draft.choose(site),
            SiteFound::Ungranted(at) => draft.ungranted = Some(at),
        })
        .await?;
        Ok(found)
    }

    async fn look_for(&self, ctx: &Ctx, address: &str) -> Result<SiteFound> {
        let consent = self.consent(ctx).await?;
        let call = crate::registry::call(ctx, None);
        let ground = &self.site()?.ground;
        let mut site = match ground.site(&call, &consent, address).await? {
            SiteFound::Open(site) => site,
            closed @ SiteFound::Ungranted(_) => return Ok(closed),
        };
        for library in site.libraries.iter_mut().take(LOOKED_INTO) {
            // What cannot be looked into now is looked into when it is chosen.
            library.required = ground.required(&call, &consent, &library.drive).await.unwrap_or_default();
        }
        Ok(SiteFound::Open(site))
    }

    /// Makes a site through a Microsoft 365 group. What is wished for is written down first; repeating it goes on with the
    /// same group.
    /// # Errors
    /// `Invalid` or `Conflict`, naming the field; `Forbidden` without the rights that it needs; `Unavailable` when
    /// Microsoft's answer was lost: [`Self::go_on`] finds out.
    pub async fn make_site(&self, ctx: &Ctx, name: &str, alias: &str) -> Result<Progress> {
        self.consent(ctx).await?;
        let mark = platform::random::id()?.to_string();
        let wish = NewSite::wished(name, alias, mark, ctx.now)?;
        self.decide_if(ctx, "site wished for", move |draft| {
            match &draft.making {
                Some(making) if making.alias == wish.alias => {}
                Some(making) => {
                    return Err(Error::conflict(format!(
                        "The site “{}” is being made already. Look again, or give it up first.",
                        making.name
                    )));
                }
                None => draft.making = Some(wish),
            }
            Ok(())
        })
        .await?;
        self.go_on(ctx).await
    }

    /// Goes on with the site that is being made: as far as Microsoft has come. Nothing is made twice.
    /// # Errors
    /// `Conflict` when none is being made, or when somebody else has its alias: then it is given up.
    pub async fn go_on(&self, ctx: &Ctx) -> Result<Progress> {
        let consent = self.consent(ctx).await?;
        let making = self.draft(ctx.installation).await?.making;
        let making = making.ok_or_else(|| {
            Error::conflict("No site is being made. Choose one by its address, or make one.")
        })?;
        let call = crate::registry::call(ctx, None);
        let ground = &self.site()?.ground;
        let group = match making.group.clone() {
            Some(group) => group,
            None => match ground.group(&call, &consent, &making).await {
                Ok(group) => group,
                Err(e) if e.field_name() == Some("site_alias") => {
                    self.decide(ctx, "site given up", |draft| draft.making = None).await?;
                    return Err(e);
                }
                Err(e) => return Err(e),
            },
        };
        self.note(ctx, &making, Some(group.clone()), None).await?;
        let site = match making.site.clone() {
            Some(site) => Some(site),
            None => ground.site_of(&call, &consent, &group).await?,
        };
        let Some(site) = site else { return Ok(Progress::Waiting) };
        self.note(ctx, &making, Some(group), Some(site.clone())).await?;
        match self.look_for(ctx, &site.address).await {
            Ok(SiteFound::Open(site)) => {
                self.decide(ctx, "site made", move |draft| {
                    draft.making = None;
                    draft.choose(site);
                })
                .await?;
                Ok(Progress::Chosen)
            }
            Ok(SiteFound::Ungranted(_)) => Ok(Progress::Ungranted),
            // Sites.Selected opens no site by itself; without the grant it is as if there were none.
            Err(e) if matches!(e.kind(), ErrorKind::Forbidden | ErrorKind::Invalid | ErrorKind::NotFound) => {
                Ok(Progress::Ungranted)
            }
            Err(e) => Err(e),
        }
    }

    /// What Microsoft has told of a site in the making, unless it was given up meanwhile.
    async fn note(
        &self,
        ctx: &Ctx,
        making: &NewSite,
        group: Option<String>,
        site: Option<SiteAt>,
    ) -> Result<()> {
        if making.group == group && (site.is_none() || making.site == site) {
            return Ok(());
        }
        let mark = making.mark.clone();
        self.decide(ctx, "site in the making", move |draft| {
            if let Some(making) = draft.making.as_mut().filter(|making| making.mark == mark) {
                making.group = group;
                making.site = site.or_else(|| making.site.take());
            }
        })
        .await
    }

    /// Gives the site in the making up. What is at Microsoft already stays there.
    /// # Errors
    /// `Forbidden` for who is no administrator.
    pub async fn give_up_site(&self, ctx: &Ctx) -> Result<()> {
        self.decide(ctx, "site given up", |draft| draft.making = None).await
    }

    /// Forgets the site that the application has not been given.
    /// # Errors
    /// `Forbidden` for who is no administrator.
    pub async fn forget_site(&self, ctx: &Ctx) -> Result<()> {
        self.decide(ctx, "site forgotten", |draft| draft.ungranted = None).await
    }

    /// Makes a library in the site, or finds the one of this name.
    /// # Errors
    /// `Conflict` before a site is chosen, or when something else has the name; what Microsoft refuses.
    pub async fn make_library(&self, ctx: &Ctx, name: &str) -> Result<LibraryFound> {
        let consent = self.consent(ctx).await?;
        let name = library_name(name)?;
        let site = self.draft(ctx.installation).await?.site;
        let site = site.ok_or_else(|| Error::conflict("Choose the site first."))?;
        let call = crate::registry::call(ctx, None);
        let ground = &self.site()?.ground;
        let mut made = ground.library(&call, &consent, &site.id, &name).await?;
        made.required = ground.required(&call, &consent, &made.drive).await?;
        self.note_library(ctx, &made).await?;
        Ok(made)
    }

    /// Writes down what is known of a library.
    pub(super) async fn note_library(&self, ctx: &Ctx, library: &LibraryFound) -> Result<()> {
        let library = library.clone();
        self.decide(ctx, "library", move |draft| {
            let Some(site) = &mut draft.site else { return };
            match site.libraries.iter_mut().find(|known| known.drive == library.drive) {
                Some(known) => *known = library,
                None => site.libraries.push(library),
            }
        })
        .await
    }
}
