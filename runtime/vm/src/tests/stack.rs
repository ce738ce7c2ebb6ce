//! The stack counter is one for all frames of a call: what a contract has taken when it calls another, the other does not have.
//! That is why the thread of a call needs the native stack of one, and not of sixteen. Expected values follow from the unit of
//! `docs/spec/gas.md`.

use super::nested::bytes_at;
use super::support::{ALICE, Chain, GAS, MemoryWorld, module, vm};
use crate::{CallOutcome, CallParams, THREAD_STACK_BYTES, Vm, VmReject, limits};
use std::cell::Cell;
use tacit_types::{Address, Amount, Gas};

thread_local! {
    /// The lowest address of the native stack at which a host function of this thread began.
    static DEEPEST: Cell<usize> = const { Cell::new(usize::MAX) };
}

/// Notes how deep the native stack is. Every host function begins with it in tests.
#[inline(never)]
pub(crate) fn sound() {
    let here = 0_u8;
    DEEPEST.set(DEEPEST.get().min(std::ptr::from_ref(&here).addr()));
}

/// How a function that calls itself uses the native stack.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Shape {
    /// The least that a frame can be.
    Small,
    /// Values that wait on the operand stack until the callee has returned.
    Operands,
    /// Locals that are all used again when the callee has returned.
    Locals,
}

/// How many values wait in a frame of the large shapes.
const WAITING: usize = 400;

impl Shape {
    /// Parameters and locals of `$dive`.
    fn locals(self) -> i32 {
        if self == Self::Locals { 1 + WAITING as i32 } else { 1 }
    }

    /// The locals' declaration, what stands before the call, and what behind it.
    fn text(self) -> (String, String, String) {
        let load = |index: usize| format!("(i64.load offset={} (i32.const 256))", 8 * index);
        match self {
            Self::Small => Default::default(),
            // Different values, or the compiler would keep one for all.
            Self::Operands => {
                (String::new(), (0..WAITING).map(load).collect(), "i64.xor ".repeat(WAITING - 1) + "(drop)")
            }
            Self::Locals => {
                let set = |index: usize| format!("(local.set {} {})", 1 + index, load(index));
                let used = |index: usize| {
                    format!("(i64.store offset={} (i32.const 8192) (local.get {}))", 8 * index, 1 + index)
                };
                let declared = format!("(local {})", "i64 ".repeat(WAITING));
                (declared, (0..WAITING).map(set).collect(), (0..WAITING).map(used).collect())
            }
        }
    }

    /// The highest operand stack of `$dive`, which calls on with so many arguments, or asks the host something with two.
    fn operands(self, arguments: i32) -> i32 {
        match self {
            Self::Small => arguments,
            Self::Operands => WAITING as i32 + arguments,
            Self::Locals => arguments,
        }
    }
}

/// A contract that calls itself as often as the first number of its input says, and at the deepest place hands the other numbers to
/// the contract behind it, or, if there is none, asks the host something. `host` is how it calls on.
fn diver(shape: Shape, next: Option<Address>, host: &str) -> Vec<u8> {
    let (declared, before, after) = shape.text();
    let value = if host == "static_call" { "" } else { "(i32.const 60000)" };
    let bottom = match next {
        Some(_) => format!(
            "(drop (call ${host} (i32.const 0) (i32.const 32) (i32.const 3) (i32.const 68)
                (i32.sub (call $input_len) (i32.const 4)) {value} (i64.const -1) (i32.const 0)))"
        ),
        None => String::from("(drop (call $storage_has (i32.const 0) (i32.const 3)))"),
    };
    module(&format!(
        "{}{} (func $dive (param i32) {declared} {before}
            (if (local.get 0) (then (call $dive (i32.sub (local.get 0) (i32.const 1)))) (else {bottom})) {after})
         (func (export \"run\") (call $input_copy (i32.const 64) (i32.const 0) (call $input_len))
            (call $dive (i32.load (i32.const 64))))",
        bytes_at(0, &next.unwrap_or_default().0),
        bytes_at(32, b"run"),
    ))
}

/// Stack units of `$dive` and of `run`, by the document.
fn units(code: &[u8], shape: Shape, arguments: i32) -> [i32; 2] {
    let bodies: Vec<i32> = wasmparser::Parser::new(0)
        .parse_all(code)
        .filter_map(|payload| match payload.unwrap() {
            wasmparser::Payload::CodeSectionEntry(body) => Some(body.range().len() as i32),
            _ => None,
        })
        .collect();
    let of = |locals: i32, operands: i32, body: i32| 16 + locals + operands + (body + 3) / 4;
    [of(shape.locals(), shape.operands(arguments), bodies[0]), of(0, 3, bodies[1])]
}

/// A chain of divers, each calling the one behind it.
struct Divers {
    chain: Chain,
    first: Address,
    /// Units of `$dive` and `run` of each.
    units: Vec<[i32; 2]>,
}

impl Divers {
    fn new(shape: Shape, count: usize, host: &str) -> Self {
        let mut chain = Chain::new();
        let number = |index: usize| Address([1 + index as u8; 32]);
        let units = (0..count)
            .map(|index| {
                let next = (index + 1 < count).then(|| number(index + 1));
                let code = diver(shape, next, host);
                assert_eq!(chain.place(&code), number(index));
                units(&code, shape, next.map_or(2, |_| if host == "static_call" { 7 } else { 8 }))
            })
            .collect();
        Self { chain, first: number(0), units }
    }

    /// The deepest that the last one can go below the others.
    fn deepest_last(&self, others: &[i32]) -> i32 {
        let taken: i32 = self.units.iter().zip(others).map(|([dive, run], depth)| run + (depth + 1) * dive).sum();
        let [dive, run] = self.units[others.len()];
        (limits::STACK_UNITS_MAX - taken - run) / dive - 1
    }

    /// How deep the first one can go with a part of the whole stack.
    fn depth_with(&self, stack: i32) -> i32 {
        let [dive, run] = self.units[0];
        (stack - run) / dive - 1
    }

    fn call(&mut self, depths: &[i32]) -> CallOutcome {
        let input: Vec<u8> = depths.iter().flat_map(|depth| depth.to_le_bytes()).collect();
        self.chain.call(self.first, "run", &input)
    }

    /// The last one goes exactly as deep as the others leave it room for.
    fn check(&mut self, others: &[i32]) {
        let deepest = self.deepest_last(others);
        assert!(deepest > 0, "the others leave nothing");
        let fits = self.call(&[others, &[deepest]].concat());
        assert_eq!(fits.result, Ok(Vec::new()), "{deepest} deep below {others:?}");
        let one_more = self.call(&[others, &[deepest + 1]].concat());
        assert_eq!(one_more.result, Err(VmReject::StackExhausted), "{} deep below {others:?}", deepest + 1);
    }
}

/// The interpreters run deep recursion on the native stack.
fn deep(body: impl FnOnce() + Send) {
    super::generate::with_a_large_stack(body);
}

#[test]
fn a_callee_has_the_stack_that_its_caller_leaves_and_no_more() {
    deep(|| {
        for shape in [Shape::Small, Shape::Operands, Shape::Locals] {
            Divers::new(shape, 1, "call").check(&[]);
            let mut two = Divers::new(shape, 2, "call");
            for stack in [limits::STACK_UNITS_MAX / 8, limits::STACK_UNITS_MAX / 2, limits::STACK_UNITS_MAX / 8 * 7] {
                two.check(&[two.depth_with(stack)]);
            }
        }
    });
}

#[test]
fn what_a_callee_took_is_there_again_for_the_next_one_and_for_the_caller() {
    deep(|| {
        let mut chain = Chain::new();
        let last = diver(Shape::Small, None, "call");
        let [dive, run] = units(&last, Shape::Small, 2);
        let callee = chain.place(&last);
        let call = "(call $call (i32.const 0) (i32.const 32) (i32.const 3) (i32.const 64) (i32.const 4)
            (i32.const 60000) (i64.const -1) (i32.const 0))";
        let text = format!(
            "{}{}{} (func (export \"run\") (drop {call}) (drop {call}))",
            bytes_at(0, &callee.0),
            bytes_at(32, b"run"),
            // As deep as one can go in three quarters of the stack.
            bytes_at(64, &((limits::STACK_UNITS_MAX / 4 * 3 - run) / dive).to_le_bytes()),
        );
        let caller = chain.text(&text);
        assert_eq!(chain.call(caller, "run", &[]).result, Ok(Vec::new()));
    });
}

#[test]
fn sixteen_contracts_share_the_stack_of_one_whatever_they_are_called_by() {
    deep(|| {
        for host in ["call", "try_call", "static_call"] {
            let mut divers = Divers::new(Shape::Small, 16, host);
            let others = [divers.depth_with(limits::STACK_UNITS_MAX / 18); 15];
            if host == "call" {
                divers.check(&others);
                continue;
            }
            // The caller goes on, and nothing tells how the callee ended but what it used: a frame that ends so takes all its gas.
            let deepest = divers.deepest_last(&others);
            let fits = divers.call(&[&others[..], &[deepest]].concat());
            let one_more = divers.call(&[&others[..], &[deepest + 1]].concat());
            assert!(fits.gas_used.0 < GAS / 4 && one_more.gas_used.0 > GAS / 2, "{host}");
        }
    });
}

/// Native bytes that a call used, on a thread that has no more than a call is promised.
fn native_bytes(
    vm: &'static Vm,
    mut world: MemoryWorld,
    first: Address,
    depths: &[i32],
    end: Result<(), VmReject>,
) -> usize {
    let input: Vec<u8> = depths.iter().flat_map(|depth| depth.to_le_bytes()).collect();
    let work = move || {
        let top = 0_u8;
        let top = std::ptr::from_ref(&top).addr();
        let params = CallParams {
            caller: ALICE,
            contract: first,
            function: "run",
            input: &input,
            value: Amount::ZERO,
            gas_limit: Gas(GAS),
            record: true,
        };
        let outcome = vm.call(&mut world, params).unwrap();
        assert_eq!(outcome.result.map(|_| ()), end);
        top - DEEPEST.get()
    };
    std::thread::Builder::new().stack_size(THREAD_STACK_BYTES).spawn(work).unwrap().join().unwrap()
}

/// The stack counter promises 512 KiB of frames of contracts. What the engine and the host need beside it, sixteen times, must
/// leave most of a thread's stack free: what a host function takes below the deepest frame is not seen here.
#[test]
fn a_call_at_full_depth_leaves_three_quarters_of_its_threads_stack_free() {
    for shape in [Shape::Small, Shape::Operands, Shape::Locals] {
        let divers = Divers::new(shape, 16, "call");
        for others in [[divers.depth_with(limits::STACK_UNITS_MAX / 18); 15], [0; 15]] {
            let deepest = divers.deepest_last(&others);
            let world = || divers.chain.world.clone();
            let depths = |last: i32| [&others[..], &[last]].concat();
            let used = native_bytes(vm(), world(), divers.first, &depths(deepest), Ok(()));
            println!("{shape:?}, {} each: {used} bytes of {THREAD_STACK_BYTES}", others[0]);
            assert!(used > 16 * 1_024, "nothing was measured");
            assert!(used < THREAD_STACK_BYTES / 4, "{used} bytes of native stack");
            let over = Err(VmReject::StackExhausted);
            native_bytes(vm(), world(), divers.first, &depths(deepest + 1), over);
        }
    }
}
