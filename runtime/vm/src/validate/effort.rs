//! What compiling a function takes beyond its length and its joins, in the two measures that its machine code and the compiler's time
//! follow.
//!
//! *Places* are where code is left, entered or parted: blocks, branches, calls, and operators that become calls or several paths. Each
//! becomes many instructions, and a compiler's time for one function grows with their square. *Waits* are values that have to be
//! kept over a place: operands on the stack, and locals that are used later. A short body can have very many of both, so they are
//! counted here, from above.

use super::joins::{Locals, WORDS};
use wasmparser::Operator;

/// Values that wait everywhere beside the contract's own: the gas counter, the instance and its memory.
const OWN: u64 = 3;

/// What compiling takes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Effort {
    /// Places of all functions.
    pub places: u64,
    /// Their squares, function by function, summed.
    pub squares: u64,
    /// Values that wait, summed over the places.
    pub waits: u64,
}

impl Effort {
    pub(super) fn add(&mut self, other: Self) {
        self.places = self.places.saturating_add(other.places);
        self.squares = self.squares.saturating_add(other.squares);
        self.waits = self.waits.saturating_add(other.waits);
    }
}

/// A block that is open.
struct Open {
    is_loop: bool,
    used: Locals,
}

/// The effort of one function while its operators are read.
pub(super) struct Efforts {
    open: Vec<Open>,
    places: u64,
    /// How many places a local has to pass before its last use. Counted from the function's beginning, where a compiler gives every
    /// local a value.
    last: Vec<u64>,
    /// Operands that wait, summed over the places so far.
    operands: u64,
}

impl Efforts {
    /// Before the first operator: the function's own block is open.
    pub(super) fn new() -> Self {
        let open = vec![Open { is_loop: false, used: Locals::default() }];
        Self { open, places: 0, last: vec![0; WORDS.saturating_mul(64)], operands: 0 }
    }

    /// Reads the next operator of a valid body, before which so many operands are on the stack.
    pub(super) fn read(&mut self, operator: &Operator<'_>, height: u32) {
        match operator {
            Operator::LocalGet { local_index }
            | Operator::LocalSet { local_index }
            | Operator::LocalTee { local_index } => return self.uses(*local_index),
            Operator::Block { .. } | Operator::If { .. } => self.opens(false),
            Operator::Loop { .. } => self.opens(true),
            Operator::End => self.end(),
            _ => {}
        }
        let places = places(operator);
        self.places = self.places.saturating_add(places);
        self.operands = self.operands.saturating_add(places.saturating_mul(height.into()));
    }

    /// What it came to, once the last operator is read.
    pub(super) fn total(&self) -> Effort {
        let own = self.places.saturating_mul(OWN);
        let waits = self.last.iter().fold(own.saturating_add(self.operands), |sum, last| sum.saturating_add(*last));
        Effort { places: self.places, squares: self.places.saturating_mul(self.places), waits }
    }

    fn opens(&mut self, is_loop: bool) {
        self.open.push(Open { is_loop, used: Locals::default() });
    }

    fn uses(&mut self, local: u32) {
        let local = usize::try_from(local).unwrap_or(usize::MAX);
        if let Some(last) = self.last.get_mut(local) {
            *last = self.places;
        }
        if let Some(open) = self.open.last_mut() {
            open.used.insert(local);
        }
    }

    fn end(&mut self) {
        let Some(ended) = self.open.pop() else { return };
        if ended.is_loop {
            // The next round may use it again.
            let Self { last, places, .. } = self;
            ended.used.for_each(|local| {
                if let Some(last) = last.get_mut(local) {
                    *last = *places;
                }
            });
        }
        if let Some(around) = self.open.last_mut() {
            around.used.unite(&ended.used);
        }
    }
}

/// For how many places an operator counts, as measured (ADR 0016).
const fn places(operator: &Operator<'_>) -> u64 {
    use Operator as O;
    match operator {
        O::Block { .. } | O::Else | O::End | O::Br { .. } | O::BrTable { .. } | O::Return | O::Unreachable => 1,
        O::Call { .. } | O::GlobalSet { .. } => 1,
        O::I32DivS | O::I32DivU | O::I32RemS | O::I32RemU | O::I64DivS | O::I64DivU | O::I64RemS | O::I64RemU => 1,
        O::Loop { .. } | O::If { .. } | O::BrIf { .. } | O::MemoryGrow { .. } => 2,
        O::I32Clz | O::I64Clz | O::I32Ctz | O::I64Ctz => 2,
        O::CallIndirect { .. } | O::MemoryCopy { .. } | O::MemoryFill { .. } => 4,
        O::I32Popcnt | O::I64Popcnt | O::I32Rotl | O::I32Rotr | O::I64Rotl | O::I64Rotr => 4,
        _ => 0,
    }
}
