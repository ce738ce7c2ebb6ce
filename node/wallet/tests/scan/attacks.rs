//! Nodes and senders that lie. Numbers are those of the catalogue of attacks that the specification names.

use super::{address, busy_chain, dense_chain, full, open, pay, spendable, sync, synced};
use tacit_types::FieldBytes;
use tacit_wallet::WalletError;
use tacit_wallet::shielded::store::Store;
use tacit_wallet::shielded::testing::MemoryChain;
use tacit_wallet::shielded::witness::witnesses;

/// #20, faerie gold: a sender makes two notes of which the receiver is to be able to spend only one. Here equal notes lie
/// at two positions, so that they have two nullifiers: both are money, and both can be spent.
#[test]
fn attack_20_equal_commitments_are_two_notes_with_two_nullifiers() {
    let mut chain = MemoryChain::new(20);
    let to = address(0, 0);
    let original = chain.paying([pay(&to, 50), None], &[]);
    let mut twin = chain.foreign();
    twin.outputs[1] = original.outputs[0].clone();
    chain.add(vec![original.clone(), twin]);
    let mut later = chain.foreign();
    later.outputs[0] = original.outputs[0].clone();
    chain.add(vec![later]);
    let home = tempfile::tempdir().unwrap();
    let mut wallet = synced(home.path(), full(0), &chain);
    let notes: Vec<_> = wallet.spendable().map(|own| (own.position, own.nullifier.unwrap())).collect();
    assert_eq!(notes.iter().map(|(position, _)| *position).collect::<Vec<_>>(), [0, 3, 4]);
    assert!(notes[0].1 != notes[1].1 && notes[1].1 != notes[2].1 && notes[0].1 != notes[2].1);
    assert_eq!(spendable(&wallet), 150);
    let spend = chain.paying([None, None], &[notes[1].1]);
    chain.add(vec![spend]);
    sync(&mut wallet, &chain).unwrap();
    assert_eq!(wallet.spendable().map(|own| own.position).collect::<Vec<_>>(), [0, 4], "the others stay spendable");
    let leaf = wallet.spendable().next().unwrap().note.commitment().unwrap();
    drop(wallet);
    let (mut store, _) = Store::open(home.path(), &full(0), chain.genesis_id).unwrap();
    let found = witnesses(&mut store, &[0, 4]).unwrap();
    for path in &found.paths {
        assert_eq!(path.root(&leaf).unwrap(), found.anchor);
    }
}

/// A node that shows one block twice would double a balance, if positions were not followed.
#[test]
fn attack_20_a_block_shown_twice_adds_nothing() {
    let mut chain = busy_chain(30, 10);
    let mut doubled = chain.blocks[&10].clone();
    doubled.height = tacit_types::Height(11);
    chain.blocks.insert(11, doubled);
    let home = tempfile::tempdir().unwrap();
    let mut wallet = open(home.path(), full(0), &chain);
    let error = sync(&mut wallet, &chain).unwrap_err();
    assert!(matches!(error, WalletError::BadChain { from: 1, to: 30, .. }), "{error}");
    assert_eq!(spendable(&wallet), 0);
}

/// Every lie that a node can tell about one block: each ends in an error that names heights, and leaves the wallet as it
/// was.
#[test]
fn a_node_that_contradicts_itself_is_refused_by_the_heights_it_lied_about() {
    let honest = busy_chain(60, 6);
    let home = tempfile::tempdir().unwrap();
    type Lie = fn(&mut MemoryChain);
    let lies: [(&str, Lie); 8] = [
        ("a commitment is another", |chain| edit(chain, |block| block.outputs[0].commitment = FieldBytes([1; 32]))),
        ("two outputs are swapped", |chain| edit(chain, |block| block.outputs.swap(0, 1))),
        ("a commitment is no field element", |chain| {
            edit(chain, |block| block.outputs[1].commitment = FieldBytes([0xff; 32]));
        }),
        ("a block is left out", |chain| {
            chain.blocks.remove(&30);
        }),
        ("the first position is wrong", |chain| chain.blocks.get_mut(&30).unwrap().first_position += 2),
        ("positions wrap", |chain| chain.blocks.get_mut(&1).unwrap().first_position = u64::MAX - 1),
        ("a block is of another height", |chain| chain.blocks.get_mut(&30).unwrap().height.0 = 29),
        ("a block has no join-splits", |chain| {
            chain.blocks.get_mut(&60).unwrap().join_splits = tacit_types::List::default();
        }),
    ];
    for (name, lie) in lies {
        let mut chain = honest.clone();
        lie(&mut chain);
        let mut wallet = open(home.path(), full(0), &honest);
        let error = sync(&mut wallet, &chain).unwrap_err();
        let named = matches!(error, WalletError::BadChain { .. } | WalletError::Statement(_));
        assert!(named, "{name}: {error}");
        drop(wallet);
    }
    let mut wallet = open(home.path(), full(0), &honest);
    sync(&mut wallet, &honest).unwrap();
    assert_eq!(spendable(&wallet), (1..=10).sum::<u128>(), "an honest node mends everything");
}

fn edit(chain: &mut MemoryChain, change: impl Fn(&mut tacit_types::shielded::CompactJoinSplit)) {
    let block = chain.blocks.get_mut(&30).unwrap();
    let mut join_splits = block.join_splits.clone().into_vec();
    change(&mut join_splits[0]);
    block.join_splits = tacit_types::List::new(join_splits).unwrap();
}

#[test]
fn wrong_subtree_roots_are_noticed() {
    let mut chain = dense_chain(520, 130);
    let right = chain.subtree_roots[0];
    for wrong in [vec![], vec![tacit_circuits::FieldBytes([1; 32])], vec![tacit_circuits::modulus_bytes()]] {
        chain.subtree_roots = wrong;
        let home = tempfile::tempdir().unwrap();
        let mut wallet = open(home.path(), full(0), &chain);
        assert!(sync(&mut wallet, &chain).is_err());
        chain.subtree_roots = vec![right];
        sync(&mut wallet, &chain).unwrap();
        assert_eq!(spendable(&wallet), 1 + 2 + 3 + 4);
    }
}

/// #46: a wallet asks every node for the same things, whatever it owns.
#[test]
fn attack_46_what_is_asked_for_does_not_depend_on_what_is_found() {
    use std::sync::Mutex;
    use tacit_wallet::shielded::source::{BlockSource, Page, Tip};
    struct Listening<'a>(&'a MemoryChain, Mutex<Vec<(u64, u32)>>);
    impl BlockSource for Listening<'_> {
        fn tip(&self) -> Result<Tip, WalletError> {
            self.0.tip()
        }
        fn blocks(&self, from: u64, limit: u32, memos: bool) -> Result<Page, WalletError> {
            self.1.lock().unwrap().push((from, limit));
            self.0.blocks(from, limit, memos)
        }
        fn subtree_roots(&self, start: u32) -> Result<Vec<tacit_circuits::FieldBytes>, WalletError> {
            self.1.lock().unwrap().push((u64::MAX, start));
            self.0.subtree_roots(start)
        }
    }
    let chain = dense_chain(520, 50);
    let heard = [0, 1].map(|index| {
        let source = Listening(&chain, Mutex::new(Vec::new()));
        let home = tempfile::tempdir().unwrap();
        let mut wallet = open(home.path(), full(index), &chain);
        sync(&mut wallet, &source).unwrap();
        let positions: Vec<u32> = wallet.spendable().map(|own| own.position).collect();
        assert_eq!(positions.is_empty(), index == 1);
        drop(wallet);
        let (mut store, _) = Store::open(home.path(), &full(index), chain.genesis_id).unwrap();
        witnesses(&mut store, &positions).unwrap();
        source.1.into_inner().unwrap()
    });
    assert_eq!(heard[0], heard[1]);
}
