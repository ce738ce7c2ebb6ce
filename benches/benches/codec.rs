//! Decoding and hashing a transfer, as every node does with every transaction.
#![allow(clippy::unwrap_used)]

use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use tacit_exec::testing::MemoryChain;
use tacit_types::Tx;
use tacit_types::tx::full_hash;

fn codec(criterion: &mut Criterion) {
    let chain = MemoryChain::new(1, 2);
    let tx = chain.transfer(&chain.accounts[0], chain.accounts[1].address(), 5);
    let bytes = tx.encode();
    println!("a transfer has {} bytes", bytes.len());
    criterion.bench_function("codec::decode/tx=transfer", |bencher| {
        bencher.iter(|| Tx::decode(black_box(&bytes)).unwrap());
    });
    criterion.bench_function("codec::encode/tx=transfer", |bencher| bencher.iter(|| black_box(&tx).encode()));
    criterion.bench_function("codec::full_hash/tx=transfer", |bencher| bencher.iter(|| full_hash(black_box(&bytes))));
    criterion.bench_function("codec::tx_id/tx=transfer", |bencher| bencher.iter(|| black_box(&tx).id()));
}

criterion_group!(benches, codec);
criterion_main!(benches);
