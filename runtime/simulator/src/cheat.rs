//! Cheat codes: what a test may do that nobody on a chain can. Each says what it bypasses; all else stays as it is on
//! the chain.

use crate::chain::{BLOCK_MS, Chain, Moment};
use crate::whole;
use borsh::BorshSerialize;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use tacit_state::record::{Asset, FeeState};
use tacit_state::{Change, StateRead, WriteSet, key};
use tacit_types::{Address, Amount, AssetId, Gas, Price, Sequence, UnixMillis, codec};

/// A point to come back to; see [`Chain::snapshot`].
#[derive(Clone)]
pub struct Snapshot(Arc<Moment>);

impl Chain {
    /// Has the next transaction come from `address`, whoever that is: an account without a key, a contract. Bypasses the
    /// signature, and the sequence of an address without a key; charge and body are the chain's.
    ///
    /// ```
    /// # use tacit_simulator::{Amount, Chain};
    /// # let mut chain = Chain::new();
    /// # let (alice, vault) = (chain.account("alice"), tacit_simulator::Address([7; 32]));
    /// chain.deal(vault, Amount(9));
    /// chain.prank(vault).transfer(alice, alice, Amount(9)).ok();
    /// assert_eq!(chain.balance(vault), Amount(0));
    /// ```
    pub fn prank(&mut self, address: Address) -> &mut Self {
        self.now.pranked = Some(address);
        self
    }

    /// Makes `amount` all the native money that `address` has. The difference is made or destroyed, supply included.
    ///
    /// # Panics
    /// When the supply would exceed 128 bits.
    #[track_caller]
    pub fn deal(&mut self, address: Address, amount: Amount) {
        self.begin_step();
        self.set_money(address, amount);
        self.end_step(&format!("deal {amount} to {}", self.named(&address)));
    }

    /// Makes `amount` all that `address` has of an asset. The difference is made or destroyed, supply included;
    /// the asset's issuer is not asked.
    ///
    /// # Panics
    /// When there is no such asset, or its supply would exceed its cap.
    #[track_caller]
    pub fn deal_asset(&mut self, asset: AssetId, address: Address, amount: Amount) {
        if asset == AssetId::NATIVE {
            return self.deal(address, amount);
        }
        self.begin_step();
        let Some(mut record) = self.read::<Asset>(&key::asset(&asset)) else {
            panic!("there is no asset {asset}: make it with `create_asset`")
        };
        record.supply = moved(record.supply, self.asset_balance(asset, address), amount);
        assert!(record.supply <= record.cap, "the supply of {} would exceed its cap {}", record.symbol, record.cap);
        self.write(&key::asset(&asset), Some(&record));
        self.write(&key::asset_balance(&address, &asset), (amount != Amount::ZERO).then_some(&amount));
        self.end_step(&format!("deal {amount} of {} to {}", record.symbol, self.named(&address)));
    }

    /// Moves the time of the next block `milliseconds` ahead. Blocks after it follow at the usual pace.
    #[track_caller]
    pub fn warp(&mut self, milliseconds: u64) {
        self.warp_to(self.now.next_time.0.saturating_add(milliseconds));
    }

    /// The next block happens exactly at `milliseconds` since 1970.
    ///
    /// # Panics
    /// When that is not after the last block: time never goes back.
    #[track_caller]
    pub fn warp_to(&mut self, milliseconds: u64) {
        self.begin_step();
        let last = self.now.tip.time_ms.0;
        assert!(milliseconds > last, "time never goes back: the last block was at {last}");
        self.now.next_time = UnixMillis(milliseconds);
        self.end_step(&format!("warp to {milliseconds}"));
    }

    /// Has this many empty blocks follow, [`BLOCK_MS`] apart, each through the chain's own execution.
    #[track_caller]
    pub fn roll(&mut self, heights: u64) {
        self.begin_step();
        (0..heights).for_each(|_| self.empty_block());
        self.end_step(&format!("roll {heights} heights"));
    }

    /// This moment, to come back to: state, height, time, names, events and gas report. Invariants are not part of it.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        Snapshot(Arc::new(self.now.clone()))
    }

    /// Comes back to `point`, as often as wanted.
    ///
    /// ```
    /// # use tacit_simulator::{Amount, Chain};
    /// # let mut chain = Chain::new();
    /// # let alice = chain.account("alice");
    /// let point = chain.snapshot();
    /// chain.deal(alice, Amount(1));
    /// chain.revert(&point);
    /// assert_eq!(chain.balance(alice), tacit_simulator::START_MONEY);
    /// ```
    #[track_caller]
    pub fn revert(&mut self, point: impl std::borrow::Borrow<Snapshot>) {
        self.begin_step();
        self.now = Moment::clone(&point.borrow().0);
    }

    /// Does `work` and takes everything back. Allowed in invariants, which wait meanwhile: this is how one says that
    /// something can always be done.
    pub fn attempt<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        let (now, looking, trying) = (self.now.clone(), self.looking, self.trying);
        (self.looking, self.trying) = (false, true);
        let result = catch_unwind(AssertUnwindSafe(|| work(self)));
        (self.now, self.looking, self.trying) = (now, looking, trying);
        result.unwrap_or_else(|panic| resume_unwind(panic))
    }

    /// Writes or, with `None`, removes a value of a contract's storage behind the contract's back.
    #[track_caller]
    pub fn set_storage(&mut self, contract: Address, key: impl AsRef<[u8]>, value: Option<Vec<u8>>) {
        self.begin_step();
        self.write_bytes(&key::contract_storage(&contract, key.as_ref()), value);
        self.end_step(&format!("write to the storage of {}", self.named(&contract)));
    }

    /// Has gas cost what it costs on the chain, from the next block on: senders pay the base fee. Without this, gas is
    /// metered and limited as on the chain, but its price is zero, so that balances show what contracts did.
    #[track_caller]
    pub fn charge_fees(&mut self) {
        self.begin_step();
        self.now.fees = true;
        self.write(&key::fees(), Some(&FeeState { base_fee: self.rules.params.base_fee_floor }));
    }

    /// Gas that each transaction and view may use from now on. In a block of several, each gets at most its share of the
    /// block's limit.
    pub fn set_gas_limit(&mut self, limit: Gas) {
        self.now.gas_limit = limit.min(self.rules.params.block_gas_limit);
    }

    pub(crate) fn make_gas_free(&mut self) {
        if !self.now.fees {
            self.write(&key::fees(), Some(&FeeState { base_fee: Price(0) }));
        }
    }

    /// Sets a balance and moves the supply by the difference.
    #[track_caller]
    pub(crate) fn set_money(&mut self, address: Address, amount: Amount) {
        let mut account = self.account_record(&address);
        let supply: Amount = self.read(&key::supply()).unwrap_or_default();
        self.write(&key::supply(), Some(&moved(supply, account.balance, amount)));
        account.balance = amount;
        self.write(&key::account(&address), (!account.is_empty()).then_some(&account));
    }

    pub(crate) fn set_sequence(&mut self, address: Address, sequence: Sequence) {
        let mut account = self.account_record(&address);
        account.sequence = sequence;
        self.write(&key::account(&address), (!account.is_empty()).then_some(&account));
    }

    fn write<T: BorshSerialize>(&mut self, key: &[u8], value: Option<&T>) {
        self.write_bytes(key, value.map(codec::encode));
    }

    fn write_bytes(&mut self, key: &[u8], new: Option<Vec<u8>>) {
        let old = whole(self.now.state.get(key));
        self.now.state.apply(&WriteSet(vec![Change { key: key.to_vec(), old, new }]));
    }

    /// The time of the block after one at `time`.
    pub(crate) fn after(time: UnixMillis) -> UnixMillis {
        UnixMillis(time.0.saturating_add(BLOCK_MS))
    }
}

/// A supply of which one holder's share goes from `old` to `new`.
#[track_caller]
fn moved(supply: Amount, old: Amount, new: Amount) -> Amount {
    match supply.checked_sub(old).and_then(|rest| rest.checked_add(new)) {
        Some(supply) => supply,
        None => panic!("the supply would exceed 2^128 - 1 base units: deal less"),
    }
}
