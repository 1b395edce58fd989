//! The binary: configuration, wiring, command line.
//!
//! Invariant: only this crate reads the command line and the configuration file; nothing reads the environment.

mod cli;
mod commands;
mod config;
mod demo;
mod google;
mod listen;
mod logging;
mod login;
mod serve;
mod sharepoint;
mod tls;
mod tokens;
mod wiring;

use clap::Parser as _;
use cli::{Cli, Command};
use config::{Config, Log};
use domain::{Error, Result};
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli.command) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(e) => {
            complain(&e);
            ExitCode::from(2)
        }
    }
}

/// Runs a command. `false` means it ran and found something that is not as it should be.
fn run(command: Command) -> Result<bool> {
    match command {
        Command::Openapi => {
            let json = web::api::openapi().to_pretty_json();
            commands::say(
                json.map_err(|e| Error::internal("the description cannot be written").caused_by(e))?,
            );
            return Ok(true);
        }
        Command::ConfigReference { sample } => {
            commands::say(if sample { config::sample() } else { config::reference() }.trim_end());
            return Ok(true);
        }
        Command::Template(command) => return commands::template::run(command),
        _ => {}
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .max_blocking_threads(64)
        .thread_stack_size(1 << 20)
        .build()
        .map_err(|e| Error::internal("the runtime cannot start").caused_by(e))?;
    let done = runtime.block_on(run_async(command));
    // Whatever still waits for a disk may finish behind us; every step is safe to lose.
    runtime.shutdown_timeout(std::time::Duration::from_secs(2));
    done
}

async fn run_async(command: Command) -> Result<bool> {
    match command {
        Command::Demo(ask) => {
            logging::start(&Log { filter: "warn,reconciler=info".into(), ..Log::default() })?;
            Box::pin(demo::run(ask)).await.map(|()| true)
        }
        Command::Serve(at) => {
            let config = Config::load(&at)?;
            logging::start(&config.log)?;
            Box::pin(serve::run(config)).await.map(|()| true)
        }
        Command::Doctor(at) => commands::doctor::run(&at).await,
        Command::Admin(command) => commands::admin::run(command).await.map(|()| true),
        Command::Import(ask) => commands::import::run(ask).await,
        Command::Archive(command) => commands::archive::run(command).await,
        Command::Broker(command) => commands::broker::run(command).await,
        Command::Twin(ask) => {
            logging::start(&Log { filter: "warn".into(), ..Log::default() })?;
            commands::twin::run(ask).await.map(|()| true)
        }
        Command::Openapi | Command::ConfigReference { .. } | Command::Template(_) => Ok(true),
    }
}

#[expect(clippy::print_stderr, reason = "the one place where a command says why it ended")]
fn complain(e: &Error) {
    eprintln!("chancery: {e}");
    for (name, value) in e.context() {
        eprintln!("  {name}: {value}");
    }
    let mut cause = std::error::Error::source(e);
    while let Some(c) = cause {
        eprintln!("  because: {c}");
        cause = c.source();
    }
}
