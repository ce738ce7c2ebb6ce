//! Counts all money there is and compares it with what the chain says there is: for each asset, what accounts hold and
//! what the turnstile says the shielded pool holds must be its supply.
//!
//! Execution keeps this by construction; here nothing is believed, so that a database can be checked as a whole. Only
//! totals are kept in memory, one for each asset.

use std::collections::BTreeMap;
use tacit_state::overlay::{decode, read_value};
use tacit_state::{StateFault, StateRead, key, record};
use tacit_types::{Amount, AssetId};

/// Entries read at a time.
const PAGE: usize = 4_096;

/// What there is of one asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Held {
    /// In accounts, base units; `None` when the sum is beyond any amount.
    pub accounts: Option<u128>,
    /// In the shielded pool, as its turnstile says.
    pub pool: u128,
    /// What the chain says there is; `None` when it knows no such asset.
    pub supply: Option<u128>,
}

impl Held {
    /// Whether nothing of it appeared or vanished.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        let found = self.accounts.and_then(|accounts| accounts.checked_add(self.pool));
        found.is_some() && found == self.supply
    }

    fn add(&mut self, amount: u128) {
        self.accounts = self.accounts.and_then(|accounts| accounts.checked_add(amount));
    }
}

/// What there is of every asset in a state, the native one included.
///
/// # Errors
/// [`StateFault`] when the state cannot be read, or holds a record that is none.
pub fn count(state: &dyn StateRead) -> Result<BTreeMap<AssetId, Held>, StateFault> {
    let none = Held { accounts: Some(0), ..Held::default() };
    let mut native = none;
    native.supply = Some(read_value::<Amount>(state, &key::supply())?.unwrap_or_default().0);
    each(state, &key::accounts_prefix(), |key, value| {
        native.add(decode::<record::Account>(key, value)?.balance.0);
        Ok(())
    })?;
    let mut all = BTreeMap::from([(AssetId::NATIVE, native)]);
    each(state, &key::all_asset_balances_prefix(), |key, value| {
        all.entry(asset_of(key)?).or_insert(none).add(decode::<Amount>(key, value)?.0);
        Ok(())
    })?;
    each(state, &key::turnstiles_prefix(), |key, value| {
        all.entry(asset_of(key)?).or_insert(none).pool = decode::<Amount>(key, value)?.0;
        Ok(())
    })?;
    each(state, &key::assets_prefix(), |key, value| {
        let asset: record::Asset = decode(key, value)?;
        all.entry(asset_of(key)?).or_insert(none).supply = Some(asset.supply.0);
        Ok(())
    })?;
    Ok(all)
}

/// The asset whose id ends a key.
fn asset_of(key: &[u8]) -> Result<AssetId, StateFault> {
    match key.last_chunk::<32>() {
        Some(id) => Ok(AssetId(*id)),
        None => Err(StateFault(format!("key {key:02x?} ends with no asset"))),
    }
}

fn each(
    state: &dyn StateRead,
    prefix: &[u8],
    mut visit: impl FnMut(&[u8], &[u8]) -> Result<(), StateFault>,
) -> Result<(), StateFault> {
    let mut from = prefix.to_vec();
    loop {
        let page = state.scan(prefix, &from, PAGE)?;
        for (key, value) in &page {
            visit(key, value)?;
        }
        match page.last() {
            // The next key in order is this one with a zero behind it.
            Some((last, _)) if page.len() == PAGE => {
                from.clone_from(last);
                from.push(0);
            }
            _ => return Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tacit_state::{Change, MemoryState, WriteSet};
    use tacit_types::{Address, Name, codec};

    const GOLD: AssetId = AssetId([7; 32]);

    fn put(state: &mut MemoryState, key: Vec<u8>, value: Vec<u8>) {
        state.apply(&WriteSet(vec![Change { key, old: None, new: Some(value) }]));
    }

    fn amount(value: u128) -> Vec<u8> {
        codec::encode(&Amount(value))
    }

    /// More accounts than a page, two assets, both of them partly in the pool.
    fn state() -> MemoryState {
        let mut state = MemoryState::new();
        let accounts = u32::try_from(PAGE * 2 + 3).unwrap();
        for number in 0..accounts {
            let mut address = Address([0; 32]);
            address.0[..4].copy_from_slice(&number.to_be_bytes());
            let account = record::Account { balance: Amount(2), ..record::Account::default() };
            put(&mut state, key::account(&address), codec::encode(&account));
        }
        put(&mut state, key::supply(), amount(u128::from(accounts) * 2 + 11));
        put(&mut state, key::turnstile(&AssetId::NATIVE), amount(11));
        put(&mut state, key::asset_balance(&Address([1; 32]), &GOLD), amount(40));
        put(&mut state, key::asset_balance(&Address([2; 32]), &GOLD), amount(1));
        put(&mut state, key::turnstile(&GOLD), amount(9));
        let gold = record::Asset {
            issuer: Address([1; 32]),
            symbol: Name::new("GOLD").unwrap(),
            decimals: 2,
            supply: Amount(50),
            cap: Amount(60),
        };
        put(&mut state, key::asset(&GOLD), codec::encode(&gold));
        state
    }

    fn broken(state: &MemoryState) -> Vec<AssetId> {
        let counted = count(state).unwrap();
        counted.iter().filter(|(_, held)| !held.is_whole()).map(|(asset, _)| *asset).collect()
    }

    #[test]
    fn money_in_accounts_and_in_the_pool_is_the_supply() {
        let state = state();
        assert_eq!(broken(&state), []);
        let counted = count(&state).unwrap();
        assert_eq!(counted.len(), 2);
        assert_eq!(counted[&GOLD], Held { accounts: Some(41), pool: 9, supply: Some(50) });
    }

    #[test]
    fn one_base_unit_too_many_or_too_few_is_noticed_wherever_it_lies() {
        let places = [
            (key::supply(), AssetId::NATIVE, amount(12)),
            (key::turnstile(&AssetId::NATIVE), AssetId::NATIVE, amount(10)),
            (key::turnstile(&GOLD), GOLD, amount(10)),
            (key::asset_balance(&Address([2; 32]), &GOLD), GOLD, amount(2)),
            (key::asset_balance(&Address([3; 32]), &AssetId([8; 32])), AssetId([8; 32]), amount(1)),
        ];
        for (key, asset, value) in places {
            let mut state = state();
            put(&mut state, key, value);
            assert_eq!(broken(&state), [asset]);
        }
    }

    #[test]
    fn sums_beyond_any_amount_are_not_whole_and_damaged_records_are_named() {
        let mut state = state();
        put(&mut state, key::asset_balance(&Address([3; 32]), &GOLD), amount(u128::MAX));
        assert_eq!(broken(&state), [GOLD]);
        put(&mut state, key::turnstile(&GOLD), vec![1]);
        assert!(count(&state).is_err());
    }
}
