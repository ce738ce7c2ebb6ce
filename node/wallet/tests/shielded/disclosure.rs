//! Payment disclosures: they show one payment to somebody who trusts nothing but the committed transaction, and a
//! forged or altered one shows nothing.

use super::mock::{Mock, serve, url};
use super::support::{compact, key};
use super::world::{TOKEN, World, address, pay};
use tacit_rpc::client::Client;
use tacit_types::shielded::JoinSplit;
use tacit_types::{Amount, AssetId, GenesisId, Network, RawTx, RejectCode, Tx, TxId};
use tacit_wallet::WalletError;
use tacit_wallet::shielded::disclosure::{DISCLOSURE_BYTES_MAX, Disclosed, Disclosure, DisclosureError, Place};
use tacit_wallet::shielded::plan::Recipient;
use tacit_wallet::shielded::{SentNote, recover_sent, try_decrypt};

const NETWORK: Network = Network::Dev;

struct Paid {
    tx: Tx,
    place: Place,
    sent: SentNote,
}

fn join_split(tx: &Tx) -> &JoinSplit {
    tx.body.paying_join_split().unwrap()
}

/// Wallet 1 pays 7 tokens to wallet 2.
fn paid(world: &World) -> Paid {
    let tx = world.send(1, vec![pay(7 * TOKEN, Recipient::Shielded(address(2, 5)), "for the bread")]).unwrap();
    let sender = key(1);
    let mut outputs = join_split(&tx).outputs.iter().enumerate();
    let (output, sent) = outputs
        .find_map(|(index, output)| {
            let sent = recover_sent(sender.full_viewing_key().outgoing(), &compact(output), &output.outgoing)?;
            (sent.address == address(2, 5)).then_some((index, sent))
        })
        .unwrap();
    let place =
        Place { genesis_id: tx.body.genesis_id, tx_id: tx.id(), action: 0, output: u8::try_from(output).unwrap() };
    Paid { tx, place, sent }
}

#[test]
fn a_payment_is_shown_by_its_sender_or_its_receiver_and_nothing_else_is() {
    let world = World::funded(&[100 * TOKEN]);
    let Paid { tx, place, sent } = paid(&world);
    let by_sender = Disclosure::of_sent(place, NETWORK, &sent);
    let output = compact(&join_split(&tx).outputs[usize::from(place.output)]);
    let receiver = key(2);
    let incoming = receiver.full_viewing_key().incoming();
    let received = try_decrypt(incoming, &[&output]).pop().unwrap().1;
    let by_receiver = Disclosure::of_received(place, NETWORK, incoming, &received).unwrap();
    assert_eq!(by_sender.to_text(), by_receiver.to_text());
    let shown = Disclosure::from_text(&by_sender.to_text()).unwrap().verify(&tx, NETWORK).unwrap();
    assert_eq!((shown.place, shown.address), (place, address(2, 5)));
    assert_eq!((shown.asset, shown.amount), (AssetId::NATIVE, Amount(7 * TOKEN)));
    assert_eq!((shown.memo.text().as_str(), shown.challenge.as_str()), ("for the bread", ""));
}

#[test]
fn a_challenge_is_answered_by_the_sender_only_and_for_this_disclosure_only() {
    let world = World::funded(&[100 * TOKEN]);
    let Paid { tx, place, sent } = paid(&world);
    let plain = Disclosure::of_sent(place, NETWORK, &sent);
    let answered = plain.clone().answer("the auditor, 21 November", &key(1), join_split(&tx)).unwrap();
    let read = Disclosure::from_text(&answered.to_text()).unwrap();
    assert_eq!(read.verify(&tx, NETWORK).unwrap().challenge, "the auditor, 21 November");
    let refused = plain.clone().answer("me too", &key(2), join_split(&tx));
    assert!(matches!(refused, Err(WalletError::Disclosure(DisclosureError::NotSender))));
    for length in [0, 513] {
        let refused = plain.clone().answer(&"x".repeat(length), &key(1), join_split(&tx));
        assert!(matches!(refused, Err(WalletError::Disclosure(DisclosureError::ChallengeLength))));
    }
    // Who has the disclosure puts another challenge into it, or leaves the signature out.
    let other = answered.to_text().replace("the auditor", "the  police");
    let other = Disclosure::from_text(&other).unwrap();
    assert_eq!(other.verify(&tx, NETWORK), Err(DisclosureError::Challenge));
    let unsigned = plain.to_text().replace("\"challenge\": \"\"", "\"challenge\": \"mine\"");
    assert_eq!(Disclosure::from_text(&unsigned).unwrap().verify(&tx, NETWORK), Err(DisclosureError::Challenge));
}

#[test]
fn a_disclosure_with_a_changed_byte_shows_nothing() {
    let world = World::funded(&[100 * TOKEN]);
    let Paid { tx, place, sent } = paid(&world);
    let plain = Disclosure::of_sent(place, NETWORK, &sent);
    let answered = plain.clone().answer("for you", &key(1), join_split(&tx)).unwrap();
    for text in [plain.to_text(), answered.to_text()] {
        assert!(text.len() < DISCLOSURE_BYTES_MAX);
        for at in 0..text.len() {
            for flip in [0x01, 0x02, 0x20] {
                let mut bytes = text.clone().into_bytes();
                bytes[at] ^= flip;
                let Ok(changed) = String::from_utf8(bytes) else { continue };
                let shown = Disclosure::from_text(&changed).and_then(|read| read.verify(&tx, NETWORK));
                assert!(shown.is_err(), "byte {at}: {changed}");
            }
        }
        assert!(Disclosure::from_text(&format!("{text} ")).is_err());
        assert!(Disclosure::from_text(&text[..text.len() - 1]).is_err());
    }
}

#[test]
fn a_disclosure_of_something_else_than_what_happened_is_refused() {
    let world = World::funded(&[100 * TOKEN]);
    let Paid { tx, place, sent } = paid(&world);
    let verify = |place: Place, sent: &SentNote| Disclosure::of_sent(place, NETWORK, sent).verify(&tx, NETWORK);
    assert!(verify(place, &sent).is_ok());
    let with = |change: &dyn Fn(&mut SentNote)| {
        let mut other = sent.clone();
        change(&mut other);
        verify(place, &other)
    };
    assert_eq!(with(&|sent| sent.note.value += 1), Err(DisclosureError::Untrue), "more");
    assert_eq!(with(&|sent| sent.note.asset = AssetId([1; 32])), Err(DisclosureError::Untrue), "another asset");
    assert_eq!(with(&|sent| sent.note.rseed[0] ^= 1), Err(DisclosureError::Untrue), "another seed");
    assert_eq!(with(&|sent| sent.address = address(2, 6)), Err(DisclosureError::Untrue), "another of its addresses");
    assert_eq!(with(&|sent| sent.address = address(3, 5)), Err(DisclosureError::Untrue), "somebody else");
    // An address with the true owner and another key to encrypt for is not the address that was paid.
    let mut bytes = address(2, 5).to_bytes();
    bytes[43..].copy_from_slice(&address(3, 5).to_bytes()[43..]);
    let mixed = tacit_wallet::shielded::ShieldedAddress::from_bytes(&bytes).unwrap();
    assert_eq!(with(&|sent| sent.address = mixed), Err(DisclosureError::Untrue));
    let elsewhere = |place| verify(place, &sent).unwrap_err();
    assert_eq!(elsewhere(Place { output: 1 - place.output, ..place }), DisclosureError::Untrue);
    assert_eq!(elsewhere(Place { output: 2, ..place }), DisclosureError::Output);
    assert_eq!(elsewhere(Place { action: 1, ..place }), DisclosureError::Output);
    assert_eq!(elsewhere(Place { tx_id: tacit_types::TxId([1; 32]), ..place }), DisclosureError::Transaction);
    assert_eq!(elsewhere(Place { genesis_id: tacit_types::GenesisId([1; 32]), ..place }), DisclosureError::Chain);
    let other_network = Disclosure::of_sent(place, Network::Main, &sent).verify(&tx, NETWORK);
    assert_eq!(other_network, Err(DisclosureError::Untrue));
    let too_long = " ".repeat(DISCLOSURE_BYTES_MAX + 1);
    assert!(matches!(Disclosure::from_text(&too_long), Err(DisclosureError::Format(_))));
}

/// What a node that committed `txs`, each with its code, makes of a disclosure.
async fn on_a_node(
    txs: &[(&Tx, u16)],
    waiting: Option<&Tx>,
    disclosure: &Disclosure,
) -> Result<Disclosed, WalletError> {
    let raw = |tx: &Tx| RawTx::new(tx.encode()).unwrap();
    let (server, mock) = serve(|_| {}).await;
    let mock: &Mock = &mock;
    txs.iter().for_each(|(tx, code)| mock.commit_tx(raw(tx), *code, vec![]));
    mock.pool.lock().unwrap().extend(waiting.map(|tx| (tx.id(), raw(tx))));
    disclosure.verify_on(&Client::new(&url(&server)).unwrap(), NETWORK).await
}

fn refusal(verdict: Result<Disclosed, WalletError>) -> DisclosureError {
    match verdict {
        Err(WalletError::Disclosure(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_node_that_committed_the_payment_confirms_it_and_nothing_that_did_not_happen() {
    let world = World::funded(&[100 * TOKEN]);
    let Paid { tx, place, sent } = paid(&world);
    let disclosure = Disclosure::of_sent(place, NETWORK, &sent);
    let shown = on_a_node(&[(&tx, 0)], None, &disclosure).await.unwrap();
    assert_eq!((shown.place, shown.address), (place, address(2, 5)));
    assert_eq!((shown.asset, shown.amount), (AssetId::NATIVE, Amount(7 * TOKEN)));
    assert_eq!(shown.memo.text().as_str(), "for the bread");

    let changes: [(&str, fn(&mut SentNote)); 4] = [
        ("a wrong amount", |sent| sent.note.value += 1),
        ("a wrong asset", |sent| sent.note.asset = AssetId([1; 32])),
        ("another receiver", |sent| sent.address = address(3, 5)),
        ("another address of the receiver", |sent| sent.address = address(2, 6)),
    ];
    for (what, change) in changes {
        let mut other = sent.clone();
        change(&mut other);
        let verdict = on_a_node(&[(&tx, 0)], None, &Disclosure::of_sent(place, NETWORK, &other)).await;
        assert_eq!(refusal(verdict), DisclosureError::Untrue, "{what}");
    }
    let elsewhere = Place { genesis_id: GenesisId([1; 32]), ..place };
    let verdict = on_a_node(&[(&tx, 0)], None, &Disclosure::of_sent(elsewhere, NETWORK, &sent)).await;
    assert_eq!(refusal(verdict), DisclosureError::Chain);
}

#[tokio::test]
async fn a_payment_that_is_in_no_block_is_not_confirmed() {
    let world = World::funded(&[100 * TOKEN]);
    let Paid { tx, place, sent } = paid(&world);
    let disclosure = Disclosure::of_sent(place, NETWORK, &sent);
    let unknown = on_a_node(&[], None, &disclosure).await;
    assert!(matches!(unknown, Err(WalletError::Client(_))), "{unknown:?}");
    let waiting = on_a_node(&[], Some(&tx), &disclosure).await;
    assert_eq!(refusal(waiting), DisclosureError::NotCommitted);
    // The node has the payment, but the disclosure names another transaction.
    let other = Place { tx_id: TxId([1; 32]), ..place };
    let other = on_a_node(&[(&tx, 0)], None, &Disclosure::of_sent(other, NETWORK, &sent)).await;
    assert!(matches!(other, Err(WalletError::Client(_))), "{other:?}");
}

/// The join-split that pays a shielded transaction's fee takes effect whatever becomes of the rest; no other does.
#[tokio::test]
async fn of_a_transaction_that_failed_only_the_paying_join_split_counts() {
    let failed = RejectCode::ContractReverted.number();
    let world = World::funded(&[100 * TOKEN]);
    let Paid { tx, place, sent } = paid(&world);
    let paying = Disclosure::of_sent(place, NETWORK, &sent);
    assert!(on_a_node(&[(&tx, failed)], None, &paying).await.is_ok());
    let second = Disclosure::of_sent(Place { action: 1, ..place }, NETWORK, &sent);
    assert_eq!(refusal(on_a_node(&[(&tx, failed)], None, &second).await), DisclosureError::NotCommitted);
    assert_eq!(refusal(on_a_node(&[(&tx, 0)], None, &second).await), DisclosureError::Output);
    // A shield that an account pays for is undone as a whole.
    let to = Recipient::Shielded(address(2, 5));
    let shield = world.shield(0, vec![pay(TOKEN, to, "")]).unwrap();
    let output = compact(&shield.body.join_splits().next().unwrap().1.outputs[0]);
    let receiver = key(2);
    let incoming = receiver.full_viewing_key().incoming();
    let received = try_decrypt(incoming, &[&output]).pop().unwrap().1;
    let place = Place { genesis_id: shield.body.genesis_id, tx_id: shield.id(), action: 0, output: 0 };
    let disclosure = Disclosure::of_received(place, NETWORK, incoming, &received).unwrap();
    assert!(on_a_node(&[(&shield, 0)], None, &disclosure).await.is_ok());
    assert_eq!(refusal(on_a_node(&[(&shield, failed)], None, &disclosure).await), DisclosureError::NotCommitted);
}
