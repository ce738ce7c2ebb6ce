//! Measures the state trie: key updates per second at several sizes, in batches, and what the pages take in memory.
//!
//! `cargo run --release -p tacit-state --example trie_speed -- [batch] [threads] [max pages] [keys...]`
//! (defaults: 5000, 1, 0 for unbounded, 100000 1000000 10000000). With a bound, every batch is flushed into a store in memory
//! and pages above the bound are evicted, and the rates include that.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::time::Instant;
use tacit_state::trie::{KeyPath, MemoryPageStore, TERMINATOR, Trie, ValueHash};

/// A small xorshift generator, so that runs are repeatable.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}

/// Seconds of processor time of this thread where the system tells (so that other work on the machine counts less),
/// else of wall time. With several threads it is always wall time.
fn seconds(threads: usize, start: Instant) -> f64 {
    let scheduled = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = scheduled.split(' ').next().and_then(|field| field.parse::<f64>().ok());
    match nanoseconds.filter(|_| threads <= 1) {
        Some(nanoseconds) => nanoseconds / 1e9,
        None => start.elapsed().as_secs_f64(),
    }
}

/// Well spread key paths, as the derive-key hash gives them.
fn key(index: u64) -> KeyPath {
    let mut key = [0u8; 32];
    for (lane, chunk) in key.chunks_mut(8).enumerate() {
        let mut x = index.wrapping_add(lane as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ (lane as u64) << 56;
        x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        chunk.copy_from_slice(&(x ^ (x >> 31)).to_be_bytes());
    }
    key
}

fn value(numbers: &mut Numbers) -> ValueHash {
    let mut value = [0u8; 32];
    value.chunks_mut(8).for_each(|chunk| chunk.copy_from_slice(&numbers.next().to_be_bytes()));
    value
}

struct Setup {
    batch: usize,
    threads: usize,
    max_pages: usize,
}

fn flush(trie: &mut Trie, store: &MemoryPageStore, max_pages: usize) {
    if max_pages > 0 {
        store.apply(trie.take_dirty().unwrap());
        trie.evict(max_pages);
    }
}

fn measure(keys: u64, setup: &Setup) {
    let mut numbers = Numbers(0x7ac1_7bee_f00d);
    let store = Arc::new(MemoryPageStore::new());
    let mut trie = Trie::open(store.clone(), TERMINATOR).unwrap();
    let clock = Instant::now();
    let start = seconds(setup.threads, clock);
    for first in (0..keys).step_by(100_000) {
        let batch = (first..keys.min(first + 100_000)).map(|i| (key(i), Some(value(&mut numbers)))).collect();
        trie.update(batch, setup.threads).unwrap();
        flush(&mut trie, &store, setup.max_pages);
    }
    let build = seconds(setup.threads, clock) - start;
    let stats = trie.stats();
    println!(
        "{keys:>9} keys: built at {:>9.0} keys/s, {:>8} pages in memory, {:.0} MB, {:.1} bytes a key",
        keys as f64 / build,
        stats.loaded,
        stats.memory_bytes as f64 / 1e6,
        stats.memory_bytes as f64 / keys as f64
    );
    let mut next_key = keys;
    for (name, inserts) in [("overwrites", 0u64), ("half inserts", 50), ("half deletes", 100)] {
        let rounds = (500_000 / setup.batch).clamp(5, 200);
        let mut batches = Vec::with_capacity(rounds);
        for _ in 0..rounds {
            let batch: Vec<_> = (0..setup.batch as u64)
                .map(|i| match (inserts, i % 2) {
                    (50, 0) => {
                        next_key += 1;
                        (key(next_key), Some(value(&mut numbers)))
                    }
                    (100, 0) => {
                        next_key -= 1;
                        (key(next_key), None)
                    }
                    _ => (key(numbers.next() % keys), Some(value(&mut numbers))),
                })
                .collect();
            batches.push(batch);
        }
        let start = seconds(setup.threads, clock);
        for batch in batches {
            trie.update(batch, setup.threads).unwrap();
            flush(&mut trie, &store, setup.max_pages);
        }
        println!(
            "{keys:>9} keys, batch {}, {} thread(s), {name:>12}: {:>9.0} keys/s",
            setup.batch,
            setup.threads,
            (rounds * setup.batch) as f64 / (seconds(setup.threads, clock) - start)
        );
    }
    let start = seconds(1, clock);
    let proofs = 2_000u64;
    let bytes: usize = (0..proofs).map(|i| trie.prove(&key(i)).unwrap().encode().len()).sum();
    println!(
        "{keys:>9} keys: {:.0} proofs/s, {} bytes each",
        proofs as f64 / (seconds(1, clock) - start),
        bytes as u64 / proofs
    );
}

fn main() {
    let numbers: Vec<u64> = std::env::args().skip(1).map(|a| a.parse().unwrap()).collect();
    let setup = Setup {
        batch: numbers.first().copied().unwrap_or(5_000) as usize,
        threads: numbers.get(1).copied().unwrap_or(1) as usize,
        max_pages: numbers.get(2).copied().unwrap_or(0) as usize,
    };
    let sizes = numbers.get(3..).filter(|s| !s.is_empty()).unwrap_or(&[100_000, 1_000_000, 10_000_000]);
    sizes.iter().for_each(|keys| measure(*keys, &setup));
}
