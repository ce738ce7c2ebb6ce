//! The state as a running contract sees it: the overlay behind the VM's trait, and the events of the transaction.

use crate::contract_proofs::ContractProofs;
use crate::earnings::Earnings;
use crate::error::{ExecFault, Refusal};
use crate::transient::Transient;
use crate::tx::BlockEnvironment;
use crate::{accounts, contracts, proofs};
use tacit_abi::POLICY_BYTES_MAX;
use tacit_state::{Checkpoint as StateCheckpoint, Next, Overlay, StateFault, key, record};
use tacit_types::contract::{ContractPolicy, UpgradePolicy};
use tacit_types::{Address, Amount, AssetId, CodeHash, Event, Height, KeyId, ProofId, RejectCode, codec};
use tacit_vm::{BlockContext, Checkpoint, ContractInfo, CreateRefused, Fault, NextKey, Proofs, TransferRefused, World};

/// A contract's view of one transaction's state.
pub struct ExecWorld<'a, 'base> {
    overlay: &'a mut Overlay<'base>,
    events: &'a mut Vec<Event>,
    transient: &'a mut Transient,
    block: BlockContext,
    proofs: ContractProofs<'a>,
    earnings: Earnings,
    /// What the numbers that the VM holds stand for.
    marks: Vec<Mark>,
}

/// A point to return to.
#[derive(Clone, Copy)]
struct Mark {
    state: StateCheckpoint,
    events: usize,
    transient: usize,
}

impl<'a, 'base> ExecWorld<'a, 'base> {
    /// A view of `overlay` in a block that adds to `events` and `transient`, and writes down what it pays to a sender
    /// without an account.
    pub fn new(
        overlay: &'a mut Overlay<'base>,
        events: &'a mut Vec<Event>,
        transient: &'a mut Transient,
        block: &'a BlockEnvironment<'_>,
        earnings: Earnings,
    ) -> Self {
        let proofs = ContractProofs::new(&block.rules.keys);
        Self { overlay, events, transient, block: block.block_context(), proofs, earnings, marks: Vec::new() }
    }

    /// What the sender without an account was paid.
    pub fn into_earnings(self) -> Earnings {
        self.earnings
    }

    /// Moves money, or leaves everything as it was and says why not.
    fn or_undone(
        &mut self,
        change: impl FnOnce(&mut Overlay<'base>) -> Result<(), Refusal>,
    ) -> Result<Result<(), TransferRefused>, Fault> {
        let point = self.overlay.checkpoint();
        match change(self.overlay) {
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
}

/// The policy of a contract that a contract makes; no bytes stand for one that never changes and never stops.
fn decode_policy(bytes: &[u8]) -> Option<ContractPolicy> {
    if bytes.is_empty() {
        return Some(ContractPolicy::default());
    }
    let policy: ContractPolicy = codec::decode_exact("policy", bytes, POLICY_BYTES_MAX as usize).ok()?;
    policy.check().is_ok().then_some(policy)
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
        let Some(contract) = contract else { return Ok(None) };
        Ok(Some(ContractInfo {
            code_hash: contract.code_hash,
            creator: contract.creator,
            is_paused: contract.paused_until > self.block.time,
            may_change_itself: contract.policy.upgrade == UpgradePolicy::Governed,
        }))
    }

    fn load_bytes(&mut self, hash: &CodeHash) -> Result<Option<u64>, Fault> {
        Ok(contracts::load_bytes(self.overlay, hash).map_err(fault)?.map(u64::from))
    }

    fn code(&mut self, hash: &CodeHash) -> Result<Option<Vec<u8>>, Fault> {
        self.overlay.get(&key::code(hash)).map_err(fault)
    }

    fn storage_get(&mut self, contract: &Address, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        self.overlay.get(&key::contract_storage(contract, key)).map_err(fault)
    }

    fn storage_length(&mut self, contract: &Address, key: &[u8]) -> Result<Option<u64>, Fault> {
        let length = self.overlay.length(&key::contract_storage(contract, key)).map_err(fault)?;
        Ok(length.map(|bytes| bytes as u64))
    }

    fn storage_set(&mut self, contract: &Address, key: &[u8], value: &[u8]) -> Result<(), Fault> {
        self.overlay.set(&key::contract_storage(contract, key), Some(value.to_vec())).map_err(fault)
    }

    fn storage_remove(&mut self, contract: &Address, key: &[u8]) -> Result<(), Fault> {
        self.overlay.set(&key::contract_storage(contract, key), None).map_err(fault)
    }

    fn storage_next(
        &mut self,
        contract: &Address,
        prefix: &[u8],
        after: &[u8],
        most_steps: u64,
    ) -> Result<NextKey, Fault> {
        let own = key::contract_storage(contract, &[]).len();
        let prefix = key::contract_storage(contract, prefix);
        let after = if after.is_empty() { Vec::new() } else { key::contract_storage(contract, after) };
        Ok(match self.overlay.next(&prefix, &after, most_steps).map_err(fault)? {
            Next::Found { mut key, value, steps } => NextKey::Found { key: key.split_off(own), value, steps },
            Next::End { steps } => NextKey::End { steps },
            Next::TooFar => NextKey::TooFar,
        })
    }

    fn transient_get(&mut self, contract: &Address, key: &[u8]) -> Option<Vec<u8>> {
        self.transient.get(contract, key)
    }

    fn transient_set(&mut self, contract: &Address, key: &[u8], value: Vec<u8>, bytes_max: u32) -> bool {
        self.transient.set(contract, key, value, bytes_max)
    }

    fn balance(&mut self, address: &Address) -> Result<Amount, Fault> {
        Ok(accounts::read(self.overlay, address).map_err(fault)?.balance)
    }

    fn transfer(&mut self, from: &Address, to: &Address, amount: Amount) -> Result<Result<(), TransferRefused>, Fault> {
        self.earnings.note(self.overlay, &AssetId::NATIVE, to).map_err(fault)?;
        self.or_undone(|overlay| accounts::transfer(overlay, from, to, amount))
    }

    fn asset_balance(&mut self, asset: &AssetId, address: &Address) -> Result<Amount, Fault> {
        accounts::balance_of(self.overlay, asset, address).map_err(fault)
    }

    fn asset_transfer(
        &mut self,
        asset: &AssetId,
        from: &Address,
        to: &Address,
        amount: Amount,
    ) -> Result<Result<(), TransferRefused>, Fault> {
        self.earnings.note(self.overlay, asset, to).map_err(fault)?;
        self.or_undone(|overlay| {
            accounts::debit_asset(overlay, asset, from, amount)?;
            accounts::credit_asset(overlay, asset, to, amount)
        })
    }

    fn create_contract(
        &mut self,
        creator: &Address,
        code_hash: &CodeHash,
        salt: &[u8; 32],
        policy: &[u8],
    ) -> Result<Result<Address, CreateRefused>, Fault> {
        let Some(policy) = decode_policy(policy) else { return Ok(Err(CreateRefused::Policy)) };
        let made = contracts::create(self.overlay, self.events, creator, code_hash, salt, policy);
        match made {
            Ok(address) => Ok(Ok(address)),
            Err(Refusal::Reject(reject)) if reject.code == RejectCode::CodeUnknown => {
                Ok(Err(CreateRefused::CodeUnknown))
            }
            Err(Refusal::Reject(_)) => Ok(Err(CreateRefused::Exists)),
            Err(Refusal::Fault(fault)) => Err(Fault(fault.to_string())),
        }
    }

    fn set_code(&mut self, contract: &Address, code_hash: &CodeHash) -> Result<(), Fault> {
        contracts::set_code(self.overlay, self.events, contract, code_hash).map_err(|error| Fault(error.to_string()))
    }

    fn verifying_key(&mut self, id: &[u8; 32]) -> Result<Option<Vec<u8>>, Fault> {
        self.overlay.get(&key::verifying_key(&KeyId(*id))).map_err(fault)
    }

    fn proofs(&self) -> &dyn Proofs {
        &self.proofs
    }

    fn proof_height(&mut self, id: &ProofId) -> Result<Option<Height>, Fault> {
        Ok(proofs::standing(self.overlay, id).map_err(fault)?.map(|record| record.height))
    }

    fn emit(&mut self, event: Event) {
        self.events.push(event);
    }

    fn checkpoint(&mut self) -> Checkpoint {
        let number = u64::try_from(self.marks.len()).unwrap_or(u64::MAX);
        let (state, events, transient) = (self.overlay.checkpoint(), self.events.len(), self.transient.mark());
        self.marks.push(Mark { state, events, transient });
        Checkpoint(number)
    }

    fn rollback(&mut self, checkpoint: Checkpoint) {
        let Ok(index) = usize::try_from(checkpoint.0) else { return };
        let Some(mark) = self.marks.get(index).copied() else { return };
        self.marks.truncate(index);
        self.overlay.rollback(mark.state);
        self.events.truncate(mark.events);
        self.transient.rollback(mark.transient);
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
