//! Bad certificates for the block before; the header names each as it is.

use super::{Scene, sealed};
use tacit_consensus::chain::BuiltBlock;
use tacit_types::{Block, BlockId, Bytes, CommitCertificate, List};

fn with(mut block: Block, change: impl FnOnce(&mut CommitCertificate)) -> BuiltBlock {
    change(block.body.last_commit.as_mut().unwrap());
    sealed(block)
}

pub fn missing(_: &Scene, mut block: Block) -> BuiltBlock {
    block.body.last_commit = None;
    sealed(block)
}

/// One bit of one signature.
pub fn forged(_: &Scene, block: Block) -> BuiltBlock {
    with(block, |certificate| {
        let mut signatures = certificate.signatures.clone().into_vec();
        signatures.last_mut().unwrap().0[40] ^= 1;
        certificate.signatures = List::new(signatures).unwrap();
    })
}

/// Two of four signed.
pub fn of_too_few(_: &Scene, block: Block) -> BuiltBlock {
    with(block, |certificate| {
        let bits = certificate.signers[0];
        let lowest = bits & bits.wrapping_neg();
        let second = (bits ^ lowest) & (bits ^ lowest).wrapping_neg();
        certificate.signers = Bytes::new(vec![lowest | second]).unwrap();
        certificate.signatures = List::new(certificate.signatures[..2].to_vec()).unwrap();
    })
}

pub fn for_another_block(_: &Scene, block: Block) -> BuiltBlock {
    with(block, |certificate| certificate.block_id = BlockId([0x66; 32]))
}

/// A fifth of four validators signed.
pub fn of_strangers(_: &Scene, block: Block) -> BuiltBlock {
    with(block, |certificate| {
        certificate.signers = Bytes::new(vec![certificate.signers[0] | 0x10]).unwrap();
        let mut signatures = certificate.signatures.clone().into_vec();
        signatures.push(signatures[0]);
        certificate.signatures = List::new(signatures).unwrap();
    })
}
