//! Spend authority: RedDSA over Baby Jubjub (Zcash protocol specification 5.4.7), the key side and the chain side.
//!
//! A wallet's key `ak = ask * B` never shows on chain. Every join-split has a key of its own, `rk = ak + alpha * B`, whose
//! relation to `ak` the *transfer* circuit proves and under which the transaction is signed with `ask + alpha`. Who knows
//! `ak`, `nk` and `alpha` can prove and cannot sign.
//!
//! The curve is in arkworks' coordinates (`a = 1`); its order is `8 l`. Verification multiplies by the cofactor, so that
//! single and batched verification agree whatever components of small order keys and signatures have. A point or scalar
//! has exactly one accepted encoding. Signatures are not unique: nothing may be identified by one.
//!
//! Scalar multiplications are not constant in time; sign on a machine that an attacker does not measure.

mod batch;
mod key;
mod point;
mod signature;

pub use batch::{SpendItem, verify_batch};
pub use key::{Blinding, SpendKey, SpendSecret};
pub use signature::verify;

use ark_ed_on_bn254::Fr as Scalar;
use ark_ff::PrimeField;
use zeroize::Zeroize;

/// BLAKE3 in derive-key mode over the parts, 64 bytes read as a number and reduced modulo the group's order.
fn hash_to_scalar(context: &'static str, parts: &[&[u8]]) -> Scalar {
    let mut hasher = blake3::Hasher::new_derive_key(context);
    for part in parts {
        hasher.update(part);
    }
    let mut wide = [0u8; 64];
    hasher.finalize_xof().fill(&mut wide);
    let scalar = Scalar::from_le_bytes_mod_order(&wide);
    wide.zeroize();
    scalar
}
