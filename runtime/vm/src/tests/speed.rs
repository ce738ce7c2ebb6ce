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
        CallParams {
            caller: ALICE,
            contract: CONTRACT,
            function,
            input,
            value: Amount::ZERO,
            gas_limit: Gas(1 << 50),
            record: false,
        }
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

    fn resident_kib() -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    #[test]
    #[ignore = "a measurement: run with --ignored --nocapture"]
    fn memory_and_compilation() {
        let before = resident_kib();
        let engine = crate::engine::engine(64).unwrap();
        println!("an engine with 64 slots: {} KiB resident", resident_kib() - before);
        let token = crate::meter::meter(&artifact("token")).unwrap();
        // A module near the largest: many functions of straight arithmetic.
        let line = "(local.set 0 (i64.mul (i64.xor (local.get 0) (i64.const 77)) (i64.const 1234567)))".repeat(300);
        let large =
            module(&"(func (param i64) X (i64.store (i32.const 0) (local.get 0)))".replace('X', &line).repeat(120));
        for (name, code) in [("token", token), ("large", crate::meter::meter(&large).unwrap())] {
            let start = Instant::now();
            let module = wasmtime::Module::new(&engine, &code).unwrap();
            println!("{name}: {} bytes compile in {:.1} ms", code.len(), start.elapsed().as_secs_f64() * 1e3);
            drop(module);
        }
    }

    /// A module with data at both ends of a memory of some pages; `number` makes it another one.
    fn stretched(pages: u32, number: u32) -> Vec<u8> {
        let last = pages * 65_536 - 1;
        let text = format!(
            "(module (memory (export \"memory\") {pages}) (data (i32.const 0) \"x\") (data (i32.const {last}) \"y\")
                (func (export \"run\") (drop (i32.const {number}))))"
        );
        wat::parse_str(&text).unwrap()
    }

    #[test]
    #[ignore = "a measurement: run with --ignored --nocapture"]
    fn what_a_small_module_holds() {
        const MODULES: u32 = 2_000;
        vm().call(&mut world(&stretched(8, 0)), params("run", &[])).unwrap().result.unwrap();
        let before = resident_kib();
        for number in 1..=MODULES {
            vm().call(&mut world(&stretched(8, number)), params("run", &[])).unwrap().result.unwrap();
        }
        println!("a module of 150 bytes: {} KiB resident", (resident_kib() - before) / u64::from(MODULES));
        let engine = crate::engine::engine(4).unwrap();
        for pages in [1, 2, 8] {
            let code = crate::meter::meter(&stretched(pages, 1)).unwrap();
            let image = wasmtime::Module::new(&engine, &code).unwrap().image_range();
            println!("{pages} pages: an image of {} bytes", image.end.addr() - image.start.addr());
        }
    }

    #[test]
    #[ignore = "a measurement: run with --ignored --nocapture"]
    fn instances_per_second() {
        for pages in [1, 2, 8] {
            let mut stretched = world(&stretched(pages, 0));
            let per_second = rate(|_| {
                vm().call(&mut stretched, params("run", &[])).unwrap().result.unwrap();
                stretched.commit();
            });
            println!("{pages} pages: {:.2} us from instance to drop", 1e6 / per_second);
        }
        // Alternating modules: no slot of the pool finds the memory of the module before.
        let mut both = [world(&stretched(2, 1)), world(&stretched(2, 2))];
        let per_second = rate(|index| {
            let one = &mut both[(index % 2) as usize];
            vm().call(one, params("run", &[])).unwrap().result.unwrap();
            one.commit();
        });
        println!("2 pages, two modules in turn: {:.2} us from instance to drop", 1e6 / per_second);
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

    /// Work of several kinds, without host calls: calls, memory in loops, straight arithmetic, branches.
    const KERNELS: [(&str, &str); 9] = [
        (
            "calls (fibonacci)",
            "(func $fib (param $n i32) (result i32)
                (if (result i32) (i32.lt_u (local.get $n) (i32.const 2)) (then (local.get $n))
                    (else (i32.add (call $fib (i32.sub (local.get $n) (i32.const 1))) (call $fib (i32.sub (local.get $n) (i32.const 2)))))))
             (func (export \"run\") (drop (call $fib (i32.const 24))))",
        ),
        (
            "memory (sieve)",
            "(func $sieve (local $i i32) (local $j i32)
                (local.set $i (i32.const 2))
                (loop $next
                    (if (i32.eqz (i32.load8_u (local.get $i))) (then
                        (local.set $j (i32.shl (local.get $i) (i32.const 1)))
                        (block $done (loop $mark
                            (br_if $done (i32.ge_u (local.get $j) (i32.const 65536)))
                            (i32.store8 (local.get $j) (i32.const 1))
                            (local.set $j (i32.add (local.get $j) (local.get $i)))
                            (br $mark)))))
                    (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 65536)))))
             (func (export \"run\") (local $n i32) (loop (call $sieve) (memory.fill (i32.const 0) (i32.const 0) (i32.const 65536))
                (br_if 0 (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 4)))))",
        ),
        ("arithmetic (mixing)", "MIX"),
        (
            "loop (checksum)",
            "(func (export \"run\") (local $i i32) (local $n i32) (local $a i32) (local $b i32)
                (loop $again
                    (local.set $i (i32.const 0))
                    (loop $byte
                        (local.set $a (i32.add (local.get $a) (i32.load8_u (local.get $i))))
                        (local.set $b (i32.add (local.get $b) (local.get $a)))
                        (br_if $byte (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 65536))))
                    (br_if $again (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 16))))
                (i32.store (i32.const 0) (local.get $b)))",
        ),
        (
            "branches (collatz)",
            "(func (export \"run\") (local $i i64) (local $n i64) (local $steps i64)
                (local.set $i (i64.const 1))
                (loop $start
                    (local.set $n (local.get $i))
                    (block $one (loop $step
                        (br_if $one (i64.le_u (local.get $n) (i64.const 1)))
                        (if (i64.eqz (i64.and (local.get $n) (i64.const 1)))
                            (then (local.set $n (i64.shr_u (local.get $n) (i64.const 1))))
                            (else (local.set $n (i64.add (i64.mul (local.get $n) (i64.const 3)) (i64.const 1)))))
                        (local.set $steps (i64.add (local.get $steps) (i64.const 1)))
                        (br $step)))
                    (br_if $start (i64.lt_u (local.tee $i (i64.add (local.get $i) (i64.const 1))) (i64.const 6000)))))",
        ),
        (
            "table of hashes (open addresses)",
            "(func $slot (param $key i64) (result i32) (local $at i32)
                (local.set $at (i32.and (i32.wrap_i64 (i64.shr_u (i64.mul (local.get $key) (i64.const -7046029254386353131)) (i64.const 52))) (i32.const 4095)))
                (loop $probe
                    (if (i64.eqz (i64.load (i32.shl (local.get $at) (i32.const 4)))) (then (return (i32.shl (local.get $at) (i32.const 4)))))
                    (if (i64.eq (i64.load (i32.shl (local.get $at) (i32.const 4))) (local.get $key)) (then (return (i32.shl (local.get $at) (i32.const 4)))))
                    (local.set $at (i32.and (i32.add (local.get $at) (i32.const 1)) (i32.const 4095)))
                    (br $probe))
                (unreachable))
             (func (export \"run\") (local $i i64) (local $at i32)
                (loop $next
                    (local.set $i (i64.add (local.get $i) (i64.const 1)))
                    (local.set $at (call $slot (i64.add (i64.and (i64.mul (local.get $i) (i64.const 2654435761)) (i64.const 2047)) (i64.const 1))))
                    (i64.store (local.get $at) (i64.add (i64.and (i64.mul (local.get $i) (i64.const 2654435761)) (i64.const 2047)) (i64.const 1)))
                    (i64.store offset=8 (local.get $at) (i64.add (i64.load offset=8 (local.get $at)) (local.get $i)))
                    (br_if $next (i64.lt_u (local.get $i) (i64.const 50000)))))",
        ),
        (
            "amounts of 128 bits (multiplied, checked, added)",
            "(func $product (param $a i64) (param $b i64) (param $out i32) (local $m i64) (local $low i64) (local $x i64) (local $y i64)
                (local.set $m (i64.const 0xffffffff))
                (local.set $low (i64.mul (i64.and (local.get $a) (local.get $m)) (i64.and (local.get $b) (local.get $m))))
                (local.set $x (i64.add (i64.mul (i64.shr_u (local.get $a) (i64.const 32)) (i64.and (local.get $b) (local.get $m))) (i64.shr_u (local.get $low) (i64.const 32))))
                (local.set $y (i64.add (i64.mul (i64.and (local.get $a) (local.get $m)) (i64.shr_u (local.get $b) (i64.const 32))) (i64.and (local.get $x) (local.get $m))))
                (i64.store (local.get $out) (i64.or (i64.shl (local.get $y) (i64.const 32)) (i64.and (local.get $low) (local.get $m))))
                (i64.store offset=8 (local.get $out) (i64.add (i64.add (i64.mul (i64.shr_u (local.get $a) (i64.const 32)) (i64.shr_u (local.get $b) (i64.const 32)))
                    (i64.shr_u (local.get $x) (i64.const 32))) (i64.shr_u (local.get $y) (i64.const 32)))))
             (func $add (param $to i32) (param $from i32) (local $low i64) (local $carry i64)
                (local.set $low (i64.add (i64.load (local.get $to)) (i64.load (local.get $from))))
                (local.set $carry (i64.extend_i32_u (i64.lt_u (local.get $low) (i64.load (local.get $from)))))
                (i64.store (local.get $to) (local.get $low))
                (local.set $low (i64.add (i64.load offset=8 (local.get $to)) (local.get $carry)))
                (if (i64.lt_u (local.get $low) (local.get $carry)) (then (unreachable)))
                (i64.store offset=8 (local.get $to) (i64.add (local.get $low) (i64.shr_u (i64.load offset=8 (local.get $from)) (i64.const 24)))))
             (func (export \"run\") (local $i i64)
                (loop $next
                    (local.set $i (i64.add (local.get $i) (i64.const 1)))
                    (call $product (i64.mul (local.get $i) (i64.const 0x123456789abcdef)) (i64.add (local.get $i) (i64.const 987654321987)) (i32.const 64))
                    (call $add (i32.const 96) (i32.const 64))
                    (br_if $next (i64.lt_u (local.get $i) (i64.const 60000)))))",
        ),
        (
            "reading bytes (numbers of variable length)",
            "(func $number (param $at i32) (result i32) (local $word i32) (local $shift i32) (local $byte i32)
                (loop $more
                    (local.set $byte (i32.load8_u (local.get $at)))
                    (local.set $word (i32.or (local.get $word) (i32.shl (i32.and (local.get $byte) (i32.const 127)) (local.get $shift))))
                    (local.set $shift (i32.add (local.get $shift) (i32.const 7)))
                    (local.set $at (i32.add (local.get $at) (i32.const 1)))
                    (if (i32.gt_u (local.get $shift) (i32.const 28)) (then (unreachable)))
                    (br_if $more (i32.and (local.get $byte) (i32.const 128))))
                (i32.store (i32.const 60000) (i32.add (i32.load (i32.const 60000)) (local.get $word)))
                (local.get $at))
             (func (export \"run\") (local $at i32) (local $n i32)
                (loop $fill
                    (i32.store8 (local.get $at) (i32.mul (local.get $at) (i32.const 0x65)))
                    (br_if $fill (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 1))) (i32.const 32768))))
                (loop $fill
                    (i32.store8 (i32.mul (local.get $n) (i32.const 3)) (i32.const 5))
                    (br_if $fill (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 10922))))
                (local.set $n (i32.const 0))
                (loop $again
                    (local.set $at (i32.const 0))
                    (loop $next (br_if $next (i32.lt_u (local.tee $at (call $number (local.get $at))) (i32.const 32000))))
                    (br_if $again (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 10)))))",
        ),
        (
            "sorting (by insertion)",
            "(func (export \"run\") (local $i i32) (local $j i32) (local $word i64)
                (loop $next
                    (local.set $word (i64.rem_u (i64.mul (i64.extend_i32_u (local.get $i)) (i64.const 2654435761)) (i64.const 10007)))
                    (local.set $j (local.get $i))
                    (block $placed (loop $down
                        (br_if $placed (i32.eqz (local.get $j)))
                        (br_if $placed (i64.le_u (i64.load (i32.sub (local.get $j) (i32.const 8))) (local.get $word)))
                        (i64.store (local.get $j) (i64.load (i32.sub (local.get $j) (i32.const 8))))
                        (local.set $j (i32.sub (local.get $j) (i32.const 8)))
                        (br $down)))
                    (i64.store (local.get $j) (local.get $word))
                    (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 8))) (i32.const 8000)))))",
        ),
    ];

    /// A round of mixing without branches, many times over, like a hash function.
    fn mixing() -> String {
        let round = "(local.set $a (i64.add (local.get $a) (local.get $b)))
            (local.set $d (i64.rotl (i64.xor (local.get $d) (local.get $a)) (i64.const 32)))
            (local.set $c (i64.add (local.get $c) (local.get $d)))
            (local.set $b (i64.rotl (i64.xor (local.get $b) (local.get $c)) (i64.const 40)))"
            .repeat(8);
        format!(
            "(func (export \"run\") (local $n i32) (local $a i64) (local $b i64) (local $c i64) (local $d i64)
                (local.set $b (i64.const 77))
                (loop {round} (br_if 0 (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 50000))))
                (i64.store (i32.const 0) (local.get $a)))"
        )
    }

    /// A module that is timed by itself.
    struct Timed {
        engine: wasmtime::Engine,
        module: wasmtime::Module,
    }

    impl Timed {
        fn new(engine: &wasmtime::Engine, code: &[u8]) -> Self {
            Self { engine: engine.clone(), module: wasmtime::Module::new(engine, code).unwrap() }
        }

        /// Nanoseconds of one call of `run`, and the gas if the module counts any.
        fn once(&self) -> (f64, u64) {
            let mut store = wasmtime::Store::new(&self.engine, ());
            let instance = wasmtime::Instance::new(&mut store, &self.module, &[]).unwrap();
            let counters = instance.get_global(&mut store, "__gas").zip(instance.get_global(&mut store, "__stack"));
            if let Some((gas, stack)) = counters {
                gas.set(&mut store, (1_i64 << 50).into()).unwrap();
                stack.set(&mut store, 65_536_i32.into()).unwrap();
            }
            let run = instance.get_typed_func::<(), ()>(&mut store, "run").unwrap();
            let start = Instant::now();
            run.call(&mut store, ()).unwrap();
            let nanoseconds = start.elapsed().as_nanos() as f64;
            let units = counters.map_or(0, |(gas, _)| (1 << 50) - gas.get(&mut store).i64().unwrap());
            (nanoseconds, units.unsigned_abs() / crate::gas::UNITS_PER_GAS.unsigned_abs())
        }
    }

    fn median(mut values: Vec<f64>) -> f64 {
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    }

    /// Rounds of both, one right after the other: a machine that is slower for a while is so for both.
    const ROUNDS: usize = 101;

    /// Contracts, functions of them, and bytes of input.
    const CALLS: [(&str, &str, usize); 2] = [("token", "transfer", 48), ("counter", "increment", 0)];

    /// Whole calls of a committed contract, metered against the same contract without a charge.
    fn overhead_of_calls(contract: &str, function: &str, input_bytes: usize) -> f64 {
        let code = artifact(contract);
        let hash = CodeHash::of(&[&code]);
        let bare = crate::Vm::new(crate::VmConfig::default()).unwrap().on(crate::Lane::Execution);
        bare.plant(&hash, &code, &crate::meter::without_charges(&code).unwrap());
        let metered = crate::Vm::new(crate::VmConfig::default()).unwrap().on(crate::Lane::Execution);
        let mut world = world(&code);
        let init = if contract == "token" { u128::MAX.to_le_bytes().to_vec() } else { vec![0; 8] };
        metered.instantiate(&mut world, params("", &init)).unwrap().result.unwrap();
        world.commit();
        let mut input = vec![0; input_bytes];
        input.iter_mut().skip(32).take(1).for_each(|byte| *byte = 1);
        let mut many = |vm: &crate::Vm| {
            let start = Instant::now();
            for index in 0..200_u64 {
                input.iter_mut().zip((index % 100).to_le_bytes()).for_each(|(byte, new)| *byte = new);
                vm.call(&mut world, params(function, &input)).unwrap().result.unwrap();
                world.commit();
                world.events.clear();
            }
            start.elapsed().as_nanos() as f64
        };
        median((0..ROUNDS).map(|_| 1.0 / (many(&bare) / many(&metered))).collect())
    }

    #[test]
    #[ignore = "a measurement: run with --ignored --nocapture"]
    fn overhead_of_metering() {
        let engine = crate::engine::engine(4).unwrap();
        let mut logarithms = 0.0;
        for (name, body) in KERNELS {
            let body = if body == "MIX" { mixing() } else { body.to_owned() };
            let code = module(&body);
            let plain = Timed::new(&engine, &code);
            let metered = Timed::new(&engine, &crate::meter::meter(&code).unwrap());
            let rounds: Vec<(f64, f64)> = (0..ROUNDS).map(|_| (plain.once().0, metered.once().0)).collect();
            let ratio = median(rounds.iter().map(|(plain, metered)| metered / plain).collect());
            logarithms += ratio.ln();
            let metered_ns = median(rounds.iter().map(|(_, metered)| *metered).collect());
            let per_gas = metered_ns / metered.once().1 as f64;
            println!("{name}: {:.2} ms metered, {ratio:.3} of plain, {per_gas:.3} ns a gas", metered_ns / 1e6);
        }
        println!("geometric mean {:.3}", (logarithms / KERNELS.len() as f64).exp());
        for (contract, function, inputs) in CALLS {
            let ratio = overhead_of_calls(contract, function, inputs);
            println!(
                "{contract}.{function}: {ratio:.3} of plain, from looking the contract up to dropping its instance"
            );
        }
    }
}
