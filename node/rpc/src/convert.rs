//! From the chain's types to the JSON shapes, and from parameters back. Only this file and the one below it know both.

use crate::backend::{self, BackendError, CommittedBlock, Simulated, TxStatus};
use crate::error::{ErrorKind, RpcError};
use crate::json::{Decimal, HexArray, HexBytes};
use crate::types::{
    AccountView, AnnouncedView, BlockTx, BlockView, CertificateView, ContractOutput, ContractView, EventView,
    EvidenceView, FrameView, GenesisView, GroupView, HeaderView, NodeStatus, ParamsView, PausePolicyView, PolicyView,
    PoolStatus, ProofView, PublicValueView, RejectView, SimulateView, StateProofView, SubmitView, SupplyView,
    TxStatusName, TxView, UpgradePolicyView, ValidatorView, ValidatorsView,
};
use tacit_types::contract::{ContractPolicy, UpgradePolicy};
use tacit_types::shielded::PublicValue;
use tacit_types::{
    Address, Amount, CommitCertificate, Event, Header, Height, Network, ProofId, Receipt, RejectCode, Tx, TxBody, TxId,
    ValidatorSet,
};

mod shielded;

pub use shielded::{anchor_view, join_split_view, subtree_roots_view};

impl From<BackendError> for RpcError {
    fn from(error: BackendError) -> Self {
        match error {
            BackendError::NotReady(reason) => Self::general(ErrorKind::NotReady, reason),
            BackendError::Rejected(code, detail) => Self::rejected(code, detail.as_deref()),
            BackendError::Contract { code, contract_code, detail } => {
                Self::contract(code, contract_code, detail.as_deref())
            }
            BackendError::Busy(retry_after_ms) => Self::busy("requests", retry_after_ms),
            BackendError::Internal(detail) => Self::internal(&detail),
        }
    }
}

/// `main`, `test` or `dev`.
#[must_use]
pub const fn network_name(network: Network) -> &'static str {
    match network {
        Network::Main => "main",
        Network::Test => "test",
        Network::Dev => "dev",
    }
}

/// The network behind its name.
#[must_use]
pub fn network_from_name(name: &str) -> Option<Network> {
    [Network::Main, Network::Test, Network::Dev].into_iter().find(|network| network_name(*network) == name)
}

/// Converts for one network, which addresses depend on.
#[derive(Debug, Clone, Copy)]
pub struct Converter {
    /// The network.
    pub network: Network,
}

impl Converter {
    /// Reads an address of this network.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidParams`], saying what is wrong with it.
    pub fn parse_address(&self, text: &str) -> Result<Address, RpcError> {
        Address::from_text(text, self.network).map_err(|error| RpcError::params(error.to_string()))
    }

    /// Text of an address.
    #[must_use]
    pub fn address(&self, address: &Address) -> String {
        address.to_text(self.network)
    }

    /// Answer of `node_status`.
    #[must_use]
    pub fn status(&self, identity: &backend::ChainIdentity, status: backend::Status) -> NodeStatus {
        NodeStatus {
            chain_id: identity.chain_id.clone(),
            genesis_id: HexArray(identity.genesis_id.0),
            network: network_name(self.network).to_owned(),
            node_id: status.node_id,
            version: status.version,
            height: status.height.0,
            block_id: HexArray(status.block_id.0),
            state_root: HexArray(status.state_root.0),
            time_ms: status.time.0,
            earliest_height: status.earliest_height.0,
            syncing: status.syncing,
            peers: status.peers,
            validator: status.validator.map(|address| self.address(&address)),
            pool: PoolStatus { txs: status.pool_txs, bytes: status.pool_bytes },
        }
    }

    /// Answer of `chain_getGenesis`.
    #[must_use]
    pub fn genesis(&self, identity: &backend::ChainIdentity) -> GenesisView {
        GenesisView {
            genesis_id: HexArray(identity.genesis_id.0),
            chain_id: identity.chain_id.clone(),
            network: network_name(self.network).to_owned(),
            production: identity.production,
            time_ms: identity.time.0,
            document: identity.document.clone(),
        }
    }

    /// A header.
    #[must_use]
    pub fn header(&self, header: &Header) -> HeaderView {
        HeaderView {
            version: header.version,
            genesis_id: HexArray(header.genesis_id.0),
            height: header.height.0,
            round: header.round.0,
            time_ms: header.time_ms.0,
            parent: HexArray(header.parent.0),
            proposer: self.address(&header.proposer),
            body_root: HexArray(header.body_root.0),
            body_length: header.body_length,
            last_commit: HexArray(header.last_commit.0),
            state_root: HexArray(header.state_root.0),
            receipts_root: HexArray(header.receipts_root.0),
            base_fee: Decimal(header.base_fee.0.into()),
            validators_hash: HexArray(header.validators_hash.0),
            next_validators_hash: HexArray(header.next_validators_hash.0),
        }
    }

    /// Answer of `chain_getBlock`; `full` includes the transactions' bytes.
    #[must_use]
    pub fn block(&self, committed: &CommittedBlock, full: bool) -> BlockView {
        let CommittedBlock { id, block, receipts, certificate } = committed;
        let txs = block.body.txs.iter().zip(receipts).zip(0u32..).map(|((raw, receipt), index)| {
            // What was committed decodes.
            let body = Tx::decode(raw.as_bytes()).ok().map(|tx| tx.body);
            let join_splits = body.iter().flat_map(TxBody::join_splits);
            BlockTx {
                index,
                tx_id: HexArray(receipt.tx_id.0),
                hash: HexArray(raw.full_hash().0),
                code: receipt.code,
                gas_used: receipt.gas_used.0,
                shielded: body.as_ref().is_some_and(|body| body.authorization.is_shielded()),
                join_splits: join_splits.map(|(action, join_split)| join_split_view(action, join_split)).collect(),
                bytes: full.then(|| HexBytes(raw.as_bytes().to_vec())),
            }
        });
        BlockView {
            block_id: HexArray(id.0),
            header: self.header(&block.header),
            txs: txs.collect(),
            last_commit: block.body.last_commit.as_ref().map(certificate_view),
            commit: certificate.as_ref().map(certificate_view),
        }
    }

    /// Answer of `chain_getValidators`.
    #[must_use]
    pub fn validators(&self, height: Height, set: &ValidatorSet) -> ValidatorsView {
        let view = |validator: &tacit_types::Validator| ValidatorView {
            address: self.address(&validator.address()),
            public_key: HexArray(validator.public_key.0),
            power: Decimal(validator.power.0.into()),
        };
        ValidatorsView {
            height: height.0,
            hash: HexArray(set.hash().0),
            total_power: Decimal(set.total_power().0.into()),
            validators: set.validators().iter().map(view).collect(),
        }
    }

    /// Answer of `tx_get`.
    #[must_use]
    pub fn tx(&self, tx_id: TxId, status: TxStatus) -> TxView {
        let empty = |status| TxView {
            tx_id: HexArray(tx_id.0),
            status,
            height: None,
            index: None,
            code: None,
            reject: None,
            gas_used: None,
            fee: None,
            failed_action: None,
            contract_code: None,
            output: None,
            events: None,
        };
        match status {
            TxStatus::Unknown => empty(TxStatusName::Unknown),
            TxStatus::Pending => empty(TxStatusName::Pending),
            TxStatus::Committed { height, index, receipt } => TxView {
                height: Some(height.0),
                index: Some(index),
                code: Some(receipt.code),
                reject: reject_view(&receipt),
                gas_used: Some(receipt.gas_used.0),
                fee: Some(Decimal(receipt.fee.0)),
                failed_action: (!receipt.succeeded()).then_some(receipt.failed_action),
                contract_code: contract_code(&receipt),
                output: Some(HexBytes(receipt.output.to_vec())),
                events: Some(receipt.events.iter().map(|event| self.event(event)).collect()),
                ..empty(TxStatusName::Committed)
            },
        }
    }

    /// Answer of `tx_simulate`.
    #[must_use]
    pub fn simulated(&self, simulated: &Simulated) -> SimulateView {
        let receipt = &simulated.receipt;
        SimulateView {
            tx_id: HexArray(receipt.tx_id.0),
            height: simulated.height.0,
            code: receipt.code,
            reject: reject_view(receipt),
            gas_used: receipt.gas_used.0,
            fee: Decimal(receipt.fee.0),
            failed_action: (!receipt.succeeded()).then_some(receipt.failed_action),
            contract_code: contract_code(receipt),
            output: HexBytes(receipt.output.to_vec()),
            events: receipt.events.iter().map(|event| self.event(event)).collect(),
            detail: simulated.detail.clone(),
            frames: Some(simulated.frames.iter().map(|frame| self.frame(frame)).collect()),
            frames_left_out: Some(simulated.frames_left_out),
        }
    }

    fn frame(&self, frame: &backend::Frame) -> FrameView {
        FrameView {
            depth: frame.depth,
            contract: self.address(&frame.contract),
            caller: self.address(&frame.caller),
            function: frame.function.clone(),
            input: HexBytes(frame.input.clone()),
            value: Decimal(frame.value.0),
            is_static: frame.is_static,
            gas_used: frame.gas_used.0,
            output: frame.output.clone().map(HexBytes),
            failure: frame.failure.clone(),
            contract_code: frame.contract_code,
            logs: frame.logs.clone(),
        }
    }

    fn policy(&self, policy: &ContractPolicy) -> PolicyView {
        PolicyView {
            upgrade: match policy.upgrade {
                UpgradePolicy::Immutable => UpgradePolicyView::Immutable,
                UpgradePolicy::Timelocked { admin, delay_ms } => {
                    UpgradePolicyView::Timelocked { admin: self.address(&admin), delay_ms }
                }
                UpgradePolicy::Governed => UpgradePolicyView::Governed,
            },
            pause: policy.pause.as_ref().map(|pause| PausePolicyView {
                pauser: self.address(&pause.pauser),
                unpauser: self.address(&pause.unpauser),
                longest_ms: pause.longest_ms,
            }),
        }
    }

    /// Answer of `account_get`.
    #[must_use]
    pub fn account(&self, address: &Address, account: &backend::AccountState) -> AccountView {
        AccountView {
            address: self.address(address),
            height: account.height.0,
            balance: Decimal(account.balance.0),
            sequence: account.sequence.0,
            pending_sequence: account.pending_sequence.0,
            is_contract: account.is_contract,
        }
    }

    /// Answer of `contract_info`.
    #[must_use]
    pub fn contract(&self, address: &Address, contract: &backend::ContractState) -> ContractView {
        ContractView {
            address: self.address(address),
            height: contract.height.0,
            code_hash: HexArray(contract.code_hash.0),
            code_bytes: contract.code_bytes,
            creator: self.address(&contract.creator),
            balance: Decimal(contract.balance.0),
            policy: Some(self.policy(&contract.policy)),
            paused_until_ms: (contract.paused_until.0 != 0).then_some(contract.paused_until.0),
            announced: contract.announced.as_ref().map(|announced| AnnouncedView {
                code_hash: HexArray(announced.code_hash.0),
                ready_ms: announced.ready.0,
                input: HexBytes(announced.input.clone()),
            }),
        }
    }

    /// Answer of `group_get`.
    #[must_use]
    pub fn group(&self, id: [u8; 32], group: &backend::GroupState) -> GroupView {
        GroupView {
            group: HexArray(id),
            height: group.height.0,
            owner: self.address(&group.owner),
            members: group.members,
            root: HexArray(group.roots.last().map(|root| root.0).unwrap_or_default()),
            roots: group.roots.iter().map(|root| HexArray(root.0)).collect(),
        }
    }

    /// Answer of `proof_get`.
    #[must_use]
    pub fn proof(&self, id: &ProofId, proof: &backend::RecordedProof) -> ProofView {
        let sender = self.address(&proof.sender);
        ProofView { proof_id: HexArray(id.0), sender, height: proof.height.0, counts: proof.counts }
    }

    /// One entry of `evidence_list`.
    #[must_use]
    pub fn evidence(&self, record: backend::EvidenceRecord) -> EvidenceView {
        EvidenceView {
            index: record.index,
            height: record.height.0,
            round: record.round.0,
            validator: self.address(&record.validator),
            kind: record.kind,
            bytes: HexBytes(record.bytes),
        }
    }

    /// An event.
    #[must_use]
    pub fn event(&self, event: &Event) -> EventView {
        match event {
            Event::Transferred { asset, from, to, amount } => EventView::Transferred {
                asset: HexArray(asset.0),
                from: self.address(from),
                to: self.address(to),
                amount: Decimal(amount.0),
            },
            Event::Proved { proof, sender } => {
                EventView::Proved { proof_id: HexArray(proof.0), sender: self.address(sender) }
            }
            Event::NullifierSpent { group, nullifier, weight } => EventView::NullifierSpent {
                group: HexArray(group.0),
                nullifier: HexArray(nullifier.0),
                weight: Decimal((*weight).into()),
            },
            Event::GroupChanged { group, root, members } => {
                EventView::GroupChanged { group: HexArray(group.0), root: HexArray(root.0), members: *members }
            }
            Event::CodeDeployed { code_hash } => EventView::CodeDeployed { code_hash: HexArray(code_hash.0) },
            Event::ContractCreated { contract, code_hash, creator } => EventView::ContractCreated {
                contract: self.address(contract),
                code_hash: HexArray(code_hash.0),
                creator: self.address(creator),
            },
            Event::Contract { contract, topics, data } => EventView::Contract {
                contract: self.address(contract),
                topics: topics.iter().map(|topic| HexArray(*topic)).collect(),
                data: HexBytes(data.to_vec()),
            },
            Event::JoinSplit { action, position, public_value } => {
                EventView::JoinSplit { action: *action, position: *position, public: public_value_view(public_value) }
            }
            Event::AssetCreated { asset, issuer } => {
                EventView::AssetCreated { asset: HexArray(asset.0), issuer: self.address(issuer) }
            }
            Event::AssetMinted { asset, to, amount } => {
                EventView::AssetMinted { asset: HexArray(asset.0), to: self.address(to), amount: Decimal(amount.0) }
            }
            Event::Swept { asset, to, amount } => {
                EventView::Swept { asset: HexArray(asset.0), to: self.address(to), amount: Decimal(amount.0) }
            }
            Event::PoolPaused { until } => EventView::PoolPaused { until: until.0 },
            Event::PollCreated { poll, group } => {
                EventView::PollCreated { poll: HexArray(poll.0), group: HexArray(group.0) }
            }
            Event::Voted { poll, choice, weight, nullifier } => EventView::Voted {
                poll: HexArray(poll.0),
                choice: *choice,
                weight: Decimal((*weight).into()),
                nullifier: HexArray(nullifier.0),
            },
            Event::IssuerChanged { issuer, root } => {
                EventView::IssuerChanged { issuer: HexArray(issuer.0), root: HexArray(root.0) }
            }
            Event::ContractPaused { contract, until } => {
                EventView::ContractPaused { contract: self.address(contract), until_ms: until.0 }
            }
            Event::UpgradeAnnounced { contract, code_hash, ready, input } => EventView::UpgradeAnnounced {
                contract: self.address(contract),
                code_hash: HexArray(code_hash.0),
                ready_ms: ready.0,
                input: HexBytes(input.to_vec()),
            },
            Event::CodeChanged { contract, code_hash } => {
                EventView::CodeChanged { contract: self.address(contract), code_hash: HexArray(code_hash.0) }
            }
            Event::KeyRegistered { key } => EventView::KeyRegistered { key: HexArray(key.0) },
        }
    }
}

/// What a join-split shows; `None` when nothing left or entered the pool.
#[must_use]
pub fn public_value_view(value: &PublicValue) -> Option<PublicValueView> {
    let (direction, asset, amount) = match value {
        PublicValue::None => return None,
        PublicValue::In { asset, amount } => ("in", asset, amount),
        PublicValue::Out { asset, amount } => ("out", asset, amount),
    };
    Some(PublicValueView { direction: direction.to_owned(), asset: HexArray(asset.0), amount: Decimal(amount.0) })
}

/// The name of an event's kind, as JSON and filters spell it.
#[must_use]
pub const fn event_kind(event: &Event) -> &'static str {
    match event {
        Event::Transferred { .. } => "transferred",
        Event::Proved { .. } => "proved",
        Event::NullifierSpent { .. } => "nullifier_spent",
        Event::GroupChanged { .. } => "group_changed",
        Event::CodeDeployed { .. } => "code_deployed",
        Event::ContractCreated { .. } => "contract_created",
        Event::Contract { .. } => "contract",
        Event::JoinSplit { .. } => "join_split",
        Event::AssetCreated { .. } => "asset_created",
        Event::AssetMinted { .. } => "asset_minted",
        Event::Swept { .. } => "swept",
        Event::PoolPaused { .. } => "pool_paused",
        Event::PollCreated { .. } => "poll_created",
        Event::Voted { .. } => "voted",
        Event::IssuerChanged { .. } => "issuer_changed",
        Event::ContractPaused { .. } => "contract_paused",
        Event::UpgradeAnnounced { .. } => "upgrade_announced",
        Event::CodeChanged { .. } => "code_changed",
        Event::KeyRegistered { .. } => "key_registered",
    }
}

/// All kinds of events.
pub const EVENT_KINDS: [&str; 19] = [
    "transferred",
    "proved",
    "nullifier_spent",
    "group_changed",
    "code_deployed",
    "contract_created",
    "contract",
    "join_split",
    "asset_created",
    "asset_minted",
    "swept",
    "pool_paused",
    "poll_created",
    "voted",
    "issuer_changed",
    "contract_paused",
    "upgrade_announced",
    "code_changed",
    "key_registered",
];

/// Whether an event names `address` in any role.
#[must_use]
pub fn event_names(event: &Event, address: &Address) -> bool {
    match event {
        Event::Transferred { from, to, .. } => from == address || to == address,
        Event::Proved { sender, .. } => sender == address,
        Event::ContractCreated { contract, creator, .. } => contract == address || creator == address,
        Event::Contract { contract, .. } => contract == address,
        Event::AssetCreated { issuer, .. } => issuer == address,
        Event::AssetMinted { to, .. } | Event::Swept { to, .. } => to == address,
        Event::NullifierSpent { .. }
        | Event::GroupChanged { .. }
        | Event::CodeDeployed { .. }
        | Event::JoinSplit { .. }
        | Event::PoolPaused { .. }
        | Event::PollCreated { .. }
        | Event::Voted { .. }
        | Event::IssuerChanged { .. }
        | Event::KeyRegistered { .. } => false,
        Event::ContractPaused { contract, .. }
        | Event::UpgradeAnnounced { contract, .. }
        | Event::CodeChanged { contract, .. } => contract == address,
    }
}

/// A certificate.
#[must_use]
pub fn certificate_view(certificate: &CommitCertificate) -> CertificateView {
    CertificateView {
        height: certificate.height.0,
        round: certificate.round.0,
        block_id: HexArray(certificate.block_id.0),
        signers: HexBytes(certificate.signers.to_vec()),
        signatures: certificate.signatures.iter().map(|signature| HexArray(signature.0)).collect(),
    }
}

/// Answer of `chain_getParams`.
#[must_use]
pub fn params_view(state: &backend::ParamsState) -> ParamsView {
    let params = &state.params;
    let digests = params.verifying_key_digests.iter().map(|digest| HexArray(*digest)).collect();
    ParamsView {
        height: state.height.0,
        chain_id: params.chain_id.to_string(),
        network: network_name(params.network).to_owned(),
        production: params.production,
        block_gas_limit: params.block_gas_limit.0,
        block_bytes_max: params.block_bytes_max,
        block_txs_max: params.block_txs_max,
        block_proofs_max: params.block_proofs_max,
        base_fee_floor: Decimal(params.base_fee_floor.0.into()),
        base_fee: Decimal(state.base_fee.0.into()),
        verifying_key_digests: digests,
    }
}

/// Answer of `chain_getSupply`.
#[must_use]
pub const fn supply_view((height, native): (Height, Amount)) -> SupplyView {
    SupplyView { height: height.0, native: Decimal(native.0) }
}

/// Answer of `tx_submit`.
#[must_use]
pub const fn submit_view(submitted: backend::Submitted) -> SubmitView {
    SubmitView { tx_id: HexArray(submitted.tx_id.0), hash: HexArray(submitted.hash.0) }
}

/// Answer of `state_getProof`.
#[must_use]
pub fn state_proof_view(key: HexBytes, proof: backend::StateProof) -> StateProofView {
    StateProofView {
        height: proof.height.0,
        block_id: HexArray(proof.block_id.0),
        state_root: HexArray(proof.state_root.0),
        key,
        value: proof.value.map(HexBytes),
        proof: HexBytes(proof.proof),
    }
}

/// Answer of `contract_view`.
#[must_use]
pub fn contract_output(output: backend::ViewOutput) -> ContractOutput {
    ContractOutput { height: output.height.0, output: HexBytes(output.output), gas_used: output.gas_used.0 }
}

fn reject_view(receipt: &Receipt) -> Option<RejectView> {
    let code: RejectCode = receipt.reject()?;
    Some(RejectView { name: code.name().to_owned(), message: code.message().to_owned() })
}

fn contract_code(receipt: &Receipt) -> Option<u32> {
    (receipt.reject() == Some(RejectCode::ContractReverted)).then_some(receipt.contract_code)
}
