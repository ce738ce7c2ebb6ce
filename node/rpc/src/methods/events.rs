//! `events_*`: pages and subscriptions.

use super::{Ctx, Outcome, page_limit};
use crate::backend::BackendError;
use crate::error::{ErrorKind, RpcError};
use crate::events::Matcher;
use crate::reference::Cursor;
use crate::table::Table;
use crate::types::{EventEntry, EventsGetParams, EventsPage, EventsSubscribeParams, PAGE_MAX};
use jsonrpsee::core::SubscriptionError;
use jsonrpsee::server::{PendingSubscriptionSink, SubscriptionMessage, SubscriptionSink};
use jsonrpsee::types::ErrorObjectOwned;
use serde_json::value::to_raw_value;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use tokio::sync::OwnedSemaphorePermit;

/// Entries read at once for a subscriber.
const SUBSCRIPTION_PAGE: usize = 256;
/// When to come back after there was no place for a subscription, in milliseconds.
const RETRY_AFTER_MS: u64 = 10_000;

pub fn register(table: &mut Table) {
    table.heavy("events_get", "A page of events from a cursor on.", |ctx| &ctx.reads, get);
    table.subscription::<EventsSubscribeParams, EventEntry, _, _>(
        ["events_subscribe", "events", "events_unsubscribe"],
        "Events from a cursor on, stored ones first, then live. WebSocket only.",
        subscribe,
    );
}

fn get(ctx: &Ctx, params: EventsGetParams) -> Outcome<EventsPage> {
    let limit = page_limit(params.limit, PAGE_MAX)?;
    let matcher = Matcher::new(params.filter, ctx.convert)?;
    Ok(ctx.events.page(params.from, limit as usize, &matcher)?)
}

async fn subscribe(
    ctx: Arc<Ctx>,
    client: Option<IpAddr>,
    params: Result<EventsSubscribeParams, RpcError>,
    pending: PendingSubscriptionSink,
) -> Result<(), SubscriptionError> {
    let checked = params.and_then(|params| Ok((params.from, Matcher::new(params.filter, ctx.convert)?)));
    let (from, matcher) = match checked {
        Ok(checked) => checked,
        Err(error) => {
            pending.reject(error).await;
            return Ok(());
        }
    };
    // Whoever has no address shares the places of one.
    let Some(_place) = ctx.subscriptions.enter(client.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))) else {
        pending.reject(RpcError::busy("subscriptions", RETRY_AFTER_MS)).await;
        return Ok(());
    };
    let from = from.unwrap_or_else(|| Cursor::start_of(ctx.backend.tip().borrow().0.saturating_add(1)));
    let Ok(sink) = pending.accept().await else { return Ok(()) };
    match deliver(&ctx, &sink, from, Arc::new(matcher)).await {
        Ok(()) => Ok(()),
        Err(error) => {
            tracing::debug!(%error, "a subscription ended");
            Err(SubscriptionError::from_json(to_raw_value(&ErrorObjectOwned::from(error))?))
        }
    }
}

/// Sends until the subscriber leaves or the node stops.
async fn deliver(ctx: &Arc<Ctx>, sink: &SubscriptionSink, from: Cursor, matcher: Arc<Matcher>) -> Outcome<()> {
    let mut tip = ctx.backend.tip();
    let mut next = from;
    loop {
        let seen = tip.borrow_and_update().0;
        if next.height > seen {
            tokio::select! {
                () = sink.closed() => return Ok(()),
                changed = tip.changed() => if changed.is_err() { return Ok(()) },
            }
            continue;
        }
        // Asked before every page: a filter that never matches sends nothing that could fail.
        let permit = tokio::select! {
            biased;
            () = sink.closed() => return Ok(()),
            permit = ctx.event_pages.queue() => permit,
        };
        let page = read_page(ctx, next, Arc::clone(&matcher), permit).await?;
        for entry in &page.events {
            if !send(ctx, sink, entry).await? {
                return Ok(());
            }
        }
        next = page.next;
    }
}

/// Reads a page on a blocking thread, which holds the permit until it is done.
async fn read_page(
    ctx: &Arc<Ctx>,
    from: Cursor,
    matcher: Arc<Matcher>,
    permit: Option<OwnedSemaphorePermit>,
) -> Outcome<EventsPage> {
    let ctx = Arc::clone(ctx);
    let work = move || {
        let page = ctx.events.page(from, SUBSCRIPTION_PAGE, &matcher);
        drop(permit);
        page
    };
    let read = tokio::task::spawn_blocking(work).await;
    Ok(read.unwrap_or_else(|error| Err(BackendError::Internal(error.to_string())))?)
}

/// Sends one entry; `false` when the subscriber has left.
async fn send(ctx: &Ctx, sink: &SubscriptionSink, entry: &EventEntry) -> Outcome<bool> {
    use jsonrpsee::server::SendTimeoutError;
    let message = SubscriptionMessage::new(sink.method_name(), sink.subscription_id(), entry)
        .map_err(|error| RpcError::internal(&error.to_string()))?;
    match sink.send_timeout(message, ctx.config.slow_subscriber).await {
        Ok(()) => Ok(true),
        Err(SendTimeoutError::Closed(_)) => Ok(false),
        Err(SendTimeoutError::Timeout(_)) => {
            Err(RpcError::general(ErrorKind::SlowSubscriber, "nothing was taken from the subscription for too long"))
        }
    }
}
