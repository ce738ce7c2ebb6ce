//! The binary container that `.r1cs`, `.wtns`, `.zkey` and `.ptau` share, read and written strictly.
//!
//! A file is: four letters, version (u32), number of sections (u32), then per section its type (u32), its length (u64)
//! and its bytes; every number little-endian. Sections may come in any order, each type once; types that a format does
//! not know are refused, and so is anything after the last section. Nothing is allocated from a number in a file before
//! that number was held against the bytes that are really there.

pub mod evm;
pub mod foreign;
pub mod json;
pub(crate) mod point;
pub mod ptau;
pub mod r1cs;
pub mod wtns;
pub mod zkey;

use crate::error::{CeremonyError, Result};

/// The longest file that is read: 2 GiB.
pub const FILE_BYTES_MAX: u64 = 1 << 31;
/// The largest domain, as a power of two, of a circuit or of powers of tau.
pub const POWER_MAX: u32 = 20;
/// Most sections in a file.
const SECTIONS_MAX: u32 = 32;

/// Reads little-endian fields from the front of some bytes.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a> {
    format: &'static str,
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn new(format: &'static str, bytes: &'a [u8]) -> Self {
        Self { format, rest: bytes }
    }

    pub(crate) fn left(&self) -> usize {
        self.rest.len()
    }

    pub(crate) fn refuse(&self, why: impl Into<String>) -> CeremonyError {
        CeremonyError::format(self.format, why)
    }

    pub(crate) fn take(&mut self, length: usize, what: &str) -> Result<&'a [u8]> {
        let (taken, rest) =
            self.rest.split_at_checked(length).ok_or_else(|| self.refuse(format!("it ends within {what}")))?;
        self.rest = rest;
        Ok(taken)
    }

    pub(crate) fn array<const N: usize>(&mut self, what: &str) -> Result<[u8; N]> {
        let mut array = [0u8; N];
        array.copy_from_slice(self.take(N, what)?);
        Ok(array)
    }

    pub(crate) fn u8(&mut self, what: &str) -> Result<u8> {
        Ok(u8::from_le_bytes(self.array(what)?))
    }

    pub(crate) fn u32(&mut self, what: &str) -> Result<u32> {
        Ok(u32::from_le_bytes(self.array(what)?))
    }

    pub(crate) fn u64(&mut self, what: &str) -> Result<u64> {
        Ok(u64::from_le_bytes(self.array(what)?))
    }

    /// A number of things of which each takes at least `bytes_each` of the bytes that are left.
    pub(crate) fn count(&mut self, bytes_each: usize, what: &str) -> Result<usize> {
        let count = self.u32(what)? as usize;
        match count.checked_mul(bytes_each) {
            Some(needed) if needed <= self.left() => Ok(count),
            _ => Err(self.refuse(format!("{what} is {count}, more than the file can hold"))),
        }
    }

    /// Fails unless everything was read.
    pub(crate) fn end(&self, what: &str) -> Result<()> {
        if self.rest.is_empty() {
            return Ok(());
        }
        Err(self.refuse(format!("{} bytes too many in {what}", self.rest.len())))
    }
}

/// The sections of one file.
pub(crate) struct Sections<'a> {
    format: &'static str,
    sections: Vec<(u32, &'a [u8])>,
}

impl<'a> Sections<'a> {
    /// Reads the container; `version` and the types of `known` are the only ones accepted.
    pub(crate) fn read(format: &'static str, version: u32, known: &[u32], bytes: &'a [u8]) -> Result<Self> {
        let mut reader = Reader::new(format, bytes);
        if bytes.len() as u64 > FILE_BYTES_MAX {
            return Err(reader.refuse(format!("it is longer than {FILE_BYTES_MAX} bytes")));
        }
        if reader.take(4, "the first four letters")? != format.as_bytes() {
            return Err(reader.refuse(format!("it does not begin with the letters `{format}`")));
        }
        let found = reader.u32("the version")?;
        if found != version {
            return Err(reader.refuse(format!("its version is {found}, this program reads {version}")));
        }
        let count = reader.u32("the number of sections")?;
        if count > SECTIONS_MAX {
            return Err(reader.refuse(format!("it claims {count} sections")));
        }
        let mut sections: Vec<(u32, &[u8])> = Vec::new();
        for _ in 0..count {
            let kind = reader.u32("a section's type")?;
            let length = reader.u64("a section's length")?;
            let length = usize::try_from(length).map_err(|_| reader.refuse("a section is too long"))?;
            let body = reader.take(length, &format!("section {kind}"))?;
            if !known.contains(&kind) {
                return Err(reader.refuse(format!("section {kind} is unknown")));
            }
            if sections.iter().any(|(other, _)| *other == kind) {
                return Err(reader.refuse(format!("section {kind} occurs twice")));
            }
            sections.push((kind, body));
        }
        reader.end("the file, after its last section")?;
        Ok(Self { format, sections })
    }

    /// A section that must be there.
    pub(crate) fn get(&self, kind: u32, what: &str) -> Result<Reader<'a>> {
        self.find(kind).ok_or_else(|| CeremonyError::format(self.format, format!("section {kind} ({what}) is missing")))
    }

    /// A section that may be absent.
    pub(crate) fn find(&self, kind: u32) -> Option<Reader<'a>> {
        let (_, body) = self.sections.iter().find(|(other, _)| *other == kind)?;
        Some(Reader::new(self.format, body))
    }
}

/// Writes a container section by section.
pub(crate) struct Writer {
    bytes: Vec<u8>,
    count: u32,
}

impl Writer {
    pub(crate) fn new(format: &'static str, version: u32) -> Self {
        let mut bytes = format.as_bytes().to_vec();
        bytes.extend(version.to_le_bytes());
        bytes.extend(0u32.to_le_bytes());
        Self { bytes, count: 0 }
    }

    pub(crate) fn section(&mut self, kind: u32, body: &[u8]) {
        self.count += 1;
        self.bytes.extend(kind.to_le_bytes());
        self.bytes.extend((body.len() as u64).to_le_bytes());
        self.bytes.extend(body);
    }

    pub(crate) fn finish(mut self) -> Vec<u8> {
        self.bytes[8..12].copy_from_slice(&self.count.to_le_bytes());
        self.bytes
    }
}

/// A count that goes into a file as u32.
pub(crate) fn u32_of(format: &'static str, count: usize) -> Result<[u8; 4]> {
    let count = u32::try_from(count).map_err(|_| CeremonyError::format(format, "a count does not fit 32 bits"))?;
    Ok(count.to_le_bytes())
}
