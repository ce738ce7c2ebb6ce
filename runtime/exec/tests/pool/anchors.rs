//! Which roots may be named, and for how long.

use crate::support::*;
use tacit_exec::testing::MemoryChain;
use tacit_state::key;
use tacit_types::limits::ANCHOR_HEIGHTS;
use tacit_types::shielded::PublicValue;
use tacit_types::*;

fn with_anchor(chain: &MemoryChain, number: u64, anchor: FieldBytes) -> Tx {
    let mut join_split = join_split(chain, number, PublicValue::None);
    join_split.anchor = anchor;
    by_account(chain, &chain.accounts[0], vec![action(join_split)])
}

#[test]
fn attack_24_and_25_zero_foreign_and_unknown_roots_are_no_anchors() {
    let (mut chain, _) = rich_pool();
    for anchor in [FieldBytes::default(), field(1), FieldBytes([7; 32])] {
        let tx = with_anchor(&chain, 20, anchor);
        let code = match chain.run_unproven(&[tx]) {
            Ok(executed) => RejectCode::from_number(executed.receipts[0].code).unwrap(),
            Err(reject) => reject.code,
        };
        assert_eq!(code, RejectCode::AnchorUnknown, "{anchor}");
    }
}

#[test]
fn attack_5_an_anchor_a_nullifier_or_a_commitment_at_or_above_the_modulus_is_refused() {
    let (mut chain, sender) = rich_pool();
    let modulus = FieldBytes(tacit_circuits::modulus_bytes().0);
    let tx = with_anchor(&chain, 20, modulus);
    assert_eq!(refusal(&mut chain, tx), RejectCode::FieldNotCanonical);
    let mut bad = join_split(&chain, 20, PublicValue::None);
    bad.nullifiers = tacit_types::shielded::Nullifiers::One([modulus]);
    let tx = by_account(&chain, &sender, vec![action(bad)]);
    assert_eq!(refusal(&mut chain, tx), RejectCode::FieldNotCanonical);
    for commitment in [modulus, FieldBytes::default(), FieldBytes([0xff; 32])] {
        let mut bad = join_split(&chain, 20, PublicValue::None);
        bad.outputs[1].commitment = commitment;
        let tx = by_account(&chain, &sender, vec![action(bad)]);
        assert_eq!(refusal(&mut chain, tx), RejectCode::FieldNotCanonical);
    }
}

#[test]
fn the_root_inside_a_block_is_nobodys_anchor() {
    let (mut chain, sender) = rich_pool();
    let other = chain.accounts[1].clone();
    // The root that the tree would have between the two transactions.
    let leaves = [6, 7, 82, 83].map(|number| tacit_circuits::FieldBytes(field(number).0));
    let mut tree = tacit_circuits::GroupTree::new();
    tree.append(&leaves).unwrap();
    let mut second = join_split(&chain, 21, PublicValue::None);
    second.anchor = FieldBytes(tree.root().0);
    let block = [
        by_account(&chain, &sender, vec![action(join_split(&chain, 20, PublicValue::None))]),
        by_account(&chain, &other, vec![action(second)]),
    ];
    assert_eq!(codes(&mut chain, &block), [0, RejectCode::AnchorUnknown.number()]);
    assert_eq!(chain.note_tree().root.0, tree.root().0, "it became a root at the end of the block");
}

/// The window is long, so the test moves the tip instead of making twenty thousand blocks.
#[test]
fn attack_25_an_old_root_stands_for_its_window_and_not_a_height_longer() {
    let (mut chain, sender) = rich_pool();
    let old = chain.note_tree().root;
    let tx = by_account(&chain, &sender, vec![action(join_split(&chain, 20, PublicValue::None))]);
    assert_eq!(codes(&mut chain, &[tx]), [0]);
    // The block before was the last at whose end `old` was the root.
    let last = chain.tip.height.0 - 1;

    let mut at_the_edge = MemoryChain::new(1, 3);
    at_the_edge.state = chain.state.clone();
    at_the_edge.tip = tacit_exec::Tip { height: Height(last + ANCHOR_HEIGHTS - 1), ..chain.tip.clone() };
    at_the_edge.recertify();
    let tx = with_anchor(&at_the_edge, 30, old);
    assert_eq!(codes(&mut at_the_edge, &[tx]), [0]);
    let forgotten = |chain: &MemoryChain| !chain.state.iter().any(|(stored, _)| *stored == key::anchor(&old));
    assert!(forgotten(&at_the_edge), "the block at the end of the window drops the root");
    let end = key::anchor_end(Height(last));
    assert!(!at_the_edge.state.iter().any(|(stored, _)| *stored == end));
    let tx = with_anchor(&at_the_edge, 31, old);
    assert_eq!(body_failure(&mut at_the_edge, tx), RejectCode::AnchorUnknown);
}

#[test]
fn the_current_root_stands_however_long_nothing_happens() {
    let (mut chain, _) = rich_pool();
    let root = chain.note_tree().root;
    chain.tip.height = Height(chain.tip.height.0 + 10 * ANCHOR_HEIGHTS);
    chain.recertify();
    let tx = with_anchor(&chain, 20, root);
    assert_eq!(codes(&mut chain, &[tx]), [0]);
}
