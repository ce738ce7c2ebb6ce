//! The shielded pool and issued assets, as the rest of the node asks for them: reads for RPC, what the mempool must know of a
//! newcomer and of a block, and figures for the metrics page. Every function answers from the one state it is given and
//! decides nothing: what is valid is `exec`'s matter.

use super::core::CoreFault;
use std::sync::Arc;
use tacit_exec::{CheckedTx, ExecFault, Refusal, Reject};
use tacit_rpc::backend::{AccountAssets, AssetState, IssuedAsset, PoolState, SubtreeRoot};
use tacit_state::overlay::{decode, read_value};
use tacit_state::record::{Asset, NoteTree, Subtree};
use tacit_state::{Overlay, StateFault, StateRead, WriteSet, key};
use tacit_storage::Snapshot;
use tacit_types::shielded::{CompactBlock, OUTPUTS};
use tacit_types::{Address, Amount, AssetId, FieldBytes, Height};

/// Digits of the native token after the point.
const NATIVE_DECIMALS: u8 = 18;

/// Root, size and pause.
pub fn pool(snapshot: &Snapshot) -> Result<PoolState, CoreFault> {
    let tree: NoteTree = read(snapshot, &key::note_tree())?
        .ok_or_else(|| CoreFault::Exec(ExecFault::Invariant("the state has no note tree".into())))?;
    let height = snapshot.tip().height;
    Ok(PoolState { height, root: tree.root, notes: tree.notes, paused_until: paused_until(snapshot)? })
}

/// At most `limit` full subtrees from index `start` on.
pub fn subtree_roots(snapshot: &Snapshot, start: u32, limit: usize) -> Result<Vec<SubtreeRoot>, CoreFault> {
    let found = scan(snapshot, &key::subtrees_prefix(), &key::subtree(start), limit)?;
    let roots = (start..).zip(found).map(|(index, (found, bytes))| {
        let subtree: Subtree = decode(&found, &bytes)?;
        Ok(SubtreeRoot { index, root: subtree.root, height: subtree.height })
    });
    roots.collect::<Result<_, StateFault>>().map_err(fault)
}

/// The height at which a note was spent.
pub fn note_spent(snapshot: &Snapshot, nullifier: &FieldBytes) -> Result<Option<Height>, CoreFault> {
    Ok(read::<u64>(snapshot, &key::note_nullifier(nullifier))?.map(Height))
}

/// An asset, the native one included.
pub fn asset(snapshot: &Snapshot, id: &AssetId) -> Result<Option<AssetState>, CoreFault> {
    let height = snapshot.tip().height;
    let shielded = turnstile(snapshot, id)?;
    if *id == AssetId::NATIVE {
        let supply = read(snapshot, &key::supply())?.unwrap_or_default();
        return Ok(Some(AssetState { height, decimals: NATIVE_DECIMALS, supply, shielded, issued: None }));
    }
    let asset: Option<Asset> = read(snapshot, &key::asset(id))?;
    Ok(asset.map(|Asset { issuer, symbol, decimals, supply, cap }| AssetState {
        height,
        decimals,
        supply,
        shielded,
        issued: Some(IssuedAsset { issuer, symbol, cap }),
    }))
}

/// At most `limit` assets of an account from id `from` on.
pub fn account_assets(
    snapshot: &Snapshot,
    address: &Address,
    from: &AssetId,
    limit: usize,
) -> Result<AccountAssets, CoreFault> {
    let prefix = key::asset_balances_prefix(address);
    let start = key::asset_balance(address, from);
    let found = scan(snapshot, &prefix, &start, limit.saturating_add(1))?;
    let mut balances = Vec::with_capacity(found.len());
    for (found, bytes) in &found {
        let asset = found.strip_prefix(prefix.as_slice()).and_then(|id| id.try_into().ok()).map(AssetId);
        let asset = asset.ok_or_else(|| CoreFault::Missing("asset id in the key of a balance".into()))?;
        balances.push((asset, decode::<Amount>(found, bytes).map_err(fault)?));
    }
    let next = balances.get(limit).map(|(asset, _)| *asset);
    balances.truncate(limit);
    Ok(AccountAssets { height: snapshot.tip().height, balances, next })
}

/// Whether the block after the tip could take all join-splits of `tx`: exec's own check, on a state that is thrown away.
pub fn check_notes(snapshot: &Snapshot, tx: &CheckedTx) -> Result<Result<(), Reject>, ExecFault> {
    let height = snapshot.tip().height.next();
    let mut overlay = Overlay::new(snapshot);
    for (_, join_split) in tx.tx().body.join_splits() {
        match tacit_exec::pool::spend(&mut overlay, join_split, height) {
            Ok(()) => {}
            Err(Refusal::Reject(reject)) => return Ok(Err(reject)),
            Err(Refusal::Fault(fault)) => return Err(fault),
        }
    }
    Ok(Ok(()))
}

/// The nullifiers that a block with `txs` really spent: those of a body that failed are still free.
pub fn spent(writes: &WriteSet, txs: &[Arc<CheckedTx>]) -> Vec<Vec<u8>> {
    let written = |nullifier: &Vec<u8>| {
        let place = writes.0.binary_search_by(|change| change.key.as_slice().cmp(nullifier));
        place.ok().and_then(|place| writes.0.get(place)).is_some_and(|change| change.new.is_some())
    };
    txs.iter().flat_map(|tx| tx.nullifiers()).filter(written).collect()
}

/// The roots of the note tree that nobody may name after a block.
pub fn lost_anchors(writes: &WriteSet) -> Vec<FieldBytes> {
    let prefix = key::anchors_prefix();
    let removed = writes.0.iter().filter(|change| change.new.is_none());
    removed
        .filter_map(|change| Some(FieldBytes(change.key.strip_prefix(prefix.as_slice())?.try_into().ok()?)))
        .collect()
}

/// Whether the pool stands still at the height after the tip.
pub fn is_paused(snapshot: &Snapshot) -> Result<bool, CoreFault> {
    Ok(paused_until(snapshot)?.is_some_and(|until| until > snapshot.tip().height))
}

/// Tells the metrics page about the pool after a block.
pub fn measure(snapshot: &Snapshot, block: Option<&CompactBlock>) -> Result<(), CoreFault> {
    let state = pool(snapshot)?;
    let native = turnstile(snapshot, &AssetId::NATIVE)?;
    metrics::gauge!("tacit_shielded_notes").set(state.notes as f64);
    metrics::gauge!("tacit_shielded_paused").set(if is_paused(snapshot)? { 1.0 } else { 0.0 });
    metrics::gauge!("tacit_shielded_native_base_units").set(native.0 as f64);
    if let Some(block) = block {
        let nullifiers: usize = block.join_splits.iter().map(|split| split.nullifiers.as_slice().len()).sum();
        metrics::counter!("tacit_shielded_nullifiers_total").increment(nullifiers as u64);
        metrics::counter!("tacit_shielded_join_splits_total").increment(block.join_splits.len() as u64);
        metrics::counter!("tacit_shielded_outputs_total").increment((block.join_splits.len() * OUTPUTS) as u64);
    }
    Ok(())
}

fn turnstile(snapshot: &Snapshot, asset: &AssetId) -> Result<Amount, CoreFault> {
    Ok(read(snapshot, &key::turnstile(asset))?.unwrap_or_default())
}

fn paused_until(snapshot: &Snapshot) -> Result<Option<Height>, CoreFault> {
    Ok(read::<u64>(snapshot, &key::pool_pause())?.map(Height))
}

fn read<T>(snapshot: &Snapshot, key: &[u8]) -> Result<Option<T>, CoreFault>
where
    T: borsh::BorshDeserialize + borsh::BorshSerialize,
{
    read_value(snapshot, key).map_err(fault)
}

fn scan(snapshot: &Snapshot, prefix: &[u8], start: &[u8], limit: usize) -> Result<Vec<(Vec<u8>, Vec<u8>)>, CoreFault> {
    snapshot.scan(prefix, start, limit).map_err(fault)
}

fn fault(error: StateFault) -> CoreFault {
    CoreFault::Exec(error.into())
}
