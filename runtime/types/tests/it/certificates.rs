//! Commit certificates: more than two thirds of the power, one signature per set bit, and no way around either.

use crate::strategies;
use proptest::prelude::*;
use tacit_types::certificate::CertificateError;
use tacit_types::vote::{SignedStep, sign_bytes, sign_bytes_with};
use tacit_types::*;

const CHAIN: GenesisId = GenesisId([5; 32]);
const BLOCK: BlockId = BlockId([9; 32]);

fn set_of(powers: &[u64]) -> ValidatorSet {
    let validator = |(index, power): (usize, &u64)| {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&(index as u64).to_be_bytes());
        Validator { public_key: PublicKey(key), power: Power(*power) }
    };
    ValidatorSet::new(powers.iter().enumerate().map(validator).collect()).unwrap()
}

fn certificate(set: &ValidatorSet, signers: &[usize]) -> CommitCertificate {
    let signatures = signers.iter().map(|index| (*index, Signature([*index as u8; 64]))).collect();
    CommitCertificate::new(Height(4), Round(1), BLOCK, set, signatures).unwrap()
}

fn verdict(certificate: &CommitCertificate, set: &ValidatorSet) -> Result<usize, CertificateError> {
    certificate.signatures_to_verify(&CHAIN, set).map(|signatures| signatures.len())
}

#[test]
fn exactly_two_thirds_is_not_enough_and_one_more_is() {
    let equal = set_of(&[1; 3]);
    assert_eq!(verdict(&certificate(&equal, &[0, 1]), &equal), Err(CertificateError::Power));
    assert_eq!(verdict(&certificate(&equal, &[0, 1, 2]), &equal), Ok(3));
    let four = set_of(&[1; 4]);
    assert_eq!(verdict(&certificate(&four, &[1, 3]), &four), Err(CertificateError::Power));
    assert_eq!(verdict(&certificate(&four, &[0, 1, 3]), &four), Ok(3));
    let uneven = set_of(&[7, 1, 1]);
    assert_eq!(verdict(&certificate(&uneven, &[0]), &uneven), Ok(1), "7 of 9 is above two thirds");
    let edge = set_of(&[6, 2, 1]);
    assert_eq!(verdict(&certificate(&edge, &[0]), &edge), Err(CertificateError::Power), "6 of 9 is two thirds");
}

#[test]
fn the_largest_allowed_powers_do_not_overflow_the_threshold() {
    let half = limits::TOTAL_POWER_MAX / 2;
    let set = set_of(&[half, half]);
    assert_eq!(verdict(&certificate(&set, &[0]), &set), Err(CertificateError::Power));
    assert_eq!(verdict(&certificate(&set, &[0, 1]), &set), Ok(2));
}

#[test]
fn a_bitmap_must_fit_the_set_exactly() {
    let set = set_of(&[1; 4]);
    let good = certificate(&set, &[0, 1, 2]);
    let with_bitmap = |bytes: &[u8]| CommitCertificate { signers: Bytes::new(bytes.to_vec()).unwrap(), ..good.clone() };
    assert_eq!(verdict(&with_bitmap(&[]), &set), Err(CertificateError::Bitmap), "too short");
    assert_eq!(verdict(&with_bitmap(&[0b111, 0]), &set), Err(CertificateError::Bitmap), "a second byte");
    assert_eq!(verdict(&with_bitmap(&[0b1000_0011]), &set), Err(CertificateError::Bitmap), "a bit beyond the set");
    assert_eq!(verdict(&with_bitmap(&[0b0001]), &set), Err(CertificateError::Count), "signatures left over");
    assert_eq!(verdict(&with_bitmap(&[0b1111]), &set), Err(CertificateError::Count), "a signature missing");
    assert_eq!(verdict(&with_bitmap(&[0b0111]), &set), Ok(3));
}

#[test]
fn one_validator_cannot_be_counted_twice() {
    let set = set_of(&[1; 4]);
    let twice = vec![(2, Signature([1; 64])), (2, Signature([2; 64])), (0, Signature([0; 64]))];
    let certificate = CommitCertificate::new(Height(1), Round(0), BLOCK, &set, twice).unwrap();
    assert_eq!(certificate.signatures.len(), 2);
    assert_eq!(verdict(&certificate, &set), Err(CertificateError::Power));
    let outside = CommitCertificate::new(Height(1), Round(0), BLOCK, &set, vec![(4, Signature([1; 64]))]);
    assert_eq!(outside, Err(CertificateError::Bitmap));
}

#[test]
fn each_signature_is_paired_with_the_key_of_its_bit_and_the_precommit_of_the_certificate() {
    let set = set_of(&[1; 9]);
    let signers = [0, 2, 3, 5, 6, 7, 8];
    let certificate = certificate(&set, &signers);
    let found = certificate.signatures_to_verify(&CHAIN, &set).unwrap();
    let message = sign_bytes(&CHAIN, SignedStep::Precommit, Height(4), Round(1), Some(&BLOCK));
    for (index, signature) in signers.iter().zip(found) {
        assert_eq!(signature.public_key, set.get(*index).unwrap().public_key);
        assert_eq!(signature.signature, Signature([*index as u8; 64]));
        assert_eq!(signature.message, message);
    }
}

proptest! {
    /// The verdict is that of arithmetic on the signers' powers, whoever they are.
    #[test]
    fn a_certificate_stands_exactly_above_two_thirds(set in strategies::validators(20), chosen in any::<u32>()) {
        let signers: Vec<usize> = (0..set.len()).filter(|index| chosen >> index & 1 == 1).collect();
        let power: u128 = signers.iter().map(|index| u128::from(set.get(*index).unwrap().power.0)).sum();
        let enough = power * 3 > u128::from(set.total_power().0) * 2;
        prop_assert_eq!(verdict(&certificate(&set, &signers), &set).is_ok(), enough);
    }

    #[test]
    fn a_random_bitmap_never_panics(set in strategies::validators(20), bitmap in prop::collection::vec(any::<u8>(), 0..=16), count in 0usize..20) {
        let certificate = CommitCertificate {
            signers: Bytes::new(bitmap).unwrap(),
            signatures: List::new(vec![Signature([1; 64]); count]).unwrap(),
            ..certificate(&set, &[])
        };
        let _ = verdict(&certificate, &set);
    }
}

/// A signature for one message must be worthless for every other.
#[test]
fn sign_bytes_differ_in_every_part() {
    let steps = [SignedStep::Proposal, SignedStep::Prevote, SignedStep::Precommit, SignedStep::PartsInit];
    let mut seen = std::collections::BTreeSet::new();
    for step in steps {
        for chain in [CHAIN, GenesisId([6; 32])] {
            for (height, round) in [(1, 0), (0, 1), (2, 0)] {
                for value in [None, Some(&BLOCK), Some(&BlockId([0; 32]))] {
                    for extra in [&[][..], &[0], &[1]] {
                        seen.insert(sign_bytes_with(&chain, step, Height(height), Round(round), value, extra));
                    }
                }
            }
        }
    }
    assert_eq!(seen.len(), 4 * 2 * 3 * 3 * 3);
}
