//! A stream of events that survives lost connections: it remembers where it was and resumes there.

use super::{ClientError, Named};
use crate::reference::Cursor;
use crate::types::{EventEntry, EventFilter, EventsSubscribeParams};
use jsonrpsee::core::client::{Subscription, SubscriptionClientT};
use jsonrpsee::ws_client::{PingConfig, WsClient, WsClientBuilder};
use std::time::Duration;

/// How often a lost connection is tried again before the stream gives up.
const ATTEMPTS: u32 = 8;
/// Pause before the first attempt; doubles with each.
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// Events in order, without gaps and repetitions.
pub struct EventStream {
    url: String,
    next: Cursor,
    filter: Option<EventFilter>,
    connection: Connection,
}

struct Connection {
    entries: Subscription<EventEntry>,
    /// Dropping the client would end the subscription.
    _client: WsClient,
}

impl EventStream {
    pub(super) async fn open(
        url: &str,
        from: Option<Cursor>,
        filter: Option<EventFilter>,
    ) -> Result<Self, ClientError> {
        let ws_url = url.replacen("http", "ws", 1);
        // "From now on" is fixed before the first connection, so that a reconnection knows where that was.
        let from = match from {
            Some(from) => from,
            None => Cursor::start_of(super::Client::new(url)?.status().await?.height.saturating_add(1)),
        };
        let connection = connect(&ws_url, from, filter.clone()).await?;
        Ok(Self { url: ws_url, next: from, filter, connection })
    }

    /// The next event; waits for it as long as it takes.
    ///
    /// # Errors
    /// [`ClientError`] when the node stays away or answers nonsense. The stream may be asked again after that.
    pub async fn next(&mut self) -> Result<EventEntry, ClientError> {
        loop {
            match self.connection.entries.next().await {
                Some(Ok(entry)) => {
                    self.next = entry.next;
                    return Ok(entry);
                }
                Some(Err(error)) => return Err(ClientError::BadAnswer(error.to_string())),
                None => self.reconnect().await?,
            }
        }
    }

    async fn reconnect(&mut self) -> Result<(), ClientError> {
        let mut pause = FIRST_PAUSE;
        for _ in 1..ATTEMPTS {
            tokio::time::sleep(pause).await;
            if let Ok(connection) = connect(&self.url, self.next, self.filter.clone()).await {
                self.connection = connection;
                return Ok(());
            }
            pause *= 2;
        }
        self.connection = connect(&self.url, self.next, self.filter.clone()).await?;
        Ok(())
    }
}

async fn connect(url: &str, from: Cursor, filter: Option<EventFilter>) -> Result<Connection, ClientError> {
    let fail = |error| ClientError::new(url, error);
    let client = WsClientBuilder::new().enable_ws_ping(PingConfig::new()).build(url).await.map_err(fail)?;
    let params = Named(EventsSubscribeParams { from: Some(from), filter });
    let entries = client.subscribe("events_subscribe", params, "events_unsubscribe").await.map_err(fail)?;
    Ok(Connection { entries, _client: client })
}
