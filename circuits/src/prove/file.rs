//! The file of a proving key: what a prover needs, as it lies in memory.
//!
//! Little-endian: the magic, five counts of 4 bytes (verifying key's bytes, columns, constraints, public inputs, domain), the
//! verifying key in the form [`VerifyingKey::load`] reads; alpha, beta and delta in G1, beta and delta in G2; the queries A
//! and B, each as a count, that many column numbers (4 bytes) and that many points (for B in G1, then in G2), leaving out
//! columns whose point is the identity; L, a point for each private variable; H, a point for each element of the domain,
//! in the form of [`super::quotient`]. A coordinate is 32 bytes in Montgomery form, thus reading is copying. Nothing here is checked to be on a curve: that is what the
//! file's digest is for. What is checked is that no file can make the reader fail otherwise than by an error.

use ark_bn254::{Bn254, Fq, Fq2, G1Affine, G2Affine};
use ark_ec::AffineRepr;
use ark_ff::BigInt;
use ark_groth16::ProvingKey as Groth16Key;
use ark_serialize::CanonicalSerialize;

use super::quotient::domain_size;
use super::system::ConstraintMatrices;
use crate::error::Reject;
use crate::verify::VerifyingKey;

const MAGIC: &[u8; 8] = b"tacitpk1";

/// Points of those columns that have one.
pub(super) struct Query<P> {
    pub columns: Vec<u32>,
    pub points: Vec<P>,
}

/// A key that can prove one statement.
pub(super) struct ProvingKey {
    pub verifying: VerifyingKey,
    /// One, public inputs, private variables.
    pub columns: usize,
    pub constraints: usize,
    pub public: usize,
    pub domain: usize,
    pub alpha: G1Affine,
    pub beta: G1Affine,
    pub delta: G1Affine,
    pub beta_g2: G2Affine,
    pub delta_g2: G2Affine,
    pub a: Query<G1Affine>,
    pub b: Query<G1Affine>,
    /// For the columns of `b`.
    pub b_g2: Vec<G2Affine>,
    /// For the private variables.
    pub l: Vec<G1Affine>,
    pub h: Vec<G1Affine>,
}

/// Writes the file of a key that arkworks holds. Its H query must be in the form of [`super::quotient`], as the keys of
/// snarkjs and of this crate's setup are, and its shape that of the matrices.
///
/// # Errors
/// [`Reject::Key`] with what does not fit.
pub fn proving_key_file(key: &Groth16Key<Bn254>, matrices: &ConstraintMatrices) -> Result<Vec<u8>, Reject> {
    let malformed = |why| Reject::Key { why };
    let (columns, public, constraints) = (matrices.column_count(), matrices.public_count(), matrices.rows().len());
    let domain = domain_size(constraints, public);
    let fits = key.a_query.len() == columns && key.b_g1_query.len() == columns && key.b_g2_query.len() == columns;
    if !fits || key.l_query.len() != columns - public - 1 || key.vk.gamma_abc_g1.len() != public + 1 {
        return Err(malformed("it is of another circuit"));
    }
    if key.l_query.iter().any(G1Affine::is_zero) {
        return Err(malformed("a private variable occurs in no constraint"));
    }
    if key.h_query.len() != domain || key.h_query.iter().any(G1Affine::is_zero) {
        return Err(malformed("its H query is not in the form of snarkjs"));
    }
    let mut verifying = Vec::new();
    key.vk.serialize_compressed(&mut verifying).map_err(|_| malformed("its verifying half cannot be written"))?;
    let mut file = Writer(MAGIC.to_vec());
    for count in [verifying.len(), columns, constraints, public, domain] {
        file.count(count)?;
    }
    file.0.extend_from_slice(&verifying);
    [key.vk.alpha_g1, key.beta_g1, key.delta_g1].iter().for_each(|point| file.g1(point));
    [key.vk.beta_g2, key.vk.delta_g2].iter().for_each(|point| file.g2(point));
    file.query(&key.a_query)?;
    file.query(&key.b_g1_query)?;
    // A column has a point in both groups or in none, as both are the same multiple of the generator.
    let pairs = key.b_g1_query.iter().zip(&key.b_g2_query);
    if pairs.clone().any(|(one, two)| one.is_zero() != two.is_zero()) {
        return Err(malformed("its B queries differ"));
    }
    pairs.filter(|(one, _)| !one.is_zero()).for_each(|(_, two)| file.g2(two));
    key.l_query.iter().chain(&key.h_query).for_each(|point| file.g1(point));
    Ok(file.0)
}

struct Writer(Vec<u8>);

impl Writer {
    fn count(&mut self, count: usize) -> Result<(), Reject> {
        let count = u32::try_from(count).map_err(|_| Reject::Key { why: "it is too large" })?;
        self.0.extend_from_slice(&count.to_le_bytes());
        Ok(())
    }

    fn base(&mut self, value: &Fq) {
        value.0.0.iter().for_each(|limb| self.0.extend_from_slice(&limb.to_le_bytes()));
    }

    fn g1(&mut self, point: &G1Affine) {
        self.base(&point.x);
        self.base(&point.y);
    }

    fn g2(&mut self, point: &G2Affine) {
        [point.x.c0, point.x.c1, point.y.c0, point.y.c1].iter().for_each(|value| self.base(value));
    }

    /// The points that are not the identity.
    fn query(&mut self, points: &[G1Affine]) -> Result<(), Reject> {
        let present = points.iter().enumerate().filter(|(_, point)| !point.is_zero());
        self.count(present.clone().count())?;
        present.clone().try_for_each(|(index, _)| self.count(index))?;
        present.for_each(|(_, point)| self.g1(point));
        Ok(())
    }
}

/// Reads a key whose digest has been checked.
///
/// # Errors
/// [`Reject::Key`] for anything that is not the file of a key, and as [`VerifyingKey::load`].
pub(super) fn read(bytes: &[u8]) -> Result<ProvingKey, Reject> {
    let mut reader = Reader(bytes);
    if reader.take(MAGIC.len())? != MAGIC {
        return Err(Reject::Key { why: "it is no proving key of this version" });
    }
    let [length, columns, constraints, public, domain] = reader.counts()?;
    let verifying = VerifyingKey::load(reader.take(length)?)?;
    let [alpha, beta, delta] = [reader.g1()?, reader.g1()?, reader.g1()?];
    let [beta_g2, delta_g2] = [reader.g2()?, reader.g2()?];
    let a = reader.query(columns)?;
    let b = reader.query(columns)?;
    let b_g2 = reader.points(b.columns.len(), Reader::g2)?;
    // The room that anything takes is bounded by the bytes there are: columns by L, constraints by H.
    let private = columns.checked_sub(public + 1).ok_or(Reject::Key { why: "its counts contradict each other" })?;
    let l = reader.points(private, Reader::g1)?;
    let h = reader.points(domain, Reader::g1)?;
    if public != verifying.input_count() || domain != domain_size(constraints, public) {
        return Err(Reject::Key { why: "its counts contradict each other" });
    }
    if !reader.0.is_empty() {
        return Err(Reject::Key { why: "bytes follow its end" });
    }
    let key = ProvingKey {
        verifying,
        columns,
        constraints,
        public,
        domain,
        alpha,
        beta,
        delta,
        beta_g2,
        delta_g2,
        a,
        b,
        b_g2,
        l,
        h,
    };
    Ok(key)
}

/// The verifying key in a file.
///
/// # Errors
/// [`Reject::Key`] for anything that is not the file of a key.
pub(super) fn verifying_bytes(bytes: &[u8]) -> Result<&[u8], Reject> {
    let mut reader = Reader(bytes);
    reader.take(MAGIC.len())?;
    let [length, ..] = reader.counts::<5>()?;
    reader.take(length)
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], Reject> {
        self.0.split_off(..length).ok_or(Reject::Key { why: "it ends too early" })
    }

    fn array<const N: usize>(&mut self) -> Result<&'a [u8; N], Reject> {
        let (array, rest) = self.0.split_first_chunk().ok_or(Reject::Key { why: "it ends too early" })?;
        self.0 = rest;
        Ok(array)
    }

    fn count(&mut self) -> Result<usize, Reject> {
        Ok(u32::from_le_bytes(*self.array()?) as usize)
    }

    fn counts<const N: usize>(&mut self) -> Result<[usize; N], Reject> {
        let mut counts = [0; N];
        for count in &mut counts {
            *count = self.count()?;
        }
        Ok(counts)
    }

    fn g1(&mut self) -> Result<G1Affine, Reject> {
        let bytes: &[u8; 64] = self.array()?;
        let [x, y] = coordinates(bytes);
        Ok(G1Affine::new_unchecked(x, y))
    }

    fn g2(&mut self) -> Result<G2Affine, Reject> {
        let bytes: &[u8; 128] = self.array()?;
        let [x0, x1, y0, y1] = coordinates(bytes);
        Ok(G2Affine::new_unchecked(Fq2::new(x0, x1), Fq2::new(y0, y1)))
    }

    /// That many points; the room they take is bounded by the bytes that are left.
    fn points<P>(&mut self, count: usize, point: fn(&mut Self) -> Result<P, Reject>) -> Result<Vec<P>, Reject> {
        let mut points = Vec::with_capacity(count.min(self.0.len() / 64));
        for _ in 0..count {
            points.push(point(self)?);
        }
        Ok(points)
    }

    fn query(&mut self, columns: usize) -> Result<Query<G1Affine>, Reject> {
        let count = self.count()?;
        if count > columns {
            return Err(Reject::Key { why: "a query has more points than there are columns" });
        }
        let numbers = self.take(count.saturating_mul(4))?.as_chunks::<4>().0;
        let numbers: Vec<u32> = numbers.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect();
        if numbers.iter().any(|column| *column as usize >= columns) {
            return Err(Reject::Key { why: "a query names a column that does not exist" });
        }
        Ok(Query { columns: numbers, points: self.points(count, Self::g1)? })
    }
}

fn coordinates<const N: usize>(bytes: &[u8]) -> [Fq; N] {
    let mut values = [Fq::new_unchecked(BigInt([0; 4])); N];
    for (value, bytes) in values.iter_mut().zip(bytes.as_chunks::<32>().0) {
        let mut limbs = [0u64; 4];
        limbs.iter_mut().zip(bytes.as_chunks::<8>().0).for_each(|(limb, bytes)| *limb = u64::from_le_bytes(*bytes));
        *value = Fq::new_unchecked(BigInt(limbs));
    }
    values
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::statement::Statement;
    use ark_std::rand::{Rng, SeedableRng};

    fn good() -> Vec<u8> {
        super::super::key::generate_unpinned(Statement::Range).unwrap()
    }

    #[test]
    fn only_whole_files_are_read() {
        let good = good();
        assert!(read(&good).is_ok());
        for cut in (0..good.len()).step_by(997).chain(0..200) {
            assert!(matches!(read(&good[..cut]), Err(Reject::Key { .. } | Reject::Encoding { .. })), "cut at {cut}");
        }
        assert!(read(&[&good[..], &[0]].concat()).is_err());
    }

    /// The digest is what makes a key trusted, but not even a key with a forged digest may stop the program.
    #[test]
    fn no_file_makes_the_reader_panic_or_take_more_room_than_the_file() {
        let good = good();
        let mut rng = rand_chacha::ChaCha20Rng::seed_from_u64(3);
        for _ in 0..400 {
            let mut bytes = good.clone();
            let places = if rng.r#gen() { 0..28 } else { 0..bytes.len() };
            for _ in 0..rng.gen_range(1..4) {
                bytes[rng.gen_range(places.clone())] = rng.r#gen();
            }
            if let Ok(key) = read(&bytes) {
                assert!(key.h.len() * 64 < bytes.len() && key.a.points.len() <= key.columns);
            }
        }
        for count in 0..5 {
            let mut bytes = good.clone();
            bytes[8 + 4 * count..][..4].fill(0xff);
            assert!(read(&bytes).is_err(), "count {count}");
        }
    }

    #[test]
    fn a_key_of_another_circuit_or_another_form_is_not_written() {
        let matrices = ConstraintMatrices::of(Statement::Range).unwrap();
        let key = |reduced: bool| {
            let mut rng = rand_chacha::ChaCha20Rng::seed_from_u64(1);
            let circuit = super::super::system::Replay(&matrices);
            if reduced {
                ark_groth16::Groth16::<Bn254, super::super::quotient::OddRoots>::generate_random_parameters_with_reduction(
                    circuit, &mut rng,
                )
            } else {
                ark_groth16::Groth16::<Bn254>::generate_random_parameters_with_reduction(circuit, &mut rng)
            }
            .unwrap()
        };
        let other = ConstraintMatrices::of(Statement::Equality).unwrap();
        assert!(proving_key_file(&key(true), &matrices).is_ok());
        assert!(proving_key_file(&key(true), &other).is_err());
        assert!(proving_key_file(&key(false), &matrices).is_err(), "arkworks' own form");
        let mut broken = key(true);
        broken.b_g1_query[0] = broken.delta_g1;
        broken.b_g2_query[0] = G2Affine::identity();
        assert!(!broken.b_g1_query[0].is_zero() && proving_key_file(&broken, &matrices).is_err());
    }
}
