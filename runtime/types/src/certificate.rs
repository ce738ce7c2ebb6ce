//! Commit certificates: more than two thirds of the power signed one block.

use crate::bounded::{Bytes, List};
use crate::limits::VALIDATORS_MAX;
use crate::vote::{SignedStep, sign_bytes};
use crate::{BlockId, GenesisId, Height, PublicKey, Round, Signature, ValidatorSet};
use alloc::vec::Vec;
use borsh::{BorshDeserialize, BorshSerialize};

/// Proof that `block_id` was decided at `height`.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct CommitCertificate {
    /// Height of the decided block.
    pub height: Height,
    /// Round that decided it.
    pub round: Round,
    /// The decided block.
    pub block_id: BlockId,
    /// Bit i (least significant first) says whether validator i of the height's set signed. Its length is
    /// exactly the number of bytes that the set needs, and unused bits are zero.
    pub signers: Bytes<{ VALIDATORS_MAX / 8 }>,
    /// One signature per set bit, in the order of the bits.
    pub signatures: List<Signature, VALIDATORS_MAX>,
}

/// Why a certificate was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// The bitmap does not fit the validator set.
    #[error("the signer bitmap does not fit the validator set")]
    Bitmap,
    /// The number of signatures is not the number of set bits.
    #[error("the number of signatures differs from the number of signers")]
    Count,
    /// Signers hold two thirds of the power or less.
    #[error("the signers do not hold more than two thirds of the voting power")]
    Power,
}

/// One signature of a certificate, ready to be verified.
#[derive(Debug, Clone, Copy)]
pub struct CertificateSignature {
    /// Who signed.
    pub public_key: PublicKey,
    /// What was signed.
    pub message: [u8; 32],
    /// The signature.
    pub signature: Signature,
}

impl CommitCertificate {
    /// Builds a certificate from the signatures of some validators of `set`, given by index.
    ///
    /// # Errors
    /// [`CertificateError::Bitmap`] for an index outside the set.
    pub fn new(
        height: Height,
        round: Round,
        block_id: BlockId,
        set: &ValidatorSet,
        mut signatures: Vec<(usize, Signature)>,
    ) -> Result<Self, CertificateError> {
        signatures.sort_by_key(|(index, _)| *index);
        signatures.dedup_by_key(|(index, _)| *index);
        let mut bitmap = alloc::vec![0u8; set.len().div_ceil(8)];
        for (index, _) in &signatures {
            if *index >= set.len() {
                return Err(CertificateError::Bitmap);
            }
            let byte = bitmap.get_mut(index >> 3).ok_or(CertificateError::Bitmap)?;
            *byte |= 1 << (index & 7);
        }
        Ok(Self {
            height,
            round,
            block_id,
            signers: Bytes::new(bitmap).map_err(|_| CertificateError::Bitmap)?,
            signatures: List::new(signatures.into_iter().map(|(_, signature)| signature).collect())
                .map_err(|_| CertificateError::Count)?,
        })
    }

    /// Checks shape and power against the set of the certificate's height, and gives the signatures that are left
    /// to verify. A certificate is good when this succeeds and every returned signature verifies.
    ///
    /// # Errors
    /// [`CertificateError`].
    pub fn signatures_to_verify(
        &self,
        genesis_id: &GenesisId,
        set: &ValidatorSet,
    ) -> Result<Vec<CertificateSignature>, CertificateError> {
        if self.signers.len() != set.len().div_ceil(8) {
            return Err(CertificateError::Bitmap);
        }
        let message = sign_bytes(genesis_id, SignedStep::Precommit, self.height, self.round, Some(&self.block_id));
        let mut signatures = self.signatures.iter();
        let mut found = Vec::new();
        let mut power = 0u64;
        for index in 0..self.signers.len().saturating_mul(8) {
            let byte = self.signers.get(index >> 3).copied().unwrap_or(0);
            if (byte >> (index & 7)) & 1 == 0 {
                continue;
            }
            let validator = set.get(index).ok_or(CertificateError::Bitmap)?;
            let signature = *signatures.next().ok_or(CertificateError::Count)?;
            power = power.saturating_add(validator.power.0);
            found.push(CertificateSignature { public_key: validator.public_key, message, signature });
        }
        if signatures.next().is_some() {
            return Err(CertificateError::Count);
        }
        if power.saturating_mul(3) <= set.total_power().0.saturating_mul(2) {
            return Err(CertificateError::Power);
        }
        Ok(found)
    }
}
