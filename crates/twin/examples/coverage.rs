//! Prints what the twin covers of the providers' contracts: `coverage FOLDER`.

use std::process::ExitCode;
use twin::contracts::Contracts;

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "this is the program's output")]
fn main() -> ExitCode {
    let Some(folder) = std::env::args().nth(1) else {
        eprintln!("Name the folder of the contracts.");
        return ExitCode::from(2);
    };
    match Contracts::load(folder.as_ref()) {
        Ok(contracts) => {
            print!("{}", contracts.coverage_page());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}
