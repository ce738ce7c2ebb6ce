//! What code says about itself that the VM enforces: which exports may be entered while their contract runs, to which
//! lock group it belongs, and how its storage is laid out. It stands in the custom section [`ACCESS_SECTION`] as records
//! of a kind byte, a length byte and as many bytes; `docs/spec/vm.md` has the table.

use borsh::{BorshDeserialize, BorshSerialize};
use std::collections::BTreeSet;
use tacit_abi::{ACCESS_LAYOUT, ACCESS_LOCK_GROUP, ACCESS_REENTRANT, MIGRATE_FUNCTION};

/// What a module's access section says. A module without one says nothing: no export may be entered again, it belongs
/// to no group, and code of unknown layout can neither replace other code nor be replaced.
#[derive(Debug, Clone, PartialEq, Eq, Default, BorshSerialize, BorshDeserialize)]
pub struct Access {
    /// Exports that may be entered while their contract is on the call stack.
    pub reentrant: BTreeSet<String>,
    /// The lock group, among contracts of the same creator.
    pub lock_group: Option<[u8; 32]>,
    /// How its storage is laid out.
    pub layout: Option<Layout>,
}

/// How a module lays out its storage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Layout {
    /// Grows with every change of the layout.
    pub version: u32,
    /// The version from which `migrate` takes over.
    pub migrates_from: u32,
    /// Hash of the layout's declaration.
    pub hash: [u8; 32],
}

/// Why an access section is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AccessError {
    /// It ends inside a record.
    #[error("it ends inside a record")]
    Cut,
    /// A record of an unknown kind.
    #[error("a record has the unknown kind {0}")]
    Kind(u8),
    /// A record whose length is not its kind's.
    #[error("a record of kind {0} has a wrong length")]
    Length(u8),
    /// A record that may stand once stands twice.
    #[error("a record of kind {0} stands twice")]
    Twice(u8),
    /// A record names no exported function.
    #[error("a record names a function that is not exported, or not in UTF-8")]
    NotExported,
}

/// How new code follows old code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Succession {
    /// The storage stays as it is.
    SameLayout,
    /// `migrate` of the new code turns the old layout into the new one.
    Migrates,
    /// The new code does not understand what the old one stored.
    Refused,
}

impl Access {
    /// Reads the sections' records; `exports` are the module's exported functions.
    pub(crate) fn parse(mut bytes: &[u8], exports: &[String]) -> Result<Self, AccessError> {
        let mut access = Self::default();
        while let [kind, length, rest @ ..] = bytes {
            let (record, rest) = rest.split_at_checked(usize::from(*length)).ok_or(AccessError::Cut)?;
            access.take(*kind, record, exports)?;
            bytes = rest;
        }
        if bytes.is_empty() { Ok(access) } else { Err(AccessError::Cut) }
    }

    fn take(&mut self, kind: u8, record: &[u8], exports: &[String]) -> Result<(), AccessError> {
        let is_new = match kind {
            ACCESS_REENTRANT => {
                let name = core::str::from_utf8(record).map_err(|_| AccessError::NotExported)?;
                if !exports.iter().any(|export| export == name) {
                    return Err(AccessError::NotExported);
                }
                self.reentrant.insert(name.to_owned())
            }
            ACCESS_LOCK_GROUP => {
                let group = record.try_into().map_err(|_| AccessError::Length(kind))?;
                self.lock_group.replace(group).is_none()
            }
            ACCESS_LAYOUT => {
                let layout = Layout::parse(record).ok_or(AccessError::Length(kind))?;
                self.layout.replace(layout).is_none()
            }
            _ => return Err(AccessError::Kind(kind)),
        };
        if is_new { Ok(()) } else { Err(AccessError::Twice(kind)) }
    }

    /// Whether code of this access, with or without `migrate`, may take over from code of the `old` one.
    pub(crate) fn follows(&self, old: &Self, has_migrate: bool) -> Succession {
        let (Some(new), Some(old)) = (self.layout, old.layout) else { return Succession::Refused };
        if new.version == old.version && new.hash == old.hash {
            return Succession::SameLayout;
        }
        let grows = new.version > old.version && new.migrates_from == old.version;
        if grows && has_migrate { Succession::Migrates } else { Succession::Refused }
    }
}

impl Layout {
    fn parse(record: &[u8]) -> Option<Self> {
        let (version, rest) = record.split_first_chunk::<4>()?;
        let (migrates_from, hash) = rest.split_first_chunk::<4>()?;
        Some(Self {
            version: u32::from_le_bytes(*version),
            migrates_from: u32::from_le_bytes(*migrates_from),
            hash: hash.try_into().ok()?,
        })
    }
}

/// Whether only the chain itself may run this export: `init` when a contract is made, `migrate` when its code changes.
pub(crate) fn is_run_by_the_chain(function: &str) -> bool {
    function == tacit_abi::INIT_FUNCTION || function == MIGRATE_FUNCTION
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn layout(version: u32, migrates_from: u32, hash: u8) -> Access {
        Access { layout: Some(Layout { version, migrates_from, hash: [hash; 32] }), ..Access::default() }
    }

    #[test]
    fn records_are_read_until_the_last_byte() {
        let exports = ["swap".to_owned()];
        let mut bytes = vec![ACCESS_REENTRANT, 4];
        bytes.extend_from_slice(b"swap");
        bytes.extend_from_slice(&[ACCESS_LOCK_GROUP, 32]);
        bytes.extend_from_slice(&[7; 32]);
        let access = Access::parse(&bytes, &exports).unwrap();
        assert!(access.reentrant.contains("swap"));
        assert_eq!(access.lock_group, Some([7; 32]));
        for end in 1..bytes.len() {
            let cut = Access::parse(&bytes[..end], &exports);
            assert!(cut.is_err() || end == 6, "{end} bytes of {} passed", bytes.len());
        }
    }

    #[test]
    fn a_record_of_unknown_kind_length_or_name_is_refused_and_none_stands_twice() {
        let parse = |bytes: &[u8]| Access::parse(bytes, &["swap".to_owned()]).unwrap_err();
        assert_eq!(parse(&[9, 0]), AccessError::Kind(9));
        assert_eq!(parse(&[ACCESS_LOCK_GROUP, 1, 0]), AccessError::Length(ACCESS_LOCK_GROUP));
        assert_eq!(parse(&[ACCESS_REENTRANT, 1, b'x']), AccessError::NotExported);
        assert_eq!(parse(&[ACCESS_REENTRANT, 1, 0xff]), AccessError::NotExported);
        let twice = [[ACCESS_REENTRANT, 4, b's', b'w', b'a', b'p']; 2].concat();
        assert_eq!(parse(&twice), AccessError::Twice(ACCESS_REENTRANT));
    }

    #[test]
    fn code_follows_only_code_whose_storage_it_understands() {
        assert_eq!(layout(1, 0, 5).follows(&layout(1, 0, 5), false), Succession::SameLayout);
        assert_eq!(layout(2, 1, 6).follows(&layout(1, 0, 5), true), Succession::Migrates);
        for (new, old, has_migrate) in [
            (layout(1, 0, 6), layout(1, 0, 5), true),
            (layout(2, 1, 6), layout(1, 0, 5), false),
            (layout(3, 2, 6), layout(1, 0, 5), true),
            (layout(1, 2, 6), layout(2, 0, 5), true),
            (Access::default(), layout(1, 0, 5), true),
            (layout(1, 0, 5), Access::default(), true),
        ] {
            assert_eq!(new.follows(&old, has_migrate), Succession::Refused, "{new:?} after {old:?}");
        }
    }
}
