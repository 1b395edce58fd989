//! Every key, once: the reference page and the sample file are printed from this table.

use std::fmt::Write as _;

struct Section {
    name: &'static str,
    about: &'static str,
    keys: &'static [Key],
}

struct Key {
    name: &'static str,
    /// As it stands in TOML; blank for a key without a default.
    default: &'static str,
    example: &'static str,
    about: &'static str,
}

const fn key(name: &'static str, default: &'static str, about: &'static str) -> Key {
    Key { name, default, example: default, about }
}

const fn optional(name: &'static str, example: &'static str, about: &'static str) -> Key {
    Key { name, default: "", example, about }
}

const SECTIONS: &[Section] = &[
    Section {
        name: "data",
        about: "Where data is kept.",
        keys: &[
            key(
                "directory",
                "\"chancery-data\"",
                "The data directory. The database and the archive lie in it.",
            ),
            key(
                "reserve_mib",
                "256",
                "Below this much free space, in MiB, the archive takes nothing new, so that the database can still \
                 write.",
            ),
        ],
    },
    Section {
        name: "listen",
        about: "Where to listen, and how people reach it.",
        keys: &[
            key(
                "address",
                "\"127.0.0.1:8080\"",
                "Address and port. An address that other computers can reach needs TLS: here, or in front.",
            ),
            optional(
                "public_url",
                "\"https://letters.example.com\"",
                "The address people type. Needed with TLS and behind a proxy.",
            ),
            optional(
                "certificate",
                "\"/etc/chancery/chain.pem\"",
                "The certificate chain (PEM). With key, TLS is served.",
            ),
            optional(
                "key",
                "\"/etc/chancery/key.pem\"",
                "The private key (PEM). Only its owner may read the file.",
            ),
            optional(
                "behind_proxy",
                "\"127.0.0.1\"",
                "The address of the proxy that ends TLS in front. Its X-Forwarded-For header is believed, nobody else's.",
            ),
        ],
    },
    Section {
        name: "limits",
        about: "How much is accepted.",
        keys: &[
            key("document_mib", "2048", "The largest document, in MiB."),
            key(
                "template_mib",
                "32",
                "The largest template file, in MiB. Templates are held in memory while compiled.",
            ),
        ],
    },
    Section {
        name: "sessions",
        about: "How long people stay in.",
        keys: &[
            key("idle_minutes", "30", "A session ends after so many minutes without use."),
            key("longest_hours", "12", "A session ends after so many hours in any case."),
        ],
    },
    Section {
        name: "log",
        about: "What is written to the log, on standard error. Never secrets, never contents.",
        keys: &[
            key("format", "\"text\"", "text for people, json for machines."),
            key(
                "filter",
                "\"info\"",
                "What is logged: error, warn, info, debug, or a filter such as info,store=debug.",
            ),
        ],
    },
];

/// The reference page, in Markdown.
pub fn reference() -> String {
    let mut out = String::from(
        "# Configuration\n\n\
         `chancery serve` reads `chancery.toml`, or the file named with `--config`.\n\
         Every key may be left out; an empty file starts a working service on this computer.\n\
         A misspelt key is an error that names the line and the keys there are.\n\
         This page is printed by `chancery config-reference`.\n",
    );
    for section in SECTIONS {
        // Writing to a String cannot fail.
        let _ = write!(
            out,
            "\n## [{}]\n\n{}\n\n| key | default | meaning |\n|---|---|---|\n",
            section.name, section.about
        );
        for key in section.keys {
            let default =
                if key.default.is_empty() { "none".to_owned() } else { format!("`{}`", key.default) };
            let _ = writeln!(out, "| `{}` | {default} | {} |", key.name, key.about);
        }
    }
    out
}

/// A commented sample file whose every line says the default.
pub fn sample() -> String {
    let mut out =
        String::from("# Configuration of Chancery. Lines that begin with `#:` show the defaults.\n");
    for section in SECTIONS {
        let _ = write!(out, "\n# {}\n[{}]\n", section.about, section.name);
        for key in section.keys {
            let mark = if key.default.is_empty() { "# for example: " } else { "#: " };
            let _ = write!(out, "# {}\n{mark}{} = {}\n", key.about, key.name, key.example);
        }
    }
    out
}
