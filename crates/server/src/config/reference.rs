//! Every key, once: the reference page and the sample file are printed from this table.

use std::fmt::Write as _;

struct Section {
    name: &'static str,
    stands: Stands,
    about: &'static str,
    keys: &'static [Key],
}

/// Whether a section is there without being written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stands {
    /// It is, with its defaults.
    Always,
    /// Only when it is written.
    Written,
    /// As often as it is written.
    Often,
}

impl Section {
    /// As it stands in the file.
    fn heading(&self) -> String {
        match self.stands {
            Stands::Often => format!("[[{}]]", self.name),
            Stands::Always | Stands::Written => format!("[{}]", self.name),
        }
    }
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
        stands: Stands::Always,
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
            key(
                "copies_mib",
                "512",
                "How much room temporary copies of cloud documents may take, in MiB. 0 keeps none.",
            ),
            key("copies_hours", "24", "How long such a copy is kept, in hours."),
        ],
    },
    Section {
        name: "listen",
        stands: Stands::Always,
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
            key(
                "framed_by",
                "[]",
                "Origins whose pages may hold this service in a frame, for example [\"https://portal.example.com\"]. Inside a \
                 frame people sign in in a window of its own.",
            ),
        ],
    },
    Section {
        name: "limits",
        stands: Stands::Always,
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
        stands: Stands::Always,
        about: "How long people stay in.",
        keys: &[
            key("idle_minutes", "30", "A session ends after so many minutes without use."),
            key("longest_hours", "12", "A session ends after so many hours in any case."),
        ],
    },
    Section {
        name: "office",
        stands: Stands::Always,
        about: "The office program that makes PDF: LibreOffice, in a process of its own for each document.",
        keys: &[
            key("pdf", "true", "Whether PDF is made at all."),
            optional(
                "program",
                "\"/usr/bin/soffice\"",
                "The program. Without it one is looked for where office programs usually are.",
            ),
            key("seconds", "60", "How long one document may take, in seconds. Then it is given up."),
            key("memory_mib", "4096", "How much address space the program may have, in MiB."),
            key("at_once", "2", "How many documents are converted at the same time."),
        ],
    },
    Section {
        name: "log",
        stands: Stands::Always,
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
    Section {
        name: "crm",
        stands: Stands::Written,
        about: "The CRM side. Without [broker] it always runs and this heading may be left out; beside [broker] the \
                heading says that both run here.",
        keys: &[
            optional(
                "broker_url",
                "\"https://login.example.com\"",
                "The login page's address, when it runs in another process. Leave it out where [broker] stands.",
            ),
            optional(
                "broker_ca_file",
                "\"/etc/chancery/authority.pem\"",
                "A private authority (PEM) that vouches for that page's certificate.",
            ),
            optional(
                "google_address",
                "\"http://127.0.0.1:4002\"",
                "Where Google's interface is, when it is a simulator's. Leave it out for Google itself.",
            ),
            optional(
                "graph_address",
                "\"http://127.0.0.1:4004\"",
                "Where Microsoft Graph is, when it is a simulator's. Leave it out for Microsoft itself.",
            ),
            optional(
                "sharepoint_address",
                "\"http://127.0.0.1:4005\"",
                "Where the hosts of SharePoint are, when they are a simulator's. Leave it out for Microsoft itself.",
            ),
        ],
    },
    Section {
        name: "broker",
        stands: Stands::Written,
        about: "The login page. With this heading it runs here: alone, or with [crm] beside the CRM side. \
                How to set it up: [run-the-login-page.md](how-to/run-the-login-page.md).",
        keys: &[
            key(
                "directory",
                "\"chancery-login\"",
                "Its own data directory, apart from the CRM side's. The database login.db lies in it.",
            ),
            optional(
                "master_keys",
                "\"/etc/chancery/master.keys\"",
                "The file of master keys; master.keys in the directory when left out. Only its owner may read it; it is read \
                 again within a minute after it has changed.",
            ),
            key("address", "\"127.0.0.1:8081\"", "Address and port, with TLS as under [listen]."),
            optional(
                "public_url",
                "\"https://login.example.com\"",
                "The address people see. Providers and installations know the page by it.",
            ),
            optional("certificate", "\"/etc/chancery/login-chain.pem\"", "The certificate chain (PEM)."),
            optional("key", "\"/etc/chancery/login-key.pem\"", "The private key (PEM)."),
            optional("behind_proxy", "\"127.0.0.1\"", "The address of the proxy that ends TLS in front."),
            key(
                "private_hosts",
                "[]",
                "Origins of providers that may be local, such as a simulator's http://127.0.0.1:4000 or a directory \
                 server's https://id.house.example:8443. All other requests go to public addresses only.",
            ),
            optional(
                "ca_file",
                "\"/etc/chancery/authority.pem\"",
                "Authorities (PEM) trusted besides the public ones, for providers and installations.",
            ),
            key(
                "operator_pages",
                "true",
                "Whether the operator's area is there: its pages under /operator and its interface for programs. The \
                 commands of `chancery broker` always work.",
            ),
        ],
    },
    Section {
        name: "broker.google",
        stands: Stands::Written,
        about: "The application registered at Google.",
        keys: &[
            optional(
                "client_id",
                "\"123456789012-abc.apps.googleusercontent.com\"",
                "Its client id. Required.",
            ),
            optional(
                "secret_file",
                "\"/etc/chancery/google.secret\"",
                "A file that holds the client secret and nothing else. Only its owner may read it; it is read again \
                 within a minute after it was replaced.",
            ),
            optional("issuer", "\"http://127.0.0.1:4000\"", "A simulator's address, among private_hosts."),
        ],
    },
    Section {
        name: "broker.microsoft",
        stands: Stands::Written,
        about: "The application registered at Microsoft.",
        keys: &[
            optional("client_id", "\"00001111-aaaa-2222-bbbb-3333cccc4444\"", "Its client id. Required."),
            optional(
                "certificate",
                "\"/etc/chancery/microsoft.pem\"",
                "Its certificate (PEM), preferred to a secret. Read again within a minute after it was replaced.",
            ),
            optional(
                "key",
                "\"/etc/chancery/microsoft.key\"",
                "The certificate's private key (PEM, RSA of 2,048 bits or more). Only its owner may read it.",
            ),
            optional(
                "secret_file",
                "\"/etc/chancery/microsoft.secret\"",
                "A file that holds a client secret; used when there is no certificate or Microsoft refuses it.",
            ),
            optional("issuer", "\"http://127.0.0.1:4003\"", "A simulator's address, among private_hosts."),
        ],
    },
    Section {
        name: "broker.oidc",
        stands: Stands::Often,
        about: "An application registered at any other OpenID Connect provider; sign-in only. Once for each.",
        keys: &[
            optional(
                "name",
                "\"house\"",
                "A short word for addresses and tables. Required, and never changed.",
            ),
            optional("title", "\"House account\"", "What its button says."),
            optional(
                "issuer",
                "\"https://id.example.com\"",
                "The issuer, as its discovery document says it. Required.",
            ),
            optional("hosts", "[\"token.example.com\"]", "Further hosts that its discovery document names."),
            optional("client_id", "\"chancery\"", "Its client id. Required."),
            optional("secret_file", "\"/etc/chancery/house.secret\"", "A file that holds the client secret."),
            optional(
                "client_authentication",
                "\"client_secret_basic\"",
                "How the secret is sent: client_secret_basic or client_secret_post. As the discovery document says when \
                 left out.",
            ),
            optional(
                "certificate",
                "\"/etc/chancery/house.pem\"",
                "A certificate (PEM) instead of the secret.",
            ),
            optional("key", "\"/etc/chancery/house.key\"", "The certificate's private key (PEM, RSA)."),
        ],
    },
];

/// The reference page, in Markdown.
pub fn reference() -> String {
    let mut out = String::from(
        "# Configuration\n\n\
         `chancery serve` reads `chancery.toml`, or the file named with `--config`.\n\
         Every key may be left out unless it is called required; an empty file starts a working service on this computer.\n\
         A misspelt key is an error that names the line and the keys there are.\n\
         This page is printed by `chancery config-reference`.\n",
    );
    for section in SECTIONS {
        // Writing to a String cannot fail.
        let _ = write!(
            out,
            "\n## {}\n\n{}\n\n| key | default | meaning |\n|---|---|---|\n",
            section.heading(),
            section.about
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
        let always = section.stands == Stands::Always;
        let mark = if always { "" } else { "# for example: " };
        let _ = write!(out, "\n# {}\n{mark}{}\n", section.about, section.heading());
        for key in section.keys {
            let mark = if key.default.is_empty() || !always { "# for example: " } else { "#: " };
            let _ = write!(out, "# {}\n{mark}{} = {}\n", key.about, key.name, key.example);
        }
    }
    out
}
