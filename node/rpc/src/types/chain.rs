//! What `node_` and `chain_` methods answer.

use super::{AddressText, JoinSplitView};
use crate::json::{Decimal, Hex32, HexArray, HexBytes};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

answers! {
    /// Answer of `node_status`.
    NodeStatus {
        /// Label of the chain.
        chain_id: String,
        /// Names the chain.
        genesis_id: Hex32,
        /// `main`, `test` or `dev`.
        network: String,
        /// Name of the node on the network.
        node_id: String,
        /// Version of the software.
        version: String,
        /// Latest committed height.
        height: u64,
        /// Its block; all zero at height 0.
        block_id: Hex32,
        /// State root in that block's header.
        state_root: Hex32,
        /// That block's time.
        time_ms: u64,
        /// First height whose block is still here.
        earliest_height: u64,
        /// Whether the node is behind and catching up.
        syncing: bool,
        /// Connected peers.
        peers: u32,
        /// Address of the node's validator key.
        validator: Option<AddressText>,
        /// Waiting transactions.
        pool: PoolStatus,
    }
    /// Waiting transactions.
    PoolStatus {
        /// How many.
        txs: u64,
        /// Their bytes together.
        bytes: u64,
    }
    /// A block's header, complete: whoever encodes it again gets the block id.
    HeaderView {
        /// Format.
        version: u16,
        /// The chain.
        genesis_id: Hex32,
        /// Position in the chain.
        height: u64,
        /// Round of the first proposal.
        round: u32,
        /// Proposer's time.
        time_ms: u64,
        /// Block before.
        parent: Hex32,
        /// Who proposed it first.
        proposer: AddressText,
        /// Root over the transactions.
        body_root: Hex32,
        /// Length of the encoded body.
        body_length: u32,
        /// Hash of the certificate for the block before.
        last_commit: Hex32,
        /// State after the block before.
        state_root: Hex32,
        /// Receipts of the block before.
        receipts_root: Hex32,
        /// Price per gas.
        base_fee: Decimal,
        /// Signers of this height.
        validators_hash: Hex32,
        /// Signers of the next height.
        next_validators_hash: Hex32,
    }
    /// A transaction in a block.
    BlockTx {
        /// Position in the block.
        index: u32,
        /// Hash of its body.
        tx_id: Hex32,
        /// Hash of its bytes.
        hash: Hex32,
        /// 0 for success, else the reject code.
        code: u16,
        /// Gas it used.
        gas_used: u64,
        /// Whether no account stands behind it.
        shielded: bool,
        /// Its join-splits.
        join_splits: Vec<JoinSplitView>,
        /// Its bytes, when asked for.
        bytes: Option<HexBytes>,
    }
    /// Signatures of more than two thirds of the power.
    CertificateView {
        /// Decided height.
        height: u64,
        /// Round that decided.
        round: u32,
        /// Decided block.
        block_id: Hex32,
        /// Bitmap over the height's validators, least significant bit first.
        signers: HexBytes,
        /// One signature per set bit.
        signatures: Vec<HexArray<64>>,
    }
    /// Answer of `chain_getBlock`.
    BlockView {
        /// Hash of the header.
        block_id: Hex32,
        /// The header.
        header: HeaderView,
        /// The transactions, in order.
        txs: Vec<BlockTx>,
        /// Certificate inside the block.
        last_commit: Option<CertificateView>,
        /// Certificate for this block.
        commit: Option<CertificateView>,
    }
    /// Answer of `chain_getGenesis`.
    GenesisView {
        /// Names the chain.
        genesis_id: Hex32,
        /// Its label.
        chain_id: String,
        /// `main`, `test` or `dev`.
        network: String,
        /// Whether real value is at stake.
        production: bool,
        /// Time of genesis.
        time_ms: u64,
        /// The chain spec.
        document: String,
    }
    /// One validator.
    ValidatorView {
        /// Address of its key.
        address: AddressText,
        /// Key that signs votes.
        public_key: Hex32,
        /// Voting power.
        power: Decimal,
    }
    /// Answer of `chain_getValidators`.
    ValidatorsView {
        /// The height that this set signs.
        height: u64,
        /// Its hash.
        hash: Hex32,
        /// All power together.
        total_power: Decimal,
        /// The set in canonical order.
        validators: Vec<ValidatorView>,
    }
    /// Answer of `chain_getParams`.
    ParamsView {
        /// Latest height.
        height: u64,
        /// Label of the chain.
        chain_id: String,
        /// `main`, `test` or `dev`.
        network: String,
        /// Whether real value is at stake.
        production: bool,
        /// Most gas in a block.
        block_gas_limit: u64,
        /// Longest block.
        block_bytes_max: u32,
        /// Most transactions in a block.
        block_txs_max: u32,
        /// Most proofs in a block.
        block_proofs_max: u32,
        /// Least base fee.
        base_fee_floor: Decimal,
        /// Base fee of the next block.
        base_fee: Decimal,
        /// Digests of the verifying keys, in the order of the statements' numbers.
        verifying_key_digests: Vec<Hex32>,
    }
    /// Answer of `chain_getSupply`.
    SupplyView {
        /// Latest height.
        height: u64,
        /// Native supply.
        native: Decimal,
    }
}
