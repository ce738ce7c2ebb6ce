//! Private money through a whole node but for consensus and networks: real proofs into the intake, blocks built,
//! validated, executed and committed, and what the node then says about the shielded pool.

mod wallet;

use super::admit::Accounts;
use super::chain::NodeChain;
use super::core::Core;
use super::shielded;
use super::start::rules;
use ed25519_consensus::SigningKey;
use std::sync::Arc;
use std::time::Duration;
use tacit_circuits::{FieldBytes as Field, GroupTree};
use tacit_consensus::Chain;
use tacit_exec::tip::NextBlock;
use tacit_genesis::Genesis;
use tacit_genesis::spec::{AccountSpec, ChainSpec, NetworkName, ParamsSpec, ProofsSpec, ValidatorSpec};
use tacit_mempool::{Intake, Mempool, PoolConfig, Source};
use tacit_storage::{Database, GenesisBatch, Options};
use tacit_types::asset::PoolPause;
use tacit_types::shielded::{CompactBlock, PublicValue};
use tacit_types::vote::{SignedStep, sign_bytes};
use tacit_types::{
    Action, Address, Amount, AssetId, CommitCertificate, FieldBytes, Height, Network, PublicKey, RawTx, RejectCode,
    Round, Signature, Tx,
};
use tacit_vm::{Vm, VmConfig};
use tempfile::TempDir;
use wallet::{Draft, GAS, Wallet, by_account, by_nobody};

/// What the shield puts into the pool.
const SHIELDED: u128 = 50_000_000_000;
/// The price of the first private payment.
const PRICE: u64 = 1_000;

/// One validator that decides by itself.
struct Node {
    core: Arc<Core>,
    chain: NodeChain,
    intake: Intake,
    key: SigningKey,
    /// An account with money, which is the guardian too.
    alice: SigningKey,
    _folder: TempDir,
}

fn address(key: &SigningKey) -> Address {
    Address::of_key(&PublicKey(key.verification_key().to_bytes()))
}

fn genesis(validator: &SigningKey, alice: &SigningKey) -> Genesis {
    let alice = address(alice).to_text(Network::Dev);
    let spec = ChainSpec {
        format: 1,
        chain_id: "tacit-private".into(),
        network: NetworkName::Dev,
        production: false,
        time_ms: 1_000,
        params: ParamsSpec::default(),
        proofs: ProofsSpec { development: true, ..ProofsSpec::default() },
        guardian: Some(alice.clone()),
        validators: vec![ValidatorSpec {
            public_key: format!("0x{}", hex::encode(validator.verification_key().to_bytes())),
            power: 10,
        }],
        accounts: vec![AccountSpec { address: alice, balance: (1u128 << 100).to_string() }],
    };
    Genesis::build("test", &spec).unwrap()
}

impl Node {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (key, alice) = (SigningKey::from([1; 32]), SigningKey::from([2; 32]));
        let genesis = genesis(&key, &alice);
        let options = Options { genesis_id: Some(genesis.id), ..Options::default() };
        let database = Database::open(&folder.path().join("db"), options).unwrap();
        let write_set = genesis.writes.clone();
        let batch = GenesisBatch { id: genesis.id, bytes: Vec::new(), time_ms: genesis.time_ms, write_set };
        database.init_genesis(batch).unwrap();
        let next = NextBlock::read(&database.snapshot().unwrap(), Height(0)).unwrap();
        let pool = Mempool::new(PoolConfig::default(), Height(0), next.base_fee);
        let vm = Vm::new(VmConfig::default()).unwrap();
        let core = Arc::new(Core::new(rules(&genesis, folder.path()).unwrap(), vm, database, pool, 2).unwrap());
        let view = Arc::new(Accounts(core.database.clone()));
        let (intake, _) = Intake::start(core.rules.clone(), core.pool.clone(), view, 2);
        let chain = NodeChain::new(Arc::clone(&core), address(&key));
        Self { core, chain, intake, key, alice, _folder: folder }
    }

    /// What the node answers to a transaction from `source`.
    async fn submit_from(&self, source: &str, tx: &Tx) -> Option<RejectCode> {
        let raw = RawTx::new(tx.encode()).unwrap();
        let verdict = self.intake.submit(vec![raw], Source::remote(&source)).await.pop().unwrap();
        verdict.err().map(|reject| reject.code)
    }

    async fn submit(&self, tx: &Tx) -> Option<RejectCode> {
        self.submit_from("wallet", tx).await
    }

    /// Builds, certifies and commits the next block; gives the number of its transactions.
    fn block(&self) -> usize {
        let height = self.chain.tip().unwrap().next();
        let set = self.chain.validators(height).unwrap().unwrap();
        let built = self.chain.build(height, Round(0), Duration::from_secs(1)).unwrap();
        let genesis = self.core.rules.genesis_id;
        let message = sign_bytes(&genesis, SignedStep::Precommit, height, Round(0), Some(&built.block_id));
        let signature = Signature(self.key.sign(&message).to_bytes());
        let certificate = CommitCertificate::new(height, Round(0), built.block_id, &set, vec![(0, signature)]).unwrap();
        self.chain.commit(certificate, false).unwrap().transactions
    }

    fn spent_at(&self, nullifier: &FieldBytes) -> Option<Height> {
        shielded::note_spent(&self.core.database.snapshot().unwrap(), nullifier).unwrap()
    }

    /// Notes, native money in the pool.
    fn pool(&self) -> (u64, u128) {
        let snapshot = self.core.database.snapshot().unwrap();
        let native = shielded::asset(&snapshot, &AssetId::NATIVE).unwrap().unwrap();
        (shielded::pool(&snapshot).unwrap().notes, native.shielded.0)
    }

    fn root(&self) -> FieldBytes {
        shielded::pool(&self.core.database.snapshot().unwrap()).unwrap().root
    }

    fn compact_blocks(&self) -> Vec<CompactBlock> {
        let page = self.core.database.compact_blocks(Height(0), 100, usize::MAX).unwrap();
        page.blocks.iter().map(|(_, bytes)| CompactBlock::decode(bytes).unwrap()).collect()
    }

    /// The note tree, built as wallets build it.
    fn tree(&self) -> GroupTree {
        let mut tree = GroupTree::new();
        for block in self.compact_blocks() {
            let leaves: Vec<Field> = block.commitments().map(|leaf| Field(leaf.0)).collect();
            tree.append(&leaves).unwrap();
            assert_eq!(tree.root().0, block.root.0);
        }
        tree
    }

    /// Alice puts money into the pool: one note for `wallet`, one of nothing.
    async fn shield(&self, wallet: &Wallet) -> FieldBytes {
        let value = PublicValue::In { asset: AssetId::NATIVE, amount: Amount(SHIELDED) };
        let draft = Draft::new(self.root(), wallet.dummy(1), [SHIELDED, 0], value, 1);
        let nullifier = wallet.nullifier(&draft);
        let tx = by_account(&self.core.rules.genesis_id, &self.alice, 0, wallet, &draft);
        assert_eq!(self.submit(&tx).await, None);
        assert_eq!(self.block(), 1);
        nullifier
    }

    /// Spends the shielded note for a fee at `price`; what is left comes back.
    fn payment(&self, wallet: &Wallet, tree: &GroupTree, price: u64, seed: u8) -> (Tx, FieldBytes) {
        let input = wallet.input(SHIELDED, 1, tree.path(0).unwrap());
        let fee = GAS.cost(tacit_types::Price(price));
        let value = PublicValue::Out { asset: AssetId::NATIVE, amount: fee };
        let draft = Draft::new(FieldBytes(tree.root().0), input, [SHIELDED - fee.0, 0], value, seed);
        (by_nobody(&self.core.rules.genesis_id, price, wallet, &draft), wallet.nullifier(&draft))
    }
}

#[tokio::test]
async fn private_money_goes_through_a_node_and_each_note_is_spent_once() {
    let (node, wallet) = (Node::start(), Wallet::new(7));
    let dummy = node.shield(&wallet).await;
    assert_eq!((node.pool(), node.spent_at(&dummy)), ((2, SHIELDED), Some(Height(1))));
    let tree = node.tree();
    assert_eq!(tree.root().0, node.root().0);

    // Three payments spend one note: the first waits, the second does not pay enough to take its place, the third does.
    let (first, nullifier) = node.payment(&wallet, &tree, PRICE, 10);
    let (second, _) = node.payment(&wallet, &tree, PRICE + PRICE / 20, 20);
    let (third, _) = node.payment(&wallet, &tree, PRICE + PRICE / 10, 30);
    assert_eq!(node.submit(&first).await, None);
    assert_eq!(node.submit(&second).await, Some(RejectCode::NullifierConflict));
    assert_eq!(node.submit(&third).await, None);
    assert_eq!((node.core.pool.stats().txs, node.core.pool.stats().shielded), (1, 1));
    assert!(node.core.pool.get_by_id(&first.id()).is_none());

    // A proof under a root that the chain never had is as good as any, and still nobody takes it.
    let mut foreign = GroupTree::new();
    foreign.append(&[Field(node.compact_blocks()[0].commitments().next().unwrap().0)]).unwrap();
    let (unknown, _) = node.payment(&wallet, &foreign, 10 * PRICE, 40);
    assert_eq!(node.submit(&unknown).await, Some(RejectCode::AnchorUnknown));

    assert_eq!(node.block(), 1);
    let fee = GAS.cost(tacit_types::Price(PRICE + PRICE / 10)).0;
    assert_eq!((node.pool(), node.spent_at(&nullifier)), ((4, SHIELDED - fee), Some(Height(2))));
    assert_eq!(node.core.pool.stats(), tacit_mempool::PoolStats::default());
    // Its proof verifies for ever, so only the state can keep it out.
    assert_eq!(node.submit(&first).await, Some(RejectCode::NoteSpent));

    let blocks = node.compact_blocks();
    let positions: Vec<(Height, u64)> = blocks.iter().map(|block| (block.height, block.first_position)).collect();
    assert_eq!(positions, [(Height(1), 0), (Height(2), 2)]);
    assert_eq!(blocks[1].join_splits[0].tx_id, third.id());
    assert_eq!(node.tree().root().0, node.root().0);
    assert_eq!(node.core.database.check(|_| {}).unwrap().findings, []);
}

#[tokio::test]
async fn forged_private_payments_leave_no_trace_and_silence_who_sends_them() {
    let (node, wallet) = (Node::start(), Wallet::new(7));
    node.shield(&wallet).await;
    let (good, _) = node.payment(&wallet, &node.tree(), PRICE, 10);
    let forge = |place: usize| {
        let mut tx = good.clone();
        let mut signature = tx.witness.spend_signatures[0];
        signature.0[place] ^= 1;
        tx.witness.spend_signatures = tacit_types::List::new(vec![signature]).unwrap();
        tx
    };
    let mut other_proof = good.clone();
    let swapped = wallet::some_proof();
    other_proof.witness.proofs = tacit_types::List::new(vec![swapped]).unwrap();
    assert_eq!(node.submit_from("forger", &other_proof).await, Some(RejectCode::ProofInvalid));
    let mut silenced = 0;
    for place in 0..32 {
        match node.submit_from("forger", &forge(place)).await {
            Some(RejectCode::SpendSignatureInvalid) => {}
            Some(RejectCode::PoolFull) => silenced += 1,
            other => panic!("byte {place}: {other:?}"),
        }
    }
    assert_eq!(silenced, 32 - (tacit_mempool::source::FORGERIES_MAX - 1));
    assert_eq!(node.core.pool.stats().txs, 0);
    assert_eq!(node.submit(&good).await, None, "the twins of the good one block nothing");
    assert_eq!(node.block(), 1);
}

#[tokio::test]
async fn while_the_guardian_stops_the_pool_nothing_of_it_waits_and_the_chain_goes_on() {
    let (node, wallet) = (Node::start(), Wallet::new(7));
    node.shield(&wallet).await;
    let (payment, _) = node.payment(&wallet, &node.tree(), PRICE, 10);
    let pause = |sequence, heights| {
        let action = Action::PoolPause(PoolPause { heights });
        wallet::signed(&node.core.rules.genesis_id, &node.alice, sequence, action)
    };
    assert_eq!(node.submit(&pause(1, 2)).await, None);
    assert_eq!(node.block(), 1);
    let stopped = || shielded::is_paused(&node.core.database.snapshot().unwrap()).unwrap();
    assert!(stopped());
    assert_eq!(node.submit(&payment).await, Some(RejectCode::PoolPaused));
    assert_eq!((node.block(), node.block()), (0, 0));
    assert!(!stopped());
    assert_eq!(node.submit(&payment).await, None);
    assert_eq!(node.block(), 1);
}
