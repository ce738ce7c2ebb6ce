//! Transactions, blocks, notes and questions to a prover.

use super::samples::{self, receiver, rules, sender};
use std::io::{Read, Write};
use tacit_circuits::ProofBytes;
use tacit_types::shielded::{CompactBlock, CompactOutput, NOTE_CIPHERTEXT_BYTES, NoteCiphertext, OutgoingCiphertext};
use tacit_types::{FieldBytes, RawTx, Tx};
use tacit_wallet::shielded::prover::{ProofJob, ProofService, ProverError, answer};
use tacit_wallet::shielded::{recover_sent, try_decrypt};

/// Bytes decode to a transaction of which they are the encoding, or not at all; and whoever checks one gives a verdict.
pub fn transaction(bytes: &[u8]) {
    let decoded = Tx::decode(bytes);
    if let Ok(tx) = &decoded {
        assert_eq!(tx.encode(), bytes, "a transaction with two encodings");
    }
    let Ok(raw) = RawTx::new(bytes.to_vec()) else { return };
    let checked = tacit_exec::stateless::check_one(rules(), raw, [5; 32]);
    assert!(checked.is_err() || decoded.is_ok(), "what does not decode was found good");
}

/// Bytes decode to a compact block of which they are the encoding, or not at all.
pub fn compact_block(bytes: &[u8]) {
    let Ok(block) = CompactBlock::decode(bytes) else { return };
    assert_eq!(block.encode(), bytes, "a compact block with two encodings");
    let leaves: Vec<FieldBytes> = block.commitments().copied().collect();
    let bare = block.without_extras();
    assert!(bare.encode().len() <= bytes.len());
    assert_eq!(bare.commitments().copied().collect::<Vec<_>>(), leaves);
}

/// An output is decrypted to a note that it commits to, or is nobody's.
pub fn note_ciphertext(bytes: &[u8]) {
    const HEAD: usize = 32 + 32 + 1;
    let mut padded = bytes.to_vec();
    padded.resize(samples::OUTPUT_BYTES, 0);
    let part = |from: usize| padded[from..from + 32].try_into().unwrap_or_default();
    let output = CompactOutput {
        commitment: FieldBytes(part(0)),
        ephemeral_key: part(32),
        view_tag: padded[HEAD - 1],
        ciphertext: NoteCiphertext(padded[HEAD..HEAD + NOTE_CIPHERTEXT_BYTES].try_into().unwrap()),
    };
    let outgoing = OutgoingCiphertext(padded[HEAD + NOTE_CIPHERTEXT_BYTES..].try_into().unwrap());
    for (_, found) in try_decrypt(receiver().incoming(), &[&output]) {
        let commitment = found.note.commitment().expect("a received note has a commitment");
        assert_eq!(commitment.0, output.commitment.0, "a note was received that its output does not commit to");
    }
    if let Some(sent) = recover_sent(sender().outgoing(), &output, &outgoing) {
        assert_eq!(sent.note.commitment().map(|commitment| commitment.0), Ok(output.commitment.0));
    }
}

/// A connection on which a stranger speaks.
struct Connection<'a> {
    said: &'a [u8],
    answered: usize,
}

impl Read for Connection<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.said.read(buffer)
    }
}

impl Write for Connection<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.answered += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Looks at a job as a prover does and proves nothing.
struct Idle;

impl ProofService for Idle {
    fn prove(&self, job: &ProofJob) -> Result<ProofBytes, ProverError> {
        let _ = job.public();
        Ok(ProofBytes([0; 128]))
    }

    fn parallel(&self) -> usize {
        1
    }
}

/// Whatever a stranger says to a prover, its connection ends or is answered.
pub fn prover_question(bytes: &[u8]) {
    let mut connection = Connection { said: bytes, answered: 0 };
    let _ = answer(&mut connection, &Idle, &|_| ());
    assert!(connection.answered <= bytes.len() * 64 + 64, "an answer longer than any question deserves");
}
