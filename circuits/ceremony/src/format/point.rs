//! Numbers and points as bytes, in the four spellings that the formats use.
//!
//! *Plain*: 32 bytes little-endian. *Montgomery*: the number times 2^256, little-endian; points of files are affine
//! `x || y` in this form, `(0, 0)` standing for infinity. *Uncompressed* and *compressed*: big-endian, in G2 the second
//! component first, flags in the top bits; only hashed, never read. Every reader refuses numbers that are not below
//! their modulus, points off the curve and points outside the subgroup.

use ark_bn254::{Fq, Fq2, Fr, G1Affine, G2Affine};
use ark_ec::AffineRepr;
use ark_ec::short_weierstrass::Affine;
use ark_ff::{AdditiveGroup, BigInt, PrimeField, Zero};

use super::Reader;
use crate::error::{CeremonyError, Result};
use crate::work;

/// Bytes of a point of G1 in a file.
pub(crate) const G1_BYTES: usize = 64;
/// Bytes of a point of G2 in a file.
pub(crate) const G2_BYTES: usize = 128;

fn limbs(bytes: &[u8; 32]) -> BigInt<4> {
    let mut limbs = [0u64; 4];
    for (limb, chunk) in limbs.iter_mut().zip(bytes.as_chunks::<8>().0) {
        *limb = u64::from_le_bytes(*chunk);
    }
    BigInt(limbs)
}

fn bytes_of(number: BigInt<4>) -> [u8; 32] {
    let mut bytes = [0u8; 32];
    for (chunk, limb) in bytes.as_chunks_mut::<8>().0.iter_mut().zip(number.0) {
        *chunk = limb.to_le_bytes();
    }
    bytes
}

/// The scalar field's modulus, plain.
pub(crate) fn scalar_modulus() -> [u8; 32] {
    bytes_of(Fr::MODULUS)
}

/// The base field's modulus, plain.
pub(crate) fn base_modulus() -> [u8; 32] {
    bytes_of(Fq::MODULUS)
}

/// Reads a plain scalar.
pub(crate) fn scalar(bytes: &[u8; 32]) -> Option<Fr> {
    Fr::from_bigint(limbs(bytes))
}

/// Writes a plain scalar.
pub(crate) fn scalar_bytes(value: &Fr) -> [u8; 32] {
    bytes_of(value.into_bigint())
}

/// Reads a coefficient of a `.zkey`: the number times 2^512.
pub(crate) fn double_montgomery(bytes: &[u8; 32]) -> Option<Fr> {
    let raw = limbs(bytes);
    (raw < Fr::MODULUS).then(|| Fr::new_unchecked(Fr::new_unchecked(raw).into_bigint()))
}

/// Writes a coefficient of a `.zkey`.
pub(crate) fn double_montgomery_bytes(value: &Fr) -> [u8; 32] {
    // `value.0` is the number times 2^256; reading that as a number and looking at its Montgomery form multiplies
    // again.
    let once = Fr::from_bigint(value.0).unwrap_or(Fr::ZERO);
    bytes_of(once.0)
}

/// A base field element from its Montgomery form.
pub(crate) fn base(bytes: &[u8; 32]) -> Option<Fq> {
    let raw = limbs(bytes);
    (raw < Fq::MODULUS).then(|| Fq::new_unchecked(raw))
}

/// A base field element from 32 plain little-endian bytes.
pub(crate) fn base_plain(bytes: &[u8; 32]) -> Option<Fq> {
    Fq::from_bigint(limbs(bytes))
}

/// A base field element, plain and big-endian.
pub(crate) fn base_big_endian(value: &Fq) -> [u8; 32] {
    let mut bytes = bytes_of(value.into_bigint());
    bytes.reverse();
    bytes
}

/// A point with its form in files and in hashes.
pub(crate) trait FilePoint: AffineRepr<ScalarField = Fr> {
    /// Bytes in a file.
    const BYTES: usize;
    /// Reads a point that is on the curve; whether it lies in the subgroup is not checked.
    fn from_file(bytes: &[u8]) -> core::result::Result<Self, &'static str>;
    /// Whether a point on the curve lies in the subgroup.
    fn in_subgroup(&self) -> bool;
    /// Appends the form of files.
    fn to_file(&self, out: &mut Vec<u8>);
    /// Appends the uncompressed form that snarkjs hashes.
    fn uncompressed(&self, out: &mut Vec<u8>);
    /// Appends the compressed form that snarkjs hashes.
    fn compressed(&self, out: &mut Vec<u8>);
}

/// Flag of infinity in the first byte of a compressed form; the uncompressed form of infinity is all zero.
const INFINITY: u8 = 0x40;
/// Flag of a y that is above half the modulus, in the first byte of a compressed form.
const NEGATIVE: u8 = 0x80;

impl FilePoint for Affine<ark_bn254::g1::Config> {
    const BYTES: usize = G1_BYTES;

    fn from_file(bytes: &[u8]) -> core::result::Result<Self, &'static str> {
        let [x, y] = bytes.as_chunks::<32>().0 else { return Err("it is cut short") };
        let (x, y) = (base(x).ok_or(NOT_BELOW)?, base(y).ok_or(NOT_BELOW)?);
        g1_of(x, y)
    }

    fn in_subgroup(&self) -> bool {
        true
    }

    fn to_file(&self, out: &mut Vec<u8>) {
        let (x, y) = self.xy().unwrap_or_default();
        out.extend(bytes_of(x.0));
        out.extend(bytes_of(y.0));
    }

    fn uncompressed(&self, out: &mut Vec<u8>) {
        let (x, y) = self.xy().unwrap_or_default();
        out.extend(base_big_endian(&x));
        out.extend(base_big_endian(&y));
    }

    fn compressed(&self, out: &mut Vec<u8>) {
        let (x, y) = self.xy().unwrap_or_default();
        let start = out.len();
        out.extend(base_big_endian(&x));
        out[start] |= flags(self.is_zero(), is_negative(&y));
    }
}

impl FilePoint for Affine<ark_bn254::g2::Config> {
    const BYTES: usize = G2_BYTES;

    fn from_file(bytes: &[u8]) -> core::result::Result<Self, &'static str> {
        let [x0, x1, y0, y1] = bytes.as_chunks::<32>().0 else { return Err("it is cut short") };
        let x = Fq2::new(base(x0).ok_or(NOT_BELOW)?, base(x1).ok_or(NOT_BELOW)?);
        let y = Fq2::new(base(y0).ok_or(NOT_BELOW)?, base(y1).ok_or(NOT_BELOW)?);
        g2_of(x, y)
    }

    fn in_subgroup(&self) -> bool {
        self.is_in_correct_subgroup_assuming_on_curve()
    }

    fn to_file(&self, out: &mut Vec<u8>) {
        let (x, y) = self.xy().unwrap_or_default();
        for part in [x.c0, x.c1, y.c0, y.c1] {
            out.extend(bytes_of(part.0));
        }
    }

    fn uncompressed(&self, out: &mut Vec<u8>) {
        let (x, y) = self.xy().unwrap_or_default();
        for part in [x.c1, x.c0, y.c1, y.c0] {
            out.extend(base_big_endian(&part));
        }
    }

    fn compressed(&self, out: &mut Vec<u8>) {
        let (x, y) = self.xy().unwrap_or_default();
        let start = out.len();
        out.extend(base_big_endian(&x.c1));
        out.extend(base_big_endian(&x.c0));
        out[start] |= flags(self.is_zero(), is_negative_2(&y));
    }
}

const NOT_BELOW: &str = "a coordinate is not below the modulus";
const OFF_CURVE: &str = "it is not on the curve";

/// The point with these coordinates; `(0, 0)` is infinity.
pub(crate) fn g1_of(x: Fq, y: Fq) -> core::result::Result<G1Affine, &'static str> {
    if x.is_zero() && y.is_zero() {
        return Ok(G1Affine::identity());
    }
    let point = G1Affine::new_unchecked(x, y);
    if point.is_on_curve() { Ok(point) } else { Err(OFF_CURVE) }
}

/// The point with these coordinates; `(0, 0)` is infinity. The subgroup is not checked.
pub(crate) fn g2_of(x: Fq2, y: Fq2) -> core::result::Result<G2Affine, &'static str> {
    if x.is_zero() && y.is_zero() {
        return Ok(G2Affine::identity());
    }
    let point = G2Affine::new_unchecked(x, y);
    if point.is_on_curve() { Ok(point) } else { Err(OFF_CURVE) }
}

fn flags(infinity: bool, negative: bool) -> u8 {
    match (infinity, negative) {
        (true, _) => INFINITY,
        (false, true) => NEGATIVE,
        (false, false) => 0,
    }
}

/// Above half the modulus.
pub(crate) fn is_negative(value: &Fq) -> bool {
    value.into_bigint() > Fq::MODULUS_MINUS_ONE_DIV_TWO
}

/// The same for a pair: the second component decides, the first where the second is zero.
pub(crate) fn is_negative_2(value: &Fq2) -> bool {
    if value.c1.is_zero() { is_negative(&value.c0) } else { is_negative(&value.c1) }
}

/// Reads `count` points and checks that each is on the curve and in the subgroup, spread over all cores.
pub(crate) fn read_points<P: FilePoint>(reader: &mut Reader<'_>, count: usize, what: &str) -> Result<Vec<P>> {
    let length = count.checked_mul(P::BYTES).ok_or_else(|| reader.refuse("a section is too long"))?;
    let bytes = reader.take(length, what)?;
    let parts: Vec<&[u8]> = bytes.chunks_exact(P::BYTES).collect();
    work::try_map(&parts, |index, part| {
        let refuse = |why| CeremonyError::point(format!("point {index} of {what}"), why);
        let point = P::from_file(part).map_err(refuse)?;
        if point.in_subgroup() { Ok(point) } else { Err(refuse("it is outside the subgroup of prime order")) }
    })
}

/// Reads one point, which must not be infinity.
pub(crate) fn read_point<P: FilePoint>(reader: &mut Reader<'_>, what: &str) -> Result<P> {
    let point = P::from_file(reader.take(P::BYTES, what)?).map_err(|why| CeremonyError::point(what, why))?;
    if point.is_zero() {
        return Err(CeremonyError::point(what, "it is the point at infinity"));
    }
    if !point.in_subgroup() {
        return Err(CeremonyError::point(what, "it is outside the subgroup of prime order"));
    }
    Ok(point)
}

/// The points as a section of a file.
pub(crate) fn write_points<P: FilePoint>(points: &[P]) -> Vec<u8> {
    let mut out = Vec::with_capacity(points.len() * P::BYTES);
    points.iter().for_each(|point| point.to_file(&mut out));
    out
}
