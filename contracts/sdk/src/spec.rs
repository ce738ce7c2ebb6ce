//! Text put together when compiling: the lines of the spec section, whose types only the compiler knows.
//! None of it is code in a contract.

/// Longest name of a type in bytes.
const NAME_BYTES_MAX: usize = 160;

/// The name of a type as the spec has it.
pub struct TypeName {
    bytes: [u8; NAME_BYTES_MAX],
    len: usize,
}

#[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, clippy::as_conversions)] // Runs when compiling.
#[allow(clippy::cast_possible_truncation)]
impl TypeName {
    /// A name.
    #[must_use]
    pub const fn new(text: &str) -> Self {
        Self { bytes: [0; NAME_BYTES_MAX], len: 0 }.text(text)
    }

    /// The name with text after it. A name that gets too long does not compile.
    #[must_use]
    pub const fn text(self, text: &str) -> Self {
        self.push(text.as_bytes())
    }

    /// The name with another name after it.
    #[must_use]
    pub const fn name(self, other: &Self) -> Self {
        self.push(other.as_bytes())
    }

    /// The name with a number after it.
    #[must_use]
    pub const fn number(self, number: usize) -> Self {
        let name = if number >= 10 { self.number(number / 10) } else { self };
        name.push(&[b'0' + (number % 10) as u8])
    }

    /// The name's bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8] {
        self.bytes.split_at(self.len).0
    }

    const fn push(mut self, text: &[u8]) -> Self {
        assert!(self.len + text.len() <= NAME_BYTES_MAX, "the name of the type is too long: name its parts");
        let mut at = 0;
        while at < text.len() {
            self.bytes[self.len] = text[at];
            self.len += 1;
            at += 1;
        }
        self
    }
}

/// The length of some parts together.
#[must_use]
#[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects)] // Runs when compiling.
pub const fn length(parts: &[&[u8]]) -> usize {
    let (mut sum, mut part) = (0, 0);
    while part < parts.len() {
        sum += parts[part].len();
        part += 1;
    }
    sum
}

/// Some parts one after the other.
#[must_use]
#[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects)] // Runs when compiling.
pub const fn join<const N: usize>(parts: &[&[u8]]) -> [u8; N] {
    let mut joined = [0; N];
    let (mut end, mut part) = (0, 0);
    while part < parts.len() {
        let mut at = 0;
        while at < parts[part].len() {
            joined[end] = parts[part][at];
            end += 1;
            at += 1;
        }
        part += 1;
    }
    joined
}

/// The larger of two sizes.
#[must_use]
pub const fn larger(one: usize, other: usize) -> usize {
    if one > other { one } else { other }
}

/// Describes types of another crate in this contract's spec. There they carry `#[unlisted]`, because a library that describes
/// itself would do so in every contract's data too.
///
/// ```
/// # use tacit_sdk::prelude::*;
/// /// What contracts of one family hand each other; in a library of its own.
/// #[derive(Wire, Clone, Copy)]
/// #[unlisted]
/// pub struct Order {
///     /// How much.
///     pub amount: Amount,
/// }
///
/// // In the module of each contract that takes it.
/// tacit_sdk::listed!(Order);
/// ```
#[macro_export]
macro_rules! listed {
    ($($kind:ty),+ $(,)?) => {$(
        const _: () = {
            #[allow(dead_code)]
            const PARTS: &[&[u8]] = <$kind>::SPEC;
            #[cfg(target_arch = "wasm32")]
            // Without `#[used]`: the compiler keeps sections of its own accord, and with it the linker would put the bytes into
            // the module's data as well.
            #[unsafe(link_section = "tacit.spec")]
            static LINE: [u8; $crate::spec::length(PARTS)] = $crate::spec::join(PARTS);
        };
    )+};
}
