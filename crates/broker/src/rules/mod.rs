//! The rules of the login page: pure functions over plain values, each with its table of cases.

pub mod flight;
pub mod operator;
pub mod scopes;
pub mod signing;
pub mod situations;
pub mod tally;
pub mod targets;
pub mod upstream;
