//! Who can work in SharePoint, and which groups stand for which.

use super::SharePoint;
use broker_client::Connection;
use domain::connections::{ConnectionKind, ConnectionState};
use domain::identity::Address;
use domain::sharepoint::{Draft, Fit};
use domain::{Ctx, GroupId, Result};
use std::collections::BTreeSet;

/// Somebody who cannot work in SharePoint yet.
#[derive(Debug, Clone)]
pub struct PersonFit {
    /// Their name.
    pub name: String,
    /// Where they can be written to; nothing when they have no e-mail address that is one.
    pub email: Option<String>,
    /// How it stands.
    pub fit: Fit,
}

/// A user group, and what stands for it.
#[derive(Debug, Clone)]
pub struct GroupLine {
    /// The group.
    pub id: GroupId,
    /// Its name.
    pub name: String,
    /// The object id of a group at Microsoft; blank when its members are named one by one.
    pub object: String,
}

impl SharePoint<'_> {
    /// Who can work in SharePoint, counted, and who cannot yet (T09, T17, T18).
    pub(super) async fn people(
        &self,
        ctx: &Ctx,
        consent: Option<&Connection>,
    ) -> Result<(usize, Vec<PersonFit>)> {
        let connections = self.app.sign_in().connections(ctx).await?;
        let live: BTreeSet<_> = connections
            .iter()
            .filter(|view| {
                view.connection.kind == ConnectionKind::User && view.connection.provider.is_microsoft()
            })
            .filter(|view| view.connection.state == ConnectionState::Active)
            .filter_map(|view| view.associate)
            .collect();
        let tenant = consent.map(|consent| consent.realm.clone());
        let (mut connected, mut others) = (0, Vec::new());
        for person in self.app.sign_in().people(ctx).await? {
            if person.associate.retired {
                continue;
            }
            let own = person.identities.iter().find(|identity| identity.key.provider.is_microsoft());
            let fit = match own {
                Some(_) if live.contains(&person.associate.id) => Fit::Connected,
                Some(own) if tenant.as_ref().is_some_and(|tenant| *tenant != own.key.realm) => Fit::Guest,
                Some(_) => Fit::SignsIn,
                None => Fit::Never,
            };
            if fit == Fit::Connected {
                connected += 1;
            } else {
                let email =
                    Some(person.associate.email.clone()).filter(|text| Address::parse(text).is_some());
                others.push(PersonFit { name: person.associate.full_name(), email, fit });
            }
        }
        Ok((connected, others))
    }

    pub(super) async fn groups(&self, ctx: &Ctx, draft: &Draft) -> Result<Vec<GroupLine>> {
        let of = ctx.installation;
        let known = draft.groups.clone();
        let all = self.app.store().read(move |tx| tx.groups(of).list()).await?;
        let line = |group: domain::records::Group| GroupLine {
            object: known.get(&group.id).cloned().unwrap_or_default(),
            id: group.id,
            name: group.name,
        };
        Ok(all.into_iter().map(line).collect())
    }
}
