//! An office program in a locked room: documents in, PDF out.
//!
//! Each conversion is a process of its own with limits on time, memory and the size of what it writes; where the system
//! allows it without rights, it has no network. It sees a home directory of ours with macros and updates of links
//! switched off, and an environment of three variables. Homes are made once and used again, so that only the first
//! start is slow; one that had to be killed is thrown away.

use domain::{Error, ErrorKind, Result};
use std::fs;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;

/// Where office programs are, on the systems we know.
const USUAL: [&str; 5] = [
    "/usr/bin/soffice",
    "/usr/lib/libreoffice/program/soffice",
    "/opt/libreoffice/program/soffice",
    "/usr/local/bin/soffice",
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
];
/// The largest document it is given, in bytes.
const LARGEST_IN: usize = 64 << 20;
/// The largest file it may write, in bytes.
const LARGEST_OUT: u64 = 256 << 20;
/// How often a running process is looked at.
const LOOK: Duration = Duration::from_millis(15);

/// The file name endings that are converted. Web pages and mails are not: they load things from outside.
const KINDS: [&str; 11] = ["docx", "docm", "xlsx", "xlsm", "pptx", "pptm", "odt", "ods", "odp", "rtf", "txt"];

/// Macros off, links never updated, nothing loaded from elsewhere.
const LOCKED: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableActiveContent" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Writer/Content/Update"><prop oor:name="Link" oor:op="fuse"><value>0</value></prop></item>
<item oor:path="/org.openoffice.Office.Calc/Content/Update"><prop oor:name="Link" oor:op="fuse"><value>2</value></prop></item>
</oor:items>
"#;

/// How the office program is used.
#[derive(Debug, Clone)]
pub struct OfficeSettings {
    /// The program.
    pub program: PathBuf,
    /// A private folder of ours for its homes and its work. What is in it is removed.
    pub folder: PathBuf,
    /// How long one document may take.
    pub patience: Duration,
    /// How much address space the process may have, in MiB.
    pub memory_mib: u64,
    /// How many documents are converted at the same time.
    pub at_once: usize,
}

/// The office program.
#[derive(Debug)]
pub struct Office {
    settings: OfficeSettings,
    /// Homes that nobody uses now.
    homes: Mutex<Vec<PathBuf>>,
    slots: Arc<Semaphore>,
    without_network: bool,
    made: AtomicU64,
}

impl Office {
    /// The program that is to be used: the one named, or one that is where office programs usually are.
    pub fn find(named: Option<&Path>) -> Option<PathBuf> {
        let usual = USUAL.iter().map(Path::new);
        named
            .into_iter()
            .chain(usual.take(if named.is_some() { 0 } else { USUAL.len() }))
            .find(|p| p.is_file())
            .map(Path::to_owned)
    }

    /// Whether files of this ending (without the dot, in lower case) can be converted.
    pub fn takes(extension: &str) -> bool {
        KINDS.contains(&extension)
    }

    /// Prepares the room. Starts nothing yet.
    /// # Errors
    /// `Unavailable` when the folder cannot be made.
    pub fn new(settings: OfficeSettings) -> Result<Self> {
        let broken = |e: std::io::Error| {
            Error::new(ErrorKind::Unavailable, "The folder of the office program cannot be made.")
                .caused_by(e)
        };
        match fs::remove_dir_all(&settings.folder) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(broken(e)),
            _ => {}
        }
        fs::create_dir_all(&settings.folder).map_err(broken)?;
        let slots = Arc::new(Semaphore::new(settings.at_once.max(1)));
        let without_network = can_do_without_network();
        Ok(Self { settings, homes: Mutex::default(), slots, without_network, made: AtomicU64::new(0) })
    }

    /// Whether the process has no network.
    pub fn is_without_network(&self) -> bool {
        self.without_network
    }

    /// Converts an empty text, so that the first document finds everything ready.
    /// # Errors
    /// As [`Office::pdf`].
    pub async fn warm(self: &Arc<Self>) -> Result<()> {
        self.pdf("txt", b"ready\n".to_vec()).await.map(drop)
    }

    /// A document as PDF. `extension` says what it is.
    /// # Errors
    /// `UnsupportedMedia` for kinds that are not converted; `TooLarge`; `Invalid` when the program cannot open it;
    /// `Unavailable` when it took too long or the program does not start.
    pub async fn pdf(self: &Arc<Self>, extension: &str, bytes: Vec<u8>) -> Result<Vec<u8>> {
        let extension = extension.to_lowercase();
        if !Self::takes(&extension) {
            return Err(Error::new(
                ErrorKind::UnsupportedMedia,
                "Files of this kind are not turned into PDF. Open the document in its own program and print it.",
            ));
        }
        if bytes.len() > LARGEST_IN {
            return Err(Error::new(
                ErrorKind::TooLarge,
                "The document is too large to be turned into PDF here. Open it in its own program and print it.",
            ));
        }
        let slot = Arc::clone(&self.slots).acquire_owned().await;
        let slot = slot.map_err(|e| Error::internal("the office program is shut").caused_by(e))?;
        let office = Arc::clone(self);
        let work = move || {
            let _slot = slot;
            office.convert(&extension, &bytes)
        };
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|e| Error::internal("a conversion broke off").caused_by(e))?
    }

    fn convert(&self, extension: &str, bytes: &[u8]) -> Result<Vec<u8>> {
        let broken = |e: std::io::Error| {
            Error::new(ErrorKind::Unavailable, "There is no room for the PDF. Try again later.").caused_by(e)
        };
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let home = self.home(number).map_err(broken)?;
        let desk = self.settings.folder.join(format!("work-{number}"));
        fs::create_dir_all(&desk).map_err(broken)?;
        let source = desk.join(format!("document.{extension}"));
        let outcome =
            fs::write(&source, bytes).map_err(broken).and_then(|()| self.run(&home, &desk, &source));
        let made = outcome.and_then(|()| {
            fs::read(desk.join("document.pdf")).map_err(|e| {
                Error::invalid(
                    "The office program could not open this document, so there is no PDF. Open it in its own program.",
                )
                .caused_by(e)
            })
        });
        // What is left behind is cleared at the next start.
        let _ = fs::remove_dir_all(&desk);
        if made.is_ok() {
            self.homes.lock().unwrap_or_else(PoisonError::into_inner).push(home);
        } else {
            let _ = fs::remove_dir_all(&home);
        }
        made
    }

    /// A home that was used before, or a new one.
    fn home(&self, number: u64) -> std::io::Result<PathBuf> {
        if let Some(home) = self.homes.lock().unwrap_or_else(PoisonError::into_inner).pop() {
            return Ok(home);
        }
        let home = self.settings.folder.join(format!("home-{number}"));
        fs::create_dir_all(home.join("user"))?;
        fs::write(home.join("user/registrymodifications.xcu"), LOCKED)?;
        Ok(home)
    }

    fn run(&self, home: &Path, desk: &Path, source: &Path) -> Result<()> {
        let silent = |e: std::io::Error| {
            Error::new(
                ErrorKind::Unavailable,
                "The office program does not start, so there is no PDF. Ask an administrator to run `chancery doctor`.",
            )
            .caused_by(e)
        };
        let mut command = self.command(home, desk, source);
        let mut child = command.spawn().map_err(silent)?;
        let until = Instant::now() + self.settings.patience;
        loop {
            match child.try_wait().map_err(silent)? {
                Some(_) => return Ok(()),
                None if Instant::now() >= until => break,
                None => std::thread::sleep(LOOK),
            }
        }
        // The process leads a group of its own: what it has started goes with it.
        let group = format!("-{}", child.id());
        let _ = Command::new("/bin/kill").args(["-KILL", "--", &group]).status();
        let _ = child.kill();
        let _ = child.wait();
        Err(Error::new(
            ErrorKind::Unavailable,
            format!(
                "The PDF was not ready after {} seconds and was given up. Open the document in its own program.",
                self.settings.patience.as_secs()
            ),
        ))
    }

    fn command(&self, home: &Path, desk: &Path, source: &Path) -> Command {
        const LIMITED: &str = "ulimit -v \"$1\" && ulimit -t \"$2\" && ulimit -f \"$3\" && ulimit -c 0 && shift 3 && exec \"$@\"";
        let mut command = if self.without_network {
            let mut command = Command::new("unshare");
            command.args(["--user", "--map-root-user", "--net", "--", "/bin/sh"]);
            command
        } else {
            Command::new("/bin/sh")
        };
        let seconds = self.settings.patience.as_secs().max(1) * 2;
        command
            .args(["-c", LIMITED, "sh"])
            .arg((self.settings.memory_mib * 1024).to_string())
            .arg(seconds.to_string())
            .arg((LARGEST_OUT / 512).to_string())
            .arg(&self.settings.program)
            .arg(format!("-env:UserInstallation=file://{}", home.display()))
            .args(["--headless", "--norestore", "--nolockcheck", "--nodefault", "--nologo"])
            .args(["--convert-to", "pdf", "--outdir"])
            .arg(desk)
            .arg(source)
            .env_clear()
            .env("HOME", home)
            .env("PATH", "/usr/bin:/bin")
            .env("LANG", "C.UTF-8")
            .current_dir(desk)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0);
        command
    }
}

/// Whether a process can be started here without a network, without rights of any kind.
pub fn can_do_without_network() -> bool {
    let tried = Command::new("unshare")
        .args(["--user", "--map-root-user", "--net", "--", "/bin/true"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    tried.is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    /// An office program of our own: a script.
    fn office(script: &str, patience: Duration) -> (tempfile::TempDir, Arc<Office>) {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("soffice");
        fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        let settings = OfficeSettings {
            program,
            folder: folder.path().join("office"),
            patience,
            memory_mib: 2048,
            at_once: 1,
        };
        let office = Arc::new(Office::new(settings).unwrap());
        (folder, office)
    }

    #[tokio::test]
    async fn a_document_comes_back_as_what_the_program_made_and_its_home_is_used_again() {
        let (folder, office) =
            office("cp document.docx document.pdf; env > \"$HOME/env\"", Duration::from_secs(20));
        for content in ["first", "second"] {
            assert_eq!(office.pdf("docx", content.into()).await.unwrap(), content.as_bytes());
        }
        let left: Vec<_> =
            fs::read_dir(folder.path().join("office")).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(left, ["home-0"], "one home, and no work left behind");
        let seen = fs::read_to_string(folder.path().join("office/home-0/env")).unwrap();
        assert!(!seen.contains("CARGO"), "it sees nothing of our surroundings: {seen}");
    }

    #[tokio::test]
    async fn a_program_that_hangs_is_killed_with_everything_it_has_started() {
        let (folder, office) =
            office("sleep 300 & echo $! > \"$HOME/../sleeper\"; wait", Duration::from_millis(600));
        let gone = office.pdf("docx", b"x".to_vec()).await.unwrap_err();
        assert_eq!(gone.kind(), ErrorKind::Unavailable);
        let sleeper = fs::read_to_string(folder.path().join("office/sleeper")).unwrap();
        let alive = || {
            let stat = fs::read_to_string(format!("/proc/{}/stat", sleeper.trim()));
            stat.is_ok_and(|stat| !stat.contains(") Z "))
        };
        for _ in 0..100 {
            if !alive() {
                return;
            }
            std::thread::sleep(LOOK);
        }
        panic!("what it has started is still there");
    }

    #[tokio::test]
    async fn what_cannot_be_opened_and_what_is_no_document_is_said_so() {
        let (_folder, office) = office("exit 1", Duration::from_secs(20));
        assert_eq!(office.pdf("docx", b"x".to_vec()).await.unwrap_err().kind(), ErrorKind::Invalid);
        for kind in ["html", "exe", "../x"] {
            assert_eq!(
                office.pdf(kind, b"x".to_vec()).await.unwrap_err().kind(),
                ErrorKind::UnsupportedMedia,
                "{kind}"
            );
        }
    }

    #[tokio::test]
    async fn a_program_that_writes_without_end_is_stopped() {
        let (_folder, office) =
            office("exec head -c 1000000000 /dev/zero > document.pdf", Duration::from_secs(20));
        let made = office.pdf("docx", b"x".to_vec()).await;
        assert!(made.is_ok_and(|bytes| bytes.len() as u64 <= LARGEST_OUT), "what it wrote ends at the limit");
    }
}
