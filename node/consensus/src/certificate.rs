//! Between the engine's commit certificates and the chain's.
//!
//! The engine lists addresses with signatures; the chain keeps a bitmap over the canonical order of the height's set.
//! Both directions need that set. Nothing is verified here: the engine verified what it gives, and it verifies what a
//! peer is sent.

use crate::context::{CtxAddress, CtxHeight, TacitContext, engine_round, shared_round};
use crate::error::ConsensusError;
use crate::malachite::{self, ExtendedCommitCertificate, ExtendedCommitSignature, Signature as EngineSignature};
use tacit_types::{CommitCertificate, Signature, ValidatorSet};

/// The chain's form of a decision.
///
/// # Errors
/// [`ConsensusError::Engine`] when it has no round or names a stranger, which the engine has excluded.
pub(crate) fn to_chain(
    certificate: &malachite::CommitCertificate<TacitContext>,
    set: &ValidatorSet,
) -> Result<CommitCertificate, ConsensusError> {
    let refuse = |what: String| ConsensusError::Engine(format!("a commit certificate {what}"));
    let round = shared_round(certificate.round).ok_or_else(|| refuse("without a round".to_owned()))?;
    let mut signatures = Vec::with_capacity(certificate.commit_signatures.len());
    for one in &certificate.commit_signatures {
        let stranger = || refuse(format!("signed by {}, who is not in the set", one.address));
        let index = set.index_of(&one.address.0).ok_or_else(stranger)?;
        signatures.push((index, Signature(one.signature.to_bytes())));
    }
    CommitCertificate::new(certificate.height.0, round, certificate.value_id, set, signatures)
        .map_err(|error| refuse(error.to_string()))
}

/// The engine's form, for a peer that syncs; `None` when the bitmap does not fit the set.
pub(crate) fn to_engine(
    certificate: &CommitCertificate,
    set: &ValidatorSet,
) -> Option<ExtendedCommitCertificate<TacitContext>> {
    let mut signatures = certificate.signatures.iter();
    let mut commit_signatures = Vec::with_capacity(certificate.signatures.len());
    for index in 0..certificate.signers.len().saturating_mul(8) {
        let byte = certificate.signers.get(index >> 3).copied().unwrap_or(0);
        if (byte >> (index & 7)) & 1 == 1 {
            let address = CtxAddress(set.get(index)?.address());
            let signature = EngineSignature::from_bytes(signatures.next()?.0);
            commit_signatures.push(ExtendedCommitSignature::new(address, signature, None));
        }
    }
    signatures.next().is_none().then_some(ExtendedCommitCertificate {
        height: CtxHeight(certificate.height),
        round: engine_round(certificate.round),
        value_id: certificate.block_id,
        commit_signatures,
    })
}
