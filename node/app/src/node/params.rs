//! The verifying keys that a chain pins: built in for development chains, from a ceremony's folder for all others.
//!
//! Nothing is taken on trust from the folder: every key's digest is in the genesis, and where the chain spec names its
//! ceremony, so is the digest of the transcripts that say who made the keys. What does not match stops the node.

use eyre::{Context, bail, ensure};
use std::path::Path;
use tacit_ceremony::transcript::Folder;
use tacit_circuits::{Statement, VerifyingKeys};
use tacit_genesis::Genesis;

/// The keys of the chain; `dir` is read only when they are not the development keys.
pub fn verifying_keys(genesis: &Genesis, dir: &Path) -> eyre::Result<VerifyingKeys> {
    let pinned: Vec<[u8; 32]> = genesis.params.verifying_key_digests.iter().copied().collect();
    let development = VerifyingKeys::development();
    if Statement::ALL.map(|statement| development.digest(statement)).as_slice() == pinned {
        // The chain spec's check refuses this too; a node must not depend on it.
        ensure!(!genesis.params.production, "a production chain cannot use the development keys");
        return Ok(development);
    }
    let shown = dir.display();
    if let Some(named) = genesis.ceremony {
        let folder = Folder::read(dir).wrap_err_with(|| format!("the ceremony's files in {shown} are refused"))?;
        if folder.digest() != named {
            bail!(
                "the transcripts in {shown} are of another ceremony (0x{}) than the chain spec names (0x{})",
                hex::encode(folder.digest()),
                hex::encode(named)
            );
        }
    }
    let keys = VerifyingKeys::from_dir(dir, &pinned).wrap_err_with(|| {
        format!("the chain's verifying keys are not in {shown}; copy the folder of its ceremony there")
    })?;
    if genesis.params.production {
        ensure!(genesis.ceremony.is_some(), "a production chain names its ceremony");
        ensure!(!keys.any_development(), "a production chain cannot use development keys");
    }
    Ok(keys)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use tacit_ceremony::{Entropy, Keys, Ptau, R1cs, Transcript, phase1, phase2};

    const DEV: &str = include_str!("../../../../genesis/networks/dev.toml");

    fn quiet(_: &str, _: u64, _: u64) {}

    fn entropy() -> Entropy {
        Entropy::new("test".into())
    }

    /// A circuit with some public inputs, each the square of a private wire: a stand-in of a statement's shape.
    fn stand_in(public: u32) -> R1cs {
        let u32s = |numbers: &[u32]| numbers.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>();
        let modulus = tacit_circuits::modulus_bytes().0;
        let row = |wire: u32| [u32s(&[1, wire]), vec![1], vec![0; 31]].concat();
        let wires = 2 * public + 1;
        let header =
            [u32s(&[32]), modulus.to_vec(), u32s(&[wires, 0, public, public]), vec![0; 8], u32s(&[public])].concat();
        let body: Vec<u8> =
            (1..=public).flat_map(|wire| [row(public + wire), row(public + wire), row(wire)].concat()).collect();
        let mut file = [b"r1cs".to_vec(), u32s(&[1, 3])].concat();
        for (kind, section) in [(1u32, header), (2, body), (3, vec![0; wires as usize * 8])] {
            file.extend(u32s(&[kind]));
            file.extend((section.len() as u64).to_le_bytes());
            file.extend(section);
        }
        R1cs::from_bytes(&file).unwrap()
    }

    fn powers() -> Ptau {
        phase1::contribute(&phase1::new(6).unwrap(), "Ada", &entropy(), &quiet).unwrap()
    }

    /// Writes the transcript and verifying key of a ceremony for a statement's stand-in; returns the key's digest.
    fn hold(dir: &Path, statement: Statement, powers: &Ptau) -> [u8; 32] {
        let r1cs = stand_in(u32::try_from(statement.input_count()).unwrap());
        let fresh = phase2::setup(&r1cs, powers, &quiet).unwrap();
        let zkey = phase2::contribute(&fresh, "Bo", &entropy(), &quiet).unwrap();
        let verified = phase2::verify(&zkey, &r1cs, powers, &quiet).unwrap();
        let keys = Keys { verifying: zkey.verifying_key().unwrap(), proving: Vec::new() };
        let transcript = Transcript::new(statement, &r1cs, &zkey, &verified, &keys).unwrap();
        std::fs::write(dir.join(Folder::file_name(statement)), transcript.to_json().unwrap()).unwrap();
        let name = format!("{}-v{}.vk", statement.name(), statement.version());
        std::fs::write(dir.join(name), &keys.verifying).unwrap();
        transcript.pin().unwrap().verifying
    }

    fn production(dir: &Path, ceremony: [u8; 32], digests: &[[u8; 32]]) -> Genesis {
        let lines =
            Statement::ALL.iter().zip(digests).map(|(s, digest)| format!("{s} = \"0x{}\"\n", hex::encode(digest)));
        let keys: String = lines.collect();
        let proofs = format!("ceremony = \"0x{}\"\n[proofs.keys]\n{keys}", hex::encode(ceremony));
        let text = DEV
            .replace("development = true", &proofs)
            .replace("production = false", "production = true")
            .replace("base_fee_floor = \"1\"", "base_fee_floor = \"1000000000\"");
        Genesis::from_toml(&dir.display().to_string(), &text).unwrap()
    }

    #[test]
    fn a_production_chain_takes_the_keys_of_its_own_ceremony_and_no_others() {
        let (folder, powers) = (tempfile::tempdir().unwrap(), powers());
        let dir = folder.path();
        let digests: Vec<[u8; 32]> = Statement::ALL.map(|statement| hold(dir, statement, &powers)).to_vec();
        let ceremony = Folder::read(dir).unwrap().digest();
        let genesis = production(dir, ceremony, &digests);
        let keys = verifying_keys(&genesis, dir).unwrap();
        assert_eq!(keys.digest(Statement::Range), digests[0]);

        let refusal = |genesis: &Genesis| format!("{:#}", verifying_keys(genesis, dir).unwrap_err());
        let mut other = ceremony;
        other[0] ^= 1;
        assert!(refusal(&production(dir, other, &digests)).contains("another ceremony"));
        let mut unknown = digests.clone();
        unknown[1][0] ^= 1;
        assert!(refusal(&production(dir, ceremony, &unknown)).contains("membership"), "an unknown digest");
        assert!(verifying_keys(&genesis, &dir.join("absent")).is_err(), "no folder");

        // The ceremony held again for one statement: other secrets, another key, another transcript.
        hold(dir, Statement::Range, &powers);
        assert!(refusal(&genesis).contains("another ceremony"));
    }

    #[test]
    fn a_damaged_key_or_transcript_stops_the_node() {
        let (folder, powers) = (tempfile::tempdir().unwrap(), powers());
        let dir = folder.path();
        let digests: Vec<[u8; 32]> = Statement::ALL.map(|statement| hold(dir, statement, &powers)).to_vec();
        let genesis = production(dir, Folder::read(dir).unwrap().digest(), &digests);
        for name in ["range-v1.vk".to_owned(), Folder::file_name(Statement::Equality)] {
            let path = dir.join(&name);
            let good = std::fs::read(&path).unwrap();
            for place in [0, good.len() / 2, good.len() - 1] {
                let mut bad = good.clone();
                bad[place] ^= 1;
                std::fs::write(&path, &bad).unwrap();
                assert!(verifying_keys(&genesis, dir).is_err(), "{name} {place}");
            }
            std::fs::write(&path, [&*good, b"\n"].concat()).unwrap();
            assert!(verifying_keys(&genesis, dir).is_err(), "{name} with a byte more");
            std::fs::write(&path, &good).unwrap();
        }
        verifying_keys(&genesis, dir).unwrap();
    }

    #[test]
    fn the_development_chain_needs_no_folder() {
        let genesis = Genesis::from_toml("dev.toml", DEV).unwrap();
        assert!(verifying_keys(&genesis, Path::new("/nonexistent")).unwrap().any_development());
    }
}
