//! A proof is good for one statement, one sender, one purpose and one chain.

use crate::prover::*;
use tacit_circuits::modulus_bytes;
use tacit_types::action::Prove;
use tacit_types::identity::ProveCredential;
use tacit_types::*;

/// Changes one part of a statement.
type Change = fn(&mut Prove);

/// One way to change each part of each statement.
const CHANGES: [(&str, Change); 6] = [
    ("purpose", |prove| match prove {
        Prove::Range(range) => range.purpose = name("other"),
        Prove::Membership(membership) => membership.purpose = name("other"),
        Prove::Equality(equality) => equality.purpose = name("other"),
        Prove::Credential(credential) => credential.purpose = name("other"),
    }),
    ("commitment, root or left", |prove| match prove {
        Prove::Range(range) => range.commitment.0[0] ^= 1,
        Prove::Membership(membership) => membership.root.0[0] ^= 1,
        Prove::Equality(equality) => equality.left.0[0] ^= 1,
        Prove::Credential(credential) => credential.root.0[0] ^= 1,
    }),
    ("low, nullifier or right", |prove| match prove {
        Prove::Range(range) => range.low += 1,
        Prove::Membership(membership) => membership.nullifier.0[0] ^= 1,
        Prove::Equality(equality) => equality.right.0[0] ^= 1,
        Prove::Credential(credential) => credential.low += 1,
    }),
    ("high, weight or both sides swapped", |prove| match prove {
        Prove::Range(range) => range.high -= 1,
        Prove::Membership(membership) => membership.weight += 1,
        Prove::Equality(equality) => std::mem::swap(&mut equality.left, &mut equality.right),
        Prove::Credential(credential) => credential.high -= 1,
    }),
    ("all values, another group, kind or one side twice", |prove| match prove {
        Prove::Range(range) => (range.low, range.high) = (0, u128::MAX),
        Prove::Membership(membership) => membership.group.0[0] ^= 1,
        Prove::Equality(equality) => equality.right = equality.left,
        Prove::Credential(credential) => credential.kind = name("height"),
    }),
    ("zeros, another scope or application", |prove| match prove {
        Prove::Range(range) => range.commitment = FieldBytes([0; 32]),
        Prove::Membership(membership) => membership.scope = name("poll-2"),
        Prove::Equality(equality) => (equality.left, equality.right) = (FieldBytes([0; 32]), FieldBytes([0; 32])),
        Prove::Credential(credential) => credential.application = name("bank"),
    }),
];

fn all(used: &Use<'_>) -> [Proven; 4] {
    [range(used), membership(used, "poll-1"), equality(used), credential(used)]
}

/// The parts of a credential's statement that no other has. Its issuer is no part of the proof: the state decides whose
/// root it is.
#[test]
fn another_pseudonym_or_commitment_of_a_credential_is_refused() {
    let (chain, alice, _) = start();
    let (statement, proof) = credential(&Use::of(&chain, &alice));
    let changes: [fn(&mut ProveCredential); 2] =
        [|credential| credential.pseudonym.0[0] ^= 1, |credential| credential.commitment.0[0] ^= 1];
    for change in changes {
        let Prove::Credential(mut other) = statement.clone() else { unreachable!() };
        change(&mut other);
        let tx = tx(&chain, &alice, &[(Prove::Credential(other), proof)]);
        assert_eq!(refused(&chain, &tx), RejectCode::ProofInvalid);
    }
}

#[test]
fn a_proof_for_another_statement_or_purpose_is_refused() {
    let (chain, alice, _) = start();
    for (statement, proof) in all(&Use::of(&chain, &alice)) {
        assert!(chain.check(&tx(&chain, &alice, &[(statement.clone(), proof)])).is_ok());
        for (what, change) in CHANGES {
            let mut other = statement.clone();
            change(&mut other);
            let code = refused(&chain, &tx(&chain, &alice, &[(other, proof)]));
            assert_eq!(code, RejectCode::ProofInvalid, "{what} of {statement:?}");
        }
    }
}

#[test]
fn a_proof_of_another_sender_or_chain_is_refused() {
    let (chain, alice, bob) = start();
    let used = Use::of(&chain, &alice);
    let elsewhere = Use { genesis_id: GenesisId::of(&[b"elsewhere"]), ..used.clone() };
    for proven in all(&used) {
        assert_eq!(refused(&chain, &tx(&chain, &bob, &[proven])), RejectCode::ProofInvalid, "Bob copies it");
    }
    for proven in all(&elsewhere) {
        assert_eq!(refused(&chain, &tx(&chain, &alice, &[proven])), RejectCode::ProofInvalid, "another chain");
    }
}

#[test]
fn proofs_belong_to_actions_in_order_and_in_number() {
    let (chain, alice, _) = start();
    let used = Use::of(&chain, &alice);
    let [(range, first), (equality, second)] = [range(&used), equality(&used)];
    let code = |proofs: &[[u8; 128]]| {
        let actions = vec![Action::Prove(range.clone()), Action::Prove(equality.clone())];
        chain.check(&tx_with(&chain, &alice, actions, proofs.to_vec())).err().map(|reject| reject.code)
    };
    assert_eq!(code(&[first, second]), None);
    assert_eq!(code(&[second, first]), Some(RejectCode::ProofInvalid));
    assert_eq!(code(&[first, first]), Some(RejectCode::ProofInvalid));
    assert_eq!(code(&[]), Some(RejectCode::ProofCount));
    assert_eq!(code(&[first]), Some(RejectCode::ProofCount));
    assert_eq!(code(&[first, second, second]), Some(RejectCode::ProofCount));
}

/// The field elements of a statement.
fn fields(prove: &mut Prove) -> Vec<&mut FieldBytes> {
    match prove {
        Prove::Range(range) => vec![&mut range.commitment],
        Prove::Membership(membership) => vec![&mut membership.root, &mut membership.nullifier],
        Prove::Equality(equality) => vec![&mut equality.left, &mut equality.right],
        Prove::Credential(credential) => {
            vec![&mut credential.root, &mut credential.pseudonym, &mut credential.commitment]
        }
    }
}

#[test]
fn a_field_element_at_or_above_the_modulus_is_refused_also_where_it_means_the_same() {
    let (chain, alice, _) = start();
    for (mut statement, proof) in all(&Use::of(&chain, &alice)) {
        for place in 0..fields(&mut statement).len() {
            let good = *fields(&mut statement)[place];
            for bad in [plus_modulus(&good), FieldBytes(modulus_bytes().0), FieldBytes([0xff; 32])] {
                *fields(&mut statement)[place] = bad;
                let code = refused(&chain, &tx(&chain, &alice, &[(statement.clone(), proof)]));
                assert_eq!(code, RejectCode::FieldNotCanonical, "element {place} of {statement:?}");
            }
            *fields(&mut statement)[place] = good;
        }
        assert!(chain.check(&tx(&chain, &alice, &[(statement, proof)])).is_ok());
    }
}

/// The second spelling that a careless reader would take for the same element.
fn plus_modulus(field: &FieldBytes) -> FieldBytes {
    let mut sum = [0u8; 32];
    let mut carry = 0u16;
    for (index, byte) in sum.iter_mut().enumerate() {
        let total = u16::from(field.0[index]) + u16::from(modulus_bytes().0[index]) + carry;
        *byte = total.to_le_bytes()[0];
        carry = total >> 8;
    }
    assert_eq!(carry, 0, "an element below the modulus has a second spelling in 256 bits");
    FieldBytes(sum)
}
