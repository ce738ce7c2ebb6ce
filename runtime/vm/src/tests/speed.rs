//! Rough speed on this machine, printed; not asserted, because machines differ. `benches/` holds the real ones.

mod long {
    use super::super::contracts::artifact;
    use super::super::support::{ALICE, MemoryWorld, module, vm};
    use crate::CallParams;
    use std::time::{Duration, Instant};
    use tacit_types::{Address, Amount, CodeHash, Gas};

    const CONTRACT: Address = Address([1; 32]);

    fn world(code: &[u8]) -> MemoryWorld {
        let mut world = MemoryWorld::default();
        let hash = CodeHash::of(&[code]);
        world.codes.insert(hash, code.to_vec());
        world.contracts.insert(CONTRACT, hash);
        world
    }

    fn params<'a>(function: &'a str, input: &'a [u8]) -> CallParams<'a> {
        CallParams { caller: ALICE, contract: CONTRACT, function, input, value: Amount::ZERO, gas_limit: Gas(1 << 50) }
    }

    /// Calls a second for about a second.
    fn rate(mut call: impl FnMut(u64)) -> f64 {
        (0..100).for_each(&mut call);
        let start = Instant::now();
        let mut calls = 0_u64;
        while start.elapsed() < Duration::from_secs(1) {
            (0..100).for_each(|index| call(calls + index));
            calls += 100;
        }
        calls as f64 / start.elapsed().as_secs_f64()
    }

    #[test]
    #[ignore = "a measurement: run with --ignored --nocapture"]
    fn calls_per_second() {
        let mut noop = world(&module("(func (export \"run\"))"));
        let per_second = rate(|_| {
            vm().call(&mut noop, params("run", &[])).unwrap().result.unwrap();
            noop.commit();
        });
        println!("no-op call: {per_second:.0}/s");

        let mut token = world(&artifact("token"));
        vm().instantiate(&mut token, params("", &u128::MAX.to_le_bytes())).unwrap().result.unwrap();
        let mut gas = 0;
        let per_second = rate(|index| {
            let mut input = [0; 48];
            input[..8].copy_from_slice(&(index % 10_000).to_le_bytes());
            input[32] = 1;
            let outcome = vm().call(&mut token, params("transfer", &input)).unwrap();
            outcome.result.unwrap();
            gas = outcome.gas_used.0;
            token.commit();
            token.events.clear();
        });
        println!("token transfer: {per_second:.0}/s, {gas} gas");
    }
}
