//! A wallet's notes and what became of them, read from the segments of its store in the order of the chain.
//!
//! Spends are recognised by nullifiers, which only a full viewing key can compute: with an incoming one every note looks
//! unspent, and whoever shows a balance must say so.

use super::address::{Diversifier, ShieldedAddress};
use super::history::{Kind, Line};
use super::note::Note;
use super::store::{ReceivedNote, Segment, Store};
use super::viewing::ViewingKey;
use crate::error::WalletError;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use tacit_types::shielded::{OUTPUTS, PublicValue};
use tacit_types::{AssetId, TxId};

/// A note of this wallet.
#[derive(Debug, Clone)]
pub struct OwnNote {
    /// Its leaf in the note tree.
    pub position: u32,
    /// The height that made it.
    pub height: u64,
    /// The transaction that made it.
    pub tx_id: TxId,
    /// The note.
    pub note: Note,
    /// What spending it shows; unknown with an incoming key.
    pub nullifier: Option<[u8; 32]>,
    /// Where it was spent.
    pub spent: Option<(u64, TxId)>,
}

/// All notes of a viewing key up to a height.
#[derive(Debug, Clone)]
pub struct Ledger {
    height: u64,
    sees_spends: bool,
    notes: BTreeMap<u32, OwnNote>,
    by_nullifier: HashMap<[u8; 32], u32>,
    lines: Vec<Line>,
}

impl Ledger {
    /// Reads a store from end to end.
    ///
    /// # Errors
    /// [`WalletError::Cache`] when a segment was damaged since it was opened (a sync mends that), [`WalletError::Io`].
    pub fn load(store: &mut Store, key: &ViewingKey) -> Result<Self, WalletError> {
        let mut ledger = Self {
            height: 0,
            sees_spends: key.full().is_some(),
            notes: BTreeMap::new(),
            by_nullifier: HashMap::new(),
            lines: Vec::new(),
        };
        let entries: Vec<_> = store.segments().collect();
        for entry in entries {
            ledger.add(&store.read(entry)?, key)?;
        }
        Ok(ledger)
    }

    /// The last height that it knows.
    #[must_use]
    pub const fn height(&self) -> u64 {
        self.height
    }

    /// False with an incoming viewing key: then what was spent is not known, and change counts as received.
    #[must_use]
    pub const fn sees_spends(&self) -> bool {
        self.sees_spends
    }

    /// All notes by position.
    pub fn notes(&self) -> impl Iterator<Item = &OwnNote> {
        self.notes.values()
    }

    /// The notes that are not spent, by position.
    pub fn unspent(&self) -> impl Iterator<Item = &OwnNote> {
        self.notes.values().filter(|note| note.spent.is_none())
    }

    /// What happened, oldest first.
    #[must_use]
    pub fn history(&self) -> &[Line] {
        &self.lines
    }

    /// True when the note of this nullifier is one's own and spent.
    #[must_use]
    pub fn is_spent(&self, nullifier: &[u8; 32]) -> bool {
        let note = self.by_nullifier.get(nullifier).and_then(|position| self.notes.get(position));
        note.is_some_and(|note| note.spent.is_some())
    }

    /// Adds the segment that comes next.
    fn add(&mut self, segment: &Segment, key: &ViewingKey) -> Result<(), WalletError> {
        for received in &segment.received {
            self.add_note(segment, received, key)?;
        }
        // A transaction that spends one's notes is one's own, and what it gives back is change, whichever of its
        // join-splits does.
        let mut mine = BTreeSet::new();
        for (height, _, join_split) in segment.join_splits_with_heights() {
            for nullifier in &join_split.nullifiers {
                let note = self.by_nullifier.get(nullifier).and_then(|position| self.notes.get_mut(position));
                let Some(note) = note else { continue };
                note.spent = Some((height, TxId(join_split.tx_id)));
                mine.insert(join_split.tx_id);
            }
        }
        self.write_history(segment, key, &mine)?;
        self.height = segment.to;
        Ok(())
    }

    fn add_note(&mut self, segment: &Segment, received: &ReceivedNote, key: &ViewingKey) -> Result<(), WalletError> {
        let position = segment.first_position.saturating_add(received.output.into());
        let (Ok(position), Some((height, join_split))) = (u32::try_from(position), segment.origin(received.output))
        else {
            return Err(WalletError::Missing);
        };
        let note = note_of(received, key)?;
        let nullifier = match key.full() {
            Some(full) => Some(note.nullifier(full.nullifier_key(), position)?.0),
            None => None,
        };
        // Two notes never have one nullifier, because no two have one position: both of two equal commitments count, and
        // both can be spent.
        self.by_nullifier.extend(nullifier.map(|nullifier| (nullifier, position)));
        let tx_id = TxId(join_split.tx_id);
        self.notes.insert(position, OwnNote { position, height, tx_id, note, nullifier, spent: None });
        Ok(())
    }

    fn write_history(
        &mut self,
        segment: &Segment,
        key: &ViewingKey,
        mine: &BTreeSet<[u8; 32]>,
    ) -> Result<(), WalletError> {
        let received: BTreeMap<u32, &ReceivedNote> = segment.received.iter().map(|note| (note.output, note)).collect();
        let sent: BTreeMap<u32, _> = segment.sent.iter().map(|note| (note.output, note)).collect();
        for (height, index, join_split) in segment.join_splits_with_heights() {
            let first = u32::try_from(index.saturating_mul(OUTPUTS)).unwrap_or(u32::MAX);
            let outputs = first..first.saturating_add(OUTPUTS as u32);
            let own_spend = mine.contains(&join_split.tx_id);
            let line = |kind, asset, amount| Line {
                height,
                tx_id: TxId(join_split.tx_id),
                kind,
                asset,
                amount,
                to: None,
                memo: None,
            };
            let spends = join_split.nullifiers.iter().any(|nullifier| self.by_nullifier.contains_key(nullifier));
            let entered = matches!(join_split.public_value, PublicValue::In { .. });
            match join_split.public_value {
                PublicValue::Out { asset, amount } if spends => {
                    // The first join-split of a transaction that no account signs pays its fee, and nothing else.
                    let fee = join_split.action == 0 && asset == AssetId::NATIVE;
                    self.lines.push(line(if fee { Kind::Fee } else { Kind::Unshielded }, asset, amount.0));
                }
                _ => {}
            }
            for output in outputs {
                match (received.get(&output), sent.get(&output)) {
                    // Outputs without value fill up a join-split.
                    (Some(note), _) if note.value > 0 => {
                        let kind = match (own_spend, entered) {
                            (true, _) => Kind::Change,
                            (false, true) => Kind::Shielded,
                            (false, false) => Kind::Received,
                        };
                        let to = key.incoming().address_with(&Diversifier(note.diversifier))?;
                        let line = line(kind, AssetId(note.asset), note.value);
                        self.lines.push(Line { to: Some(to), memo: text(note.memo.as_ref()), ..line });
                    }
                    (None, Some(note)) if note.value > 0 => {
                        let to = ShieldedAddress::from_bytes(&note.to)?;
                        let line = line(Kind::Sent, AssetId(note.asset), note.value);
                        self.lines.push(Line { to: Some(to), memo: text(note.memo.as_ref()), ..line });
                    }
                    _ => {}
                }
            }
        }
        Ok(())
    }
}

/// An empty memo is none.
fn text(memo: Option<&String>) -> Option<String> {
    memo.filter(|memo| !memo.is_empty()).cloned()
}

fn note_of(received: &ReceivedNote, key: &ViewingKey) -> Result<Note, WalletError> {
    let diversifier = Diversifier(received.diversifier);
    Ok(Note {
        asset: AssetId(received.asset),
        value: received.value,
        diversifier,
        owner: key.incoming().owner(&diversifier)?,
        rseed: received.rseed,
    })
}
