//! The chain as a contract sees it: where and when it runs, money, code, hashes, signatures, curves and proofs.

mod code;
mod context;
mod crypto;
mod curve;
mod money;

pub use code::{Creation, code_hash, set_code};
pub use context::{
    call_depth, caller, emit, gas_left, genesis_id, height, is_called_by_account, is_static, log, now, revert,
    self_address, value,
};
pub use crypto::{blake3, ed25519_verify, keccak256, poseidon, secp256k1_recover, secp256r1_verify, sha256};
pub use curve::{
    bn254_add, bn254_msm, bn254_mul, bn254_pairing, equality_verify, groth16_verify, membership_verify, range_verify,
};
pub use money::{TransferError, asset_balance, asset_transfer, balance, transfer};

#[cfg(target_arch = "wasm32")]
pub(crate) use context::never;
