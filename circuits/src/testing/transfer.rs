//! Honest join-splits of every shape, made from a number.

use super::samples::element;
use crate::error::Reject;
use crate::field::FieldBytes;
use crate::note;
use crate::spend::{Blinding, SpendSecret};
use crate::statement::transfer::{InputNote, OutputNote, TransferPrivate, TransferPublic};
use crate::tree::{ARITY, DEPTH, GroupTree, MembershipPath};

/// Public value of the samples that have one.
const PUBLIC: u128 = 11;

/// A true join-split with its witness. The number decides how many inputs are dummies (as many as `number % IN`) and
/// whether nothing is public, value enters, or value leaves (`number % 3`).
pub(super) fn sample<const IN: usize>(number: u64) -> Result<(TransferPublic<IN>, TransferPrivate<IN>), Reject> {
    let value = u128::from(number) * 1_000_003 + 17;
    let dummies = usize::try_from(number % IN as u64).unwrap_or(0);
    let (public_in, public_out) = match number % 3 {
        0 => (0, 0),
        1 => (PUBLIC, 0),
        _ => (0, PUBLIC),
    };
    let asset = note::asset_field(&element("asset", number).0);
    let wallet = Wallet::new(number)?;
    let mut inputs: [InputNote; IN] = core::array::from_fn(|index| InputNote {
        diversifier: [u8::try_from(index).unwrap_or(0); 11],
        value: if index < IN - dummies { value + index as u128 } else { 0 },
        blinding: element(&format!("input blinding {index}"), number),
        path: dummy_path(index, number),
    });
    let anchor = plant(&mut inputs, &wallet, &asset)?;
    let total = inputs.iter().map(|input| input.value).sum::<u128>() + public_in - public_out;
    let output = |index: usize, value| OutputNote {
        owner: element(&format!("owner {index}"), number),
        value,
        blinding: element(&format!("output blinding {index}"), number),
    };
    let outputs = [output(0, total / 3), output(1, total - total / 3)];

    let spend_blinding = Blinding::from_wide(&wide("blinding", number));
    let mut nullifiers = [FieldBytes::ZERO; IN];
    for (nullifier, input) in nullifiers.iter_mut().zip(&inputs) {
        let commitment = input.commitment(&wallet.owner_key, &asset)?;
        *nullifier = note::nullifier(&wallet.nk, &commitment, input.path.position)?;
    }
    let public = TransferPublic {
        anchor,
        nullifiers,
        commitments: [outputs[0].commitment(&asset)?, outputs[1].commitment(&asset)?],
        asset: if public_in + public_out == 0 { FieldBytes::ZERO } else { asset },
        public_in,
        public_out,
        sighash: note::sighash(&element("sighash", number).0),
        spend_key: wallet.secret.public().randomized(&spend_blinding),
    };
    let private = TransferPrivate { ak: wallet.secret.public(), nk: wallet.nk, spend_blinding, asset, inputs, outputs };
    Ok((public, private))
}

struct Wallet {
    secret: SpendSecret,
    nk: FieldBytes,
    owner_key: FieldBytes,
}

impl Wallet {
    fn new(number: u64) -> Result<Self, Reject> {
        let zero = Reject::Scalar { what: "spend secret" };
        let secret = SpendSecret::from_wide(&wide("spend secret", number)).ok_or(zero)?;
        let nk = element("nullifier key", number);
        let owner_key = note::owner_key(&secret.public(), &nk)?;
        Ok(Self { secret, nk, owner_key })
    }
}

/// Puts the inputs of some value into a tree, each after two foreign notes, and gives its root.
fn plant(inputs: &mut [InputNote], wallet: &Wallet, asset: &FieldBytes) -> Result<FieldBytes, Reject> {
    let mut tree = GroupTree::new();
    let mut foreign = 1u128;
    for input in inputs.iter_mut().filter(|input| input.value != 0) {
        let own = input.commitment(&wallet.owner_key, asset)?;
        tree.append(&[FieldBytes::from(foreign), FieldBytes::from(foreign + 1), own])?;
        foreign += 2;
        input.path.position = u32::try_from(tree.count() - 1).unwrap_or(u32::MAX);
    }
    for input in inputs.iter_mut().filter(|input| input.value != 0) {
        input.path = tree.path(input.path.position)?;
    }
    Ok(tree.root())
}

/// A path that leads nowhere, as a wallet makes one for a dummy.
fn dummy_path(index: usize, number: u64) -> MembershipPath {
    let mut siblings = [[FieldBytes::ZERO; ARITY - 1]; DEPTH];
    for (level, row) in siblings.iter_mut().enumerate() {
        for (place, sibling) in row.iter_mut().enumerate() {
            *sibling = element(&format!("sibling {index} {level} {place}"), number);
        }
    }
    let [a, b, c, d, ..] = element(&format!("position {index}"), number).0;
    MembershipPath { position: u32::from_le_bytes([a, b, c, d]), siblings }
}

/// 64 bytes that stand for random ones.
fn wide(what: &str, number: u64) -> [u8; 64] {
    let mut bytes = [0; 64];
    bytes[..32].copy_from_slice(&element(what, number).0);
    bytes[32..].copy_from_slice(&element(&format!("{what}, upper half"), number).0);
    bytes
}
