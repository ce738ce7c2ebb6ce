//! What one instruction costs, in units of gas ([`crate::gas::UNITS_PER_GAS`]). Instructions that are not listed do not pass
//! validation.

use wasmparser::Operator;

/// Units of gas of an operator, or nothing for one that contracts may not use.
pub(super) const fn of(operator: &Operator<'_>) -> Option<u32> {
    use Operator as O;
    Some(match operator {
        // Pure structure: no machine code.
        O::Block { .. } | O::End | O::Else => 0,
        O::Nop | O::Drop | O::LocalGet { .. } | O::I32Const { .. } | O::I64Const { .. } => 1,
        // Moves a value, to memory if there are many locals.
        O::LocalSet { .. } | O::LocalTee { .. } => 4,
        O::Loop { .. } | O::Unreachable | O::MemorySize { .. } => 8,
        O::GlobalGet { .. } | O::GlobalSet { .. } => 16,
        O::Select => 10,
        O::Br { .. } | O::Return => 8,
        // Foreseen wrongly, or forgotten since the last time.
        O::BrIf { .. } | O::If { .. } => 64,
        O::BrTable { .. } => 120,
        O::Call { .. } => 64,
        O::CallIndirect { .. } => 160,
        // The operand's share is charged at run time, before the work.
        O::MemoryGrow { .. } => 400,
        O::MemoryCopy { .. } | O::MemoryFill { .. } => 160,
        // From the second cache.
        O::I32Load { .. }
        | O::I64Load { .. }
        | O::I32Load8S { .. }
        | O::I32Load8U { .. }
        | O::I32Load16S { .. }
        | O::I32Load16U { .. }
        | O::I64Load8S { .. }
        | O::I64Load8U { .. }
        | O::I64Load16S { .. }
        | O::I64Load16U { .. }
        | O::I64Load32S { .. }
        | O::I64Load32U { .. } => 100,
        // One byte lies on one page of the machine. More may lie on two, which stops the processor for a while.
        O::I32Store8 { .. } | O::I64Store8 { .. } => 24,
        O::I32Store { .. }
        | O::I64Store { .. }
        | O::I32Store16 { .. }
        | O::I64Store16 { .. }
        | O::I64Store32 { .. } => 260,
        O::I32DivS | O::I32DivU | O::I32RemS | O::I32RemU => 44,
        O::I64DivS | O::I64DivU | O::I64RemS | O::I64RemU => 64,
        O::I32Mul | O::I64Mul => 16,
        // Without the popcount instruction of newer processors these are short sequences.
        O::I32Clz | O::I32Ctz | O::I64Clz | O::I64Ctz => 18,
        O::I32Popcnt | O::I64Popcnt => 76,
        // A flag that becomes a number again.
        O::I32Eqz
        | O::I32Eq
        | O::I32Ne
        | O::I32LtS
        | O::I32LtU
        | O::I32GtS
        | O::I32GtU
        | O::I32LeS
        | O::I32LeU
        | O::I32GeS
        | O::I32GeU
        | O::I64Eqz
        | O::I64Eq
        | O::I64Ne
        | O::I64LtS
        | O::I64LtU
        | O::I64GtS
        | O::I64GtU
        | O::I64LeS
        | O::I64LeU
        | O::I64GeS
        | O::I64GeU => 14,
        O::I32Add
        | O::I32Sub
        | O::I32And
        | O::I32Or
        | O::I32Xor
        | O::I32Shl
        | O::I32ShrS
        | O::I32ShrU
        | O::I32Rotl
        | O::I32Rotr
        | O::I64Add
        | O::I64Sub
        | O::I64And
        | O::I64Or
        | O::I64Xor
        | O::I64Shl
        | O::I64ShrS
        | O::I64ShrU
        | O::I64Rotl
        | O::I64Rotr
        | O::I32WrapI64
        | O::I64ExtendI32S
        | O::I64ExtendI32U
        | O::I32Extend8S
        | O::I32Extend16S
        | O::I64Extend8S
        | O::I64Extend16S
        | O::I64Extend32S => 5,
        _ => return None,
    })
}

/// Units of gas for each parameter and local of a function that is entered: they are passed or zeroed.
pub(super) const LOCAL: u32 = 2;
/// Units of gas for each round of a loop, whatever the loop holds.
pub(super) const ROUND: u32 = 8;
