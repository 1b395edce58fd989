//! The command line.

use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// Cloud documents for a CRM.
#[derive(Debug, Parser)]
#[command(name = "chancery", version, about, arg_required_else_help = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Runs everything with sample data on this computer and prints the address to open.
    Demo(Demo),
    /// Runs the service that the configuration file describes.
    Serve(Configured),
    /// Looks at configuration, data directory, database and archive, and says what to do.
    Doctor(Configured),
    /// Administers installations and lets people back in.
    #[command(subcommand)]
    Admin(Admin),
    /// Imports records from a CSV or JSON file, and reports what happened to each line.
    Import(Import),
    /// Looks after the archive.
    #[command(subcommand)]
    Archive(Archive),
    /// Checks and fills templates, without any installation.
    #[command(subcommand)]
    Template(Template),
    /// Looks after the login page: installations, keys, its audit log.
    #[command(subcommand)]
    Broker(Broker),
    /// Runs a double of Google and Microsoft on this computer, for trials and tests.
    Twin(Twin),
    /// Prints the description of the HTTP interface (OpenAPI 3.1, JSON).
    Openapi,
    /// Prints the reference of the configuration file (Markdown), or with --sample a commented sample file.
    ConfigReference {
        /// Print a sample configuration file instead.
        #[arg(long)]
        sample: bool,
    },
}

/// Options of `demo`.
#[derive(Debug, Args)]
pub struct Demo {
    /// The port to listen on, on this computer only. 0 takes any free one.
    #[arg(long, default_value_t = 8080)]
    pub port: u16,
    /// Where the demo keeps its data. A second run finds what the first left.
    #[arg(long, value_name = "DIR", default_value = "chancery-data/demo")]
    pub data: PathBuf,
    /// Start over: remove what an earlier demo left in the data directory.
    #[arg(long)]
    pub fresh: bool,
}

/// Options of `twin`.
#[derive(Debug, Args)]
pub struct Twin {
    /// The world to begin with: a TOML or JSON file. Without one, the world that ships with the twin.
    #[arg(long, value_name = "FILE")]
    pub world: Option<PathBuf>,
    /// The first of six ports in a row, one for each provider's host. 0 takes any free ones.
    #[arg(long, default_value_t = 0)]
    pub port: u16,
    /// The port of the control door. 0 takes any free one.
    #[arg(long, default_value_t = 0)]
    pub control_port: u16,
    /// The word that the control door asks for. Without one, chance chooses.
    #[arg(long, value_name = "WORD")]
    pub control_token: Option<String>,
    /// Speak TLS on every address but the control door, with an authority made for this run.
    #[arg(long)]
    pub tls: bool,
    /// Write the authority's certificate to a file, for clients that are told whom to trust by one.
    #[arg(long, value_name = "FILE", requires = "tls")]
    pub ca_file: Option<PathBuf>,
    /// Go on from this file when it exists, and save the whole world to it at the end.
    #[arg(long, value_name = "FILE", conflicts_with = "world")]
    pub state: Option<PathBuf>,
}

/// Where the configuration is.
#[derive(Debug, Args, Clone)]
pub struct Configured {
    /// The configuration file.
    #[arg(long, value_name = "FILE", default_value = "chancery.toml")]
    pub config: PathBuf,
    /// Use this data directory with default settings instead of a configuration file.
    #[arg(long, value_name = "DIR", conflicts_with = "config")]
    pub data: Option<PathBuf>,
}

/// Commands for administrators of the service.
#[derive(Debug, Subcommand)]
pub enum Admin {
    /// Prints a single-use sign-in link for somebody, good for ten minutes.
    SignInLink {
        /// The login of the associate.
        login: String,
        /// The installation's key; may be left out when there is only one.
        #[arg(long, value_name = "KEY")]
        installation: Option<String>,
        /// Where the configuration is.
        #[command(flatten)]
        at: Configured,
    },
    /// Makes an installation with its first administrator.
    AddInstallation {
        /// A short word for addresses and command lines: letters, digits and hyphens.
        key: String,
        /// The name people read.
        #[arg(long)]
        name: String,
        /// The login of the first administrator.
        #[arg(long, value_name = "LOGIN")]
        administrator: String,
        /// The administrator's name.
        #[arg(long, value_name = "NAME")]
        full_name: String,
        /// The culture of dates and numbers.
        #[arg(long, default_value = "en-GB")]
        culture: String,
        /// The time zone.
        #[arg(long, default_value = "Europe/Oslo")]
        time_zone: String,
        /// Where the configuration is.
        #[command(flatten)]
        at: Configured,
    },
    /// Lists the installations.
    Installations {
        /// Where the configuration is.
        #[command(flatten)]
        at: Configured,
    },
    /// Prints the public keys an installation proves itself with, for a login page that runs elsewhere (a JWK set).
    PublicKeys {
        /// The installation's key; may be left out when there is only one.
        #[arg(long, value_name = "KEY")]
        installation: Option<String>,
        /// Where the configuration is.
        #[command(flatten)]
        at: Configured,
    },
}

/// Options of `import`.
#[derive(Debug, Args)]
pub struct Import {
    /// What the file holds: associates, companies, contacts, projects or sales.
    pub kind: String,
    /// The file.
    pub file: PathBuf,
    /// csv or json; by default what the file's name ends in.
    #[arg(long)]
    pub format: Option<String>,
    /// The installation's key; may be left out when there is only one.
    #[arg(long, value_name = "KEY")]
    pub installation: Option<String>,
    /// Print the report as JSON.
    #[arg(long)]
    pub json: bool,
    /// Where the configuration is.
    #[command(flatten)]
    pub at: Configured,
}

/// Commands for the archive.
#[derive(Debug, Subcommand)]
pub enum Archive {
    /// Reads every stored file and names each one that is damaged, missing or orphaned. Changes nothing.
    Verify {
        /// Only this installation.
        #[arg(long, value_name = "KEY")]
        installation: Option<String>,
        /// Where the configuration is.
        #[command(flatten)]
        at: Configured,
    },
}

/// Commands for templates.
#[derive(Debug, Subcommand)]
pub enum Template {
    /// Names everything that is wrong with a template. Ends with 1 when it has an error.
    Check {
        /// The template: docx, docm, xlsx, xlsm, pptx, pptm, odt, ods, odp, html, txt or eml.
        file: PathBuf,
        /// Know the fields of this data (JSON) instead of the codes of the CRM.
        #[arg(long, value_name = "JSON")]
        data: Option<PathBuf>,
        /// Say also what changed since this older version.
        #[arg(long, value_name = "FILE")]
        since: Option<PathBuf>,
        /// Print the findings as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Fills a template with data.
    Fill {
        /// The template.
        file: PathBuf,
        /// The data: a JSON object. Texts, numbers, true and false are fields, lists of objects are records to repeat
        /// over, objects are fields with a dot in their name; "2026-12-24" is a date.
        #[arg(long, value_name = "JSON")]
        data: PathBuf,
        /// Where the document goes. It is written when it is complete, and never over the template.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// The culture of dates and numbers.
        #[arg(long, default_value = "en-GB")]
        culture: String,
        /// Leave codes that the data does not have as they stand, instead of refusing.
        #[arg(long)]
        allow_unknown: bool,
    },
    /// Lists the codes a template asks for, and the records it repeats over.
    Fields {
        /// The template.
        file: PathBuf,
        /// Print the list as JSON.
        #[arg(long)]
        json: bool,
    },
}

/// Where the configuration of the login page is.
#[derive(Debug, Args, Clone)]
pub struct LoginConfigured {
    /// The configuration file; its section [broker] describes the login page.
    #[arg(long, value_name = "FILE", default_value = "chancery.toml")]
    pub config: PathBuf,
}

/// Commands for the operator of the login page.
#[derive(Debug, Subcommand)]
pub enum Broker {
    /// Makes a file with a new master key. Never overwrites one.
    InitKeys {
        /// The file to make; only its owner may read it. Keep a copy apart from the database.
        file: PathBuf,
    },
    /// Lists the installations with their states, names and addresses.
    Installations {
        /// Where the configuration is.
        #[command(flatten)]
        at: LoginConfigured,
    },
    /// Registers an installation, or changes what is known about it.
    AddInstallation(AddClient),
    /// Cuts an installation off: no sign-in, no token, no administration from this moment.
    DisableInstallation {
        /// The installation's key.
        key: String,
        /// Where the configuration is.
        #[command(flatten)]
        at: LoginConfigured,
    },
    /// Lets an installation in again.
    EnableInstallation {
        /// The installation's key.
        key: String,
        /// Where the configuration is.
        #[command(flatten)]
        at: LoginConfigured,
    },
    /// Prints a single-use link into the operator's area, good for ten minutes.
    OperatorLink {
        /// Whose link it is: the name that the audit log will say.
        #[arg(long, default_value = "operator")]
        name: String,
        /// Where the configuration is.
        #[command(flatten)]
        at: LoginConfigured,
    },
    /// Prints a token for a program, for the interface under /operator/api/v1.
    OperatorToken {
        /// What the program is: the name that the audit log will say.
        #[arg(long)]
        name: String,
        /// How many days it works, up to 400.
        #[arg(long)]
        days: u32,
        /// Where the configuration is.
        #[command(flatten)]
        at: LoginConfigured,
    },
    /// Lists the tokens of programs: ids, names, when they end and when they were last used.
    OperatorTokens {
        /// Where the configuration is.
        #[command(flatten)]
        at: LoginConfigured,
    },
    /// Withdraws a program's token: it is refused from this moment.
    WithdrawOperatorToken {
        /// The token's id.
        id: String,
        /// Where the configuration is.
        #[command(flatten)]
        at: LoginConfigured,
    },
    /// Begins a new signing key at once.
    RotateSigningKey {
        /// Withdraw the older keys too: nothing they have signed is believed any more.
        #[arg(long)]
        withdraw: bool,
        /// Where the configuration is.
        #[command(flatten)]
        at: LoginConfigured,
    },
    /// Wraps every data key under the newest master key, so that older master keys can be removed.
    Rewrap {
        /// Where the configuration is.
        #[command(flatten)]
        at: LoginConfigured,
    },
    /// Gives every installation a new data key and seals everything anew. Can be stopped and run again.
    Reseal {
        /// Where the configuration is.
        #[command(flatten)]
        at: LoginConfigured,
    },
    /// Checks the audit log's chain of hashes, for each installation and for the login page itself.
    VerifyAudit {
        /// Where the configuration is.
        #[command(flatten)]
        at: LoginConfigured,
    },
}

/// Options of `broker add-installation`.
#[derive(Debug, Args)]
pub struct AddClient {
    /// Its client id: lower-case letters, digits and hyphens.
    pub key: String,
    /// The name people read on the login page.
    #[arg(long)]
    pub name: String,
    /// An address that answers may go to, to the letter. May be given several times.
    #[arg(long, value_name = "URL", required = true)]
    pub redirect: Vec<String>,
    /// Where a sign-in that began on the login page is taken up.
    #[arg(long, value_name = "URL", default_value = "")]
    pub start_url: String,
    /// Where it hears that somebody has signed out.
    #[arg(long, value_name = "URL", default_value = "")]
    pub logout_url: String,
    /// A file with its public keys: a JWK set, or one JWK.
    #[arg(long, value_name = "FILE")]
    pub keys: PathBuf,
    /// Where the configuration is.
    #[command(flatten)]
    pub at: LoginConfigured,
}
