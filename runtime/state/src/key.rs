//! Every key of the state, in one table. The keys are public: proofs name them and programs outside read them, so a
//! row is never changed, only added.
//!
//! | tag | rest of the key | value |
//! |---|---|---|
//! | 0 | - | chain parameters (`ChainParams`) |
//! | 1 | - | fee state (`record::FeeState`) |
//! | 2 | - | validators of the height after next (`ValidatorSet`); see `exec::block` |
//! | 3 | - | native supply (`Amount`) |
//! | 10 | address | account (`record::Account`) |
//! | 11 | address | contract (`record::Contract`) |
//! | 12 | address, contract's own key | contract's own value |
//! | 13 | code hash | wasm module, as deployed |
//! | 20 | group id | group (`record::Group`) |
//! | 21 | group id, index (8 bytes, big-endian) | member's leaf (32 bytes) |
//! | 22 | group id, hash of the scope, nullifier | height at which it was spent (8 bytes, little-endian) |
//! | 23 | proof id | record of a verified proof (`record::ProofRecord`) |

use tacit_types::{Address, CodeHash, FieldBytes, GroupId, Name, ProofId, codec};

/// A flat key.
pub type Key = Vec<u8>;

const PARAMS: u8 = 0;
const FEES: u8 = 1;
const VALIDATORS: u8 = 2;
const SUPPLY: u8 = 3;
const ACCOUNT: u8 = 10;
const CONTRACT: u8 = 11;
const CONTRACT_STORAGE: u8 = 12;
const CODE: u8 = 13;
const GROUP: u8 = 20;
const GROUP_MEMBER: u8 = 21;
const NULLIFIER: u8 = 22;
const PROOF: u8 = 23;

fn join(tag: u8, parts: &[&[u8]]) -> Key {
    let length = parts.iter().map(|part| part.len()).fold(1, usize::saturating_add);
    let mut key = Vec::with_capacity(length);
    key.push(tag);
    parts.iter().for_each(|part| key.extend_from_slice(part));
    key
}

/// Chain parameters.
#[must_use]
pub fn params() -> Key {
    join(PARAMS, &[])
}

/// Fee state.
#[must_use]
pub fn fees() -> Key {
    join(FEES, &[])
}

/// Validators of the height after next.
#[must_use]
pub fn validators() -> Key {
    join(VALIDATORS, &[])
}

/// Native supply.
#[must_use]
pub fn supply() -> Key {
    join(SUPPLY, &[])
}

/// An account.
#[must_use]
pub fn account(address: &Address) -> Key {
    join(ACCOUNT, &[&address.0])
}

/// Prefix of all accounts.
#[must_use]
pub fn accounts_prefix() -> Key {
    join(ACCOUNT, &[])
}

/// A contract.
#[must_use]
pub fn contract(address: &Address) -> Key {
    join(CONTRACT, &[&address.0])
}

/// A contract's own entry.
#[must_use]
pub fn contract_storage(address: &Address, key: &[u8]) -> Key {
    join(CONTRACT_STORAGE, &[&address.0, key])
}

/// Stored code.
#[must_use]
pub fn code(hash: &CodeHash) -> Key {
    join(CODE, &[&hash.0])
}

/// A group.
#[must_use]
pub fn group(group: &GroupId) -> Key {
    join(GROUP, &[&group.0])
}

/// Leaf `index` of a group.
#[must_use]
pub fn group_member(group: &GroupId, index: u64) -> Key {
    join(GROUP_MEMBER, &[&group.0, &index.to_be_bytes()])
}

/// Prefix of all leaves of a group.
#[must_use]
pub fn group_members_prefix(group: &GroupId) -> Key {
    join(GROUP_MEMBER, &[&group.0])
}

/// A spent nullifier of a group's scope.
#[must_use]
pub fn nullifier(group: &GroupId, scope: &Name, nullifier: &FieldBytes) -> Key {
    let scope_hash = codec::hash("tacit 2026-11 nullifier scope key", &[scope.as_str().as_bytes()]);
    join(NULLIFIER, &[&group.0, &scope_hash, &nullifier.0])
}

/// A recorded proof.
#[must_use]
pub fn proof(proof: &ProofId) -> Key {
    join(PROOF, &[&proof.0])
}
