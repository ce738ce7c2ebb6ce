//! Private transfers in process: decode, verify in batches, execute, append to the note tree, state root, synced commit.
//!
//! Proving them comes first and is not measured; it takes about a minute.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use std::time::Duration;
use tacit_benches::{DiskChain, Spent};
use tacit_circuits::ProvingKeys;

/// Private transfers in a block, one proof each.
const BLOCK: usize = 128;
/// Small, because the state's size is not the question here.
const ACCOUNTS: u64 = 5_000;

fn private(criterion: &mut Criterion) {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("tacit-proving-keys");
    let keys = ProvingKeys::development(&folder);
    let txs = DiskChain::new(ACCOUNTS).block_of_private_transfers(BLOCK, &keys);
    let mut group = criterion.benchmark_group("exec::private");
    group.sample_size(10).measurement_time(Duration::from_secs(3)).throughput(Throughput::Elements(BLOCK as u64));
    for threads in [1, 2] {
        let (mut spent, mut blocks) = (Spent::default(), 0u32);
        group.bench_function(BenchmarkId::from_parameter(format!("batch={BLOCK},threads={threads}")), |bencher| {
            bencher.iter_custom(|rounds| {
                let mut total = Duration::ZERO;
                for _ in 0..rounds {
                    // A new chain each time: a note can be spent once.
                    let block = DiskChain::new(ACCOUNTS).run(txs.clone(), threads);
                    total += block.wall();
                    spent += block;
                    blocks += 1;
                }
                total
            });
        });
        spent.report(blocks, BLOCK);
    }
    group.finish();
}

criterion_group!(benches, private);
criterion_main!(benches);
