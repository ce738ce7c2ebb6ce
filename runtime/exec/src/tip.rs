//! The end of the chain, as the next block must build on it.

use crate::error::{ExecFault, missing};
use tacit_state::overlay::read_value;
use tacit_state::record::{FeeState, ValidatorState};
use tacit_state::{StateRead, key};
use tacit_types::{BlockId, Height, Price, ReceiptsRoot, StateRoot, UnixMillis, ValidatorSet};

/// What storage knows about the last committed block. At genesis: height 0, id all zero, genesis time and root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tip {
    /// Height of the last committed block.
    pub height: Height,
    /// Its id.
    pub block_id: BlockId,
    /// Its time.
    pub time_ms: UnixMillis,
    /// Root of the state after it.
    pub state_root: StateRoot,
    /// Root of its receipts.
    pub receipts_root: ReceiptsRoot,
    /// Who signed it; what the next block's commit certificate is checked against.
    pub signers: ValidatorSet,
}

/// What the state after the tip says about the next block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextBlock {
    /// Its height.
    pub height: Height,
    /// Its base fee.
    pub base_fee: Price,
    /// Who signs it.
    pub validators: ValidatorSet,
    /// Who signs the block after it.
    pub next_validators: ValidatorSet,
}

impl NextBlock {
    /// Reads the requirements for the block after `height` from `state`, the state after `height`.
    ///
    /// # Errors
    /// [`ExecFault`] when the state lacks what genesis put there.
    pub fn read(state: &dyn StateRead, height: Height) -> Result<Self, ExecFault> {
        let fees: FeeState = read_value(state, &key::fees())?.ok_or_else(|| missing("fee state", height))?;
        let validators: ValidatorState =
            read_value(state, &key::validators())?.ok_or_else(|| missing("validators", height))?;
        Ok(Self {
            height: height.next(),
            base_fee: fees.base_fee,
            validators: validators.current,
            next_validators: validators.next,
        })
    }
}
