//! Medians of a few numbers. Pure; half of the numbers, or fewer, cannot move them beyond the others.

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

/// The middle number; of an even number of them, what is nearest to `last` from the one of the middle two to the other. So the
/// median leaves `last` only as far as more than half of the numbers are away from it.
pub fn median(numbers: &[u128], last: u128) -> Option<u128> {
    let upper = numbers.len().checked_div(2)?;
    let lower = numbers.len().checked_sub(1)?.checked_div(2)?;
    let (low, high) = (ranked(numbers, lower)?, ranked(numbers, upper)?);
    Some(last.max(low).min(high))
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
        assert_eq!((median(&[], 1), ranked(&[], 0), ranked(&[1], 1)), (None, None, None));
    }

    proptest! {
        #[test]
        fn it_is_what_sorting_gives(mut numbers in prop::collection::vec(0..9_u128, 1..16), last in 0..9_u128) {
            let found: Vec<_> = (0..numbers.len()).filter_map(|place| ranked(&numbers, place)).collect();
            let middle = median(&numbers, last);
            numbers.sort_unstable();
            prop_assert_eq!(&found, &numbers);
            let half = numbers.len() / 2;
            let lowest = if numbers.len() % 2 == 1 { numbers[half] } else { numbers[half - 1] };
            prop_assert_eq!(middle, (lowest..=numbers[half]).min_by_key(|number| number.abs_diff(last)));
        }

        #[test]
        fn half_of_the_numbers_leave_it_within_the_others_and_the_last(
            others in prop::collection::vec(any::<u128>(), 1..8),
            liars in prop::collection::vec(any::<u128>(), 0..8),
            last: u128,
        ) {
            let (low, high) = (*others.iter().min().unwrap().min(&last), *others.iter().max().unwrap().max(&last));
            let liars = liars.iter().take(others.len());
            let all: Vec<_> = liars.chain(&others).copied().collect();
            prop_assert!((low..=high).contains(&median(&all, last).unwrap()));
        }

        #[test]
        fn fewer_than_half_leave_it_within_the_others_whatever_was_last(
            others in prop::collection::vec(any::<u128>(), 2..8),
            liars in prop::collection::vec(any::<u128>(), 0..8),
            last: u128,
        ) {
            let (low, high) = (*others.iter().min().unwrap(), *others.iter().max().unwrap());
            let liars = liars.iter().take(others.len() - 1);
            let all: Vec<_> = liars.chain(&others).copied().collect();
            prop_assert!((low..=high).contains(&median(&all, last).unwrap()));
        }
    }
}
