//! The state trie: key updates in batches of 5,000 (overwrites of random keys), without the disk, in processor time of
//! one thread.
//!
//! Sizes are 10^5 and 10^6 keys; `TACIT_BENCH_HUGE=1` adds 10^7. The example `trie_speed` of `tacit-state` also measures
//! inserts, deletes, proofs and a bounded page cache.
#![allow(clippy::unwrap_used)]

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use std::sync::Arc;
use std::time::Duration;
use tacit_benches::clock::ProcessorTime;
use tacit_state::trie::{KeyPath, MemoryPageStore, TERMINATOR, Trie, ValueHash};

const BATCH: u64 = 5_000;

type Change = (KeyPath, Option<ValueHash>);

/// Well spread 32 bytes, as hashing a key gives them.
fn spread(number: u64) -> [u8; 32] {
    tacit_types::codec::hash("tacit bench trie key", &[&number.to_le_bytes()])
}

/// A batch that overwrites keys all over the trie; `round` makes the values new.
fn overwrites(keys: u64, round: u64) -> Vec<Change> {
    let index = |number: u64| round.wrapping_mul(BATCH).wrapping_add(number).wrapping_mul(0x9E37_79B9_7F4A_7C15) % keys;
    (0..BATCH).map(|number| (spread(index(number)), Some(spread(round ^ number << 32)))).collect()
}

fn trie(criterion: &mut Criterion<ProcessorTime>) {
    let mut group = criterion.benchmark_group("trie::update");
    group.sample_size(10).measurement_time(Duration::from_secs(4)).throughput(Throughput::Elements(BATCH));
    let huge = std::env::var_os("TACIT_BENCH_HUGE").is_some();
    for keys in [100_000u64, 1_000_000, 10_000_000].into_iter().take(if huge { 3 } else { 2 }) {
        let mut trie = Trie::open(Arc::new(MemoryPageStore::new()), TERMINATOR).unwrap();
        for first in (0..keys).step_by(100_000) {
            let batch = (first..first + 100_000).map(|number| (spread(number), Some(spread(!number)))).collect();
            trie.update(batch, 2).unwrap();
        }
        let mut round = 0;
        group.bench_function(BenchmarkId::from_parameter(format!("keys={keys}")), |bencher| {
            let next = || {
                round += 1;
                overwrites(keys, round)
            };
            bencher.iter_batched(next, |batch| trie.update(batch, 1).unwrap(), BatchSize::LargeInput);
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().with_measurement(ProcessorTime);
    targets = trie
}
criterion_main!(benches);
