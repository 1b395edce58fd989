//! The listener's certificate.

use domain::{Error, Result};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;

/// Reads certificate and key. TLS 1.2 and 1.3 only; HTTP/1.1.
/// # Errors
/// `Invalid`, naming the file and the remedy; also when others may read the key.
pub fn acceptor(certificate: &Path, key: &Path) -> Result<TlsAcceptor> {
    let unreadable = |what: &str, path: &Path, e: &dyn std::fmt::Display| {
        Error::invalid(format!("The {what} {} cannot be read: {e}. It must be a PEM file.", path.display()))
    };
    let chain = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|e| unreadable("certificate", certificate, &e))?;
    if chain.is_empty() {
        return Err(unreadable("certificate", certificate, &"it holds no certificate"));
    }
    let mode = std::fs::metadata(key).map_err(|e| unreadable("key", key, &e))?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(Error::invalid(format!(
            "Others may read the key {} (mode {:o}). Run: chmod 600 {}",
            key.display(),
            mode & 0o777,
            key.display()
        )));
    }
    let private = PrivateKeyDer::from_pem_file(key).map_err(|e| unreadable("key", key, &e))?;
    let mut config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(chain, private)
        .map_err(|e| Error::invalid(format!("Certificate and key do not fit together: {e}.")))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
