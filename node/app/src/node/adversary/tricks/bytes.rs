//! Bytes that are no block, too long a block, or not the block that is announced.

use super::{Scene, announced, sealed};
use tacit_consensus::chain::BuiltBlock;
use tacit_types::{Block, BlockId, List, RawTx};

pub fn junk(_: &Scene, block: Block) -> BuiltBlock {
    BuiltBlock { block_id: block.header.id(), bytes: vec![0xa5; 1_000] }
}

pub fn truncated(_: &Scene, block: Block) -> BuiltBlock {
    let mut built = announced(&block);
    built.bytes.pop();
    built
}

pub fn trailing(_: &Scene, block: Block) -> BuiltBlock {
    let mut built = announced(&block);
    built.bytes.push(0);
    built
}

/// Longer than this chain allows, but not longer than any chain could.
pub fn oversized(_: &Scene, mut block: Block) -> BuiltBlock {
    block.body.txs = List::new(vec![RawTx::new(vec![7; 70_000]).unwrap()]).unwrap();
    sealed(block)
}

pub fn misnamed(_: &Scene, block: Block) -> BuiltBlock {
    BuiltBlock { block_id: BlockId([0x66; 32]), ..announced(&block) }
}
