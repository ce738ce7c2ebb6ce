//! Medians of a few numbers. Pure; a single number cannot move them beyond its neighbours.

use tacit_sdk::{Rounding, mul_div};

/// The whole, in basis points.
const BASIS: u128 = 10_000;

/// The number at a place, from 0, if the numbers were sorted.
pub fn ranked(numbers: &[u128], place: usize) -> Option<u128> {
    let among = |holds: &dyn Fn(u128) -> bool| numbers.iter().filter(|number| holds(**number)).count();
    let stands_there =
        |number: u128| among(&|other| other < number) <= place && place < among(&|other| other <= number);
    numbers.iter().copied().find(|number| stands_there(*number))
}

/// The middle number, or the mean of the middle two, rounded down.
pub fn median(numbers: &[u128]) -> Option<u128> {
    let upper = numbers.len().checked_div(2)?;
    let lower = numbers.len().checked_sub(1)?.checked_div(2)?;
    let (low, high) = (ranked(numbers, lower)?, ranked(numbers, upper)?);
    low.checked_add(high.checked_sub(low)?.checked_div(2)?)
}

/// A part of a price in basis points, rounded down, but at least one: else a small price could never move.
pub fn part(price: u128, points: u32) -> u128 {
    mul_div(price, u128::from(points), BASIS, Rounding::Down).max(1)
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nothing_has_no_middle() {
        assert_eq!((median(&[]), ranked(&[], 0), ranked(&[1], 1)), (None, None, None));
    }

    proptest! {
        #[test]
        fn it_is_what_sorting_gives(mut numbers in prop::collection::vec(0..9_u128, 1..16)) {
            let found: Vec<_> = (0..numbers.len()).filter_map(|place| ranked(&numbers, place)).collect();
            let middle = median(&numbers);
            numbers.sort_unstable();
            prop_assert_eq!(&found, &numbers);
            let half = numbers.len() / 2;
            let mean = if numbers.len() % 2 == 1 { numbers[half] } else { (numbers[half - 1] + numbers[half]) / 2 };
            prop_assert_eq!(middle, Some(mean));
        }

        #[test]
        fn one_of_three_or_more_stays_within_the_others(others in prop::collection::vec(any::<u128>(), 2..15), one: u128) {
            let (low, high) = (*others.iter().min().unwrap(), *others.iter().max().unwrap());
            let all: Vec<_> = others.iter().copied().chain([one]).collect();
            prop_assert!((low..=high).contains(&median(&all).unwrap()));
        }
    }
}
