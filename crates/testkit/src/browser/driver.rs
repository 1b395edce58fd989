//! The driver's process.

use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, ChildStdout, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process_group};

use super::{BrowserError, Places, Result};

/// A running chromedriver on a port of its own choice; ended with the browser it started when dropped.
#[derive(Debug)]
pub(super) struct DriverProcess {
    child: Child,
    port: u16,
    // Kept open: the driver would die of a closed pipe at its next line.
    _output: BufReader<ChildStdout>,
}

impl DriverProcess {
    /// Starts the driver and reads from its output which port it took.
    pub(super) fn start(places: &Places, name: &str) -> Result<Self> {
        let logs = places.artifacts.join("logs");
        std::fs::create_dir_all(&logs)?;
        let mut child = Command::new(&places.chromedriver)
            .arg("--port=0")
            .arg(format!("--log-path={}", logs.join(format!("{name}-chromedriver.log")).display()))
            // Dates on pages would otherwise follow the machine.
            .env("TZ", "UTC")
            // Its browser and all of the browser's helpers stay in this group, so that one signal ends them.
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| BrowserError::new(format!("{}: {error}", places.chromedriver.display())))?;
        let output = child.stdout.take().map(BufReader::new);
        let started = output.and_then(|mut output| port_named(&mut output).map(|port| (port, output)));
        let Some((port, output)) = started else {
            end(&mut child);
            return Err(BrowserError::new(
                "chromedriver ended before it was ready; its log is in the artifacts",
            ));
        };
        Ok(Self { child, port, _output: output })
    }

    /// The address of the driver.
    pub(super) fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

/// Reads up to the line that names the port.
fn port_named(output: &mut BufReader<ChildStdout>) -> Option<u16> {
    let mut line = String::new();
    while output.read_line(&mut line).ok()? > 0 {
        if let Some((_, rest)) = line.split_once("successfully on port ") {
            return rest.trim_end().trim_end_matches('.').parse().ok();
        }
        line.clear();
    }
    None
}

impl Drop for DriverProcess {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

fn end(child: &mut Child) {
    let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    // Fails only when they have all ended by themselves, which is what is wanted.
    if group.is_some_and(|group| kill_process_group(group, Signal::KILL).is_ok()) {
        drop(child.wait());
    }
}
