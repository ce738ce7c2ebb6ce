//! `tests/vectors/state.json`: state keys and records as other programs must make and read them. Made again here and
//! compared; `TACIT_UPDATE_VECTORS=1` writes the file after a deliberate change.
#![allow(clippy::unwrap_used, missing_docs)]

use serde_json::{Value, json};
use tacit_state::key;
use tacit_state::record::{
    Account, AnnouncedCode, Contract, CredentialMark, FeeState, Group, Issuer, Poll, ProofRecord, ValidatorState,
};
use tacit_types::contract::{ContractPolicy, PausePolicy, UpgradePolicy};
use tacit_types::*;

fn hex(bytes: &[u8]) -> String {
    format!("0x{}", hex::encode(bytes))
}

#[test]
fn keys_and_records_are_those_of_the_committed_vectors() {
    let (address, group, field) = (Address([1; 32]), GroupId([2; 32]), FieldBytes([3; 32]));
    let scope = Name::new("vote:1").unwrap();
    let validator = |byte| Validator { public_key: PublicKey([byte; 32]), power: Power(u64::from(byte)) };
    let set = |bytes: &[u8]| ValidatorSet::new(bytes.iter().map(|byte| validator(*byte)).collect()).unwrap();
    let params = ChainParams {
        chain_id: Name::new("tacit-devnet").unwrap(),
        network: Network::Dev,
        production: false,
        block_gas_limit: Gas(600_000_000),
        block_bytes_max: 2_097_152,
        block_txs_max: 5_000,
        block_proofs_max: 512,
        base_fee_floor: Price(10),
        verifying_key_digests: List::new(vec![[4; 32], [5; 32], [6; 32]]).unwrap(),
        guardian: None,
    };
    let record = Group { owner: address, members: 1, frontier: Bytes::empty(), roots: List::new(vec![field]).unwrap() };
    let proof = |credential| ProofRecord { id: ProofId([8; 32]), sender: address, height: Height(9), credential };
    let mark = CredentialMark { issuer: IssuerId([10; 32]), revocations: 11 };
    let poll = Poll {
        creator: address,
        group,
        title: scope.clone(),
        root: field,
        members: 12,
        opened: Height(13),
        closes: Height(14),
        votes: 15,
        tally: List::new(vec![16, u128::MAX]).unwrap(),
    };
    let issuer = Issuer {
        owner: address,
        name: scope.clone(),
        credentials: 17,
        revocations: 11,
        roots: List::new(vec![field]).unwrap(),
    };
    let made = json!({
        "about": "docs/spec/state.md; address 01.., group 02.., nullifier 03.., scope vote:1, contract key 6b6579, index 258",
        "keys": {
            "params": hex(&key::params()), "fees": hex(&key::fees()), "validators": hex(&key::validators()),
            "supply": hex(&key::supply()), "account": hex(&key::account(&address)),
            "contract": hex(&key::contract(&address)), "contract_storage": hex(&key::contract_storage(&address, b"key")),
            "code": hex(&key::code(&CodeHash([7; 32]))),
            "code_load": hex(&key::code_load(&CodeHash([7; 32]))), "group": hex(&key::group(&group)),
            "group_member": hex(&key::group_member(&group, 258)),
            "nullifier": hex(&key::nullifier(&group, &scope, &field)), "proof": hex(&key::proof(&ProofId([8; 32]))),
            "poll": hex(&key::poll(&PollId([9; 32]))), "vote": hex(&key::vote(&PollId([9; 32]), &field)),
            "issuer": hex(&key::issuer(&IssuerId([10; 32]))),
            "issuer_node": hex(&key::issuer_node(&IssuerId([10; 32]), 3, 258)),
        },
        "records": {
            "account": { "balance": "1000000000000000000", "sequence": 7,
                "bytes": hex(&codec::encode(&Account { balance: Amount(1_000_000_000_000_000_000), sequence: Sequence(7) })) },
            "contract": { "code_hash": hex(&[7; 32]), "creator": hex(&address.0),
                "bytes": hex(&codec::encode(&Contract {
                    code_hash: CodeHash([7; 32]),
                    creator: address,
                    policy: ContractPolicy {
                        upgrade: UpgradePolicy::Timelocked { admin: address, delay_ms: 60_000 },
                        pause: Some(PausePolicy { pauser: address, unpauser: Address([9; 32]), longest_ms: 3_600_000 }),
                    },
                    paused_until: UnixMillis(0),
                    announced: Some(AnnouncedCode {
                        code_hash: CodeHash([8; 32]),
                        ready: UnixMillis(1_700_000_000_000),
                        input: Bytes::new(vec![9, 10]).unwrap(),
                    }),
                })) },
            "fees": { "base_fee": "10", "bytes": hex(&codec::encode(&FeeState { base_fee: Price(10) })) },
            "validators": { "current": [[2, 1], [1, 1]], "bytes":
                hex(&codec::encode(&ValidatorState { current: set(&[2, 1]), next: set(&[3]) })) },
            "group": { "bytes": hex(&codec::encode(&record)) },
            "proof": { "bytes": hex(&codec::encode(&proof(None))) },
            "proof_of_credential": { "bytes": hex(&codec::encode(&proof(Some(mark)))) },
            "poll": { "bytes": hex(&codec::encode(&poll)) },
            "issuer": { "bytes": hex(&codec::encode(&issuer)) },
            "params": { "bytes": hex(&codec::encode(&params)) },
        },
    });
    let path = tacit_tidy::files::root().join("tests/vectors/state.json");
    if std::env::var_os("TACIT_UPDATE_VECTORS").is_some() {
        std::fs::write(&path, format!("{made:#}\n")).unwrap();
    }
    let committed: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    assert_eq!(committed, made, "a state key or record changed: that is a change of the protocol");
}
