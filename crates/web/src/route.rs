//! The list of routes: what answers where, and who may ask.

use crate::State;
use axum::Router;
use axum::handler::Handler;
use axum::routing::{MethodFilter, MethodRouter, on};
use http::Method;

/// Who may use a route at all. What else is checked depends on the thing asked for, and `app` checks it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Who {
    /// Everybody.
    Anonymous,
    /// Whoever has signed in.
    Associate,
    /// An administrator.
    Administrator,
}

/// For whom a route answers: a person with a browser, or a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// HTML; errors are pages.
    Page,
    /// JSON; errors are problem+json.
    Api,
    /// Files of ours and probes: no session, nothing of an installation.
    Plain,
}

/// One route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path with its parameters in braces: `/documents/{id}`.
    pub path: &'static str,
    /// Who may use it.
    pub who: Who,
    /// For whom it answers.
    pub kind: Kind,
}

/// Routes with their handlers, on the way to becoming a router.
#[derive(Debug)]
pub struct Routes {
    kind: Kind,
    router: Router<State>,
    list: Vec<Route>,
}

impl Routes {
    /// No routes yet; those added answer in this kind.
    pub fn new(kind: Kind) -> Self {
        Self { kind, router: Router::new(), list: Vec::new() }
    }

    /// Adds a handler for GET (and HEAD).
    pub fn get<H: Handler<T, State>, T: 'static>(self, path: &'static str, who: Who, handler: H) -> Self {
        self.add(Method::GET, path, who, on(MethodFilter::GET, handler))
    }

    /// Adds a handler for POST.
    pub fn post<H: Handler<T, State>, T: 'static>(self, path: &'static str, who: Who, handler: H) -> Self {
        self.add(Method::POST, path, who, on(MethodFilter::POST, handler))
    }

    /// Adds a handler for PUT.
    pub fn put<H: Handler<T, State>, T: 'static>(self, path: &'static str, who: Who, handler: H) -> Self {
        self.add(Method::PUT, path, who, on(MethodFilter::PUT, handler))
    }

    /// Adds a handler for PATCH.
    pub fn patch<H: Handler<T, State>, T: 'static>(self, path: &'static str, who: Who, handler: H) -> Self {
        self.add(Method::PATCH, path, who, on(MethodFilter::PATCH, handler))
    }

    /// Adds a handler for DELETE.
    pub fn delete<H: Handler<T, State>, T: 'static>(self, path: &'static str, who: Who, handler: H) -> Self {
        self.add(Method::DELETE, path, who, on(MethodFilter::DELETE, handler))
    }

    /// Adds a method router that serves exactly `method`.
    pub fn add(mut self, method: Method, path: &'static str, who: Who, handler: MethodRouter<State>) -> Self {
        self.router = self.router.route(path, handler);
        self.list.push(Route { method, path, who, kind: self.kind });
        self
    }

    /// These routes and those of another part.
    pub fn merge(mut self, other: Self) -> Self {
        self.router = self.router.merge(other.router);
        self.list.extend(other.list);
        self
    }

    /// The routes so far.
    pub fn list(&self) -> &[Route] {
        &self.list
    }

    /// The router of all of them.
    pub(crate) fn into_router(self) -> Router<State> {
        self.router
    }
}
