//! What methods take.

use super::{AddressText, BlockRef, Cursor};
use crate::json::{Hex32, HexBytes};
use schemars::JsonSchema;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

params! {
    /// No parameters.
    NoParams {}
    /// Which block.
    BlockParams {
        /// Height, block id or `"latest"`.
        block: BlockRef,
        /// Whether to include the transactions' bytes.
        #[serde(default)]
        full: bool,
    }
    /// At which height.
    HeightParams {
        /// The height; the next one when absent.
        #[serde(default)]
        height: Option<u64>,
    }
    /// Encoded transaction.
    TxBytesParams {
        /// The transaction as `docs/spec/transaction.md` encodes it.
        bytes: HexBytes,
    }
    /// Which transaction.
    TxIdParams {
        /// The hash of its body.
        tx_id: Hex32,
    }
    /// Which account or contract.
    AddressParams {
        /// Its address.
        address: AddressText,
    }
    /// Which entry of the state.
    KeyParams {
        /// The key, as `docs/spec/state.md` lists them.
        key: HexBytes,
    }
    /// Which code.
    CodeParams {
        /// Its hash.
        code_hash: Hex32,
    }
    /// What to run.
    ViewParams {
        /// The contract.
        address: AddressText,
        /// The exported function.
        function: String,
        /// Its input.
        #[serde(default)]
        args_hex: HexBytes,
    }
    /// Which group.
    GroupParams {
        /// Its id.
        group: Hex32,
    }
    /// Which poll.
    PollParams {
        /// Its id.
        poll: Hex32,
    }
    /// Which issuer.
    IssuerParams {
        /// Its id.
        issuer: Hex32,
    }
    /// Which leaves.
    IssuerLeavesParams {
        /// The issuer.
        issuer: Hex32,
        /// First index.
        #[serde(default)]
        from: u64,
        /// Most leaves to return.
        #[serde(default)]
        limit: Option<u32>,
    }
    /// Which members.
    GroupMembersParams {
        /// The group.
        group: Hex32,
        /// First index.
        #[serde(default)]
        from: u64,
        /// Most leaves to return.
        #[serde(default)]
        limit: Option<u32>,
    }
    /// Which recorded proof.
    ProofParams {
        /// Its id.
        proof_id: Hex32,
    }
    /// A page of a list.
    PageParams {
        /// First index.
        #[serde(default)]
        from: u64,
        /// Most items to return.
        #[serde(default)]
        limit: Option<u32>,
    }
    /// A page of events.
    EventsGetParams {
        /// First position.
        from: Cursor,
        /// Most entries to return.
        #[serde(default)]
        limit: Option<u32>,
        /// Which events.
        #[serde(default, deserialize_with = "filter_object")]
        filter: Option<EventFilter>,
    }
    /// A stream of events.
    EventsSubscribeParams {
        /// First position; the next block when absent.
        #[serde(default)]
        from: Option<Cursor>,
        /// Which events.
        #[serde(default, deserialize_with = "filter_object")]
        filter: Option<EventFilter>,
    }
    /// Which events; absent parts match everything.
    EventFilter {
        /// Only these kinds.
        #[serde(default)]
        kinds: Option<Vec<String>>,
        /// Only events that name this address.
        #[serde(default)]
        address: Option<AddressText>,
    }
}

/// A filter is an object or null. Only the parameters themselves may also be given by position.
fn filter_object<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<EventFilter>, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Null => Ok(None),
        filter @ Value::Object(_) => EventFilter::deserialize(filter).map(Some).map_err(D::Error::custom),
        _ => Err(D::Error::custom("a filter is an object with `kinds` and `address`, both optional")),
    }
}
