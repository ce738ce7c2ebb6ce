//! What lies in a node's folder of compiled contracts: machine code, so nothing but what this node sealed may ever be opened.

use std::sync::LazyLock;
use tacit_vm::{ArtifactName, Seal};

const NAME: ArtifactName = ArtifactName([0x41; 32]);
const OTHER: ArtifactName = ArtifactName([0x42; 32]);
const BYTES: [&[u8]; 4] = [b"", b"\x00", b"\x7fELF and what follows it", &[0x90; 1500]];

static SEAL: LazyLock<Seal> = LazyLock::new(|| Seal::new(&[0x43; 32]));

/// Bytes are opened only if they are, to the last one, what was sealed under the name; then they give what was sealed.
pub fn artifact(bytes: &[u8]) {
    let honest = BYTES.iter().find(|inner| SEAL.close(&NAME, inner) == bytes);
    match (SEAL.open(&NAME, bytes), honest) {
        (Ok(opened), Some(inner)) => assert_eq!(opened, *inner, "something else comes out than was sealed"),
        (Ok(_), None) => panic!("changed bytes are opened"),
        (Err(reason), Some(_)) => panic!("an honest artifact is refused: {reason}"),
        (Err(_), None) => {}
    }
    assert!(SEAL.open(&OTHER, bytes).is_err(), "an artifact is opened under another name");
    assert!(Seal::new(&[0x44; 32]).open(&NAME, bytes).is_err(), "another node's artifact is opened");
    // Whatever is sealed comes out again, also hostile bytes.
    assert_eq!(SEAL.open(&NAME, &SEAL.close(&NAME, bytes)), Ok(bytes));
    // The whole way: a node finds the bytes where it left its own, and is called.
    tacit_vm::fuzz::artifact(bytes);
}

/// Honest artifacts: the one of a contract, and what is sealed and no module.
pub fn samples() -> Vec<Vec<u8>> {
    let sealed = BYTES.iter().map(|inner| SEAL.close(&NAME, inner));
    // Most cases are changes of the real one.
    std::iter::repeat_n(tacit_vm::fuzz::honest_artifact(), 12).chain(sealed).collect()
}
