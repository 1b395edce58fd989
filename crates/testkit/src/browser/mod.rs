//! A real browser for tests: headless Chromium, one for each test, driven as a person would.
//!
//! Things are found by what a person or a screen reader meets: a role with its name, a label, a text.
//! Every wait has an end, and a failure says where the browser stood and leaves a picture.
//!
//! Where the programs are comes from the environment that `cargo xtask test` sets, see [`Places`].
//! A test that ends well calls [`Browser::close`], which fails when the browser's console had complaints.

mod axe;
mod console;
mod driver;
mod error;
mod files;
mod find;
mod keyboard;
mod pictures;
mod places;
mod wait;
mod windows;

use std::sync::Mutex;

use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::{ChromiumLikeCapabilities as _, DesiredCapabilities, LoggingPrefsLogLevel, WebDriver};

pub use axe::Violation;
pub use error::{BrowserError, Result};
pub use keyboard::Focus;
pub use places::Places;
pub use thirtyfour::WebElement;
pub use wait::PATIENCE;

use console::Console;
use driver::DriverProcess;

/// What the person's screen is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct View {
    /// Width of the page in CSS pixels.
    pub width: u32,
    /// Height of the page in CSS pixels.
    pub height: u32,
    /// Whether the person prefers dark pages.
    pub dark: bool,
    /// Whether it is a phone: touch, and a page that follows its viewport element.
    pub phone: bool,
}

impl View {
    /// A desktop screen, light, 1280 by 800.
    pub const DESKTOP: Self = Self { width: 1280, height: 800, dark: false, phone: false };
    /// A large desktop screen, light, 1600 by 1000.
    pub const WIDE: Self = Self { width: 1600, height: 1000, ..Self::DESKTOP };
    /// A phone, light, 400 by 800.
    pub const PHONE: Self = Self { width: 400, height: 800, dark: false, phone: true };

    /// The same screen of a person who prefers dark pages.
    #[must_use]
    pub const fn in_the_dark(self) -> Self {
        Self { dark: true, ..self }
    }
}

/// A running browser with one page.
#[derive(Debug)]
pub struct Browser {
    session: WebDriver,
    // Dropped in this order: the driver ends with its browser, then the profile goes.
    _driver: DriverProcess,
    profile: TempDir,
    places: Places,
    name: String,
    view: View,
    console: Mutex<Console>,
}

/// Chromium's flags: no window, nothing on the network of its own accord, the same picture on every machine.
const FLAGS: &[&str] = &[
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-crash-reporter",
    "--disable-breakpad",
    "--disable-dev-shm-usage",
    "--disable-search-engine-choice-screen",
    "--hide-scrollbars",
    "--lang=en-GB",
    "--force-color-profile=srgb",
    "--font-render-hinting=none",
];

impl Browser {
    /// Starts a browser; `name` is the test's and begins the names of the files it leaves.
    pub async fn open(name: &str, view: View) -> Result<Self> {
        let places = Places::from_environment()?;
        let driver = DriverProcess::start(&places, name)?;
        let profile = tempfile::tempdir()?;
        let session =
            WebDriver::builder(driver.address(), capabilities(&places, &profile, view)?).connect().await?;
        let browser = Self {
            session,
            _driver: driver,
            profile,
            places,
            name: name.to_owned(),
            view,
            console: Mutex::new(Console::default()),
        };
        browser.show_as(view).await?;
        Ok(browser)
    }

    /// The view the browser was opened with.
    pub fn view(&self) -> View {
        self.view
    }

    /// Goes to an address and waits until the page is loaded.
    pub async fn goto(&self, address: &str) -> Result<()> {
        self.session.goto(address).await?;
        Ok(())
    }

    /// The address of the page.
    pub async fn address(&self) -> Result<String> {
        Ok(self.session.current_url().await?.to_string())
    }

    /// The title of the page.
    pub async fn title(&self) -> Result<String> {
        Ok(self.session.title().await?)
    }

    /// Loads the page again.
    pub async fn reload(&self) -> Result<()> {
        Ok(self.session.refresh().await?)
    }

    /// Goes back as with the browser's own button.
    pub async fn back(&self) -> Result<()> {
        Ok(self.session.back().await?)
    }

    /// Runs JavaScript as the body of a function and returns what it returns.
    /// The page's content security policy does not apply to it.
    pub async fn script(&self, body: &str, arguments: Vec<Value>) -> Result<Value> {
        Ok(self.session.execute(body, arguments).await?.json().clone())
    }

    /// Ends the browser; fails when its console had complaints that were not [tolerated](Self::tolerate).
    pub async fn close(self) -> Result<()> {
        let quiet = self.expect_quiet_console().await;
        self.session.clone().quit().await?;
        quiet
    }

    /// Sets size, colour preference and stillness of the page. Holds over navigations.
    async fn show_as(&self, view: View) -> Result<()> {
        let size = json!({
            "width": view.width, "height": view.height, "deviceScaleFactor": 1, "mobile": view.phone,
        });
        self.devtools("Emulation.setDeviceMetricsOverride", size).await?;
        self.devtools("Emulation.setTouchEmulationEnabled", json!({"enabled": view.phone})).await?;
        let scheme = if view.dark { "dark" } else { "light" };
        let features = json!([
            {"name": "prefers-color-scheme", "value": scheme},
            // A page caught in the middle of an animation looks different every time.
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]);
        self.devtools("Emulation.setEmulatedMedia", json!({"features": features})).await?;
        Ok(())
    }

    /// One command of the browser's developer tools.
    async fn devtools(&self, command: &str, parameters: Value) -> Result<Value> {
        let sent = self.session.cdp().send_raw(command, parameters).await;
        sent.map_err(|error| BrowserError::new(format!("{command}: {error}")))
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // A session that was not ended would ask the driver to end it, and wait; the signal to the driver's
        // process group is quicker and works when the driver hangs. Fails after `close`, where nothing is left to do.
        drop(self.session.clone().leak());
    }
}

fn capabilities(places: &Places, profile: &TempDir, view: View) -> Result<thirtyfour::ChromeCapabilities> {
    let mut capabilities = DesiredCapabilities::chrome();
    capabilities.set_binary(&places.chromium.to_string_lossy())?;
    for flag in FLAGS {
        capabilities.add_arg(flag)?;
    }
    capabilities.add_arg(&format!("--window-size={},{}", view.width, view.height))?;
    capabilities.add_arg(&format!("--user-data-dir={}", profile.path().join("profile").display()))?;
    capabilities.set_browser_log_level(LoggingPrefsLogLevel::Warning)?;
    let downloads = profile.path().join("downloads");
    std::fs::create_dir_all(&downloads)?;
    let preferences = json!({"download.default_directory": downloads, "download.prompt_for_download": false});
    capabilities.add_experimental_option("prefs", preferences)?;
    Ok(capabilities)
}
