//! The OpenAPI document, and where it is read.

use super::refusals::{self, Refusals};
use crate::errors::Problem;
use crate::extract::Caller;
use axum::Json;
use utoipa::Modify;
use utoipa::openapi::path::{ParameterBuilder, ParameterIn};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ObjectBuilder, OpenApi, Required, Type};

/// What every operation has in common, written once into the document.
#[derive(Debug)]
pub(super) struct Common;

impl Modify for Common {
    fn modify(&self, document: &mut OpenApi) {
        let components = document.components.get_or_insert_default();
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("An API token, made in Settings or with `make_token`."))
            .build();
        components.add_security_scheme("token", SecurityScheme::Http(bearer));
        let cookie = ApiKeyValue::with_description(
            "__Host-chancery",
            "The session of our own pages. Changes need the header `X-CSRF-Token` as well.",
        );
        components
            .responses
            .extend(refusals::components().into_iter().map(|(name, r)| (name.to_owned(), r.into())));
        components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
        for operation in document.paths.paths.values_mut().flat_map(operations) {
            let responses = &mut operation.responses.responses;
            if responses.contains_key("201") {
                let parameter = ParameterBuilder::new()
                    .name("Idempotency-Key")
                    .parameter_in(ParameterIn::Header)
                    .required(Required::False)
                    .description(Some(
                        "Makes a repetition harmless: for a day, the same key with the same request gets the same answer.",
                    ))
                    .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
                    .build();
                operation.parameters.get_or_insert_default().push(parameter.into());
            }
            if responses.contains_key("428") {
                let parameter = ParameterBuilder::new()
                    .name("If-Match")
                    .parameter_in(ParameterIn::Header)
                    .required(Required::True)
                    .description(Some("The `ETag` last seen, or `*` to change whatever is there."))
                    .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
                    .build();
                operation.parameters.get_or_insert_default().push(parameter.into());
            }
        }
    }
}

fn operations(item: &mut utoipa::openapi::PathItem) -> Vec<&mut utoipa::openapi::path::Operation> {
    [&mut item.get, &mut item.put, &mut item.post, &mut item.patch, &mut item.delete]
        .into_iter()
        .filter_map(Option::as_mut)
        .collect()
}

/// Read this description
///
/// The OpenAPI document of this API.
#[utoipa::path(get, path = "/api/v1/openapi.json", tag = "access", operation_id = "openapi",
    responses((status = 200, body = serde_json::Value, description = "OpenAPI 3.1"), Refusals))]
pub(crate) async fn read(_: Caller) -> Result<Json<OpenApi>, Problem> {
    Ok(Json(super::openapi()))
}
