//! The listener: accepts connections within limits, answers health checks, and hands the rest to JSON-RPC.

use crate::backend::Backend;
use crate::config::RpcConfig;
use crate::context::Context;
use crate::error::{ErrorKind, RpcError};
use crate::methods;
use crate::middleware::{RpcLayer, complete_json};
use crate::places::{Place, Places};
use crate::stream::PatientStream;
use crate::table::TableError;
use axum::body::{Body, Bytes};
use axum::http::{Method, Request, StatusCode, header};
use jsonrpsee::core::BoxError;
use jsonrpsee::core::middleware::RpcServiceBuilder;
use jsonrpsee::server::{
    BatchRequestConfig, HttpBody, HttpRequest, HttpResponse, Methods, PingConfig, Server, ServerConfig, ServerHandle,
    StopHandle, TowerServiceBuilder, serve_with_graceful_shutdown, stop_channel,
};
use jsonrpsee::types::ErrorObjectOwned;
use serde_json::json;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tower::Service;

/// Messages that may wait for a WebSocket client before its subscriptions count as slow.
const WEBSOCKET_BUFFER: u32 = 64;
/// Pause after the operating system refused a connection, for example because no file descriptors are left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// Longest time from a request's head to its answer: whoever sends the body one byte a minute is cut off.
const REQUEST_TIME_MAX: Duration = Duration::from_secs(60);
/// Longest response that is looked at for an error without hint; those that the library makes are shorter.
const LIBRARY_ERROR_BYTES_MAX: u64 = 512;

/// Why the server did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address cannot be used.
    #[error("cannot listen for RPC on {address}: {source}; choose another address or stop the program that uses it")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// The method table is wrong.
    #[error(transparent)]
    Table(#[from] TableError),
}

/// A running server. Dropping it does not stop it; [`RpcServer::stop`] does.
#[derive(Debug)]
pub struct RpcServer {
    address: SocketAddr,
    handle: ServerHandle,
}

impl RpcServer {
    /// Listens and serves `backend` on the current tokio runtime.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn start(config: RpcConfig, backend: Arc<dyn Backend>) -> Result<Self, StartError> {
        let listen_error = |source| StartError::Listen { address: config.listen, source };
        let listener = TcpListener::bind(config.listen).await.map_err(listen_error)?;
        let address = listener.local_addr().map_err(listen_error)?;
        let table = methods::all();
        let layer = RpcLayer::new(callable_names(&table), config.response_bytes_max as usize);
        let service = Server::builder()
            .set_config(library_config(&config))
            .set_rpc_middleware(RpcServiceBuilder::new().layer(layer))
            .to_service_builder();
        let shared = Arc::new(Shared {
            backend: Arc::clone(&backend),
            allowed_origins: config.allowed_origins.clone(),
            request_bytes_max: config.request_bytes_max,
            slow_client: config.slow_client,
            connections: Places::new(config.connections_max, config.connections_per_ip_max),
            methods: table.into_methods(Context::new(backend, config))?,
        });
        let (stop, handle) = stop_channel();
        tokio::spawn(accept(listener, service, shared, stop));
        tracing::info!(%address, "RPC listens");
        Ok(Self { address, handle })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Takes no more requests, lets those in progress finish, and returns when all is done.
    pub async fn stop(self) {
        // An error means that it has stopped already.
        let _ = self.handle.stop();
        self.handle.stopped().await;
    }
}

type Builder = TowerServiceBuilder<
    tower::layer::util::Stack<RpcLayer, tower::layer::util::Identity>,
    tower::layer::util::Identity,
>;

struct Shared {
    backend: Arc<dyn Backend>,
    allowed_origins: Vec<String>,
    request_bytes_max: u32,
    slow_client: Duration,
    connections: Places,
    methods: Methods,
}

fn callable_names(table: &crate::table::Table) -> std::collections::HashSet<&'static str> {
    table.names().chain(["events_unsubscribe"]).collect()
}

fn library_config(config: &RpcConfig) -> ServerConfig {
    ServerConfig::builder()
        .max_request_body_size(config.request_bytes_max)
        .max_response_body_size(config.response_bytes_max)
        .set_batch_request_config(BatchRequestConfig::Limit(config.batch_max))
        .max_subscriptions_per_connection(config.subscriptions_max)
        .set_message_buffer_capacity(WEBSOCKET_BUFFER)
        // Requests at once; connections themselves are limited where they are accepted.
        .max_connections(u32::try_from(config.connections_max).unwrap_or(u32::MAX).saturating_mul(4))
        .enable_ws_ping(
            PingConfig::new()
                .ping_interval(Duration::from_secs(15))
                .inactive_limit(Duration::from_secs(30))
                .max_failures(2),
        )
        .build()
}

async fn accept(listener: TcpListener, builder: Builder, shared: Arc<Shared>, stop: StopHandle) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.clone().shutdown() => return,
        };
        match accepted {
            Ok((socket, peer)) => match shared.connections.enter(peer.ip()) {
                Some(place) => serve(socket, place, builder.clone(), Arc::clone(&shared), stop.clone()),
                None => metrics::counter!("rpc_connections_refused_total").increment(1),
            },
            Err(error) => {
                tracing::warn!(%error, "accepting an RPC connection failed");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

fn serve(socket: TcpStream, place: Place, builder: Builder, shared: Arc<Shared>, stop: StopHandle) {
    // Answers are small and awaited; without this each would wait for the client's acknowledgement of the one before.
    let _ = socket.set_nodelay(true);
    let stopped = stop.clone().shutdown();
    let patience = shared.slow_client;
    let service = connection_service(builder, shared, stop, Arc::new(place));
    tokio::spawn(async move {
        let stream = PatientStream::new(socket, patience);
        if let Err(error) = serve_with_graceful_shutdown(stream, service, stopped).await {
            tracing::debug!(%error, "an RPC connection ended");
        }
    });
}

/// The HTTP service of one connection. Its place is held for as long as any part of the connection lives.
fn connection_service<B>(
    builder: Builder,
    shared: Arc<Shared>,
    stop: StopHandle,
    place: Arc<Place>,
) -> impl Service<Request<B>, Response = HttpResponse, Error = BoxError, Future: Send> + Clone + Send + 'static
where
    B: axum::body::HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    tower::service_fn(move |request: Request<B>| {
        let request = request.map(HttpBody::new);
        let (builder, shared, stop, place) = (builder.clone(), Arc::clone(&shared), stop.clone(), Arc::clone(&place));
        async move { answer(request, builder, &shared, stop, place).await }
    })
}

async fn answer(
    mut request: HttpRequest,
    builder: Builder,
    shared: &Shared,
    stop: StopHandle,
    place: Arc<Place>,
) -> Result<HttpResponse, BoxError> {
    if request.method() == Method::GET {
        let health = shared.backend.health();
        match request.uri().path() {
            "/healthy" => return health_response(health.healthy),
            "/ready" => return health_response(health.ready),
            _ => {}
        }
    }
    if !origin_allowed(&request, &shared.allowed_origins) {
        let message = "requests from this web origin are not allowed";
        let hint = "add the origin to `rpc.allowed_origins` in the node's configuration";
        let error = RpcError::new(ErrorKind::InvalidRequest, message, hint);
        return error_response(StatusCode::FORBIDDEN, error.into());
    }
    if announced_length(&request).is_some_and(|length| length > shared.request_bytes_max.into()) {
        let message = format!("the request is longer than {} bytes", shared.request_bytes_max);
        let error = RpcError::general(ErrorKind::LimitExceeded, message);
        return error_response(StatusCode::PAYLOAD_TOO_LARGE, error.into());
    }
    // A WebSocket lives on after this answer, in a task that keeps the request's extensions.
    request.extensions_mut().insert(place);
    let response = builder.build(shared.methods.clone(), stop).call(request);
    match tokio::time::timeout(REQUEST_TIME_MAX, response).await {
        Ok(response) => complete_response(response?).await,
        Err(_) => {
            let error = RpcError::general(ErrorKind::LimitExceeded, "the request took too long");
            error_response(StatusCode::REQUEST_TIMEOUT, error.into())
        }
    }
}

/// The length that a request announces; a number too large to read counts as the largest. The library looks at what
/// arrives, so without this it would wait for a body that it is going to refuse.
fn announced_length(request: &HttpRequest) -> Option<u64> {
    let announced = request.headers().get(header::CONTENT_LENGTH)?;
    Some(announced.to_str().ok().and_then(|text| text.parse().ok()).unwrap_or(u64::MAX))
}

/// Browsers send an origin; programs do not. Without this check any web page could talk to a node on the loopback.
fn origin_allowed(request: &HttpRequest, allowed: &[String]) -> bool {
    match request.headers().get(header::ORIGIN) {
        None => true,
        Some(origin) => allowed.iter().any(|entry| entry == "*" || entry.as_bytes() == origin.as_bytes()),
    }
}

fn health_response(health: Result<(), String>) -> Result<HttpResponse, BoxError> {
    let (status, body) = match health {
        Ok(()) => (StatusCode::OK, json!({ "ok": true, "reason": null })),
        Err(reason) => (StatusCode::SERVICE_UNAVAILABLE, json!({ "ok": false, "reason": reason })),
    };
    json_response(status, body.to_string())
}

fn json_response(status: StatusCode, body: String) -> Result<HttpResponse, BoxError> {
    let response = HttpResponse::builder().status(status).header(header::CONTENT_TYPE, "application/json");
    Ok(response.body(HttpBody::from(body))?)
}

fn error_response(status: StatusCode, error: ErrorObjectOwned) -> Result<HttpResponse, BoxError> {
    json_response(status, json!({ "jsonrpc": "2.0", "id": null, "error": error }).to_string())
}

/// Gives the errors that the library answers before any method is looked up the shape of all errors here.
async fn complete_response(response: HttpResponse) -> Result<HttpResponse, BoxError> {
    let exact = axum::body::HttpBody::size_hint(response.body()).exact();
    if exact.is_none_or(|length| length > LIBRARY_ERROR_BYTES_MAX) {
        return Ok(response);
    }
    let (mut parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(Body::new(body), LIBRARY_ERROR_BYTES_MAX as usize).await?;
    let Some(text) = std::str::from_utf8(&bytes).ok().and_then(completed_envelope) else {
        return Ok(HttpResponse::from_parts(parts, HttpBody::from(Vec::from(bytes))));
    };
    parts.headers.remove(header::CONTENT_LENGTH);
    Ok(HttpResponse::from_parts(parts, HttpBody::from(text)))
}

/// The response in full shape when `body` is an error that lacks kind and hint. Errors of methods have both, and the
/// middleware sees to those of calls; these are refusals of what is no call at all.
fn completed_envelope(body: &str) -> Option<String> {
    if !body.contains("\"error\":{") {
        return None;
    }
    let response: serde_json::Value = serde_json::from_str(body).ok()?;
    let code = i32::try_from(response.get("error")?.get("code")?.as_i64()?).ok()?;
    let error = complete_json(body, code)?;
    Some(json!({ "jsonrpc": "2.0", "id": response.get("id"), "error": error }).to_string())
}
