//! Batch verification of signatures and proofs, decoding included, in processor time of one thread; proofs also on
//! two threads on the clock, and with bad proofs among them.
//!
//! A first run makes the development proving keys, which takes some seconds.
#![allow(clippy::unwrap_used)]

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use std::time::{Duration, Instant};
use tacit_benches::clock::ProcessorTime;
use tacit_circuits::testing::{Arkworks, Sample};
use tacit_circuits::{ProvingKeys, Statement, VerifyItem, VerifyingKeys, verify_batch, verify_one};
use tacit_exec::signatures::{SignatureItem, verify_each};
use tacit_exec::testing::TestKey;

/// Proofs in a batch.
const PROOFS: usize = 128;

/// Different proofs among them: the verifier does the same work for a repeated one.
const DIFFERENT: u64 = 4;

fn signatures(criterion: &mut Criterion<ProcessorTime>) {
    let mut group = criterion.benchmark_group("verify::signatures");
    group.sample_size(20).measurement_time(Duration::from_secs(3));
    for size in [1usize, 64, 256] {
        let items: Vec<SignatureItem> = (0..size as u64).map(signed).collect();
        group.throughput(Throughput::Elements(size as u64));
        group.bench_function(BenchmarkId::from_parameter(format!("batch={size}")), |bencher| {
            bencher.iter(|| assert!(verify_each(black_box(&items), [5; 32]).into_iter().all(|good| good)));
        });
    }
    group.finish();
}

/// Another key and another message each: the batch cannot merge any.
fn signed(number: u64) -> SignatureItem {
    let key = TestKey::new(number);
    let message = tacit_types::codec::hash("tacit bench message", &[&number.to_le_bytes()]);
    SignatureItem { public_key: key.public(), message, signature: key.sign(&message) }
}

fn proofs(criterion: &mut Criterion<ProcessorTime>) {
    let proving = ProvingKeys::development(&std::env::temp_dir().join("tacit-bench-keys"));
    let keys = VerifyingKeys::development();
    let proven = |statement| -> Vec<VerifyItem> {
        (0..DIFFERENT).map(|number| Sample::new(statement, number).unwrap().prove(&proving, number).unwrap()).collect()
    };
    let batch =
        |different: &[VerifyItem]| -> Vec<VerifyItem> { different.iter().cycle().take(PROOFS).copied().collect() };
    let transfers = proven(Statement::Transfer2x2);
    let mixed = batch(&Statement::ALL.into_iter().flat_map(proven).collect::<Vec<_>>());
    let mut group = criterion.benchmark_group("verify::proofs");
    group.sample_size(10).measurement_time(Duration::from_secs(3));
    group.bench_function("transfer-2x2,batch=1", |bencher| {
        bencher.iter(|| assert!(verify_one(&keys, black_box(&transfers[0])).is_ok()));
    });
    let (sample, mut arkworks) =
        (Sample::new(Statement::Transfer2x2, 0).unwrap(), Arkworks::of(Statement::Transfer2x2).unwrap());
    let theirs = arkworks.prove(&sample).unwrap();
    group.bench_function("transfer-2x2,arkworks alone, without decoding", |bencher| {
        bencher.iter(|| assert!(arkworks.verify(&sample, black_box(&theirs))));
    });
    group.throughput(Throughput::Elements(PROOFS as u64));
    let verify = |items: &[VerifyItem], threads, bad: usize| {
        let verdicts = verify_batch(&keys, black_box(items), [7; 32], threads);
        assert_eq!(verdicts.iter().filter(|verdict| verdict.is_err()).count(), bad);
    };
    for (name, items) in [("transfer-2x2", batch(&transfers)), ("all statements", mixed)] {
        group.bench_function(format!("{name},batch={PROOFS},threads=1"), |bencher| {
            bencher.iter(|| verify(&items, 1, 0));
        });
        group.bench_function(format!("{name},batch={PROOFS},threads=2,clock"), |bencher| {
            bencher.iter_custom(|batches| {
                let start = Instant::now();
                (0..batches).for_each(|_| verify(&items, 2, 0));
                start.elapsed()
            });
        });
    }
    for bad in [1, 2, 8, PROOFS] {
        let mut items = batch(&transfers);
        for index in 0..bad {
            let place = index * PROOFS / bad;
            items[place].proof = transfers[(place + 1) % transfers.len()].proof;
        }
        group.bench_function(format!("transfer-2x2,batch={PROOFS},threads=1,bad={bad}"), |bencher| {
            bencher.iter(|| verify(&items, 1, bad));
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().with_measurement(ProcessorTime);
    targets = signatures, proofs
}
criterion_main!(benches);
