//! `.ptau`: powers of tau, as snarkjs writes them.
//!
//! Sections 1 to 7 are read and written. The Lagrange points of a *prepared* file (sections 12 to 15) are never
//! trusted: reading skips them, because this program needs only the powers; [`Ptau::to_prepared_bytes`] writes them
//! for snarkjs.

use ark_bn254::{G1Affine, G2Affine};

use super::point::{self, FilePoint, read_point, read_points, write_points};
use super::zkey::{CONTRIBUTIONS_MAX, read_origin, write_origin};
use super::{POWER_MAX, Reader, Sections, Writer, u32_of};
use crate::blake2b::STATE_BYTES;
use crate::error::{CeremonyError, Result};
use crate::phase1::{Contribution, Key, KeyPart};

const FORMAT: &str = "ptau";
const SECTIONS: [u32; 11] = [1, 2, 3, 4, 5, 6, 7, 12, 13, 14, 15];
/// Least bytes of a contribution.
const CONTRIBUTION_BYTES: usize = 3 * 64 + 2 * 128 + 6 * 64 + 3 * 128 + STATE_BYTES + 64 + 8;

/// Powers of tau with their history. All points are on their curves and in their subgroups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ptau {
    /// Circuits with a domain of up to 2^`power` can use it.
    pub power: u32,
    /// The power of the ceremony that the file was cut from.
    pub ceremony_power: u32,
    /// `tau^i` in G1, 2^(power+1) - 1 of them.
    pub tau1: Vec<G1Affine>,
    /// `tau^i` in G2, 2^power of them, as all below.
    pub tau2: Vec<G2Affine>,
    /// `alpha tau^i` in G1.
    pub alpha_tau1: Vec<G1Affine>,
    /// `beta tau^i` in G1.
    pub beta_tau1: Vec<G1Affine>,
    /// `beta` in G2.
    pub beta2: G2Affine,
    /// The history.
    pub contributions: Vec<Contribution>,
}

impl Ptau {
    /// Reads a file. Says nothing about where its numbers come from; [`crate::phase1::verify`] does.
    ///
    /// # Errors
    /// [`CeremonyError::Format`] or [`CeremonyError::Point`], saying where.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let sections = Sections::read(FORMAT, 1, &SECTIONS, bytes)?;
        let mut header = sections.get(1, "the header")?;
        if header.u32("the number size")? != 32 || header.take(32, "the prime")? != point::base_modulus() {
            return Err(header.refuse("its base field is not BN254's"));
        }
        let power = header.u32("the power")?;
        let ceremony_power = header.u32("the ceremony's power")?;
        if power == 0 || power > POWER_MAX || ceremony_power < power || ceremony_power > 28 {
            return Err(header.refuse(format!("its power must be 1 to {POWER_MAX}")));
        }
        header.end("the header")?;
        let size = 1usize << power;
        let mut beta2 = sections.get(6, "beta in G2")?;
        let read = Self {
            power,
            ceremony_power,
            tau1: read_nonzero(sections.get(2, "tau in G1")?, 2 * size - 1, "tau in G1")?,
            tau2: read_nonzero(sections.get(3, "tau in G2")?, size, "tau in G2")?,
            alpha_tau1: read_nonzero(sections.get(4, "alpha tau in G1")?, size, "alpha tau in G1")?,
            beta_tau1: read_nonzero(sections.get(5, "beta tau in G1")?, size, "beta tau in G1")?,
            beta2: read_point(&mut beta2, "beta in G2")?,
            contributions: read_history(sections.get(7, "the contributions")?)?,
        };
        beta2.end("beta in G2")?;
        Ok(read)
    }

    /// The file, without Lagrange points.
    ///
    /// # Errors
    /// [`CeremonyError::Format`] when a number does not fit.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        Ok(self.writer()?.finish())
    }

    /// The file with the Lagrange points that snarkjs wants before phase 2.
    ///
    /// # Errors
    /// As [`Self::to_bytes`].
    pub fn to_prepared_bytes(&self, progress: crate::Progress<'_>) -> Result<Vec<u8>> {
        let mut writer = self.writer()?;
        let prepared = crate::phase1::lagrange(self, progress)?;
        writer.section(12, &write_points(&prepared.tau1));
        writer.section(13, &write_points(&prepared.tau2));
        writer.section(14, &write_points(&prepared.alpha_tau1));
        writer.section(15, &write_points(&prepared.beta_tau1));
        Ok(writer.finish())
    }

    fn writer(&self) -> Result<Writer> {
        let mut writer = Writer::new(FORMAT, 1);
        let mut header = 32u32.to_le_bytes().to_vec();
        header.extend(point::base_modulus());
        header.extend(self.power.to_le_bytes());
        header.extend(self.ceremony_power.to_le_bytes());
        writer.section(1, &header);
        writer.section(2, &write_points(&self.tau1));
        writer.section(3, &write_points(&self.tau2));
        writer.section(4, &write_points(&self.alpha_tau1));
        writer.section(5, &write_points(&self.beta_tau1));
        writer.section(6, &write_points(&[self.beta2]));
        let mut history = u32_of(FORMAT, self.contributions.len())?.to_vec();
        for contribution in &self.contributions {
            write_contribution(&mut history, contribution)?;
        }
        writer.section(7, &history);
        Ok(writer)
    }
}

fn read_nonzero<P: FilePoint>(mut reader: Reader<'_>, count: usize, what: &str) -> Result<Vec<P>> {
    let points: Vec<P> = read_points(&mut reader, count, what)?;
    reader.end(what)?;
    match points.iter().position(|point| point.is_zero()) {
        None => Ok(points),
        Some(index) => Err(CeremonyError::point(format!("point {index} of {what}"), "it is the point at infinity")),
    }
}

fn read_history(mut reader: Reader<'_>) -> Result<Vec<Contribution>> {
    let count = reader.count(CONTRIBUTION_BYTES, "the number of contributions")?;
    if count > CONTRIBUTIONS_MAX as usize {
        return Err(reader.refuse(format!("it has more than {CONTRIBUTIONS_MAX} contributions")));
    }
    let mut contributions = Vec::with_capacity(count);
    for _ in 0..count {
        contributions.push(read_contribution(&mut reader)?);
    }
    reader.end("the contributions")?;
    Ok(contributions)
}

fn read_contribution(reader: &mut Reader<'_>) -> Result<Contribution> {
    let what = "a contribution";
    let tau1 = read_point(reader, what)?;
    let tau2 = read_point(reader, what)?;
    let alpha1 = read_point(reader, what)?;
    let beta1 = read_point(reader, what)?;
    let beta2 = read_point(reader, what)?;
    let mut g1 = [G1Affine::default(); 6];
    for point in &mut g1 {
        *point = read_point(reader, "a contribution's key")?;
    }
    let [tau_s, tau_sx, alpha_s, alpha_sx, beta_s, beta_sx] = g1;
    let key = Key {
        tau: KeyPart { s: tau_s, sx: tau_sx, spx: read_point(reader, "a contribution's key")? },
        alpha: KeyPart { s: alpha_s, sx: alpha_sx, spx: read_point(reader, "a contribution's key")? },
        beta: KeyPart { s: beta_s, sx: beta_sx, spx: read_point(reader, "a contribution's key")? },
    };
    let partial_hash: [u8; STATE_BYTES] = reader.array(what)?;
    let next_challenge = reader.array(what)?;
    let (name, origin) = read_origin(reader)?;
    Ok(Contribution { tau1, tau2, alpha1, beta1, beta2, key, partial_hash, next_challenge, name, origin })
}

fn write_contribution(out: &mut Vec<u8>, contribution: &Contribution) -> Result<()> {
    contribution.tau1.to_file(out);
    contribution.tau2.to_file(out);
    contribution.alpha1.to_file(out);
    contribution.beta1.to_file(out);
    contribution.beta2.to_file(out);
    let parts = contribution.key.parts();
    parts.iter().for_each(|part| {
        part.s.to_file(out);
        part.sx.to_file(out);
    });
    parts.iter().for_each(|part| part.spx.to_file(out));
    out.extend(contribution.partial_hash);
    out.extend(contribution.next_challenge);
    write_origin(out, &contribution.name, &contribution.origin)
}
