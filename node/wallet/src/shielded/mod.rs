//! Private money: keys, addresses, notes and their encryption, transactions of the pool, and the proof that one was
//! paid.
//!
//! Byte by byte this is `docs/spec/privacy.md`. Secrets are wiped when dropped and have no `Debug` that shows them.
//! What comes from the chain is never trusted: a note counts as received only after every check of the specification.

mod address;
pub mod balance;
pub mod build;
mod derive;
pub mod disclosure;
pub mod history;
mod keys;
pub mod ledger;
mod memo;
mod note;
mod note_cipher;
pub mod pending;
pub mod plan;
pub mod prover;
mod scan;
pub mod source;
pub mod store;
pub mod sync;
#[cfg(feature = "testing")]
pub mod testing;
mod text;
pub mod tree;
mod viewing;
mod wallet;
pub mod witness;

pub use address::{ADDRESS_BYTES, Diversifier, ShieldedAddress};
pub use disclosure::{Disclosure, DisclosureError};
pub use keys::SpendingKey;
pub use memo::{Memo, MemoError, MemoKey};
pub use note::{DecryptedNote, Note, SpendableNote};
pub use note_cipher::{ForeignNote, SentNote, encrypt, recover_sent, try_decrypt};
pub use plan::{PlanError, expiry_step, price_step};
pub use prover::ProverError;
pub use text::KeyTextError;
pub use viewing::{FullViewingKey, IncomingViewingKey, OutgoingKey, ViewingKey};
pub use wallet::{Planned, ShieldedWallet};
