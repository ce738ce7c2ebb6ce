//! Tacit: the VM alone over a map in memory, and blocks of transactions through validation and execution.

use crate::measure::{self, Draw, Work, thread_time};
use crate::token_chain::TokenChain;
use crate::world::MapWorld;
use eyre::{Result, ensure, eyre};
use tacit_types::{Address, Amount, Gas};
use tacit_vm::{CallParams, Vm, VmConfig};

const CONTRACT: Address = Address([1; 32]);
const CREATOR: Address = Address([0xa1; 32]);
/// More than anybody gives away.
const SHARE: u128 = 1 << 64;

/// The smallest contract: one function that does nothing.
pub const NOOP: &str = r#"(module (memory (export "memory") 1) (func (export "run")))"#;

/// A call that does nothing, each in its own instance.
pub fn noop() -> Result<Work> {
    let vm = vm()?;
    let mut world = MapWorld::default();
    world.place(CONTRACT, &wat::parse_str(NOOP)?);
    Ok(measure::each(move || {
        call(&vm, &mut world, CREATOR, "run", &[]);
    }))
}

/// Transfers between `accounts` accounts that hold the token.
pub fn transfers(code: &[u8], accounts: usize) -> Result<Work> {
    let vm = vm()?;
    let mut world = MapWorld::default();
    world.place(CONTRACT, code);
    let made = vm.instantiate(&mut world, params(CREATOR, "", &u128::MAX.to_le_bytes()))?;
    made.result.map_err(|reject| eyre!("{reject}"))?;
    world.commit();
    let holders: Vec<Address> = (0..accounts as u64).map(holder).collect();
    for to in &holders {
        call(&vm, &mut world, CREATOR, "transfer", &transfer(to, SHARE));
    }
    call(&vm, &mut world, holders[0], "transfer", &transfer(&holders[1], 1));
    let balance = call(&vm, &mut world, CREATOR, "balance_of", &holders[1].0);
    ensure!(balance == (SHARE + 1).to_le_bytes(), "our token did not move");
    let mut draw = Draw::new(accounts);
    Ok(measure::each(move || {
        let (from, to) = draw.pair();
        call(&vm, &mut world, holders[from], "transfer", &transfer(&holders[to], 1));
    }))
}

/// Blocks of transfers whose signatures and charges were checked before: execution alone.
pub fn checked(code: &[u8], block: usize) -> Work {
    let chain = TokenChain::new(code, block);
    let valid = chain.validate(&chain.block());
    Box::new(move |operations| {
        let blocks = operations.div_ceil(block as u64);
        let start = thread_time();
        (0..blocks).for_each(|_| chain.execute(&valid));
        (blocks * block as u64, thread_time() - start)
    })
}

/// Blocks of signed transfers from bytes, signatures verified in batches as a validator does, on one thread.
pub fn signed(code: &[u8], block: usize) -> Work {
    let chain = TokenChain::new(code, block);
    let bytes = chain.block();
    Box::new(move |operations| {
        let blocks = operations.div_ceil(block as u64);
        let start = thread_time();
        (0..blocks).for_each(|_| chain.run(&bytes));
        (blocks * block as u64, thread_time() - start)
    })
}

fn vm() -> Result<Vm> {
    Ok(Vm::new(VmConfig { execution_calls: 1, view_calls: 1 })?)
}

fn holder(number: u64) -> Address {
    let mut address = [7; 32];
    address[..8].copy_from_slice(&number.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_le_bytes());
    Address(address)
}

fn params<'a>(caller: Address, function: &'a str, input: &'a [u8]) -> CallParams<'a> {
    let gas_limit = Gas(1 << 40);
    CallParams { caller, contract: CONTRACT, function, input, value: Amount::ZERO, gas_limit, record: false }
}

fn call(vm: &Vm, world: &mut MapWorld, caller: Address, function: &str, input: &[u8]) -> Vec<u8> {
    let outcome = vm.call(world, params(caller, function, input)).expect("no fault");
    world.commit();
    outcome.result.expect("a call that succeeds")
}

fn transfer(to: &Address, amount: u128) -> [u8; 48] {
    let mut input = [0; 48];
    input[..32].copy_from_slice(&to.0);
    input[32..].copy_from_slice(&amount.to_le_bytes());
    input
}
