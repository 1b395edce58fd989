//! Runs the service.

use crate::config::Config;
use crate::listen::{self, Manner, Stop};
use crate::login::{Serving, connect};
use crate::wiring::{self, Wired};
use domain::Result;
use metrics_exporter_prometheus::PrometheusHandle;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use web::{Base, Settings, State};

/// How often it is looked whether somebody has joined or left.
const FOLLOW_EVERY: Duration = Duration::from_mins(1);
/// How often interrupted operations are looked for.
const RECONCILE_EVERY: Duration = Duration::from_mins(1);
/// How long after the start the office program is made ready: people are let in first.
const WARM_AFTER: Duration = Duration::from_secs(20);
/// How often it is looked whether anything is due at a place outside. Looking costs two small reads of the tables.
const LISTEN_EVERY: Duration = Duration::from_secs(15);
/// How long several notices are waited for, to be heard as one.
const SETTLING: Duration = Duration::from_secs(1);
/// How often expired things are cleared away.
const CLEAR_EVERY: Duration = Duration::from_hours(1);
/// How often mail merges are looked for that nobody has told us of.
const MAILINGS_EVERY: Duration = Duration::from_secs(5);
/// How long operations may take to finish after the listener has closed.
const OPERATIONS_WITHIN: Duration = Duration::from_secs(5);

/// Runs the halves that the configuration describes until they are told to stop.
pub async fn run(config: Config) -> Result<()> {
    let stop = Stop::on_signal();
    let login = match &config.broker {
        Some(broker) => Some(Serving::start(broker).await?),
        None => None,
    };
    let url = login.as_ref().map(|login| login.page.url.clone());
    match (login, url) {
        (Some(login), Some(url)) if config.has_crm() => {
            let prepared = prepare(&config).await?;
            let data = &config.data.directory;
            connect::in_process(&prepared.wired.app, &login.page, &prepared.base, data).await?;
            announce(&format!("login page: {url}/"));
            beside(login, crm(prepared, stop.clone()), stop).await
        }
        (Some(login), Some(url)) => {
            announce(&format!("ready: {url}/"));
            login.run(stop).await;
            tracing::info!("stopped");
            Ok(())
        }
        _ => {
            let prepared = prepare(&config).await?;
            if let Some(url) = config.login_page() {
                let ca_file = config.login_page_authority();
                connect::elsewhere(
                    &prepared.wired.app,
                    url,
                    ca_file,
                    &prepared.base,
                    &config.data.directory,
                )?;
            }
            crm(prepared, stop).await
        }
    }
}

/// Serves the login page beside the CRM side; when one of them ends, so does the other.
pub async fn beside(login: Serving, crm: impl Future<Output = Result<()>>, stop: Stop) -> Result<()> {
    let crm = async {
        let served = crm.await;
        stop.tell();
        served
    };
    tokio::join!(login.run(stop.clone()), crm).1
}

/// The CRM side with its address, before anybody is let in.
struct Prepared {
    listener: tokio::net::TcpListener,
    manner: Manner,
    base: Base,
    wired: Wired,
}

async fn prepare(config: &Config) -> Result<Prepared> {
    let tls = match (&config.listen.certificate, &config.listen.key) {
        (Some(certificate), Some(key)) => Some(crate::tls::acceptor(certificate, key)?),
        _ => None,
    };
    let wired = wiring::wire(config).await?;
    let listener = listen::bind(config.listen.address).await?;
    let base = match config.listen.public_url.as_str() {
        "" => Base::parse(&format!("http://{}", config.listen.address))?,
        url => Base::parse(url)?,
    };
    let base = base.framed_by(&config.listen.framed_by)?;
    note_address(&config.data.directory, &base);
    Ok(Prepared { listener, manner: Manner { tls, proxy: config.listen.behind_proxy }, base, wired })
}

async fn crm(prepared: Prepared, stop: Stop) -> Result<()> {
    let Prepared { listener, manner, base, wired } = prepared;
    announce(&format!("ready: {}/", base.origin()));
    let app = wired.app.clone();
    let warming = tokio::spawn(async move {
        tokio::time::sleep(WARM_AFTER).await;
        app.warm_office().await;
    });
    let ended = run_on(listener, manner, base, wired, stop.told()).await;
    warming.abort();
    ended
}

/// Runs the service on a listener that is open already.
pub async fn run_on(
    listener: tokio::net::TcpListener,
    manner: Manner,
    base: Base,
    wired: Wired,
    stop: impl Future<Output = ()> + Send,
) -> Result<()> {
    let Wired { app, archive, google, sharepoint } = wired;
    if let Some(google) = google {
        google.connect(&app);
    }
    if let Some(sharepoint) = sharepoint {
        sharepoint.connect(&app);
    }
    let report = app.reconciler().run_at_start(platform::clock::now()).await?;
    tracing::info!(
        completed = report.completed,
        withdrawn = report.withdrawn,
        parked = report.parked,
        "reconciled"
    );
    let origin = base.is_secure().then(|| base.origin().to_owned());
    let state = state(app.clone(), base, crate::logging::metrics()?);
    app.mailings().run_at_start().await?;
    app.jobs().run_at_start().await?;
    let upkeep = tokio::spawn(upkeep(app.clone(), archive));
    let listening = tokio::spawn(listening(app.clone(), origin));
    let mailings = tokio::spawn(mailings(app.clone()));
    let jobs = tokio::spawn(jobs(app.clone()));
    let following = tokio::spawn(following(app.clone()));
    listen::serve(listener, manner, web::router(state), stop).await;
    upkeep.abort();
    listening.abort();
    mailings.abort();
    jobs.abort();
    following.abort();
    if !app.drain(OPERATIONS_WITHIN).await {
        tracing::warn!("operations were still running; they are finished at the next start");
    }
    tracing::info!("stopped");
    Ok(())
}

fn state(app: app::App, base: Base, metrics: PrometheusHandle) -> State {
    let open_metrics = !base.is_secure();
    let metrics = Arc::new(move || {
        metrics.run_upkeep();
        metrics.render()
    });
    State {
        app,
        settings: Arc::new(Settings { base, now: Arc::new(platform::clock::now), metrics, open_metrics }),
    }
}

/// Listens to the places outside: reads when one has told of changes, and does what is due in any case. `origin` is
/// where places reach us, if they can.
async fn listening(app: app::App, origin: Option<String>) {
    let living = app.living();
    loop {
        tokio::select! {
            () = living.told_of_changes() => tokio::time::sleep(SETTLING).await,
            () = tokio::time::sleep(LISTEN_EVERY) => {}
        }
        if let Err(e) = living.run_due(platform::clock::now(), origin.as_deref()).await {
            tracing::error!(error = ?e, "places could not be listened to; tried again in a moment");
        }
    }
}

/// Finishes what other processes left, and clears away what has expired.
async fn upkeep(app: app::App, archive: plugins::archive::ArchivePlugin) {
    let mut since_clearing = CLEAR_EVERY;
    loop {
        tokio::time::sleep(RECONCILE_EVERY).await;
        since_clearing += RECONCILE_EVERY;
        if let Err(e) = app.reconciler().run_once(platform::clock::now()).await {
            tracing::error!(error = ?e, "interrupted operations could not be finished; tried again in a minute");
        }
        if since_clearing >= CLEAR_EVERY {
            since_clearing = Duration::ZERO;
            if let Err(e) = clear(&app, &archive).await {
                tracing::error!(error = ?e, "expired things could not be cleared away; tried again in an hour");
            }
        }
    }
}

/// Goes on with mail merges while there are any.
async fn mailings(app: app::App) {
    loop {
        let left = app.mailings().work(platform::clock::now()).await;
        if is_idle(left, "mail merges").await {
            app.mailings().woken(MAILINGS_EVERY).await;
        }
    }
}

/// Goes on with works over whole places while there are any.
async fn jobs(app: app::App) {
    loop {
        let left = app.jobs().work(platform::clock::now()).await;
        if is_idle(left, "works over places").await {
            app.jobs().woken(MAILINGS_EVERY).await;
        }
    }
}

/// Lets the rights at the places follow who has joined and left.
async fn following(app: app::App) {
    loop {
        tokio::time::sleep(FOLLOW_EVERY).await;
        if let Err(e) = app.jobs().follow_people(platform::clock::now()).await {
            tracing::error!(error = ?e, "rights could not follow people; tried again in a minute");
        }
    }
}

/// Whether nothing is left to do. What cannot be looked at is left for a moment, and looked at again.
async fn is_idle(left: Result<app::mailings::Left>, what: &str) -> bool {
    match left {
        Ok(left) => left == app::mailings::Left::Nothing,
        Err(e) => {
            tracing::error!(error = ?e, "{what} could not be looked at; tried again in a moment");
            tokio::time::sleep(MAILINGS_EVERY).await;
            false
        }
    }
}

/// Clears away expired sessions, links and idempotency keys, old addresses in the audit log, and what nothing in
/// the archive refers to.
async fn clear(app: &app::App, archive: &plugins::archive::ArchivePlugin) -> Result<()> {
    const DAY: Duration = Duration::from_hours(24);
    let now = platform::clock::now();
    let installations = app
        .store()
        .write(move |tx| {
            let all = tx.everywhere();
            all.purge_idempotency(now - DAY)?;
            all.purge_sessions(now - DAY)?;
            all.purge_template_drafts(now - DAY * 30)?;
            all.purge_sign_in_links(now - DAY)?;
            tx.sign_ins().purge(now - DAY)?;
            all.blank_audit_ips(now - DAY * 30)?;
            tx.installations().list()
        })
        .await?;
    if let Some(copies) = app.copies() {
        copies.sweep(now);
    }
    if let Err(e) = app.jobs().begin_due(now).await {
        tracing::error!(error = ?e, "rights at the places could not be looked at; tried again in an hour");
    }
    for installation in installations {
        let swept = archive.sweep(installation.id, now - DAY).await?;
        if swept.contents + swept.temps > 0 {
            tracing::info!(
                contents = swept.contents,
                temps = swept.temps,
                bytes = swept.bytes,
                "archive swept"
            );
        }
    }
    Ok(())
}

/// The file in a data directory that says where the service over it was last reached.
const ADDRESS: &str = "address";

/// Where the service over a data directory was last reached, for links made on the command line.
pub fn last_address(directory: &Path) -> Option<String> {
    let text = std::fs::read_to_string(directory.join(ADDRESS)).ok()?;
    Base::parse(text.trim()).ok().map(|base| base.origin().to_owned())
}

/// Notes where the service is reached. A note that cannot be written only costs a link its port.
pub fn note_address(directory: &Path, base: &Base) {
    if let Err(e) = std::fs::write(directory.join(ADDRESS), format!("{}\n", base.origin())) {
        tracing::warn!(error = %e, "the address could not be noted");
    }
}

/// Prints the one line that tools wait for.
#[expect(clippy::print_stdout, reason = "this line is the command's output: the address to open")]
pub fn announce(line: &str) {
    use std::io::Write as _;
    println!("{line}");
    // A closed pipe is no reason to stop serving.
    let _ = std::io::stdout().flush();
}
