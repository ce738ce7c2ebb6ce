//! Times every step of a setup on this machine.
//!
//! `cargo run --release -p tacit-ceremony --example measure_setup -- transfer-2x2`
//!
//! Writes the files into the folder given as second argument, so that other tools can be measured on the same ones.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::PathBuf;
use std::time::Instant;

use tacit_ceremony::{Beacon, Entropy, R1cs, phase1, phase2};
use tacit_circuits::Statement;

fn timed<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let started = Instant::now();
    let result = work();
    println!("{what:32} {:8.3} s", started.elapsed().as_secs_f64());
    result
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().unwrap_or_else(|| "range".into());
    let folder = arguments.next().map(PathBuf::from);
    let statement = Statement::ALL.into_iter().find(|s| s.name() == name).unwrap();
    let quiet = |_: &str, _, _| {};
    let began = Instant::now();
    let told = |what: &str, done, all| println!("    {:8.3} {what} {done}/{all}", began.elapsed().as_secs_f64());
    let entropy = || Entropy::new("measure".into());
    let r1cs = timed("constraints", || R1cs::of_statement(statement).unwrap());
    let power = r1cs.power();
    println!("{} constraints, {} wires, {} terms, 2^{power}", r1cs.constraints().len(), r1cs.wires(), r1cs.terms());
    let fresh = timed("powers of tau: new", || phase1::new(power).unwrap());
    let powers = timed("powers of tau: contribute", || phase1::contribute(&fresh, "a", &entropy(), &quiet).unwrap());
    timed("powers of tau: verify", || phase1::verify(&powers, &quiet).unwrap());
    let bytes = timed("powers of tau: write", || powers.to_bytes().unwrap());
    timed("powers of tau: read", || tacit_ceremony::Ptau::from_bytes(&bytes).unwrap());
    let zero = timed("setup", || phase2::setup(&r1cs, &powers, &told).unwrap());
    let one = timed("contribute", || phase2::contribute(&zero, "a", &entropy(), &quiet).unwrap());
    let beacon = Beacon::new(vec![7; 32], 10).unwrap();
    let two = timed("beacon of 2^10", || phase2::beacon(&one, "b", &beacon, &quiet).unwrap());
    timed("verify", || phase2::verify(&two, &r1cs, &powers, &quiet).unwrap());
    let zkey = two.to_bytes().unwrap();
    timed("read the key's file", || tacit_ceremony::Zkey::from_bytes(&zkey).unwrap());
    let keys = timed("keys", || two.keys(statement).unwrap());
    println!("zkey {} bytes, pk {} bytes, ptau {} bytes", zkey.len(), keys.proving.len(), bytes.len());
    let Some(folder) = folder else { return };
    let prepared = timed("powers of tau: prepare", || powers.to_prepared_bytes(&quiet).unwrap());
    std::fs::create_dir_all(&folder).unwrap();
    for (name, bytes) in [
        ("circuit.r1cs", r1cs.to_bytes().unwrap()),
        ("powers.ptau", prepared),
        ("zero.zkey", zero.to_bytes().unwrap()),
        ("final.zkey", zkey),
        ("circuit.pk", keys.proving),
        ("circuit.vk", keys.verifying),
    ] {
        std::fs::write(folder.join(name), bytes).unwrap();
    }
}
