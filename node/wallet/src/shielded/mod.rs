//! Private money: keys, addresses, notes and their encryption, transactions of the pool, and the proof that one was paid.
//!
//! Byte by byte this is `docs/spec/privacy.md`. Secrets are wiped when dropped and have no `Debug` that shows them. What
//! comes from the chain is never trusted: a note counts as received only after every check of the specification.

mod address;
pub mod build;
mod derive;
pub mod disclosure;
mod keys;
mod memo;
mod note;
mod note_cipher;
pub mod plan;
pub mod prover;
mod text;
mod viewing;

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
