//! `tests/vectors/privacy.json`: keys, addresses, notes, nullifiers, encryption, spend signatures and the sighash, as
//! this wallet makes them. `tests/interop` checks the same file with nothing but Python. After a deliberate change of a
//! format run this with `TACIT_UPDATE_VECTORS=1`, and say in the commit why the meaning changed.

use super::support::compact;
use serde_json::{Value, json};
use tacit_circuits::spend::{Blinding, SpendSecret};
use tacit_circuits::{FieldBytes, GroupTree, note};
use tacit_types::{AssetId, Network};
use tacit_wallet::Mnemonic;
use tacit_wallet::devnet::DEVNET_MNEMONIC;
use tacit_wallet::shielded::{Memo, MemoKey, Note, SpendingKey, ViewingKey, encrypt, recover_sent, try_decrypt};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors/privacy.json");

fn hex(bytes: impl AsRef<[u8]>) -> String {
    format!("0x{}", hex::encode(bytes))
}

fn networks(text: impl Fn(Network) -> String) -> Value {
    json!({ "main": text(Network::Main), "test": text(Network::Test), "dev": text(Network::Dev) })
}

fn key_vector(words: &str, account: u32) -> Value {
    let key = Mnemonic::parse(words).unwrap().shielded(account).unwrap();
    let full = key.full_viewing_key();
    let (view_full, view_incoming) = (ViewingKey::Full(full.clone()), ViewingKey::Incoming(full.incoming().clone()));
    let addresses: Vec<Value> = [0, 1, u64::MAX]
        .into_iter()
        .map(|index| {
            let address = full.address(index).unwrap();
            json!({
                "index": index.to_string(),
                "address": hex(address.to_bytes()),
                "text": networks(|network| address.to_text(network)),
            })
        })
        .collect();
    json!({
        "mnemonic": words,
        "path": format!("m/32'/20260'/{account}'"),
        "full_viewing_key": hex(view_full.to_bytes().as_slice()),
        "full_viewing_key_text": networks(|network| view_full.to_text(network).to_string()),
        "incoming_viewing_key": hex(view_incoming.to_bytes().as_slice()),
        "incoming_viewing_key_text": networks(|network| view_incoming.to_text(network).to_string()),
        "addresses": addresses,
    })
}

fn note_vector(number: u8, value: u128, asset: AssetId, position: u32, memo: &str) -> Value {
    let (from, to) = (wallet(0), wallet(1));
    let address = to.full_viewing_key().address(number.into()).unwrap();
    let note = Note::new(&address, asset, value, [number; 32]);
    let memo_key = MemoKey::from_bytes([number ^ 0xff; 32]);
    let output = encrypt(&address, &note, &memo_key, from.full_viewing_key().outgoing()).unwrap();
    let found = try_decrypt(to.full_viewing_key().incoming(), &[&compact(&output)]);
    assert!(found.iter().any(|(_, received)| received.note == note));
    assert!(recover_sent(from.full_viewing_key().outgoing(), &compact(&output), &output.outgoing).is_some());
    json!({
        "from": "keys[0]",
        "to": "keys[1]",
        "address": hex(address.to_bytes()),
        "asset": hex(asset.0),
        "value": value.to_string(),
        "rseed": hex(note.rseed),
        "memo_key": hex([number ^ 0xff; 32]),
        "memo": memo,
        "asset_field": hex(note.asset_field().0),
        "rcm": hex(note.blinding().0),
        "commitment": hex(note.commitment().unwrap().0),
        "position": position,
        "nullifier": hex(note.nullifier(to.full_viewing_key().nullifier_key(), position).unwrap().0),
        "ephemeral_key": hex(output.ephemeral_key),
        "view_tag": output.view_tag,
        "ciphertext": hex(output.ciphertext.0),
        "outgoing": hex(output.outgoing.0),
        "memo_ciphertext": hex(Memo::new(memo).unwrap().encrypt(&memo_key).0),
    })
}

fn wallet(account: u32) -> SpendingKey {
    Mnemonic::parse(DEVNET_MNEMONIC).unwrap().shielded(account).unwrap()
}

fn signature_vector(number: u8) -> Value {
    let (ask, alpha) = (SpendSecret::from_wide(&[number; 64]).unwrap(), Blinding::from_wide(&[number ^ 0x77; 64]));
    let (message, random) = ([number ^ 0x11; 32], [number ^ 0x22; 80]);
    let signature = ask.randomized(&alpha).sign(&message, &random);
    json!({
        "ask_wide": hex([number; 64]),
        "ak": hex(ask.public().to_bytes()),
        "alpha_wide": hex([number ^ 0x77; 64]),
        "rk": hex(ask.public().randomized(&alpha).to_bytes()),
        "message": hex(message),
        "random": hex(random),
        "signature": hex(signature),
    })
}

fn sighash_vector(number: u8) -> Value {
    json!({ "sign_bytes": hex([number; 32]), "sighash": hex(note::sighash(&[number; 32]).0) })
}

fn tree_vector(count: u32) -> Value {
    let mut tree = GroupTree::new();
    let leaves: Vec<FieldBytes> = (1..=count).map(|leaf| FieldBytes::from(u128::from(leaf) << 64)).collect();
    tree.append(&leaves).unwrap();
    json!({ "leaves": leaves.iter().map(|leaf| hex(leaf.0)).collect::<Vec<_>>(), "root": hex(tree.root().0) })
}

fn vectors() -> Value {
    let zero_words = format!("{}art", "abandon ".repeat(23));
    json!({
        "keys": [key_vector(DEVNET_MNEMONIC, 0), key_vector(DEVNET_MNEMONIC, 1), key_vector(&zero_words, 2_147_483_647)],
        "notes": [
            note_vector(1, 0, AssetId::NATIVE, 0, ""),
            note_vector(2, 1_500_000_000_000_000_000, AssetId::NATIVE, 1, "thanks for the fish"),
            note_vector(3, u128::MAX, AssetId([0xee; 32]), u32::MAX, "für dich ♥"),
        ],
        "signatures": [signature_vector(1), signature_vector(200)],
        "sighashes": [sighash_vector(0), sighash_vector(255)],
        "trees": [tree_vector(0), tree_vector(1), tree_vector(5), tree_vector(21)],
    })
}

#[test]
fn the_wallet_makes_the_vectors_of_the_specification() {
    let text = serde_json::to_string_pretty(&vectors()).unwrap() + "\n";
    if std::env::var_os("TACIT_UPDATE_VECTORS").is_some() {
        std::fs::write(FILE, &text).unwrap();
    }
    assert_eq!(std::fs::read_to_string(FILE).unwrap(), text);
}
