//! Bodies that are counted while they pass.

use domain::plugin::Body;
use domain::{Error, ErrorKind, Result};
use futures_util::StreamExt as _;

/// The same body, ending in an error (`TooLarge`) as soon as it passes `max` bytes.
pub fn within(body: Body, max: u64) -> Result<Body> {
    if body.length.is_some_and(|n| n > max) {
        return Err(too_large(max));
    }
    let mut seen = 0_u64;
    let stream = body.stream.map(move |chunk| {
        let chunk = chunk?;
        seen += chunk.len() as u64;
        if seen > max { Err(too_large(max)) } else { Ok(chunk) }
    });
    Ok(Body { length: body.length, stream: Box::pin(stream) })
}

fn too_large(max: u64) -> Error {
    Error::new(
        ErrorKind::TooLarge,
        format!(
            "The file is larger than {}, which is the limit here. Make it smaller or split it.",
            in_words(max)
        ),
    )
}

/// A number of bytes as people read it: "32 MB".
pub(crate) fn in_words(bytes: u64) -> String {
    match bytes {
        b if b >= 1 << 30 => format!("{} GB", b >> 30),
        b if b >= 1 << 20 => format!("{} MB", b >> 20),
        b if b >= 1 << 10 => format!("{} KB", b >> 10),
        b => format!("{b} bytes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_body_ends_in_an_error_when_it_passes_the_limit() {
        assert_eq!(within(Body::from_bytes("12345"), 4).unwrap_err().kind(), ErrorKind::TooLarge);
        let unannounced = Body { length: None, ..Body::from_bytes("12345") };
        let mut stream = within(unannounced, 4).unwrap().stream;
        assert_eq!(stream.next().await.unwrap().unwrap_err().kind(), ErrorKind::TooLarge);
        assert!(within(Body::from_bytes("1234"), 4).is_ok());
    }
}
