//! Phase 1: powers of tau, which serve any circuit up to a size.
//!
//! A file starts with every secret equal to one. Each contribution multiplies tau, alpha and beta by secrets of its
//! own and says which challenge (a hash over the whole file before) it answers; whoever's secret was destroyed makes
//! the file safe. Keys, hashes and files are snarkjs's, so that either program can go on where the other stopped.

use ark_bn254::{Fr, G1Affine, G1Projective, G2Affine, G2Projective};
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::{AdditiveGroup, Field};

use crate::Progress;
use crate::blake2b::{Blake2b, STATE_BYTES};
use crate::error::{CeremonyError, Result};
use crate::format::POWER_MAX;
use crate::format::point::FilePoint;
use crate::format::ptau::Ptau;
use crate::group::{Group, inverse_transform, same_ratio, scale_by_powers, sum_of_products, to_affine};
use crate::phase2::{Origin, check_name};
use crate::random::{Beacon, Entropy, PublicStream, Secret, SecretSource, challenge_scalars, g2_of_key};

/// What a contribution shows of one of its secrets: a random point, the point times the secret, and the point of G2
/// that the challenge and both determine, times the secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyPart {
    /// The random point.
    pub s: G1Affine,
    /// Times the secret.
    pub sx: G1Affine,
    /// The determined point of G2, times the secret.
    pub spx: G2Affine,
}

/// What a contribution shows of its three secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Of tau.
    pub tau: KeyPart,
    /// Of alpha.
    pub alpha: KeyPart,
    /// Of beta.
    pub beta: KeyPart,
}

impl Key {
    pub(crate) fn parts(&self) -> [&KeyPart; 3] {
        [&self.tau, &self.alpha, &self.beta]
    }

    /// The form that the response's hash ends with.
    fn hashed(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for part in self.parts() {
            part.s.uncompressed(&mut out);
            part.sx.uncompressed(&mut out);
        }
        self.parts().iter().for_each(|part| part.spx.uncompressed(&mut out));
        out
    }
}

/// One step of the history, with the first points of the file after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contribution {
    /// `tau` in G1.
    pub tau1: G1Affine,
    /// `tau` in G2.
    pub tau2: G2Affine,
    /// `alpha` in G1.
    pub alpha1: G1Affine,
    /// `beta` in G1.
    pub beta1: G1Affine,
    /// `beta` in G2.
    pub beta2: G2Affine,
    /// Proof of knowledge of the secrets.
    pub key: Key,
    /// The response's hash before the key goes in.
    pub partial_hash: [u8; STATE_BYTES],
    /// What the next contribution must answer.
    pub next_challenge: [u8; 64],
    /// Who made it; may be empty.
    pub name: String,
    /// A person or a beacon.
    pub origin: Origin,
}

impl Contribution {
    /// Hash of the whole response.
    fn response_hash(&self) -> Result<[u8; 64]> {
        let mut hash = Blake2b::load(&self.partial_hash)?;
        hash.update(&self.key.hashed());
        Ok(hash.finish())
    }
}

/// A file without contributions, which anyone knows the secrets of.
///
/// # Errors
/// [`CeremonyError::Step`] for a power outside the limits.
pub fn new(power: u32) -> Result<Ptau> {
    if power == 0 || power > POWER_MAX {
        return Err(CeremonyError::Step(format!("the power must be 1 to {POWER_MAX}")));
    }
    let size = 1usize << power;
    let (g1, g2) = (G1Affine::generator(), G2Affine::generator());
    Ok(Ptau {
        power,
        ceremony_power: power,
        tau1: vec![g1; 2 * size - 1],
        tau2: vec![g2; size],
        alpha_tau1: vec![g1; size],
        beta_tau1: vec![g1; size],
        beta2: g2,
        contributions: Vec::new(),
    })
}

/// Adds a contribution from the operating system's randomness and the contributor's entropy. The secrets are wiped.
///
/// # Errors
/// [`CeremonyError::Step`] for a file that was cut down or a bad name, [`CeremonyError::Randomness`].
pub fn contribute(ptau: &Ptau, name: &str, entropy: &Entropy, progress: Progress<'_>) -> Result<Ptau> {
    let mut source = SecretSource::new(entropy)?;
    let secrets = Secrets { tau: source.scalar(), alpha: source.scalar(), beta: source.scalar() };
    let points = [source.g1(), source.g1(), source.g1()];
    apply(ptau, &secrets, points, name, Origin::Person, progress)
}

/// Adds the contribution of a public value. Anyone can repeat it, so it adds no secret; it only removes a last
/// contributor's choice.
///
/// # Errors
/// As [`contribute`].
pub fn beacon(ptau: &Ptau, name: &str, beacon: &Beacon, progress: Progress<'_>) -> Result<Ptau> {
    let (secrets, points) = beacon_secrets(beacon, progress);
    apply(ptau, &secrets, points, name, Origin::Beacon(beacon.clone()), progress)
}

struct Secrets {
    tau: Secret,
    alpha: Secret,
    beta: Secret,
}

fn beacon_secrets(beacon: &Beacon, progress: Progress<'_>) -> (Secrets, [G1Affine; 3]) {
    let mut stream: PublicStream = beacon.stream(progress);
    let secrets =
        Secrets { tau: Secret(stream.scalar()), alpha: Secret(stream.scalar()), beta: Secret(stream.scalar()) };
    (secrets, [stream.g1(), stream.g1(), stream.g1()])
}

impl Secrets {
    fn key(&self, challenge: &[u8; 64], points: [G1Affine; 3]) -> Key {
        let [tau, alpha, beta] = points;
        let part = |number, secret: &Secret, s: G1Affine| {
            let sx = (s * secret.0).into_affine();
            let spx = (g2_of_key(number, challenge, &s, &sx) * secret.0).into_affine();
            KeyPart { s, sx, spx }
        };
        Key { tau: part(0, &self.tau, tau), alpha: part(1, &self.alpha, alpha), beta: part(2, &self.beta, beta) }
    }
}

fn apply(
    ptau: &Ptau,
    secrets: &Secrets,
    points: [G1Affine; 3],
    name: &str,
    origin: Origin,
    progress: Progress<'_>,
) -> Result<Ptau> {
    check_name(name)?;
    if ptau.power != ptau.ceremony_power {
        return Err(CeremonyError::Step("the file was cut from a larger ceremony; nobody can contribute to it".into()));
    }
    let challenge = last_challenge(ptau);
    let key = secrets.key(&challenge, points);
    let (tau, alpha, beta) = (&secrets.tau, &secrets.alpha, &secrets.beta);
    let stage = |done| progress("multiplying the powers", done, 4);
    let tau1 = scale_by_powers(&ptau.tau1, Fr::ONE, tau.0);
    stage(1);
    let tau2 = scale_by_powers(&ptau.tau2, Fr::ONE, tau.0);
    stage(2);
    let alpha_tau1 = scale_by_powers(&ptau.alpha_tau1, alpha.0, tau.0);
    stage(3);
    let beta_tau1 = scale_by_powers(&ptau.beta_tau1, beta.0, tau.0);
    stage(4);
    let beta2 = (ptau.beta2 * beta.0).into_affine();
    let mut next = Ptau { tau1, tau2, alpha_tau1, beta_tau1, beta2, contributions: Vec::new(), ..ptau.clone() };
    let mut response = Blake2b::new();
    response.update(&challenge);
    hash_points(&mut response, &next, |point, out| point.compressed(out), |point, out| point.compressed(out));
    let mut contribution = Contribution {
        tau1: second(&next.tau1)?,
        tau2: second(&next.tau2)?,
        alpha1: first(&next.alpha_tau1)?,
        beta1: first(&next.beta_tau1)?,
        beta2,
        key,
        partial_hash: response.store(),
        next_challenge: [0; 64],
        name: name.to_owned(),
        origin,
    };
    contribution.next_challenge = challenge_after(&next, &contribution.response_hash()?);
    next.contributions = ptau.contributions.clone();
    next.contributions.push(contribution);
    Ok(next)
}

fn first<P: Copy>(points: &[P]) -> Result<P> {
    points.first().copied().ok_or_else(|| CeremonyError::format("ptau", "a section is empty"))
}

fn second<P: Copy>(points: &[P]) -> Result<P> {
    points.get(1).copied().ok_or_else(|| CeremonyError::format("ptau", "a section is too short"))
}

/// Feeds every point of the file into a hash, in the order of its sections.
fn hash_points(
    hash: &mut Blake2b,
    ptau: &Ptau,
    write1: impl Fn(&G1Affine, &mut Vec<u8>),
    write2: impl Fn(&G2Affine, &mut Vec<u8>),
) {
    let mut buffer = Vec::with_capacity(128);
    let mut feed = |write: &dyn Fn(&mut Vec<u8>)| {
        buffer.clear();
        write(&mut buffer);
        hash.update(&buffer);
    };
    ptau.tau1.iter().for_each(|point| feed(&|out| write1(point, out)));
    ptau.tau2.iter().for_each(|point| feed(&|out| write2(point, out)));
    ptau.alpha_tau1.iter().for_each(|point| feed(&|out| write1(point, out)));
    ptau.beta_tau1.iter().for_each(|point| feed(&|out| write1(point, out)));
    feed(&|out| write2(&ptau.beta2, out));
}

/// The challenge that a file poses after the response with this hash.
fn challenge_after(ptau: &Ptau, response: &[u8; 64]) -> [u8; 64] {
    let mut hash = Blake2b::new();
    hash.update(response);
    hash_points(&mut hash, ptau, |point, out| point.uncompressed(out), |point, out| point.uncompressed(out));
    hash.finish()
}

/// The challenge of a file without contributions.
fn first_challenge(power: u32) -> [u8; 64] {
    let size = 1usize << power;
    let (mut g1, mut g2) = (Vec::new(), Vec::new());
    G1Affine::generator().uncompressed(&mut g1);
    G2Affine::generator().uncompressed(&mut g2);
    let mut hash = Blake2b::new();
    hash.update(&Blake2b::of(&[]));
    (0..2 * size - 1).for_each(|_| hash.update(&g1));
    (0..size).for_each(|_| hash.update(&g2));
    (0..2 * size).for_each(|_| hash.update(&g1));
    hash.update(&g2);
    hash.finish()
}

fn last_challenge(ptau: &Ptau) -> [u8; 64] {
    match ptau.contributions.last() {
        Some(contribution) => contribution.next_challenge,
        None => first_challenge(ptau.ceremony_power),
    }
}

/// What a verified file is, for a transcript.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Contributions by people.
    pub people: usize,
    /// Beacons.
    pub beacons: usize,
    /// The last challenge, which names the file's powers.
    pub challenge: [u8; 64],
}

/// Verifies the whole history, and that the points are the powers it says.
///
/// Every contribution's key is checked against the challenge it answers and against the points before and after. The
/// powers are checked by a random combination: a file with one wrong point passes with a chance of 2^-127.
///
/// # Errors
/// [`CeremonyError::Chain`] naming the first relation that does not hold; also for a file without contributions.
pub fn verify(ptau: &Ptau, progress: Progress<'_>) -> Result<Verified> {
    let steps = ptau.contributions.len() as u64 + 4;
    let mut before = Before::start(ptau.ceremony_power);
    for (index, contribution) in ptau.contributions.iter().enumerate() {
        progress("verifying powers of tau", index as u64, steps);
        verify_contribution(index + 1, &before, contribution, progress)?;
        before = Before::of(contribution);
    }
    let Some(last) = ptau.contributions.last() else {
        return Err(CeremonyError::chain("powers of tau", "there is no contribution: everybody knows tau"));
    };
    verify_points(ptau, last, &|done| progress("verifying powers of tau", steps - 4 + done, steps))?;
    // A file that was cut down no longer has all points that its last challenge hashes.
    if ptau.power == ptau.ceremony_power && challenge_after(ptau, &last.response_hash()?) != last.next_challenge {
        return Err(CeremonyError::chain("powers of tau", "the points do not hash to the last challenge"));
    }
    let beacons = ptau.contributions.iter().filter(|c| matches!(c.origin, Origin::Beacon(_))).count();
    Ok(Verified { people: ptau.contributions.len() - beacons, beacons, challenge: last.next_challenge })
}

/// The first points of a file before a contribution.
struct Before {
    tau1: G1Affine,
    tau2: G2Affine,
    alpha1: G1Affine,
    beta1: G1Affine,
    beta2: G2Affine,
    challenge: [u8; 64],
}

impl Before {
    fn start(power: u32) -> Self {
        let (g1, g2) = (G1Affine::generator(), G2Affine::generator());
        Self { tau1: g1, tau2: g2, alpha1: g1, beta1: g1, beta2: g2, challenge: first_challenge(power) }
    }

    fn of(contribution: &Contribution) -> Self {
        let Contribution { tau1, tau2, alpha1, beta1, beta2, next_challenge, .. } = contribution;
        let challenge = *next_challenge;
        Self { tau1: *tau1, tau2: *tau2, alpha1: *alpha1, beta1: *beta1, beta2: *beta2, challenge }
    }
}

fn verify_contribution(number: usize, before: &Before, after: &Contribution, progress: Progress<'_>) -> Result<()> {
    let require = |holds: bool, why: &str| match holds {
        true => Ok(()),
        false => Err(CeremonyError::chain(format!("phase 1 contribution {number}"), why)),
    };
    if let Origin::Beacon(beacon) = &after.origin {
        let (secrets, points) = beacon_secrets(beacon, progress);
        require(after.key == secrets.key(&before.challenge, points), "its key is not the beacon's")?;
    }
    let mut determined = [G2Affine::default(); 3];
    for (index, (slot, part)) in determined.iter_mut().zip(after.key.parts()).enumerate() {
        *slot = g2_of_key(index as u8, &before.challenge, &part.s, &part.sx);
        require(same_ratio(&part.s, &part.sx, slot, &part.spx), "its key does not answer the challenge before it")?;
    }
    let [tau, alpha, beta] = determined;
    let Key { tau: tau_key, alpha: alpha_key, beta: beta_key } = &after.key;
    require(same_ratio(&before.tau1, &after.tau1, &tau, &tau_key.spx), "tau in G1 does not follow its key")?;
    require(same_ratio(&tau_key.s, &tau_key.sx, &before.tau2, &after.tau2), "tau in G2 does not follow its key")?;
    require(same_ratio(&before.alpha1, &after.alpha1, &alpha, &alpha_key.spx), "alpha does not follow its key")?;
    require(same_ratio(&before.beta1, &after.beta1, &beta, &beta_key.spx), "beta in G1 does not follow its key")?;
    require(same_ratio(&beta_key.s, &beta_key.sx, &before.beta2, &after.beta2), "beta in G2 does not follow its key")
}

/// Whether all points are the powers that the last contribution's first points say.
fn verify_points(ptau: &Ptau, last: &Contribution, progress: &dyn Fn(u64)) -> Result<()> {
    let require = |holds: bool, what: &str, why: &str| match holds {
        true => Ok(()),
        false => Err(CeremonyError::chain(what, why)),
    };
    let (g1, g2) = (G1Affine::generator(), G2Affine::generator());
    let begins = "it does not begin as the last contribution says";
    require(ptau.tau1.first() == Some(&g1) && ptau.tau1.get(1) == Some(&last.tau1), "tau in G1", begins)?;
    require(ptau.tau2.first() == Some(&g2) && ptau.tau2.get(1) == Some(&last.tau2), "tau in G2", begins)?;
    require(ptau.alpha_tau1.first() == Some(&last.alpha1), "alpha tau in G1", begins)?;
    require(ptau.beta_tau1.first() == Some(&last.beta1), "beta tau in G1", begins)?;
    require(ptau.beta2 == last.beta2, "beta in G2", begins)?;
    require(same_ratio(&g1, &last.beta1, &g2, &last.beta2), "beta", "it differs between G1 and G2")?;

    let factors = challenge_scalars(ptau.tau1.len())?;
    let powers = "the points are no powers of tau";
    for (step, (what, points)) in
        [("tau in G1", &ptau.tau1), ("alpha tau in G1", &ptau.alpha_tau1), ("beta tau in G1", &ptau.beta_tau1)]
            .into_iter()
            .enumerate()
    {
        let (low, high) = shifted(points, &factors);
        require(same_ratio(&low, &high, &g2, &last.tau2), what, powers)?;
        progress(step as u64 + 1);
    }
    let (low, high) = shifted(&ptau.tau2, &factors);
    require(same_ratio(&g1, &last.tau1, &low, &high), "tau in G2", powers)?;
    progress(4);
    Ok(())
}

/// A random combination of all points but the last, and the same one step later.
fn shifted<P: Group>(
    points: &[ark_ec::short_weierstrass::Affine<P>],
    factors: &[Fr],
) -> (ark_ec::short_weierstrass::Affine<P>, ark_ec::short_weierstrass::Affine<P>) {
    let Some((_, low)) = points.split_last() else { return Default::default() };
    let factors = &factors[..low.len().min(factors.len())];
    (sum_of_products(low, factors).into_affine(), sum_of_products(&points[1..], factors).into_affine())
}

/// Lagrange points of every domain up to the file's own, as snarkjs's prepared files hold them.
pub(crate) struct Lagrange {
    pub tau1: Vec<G1Affine>,
    pub tau2: Vec<G2Affine>,
    pub alpha_tau1: Vec<G1Affine>,
    pub beta_tau1: Vec<G1Affine>,
}

pub(crate) fn lagrange(ptau: &Ptau, progress: Progress<'_>) -> Result<Lagrange> {
    let quiet = |_, _| {};
    let mut all = Lagrange { tau1: Vec::new(), tau2: Vec::new(), alpha_tau1: Vec::new(), beta_tau1: Vec::new() };
    let steps = u64::from(ptau.power) + 1;
    for power in 0..=ptau.power {
        progress("Lagrange points", u64::from(power), steps);
        let size = 1usize << power;
        all.tau1.extend(to_affine(&inverse_transform(&projective(&ptau.tau1[..size]), &quiet)?));
        all.tau2.extend(to_affine(&inverse_transform(&projective(&ptau.tau2[..size]), &quiet)?));
        let alpha = projective(&ptau.alpha_tau1[..size]);
        all.alpha_tau1.extend(to_affine(&inverse_transform(&alpha, &quiet)?));
        let beta = projective(&ptau.beta_tau1[..size]);
        all.beta_tau1.extend(to_affine(&inverse_transform(&beta, &quiet)?));
    }
    // One more for tau in G1; the last power does not exist and counts as infinity.
    let mut double: Vec<G1Projective> = projective(&ptau.tau1);
    double.push(G1Projective::ZERO);
    all.tau1.extend(to_affine(&inverse_transform(&double, &quiet)?));
    progress("Lagrange points", steps, steps);
    Ok(all)
}

pub(crate) fn projective<P: Group>(
    points: &[ark_ec::short_weierstrass::Affine<P>],
) -> Vec<ark_ec::short_weierstrass::Projective<P>> {
    points.iter().map(|point| (*point).into()).collect()
}

/// Lagrange points of one domain.
pub(crate) fn lagrange_of_domain(
    ptau: &Ptau,
    size: usize,
    progress: Progress<'_>,
) -> Result<(Vec<G1Affine>, Vec<G2Affine>, Vec<G1Affine>, Vec<G1Affine>)> {
    let step = |what: &'static str| move |done, all| progress(what, done, all);
    let cut = |points: &[G1Affine], what: &'static str| -> Result<Vec<G1Affine>> {
        let points: Vec<G1Projective> = projective(&points[..size]);
        Ok(to_affine(&inverse_transform(&points, &step(what))?))
    };
    let tau1 = cut(&ptau.tau1, "Lagrange points of tau in G1")?;
    let points: Vec<G2Projective> = projective(&ptau.tau2[..size]);
    let tau2 = to_affine(&inverse_transform(&points, &step("Lagrange points of tau in G2"))?);
    let alpha_tau1 = cut(&ptau.alpha_tau1, "Lagrange points of alpha tau")?;
    let beta_tau1 = cut(&ptau.beta_tau1, "Lagrange points of beta tau")?;
    Ok((tau1, tau2, alpha_tau1, beta_tau1))
}
