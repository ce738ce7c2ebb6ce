//! Writes one metered function body from the original bytes and a plan.

use super::MeterError;
use super::analysis::{Form, Patch, Plan, StackUse};
use crate::gas;
use wasm_encoder::{BlockType, Encode, Instruction, ValType};
use wasmparser::FunctionBody;

/// The metered body, without its length prefix. `globals` is the number of the module's own globals.
pub(super) fn emit(code: &[u8], body: &FunctionBody<'_>, plan: &Plan, globals: u32) -> Result<Vec<u8>, MeterError> {
    let mut emitter = Emitter {
        out: Vec::with_capacity(body.as_bytes().len().saturating_mul(2)),
        gas_global: globals,
        stack_global: globals.saturating_add(1),
        gas: plan.locals,
        stack: plan.locals.saturating_add(1),
        word: plan.locals.saturating_add(2),
    };
    emitter.locals(code, body)?;
    match plan.form {
        Form::Straight { cost } => {
            emitter.charge_global(cost);
            emitter.copy(code, body.get_operators_reader()?.original_position(), body.range().end)?;
        }
        Form::Counting { stack } => {
            emitter.open(plan, stack);
            emitter.operators(code, body, plan, stack)?;
            emitter.close(stack);
        }
    }
    Ok(emitter.out)
}

struct Emitter {
    out: Vec<u8>,
    gas_global: u32,
    stack_global: u32,
    /// Added local: the gas that is left, while the function runs.
    gas: u32,
    /// Added local: the stack units that are left below this function.
    stack: u32,
    /// Added local: an operand that is looked at.
    word: u32,
}

impl Emitter {
    fn put(&mut self, instruction: &Instruction<'_>) {
        instruction.encode(&mut self.out);
    }

    fn copy(&mut self, code: &[u8], from: usize, to: usize) -> Result<(), MeterError> {
        self.out.extend_from_slice(code.get(from..to).ok_or(MeterError::Layout)?);
        Ok(())
    }

    /// The original local groups, then the added ones.
    fn locals(&mut self, code: &[u8], body: &FunctionBody<'_>) -> Result<(), MeterError> {
        let locals = body.get_locals_reader()?;
        locals.get_count().saturating_add(2).encode(&mut self.out);
        let groups = locals.original_position();
        self.copy(code, groups, body.get_operators_reader()?.original_position())?;
        for (count, added) in [(1_u32, ValType::I64), (2, ValType::I32)] {
            count.encode(&mut self.out);
            added.encode(&mut self.out);
        }
        Ok(())
    }

    /// The original operators with everything spliced in; the last `end` closes the body's block.
    fn operators(
        &mut self,
        code: &[u8],
        body: &FunctionBody<'_>,
        plan: &Plan,
        stack: StackUse,
    ) -> Result<(), MeterError> {
        let mut copied_to = body.get_operators_reader()?.original_position();
        for (index, edit) in plan.edits.iter().enumerate() {
            self.copy(code, copied_to, edit.at)?;
            copied_to = edit.at;
            match edit.patch {
                Patch::Charge { cost, check, depth } => self.charge(cost, check, depth),
                Patch::ChargeBulk { depth } => self.charge_bulk(depth),
                Patch::ChargeGrow { depth } => self.charge_grow(depth),
                Patch::BeforeCall => self.write_back(),
                Patch::AfterCall => self.take_again(),
                Patch::Return { depth } => {
                    self.put(&Instruction::Br(depth));
                    copied_to = edit.at.saturating_add(1);
                }
            }
            // The first edit is the charge on entry; the stack is looked at right after it.
            if index == 0 {
                self.enter_stack(stack);
            }
        }
        self.copy(code, copied_to, body.range().end)
    }

    /// Opens the blocks whose ends are: out of stack (if that can be), out of gas, the function's regular end.
    fn open(&mut self, plan: &Plan, stack: StackUse) {
        if stack != StackUse::Free {
            self.put(&Instruction::Block(BlockType::Empty));
        }
        self.put(&Instruction::Block(BlockType::Empty));
        let result = plan.result.map(|result| match result {
            wasmparser::ValType::I64 => ValType::I64,
            _ => ValType::I32,
        });
        self.put(&Instruction::Block(result.map_or(BlockType::Empty, BlockType::Result)));
        self.take_again();
    }

    /// Behind the body's block: gives gas and stack back and returns; then the places where a frame ends early.
    fn close(&mut self, stack: StackUse) {
        self.write_back();
        if let StackUse::Take(units) = stack {
            self.put(&Instruction::LocalGet(self.stack));
            self.put(&Instruction::I32Const(units));
            self.put(&Instruction::I32Add);
            self.put(&Instruction::GlobalSet(self.stack_global));
        }
        self.put(&Instruction::Return);
        self.put(&Instruction::End);
        self.put(&Instruction::I64Const(-1));
        self.put(&Instruction::GlobalSet(self.gas_global));
        self.put(&Instruction::Unreachable);
        if stack != StackUse::Free {
            self.put(&Instruction::End);
            self.put(&Instruction::I32Const(-1));
            self.put(&Instruction::GlobalSet(self.stack_global));
            self.put(&Instruction::Unreachable);
        }
        self.put(&Instruction::End);
    }

    /// For a straight function: gas -= cost in the global; ends the frame when it is below zero.
    fn charge_global(&mut self, cost: u64) {
        if cost == 0 {
            return;
        }
        self.put(&Instruction::GlobalGet(self.gas_global));
        self.put(&Instruction::I64Const(i64::try_from(cost).unwrap_or(i64::MAX)));
        self.put(&Instruction::I64Sub);
        self.put(&Instruction::LocalTee(self.gas));
        self.put(&Instruction::GlobalSet(self.gas_global));
        self.put(&Instruction::LocalGet(self.gas));
        self.put(&Instruction::I64Const(0));
        self.put(&Instruction::I64LtS);
        self.put(&Instruction::If(BlockType::Empty));
        self.put(&Instruction::Unreachable);
        self.put(&Instruction::End);
    }

    /// gas -= cost; if asked, ends the frame when gas is below zero.
    fn charge(&mut self, cost: u64, check: bool, depth: u32) {
        if cost == 0 && !check {
            return;
        }
        self.put(&Instruction::LocalGet(self.gas));
        self.put(&Instruction::I64Const(i64::try_from(cost).unwrap_or(i64::MAX)));
        self.put(&Instruction::I64Sub);
        if check {
            self.set_gas_checked(depth);
        } else {
            self.put(&Instruction::LocalSet(self.gas));
        }
    }

    /// Sets the gas from the operand stack, then ends the frame if it is below zero.
    fn set_gas_checked(&mut self, depth: u32) {
        self.put(&Instruction::LocalTee(self.gas));
        self.put(&Instruction::I64Const(0));
        self.put(&Instruction::I64LtS);
        // Past the function's own blocks and the body's.
        self.put(&Instruction::BrIf(depth.saturating_add(1)));
    }

    /// With the length operand on top of the stack, which stays: gas -= length / bytes a unit; check.
    fn charge_bulk(&mut self, depth: u32) {
        self.operand_as_long();
        self.put(&Instruction::I64Const(gas::BULK_BYTES_PER_UNIT_LOG2));
        self.put(&Instruction::I64ShrU);
        self.put(&Instruction::I64Sub);
        self.set_gas_checked(depth);
    }

    /// With the page operand on top of the stack, which stays: gas -= pages x price; check. 2^32 pages cannot overflow.
    fn charge_grow(&mut self, depth: u32) {
        self.operand_as_long();
        let page = i64::try_from(gas::MEMORY_GROW_PAGE).unwrap_or(i64::MAX);
        self.put(&Instruction::I64Const(gas::units(page)));
        self.put(&Instruction::I64Mul);
        self.put(&Instruction::I64Sub);
        self.set_gas_checked(depth);
    }

    /// Leaves the operand where it is and puts gas and the operand, widened, on top.
    fn operand_as_long(&mut self) {
        self.put(&Instruction::LocalTee(self.word));
        self.put(&Instruction::LocalGet(self.gas));
        self.put(&Instruction::LocalGet(self.word));
        self.put(&Instruction::I64ExtendI32U);
    }

    /// The callee and the host find the gas in the global.
    fn write_back(&mut self) {
        self.put(&Instruction::LocalGet(self.gas));
        self.put(&Instruction::GlobalSet(self.gas_global));
    }

    /// What is left after a call, or on entry.
    fn take_again(&mut self) {
        self.put(&Instruction::GlobalGet(self.gas_global));
        self.put(&Instruction::LocalSet(self.gas));
    }

    /// Takes or checks the function's stack units; ends the frame if there are too few.
    fn enter_stack(&mut self, stack: StackUse) {
        match stack {
            StackUse::Free => return,
            StackUse::Check(units) => {
                self.put(&Instruction::GlobalGet(self.stack_global));
                self.put(&Instruction::I32Const(units));
                self.put(&Instruction::I32LtS);
            }
            StackUse::Take(units) => {
                self.put(&Instruction::GlobalGet(self.stack_global));
                self.put(&Instruction::I32Const(units));
                self.put(&Instruction::I32Sub);
                self.put(&Instruction::LocalTee(self.stack));
                self.put(&Instruction::GlobalSet(self.stack_global));
                self.put(&Instruction::LocalGet(self.stack));
                self.put(&Instruction::I32Const(0));
                self.put(&Instruction::I32LtS);
            }
        }
        self.put(&Instruction::BrIf(2));
    }
}
