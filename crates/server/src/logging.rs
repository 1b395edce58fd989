//! Logs and metrics.

use crate::config::{Log, LogFormat};
use domain::{Error, Result};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

/// Starts logging to standard error.
/// # Errors
/// `Invalid` for a filter that cannot be read.
pub fn start(log: &Log) -> Result<()> {
    let filter = filter(log)?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_target(true)
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()));
    let started = match log.format {
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
        LogFormat::Text => builder.compact().try_init(),
    };
    // A second start in one process (tests) keeps the first.
    drop(started);
    Ok(())
}

/// What is logged.
/// # Errors
/// `Invalid` for a filter that cannot be read.
pub fn filter(log: &Log) -> Result<EnvFilter> {
    EnvFilter::builder().parse(&log.filter).map_err(|e| {
        Error::invalid(format!(
            "[log] filter {:?} cannot be read. Write error, warn, info, debug, or for example info,store=debug.",
            log.filter
        ))
        .caused_by(e)
    })
}

/// Starts collecting metrics.
pub fn metrics() -> Result<PrometheusHandle> {
    let buckets = [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
    let builder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".into()), &buckets)
        .map_err(|e| Error::internal("metrics cannot start").caused_by(e))?;
    let recorder = builder.build_recorder();
    let handle = recorder.handle();
    // A second start in one process (tests) keeps the first recorder.
    drop(metrics::set_global_recorder(recorder));
    Ok(handle)
}
