//! Whether money is conserved: of every asset, what everybody holds is what its supply says.

use std::collections::BTreeMap;
use tacit_state::overlay::decode;
use tacit_state::record::{Account, Asset};
use tacit_state::{MemoryState, StateRead, key};
use tacit_types::{Address, Amount, AssetId};

/// Adds up all balances of `state`.
pub(crate) fn check(state: &MemoryState) -> Result<(), String> {
    let mut held = BTreeMap::<AssetId, u128>::new();
    let accounts = key::accounts_prefix();
    for (key, value) in entries(state, &accounts)? {
        let account: Account = decode(&key, &value).map_err(text)?;
        add(&mut held, AssetId::NATIVE, account.balance)?;
    }
    let turnstiles = key::turnstiles_prefix();
    for (key, value) in entries(state, &turnstiles)? {
        add(&mut held, asset_at(&key, turnstiles.len())?, decode(&key, &value).map_err(text)?)?;
    }
    // The key of a balance is a tag, the holder and the asset.
    let balances = tag(&key::asset_balances_prefix(&Address::SYSTEM));
    for (key, value) in entries(state, &balances)? {
        let holder = balances.len().saturating_add(Address::SYSTEM.0.len());
        add(&mut held, asset_at(&key, holder)?, decode(&key, &value).map_err(text)?)?;
    }
    let supply: Amount = match state.get(&key::supply()).map_err(text)? {
        Some(value) => decode(&key::supply(), &value).map_err(text)?,
        None => Amount::ZERO,
    };
    compare("native money", held.remove(&AssetId::NATIVE), supply)?;
    let assets = tag(&key::asset(&AssetId::NATIVE));
    for (key, value) in entries(state, &assets)? {
        let asset: Asset = decode(&key, &value).map_err(text)?;
        compare(asset.symbol.as_str(), held.remove(&asset_at(&key, assets.len())?), asset.supply)?;
    }
    match held.first_key_value() {
        Some((asset, amount)) if *amount > 0 => {
            Err(format!("somebody holds {amount} of {asset}, which does not exist"))
        }
        _ => Ok(()),
    }
}

fn compare(what: &str, held: Option<u128>, supply: Amount) -> Result<(), String> {
    let held = held.unwrap_or_default();
    if held == supply.0 { Ok(()) } else { Err(format!("{what}: {held} is held, the supply is {supply}")) }
}

fn add(held: &mut BTreeMap<AssetId, u128>, asset: AssetId, amount: Amount) -> Result<(), String> {
    let sum = held.entry(asset).or_default();
    *sum = sum.checked_add(amount.0).ok_or_else(|| format!("the balances of {asset} overflow"))?;
    Ok(())
}

fn asset_at(key: &[u8], at: usize) -> Result<AssetId, String> {
    let bytes = key.get(at..).and_then(|rest| rest.first_chunk());
    bytes.map(|bytes| AssetId(*bytes)).ok_or_else(|| format!("key {key:02x?} names no asset"))
}

fn tag(key: &[u8]) -> Vec<u8> {
    key.iter().take(1).copied().collect()
}

fn entries(state: &MemoryState, prefix: &[u8]) -> Result<Vec<(Vec<u8>, Vec<u8>)>, String> {
    state.scan(prefix, prefix, usize::MAX).map_err(text)
}

fn text(fault: impl std::fmt::Display) -> String {
    fault.to_string()
}
