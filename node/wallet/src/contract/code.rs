//! What the code of a reverted call means: the contract's own, or one of the SDK's.

use super::spec::{Function, Spec};

/// What went wrong, by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Its name, such as `Error::InsufficientBalance`.
    pub name: String,
    /// What it means.
    pub doc: String,
}

/// The SDK's own codes; `docs/spec/contract-spec.md` lists them.
const SDK: [(u32, &str, &str); 9] = [
    (0xFFFF_0001, "BadInput", "the input is not the encoding of the arguments"),
    (0xFFFF_0002, "NotPayable", "money was sent to a function that takes none"),
    (0xFFFF_0003, "CorruptStorage", "a stored value is not of the type that the contract expects"),
    (0xFFFF_0004, "BadOutput", "a callee's output is not of the type that the contract expects"),
    (0xFFFF_0005, "ViewFailed", "a view of another contract failed"),
    (0xFFFF_0006, "ViewWrites", "a view tried to change something"),
    (0xFFFF_0007, "NotSelf", "only the contract itself may call"),
    (0xFFFF_0008, "Reentered", "the function, or one that excludes it, is running already"),
    (0xFFFF_0009, "TransientFull", "too much is kept until the transaction ends"),
];

impl Spec {
    /// What `code` means when `function` ends with it. Two enums may share a code, so the function's own comes first.
    #[must_use]
    pub fn problem(&self, function: Option<&Function>, code: u32) -> Option<Problem> {
        let own = function.and_then(|function| function.error.as_deref());
        let enums = self.errors.iter().filter(|errors| Some(errors.name.as_str()) == own);
        let enums = enums.chain(self.errors.iter().filter(|errors| Some(errors.name.as_str()) != own));
        let named = enums.flat_map(|errors| errors.cases.iter().map(move |case| (errors, case)));
        let named = named
            .into_iter()
            .find(|(_, case)| case.code == code)
            .map(|(errors, case)| Problem { name: format!("{}::{}", errors.name, case.name), doc: case.doc.clone() });
        named.or_else(|| problem_of_the_sdk(code))
    }
}

fn problem_of_the_sdk(code: u32) -> Option<Problem> {
    let (_, name, doc) = SDK.iter().find(|(number, ..)| *number == code)?;
    Some(Problem { name: (*name).into(), doc: (*doc).into() })
}
