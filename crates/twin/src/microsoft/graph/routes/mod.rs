//! The one table of Graph's routes. Templates are the contract's own; every way of addressing an item has been made
//! one before (see [`super::address`]).

mod files;
mod sites;

use super::scene::Scene;
use super::{batch, subscriptions};
use crate::core::env::{Env, Reply};
use crate::core::routes::{Route, Table};
use crate::microsoft::Microsoft;
use crate::microsoft::error::Refusal;
use http::Method;
use std::sync::LazyLock;

/// What handles a route.
pub type Handler = fn(&mut Microsoft, &mut Env<'_>, &Scene) -> Result<Reply<Microsoft>, Refusal>;

/// Lines of the table that begin with the same words: method, the rest of the template, the operation's name, its
/// cost in quota units, what handles it.
macro_rules! lines {
    ($prefix:literal; $($method:ident $template:literal $operation:literal $units:literal $handler:path;)*) => {
        vec![$($crate::core::routes::Route {
            method: ::http::Method::$method,
            template: concat!($prefix, $template),
            operation: $operation,
            units: $units,
            handler: $handler as $crate::microsoft::graph::routes::Handler,
        }),*]
    };
}
use lines;

/// All routes.
pub fn table() -> &'static Table<Handler> {
    static TABLE: LazyLock<Table<Handler>> = LazyLock::new(|| Table::new(all()));
    &TABLE
}

/// One line; the template is given without its parameters' values.
pub(super) fn line(
    method: Method,
    template: &'static str,
    operation: &'static str,
    units: u32,
    handler: Handler,
) -> Route<Handler> {
    Route { method, template, operation, units, handler }
}

fn all() -> Vec<Route<Handler>> {
    let mut all = files::lines();
    all.extend(sites::lines());
    all.extend(general());
    all.extend(super::people::lines());
    all
}

fn general() -> Vec<Route<Handler>> {
    lines! { "";
        POST "/$batch" "batch" 0 batch::batch;
        GET "/subscriptions" "subscription.list" 2 subscriptions::list;
        POST "/subscriptions" "subscription.create" 2 subscriptions::create;
        GET "/subscriptions/{subscription-id}" "subscription.get" 1 subscriptions::get;
        PATCH "/subscriptions/{subscription-id}" "subscription.update" 2 subscriptions::renew;
        DELETE "/subscriptions/{subscription-id}" "subscription.delete" 2 subscriptions::remove;
        POST "/subscriptions/{subscription-id}/reauthorize" "subscription.reauthorize" 2 subscriptions::reauthorize;
    }
}
