//! Owners, commitments and nullifiers of notes. Pinned values come from `vectors/spend.py`.

use std::collections::BTreeSet;
use tacit_circuits::spend::SpendSecret;
use tacit_circuits::statement::{membership::MemberSecret, vote};
use tacit_circuits::{FieldBytes, Reject, modulus_bytes, note};

const PINNED: [&str; 7] = [
    "bab748bed860a8342913e542cfd43d96468d0d3ee72d2f3b0cfd7eb0bbd72717",
    "0d10705f4835b2e0055a1e738ae26f1268d73cee3ff3097d9299ec04dafa450f",
    "6ce581294bb81723781285edf3f68d1660313bfc4dd8f21b68c6e50a114f1513",
    "daec81f215b16d07bb6fbda12185775300e30c936f2fb5d9a13415760b93cc29",
    "729c94a158ba0880aaa7d02027db188724cae39ea31b4b5f417a275249d73c2a",
    "8dbe618dddd8fda11dad6c4f101dfe0922e51729e846b5ecf2a448ea549b3317",
    "814972fd0c35191a99b66c781d96f407f359deceee36911df0aee5546a599104",
];

const VALUE: u128 = (1 << 100) + 5;

struct Made {
    nk: FieldBytes,
    owner_key: FieldBytes,
    owner: FieldBytes,
    asset: FieldBytes,
    blinding: FieldBytes,
    commitment: FieldBytes,
}

fn made() -> Made {
    let counting = |start: u8| move |index: usize| start + u8::try_from(index).unwrap();
    let ak = SpendSecret::from_wide(&core::array::from_fn(counting(11))).unwrap().public();
    let nk = FieldBytes::from(7);
    let owner_key = note::owner_key(&ak, &nk).unwrap();
    let owner = note::owner(&owner_key, &core::array::from_fn(counting(1))).unwrap();
    let (asset, blinding) = (note::asset_field(&[9; 32]), note::blinding(&[8; 32]));
    let commitment = note::commitment(&asset, VALUE, &owner, &blinding).unwrap();
    Made { nk, owner_key, owner, asset, blinding, commitment }
}

#[test]
fn notes_are_those_of_the_independent_script() {
    let Made { nk, owner_key, owner, asset, blinding, commitment } = made();
    let nullifier = note::nullifier(&nk, &commitment, 0x0102_0304).unwrap();
    let values = [owner_key, owner, asset, blinding, commitment, nullifier, note::sighash(&[6; 32])];
    assert_eq!(values.map(|value| hex::encode(value.0)), PINNED);
}

#[test]
fn every_part_of_a_note_changes_its_commitment() {
    let Made { owner, asset, blinding, commitment, .. } = made();
    let one = FieldBytes::from(1);
    let others = [
        note::commitment(&one, VALUE, &owner, &blinding),
        note::commitment(&asset, VALUE + 1, &owner, &blinding),
        note::commitment(&asset, VALUE, &one, &blinding),
        note::commitment(&asset, VALUE, &owner, &one),
    ];
    assert!(others.into_iter().all(|other| other.unwrap() != commitment));
}

/// A commitment cut to half its width would have twins that a thief can search for: here every bit of every part of a
/// note reaches both halves.
#[test]
fn attack_21_every_bit_of_a_note_reaches_all_of_its_commitment() {
    let Made { owner_key, owner, asset, blinding, commitment, .. } = made();
    let mut all = vec![commitment];
    let flipped = |bytes: &mut [u8], bit: usize| bytes[bit / 8] ^= 1 << (bit % 8);
    for bit in 0..256 {
        let (mut id, mut rseed) = ([9; 32], [8; 32]);
        flipped(&mut id, bit);
        flipped(&mut rseed, bit);
        all.push(note::commitment(&note::asset_field(&id), VALUE, &owner, &blinding).unwrap());
        all.push(note::commitment(&asset, VALUE, &owner, &note::blinding(&rseed)).unwrap());
    }
    for bit in 0..128 {
        all.push(note::commitment(&asset, VALUE ^ (1 << bit), &owner, &blinding).unwrap());
    }
    for bit in 0..88 {
        let mut diversifier: [u8; 11] = core::array::from_fn(|index| u8::try_from(index + 1).unwrap());
        flipped(&mut diversifier, bit);
        let owner = note::owner(&owner_key, &diversifier).unwrap();
        all.push(note::commitment(&asset, VALUE, &owner, &blinding).unwrap());
    }
    for half in [0..16, 16..32] {
        let halves: BTreeSet<&[u8]> = all.iter().map(|commitment| &commitment.0[half.clone()]).collect();
        assert_eq!(halves.len(), all.len());
    }
}

/// The same secret and the same subject under every kind of nullifier.
#[test]
fn attack_22_nullifiers_of_different_kinds_and_positions_never_meet() {
    let (secret, subject) = (FieldBytes::from(77), FieldBytes::from(4));
    let member = MemberSecret(secret);
    let mut all = vec![member.nullifier(&subject).unwrap(), vote::nullifier(&subject, &member).unwrap()];
    for position in [0, 1, 2, 77, 1 << 16, u32::MAX] {
        all.push(note::nullifier(&secret, &subject, position).unwrap());
        all.push(note::nullifier(&subject, &secret, position).unwrap());
    }
    assert_eq!(all.iter().map(|nullifier| nullifier.0).collect::<BTreeSet<_>>().len(), all.len());
}

/// Two notes with one commitment stand at two positions and are spent by two nullifiers.
#[test]
fn attack_20_notes_with_one_commitment_have_nullifiers_of_their_own() {
    let Made { nk, commitment, .. } = made();
    let at = |position| note::nullifier(&nk, &commitment, position).unwrap();
    assert_ne!(at(0), at(1));
    assert_ne!(at(0), at(u32::MAX));
    assert_ne!(at(3), note::nullifier(&FieldBytes::from(8), &commitment, 3).unwrap());
}

#[test]
fn attack_06_elements_at_or_above_the_modulus_are_refused() {
    let Made { nk, owner_key, owner, asset, blinding, commitment } = made();
    let ak = SpendSecret::from_wide(&[1; 64]).unwrap().public();
    let mut above = modulus_bytes();
    above.0[0] += 1;
    for bad in [modulus_bytes(), above, FieldBytes([0xff; 32])] {
        let verdicts = [
            note::owner_key(&ak, &bad),
            note::owner(&bad, &[0; 11]),
            note::commitment(&bad, 1, &owner, &blinding),
            note::commitment(&asset, 1, &bad, &blinding),
            note::commitment(&asset, 1, &owner, &bad),
            note::nullifier(&bad, &commitment, 0),
            note::nullifier(&nk, &bad, 0),
        ];
        assert!(verdicts.iter().all(|verdict| matches!(verdict, Err(Reject::NotCanonical { .. }))), "{verdicts:?}");
    }
    assert!(note::owner(&owner_key, &[0xff; 11]).is_ok(), "a diversifier is always below the modulus");
}
