//! One small setup that the tests share: powers of tau of 2^9 and the key of the range statement.

use std::sync::OnceLock;

use tacit_ceremony::{Beacon, Entropy, Ptau, R1cs, Zkey, phase1, phase2};
use tacit_circuits::Statement;

pub fn quiet(_: &str, _: u64, _: u64) {}

pub fn entropy(text: &str) -> Entropy {
    Entropy::new(text.to_owned())
}

pub fn beacon(byte: u8) -> Beacon {
    Beacon::new(vec![byte; 32], 10).unwrap()
}

/// Powers of tau with one contribution and a beacon.
pub fn powers() -> &'static Ptau {
    static POWERS: OnceLock<Ptau> = OnceLock::new();
    POWERS.get_or_init(|| {
        let fresh = phase1::new(9).unwrap();
        let first = phase1::contribute(&fresh, "first", &entropy("one"), &quiet).unwrap();
        phase1::beacon(&first, "beacon", &beacon(1), &quiet).unwrap()
    })
}

pub fn circuit() -> &'static R1cs {
    static CIRCUIT: OnceLock<R1cs> = OnceLock::new();
    CIRCUIT.get_or_init(|| R1cs::of_statement(Statement::Range).unwrap())
}

/// The key before any contribution.
pub fn fresh() -> &'static Zkey {
    static FRESH: OnceLock<Zkey> = OnceLock::new();
    FRESH.get_or_init(|| phase2::setup(circuit(), powers(), &quiet).unwrap())
}

/// The key after two people and a beacon.
pub fn finished() -> &'static Zkey {
    static FINISHED: OnceLock<Zkey> = OnceLock::new();
    FINISHED.get_or_init(|| {
        let first = phase2::contribute(fresh(), "Ada", &entropy("two"), &quiet).unwrap();
        let second = phase2::contribute(&first, "Bo", &entropy("three"), &quiet).unwrap();
        phase2::beacon(&second, "beacon", &beacon(2), &quiet).unwrap()
    })
}
