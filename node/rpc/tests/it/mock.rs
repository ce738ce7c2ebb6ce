//! A node in memory: a few blocks, one account, one contract, one group; what it cannot do it refuses.

use futures::FutureExt;
use futures::future::BoxFuture;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tacit_rpc::backend::*;
use tacit_rpc::{Backend, BackendError, BlockRef, RpcConfig, RpcServer};
use tacit_types::block::BlockBody;
use tacit_types::contract::{ContractPolicy, PausePolicy, UpgradePolicy};
use tacit_types::shielded::CompactBlock;
use tacit_types::units::{Power, UnixMillis};
use tacit_types::*;
use tokio::sync::watch;

pub const CHAIN: &str = "mock-1";
pub const ALICE: Address = Address([0xa1; 32]);
pub const CONTRACT: Address = Address([0xc0; 32]);
pub const GROUP: GroupId = GroupId([0x60; 32]);
pub const POLL: PollId = PollId([0x61; 32]);
pub const ISSUER: IssuerId = IssuerId([0x62; 32]);
pub const PROOF: ProofId = ProofId([0x70; 32]);
/// A credential's proof from before a revocation.
pub const LAPSED: ProofId = ProofId([0x71; 32]);
pub const ASSET: AssetId = AssetId([0x61; 32]);

pub struct Mock {
    pub blocks: Mutex<Vec<CommittedBlock>>,
    pub tip: watch::Sender<Height>,
    pub pool: Mutex<HashMap<TxId, RawTx>>,
    pub refuse: Mutex<Option<RejectCode>>,
    pub fail: Mutex<Option<BackendError>>,
    pub delay: Mutex<Duration>,
    /// Compact blocks, ascending.
    pub compact: Mutex<Vec<CompactBlock>>,
    pub paused_until: Mutex<Option<Height>>,
    /// Addresses that submitted.
    pub clients: Mutex<Vec<Option<IpAddr>>>,
    /// Answered to submissions.
    pub busy: Mutex<Option<u64>>,
    /// Code and gas that simulations answer.
    pub simulation: Mutex<(u16, u64)>,
    /// The transactions that were simulated.
    pub simulated: Mutex<Vec<Tx>>,
    /// How many of the next simulations are refused because a transaction of the account was committed meanwhile.
    pub overtaken: AtomicUsize,
    pub running: AtomicUsize,
    pub most_running: AtomicUsize,
    /// How many pages of an issuer's leaves were read.
    pub leaf_reads: AtomicUsize,
    /// How many heights' receipts were read.
    pub receipt_reads: AtomicUsize,
}

impl Mock {
    pub fn new() -> Arc<Self> {
        Arc::new(Self {
            blocks: Mutex::default(),
            tip: watch::Sender::new(Height(0)),
            pool: Mutex::default(),
            refuse: Mutex::default(),
            fail: Mutex::default(),
            delay: Mutex::default(),
            clients: Mutex::default(),
            busy: Mutex::default(),
            compact: Mutex::default(),
            paused_until: Mutex::default(),
            simulation: Mutex::new((RejectCode::ContractReverted.number(), 1_234)),
            simulated: Mutex::default(),
            overtaken: AtomicUsize::new(0),
            running: AtomicUsize::new(0),
            most_running: AtomicUsize::new(0),
            leaf_reads: AtomicUsize::new(0),
            receipt_reads: AtomicUsize::new(0),
        })
    }

    /// Commits a block in which one transaction caused `events`.
    pub fn commit(&self, events: Vec<Event>) {
        let sequence = self.blocks.lock().unwrap().len() as u64 + 1;
        self.commit_tx(RawTx::new(transfer(sequence).encode()).unwrap(), 0, events);
    }

    /// Commits a block with one transaction.
    pub fn commit_tx(&self, raw: RawTx, code: u16, events: Vec<Event>) {
        let mut blocks = self.blocks.lock().unwrap();
        let height = Height(blocks.len() as u64 + 1);
        let tx_id = Tx::decode(raw.as_bytes()).unwrap().id();
        let body = BlockBody { last_commit: None, txs: List::new(vec![raw]).unwrap() };
        let header = header(height, blocks.last().map(|block| block.id).unwrap_or_default(), &body);
        let receipt = Receipt {
            tx_id,
            code,
            failed_action: 0,
            contract_code: 0,
            gas_used: Gas(21_000),
            fee: Amount(210_000),
            events: List::new(events).unwrap(),
            output: Bytes::empty(),
        };
        let id = header.id();
        blocks.push(CommittedBlock { id, block: Block { header, body }, receipts: vec![receipt], certificate: None });
        drop(blocks);
        self.tip.send_replace(height);
    }

    fn height(&self) -> Height {
        *self.tip.borrow()
    }

    fn work(&self) -> Answer<()> {
        if let Some(error) = self.fail.lock().unwrap().clone() {
            return Err(error);
        }
        let running = self.running.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_running.fetch_max(running, Ordering::SeqCst);
        let delay = *self.delay.lock().unwrap();
        std::thread::sleep(delay);
        self.running.fetch_sub(1, Ordering::SeqCst);
        Ok(())
    }
}

pub fn transfer(sequence: u64) -> Tx {
    let action = Action::Transfer(action::Transfer { asset: AssetId::NATIVE, to: ALICE, amount: Amount(1) });
    let body = TxBody {
        version: tx::TX_VERSION,
        genesis_id: GenesisId([9; 32]),
        expiry: Height(100),
        gas_limit: Gas(50_000),
        max_fee_per_gas: Price(10),
        max_tip_per_gas: Price(1),
        authorization: Authorization::Account { public_key: PublicKey([7; 32]), sequence: Sequence(sequence) },
        actions: List::new(vec![action]).unwrap(),
    };
    let signature = tx::IndexedSignature { key_index: 0, signature: Signature([5; 64]) };
    Tx {
        body,
        witness: Witness {
            signatures: List::new(vec![signature]).unwrap(),
            proofs: List::empty(),
            ..Witness::default()
        },
    }
}

pub fn transferred(amount: u128) -> Event {
    Event::Transferred { asset: AssetId::NATIVE, from: Address([1; 32]), to: ALICE, amount: Amount(amount) }
}

fn header(height: Height, parent: BlockId, body: &BlockBody) -> Header {
    Header {
        version: 1,
        genesis_id: GenesisId([9; 32]),
        height,
        round: Round(0),
        time_ms: UnixMillis(1_790_000_000_000 + height.0),
        parent,
        proposer: ALICE,
        body_root: body.root(),
        body_length: body.encoded_length() as u32,
        last_commit: body.last_commit_hash(),
        state_root: StateRoot([3; 32]),
        receipts_root: ReceiptsRoot([4; 32]),
        base_fee: Price(10),
        validators_hash: ValidatorsHash([5; 32]),
        next_validators_hash: ValidatorsHash([6; 32]),
    }
}

impl Backend for Mock {
    fn identity(&self) -> ChainIdentity {
        ChainIdentity {
            chain_id: CHAIN.to_owned(),
            genesis_id: GenesisId([9; 32]),
            network: Network::Dev,
            production: false,
            time: UnixMillis(1_790_000_000_000),
            document: "chain_id = \"mock-1\"".to_owned(),
        }
    }

    fn tip(&self) -> watch::Receiver<Height> {
        self.tip.subscribe()
    }

    fn status(&self) -> Answer<Status> {
        if let Some(error) = self.fail.lock().unwrap().clone() {
            return Err(error);
        }
        let blocks = self.blocks.lock().unwrap();
        Ok(Status {
            node_id: "12D3KooWMock".to_owned(),
            version: "0.1.0".to_owned(),
            height: self.height(),
            block_id: blocks.last().map(|block| block.id).unwrap_or_default(),
            state_root: StateRoot([3; 32]),
            time: UnixMillis(1_790_000_000_000),
            earliest_height: Height(1),
            syncing: false,
            peers: 3,
            validator: Some(ALICE),
            pool_txs: 0,
            pool_bytes: 0,
        })
    }

    fn health(&self) -> Health {
        let ready = if self.height().0 > 0 { Ok(()) } else { Err("no block yet".to_owned()) };
        Health { healthy: Ok(()), ready }
    }

    fn block(&self, at: BlockRef) -> Answer<Option<CommittedBlock>> {
        self.work()?;
        let blocks = self.blocks.lock().unwrap();
        Ok(match at {
            BlockRef::Latest => blocks.last().cloned(),
            BlockRef::Height(height) => blocks.iter().find(|block| block.block.header.height == height).cloned(),
            BlockRef::Id(id) => blocks.iter().find(|block| block.id == id).cloned(),
        })
    }

    fn receipts(&self, height: Height) -> Answer<Option<BlockReceipts>> {
        self.receipt_reads.fetch_add(1, Ordering::SeqCst);
        self.work()?;
        let blocks = self.blocks.lock().unwrap();
        let found = blocks.iter().find(|block| block.block.header.height == height);
        Ok(found.map(|block| BlockReceipts { block_id: block.id, receipts: block.receipts.clone() }))
    }

    fn validators(&self, height: Option<Height>) -> Answer<Option<(Height, ValidatorSet)>> {
        let validator = Validator { public_key: PublicKey([8; 32]), power: Power(1 << 59) };
        let height = height.unwrap_or(self.height().next());
        let known = height <= self.height().next();
        Ok(known.then(|| (height, ValidatorSet::new(vec![validator]).unwrap())))
    }

    fn params(&self) -> Answer<ParamsState> {
        let params = ChainParams {
            chain_id: Name::new(CHAIN).unwrap(),
            network: Network::Dev,
            production: false,
            block_gas_limit: Gas(600_000_000),
            block_bytes_max: 2 * 1024 * 1024,
            block_txs_max: 5_000,
            block_proofs_max: 512,
            base_fee_floor: Price(10),
            verifying_key_digests: List::new(vec![[1; 32], [2; 32], [3; 32]]).unwrap(),
            guardian: None,
        };
        Ok(ParamsState { height: self.height(), params, base_fee: Price(11) })
    }

    fn supply(&self) -> Answer<(Height, Amount)> {
        Ok((self.height(), Amount(u128::MAX)))
    }

    fn submit(&self, tx: RawTx, client: Option<IpAddr>) -> BoxFuture<'_, Answer<Submitted>> {
        async move {
            self.clients.lock().unwrap().push(client);
            if let Some(retry_after_ms) = *self.busy.lock().unwrap() {
                return Err(BackendError::Busy(retry_after_ms));
            }
            if let Some(code) = *self.refuse.lock().unwrap() {
                return Err(BackendError::Rejected(code, None));
            }
            let decoded = Tx::decode(tx.as_bytes())
                .map_err(|error| BackendError::Rejected(RejectCode::Malformed, Some(error.to_string())))?;
            let submitted = Submitted { tx_id: decoded.id(), hash: tx.full_hash() };
            self.pool.lock().unwrap().insert(submitted.tx_id, tx);
            Ok(submitted)
        }
        .boxed()
    }

    fn knows_tx(&self, id: &TxId) -> Answer<bool> {
        let committed = |block: &CommittedBlock| block.receipts.iter().any(|receipt| receipt.tx_id == *id);
        Ok(self.pool.lock().unwrap().contains_key(id) || self.blocks.lock().unwrap().iter().any(committed))
    }

    fn tx_status(&self, id: &TxId) -> Answer<TxStatus> {
        self.work()?;
        for block in self.blocks.lock().unwrap().iter() {
            for (index, receipt) in block.receipts.iter().enumerate() {
                if receipt.tx_id == *id {
                    let height = block.block.header.height;
                    return Ok(TxStatus::Committed { height, index: index as u32, receipt: Box::new(receipt.clone()) });
                }
            }
        }
        Ok(if self.pool.lock().unwrap().contains_key(id) { TxStatus::Pending } else { TxStatus::Unknown })
    }

    fn tx_bytes(&self, id: &TxId) -> Answer<Option<RawTx>> {
        let blocks = self.blocks.lock().unwrap();
        let mut committed = blocks.iter().flat_map(|block| block.receipts.iter().zip(block.block.body.txs.iter()));
        let committed = committed.find(|(receipt, _)| receipt.tx_id == *id).map(|(_, raw)| raw.clone());
        Ok(committed.or_else(|| self.pool.lock().unwrap().get(id).cloned()))
    }

    fn simulate(&self, tx: Tx) -> Answer<Simulated> {
        self.work()?;
        self.simulated.lock().unwrap().push(tx.clone());
        if self.overtaken.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok() {
            return Err(BackendError::Rejected(RejectCode::SequenceTooLow, None));
        }
        let (code, gas_used) = *self.simulation.lock().unwrap();
        let receipt = Receipt {
            tx_id: tx.id(),
            code,
            failed_action: 0,
            contract_code: 42,
            gas_used: Gas(gas_used),
            fee: Amount(12_340),
            events: List::empty(),
            output: Bytes::empty(),
        };
        let frame = Frame {
            depth: 1,
            contract: CONTRACT,
            caller: ALICE,
            function: "pay".to_owned(),
            input: vec![1, 2],
            value: Amount(3),
            is_static: false,
            gas_used: Gas(1_000),
            output: None,
            failure: Some("the contract reverted with its own code 42".to_owned()),
            contract_code: Some(42),
            logs: vec!["before".to_owned()],
        };
        let detail = Some("code 42".to_owned());
        Ok(Simulated { height: self.height(), receipt, frames: vec![frame], frames_left_out: 0, detail })
    }

    fn account(&self, address: &Address) -> Answer<AccountState> {
        let balance = if *address == ALICE { Amount(u128::MAX) } else { Amount::ZERO };
        Ok(AccountState {
            height: self.height(),
            balance,
            sequence: Sequence(3),
            pending_sequence: Sequence(5),
            is_contract: *address == CONTRACT,
        })
    }

    fn prove(&self, key: &[u8]) -> Answer<StateProof> {
        self.work()?;
        Ok(StateProof {
            height: self.height(),
            block_id: BlockId([2; 32]),
            state_root: StateRoot([3; 32]),
            value: (key == [3]).then(|| vec![1, 2, 3]),
            proof: vec![0xee; 4],
        })
    }

    fn contract(&self, address: &Address) -> Answer<Option<ContractState>> {
        Ok((*address == CONTRACT).then(|| ContractState {
            height: self.height(),
            code_hash: CodeHash([0xcc; 32]),
            code_bytes: 1_000,
            creator: ALICE,
            balance: Amount(7),
            policy: ContractPolicy {
                upgrade: UpgradePolicy::Timelocked { admin: ALICE, delay_ms: 1_000 },
                pause: Some(PausePolicy { pauser: ALICE, unpauser: CONTRACT, longest_ms: 60_000 }),
            },
            paused_until: UnixMillis(9),
            announced: Some(AnnouncedState {
                code_hash: CodeHash([0xdd; 32]),
                ready: UnixMillis(10),
                input: vec![0xee],
            }),
        }))
    }

    fn code(&self, hash: &CodeHash) -> Answer<Option<Vec<u8>>> {
        Ok((*hash == CodeHash([0xcc; 32])).then(|| vec![0, 97, 115, 109]))
    }

    fn view(&self, call: ViewCall) -> Answer<ViewOutput> {
        self.work()?;
        if call.function.as_str() == "revert" {
            let (code, detail) = (RejectCode::ContractReverted, Some("code 42".to_owned()));
            return Err(BackendError::Contract { code, contract_code: Some(42), detail });
        }
        Ok(ViewOutput { height: self.height(), output: call.input, gas_used: Gas(100) })
    }

    fn group(&self, id: &GroupId) -> Answer<Option<GroupState>> {
        let roots = vec![FieldBytes([1; 32]), FieldBytes([2; 32])];
        Ok((*id == GROUP).then(|| GroupState { height: self.height(), owner: ALICE, members: 1_500, roots }))
    }

    fn group_leaves(&self, id: &GroupId, from: u64, limit: u32) -> Answer<Option<GroupLeaves>> {
        let leaf = |index: u64| {
            let mut leaf = [0; 32];
            leaf[..8].copy_from_slice(&index.to_le_bytes());
            leaf
        };
        let leaves = (from..1_500).take(limit as usize).map(leaf).collect();
        Ok((*id == GROUP).then(|| GroupLeaves { height: self.height(), members: 1_500, leaves }))
    }

    fn poll(&self, id: &PollId) -> Answer<Option<PollState>> {
        Ok((*id == POLL).then(|| PollState {
            height: self.height(),
            creator: ALICE,
            group: GROUP,
            title: Name::new("colour").unwrap(),
            root: FieldBytes([2; 32]),
            members: 3,
            opened: Height(1),
            closes: Height(9),
            votes: 2,
            tally: vec![u128::from(u64::MAX) + 1, 0],
        }))
    }

    fn issuer(&self, id: &IssuerId) -> Answer<Option<IssuerState>> {
        let roots = vec![FieldBytes([3; 32]), FieldBytes([4; 32])];
        Ok((*id == ISSUER).then(|| IssuerState {
            height: self.height(),
            owner: ALICE,
            name: Name::new("city-hall").unwrap(),
            credentials: 1_500,
            revocations: 1,
            roots,
        }))
    }

    fn issuer_leaves(&self, id: &IssuerId, from: u64, limit: u32) -> Answer<Option<IssuerLeaves>> {
        let leaf = |index: u64| {
            let mut leaf = [0; 32];
            leaf[..8].copy_from_slice(&index.to_le_bytes());
            leaf
        };
        // The tree changes once, after its first whole page was read.
        let whole_pages = self.leaf_reads.fetch_add(usize::from(limit == 1_000), Ordering::Relaxed);
        let root = FieldBytes([if whole_pages == 0 { 3 } else { 4 }; 32]);
        let leaves = (from..1_500).take(limit as usize).map(leaf).collect();
        Ok((*id == ISSUER).then(|| IssuerLeaves { height: self.height(), credentials: 1_500, root, leaves }))
    }

    fn proof(&self, id: &ProofId) -> Answer<Option<RecordedProof>> {
        let known = [PROOF, LAPSED].contains(id);
        Ok(known.then_some(RecordedProof { sender: ALICE, height: Height(1), counts: *id == PROOF }))
    }

    fn pool(&self) -> Answer<PoolState> {
        let paused_until = *self.paused_until.lock().unwrap();
        Ok(PoolState { height: self.height(), root: FieldBytes([8; 32]), notes: 123, paused_until })
    }

    fn compact_blocks(&self, from: Height, limit: u32, bytes_max: usize) -> Answer<CompactPage> {
        self.work()?;
        let all = self.compact.lock().unwrap();
        let (mut page, mut left) = (CompactPage { tip: self.height(), next: None, blocks: vec![] }, bytes_max);
        for block in all.iter().filter(|block| block.height >= from) {
            let bytes = block.encode();
            if page.blocks.len() == limit as usize || (bytes.len() > left && !page.blocks.is_empty()) {
                page.next = Some(block.height);
                break;
            }
            left = left.saturating_sub(bytes.len());
            page.blocks.push(bytes);
        }
        Ok(page)
    }

    fn subtree_roots(&self, start: u32, limit: u32) -> Answer<Vec<SubtreeRoot>> {
        let one =
            |index| SubtreeRoot { index, root: FieldBytes([index as u8; 32]), height: Height(u64::from(index) + 9) };
        Ok((start..3).take(limit as usize).map(one).collect())
    }

    fn note_spent(&self, nullifier: &FieldBytes) -> Answer<Option<Height>> {
        Ok((nullifier.0 == [5; 32]).then_some(Height(7)))
    }

    fn asset(&self, id: &AssetId) -> Answer<Option<AssetState>> {
        let issued = IssuedAsset { issuer: ALICE, symbol: Name::new("GOLD").unwrap(), cap: Amount(u128::MAX) };
        let state = |issued| AssetState {
            height: self.height(),
            decimals: 6,
            supply: Amount(u128::MAX),
            shielded: Amount(1),
            issued,
        };
        Ok(match *id {
            ASSET => Some(state(Some(issued))),
            AssetId::NATIVE => Some(state(None)),
            _ => None,
        })
    }

    fn account_assets(&self, address: &Address, from: &AssetId, limit: u32) -> Answer<AccountAssets> {
        let held = if *address == ALICE { 3u8 } else { 0 };
        let mut left = (1..=held).map(|n| AssetId([n; 32])).filter(|asset| asset >= from);
        let balances = left.by_ref().take(limit as usize).map(|asset| (asset, Amount(u128::MAX))).collect();
        Ok(AccountAssets { height: self.height(), balances, next: left.next() })
    }

    fn evidence(&self, from: u64, limit: u32) -> Answer<Vec<EvidenceRecord>> {
        let record = |index| EvidenceRecord {
            index,
            height: Height(7),
            round: Round(0),
            validator: ALICE,
            kind: "equivocation".to_owned(),
            bytes: vec![1],
        };
        Ok((from..3).take(limit as usize).map(record).collect())
    }
}

/// A server over a fresh mock, listening on any port.
pub async fn serve(change: impl FnOnce(&mut RpcConfig)) -> (RpcServer, Arc<Mock>) {
    let mock = Mock::new();
    let mut config = RpcConfig::new(([127, 0, 0, 1], 0).into());
    change(&mut config);
    let server = RpcServer::start(config, Arc::clone(&mock) as Arc<dyn Backend>).await.unwrap();
    (server, mock)
}

pub fn url(server: &RpcServer) -> String {
    format!("http://{}", server.address())
}
