//! Domains: where whose people sign in. Kept at the login page, managed by an administrator without help.

use super::SignIn;
use super::directory::MATCHING;
use broker_client::ProviderName;
use domain::audit::Entry;
use domain::connections::Provider;
use domain::identity::{Address, Registration, registrable};
use domain::{Ctx, Result};
use store::NewAudit;

/// A domain with what it means for the people there are.
#[derive(Debug, Clone)]
pub struct DomainView {
    /// The registration.
    pub registration: Registration,
    /// How many associates have an address in it.
    pub people: usize,
}

impl SignIn<'_> {
    /// The installation's domains, and the providers there are.
    pub async fn domains(&self, ctx: &Ctx) -> Result<(Vec<DomainView>, Vec<ProviderName>)> {
        let (client, key) = self.administered(ctx).await?;
        let overview = client.overview(&key, ctx.now).await?;
        let of = ctx.installation;
        let addresses = self.app.store().read(move |tx| tx.associates(of).addresses()).await?;
        let domains: Vec<String> =
            addresses.iter().filter_map(|(_, a)| Address::parse(a)).map(|a| a.domain).collect();
        let views = overview
            .domains
            .into_iter()
            .map(|registration| DomainView {
                people: domains.iter().filter(|d| registration.covers(d)).count(),
                registration,
            })
            .collect();
        Ok((views, overview.providers))
    }

    /// Registers a domain.
    /// # Errors
    /// `Invalid` for what is no domain of one's own.
    pub async fn put_domain(
        &self,
        ctx: &Ctx,
        domain: &str,
        provider: &Provider,
        subdomains: bool,
    ) -> Result<Registration> {
        let (client, key) = self.administered(ctx).await?;
        let domain = registrable(domain)?;
        let made = client.put_domain(&key, &domain, provider, subdomains, ctx.now).await?;
        self.noted(ctx, "domain.registered", format!("domain:{domain} {provider}")).await?;
        Ok(made)
    }

    /// Registers a domain no more. Whoever is bound stays bound.
    pub async fn remove_domain(&self, ctx: &Ctx, domain: &str, provider: &Provider) -> Result<()> {
        let (client, key) = self.administered(ctx).await?;
        client.remove_domain(&key, domain, provider, ctx.now).await?;
        self.noted(ctx, "domain.removed", format!("domain:{domain} {provider}")).await
    }

    /// Whether first sign-ins are matched by address.
    pub async fn matches_by_address(&self, ctx: &Ctx) -> Result<bool> {
        let of = ctx.installation;
        let setting = self.app.store().read(move |tx| tx.settings(of).get(MATCHING)).await?;
        Ok(setting.as_deref() != Some("off"))
    }

    /// Switches first sign-ins by address on or off.
    pub async fn match_by_address(&self, ctx: &Ctx, on: bool) -> Result<()> {
        ctx.require_administrator()?;
        let (of, word) = (ctx.installation, if on { "on" } else { "off" });
        self.app.store().write(move |tx| tx.settings(of).put(MATCHING, word)).await?;
        self.noted(ctx, "sign_in.matching_changed", word.to_owned()).await
    }

    pub(crate) async fn noted(&self, ctx: &Ctx, action: &'static str, object: String) -> Result<()> {
        let of = ctx.installation;
        let audit = NewAudit::of(ctx, Entry::done(action, object));
        self.app.store().write(move |tx| tx.audit(of).record(&audit).map(drop)).await
    }
}
