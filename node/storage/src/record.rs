//! The keys and values of all columns, as `docs/spec/storage.md` writes them down. Integers in keys are big-endian, so
//! that keys sort as their numbers do; values are canonical borsh.

use borsh::{BorshDeserialize, BorshSerialize};
use tacit_types::{
    Block, BlockId, CommitCertificate, GenesisId, Header, Height, ReceiptsRoot, Round, StateRoot, TxId, UnixMillis,
};

/// The format this program reads and writes. Version 2 brought the compact blocks, version 3 the policies of contracts, version 4
/// what loading code is charged as. Earlier ones are refused: their state or their transactions have other encodings, so no program
/// could go on with such a chain.
pub const FORMAT_VERSION: u32 = 4;

/// Key of [`Format`] in `meta`.
pub(crate) const FORMAT_KEY: &[u8] = b"format";
/// Key of [`Genesis`] in `meta`.
pub(crate) const GENESIS_KEY: &[u8] = b"genesis";
/// Key of [`Tip`] in `meta`.
pub(crate) const TIP_KEY: &[u8] = b"tip";
/// Key of [`Mark`] in `meta`.
pub(crate) const MARK_KEY: &[u8] = b"mark";

/// Which format the data are in, and how they came to it.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Format {
    /// Version of the data.
    pub version: u32,
    /// Every version the data were in, oldest first, the present one last.
    pub history: Vec<FormatStep>,
}

/// One step in the history of the format.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct FormatStep {
    /// Format version.
    pub version: u32,
    /// Version of the program that wrote it.
    pub program: String,
}

/// The chain that the data belong to.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Genesis {
    /// Its id.
    pub id: GenesisId,
    /// The checked genesis, in its own encoding.
    pub bytes: Vec<u8>,
}

/// The end of the chain. At genesis: height 0, id all zero, genesis time, receipts root of nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Tip {
    /// Height of the last committed block.
    pub height: Height,
    /// Its id.
    pub block_id: BlockId,
    /// Its time.
    pub time_ms: UnixMillis,
    /// Root of the state after it.
    pub state_root: StateRoot,
    /// Root of its receipts.
    pub receipts_root: ReceiptsRoot,
}

/// What the trie pages on disk stand at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Mark {
    /// After which block.
    pub height: Height,
    /// The root they have.
    pub root: StateRoot,
}

/// What is kept of a height besides the block.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct HeightRecord {
    /// The tip as it was after this height.
    pub tip: Tip,
    /// How many transactions the block has.
    pub txs: u32,
    /// The header; none at genesis.
    pub header: Option<Header>,
    /// Proof of the decision; none at genesis.
    pub certificate: Option<CommitCertificate>,
}

/// Where a transaction stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, BorshSerialize, BorshDeserialize)]
pub struct TxLocation {
    /// In which block.
    pub height: Height,
    /// At which place, from 0.
    pub index: u32,
}

/// A committed block as it is stored and synced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredBlock {
    /// Height.
    pub height: Height,
    /// Id.
    pub block_id: BlockId,
    /// The whole block, encoded.
    pub bytes: Vec<u8>,
    /// Proof of the decision.
    pub certificate: CommitCertificate,
}

impl StoredBlock {
    /// The block, decoded.
    ///
    /// # Errors
    /// [`crate::StorageError::Damaged`].
    pub fn decode(&self) -> Result<Block, crate::StorageError> {
        Block::decode(&self.bytes)
            .map_err(|error| crate::StorageError::damaged(crate::Column::Blocks, &height_key(self.height), error))
    }
}

/// Key of a height.
pub(crate) const fn height_key(height: Height) -> [u8; 8] {
    height.0.to_be_bytes()
}

/// Reads [`height_key`].
pub(crate) fn read_height(key: &[u8]) -> Option<Height> {
    key.first_chunk().map(|bytes| Height(u64::from_be_bytes(*bytes)))
}

/// Key of chunk `chunk` of a height's receipts.
pub(crate) fn chunk_key(height: Height, chunk: u32) -> [u8; 12] {
    join(&height_key(height), &chunk.to_be_bytes())
}

/// First byte of keys under which undecided blocks stand by height and id.
const UNDECIDED_BLOCK: u8 = 0;
/// First byte of keys under which proposals stand by height, round and id.
const UNDECIDED_PROPOSAL: u8 = 1;

/// Key of an undecided block's bytes.
pub(crate) fn undecided_block_key(height: Height, id: &BlockId) -> [u8; 41] {
    join(&join::<1, 8, 9>(&[UNDECIDED_BLOCK], &height_key(height)), &id.0)
}

/// Key of one proposal of an undecided block.
pub(crate) fn undecided_proposal_key(height: Height, round: Round, id: &BlockId) -> [u8; 45] {
    join(&undecided_round_prefix(height, round), &id.0)
}

/// Prefix of all proposals of a round.
pub(crate) fn undecided_round_prefix(height: Height, round: Round) -> [u8; 13] {
    join(&undecided_height_prefix(height), &round.0.to_be_bytes())
}

/// Prefix of all proposals of a height.
pub(crate) fn undecided_height_prefix(height: Height) -> [u8; 9] {
    join(&[UNDECIDED_PROPOSAL], &height_key(height))
}

/// Where the blocks of a height begin.
pub(crate) fn undecided_block_prefix(height: Height) -> [u8; 9] {
    join(&[UNDECIDED_BLOCK], &height_key(height))
}

/// Height, round and id of a proposal's key.
pub(crate) fn read_proposal_key(key: &[u8]) -> Option<(Height, Round, BlockId)> {
    let (kind, rest) = key.split_first()?;
    let (height, rest) = rest.split_first_chunk()?;
    let (round, rest) = rest.split_first_chunk()?;
    let id = rest.try_into().ok()?;
    (*kind == UNDECIDED_PROPOSAL).then_some((
        Height(u64::from_be_bytes(*height)),
        Round(u32::from_be_bytes(*round)),
        BlockId(id),
    ))
}

/// Key of evidence.
pub(crate) fn evidence_key(height: Height, bytes: &[u8]) -> [u8; 40] {
    join(&height_key(height), &tacit_types::codec::hash("tacit 2026-11 evidence key", &[bytes]))
}

/// Key of transaction `index` of the saved mempool.
pub(crate) const fn pool_key(index: u32) -> [u8; 4] {
    index.to_be_bytes()
}

/// Key of a transaction's location.
pub(crate) const fn tx_key(id: &TxId) -> &[u8; 32] {
    &id.0
}

/// The smallest key above every key that starts with `prefix`; `None` when there is no such key.
pub(crate) fn after_prefix(prefix: &[u8]) -> Option<Vec<u8>> {
    let last = prefix.iter().rposition(|byte| *byte != u8::MAX)?;
    let mut key = prefix.get(..=last)?.to_vec();
    *key.last_mut()? += 1;
    Some(key)
}

fn join<const A: usize, const B: usize, const C: usize>(a: &[u8; A], b: &[u8; B]) -> [u8; C] {
    const { assert!(A + B == C) };
    let mut joined = [0; C];
    joined[..A].copy_from_slice(a);
    joined[A..].copy_from_slice(b);
    joined
}

#[cfg(test)]
mod unit {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn keys_of_heights_and_rounds_sort_as_numbers() {
        assert!(height_key(Height(255)) < height_key(Height(256)));
        assert!(chunk_key(Height(1), 256) < chunk_key(Height(2), 0));
        let id = BlockId([7; 32]);
        assert!(undecided_proposal_key(Height(1), Round(300), &id) < undecided_proposal_key(Height(2), Round(1), &id));
    }

    #[test]
    fn a_proposal_key_reads_back_and_a_block_key_does_not_read_as_one() {
        let id = BlockId([9; 32]);
        let key = undecided_proposal_key(Height(5), Round(6), &id);
        assert_eq!(read_proposal_key(&key), Some((Height(5), Round(6), id)));
        assert_eq!(read_proposal_key(&undecided_block_key(Height(5), &id)), None);
        assert_eq!(read_proposal_key(&key[..44]), None);
    }

    #[test]
    fn the_end_of_a_prefix_is_above_all_its_keys() {
        assert_eq!(after_prefix(&[1, 2]).unwrap(), [1, 3]);
        assert_eq!(after_prefix(&[1, 255]).unwrap(), [2]);
        assert_eq!(after_prefix(&[255, 255]), None);
        assert_eq!(after_prefix(&[]), None);
    }
}
