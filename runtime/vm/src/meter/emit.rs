//! Writes one metered function body from the original bytes and a plan.

use super::MeterError;
use super::analysis::{Patch, Plan, StackUse};
use crate::gas;
use wasm_encoder::{BlockType, Encode, Instruction, ValType};
use wasmparser::FunctionBody;

/// The metered body, without its length prefix. `globals` is the number of the module's own globals.
pub(super) fn emit(
    code: &[u8],
    body: &FunctionBody<'_>,
    plan: &Plan,
    globals: u32,
) -> Result<Vec<u8>, MeterError> {
    let mut emitter = Emitter {
        out: Vec::with_capacity(body.as_bytes().len().saturating_mul(2)),
        gas_global: globals,
        stack_global: globals.saturating_add(1),
        word: plan.locals,
        long: plan.locals.saturating_add(1),
    };
    emitter.locals(code, body)?;
    let wraps = matches!(plan.stack, StackUse::Take(_));
    let operators = body.get_operators_reader()?.original_position();
    let end = body.range().end;
    let mut copied_to = operators;
    for (index, edit) in plan.edits.iter().enumerate() {
        emitter.copy(code, copied_to, edit.at)?;
        copied_to = edit.at;
        match edit.patch {
            Patch::Charge { cost, check } => emitter.charge(cost, check),
            Patch::ChargeBulk => emitter.charge_bulk(),
            Patch::ChargeGrow => emitter.charge_grow(),
            Patch::Return { depth } if wraps => {
                emitter.put(&Instruction::Br(depth));
                copied_to = edit.at.saturating_add(1);
            }
            Patch::Return { .. } => {}
        }
        // The first edit is the charge on entry; the stack is looked at right after it.
        if index == 0 {
            emitter.enter(plan);
        }
    }
    emitter.copy(code, copied_to, end)?;
    if let StackUse::Take(units) = plan.stack {
        emitter.leave(units);
    }
    Ok(emitter.out)
}

struct Emitter {
    out: Vec<u8>,
    gas_global: u32,
    stack_global: u32,
    /// The added `i32` local.
    word: u32,
    /// The added `i64` local.
    long: u32,
}

impl Emitter {
    fn put(&mut self, instruction: &Instruction<'_>) {
        instruction.encode(&mut self.out);
    }

    fn copy(&mut self, code: &[u8], from: usize, to: usize) -> Result<(), MeterError> {
        self.out.extend_from_slice(code.get(from..to).ok_or(MeterError::Layout)?);
        Ok(())
    }

    /// The original local groups, then one `i32` and one `i64`.
    fn locals(&mut self, code: &[u8], body: &FunctionBody<'_>) -> Result<(), MeterError> {
        let locals = body.get_locals_reader()?;
        locals.get_count().saturating_add(2).encode(&mut self.out);
        let groups = locals.original_position();
        self.copy(code, groups, body.get_operators_reader()?.original_position())?;
        for added in [ValType::I32, ValType::I64] {
            1_u32.encode(&mut self.out);
            added.encode(&mut self.out);
        }
        Ok(())
    }

    /// gas -= cost; if asked, ends the frame when gas is below zero.
    fn charge(&mut self, cost: u64, check: bool) {
        if cost == 0 && !check {
            return;
        }
        self.put(&Instruction::GlobalGet(self.gas_global));
        self.put(&Instruction::I64Const(i64::try_from(cost).unwrap_or(i64::MAX)));
        self.put(&Instruction::I64Sub);
        if check {
            self.store_gas_checked();
        } else {
            self.put(&Instruction::GlobalSet(self.gas_global));
        }
    }

    /// Stores the new gas on the operand stack, then ends the frame if it is below zero.
    fn store_gas_checked(&mut self) {
        self.put(&Instruction::LocalTee(self.long));
        self.put(&Instruction::GlobalSet(self.gas_global));
        self.put(&Instruction::LocalGet(self.long));
        self.put(&Instruction::I64Const(0));
        self.put(&Instruction::I64LtS);
        self.put(&Instruction::If(BlockType::Empty));
        self.put(&Instruction::Unreachable);
        self.put(&Instruction::End);
    }

    /// With the length operand on top of the stack, which stays: gas -= length / 8; check.
    fn charge_bulk(&mut self) {
        self.operand_as_long();
        self.put(&Instruction::I64Const(gas::BULK_BYTES_PER_GAS_LOG2));
        self.put(&Instruction::I64ShrU);
        self.put(&Instruction::I64Sub);
        self.store_gas_checked();
    }

    /// With the page operand on top of the stack, which stays: gas -= pages x price; check.
    fn charge_grow(&mut self) {
        self.operand_as_long();
        self.put(&Instruction::I64Const(i64::try_from(gas::MEMORY_GROW_PAGE).unwrap_or(i64::MAX)));
        self.put(&Instruction::I64Mul);
        self.put(&Instruction::I64Sub);
        self.store_gas_checked();
    }

    /// Leaves the operand where it is and puts gas and the operand, widened, on top.
    fn operand_as_long(&mut self) {
        self.put(&Instruction::LocalTee(self.word));
        self.put(&Instruction::GlobalGet(self.gas_global));
        self.put(&Instruction::LocalGet(self.word));
        self.put(&Instruction::I64ExtendI32U);
    }

    /// Takes or checks the function's stack units; opens the block that `return` branches to.
    fn enter(&mut self, plan: &Plan) {
        match plan.stack {
            StackUse::Free => {}
            StackUse::Check(units) => {
                self.put(&Instruction::GlobalGet(self.stack_global));
                self.put(&Instruction::I32Const(units));
                self.put(&Instruction::I32LtS);
                self.end_if_exhausted();
            }
            StackUse::Take(units) => {
                self.put(&Instruction::GlobalGet(self.stack_global));
                self.put(&Instruction::I32Const(units));
                self.put(&Instruction::I32Sub);
                self.put(&Instruction::LocalTee(self.word));
                self.put(&Instruction::GlobalSet(self.stack_global));
                self.put(&Instruction::LocalGet(self.word));
                self.put(&Instruction::I32Const(0));
                self.put(&Instruction::I32LtS);
                self.end_if_exhausted();
                let result = plan.result.map(|result| match result {
                    wasmparser::ValType::I64 => ValType::I64,
                    _ => ValType::I32,
                });
                self.put(&Instruction::Block(result.map_or(BlockType::Empty, BlockType::Result)));
            }
        }
    }

    /// With the verdict on top of the stack: marks the stack as exhausted for the host to see, and ends the frame.
    fn end_if_exhausted(&mut self) {
        self.put(&Instruction::If(BlockType::Empty));
        self.put(&Instruction::I32Const(-1));
        self.put(&Instruction::GlobalSet(self.stack_global));
        self.put(&Instruction::Unreachable);
        self.put(&Instruction::End);
    }

    /// Behind the block that the copied final `end` closed: gives the units back and ends the function.
    fn leave(&mut self, units: i32) {
        self.put(&Instruction::GlobalGet(self.stack_global));
        self.put(&Instruction::I32Const(units));
        self.put(&Instruction::I32Add);
        self.put(&Instruction::GlobalSet(self.stack_global));
        self.put(&Instruction::End);
    }
}
