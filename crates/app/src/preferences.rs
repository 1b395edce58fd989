//! What a person prefers, for themselves alone.

use crate::App;
use domain::opening::OpensIn;
use domain::{AssociateId, Ctx, Result};

/// Use cases of preferences.
#[derive(Debug, Clone, Copy)]
pub struct Preferences<'a> {
    pub(crate) app: &'a App,
}

/// The setting that holds where a person's documents open.
fn opens_in(who: AssociateId) -> String {
    format!("opens_in/{who}")
}

impl Preferences<'_> {
    /// Where the caller's documents open; in the browser unless they have said otherwise.
    /// # Errors
    /// `Unauthenticated` for nobody in particular.
    pub async fn opens_in(&self, ctx: &Ctx) -> Result<OpensIn> {
        let (of, name) = (ctx.installation, opens_in(ctx.associate()?.id));
        let word = self.app.store().read(move |tx| tx.settings(of).get(&name)).await?;
        Ok(word.as_deref().and_then(OpensIn::from_word).unwrap_or_default())
    }

    /// Chooses where the caller's documents open.
    /// # Errors
    /// `Unauthenticated` for nobody in particular.
    pub async fn set_opens_in(&self, ctx: &Ctx, wanted: OpensIn) -> Result<()> {
        let (of, name) = (ctx.installation, opens_in(ctx.associate()?.id));
        self.app.store().write(move |tx| tx.settings(of).put(&name, wanted.as_str())).await
    }
}
