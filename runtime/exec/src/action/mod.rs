//! One file per action, and the one table that dispatches. Every state check stands next to the write it protects.

mod asset_create;
mod asset_mint;
mod call;
mod contract_pause;
mod contract_upgrade;
mod deploy;
mod group;
mod instantiate;
mod issuer;
mod join_split;
mod key_register;
mod poll;
mod pool_pause;
mod prove;
mod require;
mod sweep;
mod transfer;

use crate::error::Refusal;
use crate::tx::TxContext;
use tacit_types::Action;

/// Applies `action`, the `index`-th of its transaction. `contract_code` receives the code of a contract that reverts.
pub fn apply(
    context: &mut TxContext<'_, '_>,
    action: &Action,
    index: u16,
    contract_code: &mut u32,
) -> Result<(), Refusal> {
    match action {
        Action::Transfer(transfer) => transfer::apply(context, transfer),
        Action::Prove(prove) => prove::apply(context, prove),
        Action::GroupCreate(create) => group::create(context, create, index),
        Action::GroupAdd(add) => group::add(context, add),
        Action::Deploy(deploy) => deploy::apply(context, deploy),
        Action::Instantiate(instantiate) => instantiate::apply(context, instantiate, contract_code),
        Action::Call(call) => call::apply(context, call, contract_code),
        Action::JoinSplit(join_split) => join_split::apply(context, join_split, index),
        Action::AssetCreate(create) => asset_create::apply(context, create, index),
        Action::AssetMint(mint) => asset_mint::apply(context, mint),
        Action::Sweep(sweep) => sweep::apply(context, sweep),
        Action::PoolPause(pause) => pool_pause::apply(context, pause),
        Action::PollCreate(create) => poll::create(context, create, index),
        Action::PollVote(vote) => poll::vote(context, vote),
        Action::IssuerCreate(create) => issuer::create(context, create, index),
        Action::CredentialIssue(issue) => issuer::issue(context, issue),
        Action::CredentialRevoke(revoke) => issuer::revoke(context, revoke),
        Action::Require(require) => require::apply(context, require),
        Action::KeyRegister(register) => key_register::apply(context, register),
        Action::ContractPause(pause) => contract_pause::pause(context, pause),
        Action::ContractUnpause(unpause) => contract_pause::unpause(context, unpause),
        Action::UpgradeAnnounce(announce) => contract_upgrade::announce(context, announce),
        Action::ContractUpgrade(upgrade) => contract_upgrade::upgrade(context, upgrade, contract_code),
    }
}
