//! Reads one function body and plans where code goes: which operators run together and what they cost, where
//! gas must be checked, and how much stack the function can need.

use super::{MeterError, cost};
use wasmparser::{CompositeInnerType, FuncValidator, FunctionBody, Operator, ValidatorResources, WasmModuleResources};

/// Stack units of any frame: return address, saved registers, spill space the analysis does not see.
const FRAME_UNITS: u32 = 16;
/// Body bytes per stack unit: what the compiler may spill beyond the operands grows with the body's length.
const BODY_BYTES_PER_UNIT: u32 = 4;
/// A leaf function this small needs no stack check: at most one runs at a time on top of the counted frames.
const LEAF_UNITS_FREE: u32 = 256;

/// What is inserted at one place of the body. `depth` is the number of the function's own blocks open there.
pub(super) enum Patch {
    /// Charges `cost` on entering a straight run of operators, and checks where control can come back to.
    Charge { cost: u64, check: bool, depth: u32 },
    /// Charges `memory.copy` or `memory.fill` by its length operand.
    ChargeBulk { depth: u32 },
    /// Charges `memory.grow` by its page operand.
    ChargeGrow { depth: u32 },
    /// Writes the gas back to the global, for the callee.
    BeforeCall,
    /// Takes the gas from the global again.
    AfterCall,
    /// Replaces the one-byte `return` by a branch past the open blocks to the function's end.
    Return { depth: u32 },
}

/// A patch and the offset in the module it goes to.
pub(super) struct Edit {
    pub at: usize,
    pub patch: Patch,
}

/// How the function counts.
pub(super) enum Form {
    /// One run of operators that calls nothing: charged in the global, once.
    Straight { cost: u64 },
    /// Anything else: gas is in a local while the function runs.
    Counting { stack: StackUse },
}

/// How the function pays for its stack.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum StackUse {
    /// A small leaf: nothing to do.
    Free,
    /// A leaf: check, but nothing above it needs to know.
    Check(i32),
    /// Calls others: take the units on entry, give them back at the end.
    Take(i32),
}

/// Everything the emitter needs to know.
pub(super) struct Plan {
    pub edits: Vec<Edit>,
    pub form: Form,
    /// Parameters and locals; the first free local index.
    pub locals: u32,
    pub result: Option<wasmparser::ValType>,
}

/// An open block.
struct Label {
    is_loop: bool,
    /// Control may come to its end other than by falling through.
    is_joined: bool,
}

struct Analysis {
    edits: Vec<Edit>,
    /// The charge that counts the operators being read.
    current: usize,
    labels: Vec<Label>,
    calls: bool,
}

pub(super) fn analyse(
    validator: &mut FuncValidator<ValidatorResources>,
    body: &FunctionBody<'_>,
) -> Result<Plan, MeterError> {
    validator.read_locals(&mut body.get_binary_reader())?;
    let locals = validator.len_locals();
    let mut operators = body.get_operators_reader()?;
    let mut analysis = Analysis { edits: Vec::new(), current: 0, labels: Vec::new(), calls: false };
    analysis.start(operators.original_position(), true);
    analysis.add(locals.saturating_mul(cost::LOCAL));
    let mut height_max = 0;
    while !operators.eof() {
        let (operator, offset) = operators.read_with_offset()?;
        let is_dead = validator.get_control_frame(0).is_some_and(|frame| frame.unreachable);
        validator.op(offset, &operator)?;
        height_max = height_max.max(validator.operand_stack_height());
        let price = cost::of(&operator).ok_or(MeterError::NoPrice(offset))?;
        if !is_dead {
            analysis.add(price);
            analysis.patch(&operator, offset, operators.original_position());
        }
        analysis.follow(&operator, operators.original_position())?;
    }
    operators.finish()?;
    let body_bytes = u32::try_from(body.as_bytes().len()).unwrap_or(u32::MAX);
    let units = FRAME_UNITS
        .saturating_add(locals)
        .saturating_add(height_max)
        .saturating_add(body_bytes.div_ceil(BODY_BYTES_PER_UNIT));
    let resources = validator.resources();
    let signature = resources.type_index_of_function(validator.index()).and_then(|index| resources.sub_type_at(index));
    let result = match signature.map(|signature| &signature.composite_type.inner) {
        Some(CompositeInnerType::Func(signature)) => signature.results().first().copied(),
        _ => None,
    };
    let form = form(&analysis.edits, stack_use(analysis.calls, units));
    Ok(Plan { edits: analysis.edits, form, locals, result })
}

/// The short form for a function that is one run, looks at nothing else and needs no stack.
fn form(edits: &[Edit], stack: StackUse) -> Form {
    let mut entry = None;
    for (index, edit) in edits.iter().enumerate() {
        match edit.patch {
            Patch::Charge { cost, .. } if index == 0 => entry = Some(cost),
            // A run that costs nothing is not charged; a `return` may stay when nothing follows the body.
            Patch::Charge { cost: 0, check: false, .. } | Patch::Return { .. } => {}
            _ => return Form::Counting { stack },
        }
    }
    match (entry, stack) {
        (Some(cost), StackUse::Free) => Form::Straight { cost },
        _ => Form::Counting { stack },
    }
}

fn stack_use(calls: bool, units: u32) -> StackUse {
    let signed = i32::try_from(units).unwrap_or(i32::MAX);
    if calls {
        StackUse::Take(signed)
    } else if units <= LEAF_UNITS_FREE {
        StackUse::Free
    } else {
        StackUse::Check(signed)
    }
}

impl Analysis {
    /// Begins a run of operators that always execute together.
    fn start(&mut self, at: usize, check: bool) {
        self.current = self.edits.len();
        self.edits.push(Edit { at, patch: Patch::Charge { cost: 0, check, depth: self.depth() } });
    }

    fn add(&mut self, price: u32) {
        if let Some(Edit { patch: Patch::Charge { cost, .. }, .. }) = self.edits.get_mut(self.current) {
            *cost = cost.saturating_add(u64::from(price));
        }
    }

    fn depth(&self) -> u32 {
        u32::try_from(self.labels.len()).unwrap_or(u32::MAX)
    }

    /// Patches around an operator that can execute, which lies between `at` and `end`.
    fn patch(&mut self, operator: &Operator<'_>, at: usize, end: usize) {
        let depth = self.depth();
        let patch = match operator {
            Operator::MemoryCopy { .. } | Operator::MemoryFill { .. } => Patch::ChargeBulk { depth },
            Operator::MemoryGrow { .. } => Patch::ChargeGrow { depth },
            Operator::Return => Patch::Return { depth },
            Operator::Call { .. } | Operator::CallIndirect { .. } => {
                self.edits.push(Edit { at, patch: Patch::BeforeCall });
                self.edits.push(Edit { at: end, patch: Patch::AfterCall });
                return;
            }
            _ => return,
        };
        self.edits.push(Edit { at, patch });
    }

    /// Follows control: `end` is the offset behind the operator.
    fn follow(&mut self, operator: &Operator<'_>, end: usize) -> Result<(), MeterError> {
        match operator {
            Operator::Block { .. } => self.labels.push(Label { is_loop: false, is_joined: false }),
            Operator::Loop { .. } => {
                self.labels.push(Label { is_loop: true, is_joined: false });
                self.start(end, true);
                self.add(cost::ROUND);
            }
            Operator::If { .. } => {
                self.labels.push(Label { is_loop: false, is_joined: true });
                self.start(end, false);
            }
            Operator::Else | Operator::Return | Operator::Unreachable => self.start(end, false),
            Operator::End => {
                let closed = self.labels.pop();
                if closed.is_some_and(|label| label.is_joined && !label.is_loop) {
                    self.start(end, false);
                }
            }
            Operator::Br { relative_depth } | Operator::BrIf { relative_depth } => {
                self.join(*relative_depth);
                self.start(end, false);
            }
            Operator::BrTable { targets } => {
                self.join(targets.default());
                for target in targets.targets() {
                    self.join(target?);
                }
                self.start(end, false);
            }
            Operator::Call { .. } | Operator::CallIndirect { .. } => self.calls = true,
            _ => {}
        }
        Ok(())
    }

    /// Notes that a branch goes to the label `depth` levels out; the function's own end needs no note.
    fn join(&mut self, depth: u32) {
        let depth = usize::try_from(depth).unwrap_or(usize::MAX);
        if let Some(label) = self.labels.iter_mut().rev().nth(depth) {
            label.is_joined = true;
        }
    }
}
