//! "Who can open this, and why?": the rule here and the rights at the document's place, person by person.

use super::{DocumentView, Documents};
use domain::openers::{Reason, There, Verdict, standing};
use domain::plugin::Access;
use domain::records::{Associate, Group};
use domain::{AssociateId, Ctx, DocumentId, Error, ErrorKind, Result};
use std::collections::BTreeMap;

/// Somebody's standing with a document.
#[derive(Debug, Clone)]
pub struct Opener {
    /// Who.
    pub associate: AssociateId,
    /// Their name.
    pub name: String,
    /// Whether it is the caller.
    pub you: bool,
    /// Whether they see it here.
    pub here: bool,
    /// Why.
    pub reason: Reason,
    /// Whether its place lets them in.
    pub there: There,
    /// How the two go together.
    pub verdict: Verdict,
}

/// Who can open a document, here and at its place.
#[derive(Debug, Clone)]
pub struct Openers {
    /// The document.
    pub view: DocumentView,
    /// Everybody who can sign in, those with whom the two sides differ first, then by name.
    pub people: Vec<Opener>,
    /// The rights at its place; `None` where it has none of its own, or did not tell.
    pub access: Option<Access>,
    /// Why its place did not tell; blank when it did.
    pub untold: String,
    /// The names of the user groups.
    pub groups: BTreeMap<domain::GroupId, String>,
    /// Whether the caller may have the rights there put in order.
    pub may_settle: bool,
}

/// What came of putting the rights at a document's place in order.
#[derive(Debug, Clone)]
pub struct Settled {
    /// The document.
    pub view: DocumentView,
    /// What differs still, and who can mend it, as a sentence; nothing when all is as it should be.
    pub still: Option<String>,
}

impl Documents<'_> {
    /// Who can open a document, and why: asked of the tables and of its place now.
    /// # Errors
    /// `NotFound` when it does not exist or the caller may not see it. A place that does not answer is no error: then
    /// only what holds here is told.
    pub async fn openers(&self, ctx: &Ctx, id: DocumentId) -> Result<Openers> {
        use ErrorKind::{Forbidden, Gone, NotFound, Unavailable};
        let view = self.get(ctx, id).await?;
        let document = &view.document;
        let (access, untold) = match self.access_there(ctx, &view).await {
            Ok(access) => (access, String::new()),
            // Not connected there, not found there, away: the rule here is told all the same.
            Err(e) if matches!(e.kind(), Unavailable | NotFound | Gone | Forbidden) => {
                (None, e.public().to_owned())
            }
            Err(e) => return Err(e),
        };
        let (people, groups) = self.everybody(ctx).await?;
        let seen = document.seen();
        let me = ctx.associate_id();
        let opener = |person: Associate| {
            let you = me == Some(person.id);
            let asked = access.as_ref().and_then(|access| access.yours).filter(|_| you);
            let of: Vec<_> = person.groups().collect();
            let found = standing(seen, person.id, &of, access.as_ref(), asked);
            Opener {
                associate: person.id,
                name: person.full_name(),
                you,
                here: found.here,
                reason: found.reason,
                there: found.there,
                verdict: if untold.is_empty() { found.verdict } else { Verdict::Untold },
            }
        };
        let mut people: Vec<Opener> = people.into_iter().map(opener).collect();
        people.sort_by(|a, b| (a.verdict, !a.here, &a.name).cmp(&(b.verdict, !b.here, &b.name)));
        Ok(Openers {
            may_settle: view.may.change_visibility && access.is_some(),
            people,
            access,
            untold,
            groups,
            view,
        })
    }

    async fn access_there(&self, ctx: &Ctx, view: &DocumentView) -> Result<Option<Access>> {
        let document = &view.document;
        if document.must_be_ready().is_err() {
            return Ok(None);
        }
        let plugin = self.app.plugins().get(document.plugin)?;
        plugin.access(&crate::registry::call(ctx, None), document.reference()?).await
    }

    async fn everybody(&self, ctx: &Ctx) -> Result<(Vec<Associate>, BTreeMap<domain::GroupId, String>)> {
        let of = ctx.installation;
        self.app
            .store()
            .read(move |tx| {
                let people = tx.associates(of).list()?.into_iter().filter(|person| !person.retired);
                let groups = tx.groups(of).list()?.into_iter().map(|group: Group| (group.id, group.name));
                Ok((people.collect(), groups.collect()))
            })
            .await
    }

    /// Puts the rights at a document's place in order: as its *Visible for* says, and what somebody gave by hand is taken
    /// back. Then it is looked at again, and what differs still is told.
    /// # Errors
    /// `Forbidden` for anybody but its owner and administrators; `Unsupported` at a place without rights of its own; what
    /// the place says.
    pub async fn settle_access(&self, ctx: &Ctx, id: DocumentId) -> Result<Settled> {
        let (document, turn) = self.take(ctx, id).await?;
        document.must_be_ready()?;
        self.allow(ctx, &document, |m| m.change_visibility, "decide who can open it").await?;
        if !self.app.plugins().get(document.plugin)?.capabilities().rights() {
            return Err(Error::new(
                ErrorKind::Unsupported,
                "The place of this document keeps no rights of its own. There is nothing to put in order.",
            ));
        }
        let place = self.app.plugins().get(document.plugin)?;
        let people = self.everybody(ctx).await?.0;
        let still = self.app.jobs().put_in_order(ctx, &*place, &people, &document).await?;
        drop(turn);
        self.app
            .living()
            .look_at_rights(ctx.installation, document.plugin, &place, &document, ctx.now)
            .await?;
        Ok(Settled { view: self.get(ctx, id).await?, still })
    }
}
