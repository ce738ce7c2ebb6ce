//! Logs and metrics of the process. Logs go to standard error, as text or as one JSON object per line.

use crate::config::LogSection;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

/// Starts logging. `validators` decides how much the consensus engine may say.
pub fn start_logging(section: &LogSection, validators: usize) -> eyre::Result<()> {
    let directives = format!("{},{}", section.filter, tacit_consensus::log_directives(validators));
    let filter = EnvFilter::try_new(&directives)
        .map_err(|error| eyre::eyre!("`log.filter` is not a filter ({error}); try \"info\""))?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = if section.json { builder.json().try_init() } else { builder.with_ansi(false).try_init() };
    started.map_err(|error| eyre::eyre!("logging was started twice: {error}"))
}

/// Starts collecting metrics.
pub fn start_metrics() -> eyre::Result<PrometheusHandle> {
    Ok(PrometheusBuilder::new().install_recorder()?)
}

/// The whole metrics page: ours, the process's, and the consensus engine's.
pub fn render(handle: &PrometheusHandle, process: &metrics_process::Collector) -> String {
    process.collect();
    handle.run_upkeep();
    let mut page = handle.render();
    page.push_str(&tacit_consensus::metrics_text());
    page
}
