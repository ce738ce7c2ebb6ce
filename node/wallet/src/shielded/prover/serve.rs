//! The prover's side of delegated proving: reads jobs from connections, proves, answers. It keeps nothing.

use super::frame::{self, Answer, ProverRefusal, Question};
use super::{ProofService, ProverError};
use std::io::{Read, Write};
use std::os::unix::net::UnixListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Connections at a time; more are closed at once.
pub const CONNECTIONS_MAX: usize = 16;
/// A connection that says nothing for this long is closed.
const IDLE: Duration = Duration::from_secs(60);

/// What a prover tells its own log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Served {
    /// A proof was made and sent.
    Proof {
        /// How long making it took.
        took: Duration,
    },
    /// A question was refused.
    Refused(ProverRefusal),
}

/// Serves connections until accepting one fails.
///
/// # Errors
/// What accepting a connection fails with.
pub fn serve(
    listener: &UnixListener,
    prover: &Arc<impl ProofService + Send + 'static>,
    report: impl Fn(Served) + Send + Sync + 'static,
) -> Result<(), std::io::Error> {
    let (open, report) = (Arc::new(AtomicUsize::new(0)), Arc::new(report));
    loop {
        let (mut stream, _) = match listener.accept() {
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            accepted => accepted?,
        };
        let place = Place::take(&open);
        let (prover, report) = (Arc::clone(prover), Arc::clone(&report));
        let Some(place) = place else { continue };
        stream.set_read_timeout(Some(IDLE))?;
        stream.set_write_timeout(Some(IDLE))?;
        std::thread::spawn(move || {
            let _place = place;
            // A broken connection is the other side's business.
            let _ = answer(&mut stream, &*prover, &*report);
        });
    }
}

/// Answers questions from one connection until it ends. A question that cannot be read ends it.
///
/// # Errors
/// What reading from or writing to the connection fails with.
pub fn answer(
    stream: &mut (impl Read + Write),
    prover: &impl ProofService,
    report: &impl Fn(Served),
) -> Result<(), std::io::Error> {
    while let Some(bytes) = frame::read(stream)? {
        let started = std::time::Instant::now();
        let Some(Question::Prove(job)) = Question::decode(&bytes) else {
            report(Served::Refused(ProverRefusal::Malformed));
            return frame::write(stream, &Answer::Refused(ProverRefusal::Malformed));
        };
        let answer = match prover.prove(&job) {
            Ok(proof) => Answer::Proof(proof.0),
            Err(ProverError::Job(_) | ProverError::Prove(tacit_circuits::ProveError::Statement(_))) => {
                Answer::Refused(ProverRefusal::False)
            }
            Err(_) => Answer::Refused(ProverRefusal::Failed),
        };
        report(match &answer {
            Answer::Proof(_) => Served::Proof { took: started.elapsed() },
            Answer::Refused(refusal) => Served::Refused(*refusal),
        });
        frame::write(stream, &answer)?;
    }
    Ok(())
}

/// One of the places that connections may take; given back when dropped, also when a thread dies.
struct Place(Arc<AtomicUsize>);

impl Place {
    fn take(open: &Arc<AtomicUsize>) -> Option<Self> {
        let taken = open.fetch_add(1, Ordering::SeqCst);
        let place = Self(Arc::clone(open));
        (taken < CONNECTIONS_MAX).then_some(place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}
