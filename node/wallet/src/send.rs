//! From intent to inclusion: ask the node for what the transaction needs, build, sign, submit, wait.

use crate::builder::{BuildError, TxBuilder};
use crate::error::WalletError;
use crate::mnemonic::Account;
use std::time::Duration;
use tacit_rpc::client::Client;
use tacit_rpc::convert::network_from_name;
use tacit_rpc::json::{Hex32, HexArray};
use tacit_rpc::types::{AccountView, SimulateView, TxView};
use tacit_types::{Address, Amount, Authorization, Gas, GenesisId, Height, Network, Price, RejectCode, Sequence, Tx};

/// How many heights a transaction stays valid unless told otherwise.
pub const DEFAULT_LIFETIME: u64 = 1_000;
/// Gas limit under which a transaction is simulated to learn how much it needs.
const SIMULATION_GAS: Gas = Gas(100_000_000);
/// How often an account is asked for again because a transaction of it was committed meanwhile.
const RETRIES: u32 = 5;

/// What may be set by hand; everything else is asked from the node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendOptions {
    /// Most gas; without it the simulation says how much it takes.
    pub gas_limit: Option<Gas>,
    /// Whether to send without simulating first, where a gas limit is given. What fails then costs its fee.
    pub unchecked: bool,
    /// Most per gas, tip included; without it twice the base fee and the tip.
    pub max_fee_per_gas: Option<Price>,
    /// Most tip per gas; without it a tenth of the base fee, at least 1.
    pub max_tip_per_gas: Option<Price>,
    /// For how many heights it stays valid.
    pub lifetime: u64,
    /// How long to wait for inclusion; `None` returns after submission.
    pub wait: Option<Duration>,
    /// The chain it must be; refused on any other.
    pub genesis_id: Option<GenesisId>,
}

impl Default for SendOptions {
    fn default() -> Self {
        Self {
            gas_limit: None,
            unchecked: false,
            max_fee_per_gas: None,
            max_tip_per_gas: None,
            lifetime: DEFAULT_LIFETIME,
            wait: Some(Duration::from_secs(30)),
            genesis_id: None,
        }
    }
}

/// What is happening, for a progress display.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Asking the node for sequence, price and chain.
    Preparing,
    /// Asking the node how much gas it takes.
    Simulating,
    /// Signed and on its way.
    Submitting,
    /// In the pool of the node.
    Waiting {
        /// The transaction.
        tx_id: Hex32,
    },
}

/// What the node says about chain and prices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainView {
    /// The chain.
    pub genesis_id: GenesisId,
    /// Decides the text form of addresses.
    pub network: Network,
    /// Latest height.
    pub height: Height,
    /// Base fee of the next block.
    pub base_fee: Price,
    /// Most gas of a block.
    pub block_gas_limit: Gas,
}

/// A transaction that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// The transaction.
    pub tx: Tx,
    /// Hash of its body.
    pub tx_id: Hex32,
    /// Hash of its bytes.
    pub hash: Hex32,
    /// Where it was committed, when that was waited for.
    pub committed: Option<TxView>,
}

impl ChainView {
    /// Asks the node; `expected` refuses any other chain.
    ///
    /// # Errors
    /// [`WalletError::Client`], [`WalletError::OtherChain`].
    pub async fn fetch(client: &Client, expected: Option<GenesisId>) -> Result<Self, WalletError> {
        let (status, params) = tokio::try_join!(client.status(), client.params())?;
        let genesis_id = GenesisId(status.genesis_id.0);
        if let Some(expected) = expected.filter(|expected| *expected != genesis_id) {
            return Err(WalletError::OtherChain { expected: expected.to_string(), found: genesis_id.to_string() });
        }
        let nonsense = |what: &str| WalletError::Client(tacit_rpc::client::ClientError::BadAnswer(what.to_owned()));
        Ok(Self {
            genesis_id,
            network: network_from_name(&status.network).ok_or_else(|| nonsense("unknown network"))?,
            height: Height(status.height),
            base_fee: Price(u64::try_from(params.base_fee.0).map_err(|_| nonsense("base fee above 2^64"))?),
            block_gas_limit: Gas(params.block_gas_limit),
        })
    }

    /// The most gas with which anything is simulated.
    fn most_simulated(&self) -> Gas {
        SIMULATION_GAS.min(self.block_gas_limit)
    }

    /// A builder with expiry and price set.
    #[must_use]
    pub fn builder(&self, options: &SendOptions) -> TxBuilder {
        let tip = options.max_tip_per_gas.unwrap_or(Price((self.base_fee.0 / 10).max(1)));
        let fee = options.max_fee_per_gas.unwrap_or(Price(self.base_fee.0.saturating_mul(2).saturating_add(tip.0)));
        TxBuilder::new(self.genesis_id)
            .expiry(Height(self.height.0.saturating_add(options.lifetime)))
            .price(fee, tip.min(fee))
    }
}

/// The account on chain.
///
/// # Errors
/// [`WalletError::Client`].
pub async fn balance(client: &Client, address: &Address, network: Network) -> Result<AccountView, WalletError> {
    Ok(client.account(&address.to_text(network)).await?)
}

/// Moves native money.
///
/// # Errors
/// As [`submit`].
pub async fn transfer(
    client: &Client,
    from: &Account,
    to: Address,
    amount: Amount,
    options: &SendOptions,
    progress: impl FnMut(Progress) + Send,
) -> Result<Sent, WalletError> {
    submit(client, from, |builder| Ok(builder.transfer(to, amount)), options, progress).await
}

/// Builds with `build`, signs as `from`, submits, and waits as the options say.
///
/// # Errors
/// [`WalletError::Build`], [`WalletError::Client`] with the node's refusal, [`WalletError::BodyFailed`] when it was
/// committed but failed.
pub async fn submit(
    client: &Client,
    from: &Account,
    build: impl FnOnce(TxBuilder) -> Result<TxBuilder, BuildError>,
    options: &SendOptions,
    mut progress: impl FnMut(Progress) + Send,
) -> Result<Sent, WalletError> {
    progress(Progress::Preparing);
    let chain = ChainView::fetch(client, options.genesis_id).await?;
    let builder = build(chain.builder(options))?;
    let mut tries = 0;
    let (sequence, gas_limit) = loop {
        let account = balance(client, &from.address, chain.network).await?;
        if !options.unchecked || options.gas_limit.is_none() {
            progress(Progress::Simulating);
        }
        // The state that it is tried out on knows nothing of what waits before it.
        let sequence = Sequence(account.sequence);
        let authorization = Authorization::Account { public_key: from.public_key(), sequence };
        match gas_limit(client, &chain, builder.clone(), authorization, options).await {
            Err(error) if tries < RETRIES && is_overtaken(&error) => tries += 1,
            found => break (Sequence(account.pending_sequence), found?),
        }
    };
    let tx = builder.gas_limit(gas_limit).sign(&from.key, sequence)?;
    progress(Progress::Submitting);
    send(client, tx, options.wait, progress).await
}

/// The gas limit that was said, tried out unless it is not to be, or else the one that is needed.
async fn gas_limit(
    client: &Client,
    chain: &ChainView,
    builder: TxBuilder,
    authorization: Authorization,
    options: &SendOptions,
) -> Result<Gas, WalletError> {
    match options.gas_limit {
        Some(limit) if options.unchecked => Ok(limit),
        Some(limit) => check(client, chain, builder, authorization, limit).await.map(|()| limit),
        None => estimate_gas(client, chain, builder, authorization).await,
    }
}

/// Whether a transaction of the account was committed since it was asked for.
fn is_overtaken(error: &WalletError) -> bool {
    matches!(error, WalletError::Client(error) if error.reject_code() == Some(RejectCode::SequenceTooLow.number()))
}

/// What would become of a transaction, without a signature: under a gas limit, or with all gas that is simulated.
///
/// # Errors
/// [`WalletError::Client`]; a body that fails is in the answer.
pub async fn simulate(
    client: &Client,
    chain: &ChainView,
    builder: TxBuilder,
    authorization: Authorization,
    limit: Option<Gas>,
) -> Result<SimulateView, WalletError> {
    let limit = limit.unwrap_or_else(|| chain.most_simulated());
    simulate_with(client, limit, builder, authorization).await
}

/// Simulates a transaction under the limit that it is to be sent with, and refuses one that fails.
async fn check(
    client: &Client,
    chain: &ChainView,
    builder: TxBuilder,
    authorization: Authorization,
    limit: Gas,
) -> Result<(), WalletError> {
    let tried = limit.min(chain.most_simulated());
    let simulated = simulate_with(client, tried, builder, authorization).await?;
    match failure(&simulated) {
        None => Ok(()),
        Some(failure) if tried == limit => Err(failure),
        Some(failure) => Err(WalletError::TooDear { limit: limit.0, tried: tried.0, failure: Box::new(failure) }),
    }
}

/// Why the body of a simulated transaction fails, if it does.
fn failure(simulated: &SimulateView) -> Option<WalletError> {
    let reject = simulated.reject.clone()?;
    Some(WalletError::BodyFailed {
        height: simulated.height,
        name: reject.name,
        message: reject.message,
        detail: simulated.detail.clone(),
        contract_code: simulated.contract_code,
    })
}

async fn simulate_with(
    client: &Client,
    limit: Gas,
    builder: TxBuilder,
    authorization: Authorization,
) -> Result<SimulateView, WalletError> {
    let tx = builder.gas_limit(limit).unsigned(authorization)?;
    Ok(client.simulate(tx.encode()).await?)
}

/// How much gas a transaction needs, with room to spare, by simulation. What was tried with all gas there is may still fail with
/// just what it used: a contract that looks at what is left, or keeps some for later, asks for more. So the limit is tried too,
/// and doubled until it goes the same way.
///
/// # Errors
/// [`WalletError::Client`], or [`WalletError::BodyFailed`] when the simulation fails: sending would only cost the fee.
pub async fn estimate_gas(
    client: &Client,
    chain: &ChainView,
    builder: TxBuilder,
    authorization: Authorization,
) -> Result<Gas, WalletError> {
    let most = chain.most_simulated();
    let simulated = simulate_with(client, most, builder.clone(), authorization.clone()).await?;
    if let Some(failure) = failure(&simulated) {
        return Err(failure);
    }
    // The state may change before the block: a fifth more, and a little for small ones.
    let room = (simulated.gas_used / 5).saturating_add(10_000);
    let mut limit = Gas(simulated.gas_used.saturating_add(room)).min(chain.block_gas_limit);
    while limit < most && builder.runs_contracts() {
        let tried = simulate_with(client, limit, builder.clone(), authorization.clone()).await?;
        // Other gas is another way: a part that failed and was caught.
        if tried.reject.is_none() && tried.gas_used == simulated.gas_used {
            break;
        }
        limit = Gas(limit.0.saturating_mul(2)).min(most);
    }
    Ok(limit)
}

/// Submits a signed transaction and waits as told.
///
/// # Errors
/// [`WalletError::Client`], [`WalletError::BodyFailed`].
pub async fn send(
    client: &Client,
    tx: Tx,
    wait: Option<Duration>,
    mut progress: impl FnMut(Progress) + Send,
) -> Result<Sent, WalletError> {
    let submitted = client.submit(tx.encode()).await?;
    let tx_id = HexArray(tx.id().0);
    let committed = match wait {
        None => None,
        Some(timeout) => {
            let view = client.wait_for_tx(tx_id, timeout, |_| progress(Progress::Waiting { tx_id })).await?;
            Some(view)
        }
    };
    if let Some(TxView { reject: Some(reject), height, contract_code, .. }) = committed {
        return Err(WalletError::BodyFailed {
            height: height.unwrap_or_default(),
            name: reject.name,
            message: reject.message,
            detail: None,
            contract_code,
        });
    }
    Ok(Sent { tx, tx_id, hash: submitted.hash, committed })
}
