//! The pool against its rules, against a naive model, and the way in with real signatures.

#![allow(clippy::unwrap_used)]

mod intake;
mod model;
mod property;
mod rules;
mod shielded;

use crate::tx::PooledTx;
use crate::{Committed, Pool, PoolConfig, SelectLimits};
use ed25519_consensus::SigningKey;
use std::sync::{Arc, OnceLock};
use tacit_circuits::VerifyingKeys;
use tacit_exec::{CheckedTx, Rules};
use tacit_state::record::Account;
use tacit_types::action::Transfer;
use tacit_types::tx::{IndexedSignature, TX_VERSION};
use tacit_types::{
    Action, Address, Amount, AssetId, Authorization, ChainParams, FieldBytes, FullHash, Gas, GenesisId, Height, List,
    Name, Network, Price, PublicKey, RawTx, Sequence, Signature, Tx, TxBody, TxId, UnixMillis, Witness, codec,
};

const BASE_FEE: Price = Price(10);
const RICH: Amount = Amount(1 << 100);

/// A transaction as the pool sees it, free of signatures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Spec {
    who: u8,
    sequence: u64,
    fee: u64,
    tip: u64,
    gas: u64,
    size: usize,
    expiry: u64,
    nullifier: Option<u8>,
    /// A second one.
    also: Option<u8>,
    proofs: usize,
    /// Another witness for the same effects.
    witness: u8,
    /// Without an account: `who` and `sequence` only make it another transaction.
    shielded: bool,
    /// Root of the note tree that it names.
    anchor: Option<u8>,
}

impl Default for Spec {
    fn default() -> Self {
        Self {
            who: 1,
            sequence: 0,
            fee: 100,
            tip: 5,
            gas: 1_000,
            size: 200,
            expiry: 1_000,
            nullifier: None,
            also: None,
            proofs: 0,
            witness: 0,
            shielded: false,
            anchor: None,
        }
    }
}

impl Spec {
    fn build(&self) -> PooledTx {
        let effects = format!("{:?}", Self { witness: 0, ..*self });
        let bytes = format!("{self:?}");
        let tx_id = TxId::of(&[effects.as_bytes()]);
        PooledTx {
            full_hash: FullHash::of(&[bytes.as_bytes()]),
            tx_id,
            sender: if self.shielded { Address(tx_id.0) } else { address(self.who) },
            shielded: self.shielded,
            sequence: Sequence(if self.shielded { 0 } else { self.sequence }),
            max_fee: Price(self.fee),
            max_tip: Price(if self.shielded { self.fee } else { self.tip }),
            gas_limit: Gas(self.gas),
            proofs: self.proofs,
            size: self.size,
            expiry: Height(self.expiry),
            nullifiers: self.nullifier.into_iter().chain(self.also).map(|n| vec![n]).collect(),
            anchors: self.anchor.map(|n| FieldBytes([n; 32])).into_iter().collect(),
            arrival: 0,
            arrived_at: UnixMillis(0),
            checked: any_checked(),
        }
    }

    fn hash(&self) -> FullHash {
        self.build().full_hash
    }
}

fn address(who: u8) -> Address {
    Address([who; 32])
}

fn account(balance: Amount, sequence: u64) -> Account {
    Account { balance, sequence: Sequence(sequence) }
}

fn everything(base_fee: Price) -> SelectLimits {
    SelectLimits { gas: Gas::MAX, bytes: usize::MAX, txs: usize::MAX, proofs: usize::MAX, base_fee }
}

fn rules() -> Rules {
    let params = ChainParams {
        chain_id: Name::new("pool-test").unwrap(),
        network: Network::Dev,
        production: false,
        block_gas_limit: Gas(600_000_000),
        block_bytes_max: 2 * 1024 * 1024,
        block_txs_max: 5_000,
        block_proofs_max: 512,
        base_fee_floor: Price(1),
        verifying_key_digests: List::empty(),
        guardian: None,
    };
    Rules { genesis_id: GenesisId([7; 32]), params, keys: Arc::new(VerifyingKeys::development().clone()) }
}

/// A signed transfer of `key`'s account.
fn transfer(key: &SigningKey, sequence: u64, tip: u64) -> Tx {
    let action = Transfer { asset: AssetId::NATIVE, to: address(9), amount: Amount(1) };
    let body = TxBody {
        version: TX_VERSION,
        genesis_id: rules().genesis_id,
        expiry: Height(1_000),
        gas_limit: Gas(1_000_000),
        max_fee_per_gas: Price(100),
        max_tip_per_gas: Price(tip),
        authorization: Authorization::Account {
            public_key: PublicKey(key.verification_key().to_bytes()),
            sequence: Sequence(sequence),
        },
        actions: List::new(vec![Action::Transfer(action)]).unwrap(),
    };
    let signature = Signature(key.sign(&body.sign_bytes()).to_bytes());
    let signatures = List::new(vec![IndexedSignature { key_index: 0, signature }]).unwrap();
    Tx { body, witness: Witness { signatures, proofs: List::empty(), ..Witness::default() } }
}

fn raw(tx: &Tx) -> RawTx {
    RawTx::new(codec::encode(tx)).unwrap()
}

/// Some transaction that exec has checked; the pool only hands it on.
fn any_checked() -> Arc<CheckedTx> {
    static ANY: OnceLock<Arc<CheckedTx>> = OnceLock::new();
    let make = || tacit_exec::stateless::check_one(&rules(), raw(&transfer(&SigningKey::from([1; 32]), 0, 1)), [0; 32]);
    ANY.get_or_init(|| make().unwrap()).clone()
}
