//! Verifying a circuit's key against its constraints and powers of tau, without making it again.
//!
//! A query with one point per wire is right when a random combination of its points is right, and the combination of a
//! column of polynomials is one polynomial: transform it as field elements, sum the powers of tau with its
//! coefficients, compare. That takes about a second where making the key takes half a minute. Queries over delta (L
//! and H) are compared in a pairing with delta. A key with any wrong point passes with a chance of about 2^-127.

use super::*;
use crate::group::{pairings_equal, same_ratio, sum_of_products};
use crate::phase1;
use crate::random::challenge_scalars;

/// What a verified key's history holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Contributions by people.
    pub people: usize,
    /// Of these, how many carry our own proof of knowledge.
    pub with_knowledge: usize,
    /// Beacons.
    pub beacons: usize,
    /// Power of two of the powers of tau.
    pub power: u32,
    /// The verified powers of tau.
    pub powers: phase1::Verified,
}

/// Verifies the powers of tau, that the key belongs to exactly this circuit and these powers, and every contribution.
///
/// # Errors
/// [`CeremonyError::Chain`] naming the first relation that does not hold. [`CeremonyError::Key`] for a key that nobody
/// contributed to: it verifies as a file, and anyone can forge proofs under it. [`CeremonyError::Refused`] by the
/// chain's loader of keys.
pub fn verify(zkey: &Zkey, r1cs: &R1cs, ptau: &Ptau, progress: Progress<'_>) -> Result<Verified> {
    let powers = phase1::verify(ptau, progress)?;
    verify_shape(zkey, r1cs, ptau)?;
    let expected = Expected::new(r1cs, ptau, progress)?;
    expected.compare(zkey, ptau, progress)?;
    let (people, with_knowledge) = verify_history(zkey, progress)?;
    if people == 0 {
        return Err(CeremonyError::key("nobody contributed to phase 2, so anyone can forge proofs"));
    }
    // Secrets that cancel would leave delta where it began.
    tacit_circuits::verify::VerifyingKey::load(&zkey.verifying_key()?)?;
    let beacons = zkey.contributions.len() - people;
    Ok(Verified { people, with_knowledge, beacons, power: ptau.power, powers })
}

/// Makes the key again as it was before any contribution and compares its hash, which every transcript begins with.
///
/// [`verify`] already shows that the key belongs to the circuit and the powers; this adds that its contributors began
/// with snarkjs's hash of both, at the price of a whole setup.
///
/// # Errors
/// [`CeremonyError::Chain`], and as [`setup`].
pub fn verify_circuit_hash(zkey: &Zkey, r1cs: &R1cs, ptau: &Ptau, progress: Progress<'_>) -> Result<()> {
    let again = setup(r1cs, ptau, progress)?;
    require(again.circuit_hash == zkey.circuit_hash, "circuit hash", "the history began with another circuit")
}

fn require(holds: bool, what: &str, why: &str) -> Result<()> {
    if holds { Ok(()) } else { Err(CeremonyError::chain(what, why)) }
}

/// Sizes, fixed points and the matrices.
fn verify_shape(zkey: &Zkey, r1cs: &R1cs, ptau: &Ptau) -> Result<()> {
    check_powers(r1cs.power(), ptau)?;
    let other = "it is of another circuit";
    require(zkey.domain == 1 << r1cs.power(), "domain", other)?;
    require(zkey.wires() == r1cs.wires() && zkey.public == r1cs.public(), "number of wires", other)?;
    require(zkey.coefficients == coefficients(r1cs)?, "matrices", other)?;
    let powers = "it is of other powers of tau";
    require(ptau.alpha_tau1.first() == Some(&zkey.alpha1), "alpha", powers)?;
    require(ptau.beta_tau1.first() == Some(&zkey.beta1) && ptau.beta2 == zkey.beta2, "beta", powers)?;
    require(zkey.gamma2 == G2Affine::generator(), "gamma", "it is not the generator")
}

/// Random factors per wire, and what the combined queries must be.
struct Expected {
    factors: Vec<Fr>,
    /// Combined A and B as polynomials' coefficients.
    a: Vec<Fr>,
    b: Vec<Fr>,
    /// Combined `beta A + alpha B + C`, public wires and private wires apart.
    public: G1Projective,
    private: G1Projective,
    /// Random coefficients of a quotient, and its value times the vanishing polynomial.
    quotient: Vec<Fr>,
    quotient_sum: G1Projective,
}

impl Expected {
    fn new(r1cs: &R1cs, ptau: &Ptau, progress: Progress<'_>) -> Result<Self> {
        progress("verifying the key", 0, 6);
        let size = 1usize << r1cs.power();
        let domain = Radix2EvaluationDomain::<Fr>::new(size)
            .ok_or_else(|| CeremonyError::Step("the domain is too large".into()))?;
        let factors = challenge_scalars(r1cs.wires())?;
        let combined = Combined::new(r1cs, &factors, size);
        let coefficients = |values: &[Fr]| domain.ifft(values);
        let whole = |[a, b, c]: &[Vec<Fr>; 3]| {
            sum_of_products(&ptau.beta_tau1[..size], &coefficients(a))
                + sum_of_products(&ptau.alpha_tau1[..size], &coefficients(b))
                + sum_of_products(&ptau.tau1[..size], &coefficients(c))
        };
        let (public, private) = (whole(&combined.public), whole(&combined.private));
        progress("verifying the key", 1, 6);
        let powers = quotient_powers(ptau, size);
        // The last place of a quotient is always empty, and files may or may not hold the power for it.
        let mut quotient = challenge_scalars(size)?;
        quotient[size - 1] = Fr::ZERO;
        let quotient_sum = sum_of_products(&to_affine(&powers), &quotient);
        let add = |index: usize| -> Vec<Fr> {
            combined.public[index].iter().zip(&combined.private[index]).map(|(public, own)| *public + own).collect()
        };
        let (a, b) = (coefficients(&add(0)), coefficients(&add(1)));
        Ok(Self { factors, a, b, public, private, quotient, quotient_sum })
    }

    fn compare(&self, zkey: &Zkey, ptau: &Ptau, progress: Progress<'_>) -> Result<()> {
        let other = "it does not follow from the circuit and the powers of tau";
        let size = zkey.domain;
        let tau = |coefficients: &[Fr]| sum_of_products(&ptau.tau1[..size], coefficients);
        require(sum_of_products(&zkey.a, &self.factors) == tau(&self.a), "query A", other)?;
        require(sum_of_products(&zkey.b1, &self.factors) == tau(&self.b), "query B in G1", other)?;
        progress("verifying the key", 2, 6);
        let b2 = sum_of_products(&ptau.tau2[..size], &self.b);
        require(sum_of_products(&zkey.b2, &self.factors) == b2, "query B in G2", other)?;
        progress("verifying the key", 3, 6);
        let (ic, l) = self.factors.split_at(zkey.public + 1);
        require(sum_of_products(&zkey.ic, ic) == self.public, "IC", other)?;
        let l = sum_of_products(&zkey.l, l);
        let generator = G2Affine::generator();
        require(pairings_equal(&l, &zkey.delta2, &self.private, &generator), "query L", other)?;
        progress("verifying the key", 4, 6);
        let h = sum_of_products(&zkey.h, &odd_values(&self.quotient)?);
        require(pairings_equal(&h, &zkey.delta2, &self.quotient_sum, &generator), "query H", other)?;
        progress("verifying the key", 5, 6);
        Ok(())
    }
}

/// The values at the odd places of the double domain of the quotient with these coefficients, times the vanishing
/// polynomial, which is -2 at each of them.
fn odd_values(quotient: &[Fr]) -> Result<Vec<Fr>> {
    let root = double_root(quotient.len())?;
    let domain = Radix2EvaluationDomain::<Fr>::new(quotient.len())
        .ok_or_else(|| CeremonyError::Step("the domain is too large".into()))?;
    let mut factor = -Fr::from(2u8);
    let mut turned = Vec::with_capacity(quotient.len());
    for coefficient in quotient {
        turned.push(factor * coefficient);
        factor *= root;
    }
    Ok(domain.fft(&turned))
}

/// The three matrices' columns, combined with one factor per wire; public and private wires apart.
struct Combined {
    public: [Vec<Fr>; 3],
    private: [Vec<Fr>; 3],
}

impl Combined {
    fn new(r1cs: &R1cs, factors: &[Fr], size: usize) -> Self {
        let empty = || [vec![Fr::ZERO; size], vec![Fr::ZERO; size], vec![Fr::ZERO; size]];
        let mut combined = Self { public: empty(), private: empty() };
        for (index, rows) in r1cs.constraints().iter().enumerate() {
            for (matrix, row) in rows.iter().enumerate() {
                for (wire, coefficient) in row {
                    let wire = *wire as usize;
                    let side = if wire <= r1cs.public() { &mut combined.public } else { &mut combined.private };
                    side[matrix][index] += factors[wire] * coefficient;
                }
            }
        }
        for (wire, factor) in factors.iter().enumerate().take(r1cs.public() + 1) {
            combined.public[0][r1cs.constraints().len() + wire] += factor;
        }
        combined
    }
}

/// Every contribution in order; returns how many are people's, and how many of these carry our proof of knowledge.
fn verify_history(zkey: &Zkey, progress: Progress<'_>) -> Result<(usize, usize)> {
    let mut hash = Blake2b::new();
    hash.update(&zkey.circuit_hash);
    let mut before = G1Affine::generator();
    let (mut people, mut with_knowledge) = (0, 0);
    let all = zkey.contributions.len() as u64;
    for (index, contribution) in zkey.contributions.iter().enumerate() {
        progress("verifying contributions", index as u64, all);
        let what = format!("phase 2 contribution {}", index + 1);
        let require = |holds: bool, why: &str| require(holds, &what, why);
        let mut own = hash.clone();
        let mut points = Vec::new();
        contribution.s.uncompressed(&mut points);
        contribution.sx.uncompressed(&mut points);
        own.update(&points);
        require(own.finish() == contribution.transcript, "its transcript hash does not cover what came before")?;
        let determined = g2_of_hash(&contribution.transcript);
        let Contribution { s, sx, spx, delta_after, .. } = contribution;
        require(same_ratio(s, sx, &determined, spx), "its key does not answer the transcript")?;
        require(same_ratio(&before, delta_after, &determined, spx), "delta does not follow its key")?;
        // A secret of one leaves everything as it was: such a contribution counts for nobody.
        require(before != *delta_after, "it changes nothing")?;
        match &contribution.origin {
            Origin::Beacon(beacon) => {
                let (secret, expected) = beacon_secret(beacon, progress);
                require(*s == expected && *sx == (expected * secret.0).into_affine(), "its key is not the beacon's")?;
            }
            Origin::Person => people += 1,
        }
        if let Some(Knowledge { nonce, response }) = &contribution.knowledge {
            let challenge = knowledge_challenge(&zkey.circuit_hash, index, &before, contribution, nonce);
            let holds = before * response == nonce.into_group() + *delta_after * challenge;
            require(holds, "its proof of knowledge does not hold")?;
            with_knowledge += usize::from(contribution.origin == Origin::Person);
        }
        contribution.hash_into(&mut hash);
        before = *delta_after;
    }
    progress("verifying contributions", all, all);
    require(zkey.delta1 == before, "delta in G1", "it is not the last contribution's")?;
    let (g1, g2) = (G1Affine::generator(), G2Affine::generator());
    require(same_ratio(&g1, &before, &g2, &zkey.delta2), "delta in G2", "it differs from delta in G1")?;
    Ok((people, with_knowledge))
}
