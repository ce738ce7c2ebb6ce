//! Contract state in memory: what the VM costs without the overlay, the disk and the signature around it.
//!
//! In come the contracts and their code, out comes the state that calls leave behind. It serves no transaction: a
//! rollback undoes what the current call wrote, and [`MapWorld::commit`] forgets how to.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Arc, LazyLock};
use tacit_circuits::VerifyingKeys;
use tacit_exec::contract_proofs::ContractProofs;
use tacit_exec::transient::Transient;
use tacit_types::{Address, Amount, AssetId, CodeHash, Event, GenesisId, Height, ProofId, UnixMillis};
use tacit_vm::{BlockContext, Checkpoint, ContractInfo, CreateRefused, Fault, NextKey, Proofs, TransferRefused, World};

static KEYS: LazyLock<VerifyingKeys> = LazyLock::new(VerifyingKeys::development);

/// Contracts, their storage and events, in ordered maps. Money and assets are nobody's here.
pub struct MapWorld {
    transient: Transient,
    proofs: ContractProofs<'static>,
    /// Registered verifying keys.
    pub verifying_keys: BTreeMap<[u8; 32], Vec<u8>>,
    codes: BTreeMap<CodeHash, Arc<Vec<u8>>>,
    /// What loading each code is charged as.
    loads: BTreeMap<CodeHash, u64>,
    contracts: BTreeMap<Address, CodeHash>,
    storage: BTreeMap<(Address, Vec<u8>), Vec<u8>>,
    events: Vec<Event>,
    journal: Vec<Undo>,
}

enum Undo {
    Storage((Address, Vec<u8>), Option<Vec<u8>>),
    Event,
}

impl Default for MapWorld {
    fn default() -> Self {
        Self {
            transient: Transient::default(),
            proofs: ContractProofs::new(&KEYS),
            verifying_keys: BTreeMap::new(),
            codes: BTreeMap::new(),
            loads: BTreeMap::new(),
            contracts: BTreeMap::new(),
            storage: BTreeMap::new(),
            events: Vec::new(),
            journal: Vec::new(),
        }
    }
}

impl MapWorld {
    /// Puts a contract at `address`, without running its `init`.
    pub fn place(&mut self, address: Address, code: &[u8]) {
        let hash = CodeHash::of(&[code]);
        let loads = &mut self.loads;
        loads.entry(hash).or_insert_with(|| tacit_vm::validate(code).map_or(0, |info| info.load_bytes()));
        self.codes.insert(hash, Arc::new(code.to_vec()));
        self.contracts.insert(address, hash);
    }

    /// Keeps what the last call did, as at the end of a transaction; its events and transient values are dropped.
    pub fn commit(&mut self) {
        self.transient = Transient::default();
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
        Ok(self.contracts.get(address).map(|code_hash| ContractInfo {
            code_hash: *code_hash,
            creator: Address::SYSTEM,
            is_paused: false,
            may_change_itself: false,
        }))
    }

    fn load_bytes(&mut self, hash: &CodeHash) -> Result<Option<u64>, Fault> {
        Ok(self.loads.get(hash).copied())
    }

    fn code(&mut self, hash: &CodeHash) -> Result<Option<Vec<u8>>, Fault> {
        Ok(self.codes.get(hash).map(|code| code.to_vec()))
    }

    fn storage_get(&mut self, contract: &Address, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        Ok(self.storage.get(&(*contract, key.to_vec())).cloned())
    }

    fn storage_length(&mut self, contract: &Address, key: &[u8]) -> Result<Option<u64>, Fault> {
        Ok(self.storage.get(&(*contract, key.to_vec())).map(|value| value.len() as u64))
    }

    fn storage_set(&mut self, contract: &Address, key: &[u8], value: &[u8]) -> Result<(), Fault> {
        self.put(contract, key, Some(value.to_vec()));
        Ok(())
    }

    fn storage_remove(&mut self, contract: &Address, key: &[u8]) -> Result<(), Fault> {
        self.put(contract, key, None);
        Ok(())
    }

    fn storage_next(
        &mut self,
        contract: &Address,
        prefix: &[u8],
        after: &[u8],
        _most_steps: u64,
    ) -> Result<NextKey, Fault> {
        let from = (*contract, after.max(prefix).to_vec());
        let bound = if after >= prefix { Bound::Excluded(from) } else { Bound::Included(from) };
        let found = self.storage.range((bound, Bound::Unbounded)).next();
        let own = found.filter(|((owner, key), _)| owner == contract && key.starts_with(prefix));
        Ok(match own {
            Some(((_, key), value)) => NextKey::Found { key: key.clone(), value: value.clone(), steps: 1 },
            None => NextKey::End { steps: 1 },
        })
    }

    fn transient_get(&mut self, contract: &Address, key: &[u8]) -> Option<Vec<u8>> {
        self.transient.get(contract, key)
    }

    fn transient_set(&mut self, contract: &Address, key: &[u8], value: Vec<u8>, bytes_max: u32) -> bool {
        self.transient.set(contract, key, value, bytes_max)
    }

    fn asset_balance(&mut self, _: &AssetId, _: &Address) -> Result<Amount, Fault> {
        Ok(Amount::ZERO)
    }

    fn asset_transfer(
        &mut self,
        _: &AssetId,
        from: &Address,
        to: &Address,
        amount: Amount,
    ) -> Result<Result<(), TransferRefused>, Fault> {
        self.transfer(from, to, amount)
    }

    fn create_contract(
        &mut self,
        _: &Address,
        _: &CodeHash,
        _: &[u8; 32],
        _: &[u8],
    ) -> Result<Result<Address, CreateRefused>, Fault> {
        Ok(Err(CreateRefused::CodeUnknown))
    }

    fn set_code(&mut self, contract: &Address, code_hash: &CodeHash) -> Result<(), Fault> {
        self.contracts.insert(*contract, *code_hash);
        Ok(())
    }

    fn verifying_key(&mut self, id: &[u8; 32]) -> Result<Option<Vec<u8>>, Fault> {
        Ok(self.verifying_keys.get(id).cloned())
    }

    fn proofs(&self) -> &dyn Proofs {
        &self.proofs
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
