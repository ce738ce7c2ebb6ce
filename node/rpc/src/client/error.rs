//! What can go wrong between a client and a node, with what to do about it.

use crate::error::{ErrorData, ErrorKind};
use crate::json::Hex32;
use crate::types::TxStatusName;
use jsonrpsee::core::ClientError as LibraryError;
use jsonrpsee::types::ErrorObject;
use std::time::Duration;

/// A failed request, as the client sees it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClientError {
    /// The address of the node makes no sense.
    #[error("`{url}` is no address of a node ({reason}); it looks like http://127.0.0.1:26602")]
    BadUrl {
        /// What was given.
        url: String,
        /// Why it is refused.
        reason: String,
    },
    /// The node did not answer.
    #[error("the node at {url} does not answer ({reason}); check that it runs and that the address is right")]
    Unreachable {
        /// The node.
        url: String,
        /// What the connection said.
        reason: String,
    },
    /// The node answered with an error.
    #[error("{message}: {}", data.as_ref().map_or("no hint was given", |data| &data.hint))]
    Refused {
        /// JSON-RPC code.
        code: i32,
        /// What was wrong.
        message: String,
        /// Kind, hint and more.
        data: Option<ErrorData>,
    },
    /// The node answered something else than this interface says.
    #[error("the node's answer cannot be read ({0}); client and node may be of different versions")]
    BadAnswer(String),
    /// A transaction took too long.
    #[error(
        "transaction {tx_id} is still {status:?} after {waited:?}; it may be committed later: `tacit tx status` tells"
    )]
    NotCommitted {
        /// Which one.
        tx_id: Hex32,
        /// How far it is.
        status: TxStatusName,
        /// How long it was waited for.
        waited: Duration,
    },
    /// A height took too long.
    #[error(
        "height {wanted} was not reached within {waited:?}, the node is at {reached}; check that the validators run"
    )]
    HeightNotReached {
        /// The height that was waited for.
        wanted: u64,
        /// The node's height.
        reached: u64,
        /// How long it was waited for.
        waited: Duration,
    },
}

impl ClientError {
    /// From the library's error.
    pub(super) fn new(url: &str, error: LibraryError) -> Self {
        match error {
            LibraryError::Call(object) => Self::refused(&object),
            LibraryError::ParseError(error) => Self::BadAnswer(error.to_string()),
            other => Self::Unreachable { url: url.to_owned(), reason: other.to_string() },
        }
    }

    /// From the node's error.
    pub(super) fn refused(object: &ErrorObject<'_>) -> Self {
        let data = object.data().and_then(|data| serde_json::from_str(data.get()).ok());
        Self::Refused { code: object.code(), message: object.message().to_owned(), data }
    }

    /// What kind of refusal, when the node refused.
    #[must_use]
    pub fn kind(&self) -> Option<ErrorKind> {
        match self {
            Self::Refused { code, data, .. } => {
                Some(data.as_ref().map_or_else(|| ErrorKind::from_code(*code), |data| data.kind))
            }
            _ => None,
        }
    }

    /// The number of the rejection, when a transaction or view was rejected.
    #[must_use]
    pub fn reject_code(&self) -> Option<u16> {
        match self {
            Self::Refused { data, .. } => data.as_ref().and_then(|data| data.reject_code),
            _ => None,
        }
    }

    /// The code that a contract reverted with, when a view was rejected.
    #[must_use]
    pub fn contract_code(&self) -> Option<u32> {
        match self {
            Self::Refused { data, .. } => data.as_ref().and_then(|data| data.contract_code),
            _ => None,
        }
    }
}
