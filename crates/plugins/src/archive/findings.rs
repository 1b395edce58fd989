//! What the archive tells about an item and about itself.

use super::core::Core;
use super::manifest::Manifest;
use super::{fault, items, naming, reading};
use domain::plugin::{Answer, AnswerKind, Call, CommandInfo, Done, ExternalRef, Finding, Severity, Which};
use domain::{Error, InstallationId, Result};
use std::collections::BTreeMap;

/// Rehashes everything an item has.
const VERIFY: &str = "archive.verify";
/// Tells the SHA-256 of what the caller reads. Not listed.
const FINGERPRINT: &str = "archive.fingerprint";

/// One-way information about an item.
pub(crate) fn properties(item: &Manifest, call: &Call) -> Result<BTreeMap<String, String>> {
    let seen = item.seen_by(call.associate)?;
    let pairs = [
        ("HasLocking", item.semantics.locks().to_string()),
        ("HasVersioning", item.semantics.versions().to_string()),
        ("LastModified", seen.modified.to_string()),
        ("PreferredOpen", "Stream".to_owned()),
        ("Size", seen.size.to_string()),
        ("Sha256", seen.sha256.unwrap_or_default()),
        ("Path", naming::path_of(item)),
    ];
    Ok(pairs.map(|(name, value)| (name.to_owned(), value)).into_iter().collect())
}

/// The commands of an item that this caller can show the answer of.
pub(crate) fn commands(call: &Call) -> Vec<CommandInfo> {
    let verify = CommandInfo {
        name: VERIFY.into(),
        label: "Check integrity".into(),
        tooltip: "Reads all versions of this file and compares them with their recorded checksums.".into(),
        icon: "shield".into(),
        answers: AnswerKind::Message,
        reads_only: true,
    };
    let can_show = call.accepts.is_empty() || call.accepts.contains(&verify.answers);
    can_show.then_some(verify).into_iter().collect()
}

pub(crate) fn execute(
    core: &Core,
    call: &Call,
    reference: &ExternalRef,
    which: &Which,
    command: &str,
) -> Result<Done> {
    let (area, item) = core.find_usable(call, reference)?;
    let text = match command {
        VERIFY => {
            let mut wrong = Vec::new();
            let mut count = 0;
            for (word, stored) in item.contents().filter(|(_, s)| s.size > 0) {
                count += 1;
                let examined = match area.content_of(&stored.sha256)? {
                    Some(folder) => reading::examine(&folder, &stored.sha256, stored.size, &mut |_| {})
                        .map_err(|e| fault::disk(e, "checking content", folder.path()))?,
                    None => Err("it is missing".into()),
                };
                if let Err(why) = examined {
                    tracing::error!(item = reference.0, sha256 = stored.sha256, why, "content is damaged");
                    wrong.push(format!("{word} is damaged: {why}."));
                }
            }
            if wrong.is_empty() {
                format!("“{}” is intact: {count} stored contents match their checksums.", item.name)
            } else {
                wrong.push("Ask your administrator to restore it from a backup.".into());
                wrong.join(" ")
            }
        }
        FINGERPRINT => format!("SHA-256 {}", items::chosen(&item, call, which)?.sha256),
        _ => return Err(Error::not_found("command")),
    };
    let answer = call.answer(Answer::Message(text));
    Ok(Done { item: Some(item.seen_by(call.associate)?), answer })
}

/// How the archive is, for one installation.
pub(crate) fn check(core: &Core, installation: InstallationId) -> Vec<Finding> {
    let line = |what: &str, severity, detail: String| Finding { what: what.into(), severity, detail };
    let root = core.root.path().display().to_string();
    let mut lines = Vec::new();
    lines.push(if core.root.writable() {
        line("Archive folder is writable", Severity::Good, root.clone())
    } else {
        let detail = format!(
            "{root} cannot be written. Give the account that runs Chancery the right to write there."
        );
        line("Archive folder is writable", Severity::Problem, detail)
    });
    lines.push(match (core.require_space(0), core.root.free()) {
        (Ok(()), Ok(free)) => {
            line("Archive disk has room", Severity::Good, format!("{} MiB are free.", free >> 20))
        }
        (_, free) => {
            let free = free.map_or_else(|e| e.to_string(), |f| format!("{} MiB are free", f >> 20));
            let reserve = core.settings.reserve_bytes >> 20;
            let detail =
                format!("{free}; new content is refused below {reserve} MiB. Free space on this disk.");
            line("Archive disk has room", Severity::Problem, detail)
        }
    });
    lines.push(match core.area(installation) {
        Ok(Some(area)) if area.tmp.writable() && area.items.writable() => {
            line("Archive of this installation is set up", Severity::Good, format!("{root}/{installation}"))
        }
        Ok(Some(_)) => line(
            "Archive of this installation is set up",
            Severity::Problem,
            format!("{root}/{installation} cannot be written. Give the account that runs Chancery the right to write there."),
        ),
        Ok(None) => line(
            "Archive of this installation is set up",
            Severity::Warning,
            format!("{root}/{installation} does not exist yet; it is made with the first document."),
        ),
        Err(e) => line("Archive of this installation is set up", Severity::Problem, e.public().to_owned()),
    });
    lines
}
