//! One hash per stored or transmitted type: whoever changes an encoding by accident meets it here.
//!
//! A change on purpose is a change of the protocol: it needs a new format version and a line in the change log.

use crate::vectors::{hex, receipt};
use borsh::BorshSerialize;
use tacit_types::*;

fn pin(value: &impl BorshSerialize) -> String {
    hex(&codec::hash("tacit test pin", &[&codec::encode(value)]))
}

#[test]
fn encodings_are_those_that_were_pinned() {
    let params = ChainParams {
        chain_id: Name::new("tacit-dev").unwrap(),
        network: Network::Dev,
        production: false,
        block_gas_limit: Gas(600_000_000),
        block_bytes_max: 2_097_152,
        block_txs_max: 5_000,
        block_proofs_max: 512,
        base_fee_floor: Price(7),
        verifying_key_digests: List::new(vec![[1; 32], [2; 32], [3; 32]]).unwrap(),
        guardian: None,
    };
    assert_eq!(params.check(), Ok(()));
    assert_eq!(pin(&receipt(0)), "0x9dc26cb197d6dfd91d86a6bb7c0fd73e6569275aa4f9cd09dd53a852cd707c00", "Receipt");
    assert_eq!(pin(&params), "0x72a94a83876407ea7dd3b8dc4b69dbb71505d009e6c5ef670117eb0a9b606720", "ChainParams");
}

/// Consensus numbers that a careless edit must not move. `docs/spec` repeats them.
#[test]
fn limits_are_those_of_the_specification() {
    use limits::*;
    assert_eq!(
        (
            TX_BYTES_MAX,
            ACTIONS_MAX,
            TX_PROOFS_MAX,
            MULTISIG_KEYS_MAX,
            SIGNATURES_MAX,
            CODE_BYTES_MAX,
            CALL_INPUT_BYTES_MAX
        ),
        (655_360, 64, 16, 16, 16, 524_288, 65_536)
    );
    assert_eq!((NAME_BYTES_MAX, GROUP_MEMBERS_MAX, EXPIRY_HEIGHTS_MAX), (64, 256, 100_000));
    assert_eq!((BLOCK_BYTES_MAX, BLOCK_TXS_MAX, BLOCK_GAS_MAX, BLOCK_PROOFS_MAX), (2_097_152, 5_000, 600_000_000, 512));
    assert_eq!((VALIDATORS_MAX, TOTAL_POWER_MAX), (128, 1_152_921_504_606_846_976));
    assert_eq!(
        (EVENT_TOPICS_MAX, EVENT_DATA_BYTES_MAX, RECEIPT_EVENTS_MAX, RECEIPT_OUTPUT_BYTES_MAX),
        (4, 16_384, 1_024, 4_096)
    );
}

#[test]
fn parameters_outside_what_the_code_carries_are_refused() {
    let good = ChainParams {
        chain_id: Name::new("x").unwrap(),
        network: Network::Dev,
        production: false,
        block_gas_limit: Gas(1_000_000),
        block_bytes_max: 65_536,
        block_txs_max: 1,
        block_proofs_max: 1,
        base_fee_floor: Price(1),
        verifying_key_digests: List::empty(),
        guardian: None,
    };
    assert_eq!(good.check(), Ok(()));
    let field = |params: ChainParams| params.check().unwrap_err().field;
    assert_eq!(field(ChainParams { block_gas_limit: Gas(600_000_001), ..good.clone() }), "block_gas_limit");
    assert_eq!(field(ChainParams { block_gas_limit: Gas(0), ..good.clone() }), "block_gas_limit");
    assert_eq!(field(ChainParams { block_bytes_max: u32::MAX, ..good.clone() }), "block_bytes_max");
    assert_eq!(field(ChainParams { block_txs_max: 5_001, ..good.clone() }), "block_txs_max");
    assert_eq!(field(ChainParams { block_proofs_max: 0, ..good.clone() }), "block_proofs_max");
    assert_eq!(field(ChainParams { base_fee_floor: Price(0), ..good }), "base_fee_floor");
}
