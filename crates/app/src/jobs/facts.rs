//! Showing beside each file what its document is about, for those that were there before it was chosen to be shown.

use super::Jobs;
use super::work::{Bench, File, Turn};
use domain::Result;

impl Jobs<'_> {
    /// One document's turn. A file that somebody holds follows when it is given back.
    pub(super) async fn show_facts(&self, bench: &Bench, file: &File) -> Result<Turn> {
        let File::Document(listed) = file else { return Ok(Turn::Fine) };
        let _turn = self.app.0.running.turn(bench.ctx.installation, listed.id).await;
        let Some(document) = self.still_there(bench, listed).await? else { return Ok(Turn::Fine) };
        let facts = self.about(bench, &document).await?;
        let call = crate::registry::call(&bench.ctx, Some(bench.ctx.new_operation()));
        bench.place.set_facts(&call, document.reference()?, &facts).await?;
        Ok(Turn::Fine)
    }
}
