//! `.zkey`: a circuit's keys and the history of their setup, as snarkjs writes them.
//!
//! Sections 1 to 10 are snarkjs's. Section 64 is ours: the Schnorr proofs of knowledge of contributions that were made
//! here (docs/spec/ceremony.md); snarkjs ignores it, and drops it when it adds a contribution of its own.

use ark_bn254::{Fr, G1Affine, G2Affine};

use super::point::{self, FilePoint, read_point, read_points, write_points};
use super::{POWER_MAX, Reader, Sections, Writer, u32_of};
use crate::error::{CeremonyError, Result};
use crate::phase2::{Contribution, Knowledge, Origin};
use crate::random::Beacon;

const FORMAT: &str = "zkey";
const SECTIONS: [u32; 11] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, KNOWLEDGE];
/// Our own section.
const KNOWLEDGE: u32 = 64;
/// Bytes of one coefficient.
const COEFFICIENT_BYTES: usize = 44;
/// Most contributions in a file.
pub const CONTRIBUTIONS_MAX: u32 = 4096;
/// Least bytes of a contribution: five points' worth, a hash, two numbers.
const CONTRIBUTION_BYTES: usize = 3 * 64 + 128 + 64 + 8;
/// Longest name of a contributor in bytes.
pub const NAME_BYTES_MAX: usize = 64;

/// One coefficient of the matrices A and B.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coefficient {
    /// 0 for A, 1 for B.
    pub matrix: u32,
    /// The row.
    pub constraint: u32,
    /// The wire.
    pub wire: u32,
    /// The value.
    pub value: Fr,
}

/// The keys and their history. All points are on their curves and in their subgroups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zkey {
    /// Public wires without the constant.
    pub public: usize,
    /// Size of the domain.
    pub domain: usize,
    /// `alpha` in G1.
    pub alpha1: G1Affine,
    /// `beta` in G1.
    pub beta1: G1Affine,
    /// `beta` in G2.
    pub beta2: G2Affine,
    /// `gamma` in G2; snarkjs always uses the generator.
    pub gamma2: G2Affine,
    /// `delta` in G1.
    pub delta1: G1Affine,
    /// `delta` in G2.
    pub delta2: G2Affine,
    /// One point per public wire and one for the constant.
    pub ic: Vec<G1Affine>,
    /// The matrices A and B, with the rows that tie the public wires.
    pub coefficients: Vec<Coefficient>,
    /// A's query, one per wire.
    pub a: Vec<G1Affine>,
    /// B's query in G1.
    pub b1: Vec<G1Affine>,
    /// B's query in G2.
    pub b2: Vec<G2Affine>,
    /// The query of private wires, over delta.
    pub l: Vec<G1Affine>,
    /// The query of the quotient, over delta, in the Lagrange basis of the odd places of the double domain.
    pub h: Vec<G1Affine>,
    /// Hash of everything before the first contribution.
    pub circuit_hash: [u8; 64],
    /// The history.
    pub contributions: Vec<Contribution>,
}

impl Zkey {
    /// Number of wires.
    pub fn wires(&self) -> usize {
        self.a.len()
    }

    /// Reads a file. Says nothing about where its numbers come from; [`crate::phase2::verify`] does.
    ///
    /// # Errors
    /// [`CeremonyError::Format`] or [`CeremonyError::Point`], saying where.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let sections = Sections::read(FORMAT, 1, &SECTIONS, bytes)?;
        let mut protocol = sections.get(1, "the protocol")?;
        if protocol.u32("the protocol")? != 1 {
            return Err(protocol.refuse("it is not of Groth16"));
        }
        protocol.end("the protocol")?;
        let mut header = sections.get(2, "the header")?;
        read_field(&mut header, point::base_modulus(), "base")?;
        read_field(&mut header, point::scalar_modulus(), "scalar")?;
        let wires = header.u32("the number of wires")? as usize;
        let public = header.u32("the number of public wires")? as usize;
        let domain = header.u32("the domain's size")? as usize;
        if !domain.is_power_of_two() || domain > 1 << POWER_MAX || public >= domain {
            return Err(header.refuse("the domain's size is no power of two within the limit"));
        }
        let private = wires.checked_sub(public + 1).ok_or_else(|| header.refuse("it has fewer wires than inputs"))?;
        let alpha1 = read_point(&mut header, "alpha in G1")?;
        let beta1 = read_point(&mut header, "beta in G1")?;
        let beta2 = read_point(&mut header, "beta in G2")?;
        let gamma2 = read_point(&mut header, "gamma in G2")?;
        let delta1 = read_point(&mut header, "delta in G1")?;
        let delta2 = read_point(&mut header, "delta in G2")?;
        header.end("the header")?;
        let (circuit_hash, mut contributions) = read_history(sections.get(10, "the contributions")?)?;
        if let Some(reader) = sections.find(KNOWLEDGE) {
            read_knowledge(reader, &mut contributions)?;
        }
        Ok(Self {
            public,
            domain,
            alpha1,
            beta1,
            beta2,
            gamma2,
            delta1,
            delta2,
            ic: read_all(sections.get(3, "IC")?, public + 1, "IC")?,
            coefficients: read_coefficients(sections.get(4, "the coefficients")?, wires, domain)?,
            a: read_all(sections.get(5, "A")?, wires, "A")?,
            b1: read_all(sections.get(6, "B1")?, wires, "B1")?,
            b2: read_all(sections.get(7, "B2")?, wires, "B2")?,
            l: read_all(sections.get(8, "L")?, private, "L")?,
            h: read_all(sections.get(9, "H")?, domain, "H")?,
            circuit_hash,
            contributions,
        })
    }

    /// The file.
    ///
    /// # Errors
    /// [`CeremonyError::Format`] when a number does not fit.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let mut writer = Writer::new(FORMAT, 1);
        writer.section(1, &1u32.to_le_bytes());
        let mut header = Vec::new();
        for modulus in [point::base_modulus(), point::scalar_modulus()] {
            header.extend(32u32.to_le_bytes());
            header.extend(modulus);
        }
        for number in [self.wires(), self.public, self.domain] {
            header.extend(u32_of(FORMAT, number)?);
        }
        self.alpha1.to_file(&mut header);
        self.beta1.to_file(&mut header);
        self.beta2.to_file(&mut header);
        self.gamma2.to_file(&mut header);
        self.delta1.to_file(&mut header);
        self.delta2.to_file(&mut header);
        writer.section(2, &header);
        writer.section(3, &write_points(&self.ic));
        let mut coefficients = u32_of(FORMAT, self.coefficients.len())?.to_vec();
        for Coefficient { matrix, constraint, wire, value } in &self.coefficients {
            for number in [matrix, constraint, wire] {
                coefficients.extend(number.to_le_bytes());
            }
            coefficients.extend(point::double_montgomery_bytes(value));
        }
        writer.section(4, &coefficients);
        writer.section(5, &write_points(&self.a));
        writer.section(6, &write_points(&self.b1));
        writer.section(7, &write_points(&self.b2));
        writer.section(8, &write_points(&self.l));
        writer.section(9, &write_points(&self.h));
        writer.section(10, &self.history_bytes()?);
        if self.contributions.iter().any(|contribution| contribution.knowledge.is_some()) {
            writer.section(KNOWLEDGE, &self.knowledge_bytes()?);
        }
        Ok(writer.finish())
    }

    fn history_bytes(&self) -> Result<Vec<u8>> {
        let mut out = self.circuit_hash.to_vec();
        out.extend(u32_of(FORMAT, self.contributions.len())?);
        for contribution in &self.contributions {
            for point in [&contribution.delta_after, &contribution.s, &contribution.sx] {
                point.to_file(&mut out);
            }
            contribution.spx.to_file(&mut out);
            out.extend(contribution.transcript);
            write_origin(&mut out, &contribution.name, &contribution.origin)?;
        }
        Ok(out)
    }

    fn knowledge_bytes(&self) -> Result<Vec<u8>> {
        let proofs: Vec<_> =
            self.contributions.iter().enumerate().filter_map(|(index, c)| Some((index, c.knowledge?))).collect();
        let mut out = u32_of(FORMAT, proofs.len())?.to_vec();
        for (index, Knowledge { nonce, response }) in proofs {
            out.extend(u32_of(FORMAT, index)?);
            nonce.to_file(&mut out);
            out.extend(point::scalar_bytes(&response));
        }
        Ok(out)
    }
}

fn read_field(header: &mut Reader<'_>, modulus: [u8; 32], what: &str) -> Result<()> {
    if header.u32("the number size")? != 32 || header.take(32, "the prime")? != modulus {
        return Err(header.refuse(format!("its {what} field is not BN254's")));
    }
    Ok(())
}

fn read_all<P: FilePoint>(mut reader: Reader<'_>, count: usize, what: &str) -> Result<Vec<P>> {
    let points = read_points(&mut reader, count, what)?;
    reader.end(what)?;
    Ok(points)
}

fn read_coefficients(mut reader: Reader<'_>, wires: usize, domain: usize) -> Result<Vec<Coefficient>> {
    let count = reader.count(COEFFICIENT_BYTES, "the number of coefficients")?;
    let mut coefficients = Vec::with_capacity(count);
    for _ in 0..count {
        let matrix = reader.u32("a coefficient")?;
        let constraint = reader.u32("a coefficient")?;
        let wire = reader.u32("a coefficient")?;
        if matrix > 1 || constraint as usize >= domain || wire as usize >= wires {
            return Err(reader.refuse("a coefficient stands outside the matrices"));
        }
        let value = point::double_montgomery(&reader.array("a coefficient")?);
        let value = value.ok_or_else(|| reader.refuse("a coefficient is not below the modulus"))?;
        coefficients.push(Coefficient { matrix, constraint, wire, value });
    }
    reader.end("the coefficients")?;
    Ok(coefficients)
}

fn read_history(mut reader: Reader<'_>) -> Result<([u8; 64], Vec<Contribution>)> {
    let circuit_hash = reader.array("the circuit's hash")?;
    let count = reader.count(CONTRIBUTION_BYTES, "the number of contributions")?;
    if count > CONTRIBUTIONS_MAX as usize {
        return Err(reader.refuse(format!("it has more than {CONTRIBUTIONS_MAX} contributions")));
    }
    let mut contributions = Vec::with_capacity(count);
    for _ in 0..count {
        let delta_after = read_point(&mut reader, "a contribution's delta")?;
        let s = read_point(&mut reader, "a contribution's key s")?;
        let sx = read_point(&mut reader, "a contribution's key sx")?;
        let spx = read_point(&mut reader, "a contribution's key spx")?;
        let transcript = reader.array("a contribution's transcript hash")?;
        let (name, origin) = read_origin(&mut reader)?;
        contributions.push(Contribution { delta_after, s, sx, spx, transcript, name, origin, knowledge: None });
    }
    reader.end("the contributions")?;
    Ok((circuit_hash, contributions))
}

fn read_knowledge(mut reader: Reader<'_>, contributions: &mut [Contribution]) -> Result<()> {
    let count = reader.count(4 + 64 + 32, "the number of proofs of knowledge")?;
    let mut next = 0;
    for _ in 0..count {
        let index = reader.u32("a proof's contribution")? as usize;
        // In order and each once, so that a file has one spelling.
        let contribution = contributions.get_mut(index).filter(|_| index >= next);
        let contribution = contribution.ok_or_else(|| reader.refuse("a proof of knowledge belongs nowhere"))?;
        let nonce = read_point(&mut reader, "a proof of knowledge")?;
        let response = point::scalar(&reader.array("a proof of knowledge")?);
        let response = response.ok_or_else(|| reader.refuse("a proof of knowledge is not canonical"))?;
        contribution.knowledge = Some(Knowledge { nonce, response });
        next = index + 1;
    }
    reader.end("the proofs of knowledge")
}

/// Reads what snarkjs calls a contribution's parameters: type, then name, number of hashes and beacon in this order.
pub(super) fn read_origin(reader: &mut Reader<'_>) -> Result<(String, Origin)> {
    let kind = reader.u32("a contribution's type")?;
    let length = reader.u32("the length of a contribution's parameters")? as usize;
    let body = reader.take(length, "a contribution's parameters")?;
    let mut body = Reader::new(FORMAT, body);
    let (mut name, mut power, mut value) = (String::new(), None, None);
    let mut last = 0;
    while body.left() > 0 {
        let parameter = body.u8("a parameter")?;
        if parameter <= last {
            return Err(reader.refuse("a contribution's parameters are not in order"));
        }
        last = parameter;
        match parameter {
            1 => {
                let length = usize::from(body.u8("a name")?);
                let text = body.take(length, "a name")?.to_vec();
                name = String::from_utf8(text).map_err(|_| reader.refuse("a contributor's name is not UTF-8"))?;
                if name.is_empty() || name.chars().any(char::is_control) {
                    return Err(reader.refuse("a contributor's name is empty or has control characters"));
                }
            }
            2 => power = Some(body.u8("a beacon's hashes")?),
            3 => {
                let length = usize::from(body.u8("a beacon")?);
                value = Some(body.take(length, "a beacon")?.to_vec());
            }
            _ => return Err(reader.refuse("a contribution has an unknown parameter")),
        }
    }
    match (kind, power, value) {
        (0, None, None) => Ok((name, Origin::Person)),
        (1, Some(power), Some(value)) => Ok((name, Origin::Beacon(Beacon::new(value, power)?))),
        _ => Err(reader.refuse("a contribution's parameters do not fit its type")),
    }
}

/// Writes what [`read_origin`] reads.
pub(super) fn write_origin(out: &mut Vec<u8>, name: &str, origin: &Origin) -> Result<()> {
    let byte = |length: usize| u8::try_from(length).map_err(|_| CeremonyError::format(FORMAT, "a name is too long"));
    let mut parameters = Vec::new();
    if !name.is_empty() {
        parameters.extend([1, byte(name.len())?]);
        parameters.extend(name.as_bytes());
    }
    if let Origin::Beacon(beacon) = origin {
        parameters.extend([2, beacon.power(), 3, byte(beacon.value().len())?]);
        parameters.extend(beacon.value());
    }
    let kind: u32 = if matches!(origin, Origin::Beacon(_)) { 1 } else { 0 };
    out.extend(kind.to_le_bytes());
    out.extend(u32_of(FORMAT, parameters.len())?);
    out.extend(parameters);
    Ok(())
}
