//! What the command line does besides running the service.

pub mod admin;
pub mod archive;
pub mod broker;
pub mod doctor;
pub mod import;
pub mod template;
pub mod twin;

/// Prints a line of a command's output.
#[expect(clippy::print_stdout, reason = "this is the command's output")]
pub fn say(line: impl std::fmt::Display) {
    println!("{line}");
}
