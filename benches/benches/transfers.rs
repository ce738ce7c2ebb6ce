//! Signed transfers in process: verify, execute, state root, synced commit to RocksDB, at several sizes of the state.
//!
//! `TACIT_BENCH_LARGE=1` adds 10^6 accounts.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use std::time::Duration;
use tacit_benches::DiskChain;

const BLOCK: usize = 5_000;

fn transfers(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("exec::transfers");
    group.sample_size(10).measurement_time(Duration::from_secs(10)).throughput(Throughput::Elements(BLOCK as u64));
    let large = std::env::var_os("TACIT_BENCH_LARGE").is_some();
    for accounts in [100_000u64, 1_000_000].into_iter().take(if large { 2 } else { 1 }) {
        let chain = DiskChain::new(accounts);
        for threads in [1, 2] {
            let id = BenchmarkId::from_parameter(format!("accounts={accounts},threads={threads}"));
            let mut parts = (Duration::ZERO, Duration::ZERO, Duration::ZERO, 0u32);
            group.bench_function(id, |bencher| {
                bencher.iter_custom(|blocks| {
                    let mut total = Duration::ZERO;
                    for _ in 0..blocks {
                        let spent = chain.run(chain.block_of_transfers(BLOCK), threads);
                        total += spent.total();
                        parts = (parts.0 + spent.validate, parts.1 + spent.execute, parts.2 + spent.commit, parts.3 + 1);
                    }
                    total
                });
            });
            let (validate, execute, commit, blocks) = parts;
            println!(
                "    of a block: validate {:?}, execute {:?}, root and commit {:?}",
                validate / blocks, execute / blocks, commit / blocks
            );
        }
    }
    group.finish();
}

criterion_group!(benches, transfers);
criterion_main!(benches);
