//! `.wtns`: an assignment to all wires of a circuit. Holds secrets; never logged, wiped when dropped.

use ark_bn254::Fr;
use zeroize::Zeroize;

use super::{Sections, Writer, point, u32_of};
use crate::error::Result;

const FORMAT: &str = "wtns";

/// An assignment to all wires, the constant one first.
pub struct Witness {
    values: Vec<Fr>,
}

impl Witness {
    /// Takes an assignment; the constant one must come first.
    pub fn new(values: Vec<Fr>) -> Self {
        Self { values }
    }

    /// The assignment.
    pub fn values(&self) -> &[Fr] {
        &self.values
    }

    /// Reads a file.
    ///
    /// # Errors
    /// [`crate::CeremonyError::Format`], saying where.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let sections = Sections::read(FORMAT, 2, &[1, 2], bytes)?;
        let mut header = sections.get(1, "the header")?;
        if header.u32("the number size")? != 32 || header.take(32, "the prime")? != point::scalar_modulus() {
            return Err(header.refuse("its prime is not the scalar field of BN254"));
        }
        let count = header.u32("the number of values")?;
        header.end("the header")?;
        let mut body = sections.get(2, "the values")?;
        if u64::from(count) * 32 != body.left() as u64 {
            return Err(body.refuse("the values do not fit their number"));
        }
        let mut values = Vec::with_capacity(count as usize);
        for _ in 0..count {
            let value = point::scalar(&body.array("a value")?);
            values.push(value.ok_or_else(|| body.refuse("a value is not below the modulus"))?);
        }
        let witness = Self { values };
        if witness.values.first() != Some(&Fr::from(1u8)) {
            return Err(body.refuse("its first value is not one"));
        }
        Ok(witness)
    }

    /// The file.
    ///
    /// # Errors
    /// [`crate::CeremonyError::Format`] when there are too many values.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let mut header = 32u32.to_le_bytes().to_vec();
        header.extend(point::scalar_modulus());
        header.extend(u32_of(FORMAT, self.values.len())?);
        let mut body: Vec<u8> = self.values.iter().flat_map(point::scalar_bytes).collect();
        let mut writer = Writer::new(FORMAT, 2);
        writer.section(1, &header);
        writer.section(2, &body);
        body.zeroize();
        Ok(writer.finish())
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        self.values.zeroize();
    }
}
