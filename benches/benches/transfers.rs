//! Signed transfers in process: verify, execute, state root, synced commit to RocksDB, at several sizes of the state.
//!
//! `TACIT_BENCH_LARGE=1` adds 10^6 accounts.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use std::time::Duration;
use tacit_benches::{DiskChain, Spent};

const BLOCK: usize = 5_000;

fn transfers(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("exec::transfers");
    group.sample_size(10).measurement_time(Duration::from_secs(10)).throughput(Throughput::Elements(BLOCK as u64));
    let large = std::env::var_os("TACIT_BENCH_LARGE").is_some();
    for accounts in [100_000u64, 1_000_000].into_iter().take(if large { 2 } else { 1 }) {
        let chain = DiskChain::new(accounts);
        for threads in [1, 2] {
            let id = BenchmarkId::from_parameter(format!("accounts={accounts},threads={threads}"));
            let (mut spent, mut blocks_run) = (Spent::default(), 0u32);
            group.bench_function(id, |bencher| {
                bencher.iter_custom(|blocks| {
                    let mut total = Duration::ZERO;
                    for _ in 0..blocks {
                        let block = chain.run(chain.block_of_transfers(BLOCK), threads);
                        total += block.wall();
                        spent += block;
                        blocks_run += 1;
                    }
                    total
                });
            });
            spent.report(blocks_run, BLOCK);
        }
    }
    group.finish();
}

criterion_group!(benches, transfers);
criterion_main!(benches);
