//! The dependency arrows of docs/ARCHITECTURE.md, proved from the manifests.

use super::Finding;
use crate::workspace::{Dependency, Kind, Package, Workspace};

/// A crate of this workspace and what it may know.
struct Room {
    name: &'static str,
    /// Crates of this workspace it may depend on.
    may_use: &'static [&'static str],
}

/// One line for each crate. An arrow is added here when it was discussed, not when it was convenient.
const ROOMS: &[Room] = &[
    Room { name: "domain", may_use: &[] },
    Room { name: "merge", may_use: &[] },
    Room { name: "platform", may_use: &["domain"] },
    Room { name: "store", may_use: &["platform", "domain"] },
    Room { name: "plugins", may_use: &["platform", "domain"] },
    Room { name: "broker", may_use: &["platform", "domain"] },
    Room { name: "broker-client", may_use: &["platform", "domain"] },
    Room { name: "app", may_use: &["domain", "merge", "platform", "store", "broker-client"] },
    Room { name: "web", may_use: &["app", "domain", "platform"] },
    Room { name: "twin", may_use: &[] },
    Room {
        name: "server",
        may_use: &[
            "domain",
            "merge",
            "platform",
            "store",
            "plugins",
            "app",
            "web",
            "twin",
            "broker",
            "broker-client",
        ],
    },
    Room {
        name: "testkit",
        may_use: &[
            "domain",
            "merge",
            "platform",
            "store",
            "plugins",
            "app",
            "web",
            "server",
            "twin",
            "broker",
            "broker-client",
        ],
    },
    Room { name: "xtask", may_use: &[] },
];

/// A foreign crate that may be named only in certain rooms, as a dependency that ships.
struct Reserved {
    names: &'static [&'static str],
    homes: &'static [&'static str],
    reason: &'static str,
}

const RESERVED: &[Reserved] = &[
    Reserved {
        names: &["rusqlite", "postgres", "tokio-postgres"],
        homes: &["platform"],
        reason: "the database drivers are named in one place, so that the engine can change there",
    },
    Reserved {
        names: &["axum", "utoipa", "utoipa-axum", "tower-http"],
        homes: &["web", "broker", "server", "testkit"],
        reason: "HTTP stops at the door; use cases know none of it",
    },
    Reserved {
        names: &["askama"],
        homes: &["web", "broker"],
        reason: "pages are made where each half has its doors",
    },
    Reserved { names: &["clap"], homes: &["server"], reason: "the command line is the binary's" },
    Reserved {
        names: &["tokio"],
        homes: &[
            "platform",
            "store",
            "plugins",
            "broker",
            "broker-client",
            "app",
            "web",
            "server",
            "twin",
            "testkit",
        ],
        reason: "rules and the merge engine run without a runtime",
    },
    Reserved {
        names: &["thirtyfour", "proptest", "insta", "criterion"],
        homes: &["testkit"],
        reason: "it is for tests",
    },
    Reserved {
        names: &["tempfile"],
        homes: &["testkit", "twin"],
        reason: "the product keeps temporary files in its data directory; the twin is no part of the product",
    },
    Reserved {
        names: &["rcgen"],
        homes: &["testkit", "twin"],
        reason: "certificates nobody issued are for trials",
    },
];

/// Finds every arrow that is not in the table.
pub fn check(workspace: &Workspace) -> Vec<Finding> {
    let mut findings = Vec::new();
    for member in workspace.members() {
        let place = format!("crates/{}/Cargo.toml", member.name);
        let Some(room) = ROOMS.iter().find(|room| room.name == member.name) else {
            findings.push(Finding::new(
                place,
                "this crate has no line in the table of arrows (crates/xtask/src/tidy/arrows.rs)",
            ));
            continue;
        };
        for dependency in &member.dependencies {
            if let Some(says) = wrong(workspace, member, room, dependency) {
                findings.push(Finding::new(place.clone(), says));
            }
        }
    }
    findings
}

fn wrong(workspace: &Workspace, member: &Package, room: &Room, dependency: &Dependency) -> Option<String> {
    let name = dependency.name.as_str();
    let ours = workspace.members().any(|other| other.name == name);
    let in_tests = dependency.kind == Kind::Dev;
    if ours {
        // A test may stand on `testkit`; every other arrow is the same for code and for its tests,
        // or the abstraction would be true only by convention.
        let allowed = room.may_use.contains(&name) || name == member.name || (in_tests && name == "testkit");
        return (!allowed).then(|| {
            format!("{} must not know {name}; the arrows are in docs/ARCHITECTURE.md", member.name)
        });
    }
    if in_tests {
        return None;
    }
    let reserved = RESERVED.iter().find(|reserved| reserved.names.contains(&name))?;
    (!reserved.homes.contains(&room.name))
        .then(|| format!("{name} belongs to {} only: {}", reserved.homes.join(", "), reserved.reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, lines: &[(&str, Kind)]) -> Package {
        let dependencies =
            lines.iter().map(|(name, kind)| Dependency { name: (*name).to_owned(), kind: *kind }).collect();
        Package { name: name.to_owned(), dependencies, ..Package::default() }
    }

    fn says(lines: &[(&str, &[(&str, Kind)])]) -> Vec<String> {
        let packages = lines.iter().map(|(name, lines)| package(name, lines)).collect();
        check(&Workspace { packages, ..Workspace::default() })
            .into_iter()
            .map(|finding| finding.says)
            .collect()
    }

    #[test]
    fn an_arrow_that_points_outwards_is_found() {
        let said = says(&[("domain", &[("store", Kind::Normal)]), ("store", &[("domain", Kind::Normal)])]);
        assert_eq!(said, ["domain must not know store; the arrows are in docs/ARCHITECTURE.md"]);
    }

    #[test]
    fn an_arrow_for_tests_alone_is_an_arrow() {
        let said = says(&[
            ("web", &[("store", Kind::Dev), ("testkit", Kind::Dev)]),
            ("store", &[]),
            ("testkit", &[]),
        ]);
        assert_eq!(said.len(), 1);
        assert!(said[0].starts_with("web must not know store"));
    }

    #[test]
    fn testkit_never_ships() {
        let said = says(&[("server", &[("testkit", Kind::Normal)]), ("testkit", &[])]);
        assert_eq!(said.len(), 1);
    }

    #[test]
    fn a_driver_outside_its_home_is_found() {
        assert_eq!(says(&[("store", &[("rusqlite", Kind::Normal)])]).len(), 1);
        assert_eq!(says(&[("platform", &[("rusqlite", Kind::Normal)])]).len(), 0);
        assert_eq!(says(&[("merge", &[("proptest", Kind::Dev)])]).len(), 0);
    }

    #[test]
    fn a_crate_without_a_line_in_the_table_is_found() {
        assert!(says(&[("attic", &[])])[0].contains("no line in the table"));
    }
}
