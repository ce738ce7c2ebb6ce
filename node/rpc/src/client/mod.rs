//! The typed client: one method per RPC method, over HTTP, plus a stream of events over WebSocket. The command line,
//! the wallet, the load generator and the tests all speak to nodes through it.
//!
//! Nothing that a node answers is trusted beyond its shape: sizes are limited and types are checked.

mod error;
mod events;
mod identity;
mod shielded;

pub use error::ClientError;
pub use events::EventStream;

use crate::json::{Hex32, HexBytes};
use crate::reference::{BlockRef, Cursor};
use crate::types::{
    AccountView, AddressParams, BlockParams, BlockView, CodeParams, CodeView, ContractOutput, ContractView,
    EventFilter, EventsGetParams, EventsPage, EvidencePage, GenesisView, GroupMembersParams, GroupMembersView,
    GroupParams, GroupView, HeightParams, KeyParams, NoParams, NodeStatus, PageParams, ParamsView, ProofParams,
    ProofView, SimulateView, StateProofView, SubmitView, SupplyView, TxBytesParams, TxIdParams, TxRawView,
    TxStatusName, TxView, ValidatorsView, ViewParams,
};
use jsonrpsee::core::client::ClientT;
use jsonrpsee::core::params::BatchRequestBuilder;
use jsonrpsee::core::traits::ToRpcParams;
use jsonrpsee::http_client::HttpClient;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use std::time::{Duration, Instant};

/// Longest request and response, in bytes; a server's own limits may be lower.
const MESSAGE_BYTES_MAX: u32 = 32 * 1024 * 1024;
/// How long a request may take.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// How often a transaction is asked for while waiting for it: at first, and at most.
const POLL: (Duration, Duration) = (Duration::from_millis(20), Duration::from_millis(250));

/// A client of one node.
#[derive(Debug, Clone)]
pub struct Client {
    url: String,
    http: HttpClient,
}

impl Client {
    /// A client of the node at `url`, for example `http://127.0.0.1:26602`. Nothing is sent yet.
    ///
    /// # Errors
    /// [`ClientError::BadUrl`].
    pub fn new(url: &str) -> Result<Self, ClientError> {
        Self::with_timeout(url, REQUEST_TIMEOUT)
    }

    /// As [`Client::new`], with another limit on how long a request may take.
    ///
    /// # Errors
    /// [`ClientError::BadUrl`].
    pub fn with_timeout(url: &str, timeout: Duration) -> Result<Self, ClientError> {
        let http = HttpClient::builder()
            .max_request_size(MESSAGE_BYTES_MAX)
            .max_response_size(MESSAGE_BYTES_MAX)
            .request_timeout(timeout)
            .build(url)
            .map_err(|error| ClientError::BadUrl { url: url.to_owned(), reason: error.to_string() })?;
        Ok(Self { url: url.to_owned(), http })
    }

    /// The node's address.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Any method, for what this client has no method of its own.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn call<P: Serialize + Send, R: DeserializeOwned>(
        &self,
        method: &str,
        params: P,
    ) -> Result<R, ClientError> {
        self.http.request(method, Named(params)).await.map_err(|error| ClientError::new(&self.url, error))
    }

    /// `node_status`.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn status(&self) -> Result<NodeStatus, ClientError> {
        self.call("node_status", NoParams {}).await
    }

    /// `chain_getBlock`.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn block(&self, block: BlockRef, full: bool) -> Result<BlockView, ClientError> {
        self.call("chain_getBlock", BlockParams { block, full }).await
    }

    /// `chain_getGenesis`.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn genesis(&self) -> Result<GenesisView, ClientError> {
        self.call("chain_getGenesis", NoParams {}).await
    }

    /// `chain_getValidators`.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn validators(&self, height: Option<u64>) -> Result<ValidatorsView, ClientError> {
        self.call("chain_getValidators", HeightParams { height }).await
    }

    /// `chain_getParams`.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn params(&self) -> Result<ParamsView, ClientError> {
        self.call("chain_getParams", NoParams {}).await
    }

    /// `chain_getSupply`.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn supply(&self) -> Result<SupplyView, ClientError> {
        self.call("chain_getSupply", NoParams {}).await
    }

    /// `tx_submit`.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn submit(&self, bytes: Vec<u8>) -> Result<SubmitView, ClientError> {
        self.call("tx_submit", TxBytesParams { bytes: HexBytes(bytes) }).await
    }

    /// Many `tx_submit` in one request; one result per transaction, in order. Keep batches within the server's limit.
    ///
    /// # Errors
    /// [`ClientError`] when the whole batch failed.
    pub async fn submit_batch(
        &self,
        txs: impl IntoIterator<Item = Vec<u8>>,
    ) -> Result<Vec<Result<SubmitView, ClientError>>, ClientError> {
        let fail = |error| ClientError::new(&self.url, error);
        let mut batch = BatchRequestBuilder::new();
        for bytes in txs {
            let params = Named(TxBytesParams { bytes: HexBytes(bytes) });
            batch.insert("tx_submit", params).map_err(|error| fail(error.into()))?;
        }
        let answers = self.http.batch_request::<SubmitView>(batch).await.map_err(fail)?;
        Ok(answers.into_iter().map(|answer| answer.map_err(|error| ClientError::refused(&error))).collect())
    }

    /// `tx_get`.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn tx(&self, tx_id: Hex32) -> Result<TxView, ClientError> {
        self.call("tx_get", TxIdParams { tx_id }).await
    }

    /// `tx_getRaw`.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn tx_raw(&self, tx_id: Hex32) -> Result<TxRawView, ClientError> {
        self.call("tx_getRaw", TxIdParams { tx_id }).await
    }

    /// `tx_simulate`.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn simulate(&self, bytes: Vec<u8>) -> Result<SimulateView, ClientError> {
        self.call("tx_simulate", TxBytesParams { bytes: HexBytes(bytes) }).await
    }

    /// `account_get`.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn account(&self, address: &str) -> Result<AccountView, ClientError> {
        self.call("account_get", AddressParams { address: address.to_owned() }).await
    }

    /// `state_getProof`.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn state_proof(&self, key: Vec<u8>) -> Result<StateProofView, ClientError> {
        self.call("state_getProof", KeyParams { key: HexBytes(key) }).await
    }

    /// `contract_info`.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn contract(&self, address: &str) -> Result<ContractView, ClientError> {
        self.call("contract_info", AddressParams { address: address.to_owned() }).await
    }

    /// `contract_code`.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn code(&self, code_hash: Hex32) -> Result<Vec<u8>, ClientError> {
        Ok(self.call::<_, CodeView>("contract_code", CodeParams { code_hash }).await?.code.0)
    }

    /// `contract_view`.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn view(&self, address: &str, function: &str, input: Vec<u8>) -> Result<ContractOutput, ClientError> {
        let (address, function) = (address.to_owned(), function.to_owned());
        self.call("contract_view", ViewParams { address, function, args_hex: HexBytes(input) }).await
    }

    /// `group_get`.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn group(&self, group: Hex32) -> Result<GroupView, ClientError> {
        self.call("group_get", GroupParams { group }).await
    }

    /// `group_members`, one page.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn group_members(&self, group: Hex32, from: u64) -> Result<GroupMembersView, ClientError> {
        self.call("group_members", GroupMembersParams { group, from, limit: None }).await
    }

    /// All leaves of a group, page by page.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn group_leaves(&self, group: Hex32) -> Result<Vec<[u8; 32]>, ClientError> {
        let mut leaves = Vec::new();
        let mut from = 0;
        loop {
            let page = self.group_members(group, from).await?;
            leaves.extend(page.leaves.iter().map(|leaf| leaf.0));
            match page.next {
                // A node that does not advance would keep us here for ever.
                Some(next) if next > from => from = next,
                Some(_) => return Err(ClientError::BadAnswer("`next` does not advance".to_owned())),
                None => return Ok(leaves),
            }
        }
    }

    /// `proof_get`.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn proof(&self, proof_id: Hex32) -> Result<ProofView, ClientError> {
        self.call("proof_get", ProofParams { proof_id }).await
    }

    /// `evidence_list`.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn evidence(&self, from: u64) -> Result<EvidencePage, ClientError> {
        self.call("evidence_list", PageParams { from, limit: None }).await
    }

    /// `events_get`.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn events(
        &self,
        from: Cursor,
        limit: Option<u32>,
        filter: Option<EventFilter>,
    ) -> Result<EventsPage, ClientError> {
        self.call("events_get", EventsGetParams { from, limit, filter }).await
    }

    /// `events_subscribe`: a stream that reconnects and resumes by itself.
    ///
    /// # Errors
    /// [`ClientError`] when the first connection or subscription fails.
    pub async fn subscribe(
        &self,
        from: Option<Cursor>,
        filter: Option<EventFilter>,
    ) -> Result<EventStream, ClientError> {
        EventStream::open(&self.url, from, filter).await
    }

    /// Waits until a transaction is committed, at most `timeout`. `progress` hears every answer before.
    ///
    /// # Errors
    /// [`ClientError::NotCommitted`] when the time is over, else as [`Client::tx`].
    pub async fn wait_for_tx(
        &self,
        tx_id: Hex32,
        timeout: Duration,
        mut progress: impl FnMut(&TxView) + Send,
    ) -> Result<TxView, ClientError> {
        let start = Instant::now();
        let mut pause = POLL.0;
        loop {
            let view = self.tx(tx_id).await?;
            if view.status == TxStatusName::Committed {
                return Ok(view);
            }
            progress(&view);
            if start.elapsed() >= timeout {
                return Err(ClientError::NotCommitted { tx_id, status: view.status, waited: timeout });
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(POLL.1);
        }
    }

    /// Waits until the node has committed `height`, at most `timeout`.
    ///
    /// # Errors
    /// [`ClientError::HeightNotReached`] when the time is over, else as [`Client::status`].
    pub async fn wait_for_height(&self, height: u64, timeout: Duration) -> Result<NodeStatus, ClientError> {
        let start = Instant::now();
        loop {
            let status = self.status().await?;
            if status.height >= height {
                return Ok(status);
            }
            if start.elapsed() >= timeout {
                return Err(ClientError::HeightNotReached { wanted: height, reached: status.height, waited: timeout });
            }
            tokio::time::sleep(POLL.1 / 2).await;
        }
    }
}

/// Parameters by name, serialised once.
struct Named<P>(P);

impl<P: Serialize> ToRpcParams for Named<P> {
    fn to_rpc_params(self) -> Result<Option<Box<RawValue>>, serde_json::Error> {
        serde_json::value::to_raw_value(&self.0).map(Some)
    }
}
