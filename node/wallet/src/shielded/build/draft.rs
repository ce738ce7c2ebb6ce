//! One join-split in the making: its public half, and the secrets from which its proof and its signature follow.

use super::Ingredients;
use crate::error::WalletError;
use crate::shielded::address::{Diversifier, ShieldedAddress};
use crate::shielded::keys::SpendingKey;
use crate::shielded::memo::MemoKey;
use crate::shielded::note::{Note, SpendableNote};
use crate::shielded::note_cipher::encrypt;
use crate::shielded::plan::{PlannedJoinSplit, PlannedOutput, Public};
use crate::shielded::prover::{JobInput, JobOutput, ProofJob};
use crate::shielded::viewing::OutgoingKey;
use tacit_circuits::spend::Blinding;
use tacit_circuits::tree::{ARITY, DEPTH};
use tacit_circuits::{FieldBytes, hash_to_field};
use tacit_types::shielded::{JoinSplit, NoteOutput, Nullifiers, PublicValue, Shape, SpendKeyBytes};
use tacit_types::{Amount, AssetId};
use zeroize::Zeroizing;

/// A join-split whose transaction is not complete yet.
pub(super) struct Draft {
    /// What the chain will see.
    pub join_split: JoinSplit,
    /// What makes its key of the wallet's.
    pub alpha: Blinding,
    /// The witness; its sighash is set when the body is known.
    witness: ProofJob,
}

/// A note with the output that carries it.
struct Output {
    note: Note,
    carried: NoteOutput,
}

impl Draft {
    pub(super) fn new(planned: &PlannedJoinSplit, ingredients: &Ingredients<'_>) -> Result<Self, WalletError> {
        let key = ingredients.key;
        let memo_key = MemoKey::from_bytes(*random()?);
        let [first, second] = shuffled(&planned.outputs)?;
        let outputs = [output(key, planned.asset, first, &memo_key)?, output(key, planned.asset, second, &memo_key)?];
        let [one, two] = &outputs;
        let inputs = inputs(planned, ingredients)?;
        let nullifiers = nullifiers(key, planned.asset, &inputs, planned.shape)?;
        let alpha = key.spend_blinding(nullifiers.as_slice(), [&one.carried.commitment, &two.carried.commitment]);
        let public_value = public_value(planned);
        let join_split = JoinSplit {
            anchor: tacit_types::FieldBytes(ingredients.anchor.0),
            nullifiers,
            outputs: [one.carried.clone(), two.carried.clone()],
            public_value,
            spend_key: SpendKeyBytes(key.full_viewing_key().spend_key().randomized(&alpha).to_bytes()),
            memo: planned.memo.encrypt(&memo_key),
        };
        let witness = witness(key, planned, &alpha, &ingredients.anchor, inputs, &outputs);
        Ok(Self { join_split, alpha, witness })
    }

    /// What a prover is given.
    pub(super) fn job(&self, sighash: &FieldBytes) -> ProofJob {
        let mut job = self.witness.clone();
        job.sighash = sighash.0;
        job
    }
}

fn witness(
    key: &SpendingKey,
    planned: &PlannedJoinSplit,
    alpha: &Blinding,
    anchor: &FieldBytes,
    inputs: Vec<JobInput>,
    outputs: &[Output; 2],
) -> ProofJob {
    let (public_in, public_out) = match planned.public {
        Public::None => (0, 0),
        Public::In(amount) => (amount, 0),
        Public::Out(amount) => (0, amount),
    };
    ProofJob {
        ak: key.full_viewing_key().spend_key().to_bytes(),
        nk: key.full_viewing_key().nullifier_key().0,
        alpha: alpha.to_bytes(),
        anchor: anchor.0,
        asset: tacit_circuits::note::asset_field(&planned.asset.0).0,
        public_in,
        public_out,
        sighash: [0; 32],
        inputs,
        outputs: outputs.each_ref().map(|output| JobOutput {
            owner: output.note.owner.0,
            value: output.note.value,
            blinding: output.note.blinding().0,
        }),
    }
}

/// The outputs in either order: the receiver's must not be known by its place.
fn shuffled(outputs: &[PlannedOutput; 2]) -> Result<[&PlannedOutput; 2], WalletError> {
    let [first, second] = outputs;
    let swap = random::<1>()?.first().is_some_and(|byte| byte & 1 == 1);
    Ok(if swap { [second, first] } else { [first, second] })
}

fn output(
    key: &SpendingKey,
    asset: AssetId,
    planned: &PlannedOutput,
    memo_key: &MemoKey,
) -> Result<Output, WalletError> {
    let viewing = key.full_viewing_key();
    let (address, value, outgoing) = match planned {
        PlannedOutput::Pay(address, value) => (*address, *value, viewing.outgoing().clone()),
        PlannedOutput::Change(value) => {
            let index = u64::from_le_bytes(*random()?);
            (viewing.address(index)?, *value, viewing.outgoing().clone())
        }
        // Nobody is to find it, not even its sender.
        PlannedOutput::Decoy => (ShieldedAddress::random(&*random()?)?, 0, OutgoingKey::from_bytes(*random()?)),
    };
    let note = Note::new(&address, asset, value, *random()?);
    let carried = encrypt(&address, &note, memo_key, &outgoing)?;
    Ok(Output { note, carried })
}

/// The notes that the plan spends, filled up with dummies.
fn inputs(planned: &PlannedJoinSplit, ingredients: &Ingredients<'_>) -> Result<Vec<JobInput>, WalletError> {
    let mut inputs = Vec::with_capacity(planned.shape.inputs());
    for index in &planned.inputs {
        let spendable = ingredients.notes.get(*index).filter(|spendable| spendable.note.asset == planned.asset);
        let spendable = spendable.ok_or(WalletError::PlanMismatch("a planned note is not among those given"))?;
        inputs.push(real_input(spendable, &ingredients.anchor)?);
    }
    if inputs.len() > planned.shape.inputs() {
        return Err(WalletError::PlanMismatch("a join-split spends more notes than its shape has"));
    }
    while inputs.len() < planned.shape.inputs() {
        inputs.push(dummy_input()?);
    }
    Ok(inputs)
}

fn real_input(spendable: &SpendableNote, anchor: &FieldBytes) -> Result<JobInput, WalletError> {
    let (note, path) = (&spendable.note, &spendable.path);
    let leads_there = path.position == spendable.position && path.root(&note.commitment()?)? == *anchor;
    if !leads_there {
        return Err(WalletError::PlanMismatch("a note's path does not lead to the anchor; sync the wallet"));
    }
    Ok(JobInput {
        diversifier: note.diversifier.0,
        value: note.value,
        blinding: note.blinding().0,
        position: spendable.position,
        siblings: path.siblings.map(|level| level.map(|sibling| sibling.0)),
    })
}

/// An input that is worth nothing and stands nowhere; its nullifier is as random as any.
fn dummy_input() -> Result<JobInput, WalletError> {
    let seed = random::<64>()?;
    Ok(JobInput {
        diversifier: *random()?,
        value: 0,
        blinding: hash_to_field("tacit 2026-11 wallet random field element", seed.as_ref()).0,
        position: u32::from_le_bytes(*random()?),
        siblings: [[[0; 32]; ARITY - 1]; DEPTH],
    })
}

fn nullifiers(key: &SpendingKey, asset: AssetId, inputs: &[JobInput], shape: Shape) -> Result<Nullifiers, WalletError> {
    let viewing = key.full_viewing_key();
    let nullifier = |input: &JobInput| {
        let owner = viewing.incoming().owner(&Diversifier(input.diversifier))?;
        let asset = tacit_circuits::note::asset_field(&asset.0);
        let blinding = FieldBytes(input.blinding);
        let commitment = tacit_circuits::note::commitment(&asset, input.value, &owner, &blinding)?;
        let nullifier = tacit_circuits::note::nullifier(viewing.nullifier_key(), &commitment, input.position)?;
        Ok(tacit_types::FieldBytes(nullifier.0))
    };
    let all = inputs.iter().map(nullifier).collect::<Result<Vec<_>, tacit_circuits::Reject>>()?;
    let all = match shape {
        Shape::OneIn => all.try_into().map(Nullifiers::One).ok(),
        Shape::TwoIn => all.try_into().map(Nullifiers::Two).ok(),
        Shape::EightIn => all.try_into().map(Nullifiers::Eight).ok(),
    };
    all.ok_or(WalletError::PlanMismatch("a join-split has not as many inputs as its shape"))
}

const fn public_value(planned: &PlannedJoinSplit) -> PublicValue {
    let asset = planned.asset;
    match planned.public {
        Public::None => PublicValue::None,
        Public::In(amount) => PublicValue::In { asset, amount: Amount(amount) },
        Public::Out(amount) => PublicValue::Out { asset, amount: Amount(amount) },
    }
}

fn random<const N: usize>() -> Result<Zeroizing<[u8; N]>, WalletError> {
    let mut bytes = Zeroizing::new([0u8; N]);
    crate::random(bytes.as_mut())?;
    Ok(bytes)
}
