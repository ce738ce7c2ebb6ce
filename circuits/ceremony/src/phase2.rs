//! Phase 2: a circuit's own keys, from its constraints and powers of tau.
//!
//! A fresh key has delta equal to gamma, under which anyone can forge (attack #1 of the threat list); it becomes safe
//! with the first contribution whose secret was destroyed. A contribution multiplies delta by a secret d and divides
//! the queries L and H by it. It carries two proofs of knowledge of d: snarkjs's, so that `snarkjs zkey verify`
//! accepts the file, and a Schnorr proof over the whole transcript (docs/spec/ceremony.md), which contributions made
//! by snarkjs lack.

mod verify;

pub use verify::{Verified, verify, verify_circuit_hash};

use ark_bn254::{Fr, G1Affine, G1Projective, G2Affine};
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::{AdditiveGroup, Field, PrimeField};
use ark_poly::{EvaluationDomain, Radix2EvaluationDomain};

use crate::Progress;
use crate::blake2b::Blake2b;
use crate::error::{CeremonyError, Result};
use crate::format::point::FilePoint;
use crate::format::ptau::Ptau;
use crate::format::r1cs::{R1cs, Row};
use crate::format::zkey::{Coefficient, NAME_BYTES_MAX, Zkey};
use crate::group::{Basis, inverse_transform, scale_all, to_affine};
use crate::phase1::{lagrange_of_domain, projective};
use crate::random::{Beacon, Entropy, Secret, SecretSource, g2_of_hash};
use crate::work;

/// Who made a contribution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Somebody with a secret.
    Person,
    /// A public value; adds no secret.
    Beacon(Beacon),
}

/// A Schnorr proof of knowledge of a contribution's secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Knowledge {
    /// The nonce times the delta before.
    pub nonce: G1Affine,
    /// Nonce plus challenge times secret.
    pub response: Fr,
}

/// One step of the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contribution {
    /// Delta in G1 after it.
    pub delta_after: G1Affine,
    /// A random point.
    pub s: G1Affine,
    /// Times the secret.
    pub sx: G1Affine,
    /// The point of G2 that the transcript determines, times the secret.
    pub spx: G2Affine,
    /// Hash of everything before, and of `s` and `sx`.
    pub transcript: [u8; 64],
    /// Who made it; may be empty.
    pub name: String,
    /// A person or a beacon.
    pub origin: Origin,
    /// Our own proof of knowledge; a contribution made by snarkjs has none, and a beacon needs none.
    pub knowledge: Option<Knowledge>,
}

impl Contribution {
    /// Feeds what snarkjs hashes of a contribution.
    fn hash_into(&self, hash: &mut Blake2b) {
        let mut bytes = Vec::new();
        self.delta_after.uncompressed(&mut bytes);
        self.s.uncompressed(&mut bytes);
        self.sx.uncompressed(&mut bytes);
        self.spx.uncompressed(&mut bytes);
        bytes.extend(self.transcript);
        hash.update(&bytes);
    }

    /// The hash that snarkjs shows a contributor, to be published.
    pub fn hash(&self) -> [u8; 64] {
        let mut hash = Blake2b::new();
        self.hash_into(&mut hash);
        hash.finish()
    }
}

/// Refuses names that would not fit the files or would confuse a terminal.
pub(crate) fn check_name(name: &str) -> Result<()> {
    if name.len() > NAME_BYTES_MAX || name.chars().any(char::is_control) {
        return Err(CeremonyError::Step(format!(
            "a contributor's name has at most {NAME_BYTES_MAX} bytes and no control characters"
        )));
    }
    Ok(())
}

/// The key before any contribution: **worthless until somebody contributes**.
///
/// # Errors
/// [`CeremonyError::Step`] when the powers of tau are too few for the circuit.
pub fn setup(r1cs: &R1cs, ptau: &Ptau, progress: Progress<'_>) -> Result<Zkey> {
    let power = r1cs.power();
    check_powers(power, ptau)?;
    let domain = 1usize << power;
    let (tau1, tau2, alpha, beta) = lagrange_of_domain(ptau, domain, progress)?;
    let columns = Columns::of(r1cs);
    let stage = |done| progress("queries", done, 6);
    let tau1 = Basis::new(&tau1);
    let a = to_affine(&work::map(&columns.a, |_, column| tau1.combine(column.iter())));
    stage(1);
    let b1 = to_affine(&work::map(&columns.b, |_, column| tau1.combine(column.iter())));
    stage(2);
    let tau2 = Basis::new(&tau2);
    let b2 = to_affine(&work::map(&columns.b, |_, column| tau2.combine(column.iter())));
    drop(tau2);
    stage(3);
    let (alpha, beta) = (Basis::new(&alpha), Basis::new(&beta));
    let wires: Vec<usize> = (0..r1cs.wires()).collect();
    let mixed = to_affine(&work::map(&wires, |_, wire| {
        beta.combine(columns.a[*wire].iter())
            + alpha.combine(columns.b[*wire].iter())
            + tau1.combine(columns.c[*wire].iter())
    }));
    stage(4);
    let powers = quotient_powers(ptau, domain);
    stage(5);
    let h = quotient_to_lagrange(&powers, &|done, all| progress("query H", done, all))?;
    stage(6);
    let (ic, l) = mixed.split_at(r1cs.public() + 1);
    let (g1, g2) = (G1Affine::generator(), G2Affine::generator());
    let mut zkey = Zkey {
        public: r1cs.public(),
        domain,
        alpha1: first(&ptau.alpha_tau1)?,
        beta1: first(&ptau.beta_tau1)?,
        beta2: ptau.beta2,
        gamma2: g2,
        delta1: g1,
        delta2: g2,
        ic: ic.to_vec(),
        coefficients: coefficients(r1cs)?,
        a,
        b1,
        b2,
        l: l.to_vec(),
        h,
        circuit_hash: [0; 64],
        contributions: Vec::new(),
    };
    zkey.circuit_hash = circuit_hash(&zkey, &zkey.l, &powers);
    Ok(zkey)
}

fn first<P: Copy>(points: &[P]) -> Result<P> {
    points.first().copied().ok_or_else(|| CeremonyError::format("ptau", "a section is empty"))
}

fn check_powers(power: u32, ptau: &Ptau) -> Result<()> {
    // snarkjs hashes one power more than it uses for domains above 2^14; with a file of just this size it would hash
    // bytes that are no point, and its circuit hash could not be matched.
    let needed = if power > HASH_CHUNK_POWER { power + 1 } else { power };
    if ptau.power < needed {
        return Err(CeremonyError::Step(format!(
            "the circuit needs powers of tau of 2^{needed} or more, the file has 2^{}",
            ptau.power
        )));
    }
    Ok(())
}

/// Which rows each wire occurs in, with its coefficients.
struct Columns {
    a: Vec<Vec<(usize, Fr)>>,
    b: Vec<Vec<(usize, Fr)>>,
    c: Vec<Vec<(usize, Fr)>>,
}

impl Columns {
    fn of(r1cs: &R1cs) -> Self {
        let empty = || vec![Vec::new(); r1cs.wires()];
        let mut columns = Self { a: empty(), b: empty(), c: empty() };
        let add = |into: &mut Vec<Vec<(usize, Fr)>>, index: usize, row: &Row| {
            row.iter().for_each(|(wire, factor)| into[*wire as usize].push((index, *factor)));
        };
        for (index, [a, b, c]) in r1cs.constraints().iter().enumerate() {
            add(&mut columns.a, index, a);
            add(&mut columns.b, index, b);
            add(&mut columns.c, index, c);
        }
        // Rows that hold a public wire alone, so that no proof can leave one out.
        for wire in 0..=r1cs.public() {
            columns.a[wire].push((r1cs.constraints().len() + wire, Fr::ONE));
        }
        columns
    }
}

fn coefficients(r1cs: &R1cs) -> Result<Vec<Coefficient>> {
    let number = |index: usize| u32::try_from(index).map_err(|_| CeremonyError::format("zkey", "too many rows"));
    let mut all = Vec::with_capacity(r1cs.terms());
    for (index, [a, b, _]) in r1cs.constraints().iter().enumerate() {
        let constraint = number(index)?;
        let mut push = |matrix, row: &Row| {
            let entry = |(wire, value): &(u32, Fr)| Coefficient { matrix, constraint, wire: *wire, value: *value };
            all.extend(row.iter().map(entry));
        };
        push(0, a);
        push(1, b);
    }
    for wire in 0..=r1cs.public() {
        let constraint = number(r1cs.constraints().len() + wire)?;
        all.push(Coefficient { matrix: 0, constraint, wire: number(wire)?, value: Fr::ONE });
    }
    Ok(all)
}

/// `tau^(n+i) - tau^i` for all i below the domain's size n: the quotient's powers times the vanishing polynomial. Where
/// the file lacks the very last power it counts as zero; no quotient reaches it.
pub(crate) fn quotient_powers(ptau: &Ptau, domain: usize) -> Vec<G1Projective> {
    let zero = G1Affine::identity();
    let indices: Vec<usize> = (0..domain).collect();
    work::map(&indices, |_, index| {
        let high = ptau.tau1.get(domain + index).copied().unwrap_or(zero);
        G1Projective::from(high) - ptau.tau1[*index]
    })
}

/// The primitive root of unity of twice the domain's order.
fn double_root(domain: usize) -> Result<Fr> {
    let double = Radix2EvaluationDomain::<Fr>::new(2 * domain);
    double.map(|double| double.group_gen).ok_or_else(|| CeremonyError::Step("the domain is too large".into()))
}

/// From the quotient's powers to snarkjs's basis: Lagrange points of the odd places of the double domain.
///
/// With w the root of order 2n, `L_(2j+1) = -1/2 * 1/n * sum over i of w^(-2ij) w^(-i) (x^(n+i) - x^i)`.
fn quotient_to_lagrange(powers: &[G1Projective], progress: &(dyn Fn(u64, u64) + Sync)) -> Result<Vec<G1Affine>> {
    let root = double_root(powers.len())?;
    let inverse = root.inverse().unwrap_or(Fr::ONE);
    let half = -Fr::from(2u8).inverse().unwrap_or(Fr::ONE);
    let turned = crate::group::scale_by_powers(&to_affine(powers), half, inverse);
    Ok(to_affine(&inverse_transform(&projective(&turned), progress)?))
}

/// snarkjs hashes the quotient's powers in chunks of 2^14.
const HASH_CHUNK_POWER: u32 = 14;

/// The hash of a key before its first contribution, as snarkjs computes it.
fn circuit_hash(zkey: &Zkey, l: &[G1Affine], quotient: &[G1Projective]) -> [u8; 64] {
    let mut hash = Blake2b::new();
    let mut head = Vec::new();
    zkey.alpha1.uncompressed(&mut head);
    zkey.beta1.uncompressed(&mut head);
    zkey.beta2.uncompressed(&mut head);
    G2Affine::generator().uncompressed(&mut head);
    G1Affine::generator().uncompressed(&mut head);
    G2Affine::generator().uncompressed(&mut head);
    hash.update(&head);
    hash_list(&mut hash, &zkey.ic, zkey.ic.len());
    // One less than the domain, as the last one is never used; above 2^14 snarkjs hashes whole chunks and so the last
    // too.
    let used = zkey.domain - 1;
    let hashed = if used < 1 << HASH_CHUNK_POWER { used } else { zkey.domain };
    hash_list(&mut hash, &to_affine(&quotient[..hashed]), used);
    hash_list(&mut hash, l, l.len());
    hash_list(&mut hash, &zkey.a, zkey.a.len());
    hash_list(&mut hash, &zkey.b1, zkey.b1.len());
    hash_list(&mut hash, &zkey.b2, zkey.b2.len());
    hash.finish()
}

fn hash_list<P: FilePoint>(hash: &mut Blake2b, points: &[P], count: usize) {
    // The limits of the readers keep every count within 32 bits.
    hash.update(&u32::try_from(count).unwrap_or(u32::MAX).to_be_bytes());
    let mut bytes = Vec::with_capacity(points.len() * P::BYTES);
    points.iter().for_each(|point| point.uncompressed(&mut bytes));
    hash.update(&bytes);
}

/// Adds a contribution from the operating system's randomness and the contributor's entropy. The secret is wiped.
///
/// # Errors
/// [`CeremonyError::Step`] for a bad name, [`CeremonyError::Randomness`].
pub fn contribute(zkey: &Zkey, name: &str, entropy: &Entropy, progress: Progress<'_>) -> Result<Zkey> {
    let mut source = SecretSource::new(entropy)?;
    let (secret, s, nonce) = (source.scalar(), source.g1(), source.scalar());
    let mut next = apply(zkey, &secret, s, name, Origin::Person, progress)?;
    let index = zkey.contributions.len();
    if let Some(contribution) = next.contributions.last_mut() {
        let commitment = (zkey.delta1 * nonce.0).into_affine();
        let challenge = knowledge_challenge(&zkey.circuit_hash, index, &zkey.delta1, contribution, &commitment);
        let response = nonce.0 + challenge * secret.0;
        contribution.knowledge = Some(Knowledge { nonce: commitment, response });
    }
    Ok(next)
}

/// Adds the contribution of a public value, which anyone can repeat.
///
/// # Errors
/// As [`contribute`].
pub fn beacon(zkey: &Zkey, name: &str, beacon: &Beacon, progress: Progress<'_>) -> Result<Zkey> {
    let (secret, s) = beacon_secret(beacon, progress);
    apply(zkey, &secret, s, name, Origin::Beacon(beacon.clone()), progress)
}

fn beacon_secret(beacon: &Beacon, progress: Progress<'_>) -> (Secret, G1Affine) {
    let mut stream = beacon.stream(progress);
    (Secret(stream.scalar()), stream.g1())
}

fn apply(
    zkey: &Zkey,
    secret: &Secret,
    s: G1Affine,
    name: &str,
    origin: Origin,
    progress: Progress<'_>,
) -> Result<Zkey> {
    check_name(name)?;
    let sx = (s * secret.0).into_affine();
    let transcript = transcript_of(&zkey.circuit_hash, &zkey.contributions, &s, &sx);
    let spx = (g2_of_hash(&transcript) * secret.0).into_affine();
    let inverse = Secret(secret.0.inverse().ok_or_else(|| CeremonyError::Step("the secret is zero".into()))?);
    progress("dividing by the secret", 0, 2);
    let l = scale_all(&zkey.l, inverse.0);
    progress("dividing by the secret", 1, 2);
    let h = scale_all(&zkey.h, inverse.0);
    progress("dividing by the secret", 2, 2);
    let delta1 = (zkey.delta1 * secret.0).into_affine();
    let delta2 = (zkey.delta2 * secret.0).into_affine();
    let mut contributions = zkey.contributions.clone();
    let name = name.to_owned();
    let knowledge = None;
    contributions.push(Contribution { delta_after: delta1, s, sx, spx, transcript, name, origin, knowledge });
    Ok(Zkey { delta1, delta2, l, h, contributions, ..zkey.clone() })
}

/// What a contribution answers: everything before it, and its own two points.
fn transcript_of(circuit_hash: &[u8; 64], before: &[Contribution], s: &G1Affine, sx: &G1Affine) -> [u8; 64] {
    let mut hash = Blake2b::new();
    hash.update(circuit_hash);
    before.iter().for_each(|contribution| contribution.hash_into(&mut hash));
    let mut own = Vec::new();
    s.uncompressed(&mut own);
    sx.uncompressed(&mut own);
    hash.update(&own);
    hash.finish()
}

/// The challenge of the Schnorr proof: a scalar from a hash over the circuit, the place, the transcript (which covers
/// all earlier contributions), both deltas, the contribution's other points, its name, and the nonce's commitment.
fn knowledge_challenge(
    circuit_hash: &[u8; 64],
    index: usize,
    before: &G1Affine,
    contribution: &Contribution,
    commitment: &G1Affine,
) -> Fr {
    let mut bytes = circuit_hash.to_vec();
    bytes.extend((index as u64).to_le_bytes());
    bytes.extend(contribution.transcript);
    for point in [before, &contribution.delta_after, &contribution.s, &contribution.sx, commitment] {
        point.uncompressed(&mut bytes);
    }
    contribution.spx.uncompressed(&mut bytes);
    bytes.extend((contribution.name.len() as u64).to_le_bytes());
    bytes.extend(contribution.name.as_bytes());
    let mut wide = [0u8; 64];
    let mut hasher = blake3::Hasher::new_derive_key("tacit ceremony v1 knowledge of delta");
    hasher.update(&bytes);
    hasher.finalize_xof().fill(&mut wide);
    Fr::from_le_bytes_mod_order(&wide)
}
