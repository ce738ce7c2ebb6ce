//! Which notes to spend. The fewer inputs, the smaller the proof; and where few notes suffice, those are taken that
//! leave little change, so that the large ones stay whole.

use tacit_types::shielded::{INPUTS_MAX, Shape};

/// A note on offer: its index in the caller's list and its value.
pub(super) type Offer = (usize, u128);

/// One join-split's worth of a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    /// The notes it spends.
    pub inputs: Vec<Offer>,
    /// What it pays.
    pub amount: u128,
    /// What comes back.
    pub change: u128,
}

impl Part {
    /// One input is padded with a dummy to two, so that nobody sees how many notes were needed.
    pub(super) fn shape(&self) -> Shape {
        if self.inputs.len() <= Shape::TwoIn.inputs() { Shape::TwoIn } else { Shape::EightIn }
    }
}

/// Notes of one asset, smallest first, that are still to be had.
#[derive(Debug, Clone, Default)]
pub(super) struct Purse(Vec<Offer>);

impl Purse {
    pub(super) fn new(mut offers: Vec<Offer>) -> Self {
        offers.retain(|(_, value)| *value > 0);
        offers.sort_unstable_by_key(|(index, value)| (*value, *index));
        Self(offers)
    }

    /// Takes notes for `amount` and, in the first part, for `toll` on top. `None` when the notes do not suffice.
    pub(super) fn pay(&mut self, toll: u128, amount: u128) -> Option<Vec<Part>> {
        let (mut parts, mut toll, mut left) = (Vec::new(), toll, amount);
        loop {
            let needed = left.checked_add(toll)?;
            if let Some(chosen) = choose(&self.0, needed) {
                let inputs = self.take(&chosen);
                let change = sum(&inputs)?.checked_sub(needed)?;
                parts.push(Part { inputs, amount: left, change });
                return Some(parts);
            }
            // All eight of the largest are not enough: they pay what they can, and the rest is for the next part.
            let first = self.0.len().checked_sub(INPUTS_MAX.saturating_add(1))?.saturating_add(1);
            let inputs = self.0.split_off(first);
            let amount = sum(&inputs)?.checked_sub(toll).filter(|amount| *amount > 0)?;
            left = left.checked_sub(amount)?;
            toll = 0;
            parts.push(Part { inputs, amount, change: 0 });
        }
    }

    /// The eight smallest notes, all of whose value comes back; more of the large ones as far as `toll` needs it.
    /// `None` when there are fewer than two.
    pub(super) fn smallest(&mut self, toll: u128) -> Option<Part> {
        let count = self.0.len().min(INPUTS_MAX);
        let mut inputs: Vec<Offer> = self.0.drain(..count).collect();
        if sum(&inputs)? <= toll {
            *inputs.last_mut()? = self.0.pop()?;
        }
        let change = sum(&inputs)?;
        (inputs.len() >= 2).then_some(Part { inputs, amount: 0, change })
    }

    /// Fills the empty place of a part that spends one note with the smallest note left, when there are plenty.
    pub(super) fn tidy_up(&mut self, part: &mut Part, plenty: usize) {
        let Some(&(index, value)) = self.0.first() else { return };
        let Some(change) = part.change.checked_add(value) else { return };
        if part.inputs.len() == 1 && self.0.len() > plenty {
            self.0.remove(0);
            part.inputs.push((index, value));
            part.change = change;
        }
    }

    fn take(&mut self, chosen: &[usize]) -> Vec<Offer> {
        let taken = chosen.iter().filter_map(|at| self.0.get(*at).copied()).collect();
        let mut at = 0usize;
        self.0.retain(|_| {
            let keep = !chosen.contains(&at);
            at = at.saturating_add(1);
            keep
        });
        taken
    }
}

/// Places of at most eight notes worth at least `needed`: one if one suffices, two if two do.
fn choose(offers: &[Offer], needed: u128) -> Option<Vec<usize>> {
    if let Some(at) = offers.iter().position(|(_, value)| *value >= needed) {
        return Some(vec![at]);
    }
    tightest_pair(offers, needed).or_else(|| largest(offers, needed))
}

/// The two notes that together exceed `needed` by the least.
fn tightest_pair(offers: &[Offer], needed: u128) -> Option<Vec<usize>> {
    let (mut low, mut high) = (0usize, offers.len().checked_sub(1)?);
    let mut best: Option<(u128, [usize; 2])> = None;
    while low < high {
        let sum = offers.get(low)?.1.saturating_add(offers.get(high)?.1);
        if sum >= needed {
            if best.is_none_or(|(least, _)| sum < least) {
                best = Some((sum, [low, high]));
            }
            high = high.saturating_sub(1);
        } else {
            low = low.saturating_add(1);
        }
    }
    best.map(|(_, pair)| pair.to_vec())
}

/// As few of the largest notes as suffice, at most eight.
fn largest(offers: &[Offer], needed: u128) -> Option<Vec<usize>> {
    let (mut sum, mut chosen) = (0u128, Vec::new());
    for (at, (_, value)) in offers.iter().enumerate().rev().take(INPUTS_MAX) {
        chosen.push(at);
        sum = sum.saturating_add(*value);
        if sum >= needed {
            return Some(chosen);
        }
    }
    None
}

pub(super) fn sum(offers: &[Offer]) -> Option<u128> {
    offers.iter().try_fold(0u128, |sum, (_, value)| sum.checked_add(*value))
}
