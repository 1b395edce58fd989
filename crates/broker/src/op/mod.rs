//! The other side of the login page: an OpenID Provider for installations.
//!
//! Code flow with PKCE and pushed or registered requests (RFC 9126), `private_key_jwt` clients, token exchange
//! (RFC 8693), back-channel logout. One client for each installation; what one may have, no other gets.

mod clients;
mod discovery;
mod error;
mod exchange;
mod keys;
mod logout;
mod push;
mod token;

pub(crate) use clients::{ASSERTED, Client};
pub(crate) use discovery::{configuration, jwks};
pub(crate) use error::OauthError;
pub(crate) use push::{ask_of, push};
pub(crate) use token::token;

/// The type of our statement about who signed in.
pub const STATEMENT: &str = "chancery-identity+jwt";
/// The type of a token for the installation's own administration (RFC 9068).
pub const MANAGE: &str = "at+jwt";
/// The type of a logout token.
pub const LOGOUT: &str = "logout+jwt";
