//! Validator sets: canonical order, and turns in proportion to power that no dead validator can hold up.

use crate::strategies;
use proptest::prelude::*;
use std::collections::BTreeMap;
use tacit_types::validators::ValidatorSetError;
use tacit_types::*;

fn validator(key: u8, power: u64) -> Validator {
    Validator { public_key: PublicKey([key; 32]), power: Power(power) }
}

fn set_of(powers: &[u64]) -> ValidatorSet {
    let list = powers.iter().enumerate().map(|(index, power)| validator(index as u8 + 1, *power)).collect();
    ValidatorSet::new(list).unwrap()
}

#[test]
fn the_order_is_by_falling_power_then_rising_key() {
    let set = ValidatorSet::new(vec![validator(3, 1), validator(1, 1), validator(2, 5)]).unwrap();
    let keys: Vec<u8> = set.validators().iter().map(|validator| validator.public_key.0[0]).collect();
    assert_eq!(keys, [2, 1, 3]);
}

#[test]
fn a_set_that_could_not_work_is_refused() {
    let max = limits::TOTAL_POWER_MAX;
    let refused = |list: Vec<Validator>| ValidatorSet::new(list).unwrap_err();
    assert_eq!(refused(vec![]), ValidatorSetError::Empty);
    assert_eq!(refused(vec![validator(1, 0)]), ValidatorSetError::ZeroPower);
    assert_eq!(refused(vec![validator(1, 1), validator(1, 2)]), ValidatorSetError::Duplicate);
    assert_eq!(refused(vec![validator(1, max), validator(2, 1)]), ValidatorSetError::TotalPower);
    assert_eq!(refused(vec![validator(1, u64::MAX), validator(2, u64::MAX)]), ValidatorSetError::TotalPower);
    assert_eq!(refused((0..=128).map(|key| validator(key, 1)).collect()), ValidatorSetError::TooMany);
    assert!(ValidatorSet::new((0..128).map(|key| validator(key, 1)).collect()).is_ok());
    assert!(ValidatorSet::new(vec![validator(1, max)]).is_ok());
}

/// Over 10,000 heights everybody proposes as often as its share says, up to a dozen turns.
#[test]
fn turns_are_in_proportion_to_power() {
    const HEIGHTS: u64 = 10_000;
    const SLACK: f64 = 12.0;
    let cases: [&[u64]; 6] =
        [&[1], &[1, 1, 1, 1], &[1; 7], &[60, 30, 9, 1], &[1_000_000, 1], &[u32::MAX as u64, 12345, 999, 1 << 40]];
    for powers in cases {
        let set = set_of(powers);
        let mut turns: BTreeMap<PublicKey, u64> = BTreeMap::new();
        for height in 1..=HEIGHTS {
            *turns.entry(set.proposer(Height(height), Round(0)).public_key).or_default() += 1;
        }
        for validator in set.validators() {
            let share = validator.power.0 as f64 / set.total_power().0 as f64;
            let got = turns.get(&validator.public_key).copied().unwrap_or(0) as f64;
            let due = share * HEIGHTS as f64;
            assert!((got - due).abs() <= SLACK, "{powers:?}: power {} has {got} turns, {due} are due", validator.power);
        }
    }
}

/// With equal powers nobody waits much longer than one turn of everybody.
#[test]
fn equal_validators_never_wait_long_for_their_turn() {
    for count in [4u64, 7, 16] {
        let set = set_of(&vec![1; count as usize]);
        for validator in set.validators() {
            let mine: Vec<u64> =
                (1..5_000).filter(|height| set.proposer(Height(*height), Round(0)) == validator).collect();
            let longest = mine.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap();
            assert!(longest <= 3 * count, "{count} validators: a wait of {longest} heights");
        }
    }
}

proptest! {
    /// Within one height the first n rounds are a permutation of the n validators: however many are dead, each of
    /// them costs one round.
    #[test]
    fn a_dead_proposer_costs_one_round(set in strategies::validators(12), height in any::<u64>()) {
        let rounds = set.len() as u32;
        let mut seen: Vec<PublicKey> =
            (0..rounds).map(|round| set.proposer(Height(height), Round(round)).public_key).collect();
        seen.sort_unstable();
        seen.dedup();
        prop_assert_eq!(seen.len(), set.len());
    }

    #[test]
    fn rounds_repeat_after_everybody_had_one(set in strategies::validators(12), height in any::<u64>(), round in 0u32..1000) {
        let again = Round(round + set.len() as u32);
        prop_assert_eq!(set.proposer(Height(height), Round(round)), set.proposer(Height(height), again));
    }

    #[test]
    fn the_proposer_is_a_member_at_the_edges(set in strategies::validators(12), height in any::<u64>()) {
        for round in [0, 1, u32::MAX - 1, u32::MAX] {
            let proposer = set.proposer(Height(height), Round(round));
            prop_assert_eq!(set.index_of(&proposer.address()).map(|index| set.get(index).unwrap()), Some(proposer));
        }
    }

    #[test]
    fn the_hash_depends_on_every_key_and_power(set in strategies::validators(6), at in any::<prop::sample::Index>()) {
        let index = at.index(set.len());
        let mut other = set.validators().to_vec();
        other[index].power = Power(other[index].power.0 + 1);
        prop_assert_ne!(ValidatorSet::new(other).unwrap().hash(), set.hash());
        let mut other = set.validators().to_vec();
        other[index].public_key.0[31] ^= 1;
        if let Ok(other) = ValidatorSet::new(other) {
            prop_assert_ne!(other.hash(), set.hash());
        }
    }
}
