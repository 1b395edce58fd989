//! The login page, all the way round: a browser with a cookie jar, both providers, installations.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "test code: a failed expectation is a failed test"
)]

mod administration;
mod attacks;
mod crm;
mod haven;
mod operator;
mod operator_hardenings;
mod operator_work;
mod refusals;
mod steps;
mod vault;
mod walks;
