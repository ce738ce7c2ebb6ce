//! Generators of arbitrary valid values for the property tests, kept small so that a case is cheap.

use proptest::collection::vec;
use proptest::prelude::*;
use tacit_types::action::{
    Call, Deploy, GroupAdd, GroupCreate, Instantiate, Member, Prove, ProveEquality, ProveMembership, ProveRange,
    Transfer,
};
use tacit_types::asset::{AssetCreate, AssetMint, PoolPause, Sweep};
use tacit_types::contract::{
    ContractPause, ContractPolicy, ContractUnpause, ContractUpgrade, KeyRegister, PausePolicy, UpgradeAnnounce,
    UpgradePolicy,
};
use tacit_types::identity::{
    CredentialIssue, CredentialRevoke, IssuerCreate, PollCreate, PollVote, ProveCredential, Require,
};
use tacit_types::keys::MultisigPolicy;
use tacit_types::shielded::{
    JoinSplit, MemoCiphertext, NoteCiphertext, NoteOutput, Nullifiers, OutgoingCiphertext, PublicValue, SpendKeyBytes,
    SpendSignature,
};
use tacit_types::tx::IndexedSignature;
use tacit_types::*;

pub fn bytes32() -> impl Strategy<Value = [u8; 32]> {
    any::<[u8; 32]>()
}

pub fn signature() -> impl Strategy<Value = Signature> {
    (bytes32(), bytes32()).prop_map(|(r, s)| {
        let mut bytes = [0; 64];
        bytes[..32].copy_from_slice(&r);
        bytes[32..].copy_from_slice(&s);
        Signature(bytes)
    })
}

fn field() -> impl Strategy<Value = FieldBytes> {
    bytes32().prop_map(FieldBytes)
}

fn name() -> impl Strategy<Value = Name> {
    "[!-~]{1,64}".prop_map(|text| Name::new(&text).unwrap())
}

fn proof() -> impl Strategy<Value = ProofBytes> {
    vec(any::<u8>(), 128).prop_map(|bytes| ProofBytes(bytes.try_into().unwrap()))
}

fn members() -> impl Strategy<Value = List<Member, { limits::GROUP_MEMBERS_MAX }>> {
    vec((field(), any::<u64>()).prop_map(|(identity, weight)| Member { identity, weight }), 0..4)
        .prop_map(|members| List::new(members).unwrap())
}

fn blob<const MAX: usize>() -> impl Strategy<Value = Bytes<MAX>> {
    vec(any::<u8>(), 0..80).prop_map(|bytes| Bytes::new(bytes).unwrap())
}

fn prove() -> impl Strategy<Value = Prove> {
    prop_oneof![
        (field(), any::<u128>(), any::<u128>(), name())
            .prop_map(|(commitment, low, high, purpose)| Prove::Range(ProveRange { commitment, low, high, purpose })),
        (bytes32(), field(), name(), field(), any::<u64>(), name()).prop_map(
            |(group, root, scope, nullifier, weight, purpose)| Prove::Membership(ProveMembership {
                group: GroupId(group),
                root,
                scope,
                nullifier,
                weight,
                purpose
            })
        ),
        (field(), field(), name()).prop_map(|(left, right, purpose)| Prove::Equality(ProveEquality {
            left,
            right,
            purpose
        })),
        ((bytes32(), field(), name(), name()), (field(), field(), any::<u128>(), any::<u128>(), name())).prop_map(
            |((issuer, root, kind, application), (pseudonym, commitment, low, high, purpose))| {
                let issuer = IssuerId(issuer);
                let credential =
                    ProveCredential { issuer, root, kind, application, pseudonym, commitment, low, high, purpose };
                Prove::Credential(credential)
            }
        ),
    ]
}

fn policy() -> impl Strategy<Value = ContractPolicy> {
    let upgrade = prop_oneof![
        Just(UpgradePolicy::Immutable),
        Just(UpgradePolicy::Governed),
        (bytes32(), any::<u64>())
            .prop_map(|(admin, delay_ms)| UpgradePolicy::Timelocked { admin: Address(admin), delay_ms }),
    ];
    let pause =
        proptest::option::of((bytes32(), bytes32(), any::<u64>()).prop_map(|(pauser, unpauser, longest_ms)| {
            PausePolicy { pauser: Address(pauser), unpauser: Address(unpauser), longest_ms }
        }));
    (upgrade, pause).prop_map(|(upgrade, pause)| ContractPolicy { upgrade, pause })
}

pub fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        (bytes32(), bytes32(), any::<u128>()).prop_map(|(asset, to, amount)| Action::Transfer(Transfer {
            asset: AssetId(asset),
            to: Address(to),
            amount: Amount(amount)
        })),
        prove().prop_map(Action::Prove),
        members().prop_map(|members| Action::GroupCreate(GroupCreate { members })),
        (bytes32(), members())
            .prop_map(|(group, members)| Action::GroupAdd(GroupAdd { group: GroupId(group), members })),
        blob().prop_map(|code| Action::Deploy(Deploy { code })),
        (bytes32(), bytes32(), blob(), any::<u128>(), policy()).prop_map(|(code, salt, input, value, policy)| {
            Action::Instantiate(Instantiate { code_hash: CodeHash(code), salt, input, value: Amount(value), policy })
        }),
        vec(any::<u8>(), 0..64)
            .prop_map(|key| Action::KeyRegister(KeyRegister { key: Bytes::new(key).expect("short") })),
        (bytes32(), any::<u64>()).prop_map(|(contract, duration_ms)| Action::ContractPause(ContractPause {
            contract: Address(contract),
            duration_ms
        })),
        bytes32().prop_map(|contract| Action::ContractUnpause(ContractUnpause { contract: Address(contract) })),
        (bytes32(), bytes32(), vec(any::<u8>(), 0..64)).prop_map(|(contract, code, input)| {
            Action::UpgradeAnnounce(UpgradeAnnounce {
                contract: Address(contract),
                code_hash: CodeHash(code),
                input: Bytes::new(input).expect("short"),
            })
        }),
        bytes32().prop_map(|contract| Action::ContractUpgrade(ContractUpgrade { contract: Address(contract) })),
        (bytes32(), name(), blob(), any::<u128>()).prop_map(|(contract, function, input, value)| Action::Call(Call {
            contract: Address(contract),
            function,
            input,
            value: Amount(value)
        })),
        join_split().prop_map(|join_split| Action::JoinSplit(Box::new(join_split))),
        pool_action(),
        identity_action(),
    ]
}

fn opaque<const LENGTH: usize>() -> impl Strategy<Value = [u8; LENGTH]> {
    any::<u8>().prop_map(|first| core::array::from_fn(|index| first.wrapping_add(index as u8)))
}

fn output() -> impl Strategy<Value = NoteOutput> {
    (field(), bytes32(), any::<u8>(), opaque(), opaque()).prop_map(
        |(commitment, ephemeral_key, view_tag, ciphertext, outgoing)| NoteOutput {
            commitment,
            ephemeral_key,
            view_tag,
            ciphertext: NoteCiphertext(ciphertext),
            outgoing: OutgoingCiphertext(outgoing),
        },
    )
}

pub fn public_value() -> impl Strategy<Value = PublicValue> {
    let money = || (bytes32(), any::<u128>()).prop_map(|(asset, amount)| (AssetId(asset), Amount(amount)));
    prop_oneof![
        Just(PublicValue::None),
        money().prop_map(|(asset, amount)| PublicValue::In { asset, amount }),
        money().prop_map(|(asset, amount)| PublicValue::Out { asset, amount }),
    ]
}

pub fn join_split() -> impl Strategy<Value = JoinSplit> {
    let nullifiers = prop_oneof![
        field().prop_map(|only| Nullifiers::One([only])),
        (field(), field()).prop_map(|(first, second)| Nullifiers::Two([first, second])),
        any::<[[u8; 32]; 8]>().prop_map(|all| Nullifiers::Eight(all.map(FieldBytes))),
    ];
    (field(), nullifiers, output(), output(), public_value(), bytes32(), opaque()).prop_map(
        |(anchor, nullifiers, first, second, public_value, key, memo)| JoinSplit {
            anchor,
            nullifiers,
            outputs: [first, second],
            public_value,
            spend_key: SpendKeyBytes(key),
            memo: MemoCiphertext(memo),
        },
    )
}

fn pool_action() -> impl Strategy<Value = Action> {
    prop_oneof![
        (name(), any::<u8>(), any::<u128>(), any::<u128>()).prop_map(|(symbol, decimals, supply, cap)| {
            Action::AssetCreate(AssetCreate { symbol, decimals, supply: Amount(supply), cap: Amount(cap) })
        }),
        (bytes32(), bytes32(), any::<u128>()).prop_map(|(asset, to, amount)| Action::AssetMint(AssetMint {
            asset: AssetId(asset),
            to: Address(to),
            amount: Amount(amount)
        })),
        (bytes32(), bytes32()).prop_map(|(asset, to)| Action::Sweep(Sweep { asset: AssetId(asset), to: Address(to) })),
        any::<u64>().prop_map(|heights| Action::PoolPause(PoolPause { heights })),
    ]
}

fn identity_action() -> impl Strategy<Value = Action> {
    prop_oneof![
        (bytes32(), name(), any::<u8>(), any::<u64>()).prop_map(|(group, title, options, closes)| {
            Action::PollCreate(PollCreate { group: GroupId(group), title, options, closes: Height(closes) })
        }),
        (bytes32(), field(), any::<u8>(), field(), any::<u64>()).prop_map(|(poll, root, choice, nullifier, weight)| {
            Action::PollVote(PollVote { poll: PollId(poll), root, choice, nullifier, weight })
        }),
        bytes32().prop_map(|proof| Action::Require(Require { proof: ProofId(proof) })),
        name().prop_map(|name| Action::IssuerCreate(IssuerCreate { name })),
        (bytes32(), vec(field(), 0..4)).prop_map(|(issuer, leaves)| Action::CredentialIssue(CredentialIssue {
            issuer: IssuerId(issuer),
            leaves: List::new(leaves).unwrap()
        })),
        (bytes32(), any::<u32>())
            .prop_map(|(issuer, index)| Action::CredentialRevoke(CredentialRevoke { issuer: IssuerId(issuer), index })),
    ]
}

fn authorization() -> impl Strategy<Value = Authorization> {
    prop_oneof![
        (bytes32(), any::<u64>()).prop_map(|(key, sequence)| Authorization::Account {
            public_key: PublicKey(key),
            sequence: Sequence(sequence)
        }),
        (vec(bytes32(), 0..16), any::<u8>(), any::<u64>()).prop_map(|(keys, threshold, sequence)| {
            // Decoding accepts any policy; whether it makes sense is a stateless rule, tested in `exec`.
            let keys = List::new(keys.into_iter().map(PublicKey).collect()).unwrap();
            Authorization::Multisig { policy: MultisigPolicy { threshold, keys }, sequence: Sequence(sequence) }
        }),
        Just(Authorization::Shielded),
    ]
}

fn body() -> impl Strategy<Value = TxBody> {
    let numbers = (any::<u8>(), any::<u64>(), any::<u64>(), any::<u64>(), any::<u64>());
    (bytes32(), numbers, authorization(), vec(action(), 0..5)).prop_map(
        |(genesis, (version, expiry, gas, fee, tip), authorization, actions)| TxBody {
            version,
            genesis_id: GenesisId(genesis),
            expiry: Height(expiry),
            gas_limit: Gas(gas),
            max_fee_per_gas: Price(fee),
            max_tip_per_gas: Price(tip),
            authorization,
            actions: List::new(actions).unwrap(),
        },
    )
}

pub fn tx() -> impl Strategy<Value = Tx> {
    let signatures = vec((any::<u8>(), signature()), 0..3);
    (body(), signatures, vec(proof(), 0..3), vec(opaque::<64>(), 0..3)).prop_map(
        |(body, signatures, proofs, spends)| {
            let signatures = signatures
                .into_iter()
                .map(|(key_index, signature)| IndexedSignature { key_index, signature })
                .collect();
            let witness = Witness {
                signatures: List::new(signatures).unwrap(),
                proofs: List::new(proofs).unwrap(),
                spend_signatures: List::new(spends.into_iter().map(SpendSignature).collect()).unwrap(),
            };
            Tx { body, witness }
        },
    )
}

fn certificate() -> impl Strategy<Value = CommitCertificate> {
    (any::<u64>(), any::<u32>(), bytes32(), vec(any::<u8>(), 0..=16), vec(signature(), 0..5)).prop_map(
        |(height, round, block, signers, signatures)| CommitCertificate {
            height: Height(height),
            round: Round(round),
            block_id: BlockId(block),
            signers: Bytes::new(signers).unwrap(),
            signatures: List::new(signatures).unwrap(),
        },
    )
}

pub fn header() -> impl Strategy<Value = Header> {
    let numbers = (any::<u16>(), any::<u64>(), any::<u32>(), any::<u64>(), any::<u32>(), any::<u64>());
    (numbers, any::<[[u8; 32]; 9]>()).prop_map(|((version, height, round, time, length, fee), ids)| Header {
        version,
        genesis_id: GenesisId(ids[0]),
        height: Height(height),
        round: Round(round),
        time_ms: UnixMillis(time),
        parent: BlockId(ids[1]),
        proposer: Address(ids[2]),
        body_root: BodyRoot(ids[3]),
        body_length: length,
        last_commit: CertificateHash(ids[4]),
        state_root: StateRoot(ids[5]),
        receipts_root: ReceiptsRoot(ids[6]),
        base_fee: Price(fee),
        validators_hash: ValidatorsHash(ids[7]),
        next_validators_hash: ValidatorsHash(ids[8]),
    })
}

pub fn block() -> impl Strategy<Value = Block> {
    let txs = vec(vec(any::<u8>(), 0..60), 0..6);
    (header(), proptest::option::of(certificate()), txs).prop_map(|(header, last_commit, txs)| {
        let txs = txs.into_iter().map(|bytes| RawTx::new(bytes).unwrap()).collect();
        Block { header, body: BlockBody { last_commit, txs: List::new(txs).unwrap() } }
    })
}

pub fn validators(most: usize) -> impl Strategy<Value = ValidatorSet> {
    vec((bytes32(), 1u64..1_000_000), 1..=most).prop_map(|pairs| {
        let mut list: Vec<Validator> = pairs
            .into_iter()
            .map(|(key, power)| Validator { public_key: PublicKey(key), power: Power(power) })
            .collect();
        list.sort_by_key(|validator| validator.public_key);
        list.dedup_by_key(|validator| validator.public_key);
        ValidatorSet::new(list).unwrap()
    })
}
