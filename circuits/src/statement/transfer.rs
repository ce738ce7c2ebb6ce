//! *transfer*: a join-split of the shielded pool. Notes of one asset are spent, others made, and nothing appears from
//! nowhere; one statement per number of inputs (1, 2 or 8), always two outputs.
//!
//! Public, in order: anchor, nullifiers, commitments, asset of the public value (0 when there is none), public in, public
//! out, sighash, spend key `rk` (x, y). Private: spend key `ak`, nullifier key, blinding of the spend key, the hidden asset,
//! the notes. Proven is:
//!
//! * every input's note belongs to `(ak, nk)` and stands under the anchor at the position its nullifier is made of; an
//!   input of value zero is a dummy and stands anywhere;
//! * nullifiers are those of the inputs and pairwise distinct; commitments are those of the outputs;
//! * all notes are of the one hidden asset, and where a value is public it is of that asset too;
//! * the values, all of them u128, balance: inputs + public in = outputs + public out;
//! * `rk = ak + alpha * B`, and `ak` is on the curve.
//!
//! Not proven, because the chain sees it: that the anchor was a root, that no nullifier was seen before, that public in
//! and out are u128, that `rk` signed. That `rk` is not of small order is part of [`SpendKey`].

use ark_bn254::Fr;
use zeroize::Zeroize;

use super::{Public, Statement, require};
use crate::error::Reject;
use crate::field::FieldBytes;
use crate::note::{self, DIVERSIFIER_BYTES};
use crate::spend::{Blinding, SpendKey};
use crate::tree::MembershipPath;

#[cfg(feature = "prove")]
mod circuit;

#[cfg(feature = "prove")]
pub use circuit::TransferCircuit;

/// Version of the circuit.
pub const VERSION: u32 = 1;
/// Outputs of every join-split.
pub const OUTPUTS: usize = 2;
/// Public inputs beside the nullifiers.
const INPUTS_BESIDE_NULLIFIERS: usize = 9;

/// Number of public inputs of a join-split with `inputs` inputs.
pub const fn input_count(inputs: usize) -> usize {
    inputs + INPUTS_BESIDE_NULLIFIERS
}

/// The numbers of inputs that have a statement.
pub trait TransferShape: Into<Public> {
    /// The statement of this shape.
    const STATEMENT: Statement;
}

/// What the chain sees of a join-split with `IN` inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransferPublic<const IN: usize> {
    /// A root of the note tree.
    pub anchor: FieldBytes,
    /// One per input, see [`note::nullifier`].
    pub nullifiers: [FieldBytes; IN],
    /// One per output, see [`note::commitment`].
    pub commitments: [FieldBytes; OUTPUTS],
    /// Asset of the public value, see [`note::asset_field`]; zero when nothing is public.
    pub asset: FieldBytes,
    /// Value that enters the pool.
    pub public_in: u128,
    /// Value that leaves the pool.
    pub public_out: u128,
    /// Binds the proof to its transaction, see [`note::sighash`].
    pub sighash: FieldBytes,
    /// The key `rk` under which the transaction is signed.
    pub spend_key: SpendKey,
}

/// What only the prover knows.
#[derive(Clone, PartialEq, Eq)]
pub struct TransferPrivate<const IN: usize> {
    /// The wallet's spend key.
    pub ak: SpendKey,
    /// The wallet's nullifier key.
    pub nk: FieldBytes,
    /// What makes `rk` of `ak`.
    pub spend_blinding: Blinding,
    /// The asset of all notes.
    pub asset: FieldBytes,
    /// The notes spent.
    pub inputs: [InputNote; IN],
    /// The notes made.
    pub outputs: [OutputNote; OUTPUTS],
}

/// A note to spend; with value zero a dummy, which needs a path of any shape and a random blinding.
#[derive(Clone, PartialEq, Eq)]
pub struct InputNote {
    /// The diversifier of the address it was paid to.
    pub diversifier: [u8; DIVERSIFIER_BYTES],
    /// Its value.
    pub value: u128,
    /// Its blinding, see [`note::blinding`].
    pub blinding: FieldBytes,
    /// Where it stands.
    pub path: MembershipPath,
}

/// A note to make.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct OutputNote {
    /// Its owner, out of the receiver's address.
    pub owner: FieldBytes,
    /// Its value.
    pub value: u128,
    /// Its blinding, see [`note::blinding`].
    pub blinding: FieldBytes,
}

impl TransferShape for TransferPublic<1> {
    const STATEMENT: Statement = Statement::Transfer1x2;
}

impl TransferShape for TransferPublic<2> {
    const STATEMENT: Statement = Statement::Transfer2x2;
}

impl TransferShape for TransferPublic<8> {
    const STATEMENT: Statement = Statement::Transfer8x2;
}

impl From<TransferPublic<1>> for Public {
    fn from(public: TransferPublic<1>) -> Self {
        Self::Transfer1x2(public)
    }
}

impl From<TransferPublic<2>> for Public {
    fn from(public: TransferPublic<2>) -> Self {
        Self::Transfer2x2(public)
    }
}

impl From<TransferPublic<8>> for Public {
    fn from(public: TransferPublic<8>) -> Self {
        Self::Transfer8x2(public)
    }
}

/// The native definition of the statement.
///
/// # Errors
/// [`Reject::False`] with the property that fails, [`Reject::NotCanonical`] for bad bytes.
pub fn check<const IN: usize>(public: &TransferPublic<IN>, private: &TransferPrivate<IN>) -> Result<(), Reject>
where
    TransferPublic<IN>: TransferShape,
{
    let claim = |holds, why| require(TransferPublic::<IN>::STATEMENT, holds, why);
    for input in public.inputs() {
        input.check("public input")?;
    }
    let owner_key = note::owner_key(&private.ak, &private.nk)?;
    for (input, nullifier) in private.inputs.iter().zip(&public.nullifiers) {
        let commitment = input.commitment(&owner_key, &private.asset)?;
        let root = input.path.root(&commitment)?;
        claim(input.value == 0 || root == public.anchor, "an input of some value is not under the anchor")?;
        let expected = note::nullifier(&private.nk, &commitment, input.path.position)?;
        claim(*nullifier == expected, "a nullifier is not that of its input")?;
    }
    claim(all_distinct(&public.nullifiers), "two nullifiers are equal")?;
    for (output, commitment) in private.outputs.iter().zip(&public.commitments) {
        claim(*commitment == output.commitment(&private.asset)?, "a commitment is not that of its output")?;
    }
    let is_public = public.public_in != 0 || public.public_out != 0;
    claim(!is_public || public.asset == private.asset, "the public value is of another asset")?;
    claim(balances(public, private), "inputs and public in are not worth outputs and public out")?;
    let spend_key = private.ak.randomized(&private.spend_blinding);
    claim(public.spend_key == spend_key, "the public spend key is not the blinded one")
}

fn all_distinct(nullifiers: &[FieldBytes]) -> bool {
    nullifiers.iter().enumerate().all(|(index, nullifier)| !nullifiers[..index].contains(nullifier))
}

/// Whether both sides are worth the same; in field elements, where a handful of u128 cannot wrap.
fn balances<const IN: usize>(public: &TransferPublic<IN>, private: &TransferPrivate<IN>) -> bool {
    let incoming: Fr = private.inputs.iter().map(|input| Fr::from(input.value)).sum();
    let outgoing: Fr = private.outputs.iter().map(|output| Fr::from(output.value)).sum();
    incoming + Fr::from(public.public_in) == outgoing + Fr::from(public.public_out)
}

impl InputNote {
    /// The note's commitment, when it belongs to this owner key and asset.
    ///
    /// # Errors
    /// [`Reject::NotCanonical`].
    pub fn commitment(&self, owner_key: &FieldBytes, asset: &FieldBytes) -> Result<FieldBytes, Reject> {
        note::commitment(asset, self.value, &note::owner(owner_key, &self.diversifier)?, &self.blinding)
    }
}

impl OutputNote {
    /// The note's commitment in this asset.
    ///
    /// # Errors
    /// [`Reject::NotCanonical`].
    pub fn commitment(&self, asset: &FieldBytes) -> Result<FieldBytes, Reject> {
        note::commitment(asset, self.value, &self.owner, &self.blinding)
    }
}

impl<const IN: usize> TransferPublic<IN> {
    /// In the order of the verifying key.
    pub fn inputs(&self) -> Vec<FieldBytes> {
        let mut inputs = Vec::with_capacity(input_count(IN));
        inputs.push(self.anchor);
        inputs.extend(self.nullifiers);
        inputs.extend(self.commitments);
        inputs.extend([self.asset, self.public_in.into(), self.public_out.into(), self.sighash]);
        inputs.extend([self.spend_key.x(), self.spend_key.y()]);
        inputs
    }

    pub(super) fn from_inputs(inputs: &[FieldBytes]) -> Result<Self, Reject> {
        let wrong = || Reject::InputCount { expected: input_count(IN), found: inputs.len() };
        let (anchor, rest) = inputs.split_first().ok_or_else(wrong)?;
        let (nullifiers, rest) = rest.split_first_chunk::<IN>().ok_or_else(wrong)?;
        let (commitments, rest) = rest.split_first_chunk::<OUTPUTS>().ok_or_else(wrong)?;
        let [asset, public_in, public_out, sighash, x, y] = rest else { return Err(wrong()) };
        Ok(Self {
            anchor: *anchor,
            nullifiers: *nullifiers,
            commitments: *commitments,
            asset: *asset,
            public_in: public_in.to_amount("public in")?,
            public_out: public_out.to_amount("public out")?,
            sighash: *sighash,
            spend_key: SpendKey::from_coordinates(x, y)?,
        })
    }
}

impl<const IN: usize> Drop for TransferPrivate<IN> {
    fn drop(&mut self) {
        self.nk.zeroize();
        self.asset.zeroize();
        for input in &mut self.inputs {
            input.diversifier.zeroize();
            input.value.zeroize();
            input.blinding.zeroize();
        }
        for output in &mut self.outputs {
            output.owner.zeroize();
            output.value.zeroize();
            output.blinding.zeroize();
        }
    }
}

impl<const IN: usize> core::fmt::Debug for TransferPrivate<IN> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("TransferPrivate(secret)")
    }
}

impl core::fmt::Debug for InputNote {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("InputNote(secret)")
    }
}

impl core::fmt::Debug for OutputNote {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("OutputNote(secret)")
    }
}
