//! What a prover is given: everything that a join-split's proof needs, and nothing that signs.

use super::ProverError;
use borsh::{BorshDeserialize, BorshSerialize};
use rand_core::OsRng;
use std::fmt;
use tacit_circuits::spend::{Blinding, SpendKey};
use tacit_circuits::statement::transfer::{InputNote, OutputNote, TransferPrivate, TransferPublic, TransferShape};
use tacit_circuits::tree::{ARITY, DEPTH};
use tacit_circuits::{FieldBytes, MembershipPath, ProofBytes, ProvingKeys, Public, Reject, note, prove_transfer};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// The witness of one join-split with the public values that do not follow from it.
#[derive(Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize, Zeroize, ZeroizeOnDrop)]
pub struct ProofJob {
    /// The wallet's spend key, encoded.
    pub ak: [u8; 32],
    /// The wallet's nullifier key.
    pub nk: [u8; 32],
    /// What makes the join-split's key of the wallet's, as a number below the group's order.
    pub alpha: [u8; 32],
    /// Root of the note tree under which the inputs lie.
    pub anchor: [u8; 32],
    /// Asset of all notes, as a field element.
    pub asset: [u8; 32],
    /// What enters the pool.
    pub public_in: u128,
    /// What leaves it.
    pub public_out: u128,
    /// Binds the proof to its transaction.
    pub sighash: [u8; 32],
    /// The notes spent, dummies included: one, two or eight.
    pub inputs: Vec<JobInput>,
    /// The notes made.
    pub outputs: [JobOutput; 2],
}

/// A note to be spent.
#[derive(Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize, Zeroize, ZeroizeOnDrop)]
pub struct JobInput {
    /// Diversifier of the address it was paid to.
    pub diversifier: [u8; 11],
    /// Its value; zero for a dummy.
    pub value: u128,
    /// Its blinding.
    pub blinding: [u8; 32],
    /// Its leaf.
    pub position: u32,
    /// What stands beside its path, lowest level first.
    pub siblings: [[[u8; 32]; ARITY - 1]; DEPTH],
}

/// A note to be made.
#[derive(Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize, Zeroize, ZeroizeOnDrop)]
pub struct JobOutput {
    /// Its owner.
    pub owner: [u8; 32],
    /// Its value.
    pub value: u128,
    /// Its blinding.
    pub blinding: [u8; 32],
}

impl ProofJob {
    /// Makes the proof.
    ///
    /// # Errors
    /// [`ProverError::Job`], [`ProverError::Prove`].
    pub fn prove(&self, keys: &ProvingKeys) -> Result<ProofBytes, ProverError> {
        match self.inputs.len() {
            1 => self.prove_shape::<1>(keys),
            2 => self.prove_shape::<2>(keys),
            8 => self.prove_shape::<8>(keys),
            _ => Err(ProverError::Job(Reject::InputCount { expected: 2, found: self.inputs.len() })),
        }
    }

    /// The public inputs of the proof, recomputed from the witness.
    ///
    /// # Errors
    /// [`Reject`] for values that are malformed.
    pub fn public(&self) -> Result<Public, Reject> {
        match self.inputs.len() {
            1 => self.statement::<1>().map(|(public, _)| Public::Transfer1x2(public)),
            2 => self.statement::<2>().map(|(public, _)| Public::Transfer2x2(public)),
            8 => self.statement::<8>().map(|(public, _)| Public::Transfer8x2(public)),
            found => Err(Reject::InputCount { expected: 2, found }),
        }
    }

    fn prove_shape<const IN: usize>(&self, keys: &ProvingKeys) -> Result<ProofBytes, ProverError>
    where
        TransferPublic<IN>: TransferShape,
    {
        let (public, private) = self.statement::<IN>()?;
        Ok(prove_transfer(keys, &public, &private, &mut OsRng)?)
    }

    fn statement<const IN: usize>(&self) -> Result<(TransferPublic<IN>, TransferPrivate<IN>), Reject> {
        let ak = SpendKey::from_bytes(&self.ak)?;
        let nk = FieldBytes(self.nk);
        let spend_blinding = Blinding::from_bytes(&self.alpha)?;
        let (owner_key, asset) = (note::owner_key(&ak, &nk)?, FieldBytes(self.asset));
        let inputs: Vec<InputNote> = self.inputs.iter().map(JobInput::note).collect();
        let count = Reject::InputCount { expected: IN, found: inputs.len() };
        let inputs: [InputNote; IN] = inputs.try_into().map_err(|_| count)?;
        let mut nullifiers = [FieldBytes::ZERO; IN];
        for (nullifier, input) in nullifiers.iter_mut().zip(&inputs) {
            *nullifier = note::nullifier(&nk, &input.commitment(&owner_key, &asset)?, input.path.position)?;
        }
        let outputs = self.outputs.each_ref().map(JobOutput::note);
        let [first, second] = &outputs;
        let is_public = self.public_in != 0 || self.public_out != 0;
        let public = TransferPublic {
            anchor: FieldBytes(self.anchor),
            nullifiers,
            commitments: [first.commitment(&asset)?, second.commitment(&asset)?],
            asset: if is_public { asset } else { FieldBytes::ZERO },
            public_in: self.public_in,
            public_out: self.public_out,
            sighash: FieldBytes(self.sighash),
            spend_key: ak.randomized(&spend_blinding),
        };
        Ok((public, TransferPrivate { ak, nk, spend_blinding, asset, inputs, outputs }))
    }
}

impl JobInput {
    fn note(&self) -> InputNote {
        InputNote {
            diversifier: self.diversifier,
            value: self.value,
            blinding: FieldBytes(self.blinding),
            path: MembershipPath {
                position: self.position,
                siblings: self.siblings.map(|level| level.map(FieldBytes)),
            },
        }
    }
}

impl JobOutput {
    fn note(&self) -> OutputNote {
        OutputNote { owner: FieldBytes(self.owner), value: self.value, blinding: FieldBytes(self.blinding) }
    }
}

impl fmt::Debug for ProofJob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ProofJob({} inputs, ..)", self.inputs.len())
    }
}
