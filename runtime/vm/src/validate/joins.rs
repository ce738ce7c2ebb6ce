//! How many values meet where control flow joins: what compiling a function costs beyond its length.
//!
//! A compiler that keeps locals in registers makes a parameter of each local at each place where paths with different
//! values of it meet, and an argument of it for each branch to that place. Its time grows faster than the number of
//! these, and a short body can have very many: nested loops, a branch table over all of them, and locals that change in the
//! innermost. So they are counted here, from above: for every block, loop and `if`, the locals set anywhere in it, once for
//! its own join and once for each branch to it.

use wasmparser::Operator;

/// Words of a set of locals: every parameter and declared local has a bit.
const WORDS: usize = (crate::limits::LOCALS_MAX as usize + crate::limits::PARAMETERS_MAX).div_ceil(64);
/// Values that meet beside the contract's own locals: the gas counter that metering adds.
const OWN: u64 = 1;

/// A block that is open.
#[derive(Clone, Copy, Default)]
struct Open {
    set: [u64; WORDS],
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
            Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } => self.open.push(Open::default()),
            Operator::Else => self.branch(0),
            Operator::LocalSet { local_index } | Operator::LocalTee { local_index } => self.set(*local_index),
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

    fn set(&mut self, local: u32) {
        let word = usize::try_from(local / 64).unwrap_or(usize::MAX);
        if let Some(bits) = self.open.last_mut().and_then(|open| open.set.get_mut(word)) {
            *bits |= 1 << (local % 64);
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
        let set = ended.set.iter().map(|bits| u64::from(bits.count_ones())).fold(OWN, u64::saturating_add);
        self.total = self.total.saturating_add(set.saturating_mul(ended.branches.saturating_add(1)));
        if let Some(around) = self.open.last_mut() {
            around.set.iter_mut().zip(ended.set).for_each(|(all, bits)| *all |= bits);
        }
    }
}
