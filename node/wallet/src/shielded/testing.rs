//! A chain in memory for tests and examples of wallets: honest unless told otherwise, and made from a seed.

use super::address::ShieldedAddress;
use super::memo::{Memo, MemoKey};
use super::note::Note;
use super::note_cipher::encrypt;
use super::source::{BlockSource, Page, Tip};
use super::tree::{Levels, SUBTREE_LEAVES, SUBTREE_LEVELS};
use super::viewing::OutgoingKey;
use crate::error::WalletError;
use curve25519_dalek::ristretto::RistrettoPoint;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use tacit_circuits::tree::empty_root;
use tacit_circuits::{FieldBytes, Frontier};
use tacit_types::shielded::{
    CompactBlock, CompactExtras, CompactJoinSplit, CompactOutput, MemoCiphertext, NOTE_CIPHERTEXT_BYTES,
    NoteCiphertext, NoteOutput, Nullifiers, OUTGOING_CIPHERTEXT_BYTES, OutgoingCiphertext, PublicValue,
};
use tacit_types::{AssetId, FieldBytes as WireField, GenesisId, Height, List, TxId};

/// Blocks of a page, unless a source is told otherwise.
const PAGE_BLOCKS: usize = 1_000;

/// A chain in memory.
#[derive(Clone)]
pub struct MemoryChain {
    /// Its name.
    pub genesis_id: GenesisId,
    /// Its blocks by height. A test that changes them has a lying node.
    pub blocks: BTreeMap<u64, CompactBlock>,
    /// What the node says about the subtrees.
    pub subtree_roots: Vec<FieldBytes>,
    /// Most blocks of a page.
    pub page_blocks: usize,
    height: u64,
    frontier: Frontier,
    open_leaves: Vec<FieldBytes>,
    random: Random,
}

/// A payment in a chain in memory.
pub struct TestPayment<'a> {
    /// To whom.
    pub to: &'a ShieldedAddress,
    /// Of what.
    pub asset: AssetId,
    /// How much.
    pub value: u128,
    /// With which memo.
    pub memo: &'a str,
    /// Who can read it again.
    pub from: Option<&'a OutgoingKey>,
}

impl MemoryChain {
    /// A chain without blocks.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            genesis_id: GenesisId(blake3::hash(&seed.to_le_bytes()).into()),
            blocks: BTreeMap::new(),
            subtree_roots: Vec::new(),
            page_blocks: PAGE_BLOCKS,
            height: 0,
            frontier: Frontier::new(),
            open_leaves: Vec::new(),
            random: Random::new(seed),
        }
    }

    /// The next height, with these join-splits. Gives the position of the first output.
    ///
    /// # Panics
    /// When a test makes a block that cannot exist.
    #[allow(clippy::expect_used)]
    pub fn add(&mut self, join_splits: Vec<CompactJoinSplit>) -> u64 {
        self.height += 1;
        let first_position = self.frontier.count();
        if join_splits.is_empty() {
            return first_position;
        }
        let outputs = join_splits.iter().flat_map(|join_split| &join_split.outputs);
        let leaves: Vec<FieldBytes> = outputs.map(|output| FieldBytes(output.commitment.0)).collect();
        self.frontier.append(&leaves).expect("leaves are field elements");
        self.open_leaves.extend(leaves);
        while self.open_leaves.len() as u64 >= SUBTREE_LEAVES {
            let rest = self.open_leaves.split_off(SUBTREE_LEAVES as usize);
            let full = std::mem::replace(&mut self.open_leaves, rest);
            let grown = Levels::grow(full, 0, SUBTREE_LEVELS).expect("leaves are field elements");
            self.subtree_roots.push(grown.top());
        }
        let block = CompactBlock {
            height: Height(self.height),
            first_position,
            root: WireField(self.frontier.root().0),
            join_splits: List::new(join_splits).expect("a block holds them"),
        };
        self.blocks.insert(self.height, block);
        first_position
    }

    /// Heights without notes.
    pub const fn skip(&mut self, heights: u64) {
        self.height += heights;
    }

    /// Latest height.
    #[must_use]
    pub const fn height(&self) -> u64 {
        self.height
    }

    /// A join-split that pays, in a transaction of its own.
    #[must_use]
    pub fn paying(&mut self, payments: [Option<TestPayment<'_>>; 2], spends: &[[u8; 32]]) -> CompactJoinSplit {
        let memo_key = MemoKey::from_bytes(self.random.bytes());
        let memo = payments.iter().flatten().map(|payment| payment.memo).find(|memo| !memo.is_empty());
        let memo = memo.and_then(|memo| Memo::new(memo).ok()).unwrap_or_else(Memo::empty);
        let outputs = payments.map(|payment| match payment {
            Some(payment) => self.output(&payment, &memo_key),
            None => self.foreign_output(),
        });
        self.join_split(outputs, memo.encrypt(&memo_key), spends)
    }

    /// A join-split of other people.
    #[must_use]
    pub fn foreign(&mut self) -> CompactJoinSplit {
        let (outputs, memo) = ([self.foreign_output(), self.foreign_output()], MemoCiphertext(self.random.bytes()));
        self.join_split(outputs, memo, &[])
    }

    fn output(&mut self, payment: &TestPayment<'_>, memo_key: &MemoKey) -> NoteOutput {
        let note = Note::new(payment.to, payment.asset, payment.value, self.random.bytes());
        let nobody = OutgoingKey::from_bytes(self.random.bytes());
        let output = encrypt(payment.to, &note, memo_key, payment.from.unwrap_or(&nobody));
        output.unwrap_or_else(|_| self.foreign_output())
    }

    /// What nobody here can read: for a scan the same work as a real output for somebody else.
    fn foreign_output(&mut self) -> NoteOutput {
        let mut commitment: [u8; 32] = self.random.bytes();
        commitment[31] = 0;
        let [view_tag] = self.random.bytes::<1>();
        NoteOutput {
            commitment: WireField(commitment),
            ephemeral_key: RistrettoPoint::from_uniform_bytes(&self.random.bytes()).compress().to_bytes(),
            view_tag,
            ciphertext: NoteCiphertext(self.random.bytes::<NOTE_CIPHERTEXT_BYTES>()),
            outgoing: OutgoingCiphertext(self.random.bytes::<OUTGOING_CIPHERTEXT_BYTES>()),
        }
    }

    fn join_split(&mut self, outputs: [NoteOutput; 2], memo: MemoCiphertext, spends: &[[u8; 32]]) -> CompactJoinSplit {
        let mut nullifiers = [WireField(self.random.bytes()), WireField(self.random.bytes())];
        nullifiers.iter_mut().zip(spends).for_each(|(nullifier, spent)| *nullifier = WireField(*spent));
        let compact = |output: &NoteOutput| CompactOutput {
            commitment: output.commitment,
            ephemeral_key: output.ephemeral_key,
            view_tag: output.view_tag,
            ciphertext: output.ciphertext,
        };
        let [first, second] = &outputs;
        CompactJoinSplit {
            tx_id: TxId(self.random.bytes()),
            action: 0,
            nullifiers: Nullifiers::Two(nullifiers),
            public_value: PublicValue::None,
            outputs: [compact(first), compact(second)],
            extras: Some(Box::new(CompactExtras { outgoing: [first.outgoing, second.outgoing], memo })),
        }
    }
}

impl BlockSource for MemoryChain {
    fn tip(&self) -> Result<Tip, WalletError> {
        let root = if self.frontier.count() == 0 { empty_root() } else { self.frontier.root() };
        let (genesis_id, notes) = (self.genesis_id, self.frontier.count());
        Ok(Tip { genesis_id, height: self.height, root, notes })
    }

    fn blocks(&self, from: u64, limit: u32, memos: bool) -> Result<Page, WalletError> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX).min(self.page_blocks);
        let mut found = self.blocks.range(from..).map(|(_, block)| block.clone());
        let blocks: Vec<CompactBlock> = found.by_ref().take(limit).collect();
        let next = found.next().map(|block| block.height.0);
        let bare = |block: CompactBlock| if memos { block } else { block.without_extras() };
        Ok(Page { blocks: blocks.into_iter().map(bare).collect(), next })
    }

    fn subtree_roots(&self, start: u32) -> Result<Vec<FieldBytes>, WalletError> {
        let start = usize::try_from(start).unwrap_or(usize::MAX);
        Ok(self.subtree_roots.get(start..).unwrap_or_default().to_vec())
    }
}

/// Deterministic bytes.
#[derive(Clone)]
pub struct Random(blake3::OutputReader);

impl Random {
    /// The bytes of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key("tacit 2026-11 wallet tests random");
        Self(hasher.update(&seed.to_le_bytes()).finalize_xof())
    }

    /// The next bytes.
    #[must_use]
    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.fill(&mut bytes);
        bytes
    }

    /// A number below `limit`, which is not zero.
    #[must_use]
    pub fn below(&mut self, limit: u64) -> u64 {
        u64::from_le_bytes(self.bytes()) % limit.max(1)
    }
}

/// A source that counts requests and stops answering after some.
pub struct Faulty<'a> {
    chain: &'a MemoryChain,
    left: AtomicUsize,
}

impl<'a> Faulty<'a> {
    /// Answers `requests` pages and then fails.
    #[must_use]
    pub const fn new(chain: &'a MemoryChain, requests: usize) -> Self {
        Self { chain, left: AtomicUsize::new(requests) }
    }

    /// How many pages it would still answer.
    #[must_use]
    pub fn left(&self) -> usize {
        self.left.load(Ordering::SeqCst)
    }
}

impl BlockSource for Faulty<'_> {
    fn tip(&self) -> Result<Tip, WalletError> {
        self.chain.tip()
    }

    fn blocks(&self, from: u64, limit: u32, memos: bool) -> Result<Page, WalletError> {
        let counted = self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        match counted {
            Ok(_) => self.chain.blocks(from, limit, memos),
            Err(_) => Err(tacit_rpc::client::ClientError::BadAnswer("the connection is gone".to_owned()).into()),
        }
    }

    fn subtree_roots(&self, start: u32) -> Result<Vec<FieldBytes>, WalletError> {
        self.chain.subtree_roots(start)
    }
}
