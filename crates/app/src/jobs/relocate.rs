//! Bringing a file to where files of its facts belong now. Its key stays, and so do all links to it (T11, T31).

use super::Jobs;
use super::work::{Bench, File, Turn};
use crate::operations::Change;
use crate::subjects::{Material, Wanted};
use domain::documents::Document;
use domain::operations::OperationKind;
use domain::plugin::{Done, Placement};
use domain::{Result, TemplateId};

impl Jobs<'_> {
    /// One file's turn.
    pub(super) async fn relocate(&self, bench: &Bench, file: &File) -> Result<Turn> {
        match file {
            File::Document(document) => self.relocate_document(bench, document).await,
            File::Template(id, language) => self.relocate_template(bench, *id, language).await,
        }
    }

    async fn relocate_document(&self, bench: &Bench, listed: &Document) -> Result<Turn> {
        let of = bench.ctx.installation;
        let _turn = self.app.0.running.turn(of, listed.id).await;
        let Some(document) = self.still_there(bench, listed).await? else { return Ok(Turn::Fine) };
        let placement = self.app.filed(of, bench.plugin, self.about(bench, &document).await?).await?;
        let change = Change {
            kind: OperationKind::Place,
            document: &document,
            action: "document.placed",
            payload: serde_json::Value::Null,
        };
        self.app
            .change(&bench.ctx, change, |plugin, call, item| async move {
                plugin.place(&call, &item, &placement).await.map(Done::with)
            })
            .await?;
        Ok(Turn::Changed)
    }

    /// The facts of a document: its owner, what it is about, its template, the year it was made in.
    pub(super) async fn about(&self, bench: &Bench, document: &Document) -> Result<Placement> {
        let of = bench.ctx.installation;
        let wanted = Wanted::of(&document.properties);
        let (owner, template, created) = (document.owner, document.template, document.created);
        self.app
            .store()
            .read(move |tx| {
                let material = Material::gather(tx, of, &wanted)?;
                let template = template.map(|id| tx.templates(of).get(id)).transpose()?.flatten();
                let owner = tx.associates(of).get(owner)?.unwrap_or_default();
                Ok(material.placement(&owner, template.map(|t| t.properties.name), created))
            })
            .await
    }

    async fn relocate_template(&self, bench: &Bench, id: TemplateId, language: &str) -> Result<Turn> {
        let of = bench.ctx.installation;
        let found = self.app.store().read(move |tx| tx.templates(of).get(id)).await?;
        let Some(template) = found else { return Ok(Turn::Fine) };
        // A language may have been removed since it was listed.
        let Some(variant) = template.variants.iter().find(|v| v.language == language) else {
            return Ok(Turn::Fine);
        };
        self.app.templates().bring(&bench.ctx, &template, variant).await?;
        Ok(Turn::Changed)
    }
}
