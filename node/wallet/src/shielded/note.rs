//! Notes: the coins of the pool, as only their owners and senders see them.

use super::address::{Diversifier, ShieldedAddress};
use super::memo::MemoKey;
use std::fmt;
use tacit_circuits::{FieldBytes, MembershipPath, Reject, note};
use tacit_types::AssetId;
use zeroize::Zeroize;

/// A coin: so much of an asset for an owner, and the randomness that hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct Note {
    /// Of what.
    pub asset: AssetId,
    /// How much, in base units.
    pub value: u128,
    /// For which of the owner's addresses.
    pub diversifier: Diversifier,
    /// Who may spend it, as the address says.
    pub owner: FieldBytes,
    /// From this follow the blinding of its commitment and the ephemeral key of its encryption.
    pub rseed: [u8; 32],
}

/// A note that was sent to the holder of a viewing key and passed every check.
#[derive(Clone, PartialEq, Eq)]
pub struct DecryptedNote {
    /// The note.
    pub note: Note,
    /// Decrypts the memo of its join-split.
    pub memo_key: MemoKey,
}

/// A note that can be spent: it lies in the note tree, and its path there is known.
#[derive(Clone)]
pub struct SpendableNote {
    /// The note.
    pub note: Note,
    /// Its leaf in the note tree.
    pub position: u32,
    /// From its leaf to the anchor of the transaction that is to spend it.
    pub path: MembershipPath,
}

impl Note {
    /// A note for `address`.
    #[must_use]
    pub const fn new(address: &ShieldedAddress, asset: AssetId, value: u128, rseed: [u8; 32]) -> Self {
        Self { asset, value, diversifier: address.diversifier(), owner: address.owner(), rseed }
    }

    /// What hides the note in its commitment.
    #[must_use]
    pub fn blinding(&self) -> FieldBytes {
        note::blinding(&self.rseed)
    }

    /// The asset as circuits see it.
    #[must_use]
    pub fn asset_field(&self) -> FieldBytes {
        note::asset_field(&self.asset.0)
    }

    /// What the chain shows of the note.
    ///
    /// # Errors
    /// [`Reject::NotCanonical`] for an owner that is no field element.
    pub fn commitment(&self) -> Result<FieldBytes, Reject> {
        note::commitment(&self.asset_field(), self.value, &self.owner, &self.blinding())
    }

    /// What spending the note will show. The position in it makes notes with equal commitments spendable apart.
    ///
    /// # Errors
    /// [`Reject::NotCanonical`] for an owner or key that is no field element.
    pub fn nullifier(&self, nullifier_key: &FieldBytes, position: u32) -> Result<FieldBytes, Reject> {
        note::nullifier(nullifier_key, &self.commitment()?, position)
    }
}

impl Drop for Note {
    fn drop(&mut self) {
        self.value.zeroize();
        self.owner.zeroize();
        self.rseed.zeroize();
    }
}

impl fmt::Debug for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Note(..)")
    }
}

impl fmt::Debug for DecryptedNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DecryptedNote(..)")
    }
}

impl fmt::Debug for SpendableNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SpendableNote(..)")
    }
}
