//! What proves to providers who we are, kept in files: whoever replaces a file rotates the credential.

use crate::config::{Broker, Proof};
use broker::{Credential, Credentials};
use domain::{Error, Result};
use platform::Secret;
use platform::jwt::CertificateKey;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// The files of one registration.
#[derive(Debug, Clone)]
pub struct FromFiles {
    certificate: Option<(PathBuf, PathBuf)>,
    secret: Option<PathBuf>,
}

impl FromFiles {
    /// The files that a configuration names, each looked at once.
    /// # Errors
    /// `Invalid`, naming the configuration's line and the remedy, when one cannot be used (BAD-26).
    pub fn checked(config: &Broker, proof: Proof<'_>) -> Result<Self> {
        let files = Self {
            certificate: proof.certificate.cloned().zip(proof.key.cloned()),
            secret: proof.secret_file.cloned(),
        };
        let Proof { section, nth, .. } = proof;
        let wrong = |key: &str, e: Error| config.place.wrong_in(section, nth, key, e.public());
        files.certificate().map_err(|e| wrong("key", e))?;
        files.secret().map_err(|e| wrong("secret_file", e))?;
        Ok(files)
    }

    fn certificate(&self) -> Result<Option<Credential>> {
        let Some((certificate, key)) = &self.certificate else { return Ok(None) };
        let private = read_private("private key", key)?;
        let public = std::fs::read(certificate).map_err(|e| {
            Error::invalid(format!("the certificate {} cannot be read: {e}.", certificate.display()))
        })?;
        let pair = CertificateKey::from_pem(&public, private.reveal().as_bytes())?;
        Ok(Some(Credential::Certificate(pair)))
    }

    fn secret(&self) -> Result<Option<Credential>> {
        let Some(file) = &self.secret else { return Ok(None) };
        let secret = Secret::new(read_private("secret", file)?.reveal().trim());
        if secret.is_empty() {
            let what = format!("the file {} is empty. Write the client secret into it.", file.display());
            return Err(Error::invalid(what));
        }
        Ok(Some(Credential::Secret(secret)))
    }
}

impl Credentials for FromFiles {
    fn load(&self) -> Result<Vec<Credential>> {
        Ok(self.certificate()?.into_iter().chain(self.secret()?).collect())
    }
}

/// Reads a file that only its owner may read.
fn read_private(what: &str, file: &Path) -> Result<Secret> {
    let shown = file.display();
    let unreadable = |e: std::io::Error| {
        Error::invalid(format!(
            "the {what} {shown} cannot be read: {e}. Put it there, readable by this user alone."
        ))
    };
    let mode = std::fs::metadata(file).map_err(unreadable)?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(Error::invalid(format!(
            "others may read the {what} {shown} (mode {:o}). Run: chmod 400 {shown}",
            mode & 0o777
        )));
    }
    std::fs::read_to_string(file).map(Secret::new).map_err(unreadable)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{Permissions, set_permissions, write};

    #[test]
    fn a_replaced_file_is_read_and_an_open_or_empty_one_is_refused() {
        // BAD-26
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("x.secret");
        let files = FromFiles { certificate: None, secret: Some(file.clone()) };
        assert!(files.load().unwrap_err().public().contains("cannot be read"));
        write(&file, "first\n").unwrap();
        set_permissions(&file, Permissions::from_mode(0o640)).unwrap();
        assert!(files.load().unwrap_err().public().contains("chmod 400"));
        set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
        let secret = |files: &FromFiles| match files.load().unwrap().as_slice() {
            [Credential::Secret(secret)] => secret.reveal().to_owned(),
            other => panic!("{other:?}"),
        };
        assert_eq!(secret(&files), "first");
        write(&file, "second").unwrap();
        assert_eq!(secret(&files), "second");
        write(&file, " \n").unwrap();
        assert!(files.load().unwrap_err().public().contains("is empty"));
    }
}
