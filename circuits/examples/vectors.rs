//! Writes the verifying keys and frozen proofs of the current statement versions into `vectors/` and prints the digests to
//! pin. Run once per new circuit version: `cargo run --release -p tacit-circuits --features testing --example vectors`.
//! Existing proofs are kept: they must verify for as long as their version does.

use std::path::Path;

use tacit_circuits::testing::{Sample, development_vectors};
use tacit_circuits::{ProvingKeys, Statement};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors");
    for (statement, verifying, digest) in development_vectors()? {
        let name = format!("{}-v{}", statement.name(), statement.version());
        std::fs::write(folder.join(format!("{name}.vk")), &verifying)?;
        println!("{name}: proving key {digest}, verifying key {} bytes", verifying.len());
    }
    if std::env::args().any(|argument| argument == "--proofs") {
        write_proofs(&folder)?;
    }
    Ok(())
}

/// After the keys have been compiled in: one proof per statement, next to its public inputs.
fn write_proofs(folder: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let keys = ProvingKeys::development(&std::env::temp_dir().join("tacit-vectors"));
    for statement in Statement::ALL {
        let path = folder.join(format!("{}-v{}.proof", statement.name(), statement.version()));
        if path.exists() {
            continue;
        }
        let item = Sample::new(statement, 1)?.prove(&keys, 1)?;
        let mut bytes: Vec<u8> = item.public.inputs().iter().flat_map(|input| input.0).collect();
        bytes.extend_from_slice(&item.proof.0);
        std::fs::write(&path, bytes)?;
        println!("wrote {}", path.display());
    }
    Ok(())
}
