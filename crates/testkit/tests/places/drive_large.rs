//! Long content goes through in constant memory, over the twin's real door: 256 MB here, a gigabyte with
//! `CHANCERY_LARGE_MB=1024`.

use crate::drive_common::Scene;
use bytes::Bytes;
use domain::plugin::{Body, DocumentPlugin, NewItem, Which};
use futures_util::StreamExt as _;
use platform::digest::Sha256;

/// Bytes of one piece of the source.
const PIECE: usize = 256 << 10;
/// How much more memory may be used at the highest point, in kilobytes: pieces on both sides of the wire.
const MOST: u64 = 96 << 10;

#[expect(clippy::disallowed_methods, reason = "only tests read this variable")]
fn megabytes() -> u64 {
    std::env::var("CHANCERY_LARGE_MB").ok().and_then(|text| text.parse().ok()).unwrap_or(256)
}

/// A piece of content: the same for the same number.
fn piece(n: u64) -> Bytes {
    let mut state = n.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut bytes = Vec::with_capacity(PIECE);
    while bytes.len() < PIECE {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.into()
}

/// The most memory this process has used, in kilobytes.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn long_content_goes_in_and_out_in_constant_memory() {
    let scene = Scene::default();
    let options = twin::Options { world: scene.world(), ..twin::Options::default() };
    let running = twin::start(options).await.unwrap();
    let stage = scene.over_http(running.twin().clone()).await;
    let pieces = megabytes() * 4;
    let mut sent = Sha256::default();
    (0..pieces).for_each(|n| sent.update(&piece(n)));
    let sent = sent.finish_hex();
    // What is needed once is there.
    let new = || NewItem::document("Film.bin", "application/octet-stream");
    let warm = Body::from_bytes(vec![7; 10 << 20]);
    stage.plugin.create(&stage.a(), new(), Some(warm)).await.unwrap();
    let before = peak();
    let stream = futures_util::stream::iter((0..pieces).map(|n| Ok(piece(n))));
    let body = Body { length: Some(pieces * PIECE as u64), stream: Box::pin(stream) };
    let item = stage.plugin.create(&stage.a(), new(), Some(body)).await.unwrap();
    assert_eq!((item.size, item.sha256.as_deref()), (pieces * PIECE as u64, Some(sent.as_str())));
    let content = stage.plugin.load(&stage.b(), &item.reference, &Which::Latest, None).await.unwrap();
    let mut received = Sha256::default();
    let mut stream = content.stream;
    while let Some(part) = stream.next().await {
        received.update(&part.unwrap());
    }
    assert_eq!(received.finish_hex(), sent);
    let more = peak() - before;
    assert!(more < MOST, "{more} kB more for {pieces} pieces");
}
