//! A chain in memory with real headers, blocks and certificates, and a few rules that can be broken on purpose.
//!
//! It records every call in order, survives the "restart" of a node that uses it, and verifies last-commit
//! certificates, so a wrong conversion of a certificate stops a network of these.

use crate::chain::{
    BuiltBlock, Candidate, Chain, Committed, DecidedBlock, Evidence, Fault, Mode, UndecidedBlock, Verdict,
};
use ed25519_consensus::{Signature as EdSignature, SigningKey, VerificationKey};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tacit_types::header::HEADER_VERSION;
use tacit_types::{
    Address, Block, BlockBody, BlockId, CommitCertificate, GenesisId, Header, Height, List, Power, Price, PublicKey,
    RawTx, ReceiptsRoot, Round, StateRoot, UnixMillis, Validator, ValidatorSet,
};

pub(crate) const GENESIS: GenesisId = GenesisId([3; 32]);

/// Calls that change or judge something, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Call {
    Build(Height, Round),
    Validate(BlockId, Mode),
    Store(BlockId, bool),
    Commit(Height, bool),
    Evidence(usize),
}

#[derive(Default)]
struct Disk {
    blocks: Vec<DecidedBlock>,
    undecided: BTreeMap<(Height, BlockId), UndecidedBlock>,
    evidence: Vec<Evidence>,
    calls: Vec<Call>,
}

type Hook = Box<dyn FnMut(&Call) + Send>;

/// See the module's text.
pub(crate) struct TestChain {
    me: Address,
    set: Arc<ValidatorSet>,
    disk: Mutex<Disk>,
    hook: Mutex<Option<Hook>>,
    /// Bytes of junk transactions per block.
    pub(crate) fill: AtomicUsize,
    /// Build blocks that break a rule.
    pub(crate) wicked: AtomicBool,
    /// Blame the peer for every synced block.
    pub(crate) blame_peers: AtomicBool,
}

/// The seed of validator `index`.
pub(crate) const fn seed(index: u8) -> [u8; 32] {
    [index + 1; 32]
}

pub(crate) fn public_key(index: u8) -> PublicKey {
    PublicKey(SigningKey::from(seed(index)).verification_key().to_bytes())
}

/// `count` validators of equal power, by seed.
pub(crate) fn validators(count: u8) -> Arc<ValidatorSet> {
    let one = |index| Validator { public_key: public_key(index), power: Power(10) };
    Arc::new(ValidatorSet::new((0..count).map(one).collect()).unwrap())
}

/// The seed of whoever has `address`.
pub(crate) fn seed_of(address: Address) -> [u8; 32] {
    seed((0..100).find(|index| Address::of_key(&public_key(*index)) == address).unwrap())
}

impl TestChain {
    pub(crate) fn new(me: Address, set: Arc<ValidatorSet>) -> Arc<Self> {
        Arc::new(Self {
            me,
            set,
            disk: Mutex::default(),
            hook: Mutex::default(),
            fill: AtomicUsize::new(1000),
            wicked: AtomicBool::new(false),
            blame_peers: AtomicBool::new(false),
        })
    }

    /// Runs `hook` inside every recorded call, before it returns.
    pub(crate) fn on_call(&self, hook: impl FnMut(&Call) + Send + 'static) {
        *self.hook.lock().unwrap() = Some(Box::new(hook));
    }

    pub(crate) fn calls(&self) -> Vec<Call> {
        self.disk.lock().unwrap().calls.clone()
    }

    pub(crate) fn height(&self) -> Height {
        Height(self.disk.lock().unwrap().blocks.len() as u64)
    }

    pub(crate) fn block(&self, height: Height) -> (Block, CommitCertificate) {
        let disk = self.disk.lock().unwrap();
        let decided = &disk.blocks[height.0 as usize - 1];
        (Block::decode(&decided.bytes).unwrap(), decided.certificate.clone())
    }

    pub(crate) fn evidence(&self) -> Vec<Evidence> {
        self.disk.lock().unwrap().evidence.clone()
    }

    /// A block for the height after the tip by any proposer.
    pub(crate) fn make(&self, proposer: Address, round: Round, wicked: bool) -> (BlockId, Vec<u8>) {
        let disk = self.disk.lock().unwrap();
        let height = Height(disk.blocks.len() as u64 + 1);
        let last = disk.blocks.last().map(|block| block.certificate.clone());
        let parent = last.as_ref().map(|certificate| certificate.block_id).unwrap_or_default();
        let mut txs = vec![RawTx::new(vec![height.0 as u8; 16]).unwrap()];
        let mut fill = self.fill.load(Ordering::Relaxed);
        while fill > 0 {
            let length = fill.min(100_000);
            txs.push(RawTx::new(vec![round.0 as u8; length]).unwrap());
            fill -= length;
        }
        let body = BlockBody { last_commit: last, txs: List::new(txs).unwrap() };
        let header = Header {
            version: HEADER_VERSION,
            genesis_id: GENESIS,
            height,
            round,
            time_ms: UnixMillis(height.0),
            parent,
            proposer,
            body_root: body.root(),
            body_length: body.encoded_length() as u32,
            last_commit: body.last_commit_hash(),
            state_root: StateRoot(if wicked { [0xbb; 32] } else { parent.0 }),
            receipts_root: ReceiptsRoot([0; 32]),
            base_fee: Price(1),
            validators_hash: self.set.hash(),
            next_validators_hash: self.set.hash(),
        };
        (header.id(), Block { header, body }.encode())
    }

    fn record(&self, call: Call) {
        if let Some(hook) = self.hook.lock().unwrap().as_mut() {
            hook(&call);
        }
        self.disk.lock().unwrap().calls.push(call);
    }

    fn check(&self, candidate: Candidate<'_>, mode: Mode) -> Result<(), String> {
        let Block { header, body } = Block::decode(candidate.bytes).map_err(|error| error.to_string())?;
        let disk = self.disk.lock().unwrap();
        let last = disk.blocks.last().map(|block| &block.certificate);
        let parent = last.map(|certificate| certificate.block_id).unwrap_or_default();
        let rules = [
            ("id", header.id() == candidate.block_id),
            ("height", header.height == candidate.height && header.height.0 == disk.blocks.len() as u64 + 1),
            ("parent", header.parent == parent),
            ("body", header.body_root == body.root() && header.last_commit == body.last_commit_hash()),
            ("proposer", header.proposer == self.set.proposer(header.height, header.round).address()),
            (
                "announcer",
                mode == Mode::Synced || (header.proposer, header.round) == (candidate.proposer, candidate.round),
            ),
            ("state root", header.state_root.0 == parent.0),
            ("last commit", self.certifies(body.last_commit.as_ref(), parent, header.height)),
        ];
        match rules.iter().find(|(_, holds)| !holds) {
            Some((rule, _)) => Err((*rule).to_owned()),
            None => Ok(()),
        }
    }

    fn certifies(&self, certificate: Option<&CommitCertificate>, parent: BlockId, height: Height) -> bool {
        let Some(certificate) = certificate else { return height == Height(1) };
        let Ok(signatures) = certificate.signatures_to_verify(&GENESIS, &self.set) else { return false };
        certificate.block_id == parent
            && certificate.height.next() == height
            && signatures.iter().all(|one| {
                let key = VerificationKey::try_from(one.public_key.0).unwrap();
                key.verify(&EdSignature::from(one.signature.0), &one.message).is_ok()
            })
    }
}

impl Chain for TestChain {
    fn genesis_id(&self) -> GenesisId {
        GENESIS
    }

    fn tip(&self) -> Result<Height, Fault> {
        Ok(self.height())
    }

    fn validators(&self, _height: Height) -> Result<Option<Arc<ValidatorSet>>, Fault> {
        Ok(Some(Arc::clone(&self.set)))
    }

    fn build(&self, height: Height, round: Round, _budget: Duration) -> Result<BuiltBlock, Fault> {
        self.record(Call::Build(height, round));
        let (block_id, bytes) = self.make(self.me, round, self.wicked.load(Ordering::Relaxed));
        Ok(BuiltBlock { block_id, bytes })
    }

    fn validate(&self, candidate: Candidate<'_>, mode: Mode) -> Result<Verdict, Fault> {
        self.record(Call::Validate(candidate.block_id, mode));
        if mode == Mode::Synced && self.blame_peers.load(Ordering::Relaxed) {
            return Ok(Verdict::PeerFault("not my type".to_owned()));
        }
        Ok(self.check(candidate, mode).map_or_else(Verdict::Invalid, |()| Verdict::Valid))
    }

    fn store_undecided(&self, block: &UndecidedBlock) -> Result<(), Fault> {
        self.record(Call::Store(block.block_id, block.valid));
        self.disk.lock().unwrap().undecided.insert((block.height, block.block_id), block.clone());
        Ok(())
    }

    fn undecided(&self, height: Height, round: Round) -> Result<Vec<UndecidedBlock>, Fault> {
        let disk = self.disk.lock().unwrap();
        let stored = disk.undecided.values().filter(|block| (block.height, block.round) == (height, round));
        Ok(stored.cloned().collect())
    }

    fn undecided_by_id(&self, height: Height, block_id: BlockId) -> Result<Option<UndecidedBlock>, Fault> {
        Ok(self.disk.lock().unwrap().undecided.get(&(height, block_id)).cloned())
    }

    fn commit(&self, certificate: CommitCertificate, synced: bool) -> Result<Committed, Fault> {
        self.record(Call::Commit(certificate.height, synced));
        let mut disk = self.disk.lock().unwrap();
        let height = certificate.height;
        if height.0 == disk.blocks.len() as u64 + 1 {
            let missing = || Fault(format!("block {} was never stored", certificate.block_id));
            let block = disk.undecided.get(&(height, certificate.block_id)).ok_or_else(missing)?;
            let bytes = block.bytes.clone();
            disk.blocks.push(DecidedBlock { bytes, certificate });
            disk.undecided.retain(|(at, _), _| *at > height);
        }
        Ok(Committed { height, transactions: 1 })
    }

    fn store_evidence(&self, _height: Height, evidence: Vec<Evidence>) -> Result<(), Fault> {
        self.record(Call::Evidence(evidence.len()));
        self.disk.lock().unwrap().evidence.extend(evidence);
        Ok(())
    }

    fn decided(&self, from: Height, to: Height, bytes_max: usize) -> Result<Vec<DecidedBlock>, Fault> {
        let disk = self.disk.lock().unwrap();
        let mut bytes = 0;
        let wanted = disk.blocks.iter().skip(from.0 as usize - 1).take((to.0 - from.0 + 1) as usize);
        let fitting = wanted.enumerate().take_while(|(index, block)| {
            bytes += block.bytes.len();
            *index == 0 || bytes <= bytes_max
        });
        Ok(fitting.map(|(_, block)| block.clone()).collect())
    }

    fn history_min_height(&self) -> Result<Height, Fault> {
        Ok(Height(1))
    }
}
