//! How many values meet where control flow joins: what compiling a function costs beyond its length.
//!
//! A compiler that keeps locals in registers makes a parameter of each local at each place where paths with different
//! values of it meet, and an argument of it for each branch to that place. At the head of a loop, whose rounds it has not read yet,
//! it does so for every local that the loop uses. Its time grows faster than the number of these, and a short body can have very
//! many: nested loops, a branch table over all of them, and locals that change in the innermost. So they are counted here, from
//! above: for every block, loop and `if`, the locals set anywhere in it, once for its own join and once for each branch to it;
//! and for every loop, the locals used anywhere in it.

use wasmparser::Operator;

/// Words of a set of locals: every parameter and declared local has a bit.
pub(super) const WORDS: usize = (crate::limits::LOCALS_MAX as usize + crate::limits::PARAMETERS_MAX).div_ceil(64);
/// Values that meet beside the contract's own locals: the gas counter that metering adds.
const OWN: u64 = 1;

/// A set of locals of one function.
#[derive(Clone, Copy, Default)]
pub(super) struct Locals([u64; WORDS]);

impl Locals {
    pub(super) fn insert(&mut self, local: usize) {
        if let Some(bits) = self.0.get_mut(local / 64) {
            *bits |= 1 << (local % 64);
        }
    }

    pub(super) fn unite(&mut self, other: &Self) {
        self.0.iter_mut().zip(other.0).for_each(|(all, bits)| *all |= bits);
    }

    fn count(&self) -> u64 {
        self.0.iter().fold(0, |sum, bits| sum.saturating_add(bits.count_ones().into()))
    }

    pub(super) fn for_each(&self, mut apply: impl FnMut(usize)) {
        for (word, bits) in self.0.iter().enumerate() {
            let mut bits = *bits;
            while bits != 0 {
                let place = usize::try_from(bits.trailing_zeros()).unwrap_or(usize::MAX);
                apply(word.saturating_mul(64).saturating_add(place));
                bits &= bits.wrapping_sub(1);
            }
        }
    }
}

/// A block that is open.
#[derive(Clone, Copy, Default)]
struct Open {
    is_loop: bool,
    set: Locals,
    used: Locals,
    branches: u64,
}

/// The joins of one function while its operators are read.
pub(super) struct Joins {
    open: Vec<Open>,
    total: u64,
}

impl Joins {
    /// Before the first operator: the function's own block is open.
    pub(super) fn new() -> Self {
        Self { open: vec![Open::default()], total: 0 }
    }

    /// Reads the next operator of a valid body. The joins counted so far.
    pub(super) fn read(&mut self, operator: &Operator<'_>) -> u64 {
        match operator {
            Operator::Block { .. } | Operator::If { .. } => self.open.push(Open::default()),
            Operator::Loop { .. } => self.open.push(Open { is_loop: true, ..Open::default() }),
            Operator::Else => self.branch(0),
            Operator::LocalGet { local_index } => self.local(*local_index, false),
            Operator::LocalSet { local_index } | Operator::LocalTee { local_index } => self.local(*local_index, true),
            Operator::Br { relative_depth } | Operator::BrIf { relative_depth } => self.branch(*relative_depth),
            Operator::BrTable { targets } => {
                targets.targets().flatten().for_each(|depth| self.branch(depth));
                self.branch(targets.default());
            }
            Operator::End => self.end(),
            _ => {}
        }
        self.total
    }

    fn local(&mut self, local: u32, is_set: bool) {
        let local = usize::try_from(local).unwrap_or(usize::MAX);
        let Some(open) = self.open.last_mut() else { return };
        open.used.insert(local);
        if is_set {
            open.set.insert(local);
        }
    }

    fn branch(&mut self, depth: u32) {
        let depth = usize::try_from(depth).unwrap_or(usize::MAX);
        if let Some(open) = self.open.iter_mut().rev().nth(depth) {
            open.branches = open.branches.saturating_add(1);
        }
    }

    fn end(&mut self) {
        let Some(ended) = self.open.pop() else { return };
        let set = ended.set.count().saturating_add(OWN);
        self.total = self.total.saturating_add(set.saturating_mul(ended.branches.saturating_add(1)));
        if ended.is_loop {
            self.total = self.total.saturating_add(ended.used.count());
        }
        if let Some(around) = self.open.last_mut() {
            around.set.unite(&ended.set);
            around.used.unite(&ended.used);
        }
    }
}
