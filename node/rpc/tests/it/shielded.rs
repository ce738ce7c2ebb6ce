//! The shielded pool over RPC: pages without gaps, answers that fit, nothing that is not public.

use crate::http::result;
use crate::mock::{ALICE, ASSET, Mock, serve, transfer, url};
use serde_json::{Value, json};
use tacit_rpc::client::Client;
use tacit_rpc::json::{HexArray, to_hex};
use tacit_types::shielded::{
    CompactBlock, JoinSplit, MemoCiphertext, NoteCiphertext, NoteOutput, Nullifiers, OutgoingCiphertext, PublicValue,
    SpendKeyBytes,
};
use tacit_types::{
    Action, Amount, AssetId, Authorization, Event, FieldBytes, Height, List, Network, RawTx, Tx, TxBody, TxId,
};

fn join_split(seed: u8, public_value: PublicValue) -> JoinSplit {
    let output = |side: u8| NoteOutput {
        commitment: FieldBytes([seed ^ side; 32]),
        ephemeral_key: [side; 32],
        view_tag: side,
        ciphertext: NoteCiphertext([seed; 140]),
        outgoing: OutgoingCiphertext([seed; 112]),
    };
    JoinSplit {
        anchor: FieldBytes([1; 32]),
        nullifiers: Nullifiers::One([FieldBytes([seed; 32])]),
        outputs: [output(1), output(2)],
        public_value,
        spend_key: SpendKeyBytes([seed; 32]),
        memo: MemoCiphertext([seed; 528]),
    }
}

/// Blocks at every third height, each with as many join-splits as its height.
fn fill(mock: &Mock, heights: u8) {
    for _ in 0..heights {
        mock.commit(vec![]);
    }
    let block = |height: u8| CompactBlock {
        height: Height(height.into()),
        first_position: 0,
        root: FieldBytes([height; 32]),
        join_splits: List::new(
            (0..height).map(|n| join_split(n, PublicValue::None).compact(TxId([n; 32]), 0)).collect(),
        )
        .unwrap(),
    };
    mock.compact.lock().unwrap().extend((1..=heights).filter(|height| height % 3 == 0).map(block));
}

#[tokio::test]
async fn compact_blocks_come_in_pages_that_join_without_gap_and_end_at_the_tip() {
    let (server, mock) = serve(|_| {}).await;
    fill(&mock, 20);
    let client = Client::new(&url(&server)).unwrap();
    for limit in [Some(1), Some(2), Some(4), None] {
        let (mut heights, mut from) = (vec![], 0);
        loop {
            let page = client.compact_blocks(from, limit, true).await.unwrap();
            assert_eq!((page.from, page.tip), (from, 20));
            heights.extend(page.blocks.iter().map(|block| CompactBlock::decode(&block.0).unwrap().height.0));
            let Some(next) = page.next else { break };
            assert!(next > from);
            from = next;
        }
        assert_eq!(heights, [3, 6, 9, 12, 15, 18]);
    }
}

#[tokio::test]
async fn an_answer_with_compact_blocks_stays_far_below_the_longest_response() {
    let (server, mock) = serve(|config| config.response_bytes_max = 64 * 1024).await;
    fill(&mock, 18);
    let (mut seen, mut from) = (0, 0);
    loop {
        // Whoever is refused here would never get past this height.
        let page = result(server.address(), "shielded_getBlocks", json!([from])).await;
        seen += page["blocks"].as_array().unwrap().len();
        let Some(next) = page["next"].as_u64() else { break };
        from = next;
    }
    assert_eq!(seen, 6);
}

#[tokio::test]
async fn without_memos_a_block_keeps_all_that_balances_need() {
    let (server, mock) = serve(|_| {}).await;
    fill(&mock, 6);
    let client = Client::new(&url(&server)).unwrap();
    let whole = client.compact_blocks(0, None, true).await.unwrap();
    let bare = client.compact_blocks(0, None, false).await.unwrap();
    for (whole, bare) in whole.blocks.iter().zip(&bare.blocks) {
        assert!(bare.0.len() * 5 < whole.0.len() * 3);
        let whole = CompactBlock::decode(&whole.0).unwrap();
        assert!(whole.join_splits[0].extras.is_some());
        assert_eq!(CompactBlock::decode(&bare.0).unwrap(), whole.without_extras());
    }
    assert_eq!((whole.blocks.len(), bare.blocks.len()), (2, 2));
}

#[tokio::test]
async fn a_pause_is_told_only_while_it_concerns_the_next_height() {
    let (server, mock) = serve(|_| {}).await;
    fill(&mock, 4);
    for (until, told) in [(None, Value::Null), (Some(4), Value::Null), (Some(5), json!(5)), (Some(99), json!(99))] {
        *mock.paused_until.lock().unwrap() = until.map(Height);
        let anchor = result(server.address(), "shielded_getAnchor", json!([])).await;
        assert_eq!(anchor, json!({ "height": 4, "root": to_hex(&[8; 32]), "notes": 123, "paused_until": told }));
    }
}

#[tokio::test]
async fn subtree_roots_and_nullifiers_answer_what_the_specification_says() {
    let (server, _) = serve(|_| {}).await;
    let roots = result(server.address(), "shielded_getSubtreeRoots", json!([1, 1])).await;
    assert_eq!(roots, json!({ "roots": [{ "index": 1, "root": to_hex(&[1; 32]), "height": 10 }] }));
    let end = result(server.address(), "shielded_getSubtreeRoots", json!([3])).await;
    assert_eq!(end, json!({ "roots": [] }));
    let spent = result(server.address(), "shielded_getNullifier", json!([to_hex(&[5; 32])])).await;
    assert_eq!(spent, json!({ "height": 7 }));
    let unspent = result(server.address(), "shielded_getNullifier", json!([to_hex(&[6; 32])])).await;
    assert_eq!(unspent, json!({ "height": null }));
}

#[tokio::test]
async fn assets_tell_their_supply_and_accounts_what_they_hold_page_by_page() {
    let (server, _) = serve(|_| {}).await;
    let most = u128::MAX.to_string();
    let alice = ALICE.to_text(Network::Dev);
    let gold = result(server.address(), "asset_get", json!([to_hex(&ASSET.0)])).await;
    let expected = json!({
        "asset": to_hex(&ASSET.0), "height": 0, "issuer": alice, "symbol": "GOLD", "decimals": 6, "supply": most,
        "cap": most, "shielded": "1",
    });
    assert_eq!(gold, expected);
    let native = result(server.address(), "asset_get", json!([to_hex(&AssetId::NATIVE.0)])).await;
    assert_eq!((&native["issuer"], &native["cap"]), (&Value::Null, &Value::Null));
    let page = result(server.address(), "account_assets", json!([alice, null, 2])).await;
    let held = |n: u8| json!({ "asset": to_hex(&[n; 32]), "balance": most });
    assert_eq!((&page["assets"], &page["next"]), (&json!([held(1), held(2)]), &json!(to_hex(&[3; 32]))));
    let client = Client::new(&url(&server)).unwrap();
    let rest = client.account_assets(&alice, Some(HexArray([3; 32]))).await.unwrap();
    assert_eq!((rest.assets.len(), rest.next), (1, None));
}

#[tokio::test]
async fn a_block_shows_its_join_splits_without_their_ciphertexts() {
    let (server, mock) = serve(|_| {}).await;
    let out = PublicValue::Out { asset: AssetId::NATIVE, amount: Amount(500_000) };
    let actions = vec![
        Action::JoinSplit(Box::new(join_split(3, out))),
        Action::JoinSplit(Box::new(join_split(4, PublicValue::None))),
    ];
    let body =
        TxBody { authorization: Authorization::Shielded, actions: List::new(actions).unwrap(), ..transfer(1).body };
    let tx = Tx { body, witness: transfer(1).witness };
    let event = Event::JoinSplit { action: 0, position: 12, public_value: PublicValue::None };
    mock.commit_tx(RawTx::new(tx.encode()).unwrap(), 0, vec![event]);
    let block = result(server.address(), "chain_getBlock", json!([1])).await;
    let field = |n: u8| to_hex(&[n; 32]);
    let public = json!({ "direction": "out", "asset": field(0), "amount": "500000" });
    let shown = |action: u16, seed: u8, public: Value| {
        json!({
            "action": action, "anchor": field(1), "nullifiers": [field(seed)],
            "commitments": [field(seed ^ 1), field(seed ^ 2)], "public": public,
        })
    };
    assert_eq!(block["txs"][0]["shielded"], true);
    assert_eq!(block["txs"][0]["join_splits"], json!([shown(0, 3, public), shown(1, 4, Value::Null)]));
    let tx = result(server.address(), "tx_get", json!([to_hex(&tx.id().0)])).await;
    assert_eq!(tx["events"], json!([{ "kind": "join_split", "action": 0, "position": 12, "public": null }]));
}
