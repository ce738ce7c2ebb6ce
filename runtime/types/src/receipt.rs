//! Receipts: what became of each transaction of a block.

use crate::bounded::{Bytes, List};
use crate::limits::{RECEIPT_EVENTS_MAX, RECEIPT_OUTPUT_BYTES_MAX};
use crate::{Amount, Event, Gas, ReceiptsRoot, RejectCode, TxId, codec, merkle};
use alloc::vec::Vec;
use borsh::{BorshDeserialize, BorshSerialize};

/// The outcome of one transaction.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Receipt {
    /// Which transaction.
    pub tx_id: TxId,
    /// Zero for success, else the number of the rejection ([`RejectCode`]).
    pub code: u16,
    /// Index of the action that failed; zero on success.
    pub failed_action: u16,
    /// Code that a reverting contract gave; zero otherwise.
    pub contract_code: u32,
    /// Gas used; the fee for the rest went back.
    pub gas_used: Gas,
    /// What was paid, tip included.
    pub fee: Amount,
    /// What happened; empty when the body failed.
    pub events: List<Event, RECEIPT_EVENTS_MAX>,
    /// Output of the last call, cut at its limit; empty when there was none.
    pub output: Bytes<RECEIPT_OUTPUT_BYTES_MAX>,
}

impl Receipt {
    /// Whether the body succeeded.
    #[must_use]
    pub const fn succeeded(&self) -> bool {
        self.code == 0
    }

    /// The rejection, when the body failed with a known one.
    #[must_use]
    pub fn reject(&self) -> Option<RejectCode> {
        RejectCode::from_number(self.code)
    }

    /// Leaf of the receipts tree.
    #[must_use]
    pub fn leaf(&self) -> [u8; 32] {
        codec::hash("tacit 2026-11 receipt", &[&codec::encode(self)])
    }
}

/// Root over the receipts of a block.
#[must_use]
pub fn receipts_root(receipts: &[Receipt]) -> ReceiptsRoot {
    let leaves: Vec<[u8; 32]> = receipts.iter().map(Receipt::leaf).collect();
    ReceiptsRoot(merkle::root(ReceiptsRoot::CONTEXT, &leaves))
}
