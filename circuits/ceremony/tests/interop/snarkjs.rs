//! Ceremonies that snarkjs and this program make together, in both orders, and proofs across both.

use crate::tools::{Tools, tools};
use ark_bn254::Fr;
use ark_ff::PrimeField;
use std::path::Path;
use std::path::PathBuf;
use tacit_ceremony::format::json;
use tacit_ceremony::{Beacon, Entropy, Ptau, R1cs, Witness, Zkey, phase1, phase2};
use tacit_circuits::prove::KeyPin;
use tacit_circuits::testing::{ForgedSystem, Sample};
use tacit_circuits::verify::VerifyingKey;
use tacit_circuits::{ProvingKeys, Statement, VerifyItem};

fn quiet(_: &str, _: u64, _: u64) {}

fn entropy() -> Entropy {
    Entropy::new("interop".into())
}

/// A folder with a statement's constraints, and a sample's witness as the circuit assigns it.
struct Workshop<'a> {
    tools: &'a Tools,
    folder: tempfile::TempDir,
    statement: Statement,
    r1cs: R1cs,
    sample: Sample,
}

impl<'a> Workshop<'a> {
    fn new(tools: &'a Tools, statement: Statement) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (r1cs, sample) = (R1cs::of_statement(statement).unwrap(), Sample::new(statement, 5).unwrap());
        let workshop = Self { tools, folder, statement, r1cs, sample };
        workshop.write("circuit.r1cs", &workshop.r1cs.to_bytes().unwrap());
        workshop.write("witness.wtns", &workshop.witness().to_bytes().unwrap());
        workshop
    }

    fn witness(&self) -> Witness {
        let system = ForgedSystem::of(&self.sample).unwrap();
        let mut values = vec![Fr::from(1u8)];
        values.extend(self.sample.public().inputs().iter().map(|input| Fr::from_le_bytes_mod_order(&input.0)));
        values.extend((0..system.private_count()).map(|index| system.get(index)));
        assert_eq!(self.r1cs.broken_by(&values), None);
        Witness::new(values)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.path(name), bytes).unwrap();
    }

    fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    fn zkey(&self, name: &str) -> Zkey {
        Zkey::from_bytes(&std::fs::read(self.path(name)).unwrap()).unwrap()
    }

    fn ptau(&self, name: &str) -> Ptau {
        Ptau::from_bytes(&std::fs::read(self.path(name)).unwrap()).unwrap()
    }

    fn snarkjs(&self, command: &str, words: &str) {
        let arguments: Vec<&str> = command.split(' ').collect();
        self.tools.expect(self.folder.path(), &arguments, words);
    }

    /// Our prover under a key's proving half, read as a wallet reads it.
    fn prove(&self, zkey: &Zkey) -> (VerifyItem, VerifyingKey) {
        let keys = zkey.keys(self.statement).unwrap();
        let name = format!("{}-v{}.pk", self.statement.name(), self.statement.version());
        self.write(&name, &keys.proving);
        let verifying = VerifyingKey::load(&keys.verifying).unwrap();
        let pin = KeyPin { verifying: verifying.digest(), proving: *blake3::hash(&keys.proving).as_bytes() };
        let proving = ProvingKeys::from_dir(Path::new(self.folder.path()), &vec![pin; Statement::ALL.len()]).unwrap();
        let item = self.sample.prove(&proving, 3).unwrap();
        verifying.verify(&item.public.inputs(), &item.proof).unwrap();
        (item, verifying)
    }

    /// Proofs under one key go both ways.
    fn proofs_cross(&self, name: &str) {
        let zkey = self.zkey(name);
        let (item, verifying) = self.prove(&zkey);
        self.write("our_proof.json", json::write_proof(&item.proof).unwrap().as_bytes());
        self.write("our_public.json", json::write_public(&item.public.inputs()).unwrap().as_bytes());
        self.write("our_key.json", json::write_verifying_key(&zkey.verifying_key().unwrap()).unwrap().as_bytes());
        self.snarkjs("groth16 verify our_key.json our_public.json our_proof.json", "OK!");

        self.snarkjs(&format!("zkey export verificationkey {name} key.json"), "FINISHED");
        assert_eq!(json::verifying_key_bytes(&self.text("key.json")).unwrap(), zkey.verifying_key().unwrap());
        let same: [serde_json::Value; 2] =
            ["key.json", "our_key.json"].map(|file| serde_json::from_str(&self.text(file)).unwrap());
        assert_eq!(same[0], same[1], "both programs write the same key, the pairing of alpha and beta included");
        self.snarkjs(&format!("groth16 prove {name} witness.wtns proof.json public.json"), "");
        self.snarkjs("groth16 verify key.json public.json proof.json", "OK!");
        let (proof, inputs) = (
            json::read_proof(&self.text("proof.json")).unwrap(),
            json::read_public(&self.text("public.json")).unwrap(),
        );
        assert_eq!(inputs, self.sample.public().inputs());
        verifying.verify(&inputs, &proof).unwrap();
        let mut other = inputs;
        other[0].0[0] ^= 1;
        assert!(verifying.verify(&other, &proof).is_err());
        let calldata = tacit_ceremony::Calldata::new(&proof, &self.sample.public().inputs()).unwrap();
        let (well, text) = self
            .tools
            .snarkjs(self.folder.path(), &["zkey", "export", "soliditycalldata", "public.json", "proof.json"]);
        let plain = |text: &str| text.replace([' ', '\n'], "");
        assert!(well && plain(&text).contains(&plain(&calldata.solidity())), "{text}\n{}", calldata.solidity());
    }

    /// Powers of tau with two contributions of ours and a beacon, prepared for snarkjs.
    fn our_powers(&self, power: u32) -> Ptau {
        let first = phase1::contribute(&phase1::new(power).unwrap(), "Ada", &entropy(), &quiet).unwrap();
        let beacon = Beacon::new(vec![0x5a; 32], 10).unwrap();
        let last = phase1::beacon(&first, "a beacon", &beacon, &quiet).unwrap();
        self.write("powers.ptau", &last.to_prepared_bytes(&quiet).unwrap());
        last
    }

    /// Our key with one contribution of ours, and a beacon.
    fn our_key(&self, powers: &Ptau) {
        let fresh = phase2::setup(&self.r1cs, powers, &quiet).unwrap();
        self.write("fresh.zkey", &fresh.to_bytes().unwrap());
        let first = phase2::contribute(&fresh, "Bo", &entropy(), &quiet).unwrap();
        let beacon = Beacon::new(vec![0xa5; 32], 10).unwrap();
        let last = phase2::beacon(&first, "a beacon", &beacon, &quiet).unwrap();
        phase2::verify(&last, &self.r1cs, powers, &quiet).unwrap();
        self.write("ours.zkey", &last.to_bytes().unwrap());
    }
}

#[test]
fn our_setup_passes_snarkjs_and_proofs_cross() {
    let Some(tools) = tools() else { return };
    let workshop = Workshop::new(tools, Statement::Range);
    workshop.snarkjs("wtns check circuit.r1cs witness.wtns", "WITNESS IS CORRECT");
    let powers = workshop.our_powers(9);
    workshop.snarkjs("powersoftau verify powers.ptau", "Powers of Tau Ok!");
    workshop.our_key(&powers);
    workshop.snarkjs("zkey verify circuit.r1cs powers.ptau ours.zkey", "ZKey Ok!");
    workshop.proofs_cross("ours.zkey");
}

#[test]
fn snarkjs_own_setup_is_verified_and_its_key_proves_here() {
    let Some(tools) = tools() else { return };
    let workshop = Workshop::new(tools, Statement::Range);
    workshop.snarkjs("powersoftau new bn128 9 p0.ptau", "");
    workshop.snarkjs("powersoftau contribute p0.ptau p1.ptau --name=snark -e=first", "");
    let beacon = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    workshop.snarkjs(&format!("powersoftau beacon p1.ptau p2.ptau {beacon} 10 -n=beacon"), "");
    let powers = workshop.ptau("p2.ptau");
    let verified = phase1::verify(&powers, &quiet).unwrap();
    assert_eq!((verified.people, verified.beacons), (1, 1));
    // Preparing is only a transformation, and ours takes a tenth of the time.
    workshop.write("prepared.ptau", &powers.to_prepared_bytes(&quiet).unwrap());
    workshop.snarkjs("groth16 setup circuit.r1cs prepared.ptau s0.zkey", "");

    let ours = phase2::setup(&workshop.r1cs, &powers, &quiet).unwrap();
    assert!(workshop.zkey("s0.zkey") == ours, "both programs make the same key, its hash included");
    let refused = phase2::verify(&workshop.zkey("s0.zkey"), &workshop.r1cs, &powers, &quiet);
    assert!(refused.is_err(), "snarkjs accepts a key that nobody contributed to, we do not");

    workshop.snarkjs("zkey contribute s0.zkey s1.zkey --name=snark -e=second", "");
    workshop.snarkjs(&format!("zkey beacon s1.zkey s2.zkey {beacon} 10 -n=beacon"), "");
    let verified = phase2::verify(&workshop.zkey("s2.zkey"), &workshop.r1cs, &powers, &quiet).unwrap();
    assert_eq!((verified.people, verified.with_knowledge, verified.beacons), (1, 0, 1));
    workshop.proofs_cross("s2.zkey");
}

#[test]
fn each_program_goes_on_where_the_other_stopped() {
    let Some(tools) = tools() else { return };
    let workshop = Workshop::new(tools, Statement::Range);
    let first = phase1::contribute(&phase1::new(9).unwrap(), "Ada", &entropy(), &quiet).unwrap();
    workshop.write("p1.ptau", &first.to_bytes().unwrap());
    workshop.snarkjs("powersoftau contribute p1.ptau p2.ptau --name=snark -e=first", "");
    let third = phase1::contribute(&workshop.ptau("p2.ptau"), "Bo", &entropy(), &quiet).unwrap();
    assert_eq!(phase1::verify(&third, &quiet).unwrap().people, 3);
    workshop.write("p3.ptau", &third.to_prepared_bytes(&quiet).unwrap());
    workshop.snarkjs("powersoftau verify p3.ptau", "Powers of Tau Ok!");

    let fresh = phase2::setup(&workshop.r1cs, &third, &quiet).unwrap();
    let first = phase2::contribute(&fresh, "Ada", &entropy(), &quiet).unwrap();
    workshop.write("z1.zkey", &first.to_bytes().unwrap());
    workshop.snarkjs("zkey contribute z1.zkey z2.zkey --name=snark -e=second", "");
    let third_key = phase2::contribute(&workshop.zkey("z2.zkey"), "Bo", &entropy(), &quiet).unwrap();
    workshop.write("z3.zkey", &third_key.to_bytes().unwrap());
    workshop.snarkjs("zkey verify circuit.r1cs p3.ptau z3.zkey", "ZKey Ok!");
    let verified = phase2::verify(&third_key, &workshop.r1cs, &third, &quiet).unwrap();
    assert_eq!((verified.people, verified.with_knowledge), (3, 1), "snarkjs drops the proofs it does not know");
}

mod long {
    use super::*;

    #[test]
    fn the_largest_statement_within_2_to_the_14_passes_snarkjs_too() {
        let Some(tools) = tools() else { return };
        let sizes = Statement::ALL.into_iter().map(|s| (R1cs::of_statement(s).unwrap(), s));
        let (r1cs, statement) =
            sizes.filter(|(r1cs, _)| r1cs.power() <= 14).max_by_key(|(r1cs, _)| r1cs.constraints().len()).unwrap();
        println!("{statement}: {} constraints", r1cs.constraints().len());
        let workshop = Workshop::new(tools, statement);
        let powers = workshop.our_powers(r1cs.power());
        workshop.snarkjs("powersoftau verify powers.ptau", "Powers of Tau Ok!");
        workshop.our_key(&powers);
        workshop.snarkjs("zkey verify circuit.r1cs powers.ptau ours.zkey", "ZKey Ok!");
        workshop.proofs_cross("ours.zkey");
    }
}
