//! `GET /metrics` on a port of its own, in the text format of Prometheus.

use crate::server::StartError;
use axum::Router;
use axum::http::header;
use axum::routing::get;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;

/// Serves what `render` gives until `stopped` resolves; returns where it listens.
///
/// # Errors
/// [`StartError::Listen`].
pub async fn serve_metrics(
    listen: SocketAddr,
    render: impl Fn() -> String + Send + Sync + 'static,
    stopped: impl Future<Output = ()> + Send + 'static,
) -> Result<SocketAddr, StartError> {
    let listen_error = |source| StartError::Listen { address: listen, source };
    let listener = TcpListener::bind(listen).await.map_err(listen_error)?;
    let address = listener.local_addr().map_err(listen_error)?;
    let render = Arc::new(render);
    let page = move || {
        let render = Arc::clone(&render);
        async move { ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], render()) }
    };
    let router = Router::new().route("/metrics", get(page));
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router).with_graceful_shutdown(stopped).await {
            tracing::warn!(%error, "the metrics page ended");
        }
    });
    Ok(address)
}
