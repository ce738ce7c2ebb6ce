//! Miller loops over many pairs at once, in affine coordinates.
//!
//! All points take the same steps at the same time, so that each step needs one inversion for all of them, and the line
//! through them comes out as `1 + a w + b v w` once the evaluation divides by the y of the G1 point: nine products less
//! per line than the usual form. Factors in Fq are dropped throughout, the final exponentiation removes them.
//!
//! The point that the loop ends at tells whether the point it began with lies in the subgroup, see [`super::miller`]. On a
//! point where the formulas break on the way (never one of the subgroup) a step does something arbitrary and the point
//! counts as outside.

use ark_bn254::{Config, Fq, Fq2, Fq12, G1Affine, G2Affine};
use ark_ec::bn::{BnConfig, G2Prepared};
use ark_ff::{AdditiveGroup, Field, Zero};

use super::miller::endomorphism;
use crate::dot::{dot, times_line};

/// The line through a point `(x, y)`, with `offset = slope x - y`: at a point P of G1 its value is
/// `y_P - slope x_P w + offset v w`.
#[derive(Clone, Copy)]
pub(super) struct Line {
    slope: Fq2,
    offset: Fq2,
}

/// What a G1 point contributes to its lines: `-x / y` and `1 / y`.
#[derive(Clone, Copy)]
pub(super) struct Place {
    x: Fq,
    y: Fq,
}

impl Place {
    /// Of points that are not the identity; there is no such point with y = 0.
    pub(super) fn of(points: &[G1Affine]) -> Vec<Self> {
        let mut inverses: Vec<Fq> = points.iter().map(|point| point.y).collect();
        ark_ff::batch_inversion(&mut inverses);
        points.iter().zip(inverses).map(|(point, inverse)| Self { x: -(point.x * inverse), y: inverse }).collect()
    }

    /// The value times the line at this place.
    fn times(&self, value: &Fq12, line: &Line) -> Fq12 {
        let scaled = |part: &Fq2, by: &Fq| Fq2::new(part.c0 * by, part.c1 * by);
        times_line(value, &scaled(&line.slope, &self.x), &scaled(&line.offset, &self.y))
    }
}

/// All lines of a point that is used again and again.
#[derive(Clone)]
pub(super) struct FixedLines(Vec<Line>);

impl FixedLines {
    /// The lines of a point of the subgroup.
    pub(super) fn of(point: &G2Affine) -> Self {
        let mut lines = Vec::new();
        let mut walk = Walk::new(vec![*point]);
        while let Some((step, _)) = walk.step() {
            lines.extend_from_slice(step);
        }
        Self(lines)
    }
}

/// The product of the Miller loops over each group of pairs; groups are consecutive, of `group` pairs (the last may be
/// shorter). Also says of each point whether it lies in the subgroup; a group that holds one outside has no meaning.
pub(super) fn products(places: &[Place], points: Vec<G2Affine>, group: usize) -> (Vec<Fq12>, Vec<bool>) {
    let mut values = vec![Fq12::ONE; places.len().div_ceil(group)];
    let mut walk = Walk::new(points);
    while let Some((lines, squares)) = walk.step() {
        for (value, (lines, places)) in values.iter_mut().zip(lines.chunks(group).zip(places.chunks(group))) {
            if squares {
                value.square_in_place();
            }
            for (line, place) in lines.iter().zip(places) {
                *value = place.times(value, line);
            }
        }
    }
    (values, walk.in_subgroup())
}

/// The product of the Miller loops over pairs with fixed points.
pub(super) fn fixed_product(pairs: &[(Place, &FixedLines)]) -> Fq12 {
    let mut value = Fq12::ONE;
    for (step, squares) in schedule().iter().map(|step| *step == Step::Double).enumerate() {
        if squares {
            value.square_in_place();
        }
        for (place, FixedLines(lines)) in pairs {
            value = place.times(&value, &lines[step]);
        }
    }
    value
}

/// The product of the Miller loops over one pair with a prepared point and pairs with fixed points.
pub(super) fn mixed_product(p: &G1Affine, q: &G2Prepared<Config>, pairs: &[(Place, &FixedLines)]) -> Fq12 {
    let mut value = Fq12::ONE;
    for ((step, (c0, c1, c2)), kind) in q.ell_coeffs.iter().enumerate().zip(schedule()) {
        if kind == Step::Double {
            value.square_in_place();
        }
        let scaled = |part: &Fq2, by: &Fq| Fq2::new(part.c0 * by, part.c1 * by);
        value.mul_by_034(&scaled(c0, &p.y), &scaled(c1, &p.x), c2);
        for (place, FixedLines(lines)) in pairs {
            value = place.times(&value, &lines[step]);
        }
    }
    value
}

/// A step of the optimal ate loop.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Double,
    Add,
    Subtract,
    /// Adds the first power of the endomorphism.
    AddFirst,
    /// Subtracts its second power.
    SubtractSecond,
}

fn schedule() -> Vec<Step> {
    let mut steps = Vec::with_capacity(96);
    for digit in Config::ATE_LOOP_COUNT.iter().rev().skip(1) {
        steps.push(Step::Double);
        match digit {
            1 => steps.push(Step::Add),
            -1 => steps.push(Step::Subtract),
            _ => {}
        }
    }
    steps.extend([Step::AddFirst, Step::SubtractSecond]);
    steps
}

/// Points on their way through the loop, all at the same step.
struct Walk {
    start: Vec<G2Affine>,
    /// Coordinates of the running points.
    running: Vec<(Fq2, Fq2)>,
    sound: Vec<bool>,
    lines: Vec<Line>,
    denominators: Vec<Fq2>,
    steps: std::vec::IntoIter<Step>,
}

impl Walk {
    /// The points must be on the curve and not the identity.
    fn new(start: Vec<G2Affine>) -> Self {
        let count = start.len();
        Self {
            running: start.iter().map(|point| (point.x, point.y)).collect(),
            sound: vec![true; count],
            lines: Vec::with_capacity(count),
            denominators: Vec::with_capacity(count),
            steps: schedule().into_iter(),
            start,
        }
    }

    /// Takes the next step: the line of each point, and whether the Miller value is squared before they come in.
    fn step(&mut self) -> Option<(&[Line], bool)> {
        let step = self.steps.next()?;
        match step {
            Step::Double => self.double(),
            Step::Add => self.add(|point| *point),
            Step::Subtract => self.add(|point| -*point),
            Step::AddFirst => self.add(endomorphism),
            Step::SubtractSecond => self.add(|point| -endomorphism(&endomorphism(point))),
        }
        Some((&self.lines, step == Step::Double))
    }

    fn double(&mut self) {
        self.denominators.clear();
        self.denominators.extend(self.running.iter().map(|(_, y)| y.double()));
        self.invert();
        self.lines.clear();
        for ((x, y), inverse) in self.running.iter_mut().zip(&self.denominators) {
            let square = x.square();
            let slope = (square.double() + square) * inverse;
            let offset = slope * *x - *y;
            let next = slope.square() - x.double();
            (*x, *y) = (next, offset - slope * next);
            self.lines.push(Line { slope, offset });
        }
    }

    fn add(&mut self, addend: impl Fn(&G2Affine) -> G2Affine) {
        let addends: Vec<G2Affine> = self.start.iter().map(addend).collect();
        self.denominators.clear();
        self.denominators.extend(self.running.iter().zip(&addends).map(|((x, _), point)| point.x - x));
        self.invert();
        self.lines.clear();
        for (((x, y), point), inverse) in self.running.iter_mut().zip(&addends).zip(&self.denominators) {
            let slope = (point.y - *y) * inverse;
            let offset = slope * *x - *y;
            let next = slope.square() - *x - point.x;
            (*x, *y) = (next, offset - slope * next);
            self.lines.push(Line { slope, offset });
        }
    }

    /// Inverts all denominators with one inversion in Fq: that of a is its conjugate over its norm. A zero belongs to a
    /// point outside the subgroup and stays.
    fn invert(&mut self) {
        let norm = |value: &Fq2| dot([&value.c0, &value.c1], [&value.c0, &value.c1]);
        let mut norms: Vec<Fq> = self.denominators.iter().map(norm).collect();
        self.sound.iter_mut().zip(&norms).for_each(|(sound, norm)| *sound &= !norm.is_zero());
        ark_ff::batch_inversion(&mut norms);
        for (value, inverse) in self.denominators.iter_mut().zip(&norms) {
            *value = Fq2::new(value.c0 * inverse, -(value.c1 * inverse));
        }
    }

    /// After the last step: which points lie in the subgroup of prime order.
    fn in_subgroup(&self) -> Vec<bool> {
        let ends = self.running.iter().zip(&self.start).map(|((x, y), point)| {
            let end = -endomorphism(&endomorphism(&endomorphism(point)));
            *x == end.x && *y == end.y
        });
        ends.zip(&self.sound).map(|(ends, sound)| ends && *sound).collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::miller;
    use super::*;
    use ark_bn254::{Bn254, G1Projective, G2Projective};
    use ark_ec::CurveGroup;
    use ark_ec::pairing::{MillerLoopOutput, Pairing};
    use ark_ff::UniformRand;
    use ark_std::rand::SeedableRng;

    fn pairs(count: usize, seed: u64) -> (Vec<G1Affine>, Vec<G2Affine>) {
        let mut rng = rand_chacha::ChaCha20Rng::seed_from_u64(seed);
        let first = (0..count).map(|_| G1Projective::rand(&mut rng).into_affine()).collect();
        (first, (0..count).map(|_| G2Projective::rand(&mut rng).into_affine()).collect())
    }

    fn exponentiated(value: Fq12) -> Fq12 {
        Bn254::final_exponentiation(MillerLoopOutput(value)).unwrap().0
    }

    #[test]
    fn products_are_the_pairings_of_arkworks() {
        for (count, group) in [(1, 1), (1, 16), (7, 3), (20, 16), (33, 8)] {
            let (first, second) = pairs(count, 5);
            let (values, sound) = products(&Place::of(&first), second.clone(), group);
            assert_eq!(sound, vec![true; count]);
            for ((value, first), second) in values.into_iter().zip(first.chunks(group)).zip(second.chunks(group)) {
                assert_eq!(exponentiated(value), Bn254::multi_pairing(first, second).0);
            }
        }
    }

    #[test]
    fn fixed_lines_give_the_same_product() {
        let (first, second) = pairs(3, 6);
        let lines: Vec<FixedLines> = second.iter().map(FixedLines::of).collect();
        let value = fixed_product(&Place::of(&first).into_iter().zip(&lines).collect::<Vec<_>>());
        assert_eq!(exponentiated(value), Bn254::multi_pairing(&first, &second).0);
        let fixed: Vec<_> = Place::of(&first[1..]).into_iter().zip(&lines[1..]).collect();
        let value = mixed_product(&first[0], &miller::lines(&second[0]).unwrap(), &fixed);
        assert_eq!(exponentiated(value), Bn254::multi_pairing(first, second).0);
    }

    #[test]
    fn points_outside_the_subgroup_are_told_apart_and_do_not_disturb_other_groups() {
        let (first, mut second) = pairs(12, 7);
        let mut rng = rand_chacha::ChaCha20Rng::seed_from_u64(8);
        let outside = miller::tests::outside_points(&mut rng, 4);
        let places = [1, 5, 6, 7];
        for (place, point) in places.into_iter().zip(outside) {
            second[place] = point;
        }
        let (values, sound) = products(&Place::of(&first), second.clone(), 4);
        let expected: Vec<bool> = (0..12).map(|place| !places.contains(&place)).collect();
        assert_eq!(sound, expected);
        assert_eq!(exponentiated(values[2]), Bn254::multi_pairing(&first[8..], &second[8..]).0);
    }
}
