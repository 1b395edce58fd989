//! What every stage around a provider's twin needs: a notebook, time that passes at once, and reading to the end.

use async_trait::async_trait;
use domain::plugin::Notebook;
use domain::{InstallationId, PluginId, Result};
use jiff::SignedDuration;
use plugins::budget::Pace;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use twin::Twin;

/// What a notebook of the host's does, in memory.
#[derive(Debug, Default)]
pub struct MemoryNotebook(Mutex<BTreeMap<(InstallationId, PluginId, String), String>>);

#[async_trait]
impl Notebook for MemoryNotebook {
    async fn read(
        &self,
        installation: InstallationId,
        plugin: PluginId,
        name: &str,
    ) -> Result<Option<String>> {
        assert!(name.len() <= 200, "{name}");
        Ok(self.0.lock().unwrap().get(&(installation, plugin, name.to_owned())).cloned())
    }

    async fn swap(
        &self,
        installation: InstallationId,
        plugin: PluginId,
        name: &str,
        expected: Option<&str>,
        new: Option<&str>,
    ) -> Result<Option<String>> {
        assert!(name.len() <= 200, "{name}");
        let key = (installation, plugin, name.to_owned());
        let mut all = self.0.lock().unwrap();
        if all.get(&key).map(String::as_str) == expected {
            match new {
                Some(new) => all.insert(key.clone(), new.to_owned()),
                None => all.remove(&key),
            };
        }
        Ok(all.get(&key).cloned())
    }
}

/// Time that passes in the twin as soon as somebody waits.
#[derive(Debug)]
pub struct TwinPace {
    twin: Twin,
    waited: AtomicU64,
}

impl TwinPace {
    pub fn new(twin: Twin) -> Self {
        Self { twin, waited: AtomicU64::new(0) }
    }
}

#[async_trait]
impl Pace for TwinPace {
    fn now(&self) -> Duration {
        Duration::from_millis(self.waited.load(Ordering::SeqCst))
    }

    async fn sleep(&self, time: Duration) {
        let milliseconds = u64::try_from(time.as_millis()).unwrap().max(1);
        tokio::task::yield_now().await;
        self.waited.fetch_add(milliseconds, Ordering::SeqCst);
        self.twin.house().clock.advance(SignedDuration::from_millis(i64::try_from(milliseconds).unwrap()));
    }

    fn chance(&self, _: u64) -> u64 {
        0
    }
}

/// Names and values of a query, as they stand there.
pub fn form_pairs(query: &str) -> Vec<(String, String)> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (name.to_owned(), value.to_owned())
        })
        .collect()
}

/// All bytes of content.
pub async fn read_all(content: domain::plugin::Content) -> Result<Vec<u8>> {
    use futures_util::StreamExt as _;
    let mut stream = content.stream;
    let mut bytes = Vec::new();
    while let Some(part) = stream.next().await {
        bytes.extend_from_slice(&part?);
    }
    Ok(bytes)
}

/// What was asked, in words, and its units.
pub fn asked_of(entries: &[twin::core::journal::Entry]) -> (String, u32) {
    let units = entries.iter().map(|entry| entry.units).sum();
    let mut asked: Vec<(String, usize)> = Vec::new();
    for entry in entries {
        match asked.last_mut() {
            Some((last, count)) if *last == entry.operation => *count += 1,
            _ => asked.push((entry.operation.clone(), 1)),
        }
    }
    let asked: Vec<_> = asked
        .into_iter()
        .map(|(name, count)| if count == 1 { name } else { format!("{name} ×{count}") })
        .collect();
    (if asked.is_empty() { "none".to_owned() } else { asked.join(", ") }, units)
}

/// Holds a page of the documentation to what was measured, or writes it anew with `CHANCERY_BLESS=1`.
pub fn hold_page(name: &str, text: &str) {
    let page = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name);
    #[expect(clippy::disallowed_methods, reason = "only tests read this variable")]
    if std::env::var_os("CHANCERY_BLESS").is_some() {
        std::fs::write(&page, text).unwrap();
    }
    let kept = std::fs::read_to_string(&page).unwrap_or_default();
    assert!(kept == text, "docs/{name} is out of date; run with CHANCERY_BLESS=1\n{text}");
}
