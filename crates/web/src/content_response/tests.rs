use super::*;
use bytes::Bytes;
use futures_util::stream;

const TEXT: &[u8] = b"0123456789";

/// Reads `bytes` as a plugin does: an unsatisfiable range of content that is not empty is an error.
fn open(bytes: &'static [u8], range: Option<ByteRange>) -> Result<Reading> {
    let size = bytes.len() as u64;
    let span = match range {
        None => 0..size,
        Some(_) if size == 0 => 0..0,
        Some(range) => range.resolve(size).ok_or_else(|| {
            Error::new(ErrorKind::RangeNotSatisfiable, "The content is shorter than that. Ask for less.")
        })?,
    };
    let part = Bytes::from_static(&bytes[span.start as usize..span.end as usize]);
    let content = Content {
        size,
        span,
        media_type: "text/html".into(),
        revision: Revision("r1".into()),
        stream: Box::pin(stream::iter([Ok(part)])),
    };
    Ok(Reading { content, file_name: "Tilbud \"å\".txt".into() })
}

fn ask(pairs: &[(HeaderName, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        headers.append(name.clone(), HeaderValue::from_str(value).unwrap());
    }
    headers
}

async fn answer(bytes: &'static [u8], headers: &HeaderMap) -> (u16, Option<String>, String, Response) {
    let mut response = deliver(headers, async |range| open(bytes, range)).await.unwrap();
    let body = std::mem::take(response.body_mut());
    let body = axum::body::to_bytes(body, 1000).await.unwrap();
    let range = response.headers().get(CONTENT_RANGE).map(|v| v.to_str().unwrap().to_owned());
    (response.status().as_u16(), range, String::from_utf8(body.to_vec()).unwrap(), response)
}

#[tokio::test]
async fn ranges_are_answered_by_the_table_bad_13() {
    let table: [(&str, u16, Option<&str>, &str); 22] = [
        ("bytes=0-", 206, Some("bytes 0-9/10"), "0123456789"),
        ("bytes=0-0", 206, Some("bytes 0-0/10"), "0"),
        ("bytes=3-5", 206, Some("bytes 3-5/10"), "345"),
        ("bytes=9-9", 206, Some("bytes 9-9/10"), "9"),
        ("bytes=3-999", 206, Some("bytes 3-9/10"), "3456789"),
        ("Bytes = 3-5", 206, Some("bytes 3-5/10"), "345"),
        ("bytes=-4", 206, Some("bytes 6-9/10"), "6789"),
        ("bytes=-400", 206, Some("bytes 0-9/10"), "0123456789"),
        ("bytes=3-99999999999999999999999999", 206, Some("bytes 3-9/10"), "3456789"),
        ("bytes=10-", 416, Some("bytes */10"), ""),
        ("bytes=10-12", 416, Some("bytes */10"), ""),
        ("bytes=-0", 416, Some("bytes */10"), ""),
        ("bytes=99999999999999999999999999-", 416, Some("bytes */10"), ""),
        ("bytes=5-3", 200, None, "0123456789"),
        ("bytes=0-1,3-4", 200, None, "0123456789"),
        ("bytes=-", 200, None, "0123456789"),
        ("bytes=", 200, None, "0123456789"),
        ("bytes=a-b", 200, None, "0123456789"),
        ("bytes=+1-3", 200, None, "0123456789"),
        ("bytes=--3", 200, None, "0123456789"),
        ("items=0-3", 200, None, "0123456789"),
        ("nonsense", 200, None, "0123456789"),
    ];
    for (header, status, range, body) in table {
        let got = answer(TEXT, &ask(&[(RANGE, header)])).await;
        assert_eq!((got.0, got.1.as_deref()), (status, range), "{header}");
        if status != 416 {
            assert_eq!(got.2, body, "{header}");
            assert_eq!(got.3.headers()[CONTENT_LENGTH], body.len().to_string(), "{header}");
        }
    }
}

#[tokio::test]
async fn two_range_headers_and_empty_content_are_answered_whole() {
    let twice = ask(&[(RANGE, "bytes=0-1"), (RANGE, "bytes=3-4")]);
    assert_eq!(answer(TEXT, &twice).await.0, 200);
    let empty = answer(b"", &ask(&[(RANGE, "bytes=0-")])).await;
    assert_eq!((empty.0, empty.1, empty.2.as_str()), (200, None, ""));
}

#[tokio::test]
async fn a_range_holds_only_for_the_content_it_was_meant_for() {
    let same = answer(TEXT, &ask(&[(RANGE, "bytes=3-5"), (IF_RANGE, "\"r1\"")])).await;
    assert_eq!((same.0, same.2.as_str()), (206, "345"));
    for other in ["\"r0\"", "W/\"r1\"", "Wed, 21 Oct 2015 07:28:00 GMT"] {
        let changed = answer(TEXT, &ask(&[(RANGE, "bytes=3-5"), (IF_RANGE, other)])).await;
        assert_eq!((changed.0, changed.2.as_str()), (200, "0123456789"), "{other}");
    }
}

#[tokio::test]
async fn content_the_client_has_already_is_not_sent_again() {
    for tags in ["\"r1\"", "W/\"r1\"", "\"r0\", \"r1\"", "*"] {
        let got = answer(TEXT, &ask(&[(IF_NONE_MATCH, tags)])).await;
        assert_eq!((got.0, got.2.as_str()), (304, ""), "{tags}");
    }
    assert_eq!(answer(TEXT, &ask(&[(IF_NONE_MATCH, "\"r0\"")])).await.0, 200);
}

#[tokio::test]
async fn every_delivery_is_an_attachment_nobody_stores_or_runs() {
    let (_, _, _, response) = answer(TEXT, &HeaderMap::new()).await;
    let header = |name: HeaderName| response.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header(X_CONTENT_TYPE_OPTIONS), "nosniff");
    assert_eq!(header(CONTENT_SECURITY_POLICY), "sandbox; default-src 'none'");
    assert_eq!(header(CACHE_CONTROL), "private, no-store");
    assert_eq!(header(ACCEPT_RANGES), "bytes");
    assert_eq!(header(ETAG), "\"r1\"");
    assert_eq!(
        header(CONTENT_DISPOSITION),
        "attachment; filename=\"Tilbud ___.txt\"; filename*=UTF-8''Tilbud%20%22%C3%A5%22.txt"
    );
}

#[test]
fn no_name_breaks_out_of_the_header() {
    for name in ["a\r\nSet-Cookie: x=1", "\"; filename=evil.exe", "%00\\", "\u{202e}fdp.exe", ""] {
        let value = disposition(name);
        assert!(HeaderValue::from_str(&value).is_ok(), "{name:?}");
        assert_eq!(value.matches('"').count(), 2, "{name:?}");
        assert!(!value.contains('\r') && !value.contains('\n'), "{name:?}");
    }
}

#[test]
fn a_revision_of_any_bytes_makes_a_valid_tag() {
    for (revision, tag) in [
        ("r-17", "\"r-17\""),
        ("", "\"x-\""),
        ("a\"b", "\"x-612262\""),
        ("å", "\"x-c3a5\""),
        ("x-1", "\"x-782d31\""),
    ] {
        assert_eq!(entity_tag(&Revision(revision.into())), tag);
    }
}
