//! What a caller is told when a request fails: a code, a message, and `data` with a kind for programs and a hint for
//! people. Every refusal of this crate is made here, so that none leaves without the two.

use jsonrpsee::types::ErrorObjectOwned;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use tacit_types::RejectCode;

/// Longest message or hint that is sent, in bytes; longer ones are cut.
const TEXT_BYTES_MAX: usize = 400;

/// The kinds of failure and their JSON-RPC codes; see `docs/spec/rpc.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// The body is not JSON.
    ParseError,
    /// JSON, but not a JSON-RPC request.
    InvalidRequest,
    /// Unknown method.
    MethodNotFound,
    /// A parameter has the wrong type, form or network.
    InvalidParams,
    /// The node failed.
    Internal,
    /// No such thing.
    NotFound,
    /// No answer yet, or no longer.
    NotReady,
    /// The transaction was refused.
    TxRejected,
    /// A view failed.
    ContractFailed,
    /// Too much at once.
    Busy,
    /// Larger than allowed.
    LimitExceeded,
    /// A subscriber did not keep up.
    SlowSubscriber,
}

impl ErrorKind {
    /// All kinds.
    pub const ALL: [Self; 12] = [
        Self::ParseError,
        Self::InvalidRequest,
        Self::MethodNotFound,
        Self::InvalidParams,
        Self::Internal,
        Self::NotFound,
        Self::NotReady,
        Self::TxRejected,
        Self::ContractFailed,
        Self::Busy,
        Self::LimitExceeded,
        Self::SlowSubscriber,
    ];

    /// The JSON-RPC code.
    #[must_use]
    pub const fn code(self) -> i32 {
        match self {
            Self::ParseError => -32700,
            Self::InvalidRequest => -32600,
            Self::MethodNotFound => -32601,
            Self::InvalidParams => -32602,
            Self::Internal => -32603,
            Self::NotFound => -32001,
            Self::NotReady => -32002,
            Self::TxRejected => -32003,
            Self::ContractFailed => -32004,
            Self::Busy => -32005,
            Self::LimitExceeded => -32006,
            Self::SlowSubscriber => -32012,
        }
    }

    /// The name in `data.kind`, also a label of metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ParseError => "parse_error",
            Self::InvalidRequest => "invalid_request",
            Self::MethodNotFound => "method_not_found",
            Self::InvalidParams => "invalid_params",
            Self::Internal => "internal",
            Self::NotFound => "not_found",
            Self::NotReady => "not_ready",
            Self::TxRejected => "tx_rejected",
            Self::ContractFailed => "contract_failed",
            Self::Busy => "busy",
            Self::LimitExceeded => "limit_exceeded",
            Self::SlowSubscriber => "slow_subscriber",
        }
    }

    /// What to do about an error that nobody described better: those of the JSON-RPC envelope.
    #[must_use]
    pub const fn general_hint(self) -> &'static str {
        match self {
            Self::ParseError => "send a JSON object or array encoded as UTF-8",
            Self::InvalidRequest => r#"send {"jsonrpc": "2.0", "id": 1, "method": "...", "params": [...]}"#,
            Self::MethodNotFound => "`rpc.discover` lists the methods; subscriptions need a WebSocket",
            Self::InvalidParams => "`rpc.discover` lists the parameters of each method",
            Self::Internal => "the node's log says more",
            Self::NotFound => "check the identifier and the network",
            Self::NotReady => "wait until the node has caught up, or ask another node",
            Self::TxRejected => "correct the transaction and sign it again",
            Self::ContractFailed => "check function name, input and the contract's state",
            Self::Busy => "wait and try again",
            Self::LimitExceeded => "ask for less at once",
            Self::SlowSubscriber => "subscribe again from the `next` of the last entry received",
        }
    }

    /// The kind behind a JSON-RPC code that this or a lower layer gave.
    #[must_use]
    pub const fn from_code(code: i32) -> Self {
        match code {
            -32700 => Self::ParseError,
            -32600 => Self::InvalidRequest,
            -32601 => Self::MethodNotFound,
            -32602 => Self::InvalidParams,
            -32001 => Self::NotFound,
            -32002 => Self::NotReady,
            -32003 => Self::TxRejected,
            -32004 => Self::ContractFailed,
            -32005 => Self::Busy,
            -32012 => Self::SlowSubscriber,
            // -32011 to -32007 are the JSON-RPC library's own: request, response or batch too large, too many at once.
            -32011..=-32006 => Self::LimitExceeded,
            _ => Self::Internal,
        }
    }
}

/// `data` of an error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorData {
    /// For programs.
    pub kind: ErrorKind,
    /// For people: what to do.
    pub hint: Cow<'static, str>,
    /// Number of the rejection, for `tx_rejected` and `contract_failed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reject_code: Option<u16>,
    /// The code that a contract reverted with, for `contract_failed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract_code: Option<u32>,
    /// When to try again, for `busy`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
}

/// A failed request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct RpcError {
    /// What was wrong.
    pub message: Cow<'static, str>,
    /// Kind, hint and more.
    pub data: ErrorData,
}

impl RpcError {
    /// An error of `kind`.
    #[must_use]
    pub fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>, hint: impl Into<Cow<'static, str>>) -> Self {
        let hint = cut(hint.into());
        let data = ErrorData { kind, hint, reject_code: None, contract_code: None, retry_after_ms: None };
        Self { message: cut(message.into()), data }
    }

    /// As [`RpcError::new`], with the hint that fits every error of the kind.
    #[must_use]
    pub fn general(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(kind, message, kind.general_hint())
    }

    /// A parameter was refused.
    #[must_use]
    pub fn params(message: impl Into<Cow<'static, str>>) -> Self {
        Self::general(ErrorKind::InvalidParams, message)
    }

    /// There is no such `what`.
    #[must_use]
    pub fn not_found(what: &'static str) -> Self {
        Self::general(ErrorKind::NotFound, format!("there is no such {what}"))
    }

    /// The node failed; `detail` goes to its log only, because it may name files.
    #[must_use]
    pub fn internal(detail: &str) -> Self {
        tracing::error!(detail, "a request failed inside the node");
        Self::general(ErrorKind::Internal, "the node failed to answer")
    }

    /// Come back in `retry_after_ms`.
    #[must_use]
    pub fn busy(what: &'static str, retry_after_ms: u64) -> Self {
        let mut error = Self::general(ErrorKind::Busy, format!("too many {what} at once"));
        error.data.retry_after_ms = Some(retry_after_ms);
        error
    }

    /// A transaction was refused with `code`.
    #[must_use]
    pub fn rejected(code: RejectCode, detail: Option<&str>) -> Self {
        Self::with_reject(ErrorKind::TxRejected, code, detail)
    }

    /// A view failed with `code`; a contract that reverts gives a code of its own.
    #[must_use]
    pub fn contract(code: RejectCode, contract_code: Option<u32>, detail: Option<&str>) -> Self {
        let mut error = Self::with_reject(ErrorKind::ContractFailed, code, detail);
        error.data.contract_code = contract_code;
        error
    }

    fn with_reject(kind: ErrorKind, code: RejectCode, detail: Option<&str>) -> Self {
        let message: Cow<'static, str> = match detail {
            Some(detail) => format!("{}: {detail}", code.name()).into(),
            None => code.name().into(),
        };
        let mut error = Self::new(kind, message, code.message());
        error.data.reject_code = Some(code.number());
        error
    }
}

/// Cuts `text` to [`TEXT_BYTES_MAX`] bytes at a character boundary: a message may quote what was sent.
fn cut(text: Cow<'static, str>) -> Cow<'static, str> {
    if text.len() <= TEXT_BYTES_MAX {
        return text;
    }
    let mut end = TEXT_BYTES_MAX;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}...", text.get(..end).unwrap_or_default()).into()
}

impl From<RpcError> for ErrorObjectOwned {
    fn from(error: RpcError) -> Self {
        ErrorObjectOwned::owned(error.data.kind.code(), error.message, Some(error.data))
    }
}
