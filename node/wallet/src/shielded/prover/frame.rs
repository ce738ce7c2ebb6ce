//! The protocol between wallet and prover: four bytes of length, then so many bytes of borsh; a question, an answer,
//! and so on until one side hangs up. Both sides read no more than [`FRAME_BYTES_MAX`].

use super::ProofJob;
use borsh::{BorshDeserialize, BorshSerialize};
use std::io::{Error, ErrorKind, Read, Write};
use tacit_types::codec;
use zeroize::Zeroizing;

/// Longest frame; a join-split of eight inputs needs about 13 KiB.
pub const FRAME_BYTES_MAX: usize = 32 * 1024;

/// A question to a prover.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub(super) enum Question {
    /// Version 1 of the only question.
    Prove(ProofJob) = 1,
}

/// Its answer.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub(super) enum Answer {
    /// The proof.
    Proof([u8; 128]) = 1,
    /// None.
    Refused(ProverRefusal) = 2,
}

/// Why a prover gives no proof. No more than this is told: a detailed answer would describe somebody's secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize, thiserror::Error)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum ProverRefusal {
    /// The question cannot be read.
    #[error("it does not understand the question; is it of the same version?")]
    Malformed = 1,
    /// The statement is false or malformed.
    #[error("what was to be proven is not true; sync the wallet and try again")]
    False = 2,
    /// The prover failed.
    #[error("it could not make the proof; its own log says why")]
    Failed = 3,
}

impl Question {
    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        codec::decode_exact("question to a prover", bytes, FRAME_BYTES_MAX).ok()
    }
}

impl Answer {
    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        codec::decode_exact("answer of a prover", bytes, FRAME_BYTES_MAX).ok()
    }
}

/// Sends one value as a frame.
pub(super) fn write(stream: &mut impl Write, value: &impl BorshSerialize) -> Result<(), Error> {
    let bytes = Zeroizing::new(codec::encode(value));
    let length = u32::try_from(bytes.len()).ok().filter(|length| *length as usize <= FRAME_BYTES_MAX);
    let length = length.ok_or_else(|| Error::new(ErrorKind::InvalidInput, "a frame that is too long"))?;
    stream.write_all(&length.to_le_bytes())?;
    stream.write_all(&bytes)?;
    stream.flush()
}

/// Receives one frame; `None` when the other side hung up between frames.
pub(super) fn read(stream: &mut impl Read) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
    let mut length = [0u8; 4];
    let mut have = 0usize;
    while have < length.len() {
        match stream.read(length.get_mut(have..).unwrap_or_default()) {
            Ok(0) if have == 0 => return Ok(None),
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(count) => have = have.saturating_add(count),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    let length = usize::try_from(u32::from_le_bytes(length)).unwrap_or(usize::MAX);
    if length > FRAME_BYTES_MAX {
        return Err(Error::new(ErrorKind::InvalidData, "a frame that is too long"));
    }
    let mut bytes = Zeroizing::new(vec![0u8; length]);
    stream.read_exact(&mut bytes)?;
    Ok(Some(bytes))
}
