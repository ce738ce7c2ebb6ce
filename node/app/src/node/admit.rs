//! The pool's two neighbours: where transactions come in (RPC and the network, both through one intake that checks
//! them in batches) and where they go out (the next proposal). Also what a commit means for the pool.

use super::core::{Core, CoreFault, now};
use super::shielded;
use async_trait::async_trait;
use std::net::IpAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tacit_exec::build::BLOCK_OVERHEAD_BYTES;
use tacit_exec::tip::NextBlock;
use tacit_exec::{CheckedTx, Reject, ValidBlock};
use tacit_mempool::pool::{Committed, SelectLimits};
use tacit_mempool::{Intake, Source, StateView};
use tacit_network::{Network, PeerId, SubmitVerdict, TxPool};
use tacit_rpc::BackendError;
use tacit_rpc::backend::Submitted;
use tacit_state::overlay::{decode, read_value};
use tacit_state::record::Account;
use tacit_state::{StateFault, WriteSet, key};
use tacit_storage::{Database, Snapshot};
use tacit_types::{Address, FieldBytes, FullHash, Price, RawTx, RejectCode, Tx};
use tracing::Instrument;

/// How many candidates beyond a block's count are offered to the builder, which leaves out what cannot be charged.
const SPARE_CANDIDATES: usize = 256;

/// The pool's view of accounts: the state after the tip.
pub struct Accounts(pub Database);

impl StateView for Accounts {
    fn account(&self, address: &Address) -> Option<Account> {
        let snapshot = self.0.snapshot().ok()?;
        match read_value(&snapshot, &key::account(address)) {
            Ok(account) => Some(account.unwrap_or_default()),
            Err(error) => {
                tracing::error!(%error, "an account cannot be read");
                None
            }
        }
    }

    fn notes(&self, tx: &CheckedTx) -> Option<Result<(), RejectCode>> {
        let snapshot = self.0.snapshot().ok()?;
        match shielded::check_notes(&snapshot, tx) {
            Ok(verdict) => Some(verdict.map_err(|reject| reject.code)),
            Err(error) => {
                tracing::error!(%error, "the shielded pool cannot be read");
                None
            }
        }
    }
}

/// The way into the pool, for RPC and for the network.
#[derive(Clone)]
pub struct Admission {
    core: Arc<Core>,
    intake: Intake,
    /// Set once the network runs; admitted transactions are announced through it.
    network: Arc<OnceLock<Network>>,
}

impl Admission {
    /// The way into the pool of `core` through `intake`.
    pub fn new(core: Arc<Core>, intake: Intake) -> Self {
        Self { core, intake, network: Arc::default() }
    }

    /// From now on admitted transactions are announced through `network`.
    pub fn announce_through(&self, network: Network) {
        // A second call would be a wiring error; the first network stays.
        let _ = self.network.set(network);
    }

    /// Checks and admits one transaction that came from the address `client`. One that is known byte for byte counts as
    /// admitted.
    pub async fn submit(&self, raw: RawTx, client: Option<IpAddr>) -> Result<Submitted, BackendError> {
        let hash = raw.full_hash();
        let id_of_known = || {
            let pooled = self.core.pool.get(&hash).map(|tx| tx.id());
            pooled.or_else(|| Tx::decode(raw.as_bytes()).ok().map(|tx| tx.id()))
        };
        if self.core.pool.known(&hash)
            && let Some(tx_id) = id_of_known()
        {
            return Ok(Submitted { tx_id, hash });
        }
        let source = source_of(client);
        if let Some(wait) = self.intake.silenced(&source) {
            return Err(BackendError::Busy(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)));
        }
        let span = tracing::info_span!(target: "tacit::station", "station", name = "admit", hash = %hash);
        match self.intake.submit(vec![raw.clone()], source).instrument(span).await.pop() {
            Some(Ok(accepted)) => {
                tracing::debug!(target: "tacit::station", station = "admit", tx_id = %accepted.tx_id, "passed");
                if let Some(network) = self.network.get() {
                    network.announce(vec![accepted.full_hash]);
                }
                Ok(Submitted { tx_id: accepted.tx_id, hash })
            }
            Some(Err(reject)) if reject.code == RejectCode::AlreadyKnown => match id_of_known() {
                Some(tx_id) => Ok(Submitted { tx_id, hash }),
                None => Err(refused(reject)),
            },
            Some(Err(reject)) => Err(refused(reject)),
            None => Err(BackendError::Internal("the intake gave no verdict".into())),
        }
    }

    /// Checks and admits transactions that were saved by the last clean stop.
    pub async fn restore(&self, raws: Vec<RawTx>) -> usize {
        let mut restored = 0;
        for chunk in raws.chunks(512) {
            let verdicts = self.intake.submit(chunk.to_vec(), Source::shared(&"saved")).await;
            restored += verdicts.iter().filter(|verdict| verdict.is_ok()).count();
        }
        restored
    }
}

/// Behind the loopback may stand a proxy with many clients, one of which must not silence the others.
fn source_of(client: Option<IpAddr>) -> Source {
    match client {
        Some(ip) if !ip.is_loopback() => Source::remote(&ip),
        _ => Source::shared(&"loopback"),
    }
}

fn refused(reject: Reject) -> BackendError {
    let detail = (!reject.detail.is_empty()).then_some(reject.detail);
    BackendError::Rejected(reject.code, detail)
}

#[async_trait]
impl TxPool for Admission {
    fn known(&self, hash: &FullHash) -> bool {
        self.core.pool.known(hash)
    }

    fn body(&self, hash: &FullHash) -> Option<RawTx> {
        self.core.pool.body(hash)
    }

    fn pending(&self, older_than: Duration, max: usize) -> Vec<FullHash> {
        self.core.pool.pending(now(), older_than, max)
    }

    async fn submit(&self, txs: Vec<RawTx>, from: PeerId) -> Vec<SubmitVerdict> {
        let verdicts = self.intake.submit(txs, Source::remote(&from)).await;
        verdicts
            .into_iter()
            .map(|verdict| match verdict {
                Ok(_) => SubmitVerdict::Accepted,
                Err(reject) if reject.code == RejectCode::AlreadyKnown => SubmitVerdict::Known,
                // Below 100 a transaction is invalid by itself: whoever checked it would not have forwarded it.
                Err(reject) => SubmitVerdict::Rejected { punish: reject.code.number() < 100 },
            })
            .collect()
    }
}

/// What to offer to the next block, best first.
pub fn candidates(core: &Core, base_fee: Price) -> Vec<Arc<CheckedTx>> {
    let params = &core.rules.params;
    let size = |limit: u32| usize::try_from(limit).unwrap_or(usize::MAX);
    core.pool.select(&SelectLimits {
        gas: params.block_gas_limit,
        bytes: size(params.block_bytes_max).saturating_sub(BLOCK_OVERHEAD_BYTES),
        txs: size(params.block_txs_max).saturating_add(SPARE_CANDIDATES),
        proofs: size(params.block_proofs_max),
        base_fee,
    })
}

/// Tells the pool what a block changed for those who wait: every account that it touched, receivers included, what it spent,
/// and which roots of the note tree are too old from now on.
pub fn after_commit(core: &Core, snapshot: &Snapshot, changes: &Changes, block: &ValidBlock) -> Result<(), CoreFault> {
    let next = NextBlock::read(snapshot, snapshot.tip().height)?;
    let included: Vec<FullHash> = block.txs().iter().map(|tx| tx.full_hash()).collect();
    core.pool.commit(&Committed {
        height: snapshot.tip().height,
        base_fee: next.base_fee,
        included: &included,
        accounts: &changes.accounts,
        spent: &changes.spent,
        lost_anchors: &changes.lost_anchors,
        notes_paused: shielded::is_paused(snapshot)?,
    });
    Ok(())
}

/// What a block changed, as far as the pool cares.
pub struct Changes {
    accounts: Vec<(Address, Account)>,
    spent: Vec<Vec<u8>>,
    lost_anchors: Vec<FieldBytes>,
}

impl Changes {
    /// Reads it off what the block wrote.
    pub fn of(writes: &WriteSet, block: &ValidBlock) -> Result<Self, StateFault> {
        Ok(Self {
            accounts: changed_accounts(writes)?,
            spent: shielded::spent(writes, block.txs()),
            lost_anchors: shielded::lost_anchors(writes),
        })
    }
}

/// The accounts that a block changed, as they are after it.
fn changed_accounts(writes: &WriteSet) -> Result<Vec<(Address, Account)>, StateFault> {
    let prefix = key::accounts_prefix();
    let accounts = writes.0.iter().filter_map(|change| {
        let address = change.key.strip_prefix(prefix.as_slice())?.try_into().ok().map(Address)?;
        Some((address, change))
    });
    accounts
        .map(|(address, change)| {
            let account = change.new.as_deref().map(|bytes| decode(&change.key, bytes)).transpose()?;
            Ok((address, account.unwrap_or_default()))
        })
        .collect()
}
