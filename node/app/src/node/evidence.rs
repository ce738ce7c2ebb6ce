//! Evidence of misbehaviour as it is stored: two messages that one validator signed and that contradict each other.

use borsh::{BorshDeserialize, BorshSerialize};
use tacit_consensus::chain::{Evidence, SignedStatement};
use tacit_types::{Address, BlockId, Height, Round, Signature};

/// One piece of evidence. Whoever reads it can verify both signatures with `tacit_types::vote`.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Record {
    /// Height of both messages.
    pub height: Height,
    /// Round of both messages.
    pub round: Round,
    /// Who signed both.
    pub validator: Address,
    /// The message seen first.
    pub first: Message,
    /// The one that contradicts it.
    pub second: Message,
}

/// One signed message.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Message {
    /// Which message of the round, by its number in the sign-bytes.
    pub step: u8,
    /// What it is for; none for nil.
    pub value: Option<BlockId>,
    /// Proposals only: the round in which the value was locked.
    pub pol_round: Option<Round>,
    /// The signature.
    pub signature: Signature,
}

impl Record {
    /// The stored form of `evidence`.
    pub fn of(evidence: &Evidence) -> Self {
        Self {
            height: evidence.height,
            round: evidence.round,
            validator: evidence.validator,
            first: Message::of(&evidence.first),
            second: Message::of(&evidence.second),
        }
    }

    /// What kind of misbehaviour it is.
    pub fn kind(&self) -> &'static str {
        if self.first.step == 0 { "double_proposal" } else { "double_vote" }
    }
}

impl Message {
    fn of(statement: &SignedStatement) -> Self {
        Self {
            step: statement.step as u8,
            value: statement.value,
            pol_round: statement.pol_round,
            signature: statement.signature,
        }
    }
}
