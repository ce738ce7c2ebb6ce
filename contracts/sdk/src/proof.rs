//! Asking the chain whether somebody has proven something.
//!
//! A contract puts together the statement it demands, with its own bounds, names and scopes and with what the caller
//! tells (commitments, pseudonyms, roots), and asks since when the caller has it recorded. Nothing that the caller tells
//! need be believed: another statement has another id. The statement's bytes are those of the `prove` action.

use crate::{Address, host};

/// Longest statement in bytes.
const STATEMENT_BYTES: usize = 512;

/// A statement that the chain can have verified.
///
/// ```no_run
/// # use tacit_sdk::prelude::*;
/// # use tacit_sdk::Statement;
/// # #[error] pub enum Error { /** Prove it first. */ NotProven = 1, }
/// /// Lets in who has proven that the value in a commitment is at least 18.
/// fn enter(commitment: [u8; 32]) -> Result<(), Error> {
///     let adult = Statement::range(&commitment, (18, u128::MAX), "age");
///     adult.proven_by(&env::caller()).map(|_| ()).ok_or(Error::NotProven)
/// }
/// # enter([0; 32]).unwrap();
/// ```
pub struct Statement {
    bytes: [u8; STATEMENT_BYTES],
    len: usize,
}

/// What a *credential* statement says; see `docs/spec/identity.md`.
///
/// ```no_run
/// # use tacit_sdk::{Address, Credential, Statement};
/// # let (issuer, root, pseudonym, commitment, sender) = ([1; 32], [2; 32], [3; 32], [4; 32], Address::ZERO);
/// let resident = Credential {
///     issuer: &issuer,
///     root: &root,
///     kind: "residence",
///     application: "our club",
///     pseudonym: &pseudonym,
///     commitment: &commitment,
///     low: 1,
///     high: 1,
///     purpose: "join",
/// };
/// let since = Statement::credential(&resident).proven_by(&sender);
/// # let _ = since;
/// ```
pub struct Credential<'a> {
    /// Whose credentials count.
    pub issuer: &'a [u8; 32],
    /// The issuer's root that the proof names.
    pub root: &'a [u8; 32],
    /// Which attribute.
    pub kind: &'a str,
    /// To whom the pseudonym is shown.
    pub application: &'a str,
    /// The holder's name in the application.
    pub pseudonym: &'a [u8; 32],
    /// A commitment to the value.
    pub commitment: &'a [u8; 32],
    /// The smallest value that will do.
    pub low: u128,
    /// The largest value that will do.
    pub high: u128,
    /// What the proof is for.
    pub purpose: &'a str,
}

impl Statement {
    const fn new(tag: u8) -> Self {
        let mut bytes = [0; STATEMENT_BYTES];
        bytes[0] = tag;
        Self { bytes, len: 1 }
    }

    /// `commitment` opens to a value between the bounds.
    #[must_use]
    pub fn range(commitment: &[u8; 32], (low, high): (u128, u128), purpose: &str) -> Self {
        Self::new(0).bytes(commitment).bytes(&low.to_le_bytes()).bytes(&high.to_le_bytes()).name(purpose)
    }

    /// Two commitments hide one value.
    #[must_use]
    pub fn equality(left: &[u8; 32], right: &[u8; 32], purpose: &str) -> Self {
        Self::new(2).bytes(left).bytes(right).name(purpose)
    }

    /// The sender holds a credential.
    #[must_use]
    pub fn credential(credential: &Credential<'_>) -> Self {
        Self::new(3)
            .bytes(credential.issuer)
            .bytes(credential.root)
            .name(credential.kind)
            .name(credential.application)
            .bytes(credential.pseudonym)
            .bytes(credential.commitment)
            .bytes(&credential.low.to_le_bytes())
            .bytes(&credential.high.to_le_bytes())
            .name(credential.purpose)
    }

    /// The height since which the chain records that `sender` has proven this; `None` when it does not, or not any more.
    #[must_use]
    pub fn proven_by(&self, sender: &Address) -> Option<u64> {
        let statement = self.bytes.get(..self.len).unwrap_or_default();
        let mut id = [0; 32];
        // SAFETY: the host reads an address and the slice, and writes 32 bytes.
        unsafe {
            host::proof_id(
                host::pointer(&sender.0),
                host::pointer(statement),
                host::length(statement),
                host::pointer_mut(&mut id),
            );
        }
        // SAFETY: the host reads 32 bytes.
        let height = unsafe { host::proof_height(host::pointer(&id)) }.cast_unsigned();
        (height != 0).then_some(height)
    }

    /// Appends bytes. Names longer than the chain allows could run over the end: what does not fit is left out, and the
    /// statement is one that nobody can have proven.
    fn bytes(mut self, bytes: &[u8]) -> Self {
        let end = self.len.saturating_add(bytes.len());
        if let Some(room) = self.bytes.get_mut(self.len..end) {
            room.copy_from_slice(bytes);
            self.len = end;
        }
        self
    }

    fn name(self, name: &str) -> Self {
        let length = u32::try_from(name.len()).unwrap_or(u32::MAX);
        self.bytes(&length.to_le_bytes()).bytes(name.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_are_encoded_as_prove_actions() {
        let range = Statement::range(&[7; 32], (18, u128::MAX), "bar");
        let mut expected = [0u8; 1 + 32 + 16 + 16 + 4 + 3];
        expected[1..33].fill(7);
        expected[33] = 18;
        expected[49..65].fill(0xff);
        expected[65] = 3;
        expected[69..].copy_from_slice(b"bar");
        assert_eq!(range.bytes.get(..range.len), Some(&expected[..]));
        assert_eq!(Statement::equality(&[1; 32], &[2; 32], "x").len, 1 + 32 + 32 + 4 + 1);
    }

    #[test]
    fn names_that_are_too_long_give_a_statement_and_no_overflow() {
        let long = core::str::from_utf8(&[b'a'; 600]).unwrap_or_default();
        assert!(Statement::equality(&[1; 32], &[2; 32], long).len <= STATEMENT_BYTES);
    }
}
