//! Twins: the same transaction with other proof bytes. One id, another full hash, and a verdict of its own.

use crate::prover::*;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use tacit_exec::error::ValidateError;
use tacit_exec::stateless::check_all;
use tacit_exec::testing::{MemoryChain, TestKey, later, params, sign, with_proofs};
use tacit_exec::validate::{CheckCache, Context};
use tacit_exec::{BlockInvalid, CheckedTx, Mode, validate};
use tacit_types::*;

fn full_hash(tx: &Tx) -> FullHash {
    RawTx::new(tx.encode()).unwrap().full_hash()
}

fn twin(tx: &Tx, proof: [u8; 128]) -> Tx {
    let twin = with_proofs(tx.clone(), vec![ProofBytes(proof)]);
    assert_eq!(twin.id(), tx.id(), "proof bytes are no effect");
    assert_ne!(full_hash(&twin), full_hash(tx));
    twin
}

/// A block with exactly `txs`, whatever they are.
fn block_of(chain: &MemoryChain, txs: &[Tx]) -> Block {
    let mut block = chain.build(&[]);
    block.body.txs = List::new(txs.iter().map(|tx| RawTx::new(tx.encode()).unwrap()).collect()).unwrap();
    block.header.body_root = block.body.root();
    block.header.body_length = u32::try_from(block.body.encoded_length()).unwrap();
    block
}

fn invalid(verdict: Result<tacit_exec::ValidBlock, ValidateError>) -> BlockInvalid {
    match verdict {
        Err(ValidateError::Invalid(reason)) => reason,
        other => panic!("expected an invalid block, got {other:?}"),
    }
}

fn range_tx(chain: &MemoryChain, key: &TestKey) -> (Tx, [u8; 128]) {
    let proven = range(&Use::of(chain, key));
    (tx(chain, key, std::slice::from_ref(&proven)), proven.1)
}

#[test]
fn a_twin_with_garbage_for_a_proof_is_refused_and_so_is_its_block() {
    let (mut chain, alice, _) = start();
    let (good, proof) = range_tx(&chain, &alice);
    let mut garbage = vec![[0; 128], [0xff; 128], [7; 128]];
    for byte in 0..128 {
        let mut flipped = proof;
        flipped[byte] ^= 1 << (byte % 8);
        garbage.push(flipped);
    }
    for bytes in garbage {
        assert_eq!(refused(&chain, &twin(&good, bytes)), RejectCode::ProofInvalid, "{bytes:?}");
    }
    for threads in [1, 2] {
        let bytes = block_of(&chain, &[twin(&good, [0; 128])]).encode();
        let reason = invalid(chain.validate_with(&bytes, Mode::Decided, threads));
        let BlockInvalid::Tx { index: 0, reject } = &reason else { panic!("{reason}") };
        assert_eq!(reject.code, RejectCode::ProofInvalid);
    }
    assert!(chain.run(&[good]).receipts[0].succeeded());
}

/// Remembers every verdict it hears of.
#[derive(Default)]
struct Memory(Mutex<BTreeMap<[u8; 32], Arc<CheckedTx>>>);

impl CheckCache for Memory {
    fn get(&self, hash: &FullHash) -> Option<Arc<CheckedTx>> {
        self.0.lock().unwrap().get(&hash.0).cloned()
    }
    fn put(&self, tx: Arc<CheckedTx>) {
        self.0.lock().unwrap().insert(tx.full_hash().0, tx);
    }
}

#[test]
fn attack_37_a_known_good_transaction_does_not_vouch_for_its_twin() {
    let (chain, alice, _) = start();
    let (good, _) = range_tx(&chain, &alice);
    let cache = Memory::default();
    let decide = |tx: &Tx| {
        let context = Context {
            rules: &chain.rules,
            tip: &chain.tip,
            state: &chain.state,
            cache: &cache,
            seed: [3; 32],
            threads: 1,
        };
        validate(&context, &block_of(&chain, std::slice::from_ref(tx)).encode(), Mode::Decided)
    };
    assert!(decide(&good).is_ok());
    assert_eq!(cache.0.lock().unwrap().len(), 1);
    assert!(matches!(invalid(decide(&twin(&good, [0; 128]))), BlockInvalid::Tx { .. }));
    assert_eq!(cache.0.lock().unwrap().len(), 1, "a refused twin is not remembered");
    assert!(decide(&good).is_ok());
}

/// A header says which witness its body has, so a body with another one is not the block's, and the block is none the
/// worse for it.
#[test]
fn attack_38_a_header_is_not_blamed_for_a_body_that_is_not_its_own() {
    let (mut chain, alice, _) = start();
    let (good, proof) = range_tx(&chain, &alice);
    let honest = block_of(&chain, std::slice::from_ref(&good));
    for bytes in [[0; 128], negated(proof)] {
        let mut foreign = honest.clone();
        let raw = RawTx::new(twin(&good, bytes).encode()).unwrap();
        foreign.body.txs = List::new(vec![raw]).unwrap();
        let reason = invalid(chain.validate(&foreign.encode(), Mode::Decided));
        assert!(matches!(reason, BlockInvalid::Header { field: "body_root", .. }), "{reason}");
    }
    assert!(chain.validate(&honest.encode(), Mode::Decided).is_ok());
    assert!(chain.run(&[good]).receipts[0].succeeded());
}

/// Negates the first two points of a proof, which leaves their pairing as it is: anybody can do that.
fn negated(mut proof: [u8; 128]) -> [u8; 128] {
    for last_byte_of_point in [31, 95] {
        proof[last_byte_of_point] ^= 0x80;
    }
    proof
}

#[test]
fn attack_09_a_twin_with_another_valid_proof_is_valid_and_only_one_of_them_fits_into_a_block() {
    let (chain, alice, _) = start();
    let (good, proof) = range_tx(&chain, &alice);
    let (_, again) = range_with_seed(&Use::of(&chain, &alice), 99);
    let mut roots = Vec::new();
    for bytes in [negated(proof), again] {
        let other = twin(&good, bytes);
        assert!(chain.check(&other).is_ok(), "Groth16 proofs are malleable");
        let reason = invalid(chain.validate(&block_of(&chain, &[good.clone(), other.clone()]).encode(), Mode::Decided));
        assert!(matches!(reason, BlockInvalid::DuplicateTx { index: 1 }), "{reason}");
        assert_eq!(chain.build(&[good.clone(), other.clone()]).body.txs.len(), 1, "the builder takes the first");
        let (mut fresh, ..) = start();
        fresh.run(&[other]);
        roots.push((fresh.tip.state_root, fresh.tip.receipts_root));
    }
    let (mut fresh, ..) = start();
    fresh.run(&[good]);
    roots.push((fresh.tip.state_root, fresh.tip.receipts_root));
    assert!(roots.iter().all(|root| *root == roots[0]), "twins have the same effects: {roots:?}");
}

/// `count` transactions of one sender, one after the other, all with the same proof.
fn many(chain: &MemoryChain, key: &TestKey, count: u64) -> Vec<Tx> {
    let (statement, proof) = range(&Use::of(chain, key));
    let one = |ahead| {
        let mut body = chain.body(key, vec![Action::Prove(statement.clone())]);
        let sequence = later(body.authorization.sequence(), ahead);
        body.authorization = Authorization::Account { public_key: key.public(), sequence };
        with_proofs(sign(key, body), vec![ProofBytes(proof)])
    };
    (0..count).map(one).collect()
}

#[test]
fn verdicts_on_proofs_do_not_depend_on_company_seed_or_threads() {
    let (chain, alice, _) = start();
    let mut txs = many(&chain, &alice, 70);
    for index in (0..txs.len()).filter(|index| index % 7 == 3) {
        let mut proof = txs[index].witness.proofs[0].0;
        proof[40 + index % 8] ^= 4;
        txs[index] = twin(&txs[index], proof);
    }
    let raws: Vec<RawTx> = txs.iter().map(|tx| RawTx::new(tx.encode()).unwrap()).collect();
    for (seed, threads) in [([0; 32], 1), ([1; 32], 2), ([255; 32], 3)] {
        let verdicts = check_all(&chain.rules, raws.clone(), seed, threads);
        for (index, verdict) in verdicts.iter().enumerate() {
            let code = verdict.as_ref().err().map(|reject| reject.code);
            let expected = (index % 7 == 3).then_some(RejectCode::ProofInvalid);
            assert_eq!(code, expected, "transaction {index}, {threads} threads");
        }
    }
}

#[test]
fn more_proofs_than_a_block_may_hold_make_it_invalid() {
    let mut params = params();
    params.block_proofs_max = 2;
    let mut chain = MemoryChain::with_params(1, 1, params);
    let key = chain.accounts[0].clone();
    let txs = many(&chain, &key, 3);
    let reason = invalid(chain.validate(&block_of(&chain, &txs).encode(), Mode::Decided));
    assert!(matches!(reason, BlockInvalid::OverLimit { what: "number of proofs", found: 3, limit: 2 }), "{reason}");
    let block = chain.build(&txs);
    assert_eq!(block.body.txs.len(), 2, "the builder keeps to the limit");
    assert!(chain.commit(&block).receipts.iter().all(Receipt::succeeded));
}
