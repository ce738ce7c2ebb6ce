//! `tacit bench --contracts`: a token that every load account holds, and calls that move one unit of it. At the end all
//! holdings are counted, so that a network which lost or made tokens does not pass for a fast one.

use crate::commands::testnet::LOAD_ACCOUNTS;
use eyre::{ensure, eyre};
use std::time::Duration;
use tacit_rpc::client::Client;
use tacit_rpc::json::HexArray;
use tacit_types::contract::ContractPolicy;
use tacit_types::{Address, Amount, Authorization, CodeHash, Gas, Network, Sequence};
use tacit_wallet::devnet::devnet_account;
use tacit_wallet::send::{ChainView, SendOptions, estimate_gas, submit};
use tacit_wallet::{Account, TxBuilder};

/// The standard token, as it is committed.
const TOKEN: &[u8] = include_bytes!("../../../../../contracts/artifacts/token.wasm");
/// What every load account gets.
const HOLDING: u128 = 1_000_000_000;
/// How long handing out may take.
const HAND_OUT_WAIT: Duration = Duration::from_secs(120);
/// Transfers in one request while tokens are handed out; a request has at most 100.
const BATCH: usize = 50;

/// A token in use.
pub(super) struct Token {
    address: Address,
    /// What one call may use.
    gas_limit: Gas,
}

impl Token {
    /// Deploys the token and gives every load account its part.
    pub async fn hand_out(client: &Client) -> eyre::Result<Self> {
        let (first, others) = accounts()?;
        let chain = ChainView::fetch(client, None).await?;
        let state = client.account(&first.address.to_text(Network::Dev)).await?;
        let supply = HOLDING.saturating_mul(u128::from(LOAD_ACCOUNTS.end - LOAD_ACCOUNTS.start));
        let code_hash = CodeHash::of(&[TOKEN]);
        // The sequence never comes again, so every run has a token of its own.
        let mut salt = [0u8; 32];
        let (low, _) = salt.split_at_mut(8);
        low.copy_from_slice(&state.pending_sequence.to_le_bytes());
        let options = SendOptions::default();
        let input = borsh::to_vec(&supply)?;
        submit(
            client,
            &first,
            |builder| {
                let policy = ContractPolicy::default();
                builder.deploy(TOKEN.to_vec())?.instantiate(code_hash, salt, input, Amount::ZERO, policy)
            },
            &options,
            |_| {},
        )
        .await?;
        let address = Address::of_contract(&first.address, &code_hash, &salt);
        let mut token = Self { address, gas_limit: Gas::ZERO };
        let sequence = state.pending_sequence.saturating_add(1);
        // The first payment to somebody writes the most.
        token.gas_limit = token.estimate(client, &chain, &first, sequence).await?;
        token.give(client, &chain, &first, sequence, &others).await?;
        Ok(token)
    }

    async fn estimate(&self, client: &Client, chain: &ChainView, by: &Account, sequence: u64) -> eyre::Result<Gas> {
        let builder = self.pay(chain.builder(&SendOptions::default()), Address([1; 32]))?;
        let authorization = Authorization::Account { public_key: by.public_key(), sequence: Sequence(sequence) };
        Ok(estimate_gas(client, chain, builder, authorization).await?)
    }

    async fn give(
        &self,
        client: &Client,
        chain: &ChainView,
        from: &Account,
        first_sequence: u64,
        to: &[Account],
    ) -> eyre::Result<()> {
        let mut signed = Vec::new();
        for (account, sequence) in to.iter().zip(first_sequence..) {
            let builder = chain.builder(&SendOptions::default()).gas_limit(self.gas_limit);
            let builder = builder.call(self.address, "transfer", input(account.address, HOLDING)?, Amount::ZERO)?;
            signed.push(builder.sign(&from.key, Sequence(sequence))?);
        }
        for batch in signed.chunks(BATCH) {
            for answer in client.submit_batch(batch.iter().map(tacit_types::Tx::encode)).await? {
                answer?;
            }
        }
        if let Some(last) = signed.last() {
            client.wait_for_tx(HexArray(last.id().0), HAND_OUT_WAIT, |_| {}).await?;
        }
        Ok(())
    }

    /// Adds a payment of one unit.
    pub fn pay(&self, builder: TxBuilder, to: Address) -> eyre::Result<TxBuilder> {
        let input = input(to, 1)?;
        Ok(builder.gas_limit(self.gas_limit).call(self.address, "transfer", input, Amount::ZERO)?)
    }

    /// Counts all holdings: the load moves tokens in a ring, so together they are what was handed out.
    pub async fn check(&self, client: &Client) -> eyre::Result<()> {
        let contract = self.address.to_text(Network::Dev);
        let mut total = 0u128;
        for index in LOAD_ACCOUNTS {
            let holder = devnet_account(index)?.address;
            let answer = client.view(&contract, "balance_of", holder.0.to_vec()).await?;
            let held: u128 = borsh::from_slice(&answer.output.0)?;
            total = total.checked_add(held).ok_or_else(|| eyre!("the holdings overflow"))?;
        }
        let supply: u128 = borsh::from_slice(&client.view(&contract, "total_supply", Vec::new()).await?.output.0)?;
        ensure!(total == supply, "the accounts hold {total} tokens, and the supply is {supply}");
        Ok(())
    }
}

/// The account that deploys, and all others.
fn accounts() -> eyre::Result<(Account, Vec<Account>)> {
    let mut all = LOAD_ACCOUNTS.map(devnet_account).collect::<Result<Vec<_>, _>>()?;
    ensure!(!all.is_empty(), "no load accounts");
    let first = all.remove(0);
    Ok((first, all))
}

fn input(to: Address, amount: u128) -> eyre::Result<Vec<u8>> {
    Ok(borsh::to_vec(&(to.0, amount))?)
}
