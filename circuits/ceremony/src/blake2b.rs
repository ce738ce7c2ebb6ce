//! BLAKE2b with 64 bytes of output, as RFC 7693 defines it, and with its inner state open.
//!
//! snarkjs stores a half-finished hash in each contribution of a `.ptau` file, and finishes it when the file is
//! verified. No library of ours gives that state out, so the hash is written out here; a test compares it with the
//! RFC's vectors.

use crate::error::{CeremonyError, Result};

/// Bytes of a stored state.
pub(crate) const STATE_BYTES: usize = 216;
const BLOCK: usize = 128;

const START: [u64; 8] = [
    0x6a09_e667_f3bc_c908,
    0xbb67_ae85_84ca_a73b,
    0x3c6e_f372_fe94_f82b,
    0xa54f_f53a_5f1d_36f1,
    0x510e_527f_ade6_82d1,
    0x9b05_688c_2b3e_6c1f,
    0x1f83_d9ab_fb41_bd6b,
    0x5be0_cd19_137e_2179,
];

/// Order of the message words in each of the ten distinct rounds.
const ORDER: [[usize; 16]; 10] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
    [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
    [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
    [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
    [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
    [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
    [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
    [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
    [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
];

/// The columns and diagonals that one round mixes.
const MIXED: [[usize; 4]; 8] = [
    [0, 4, 8, 12],
    [1, 5, 9, 13],
    [2, 6, 10, 14],
    [3, 7, 11, 15],
    [0, 5, 10, 15],
    [1, 6, 11, 12],
    [2, 7, 8, 13],
    [3, 4, 9, 14],
];

/// A hash in the making.
#[derive(Clone)]
pub(crate) struct Blake2b {
    state: [u64; 8],
    buffer: [u8; BLOCK],
    /// Bytes of the buffer that are not yet mixed in. A full buffer waits, because the last block is treated apart.
    filled: usize,
    /// Bytes mixed in so far.
    mixed: u64,
}

impl Blake2b {
    pub(crate) fn new() -> Self {
        let mut state = START;
        // Parameter block: 64 bytes of output, no key, one leaf.
        state[0] ^= 0x0101_0040;
        Self { state, buffer: [0; BLOCK], filled: 0, mixed: 0 }
    }

    pub(crate) fn update(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            if self.filled == BLOCK {
                self.mixed = self.mixed.wrapping_add(BLOCK as u64);
                self.compress(false);
                self.filled = 0;
            }
            let (now, later) = bytes.split_at(bytes.len().min(BLOCK - self.filled));
            self.buffer[self.filled..self.filled + now.len()].copy_from_slice(now);
            self.filled += now.len();
            bytes = later;
        }
    }

    pub(crate) fn finish(mut self) -> [u8; 64] {
        self.buffer[self.filled..].fill(0);
        self.mixed = self.mixed.wrapping_add(self.filled as u64);
        self.compress(true);
        let mut out = [0u8; 64];
        for (chunk, word) in out.as_chunks_mut::<8>().0.iter_mut().zip(self.state) {
            *chunk = word.to_le_bytes();
        }
        out
    }

    /// The hash of some bytes.
    pub(crate) fn of(bytes: &[u8]) -> [u8; 64] {
        let mut hash = Self::new();
        hash.update(bytes);
        hash.finish()
    }

    /// The state as snarkjs stores it: buffer, eight words, bytes mixed in, bytes waiting, eight zero bytes.
    pub(crate) fn store(&self) -> [u8; STATE_BYTES] {
        let mut out = [0u8; STATE_BYTES];
        out[..BLOCK].copy_from_slice(&self.buffer);
        let words = self.state.iter().copied().chain([self.mixed, self.filled as u64]);
        for (chunk, word) in out[BLOCK..].as_chunks_mut::<8>().0.iter_mut().zip(words) {
            *chunk = word.to_le_bytes();
        }
        out
    }

    /// Reads a stored state.
    ///
    /// # Errors
    /// [`CeremonyError::Format`] when it is none.
    pub(crate) fn load(stored: &[u8; STATE_BYTES]) -> Result<Self> {
        let refuse = || CeremonyError::format("ptau", "a contribution's half-finished hash is malformed");
        let (buffer, words) = stored.split_at(BLOCK);
        let mut numbers = [0u64; 11];
        for (number, chunk) in numbers.iter_mut().zip(words.as_chunks::<8>().0) {
            *number = u64::from_le_bytes(*chunk);
        }
        let [state @ .., mixed, filled, zero] = numbers;
        let filled = usize::try_from(filled).ok().filter(|filled| *filled <= BLOCK).ok_or_else(refuse)?;
        if mixed % BLOCK as u64 != 0 || zero != 0 {
            return Err(refuse());
        }
        Ok(Self { state, buffer: buffer.try_into().map_err(|_| refuse())?, filled, mixed })
    }

    fn compress(&mut self, last: bool) {
        let mut message = [0u64; 16];
        for (word, chunk) in message.iter_mut().zip(self.buffer.as_chunks::<8>().0) {
            *word = u64::from_le_bytes(*chunk);
        }
        let mut work = [0u64; 16];
        work[..8].copy_from_slice(&self.state);
        work[8..].copy_from_slice(&START);
        work[12] ^= self.mixed;
        if last {
            work[14] = !work[14];
        }
        for round in 0..12 {
            let order = &ORDER[round % 10];
            for (step, lanes) in MIXED.iter().enumerate() {
                mix(&mut work, *lanes, message[order[2 * step]], message[order[2 * step + 1]]);
            }
        }
        for (index, word) in self.state.iter_mut().enumerate() {
            *word ^= work[index] ^ work[index + 8];
        }
    }
}

fn mix(work: &mut [u64; 16], [a, b, c, d]: [usize; 4], x: u64, y: u64) {
    work[a] = work[a].wrapping_add(work[b]).wrapping_add(x);
    work[d] = (work[d] ^ work[a]).rotate_right(32);
    work[c] = work[c].wrapping_add(work[d]);
    work[b] = (work[b] ^ work[c]).rotate_right(24);
    work[a] = work[a].wrapping_add(work[b]).wrapping_add(y);
    work[d] = (work[d] ^ work[a]).rotate_right(16);
    work[c] = work[c].wrapping_add(work[d]);
    work[b] = (work[b] ^ work[c]).rotate_right(63);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn it_is_blake2b_of_the_rfc() {
        let abc = "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1\
                   7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923";
        assert_eq!(hex::encode(Blake2b::of(b"abc")), abc);
        let empty = "786a02f742015903c6c6fd852552d272912f4740e15847618a86e217f71f5419\
                     d25e1031afee585313896444934eb04b903a685b1448b755d56f701afe9be2ce";
        assert_eq!(hex::encode(Blake2b::of(b"")), empty);
    }

    #[test]
    fn a_stored_state_goes_on_where_it_stopped() {
        let bytes: Vec<u8> = (0..700u32).map(|index| index.to_le_bytes()[0]).collect();
        for cut in [0, 1, 127, 128, 129, 255, 256, 257, 512, 700] {
            let mut first = Blake2b::new();
            first.update(&bytes[..cut]);
            let mut second = Blake2b::load(&first.store()).unwrap();
            second.update(&bytes[cut..]);
            assert_eq!(second.finish(), Blake2b::of(&bytes), "{cut}");
        }
    }

    #[test]
    fn a_malformed_state_is_refused() {
        let good = Blake2b::new().store();
        for (place, value) in [(192, 1), (200, 129), (207, 1), (208, 1), (215, 1)] {
            let mut bad = good;
            bad[place] = value;
            assert!(Blake2b::load(&bad).is_err(), "{place}");
        }
    }
}
