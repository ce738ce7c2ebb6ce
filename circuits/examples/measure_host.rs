//! Prints what the host functions' work costs on this machine, in processor time of one thread:
//! `cargo run --release -p tacit-circuits --example measure_host`.

use std::hint::black_box;
use std::time::Instant;

use tacit_circuits::bn254::{MSM_TERMS_MAX, PAIR_BYTES, PAIRS_MAX, g1_add, g1_msm, g1_mul, pairing_check};
use tacit_circuits::foreign::{ForeignItem, ForeignKey, verify, verify_batch};
use tacit_circuits::{FieldBytes, POSEIDON_INPUTS_MAX, poseidon, prepare_poseidon};

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    proofs()?;
    curve()?;
    println!("Poseidon, constants       {:9.3} ms, once", time_once(prepare_poseidon));
    for count in 1..=POSEIDON_INPUTS_MAX {
        let inputs = vec![FieldBytes([0x11; 32]); count];
        println!("Poseidon of {count:<2}            {:9.4} ms", time(200, || poseidon(&inputs)));
    }
    Ok(())
}

/// Milliseconds of this thread's own processor time per call, the best of three runs, so that a busy machine disturbs
/// less. The kernel counts in steps of some milliseconds, therefore a run is many times longer than that.
fn time<T>(calls: usize, mut work: impl FnMut() -> T) -> f64 {
    let start = Instant::now();
    (0..calls).for_each(|_| drop(black_box(work())));
    let enough = 0.15 / start.elapsed().as_secs_f64().max(1e-6);
    let calls = calls * (enough.ceil() as usize).clamp(1, 100_000);
    let mut run = || {
        let (wall, processor) = (Instant::now(), processor_time());
        (0..calls).for_each(|_| drop(black_box(work())));
        let elapsed = match (processor, processor_time()) {
            (Some(before), Some(after)) => after - before,
            _ => wall.elapsed().as_secs_f64(),
        };
        elapsed * 1e3 / calls as f64
    };
    (0..3).map(|_| run()).fold(f64::INFINITY, f64::min)
}

fn time_once(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64() * 1e3
}

/// Seconds this thread has run so far, where the kernel tells.
fn processor_time() -> Option<f64> {
    let statistics = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds: f64 = statistics.split_whitespace().next()?.parse().ok()?;
    Some(nanoseconds / 1e9)
}

fn proofs() -> Result<(), Failure> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/foreign.json");
    let file: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path)?)?;
    let field = |value: &serde_json::Value| hex::decode(value.as_str().unwrap_or_default());
    let bytes = field(&file["key"])?;
    let proof: [u8; 256] = field(&file["proof"])?.try_into().map_err(|_| "a proof has 256 bytes")?;
    let mut inputs: Vec<[u8; 32]> = Vec::new();
    for input in file["inputs"].as_array().ok_or("there are inputs")? {
        inputs.push(field(input)?.try_into().map_err(|_| "an input has 32 bytes")?);
    }
    let decoded = ForeignKey::decode(&bytes)?;
    let key = decoded.prepare();
    verify(&key, &proof, &inputs)?;
    println!("key of 3 inputs, decode   {:9.4} ms", time(20, || ForeignKey::decode(&bytes)));
    println!("key of 3 inputs, prepare  {:9.4} ms", time(20, || decoded.prepare()));
    let largest = key_of_most_inputs(&bytes);
    let decoded = ForeignKey::decode(&largest)?;
    println!("key of 32 inputs, decode  {:9.4} ms", time(20, || ForeignKey::decode(&largest)));
    println!("key of 32 inputs, prepare {:9.4} ms", time(20, || decoded.prepare()));
    println!("verify, holds             {:9.4} ms", time(20, || verify(&key, &proof, &inputs)));
    let mut lie = inputs.clone();
    lie[0][31] ^= 1;
    println!("verify, does not hold     {:9.4} ms", time(20, || verify(&key, &proof, &lie)));
    let wide = [[0x29; 32]; 32];
    let prepared = decoded.prepare();
    println!("verify, 32 inputs         {:9.4} ms", time(20, || verify(&prepared, &proof, &wide)));
    let items = [ForeignItem { key: &key, proof: &proof, inputs: &inputs }; 8];
    println!("batch of 8, all hold      {:9.4} ms", time(5, || verify_batch(&items)));
    let mut bad = items;
    bad[3].inputs = &lie;
    println!("batch of 8, one bad       {:9.4} ms", time(5, || verify_batch(&bad)));
    let all = [ForeignItem { key: &key, proof: &proof, inputs: &lie }; 8];
    println!("batch of 8, all bad       {:9.4} ms", time(5, || verify_batch(&all)));
    Ok(())
}

/// The key with its last IC point again and again.
fn key_of_most_inputs(key: &[u8]) -> Vec<u8> {
    let mut longest = key.to_vec();
    longest[1] = 32;
    let last = key[key.len() - 64..].to_vec();
    (3..32).for_each(|_| longest.extend(&last));
    longest
}

fn curve() -> Result<(), Failure> {
    let mut generator = [0; 64];
    (generator[31], generator[63]) = (1, 2);
    let point = g1_mul(&generator, &[0x5a; 32])?;
    println!("g1_add                    {:9.4} ms", time(200, || g1_add(&point, &generator)));
    println!("g1_mul                    {:9.4} ms", time(50, || g1_mul(&point, &[0xe7; 32])));
    let mut points = Vec::new();
    let mut scalars = Vec::new();
    for number in 0..MSM_TERMS_MAX {
        points.push(g1_mul(&generator, &[u8::try_from(number)? + 1; 32])?);
        scalars.push([0xff - u8::try_from(number)?; 32]);
    }
    for terms in [1, 2, 8, 32, MSM_TERMS_MAX] {
        let whole = time(10, || g1_msm(&points[..terms], &scalars[..terms]));
        println!("g1_msm of {terms:<2}              {whole:9.4} ms, {:7.4} ms a term", whole / terms as f64);
    }
    let mut pairs = Vec::new();
    for point in &points[..PAIRS_MAX] {
        pairs.extend(point);
        pairs.extend(generator_of_g2());
    }
    for count in [1, 2, 4, 8, PAIRS_MAX] {
        let whole = time(5, || pairing_check(&pairs[..count * PAIR_BYTES]));
        println!("pairing_check of {count:<2}       {whole:9.4} ms, {:7.4} ms a pair", whole / count as f64);
    }
    Ok(())
}

/// The generator of G2 as EIP-197 names it.
fn generator_of_g2() -> Vec<u8> {
    use ark_ec::AffineRepr;
    use ark_ff::{BigInteger, PrimeField};
    let (x, y) = ark_bn254::G2Affine::generator().xy().unwrap_or_default();
    [x.c1, x.c0, y.c1, y.c0].iter().flat_map(|part| part.into_bigint().to_bytes_be()).collect()
}
