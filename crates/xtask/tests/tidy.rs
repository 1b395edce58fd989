//! The rules of `cargo xtask tidy` hold for this repository.

use std::process::Command;

#[test]
fn the_source_is_tidy() {
    let output = Command::new(env!("CARGO_BIN_EXE_xtask")).arg("tidy").output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn an_unknown_command_is_named_with_what_there_is() {
    let output = Command::new(env!("CARGO_BIN_EXE_xtask")).arg("polish").output().unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("no command `polish`") && said.contains("cargo xtask COMMAND"), "{said}");
}
