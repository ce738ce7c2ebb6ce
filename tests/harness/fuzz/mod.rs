//! What hostile bytes must never do, as functions of bytes: no panic, one encoding per value, and one verdict however a
//! check is run. A broken promise is a panic here, so that any fuzzer notices it.
//!
//! `cargo test` runs each function over a fixed number of cases from a printed seed ([`drive`]); `tests/fuzz` runs the
//! same functions under libFuzzer for as long as one likes.

mod artifacts;
mod contracts;
mod journal;
mod money;
mod proofs;
mod samples;
mod snarkjs;
mod texts;
mod wallet_cache;

/// A function of hostile bytes.
#[derive(Clone, Copy)]
pub struct Target {
    /// What libFuzzer's program is called.
    pub name: &'static str,
    /// Panics where a promise is broken.
    pub run: fn(&[u8]),
    /// Honest inputs, which are changed into almost honest ones.
    pub samples: fn() -> Vec<Vec<u8>>,
    /// How many cases a quick run makes: less where each is dear.
    pub cases: u64,
}

/// Everything that reads what a stranger wrote.
pub const TARGETS: &[Target] = &[
    Target { name: "transaction", run: money::transaction, samples: samples::transactions, cases: 600 },
    Target { name: "compact_block", run: money::compact_block, samples: samples::compact_blocks, cases: 5_000 },
    Target { name: "note_ciphertext", run: money::note_ciphertext, samples: samples::outputs, cases: 400 },
    Target { name: "prover_question", run: money::prover_question, samples: samples::frames, cases: 3_000 },
    Target { name: "proof", run: proofs::proof, samples: samples::proofs, cases: 400 },
    Target { name: "verifying_key", run: proofs::verifying_key, samples: samples::verifying_keys, cases: 400 },
    Target { name: "proof_batch", run: proofs::proof_batch, samples: samples::recipes, cases: 40 },
    Target { name: "spend_key", run: proofs::spend_key, samples: samples::spend_keys, cases: 3_000 },
    Target { name: "spend_batch", run: proofs::spend_batch, samples: samples::recipes, cases: 150 },
    Target { name: "shielded_address", run: texts::shielded_address, samples: samples::addresses, cases: 3_000 },
    Target { name: "viewing_key", run: texts::viewing_key, samples: samples::viewing_keys, cases: 1_000 },
    Target { name: "disclosure", run: texts::disclosure, samples: samples::disclosures, cases: 2_000 },
    Target { name: "wallet_segment", run: wallet_cache::segment, samples: wallet_cache::segments, cases: 50_000 },
    Target { name: "wallet_file", run: wallet_cache::file, samples: wallet_cache::files, cases: 60 },
    Target { name: "artifact", run: artifacts::artifact, samples: artifacts::samples, cases: 1_000 },
    Target { name: "r1cs", run: snarkjs::r1cs, samples: snarkjs::circuits, cases: 20_000 },
    Target { name: "ptau", run: snarkjs::ptau, samples: snarkjs::powers, cases: 300 },
    Target { name: "zkey", run: snarkjs::zkey, samples: snarkjs::proving_keys, cases: 300 },
    Target { name: "snarkjs_json", run: snarkjs::snarkjs_json, samples: snarkjs::jsons, cases: 1_000 },
    Target { name: "validator", run: tacit_vm::fuzz::validator, samples: contracts::modules, cases: 1_000 },
    Target { name: "instrumenter", run: tacit_vm::fuzz::instrumenter, samples: contracts::noise, cases: 150 },
    Target { name: "host_calls", run: tacit_vm::fuzz::host_calls, samples: contracts::noise, cases: 150 },
    Target { name: "journal", run: journal::journal, samples: contracts::noise, cases: 3_000 },
];

/// Runs the target called `name` on `data`.
///
/// # Panics
/// When there is none, and where the target panics.
pub fn run(name: &str, data: &[u8]) {
    let target = TARGETS.iter().find(|target| target.name == name).unwrap_or_else(|| panic!("no target {name}"));
    (target.run)(data);
}

/// Runs `cases` inputs made from `seed`: honest ones with a few changes, and bytes from nowhere. The honest ones come
/// first, unchanged. When a case panics, its bytes are printed.
pub fn drive(target: &Target, cases: u64, seed: u64) {
    let samples = (target.samples)();
    for sample in &samples {
        (target.run)(sample);
    }
    let mut chance = Chance(seed | 1);
    for _ in 0..cases {
        let case = Case(chance.input(&samples));
        (target.run)(&case.0);
    }
}

/// Shows its bytes when it is dropped by a panic.
struct Case(Vec<u8>);

impl Drop for Case {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let hex: String = self.0.iter().map(|byte| format!("{byte:02x}")).collect();
            eprintln!("the input that broke the promise: {hex}");
        }
    }
}

/// A small generator that the printed seed repeats.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit.max(1) as u64).unwrap_or_default()
    }

    fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[3]
    }

    fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.byte()).collect()
    }

    /// One input in eight comes from nowhere.
    fn input(&mut self, samples: &[Vec<u8>]) -> Vec<u8> {
        if samples.is_empty() || self.below(8) == 0 {
            let length = self.below(600);
            return self.bytes(length);
        }
        let mut bytes = samples[self.below(samples.len())].clone();
        for _ in 0..=self.below(3) {
            self.change(&mut bytes, samples);
        }
        bytes
    }

    fn change(&mut self, bytes: &mut Vec<u8>, samples: &[Vec<u8>]) {
        if bytes.is_empty() {
            bytes.push(self.byte());
            return;
        }
        let at = self.below(bytes.len());
        match self.below(8) {
            0 | 1 => bytes[at] ^= 1 << self.below(8),
            2 => bytes[at] = [0, 1, 2, 0x7f, 0x80, 0xfe, 0xff][self.below(7)],
            3 => bytes[at] = self.byte(),
            4 => bytes.truncate(at),
            5 => bytes.insert(at, self.byte()),
            // A length or an amount of another size.
            6 => bytes[at..].iter_mut().take(4).for_each(|byte| *byte = 0xff),
            _ => {
                let other = &samples[self.below(samples.len())];
                let from = self.below(other.len());
                let length = self.below(64).min(other.len() - from).min(bytes.len() - at);
                bytes[at..at + length].copy_from_slice(&other[from..from + length]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(variable: &str) -> Option<u64> {
        std::env::var(variable).ok().and_then(|text| text.parse().ok())
    }

    /// `TACIT_SEED` repeats a run; `TACIT_FUZZ_TIMES` makes it so many times longer.
    fn quick(name: &str) {
        let seed = number("TACIT_SEED").unwrap_or(20_261_121);
        let target = TARGETS.iter().find(|target| target.name == name).unwrap();
        let cases = target.cases * number("TACIT_FUZZ_TIMES").unwrap_or(1);
        println!("target {name}, TACIT_SEED={seed}, {cases} cases");
        drive(target, cases, seed);
    }

    macro_rules! targets {
        ($($name:ident),* $(,)?) => {
            $(
                #[test]
                fn $name() {
                    quick(stringify!($name));
                }
            )*

            #[test]
            fn every_target_runs_here_and_under_libfuzzer() {
                let here = [$(stringify!($name)),*];
                let all: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
                assert_eq!(here[..], all);
                let manifest = include_str!("../../fuzz/Cargo.toml");
                for name in all {
                    assert!(manifest.contains(&format!("name = \"{name}\"")), "tests/fuzz has no target {name}");
                }
            }
        };
    }

    targets! {
        transaction, compact_block, note_ciphertext, prover_question, proof, verifying_key, proof_batch, spend_key,
        spend_batch, shielded_address, viewing_key, disclosure, wallet_segment, wallet_file, artifact, r1cs, ptau, zkey, snarkjs_json,
        validator, instrumenter, host_calls, journal,
    }

    /// The changes reach what they are for: some inputs differ from a sample in one byte only, or in their length.
    #[test]
    fn changed_samples_are_near_the_samples() {
        let samples = vec![vec![7; 100]];
        let mut chance = Chance(9);
        let inputs: Vec<Vec<u8>> = (0..1_000).map(|_| chance.input(&samples)).collect();
        let near =
            inputs.iter().filter(|input| input.len() == 100 && input.iter().filter(|byte| **byte != 7).count() == 1);
        assert!(near.count() > 50);
        assert!(inputs.iter().any(|input| input.len() < 100) && inputs.iter().any(|input| input.len() > 100));
    }
}
