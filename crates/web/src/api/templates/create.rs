//! New templates: blank, copied, uploaded.

use super::super::content::{Described, whole};
use super::super::json::Json;
use super::super::once::{Made, Once};
use super::super::refusals::{Receiving, Refusals, Writing};
use super::wire::{NewTemplate, NewTemplateFile, Origin, Template};
use crate::errors::Problem;
use crate::extract::AdminCaller;
use app::App;
use app::idempotency::Thing;
use app::templates::{self, Source, TemplateView, Templates};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::templates::TemplateProperties;
use domain::{Ctx, Error, PluginId, TemplateId};
use std::pin::Pin;
use utoipa::ToSchema;

/// Create a template
///
/// From a blank file or as a copy of another template. For administrators.
#[utoipa::path(post, path = "/api/v1/templates", tag = "templates", operation_id = "create_template",
    request_body = NewTemplate, responses((status = 201, body = Template), Refusals, Writing))]
pub(crate) async fn create(
    State(app): State<App>,
    AdminCaller(caller): AdminCaller,
    once: Once,
    body: Json<NewTemplate>,
) -> Result<Response, Problem> {
    let kept_in = PluginId(body.ask.kept_in.unwrap_or(0));
    let source = match body.ask.from.clone() {
        Origin::Blank(key) => Source::Blank(key),
        Origin::Copy(id) => Source::Copy(TemplateId(id)),
    };
    let mut properties = TemplateProperties::default();
    body.ask.apply(&mut properties);
    let new = templates::NewTemplate { properties, kept_in, source };
    let (work, ctx) = (app.clone(), caller.ctx.clone());
    let work = async move { made(work.templates().create(&ctx, new).await?) };
    let again = made_before(&app, &caller.ctx);
    Ok(once.run_or(&app, &caller.ctx, "create_template", &body.bytes, work, again).await?.into_response())
}

/// The two parts of a template's upload, in this order.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the request; Described reads it")]
pub(crate) struct TemplateForm {
    /// What is written about the template.
    properties: NewTemplateFile,
    /// Its file, with its file name.
    #[schema(value_type = String, format = Binary, content_media_type = "application/octet-stream")]
    file: Vec<u8>,
}

/// Upload a template
///
/// For administrators. A file with errors is refused with 422, one with warnings with 409 unless `accept_warnings` is
/// true in the properties; the detail names each place.
#[utoipa::path(post, path = "/api/v1/templates/upload", tag = "templates", operation_id = "upload_template",
    request_body(content = TemplateForm, content_type = "multipart/form-data"),
    responses((status = 201, body = Template), Refusals, Receiving))]
pub(crate) async fn upload(
    State(app): State<App>,
    AdminCaller(caller): AdminCaller,
    once: Once,
    form: Described<NewTemplateFile>,
) -> Result<Response, Problem> {
    let Described { ask, bytes: described, file_name, content } = form;
    let file = whole(content, app.settings().max_template).await?;
    let mut fingerprint = described.to_vec();
    for part in [file_name.as_bytes(), &file] {
        fingerprint.push(0);
        fingerprint.extend_from_slice(&platform::digest::sha256(part));
    }
    if !ask.accept_warnings {
        let found = app.templates().weigh(&caller.ctx, None, "", &file_name, file.clone()).await?;
        Templates::must_be_fit(&found, super::files::ACCEPT)?;
    }
    let kept_in = PluginId(ask.kept_in.unwrap_or(0));
    let mut properties = TemplateProperties::default();
    ask.apply(&mut properties);
    if properties.name.trim().is_empty() {
        let stem: String = domain::names::split(&file_name).0.chars().take(120).collect();
        properties.name = stem;
    }
    let new =
        templates::NewTemplate { properties, kept_in, source: Source::Upload { file_name, bytes: file } };
    let (work, ctx) = (app.clone(), caller.ctx.clone());
    let work = async move { made(work.templates().create(&ctx, new).await?) };
    let again = made_before(&app, &caller.ctx);
    Ok(once.run_or(&app, &caller.ctx, "upload_template", &fingerprint, work, again).await?.into_response())
}

fn made(view: TemplateView) -> domain::Result<Made> {
    let (id, version) = (view.template.id, view.template.row_version);
    Ok(Made::at(super::super::links::template(id), &Template::from(view))?.tagged(version))
}

/// The answer for a template that an interrupted request has made.
fn made_before(app: &App, ctx: &Ctx) -> impl FnOnce(Thing) -> Looking + Send + 'static {
    let (app, ctx) = (app.clone(), ctx.clone());
    move |thing| {
        Box::pin(async move {
            let Thing::Template(id) = thing else {
                return Err(Error::internal("a request for a template has made something else"));
            };
            made(app.templates().get(&ctx, id).await?)
        })
    }
}

type Looking = Pin<Box<dyn Future<Output = domain::Result<Made>> + Send>>;
