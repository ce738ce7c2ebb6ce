//! How storage is laid out, as a hash that the compiler makes of what is really stored: types count by what they are made
//! of, wherever they are declared and whatever they are called there, and lengths by their numbers. It must never leave out
//! anything that decides what stored bytes mean. None of it is code in a contract.
//!
//! The hash is no defence against an author, who can write any into the module's section: it finds what was overlooked. So
//! it need not be a cryptographic one, and is FNV-1a with 256 bits, which the compiler computes fast.

/// The hash of a layout, or of a part of one.
pub type Layout = [u8; 32];

/// What FNV with 256 bits begins with, from the lowest 64 bits up.
const BASIS: [u64; 4] = [0x1023_B4C8_CAEE_0535, 0xC8B1_5368_47B6_BBB3, 0x2D98_C384_C4E5_76CC, 0xDD26_8DBC_AAC5_5036];
/// Its prime is 2^168 and this.
const PRIME_LOW: u128 = 0x163;

/// The hash of some parts, each with its length before it, so that no two lists of parts are the same bytes.
#[must_use]
#[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, clippy::as_conversions)] // Runs when compiling.
pub const fn of(parts: &[&[u8]]) -> Layout {
    let (mut state, mut part) = (BASIS, 0);
    while part < parts.len() {
        state = absorb(absorb(state, &(parts[part].len() as u64).to_le_bytes()), parts[part]);
        part += 1;
    }
    let (mut bytes, mut at) = ([0; 32], 0);
    while at < bytes.len() {
        bytes[at] = state[at / 8].to_le_bytes()[at % 8];
        at += 1;
    }
    bytes
}

/// What lies at a prefix under a name. The name counts: it says what a value is for.
#[must_use]
pub const fn entry(name: &str, prefix: u8, kind: &Layout) -> Layout {
    of(&[b"entry", name.as_bytes(), &[prefix], kind])
}

/// A role of the contract's own. Who has it is stored by its id, so what the id means counts.
#[must_use]
pub const fn role(name: &str, id: u8) -> Layout {
    of(&[b"role", name.as_bytes(), &[id]])
}

/// A number, such as a length.
#[must_use]
#[allow(clippy::as_conversions)] // No address is wider than 64 bits.
pub const fn number(number: usize) -> [u8; 8] {
    (number as u64).to_le_bytes()
}

#[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, clippy::as_conversions)] // Runs when compiling.
#[allow(clippy::cast_possible_truncation)]
const fn absorb(mut state: [u64; 4], bytes: &[u8]) -> [u64; 4] {
    let mut at = 0;
    while at < bytes.len() {
        state[0] ^= bytes[at] as u64;
        // Times 2^168: two words and 40 bits.
        let high = [0, 0, state[0] << 40, (state[1] << 40) | (state[0] >> 24)];
        let (mut carry, mut word) = (0_u128, 0);
        while word < state.len() {
            let sum = state[word] as u128 * PRIME_LOW + high[word] as u128 + carry;
            state[word] = sum as u64;
            carry = sum >> 64;
            word += 1;
        }
        at += 1;
    }
    state
}

/// What a module of the SDK keeps: constants as `storage!` makes them, and `LAYOUT`, by which they count in the layout of
/// every contract that has the module.
macro_rules! kept {
    ($($(#[$about:meta])* $name:ident: $kind:ty = $prefix:literal;)+) => {
        $($(#[$about])* const $name: $kind = <$kind>::new($prefix);)+

        /// How this module lays out what it keeps.
        #[doc(hidden)]
        pub const LAYOUT: $crate::layout::Layout =
            $crate::layout::of(&[$(&$crate::layout::entry(stringify!($name), $prefix, &<$kind>::LAYOUT)),+]);
    };
}
pub(crate) use kept;

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)] // Big integers do not overflow.
mod tests {
    use super::*;
    use num_bigint::BigUint;

    fn naive(bytes: &[u8]) -> BigUint {
        let prime = (BigUint::from(1_u8) << 168_u32) + 0x163_u32;
        let whole = BigUint::from(1_u8) << 256_u32;
        // The basis is the hash, from nothing and multiplied first, of this signature.
        let basis = b"chongo <Landon Curt Noll> /\\../\\"
            .iter()
            .fold(BigUint::default(), |state, byte| ((state * &prime) % &whole) ^ BigUint::from(*byte));
        bytes.iter().fold(basis, |state, byte| ((state ^ BigUint::from(*byte)) * &prime) % &whole)
    }

    #[test]
    fn it_is_fnv_of_lengths_and_parts() {
        let all: Vec<u8> = (0..=255).collect();
        for parts in [vec![], vec![&b""[..]], vec![&b"a"[..], &b"bc"[..]], vec![&all[..], &b"\0"[..]]] {
            let mut bytes = Vec::new();
            for part in &parts {
                bytes.extend(u64::try_from(part.len()).unwrap().to_le_bytes());
                bytes.extend(*part);
            }
            assert_eq!(BigUint::from_bytes_le(&of(&parts)), naive(&bytes), "{parts:?}");
        }
    }

    #[test]
    fn where_a_part_ends_counts() {
        assert_ne!(of(&[b"ab", b"c"]), of(&[b"a", b"bc"]));
        assert_ne!(of(&[b"a"]), of(&[b"a", b""]));
    }
}
