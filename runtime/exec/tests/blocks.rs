//! Every rule of `validate`, broken one at a time by a proposer that means no good.
#![allow(clippy::unwrap_used, clippy::type_complexity)]

use tacit_exec::error::ValidateError;
use tacit_exec::testing::{MemoryChain, TestKey, sign, transfer};
use tacit_exec::{BlockInvalid, Mode};
use tacit_types::limits::CLOCK_DRIFT_MS_MAX;
use tacit_types::*;

fn chain_at_height_two() -> MemoryChain {
    let mut chain = MemoryChain::new(4, 4);
    for _ in 0..2 {
        let key = chain.accounts[0].clone();
        let tx = chain.transfer(&key, key.address(), 1);
        chain.run(&[tx]);
    }
    chain
}

fn refusal(chain: &MemoryChain, block: &Block) -> BlockInvalid {
    match chain.validate(&block.encode(), Mode::Decided) {
        Err(ValidateError::Invalid(reason)) => reason,
        other => panic!("expected an invalid block, got {other:?}"),
    }
}

/// Makes the header commit to the body it has.
fn reseal(mut block: Block) -> Block {
    block.header.body_root = block.body.root();
    block.header.body_length = u32::try_from(block.body.encoded_length()).unwrap();
    block.header.last_commit = block.body.last_commit_hash();
    block
}

fn with_txs(block: &Block, txs: &[Tx]) -> Block {
    let raws = txs.iter().map(|tx| RawTx::new(tx.encode()).unwrap()).collect();
    let mut block = block.clone();
    block.body.txs = List::new(raws).unwrap();
    reseal(block)
}

#[test]
fn the_honest_block_is_valid_and_so_is_the_empty_one() {
    let chain = chain_at_height_two();
    let key = &chain.accounts[1];
    let block = chain.build(&[chain.transfer(key, key.address(), 1)]);
    assert!(chain.validate(&block.encode(), Mode::Decided).is_ok());
    assert!(chain.validate(&chain.build(&[]).encode(), Mode::Decided).is_ok());
}

#[test]
fn each_wrong_header_field_is_named() {
    let chain = chain_at_height_two();
    let good = chain.build(&[]);
    let cases: Vec<(&str, Box<dyn Fn(&mut Header)>)> = vec![
        ("version", Box::new(|header| header.version += 1)),
        ("genesis_id", Box::new(|header| header.genesis_id = GenesisId::of(&[b"x"]))),
        ("height", Box::new(|header| header.height = header.height.next())),
        ("parent", Box::new(|header| header.parent = BlockId::of(&[b"x"]))),
        ("proposer", Box::new(|header| header.proposer = Address::SYSTEM)),
        ("proposer", Box::new(|header| header.round = Round(1))),
        ("base_fee", Box::new(|header| header.base_fee = Price(header.base_fee.0 + 1))),
        ("state_root", Box::new(|header| header.state_root = StateRoot::of(&[b"x"]))),
        ("receipts_root", Box::new(|header| header.receipts_root = ReceiptsRoot::of(&[b"x"]))),
        ("validators_hash", Box::new(|header| header.validators_hash = ValidatorsHash::of(&[b"x"]))),
        ("next_validators_hash", Box::new(|header| header.next_validators_hash = ValidatorsHash::of(&[b"x"]))),
        ("last_commit", Box::new(|header| header.last_commit = CertificateHash::of(&[b"x"]))),
        ("body_root", Box::new(|header| header.body_root = BodyRoot::of(&[b"x"]))),
        ("body_length", Box::new(|header| header.body_length += 1)),
        ("time_ms", Box::new(|header| header.time_ms = UnixMillis(1))),
    ];
    for (expected, change) in cases {
        let mut block = good.clone();
        change(&mut block.header);
        match refusal(&chain, &block) {
            BlockInvalid::Header { field, .. } => assert_eq!(field, expected),
            other => panic!("{expected}: {other}"),
        }
    }
}

#[test]
fn the_clock_bounds_live_proposals_and_only_those() {
    let chain = chain_at_height_two();
    let block = chain.build(&[]);
    let time = block.header.time_ms.0;
    let live = |now: u64| chain.validate(&block.encode(), Mode::Live { now: UnixMillis(now) });
    assert!(live(time - CLOCK_DRIFT_MS_MAX).is_ok());
    let early = live(time - CLOCK_DRIFT_MS_MAX - 1);
    assert!(matches!(early, Err(ValidateError::Invalid(BlockInvalid::FromTheFuture { .. }))), "{early:?}");
    assert!(chain.validate(&block.encode(), Mode::Decided).is_ok());
}

#[test]
fn undecodable_padded_and_oversized_blocks_are_refused() {
    let chain = chain_at_height_two();
    let bytes = chain.build(&[]).encode();
    let refused = |bytes: &[u8]| {
        matches!(chain.validate(bytes, Mode::Decided), Err(ValidateError::Invalid(BlockInvalid::Decode(_))))
    };
    for length in 0..bytes.len() {
        assert!(refused(&bytes[..length]), "cut to {length}");
    }
    let mut padded = bytes.clone();
    padded.push(0);
    assert!(refused(&padded));
    assert!(refused(&vec![0; limits::BLOCK_BYTES_MAX + 1]));
}

#[test]
fn a_last_commit_that_proves_nothing_is_refused() {
    let chain = chain_at_height_two();
    let good = chain.build(&[]);
    let certificate = good.body.last_commit.clone().unwrap();
    let with = |last_commit: Option<CommitCertificate>| {
        let mut block = good.clone();
        block.body.last_commit = last_commit;
        refusal(&chain, &reseal(block))
    };
    let assert_refused = |last_commit: Option<CommitCertificate>, why: &str| {
        let reason = with(last_commit);
        assert!(matches!(reason, BlockInvalid::LastCommit(_)), "{why}: {reason}");
    };
    assert_refused(None, "missing");
    assert_refused(Some(chain.certify(certificate.height, BlockId::of(&[b"other"]))), "another block");
    assert_refused(Some(chain.certify(certificate.height.next(), certificate.block_id)), "another height");
    let mut forged = certificate.clone();
    let mut signatures = forged.signatures.to_vec();
    signatures[2].0[3] ^= 1;
    forged.signatures = List::new(signatures).unwrap();
    assert_refused(Some(forged), "a forged signature");
    let mut few = certificate.clone();
    few.signers = Bytes::new(vec![0b0011]).unwrap();
    few.signatures = List::new(certificate.signatures[..2].to_vec()).unwrap();
    assert_refused(Some(few), "half of the power");
    let mut unused_bit = certificate.clone();
    unused_bit.signers = Bytes::new(vec![certificate.signers[0] | 0b1000_0000]).unwrap();
    assert_refused(Some(unused_bit), "a bit outside the set");
    let mut other_round = certificate;
    other_round.round = Round(1);
    assert_refused(Some(other_round), "signatures for another round");
}

#[test]
fn three_of_four_signatures_are_enough() {
    let chain = chain_at_height_two();
    let mut block = chain.build(&[]);
    let mut certificate = block.body.last_commit.clone().unwrap();
    certificate.signers = Bytes::new(vec![0b1011]).unwrap();
    let kept = [0, 1, 3].map(|index: usize| certificate.signatures[index]);
    certificate.signatures = List::new(kept.to_vec()).unwrap();
    block.body.last_commit = Some(certificate);
    assert!(chain.validate(&reseal(block).encode(), Mode::Decided).is_ok());
}

#[test]
fn a_first_block_with_a_last_commit_is_refused() {
    let chain = MemoryChain::new(1, 1);
    let mut block = chain.build(&[]);
    block.body.last_commit = Some(chain.certify(Height(0), BlockId::default()));
    assert!(matches!(refusal(&chain, &reseal(block)), BlockInvalid::LastCommit(_)));
}

#[test]
fn a_block_with_a_bad_signature_a_bad_decoding_or_a_duplicate_is_invalid_and_gives_no_receipt() {
    let chain = chain_at_height_two();
    let key = &chain.accounts[1];
    let good = chain.build(&[]);
    let tx = chain.transfer(key, key.address(), 1);
    let mut forged = tx.clone();
    forged.body.gas_limit = Gas(forged.body.gas_limit.0 + 1);
    let reason = refusal(&chain, &with_txs(&good, &[forged]));
    assert!(matches!(&reason, BlockInvalid::Tx { index: 0, reject } if reject.code == RejectCode::SignatureInvalid));
    let reason = refusal(&chain, &with_txs(&good, &[tx.clone(), tx]));
    assert!(matches!(reason, BlockInvalid::DuplicateTx { index: 1 }), "{reason}");
    let mut garbage = good;
    garbage.body.txs = List::new(vec![RawTx::new(vec![1, 2, 3]).unwrap()]).unwrap();
    let reason = refusal(&chain, &reseal(garbage));
    assert!(matches!(&reason, BlockInvalid::Tx { reject, .. } if reject.code == RejectCode::Malformed), "{reason}");
}

#[test]
fn a_block_in_which_somebody_cannot_be_charged_is_invalid() {
    let chain = chain_at_height_two();
    let good = chain.build(&[]);
    let rich = &chain.accounts[1];
    let charge_refusal = |tx: Tx| match refusal(&chain, &with_txs(&good, &[tx])) {
        BlockInvalid::Charge { reject, .. } => reject.code,
        other => panic!("{other}"),
    };
    let changed = |change: &dyn Fn(&mut TxBody)| {
        let mut body = chain.body(rich, vec![transfer(rich.address(), 1)]);
        change(&mut body);
        sign(rich, body)
    };
    let sequence = |number| Authorization::Account { public_key: rich.public(), sequence: Sequence(number) };
    let veteran = &chain.accounts[0];
    let mut stale = chain.body(veteran, vec![transfer(veteran.address(), 1)]);
    stale.authorization = Authorization::Account { public_key: veteran.public(), sequence: Sequence(1) };
    assert_eq!(charge_refusal(sign(veteran, stale)), RejectCode::SequenceTooLow);
    assert_eq!(charge_refusal(changed(&|body| body.authorization = sequence(1))), RejectCode::SequenceTooHigh);
    assert_eq!(charge_refusal(changed(&|body| body.expiry = Height(2))), RejectCode::Expired);
    assert_eq!(charge_refusal(changed(&|body| body.expiry = Height(200_000))), RejectCode::ExpiryTooFar);
    let free = |body: &mut TxBody| (body.max_fee_per_gas, body.max_tip_per_gas) = (Price(0), Price(0));
    assert_eq!(charge_refusal(changed(&free)), RejectCode::UnderPriced);
    let poor = TestKey::new(4242);
    assert_eq!(charge_refusal(chain.transfer(&poor, poor.address(), 1)), RejectCode::CannotPayFee);
}

#[test]
fn an_expiry_is_good_up_to_and_including_its_height() {
    let mut chain = chain_at_height_two();
    let key = chain.accounts[1].clone();
    let mut body = chain.body(&key, vec![transfer(key.address(), 1)]);
    body.expiry = chain.next().height;
    assert!(chain.run(&[sign(&key, body)]).receipts[0].succeeded());
}

#[test]
fn sums_of_gas_and_counts_beyond_the_limits_make_a_block_invalid() {
    let mut params = tacit_exec::testing::params();
    params.block_gas_limit = Gas(4_000_000);
    params.block_txs_max = 2;
    let chain = MemoryChain::with_params(1, 3, params);
    let txs: Vec<Tx> = chain.accounts.iter().map(|key| chain.transfer(key, key.address(), 1)).collect();
    let good = chain.build(&[]);
    let reason = refusal(&chain, &with_txs(&good, &txs[..2]));
    assert!(matches!(reason, BlockInvalid::OverLimit { what: "gas", .. }), "{reason}");
    let reason = refusal(&chain, &with_txs(&good, &txs));
    assert!(matches!(reason, BlockInvalid::OverLimit { what: "number of transactions", .. }), "{reason}");
    assert_eq!(chain.build(&txs).body.txs.len(), 1, "the builder keeps to the limits");
}
