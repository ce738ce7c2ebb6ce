//! Calls of contracts: through the VM alone, and as signed transactions through validation and execution in memory. In processor
//! time of one thread.
//!
//! Every call has its own instance, as on the chain. The committed artifacts are used, so no wasm toolchain is needed.
#![allow(clippy::unwrap_used)]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::path::Path;
use std::time::Duration;
use tacit_benches::MapWorld;
use tacit_benches::clock::{ProcessorTime, thread_time};
use tacit_benches::token_chain::TokenChain;
use tacit_types::{Address, Amount, Gas};
use tacit_vm::{CallParams, Vm, VmConfig};

const CONTRACT: Address = Address([1; 32]);
const CALLER: Address = Address([0xa1; 32]);

/// The smallest contract: one function that does nothing.
const NOOP: &str = r#"(module (memory (export "memory") 1) (func (export "run")))"#;

/// Signed calls in one block.
const SIGNED: usize = 1_000;

fn artifact(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../contracts/artifacts");
    std::fs::read(folder.join(name).with_extension("wasm")).unwrap()
}

fn params<'a>(function: &'a str, input: &'a [u8]) -> CallParams<'a> {
    let gas_limit = Gas(1 << 40);
    CallParams { caller: CALLER, contract: CONTRACT, function, input, value: Amount::ZERO, gas_limit, record: false }
}

/// A world with one contract.
fn world(vm: &Vm, code: &[u8], init: Option<&[u8]>) -> MapWorld {
    let mut world = MapWorld::default();
    world.place(CONTRACT, code);
    if let Some(input) = init {
        vm.instantiate(&mut world, params("", input)).unwrap().result.unwrap();
        world.commit();
    }
    world
}

fn vm_alone(criterion: &mut Criterion<ProcessorTime>) {
    let vm = Vm::new(VmConfig::default()).unwrap();
    let mut group = criterion.benchmark_group("contracts::call");
    group.measurement_time(Duration::from_secs(3)).sample_size(20).throughput(Throughput::Elements(1));
    let mut noop = world(&vm, &wat::parse_str(NOOP).unwrap(), None);
    group.bench_function("contract=noop", |bencher| {
        bencher.iter(|| {
            vm.call(&mut noop, params("run", &[])).unwrap().result.unwrap();
            noop.commit();
        });
    });
    let mut counter = world(&vm, &artifact("counter"), Some(&0u64.to_le_bytes()));
    group.bench_function("contract=counter", |bencher| {
        bencher.iter(|| {
            vm.call(&mut counter, params("increment", &[])).unwrap().result.unwrap();
            counter.commit();
        });
    });
    let mut token = world(&vm, &artifact("token"), Some(&u128::MAX.to_le_bytes()));
    let mut number = 0u64;
    group.bench_function("contract=token,function=transfer", |bencher| {
        bencher.iter(|| {
            // 10,000 receivers, as in the peers' measurements.
            number = (number + 1) % 10_000;
            let mut input = [0; 48];
            input[..8].copy_from_slice(&number.to_le_bytes());
            input[32] = 1;
            vm.call(&mut token, params("transfer", &input)).unwrap().result.unwrap();
            token.commit();
        });
    });
    group.finish();
}

fn signed(criterion: &mut Criterion<ProcessorTime>) {
    let chain = TokenChain::new(&artifact("token"), SIGNED);
    let block = chain.block();
    let mut group = criterion.benchmark_group("contracts::signed_transfer");
    group.sample_size(10).measurement_time(Duration::from_secs(3)).throughput(Throughput::Elements(SIGNED as u64));
    group.bench_function("contract=token,threads=1", |bencher| {
        bencher.iter_custom(|blocks| {
            let start = thread_time();
            (0..blocks).for_each(|_| chain.run(&block));
            thread_time().saturating_sub(start)
        });
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().with_measurement(ProcessorTime);
    targets = vm_alone, signed
}
criterion_main!(benches);
