//! The node, as the RPC server sees it: every answer from one snapshot, nothing decided here.

use super::admit::Admission;
use super::core::{Core, CoreFault};
use super::{evidence, shielded};
use futures::future::BoxFuture;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tacit_exec::Refusal;
use tacit_exec::simulate::{Bench, Rehearsal};
use tacit_exec::tip::NextBlock;
use tacit_rpc::backend::{
    AccountAssets, AccountState, AnnouncedState, Answer, AssetState, Backend, BackendError, BlockReceipts,
    ChainIdentity, CommittedBlock, CompactPage, ContractState, EvidenceRecord, Frame, GroupLeaves, GroupState, Health,
    IssuerLeaves, IssuerState, ParamsState, PollState, PoolState, RecordedProof, SIMULATED_FRAMES_MAX, Simulated,
    StateProof, Status, Submitted, SubtreeRoot, TxStatus, ViewCall, ViewOutput,
};
use tacit_rpc::reference::BlockRef;
use tacit_state::overlay::read_value;
use tacit_state::{Overlay, StateRead, key, record};
use tacit_storage::Snapshot;
use tacit_types::{
    Address, Amount, AssetId, CodeHash, FieldBytes, Gas, GroupId, Height, IssuerId, PollId, ProofId, RawTx, Tx, TxId,
    ValidatorSet, codec,
};
use tacit_vm::{FRAMES_RECORDED_MAX, FrameTrace, Lane, VmReject};
use tokio::sync::watch;

/// How long a proof waits for the header that holds its root.
const PROOF_WAIT: Duration = Duration::from_secs(5);

/// A tip older than this while blocks should flow means that the node is not ready.
const STALE_TIP: Duration = Duration::from_secs(30);

// A recording holds what an answer shows.
const _: () = assert!(FRAMES_RECORDED_MAX == SIMULATED_FRAMES_MAX);

/// What consensus and networks tell the backend from time to time.
#[derive(Debug, Clone, Default)]
pub struct Liveness {
    /// Connected consensus peers.
    pub peers: u32,
    /// Whether the node is catching up.
    pub syncing: bool,
}

/// The backend of one node.
pub struct NodeBackend {
    /// The shared parts.
    pub core: Arc<Core>,
    /// The way into the pool.
    pub admission: Admission,
    /// What never changes.
    pub identity: ChainIdentity,
    /// Name on the network.
    pub node_id: String,
    /// The node's validator, if it has a key.
    pub validator: Option<Address>,
    /// How the networks are doing.
    pub liveness: watch::Receiver<Liveness>,
}

impl From<CoreFault> for BackendError {
    fn from(fault: CoreFault) -> Self {
        Self::Internal(fault.to_string())
    }
}

fn internal(error: impl std::fmt::Display) -> BackendError {
    BackendError::Internal(error.to_string())
}

impl NodeBackend {
    fn snapshot(&self) -> Answer<Snapshot> {
        self.core.database.snapshot().map_err(internal)
    }

    /// A snapshot and one decoded value of it.
    fn read<T>(&self, key: &[u8]) -> Answer<(Height, Option<T>)>
    where
        T: borsh::BorshDeserialize + borsh::BorshSerialize,
    {
        let snapshot = self.snapshot()?;
        Ok((snapshot.tip().height, read_value(&snapshot, key).map_err(internal)?))
    }

    fn resolve(&self, at: &BlockRef) -> Answer<Option<Height>> {
        let database = &self.core.database;
        Ok(match at {
            BlockRef::Latest => Some(database.tip().map_err(internal)?.height).filter(|height| *height > Height::ZERO),
            BlockRef::Height(height) => Some(*height),
            BlockRef::Id(id) => database.height_of(id).map_err(internal)?,
        })
    }

    fn on_bench<R>(&self, use_bench: impl FnOnce(Height, &Bench<'_>) -> R) -> Answer<R> {
        let (state, tip) = self.core.head()?;
        let vm = self.core.vm.on(Lane::View);
        let bench = Bench { rules: &self.core.rules, vm: &vm, tip: &tip, state: &state };
        Ok(use_bench(tip.height, &bench))
    }
}

impl Backend for NodeBackend {
    fn identity(&self) -> ChainIdentity {
        self.identity.clone()
    }

    fn tip(&self) -> watch::Receiver<Height> {
        self.core.committed.subscribe()
    }

    fn status(&self) -> Answer<Status> {
        let tip = self.core.database.tip().map_err(internal)?;
        let header = self.core.database.header(tip.height).map_err(internal)?;
        let liveness = self.liveness.borrow().clone();
        let pool = self.core.pool.stats();
        Ok(Status {
            node_id: self.node_id.clone(),
            version: env!("CARGO_PKG_VERSION").into(),
            height: tip.height,
            block_id: tip.block_id,
            state_root: header.map_or(tip.state_root, |header| header.state_root),
            time: tip.time_ms,
            earliest_height: Height(1),
            syncing: liveness.syncing,
            peers: liveness.peers,
            validator: self.validator,
            pool_txs: pool.txs as u64,
            pool_bytes: pool.bytes as u64,
        })
    }

    fn health(&self) -> Health {
        let healthy = self.core.database.tip().map(|_| ()).map_err(|error| error.to_string());
        let liveness = self.liveness.borrow().clone();
        let ready = healthy.clone().and_then(|()| {
            if liveness.syncing {
                return Err("catching up with the other nodes".into());
            }
            let tip = self.core.database.tip().map_err(|error| error.to_string())?;
            let age = super::core::now().0.saturating_sub(tip.time_ms.0);
            if tip.height == Height::ZERO {
                return Err("no block yet".into());
            }
            if u128::from(age) > STALE_TIP.as_millis() {
                return Err(format!(
                    "the latest block is {age} ms old; are more than two thirds of the validators up?"
                ));
            }
            Ok(())
        });
        Health { healthy, ready }
    }

    fn block(&self, at: BlockRef) -> Answer<Option<CommittedBlock>> {
        let Some(height) = self.resolve(&at)? else { return Ok(None) };
        let database = &self.core.database;
        let Some(stored) = database.stored_block(height).map_err(internal)? else { return Ok(None) };
        let receipts = database.receipts(height).map_err(internal)?.unwrap_or_default();
        let block = stored.decode().map_err(internal)?;
        Ok(Some(CommittedBlock { id: stored.block_id, block, receipts, certificate: Some(stored.certificate) }))
    }

    fn receipts(&self, height: Height) -> Answer<Option<BlockReceipts>> {
        let database = &self.core.database;
        let Some(record) = database.height(height).map_err(internal)? else { return Ok(None) };
        let receipts = database.receipts(height).map_err(internal)?.unwrap_or_default();
        Ok(Some(BlockReceipts { block_id: record.tip.block_id, receipts }))
    }

    fn validators(&self, height: Option<Height>) -> Answer<Option<(Height, ValidatorSet)>> {
        let (state, tip) = self.core.head()?;
        let next = NextBlock::read(&state, tip.height).map_err(internal)?;
        let height = height.unwrap_or(next.height);
        Ok(if height == next.height {
            Some((height, next.validators))
        } else if height == next.height.next() {
            Some((height, next.next_validators))
        } else {
            self.core.database.signers(height).map_err(internal)?.map(|set| (height, set))
        })
    }

    fn params(&self) -> Answer<ParamsState> {
        let (height, fees): (_, Option<record::FeeState>) = self.read(&key::fees())?;
        let fees = fees.ok_or_else(|| internal("the state has no fee state"))?;
        Ok(ParamsState { height, params: self.core.rules.params.clone(), base_fee: fees.base_fee })
    }

    fn supply(&self) -> Answer<(Height, Amount)> {
        let (height, supply): (_, Option<Amount>) = self.read(&key::supply())?;
        Ok((height, supply.unwrap_or_default()))
    }

    fn submit(&self, tx: RawTx, client: Option<IpAddr>) -> BoxFuture<'_, Answer<Submitted>> {
        Box::pin(async move { self.admission.submit(tx, client).await })
    }

    fn knows_tx(&self, id: &TxId) -> Answer<bool> {
        let pooled = self.core.pool.get_by_id(id).is_some();
        Ok(pooled || self.core.database.tx_location(id).map_err(internal)?.is_some())
    }

    fn tx_status(&self, id: &TxId) -> Answer<TxStatus> {
        if let Some((location, receipt)) = self.core.database.receipt(id).map_err(internal)? {
            let receipt = Box::new(receipt);
            return Ok(TxStatus::Committed { height: location.height, index: location.index, receipt });
        }
        Ok(if self.core.pool.get_by_id(id).is_some() { TxStatus::Pending } else { TxStatus::Unknown })
    }

    fn tx_bytes(&self, id: &TxId) -> Answer<Option<RawTx>> {
        if let Some(tx) = self.core.pool.get_by_id(id) {
            return Ok(Some(tx.raw().clone()));
        }
        let Some(location) = self.core.database.tx_location(id).map_err(internal)? else { return Ok(None) };
        let block = self.core.database.block(location.height).map_err(internal)?;
        let index = usize::try_from(location.index).unwrap_or(usize::MAX);
        Ok(block.and_then(|block| block.body.txs.get(index).cloned()))
    }

    fn simulate(&self, tx: Tx) -> Answer<Simulated> {
        let (height, rehearsal) = self.on_bench(|height, bench| (height, bench.rehearse(&tx)))?;
        match rehearsal {
            Ok(rehearsal) => Ok(simulated(height, rehearsal)),
            Err(Refusal::Reject(reject)) => Err(BackendError::Rejected(reject.code, detail(reject.detail))),
            Err(Refusal::Fault(fault)) => Err(internal(fault)),
        }
    }

    fn account(&self, address: &Address) -> Answer<AccountState> {
        let snapshot = self.snapshot()?;
        let account: record::Account =
            read_value(&snapshot, &key::account(address)).map_err(internal)?.unwrap_or_default();
        let is_contract = snapshot.get(&key::contract(address)).map_err(internal)?.is_some();
        Ok(AccountState {
            height: snapshot.tip().height,
            balance: account.balance,
            sequence: account.sequence,
            pending_sequence: self.core.pool.next_sequence(address).unwrap_or(account.sequence),
            is_contract,
        })
    }

    fn prove(&self, key: &[u8]) -> Answer<StateProof> {
        let database = &self.core.database;
        let proof = database.prove(key).map_err(internal)?;
        // The root after block h stands in the header of h + 1: the answer is complete when that block is there.
        let height = proof.height.next();
        let deadline = Instant::now() + PROOF_WAIT;
        loop {
            if let Some(record) = database.height(height).map_err(internal)? {
                let block_id = record.tip.block_id;
                return Ok(StateProof {
                    height,
                    block_id,
                    state_root: proof.root,
                    value: proof.value,
                    proof: proof.proof,
                });
            }
            if Instant::now() >= deadline {
                return Err(BackendError::NotReady(format!(
                    "block {height}, whose header holds the root, is not there yet"
                )));
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn contract(&self, address: &Address) -> Answer<Option<ContractState>> {
        let snapshot = self.snapshot()?;
        let Some(contract) = read_value::<record::Contract>(&snapshot, &key::contract(address)).map_err(internal)?
        else {
            return Ok(None);
        };
        let code_bytes = Overlay::new(&snapshot).length_in_place(&key::code(&contract.code_hash)).map_err(internal)?;
        let account: record::Account =
            read_value(&snapshot, &key::account(address)).map_err(internal)?.unwrap_or_default();
        Ok(Some(ContractState {
            height: snapshot.tip().height,
            code_hash: contract.code_hash,
            code_bytes: u32::try_from(code_bytes.unwrap_or_default()).unwrap_or(u32::MAX),
            creator: contract.creator,
            balance: account.balance,
            policy: contract.policy,
            paused_until: contract.paused_until,
            announced: contract.announced.map(|announced| AnnouncedState {
                code_hash: announced.code_hash,
                ready: announced.ready,
                input: announced.input.into_vec(),
            }),
        }))
    }

    fn code(&self, hash: &CodeHash) -> Answer<Option<Vec<u8>>> {
        self.snapshot()?.get(&key::code(hash)).map_err(internal)
    }

    fn view(&self, call: ViewCall) -> Answer<ViewOutput> {
        let (height, outcome) = self.on_bench(|height, bench| {
            (height, bench.view(call.contract, &call.function, &call.input, call.gas_limit))
        })?;
        let outcome = outcome.map_err(internal)?;
        match outcome.result {
            Ok(output) => Ok(ViewOutput { height, output, gas_used: outcome.gas_used }),
            Err(reject) => {
                let text = outcome.trace.map_or_else(
                    || reject.to_string(),
                    |trace| format!("{} ({}:{}:{})", trace.message, trace.file, trace.line, trace.column),
                );
                Err(BackendError::Contract {
                    code: reject.reject_code(),
                    contract_code: contract_code(&reject),
                    detail: Some(text),
                })
            }
        }
    }

    fn group(&self, id: &GroupId) -> Answer<Option<GroupState>> {
        let (height, group): (_, Option<record::Group>) = self.read(&key::group(id))?;
        Ok(group.map(|group| GroupState {
            height,
            owner: group.owner,
            members: group.members,
            roots: group.roots.into_vec(),
        }))
    }

    fn group_leaves(&self, id: &GroupId, from: u64, limit: u32) -> Answer<Option<GroupLeaves>> {
        let snapshot = self.snapshot()?;
        let Some(group) = read_value::<record::Group>(&snapshot, &key::group(id)).map_err(internal)? else {
            return Ok(None);
        };
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let entries =
            snapshot.scan(&key::group_members_prefix(id), &key::group_member(id, from), limit).map_err(internal)?;
        let leaves: Option<Vec<[u8; 32]>> = entries.into_iter().map(|(_, leaf)| leaf.try_into().ok()).collect();
        let leaves = leaves.ok_or_else(|| internal("a group leaf is not 32 bytes long"))?;
        Ok(Some(GroupLeaves { height: snapshot.tip().height, members: group.members, leaves }))
    }

    fn poll(&self, id: &PollId) -> Answer<Option<PollState>> {
        let (height, poll): (_, Option<record::Poll>) = self.read(&key::poll(id))?;
        Ok(poll.map(|poll| PollState {
            height,
            creator: poll.creator,
            group: poll.group,
            title: poll.title,
            root: poll.root,
            members: poll.members,
            opened: poll.opened,
            closes: poll.closes,
            votes: poll.votes,
            tally: poll.tally.into_vec(),
        }))
    }

    fn issuer(&self, id: &IssuerId) -> Answer<Option<IssuerState>> {
        let (height, issuer): (_, Option<record::Issuer>) = self.read(&key::issuer(id))?;
        Ok(issuer.map(|issuer| IssuerState {
            height,
            owner: issuer.owner,
            name: issuer.name,
            credentials: issuer.credentials,
            revocations: issuer.revocations,
            roots: issuer.roots.into_vec(),
        }))
    }

    fn issuer_leaves(&self, id: &IssuerId, from: u64, limit: u32) -> Answer<Option<IssuerLeaves>> {
        let snapshot = self.snapshot()?;
        let Some(issuer) = read_value::<record::Issuer>(&snapshot, &key::issuer(id)).map_err(internal)? else {
            return Ok(None);
        };
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let entries =
            snapshot.scan(&key::issuer_leaves_prefix(id), &key::issuer_node(id, 0, from), limit).map_err(internal)?;
        let leaves: Option<Vec<[u8; 32]>> = entries.into_iter().map(|(_, leaf)| leaf.try_into().ok()).collect();
        let leaves = leaves.ok_or_else(|| internal("an issuer's leaf is not 32 bytes long"))?;
        let root = issuer.roots.last().copied().unwrap_or_default();
        Ok(Some(IssuerLeaves { height: snapshot.tip().height, credentials: issuer.credentials, root, leaves }))
    }

    fn proof(&self, id: &ProofId) -> Answer<Option<RecordedProof>> {
        let snapshot = self.snapshot()?;
        let found: Option<record::ProofRecord> = read_value(&snapshot, &key::proof(id)).map_err(internal)?;
        let Some(proof) = found else { return Ok(None) };
        let counts = tacit_exec::proofs::standing(&mut Overlay::new(&snapshot), id).map_err(internal)?.is_some();
        Ok(Some(RecordedProof { sender: proof.sender, height: proof.height, counts }))
    }

    fn pool(&self) -> Answer<PoolState> {
        Ok(shielded::pool(&self.snapshot()?)?)
    }

    fn compact_blocks(&self, from: Height, limit: u32, bytes_max: usize) -> Answer<CompactPage> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let page = self.core.database.compact_blocks(from, limit, bytes_max).map_err(internal)?;
        let blocks = page.blocks.into_iter().map(|(_, bytes)| bytes).collect();
        Ok(CompactPage { tip: page.tip, next: page.next, blocks })
    }

    fn subtree_roots(&self, start: u32, limit: u32) -> Answer<Vec<SubtreeRoot>> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        Ok(shielded::subtree_roots(&self.snapshot()?, start, limit)?)
    }

    fn note_spent(&self, nullifier: &FieldBytes) -> Answer<Option<Height>> {
        Ok(shielded::note_spent(&self.snapshot()?, nullifier)?)
    }

    fn asset(&self, id: &AssetId) -> Answer<Option<AssetState>> {
        Ok(shielded::asset(&self.snapshot()?, id)?)
    }

    fn account_assets(&self, address: &Address, from: &AssetId, limit: u32) -> Answer<AccountAssets> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        Ok(shielded::account_assets(&self.snapshot()?, address, from, limit)?)
    }

    fn evidence(&self, from: u64, limit: u32) -> Answer<Vec<EvidenceRecord>> {
        let from_index = usize::try_from(from).unwrap_or(usize::MAX);
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let stored = self.core.database.evidence(Height::ZERO, from_index.saturating_add(limit)).map_err(internal)?;
        stored
            .into_iter()
            .zip(0u64..)
            .skip(from_index)
            .map(|((height, bytes), index)| {
                let record: evidence::Record =
                    codec::decode_exact("evidence", &bytes, tacit_storage::EVIDENCE_BYTES_MAX).map_err(internal)?;
                Ok(EvidenceRecord {
                    index,
                    height,
                    round: record.round,
                    validator: record.validator,
                    kind: record.kind().into(),
                    bytes,
                })
            })
            .collect()
    }
}

fn detail(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

fn simulated(height: Height, rehearsal: Rehearsal) -> Simulated {
    let Rehearsal { receipt, frames, frames_left_out, detail: text } = rehearsal;
    let frames = frames.into_iter().map(frame).collect();
    Simulated { height, receipt, frames, frames_left_out, detail: detail(text) }
}

/// The code that a contract reverted with.
const fn contract_code(reject: &VmReject) -> Option<u32> {
    match reject {
        VmReject::Reverted { code, .. } => Some(*code),
        _ => None,
    }
}

fn frame(trace: FrameTrace) -> Frame {
    let (output, failure, contract_code) = match trace.result {
        Some(Ok(output)) => (Some(output), None, None),
        Some(Err(reject)) => {
            let code = contract_code(&reject);
            (None, Some(reject.to_string()), code)
        }
        None => (None, Some("it never ended".to_owned()), None),
    };
    Frame {
        depth: trace.depth as u64,
        contract: trace.contract,
        caller: trace.caller,
        function: trace.function,
        input: trace.input,
        value: trace.value,
        is_static: trace.is_static,
        gas_used: Gas(trace.gas_used),
        output,
        failure,
        contract_code,
        logs: trace.logs,
    }
}
