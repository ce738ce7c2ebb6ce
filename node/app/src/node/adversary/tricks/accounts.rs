//! Who owns what in these tests, and how they sign.

use ed25519_consensus::SigningKey;
use tacit_genesis::spec::AccountSpec;
use tacit_types::action::Transfer;
use tacit_types::tx::{IndexedSignature, TX_VERSION};
use tacit_types::{
    Action, Address, Amount, AssetId, Authorization, Gas, GenesisId, Height, List, Network, Price, PublicKey, RawTx,
    Sequence, Signature, Tx, TxBody, Witness,
};

/// Gas limit of a block.
pub const BLOCK_GAS: u64 = 2_000_000;
/// Longest block.
pub const BLOCK_BYTES: u32 = 65_536;
/// Most transactions of a block.
pub const BLOCK_TXS: u32 = 8;
/// Gas limit of the transactions made here; enough for a transfer or a proof.
pub const TX_GAS: u64 = 600_000;
/// What the transactions made here pay per gas; far above the base fee of a chain that idles.
pub const PRICE: u64 = 1_000;

/// Seed of an account that sends honest transfers.
pub const FEEDER: u8 = 201;
/// Seed of an account with much money that only the adversary uses; its sequence stays 0.
pub const RICH: u8 = 202;
/// Seed of an account that can pay for one transaction.
pub const POOR: u8 = 203;
/// Seed of an account that has nothing.
pub const PAUPER: u8 = 204;

/// The address of the account with this seed.
pub fn address(seed: u8) -> Address {
    Address::of_key(&public_key(seed))
}

fn public_key(seed: u8) -> PublicKey {
    PublicKey(SigningKey::from([seed; 32]).verification_key().to_bytes())
}

/// What genesis gives them.
pub fn balances() -> Vec<AccountSpec> {
    let account = |seed, balance: u128| AccountSpec {
        address: address(seed).to_text(Network::Dev),
        balance: balance.to_string(),
    };
    let once = u128::from(TX_GAS) * u128::from(PRICE);
    vec![account(FEEDER, 1 << 100), account(RICH, 1 << 100), account(POOR, once + once / 2)]
}

/// A body that moves one base unit to the adversary's rich account.
pub fn body(genesis_id: &GenesisId, seed: u8, sequence: u64) -> TxBody {
    let to = address(RICH);
    TxBody {
        version: TX_VERSION,
        genesis_id: *genesis_id,
        expiry: Height(10_000),
        gas_limit: Gas(TX_GAS),
        max_fee_per_gas: Price(PRICE),
        max_tip_per_gas: Price(PRICE),
        authorization: Authorization::Account { public_key: public_key(seed), sequence: Sequence(sequence) },
        actions: List::new(vec![Action::Transfer(Transfer { asset: AssetId::NATIVE, to, amount: Amount(1) })]).unwrap(),
    }
}

/// The body, signed by its sender.
pub fn signed(seed: u8, body: TxBody) -> Tx {
    let signature = Signature(SigningKey::from([seed; 32]).sign(&body.sign_bytes()).to_bytes());
    let signatures = List::new(vec![IndexedSignature { key_index: 0, signature }]).unwrap();
    Tx { body, witness: Witness { signatures, proofs: List::empty(), ..Witness::default() } }
}

/// The bytes of a transaction.
pub fn raw(tx: &Tx) -> RawTx {
    RawTx::new(tx.encode()).unwrap()
}

/// An honest transfer.
pub fn transfer(genesis_id: &GenesisId, seed: u8, sequence: u64) -> RawTx {
    raw(&signed(seed, body(genesis_id, seed, sequence)))
}
