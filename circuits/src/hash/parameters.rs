//! Poseidon's constants in the form the fast permutation wants, derived once from circom's.
//!
//! In: round constants and the dense MDS matrix `M` from `light-poseidon`. Out: [`Parameters`], in which every partial
//! round adds one constant, applies one S-box and multiplies by a matrix that has only a first row, a first column and
//! ones on the diagonal. Two rewritings give that:
//!
//! * *Constants*: in a partial round the S-box touches lane 0 only, so constants of the other lanes pass through it and
//!   can be pushed through `M` into the next round; what is left over lands in the first full round after.
//! * *Matrices*: `M = S * D` where `D` keeps lane 0 and `S` is sparse. `D` passes through the S-box of its own round, so
//!   it can be multiplied into the matrix of the round before; going backwards, one dense matrix remains, before the
//!   first partial round.

use std::sync::LazyLock;

use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field};
use light_poseidon::parameters::bn254_x5::get_poseidon_parameters;

type Matrix<const T: usize> = [[Fr; T]; T];

/// One partial round.
pub(crate) struct PartialRound<const T: usize> {
    /// Added to lane 0 before the S-box.
    pub constant: Fr,
    /// Row 0 of the sparse matrix.
    pub row: [Fr; T],
    /// Column 0 of the sparse matrix; entry 0 equals `row[0]` and is not used.
    pub column: [Fr; T],
}

/// All constants of the permutation with `T` lanes.
pub(crate) struct Parameters<const T: usize> {
    /// Constants of the full rounds, first and second half together.
    pub full_constants: Vec<[Fr; T]>,
    /// The matrix of every full round but the last of the first half.
    pub mds: Matrix<T>,
    /// The matrix of the last full round of the first half.
    pub before_partial: Matrix<T>,
    /// The partial rounds in order.
    pub partial: Vec<PartialRound<T>>,
}

/// The tuples of field elements that can be hashed: 1 to 12 elements, a permutation one lane wider.
pub(crate) trait Width {
    /// Hashes with the given capacity lane.
    fn hash_with(self, capacity: Fr) -> Fr;
}

macro_rules! width {
    ($inputs:literal, $lanes:literal, $name:ident, $($input:ident),+) => {
        /// Constants for this number of lanes, derived at first use.
        pub(crate) static $name: LazyLock<Parameters<$lanes>> = LazyLock::new(Parameters::derive);

        impl Width for [Fr; $inputs] {
            fn hash_with(self, capacity: Fr) -> Fr {
                let [$($input),+] = self;
                let mut state = [capacity, $($input),+];
                super::permute(&$name, &mut state);
                state[0]
            }
        }
    };
}

width!(1, 2, LANES_2, a);
width!(2, 3, LANES_3, a, b);
width!(3, 4, LANES_4, a, b, c);
width!(4, 5, LANES_5, a, b, c, d);
width!(5, 6, LANES_6, a, b, c, d, e);
width!(6, 7, LANES_7, a, b, c, d, e, f);
width!(7, 8, LANES_8, a, b, c, d, e, f, g);
width!(8, 9, LANES_9, a, b, c, d, e, f, g, h);
width!(9, 10, LANES_10, a, b, c, d, e, f, g, h, i);
width!(10, 11, LANES_11, a, b, c, d, e, f, g, h, i, j);
width!(11, 12, LANES_12, a, b, c, d, e, f, g, h, i, j, k);
width!(12, 13, LANES_13, a, b, c, d, e, f, g, h, i, j, k, l);

impl<const T: usize> Parameters<T> {
    /// Derives the constants. The circom parameters exist for 2 to 13 lanes and their matrices are invertible, so the
    /// `expect`s below speak about constants of this program, not about data.
    fn derive() -> Self {
        let lanes = u8::try_from(T).expect("at most 13 lanes");
        let circom = get_poseidon_parameters::<Fr>(lanes).expect("circom parameters exist for this width");
        let mds: Matrix<T> = core::array::from_fn(|i| core::array::from_fn(|j| circom.mds[i][j]));
        let mut constants: Vec<[Fr; T]> =
            circom.ark.chunks(T).map(|chunk| core::array::from_fn(|lane| chunk[lane])).collect();

        let half = circom.full_rounds / 2;
        let partial_rounds = half..half + circom.partial_rounds;
        push_constants_forward(&mut constants, partial_rounds.clone(), &mds);

        let mut dense = mds;
        let mut partial = Vec::with_capacity(circom.partial_rounds);
        for round in partial_rounds.rev() {
            let (row, column) = sparse_factor(&dense);
            partial.push(PartialRound { constant: constants[round][0], row, column });
            dense = product(&keep_lane_zero(&dense), &mds);
        }
        partial.reverse();
        constants.drain(half..half + circom.partial_rounds);
        Self { full_constants: constants, mds, before_partial: dense, partial }
    }
}

/// Leaves only lane 0's constant in each partial round.
fn push_constants_forward<const T: usize>(
    constants: &mut [[Fr; T]],
    partial_rounds: core::ops::Range<usize>,
    mds: &Matrix<T>,
) {
    for round in partial_rounds {
        let mut passing = constants[round];
        passing[0] = Fr::ZERO;
        constants[round] = core::array::from_fn(|lane| if lane == 0 { constants[round][0] } else { Fr::ZERO });
        let pushed: [Fr; T] = core::array::from_fn(|i| (0..T).map(|j| mds[i][j] * passing[j]).sum());
        for (lane, value) in constants[round + 1].iter_mut().zip(pushed) {
            *lane += value;
        }
    }
}

/// The sparse left factor of `m`: its first row is `(m00, v * D^-1)`, its first column that of `m`.
fn sparse_factor<const T: usize>(m: &Matrix<T>) -> ([Fr; T], [Fr; T]) {
    let inverse = inverse(&keep_lane_zero(m)).expect("a submatrix of an MDS matrix is invertible");
    let row = core::array::from_fn(|j| match j {
        0 => m[0][0],
        _ => (1..T).map(|k| m[0][k] * inverse[k][j]).sum(),
    });
    (row, core::array::from_fn(|i| m[i][0]))
}

/// The right factor: `m` without its first row and column, and a one in the corner.
fn keep_lane_zero<const T: usize>(m: &Matrix<T>) -> Matrix<T> {
    core::array::from_fn(|i| {
        core::array::from_fn(|j| match (i, j) {
            (0, 0) => Fr::ONE,
            (0, _) | (_, 0) => Fr::ZERO,
            _ => m[i][j],
        })
    })
}

fn product<const T: usize>(a: &Matrix<T>, b: &Matrix<T>) -> Matrix<T> {
    core::array::from_fn(|i| core::array::from_fn(|j| (0..T).map(|k| a[i][k] * b[k][j]).sum()))
}

/// Gauss-Jordan elimination; `None` when the matrix is singular.
fn inverse<const T: usize>(matrix: &Matrix<T>) -> Option<Matrix<T>> {
    let mut left = *matrix;
    let mut right: Matrix<T> =
        core::array::from_fn(|i| core::array::from_fn(|j| if i == j { Fr::ONE } else { Fr::ZERO }));
    for column in 0..T {
        let pivot = (column..T).find(|row| left[*row][column] != Fr::ZERO)?;
        left.swap(column, pivot);
        right.swap(column, pivot);
        let scale = left[column][column].inverse()?;
        for j in 0..T {
            left[column][j] *= scale;
            right[column][j] *= scale;
        }
        for row in (0..T).filter(|row| *row != column) {
            let factor = left[row][column];
            for j in 0..T {
                let (from_left, from_right) = (left[column][j] * factor, right[column][j] * factor);
                left[row][j] -= from_left;
                right[row][j] -= from_right;
            }
        }
    }
    Some(right)
}
