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
//! | 16 | code hash | what loading that module is charged as, in bytes (4 bytes, little-endian) |
//! | 14 | address, asset id | balance of an asset other than the native one (`Amount`) |
//! | 15 | asset id | asset (`record::Asset`) |
//! | 20 | group id | group (`record::Group`) |
//! | 21 | group id, index (8 bytes, big-endian) | member's leaf (32 bytes) |
//! | 22 | group id, hash of the scope, nullifier | height at which it was spent (8 bytes, little-endian) |
//! | 23 | proof id | record of a verified proof (`record::ProofRecord`) |
//! | 24 | poll id | poll (`record::Poll`) |
//! | 25 | poll id, nullifier | height at which the vote was counted (8 bytes, little-endian) |
//! | 26 | issuer id | issuer of credentials (`record::Issuer`) |
//! | 27 | issuer id, level (1 byte), index (8 bytes, big-endian) | node of the issuer's tree (32 bytes); level 0 holds the leaves |
//! | 30 | - | note tree of the shielded pool (`record::NoteTree`) |
//! | 31 | root | last height at whose end the root was the note tree's (8 bytes, little-endian); all ones for the current root |
//! | 32 | height (8 bytes, big-endian) | the root whose last height this was (32 bytes) |
//! | 33 | nullifier | height at which the note was spent (8 bytes, little-endian) |
//! | 34 | asset id | what the pool holds of the asset (`Amount`) |
//! | 35 | - | last height at which the pool stands still (8 bytes, little-endian) |
//! | 36 | index (4 bytes, big-endian) | full subtree of 2^16 notes (`record::Subtree`) |
//! | 40 | key id | registered verifying key, as submitted |

use tacit_types::{
    Address, AssetId, CodeHash, FieldBytes, GroupId, Height, IssuerId, KeyId, Name, PollId, ProofId, codec,
};

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
const CODE_LOAD: u8 = 16;
const GROUP: u8 = 20;
const GROUP_MEMBER: u8 = 21;
const NULLIFIER: u8 = 22;
const PROOF: u8 = 23;
const POLL: u8 = 24;
const VOTE: u8 = 25;
const ISSUER: u8 = 26;
const ISSUER_NODE: u8 = 27;
const ASSET_BALANCE: u8 = 14;
const ASSET: u8 = 15;
const NOTE_TREE: u8 = 30;
const ANCHOR: u8 = 31;
const ANCHOR_END: u8 = 32;
const NOTE_NULLIFIER: u8 = 33;
const TURNSTILE: u8 = 34;
const POOL_PAUSE: u8 = 35;
const VERIFYING_KEY: u8 = 40;
const SUBTREE: u8 = 36;

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

/// What loading stored code is charged as.
#[must_use]
pub fn code_load(hash: &CodeHash) -> Key {
    join(CODE_LOAD, &[&hash.0])
}

/// Prefix of what loading is charged as, for all stored code.
#[must_use]
pub fn code_loads_prefix() -> Key {
    join(CODE_LOAD, &[])
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

/// A registered verifying key.
#[must_use]
pub fn verifying_key(key: &KeyId) -> Key {
    join(VERIFYING_KEY, &[&key.0])
}

/// A recorded proof.
#[must_use]
pub fn proof(proof: &ProofId) -> Key {
    join(PROOF, &[&proof.0])
}

/// A poll.
#[must_use]
pub fn poll(poll: &PollId) -> Key {
    join(POLL, &[&poll.0])
}

/// A vote that was counted.
#[must_use]
pub fn vote(poll: &PollId, nullifier: &FieldBytes) -> Key {
    join(VOTE, &[&poll.0, &nullifier.0])
}

/// An issuer of credentials.
#[must_use]
pub fn issuer(issuer: &IssuerId) -> Key {
    join(ISSUER, &[&issuer.0])
}

/// A node of an issuer's tree; level 0 holds the leaves.
#[must_use]
pub fn issuer_node(issuer: &IssuerId, level: u8, index: u64) -> Key {
    join(ISSUER_NODE, &[&issuer.0, &[level], &index.to_be_bytes()])
}

/// Prefix of all leaves of an issuer's tree.
#[must_use]
pub fn issuer_leaves_prefix(issuer: &IssuerId) -> Key {
    join(ISSUER_NODE, &[&issuer.0, &[0]])
}

/// What an account holds of an asset other than the native one.
#[must_use]
pub fn asset_balance(address: &Address, asset: &AssetId) -> Key {
    join(ASSET_BALANCE, &[&address.0, &asset.0])
}

/// Prefix of everything that an account holds besides native money.
#[must_use]
pub fn asset_balances_prefix(address: &Address) -> Key {
    join(ASSET_BALANCE, &[&address.0])
}

/// Prefix of everything that anybody holds besides native money; the asset's id ends the key.
#[must_use]
pub fn all_asset_balances_prefix() -> Key {
    join(ASSET_BALANCE, &[])
}

/// Prefix of all assets.
#[must_use]
pub fn assets_prefix() -> Key {
    join(ASSET, &[])
}

/// An asset.
#[must_use]
pub fn asset(asset: &AssetId) -> Key {
    join(ASSET, &[&asset.0])
}

/// The note tree of the shielded pool.
#[must_use]
pub fn note_tree() -> Key {
    join(NOTE_TREE, &[])
}

/// Until when a root of the note tree was current.
#[must_use]
pub fn anchor(root: &FieldBytes) -> Key {
    join(ANCHOR, &[&root.0])
}

/// Prefix of all roots of the note tree that may be named.
#[must_use]
pub fn anchors_prefix() -> Key {
    join(ANCHOR, &[])
}

/// The root of the note tree that was current at the end of `height` and not after.
#[must_use]
pub fn anchor_end(height: Height) -> Key {
    join(ANCHOR_END, &[&height.0.to_be_bytes()])
}

/// A spent note.
#[must_use]
pub fn note_nullifier(nullifier: &FieldBytes) -> Key {
    join(NOTE_NULLIFIER, &[&nullifier.0])
}

/// What the pool holds of an asset.
#[must_use]
pub fn turnstile(asset: &AssetId) -> Key {
    join(TURNSTILE, &[&asset.0])
}

/// Prefix of what the pool holds of all assets.
#[must_use]
pub fn turnstiles_prefix() -> Key {
    join(TURNSTILE, &[])
}

/// Until when the pool stands still.
#[must_use]
pub fn pool_pause() -> Key {
    join(POOL_PAUSE, &[])
}

/// A full subtree of the note tree.
#[must_use]
pub fn subtree(index: u32) -> Key {
    join(SUBTREE, &[&index.to_be_bytes()])
}

/// Prefix of all full subtrees.
#[must_use]
pub fn subtrees_prefix() -> Key {
    join(SUBTREE, &[])
}
