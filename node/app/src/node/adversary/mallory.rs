//! A node's chain with an ear and, in one node, a hand: what this node refuses is written into a ledger that all nodes
//! share, and the adversary's blocks are broken between being built and being announced.
//!
//! Everything else goes to the real [`NodeChain`] unchanged.

use super::tricks::{ALL, Scene};
use crate::node::chain::NodeChain;
use crate::node::core::Core;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tacit_consensus::chain::{
    BuiltBlock, Candidate, Chain, Committed, DecidedBlock, Evidence, Fault, Mode, UndecidedBlock, Verdict,
};
use tacit_types::{Address, Block, BlockId, CommitCertificate, GenesisId, Height, Round, ValidatorSet};

/// No trick before this height: those with certificates need a block that has one.
const FIRST_HEIGHT: Height = Height(3);

/// Who broke what, and who refused it.
#[derive(Default)]
pub struct Ledger(Mutex<Pages>);

#[derive(Default)]
struct Pages {
    /// Broken block -> number of the trick.
    played: BTreeMap<(Height, BlockId), usize>,
    /// Trick -> nodes that refused it.
    refused_by: BTreeMap<usize, BTreeSet<usize>>,
    /// Anything that should not have happened, in words.
    surprises: Vec<String>,
}

impl Ledger {
    /// The first trick that not all of `honest` nodes have refused yet.
    fn next_trick(&self, honest: usize) -> Option<usize> {
        let pages = self.0.lock().unwrap();
        (0..ALL.len()).find(|number| pages.refused_by.get(number).map_or(0, BTreeSet::len) < honest)
    }

    fn play(&self, height: Height, block_id: BlockId, number: usize) {
        self.0.lock().unwrap().played.insert((height, block_id), number);
    }

    fn judged(&self, node: usize, candidate: &Candidate<'_>, verdict: &Verdict) {
        let mut pages = self.0.lock().unwrap();
        let played = pages.played.get(&(candidate.height, candidate.block_id)).copied();
        match (played, verdict) {
            (None, Verdict::Valid) => {}
            (Some(number), Verdict::Invalid(reason)) if reason.contains(ALL[number].refused_for) => {
                pages.refused_by.entry(number).or_default().insert(node);
            }
            (number, verdict) => {
                let what = number.map_or("an honest block", |number| ALL[number].name);
                let height = candidate.height;
                pages.surprises.push(format!("height {height}: node {node} was sent {what} and said {verdict:?}"));
            }
        }
    }

    fn surprise(&self, what: String) {
        self.0.lock().unwrap().surprises.push(what);
    }

    /// Whether every trick was refused by `honest` nodes.
    pub fn is_full(&self, honest: usize) -> bool {
        self.next_trick(honest).is_none()
    }

    /// How often a broken block was proposed, with height, block and name.
    pub fn played(&self) -> Vec<(Height, BlockId, &'static str)> {
        let pages = self.0.lock().unwrap();
        pages.played.iter().map(|((height, id), number)| (*height, *id, ALL[*number].name)).collect()
    }

    /// What should not have happened.
    pub fn surprises(&self) -> Vec<String> {
        self.0.lock().unwrap().surprises.clone()
    }

    /// The trick in play and who has refused it so far.
    pub fn progress(&self, honest: usize) -> String {
        let Some(number) = self.next_trick(honest) else { return "every trick was refused".into() };
        let pages = self.0.lock().unwrap();
        format!("trick {number} ({}) was refused by {:?} so far", ALL[number].name, pages.refused_by.get(&number))
    }
}

/// The chain of node `node`.
pub struct Tapped {
    /// The real one.
    pub inner: NodeChain,
    /// Its shared parts.
    pub core: Arc<Core>,
    /// Which node this is.
    pub node: usize,
    /// Where refusals are written.
    pub ledger: Arc<Ledger>,
    /// How many honest nodes must refuse each trick; none: this node is honest.
    pub adversary_among: Option<usize>,
    /// Heights at which this node finds every live block to be from the future, as one whose clock is behind does.
    pub clock_behind_at: &'static [Height],
}

impl Tapped {
    /// Breaks `honest` by the next trick.
    fn break_block(&self, height: Height, honest: BuiltBlock, honest_nodes: usize) -> BuiltBlock {
        let Some(number) = self.ledger.next_trick(honest_nodes) else { return honest };
        let set = self.inner.validators(height).unwrap().unwrap();
        let scene = Scene {
            genesis_id: self.core.rules.genesis_id,
            parent_time: self.core.database.tip().unwrap().time_ms,
            next_proposer: set.proposer(height, Round(1)).address(),
        };
        let broken = (ALL[number].play)(&scene, Block::decode(&honest.bytes).unwrap());
        self.ledger.play(height, broken.block_id, number);
        broken
    }
}

impl Chain for Tapped {
    fn build(&self, height: Height, round: Round, budget: Duration) -> Result<BuiltBlock, Fault> {
        let honest = self.inner.build(height, round, budget)?;
        match self.adversary_among {
            Some(nodes) if round == Round(0) && height >= FIRST_HEIGHT => Ok(self.break_block(height, honest, nodes)),
            _ => Ok(honest),
        }
    }

    fn validate(&self, candidate: Candidate<'_>, mode: Mode) -> Result<Verdict, Fault> {
        let mut verdict = self.inner.validate(candidate, mode)?;
        if mode == Mode::Live && self.clock_behind_at.contains(&candidate.height) {
            verdict = Verdict::Invalid("its time is ahead of the local clock".into());
        }
        if self.adversary_among.is_none() {
            self.ledger.judged(self.node, &candidate, &verdict);
        }
        Ok(verdict)
    }

    fn genesis_id(&self) -> GenesisId {
        self.inner.genesis_id()
    }

    fn tip(&self) -> Result<Height, Fault> {
        self.inner.tip()
    }

    fn validators(&self, height: Height) -> Result<Option<Arc<ValidatorSet>>, Fault> {
        self.inner.validators(height)
    }

    fn store_undecided(&self, block: &UndecidedBlock) -> Result<(), Fault> {
        self.inner.store_undecided(block)
    }

    fn undecided(&self, height: Height, round: Round) -> Result<Vec<UndecidedBlock>, Fault> {
        self.inner.undecided(height, round)
    }

    fn undecided_by_id(&self, height: Height, block_id: BlockId) -> Result<Option<UndecidedBlock>, Fault> {
        self.inner.undecided_by_id(height, block_id)
    }

    /// The engine gets its answer to `Decided` when this returns: by then RocksDB must have synced its log once more.
    fn commit(&self, certificate: CommitCertificate, synced: bool) -> Result<Committed, Fault> {
        let (height, before) = (certificate.height, self.core.database.synced_writes());
        let committed = self.inner.commit(certificate, synced)?;
        if self.core.database.synced_writes() <= before {
            self.ledger.surprise(format!("height {height}: node {} answered before a synced write", self.node));
        }
        Ok(committed)
    }

    fn store_evidence(&self, height: Height, evidence: Vec<Evidence>) -> Result<(), Fault> {
        self.inner.store_evidence(height, evidence)
    }

    fn decided(&self, from: Height, to: Height, bytes_max: usize) -> Result<Vec<DecidedBlock>, Fault> {
        self.inner.decided(from, to, bytes_max)
    }

    fn history_min_height(&self) -> Result<Height, Fault> {
        self.inner.history_min_height()
    }
}

/// The address that proposes for validator key `seed`.
pub fn address_of(seed: [u8; 32]) -> Address {
    let key = ed25519_consensus::SigningKey::from(seed);
    Address::of_key(&tacit_types::PublicKey(key.verification_key().to_bytes()))
}
