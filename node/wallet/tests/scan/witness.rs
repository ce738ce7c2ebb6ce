//! Paths of own notes: equal to those of the whole tree, at the anchors that all wallets choose.

use super::{address, busy_chain, dense_chain, full, open, pay, sync, synced};
use tacit_circuits::{FieldBytes, GroupTree};
use tacit_wallet::WalletError;
use tacit_wallet::shielded::store::Store;
use tacit_wallet::shielded::testing::MemoryChain;
use tacit_wallet::shielded::witness::{witnesses, witnesses_at};

/// The whole tree after a height.
fn whole_tree(chain: &MemoryChain, height: u64) -> GroupTree {
    let mut tree = GroupTree::new();
    for (_, block) in chain.blocks.range(..=height) {
        let leaves: Vec<_> = block.commitments().map(|leaf| FieldBytes(leaf.0)).collect();
        tree.append(&leaves).unwrap();
    }
    tree
}

fn store(root: &std::path::Path, chain: &MemoryChain) -> Store {
    Store::open(root, &full(0), chain.genesis_id).unwrap().0
}

#[test]
fn every_own_note_has_its_path_at_every_anchor_over_subtrees() {
    // 128 notes a height: the second subtree begins at height 513, and the third is open.
    let chain = dense_chain(1_030, 100);
    let home = tempfile::tempdir().unwrap();
    let wallet = synced(home.path(), full(0), &chain);
    let own: Vec<_> = wallet.spendable().map(|own| (own.position, own.note.commitment().unwrap())).collect();
    drop(wallet);
    assert_eq!(own.len(), 10);
    let mut store = store(home.path(), &chain);
    for height in [512, 520, 707, 1_024, 1_030] {
        let tree = whole_tree(&chain, height);
        let here: Vec<_> = own.iter().filter(|(position, _)| u64::from(*position) < tree.count()).collect();
        let positions: Vec<u32> = here.iter().map(|(position, _)| *position).collect();
        let found = witnesses_at(&mut store, height, &positions).unwrap();
        assert_eq!((found.height, found.anchor), (height, tree.root()));
        for ((position, commitment), path) in here.iter().zip(&found.paths) {
            assert_eq!(*path, tree.path(*position).unwrap(), "position {position} at {height}");
            assert_eq!(path.root(commitment).unwrap(), found.anchor);
        }
    }
}

#[test]
fn all_wallets_choose_the_anchor_of_the_last_tenth_height_when_their_notes_are_old_enough() {
    let mut chain = busy_chain(97, 30);
    let home = tempfile::tempdir().unwrap();
    synced(home.path(), full(0), &chain);
    let old = {
        let wallet = open(home.path(), full(0), &chain);
        wallet.spendable().map(|own| own.position).collect::<Vec<_>>()
    };
    assert_eq!(witnesses(&mut store(home.path(), &chain), &old).unwrap().height, 90);
    assert_eq!(witnesses(&mut store(home.path(), &chain), &[]).unwrap().height, 90, "shielding names one too");
    let to = address(0, 0);
    let join_split = chain.paying([pay(&to, 5), None], &[]);
    let young = u32::try_from(chain.add(vec![join_split])).unwrap();
    let mut wallet = open(home.path(), full(0), &chain);
    sync(&mut wallet, &chain).unwrap();
    drop(wallet);
    assert_eq!(witnesses(&mut store(home.path(), &chain), &[young]).unwrap().height, 98, "it is too young for 90");
    chain.skip(2);
    synced(home.path(), full(0), &chain);
    assert_eq!(witnesses(&mut store(home.path(), &chain), &[young]).unwrap().height, 100);
}

#[test]
fn positions_and_heights_beyond_what_is_known_are_refused() {
    let chain = busy_chain(20, 5);
    let home = tempfile::tempdir().unwrap();
    synced(home.path(), full(0), &chain);
    let mut store = store(home.path(), &chain);
    assert!(matches!(witnesses_at(&mut store, 21, &[]), Err(WalletError::Missing)));
    assert!(matches!(witnesses_at(&mut store, 10, &[40]), Err(WalletError::Missing)), "made at height 11");
    assert!(matches!(witnesses(&mut store, &[u32::MAX]), Err(WalletError::Missing)));
    let empty = tempfile::tempdir().unwrap();
    let (mut nothing, _) = Store::open(empty.path(), &full(0), chain.genesis_id).unwrap();
    assert!(matches!(witnesses(&mut nothing, &[]), Err(WalletError::Missing)));
}

#[test]
fn a_stored_root_that_its_leaves_do_not_lead_to_is_no_anchor() {
    let mut chain = busy_chain(20, 5);
    chain.blocks.get_mut(&10).unwrap().root = tacit_types::FieldBytes([1; 32]);
    let home = tempfile::tempdir().unwrap();
    synced(home.path(), full(0), &chain);
    let mut store = store(home.path(), &chain);
    assert!(matches!(witnesses_at(&mut store, 10, &[]), Err(WalletError::BadChain { from: 10, .. })));
    assert_eq!(witnesses_at(&mut store, 11, &[]).unwrap().height, 11);
}
