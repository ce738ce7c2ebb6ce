//! A case: a loop in a contract that does one kind of work many times, and how it is measured.

use std::time::Instant;
use tacit_benches::world::MapWorld;
use tacit_types::{Address, Amount, Gas};
use tacit_vm::{CallParams, Vm};

const CONTRACT: Address = Address([1; 32]);

/// Work and what it needs around it.
pub struct Case {
    /// The class of instruction or the host function.
    pub class: &'static str,
    /// Which of its inputs.
    pub input: &'static str,
    imports: String,
    module: String,
    locals: String,
    setup: String,
    work: String,
    finish: String,
    rounds: u32,
    verifying_keys: Vec<Vec<u8>>,
}

/// What work took.
#[derive(Clone, Copy)]
pub struct Cost {
    /// The least time measured.
    pub nanoseconds: f64,
    /// Its gas, always the same; a part of a gas in each of many rounds.
    pub gas: f64,
}

impl Cost {
    fn lesser(self, other: Self) -> Self {
        Self { nanoseconds: self.nanoseconds.min(other.nanoseconds), ..self }
    }
}

impl Case {
    /// `work` done `rounds` times.
    pub fn new(class: &'static str, input: &'static str, rounds: u32, work: impl Into<String>) -> Self {
        let none = String::new;
        Self {
            class,
            input,
            imports: none(),
            module: none(),
            locals: none(),
            setup: none(),
            work: work.into(),
            finish: none(),
            rounds,
            verifying_keys: Vec::new(),
        }
    }

    /// What the module imports.
    pub fn imports(self, text: impl Into<String>) -> Self {
        Self { imports: text.into(), ..self }
    }

    /// Functions and data besides the loop.
    pub fn module(self, text: impl Into<String>) -> Self {
        Self { module: text.into(), ..self }
    }

    /// Locals of the function with the loop.
    pub fn locals(self, text: impl Into<String>) -> Self {
        Self { locals: text.into(), ..self }
    }

    /// Done before the loop.
    pub fn setup(self, text: impl Into<String>) -> Self {
        Self { setup: text.into(), ..self }
    }

    /// Done after the loop.
    pub fn finish(self, text: impl Into<String>) -> Self {
        Self { finish: text.into(), ..self }
    }

    /// The work.
    pub fn work(&self) -> &str {
        &self.work
    }

    /// Other work.
    pub fn with_work(self, work: String) -> Self {
        Self { work, ..self }
    }

    /// Keys that are registered under their numbers.
    pub fn verifying_keys(self, verifying_keys: Vec<Vec<u8>>) -> Self {
        Self { verifying_keys, ..self }
    }

    fn code(&self, work: &str) -> Vec<u8> {
        let Self { imports, module, locals, setup, finish, rounds, .. } = self;
        let text = format!(
            "(module {imports} (memory 8) {module}
                (func (export \"run\") (local $i i32) (local $a i64) (local $b i64) (local $p i32) {locals}
                    (local.set $a (i64.const 0x123456789abcdef)) (local.set $b (i64.xor (i64.load (i32.const 524280)) (i64.const 0x7777777))) {setup}
                    (local.set $i (i32.const {rounds}))
                    (loop $next {work}
                        (local.set $a (i64.add (local.get $a) (i64.extend_i32_u (local.get $i))))
                        (br_if $next (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
                    {finish}
                    (i64.store (i32.const 0)
                        (i64.xor (local.get $b) (i64.add (local.get $a) (i64.extend_i32_u (local.get $p)))))))"
        );
        wat::parse_str(text).unwrap_or_else(|error| panic!("{} {}: {error}", self.class, self.input))
    }

    fn world(&self, code: &[u8]) -> MapWorld {
        let mut world = MapWorld::default();
        world.place(CONTRACT, code);
        for (number, key) in (1_u32..).zip(&self.verifying_keys) {
            let mut id = [0; 32];
            id[..4].copy_from_slice(&number.to_le_bytes());
            world.verifying_keys.insert(id, key.clone());
        }
        world
    }

    /// The work alone: what the same loop costs without it is taken off.
    pub fn measure(&self, vm: &Vm, runs: usize) -> Cost {
        let with = self.loops(vm, runs, &self.work);
        let bare = self.loops(vm, runs, "");
        let rounds = f64::from(self.rounds);
        Cost {
            nanoseconds: (with.nanoseconds - bare.nanoseconds).max(0.0) / rounds,
            gas: (with.gas - bare.gas) / rounds,
        }
    }

    fn loops(&self, vm: &Vm, runs: usize, work: &str) -> Cost {
        let code = self.code(work);
        let mut world = self.world(&code);
        let name = format!("{} {}", self.class, self.input);
        (0..runs).map(|_| call(vm, &mut world, &name)).reduce(Cost::lesser).expect("at least one run")
    }
}

fn call(vm: &Vm, world: &mut MapWorld, name: &str) -> Cost {
    let params = CallParams {
        caller: Address([2; 32]),
        contract: CONTRACT,
        function: "run",
        input: &[],
        value: Amount::ZERO,
        gas_limit: Gas(1 << 50),
        record: false,
    };
    let start = Instant::now();
    let outcome = vm.call(world, params).unwrap_or_else(|fault| panic!("{name}: {fault:?}"));
    let nanoseconds = start.elapsed().as_nanos() as f64;
    outcome.result.unwrap_or_else(|reject| panic!("{name}: {reject}"));
    world.commit();
    Cost { nanoseconds, gas: outcome.gas_used.0 as f64 }
}

/// Whole calls of a contract: everything from looking it up to dropping its instance.
pub fn whole_call(vm: &Vm, text: &str, runs: usize) -> Cost {
    let code = wat::parse_str(text).expect("a module");
    let mut world = MapWorld::default();
    world.place(CONTRACT, &code);
    (0..runs).map(|_| call(vm, &mut world, "a whole call")).reduce(Cost::lesser).expect("at least one run")
}
