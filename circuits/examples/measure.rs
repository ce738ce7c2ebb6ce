//! Prints what this crate's work costs on this machine, on one core unless said otherwise:
//! `cargo run --release -p tacit-circuits --features testing --example measure`.

use std::hint::black_box;
use std::time::Instant;

use tacit_circuits::spend::{self, SpendItem, SpendSecret};
use tacit_circuits::testing::{ForgedSystem, Sample};
use tacit_circuits::{
    FieldBytes, Frontier, ProvingKeys, Statement, VerifyItem, VerifyingKeys, poseidon, verify_batch, verify_one,
};

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let folder = std::env::temp_dir().join(format!("tacit-measure-{}", std::process::id()));
    let keys = proving_keys(&folder)?;
    println!();
    hashes_and_trees()?;
    println!();
    spend_signatures()?;
    println!();
    let items = proofs(&keys)?;
    println!();
    verification(&items);
    Ok(std::fs::remove_dir_all(folder)?)
}

/// What arkworks' own decoding and verification cost for the same proof, as a yardstick for this machine's load.
fn arkworks(statement: Statement, item: &VerifyItem) -> bool {
    use ark_serialize::CanonicalDeserialize;
    type Groth16 = ark_groth16::Groth16<ark_bn254::Bn254>;
    static KEYS: std::sync::Mutex<Vec<(Statement, ark_groth16::PreparedVerifyingKey<ark_bn254::Bn254>)>> =
        std::sync::Mutex::new(Vec::new());
    let Ok(mut keys) = KEYS.lock() else { return false };
    if !keys.iter().any(|(known, _)| *known == statement) {
        let bytes = tacit_circuits::keys::development_key_bytes(statement);
        let Ok(key) = ark_groth16::VerifyingKey::deserialize_compressed(bytes) else { return false };
        keys.push((statement, ark_groth16::prepare_verifying_key(&key)));
    }
    let Some((_, key)) = keys.iter().find(|(known, _)| *known == statement) else { return false };
    let inputs = item.public.inputs();
    let inputs: Result<Vec<_>, _> =
        inputs.iter().map(|input| ark_bn254::Fr::deserialize_compressed(&input.0[..])).collect();
    let proof = ark_groth16::Proof::deserialize_compressed(&item.proof.0[..]);
    match (inputs, proof) {
        (Ok(inputs), Ok(proof)) => Groth16::verify_proof(key, &proof, &inputs).unwrap_or(false),
        _ => false,
    }
}

/// Milliseconds of this thread's own processor time per call, the best of three runs, so that a busy machine disturbs
/// less. Where the kernel does not tell (it does on Linux), wall time.
fn time<T>(calls: usize, mut work: impl FnMut() -> T) -> f64 {
    let run = |work: &mut dyn FnMut() -> T| {
        let (wall, processor) = (Instant::now(), processor_time());
        for _ in 0..calls {
            black_box(work());
        }
        let elapsed = match (processor, processor_time()) {
            (Some(before), Some(after)) => after - before,
            _ => wall.elapsed().as_secs_f64(),
        };
        elapsed * 1e3 / calls as f64
    };
    (0..3).map(|_| run(&mut work)).fold(f64::INFINITY, f64::min)
}

/// Seconds this thread has run so far.
fn processor_time() -> Option<f64> {
    let statistics = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds: f64 = statistics.split_whitespace().next()?.parse().ok()?;
    Some(nanoseconds / 1e9)
}

fn proving_keys(folder: &std::path::Path) -> Result<ProvingKeys, Failure> {
    let ensured = || -> Result<(ProvingKeys, Vec<f64>), Failure> {
        let keys = ProvingKeys::development(folder);
        let mut times = Vec::new();
        for statement in Statement::ALL {
            let start = Instant::now();
            keys.ensure(statement, &mut |_, _| {})?;
            times.push(start.elapsed().as_secs_f64() * 1e3);
        }
        Ok((keys, times))
    };
    let (_, making) = ensured()?;
    let (keys, loading) = ensured()?;
    for (statement, (made, loaded)) in Statement::ALL.into_iter().zip(making.into_iter().zip(loading)) {
        println!("proving key {:12}  made in {made:8.1} ms, loaded in {loaded:7.1} ms", statement.name());
    }
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        println!("{:24}  {:8} bytes", entry.file_name().to_string_lossy(), entry.metadata()?.len());
    }
    Ok(keys)
}

fn hashes_and_trees() -> Result<(), Failure> {
    for count in 1..=12u128 {
        let inputs: Vec<FieldBytes> = (0..count).map(FieldBytes::from).collect();
        let per_hash = time(2000, || poseidon(&inputs));
        println!("Poseidon of {count}             {:8.2} us", per_hash * 1e3);
    }
    let leaves: Vec<FieldBytes> = (1..=3000u128).map(FieldBytes::from).collect();
    let mut frontier = Frontier::new();
    let per_batch = time(1, || frontier.append(&leaves));
    println!("append 3,000 leaves       {:8.2} us each", per_batch * 1e3 / 3000.0);
    println!("root of a frontier        {:8.2} us", time(20, || frontier.root()) * 1e3);
    Ok(())
}

fn spend_signatures() -> Result<(), Failure> {
    let mut items = Vec::new();
    for number in 0..128u8 {
        let secret = SpendSecret::from_wide(&[number + 1; 64]).ok_or("a secret of zero")?;
        let message = [number; 32];
        items.push(SpendItem {
            key: secret.public().to_bytes(),
            message,
            signature: secret.sign(&message, &[number; 80]),
        });
    }
    let secret = SpendSecret::from_wide(&[7; 64]).ok_or("a secret of zero")?;
    println!("spend signature           {:8.2} us", time(100, || secret.sign(&[1; 32], &[2; 80])) * 1e3);
    let single = time(100, || spend::verify(&items[0].key, &items[0].message, &items[0].signature));
    println!("  verify one              {:8.2} us", single * 1e3);
    for size in [8, 32, 128] {
        let per_item = time(5, || spend::verify_batch(&items[..size], [1; 32])) * 1e3 / size as f64;
        println!("  batch of {size:<3}            {per_item:8.2} us each");
    }
    Ok(())
}

/// 128 proofs of each statement would take a minute; eight different ones repeated cost the verifier the same.
fn proofs(keys: &ProvingKeys) -> Result<Vec<(Statement, Vec<VerifyItem>)>, Failure> {
    let mut all = Vec::new();
    for statement in Statement::ALL {
        let sample = Sample::new(statement, 1)?;
        let system = ForgedSystem::of(&sample)?;
        let [a, b, c] = system.density();
        let per_proof = time(2, || sample.prove(keys, 1));
        println!(
            "prove {:12}        {per_proof:8.1} ms   {} constraints, non-zeros {a} {b} {c}",
            statement.name(),
            system.constraint_count()
        );
        let items = (0..8).map(|number| Sample::new(statement, number)?.prove(keys, number));
        all.push((statement, items.collect::<Result<Vec<_>, _>>()?));
    }
    Ok(all)
}

fn verification(all: &[(Statement, Vec<VerifyItem>)]) {
    let keys = VerifyingKeys::development();
    for (statement, items) in all {
        let single = time(20, || verify_one(&keys, &items[0]));
        println!("verify one {:12}   {single:8.3} ms", statement.name());
        println!("  arkworks alone          {:8.3} ms", time(20, || arkworks(*statement, &items[0])));
        let many: Vec<VerifyItem> = items.iter().cycle().take(512).copied().collect();
        for size in [1, 8, 32, 128, 512] {
            let per_proof = time(1, || verify_batch(&keys, &many[..size], [7; 32], 1)) / size as f64;
            println!("  batch of {size:<3}            {per_proof:8.3} ms each");
        }
    }
    let mixed: Vec<VerifyItem> = all.iter().flat_map(|(_, items)| items).cycle().take(128).copied().collect();
    let per_proof = time(2, || verify_batch(&keys, &mixed, [7; 32], 1)) / 128.0;
    println!("mixed batch of 128        {per_proof:8.3} ms each");
    let start = Instant::now();
    black_box(verify_batch(&keys, &mixed, [7; 32], 2));
    let per_proof = start.elapsed().as_secs_f64() * 1e3 / 128.0;
    println!("  on two threads (wall)   {per_proof:8.3} ms each");
    let mut spoiled = mixed;
    spoiled[77].proof = spoiled[78].proof;
    let per_proof = time(1, || verify_batch(&keys, &spoiled, [7; 32], 1)) / 128.0;
    println!("  with one bad proof      {per_proof:8.3} ms each");
    let shifted: Vec<VerifyItem> =
        (0..128).map(|at| VerifyItem { proof: spoiled[(at + 1) % 128].proof, ..spoiled[at] }).collect();
    let per_proof = time(1, || verify_batch(&keys, &shifted, [7; 32], 1)) / 128.0;
    println!("  with only bad proofs    {per_proof:8.3} ms each");
}
