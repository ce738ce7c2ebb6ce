//! The one error of this crate: why a step did nothing, or what came out cannot be read.

use tacit_exec::Reject;
use tacit_types::RejectCode;
use tacit_vm::{CallOutcome, VmReject};

/// Why a step did nothing, or what came out cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// The contract gave up by itself.
    #[error("the contract reverted with its own code {code}")]
    Reverted {
        /// Its code.
        code: u32,
    },
    /// The chain refused the transaction or its body failed: by the same number as in a receipt.
    #[error("{}: {code}{}{detail}", code.name(), if detail.is_empty() { "" } else { ": " })]
    Rejected {
        /// The number.
        code: RejectCode,
        /// More about this case: what a panicking contract said, which rule the code breaks.
        detail: String,
    },
    /// The output is not what the test asked for.
    #[error("the output 0x{} is no `{wanted}`: {reason}", hex::encode(output))]
    Output {
        /// The type asked for.
        wanted: &'static str,
        /// The whole output.
        output: Vec<u8>,
        /// What the decoder met.
        reason: String,
    },
    /// A proof could not be made.
    #[error("the statement could not be proven: {0}")]
    Unproven(String),
}

impl Failure {
    /// The chain's number for it, if the chain refused.
    #[must_use]
    pub const fn reject_code(&self) -> Option<RejectCode> {
        match self {
            Self::Reverted { .. } => Some(RejectCode::ContractReverted),
            Self::Rejected { code, .. } => Some(*code),
            Self::Output { .. } | Self::Unproven(_) => None,
        }
    }

    /// The code that a contract reverted with.
    #[must_use]
    pub const fn contract_code(&self) -> Option<u32> {
        match self {
            Self::Reverted { code } => Some(*code),
            _ => None,
        }
    }

    /// A rejection; a contract's own code is what counts when it reverted.
    pub(crate) fn of(reject: Reject, contract_code: u32) -> Self {
        match reject.code {
            RejectCode::ContractReverted => Self::Reverted { code: contract_code },
            code => Self::Rejected { code, detail: reject.detail },
        }
    }

    /// What became of a view.
    pub(crate) fn of_view(outcome: CallOutcome) -> Result<Vec<u8>, Self> {
        outcome.result.map_err(|reject| match reject {
            VmReject::Reverted { code, .. } => Self::Reverted { code },
            other => {
                let said = outcome
                    .trace
                    .map(|trace| format!("{} ({}:{}:{})", trace.message, trace.file, trace.line, trace.column));
                Self::Rejected { code: other.reject_code(), detail: said.unwrap_or_else(|| other.to_string()) }
            }
        })
    }
}
