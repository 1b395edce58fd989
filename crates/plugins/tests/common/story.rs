//! A life of three documents, step by step, and what everybody sees after each step.

use crate::common::{INSTALLATION, a, b, bytes, drain, noise};
use domain::locking::LockSemantics;
use domain::plugin::{
    Audience, Body, DocumentPlugin, ExternalRef, Fate, NewItem, Placement, Removal, VersionId, VersionNote,
    Which,
};
use domain::{AssociateId, Error, Result};
use plugins::archive::{ArchivePlugin, Known, verify};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

/// How many steps the story has.
pub const STEPS: u64 = 20;

/// The references made so far; step 0, 2 and 12 each add one.
pub type Made = Vec<ExternalRef>;

fn long() -> Vec<u8> {
    noise(1_200_000, 5)
}

fn body(content: &[u8]) -> Body {
    bytes(content)
}

fn new(level: LockSemantics) -> NewItem {
    NewItem { semantics: level, ..NewItem::document("Letter.txt", "text/plain") }
}

/// Does a step, always with the operation of its number.
pub async fn step(p: &ArchivePlugin, made: &mut Made, n: u64) -> Result<()> {
    let call = a(n);
    let item = |at: usize| made.get(at).cloned().ok_or_else(|| Error::internal("the story is out of order"));
    let note = VersionNote::text(format!("step {n}"));
    let made_now = match n {
        0 => Some(p.create(&call, new(LockSemantics::Versioning), Some(body(b"one"))).await?),
        1 => p.check_in(&call, &item(0)?, &note).await.map(|_| None)?,
        2 => Some(p.create(&call, new(LockSemantics::None), Some(body(b"plain"))).await?),
        3 => p.check_out(&call, &item(0)?).await.map(|_| None)?,
        4 => p.save(&call, &item(0)?, None, body(b"two")).await.map(|_| None)?,
        5 => p.check_in(&call, &item(0)?, &note).await.map(|_| None)?,
        6 => p.save(&call, &item(1)?, None, body(&long())).await.map(|_| None)?,
        7 => p.rename(&call, &item(0)?, "Renamed.txt").await.map(|_| None)?,
        8 => {
            let place = Placement { company: Some("Fjord A/S".into()), ..Placement::default() };
            p.place(&call, &item(1)?, &place).await.map(|_| None)?
        }
        9 => p.remove(&call, &item(0)?, Removal::Trash).await.map(|_| None)?,
        10 => p.restore(&call, &item(0)?).await.map(|_| None)?,
        11 => p.restore_version(&call, &item(0)?, &VersionId("1".into())).await.map(|_| None)?,
        12 => Some(p.copy(&call, &item(1)?, new(LockSemantics::Locking)).await?),
        13 => p.undo_check_out(&call, &item(2)?, false).await.map(|_| None)?,
        14 => p
            .set_audience(&call, &item(0)?, &Audience::Person { associate: AssociateId(1) })
            .await
            .map(|()| None)?,
        15 => {
            let values = BTreeMap::from([("archive.category".to_owned(), "contract".to_owned())]);
            p.set_metadata(&call, &item(0)?, &values).await.map(|()| None)?
        }
        // The same bytes as in step 6: their place is taken already.
        16 => p.save(&call, &item(2)?, None, body(&long())).await.map(|_| None)?,
        17 => p.check_in(&call, &item(2)?, &note).await.map(|_| None)?,
        18 => p.remove(&call, &item(1)?, Removal::Destroy).await.map(|_| None)?,
        19 => p.save(&call, &item(0)?, None, body(b"")).await.map(|_| None)?,
        _ => return Err(Error::internal("the story has no such step")),
    };
    if let Some(item) = made_now
        && !made.contains(&item.reference)
    {
        made.push(item.reference);
    }
    Ok(())
}

/// The item a step is about; `None` for one that makes an item.
pub fn subject(made: &Made, n: u64) -> Option<&ExternalRef> {
    match n {
        0 | 2 | 12 => None,
        6 | 8 | 18 => made.get(1),
        13 | 16 | 17 => made.get(2),
        _ => made.first(),
    }
}

/// Everything A and B can see, and how many items there are. Fails when anything is damaged or half.
pub async fn observe(p: &ArchivePlugin, root: &Path, made: &Made) -> Result<String> {
    let mut seen = String::new();
    let mut line = |text: String| writeln!(seen, "{text}").map_err(|_| Error::internal("text"));
    for reference in made {
        for call in [a(500_000), b()] {
            let Some(item) = p.stat(&call, reference).await? else {
                line(format!("{reference:?} is not there"))?;
                continue;
            };
            line(format!("{item:?}"))?;
            if item.trashed {
                continue;
            }
            let content = drain(p.load(&call, reference, &Which::Latest, None).await?.stream).await?;
            line(format!("{} bytes {}", content.len(), platform::digest::sha256_hex(&content)))?;
            for version in p.versions(&call, reference).await? {
                let which = Which::Version(version.id.clone());
                let content = drain(p.load(&call, reference, &which, None).await?.stream).await?;
                line(format!("{version:?} {} bytes", content.len()))?;
            }
            line(format!("{:?}", p.metadata(&call, reference).await?))?;
            line(format!("{:?}", p.audience(&call, reference).await?))?;
            line(format!("{:?}", p.properties(&call, reference, &["Path".to_owned()]).await?))?;
        }
    }
    let report = verify(root, INSTALLATION, &Known::NotAsked, &mut |_| {})?;
    line(format!("{} items", report.items))?;
    if !report.is_intact() {
        return Err(Error::internal(format!("damage: {:?}", report.flaws)));
    }
    Ok(seen)
}

/// Whether the plugin says that a step was done. A destroyed item counts as done.
pub async fn was_done(p: &ArchivePlugin, made: &Made, n: u64) -> Result<bool> {
    let operation = a(n).recorded()?;
    let fate = p.fate(&a(500_000), operation, subject(made, n)).await?;
    Ok(matches!((n, fate), (_, Fate::Applied(_)) | (18, Fate::Gone)))
}
