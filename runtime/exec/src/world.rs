//! The state as a running contract sees it: the overlay behind the VM's trait, and the events of the transaction.

use crate::accounts;
use crate::error::{ExecFault, Refusal};
use crate::proofs;
use tacit_state::{Checkpoint as StateCheckpoint, Overlay, StateFault, key, record};
use tacit_types::{Address, Amount, CodeHash, Event, Height, ProofId, RejectCode};
use tacit_vm::{BlockContext, Checkpoint, ContractInfo, Fault, TransferRefused, World};

/// A contract's view of one transaction's state.
pub struct ExecWorld<'a, 'base> {
    overlay: &'a mut Overlay<'base>,
    events: &'a mut Vec<Event>,
    block: BlockContext,
    /// Journal and event marks behind the numbers that the VM holds.
    marks: Vec<(StateCheckpoint, usize)>,
}

impl<'a, 'base> ExecWorld<'a, 'base> {
    /// A view of `overlay` in `block` that adds to `events`.
    pub fn new(overlay: &'a mut Overlay<'base>, events: &'a mut Vec<Event>, block: BlockContext) -> Self {
        Self { overlay, events, block, marks: Vec::new() }
    }
}

fn fault(error: StateFault) -> Fault {
    Fault(error.to_string())
}

impl World for ExecWorld<'_, '_> {
    fn block(&self) -> BlockContext {
        self.block
    }

    fn contract(&mut self, address: &Address) -> Result<Option<ContractInfo>, Fault> {
        let contract: Option<record::Contract> = self.overlay.read(&key::contract(address)).map_err(fault)?;
        Ok(contract.map(|contract| ContractInfo { code_hash: contract.code_hash }))
    }

    fn code(&mut self, hash: &CodeHash) -> Result<Option<Vec<u8>>, Fault> {
        self.overlay.get(&key::code(hash)).map_err(fault)
    }

    fn storage_get(&mut self, contract: &Address, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        self.overlay.get(&key::contract_storage(contract, key)).map_err(fault)
    }

    fn storage_set(&mut self, contract: &Address, key: &[u8], value: &[u8]) -> Result<(), Fault> {
        self.overlay.set(&key::contract_storage(contract, key), Some(value.to_vec())).map_err(fault)
    }

    fn storage_remove(&mut self, contract: &Address, key: &[u8]) -> Result<(), Fault> {
        self.overlay.set(&key::contract_storage(contract, key), None).map_err(fault)
    }

    fn balance(&mut self, address: &Address) -> Result<Amount, Fault> {
        Ok(accounts::read(self.overlay, address).map_err(fault)?.balance)
    }

    fn transfer(&mut self, from: &Address, to: &Address, amount: Amount) -> Result<Result<(), TransferRefused>, Fault> {
        let point = self.overlay.checkpoint();
        match accounts::transfer(self.overlay, from, to, amount) {
            Ok(()) => Ok(Ok(())),
            Err(Refusal::Reject(reject)) => {
                self.overlay.rollback(point);
                Ok(Err(match reject.code {
                    RejectCode::InsufficientBalance => TransferRefused::InsufficientBalance,
                    _ => TransferRefused::Recipient,
                }))
            }
            Err(Refusal::Fault(fault)) => Err(Fault(fault.to_string())),
        }
    }

    fn proof_height(&mut self, id: &ProofId) -> Result<Option<Height>, Fault> {
        Ok(proofs::standing(self.overlay, id).map_err(fault)?.map(|record| record.height))
    }

    fn emit(&mut self, event: Event) {
        self.events.push(event);
    }

    fn checkpoint(&mut self) -> Checkpoint {
        let number = u64::try_from(self.marks.len()).unwrap_or(u64::MAX);
        self.marks.push((self.overlay.checkpoint(), self.events.len()));
        Checkpoint(number)
    }

    fn rollback(&mut self, checkpoint: Checkpoint) {
        let Ok(index) = usize::try_from(checkpoint.0) else { return };
        let Some((state, events)) = self.marks.get(index).copied() else { return };
        self.marks.truncate(index);
        self.overlay.rollback(state);
        self.events.truncate(events);
    }
}

impl From<Fault> for ExecFault {
    fn from(fault: Fault) -> Self {
        Self::Vm(fault.0)
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault.into())
    }
}
