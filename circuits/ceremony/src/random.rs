//! Randomness: secret, from the operating system and whoever contributes; and public, in snarkjs's way from a hash.
//!
//! A beacon's secret and the points that proofs of knowledge are bound to must come out the same in snarkjs and here,
//! so both draw from ChaCha20 with a seed of eight words in the same order. Secret scalars are drawn wide and reduced.

use ark_bn254::{Fq, Fq2, Fr, G1Affine, G2Affine};
use ark_ec::short_weierstrass::SWCurveConfig;
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::{BigInt, Field, PrimeField, Zero};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::Progress;
use crate::blake2b::Blake2b;
use crate::error::{CeremonyError, Result};
use crate::format::point::{self, FilePoint};

/// Longest value of a beacon in bytes.
pub const BEACON_BYTES_MAX: usize = 255;
/// A beacon is hashed at least 2^10 and at most 2^40 times.
pub const BEACON_POWERS: core::ops::RangeInclusive<u8> = 10..=40;

/// What a contributor adds to the randomness of the operating system: any text, wiped after use.
#[derive(Zeroize, ZeroizeOnDrop, Default)]
pub struct Entropy(Vec<u8>);

impl Entropy {
    /// Takes the text over.
    pub fn new(text: String) -> Self {
        Self(text.into_bytes())
    }
}

/// A secret scalar; wiped when dropped.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(crate) struct Secret(pub Fr);

/// A source of secret scalars, seeded by the operating system and a contributor's entropy.
pub(crate) struct SecretSource(blake3::OutputReader);

impl SecretSource {
    /// Fresh secrets: whoever knows only one of the two sources knows nothing about them.
    ///
    /// # Errors
    /// [`CeremonyError::Randomness`].
    pub(crate) fn new(entropy: &Entropy) -> Result<Self> {
        let mut seed = Zeroizing::new([0u8; 64]);
        getrandom::fill(&mut *seed).map_err(|error| CeremonyError::Randomness(error.to_string()))?;
        let mut hasher = blake3::Hasher::new_derive_key("tacit ceremony v1 contribution");
        hasher.update(&*seed);
        hasher.update(&entropy.0);
        let source = Self(hasher.finalize_xof());
        hasher.zeroize();
        Ok(source)
    }

    /// A uniform scalar that is neither zero nor one.
    pub(crate) fn scalar(&mut self) -> Secret {
        loop {
            let mut wide = Zeroizing::new([0u8; 64]);
            self.0.fill(&mut *wide);
            let scalar = Fr::from_le_bytes_mod_order(&*wide);
            if !scalar.is_zero() && scalar != Fr::ONE {
                return Secret(scalar);
            }
        }
    }

    /// A random point of G1 other than infinity.
    pub(crate) fn g1(&mut self) -> G1Affine {
        (G1Affine::generator() * self.scalar().0).into_affine()
    }
}

impl Drop for SecretSource {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// Uniform scalars for random linear combinations; not secret, only unpredictable.
///
/// # Errors
/// [`CeremonyError::Randomness`].
pub(crate) fn challenge_scalars(count: usize) -> Result<Vec<Fr>> {
    let mut seed = [0u8; 32];
    getrandom::fill(&mut seed).map_err(|error| CeremonyError::Randomness(error.to_string()))?;
    let mut stream = blake3::Hasher::new_derive_key("tacit ceremony v1 combination");
    stream.update(&seed);
    let mut stream = stream.finalize_xof();
    let draw = |_| {
        let mut bytes = [0u8; 16];
        stream.fill(&mut bytes);
        // 128 bits, never zero: a zero would leave an element unchecked.
        Fr::from(u128::from_le_bytes(bytes).max(1))
    };
    Ok((0..count).map(draw).collect())
}

/// The public stream that snarkjs makes from a hash.
pub(crate) struct PublicStream(ChaCha20Rng);

impl PublicStream {
    /// Eight words, each read big-endian from the hash.
    pub(crate) fn new(hash: &[u8; 32]) -> Self {
        let mut seed = [0u8; 32];
        for (word, bytes) in seed.as_chunks_mut::<4>().0.iter_mut().zip(hash.as_chunks::<4>().0) {
            *word = u32::from_be_bytes(*bytes).to_le_bytes();
        }
        Self(ChaCha20Rng::from_seed(seed))
    }

    /// Four words of 64 bits, the high half of each drawn first, cut to 254 bits, until below the modulus.
    fn below(&mut self, modulus: BigInt<4>) -> BigInt<4> {
        loop {
            let mut limbs = [0u64; 4];
            for limb in &mut limbs {
                let high = u64::from(self.0.next_u32());
                *limb = high << 32 | u64::from(self.0.next_u32());
            }
            limbs[3] &= u64::MAX >> 2;
            if BigInt(limbs) < modulus {
                return BigInt(limbs);
            }
        }
    }

    /// A scalar; the number drawn is its Montgomery form.
    pub(crate) fn scalar(&mut self) -> Fr {
        Fr::new_unchecked(self.below(Fr::MODULUS))
    }

    fn base(&mut self) -> Fq {
        Fq::new_unchecked(self.below(Fq::MODULUS))
    }

    fn bit(&mut self) -> bool {
        self.0.next_u32() & 1 == 1
    }

    /// A point of G1: coordinates x are drawn until one is on the curve; a further bit says which y.
    pub(crate) fn g1(&mut self) -> G1Affine {
        loop {
            let x = self.base();
            let greater = self.bit();
            if let Some(y) = (x * x * x + ark_bn254::g1::Config::COEFF_B).sqrt() {
                let y = if point::is_negative(&y) == greater { y } else { -y };
                return G1Affine::new_unchecked(x, y);
            }
        }
    }

    /// A point of G2's subgroup, by the cofactor.
    pub(crate) fn g2(&mut self) -> G2Affine {
        loop {
            let x = Fq2::new(self.base(), self.base());
            let greater = self.bit();
            if let Some(y) = (x * x * x + ark_bn254::g2::Config::COEFF_B).sqrt() {
                let y = if point::is_negative_2(&y) == greater { y } else { -y };
                return G2Affine::new_unchecked(x, y).mul_by_cofactor_to_group().into_affine();
            }
        }
    }
}

/// The point of G2 that belongs to a transcript's hash.
pub(crate) fn g2_of_hash(hash: &[u8; 64]) -> G2Affine {
    let mut first = [0u8; 32];
    first.copy_from_slice(&hash[..32]);
    PublicStream::new(&first).g2()
}

/// The point of G2 that a phase-1 key is bound to: of a challenge, a number for the key's part, and its two points.
pub(crate) fn g2_of_key(part: u8, challenge: &[u8; 64], s: &G1Affine, sx: &G1Affine) -> G2Affine {
    let mut bytes = vec![part];
    bytes.extend(challenge);
    s.uncompressed(&mut bytes);
    sx.uncompressed(&mut bytes);
    g2_of_hash(&Blake2b::of(&bytes))
}

/// A value that nobody could know when the last contribution was made, and how often it is hashed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beacon {
    value: Vec<u8>,
    power: u8,
}

impl Beacon {
    /// `value`: 1 to 255 bytes, for example of a block hash; it is hashed 2^`power` times by SHA-256.
    ///
    /// # Errors
    /// [`CeremonyError::Step`] for an empty or overlong value, or a power outside 10 to 40.
    pub fn new(value: Vec<u8>, power: u8) -> Result<Self> {
        if value.is_empty() || value.len() > BEACON_BYTES_MAX {
            return Err(CeremonyError::Step(format!("a beacon has 1 to {BEACON_BYTES_MAX} bytes")));
        }
        if !BEACON_POWERS.contains(&power) {
            return Err(CeremonyError::Step("a beacon is hashed between 2^10 and 2^40 times".into()));
        }
        Ok(Self { value, power })
    }

    /// The value.
    pub fn value(&self) -> &[u8] {
        &self.value
    }

    /// The number of hashes, as a power of two.
    pub fn power(&self) -> u8 {
        self.power
    }

    /// The stream that the beacon's secret is drawn from. Takes about 2^`power` / 10^7 seconds.
    pub(crate) fn stream(&self, progress: Progress<'_>) -> PublicStream {
        let rounds = 1u64 << self.power;
        let mut hash: [u8; 32] = Sha256::digest(&self.value).into();
        for round in 1..rounds {
            hash = Sha256::digest(hash).into();
            if round % (1 << 18) == 0 {
                progress("hashing the beacon", round, rounds);
            }
        }
        PublicStream::new(&hash)
    }
}
