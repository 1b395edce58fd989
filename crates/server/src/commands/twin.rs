//! `chancery twin`: Google and Microsoft in a box.

use super::say;
use crate::cli::Twin as Ask;
use crate::listen;
use domain::{Error, Result};
use serde_json::json;
use twin::{Options, World};

/// Serves until it is told to stop. When ready it prints one line of JSON with the address of each surface.
pub async fn run(ask: Ask) -> Result<()> {
    if let Some(file) = &ask.state {
        twin::Twin::may_save(file).map_err(told)?;
    }
    let world = match &ask.world {
        Some(file) => World::from_file(file),
        None => World::ready(),
    };
    let options = Options {
        world: world.map_err(told)?,
        port: ask.port,
        control_port: ask.control_port,
        control_token: ask.control_token,
        tls: ask.tls,
        spill: None,
    };
    let mut running = twin::start(options).await.map_err(told)?;
    if let Some(file) = ask.state.as_ref().filter(|file| file.exists()) {
        running.twin().load(file).map_err(told)?;
    }
    if let (Some(file), Some(pem)) = (&ask.ca_file, running.certificate_pem()) {
        std::fs::write(file, pem)
            .map_err(|e| Error::invalid(format!("{} cannot be written: {e}.", file.display())))?;
    }
    say(json!({
        "surfaces": running.surfaces(),
        "controlToken": running.control_token(),
        "certificatePem": running.certificate_pem(),
    }));
    tokio::select! {
        () = running.forever() => {}
        () = listen::signal() => {}
    }
    match &ask.state {
        Some(file) => running.twin().save(file).map_err(|error| Error::invalid(format!("{error}."))),
        None => Ok(()),
    }
}

/// The twin's sentence as one of ours.
fn told(error: twin::Error) -> Error {
    Error::invalid(format!("The twin cannot start: {error}"))
}
