//! Poseidon over BN254 with circom's parameters, and the table of domain tags.
//!
//! `hash(tag, inputs)` puts the tag in the capacity lane and the inputs in the others, permutes, and returns lane 0. With
//! tag 0 this is circomlib's `Poseidon(n)`; with another it is circomlib's `PoseidonEx(n, 1)` with `initialState = tag`.
//! The number of inputs is part of the type, so that two uses can differ in arity only by differing in width too.
//! The permutation is the form with sparse matrices of the Poseidon paper (eprint 2019/458, appendix B), derived at first
//! use from `light-poseidon`'s constants (see [`parameters`]); tests hold it equal to `light-poseidon`.

pub(crate) mod parameters;

use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field};

use crate::error::Reject;
use crate::field::FieldBytes;
use parameters::{Parameters, Width};

/// What a Poseidon hash is for. The number goes into the capacity lane and is consensus: never reuse or change one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Tag {
    /// Plain circomlib Poseidon; for interoperability, never for a value of the protocol.
    Circomlib = 0,
    /// Inner node of a group tree: 4 children.
    TreeNode = 1,
    /// Commitment to an amount: value, blinding. Used by *range*, and the first side of *equality*.
    ValueCommitment = 7,
    /// Public key of a group member: secret.
    MemberKey = 10,
    /// Leaf of a group tree: member key, weight.
    MemberLeaf = 11,
    /// Nullifier of a member for one scope: scope, secret.
    MemberNullifier = 12,
    /// Second commitment to an amount, in a space of its own: value, blinding. The second side of *equality*.
    LinkedCommitment = 22,
    /// What a wallet's addresses have in common: the spend key's x and y, the nullifier key.
    OwnerKey = 31,
    /// Owner of a note: owner key, diversifier.
    Owner = 32,
    /// Commitment to a note, the leaf of the note tree: asset, value, owner, blinding.
    Note = 33,
    /// Nullifier of a note: nullifier key, commitment, position.
    NoteNullifier = 34,
    /// Nullifier of a voter in one poll: poll, secret.
    VoteNullifier = 41,
    /// Public key of a credential's holder: secret.
    CredentialHolder = 51,
    /// Leaf of an issuer's tree: holder, kind, value, salt.
    Credential = 52,
    /// A holder's name in one application: application, secret.
    Pseudonym = 53,
}

impl Tag {
    /// The tag as the capacity lane holds it.
    pub(crate) fn lane(self) -> Fr {
        Fr::from(self as u8)
    }
}

/// Hashes `N` elements under a tag; `N` is 1 to 12, of which the protocol's own tags use up to 4.
pub(crate) fn hash<const N: usize>(tag: Tag, inputs: [Fr; N]) -> Fr
where
    [Fr; N]: Width,
{
    inputs.hash_with(tag.lane())
}

/// Most inputs of [`poseidon`]: `light-poseidon` has circom's constants for up to 13 lanes.
pub const POSEIDON_INPUTS_MAX: usize = 12;

/// circomlib's `Poseidon(n)` for 1 to 12 inputs: a building block for contracts and for other programs' data.
///
/// # Errors
/// [`Reject::Operands`] for another number of inputs, [`Reject::NotCanonical`] for an input at or above the modulus.
pub fn poseidon(inputs: &[FieldBytes]) -> Result<FieldBytes, Reject> {
    if inputs.is_empty() || inputs.len() > POSEIDON_INPUTS_MAX {
        return Err(Reject::Operands { why: WRONG_COUNT });
    }
    let inputs = inputs.iter().map(|input| input.to_field("Poseidon input")).collect::<Result<Vec<_>, _>>()?;
    circomlib(&inputs).map(FieldBytes::from_field).ok_or(Reject::Operands { why: WRONG_COUNT })
}

const WRONG_COUNT: &str = "Poseidon takes 1 to 12 inputs";

/// Derives the constants of every width now, which else the first hash of each width does (some milliseconds in all).
pub fn prepare_poseidon() {
    for count in 1..=POSEIDON_INPUTS_MAX {
        let _ = circomlib(&[Fr::ZERO; POSEIDON_INPUTS_MAX][..count]);
    }
}

/// The hash with as many inputs as there are, if there is one.
fn circomlib(inputs: &[Fr]) -> Option<Fr> {
    macro_rules! by_count {
        ($($count:literal),+) => {
            match inputs.len() {
                $($count => inputs.try_into().ok().map(|inputs: [Fr; $count]| hash(Tag::Circomlib, inputs)),)+
                _ => None,
            }
        };
    }
    by_count!(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)
}

/// The permutation with sparse matrices in the partial rounds; `state` has `T` lanes.
pub(crate) fn permute<const T: usize>(parameters: &Parameters<T>, state: &mut [Fr; T]) {
    let (first_half, second_half) = parameters.full_constants.split_at(parameters.full_constants.len() / 2);
    for (index, constants) in first_half.iter().enumerate() {
        full_round_sbox(state, constants);
        let last = index + 1 == first_half.len();
        multiply(if last { &parameters.before_partial } else { &parameters.mds }, state);
    }
    for round in &parameters.partial {
        state[0] = fifth_power(state[0] + round.constant);
        let lane = state[0];
        state[0] = Fr::sum_of_products(&round.row, state);
        for (other, factor) in state.iter_mut().zip(&round.column).skip(1) {
            *other += lane * factor;
        }
    }
    for constants in second_half {
        full_round_sbox(state, constants);
        multiply(&parameters.mds, state);
    }
}

fn full_round_sbox<const T: usize>(state: &mut [Fr; T], constants: &[Fr; T]) {
    for (lane, constant) in state.iter_mut().zip(constants) {
        *lane = fifth_power(*lane + constant);
    }
}

fn multiply<const T: usize>(matrix: &[[Fr; T]; T], state: &mut [Fr; T]) {
    let before = *state;
    for (lane, row) in state.iter_mut().zip(matrix) {
        *lane = Fr::sum_of_products(row, &before);
    }
}

/// The S-box of the x^5 instances.
fn fifth_power(x: Fr) -> Fr {
    x.square().square() * x
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use ark_ff::UniformRand;
    use ark_std::rand::SeedableRng;
    use light_poseidon::{Poseidon, PoseidonHasher};

    fn oracle(tag: Tag, inputs: &[Fr]) -> Fr {
        Poseidon::<Fr>::with_domain_tag_circom(inputs.len(), tag.lane()).unwrap().hash(inputs).unwrap()
    }

    fn agrees<const N: usize>(rng: &mut rand_chacha::ChaCha20Rng)
    where
        [Fr; N]: Width,
    {
        for tag in [Tag::Circomlib, Tag::TreeNode, Tag::ValueCommitment, Tag::LinkedCommitment] {
            let mut cases = vec![[Fr::from(0u64); N], [-Fr::from(1u64); N]];
            cases.extend((0..50).map(|_| core::array::from_fn(|_| Fr::rand(rng))));
            for inputs in cases {
                assert_eq!(hash(tag, inputs), oracle(tag, &inputs), "width {N}, tag {tag:?}");
            }
        }
    }

    #[test]
    fn the_optimised_permutation_agrees_with_light_poseidon_at_every_width() {
        let mut rng = rand_chacha::ChaCha20Rng::seed_from_u64(1);
        agrees::<1>(&mut rng);
        agrees::<2>(&mut rng);
        agrees::<3>(&mut rng);
        agrees::<4>(&mut rng);
        agrees::<5>(&mut rng);
        agrees::<6>(&mut rng);
        agrees::<7>(&mut rng);
        agrees::<8>(&mut rng);
        agrees::<9>(&mut rng);
        agrees::<10>(&mut rng);
        agrees::<11>(&mut rng);
        agrees::<12>(&mut rng);
    }

    /// Vectors of circomlib's own tests (`test/poseidoncircuit.js`) and of its `Poseidon(1)`.
    #[test]
    fn tag_zero_gives_circomlibs_published_vectors() {
        let decimal = |text: &str| text.parse::<Fr>().unwrap();
        assert_eq!(
            hash(Tag::Circomlib, [Fr::from(1u64), Fr::from(2u64)]),
            decimal("7853200120776062878684798364095072458815029376092732009249414926327459813530")
        );
        assert_eq!(
            hash(Tag::Circomlib, [Fr::from(3u64), Fr::from(4u64)]),
            decimal("14763215145315200506921711489642608356394854266165572616578112107564877678998")
        );
        assert_eq!(
            hash(Tag::Circomlib, [Fr::from(1u64)]),
            decimal("18586133768512220936620570745912940619677854269274689475585506675881198879027")
        );
    }

    #[test]
    fn tags_and_arities_separate() {
        let one = Fr::from(1u64);
        assert_ne!(hash(Tag::ValueCommitment, [one, one]), hash(Tag::LinkedCommitment, [one, one]));
        assert_ne!(hash(Tag::MemberKey, [one]), hash(Tag::MemberKey, [one, Fr::from(0u64)]));
    }

    #[test]
    fn the_byte_interface_counts_and_checks_its_inputs() {
        let one = FieldBytes::from(1);
        assert!(poseidon(&[one, FieldBytes::from(2)]).is_ok());
        assert!(matches!(poseidon(&[]), Err(Reject::Operands { .. })));
        assert!(poseidon(&[one; 12]).is_ok());
        assert!(matches!(poseidon(&[one; 13]), Err(Reject::Operands { .. })));
        assert!(matches!(poseidon(&[crate::field::modulus_bytes()]), Err(Reject::NotCanonical { .. })));
    }
}
