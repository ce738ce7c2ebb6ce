//! The shielded pool: which anchors stand, which notes are spent, what the pool holds of each asset. The only file that
//! changes any of it.
//!
//! A join-split's proof and spend signature were verified without state; here stands everything the state has to say.
//! All checks come before the first write, so that a refused join-split leaves nothing behind even where nobody rolls
//! back. Outputs are collected in a [`PoolLog`] and appended to the note tree once, at the block's end: an anchor exists
//! only between blocks, and no note can be spent in the block that made it.

use crate::error::{ExecFault, Refusal, Reject};
use tacit_circuits::{FieldBytes as CircuitField, Frontier};
use tacit_state::record::{NoteTree, Subtree};
use tacit_state::{Overlay, StateFault, key};
use tacit_types::limits::{ANCHOR_HEIGHTS, BLOCK_PROOFS_MAX};
use tacit_types::shielded::{CompactBlock, CompactJoinSplit, JoinSplit, OUTPUTS, PublicValue};
use tacit_types::{Amount, AssetId, Bytes, FieldBytes, Height, List, RejectCode};

/// Notes that one block can add at most; a tree with less room than this takes no more.
const BLOCK_NOTES_MAX: u64 = (BLOCK_PROOFS_MAX * OUTPUTS) as u64;
/// What stands under the current root instead of a height: it has no last one yet.
const CURRENT: u64 = u64::MAX;

/// The join-splits of a block that took effect so far, in the order in which their outputs enter the note tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolLog {
    first_position: u64,
    join_splits: Vec<CompactJoinSplit>,
}

impl PoolLog {
    /// An empty log for the block that follows the state.
    ///
    /// # Errors
    /// [`ExecFault`] when the state lacks the note tree.
    pub fn new(overlay: &mut Overlay<'_>) -> Result<Self, ExecFault> {
        Ok(Self { first_position: note_tree(overlay)?.notes, join_splits: Vec::new() })
    }

    /// Adds a join-split; returns the position that its first output will have.
    pub fn push(&mut self, join_split: CompactJoinSplit) -> u64 {
        let before = u64::try_from(self.join_splits.len().saturating_mul(OUTPUTS)).unwrap_or(u64::MAX);
        self.join_splits.push(join_split);
        self.first_position.saturating_add(before)
    }

    /// A point to go back to.
    #[must_use]
    pub fn mark(&self) -> usize {
        self.join_splits.len()
    }

    /// Forgets what was added after `mark`.
    pub fn truncate(&mut self, mark: usize) {
        self.join_splits.truncate(mark);
    }
}

/// The state of an empty pool, for genesis.
pub fn initial_tree(overlay: &mut Overlay<'_>) -> Result<(), ExecFault> {
    let frontier = Frontier::new();
    let root = FieldBytes(frontier.root().0);
    write_tree(overlay, &frontier, root)?;
    Ok(set_anchor(overlay, &root, CURRENT)?)
}

/// Spends the notes of `join_split` at `height` and moves its public value through the turnstile. Where the public value
/// comes from or goes to is the caller's business.
///
/// # Errors
/// [`RejectCode::PoolPaused`], [`RejectCode::NoteTreeFull`], [`RejectCode::AnchorUnknown`], [`RejectCode::NoteSpent`],
/// [`RejectCode::TurnstileExceeded`], [`RejectCode::AmountOverflow`]; then nothing was written.
pub fn spend(overlay: &mut Overlay<'_>, join_split: &JoinSplit, height: Height) -> Result<(), Refusal> {
    check_open(overlay, height)?;
    check_anchor(overlay, &join_split.anchor, height)?;
    let nullifiers = join_split.nullifiers.as_slice();
    for nullifier in nullifiers {
        if overlay.get(&key::note_nullifier(nullifier))?.is_some() {
            return Err(Reject::new(RejectCode::NoteSpent, format!("nullifier {nullifier}")).into());
        }
    }
    move_public_value(overlay, &join_split.public_value)?;
    for nullifier in nullifiers {
        overlay.set(&key::note_nullifier(nullifier), Some(height.0.to_le_bytes().to_vec()))?;
    }
    Ok(())
}

/// Stops the pool up to and including `until`.
pub fn pause(overlay: &mut Overlay<'_>, until: Height) -> Result<(), StateFault> {
    overlay.set(&key::pool_pause(), Some(until.0.to_le_bytes().to_vec()))
}

/// Appends the notes of the block at `height` and moves the anchors on. Returns what wallets scan, if there is anything.
///
/// # Errors
/// [`ExecFault`]: nothing in a valid block can make this fail.
pub fn close(overlay: &mut Overlay<'_>, log: PoolLog, height: Height) -> Result<Option<CompactBlock>, ExecFault> {
    forget_anchors(overlay, height)?;
    if log.join_splits.is_empty() {
        return Ok(None);
    }
    let before = note_tree(overlay)?;
    let mut frontier = Frontier::from_bytes(&before.frontier).map_err(|error| damaged(&error))?;
    let leaves: Vec<CircuitField> = log
        .join_splits
        .iter()
        .flat_map(|join_split| join_split.outputs.iter().map(|output| CircuitField(output.commitment.0)))
        .collect();
    let filled = frontier.append_noting_subtrees(&leaves).map_err(|error| damaged(&error))?;
    for (index, root) in filled {
        overlay.write(&key::subtree(index), &Subtree { root: FieldBytes(root.0), height })?;
    }
    let root = FieldBytes(frontier.root().0);
    write_tree(overlay, &frontier, root)?;
    replace_anchor(overlay, &before.root, &root, height)?;
    let join_splits = List::new(log.join_splits).map_err(|error| damaged(&error))?;
    Ok(Some(CompactBlock { height, first_position: log.first_position, root, join_splits }))
}

/// The last height of the last pause, if there ever was one.
pub fn paused_until(overlay: &mut Overlay<'_>) -> Result<Option<Height>, StateFault> {
    Ok(read_height(overlay, &key::pool_pause())?.map(Height))
}

fn check_open(overlay: &mut Overlay<'_>, height: Height) -> Result<(), Refusal> {
    if let Some(until) = paused_until(overlay)?
        && height <= until
    {
        return Err(Reject::new(RejectCode::PoolPaused, format!("up to height {until}")).into());
    }
    let room = tacit_circuits::tree::CAPACITY.saturating_sub(note_tree(overlay)?.notes);
    if room < BLOCK_NOTES_MAX { Err(RejectCode::NoteTreeFull.into()) } else { Ok(()) }
}

/// The current root always stands; an older one for [`ANCHOR_HEIGHTS`] heights after its last.
fn check_anchor(overlay: &mut Overlay<'_>, anchor: &FieldBytes, height: Height) -> Result<(), Refusal> {
    match read_height(overlay, &key::anchor(anchor))? {
        Some(CURRENT) => Ok(()),
        Some(last) if last.saturating_add(ANCHOR_HEIGHTS) >= height.0 => Ok(()),
        _ => Err(Reject::new(RejectCode::AnchorUnknown, format!("anchor {anchor}")).into()),
    }
}

fn move_public_value(overlay: &mut Overlay<'_>, value: &PublicValue) -> Result<(), Refusal> {
    let (asset, moved) = match value {
        PublicValue::None => return Ok(()),
        PublicValue::In { asset, amount } => {
            (asset, turnstile(overlay, asset)?.checked_add(*amount).ok_or(RejectCode::AmountOverflow)?)
        }
        PublicValue::Out { asset, amount } => {
            (asset, turnstile(overlay, asset)?.checked_sub(*amount).ok_or(RejectCode::TurnstileExceeded)?)
        }
    };
    let key = key::turnstile(asset);
    Ok(if moved == Amount::ZERO { overlay.set(&key, None) } else { overlay.write(&key, &moved) }?)
}

fn turnstile(overlay: &mut Overlay<'_>, asset: &AssetId) -> Result<Amount, StateFault> {
    Ok(overlay.read(&key::turnstile(asset))?.unwrap_or_default())
}

/// Drops the root whose window ends before `height`. Heights come one by one, so that there is at most one.
fn forget_anchors(overlay: &mut Overlay<'_>, height: Height) -> Result<(), ExecFault> {
    let Some(last) = height.0.checked_sub(ANCHOR_HEIGHTS) else { return Ok(()) };
    let end = key::anchor_end(Height(last));
    if let Some(root) = overlay.read::<FieldBytes>(&end)? {
        overlay.set(&end, None)?;
        overlay.set(&key::anchor(&root), None)?;
    }
    Ok(())
}

/// `old` was the root up to the end of the height before this one; `new` is from now on.
fn replace_anchor(
    overlay: &mut Overlay<'_>,
    old: &FieldBytes,
    new: &FieldBytes,
    height: Height,
) -> Result<(), ExecFault> {
    let last = Height(height.0.saturating_sub(1));
    set_anchor(overlay, old, last.0)?;
    overlay.write(&key::anchor_end(last), old)?;
    Ok(set_anchor(overlay, new, CURRENT)?)
}

fn set_anchor(overlay: &mut Overlay<'_>, root: &FieldBytes, last: u64) -> Result<(), StateFault> {
    overlay.set(&key::anchor(root), Some(last.to_le_bytes().to_vec()))
}

fn read_height(overlay: &mut Overlay<'_>, key: &[u8]) -> Result<Option<u64>, StateFault> {
    overlay.read::<u64>(key)
}

fn note_tree(overlay: &mut Overlay<'_>) -> Result<NoteTree, ExecFault> {
    overlay.read(&key::note_tree())?.ok_or_else(|| ExecFault::Invariant("the state has no note tree".into()))
}

fn write_tree(overlay: &mut Overlay<'_>, frontier: &Frontier, root: FieldBytes) -> Result<(), ExecFault> {
    let bytes = Bytes::new(frontier.to_bytes()).map_err(|error| damaged(&error))?;
    Ok(overlay.write(&key::note_tree(), &NoteTree { notes: frontier.count(), root, frontier: bytes })?)
}

/// What this file wrote itself must read back, and what it checked must fit.
fn damaged(error: &dyn std::fmt::Display) -> ExecFault {
    ExecFault::Invariant(format!("the note tree cannot grow: {error}"))
}
