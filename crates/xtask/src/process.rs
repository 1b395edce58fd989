//! Running other programs and telling what failed.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use crate::Result;

/// The command as a person would type it.
pub fn line(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program());
    let program = program.file_name().unwrap_or(command.get_program()).to_string_lossy().into_owned();
    let words = command.get_args().map(|word| word.to_string_lossy().into_owned());
    std::iter::once(program).chain(words).collect::<Vec<_>>().join(" ")
}

/// Runs `command` with its output shown as it comes.
pub fn run(command: &mut Command) -> Result<()> {
    println!("$ {}", line(command));
    let status = command.status().map_err(|error| cannot_start(command, &error))?;
    if status.success() { Ok(()) } else { Err(format!("`{}` failed ({status})", line(command))) }
}

/// Runs `command` and returns what it wrote to its standard output; its errors are shown as they come.
pub fn output(command: &mut Command) -> Result<String> {
    let output = command.stderr(Stdio::inherit()).output().map_err(|error| cannot_start(command, &error))?;
    if !output.status.success() {
        return Err(format!("`{}` failed ({})", line(command), output.status));
    }
    String::from_utf8(output.stdout)
        .map_err(|_| format!("`{}` wrote something that is not UTF-8", line(command)))
}

/// What a command that was watched did.
#[derive(Debug)]
pub struct Watched {
    /// Whether it ended well.
    pub success: bool,
    /// The lines of its standard output.
    pub lines: Vec<String>,
}

/// Runs `command`, shows its standard output as it comes and keeps it.
pub fn watch(command: &mut Command) -> Result<Watched> {
    println!("$ {}", line(command));
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(|error| cannot_start(command, &error))?;
    let mut lines = Vec::new();
    if let Some(stdout) = child.stdout.take() {
        for read in BufReader::new(stdout).lines().map_while(std::result::Result::ok) {
            println!("{read}");
            lines.push(read);
        }
    }
    let status = child.wait().map_err(|error| format!("`{}` was lost: {error}", line(command)))?;
    Ok(Watched { success: status.success(), lines })
}

/// Whether `command` starts and ends well; nothing is shown.
pub fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn cannot_start(command: &Command, error: &std::io::Error) -> String {
    format!("`{}` could not be started: {error}", line(command))
}
