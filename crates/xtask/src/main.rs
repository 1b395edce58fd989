//! The commands that test, check, measure and generate: `cargo xtask help` lists them.
//!
//! Invariant: this crate depends on no other crate of the workspace, so that it compiles first and fast.
//! Invariant: nothing is skipped in silence; a missing prerequisite is installed or named, and then the command fails.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool speaks on its streams")]

mod arguments;
mod commands;
mod deny;
mod environment;
mod prerequisites;
mod process;
mod report;
mod room;
mod tidy;
mod workspace;

use std::process::ExitCode;

use arguments::Arguments;

/// What went wrong, as a sentence for the person at the terminal.
type Result<T> = std::result::Result<T, String>;

const HELP: &str = "\
cargo xtask COMMAND

  test [--fast] [-p CRATE]... [-- ARGS]   install what the tests need, run all tests; --fast leaves out the
                                          browser, kill and office tests; ARGS go to the test runner
  ci                                      everything the server runs, in the same order
  bench [--write]                         run the benchmarks, print one table; --write renews docs/benchmarks.md
  bench --peers [--write]                 only the template engine beside others, which are installed from PyPI and npm
  tidy                                    rules about the source that no compiler checks
  deny                                    licences, banned crates, duplicates and sources of all dependencies
  generate [--check]                      renew the generated files; --check fails when one is stale
  screenshots                             renew the pictures of the README in docs/images
  demo                                    build and start the demo, wait for its ready line, ask for the page, stop it
";

fn main() -> ExitCode {
    match dispatch(Arguments::of_process()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(mut arguments: Arguments) -> Result<()> {
    let command = arguments.command();
    match command.as_deref() {
        Some("test") => commands::test::run(commands::test::Options {
            fast: arguments.flag("--fast"),
            packages: arguments.values(&["-p", "--package"])?,
            rest: arguments.rest()?,
        }),
        Some("ci") => arguments.end().and_then(|()| commands::ci::run()),
        Some("bench") => {
            let (write, peers) = (arguments.flag("--write"), arguments.flag("--peers"));
            arguments.end()?;
            if peers { commands::bench::run_peers(write) } else { commands::bench::run(write) }
        }
        Some("tidy") => arguments.end().and_then(|()| tidy::run()),
        Some("deny") => arguments.end().and_then(|()| deny::run()),
        Some("generate") => {
            let check = arguments.flag("--check");
            arguments.end()?;
            commands::generate::run(check)
        }
        Some("screenshots") => arguments.end().and_then(|()| commands::screenshots::run()),
        Some("demo") => arguments.end().and_then(|()| commands::demo::run()),
        Some("help" | "--help" | "-h") => {
            print!("{HELP}");
            Ok(())
        }
        Some(other) => Err(format!("there is no command `{other}`\n\n{HELP}")),
        None => Err(format!("name a command\n\n{HELP}")),
    }
}
