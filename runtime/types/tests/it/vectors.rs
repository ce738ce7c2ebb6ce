//! The test vectors that other implementations are written against: `tests/vectors/{ids,transaction,block}.json`.
//!
//! The files are committed; this test makes them again and compares. After a deliberate change of a format, run it
//! with `TACIT_UPDATE_VECTORS=1`, and say in the commit why the meaning changed.

use ed25519_consensus::SigningKey;
use serde_json::{Value, json};
use tacit_types::action::*;
use tacit_types::asset::*;
use tacit_types::contract::*;
use tacit_types::identity::*;
use tacit_types::keys::MultisigPolicy;
use tacit_types::shielded::*;
use tacit_types::tx::{IndexedSignature, TX_VERSION, full_hash};
use tacit_types::vote::{SignedStep, sign_bytes, sign_bytes_with};
use tacit_types::*;

const CHAIN: GenesisId = GenesisId([0x11; 32]);

#[track_caller]
fn compare(file: &str, made: Value) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors").join(file);
    if std::env::var_os("TACIT_UPDATE_VECTORS").is_some() {
        std::fs::write(&path, format!("{made:#}\n")).unwrap();
    }
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let committed: Value = serde_json::from_str(&text).unwrap();
    let differing: Vec<&String> = made
        .as_object()
        .unwrap()
        .iter()
        .filter(|(key, value)| committed.get(key.as_str()) != Some(value))
        .map(|(key, _)| key)
        .collect();
    assert!(differing.is_empty() && committed == made, "{file} differs in {differing:?}: a format changed");
}

pub fn hex(bytes: &[u8]) -> String {
    format!("0x{}", hex::encode(bytes))
}

/// The secret keys of the vectors: 32 equal bytes.
fn secret(byte: u8) -> SigningKey {
    SigningKey::from([byte; 32])
}

fn public(byte: u8) -> PublicKey {
    PublicKey(secret(byte).verification_key().to_bytes())
}

#[test]
fn ids_are_those_of_the_committed_vectors() {
    macro_rules! contexts {
        ($($id:ident),*) => { json!({$(stringify!($id): {
            "context": $id::CONTEXT, "of_empty": hex($id::of(&[]).as_bytes()), "of_tacit": hex($id::of(&[b"tacit"]).as_bytes()),
        }),*}) };
    }
    let policy = MultisigPolicy::new(2, vec![public(1), public(2), public(3)]).unwrap();
    let key = Address::of_key(&public(1));
    let (code, salt) = (CodeHash::of(&[b"code"]), [7; 32]);
    let (spend_key, nullifier) = (SpendKeyBytes([4; 32]), FieldBytes([3; 32]));
    let text = |address: &Address| {
        let entry = |network: Network| (network.prefix().to_string(), Value::from(address.to_text(network)));
        Value::Object([Network::Main, Network::Test, Network::Dev].map(entry).into_iter().collect())
    };
    let mut typo = key.to_text(Network::Dev).into_bytes();
    let last = typo.len() - 1;
    typo[last] = if typo[last] == b'q' { b'p' } else { b'q' };
    compare(
        "ids.json",
        json!({
            "ids": contexts!(
                GenesisId, TxId, FullHash, BlockId, ReceiptsRoot, BodyRoot, CertificateHash, ValidatorsHash, CodeHash,
                AssetId, GroupId, ProofId
            ),
            "native_asset": hex(&AssetId::NATIVE.0),
            "addresses": [
                { "kind": "key", "secret": hex(&[1; 32]), "public_key": hex(&public(1).0), "address": hex(&key.0), "text": text(&key) },
                { "kind": "multisig", "threshold": 2, "keys": policy.keys.iter().map(|key| hex(&key.0)).collect::<Vec<_>>(),
                  "policy": hex(&codec::encode(&policy)), "address": hex(&Address::of_multisig(&policy).0),
                  "text": text(&Address::of_multisig(&policy)) },
                { "kind": "contract", "creator": hex(&key.0), "code_hash": hex(&code.0), "salt": hex(&salt),
                  "address": hex(&Address::of_contract(&key, &code, &salt).0),
                  "text": text(&Address::of_contract(&key, &code, &salt)) },
                { "kind": "one-time", "spend_key": hex(&spend_key.0), "nullifier": hex(&nullifier.0),
                  "address": hex(&Address::one_time(&spend_key, &nullifier).0),
                  "text": text(&Address::one_time(&spend_key, &nullifier)) },
            ],
            "refused_on_dev": [
                { "why": "another network", "text": key.to_text(Network::Main) },
                { "why": "upper case", "text": key.to_text(Network::Dev).to_uppercase() },
                { "why": "a typing error", "text": String::from_utf8(typo).unwrap() },
            ],
            "group_id": { "creator": hex(&key.0), "sequence": 3, "index": 1, "id": hex(&group_id(&key, Sequence(3), 1).0) },
        }),
    );
}

fn describe(action: &Action) -> Value {
    let members = |list: &[Member]| {
        list.iter()
            .map(|member| json!({ "identity": hex(&member.identity.0), "weight": member.weight }))
            .collect::<Vec<_>>()
    };
    match action {
        Action::Transfer(it) => json!({
            "kind": "transfer", "asset": hex(&it.asset.0), "to": hex(&it.to.0), "amount": it.amount.to_string(),
        }),
        Action::Prove(Prove::Range(it)) => json!({
            "kind": "prove_range", "commitment": hex(&it.commitment.0), "low": it.low.to_string(),
            "high": it.high.to_string(), "purpose": it.purpose.as_str(),
        }),
        Action::Prove(Prove::Membership(it)) => json!({
            "kind": "prove_membership", "group": hex(&it.group.0), "root": hex(&it.root.0), "scope": it.scope.as_str(),
            "nullifier": hex(&it.nullifier.0), "weight": it.weight, "purpose": it.purpose.as_str(),
        }),
        Action::Prove(Prove::Equality(it)) => json!({
            "kind": "prove_equality", "left": hex(&it.left.0), "right": hex(&it.right.0), "purpose": it.purpose.as_str(),
        }),
        Action::GroupCreate(it) => json!({ "kind": "group_create", "members": members(&it.members) }),
        Action::GroupAdd(it) => {
            json!({ "kind": "group_add", "group": hex(&it.group.0), "members": members(&it.members) })
        }
        Action::Deploy(it) => json!({ "kind": "deploy", "code": hex(&it.code) }),
        Action::Instantiate(it) => json!({
            "kind": "instantiate", "code_hash": hex(&it.code_hash.0), "salt": hex(&it.salt), "input": hex(&it.input),
            "value": it.value.to_string(), "policy": describe_policy(&it.policy),
        }),
        Action::Call(it) => json!({
            "kind": "call", "contract": hex(&it.contract.0), "function": it.function.as_str(), "input": hex(&it.input),
            "value": it.value.to_string(),
        }),
        Action::JoinSplit(it) => describe_join_split(it),
        Action::AssetCreate(it) => json!({
            "kind": "asset_create", "symbol": it.symbol.as_str(), "decimals": it.decimals,
            "supply": it.supply.to_string(), "cap": it.cap.to_string(),
        }),
        Action::AssetMint(it) => json!({
            "kind": "asset_mint", "asset": hex(&it.asset.0), "to": hex(&it.to.0), "amount": it.amount.to_string(),
        }),
        Action::Sweep(it) => json!({ "kind": "sweep", "asset": hex(&it.asset.0), "to": hex(&it.to.0) }),
        Action::PoolPause(it) => json!({ "kind": "pool_pause", "heights": it.heights }),
        Action::KeyRegister(it) => json!({ "kind": "key_register", "key": hex(&it.key) }),
        Action::ContractPause(it) => {
            json!({ "kind": "contract_pause", "contract": hex(&it.contract.0), "duration_ms": it.duration_ms })
        }
        Action::ContractUnpause(it) => json!({ "kind": "contract_unpause", "contract": hex(&it.contract.0) }),
        Action::UpgradeAnnounce(it) => json!({
            "kind": "upgrade_announce", "contract": hex(&it.contract.0), "code_hash": hex(&it.code_hash.0),
            "input": hex(&it.input),
        }),
        Action::ContractUpgrade(it) => json!({ "kind": "contract_upgrade", "contract": hex(&it.contract.0) }),
        _ => describe_identity(action),
    }
}

fn describe_policy(it: &ContractPolicy) -> Value {
    let upgrade = match &it.upgrade {
        UpgradePolicy::Immutable => json!({ "kind": "immutable" }),
        UpgradePolicy::Timelocked { admin, delay_ms } => {
            json!({ "kind": "timelocked", "admin": hex(&admin.0), "delay_ms": delay_ms })
        }
        UpgradePolicy::Governed => json!({ "kind": "governed" }),
    };
    let pause = it
        .pause
        .as_ref()
        .map(|it| json!({ "pauser": hex(&it.pauser.0), "unpauser": hex(&it.unpauser.0), "longest_ms": it.longest_ms }));
    json!({ "upgrade": upgrade, "pause": pause })
}

fn describe_join_split(it: &JoinSplit) -> Value {
    let output = |it: &NoteOutput| {
        json!({
            "commitment": hex(&it.commitment.0), "ephemeral_key": hex(&it.ephemeral_key), "view_tag": it.view_tag,
            "ciphertext": hex(&it.ciphertext.0), "outgoing": hex(&it.outgoing.0),
        })
    };
    let money = |direction: &str, asset: &AssetId, amount: &Amount| json!({ "direction": direction, "asset": hex(&asset.0), "amount": amount.to_string() });
    json!({
        "kind": "join_split", "anchor": hex(&it.anchor.0),
        "nullifiers": it.nullifiers.as_slice().iter().map(|it| hex(&it.0)).collect::<Vec<_>>(),
        "outputs": it.outputs.iter().map(output).collect::<Vec<_>>(),
        "public": match &it.public_value {
            PublicValue::None => json!({ "direction": "none" }),
            PublicValue::In { asset, amount } => money("in", asset, amount),
            PublicValue::Out { asset, amount } => money("out", asset, amount),
        },
        "spend_key": hex(&it.spend_key.0), "memo": hex(&it.memo.0),
    })
}

fn describe_identity(action: &Action) -> Value {
    match action {
        Action::Prove(Prove::Credential(it)) => json!({
            "kind": "prove_credential", "issuer": hex(&it.issuer.0), "root": hex(&it.root.0), "attribute": it.kind.as_str(),
            "application": it.application.as_str(), "pseudonym": hex(&it.pseudonym.0),
            "commitment": hex(&it.commitment.0), "low": it.low.to_string(), "high": it.high.to_string(),
            "purpose": it.purpose.as_str(),
        }),
        Action::PollCreate(it) => json!({
            "kind": "poll_create", "group": hex(&it.group.0), "title": it.title.as_str(), "options": it.options,
            "closes": it.closes.0,
        }),
        Action::PollVote(it) => json!({
            "kind": "poll_vote", "poll": hex(&it.poll.0), "root": hex(&it.root.0), "choice": it.choice,
            "nullifier": hex(&it.nullifier.0), "weight": it.weight,
        }),
        Action::IssuerCreate(it) => json!({ "kind": "issuer_create", "name": it.name.as_str() }),
        Action::CredentialIssue(it) => json!({
            "kind": "credential_issue", "issuer": hex(&it.issuer.0),
            "leaves": it.leaves.iter().map(|it| hex(&it.0)).collect::<Vec<_>>(),
        }),
        Action::CredentialRevoke(it) => {
            json!({ "kind": "credential_revoke", "issuer": hex(&it.issuer.0), "index": it.index })
        }
        Action::Require(it) => json!({ "kind": "require", "proof": hex(&it.proof.0) }),
        other => panic!("describe {other:?}"),
    }
}

fn transfer(to: u8, amount: u128) -> Action {
    Action::Transfer(Transfer { asset: AssetId::NATIVE, to: Address::of_key(&public(to)), amount: Amount(amount) })
}

/// One action of every kind. The field elements and code mean nothing: vectors pin bytes, not validity.
fn one_of_each() -> Vec<Action> {
    let name = |text| Name::new(text).unwrap();
    let member = |byte: u8| Member { identity: FieldBytes([byte; 32]), weight: u64::from(byte) };
    let (field, group) = (|byte| FieldBytes([byte; 32]), GroupId([0x77; 32]));
    vec![
        transfer(2, 1),
        Action::Prove(Prove::Range(ProveRange {
            commitment: field(1),
            low: 18,
            high: u128::MAX,
            purpose: name("age"),
        })),
        Action::Prove(Prove::Membership(ProveMembership {
            group,
            root: field(2),
            scope: name("vote:1"),
            nullifier: field(3),
            weight: 5,
            purpose: name("vote"),
        })),
        Action::Prove(Prove::Equality(ProveEquality { left: field(4), right: field(5), purpose: name("same") })),
        Action::GroupCreate(GroupCreate { members: List::new(vec![member(6), member(7)]).unwrap() }),
        Action::GroupAdd(GroupAdd { group, members: List::new(vec![member(8)]).unwrap() }),
        Action::Deploy(Deploy { code: Bytes::new(b"\0asm\x01\0\0\0".to_vec()).unwrap() }),
        Action::Instantiate(Instantiate {
            code_hash: CodeHash([0x22; 32]),
            salt: [0x33; 32],
            input: Bytes::new(vec![1, 2, 3]).unwrap(),
            value: Amount(0),
            policy: ContractPolicy::default(),
        }),
        Action::Call(Call {
            contract: Address([0x44; 32]),
            function: name("increment"),
            input: Bytes::empty(),
            value: Amount(9),
        }),
        Action::JoinSplit(Box::new(join_split())),
        Action::AssetCreate(AssetCreate {
            symbol: name("GOLD"),
            decimals: 6,
            supply: Amount(1_000),
            cap: Amount(u128::MAX),
        }),
        Action::AssetMint(AssetMint { asset: AssetId([0x55; 32]), to: Address([0x44; 32]), amount: Amount(3) }),
        Action::Sweep(Sweep { asset: AssetId([0x55; 32]), to: Address([0x44; 32]) }),
        Action::KeyRegister(KeyRegister { key: Bytes::new(vec![1, 0, 7]).unwrap() }),
        Action::ContractPause(ContractPause { contract: Address([0x44; 32]), duration_ms: 60_000 }),
        Action::ContractUnpause(ContractUnpause { contract: Address([0x44; 32]) }),
        Action::UpgradeAnnounce(UpgradeAnnounce {
            contract: Address([0x44; 32]),
            code_hash: CodeHash([0x22; 32]),
            input: Bytes::new(vec![9]).unwrap(),
        }),
        Action::ContractUpgrade(ContractUpgrade { contract: Address([0x44; 32]) }),
        Action::Instantiate(Instantiate {
            code_hash: CodeHash([0x22; 32]),
            salt: [0x34; 32],
            input: Bytes::empty(),
            value: Amount(5),
            policy: ContractPolicy {
                upgrade: UpgradePolicy::Timelocked { admin: Address([0x45; 32]), delay_ms: 86_400_000 },
                pause: Some(PausePolicy {
                    pauser: Address([0x46; 32]),
                    unpauser: Address([0x47; 32]),
                    longest_ms: 3_600_000,
                }),
            },
        }),
        Action::PoolPause(PoolPause { heights: 10 }),
        Action::PollCreate(PollCreate { group, title: name("budget"), options: 3, closes: Height(500) }),
        Action::PollVote(PollVote {
            poll: PollId([0x66; 32]),
            root: field(9),
            choice: 2,
            nullifier: field(10),
            weight: 4,
        }),
        Action::IssuerCreate(IssuerCreate { name: name("office") }),
        Action::CredentialIssue(CredentialIssue {
            issuer: IssuerId([0x88; 32]),
            leaves: List::new(vec![field(11), field(12)]).unwrap(),
        }),
        Action::CredentialRevoke(CredentialRevoke { issuer: IssuerId([0x88; 32]), index: 1 }),
        Action::Prove(Prove::Credential(ProveCredential {
            issuer: IssuerId([0x88; 32]),
            root: field(13),
            kind: name("age"),
            application: name("shop"),
            pseudonym: field(14),
            commitment: field(15),
            low: 18,
            high: 200,
            purpose: name("entry"),
        })),
        Action::Require(Require { proof: ProofId([0x99; 32]) }),
    ]
}

fn join_split() -> JoinSplit {
    let output = |byte: u8| NoteOutput {
        commitment: FieldBytes([byte; 32]),
        ephemeral_key: [byte + 1; 32],
        view_tag: byte,
        ciphertext: NoteCiphertext([byte + 2; 140]),
        outgoing: OutgoingCiphertext([byte + 3; 112]),
    };
    JoinSplit {
        anchor: FieldBytes([1; 32]),
        nullifiers: Nullifiers::Two([FieldBytes([2; 32]), FieldBytes([3; 32])]),
        outputs: [output(10), output(20)],
        public_value: PublicValue::Out { asset: AssetId([0x55; 32]), amount: Amount(77) },
        spend_key: SpendKeyBytes([4; 32]),
        memo: MemoCiphertext([5; 528]),
    }
}

fn transaction(name: &str, signers: &[u8], threshold: Option<u8>, actions: Vec<Action>) -> Value {
    let sequence = Sequence(7);
    let (authorization, described) = match threshold {
        None => {
            let public_key = public(signers[0]);
            let described = json!({ "kind": "account", "public_key": hex(&public_key.0), "sequence": 7 });
            (Authorization::Account { public_key, sequence }, described)
        }
        Some(threshold) => {
            let policy = MultisigPolicy::new(threshold, vec![public(1), public(2), public(3)]).unwrap();
            let keys: Vec<String> = policy.keys.iter().map(|key| hex(&key.0)).collect();
            let described = json!({ "kind": "multisig", "threshold": threshold, "keys": keys, "sequence": 7 });
            (Authorization::Multisig { policy, sequence }, described)
        }
    };
    let body = TxBody {
        version: TX_VERSION,
        genesis_id: CHAIN,
        expiry: Height(1000),
        gas_limit: Gas(250_000),
        max_fee_per_gas: Price(20),
        max_tip_per_gas: Price(3),
        authorization,
        actions: List::new(actions).unwrap(),
    };
    let sign = |signer: &u8| {
        let key_index = match &body.authorization {
            Authorization::Account { .. } => 0,
            Authorization::Multisig { policy, .. } => {
                policy.keys.iter().position(|key| *key == public(*signer)).unwrap() as u8
            }
            Authorization::Shielded => unreachable!("nobody signs for nobody"),
        };
        IndexedSignature { key_index, signature: Signature(secret(*signer).sign(&body.sign_bytes()).to_bytes()) }
    };
    let mut signatures: Vec<IndexedSignature> = signers.iter().map(sign).collect();
    signatures.sort_by_key(|signature| signature.key_index);
    let proofs: Vec<ProofBytes> = (0..body.proofs()).map(|index| ProofBytes([index as u8 + 1; 128])).collect();
    let witness = Witness {
        signatures: List::new(signatures).unwrap(),
        proofs: List::new(proofs).unwrap(),
        spend_signatures: List::new(body.join_splits().map(|_| SpendSignature([6; 64])).collect()).unwrap(),
    };
    let tx = Tx { body, witness };
    let bytes = tx.encode();
    assert_eq!(Tx::decode(&bytes).unwrap(), tx);
    json!({
        "name": name,
        "secrets": signers.iter().map(|signer| hex(&[*signer; 32])).collect::<Vec<_>>(),
        "fields": {
            "version": 1, "genesis_id": hex(&CHAIN.0), "expiry": 1000, "gas_limit": 250_000, "max_fee_per_gas": "20",
            "max_tip_per_gas": "3", "authorization": described,
            "actions": tx.body.actions.iter().map(describe).collect::<Vec<_>>(),
        },
        "spend_signatures": tx.witness.spend_signatures.iter().map(|it| hex(&it.0)).collect::<Vec<_>>(),
        "proofs": tx.witness.proofs.iter().map(|proof| hex(&proof.0)).collect::<Vec<_>>(),
        "sender": hex(&tx.body.sender().0),
        "body": hex(&codec::encode(&tx.body)),
        "tx_id": hex(&tx.id().0),
        "sign_bytes": hex(&tx.body.sign_bytes()),
        "bytes": hex(&bytes),
        "full_hash": hex(&full_hash(&bytes).0),
    })
}

#[test]
fn transactions_are_those_of_the_committed_vectors() {
    let plain = transaction("a transfer", &[1], None, vec![transfer(2, 1_000_000_000_000_000_000)]);
    let bytes = hex::decode(plain["bytes"].as_str().unwrap().trim_start_matches("0x")).unwrap();
    let refuse = |why: &str, bytes: Vec<u8>| {
        assert!(Tx::decode(&bytes).is_err(), "{why}");
        json!({ "why": why, "bytes": hex(&bytes) })
    };
    let changed = |index: usize, byte: u8| {
        let mut bytes = bytes.clone();
        bytes[index] = byte;
        bytes
    };
    // version 1, genesis id 32, four numbers of 8: the authorisation's tag is byte 65, its key and sequence follow.
    let (authorization, actions) = (65, 65 + 1 + 32 + 8);
    let refused = vec![
        refuse("empty", vec![]),
        refuse("truncated by one byte", bytes[..bytes.len() - 1].to_vec()),
        refuse("one byte too many", [bytes.as_slice(), &[0]].concat()),
        refuse("unknown authorisation", changed(authorization, 3)),
        refuse("65 actions", changed(actions, 65)),
        refuse("unknown action", changed(actions + 4, 18)),
    ];
    compare(
        "transaction.json",
        json!({
            "about": "docs/spec/transaction.md; secrets are Ed25519 seeds",
            "transactions": [
                plain,
                transaction("two transfers", &[3], None, vec![transfer(1, u128::MAX), transfer(3, 0)]),
                transaction("two of three", &[3, 1], Some(2), vec![transfer(2, 5)]),
                transaction("one action of every kind", &[1], None, one_of_each()),
            ],
            "refused": refused,
        }),
    );
}

fn set_of(powers: &[u64]) -> ValidatorSet {
    let validator =
        |(index, power): (usize, &u64)| Validator { public_key: public(index as u8 + 1), power: Power(*power) };
    ValidatorSet::new(powers.iter().enumerate().map(validator).collect()).unwrap()
}

fn set_json(set: &ValidatorSet) -> Value {
    set.validators().iter().map(|it| json!({ "public_key": hex(&it.public_key.0), "power": it.power.0 })).collect()
}

fn merkle_vectors() -> Value {
    let vector = |count: u8| {
        let leaves: Vec<[u8; 32]> = (0..count).map(|byte| [byte; 32]).collect();
        let proofs: Vec<Vec<String>> = (0..leaves.len())
            .map(|index| {
                let path = merkle::proof(BodyRoot::CONTEXT, &leaves, index).unwrap();
                path.iter().map(|sibling| hex(sibling)).collect()
            })
            .collect();
        json!({
            "count": count, "leaves": "leaf i is 32 bytes of value i", "proofs": proofs,
            "body_root": hex(&merkle::root(BodyRoot::CONTEXT, &leaves)),
            "receipts_root": hex(&merkle::root(ReceiptsRoot::CONTEXT, &leaves)),
        })
    };
    [0, 1, 2, 3, 5, 8, 11].map(vector).into_iter().collect()
}

#[test]
fn blocks_are_those_of_the_committed_vectors() {
    let set = set_of(&[10, 10, 10, 10]);
    let parent = BlockId([0xaa; 32]);
    let precommit = sign_bytes(&CHAIN, SignedStep::Precommit, Height(4), Round(1), Some(&parent));
    let sign = |index: usize| {
        let seed = (1..=4).find(|byte| public(*byte) == set.get(index).unwrap().public_key).unwrap();
        (index, Signature(secret(seed).sign(&precommit).to_bytes()))
    };
    let certificate = CommitCertificate::new(Height(4), Round(1), parent, &set, [0, 2, 3].map(sign).to_vec()).unwrap();
    assert!(certificate.signatures_to_verify(&CHAIN, &set).is_ok());
    let txs = [b"first".to_vec(), vec![], vec![0xff; 40]].map(|bytes| RawTx::new(bytes).unwrap());
    let body = BlockBody { last_commit: Some(certificate.clone()), txs: List::new(txs.to_vec()).unwrap() };
    let header = Header {
        version: 1,
        genesis_id: CHAIN,
        height: Height(5),
        round: Round(2),
        time_ms: UnixMillis(1_790_000_000_123),
        parent,
        proposer: set.proposer(Height(5), Round(2)).address(),
        body_root: body.root(),
        body_length: body.encoded_length() as u32,
        last_commit: body.last_commit_hash(),
        state_root: StateRoot([0xbb; 32]),
        receipts_root: receipt::receipts_root(&[]),
        base_fee: Price(1_000),
        validators_hash: set.hash(),
        next_validators_hash: set_of(&[3, 2, 1]).hash(),
    };
    let empty = BlockBody { last_commit: None, txs: List::empty() };
    let sign_bytes_of = |step, value: Option<&BlockId>, extra: &[u8]| {
        json!({
            "genesis_id": hex(&CHAIN.0), "step": step as u8, "height": 4, "round": 1,
            "value": value.map(|id| hex(&id.0)), "extra": hex(extra),
            "sign_bytes": hex(&sign_bytes_with(&CHAIN, step, Height(4), Round(1), value, extra)),
        })
    };
    let proposers = |powers: &[u64]| {
        let set = set_of(powers);
        let rows: Vec<Vec<usize>> = (1..=20u64)
            .map(|height| {
                let index = |round| set.index_of(&set.proposer(Height(height), Round(round)).address()).unwrap();
                (0..set.len() as u32).map(index).collect()
            })
            .collect();
        json!({
            "validators": set_json(&set), "hash": hex(&set.hash().0), "encoding": hex(&codec::encode(&set)),
            "from_height": 1, "index_by_height_and_round": rows,
        })
    };
    let receipts = [receipt(0), receipt(300)];
    compare(
        "block.json",
        json!({
            "header": {
                "bytes": hex(&codec::encode(&header)), "block_id": hex(&header.id().0),
                "fields": {
                    "version": 1, "genesis_id": hex(&CHAIN.0), "height": 5, "round": 2, "time_ms": 1_790_000_000_123_u64,
                    "parent": hex(&parent.0), "proposer": hex(&header.proposer.0), "body_root": hex(&header.body_root.0),
                    "body_length": header.body_length, "last_commit": hex(&header.last_commit.0),
                    "state_root": hex(&header.state_root.0), "receipts_root": hex(&header.receipts_root.0),
                    "base_fee": "1000", "validators_hash": hex(&header.validators_hash.0),
                    "next_validators_hash": hex(&header.next_validators_hash.0),
                },
            },
            "body": {
                "bytes": hex(&codec::encode(&body)), "txs": body.txs.iter().map(|tx| hex(tx.as_bytes())).collect::<Vec<_>>(),
                "root": hex(&body.root().0), "last_commit_hash": hex(&body.last_commit_hash().0),
            },
            "empty_body": {
                "bytes": hex(&codec::encode(&empty)), "root": hex(&empty.root().0),
                "last_commit_hash": hex(&empty.last_commit_hash().0),
            },
            "block_bytes": hex(&Block { header, body }.encode()),
            "certificate": {
                "validators": set_json(&set), "bytes": hex(&codec::encode(&certificate)), "height": 4, "round": 1,
                "block_id": hex(&parent.0), "signers": [0, 2, 3],
                "signatures": certificate.signatures.iter().map(|it| hex(&it.0)).collect::<Vec<_>>(),
                "message": hex(&precommit),
            },
            "sign_bytes": [
                sign_bytes_of(SignedStep::Prevote, Some(&parent), &[]),
                sign_bytes_of(SignedStep::Prevote, None, &[]),
                sign_bytes_of(SignedStep::Precommit, Some(&parent), &[]),
                sign_bytes_of(SignedStep::Precommit, None, &[]),
                sign_bytes_of(SignedStep::Proposal, Some(&parent), &[1, 2, 3]),
                sign_bytes_of(SignedStep::PartsInit, None, &[4]),
            ],
            "proposers": [proposers(&[10, 10, 10, 10]), proposers(&[3, 2, 1]), proposers(&[1]), proposers(&[100, 1, 1, 1, 1])],
            "merkle": merkle_vectors(),
            "receipts": {
                "encodings": receipts.iter().map(|it| hex(&codec::encode(it))).collect::<Vec<_>>(),
                "leaves": receipts.iter().map(|it| hex(&it.leaf())).collect::<Vec<_>>(),
                "root": hex(&receipt::receipts_root(&receipts).0),
                "root_of_none": hex(&receipt::receipts_root(&[]).0),
            },
        }),
    );
}

/// A receipt with one event of every kind.
pub fn receipt(code: u16) -> Receipt {
    let (address, field) = (Address([1; 32]), FieldBytes([2; 32]));
    let (group, code_hash) = (GroupId([4; 32]), CodeHash([6; 32]));
    let events = vec![
        Event::Transferred { asset: AssetId::NATIVE, from: address, to: Address([3; 32]), amount: Amount(7) },
        Event::Proved { proof: ProofId([5; 32]), sender: address },
        Event::NullifierSpent { group, nullifier: field, weight: 8 },
        Event::GroupChanged { group, root: field, members: 9 },
        Event::CodeDeployed { code_hash },
        Event::ContractCreated { contract: address, code_hash, creator: address },
        Event::Contract {
            contract: address,
            topics: List::new(vec![[8; 32], [9; 32]]).unwrap(),
            data: Bytes::new(b"data".to_vec()).unwrap(),
        },
    ];
    Receipt {
        tx_id: TxId([0xcc; 32]),
        code,
        failed_action: u16::from(code != 0),
        contract_code: 0,
        gas_used: Gas(21_000),
        fee: Amount(420_000),
        events: List::new(if code == 0 { events } else { Vec::new() }).unwrap(),
        output: Bytes::empty(),
    }
}
