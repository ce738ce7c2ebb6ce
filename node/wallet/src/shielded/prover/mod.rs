//! Proofs of join-splits, made here or by somebody else who is trusted to see but not to spend.
//!
//! A prover learns the notes, `ak`, `nk` and the blinding of one join-split: it sees what moves and could recognise the
//! wallet's notes. It never gets what signs, so the worst it can do is refuse, tell, or answer nonsense, and the wallet
//! verifies every proof before it signs.

mod frame;
mod job;
mod remote;
mod serve;

pub use frame::{FRAME_BYTES_MAX, ProverRefusal};
pub use job::{JobInput, JobOutput, ProofJob};
pub use remote::RemoteProver;
pub use serve::{CONNECTIONS_MAX, Served, answer, serve};

use tacit_circuits::{ProofBytes, ProvingKeys};

/// Why a prover gave no proof.
#[derive(Debug, thiserror::Error)]
pub enum ProverError {
    /// The prover could not be reached, or the connection broke.
    #[error("the prover at {place} cannot be used: {source}; is `tacit prover` running there?")]
    Io {
        /// Where it should be.
        place: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The prover refused.
    #[error("the prover refused: {0}")]
    Refused(ProverRefusal),
    /// The prover answered something else than it should.
    #[error("the prover answered nonsense ({0}); use another one")]
    Nonsense(&'static str),
    /// What was to be proven is false or malformed.
    #[error("the join-split cannot be proven: {0}")]
    Job(#[from] tacit_circuits::Reject),
    /// Proving failed.
    #[error(transparent)]
    Prove(#[from] tacit_circuits::ProveError),
}

/// Makes proofs of join-splits.
pub trait ProofService: Sync {
    /// The proof of one join-split. Called from several threads.
    ///
    /// # Errors
    /// [`ProverError`].
    fn prove(&self, job: &ProofJob) -> Result<ProofBytes, ProverError>;

    /// How many proofs are worth making at a time.
    fn parallel(&self) -> usize;
}

/// Proves on this machine, in this process.
#[derive(Debug, Clone)]
pub struct LocalProver(ProvingKeys);

impl LocalProver {
    /// With these keys.
    #[must_use]
    pub const fn new(keys: ProvingKeys) -> Self {
        Self(keys)
    }
}

impl ProofService for LocalProver {
    fn prove(&self, job: &ProofJob) -> Result<ProofBytes, ProverError> {
        job.prove(&self.0)
    }

    fn parallel(&self) -> usize {
        std::thread::available_parallelism().map_or(1, usize::from)
    }
}
