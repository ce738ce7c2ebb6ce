//! Transactions that wallets build, on a chain that judges them: real proofs, real blocks.

use super::support::key;
use super::world::{TOKEN, World, address, coins, pay, prover};
use tacit_circuits::ProofBytes;
use tacit_types::asset::Sweep;
use tacit_types::shielded::Shape;
use tacit_types::{Action, Amount, AssetId, Authorization, Gas, Tx};
use tacit_wallet::WalletError;
use tacit_wallet::shielded::build::{Payer, Stage};
use tacit_wallet::shielded::plan::{Coin, Extras, Recipient, split};
use tacit_wallet::shielded::prover::{ProofJob, ProofService};
use tacit_wallet::shielded::{Memo, ProverError, recover_sent, try_decrypt};

#[test]
fn money_is_shielded_sent_with_a_memo_and_unshielded_and_the_chain_agrees_with_every_wallet() {
    let mut world = World::funded(&[100 * TOKEN]);
    assert_eq!(world.balance(1), 100 * TOKEN);
    assert_eq!(world.notes(&key(1)).len(), 2, "shielded money arrives in two notes");
    assert_eq!(world.chain.turnstile(&AssetId::NATIVE), 100 * TOKEN);

    let tx = world.send(1, vec![pay(7 * TOKEN, Recipient::Shielded(address(2, 5)), "for the bread")]).unwrap();
    assert_eq!(tx.body.authorization, Authorization::Shielded);
    let fee = tx.body.gas_limit.cost(tx.body.max_fee_per_gas).0;
    let receipt = world.run(&tx);
    assert!(receipt.gas_used <= tx.body.gas_limit, "{:?} of {:?}", receipt.gas_used, tx.body.gas_limit);
    assert_eq!((world.balance(1), world.balance(2)), (93 * TOKEN - fee, 7 * TOKEN));
    assert_eq!(world.chain.turnstile(&AssetId::NATIVE), 100 * TOKEN - fee);
    check_memo_and_history(&world);

    let to = World::account(2).address();
    let before = world.chain.account(&to).balance.0;
    let tx = world.send(1, vec![pay(3 * TOKEN, Recipient::Account(to), "")]).unwrap();
    world.run(&tx);
    assert_eq!(world.chain.account(&to).balance.0, before + 3 * TOKEN);
}

/// The receiver reads the memo; the sender's viewing key reads what it sent, and the change is its own.
fn check_memo_and_history(world: &World) {
    let join_split = &world.blocks.last().unwrap().join_splits[0];
    let extras = join_split.extras.as_ref().unwrap();
    let outputs: Vec<_> = join_split.outputs.iter().collect();
    let receiver = key(2);
    let received = try_decrypt(receiver.full_viewing_key().incoming(), &outputs);
    let [(_, note)] = &received[..] else { panic!("{} notes", received.len()) };
    assert_eq!(Memo::decrypt(&extras.memo, &note.memo_key).unwrap().text().as_str(), "for the bread");
    let sender = key(1);
    let sent: Vec<_> = outputs
        .iter()
        .zip(&extras.outgoing)
        .filter_map(|(output, outgoing)| recover_sent(sender.full_viewing_key().outgoing(), output, outgoing))
        .collect();
    assert_eq!(sent.len(), 2);
    assert!(sent.iter().any(|sent| sent.address == address(2, 5) && sent.note.value == 7 * TOKEN));
}

#[test]
fn one_note_is_split_so_that_an_account_can_be_paid() {
    let mut world = World::funded(&[100 * TOKEN]);
    // A wallet that was paid has one note.
    let tx = world.send(1, vec![pay(10 * TOKEN, Recipient::Shielded(address(2, 0)), "")]).unwrap();
    world.run(&tx);
    let to = Recipient::Account(World::account(2).address());
    assert!(world.plan(2, vec![pay(TOKEN, to, "")]).is_err());
    let notes = world.notes(&key(2));
    let plan = split(&coins(&notes), world.price()).unwrap();
    let tx = world.build_with(&plan, &key(2), &notes, Payer::Pool, Vec::new(), &prover()).unwrap();
    world.run(&tx);
    assert_eq!(world.notes(&key(2)).len(), 2);
    let tx = world.send(2, vec![pay(TOKEN, to, "")]).unwrap();
    world.run(&tx);
}

#[test]
fn many_small_notes_are_spent_in_one_wide_join_split_and_extra_actions_know_their_sender() {
    let mut world = World::funded(&[2 * TOKEN, 2 * TOKEN, 2 * TOKEN]);
    assert_eq!(world.notes(&key(1)).len(), 6);
    let to = World::account(2).address();
    let before = world.chain.account(&to).balance.0;
    let extras = Extras {
        release: vec![Coin { asset: AssetId::NATIVE, value: TOKEN }],
        actions: 1,
        gas: Gas(20_000),
        ..Extras::default()
    };
    let payments = vec![pay(3 * TOKEN, Recipient::Shielded(address(2, 0)), "")];
    let (plan, notes) = world.plan_with(1, payments, extras).unwrap();
    let shapes: Vec<Shape> = plan.join_splits().map(|join_split| join_split.shape).collect();
    assert_eq!(shapes, [Shape::EightIn, Shape::TwoIn]);
    let seen = std::cell::Cell::new(None);
    let sweep = |context: &tacit_wallet::shielded::build::TxContext| {
        seen.set(Some(context.sender));
        Ok((Action::Sweep(Sweep { asset: AssetId::NATIVE, to }), None))
    };
    let mut stages = Vec::new();
    let mut tell = |progress: tacit_wallet::shielded::build::BuildProgress| {
        assert_eq!(progress.of, 2);
        stages.push((progress.stage, progress.done));
    };
    let tx =
        world.build_telling(&plan, &key(1), &notes, Payer::Pool, vec![Box::new(sweep)], &prover(), &mut tell).unwrap();
    assert_eq!(seen.get(), Some(tx.body.sender()));
    let expected = [
        (Stage::Preparing, 0),
        (Stage::Proving, 0),
        (Stage::Proving, 1),
        (Stage::Proving, 2),
        (Stage::Verifying, 0),
        (Stage::Signing, 0),
    ];
    assert_eq!(stages, expected);
    world.run(&tx);
    assert_eq!(world.balance(2), 3 * TOKEN);
    assert_eq!(world.chain.account(&to).balance.0, before + TOKEN);
}

#[test]
fn attack_10_a_changed_byte_anywhere_in_a_private_transaction_and_no_node_takes_it() {
    let world = World::funded(&[100 * TOKEN]);
    let tx = world.send(1, vec![pay(7 * TOKEN, Recipient::Shielded(address(2, 5)), "for the bread")]).unwrap();
    assert!(!world.refuses(&tx));
    let bytes = tx.encode();
    let mut decoded = 0;
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1 << (at % 8);
        if let Ok(changed) = Tx::decode(&changed) {
            decoded += 1;
            assert!(world.refuses(&changed), "byte {at} of {}", bytes.len());
        }
    }
    assert!(decoded > 1_500, "most changes reach signatures and proofs: {decoded}");
}

#[test]
fn attack_10_nobody_can_take_a_join_split_into_a_transaction_of_his_own() {
    let world = World::funded(&[100 * TOKEN]);
    let to = World::account(2).address();
    let tx = world.send(1, vec![pay(7 * TOKEN, Recipient::Account(to), "")]).unwrap();
    let thief = World::account(1).address();
    let redirect = |change: &dyn Fn(&mut Tx)| {
        let mut stolen = tx.clone();
        change(&mut stolen);
        assert!(world.refuses(&stolen));
    };
    redirect(&|tx| {
        let mut actions = tx.body.actions.clone().into_vec();
        for action in &mut actions {
            if let Action::Sweep(sweep) = action {
                sweep.to = thief;
            }
        }
        tx.body.actions = tacit_types::List::new(actions).unwrap();
    });
    redirect(&|tx| tx.body.expiry.0 += 1);
    redirect(&|tx| tx.body.genesis_id.0[0] ^= 1);
    // Another key cannot sign for the join-split either: the proof names the key.
    redirect(&|tx| {
        let secret = tacit_circuits::spend::SpendSecret::from_wide(&[5; 64]).unwrap();
        let mut actions = tx.body.actions.clone().into_vec();
        for action in &mut actions {
            if let Action::JoinSplit(join_split) = action {
                join_split.spend_key.0 = secret.public().to_bytes();
            }
        }
        tx.body.actions = tacit_types::List::new(actions).unwrap();
        let message = tx.body.sign_bytes();
        let signed = tacit_types::shielded::SpendSignature(secret.sign(&message, &[1; 80]));
        let count = tx.witness.spend_signatures.len();
        tx.witness.spend_signatures = tacit_types::List::new(vec![signed; count]).unwrap();
    });
}

/// Answers with a proof that is none, or with one of another join-split.
enum LyingProver {
    Noise,
    Other(ProofBytes),
}

impl ProofService for LyingProver {
    fn prove(&self, _: &ProofJob) -> Result<ProofBytes, ProverError> {
        Ok(match self {
            Self::Noise => ProofBytes([7; 128]),
            Self::Other(proof) => *proof,
        })
    }

    fn parallel(&self) -> usize {
        1
    }
}

/// Changes what it is asked to prove, and proves that.
struct MeddlingProver;

impl ProofService for MeddlingProver {
    fn prove(&self, job: &ProofJob) -> Result<ProofBytes, ProverError> {
        let mut other = job.clone();
        other.sighash[0] ^= 1;
        prover().prove(&other)
    }

    fn parallel(&self) -> usize {
        1
    }
}

#[test]
fn attack_47_a_proof_that_does_not_verify_never_leaves_the_wallet() {
    let world = World::funded(&[100 * TOKEN]);
    let honest = world.send(1, vec![pay(TOKEN, Recipient::Shielded(address(2, 0)), "")]).unwrap();
    let (plan, notes) = world.plan(1, vec![pay(TOKEN, Recipient::Shielded(address(2, 0)), "")]).unwrap();
    let other = LyingProver::Other(ProofBytes(honest.witness.proofs[0].0));
    let provers: [&dyn ProofService; 3] = [&LyingProver::Noise, &other, &MeddlingProver];
    for prover in provers {
        let refused = world.build_with(&plan, &key(1), &notes, Payer::Pool, Vec::new(), prover);
        assert!(matches!(refused, Err(WalletError::BadProof)), "{refused:?}");
    }
}

#[test]
fn notes_of_another_wallet_or_under_another_root_are_not_built_into_anything() {
    let mut world = World::funded(&[100 * TOKEN]);
    let (plan, notes) = world.plan(1, vec![pay(TOKEN, Recipient::Shielded(address(2, 0)), "")]).unwrap();
    // With another wallet's key the native definition of the statement fails before anything is proven.
    let stolen = world.build_with(&plan, &key(3), &notes, Payer::Pool, Vec::new(), &prover());
    assert!(matches!(stolen, Err(WalletError::Prover(_))), "{stolen:?}");
    let fewer = world.build_with(&plan, &key(1), &[], Payer::Pool, Vec::new(), &prover());
    assert!(matches!(fewer, Err(WalletError::PlanMismatch(_))));
    let account = World::account(0);
    let sequence = tacit_types::Sequence(1);
    let payer = world.build_with(&plan, &key(1), &notes, Payer::Account(&account, sequence), Vec::new(), &prover());
    assert!(matches!(payer, Err(WalletError::PlanMismatch(_))));
    let tx = world.send(1, vec![pay(TOKEN, Recipient::Shielded(address(2, 0)), "")]).unwrap();
    world.run(&tx);
    // The tree grew: paths of before do not lead to the root of now.
    let stale = world.build_with(&plan, &key(1), &notes, Payer::Pool, Vec::new(), &prover());
    assert!(matches!(stale, Err(WalletError::PlanMismatch(_))));
}

#[test]
fn two_transactions_of_one_plan_have_nothing_in_common_that_anybody_sees() {
    let world = World::funded(&[100 * TOKEN]);
    let payments = || vec![pay(TOKEN, Recipient::Shielded(address(2, 0)), "the same")];
    let (one, two) = (world.send(1, payments()).unwrap(), world.send(1, payments()).unwrap());
    let join_split = |tx: &Tx| tx.body.paying_join_split().unwrap().clone();
    let (one, two) = (join_split(&one), join_split(&two));
    assert_eq!(one.public_value, two.public_value, "the fee is the same for all");
    assert_ne!(one.spend_key, two.spend_key);
    assert_ne!(one.memo, two.memo);
    for left in &one.outputs {
        for right in &two.outputs {
            assert_ne!(left.commitment, right.commitment);
            assert_ne!(left.ephemeral_key, right.ephemeral_key);
            assert_ne!(left.ciphertext, right.ciphertext);
            assert_ne!(left.outgoing, right.outgoing);
        }
    }
    // The real note's nullifier is the same, which is what stops both from being spent; the dummy's is not.
    let shared = one.nullifiers.as_slice().iter().filter(|it| two.nullifiers.as_slice().contains(it)).count();
    assert_eq!(shared, 1);
}

#[test]
fn the_fee_of_a_plan_is_what_the_chain_takes() {
    let world = World::funded(&[100 * TOKEN]);
    let (plan, _) = world.plan(1, vec![pay(TOKEN, Recipient::Shielded(address(2, 0)), "")]).unwrap();
    let expected = u128::from(plan.gas_limit.0) * u128::from(plan.price.0);
    assert_eq!(plan.fee(), Some(Amount(expected)));
}
