//! The wallet's side of delegated proving: a Unix socket behind which `tacit prover` waits.

use super::frame::{self, Answer, Question};
use super::{ProofJob, ProofService, ProverError};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::time::Duration;
use tacit_circuits::ProofBytes;

/// How long a proof may take before the prover counts as gone.
const PATIENCE: Duration = Duration::from_secs(120);
/// Proofs asked for at a time; the prover knows how many cores it has, and waiting costs nothing here.
const PARALLEL: usize = 4;

/// A prover behind a Unix socket.
#[derive(Debug, Clone)]
pub struct RemoteProver {
    socket: PathBuf,
}

impl RemoteProver {
    /// The prover that listens at `socket`.
    #[must_use]
    pub fn new(socket: impl Into<PathBuf>) -> Self {
        Self { socket: socket.into() }
    }

    fn ask(&self, question: &Question) -> Result<Option<Answer>, std::io::Error> {
        let mut stream = UnixStream::connect(&self.socket)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        frame::write(&mut stream, question)?;
        let bytes = frame::read(&mut stream)?.ok_or(std::io::ErrorKind::UnexpectedEof)?;
        Ok(Answer::decode(&bytes))
    }
}

impl ProofService for RemoteProver {
    fn prove(&self, job: &ProofJob) -> Result<ProofBytes, ProverError> {
        let place = || self.socket.display().to_string();
        let answer = self.ask(&Question::Prove(job.clone()));
        match answer.map_err(|source| ProverError::Io { place: place(), source })? {
            Some(Answer::Proof(proof)) => Ok(ProofBytes(proof)),
            Some(Answer::Refused(refusal)) => Err(ProverError::Refused(refusal)),
            None => Err(ProverError::Nonsense("no answer that can be read")),
        }
    }

    fn parallel(&self) -> usize {
        PARALLEL
    }
}
