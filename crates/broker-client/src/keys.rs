//! The key an installation proves itself with. It is the CRM side's own; the login page knows its public half.

use domain::{Error, Result};
use platform::jwt::SigningKey;
use std::fmt;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

/// An installation's client id and key.
#[derive(Debug, Clone)]
pub struct ClientKey {
    /// The client id: the installation's key.
    pub client_id: String,
    /// What it signs with.
    pub signing: SigningKey,
}

/// Where the keys of installations come from.
pub trait ClientKeys: Send + Sync + fmt::Debug {
    /// The key of an installation, made when it has none.
    /// # Errors
    /// `Invalid` when it cannot be read or made.
    fn of(&self, installation: &str) -> Result<ClientKey>;

    /// The key that is to follow, made when there is none yet. The one in use stays in use.
    /// # Errors
    /// `Invalid` when it cannot be read or made.
    fn next(&self, installation: &str) -> Result<ClientKey>;

    /// Puts the following key into use. Nothing happens when there is none.
    /// # Errors
    /// `Invalid` when it cannot be put there.
    fn advance(&self, installation: &str) -> Result<()>;
}

/// Keys in a folder, a file for each installation, readable by their owner only.
#[derive(Debug, Clone)]
pub struct FolderKeys(PathBuf);

impl FolderKeys {
    /// Keys in this folder, which is made when it is missing.
    pub fn at(folder: impl Into<PathBuf>) -> Result<Self> {
        use std::os::unix::fs::DirBuilderExt as _;
        let folder = folder.into();
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&folder)
            .map_err(|e| Error::invalid(format!("The folder {} cannot be made: {e}.", folder.display())))?;
        Ok(Self(folder))
    }

    fn file(&self, installation: &str, ending: &str) -> Result<PathBuf> {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if installation.is_empty() || !installation.bytes().all(plain) {
            return Err(Error::internal("an installation's key is no file name"));
        }
        Ok(self.0.join(format!("{installation}.{ending}")))
    }
}

impl ClientKeys for FolderKeys {
    fn of(&self, installation: &str) -> Result<ClientKey> {
        let signing = kept(&self.file(installation, "key")?)?;
        Ok(ClientKey { client_id: installation.to_owned(), signing })
    }

    fn next(&self, installation: &str) -> Result<ClientKey> {
        let signing = kept(&self.file(installation, "next.key")?)?;
        Ok(ClientKey { client_id: installation.to_owned(), signing })
    }

    fn advance(&self, installation: &str) -> Result<()> {
        let (from, to) = (self.file(installation, "next.key")?, self.file(installation, "key")?);
        let moved = std::fs::rename(&from, &to).and_then(|()| std::fs::File::open(&self.0)?.sync_all());
        match moved {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(()),
            other => other.map_err(|e| failed(&from, &e)),
        }
    }
}

fn failed(file: &Path, e: &std::io::Error) -> Error {
    Error::invalid(format!("The installation's key {} cannot be used: {e}.", file.display()))
}

/// The key in a file, made when there is no file.
fn kept(file: &Path) -> Result<SigningKey> {
    let shown = file.display();
    match std::fs::read(file) {
        Ok(der) => {
            let mode = std::fs::metadata(file).map_err(|e| failed(file, &e))?.permissions().mode();
            if mode & 0o077 != 0 {
                return Err(Error::invalid(format!("Others may read {shown}. Run: chmod 600 {shown}")));
            }
            SigningKey::from_pkcs8(&der)
        }
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            let key = SigningKey::generate()?;
            let mut out = OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(file)
                .map_err(|e| failed(file, &e))?;
            out.write_all(&key.to_pkcs8()?).and_then(|()| out.sync_all()).map_err(|e| failed(file, &e))?;
            Ok(key)
        }
        Err(e) => Err(failed(file, &e)),
    }
}
