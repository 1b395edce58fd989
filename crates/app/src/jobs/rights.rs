//! Looking whether a place lets in whom the rule lets in, and putting in order what differs (T05, T20).

use super::Jobs;
use super::work::{Bench, File, Turn};
use domain::documents::Document;
use domain::jobs::JobKind;
use domain::openers::{Verdict, standing};
use domain::plugin::{Access, DocumentPlugin};
use domain::records::Associate;
use domain::{Ctx, InstallationId, Result};

impl Jobs<'_> {
    /// Everybody who can sign in, for the rule.
    pub(super) async fn people(&self, bench: &Bench) -> Result<Vec<Associate>> {
        let of: InstallationId = bench.ctx.installation;
        if !bench.kind.is_about_rights() {
            return Ok(Vec::new());
        }
        let all = self.app.store().read(move |tx| tx.associates(of).list()).await?;
        Ok(all.into_iter().filter(|person| !person.retired).collect())
    }

    /// One document's turn.
    pub(super) async fn rights(&self, bench: &Bench, people: &[Associate], file: &File) -> Result<Turn> {
        let File::Document(listed) = file else { return Ok(Turn::Fine) };
        let (of, id) = (bench.ctx.installation, listed.id);
        let turn = self.app.0.running.turn(of, id).await;
        let Some(document) = self.still_there(bench, listed).await? else { return Ok(Turn::Fine) };
        let before = differs(&bench.ctx, &*bench.place, people, &document).await?;
        let settles = bench.kind == JobKind::SettleRights;
        let outcome = match before {
            None => Turn::Fine,
            Some(what) if !settles => Turn::Differs(what),
            Some(_) => match self.put_in_order(&bench.ctx, &*bench.place, people, &document).await? {
                None => Turn::Changed,
                Some(still) => Turn::Differs(still),
            },
        };
        drop(turn);
        // What was given by hand stands on the document's page.
        if !matches!(outcome, Turn::Fine) {
            self.app
                .living()
                .look_at_rights(of, bench.plugin, &bench.place, &document, bench.ctx.now)
                .await?;
        }
        Ok(outcome)
    }

    /// Puts the rights of a document in order and looks again; what differs still, and who can mend it.
    pub(crate) async fn put_in_order(
        &self,
        ctx: &Ctx,
        place: &dyn DocumentPlugin,
        people: &[Associate],
        document: &Document,
    ) -> Result<Option<String>> {
        let mut still = None;
        // It may have gone to another folder, on which something was given by hand, too.
        for _ in 0..2 {
            let visible_for = document.properties.visible_for;
            self.app.documents().follow_audience(ctx, document, visible_for).await?;
            still = differs(ctx, place, people, document).await?;
            if still.is_none() {
                break;
            }
        }
        let keeper = "A person who owns the site can mend that there.";
        Ok(still.map(|what| format!("It was put in order, and still: {what} {keeper}")))
    }
}

/// What differs between the rule and the place, as a sentence; nothing when they agree as far as the place tells.
async fn differs(
    ctx: &Ctx,
    place: &dyn DocumentPlugin,
    people: &[Associate],
    document: &Document,
) -> Result<Option<String>> {
    let access = place.access(&crate::registry::call(ctx, None), document.reference()?).await?;
    Ok(access.and_then(|access| sentence(document, people, &access)))
}

fn sentence(document: &Document, people: &[Associate], access: &Access) -> Option<String> {
    let names = |wanted: Verdict| {
        let theirs = |person: &&Associate| {
            let groups: Vec<_> = person.groups().collect();
            standing(document.seen(), person.id, &groups, Some(access), None).verdict == wanted
        };
        people.iter().filter(theirs).map(Associate::full_name).collect::<Vec<_>>().join(", ")
    };
    let said = |words: &str, names: String| (!names.is_empty()).then(|| format!("{words} {names}."));
    let parts = [
        said("It lets in, beyond the rule:", names(Verdict::Beyond)),
        said("It does not let in:", names(Verdict::ShutOut)),
        said("Given by hand:", access.names_by_hand()),
        access.misplaced.then(|| "It does not lie in the folder of those it is for.".to_owned()),
    ];
    let all: Vec<String> = parts.into_iter().flatten().collect();
    (!all.is_empty()).then(|| all.join(" "))
}
