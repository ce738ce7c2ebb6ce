//! From intent to inclusion, against a node that exists only in memory.
#![allow(clippy::unwrap_used)]

#[allow(dead_code)]
#[path = "../../rpc/tests/it/mock.rs"]
mod mock;

use mock::{ALICE, Mock, serve, url};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tacit_rpc::client::{Client, ClientError};
use tacit_types::{Amount, Authorization, Gas, GenesisId, Height, Price, RejectCode, Sequence};
use tacit_wallet::builder::TxBuilder;
use tacit_wallet::devnet::devnet_account;
use tacit_wallet::send::{Progress, SendOptions, Sent, submit, transfer};
use tacit_wallet::view::{Rows, SentView};
use tacit_wallet::{Account, WalletError};

fn sender() -> Account {
    devnet_account(0).unwrap()
}

async fn send(client: &Client, options: &SendOptions) -> Result<Sent, WalletError> {
    transfer(client, &sender(), ALICE, Amount(5), options, |_| {}).await
}

/// Commits the first transaction that comes into the pool, with `code`.
fn commit_next(mock: &Arc<Mock>, code: u16) {
    let mock = Arc::clone(mock);
    tokio::spawn(async move {
        loop {
            let waiting = mock.pool.lock().unwrap().values().next().cloned();
            if let Some(raw) = waiting {
                return mock.commit_tx(raw, code, vec![]);
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
}

fn succeeding(mock: &Mock, gas: u64) {
    *mock.simulation.lock().unwrap() = (0, gas);
}

/// The gas limits of what was simulated.
fn limits(mock: &Mock) -> Vec<Gas> {
    mock.simulated.lock().unwrap().iter().map(|tx| tx.body.gas_limit).collect()
}

#[tokio::test]
async fn what_is_sent_behind_a_waiting_transaction_is_tried_out_as_the_next_and_signed_behind_it() {
    let (server, mock) = serve(|_| {}).await;
    succeeding(&mock, 40_000);
    let client = Client::new(&url(&server)).unwrap();
    let options = SendOptions { wait: None, ..SendOptions::default() };
    // A transaction of the account is committed between the questions, and again.
    mock.overtaken.store(2, Ordering::Relaxed);
    let sent = send(&client, &options).await.unwrap();
    let sequences: Vec<Sequence> =
        mock.simulated.lock().unwrap().iter().map(|tx| tx.body.authorization.sequence()).collect();
    assert_eq!(sequences, [Sequence(3); 3], "the next one to be committed");
    assert_eq!(sent.tx.body.authorization.sequence(), Sequence(5), "behind what waits");
    mock.overtaken.store(usize::MAX, Ordering::Relaxed);
    let refused = send(&client, &options).await.unwrap_err();
    assert!(refused.to_string().contains("SequenceTooLow"), "not for ever: {refused}");
}

#[tokio::test]
async fn a_transfer_asks_the_node_for_sequence_gas_and_price_and_waits_for_inclusion() {
    let (server, mock) = serve(|_| {}).await;
    succeeding(&mock, 40_000);
    commit_next(&mock, 0);
    let mut steps = Vec::new();
    let client = Client::new(&url(&server)).unwrap();
    let sent =
        transfer(&client, &sender(), ALICE, Amount(5), &SendOptions::default(), |step| steps.push(step)).await.unwrap();
    let Authorization::Account { public_key, sequence } = sent.tx.body.authorization else { panic!("no account") };
    assert_eq!((public_key, sequence), (sender().public_key(), Sequence(5)), "the pending sequence");
    assert_eq!(sent.tx.body.genesis_id, GenesisId([9; 32]));
    assert_eq!(sent.tx.body.expiry, Height(1_000));
    assert_eq!(sent.tx.body.gas_limit, Gas(40_000 + 8_000 + 10_000), "a fifth more and a little");
    assert_eq!((sent.tx.body.max_fee_per_gas, sent.tx.body.max_tip_per_gas), (Price(23), Price(1)), "base fee is 11");
    assert_eq!(sent.committed.as_ref().unwrap().height, Some(1));
    assert_eq!(steps[..3], [Progress::Preparing, Progress::Simulating, Progress::Submitting]);
    let rows = SentView::from(&sent).rows();
    assert!(rows.contains(&("height", "1".to_owned())), "{rows:?}");
}

#[tokio::test]
async fn what_is_set_by_hand_is_used_and_nothing_is_waited_for_when_not_asked() {
    let (server, mock) = serve(|_| {}).await;
    succeeding(&mock, 40_000);
    let options = SendOptions {
        gas_limit: Some(Gas(77_777)),
        unchecked: false,
        max_fee_per_gas: Some(Price(500)),
        max_tip_per_gas: Some(Price(50)),
        lifetime: 3,
        wait: None,
        genesis_id: Some(GenesisId([9; 32])),
    };
    let sent = send(&Client::new(&url(&server)).unwrap(), &options).await.unwrap();
    let body = &sent.tx.body;
    assert_eq!(
        (body.gas_limit, body.max_fee_per_gas, body.max_tip_per_gas, body.expiry),
        (Gas(77_777), Price(500), Price(50), Height(3))
    );
    assert_eq!(sent.committed, None);
}

#[tokio::test]
async fn a_transaction_that_fails_in_simulation_is_not_sent() {
    let (server, mock) = serve(|_| {}).await;
    *mock.simulation.lock().unwrap() = (RejectCode::InsufficientBalance.number(), 30_000);
    let refused = send(&Client::new(&url(&server)).unwrap(), &SendOptions::default()).await.unwrap_err();
    assert!(matches!(&refused, WalletError::BodyFailed { name, .. } if name == "InsufficientBalance"), "{refused}");
    assert!(mock.pool.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_transaction_that_fails_under_the_limit_that_was_said_is_not_sent_unless_it_is_to_be() {
    let (server, mock) = serve(|_| {}).await;
    let client = Client::new(&url(&server)).unwrap();
    let options = SendOptions { gas_limit: Some(Gas(77_777)), wait: None, ..SendOptions::default() };
    let refused = send(&client, &options).await.unwrap_err();
    assert_eq!(limits(&mock), [Gas(77_777)], "tried out with what it would be sent with");
    assert!(mock.pool.lock().unwrap().is_empty(), "nothing was sent");
    // What the node says beyond the name of the failure is kept.
    assert_eq!(refused.contract_code(), Some(42));
    assert!(refused.to_string().ends_with(": code 42"), "{refused}");

    let far = SendOptions { gas_limit: Some(Gas(400_000_000)), ..options.clone() };
    let refused = send(&client, &far).await.unwrap_err();
    let expected = matches!(refused, WalletError::TooDear { limit: 400_000_000, tried: 100_000_000, .. });
    assert!(expected && refused.contract_code() == Some(42), "{refused}");
    assert!(mock.pool.lock().unwrap().is_empty());

    let sent = send(&client, &SendOptions { unchecked: true, ..options }).await.unwrap();
    assert_eq!((sent.tx.body.gas_limit, limits(&mock).len()), (Gas(77_777), 2));
}

#[tokio::test]
async fn a_transaction_whose_body_failed_in_its_block_is_an_error_with_the_reason() {
    let (server, mock) = serve(|_| {}).await;
    succeeding(&mock, 40_000);
    commit_next(&mock, RejectCode::InsufficientBalance.number());
    let failed = send(&Client::new(&url(&server)).unwrap(), &SendOptions::default()).await.unwrap_err();
    let expected = matches!(&failed, WalletError::BodyFailed { height: 1, name, .. } if name == "InsufficientBalance");
    assert!(expected, "{failed}");
}

#[tokio::test]
async fn another_chain_than_expected_is_refused_before_anything_is_signed() {
    let (server, mock) = serve(|_| {}).await;
    let options = SendOptions { genesis_id: Some(GenesisId([1; 32])), ..SendOptions::default() };
    let refused = send(&Client::new(&url(&server)).unwrap(), &options).await.unwrap_err();
    assert!(matches!(refused, WalletError::OtherChain { .. }), "{refused}");
    assert!(mock.pool.lock().unwrap().is_empty());
}

#[tokio::test]
async fn the_nodes_refusal_reaches_the_user_with_its_code() {
    let (server, mock) = serve(|_| {}).await;
    succeeding(&mock, 40_000);
    *mock.refuse.lock().unwrap() = Some(RejectCode::CannotPayFee);
    let refused = send(&Client::new(&url(&server)).unwrap(), &SendOptions::default()).await.unwrap_err();
    let WalletError::Client(error) = &refused else { panic!("{refused}") };
    assert_eq!(error.reject_code(), Some(105));
    assert!(refused.to_string().contains("does not cover"), "{refused}");
}

#[tokio::test]
async fn waiting_ends_in_time_and_says_that_the_transaction_may_still_come() {
    let (server, mock) = serve(|_| {}).await;
    succeeding(&mock, 40_000);
    let options = SendOptions { wait: Some(Duration::from_millis(50)), ..SendOptions::default() };
    let late = send(&Client::new(&url(&server)).unwrap(), &options).await.unwrap_err();
    assert!(matches!(late, WalletError::Client(ClientError::NotCommitted { .. })), "{late}");
}

#[tokio::test]
async fn only_what_runs_contracts_is_simulated_twice() {
    let (server, mock) = serve(|_| {}).await;
    succeeding(&mock, 40_000);
    let client = Client::new(&url(&server)).unwrap();
    let options = SendOptions { wait: None, ..SendOptions::default() };
    send(&client, &options).await.unwrap();
    assert_eq!(limits(&mock).len(), 1, "a transfer takes the same gas under every limit");
    let call = |builder: TxBuilder| builder.transfer(ALICE, Amount(5)).call(ALICE, "increment", vec![], Amount(0));
    submit(&client, &sender(), call, &options, |_| {}).await.unwrap();
    assert_eq!(limits(&mock).len(), 1 + 2, "a contract may look at what gas is left");
}
