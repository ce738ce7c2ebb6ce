//! What only the operating system can tell: the time and randomness. The one place in the node that asks for them, so that
//! everything else can be given both.

use std::time::{SystemTime, UNIX_EPOCH};
use tacit_types::UnixMillis;

/// The local clock.
#[must_use]
pub fn now() -> UnixMillis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UnixMillis(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

/// Randomness for batch verifiers: an attacker who knew it could make two bad signatures cancel out.
///
/// # Errors
/// The system gave none.
pub fn seed() -> Result<[u8; 32], getrandom::Error> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed)?;
    Ok(seed)
}
