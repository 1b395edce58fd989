//! The JSON API under `/api/v1`: one file for each group of operations, described by OpenAPI.
//!
//! Invariant: types on the wire are separate from the domain's; nothing here derives its wire form from them.
//! Invariant: no operation takes an installation's id from the caller; it comes from the session or token.
//! Invariant: every route is in the document, and every operation in the document is a route: one list makes both.

#![expect(unused_qualifications, reason = "utoipa's derived code qualifies the parameters' types")]

mod access;
mod admin;
mod content;
mod description;
mod documents;
mod field;
mod json;
mod links;
mod mailings;
mod once;
mod paging;
mod precondition;
mod query;
mod records;
mod refusals;
mod templates;
mod wire;

use crate::{Kind, Routes, Who};
use description::Common;
use utoipa::OpenApi as _;

/// Makes the routes and the document of one list.
macro_rules! operations {
    ($($method:ident $path:literal $who:ident $first:ident $(:: $rest:ident)*;)*) => {
        /// The routes of the API.
        pub fn routes() -> Routes {
            Routes::new(Kind::Api)$(.$method($path, Who::$who, $first $(:: $rest)*))*
        }

        #[derive(utoipa::OpenApi)]
        #[openapi(
            info(
                title = "Chancery",
                version = "1",
                description = "Companies, contacts, projects, sales and their documents. \
                    Every answer belongs to the installation of the session or token; \
                    refusals are application/problem+json and say what to do.",
                license(name = "MIT OR Apache-2.0")
            ),
            paths($($first $(:: $rest)*),*),
            components(schemas(refusals::ProblemBody)),
            security(("token" = []), ("session" = [])),
            tags(
                (name = "documents", description = "Letters, offers, reports: what is known about them"),
                (name = "content", description = "Their bytes"),
                (name = "lock", description = "Check-out and check-in"),
                (name = "versions", description = "Earlier content"),
                (name = "templates", description = "What documents are made from"),
                (name = "mail merges", description = "One template over many records"),
                (name = "records", description = "Whom documents are about"),
                (name = "access", description = "Sessions and tokens"),
                (name = "sign-in", description = "Domains, identities, invitations, connections at providers"),
                (name = "administration", description = "The installation as a whole")
            ),
            modifiers(&Common)
        )]
        #[derive(Debug)]
        struct Described;
    };
}

operations! {
    get "/api/v1/openapi.json" Associate description::read;
    get "/api/v1/me" Associate records::associates::me;
    get "/api/v1/installation" Associate admin::installation::get;

    get "/api/v1/companies" Associate records::companies::list;
    get "/api/v1/companies/{id}" Associate records::companies::get;
    get "/api/v1/contacts" Associate records::contacts::list;
    get "/api/v1/contacts/{id}" Associate records::contacts::get;
    get "/api/v1/projects" Associate records::projects::list;
    get "/api/v1/projects/{id}" Associate records::projects::get;
    get "/api/v1/sales" Associate records::sales::list;
    get "/api/v1/sales/{id}" Associate records::sales::get;
    get "/api/v1/associates" Associate records::associates::list;
    get "/api/v1/associates/{id}" Associate records::associates::get;
    get "/api/v1/groups" Associate records::groups::list;
    post "/api/v1/groups" Administrator records::groups::create;
    get "/api/v1/groups/{id}" Associate records::groups::get;
    get "/api/v1/search" Associate records::search::search;

    get "/api/v1/documents" Associate documents::list::list;
    post "/api/v1/documents" Associate documents::create::create;
    get "/api/v1/documents/defaults" Associate documents::create::defaults;
    post "/api/v1/documents/upload" Associate documents::upload::upload;
    get "/api/v1/documents/{id}" Associate documents::one::get;
    patch "/api/v1/documents/{id}" Associate documents::one::change;
    delete "/api/v1/documents/{id}" Associate documents::one::delete;
    post "/api/v1/documents/{id}/restore" Associate documents::one::restore;
    post "/api/v1/documents/{id}/rename" Associate documents::one::rename;
    post "/api/v1/documents/{id}/copy" Associate documents::one::copy;
    get "/api/v1/documents/{id}/content" Associate documents::content::get;
    put "/api/v1/documents/{id}/content" Associate documents::content::put;
    get "/api/v1/documents/{id}/preview" Associate documents::extras::preview;
    get "/api/v1/documents/{id}/pdf" Associate documents::extras::pdf;
    get "/api/v1/documents/{id}/properties" Associate documents::extras::properties;
    get "/api/v1/documents/{id}/commands" Associate documents::extras::commands;
    post "/api/v1/documents/{id}/commands/{command}" Associate documents::extras::execute;
    get "/api/v1/documents/{id}/access" Associate documents::access::get;
    post "/api/v1/documents/{id}/access" Associate documents::access::settle;
    get "/api/v1/documents/{id}/lock" Associate documents::lock::get;
    post "/api/v1/documents/{id}/lock" Associate documents::lock::check_out;
    put "/api/v1/documents/{id}/lock" Associate documents::lock::check_in;
    delete "/api/v1/documents/{id}/lock" Associate documents::lock::undo;
    get "/api/v1/documents/{id}/versions" Associate documents::versions::list;
    get "/api/v1/documents/{id}/versions/{version}/content" Associate documents::versions::content;
    post "/api/v1/documents/{id}/versions/{version}/restore" Associate documents::versions::restore;

    get "/api/v1/templates" Associate templates::list::list;
    post "/api/v1/templates" Administrator templates::create::create;
    post "/api/v1/templates/upload" Administrator templates::create::upload;
    get "/api/v1/templates/bundle" Administrator templates::bundle::export;
    put "/api/v1/templates/bundle" Administrator templates::bundle::import;
    get "/api/v1/templates/{id}" Associate templates::list::get;
    patch "/api/v1/templates/{id}" Administrator templates::one::change;
    delete "/api/v1/templates/{id}" Administrator templates::one::retire;
    post "/api/v1/templates/{id}/restore" Administrator templates::one::restore;
    put "/api/v1/templates/{id}/variants/{language}" Administrator templates::files::put;
    delete "/api/v1/templates/{id}/variants/{language}" Administrator templates::files::remove;
    get "/api/v1/templates/{id}/variants/{language}/content" Associate templates::files::content;
    get "/api/v1/templates/{id}/variants/{language}/preview" Associate templates::files::preview;
    get "/api/v1/templates/{id}/variants/{language}/codes" Associate templates::files::codes;
    get "/api/v1/templates/{id}/variants/{language}/versions" Administrator templates::files::versions;
    post "/api/v1/templates/{id}/variants/{language}/versions/{version}/restore" Administrator
        templates::files::restore_version;
    get "/api/v1/headings" Associate templates::headings::list;
    post "/api/v1/headings" Administrator templates::headings::create;
    patch "/api/v1/headings/{id}" Administrator templates::headings::change;
    delete "/api/v1/headings/{id}" Administrator templates::headings::remove;

    get "/api/v1/mailings" Associate mailings::list;
    post "/api/v1/mailings" Associate mailings::start;
    post "/api/v1/mailings/forecast" Associate mailings::forecast;
    get "/api/v1/mailings/{id}" Associate mailings::get;
    get "/api/v1/mailings/{id}/records" Associate mailings::records;
    post "/api/v1/mailings/{id}/pause" Associate mailings::pause;
    post "/api/v1/mailings/{id}/resume" Associate mailings::resume;
    post "/api/v1/mailings/{id}/stop" Associate mailings::stop;
    post "/api/v1/mailings/{id}/retry" Associate mailings::retry;

    post "/api/v1/imports/{kind}" Administrator admin::imports::run;
    get "/api/v1/tokens" Associate admin::tokens::list;
    post "/api/v1/tokens" Associate admin::tokens::make;
    delete "/api/v1/tokens/{id}" Associate admin::tokens::withdraw;
    get "/api/v1/sessions" Associate admin::sessions::list;
    delete "/api/v1/sessions/{id}" Associate admin::sessions::end;
    get "/api/v1/audit" Administrator admin::audit::list;
    get "/api/v1/audit/verification" Administrator access::log::verify;
    get "/api/v1/audit/export" Administrator access::log::take_out;

    get "/api/v1/me/accounts" Associate access::own::list;
    delete "/api/v1/me/connections/{id}" Associate access::own::disconnect;
    post "/api/v1/me/connections/{id}/check" Associate access::own::check;
    get "/api/v1/sign-in" Administrator access::settings::get;
    patch "/api/v1/sign-in" Administrator access::settings::change;
    post "/api/v1/sign-in/key" Administrator access::settings::rotate;
    get "/api/v1/sign-in/domains" Administrator access::domains::list;
    put "/api/v1/sign-in/domains/{provider}/{domain}" Administrator access::domains::put;
    delete "/api/v1/sign-in/domains/{provider}/{domain}" Administrator access::domains::remove;
    get "/api/v1/sign-in/tasks" Administrator access::tasks::list;
    post "/api/v1/sign-in/tasks/{id}/bind" Administrator access::tasks::bind;
    delete "/api/v1/sign-in/tasks/{id}" Administrator access::tasks::dismiss;
    get "/api/v1/associates/{id}/identities" Administrator access::identities::list;
    delete "/api/v1/associates/{id}/identities" Administrator access::identities::unbind;
    post "/api/v1/associates/{id}/invitation" Administrator access::identities::invite;
    delete "/api/v1/associates/{id}/invitation" Administrator access::identities::uninvite;
    post "/api/v1/associates/{id}/retire" Administrator access::identities::retire;
    post "/api/v1/associates/{id}/return" Administrator access::identities::come_back;
    delete "/api/v1/associates/{id}/sessions" Administrator access::identities::end_sessions;
    get "/api/v1/connections" Administrator access::connections::list;
    delete "/api/v1/connections/{id}" Administrator access::connections::disconnect;
    post "/api/v1/connections/{id}/check" Administrator access::connections::check;
    post "/api/v1/connections/consent-link" Administrator access::connections::consent_link;
    get "/api/v1/operations" Administrator admin::operations::list;
    get "/api/v1/plugins" Administrator admin::plugins::list;
    get "/api/v1/plugins/{id}/blank-types" Administrator admin::plugins::blank_types;
}

/// The description of the API, generated from its handlers.
pub fn openapi() -> utoipa::openapi::OpenApi {
    Described::openapi()
}
