//! Contract state in memory: what the VM costs without the overlay, the disk and the signature around it.
//!
//! In come the contracts and their code, out comes the state that calls leave behind. It serves no transaction: a
//! rollback undoes what the current call wrote, and [`MapWorld::commit`] forgets how to.

use std::collections::BTreeMap;
use std::sync::Arc;
use tacit_types::{Address, Amount, CodeHash, Event, GenesisId, Height, ProofId, UnixMillis};
use tacit_vm::{BlockContext, Checkpoint, ContractInfo, Fault, TransferRefused, World};

/// Contracts, their storage and events, in ordered maps.
#[derive(Default)]
pub struct MapWorld {
    codes: BTreeMap<CodeHash, Arc<Vec<u8>>>,
    contracts: BTreeMap<Address, CodeHash>,
    storage: BTreeMap<(Address, Vec<u8>), Vec<u8>>,
    events: Vec<Event>,
    journal: Vec<Undo>,
}

enum Undo {
    Storage((Address, Vec<u8>), Option<Vec<u8>>),
    Event,
}

impl MapWorld {
    /// Puts a contract at `address`, without running its `init`.
    pub fn place(&mut self, address: Address, code: &[u8]) {
        let hash = CodeHash::of(&[code]);
        self.codes.insert(hash, Arc::new(code.to_vec()));
        self.contracts.insert(address, hash);
    }

    /// Keeps what the last call did, as at the end of a transaction; its events are dropped.
    pub fn commit(&mut self) {
        self.journal.clear();
        self.events.clear();
    }

    fn put(&mut self, contract: &Address, key: &[u8], value: Option<Vec<u8>>) {
        let at = (*contract, key.to_vec());
        let before = match value {
            Some(value) => self.storage.insert(at.clone(), value),
            None => self.storage.remove(&at),
        };
        self.journal.push(Undo::Storage(at, before));
    }
}

impl World for MapWorld {
    fn block(&self) -> BlockContext {
        BlockContext { genesis_id: GenesisId([9; 32]), height: Height(1), time: UnixMillis(1) }
    }

    fn contract(&mut self, address: &Address) -> Result<Option<ContractInfo>, Fault> {
        Ok(self.contracts.get(address).map(|code_hash| ContractInfo { code_hash: *code_hash }))
    }

    fn code(&mut self, hash: &CodeHash) -> Result<Option<Vec<u8>>, Fault> {
        Ok(self.codes.get(hash).map(|code| code.to_vec()))
    }

    fn storage_get(&mut self, contract: &Address, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        Ok(self.storage.get(&(*contract, key.to_vec())).cloned())
    }

    fn storage_set(&mut self, contract: &Address, key: &[u8], value: &[u8]) -> Result<(), Fault> {
        self.put(contract, key, Some(value.to_vec()));
        Ok(())
    }

    fn storage_remove(&mut self, contract: &Address, key: &[u8]) -> Result<(), Fault> {
        self.put(contract, key, None);
        Ok(())
    }

    fn balance(&mut self, _address: &Address) -> Result<Amount, Fault> {
        Ok(Amount::ZERO)
    }

    fn transfer(&mut self, _: &Address, _: &Address, amount: Amount) -> Result<Result<(), TransferRefused>, Fault> {
        // Nobody holds native money here.
        Ok(if amount == Amount::ZERO { Ok(()) } else { Err(TransferRefused::InsufficientBalance) })
    }

    fn proof_height(&mut self, _: &ProofId) -> Result<Option<Height>, Fault> {
        Ok(None)
    }

    fn emit(&mut self, event: Event) {
        self.events.push(event);
        self.journal.push(Undo::Event);
    }

    fn checkpoint(&mut self) -> Checkpoint {
        Checkpoint(self.journal.len() as u64)
    }

    fn rollback(&mut self, checkpoint: Checkpoint) {
        while self.journal.len() as u64 > checkpoint.0 {
            match self.journal.pop() {
                Some(Undo::Storage(at, Some(before))) => drop(self.storage.insert(at, before)),
                Some(Undo::Storage(at, None)) => drop(self.storage.remove(&at)),
                Some(Undo::Event) => drop(self.events.pop()),
                None => return,
            }
        }
    }
}
