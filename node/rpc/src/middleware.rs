//! Around every call: unknown methods and library-made errors get the shape of this interface, batches run their
//! entries side by side, and requests are counted and timed.

use crate::error::{ErrorKind, RpcError};
use futures::StreamExt;
use futures::stream::FuturesOrdered;
use jsonrpsee::core::middleware::{Batch, BatchEntry, Notification, Request, RpcServiceT};
use jsonrpsee::server::{BatchResponseBuilder, MethodResponse};
use jsonrpsee::types::{ErrorObjectOwned, Id};
use std::collections::HashSet;
use std::future::Future;
use std::sync::Arc;
use std::time::Instant;

/// Entries of one batch that are in progress at once.
const BATCH_CONCURRENCY: usize = 128;

/// The layer.
#[derive(Clone)]
pub struct RpcLayer {
    names: Arc<HashSet<&'static str>>,
    response_bytes_max: usize,
}

impl RpcLayer {
    /// A layer that lets the methods `names` through.
    #[must_use]
    pub fn new(names: HashSet<&'static str>, response_bytes_max: usize) -> Self {
        Self { names: Arc::new(names), response_bytes_max }
    }
}

impl<S> tower::Layer<S> for RpcLayer {
    type Service = RpcMiddleware<S>;

    fn layer(&self, inner: S) -> Self::Service {
        RpcMiddleware { inner, layer: self.clone() }
    }
}

/// The service that the layer makes.
#[derive(Clone)]
pub struct RpcMiddleware<S> {
    inner: S,
    layer: RpcLayer,
}

impl<S> RpcServiceT for RpcMiddleware<S>
where
    S: RpcServiceT<
            MethodResponse = MethodResponse,
            BatchResponse = MethodResponse,
            NotificationResponse = MethodResponse,
        > + Clone
        + Send
        + Sync
        + 'static,
{
    type MethodResponse = MethodResponse;
    type BatchResponse = MethodResponse;
    type NotificationResponse = MethodResponse;

    fn call<'a>(&self, request: Request<'a>) -> impl Future<Output = MethodResponse> + Send + 'a {
        let known = self.layer.names.get(request.method.as_ref()).copied();
        let inner = self.inner.clone();
        async move {
            let start = Instant::now();
            // Only names of the table become labels: what callers invent would grow the metrics without bound.
            let Some(method) = known else {
                count("unknown", "method_not_found", start);
                let error = RpcError::general(ErrorKind::MethodNotFound, "there is no such method");
                return MethodResponse::error(request.id, ErrorObjectOwned::from(error));
            };
            let id = request.id.clone().into_owned();
            let response = inner.call(request).await;
            match response.as_error_code() {
                None => {
                    count(method, "ok", start);
                    response
                }
                Some(code) => {
                    count(method, ErrorKind::from_code(code).name(), start);
                    complete(response, code, id)
                }
            }
        }
    }

    fn batch<'a>(&self, batch: Batch<'a>) -> impl Future<Output = MethodResponse> + Send + 'a {
        let this = self.clone();
        async move {
            let mut responses = BatchResponseBuilder::new_with_limit(this.layer.response_bytes_max);
            let mut running = FuturesOrdered::new();
            let mut notified = false;
            for entry in batch {
                match entry {
                    Ok(BatchEntry::Call(request)) => {
                        running.push_back(futures::future::Either::Left(this.call(request)));
                    }
                    Ok(BatchEntry::Notification(_)) => notified = true,
                    Err(error) => {
                        let (_, id) = error.into_parts();
                        let error = RpcError::general(ErrorKind::InvalidRequest, "not a JSON-RPC request");
                        let response = MethodResponse::error(id, ErrorObjectOwned::from(error));
                        running.push_back(futures::future::Either::Right(std::future::ready(response)));
                    }
                }
                if running.len() >= BATCH_CONCURRENCY
                    && let Some(response) = running.next().await
                    && let Err(too_large) = responses.append(response)
                {
                    return too_large;
                }
            }
            while let Some(response) = running.next().await {
                if let Err(too_large) = responses.append(response) {
                    return too_large;
                }
            }
            if responses.is_empty() && notified {
                return MethodResponse::notification();
            }
            MethodResponse::from_batch(responses.finish())
        }
    }

    fn notification<'a>(&self, notification: Notification<'a>) -> impl Future<Output = MethodResponse> + Send + 'a {
        self.inner.notification(notification)
    }
}

/// Gives an error that the JSON-RPC library made the kind and hint that all errors of this interface have.
fn complete(response: MethodResponse, code: i32, id: Id<'static>) -> MethodResponse {
    match complete_json(response.as_ref(), code) {
        None => response,
        Some(error) => MethodResponse::error(id, error),
    }
}

/// The error of a response in full shape, or `None` when it has that shape already.
pub fn complete_json(response: &str, code: i32) -> Option<ErrorObjectOwned> {
    #[derive(serde::Deserialize)]
    struct Failed<'a> {
        #[serde(borrow)]
        error: Object<'a>,
    }
    #[derive(serde::Deserialize)]
    struct Object<'a> {
        #[serde(borrow)]
        message: std::borrow::Cow<'a, str>,
        #[serde(borrow)]
        data: Option<&'a serde_json::value::RawValue>,
    }
    let failed: Failed<'_> = serde_json::from_str(response).ok()?;
    let data = failed.error.data.map(serde_json::value::RawValue::get);
    if data.is_some_and(|data| data.starts_with('{')) {
        return None;
    }
    let message = match data {
        Some(detail) => format!("{}: {}", failed.error.message, detail.trim_matches('"')),
        None => failed.error.message.into_owned(),
    };
    Some(RpcError::general(ErrorKind::from_code(code), message).into())
}

fn count(method: &'static str, status: &'static str, start: Instant) {
    metrics::counter!("rpc_requests_total", "method" => method, "status" => status).increment(1);
    metrics::histogram!("rpc_request_duration_seconds", "method" => method).record(start.elapsed().as_secs_f64());
}
