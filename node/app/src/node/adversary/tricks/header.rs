//! One wrong header field each; the rest of the block stays as it was.

use super::{Scene, announced};
use crate::node::core::now;
use tacit_consensus::chain::BuiltBlock;
use tacit_types::limits::CLOCK_DRIFT_MS_MAX;
use tacit_types::{
    Block, BlockId, BodyRoot, CertificateHash, GenesisId, Header, Price, ReceiptsRoot, Round, StateRoot, UnixMillis,
    ValidatorsHash,
};

const WRONG: [u8; 32] = [0x66; 32];

fn with(mut block: Block, change: impl FnOnce(&mut Header)) -> BuiltBlock {
    change(&mut block.header);
    announced(&block)
}

pub fn version(_: &Scene, block: Block) -> BuiltBlock {
    with(block, |header| header.version += 1)
}

pub fn genesis_id(_: &Scene, block: Block) -> BuiltBlock {
    with(block, |header| header.genesis_id = GenesisId(WRONG))
}

pub fn height(_: &Scene, block: Block) -> BuiltBlock {
    with(block, |header| header.height = header.height.next())
}

pub fn parent(_: &Scene, block: Block) -> BuiltBlock {
    with(block, |header| header.parent = BlockId(WRONG))
}

pub fn proposer(scene: &Scene, block: Block) -> BuiltBlock {
    with(block, |header| header.proposer = scene.next_proposer)
}

/// By itself the header is right: in round 1 this validator would propose.
pub fn round(scene: &Scene, block: Block) -> BuiltBlock {
    with(block, |header| (header.round, header.proposer) = (Round(1), scene.next_proposer))
}

pub fn state_root(_: &Scene, block: Block) -> BuiltBlock {
    with(block, |header| header.state_root = StateRoot(WRONG))
}

pub fn receipts_root(_: &Scene, block: Block) -> BuiltBlock {
    with(block, |header| header.receipts_root = ReceiptsRoot(WRONG))
}

pub fn base_fee(_: &Scene, block: Block) -> BuiltBlock {
    with(block, |header| header.base_fee = Price(header.base_fee.0 + 1))
}

pub fn validators_hash(_: &Scene, block: Block) -> BuiltBlock {
    with(block, |header| header.validators_hash = ValidatorsHash(WRONG))
}

pub fn next_validators_hash(_: &Scene, block: Block) -> BuiltBlock {
    with(block, |header| header.next_validators_hash = ValidatorsHash(WRONG))
}

pub fn body_root(_: &Scene, block: Block) -> BuiltBlock {
    with(block, |header| header.body_root = BodyRoot(WRONG))
}

pub fn body_length(_: &Scene, block: Block) -> BuiltBlock {
    with(block, |header| header.body_length -= 1)
}

pub fn last_commit(_: &Scene, block: Block) -> BuiltBlock {
    with(block, |header| header.last_commit = CertificateHash(WRONG))
}

pub fn time_in_the_past(scene: &Scene, block: Block) -> BuiltBlock {
    with(block, |header| header.time_ms = UnixMillis(scene.parent_time.0 - 60_000))
}

pub fn time_of_the_parent(scene: &Scene, block: Block) -> BuiltBlock {
    with(block, |header| header.time_ms = scene.parent_time)
}

/// Far enough that a slow receiver does not catch up with it.
pub fn time_in_the_future(_: &Scene, block: Block) -> BuiltBlock {
    with(block, |header| header.time_ms = UnixMillis(now().0 + CLOCK_DRIFT_MS_MAX + 60_000))
}
