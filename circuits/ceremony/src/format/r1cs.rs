//! `.r1cs`: a circuit's constraints, as circom writes them and snarkjs reads them.
//!
//! Sections: 1 header, 2 constraints, 3 labels. Coefficients are plain numbers. Circuits with custom gates (sections 4
//! and 5) are no rank-1 systems and are refused.

use ark_bn254::Fr;
use tacit_circuits::Statement;
use tacit_circuits::prove::ConstraintMatrices;

use super::{POWER_MAX, Reader, Sections, Writer, point, u32_of};
use crate::error::{CeremonyError, Result};

const FORMAT: &str = "r1cs";
/// Bytes of one term: a wire and a coefficient.
const TERM_BYTES: usize = 36;

/// A linear combination: wires with their coefficients.
pub type Row = Vec<(u32, Fr)>;

/// A circuit's constraints `a * b = c` over its wires: the constant one, the public ones, the private ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct R1cs {
    outputs: u32,
    public_inputs: u32,
    private_inputs: u32,
    wires: u32,
    labels: Vec<u64>,
    label_count: u64,
    constraints: Vec<[Row; 3]>,
}

impl R1cs {
    /// The constraints of one of the chain's statements.
    ///
    /// # Errors
    /// [`CeremonyError::Circuit`] when the circuit cannot be built, which is a defect.
    pub fn of_statement(statement: Statement) -> Result<Self> {
        let matrices = ConstraintMatrices::of(statement)?;
        let refuse = || CeremonyError::format(FORMAT, "the circuit is too large");
        let mut constraints = Vec::with_capacity(matrices.rows().len());
        for rows in matrices.rows() {
            let mut read = [Row::new(), Row::new(), Row::new()];
            for (into, row) in read.iter_mut().zip(rows) {
                for (coefficient, wire) in row {
                    into.push((u32::try_from(*wire).map_err(|_| refuse())?, *coefficient));
                }
            }
            constraints.push(read);
        }
        let wires = u32::try_from(matrices.column_count()).map_err(|_| refuse())?;
        let public_inputs = u32::try_from(matrices.public_count()).map_err(|_| refuse())?;
        let r1cs = Self {
            outputs: 0,
            public_inputs,
            private_inputs: wires.saturating_sub(public_inputs).saturating_sub(1),
            wires,
            labels: (0..u64::from(wires)).collect(),
            label_count: u64::from(wires),
            constraints,
        };
        r1cs.check()?;
        Ok(r1cs)
    }

    /// Reads a file.
    ///
    /// # Errors
    /// [`CeremonyError::Format`], saying where.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let sections = Sections::read(FORMAT, 1, &[1, 2, 3], bytes)?;
        let mut header = sections.get(1, "the header")?;
        if header.u32("the number size")? != 32 || header.take(32, "the prime")? != point::scalar_modulus() {
            return Err(header.refuse("its prime is not the scalar field of BN254"));
        }
        let wires = header.u32("the number of wires")?;
        let outputs = header.u32("the number of outputs")?;
        let public_inputs = header.u32("the number of public inputs")?;
        let private_inputs = header.u32("the number of private inputs")?;
        let label_count = header.u64("the number of labels")?;
        let count = header.u32("the number of constraints")?;
        header.end("the header")?;
        let mut body = sections.get(2, "the constraints")?;
        // The smallest constraint is three empty rows.
        if u64::from(count) * 12 > body.left() as u64 {
            return Err(body.refuse(format!("it claims {count} constraints, more than it can hold")));
        }
        let mut constraints = Vec::with_capacity(count as usize);
        for _ in 0..count {
            constraints.push([read_row(&mut body, wires)?, read_row(&mut body, wires)?, read_row(&mut body, wires)?]);
        }
        body.end("the constraints")?;
        let mut map = sections.get(3, "the labels")?;
        if map.left() as u64 != u64::from(wires) * 8 {
            return Err(map.refuse("it has another number of labels than wires"));
        }
        let labels = (0..wires).map(|_| map.u64("a label")).collect::<Result<Vec<_>>>()?;
        let r1cs = Self { outputs, public_inputs, private_inputs, wires, labels, label_count, constraints };
        r1cs.check()?;
        Ok(r1cs)
    }

    /// The file.
    ///
    /// # Errors
    /// [`CeremonyError::Format`] when a number does not fit.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let mut header = 32u32.to_le_bytes().to_vec();
        header.extend(point::scalar_modulus());
        for number in [self.wires, self.outputs, self.public_inputs, self.private_inputs] {
            header.extend(number.to_le_bytes());
        }
        header.extend(self.label_count.to_le_bytes());
        header.extend(u32_of(FORMAT, self.constraints.len())?);
        let mut body = Vec::new();
        for row in self.constraints.iter().flatten() {
            body.extend(u32_of(FORMAT, row.len())?);
            for (wire, coefficient) in row {
                body.extend(wire.to_le_bytes());
                body.extend(point::scalar_bytes(coefficient));
            }
        }
        let labels: Vec<u8> = self.labels.iter().flat_map(|label| label.to_le_bytes()).collect();
        let mut writer = Writer::new(FORMAT, 1);
        writer.section(1, &header);
        writer.section(2, &body);
        writer.section(3, &labels);
        Ok(writer.finish())
    }

    fn check(&self) -> Result<()> {
        let refuse = |why: &str| Err(CeremonyError::format(FORMAT, why));
        let declared = u64::from(self.outputs) + u64::from(self.public_inputs) + u64::from(self.private_inputs);
        if self.wires == 0 || declared >= u64::from(self.wires) {
            return refuse("it declares more inputs and outputs than wires");
        }
        if self.constraints.is_empty() {
            return refuse("it has no constraints");
        }
        // Wires are bounded with the constraints, so that no key is made for wires that nothing uses.
        if self.constraints.len() + self.public() + 1 > 1 << POWER_MAX || self.wires > 1 << (POWER_MAX + 1) {
            return refuse("it is too large for the largest domain");
        }
        Ok(())
    }

    /// Number of public wires without the constant one.
    pub fn public(&self) -> usize {
        (self.outputs + self.public_inputs) as usize
    }

    /// Number of wires with the constant one.
    pub fn wires(&self) -> usize {
        self.wires as usize
    }

    /// The constraints.
    pub fn constraints(&self) -> &[[Row; 3]] {
        &self.constraints
    }

    /// Number of terms in all rows.
    pub fn terms(&self) -> usize {
        self.constraints.iter().flatten().map(Vec::len).sum()
    }

    /// The power of two of the domain: one place per constraint, one per public wire and one for the constant.
    pub fn power(&self) -> u32 {
        (self.constraints.len() + self.public() + 1).next_power_of_two().trailing_zeros()
    }

    /// BLAKE3 of the file; names the circuit in a transcript.
    ///
    /// # Errors
    /// As [`Self::to_bytes`].
    pub fn digest(&self) -> Result<[u8; 32]> {
        Ok(blake3::derive_key("tacit ceremony v1 circuit", &self.to_bytes()?))
    }

    /// The first constraint that an assignment to all wires breaks.
    pub fn broken_by(&self, assignment: &[Fr]) -> Option<usize> {
        let value = |row: &Row| -> Fr {
            row.iter().map(|(wire, factor)| assignment.get(*wire as usize).copied().unwrap_or_default() * factor).sum()
        };
        self.constraints.iter().position(|[a, b, c]| value(a) * value(b) != value(c))
    }
}

fn scalar(bytes: &[u8; 32]) -> Result<Fr> {
    point::scalar(bytes).ok_or_else(|| CeremonyError::format(FORMAT, "a coefficient is not below the modulus"))
}

fn read_row(body: &mut Reader<'_>, wires: u32) -> Result<Row> {
    let count = body.count(TERM_BYTES, "the number of terms of a row")?;
    let mut row = Row::with_capacity(count);
    for _ in 0..count {
        let wire = body.u32("a wire")?;
        if wire >= wires {
            return Err(body.refuse(format!("a row uses wire {wire}, there are {wires}")));
        }
        let coefficient = scalar(&body.array("a coefficient")?)?;
        row.push((wire, coefficient));
    }
    Ok(row)
}
