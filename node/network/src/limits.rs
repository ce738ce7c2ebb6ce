//! Every limit on what a peer can make this node hold, send or do, in one place.
//!
//! Limits of messages are applied before their bytes are decoded; limits of queues before anything is queued.
//! What does not fit is dropped, never waited for: the next re-announcement repairs it.

use std::time::Duration;

/// Most hashes in one announcement.
pub const ANNOUNCE_HASHES_MAX: usize = 2_048;
/// Most bodies asked for, and so answered, at once.
pub const FETCH_HASHES_MAX: usize = 256;
/// Longest request: the tag, the count and [`ANNOUNCE_HASHES_MAX`] hashes.
pub const REQUEST_BYTES_MAX: usize = 1 + 4 + 32 * ANNOUNCE_HASHES_MAX;
/// Bodies are added to an answer while it stays below this; the largest transaction fits alone.
pub const RESPONSE_BYTES_MAX: usize = 1024 * 1024;

/// Hashes waiting to be fetched from one peer.
pub const WANTED_PER_PEER_MAX: usize = 8_192;
/// Hashes waiting to be fetched, being fetched or being checked, from all peers.
pub const WANTED_MAX: usize = 65_536;
/// Announcers remembered for one hash: where to try again.
pub const ANNOUNCERS_MAX: usize = 4;
/// Fetches outstanding at one peer, those whose bodies are still being checked included.
pub const FETCHES_PER_PEER_MAX: usize = 4;

/// Announcements outstanding at one peer.
pub const ANNOUNCES_PER_PEER_MAX: usize = 4;
/// Hashes waiting to be announced to one slow peer; older ones are dropped.
pub const ANNOUNCE_BACKLOG_MAX: usize = 32_768;
/// Unconfirmed transactions announced again per round, and to a new peer.
pub const REANNOUNCE_MAX: usize = 16_384;

/// Hashes of refused transactions that are not fetched again for [`REFUSED_FOR`].
pub const REFUSED_MAX: usize = 65_536;
/// How long a refused transaction is not fetched again.
pub const REFUSED_FOR: Duration = Duration::from_secs(30);

/// Streams that one connection may have open towards us.
pub const STREAMS_PER_CONNECTION_MAX: usize = 32;
/// A request that is not answered by then has failed.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);
/// A connection whose handshake takes longer is closed.
pub const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// A peer that has not said which chain it is on by then is disconnected.
pub const IDENTIFY_TIMEOUT: Duration = Duration::from_secs(10);
/// Peers whose score or ban is remembered.
pub const SCORES_MAX: usize = 4_096;
/// Calls of the owner waiting for the service.
pub const COMMANDS_MAX: usize = 1_024;
