//! One module for each command of some size.

pub mod bench;
pub mod ci;
pub mod demo;
pub mod generate;
pub mod peers;
pub mod screenshots;
pub mod test;
