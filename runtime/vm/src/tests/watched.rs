//! A world that says of every question what it is, before it answers as a [`MemoryWorld`] does.

use super::support::MemoryWorld;
use crate::{BlockContext, Checkpoint, ContractInfo, CreateRefused, Fault, NextKey, Proofs, TransferRefused, World};
use std::cell::RefCell;
use tacit_types::{Address, Amount, AssetId, CodeHash, Event, Height, ProofId};

/// Hears the name of each question to a world.
type Watch<'a> = Box<dyn FnMut(&'static str) + 'a>;

pub(super) struct Watched<'a> {
    pub world: MemoryWorld,
    watch: RefCell<Watch<'a>>,
}

impl<'a> Watched<'a> {
    pub fn new(world: MemoryWorld, watch: impl FnMut(&'static str) + 'a) -> Self {
        Self { world, watch: RefCell::new(Box::new(watch)) }
    }
}

macro_rules! questions {
    ($(fn $name:ident(&mut self $(, $argument:ident: $type:ty)*) $(-> $answer:ty)?;)*) => {
        $(fn $name(&mut self $(, $argument: $type)*) $(-> $answer)? {
            (self.watch.get_mut())(stringify!($name));
            self.world.$name($($argument),*)
        })*
    };
}

impl World for Watched<'_> {
    fn block(&self) -> BlockContext {
        self.world.block()
    }

    /// Whoever asks for it asks it something.
    fn proofs(&self) -> &dyn Proofs {
        (self.watch.borrow_mut())("proofs");
        self.world.proofs()
    }

    questions! {
        fn contract(&mut self, address: &Address) -> Result<Option<ContractInfo>, Fault>;
        fn load_bytes(&mut self, hash: &CodeHash) -> Result<Option<u64>, Fault>;
        fn code(&mut self, hash: &CodeHash) -> Result<Option<Vec<u8>>, Fault>;
        fn storage_get(&mut self, contract: &Address, key: &[u8]) -> Result<Option<Vec<u8>>, Fault>;
        fn storage_length(&mut self, contract: &Address, key: &[u8]) -> Result<Option<u64>, Fault>;
        fn storage_set(&mut self, contract: &Address, key: &[u8], value: &[u8]) -> Result<(), Fault>;
        fn storage_remove(&mut self, contract: &Address, key: &[u8]) -> Result<(), Fault>;
        fn storage_next(&mut self, contract: &Address, prefix: &[u8], after: &[u8], most_steps: u64) -> Result<NextKey, Fault>;
        fn transient_get(&mut self, contract: &Address, key: &[u8]) -> Option<Vec<u8>>;
        fn transient_set(&mut self, contract: &Address, key: &[u8], value: Vec<u8>, bytes_max: u32) -> bool;
        fn balance(&mut self, address: &Address) -> Result<Amount, Fault>;
        fn transfer(&mut self, from: &Address, to: &Address, amount: Amount) -> Result<Result<(), TransferRefused>, Fault>;
        fn asset_balance(&mut self, asset: &AssetId, address: &Address) -> Result<Amount, Fault>;
        fn asset_transfer(&mut self, asset: &AssetId, from: &Address, to: &Address, amount: Amount) -> Result<Result<(), TransferRefused>, Fault>;
        fn create_contract(&mut self, creator: &Address, code_hash: &CodeHash, salt: &[u8; 32], policy: &[u8]) -> Result<Result<Address, CreateRefused>, Fault>;
        fn set_code(&mut self, contract: &Address, code_hash: &CodeHash) -> Result<(), Fault>;
        fn verifying_key(&mut self, id: &[u8; 32]) -> Result<Option<Vec<u8>>, Fault>;
        fn proof_height(&mut self, id: &ProofId) -> Result<Option<Height>, Fault>;
        fn emit(&mut self, event: Event);
        fn checkpoint(&mut self) -> Checkpoint;
        fn rollback(&mut self, checkpoint: Checkpoint);
    }
}
