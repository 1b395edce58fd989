//! The key an installation proves itself with. It is the CRM side's own; the login page knows its public half.

use domain::{Error, Result};
use platform::jwt::SigningKey;
use std::fmt;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::PathBuf;

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
}

impl ClientKeys for FolderKeys {
    fn of(&self, installation: &str) -> Result<ClientKey> {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if installation.is_empty() || !installation.bytes().all(plain) {
            return Err(Error::internal("an installation's key is no file name"));
        }
        let file = self.0.join(format!("{installation}.key"));
        let shown = file.display();
        let failed = |e: std::io::Error| {
            Error::invalid(format!("The installation's key {shown} cannot be used: {e}."))
        };
        let signing = match std::fs::read(&file) {
            Ok(der) => {
                let mode = std::fs::metadata(&file).map_err(failed)?.permissions().mode();
                if mode & 0o077 != 0 {
                    return Err(Error::invalid(format!("Others may read {shown}. Run: chmod 600 {shown}")));
                }
                SigningKey::from_pkcs8(&der)?
            }
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                let key = SigningKey::generate()?;
                let mut out = OpenOptions::new()
                    .write(true)
                    .create_new(true)
                    .mode(0o600)
                    .open(&file)
                    .map_err(failed)?;
                out.write_all(&key.to_pkcs8()?).and_then(|()| out.sync_all()).map_err(failed)?;
                key
            }
            Err(e) => return Err(failed(e)),
        };
        Ok(ClientKey { client_id: installation.to_owned(), signing })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_kept_private_and_never_outside_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        let keys = FolderKeys::at(folder.path().join("keys")).unwrap();
        let first = keys.of("nordlys").unwrap();
        assert_eq!(keys.of("nordlys").unwrap().signing.kid(), first.signing.kid());
        let file = folder.path().join("keys/nordlys.key");
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(keys.of("nordlys").unwrap_err().public().contains("chmod 600"));
        assert!(keys.of("../x").is_err() && keys.of("").is_err());
    }
}
