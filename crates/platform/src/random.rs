//! The one source of randomness, from the operating system through the crypto library.

use aws_lc_rs::rand;
use domain::{Error, Result};
use uuid::Uuid;

/// Fills an array with random bytes.
/// # Errors
/// `Internal` when the operating system has no randomness to give.
pub fn bytes<const N: usize>() -> Result<[u8; N]> {
    let mut out = [0; N];
    rand::fill(&mut out).map_err(|_| Error::internal("the operating system gives no randomness"))?;
    Ok(out)
}

/// A secret token of 256 random bits: 64 lower-case hexadecimal digits, safe in an address or a cookie.
pub fn token() -> Result<String> {
    Ok(crate::digest::hex(&bytes::<32>()?))
}

/// 64 random bits, to seed a request's context with.
pub fn seed() -> Result<u64> {
    Ok(u64::from_le_bytes(bytes::<8>()?))
}

/// A random (version 4) id, for request ids.
pub fn id() -> Result<Uuid> {
    Ok(uuid::Builder::from_random_bytes(bytes::<16>()?).into_uuid())
}
