//! The spending key of a shielded account: the only secret that can move its money. It never leaves this type; what
//! others need (viewing, proving) is derived from it and cannot be turned back.

use super::derive::{context, kdf, wide};
use super::viewing::FullViewingKey;
use crate::error::WalletError;
use std::fmt;
use tacit_circuits::hash_to_field;
use tacit_circuits::spend::{Blinding, SpendSecret};
use tacit_types::FieldBytes;
use tacit_types::shielded::OUTPUTS;
use zeroize::Zeroizing;

/// Spends the money of one shielded account.
pub struct SpendingKey {
    ask: SpendSecret,
    /// From this and what the chain sees of a join-split follows what makes its key of the wallet's.
    blinding_key: Zeroizing<[u8; 32]>,
    viewing: FullViewingKey,
}

impl SpendingKey {
    /// The key that follows from the 32 bytes at an account's derivation path.
    ///
    /// # Errors
    /// [`WalletError::ShieldedKey`] for the one in 2^250 bytes from which no key follows.
    pub fn from_bytes(sk: &[u8; 32]) -> Result<Self, WalletError> {
        let ask = SpendSecret::from_wide(&wide(context::ASK, &[sk])).ok_or(WalletError::ShieldedKey)?;
        let nk = hash_to_field(context::NK, sk);
        let (ovk, dk) = (kdf(context::OVK, &[sk]), kdf(context::DK, &[sk]));
        let viewing = FullViewingKey::from_parts(ask.public(), nk, ovk, dk)?;
        Ok(Self { ask, blinding_key: kdf(context::BLINDING_KEY, &[sk]), viewing })
    }

    /// A key that nobody keeps, for an account that shields money for somebody else.
    ///
    /// # Errors
    /// [`WalletError::Random`].
    pub fn random() -> Result<Self, WalletError> {
        let mut sk = Zeroizing::new([0u8; 32]);
        crate::random(sk.as_mut())?;
        Self::from_bytes(&sk)
    }

    /// What sees everything of the account and spends nothing.
    #[must_use]
    pub const fn full_viewing_key(&self) -> &FullViewingKey {
        &self.viewing
    }

    /// What makes the key of one join-split. To everybody else it is random; its owner can find it again from what the
    /// chain shows, and so prove later that the join-split was its own.
    pub(super) fn spend_blinding(&self, nullifiers: &[FieldBytes], outputs: [&FieldBytes; OUTPUTS]) -> Blinding {
        let mut parts: Vec<&[u8]> = vec![self.blinding_key.as_ref()];
        parts.extend(nullifiers.iter().chain(outputs).map(|field| &field.0[..]));
        Blinding::from_wide(&wide(context::SPEND_BLINDING, &parts))
    }

    /// The secret number that signs.
    pub(super) const fn secret(&self) -> &SpendSecret {
        &self.ask
    }
}

impl fmt::Debug for SpendingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SpendingKey(..)")
    }
}
