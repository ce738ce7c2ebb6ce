//! Proving and loading proving keys, beside arkworks alone in the same run: the same statement, and a chain of squarings of
//! the same size.
//!
//! Processor time counts all threads of the process (in ticks of 10 ms, thus over several proofs); rows that end in
//! `clock` are wall time on all cores. A first run makes the proving keys, which takes some seconds.
#![allow(clippy::unwrap_used)]

use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use std::time::{Duration, Instant};
use tacit_benches::clock::process_time;
use tacit_circuits::testing::{Arkworks, Sample};
use tacit_circuits::{ProvingKeys, Statement};

/// Constraints of the synthetic circuit: with its public input it fills the domain that the 2-2 transfer needs.
const SYNTHETIC: usize = (1 << 14) - 2;

/// Runs work that many times and says how long it took on the clock and on all processors.
fn both(times: u64, mut work: impl FnMut()) -> (Duration, Duration) {
    let (clock, processors) = (Instant::now(), process_time());
    (0..times).for_each(|_| work());
    (clock.elapsed(), process_time().saturating_sub(processors))
}

fn proving(criterion: &mut Criterion) {
    let keys = ProvingKeys::development(&std::env::temp_dir().join("tacit-bench-keys"));
    let mut group = criterion.benchmark_group("prove");
    group.sample_size(10).measurement_time(Duration::from_secs(8));
    for statement in [Statement::Transfer2x2, Statement::Transfer1x2, Statement::Transfer8x2, Statement::Membership] {
        keys.ensure(statement, &mut |_, _| {}).unwrap();
        let sample = Sample::new(statement, 1).unwrap();
        let mut seed = 0;
        let mut prove = || {
            seed += 1;
            black_box(sample.prove(&keys, seed).unwrap());
        };
        group.bench_function(format!("{statement},processors"), |bencher| {
            bencher.iter_custom(|times| both(times, &mut prove).1);
        });
        group.bench_function(format!("{statement},clock"), |bencher| {
            bencher.iter_custom(|times| both(times, &mut prove).0);
        });
    }
    let sample = Sample::new(Statement::Transfer2x2, 1).unwrap();
    let mut arkworks = Arkworks::of(Statement::Transfer2x2).unwrap();
    group.bench_function("transfer-2x2,arkworks alone,processors", |bencher| {
        bencher.iter_custom(|times| both(times, || _ = black_box(arkworks.prove(&sample).unwrap())).1);
    });
    let mut chain = Arkworks::synthetic(SYNTHETIC).unwrap();
    group.bench_function("synthetic 2^14,arkworks alone,processors", |bencher| {
        bencher.iter_custom(|times| both(times, || _ = black_box(chain.prove_synthetic(SYNTHETIC).unwrap())).1);
    });
    group.finish();
}

/// From the file in the system's cache to a key that can prove: reading, digest, points.
fn loading(criterion: &mut Criterion) {
    let folder = std::env::temp_dir().join("tacit-bench-keys");
    let mut group = criterion.benchmark_group("proving key");
    group.sample_size(10).measurement_time(Duration::from_secs(3));
    for statement in [Statement::Transfer2x2, Statement::Transfer8x2] {
        ProvingKeys::development(&folder).ensure(statement, &mut |_, _| {}).unwrap();
        group.bench_function(format!("{statement},load"), |bencher| {
            bencher.iter(|| ProvingKeys::development(&folder).ensure(statement, &mut |_, _| {}).unwrap());
        });
    }
    let bytes = Arkworks::of(Statement::Transfer2x2).unwrap().key_bytes().unwrap();
    for check in [false, true] {
        group.bench_function(format!("transfer-2x2,arkworks alone,checked={check}"), |bencher| {
            bencher.iter(|| assert!(Arkworks::read_key(black_box(&bytes), check)));
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default();
    targets = proving, loading
}
criterion_main!(benches);
