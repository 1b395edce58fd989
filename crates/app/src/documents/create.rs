//! Making documents: the row, the operation, the item; and the walk from a template.

use super::{DocumentView, Documents};
use crate::limits::within;
use crate::subjects::{Material, Wanted};
use crate::templates::{Related, Writing};
use domain::audit::Entry;
use domain::codes;
use domain::documents::Properties;
use domain::locking::LockSemantics;
use domain::operations::{OperationKind, Verdict, decide};
use domain::plugin::{Audience, Call, DocumentPlugin, Fate, Item, NewItem, Placement, Shelf, VersionNote};
use domain::rights::may_set_visibility;
use domain::templates::ReferenceFrom;
use domain::visibility::VisibleFor;
use domain::{AssociateId, Ctx, DocumentId, Error, OperationId, PluginId, Result, TemplateId, names, text};
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::sync::Arc;
use store::{ItemFacts, NewAudit, NewDocument, NewOperation};

/// A document to be made from a template.
#[derive(Debug, Clone, Default)]
pub struct FromTemplate {
    /// The template.
    pub template: TemplateId,
    /// The language of the variant; `None` for the template's choice by the caller's culture.
    pub language: Option<String>,
    /// What the caller wrote. A blank heading becomes the template's name; a blank attention the contact's name.
    pub properties: Properties,
    /// Who sees it; `None` for the template's default.
    pub visible_for: Option<VisibleFor>,
    /// The planned date; `None` for today in the installation's time zone.
    pub date: Option<Date>,
    /// The file name suggested; `None` for the heading.
    pub file_name: Option<String>,
    /// Leave it checked out to the caller, invisible to others, instead of publishing it at once.
    pub keep_checked_out: bool,
    /// The person was asked for our reference, so a blank one was left blank on purpose.
    pub reference_asked: bool,
    /// Custom tags; they override the built-in codes.
    pub custom: BTreeMap<String, String>,
}

/// A row to be made together with its operation.
#[derive(Debug)]
pub(crate) struct Making {
    pub kind: OperationKind,
    pub properties: Properties,
    pub file_name: String,
    pub media_type: String,
    pub date: Date,
    pub template: Option<TemplateId>,
    pub language: String,
    /// Allocate the next number of a template.
    pub snum: Option<Counted>,
    pub plugin: PluginId,
    pub semantics: LockSemantics,
    /// What the plugin may file it by.
    pub place: Placement,
    pub action: &'static str,
}

/// A number to be allocated, and where it goes.
#[derive(Debug)]
pub(crate) struct Counted {
    /// The template that counts.
    pub by: TemplateId,
    /// Our reference, in pieces: the number stands between any two of them.
    pub our_ref: Vec<String>,
}

/// A row that has been made and has no item yet.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub id: DocumentId,
    pub properties: Properties,
    pub file_name: String,
    pub media_type: String,
    pub snum: Option<i64>,
    pub semantics: LockSemantics,
    pub owner: AssociateId,
}

impl Documents<'_> {
    /// Creates a document from a template: reads and compiles the template, records the intent, fills it with the
    /// CRM's data, hands it to the plugin in *Document stored in*, records the result.
    /// # Errors
    /// `NotFound` for a template the caller's groups may not see; `Invalid`, naming the field.
    pub async fn create_from_template(&self, ctx: &Ctx, ask: FromTemplate) -> Result<DocumentView> {
        let who = ctx.associate()?;
        let template = self.app.templates().usable(ctx, ask.template).await?;
        let mut properties = ask.properties;
        if properties.heading.trim().is_empty() {
            properties.heading.clone_from(&template.properties.name);
        }
        properties.visible_for = ask
            .visible_for
            .unwrap_or_else(|| template.properties.default_visible_for.resolve(who.primary_group));
        may_set_visibility(properties.visible_for, true, who)?;
        let material = self.about(ctx, &properties).await?;
        let language = ask.language.unwrap_or_else(|| material.culture_of(who));
        let variant = template.variant(&language)?.clone();
        if properties.attention.trim().is_empty() {
            properties.attention = material.contact_name();
        }
        let culture =
            if variant.language.is_empty() { material.culture_of(who) } else { variant.language.clone() };
        let material = material.speaking(&culture);
        let date = ask.date.unwrap_or_else(|| material.today(ctx.now));
        let our_ref = our_reference(&template, &properties, ask.reference_asked, &material, who)?;
        properties.our_ref = our_ref.join("{snum}");
        let properties = properties.checked()?;
        let filling = self.app.templates().filling(ctx, &template, &variant).await?;
        let related = Related::of(self.app, ctx, &properties);
        let custom = self.with_all_tags(ctx, &filling, ask.custom).await?;
        let extension = names::extension(&variant.file_name);
        let place = material.placement(who, Some(template.properties.name.clone()), ctx.now);
        let (heading, company) = (&properties.heading, place.company.as_deref());
        let stored_in = template.properties.stored_in;
        let stem = self.app.stem(ctx.installation, stored_in, heading, company).await?;
        let making = Making {
            kind: OperationKind::Create,
            file_name: file_name(ask.file_name.as_deref(), &stem, &extension),
            properties,
            media_type: variant.media_type.clone(),
            date,
            template: Some(template.id),
            language: variant.language.clone(),
            snum: template.properties.numbering.counts.then_some(Counted { by: template.id, our_ref }),
            plugin: stored_in,
            semantics: template.properties.semantics,
            place: self.app.filed(ctx.installation, stored_in, place).await?,
            action: "document.created",
        };
        let note = VersionNote::text(format!("Created from {}", template.properties.name));
        let check_in = if ask.keep_checked_out { None } else { Some(note) };
        let (now, max) = (ctx.now, self.app.settings().max_upload);
        let who = who.clone();
        // On the heap: this walk holds everything a document is made of.
        let made = Box::pin(self.make(ctx, making, |plugin, call, place, row| async move {
            let new = new_item(&row, place, check_in);
            let writing = Writing { filling, material, related, row, sender: who, date, now, custom };
            let (body, verdict) = writing.body().await?.split();
            verdict.over(plugin.create(&call, new, Some(within(body, max)?)).await).await
        }))
        .await?;
        self.get(ctx, made).await
    }

    /// The values of custom tags, with nothing for those that came without: their places are empty, too.
    async fn with_all_tags(
        &self,
        ctx: &Ctx,
        filling: &crate::templates::Filling,
        mut given: BTreeMap<String, String>,
    ) -> Result<BTreeMap<String, String>> {
        if filling.codes().any(|code| codes::find(code).is_none()) {
            for tag in self.app.templates().custom_tags(ctx).await? {
                given.entry(tag).or_default();
            }
        }
        Ok(given)
    }

    /// Makes a row and its item: intent, call, result. Nobody sees the row before the result is recorded; when the
    /// call fails the row is withdrawn and nothing is kept.
    pub(crate) async fn make<F, Fut>(&self, ctx: &Ctx, making: Making, call: F) -> Result<DocumentId>
    where
        F: FnOnce(Arc<dyn DocumentPlugin>, Call, Placement, Row) -> Fut,
        Fut: Future<Output = Result<Item>>,
    {
        let plugin = self.app.plugins().get(making.plugin)?;
        let operation = ctx.new_operation();
        let _mark = self.app.0.running.mark(operation);
        let (kind, action, place) = (making.kind, making.action, making.place.clone());
        let row = self.intend(ctx, operation, making).await?;
        let id = row.id;
        self.app.reached("make.intended");
        let made = call(Arc::clone(&plugin), crate::registry::call(ctx, Some(operation)), place, row).await;
        self.app.reached("make.called");
        let item = match made {
            Ok(item) => item,
            Err(e) => {
                let call = crate::registry::call(ctx, Some(operation));
                let fate = plugin.fate(&call, operation, None).await.ok();
                match (decide(kind, fate.as_ref()), fate) {
                    (Verdict::Complete, Some(Fate::Applied(item))) => *item,
                    (Verdict::Park, _) => return Err(e),
                    _ => {
                        self.withdraw(ctx, operation, id, action, &e).await?;
                        return Err(e);
                    }
                }
            }
        };
        self.ready(ctx, operation, id, action, &item).await?;
        self.app.reached("make.recorded");
        metrics::counter!("chancery_documents_created_total").increment(1);
        Ok(id)
    }

    async fn intend(&self, ctx: &Ctx, operation: OperationId, making: Making) -> Result<Row> {
        let owner = ctx.associate()?.id;
        let (installation, now) = (ctx.installation, ctx.now);
        self.app
            .store()
            .write(move |tx| {
                let mut properties = making.properties;
                let mut snum = None;
                if let Some(Counted { by, our_ref }) = making.snum {
                    let n = tx.templates(installation).allocate_number(by)?;
                    our_ref.join(&n.to_string()).trim().clone_into(&mut properties.our_ref);
                    snum = Some(n);
                }
                let new = NewDocument {
                    properties: properties.clone(),
                    file_name: making.file_name.clone(),
                    media_type: making.media_type.clone(),
                    date: making.date,
                    template: making.template,
                    language: making.language,
                    snum,
                    owner,
                    plugin: making.plugin,
                    semantics: making.semantics,
                    made_by: operation,
                    created_by: Some(owner),
                };
                let id = tx.documents(installation).insert_creating(&new, now)?;
                let new = NewOperation {
                    id: operation,
                    kind: making.kind,
                    plugin: making.plugin,
                    document: Some(id),
                    template: making.template,
                    language: String::new(),
                    payload: serde_json::Value::Null,
                };
                tx.operations(installation).insert(&new, now)?;
                let (file_name, media_type) = (making.file_name, making.media_type);
                Ok(Row { id, properties, file_name, media_type, snum, semantics: making.semantics, owner })
            })
            .await
    }

    async fn ready(
        &self,
        ctx: &Ctx,
        operation: OperationId,
        id: DocumentId,
        action: &'static str,
        item: &Item,
    ) -> Result<()> {
        let (installation, now, by) = (ctx.installation, ctx.now, ctx.associate_id());
        let facts = ItemFacts::of(item, by);
        let audit = NewAudit::of(ctx, Entry::done(action, crate::operations::object(id)));
        let app = self.app.clone();
        self.app
            .store()
            .write(move |tx| {
                tx.documents(installation).mark_ready(id, &facts, by, now)?;
                app.completed(tx, installation, operation, now)?;
                tx.audit(installation).record(&audit)?;
                Ok(())
            })
            .await
    }

    async fn withdraw(
        &self,
        ctx: &Ctx,
        operation: OperationId,
        id: DocumentId,
        action: &'static str,
        why: &Error,
    ) -> Result<()> {
        let (installation, now) = (ctx.installation, ctx.now);
        let reason = format!("{:?}", why.kind());
        let audit = NewAudit::of(ctx, Entry::refused(action, crate::operations::object(id), reason.clone()));
        let app = self.app.clone();
        self.app
            .store()
            .write(move |tx| {
                tx.documents(installation).withdraw(id, now)?;
                app.withdrawn(tx, installation, operation, &reason, now)?;
                tx.audit(installation).record(&audit)?;
                Ok(())
            })
            .await
    }

    pub(crate) async fn material(&self, ctx: &Ctx, wanted: Wanted) -> Result<Material> {
        let installation = ctx.installation;
        self.app.store().read(move |tx| Material::gather(tx, installation, &wanted)).await
    }

    /// What a document will be about, in one snapshot: the codes are answered and its place is chosen from it.
    /// # Errors
    /// `Invalid`, naming the subject that does not exist in this installation.
    pub(crate) async fn about(&self, ctx: &Ctx, properties: &Properties) -> Result<Material> {
        let wanted = Wanted::of(properties);
        let material = self.material(ctx, wanted).await?;
        material.must_have(&wanted)?;
        Ok(material)
    }
}

/// An item for a row.
pub(crate) fn new_item(row: &Row, place: Placement, check_in: Option<VersionNote>) -> NewItem {
    NewItem {
        shelf: Shelf::Documents,
        name: row.file_name.clone(),
        media_type: row.media_type.clone(),
        semantics: row.semantics,
        check_in,
        language: None,
        place,
        metadata: BTreeMap::new(),
        audience: Audience::of(row.properties.visible_for, row.owner),
    }
}

/// A file name from what was suggested, or else from the usual stem, with the right extension.
pub(crate) fn file_name(suggested: Option<&str>, usual: &str, extension: &str) -> String {
    let stem = suggested.map(str::trim).filter(|s| !s.is_empty()).unwrap_or(usual);
    let stem = stem
        .len()
        .checked_sub(extension.len())
        .filter(|at| stem.is_char_boundary(*at) && stem[*at..].eq_ignore_ascii_case(extension))
        .map_or(stem, |at| &stem[..at]);
    names::amend(&format!("{stem}{extension}"), "Document")
}

/// Our reference, in pieces between which the counter goes when the intent is recorded.
fn our_reference(
    template: &domain::templates::Template,
    properties: &Properties,
    asked: bool,
    material: &Material,
    who: &domain::records::Associate,
) -> Result<Vec<String>> {
    let numbering = &template.properties.numbering;
    let typed = text::line("our reference", &properties.our_ref, domain::documents::MAX_REFERENCE)?;
    let asked = if asked || !typed.is_empty() { Some(typed.as_str()) } else { None };
    Ok(match numbering.reference_from(asked) {
        ReferenceFrom::Nowhere => vec![String::new()],
        // What a person types is text: a brace in it is not a code.
        ReferenceFrom::Typed => vec![typed],
        ReferenceFrom::Pattern => material.expand(&numbering.pattern, who),
    })
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn the_file_name_comes_from_the_suggestion_or_the_heading() {
        let table = [
            (None, "Offer: tea & coffee", ".docx", "Offer_ tea & coffee.docx"),
            (Some("  "), "Offer", ".docx", "Offer.docx"),
            (Some("My offer"), "Offer", ".docx", "My offer.docx"),
            (Some("My offer.DOCX"), "Offer", ".docx", "My offer.docx"),
            (Some("v1.2"), "Offer", ".docx", "v1.2.docx"),
            (Some("ø"), "Offer", ".docx", "ø.docx"),
            (None, "Offer", "", "Offer"),
        ];
        for (suggested, heading, extension, expected) in table {
            assert_eq!(file_name(suggested, heading, extension), expected, "{suggested:?} {heading}");
        }
    }
}
