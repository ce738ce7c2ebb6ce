//! Function bodies: size, locals, nesting and branch tables, then full validation operator by operator.

use super::effort::Efforts;
use super::joins::Joins;
use super::{Module, Refusal, at_most};
use crate::limits;
use crate::reject::Part;
use wasmparser::{FuncValidator, FunctionBody, Operator, ValidatorResources};

impl Module {
    /// What can be refused without reading the body's operators.
    pub(super) fn check_size(&mut self, body: &FunctionBody<'_>, code_bytes: usize) -> Result<(), Refusal> {
        at_most(Part::BodyBytes, body.as_bytes().len() as u64, limits::BODY_BYTES_MAX as u64)?;
        let mut own = 0_u64;
        for group in body.get_locals_reader()? {
            own = own.saturating_add(u64::from(group?.0));
            at_most(Part::Locals, own, limits::LOCALS_MAX.into())?;
        }
        self.locals = self.locals.saturating_add(usize::try_from(own).unwrap_or(usize::MAX));
        let sum_max = limits::LOCALS_SUM_MAX.min(code_bytes.div_ceil(2));
        at_most(Part::LocalsSum, self.locals as u64, sum_max as u64)?;
        Ok(())
    }

    pub(super) fn check_body(
        &mut self,
        validator: &mut FuncValidator<ValidatorResources>,
        body: &FunctionBody<'_>,
    ) -> Result<(), Refusal> {
        let mut locals = body.get_binary_reader();
        validator.read_locals(&mut locals)?;
        let mut operators = body.get_operators_reader()?;
        let (mut joins, mut own, mut effort) = (Joins::new(), 0, Efforts::new());
        while !operators.eof() {
            let (operator, offset) = operators.read_with_offset()?;
            if let Operator::BrTable { targets } = &operator {
                at_most(Part::BrTableTargets, targets.len().into(), limits::BR_TABLE_TARGETS_MAX.into())?;
                self.br_table_targets = self.br_table_targets.saturating_add(targets.len());
                let sum = self.br_table_targets;
                at_most(Part::BrTableTargetsSum, sum.into(), limits::BR_TABLE_TARGETS_SUM_MAX.into())?;
            }
            effort.read(&operator, validator.operand_stack_height());
            validator.op(offset, &operator)?;
            at_most(Part::Nesting, validator.control_stack_height().into(), limits::NESTING_MAX.into())?;
            own = joins.read(&operator);
            at_most(Part::Joins, own, limits::JOINS_MAX)?;
        }
        operators.finish()?;
        self.effort.add(effort.total());
        self.joins = self.joins.saturating_add(own);
        at_most(Part::JoinsSum, self.joins, limits::JOINS_SUM_MAX)?;
        Ok(())
    }
}
