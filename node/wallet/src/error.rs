//! What can go wrong with keys, keystores, transactions and proofs, with what to do about it. No message contains a
//! secret or a password.

use crate::contract::printable;
use std::path::PathBuf;
use tacit_rpc::client::ClientError;

/// A failure of this crate.
#[derive(Debug, thiserror::Error)]
pub enum WalletError {
    /// The words are no mnemonic.
    #[error("these are not the words of a mnemonic ({0}); check number, spelling and order of the words")]
    Mnemonic(String),
    /// Another number of words than 12 or 24.
    #[error("a mnemonic has 12 or 24 words, not {0}")]
    WordCount(usize),
    /// A derivation index beyond what SLIP-10 has.
    #[error("the index of an account lies below 2^31")]
    AccountIndex,
    /// The bytes are no secret key.
    #[error("a secret key is 32 bytes in hexadecimal")]
    SecretKey,
    /// The operating system gave no random numbers.
    #[error("the operating system gave no random numbers: {0}")]
    Random(String),
    /// A name that no keystore entry may have.
    #[error("`{0}` is no name for a key: use 1 to 32 of the characters a-z 0-9 - _")]
    KeyName(String),
    /// A key of that name exists.
    #[error("a key named `{0}` exists already; choose another name or move the file away")]
    KeyExists(String),
    /// There is no key of that name.
    #[error("there is no key named `{name}` in {}; `tacit keys list` shows those that are", directory.display())]
    KeyUnknown {
        /// The name.
        name: String,
        /// Where it was looked for.
        directory: PathBuf,
    },
    /// The keystore file cannot be read as one.
    #[error("{} is no keystore file ({reason}); restore it from a backup or from the mnemonic", path.display())]
    KeystoreFormat {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The password is wrong, or somebody changed the file.
    #[error("the password is wrong, or {} was changed; try again, then restore it from a backup", path.display())]
    Unlock {
        /// The file.
        path: PathBuf,
    },
    /// Other people can read the file.
    #[error("{} can be read by others; run `chmod 600` on it", path.display())]
    Permissions {
        /// The file.
        path: PathBuf,
    },
    /// An empty or far too long password.
    #[error("a password has 1 to {max} bytes", max = crate::password::PASSWORD_BYTES_MAX)]
    Password,
    /// The two passwords differ.
    #[error("the two passwords differ; type the same one twice")]
    PasswordsDiffer,
    /// A file could not be used.
    #[error("cannot use {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The entry is of another kind than the verb needs.
    #[error("`{0}` is a single key, it has only account 0; use a mnemonic for more accounts")]
    SingleKey(String),
    /// A single key has no shielded account.
    #[error("`{0}` is a single key and has no shielded account; use a mnemonic")]
    NotShielded(String),
    /// The entry is a viewing key.
    #[error("`{0}` is a viewing key: it sees and cannot spend; use the wallet's words")]
    ViewingOnly(String),
    /// A transaction that cannot be built.
    #[error(transparent)]
    Build(#[from] crate::builder::BuildError),
    /// A text that is no amount.
    #[error("`{text}` is no amount: {reason}")]
    Amount {
        /// What was given.
        text: String,
        /// Why it is refused.
        reason: &'static str,
    },
    /// An address that is refused.
    #[error(transparent)]
    Address(#[from] tacit_types::address::AddressError),
    /// The node refused, did not answer, or answered nonsense.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The node is on another chain than expected.
    #[error("the node is on chain {found}, expected {expected}; check the node's address")]
    OtherChain {
        /// What the caller expected.
        expected: String,
        /// What the node says.
        found: String,
    },
    /// The transaction was tried out on the state of a height, or is in its block, and its body failed.
    #[error("at height {height} the transaction fails: {name}: {}", with_detail(message, detail.as_deref()))]
    BodyFailed {
        /// The height.
        height: u64,
        /// Name of the rejection.
        name: String,
        /// What was wrong and what to do.
        message: String,
        /// What the node said beyond that; only of what was tried out.
        detail: Option<String>,
        /// The code that a contract reverted with.
        contract_code: Option<u32>,
    },
    /// A gas limit under which the node cannot try a transaction out.
    #[error(
        "it fails with {tried} gas, the most that is tried out, and {limit} were said; send it with --unchecked if it needs more: {failure}"
    )]
    TooDear {
        /// The limit that was said.
        limit: u64,
        /// The limit that was tried.
        tried: u64,
        /// What happened under that.
        failure: Box<WalletError>,
    },
    /// A multisig draft that does not fit together.
    #[error("the multisig draft is refused: {0}")]
    Draft(String),
    /// Bytes from which no shielded spending key follows; none are known.
    #[error("no shielded key follows from this account; use the next one")]
    ShieldedKey,
    /// A shielded address or a viewing key that is refused.
    #[error(transparent)]
    KeyText(#[from] crate::shielded::KeyTextError),
    /// A text that is no memo.
    #[error(transparent)]
    Memo(#[from] crate::shielded::MemoError),
    /// What was wanted cannot be paid.
    #[error(transparent)]
    Plan(#[from] crate::shielded::PlanError),
    /// A plan and what it is to be built from do not fit together.
    #[error("the transaction cannot be built as planned: {0}")]
    PlanMismatch(&'static str),
    /// A note that is encrypted for another address than its own.
    #[error(transparent)]
    ForeignNote(#[from] crate::shielded::ForeignNote),
    /// A payment disclosure that shows nothing.
    #[error(transparent)]
    Disclosure(#[from] crate::shielded::DisclosureError),
    /// A prover gave no proof.
    #[error(transparent)]
    Prover(#[from] crate::shielded::ProverError),
    /// A prover gave a proof that does not verify.
    #[error("a proof does not verify; nothing was signed or sent; use another prover, or report this")]
    BadProof,
    /// A file of what is known of the chain is damaged. It was dropped.
    #[error("{} was dropped: {reason}; `tacit wallet sync` fetches it again", path.display())]
    Cache {
        /// The file.
        path: PathBuf,
        /// What was wrong with it.
        reason: &'static str,
    },
    /// What is stored does not suffice.
    #[error("the wallet does not know enough of the chain yet; run `tacit wallet sync`")]
    Missing,
    /// Another process has the wallet open.
    #[error("another process works with this wallet ({}); wait until it is done", path.display())]
    Busy {
        /// The wallet's folder.
        path: PathBuf,
    },
    /// A node contradicts itself about some heights.
    #[error("the node's answers about heights {from} to {to} do not fit together: {reason}; ask another node")]
    BadChain {
        /// First height.
        from: u64,
        /// Last height.
        to: u64,
        /// What does not fit.
        reason: &'static str,
    },
    /// A statement that is false, or cannot be proven.
    #[error("the proof cannot be made: {0}")]
    Prove(#[from] tacit_circuits::ProveError),
    /// A value of a statement is refused.
    #[error("the statement is refused: {0}")]
    Statement(#[from] tacit_circuits::Reject),
    /// The leaves at hand are not those that the poll was opened with.
    #[error("the group's leaves do not lead to the root that the poll was opened with; ask another node")]
    PollLeaves,
    /// The credential is not in the issuer's tree.
    #[error("the credential is not among the issuer's leaves, or was revoked; check holder, credential and issuer")]
    NoCredential,
    /// A file that is no credential.
    #[error("the credential file is refused: {0}")]
    CredentialFile(String),
    /// The member is not in the group.
    #[error("the secret belongs to no member of the group with weight {weight}; check secret, weight and group")]
    NotAMember {
        /// The weight that was tried.
        weight: u64,
    },
    /// What a contract says about itself cannot be read.
    #[error("the contract's spec cannot be used: {0}; encode the input yourself and say --input 0x..")]
    Spec(String),
    /// A function that the spec does not have.
    #[error("the contract has no function `{name}`; it has {known}")]
    FunctionUnknown {
        /// What was asked for.
        name: String,
        /// Those that there are.
        known: String,
    },
    /// A value that does not fit its type.
    #[error("{name}: {reason}")]
    Argument {
        /// Which argument.
        name: String,
        /// What was expected.
        reason: String,
    },
    /// Bytes that do not encode what the spec says.
    #[error("the bytes are not what the contract's spec says: {0}")]
    Output(String),
    /// Neither an address nor an alias.
    #[error("`{text}` is no address: {why}")]
    AddressUnknown {
        /// What was given.
        text: String,
        /// Why it is refused.
        why: String,
    },
    /// A name that no alias may have.
    #[error("`{0}` is no alias: use 1 to 32 of the characters a-z 0-9 - _, beginning with a letter and not with tct")]
    AliasName(String),
    /// The alias stands for another address.
    #[error("the alias `{0}` stands for another address; remove it first")]
    AliasTaken(String),
    /// The alias book cannot be read or written.
    #[error("the alias book {} cannot be used: {reason}", path.display())]
    AliasFile {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
}

impl WalletError {
    /// The code that a contract reverted with, where that is what went wrong.
    #[must_use]
    pub fn contract_code(&self) -> Option<u32> {
        match self {
            Self::BodyFailed { contract_code, .. } => *contract_code,
            Self::TooDear { failure, .. } => failure.contract_code(),
            Self::Client(error) => error.contract_code(),
            _ => None,
        }
    }
}

/// What was wrong and what the node said beyond that, without what a terminal would obey.
#[must_use]
pub fn with_detail(message: &str, detail: Option<&str>) -> String {
    match detail.map(printable) {
        None => message.to_owned(),
        // The detail of a contract's own code begins with the message.
        Some(detail) if detail.starts_with(message) => detail,
        Some(detail) => format!("{message}: {detail}"),
    }
}
