//! What authentication plugins may look up, from the installation's own tables.

use super::{SignIn, hash};
use async_trait::async_trait;
use domain::identity::{
    Address, Admissible, Bound, Directory, Found, Identity, IdentityKey, Invited, Rules, skeleton,
};
use domain::records::Associate;
use domain::{AssociateId, InstallationId, Result};
use jiff::Timestamp;
use store::Tx;

/// The setting that switches first sign-ins by address off.
pub(super) const MATCHING: &str = "sign_in.match_by_address";

/// The directory of one installation.
#[derive(Debug)]
pub(super) struct StoreDirectory<'a> {
    pub sign_in: SignIn<'a>,
    pub installation: InstallationId,
    /// The hash of the invitation the trip began with; blank for none.
    pub invitation: String,
    pub now: Timestamp,
}

#[async_trait]
impl Directory for StoreDirectory<'_> {
    async fn find(&self, identity: &Identity, invitation: Option<&str>) -> Result<Found> {
        let (of, now, identity) = (self.installation, self.now, identity.clone());
        let invitation = invitation.map_or_else(|| self.invitation.clone(), hash);
        self.sign_in
            .app
            .store()
            .read(move |tx| {
                let bound = match tx.identities(of).get(&identity.key)? {
                    Some(bound) => tx.associates(of).get(bound.associate)?.map(|a| admissible(&a)),
                    None => None,
                };
                Ok(Found {
                    bound,
                    by_address: by_address(tx, of, &identity)?,
                    invitation: invited(tx, of, &invitation, now)?,
                })
            })
            .await
    }

    async fn bound(&self, key: &IdentityKey) -> Result<Option<AssociateId>> {
        let (of, key) = (self.installation, key.clone());
        self.sign_in.app.store().read(move |tx| Ok(tx.identities(of).get(&key)?.map(|b| b.associate))).await
    }

    async fn associate(&self, id: AssociateId) -> Result<Option<Bound>> {
        let of = self.installation;
        self.sign_in.app.store().read(move |tx| one(tx, of, id)).await
    }

    async fn rules(&self) -> Result<Rules> {
        let of = self.installation;
        let key = self.sign_in.key_of(of).await?;
        let overview = self.sign_in.page()?.client.overview(&key, self.now).await?;
        let matching = self.sign_in.app.store().read(move |tx| tx.settings(of).get(MATCHING)).await?;
        Ok(Rules { domains: overview.domains, match_by_address: matching.as_deref() != Some("off") })
    }
}

fn admissible(who: &Associate) -> Admissible {
    Admissible { associate: who.id, admission: who.admission() }
}

fn one(tx: &Tx<'_>, of: InstallationId, id: AssociateId) -> Result<Option<Bound>> {
    let Some(who) = tx.associates(of).get(id)? else { return Ok(None) };
    let identities = tx.identities(of).of(id)?.into_iter().map(|i| (i.key.provider, i.key.realm)).collect();
    Ok(Some(Bound { who: admissible(&who), address: who.email, identities }))
}

/// Associates whose address is the same when folded, or looks the same. SQL compares neither.
fn by_address(tx: &Tx<'_>, of: InstallationId, identity: &Identity) -> Result<Vec<Bound>> {
    let Some(address) = identity.address.as_deref().and_then(Address::parse) else { return Ok(Vec::new()) };
    let looks = skeleton(&address.whole());
    let mut found = Vec::new();
    for (id, text) in tx.associates(of).addresses()? {
        let same = Address::parse(&text).as_ref() == Some(&address) || skeleton(&text) == looks;
        if same {
            found.extend(one(tx, of, id)?);
        }
    }
    Ok(found)
}

fn invited(tx: &Tx<'_>, of: InstallationId, token_hash: &str, now: Timestamp) -> Result<Option<Invited>> {
    if token_hash.is_empty() {
        return Ok(None);
    }
    let Some(invitation) = tx.sign_ins().invitation(token_hash, now)?.filter(|i| i.installation == of) else {
        return Ok(None);
    };
    let who = tx.associates(of).get(invitation.associate)?;
    Ok(who.map(|who| Invited { who: admissible(&who), address: invitation.address }))
}
