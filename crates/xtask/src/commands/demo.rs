//! `cargo xtask demo`: the first of the two commands of the README, run as a newcomer would.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use crate::workspace::Workspace;
use crate::{Result, environment, process};

/// How long a newcomer waits at most for the ready line, compiling included.
const START: Duration = Duration::from_mins(20);

/// Builds and starts the demo on a port that is free, asks for the address it prints, and ends it.
pub fn run() -> Result<()> {
    let workspace = Workspace::load()?;
    let data = workspace.target.join("xtask").join("demo");
    let mut command = environment::cargo();
    command.args(["run", "--release", "--locked", "--", "demo", "--fresh"]);
    command.args(["--port", "0", "--data"]).arg(&data);
    println!("$ {}", process::line(&command));
    let start = Instant::now();
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("the demo could not be started: {error}"))?;
    let mut demo = Demo(child);
    let address = demo.ready_line()?;
    println!("ready after {:.1} s, compiling included: {address}", start.elapsed().as_secs_f64());
    let status = ask(&address)?;
    println!("the address answers {status}");
    if matches!(status, 200..=399) { Ok(()) } else { Err(format!("{address} answered {status}")) }
}

/// The running demo; ended when dropped, as nobody waits for it.
struct Demo(Child);

impl Demo {
    /// Waits for `ready: ADDRESS` and returns the address.
    fn ready_line(&mut self) -> Result<String> {
        let stdout = self.0.stdout.take().ok_or("the demo's output is not readable")?;
        let (send, receive) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(std::result::Result::ok) {
                if send.send(line).is_err() {
                    break;
                }
            }
        });
        let deadline = Instant::now() + START;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match receive.recv_timeout(left) {
                Ok(line) => {
                    if let Some(address) = line.trim().strip_prefix("ready: ") {
                        return Ok(address.to_owned());
                    }
                }
                Err(RecvTimeoutError::Timeout) => {
                    return Err(format!(
                        "the demo printed no `ready:` line within {} minutes",
                        START.as_secs() / 60
                    ));
                }
                Err(RecvTimeoutError::Disconnected) => {
                    return Err("the demo ended before it was ready; what it said stands above".to_owned());
                }
            }
        }
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // Cargo replaces itself with the program it runs on Unix, so this is the demo itself.
        let asked = process::succeeds(std::process::Command::new("kill").arg(self.0.id().to_string()));
        let deadline = Instant::now() + Duration::from_secs(10);
        while asked && Instant::now() < deadline {
            if matches!(self.0.try_wait(), Ok(Some(_))) {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        if self.0.kill().is_ok() {
            drop(self.0.wait());
        }
    }
}

/// Asks for a page over plain HTTP and returns the status.
fn ask(address: &str) -> Result<u16> {
    let (host, path) = address
        .strip_prefix("http://")
        .map(|rest| rest.split_once('/').unwrap_or((rest, "")))
        .ok_or_else(|| format!("the ready line names `{address}`, which is not a plain HTTP address"))?;
    let failed = |error: std::io::Error| format!("{address}: {error}");
    let mut stream = TcpStream::connect(host).map_err(failed)?;
    stream.set_read_timeout(Some(Duration::from_secs(10))).map_err(failed)?;
    write!(stream, "GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").map_err(failed)?;
    let mut answer = Vec::new();
    stream.take(64 * 1024).read_to_end(&mut answer).map_err(failed)?;
    let head = String::from_utf8_lossy(&answer);
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    status.ok_or_else(|| format!("{address} answered something that is not HTTP"))
}
