//! What compiled modules hold and who may fill their cache: neither small code nor simulations may take what others need.

use super::support::{ALICE, MemoryWorld, vm};
use crate::{CallParams, Fault, Lane, Vm, VmConfig};
use tacit_types::{Address, Amount, CodeHash, Gas};

const CONTRACT: Address = Address([1; 32]);

/// The smallest code with the most memory: a byte of data at each end of it. `number` makes it another one.
fn stretched(number: u32) -> Vec<u8> {
    let text = format!(
        "(module (memory (export \"memory\") 8) (data (i32.const 0) \"x\") (data (i32.const 524287) \"y\")
            (func (export \"run\") (drop (i32.const {number}))))"
    );
    wat::parse_str(&text).unwrap()
}

/// A world with one contract, whose code it holds or has lost.
fn world(code: &[u8], has_code: bool) -> MemoryWorld {
    let mut world = MemoryWorld::default();
    let hash = CodeHash::of(&[code]);
    world.contracts.insert(CONTRACT, hash);
    world.codes.insert(hash, code.to_vec());
    if !has_code {
        world.lost.insert(hash);
    }
    world
}

fn run(vm: &Vm, world: &mut MemoryWorld) -> Result<(), Fault> {
    let params = CallParams {
        caller: ALICE,
        contract: CONTRACT,
        function: "run",
        input: &[],
        value: Amount::ZERO,
        gas_limit: Gas(5_000_000),
        record: false,
    };
    vm.call(world, params)?.result.unwrap();
    Ok(())
}

#[test]
#[cfg(target_os = "linux")]
fn kept_modules_hold_no_file_and_no_image_of_their_memory() {
    let files = || std::fs::read_dir("/proc/self/fd").unwrap().count();
    run(vm(), &mut world(&stretched(0), true)).unwrap();
    let before = files();
    for number in 1..=64 {
        run(vm(), &mut world(&stretched(number), true)).unwrap();
    }
    // Tests beside this one may have opened a few.
    assert!(files() < before + 32, "{} files were open, {} are", before, files());
    let engine = crate::engine::engine(1).unwrap();
    let image = wasmtime::Module::new(&engine, stretched(0)).unwrap().image_range();
    assert!(image.end.addr() - image.start.addr() < 64 * 1024, "{image:?}");
}

#[test]
fn data_lies_where_the_module_says_in_every_instance() {
    let code = super::support::module(
        "(data (i32.const 4090) \"across a page\") (data (i32.const 65535) \"z\") (data (i32.const 4096) \"later wins\")
         (func (export \"run\")
            (if (i32.ne (i32.load8_u (i32.const 4095)) (i32.const 115)) (then unreachable))
            (if (i32.ne (i32.load8_u (i32.const 4096)) (i32.const 108)) (then unreachable))
            (if (i32.ne (i32.load8_u (i32.const 4107)) (i32.const 0)) (then unreachable))
            (if (i32.ne (i32.load8_u (i32.const 65535)) (i32.const 122)) (then unreachable))
            (memory.fill (i32.const 0) (i32.const 0xff) (i32.const 65536)))",
    );
    for _ in 0..40 {
        run(vm(), &mut world(&code, true)).unwrap();
    }
}

#[test]
fn what_is_simulated_is_not_kept_for_execution_and_displaces_nothing() {
    let executing = Vm::new(VmConfig { execution_calls: 1, view_calls: 1 }).unwrap();
    let simulating = executing.on(Lane::View);
    let [live, simulated] = [stretched(0), stretched(1)];
    run(&executing, &mut world(&live, true)).unwrap();
    for number in 1..=300 {
        run(&simulating, &mut world(&stretched(number), true)).unwrap();
    }
    let lost = run(&executing, &mut world(&simulated, false)).unwrap_err();
    assert!(lost.0.contains("is lost"), "{lost}");
    run(&executing, &mut world(&live, false)).unwrap();
    // Views use what execution has, and their own beside it is bounded: the first simulated module went long ago.
    run(&simulating, &mut world(&live, false)).unwrap();
    run(&simulating, &mut world(&stretched(300), false)).unwrap();
    run(&simulating, &mut world(&simulated, false)).unwrap_err();
}
