//! Signing and checking of consensus messages with Ed25519 (ZIP-215 rules), over the sign-bytes of
//! `tacit_types::vote`.
//!
//! Every signature of this validator passes the last-signed guard. The only exception is the validator proof, which
//! binds the key to the node's network identity and is made once at start.

use crate::context::{CtxProposal, CtxVote, TacitContext, shared_round};
use crate::error::ConsensusError;
use crate::fault::FaultLine;
use crate::guard::{Guard, GuardCounts, GuardError};
use crate::malachite;
use crate::malachite::{
    NilOrVal, PublicKey, Signature as EngineSignature, SignedMessage, SigningError, ValidatorProof, VerificationResult,
    VoteExtensionScope, VoteType,
};
use crate::parts::{Init, SignedInit};
use crate::worker::Worker;
use async_trait::async_trait;
use ed25519_consensus::SigningKey;
use std::sync::{Arc, Mutex, PoisonError};
use tacit_types::vote::{SignedStep, sign_bytes, sign_bytes_with};
use tacit_types::{Address, BlockId, GenesisId, Height, Round, Signature, codec};

/// The bytes under a vote; `None` without a round.
pub(crate) fn vote_sign_bytes(genesis_id: &GenesisId, vote: &CtxVote) -> Option<[u8; 32]> {
    let value = match &vote.value {
        NilOrVal::Nil => None,
        NilOrVal::Val(block_id) => Some(block_id),
    };
    Some(sign_bytes(genesis_id, vote_step(vote.kind), vote.height.0, shared_round(vote.round)?, value))
}

/// The bytes under a proposal; `None` without a round.
pub(crate) fn proposal_sign_bytes(genesis_id: &GenesisId, proposal: &CtxProposal) -> Option<[u8; 32]> {
    let round = shared_round(proposal.round)?;
    let extra = codec::encode(&shared_round(proposal.pol_round));
    let value = Some(&proposal.value.0);
    Some(sign_bytes_with(genesis_id, SignedStep::Proposal, proposal.height.0, round, value, &extra))
}

/// The step a vote is signed as.
pub(crate) const fn vote_step(kind: VoteType) -> SignedStep {
    match kind {
        VoteType::Prevote => SignedStep::Prevote,
        VoteType::Precommit => SignedStep::Precommit,
    }
}

/// Whether `signature` is `key`'s under `message`.
pub(crate) fn verifies(key: &PublicKey, message: &[u8], signature: &Signature) -> bool {
    key.verify(message, &EngineSignature::from_bytes(signature.0)).is_ok()
}

/// Checks other validators' signatures; every node has one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TacitVerifier {
    pub(crate) genesis_id: GenesisId,
}

impl TacitVerifier {
    fn result(message: Option<[u8; 32]>, signature: &EngineSignature, key: &PublicKey) -> VerificationResult {
        VerificationResult::from_bool(message.is_some_and(|message| key.verify(&message, signature).is_ok()))
    }
}

#[async_trait]
impl malachite::Verifier<TacitContext> for TacitVerifier {
    async fn verify_signed_vote(
        &self,
        vote: &CtxVote,
        signature: &EngineSignature,
        key: &PublicKey,
    ) -> Result<VerificationResult, SigningError> {
        Ok(Self::result(vote_sign_bytes(&self.genesis_id, vote), signature, key))
    }

    async fn verify_signed_proposal(
        &self,
        proposal: &CtxProposal,
        signature: &EngineSignature,
        key: &PublicKey,
    ) -> Result<VerificationResult, SigningError> {
        Ok(Self::result(proposal_sign_bytes(&self.genesis_id, proposal), signature, key))
    }

    async fn verify_signed_vote_extension(
        &self,
        _scope: &VoteExtensionScope<TacitContext>,
        _extension: &(),
        _signature: &EngineSignature,
        _key: &PublicKey,
    ) -> Result<VerificationResult, SigningError> {
        // There are no extensions, so none is ever valid.
        Ok(VerificationResult::Invalid)
    }

    async fn verify_validator_proof(
        &self,
        proof: &ValidatorProof<TacitContext>,
    ) -> Result<VerificationResult, SigningError> {
        let valid = proof.decoded_public_key().is_ok_and(|key| key.verify(&proof.preimage(), &proof.signature).is_ok());
        Ok(VerificationResult::from_bool(valid))
    }
}

/// Signs with this validator's key; cheap to clone, all clones share the guard.
#[derive(Clone)]
pub(crate) struct GuardedSigner {
    key: SigningKey,
    address: Address,
    genesis_id: GenesisId,
    guard: Arc<Mutex<Guard>>,
    counts: Arc<GuardCounts>,
    faults: FaultLine,
    /// A thread beside that of the chain: a vote does not wait for a block.
    worker: Worker,
}

/// Native stack of the thread that signs, in bytes.
const SIGNER_STACK_BYTES: usize = 1024 * 1024;

impl GuardedSigner {
    /// A signer for `key` behind `guard`. Refusals are reported to `faults`, because the engine hides them.
    ///
    /// # Errors
    /// [`ConsensusError::Start`] without a thread.
    pub(crate) fn new(
        key: SigningKey,
        genesis_id: GenesisId,
        guard: Guard,
        faults: FaultLine,
    ) -> Result<Self, ConsensusError> {
        let address = Address::of_key(&tacit_types::PublicKey(key.verification_key().to_bytes()));
        let counts = guard.counts();
        let worker = Worker::start("signer", SIGNER_STACK_BYTES)?;
        Ok(Self { key, address, genesis_id, guard: Arc::new(Mutex::new(guard)), counts, faults, worker })
    }

    /// This validator's address.
    pub(crate) const fn address(&self) -> Address {
        self.address
    }

    /// This validator's key.
    pub(crate) fn public_key(&self) -> [u8; 32] {
        self.key.verification_key().to_bytes()
    }

    /// The guard's counters.
    pub(crate) fn counts(&self) -> Arc<GuardCounts> {
        Arc::clone(&self.counts)
    }

    /// Signs the announcement of an own block. `None` when this validator has signed a later step of the height, or
    /// announced another block in the round: then this block is given up, and the round with it.
    pub(crate) async fn sign_init(&self, init: Init) -> Result<Option<SignedInit>, ConsensusError> {
        let message = init.sign_bytes(&self.genesis_id);
        match self.pass_guard(init.height, init.round, SignedStep::PartsInit, message).await {
            Ok(signature) => Ok(Some(SignedInit { init, signature })),
            Err(ConsensusError::Guard(GuardError::Behind { signed_height, .. })) if signed_height == init.height => {
                Ok(None)
            }
            Err(ConsensusError::Guard(GuardError::Conflict { .. })) => Ok(None),
            Err(error) => {
                self.faults.report(error.clone());
                Err(error)
            }
        }
    }

    /// The proof that this key and the network identity `peer` belong together; not a consensus message.
    pub(crate) fn proof_of_identity(&self, peer: Vec<u8>) -> ValidatorProof<TacitContext> {
        let key = self.public_key().to_vec();
        let preimage = ValidatorProof::<TacitContext>::signing_bytes(&key, &peer);
        ValidatorProof::new(key, peer, EngineSignature::from_bytes(self.key.sign(&preimage).to_bytes()))
    }

    /// Signs, or stops the node: what the engine asks for it must be able to get.
    async fn sign(
        &self,
        height: Height,
        round: Round,
        step: SignedStep,
        message: [u8; 32],
    ) -> Result<Signature, ConsensusError> {
        let result = self.pass_guard(height, round, step, message).await;
        result.inspect_err(|error| self.faults.report(error.clone()))
    }

    /// Passes the guard on its thread, since it syncs a file.
    async fn pass_guard(
        &self,
        height: Height,
        round: Round,
        step: SignedStep,
        message: [u8; 32],
    ) -> Result<Signature, ConsensusError> {
        let (guard, key) = (Arc::clone(&self.guard), self.key.clone());
        let signed = self.worker.run(move || {
            let mut guard = guard.lock().unwrap_or_else(PoisonError::into_inner);
            guard.sign(height, round, step, message, |message| Signature(key.sign(message).to_bytes()))
        });
        Ok(signed.await??)
    }

    async fn sign_for_engine(
        &self,
        height: Height,
        round: malachite::Round,
        step: SignedStep,
        message: Option<[u8; 32]>,
    ) -> Result<EngineSignature, SigningError> {
        let missing = || SigningError::from_source("a message without a round cannot be signed");
        let round = shared_round(round).ok_or_else(missing)?;
        let message = message.ok_or_else(missing)?;
        let signature = self.sign(height, round, step, message).await.map_err(SigningError::from_source)?;
        Ok(EngineSignature::from_bytes(signature.0))
    }
}

#[async_trait]
impl malachite::Signer<TacitContext> for GuardedSigner {
    async fn sign_vote(&self, vote: CtxVote) -> Result<SignedMessage<TacitContext, CtxVote>, SigningError> {
        let message = vote_sign_bytes(&self.genesis_id, &vote);
        let signature = self.sign_for_engine(vote.height.0, vote.round, vote_step(vote.kind), message).await?;
        Ok(SignedMessage::new(vote, signature))
    }

    async fn sign_proposal(
        &self,
        proposal: CtxProposal,
    ) -> Result<SignedMessage<TacitContext, CtxProposal>, SigningError> {
        let message = proposal_sign_bytes(&self.genesis_id, &proposal);
        let signature = self.sign_for_engine(proposal.height.0, proposal.round, SignedStep::Proposal, message).await?;
        Ok(SignedMessage::new(proposal, signature))
    }

    async fn sign_vote_extension(
        &self,
        _scope: VoteExtensionScope<TacitContext>,
        _extension: (),
    ) -> Result<SignedMessage<TacitContext, ()>, SigningError> {
        Err(SigningError::from_source("votes carry no extensions on this chain"))
    }

    async fn sign_validator_proof(
        &self,
        _public_key: Vec<u8>,
        peer_id: Vec<u8>,
    ) -> Result<ValidatorProof<TacitContext>, SigningError> {
        Ok(self.proof_of_identity(peer_id))
    }
}

/// The block a vote is for.
pub(crate) const fn voted_block(value: &NilOrVal<BlockId>) -> Option<BlockId> {
    match value {
        NilOrVal::Nil => None,
        NilOrVal::Val(block_id) => Some(*block_id),
    }
}
