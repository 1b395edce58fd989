//! What the full test run needs beside Rust: looked for, installed where possible, named where not.
//!
//! The tests learn where things are from environment variables that only tests read.
//! A variable that is set already is left alone, so that another browser can be tried.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::workspace::Workspace;
use crate::{Result, environment, process};

/// The version of axe-core that decides whether a page is accessible. A newer one may find more: raise it on purpose.
const AXE_VERSION: &str = "4.14.1";

/// Why tests that hold the twin to its contracts cannot run.
pub const NO_CONTRACTS: &str = "the providers' contracts are not there; put their folder beside the project as \
     ../shared/contracts, or name it in CHANCERY_CONTRACTS";

/// A program, the names it goes by, its package on Debian, and the variable that tells the tests.
struct Program {
    names: &'static [&'static str],
    package: &'static str,
    variable: &'static str,
}

const PROGRAMS: &[Program] = &[
    Program {
        names: &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"],
        package: "chromium",
        variable: "CHANCERY_CHROMIUM",
    },
    Program { names: &["chromedriver"], package: "chromium-driver", variable: "CHANCERY_CHROMEDRIVER" },
    Program { names: &["soffice"], package: "libreoffice-writer-nogui", variable: "CHANCERY_SOFFICE" },
    Program { names: &["pdftotext"], package: "poppler-utils", variable: "CHANCERY_PDFTOTEXT" },
];

/// Fonts: without them a headless browser and an office program draw boxes, and pictures differ between machines.
const FONTS: &[(&str, &str)] = &[
    ("/usr/share/fonts/truetype/dejavu", "fonts-dejavu-core"),
    ("/usr/share/fonts/truetype/liberation", "fonts-liberation"),
    ("/usr/share/fonts/truetype/noto", "fonts-noto-core"),
];

/// What an office program needs for workbooks and slides: a library of its folder, and the package on Debian.
const OFFICE: &[(&str, &str)] =
    &[("libsclo.so", "libreoffice-calc-nogui"), ("libsdlo.so", "libreoffice-impress-nogui")];

/// Environment variables for the test processes.
pub type Variables = Vec<(&'static str, OsString)>;

/// Makes sure that everything is there and returns what to tell the tests.
pub fn prepare(workspace: &Workspace) -> Result<Variables> {
    install_packages(&missing_packages())?;
    let mut variables = Variables::new();
    for program in PROGRAMS {
        let found = found(program).ok_or_else(|| {
            format!("{} is installed but `{}` is not there", program.package, program.names[0])
        })?;
        variables.push((program.variable, found));
    }
    browser_matches_driver(&variables)?;
    variables.push(("CHANCERY_AXE", axe(workspace)?.into()));
    variables.push(("CHANCERY_CLIENTS", clients(workspace)?.into()));
    let soffice =
        variables.iter().find(|(name, _)| *name == "CHANCERY_SOFFICE").map(|(_, path)| path.clone());
    variables.push(("CHANCERY_CORPUS", corpus(workspace, &soffice.unwrap_or_default())?.into()));
    variables.extend(contracts(workspace).map(|folder| ("CHANCERY_CONTRACTS", folder.into())));
    let artifacts = workspace.target.join("test-artifacts");
    std::fs::create_dir_all(&artifacts).map_err(|error| format!("{}: {error}", artifacts.display()))?;
    variables.push(("CHANCERY_ARTIFACTS", artifacts.into()));
    Ok(variables)
}

fn found(program: &Program) -> Option<OsString> {
    environment::variable(program.variable)
        .or_else(|| program.names.iter().find_map(|name| environment::find_program(name)).map(Into::into))
}

fn missing_packages() -> Vec<&'static str> {
    let programs = PROGRAMS.iter().filter(|program| found(program).is_none()).map(|program| program.package);
    let fonts = FONTS.iter().filter(|(folder, _)| cfg!(target_os = "linux") && !Path::new(folder).is_dir());
    let folder = Path::new("/usr/lib/libreoffice/program");
    // An office program named by its variable, or another system's, is taken to be whole.
    let ours = environment::variable("CHANCERY_SOFFICE").is_none() && cfg!(target_os = "linux");
    let office = OFFICE.iter().filter(|(library, _)| ours && !folder.join(library).exists());
    let more = fonts.chain(office).map(|(_, package)| *package);
    programs.chain(more).collect()
}

fn install_packages(packages: &[&str]) -> Result<()> {
    if packages.is_empty() {
        return Ok(());
    }
    let list = packages.join(" ");
    if environment::find_program("apt-get").is_none() {
        return Err(format!(
            "the tests need what Debian packages as: {list}\n\
             Install the same programs for this system, or name them in {}.\n\
             `cargo xtask test --fast` runs the tests that need none of them.",
            PROGRAMS.iter().map(|program| program.variable).collect::<Vec<_>>().join(", ")
        ));
    }
    if !environment::is_root() {
        return Err(format!(
            "the tests need packages that are not installed; run\n\
             \n    sudo apt-get update && sudo apt-get install --no-install-recommends {list}\n\n\
             and try again. `cargo xtask test --fast` runs the tests that need none of them."
        ));
    }
    println!("installing {list}");
    let log_level = ["-qq", "-o=Dpkg::Use-Pty=0"];
    process::run(apt().args(log_level).arg("update"))?;
    process::run(apt().args(log_level).args(["install", "-y", "--no-install-recommends"]).args(packages))
}

fn apt() -> Command {
    let mut command = Command::new("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command
}

/// A driver refuses a browser of another major version with a message that helps nobody.
fn browser_matches_driver(variables: &Variables) -> Result<()> {
    let major = |wanted: &str| -> Result<String> {
        let program = variables.iter().find(|(name, _)| *name == wanted).map(|(_, value)| value.clone());
        let text = process::output(Command::new(program.unwrap_or_default()).arg("--version"))?;
        let version =
            text.split_whitespace().find(|word| word.starts_with(|first: char| first.is_ascii_digit()));
        Ok(version.and_then(|version| version.split('.').next()).unwrap_or_default().to_owned())
    };
    let (browser, driver) = (major("CHANCERY_CHROMIUM")?, major("CHANCERY_CHROMEDRIVER")?);
    if browser == driver {
        return Ok(());
    }
    Err(format!(
        "the browser is version {browser} and its driver version {driver}; install a pair of one version"
    ))
}

/// The accessibility checker, from the npm registry into the build folder.
fn axe(workspace: &Workspace) -> Result<PathBuf> {
    if let Some(given) = environment::variable("CHANCERY_AXE") {
        return Ok(given.into());
    }
    let folder = workspace.target.join("xtask").join("npm");
    let package = folder.join("node_modules").join("axe-core");
    let script = package.join("axe.min.js");
    if installed_version(&package).as_deref() == Some(AXE_VERSION) && script.is_file() {
        return Ok(script);
    }
    if environment::find_program("npm").is_none() {
        return Err("the browser tests need npm, to install axe-core; install Node.js with npm".to_owned());
    }
    std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    process::run(
        Command::new("npm")
            .args(["install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
            .arg("--prefix")
            .arg(&folder)
            .arg(format!("axe-core@{AXE_VERSION}")),
    )?;
    if script.is_file() { Ok(script) } else { Err(format!("npm left no {}", script.display())) }
}

/// The providers' own client libraries, and a certified client and provider of OpenID Connect, from the npm registry
/// into the build folder. Their versions are pinned in the twin's `tests/clients/package.json`.
fn clients(workspace: &Workspace) -> Result<PathBuf> {
    if let Some(given) = environment::variable("CHANCERY_CLIENTS") {
        return Ok(given.into());
    }
    let folder = workspace.target.join("xtask").join("clients");
    let wanted = workspace.path("crates/twin/tests/clients/package.json");
    let read =
        |path: &Path| std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()));
    let text = read(&wanted)?;
    // Written only after a complete installation.
    let mark = folder.join("installed.json");
    if read(&mark).ok().as_ref() == Some(&text) {
        return Ok(folder);
    }
    for program in ["npm", "node"] {
        if environment::find_program(program).is_none() {
            return Err(format!(
                "the twin's tests need {program}, to run the providers' client libraries; install Node.js with npm"
            ));
        }
    }
    let write =
        |path: &Path| std::fs::write(path, &text).map_err(|error| format!("{}: {error}", path.display()));
    std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    write(&folder.join("package.json"))?;
    process::run(
        Command::new("npm")
            .args(["install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
            .arg("--prefix")
            .arg(&folder),
    )?;
    write(&mark)?;
    Ok(folder)
}

/// Templates as real programs write them, made by a script of the office tests with Python packages pinned beside it.
fn corpus(workspace: &Workspace, soffice: &std::ffi::OsStr) -> Result<PathBuf> {
    if let Some(given) = environment::variable("CHANCERY_CORPUS") {
        return Ok(given.into());
    }
    let source = workspace.path("crates/testkit/tests/corpus");
    let folder = workspace.target.join("xtask").join("corpus");
    let read =
        |path: &Path| std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()));
    let (script, packages) = (source.join("make.py"), source.join("requirements.txt"));
    let wanted = format!("{}{}", read(&script)?, read(&packages)?);
    // Written only after everything has been made.
    let mark = folder.join("made-by.txt");
    if read(&mark).ok().as_ref() == Some(&wanted) {
        return Ok(folder);
    }
    let python = python(&workspace.target.join("xtask").join("python"), &packages)?;
    process::run(Command::new(python).arg(&script).arg(&folder).arg(soffice))?;
    std::fs::write(&mark, wanted).map_err(|error| format!("{}: {error}", mark.display()))?;
    Ok(folder)
}

/// A Python of our own with the packages of a list, in a folder.
pub fn python(folder: &Path, packages: &Path) -> Result<PathBuf> {
    let Some(python) = environment::find_program("python3") else {
        return Err("python3 is needed, to make and fill templates with other programs; install it with its venv module"
            .to_owned());
    };
    let own = folder.join("bin").join("python");
    if !own.is_file() {
        process::run(Command::new(python).args(["-m", "venv"]).arg(folder))?;
    }
    let quiet = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"];
    process::run(Command::new(&own).args(quiet).arg(packages))?;
    Ok(own)
}

/// The providers' descriptions of their interfaces, which the project keeps beside its repository.
pub fn contracts(workspace: &Workspace) -> Option<PathBuf> {
    if let Some(given) = environment::variable("CHANCERY_CONTRACTS") {
        return Some(given.into());
    }
    let folder = workspace.path("../shared/contracts");
    folder.is_dir().then(|| folder.canonicalize().unwrap_or(folder))
}

fn installed_version(package: &Path) -> Option<String> {
    let text = std::fs::read_to_string(package.join("package.json")).ok()?;
    let value: serde_json::Value = serde_json::from_str(&text).ok()?;
    value["version"].as_str().map(str::to_owned)
}
