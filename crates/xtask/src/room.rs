//! How much room the disk has, and making some where a long run would end for want of it.

use crate::workspace::Workspace;
use crate::{Result, environment, process};
use std::path::Path;
use std::process::Command;

/// What a release build of everything takes, in MiB, measured and rounded up.
const RELEASE: u64 = 3 * 1024;

/// How much is free where `path` is, in MiB; nothing where the system does not tell.
pub fn free(path: &Path) -> Option<u64> {
    let told = process::output(Command::new("df").arg("-Pk").arg(path)).ok()?;
    available(&told)
}

/// The fourth column of the last line, which is in KiB (POSIX `df -Pk`).
fn available(told: &str) -> Option<u64> {
    let kib: u64 = told.lines().last()?.split_whitespace().nth(3)?.parse().ok()?;
    Some(kib / 1024)
}

/// Removes what was compiled for the tests where nothing else would fit beside it, and says so.
pub fn for_release(workspace: &Workspace) -> Result<()> {
    match free(&workspace.root) {
        Some(mib) if mib < RELEASE => {
            println!(
                "{mib} MiB are free, and a release build takes {RELEASE}: what was compiled for the tests goes"
            );
            process::run(environment::cargo().args(["clean", "--profile", "dev"]))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_df_tells_is_read() {
        let told = "Filesystem     1024-blocks     Used Available Capacity Mounted on\n\
                    /dev/vda         263000000 12000000   2097152       5% /\n";
        assert_eq!(available(told), Some(2048));
        for other in ["", "Filesystem\n", "a b c d e\n"] {
            assert_eq!(available(other), None, "{other:?}");
        }
    }
}
