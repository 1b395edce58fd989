//! Serves the ready world and prints its addresses as one line of JSON.

use std::io::Write as _;
use twin::{Options, World};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let running = twin::start(Options { world: World::ready()?, ..Options::default() }).await?;
    let line = serde_json::json!({ "surfaces": running.surfaces(), "controlToken": running.control_token() });
    writeln!(std::io::stdout(), "{line}")?;
    std::future::pending::<()>().await;
    Ok(())
}
