//! Who can work in SharePoint, and which groups stand for which.

use super::SharePoint;
use broker_client::Connection;
use domain::connections::{ConnectionKind, ConnectionState};
use domain::identity::{Address, Registration};
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
    /// What that group is called at Microsoft; nothing when it could not be looked at.
    pub called: Option<String>,
}

/// The installation's domains, and who is outside them.
#[derive(Debug, Clone, Default)]
pub struct Domains {
    /// Where the people of each sign in.
    pub all: Vec<Registration>,
    /// People whose addresses are in no domain that is registered with Microsoft, with these addresses.
    pub outside: Vec<(String, String)>,
    /// The client id of the application at Microsoft; blank when it is not known.
    pub client_id: String,
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

    /// The domains, as the login page has them.
    pub(super) async fn domains(&self, ctx: &Ctx) -> Result<Domains> {
        let (views, providers) = self.app.sign_in().domains(ctx).await?;
        let all: Vec<_> = views.into_iter().map(|view| view.registration).collect();
        let covers = |domain: &str| {
            all.iter().filter(|known| known.provider.is_microsoft()).any(|known| known.covers(domain))
        };
        let of = ctx.installation;
        let people = self.app.store().read(move |tx| tx.associates(of).list()).await?;
        let outside = people.into_iter().filter(|person| !person.retired).filter_map(|person| {
            let address = Address::parse(&person.email)?;
            (!covers(&address.domain)).then(|| (person.full_name(), person.email))
        });
        let outside = outside.collect();
        let own = providers.into_iter().find(|provider| provider.name.is_microsoft());
        Ok(Domains { outside, all, client_id: own.map(|own| own.client_id).unwrap_or_default() })
    }

    pub(super) async fn groups(&self, ctx: &Ctx, draft: &Draft) -> Result<Vec<GroupLine>> {
        let of = ctx.installation;
        let known = draft.groups.clone();
        let all = self.app.store().read(move |tx| tx.groups(of).list()).await?;
        let line = |group: domain::records::Group| GroupLine {
            object: known.get(&group.id).cloned().unwrap_or_default(),
            called: known.get(&group.id).and_then(|object| draft.group_names.get(object)).cloned(),
            id: group.id,
            name: group.name,
        };
        Ok(all.into_iter().map(line).collect())
    }
}
