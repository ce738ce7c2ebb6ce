//! Join-splits alone: what can be judged of them without the state, the public inputs of their proofs, and their spend
//! signatures. What the state has to say is in [`crate::pool`].

use crate::error::Reject;
use crate::proofs::field;
use std::collections::BTreeSet;
use tacit_circuits::spend::{self, SpendItem, SpendKey};
use tacit_circuits::{FieldBytes as CircuitField, Public, TransferPublic, note};
use tacit_types::shielded::{JoinSplit, Nullifiers, PublicValue};
use tacit_types::{Amount, AssetId, FieldBytes, RejectCode, Tx, TxBody};

/// Checks number, payment and form of the join-splits of `tx`; proofs and signatures come later.
///
/// # Errors
/// [`RejectCode::SpendSignatureCount`], [`RejectCode::ShieldedFee`], [`RejectCode::ZeroAmount`],
/// [`RejectCode::FieldNotCanonical`], [`RejectCode::DuplicateNullifier`].
pub fn inspect(tx: &Tx) -> Result<(), Reject> {
    let body = &tx.body;
    let (needed, found) = (body.join_splits().count(), tx.witness.spend_signatures.len());
    if needed != found {
        return Err(Reject::new(RejectCode::SpendSignatureCount, format!("{needed} needed, {found} found")));
    }
    if body.authorization.is_shielded() {
        inspect_payment(body)?;
    }
    let mut seen = BTreeSet::new();
    for (_, join_split) in body.join_splits() {
        inspect_form(join_split)?;
        if join_split.nullifiers.as_slice().iter().any(|nullifier| !seen.insert(*nullifier)) {
            return Err(RejectCode::DuplicateNullifier.into());
        }
    }
    Ok(())
}

/// A shielded transaction begins with a native join-split that pays for all of its gas, and all of the price may be tip:
/// so pool and proposer see it like any other transaction, and nothing remains to be given back.
fn inspect_payment(body: &TxBody) -> Result<(), Reject> {
    let fee = body.gas_limit.cost(body.max_fee_per_gas);
    let expected = PublicValue::Out { asset: AssetId::NATIVE, amount: fee };
    let paid = body.paying_join_split().is_some_and(|join_split| join_split.public_value == expected);
    if paid && body.max_tip_per_gas == body.max_fee_per_gas {
        Ok(())
    } else {
        Err(Reject::new(RejectCode::ShieldedFee, format!("{fee} must leave the pool for it")))
    }
}

fn inspect_form(join_split: &JoinSplit) -> Result<(), Reject> {
    if let PublicValue::In { amount, .. } | PublicValue::Out { amount, .. } = &join_split.public_value
        && *amount == Amount::ZERO
    {
        return Err(RejectCode::ZeroAmount.into());
    }
    field("anchor", &join_split.anchor)?;
    join_split.nullifiers.as_slice().iter().try_for_each(|nullifier| field("nullifier", nullifier).map(|_| ()))?;
    for output in &join_split.outputs {
        field("note commitment", &output.commitment)?;
        // The tree holds no empty leaf; no note has this commitment, so it only has to be kept out.
        if output.commitment == FieldBytes::default() {
            return Err(Reject::new(RejectCode::FieldNotCanonical, "a note commitment is zero"));
        }
    }
    Ok(())
}

/// The public inputs of the proof of `join_split` in a transaction with these sign bytes.
///
/// # Errors
/// [`RejectCode::SpendKeyInvalid`].
pub fn public(join_split: &JoinSplit, sign_bytes: &[u8; 32]) -> Result<Public, Reject> {
    let key = SpendKey::from_bytes(&join_split.spend_key.0)
        .map_err(|error| Reject::new(RejectCode::SpendKeyInvalid, error.to_string()))?;
    Ok(match &join_split.nullifiers {
        Nullifiers::One(nullifiers) => Public::Transfer1x2(transfer(join_split, nullifiers, sign_bytes, key)),
        Nullifiers::Two(nullifiers) => Public::Transfer2x2(transfer(join_split, nullifiers, sign_bytes, key)),
        Nullifiers::Eight(nullifiers) => Public::Transfer8x2(transfer(join_split, nullifiers, sign_bytes, key)),
    })
}

fn transfer<const IN: usize>(
    join_split: &JoinSplit,
    nullifiers: &[FieldBytes; IN],
    sign_bytes: &[u8; 32],
    spend_key: SpendKey,
) -> TransferPublic<IN> {
    let (asset, public_in, public_out) = match &join_split.public_value {
        PublicValue::None => (CircuitField::ZERO, 0, 0),
        PublicValue::In { asset, amount } => (note::asset_field(&asset.0), amount.0, 0),
        PublicValue::Out { asset, amount } => (note::asset_field(&asset.0), 0, amount.0),
    };
    let [first, second] = &join_split.outputs;
    TransferPublic {
        anchor: CircuitField(join_split.anchor.0),
        nullifiers: nullifiers.map(|nullifier| CircuitField(nullifier.0)),
        commitments: [CircuitField(first.commitment.0), CircuitField(second.commitment.0)],
        asset,
        public_in,
        public_out,
        sighash: note::sighash(sign_bytes),
        spend_key,
    }
}

/// The spend signatures of `tx` with their keys. Their number was compared before.
#[must_use]
pub fn spend_items(tx: &Tx, sign_bytes: &[u8; 32]) -> Vec<SpendItem> {
    let pairs = tx.body.join_splits().zip(tx.witness.spend_signatures.iter());
    let item = |((_, join_split), signature): ((u16, &JoinSplit), &tacit_types::shielded::SpendSignature)| SpendItem {
        key: join_split.spend_key.0,
        message: *sign_bytes,
        signature: signature.0,
    };
    pairs.map(item).collect()
}

/// The verdict on each spend signature; equal to verifying each alone.
#[must_use]
pub fn verify_spends(items: &[SpendItem], seed: [u8; 32]) -> Vec<bool> {
    spend::verify_batch(items, seed).into_iter().map(|verdict| verdict.is_ok()).collect()
}
