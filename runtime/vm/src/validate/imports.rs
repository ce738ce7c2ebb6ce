//! Imports: only host functions of the table, each at most once, with exactly the table's signature.

use super::{Module, Refusal, at_most};
use crate::limits;
use crate::reject::{CodeReject, Part};
use tacit_abi::Type;
use wasmparser::{FuncType, ImportSectionReader, TypeRef, ValType};

impl Module {
    pub(super) fn check_imports(&mut self, section: &ImportSectionReader<'_>) -> Result<(), Refusal> {
        at_most(Part::Imports, section.count().into(), limits::IMPORTS_MAX.into())?;
        let mut seen: Vec<&str> = Vec::new();
        for import in section.clone().into_imports() {
            let import = import?;
            let named = || (import.module.to_owned(), import.name.to_owned());
            let TypeRef::Func(type_index) = import.ty else {
                let (module, name) = named();
                return Err(CodeReject::ImportKind { module, name }.into());
            };
            let known = tacit_abi::find(import.name).filter(|_| import.module == tacit_abi::MODULE);
            let Some(host) = known else {
                let (module, name) = named();
                return Err(CodeReject::ImportUnknown { module, name }.into());
            };
            if seen.contains(&host.name) {
                return Err(CodeReject::ImportTwice { name: host.name.to_owned() }.into());
            }
            seen.push(host.name);
            if !self.type_at(type_index).is_some_and(|signature| matches(signature, host)) {
                return Err(CodeReject::ImportSignature { name: host.name.to_owned() }.into());
            }
            self.functions.push(type_index);
            self.imported_functions = self.imported_functions.saturating_add(1);
        }
        Ok(())
    }

    pub(super) fn type_at(&self, index: u32) -> Option<&FuncType> {
        self.types.get(usize::try_from(index).ok()?)
    }
}

fn matches(signature: &FuncType, host: &tacit_abi::Function) -> bool {
    let same = |actual: &ValType, wanted: Option<Type>| match wanted {
        Some(Type::I32) => *actual == ValType::I32,
        Some(Type::I64) => *actual == ValType::I64,
        None => false,
    };
    let results = match host.result {
        None => signature.results().is_empty(),
        wanted => matches!(signature.results(), [one] if same(one, wanted)),
    };
    results
        && signature.params().len() == host.parameters.len()
        && signature.params().iter().zip(host.parameters).all(|(actual, wanted)| same(actual, *wanted))
}
