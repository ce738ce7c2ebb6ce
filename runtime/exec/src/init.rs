//! The state before the first block. Genesis goes through here and through nothing else, so that it obeys the same
//! records and the same supply rule as every block.

use crate::accounts;
use crate::error::{ExecFault, Refusal};
use crate::pool;
use tacit_state::record::{FeeState, ValidatorState};
use tacit_state::{Overlay, WriteSet, key};
use tacit_types::{Address, Amount, ChainParams, ValidatorSet};

/// What a chain starts with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InitialState {
    /// Parameters.
    pub params: ChainParams,
    /// Validators of the first height.
    pub validators: ValidatorSet,
    /// Balances; no address twice.
    pub balances: Vec<(Address, Amount)>,
}

/// Why a chain cannot start like this.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InitError {
    /// An address occurs twice.
    #[error("the account {0} occurs twice")]
    DuplicateAccount(Address),
    /// The supply exceeds 128 bits.
    #[error("the balances add up to more than 2^128 - 1 base units")]
    SupplyOverflow,
    /// A parameter is outside its range.
    #[error(transparent)]
    Params(#[from] tacit_types::params::ParamsError),
    /// A fault of the state, which here is memory.
    #[error(transparent)]
    Fault(#[from] ExecFault),
}

/// The changes that make the initial state out of an empty one.
///
/// # Errors
/// [`InitError`].
pub fn initial_writes(initial: &InitialState) -> Result<WriteSet, InitError> {
    initial.params.check()?;
    let empty = tacit_state::MemoryState::new();
    let mut overlay = Overlay::new(&empty);
    let mut supply = Amount::ZERO;
    for (address, amount) in &initial.balances {
        if accounts::read(&mut overlay, address).map_err(ExecFault::from)?.balance != Amount::ZERO {
            return Err(InitError::DuplicateAccount(*address));
        }
        supply = supply.checked_add(*amount).ok_or(InitError::SupplyOverflow)?;
        accounts::credit(&mut overlay, address, *amount).map_err(|refusal| match refusal {
            Refusal::Reject(_) => InitError::SupplyOverflow,
            Refusal::Fault(fault) => InitError::Fault(fault),
        })?;
    }
    write_chain_records(&mut overlay, initial, supply).map_err(ExecFault::from)?;
    pool::initial_tree(&mut overlay)?;
    Ok(overlay.finish())
}

fn write_chain_records(
    overlay: &mut Overlay<'_>,
    initial: &InitialState,
    supply: Amount,
) -> Result<(), tacit_state::StateFault> {
    let validators = ValidatorState { current: initial.validators.clone(), next: initial.validators.clone() };
    overlay.write(&key::params(), &initial.params)?;
    overlay.write(&key::fees(), &FeeState { base_fee: initial.params.base_fee_floor })?;
    overlay.write(&key::validators(), &validators)?;
    overlay.write(&key::supply(), &supply)
}
