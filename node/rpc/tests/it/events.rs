//! Events by page and by subscription: nothing lost, nothing twice, slow readers dropped.

use crate::http::{error, result};
use crate::mock::{ALICE, CONTRACT, Mock, serve, transferred, url};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tacit_rpc::client::Client;
use tacit_rpc::types::{EventEntry, EventFilter, EventView};
use tacit_rpc::{Backend, Cursor, RpcConfig, RpcServer};
use tacit_types::{Bytes, Event, List, Network};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

fn cursor(text: &str) -> Cursor {
    text.parse().unwrap()
}

fn amount(entry: &EventEntry) -> u128 {
    match &entry.event {
        EventView::Transferred { amount, .. } => amount.0,
        other => panic!("unexpected event {other:?}"),
    }
}

/// A block with events numbered by `amounts`.
fn commit(mock: &Mock, amounts: std::ops::Range<u128>) {
    mock.commit(amounts.map(transferred).collect());
}

#[tokio::test]
async fn pages_of_any_size_join_to_the_same_events() {
    let (server, mock) = serve(|_| {}).await;
    for height in 0..40 {
        commit(&mock, height * 10..height * 10 + height % 7);
    }
    let client = Client::new(&url(&server)).unwrap();
    let expected: Vec<u128> = (0..40).flat_map(|height| height * 10..height * 10 + height % 7).collect();
    for limit in [1, 2, 3, 7, 1_000] {
        let mut next = Cursor::default();
        let mut seen = Vec::new();
        while next.height <= 40 {
            let page = client.events(next, Some(limit), None).await.unwrap();
            assert!(page.next > next, "the cursor advances");
            seen.extend(page.events.iter().map(amount));
            next = page.next;
        }
        assert_eq!(seen, expected, "limit {limit}");
    }
}

#[tokio::test]
async fn a_page_ends_at_the_tip_and_can_be_continued_later() {
    let (server, mock) = serve(|_| {}).await;
    let at = |from: &str| json!([from]);
    assert_eq!(result(server.address(), "events_get", at("0:0")).await, json!({ "events": [], "next": "1:0" }));
    commit(&mock, 0..1);
    let page = result(server.address(), "events_get", at("1:0")).await;
    assert_eq!(
        (&page["events"][0]["cursor"], &page["events"][0]["next"], &page["next"]),
        (&json!("1:0"), &json!("1:1"), &json!("2:0"))
    );
    assert_eq!(page["events"][0]["event"]["kind"], "transferred");
    assert_eq!(result(server.address(), "events_get", at("9:3")).await, json!({ "events": [], "next": "9:3" }));
    let most = format!("{}:{}", u64::MAX, u32::MAX);
    assert_eq!(result(server.address(), "events_get", at(&most)).await["next"], json!(most));
}

#[tokio::test]
async fn filters_choose_by_kind_and_by_address() {
    let (server, mock) = serve(|_| {}).await;
    let said = Event::Contract { contract: CONTRACT, topics: List::empty(), data: Bytes::new(vec![1]).unwrap() };
    mock.commit(vec![transferred(1), said]);
    let client = Client::new(&url(&server)).unwrap();
    let count = async |kinds: Option<Vec<&str>>, address: Option<String>| {
        let kinds = kinds.map(|kinds| kinds.into_iter().map(str::to_owned).collect());
        client.events(cursor("1:0"), None, Some(EventFilter { kinds, address })).await.unwrap().events.len()
    };
    assert_eq!(count(None, None).await, 2);
    assert_eq!(count(Some(vec!["contract"]), None).await, 1);
    assert_eq!(count(Some(vec![]), None).await, 0);
    assert_eq!(count(None, Some(ALICE.to_text(Network::Dev))).await, 1);
    assert_eq!(count(Some(vec!["contract"]), Some(ALICE.to_text(Network::Dev))).await, 0);
    let refused = error(server.address(), "events_get", json!(["1:0", 5, { "kinds": ["no_such"] }])).await;
    assert_eq!(refused["data"]["kind"], "invalid_params");
}

#[tokio::test]
async fn a_subscription_replays_and_goes_live_without_gap_or_repetition() {
    let (server, mock) = serve(|_| {}).await;
    for height in 0..300u128 {
        commit(&mock, height * 3..height * 3 + 3);
    }
    let client = Client::new(&url(&server)).unwrap();
    let mut stream = client.subscribe(Some(cursor("1:2")), None).await.unwrap();
    let writer = tokio::spawn({
        let mock = Arc::clone(&mock);
        async move {
            for height in 300..400u128 {
                commit(&mock, height * 3..height * 3 + 3);
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        }
    });
    for expected in 2..1_200 {
        assert_eq!(amount(&stream.next().await.unwrap()), expected);
    }
    writer.await.unwrap();
}

#[tokio::test]
async fn a_subscription_without_a_cursor_starts_with_the_next_block() {
    let (server, mock) = serve(|_| {}).await;
    commit(&mock, 0..5);
    let mut stream = Client::new(&url(&server)).unwrap().subscribe(None, None).await.unwrap();
    commit(&mock, 5..6);
    assert_eq!(amount(&stream.next().await.unwrap()), 5);
}

#[tokio::test]
async fn a_stream_resumes_where_it_was_when_the_node_comes_back() {
    let (server, mock) = serve(|_| {}).await;
    let address = server.address();
    commit(&mock, 0..10);
    let mut stream = Client::new(&url(&server)).unwrap().subscribe(Some(cursor("0:0")), None).await.unwrap();
    for expected in 0..4 {
        assert_eq!(amount(&stream.next().await.unwrap()), expected);
    }
    server.stop().await;
    commit(&mock, 10..20);
    let backend: Arc<dyn Backend> = mock;
    let _again = RpcServer::start(RpcConfig::new(address), backend).await.unwrap();
    for expected in 4..20 {
        assert_eq!(amount(&stream.next().await.unwrap()), expected);
    }
}

#[tokio::test]
async fn bad_parameters_and_too_many_subscriptions_are_refused() {
    use jsonrpsee::core::client::{Error, SubscriptionClientT};
    use jsonrpsee::rpc_params;
    let (server, _) = serve(|config| config.subscriptions_max = 2).await;
    let ws = jsonrpsee::ws_client::WsClientBuilder::new().build(url(&server).replace("http", "ws")).await.unwrap();
    let refused = ws.subscribe::<Value, _>("events_subscribe", rpc_params!["nonsense"], "events_unsubscribe").await;
    let Err(Error::Call(object)) = refused else { panic!("accepted") };
    assert_eq!(object.code(), -32602);
    let mut held = Vec::new();
    for _ in 0..2 {
        held.push(ws.subscribe::<Value, _>("events_subscribe", rpc_params![], "events_unsubscribe").await.unwrap());
    }
    let refused = ws.subscribe::<Value, _>("events_subscribe", rpc_params![], "events_unsubscribe").await;
    let Err(Error::Call(object)) = refused else { panic!("accepted") };
    let data: Value = serde_json::from_str(object.data().unwrap().get()).unwrap();
    assert_eq!(data["kind"], "limit_exceeded");
}

/// Opens a WebSocket by hand and sends one text message.
async fn websocket(server: &RpcServer, message: &str) -> TcpStream {
    websocket_over(TcpStream::connect(server.address()).await.unwrap(), message).await
}

/// As `websocket`, over a connection that is there.
async fn websocket_over(mut stream: TcpStream, message: &str) -> TcpStream {
    let head = "GET / HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-version: 13\r\n\
                sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        answer.push(stream.read_u8().await.unwrap());
    }
    assert!(answer.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&answer));
    // A masked text frame with a mask of zeros.
    let length = u16::try_from(message.len()).unwrap();
    let mut frame = vec![0x81, 0x80 | 126];
    frame.extend(length.to_be_bytes());
    frame.extend([0; 4]);
    frame.extend(message.as_bytes());
    stream.write_all(&frame).await.unwrap();
    stream
}

#[tokio::test]
async fn a_subscriber_that_reads_nothing_is_dropped_with_a_reason() {
    let (server, mock) = serve(|config| config.slow_subscriber = Duration::from_millis(200)).await;
    let data = Bytes::new(vec![7; 16 * 1024]).unwrap();
    for _ in 0..100 {
        let said = Event::Contract { contract: CONTRACT, topics: List::empty(), data: data.clone() };
        mock.commit(vec![said; 20]);
    }
    let subscribe = json!({ "jsonrpc": "2.0", "id": 1, "method": "events_subscribe", "params": ["1:0"] }).to_string();
    let mut stream = websocket(&server, &subscribe).await;
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    // All of it would be 66 MB; what arrives is what fitted into buffers, and then the reason.
    let mut received = Vec::new();
    let mut buffer = vec![0; 1 << 20];
    while !received.windows(15).any(|window| window == b"slow_subscriber") {
        let read =
            tokio::time::timeout(Duration::from_secs(5), stream.read(&mut buffer)).await.expect("a reason").unwrap();
        assert_ne!(read, 0, "closed without a reason");
        received = [&received[received.len().saturating_sub(32)..], &buffer[..read]].concat();
    }
    assert_eq!(result(server.address(), "node_status", json!([])).await["height"], 100, "others are served");
}

#[tokio::test]
async fn a_client_that_asks_and_never_reads_is_cut_off_and_its_place_given_back() {
    let (server, _) = serve(|config| {
        config.slow_client = Duration::from_millis(300);
        config.connections_per_ip_max = 1;
    })
    .await;
    let discover = json!({ "jsonrpc": "2.0", "id": 1, "method": "rpc.discover" }).to_string();
    let mut stream = websocket(&server, &discover).await;
    let length = u16::try_from(discover.len()).unwrap();
    let frame = [&[0x81, 0x80 | 126][..], &length.to_be_bytes(), &[0; 4], discover.as_bytes()].concat();
    // The answers would be gigabytes; the server must stop reading long before it has seen all requests.
    let sent = async { while stream.write_all(&frame).await.is_ok() {} };
    tokio::time::timeout(Duration::from_secs(20), sent).await.expect("the connection is closed");
    for attempt in 0.. {
        let mut next = TcpStream::connect(server.address()).await.unwrap();
        let _ = next.write_all(b"GET /healthy HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
        if matches!(next.read(&mut [0; 1]).await, Ok(1)) {
            break;
        }
        assert!(attempt < 100, "the place did not come back");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Subscribes, from the first height on, to events of a kind that there is none of.
async fn subscribed_to_nothing(server: &RpcServer) -> TcpStream {
    let nothing = json!({ "kinds": [] });
    let subscribe = json!({ "jsonrpc": "2.0", "id": 1, "method": "events_subscribe", "params": ["1:0", nothing] });
    websocket(server, &subscribe.to_string()).await
}

#[tokio::test]
async fn a_subscriber_that_leaves_is_read_for_no_longer() {
    const HEIGHTS: usize = 5_000;
    let (server, mock) = serve(|_| {}).await;
    (0..HEIGHTS).for_each(|_| mock.commit(vec![]));
    *mock.delay.lock().unwrap() = Duration::from_micros(500);
    let reads = || mock.receipt_reads.load(Ordering::SeqCst);
    let stream = subscribed_to_nothing(&server).await;
    while reads() == 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    drop(stream);
    // The page that is being read ends; the next is never begun.
    for attempt in 0.. {
        let before = reads();
        tokio::time::sleep(Duration::from_millis(200)).await;
        if reads() == before {
            break;
        }
        assert!(attempt < 100, "somebody still reads");
    }
    assert!(reads() < HEIGHTS, "the whole chain was read for nobody");
}

#[tokio::test]
async fn subscriptions_read_a_few_pages_at_once_and_all_of_them_come_forward() {
    const SUBSCRIBERS: usize = 12;
    let (server, mock) = serve(|_| {}).await;
    (0..300).for_each(|height| commit(&mock, height..height + 1));
    *mock.delay.lock().unwrap() = Duration::from_micros(200);
    let client = Client::new(&url(&server)).unwrap();
    let mut streams = Vec::new();
    for _ in 0..SUBSCRIBERS {
        streams.push(client.subscribe(Some(cursor("1:0")), None).await.unwrap());
    }
    for stream in &mut streams {
        for expected in 0..300 {
            assert_eq!(amount(&stream.next().await.unwrap()), expected);
        }
    }
    let most = mock.most_running.load(Ordering::SeqCst);
    assert!((1..=2).contains(&most), "{most} pages were read at once");
}

#[tokio::test]
async fn subscriptions_of_the_whole_node_are_limited_and_places_come_back() {
    let (server, mock) = serve(|config| config.all_subscriptions_max = 2).await;
    let client = || Client::new(&url(&server)).unwrap();
    let first = client().subscribe(None, None).await.unwrap();
    let _second = client().subscribe(None, None).await.unwrap();
    let refused = client().subscribe(None, None).await.err().expect("a third has no place");
    assert!(refused.to_string().contains("subscriptions"), "{refused}");
    drop(first);
    place_comes_back(&server).await;
    assert_eq!(mock.receipt_reads.load(Ordering::SeqCst), 0, "nothing happened that could be read");
}

/// Waits until a subscription finds a place again.
async fn place_comes_back(server: &RpcServer) {
    for attempt in 0.. {
        if Client::new(&url(server)).unwrap().subscribe(None, None).await.is_ok() {
            break;
        }
        assert!(attempt < 100, "the place did not come back");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn one_address_gets_a_share_of_the_subscriptions_however_many_connections_it_opens() {
    let (server, _) = serve(|config| {
        config.all_subscriptions_max = 8;
        config.subscriptions_per_ip_max = 2;
    })
    .await;
    let client = || Client::new(&url(&server)).unwrap();
    let first = client().subscribe(None, None).await.unwrap();
    let _second = client().subscribe(None, None).await.unwrap();
    let refused = client().subscribe(None, None).await.err().expect("a third has no place");
    assert!(refused.to_string().contains("subscriptions"), "{refused}");
    // Another address, of the same machine, finds places.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::from(([127, 0, 0, 2], 0))).unwrap();
    let stream = socket.connect(server.address()).await.unwrap();
    let subscribe = json!({ "jsonrpc": "2.0", "id": 1, "method": "events_subscribe", "params": [] });
    let mut stream = websocket_over(stream, &subscribe.to_string()).await;
    // The server may ask first whether somebody listens, by a frame without text.
    let answered = async {
        let mut answer = String::new();
        while !answer.contains('}') {
            let mut bytes = [0; 256];
            let read = stream.read(&mut bytes).await.unwrap();
            assert!(read > 0, "closed after {answer}");
            answer.push_str(&String::from_utf8_lossy(&bytes[..read]));
        }
        answer
    };
    let answer = tokio::time::timeout(Duration::from_secs(5), answered).await.expect("an answer");
    assert!(answer.contains("result") && !answer.contains("error"), "{answer}");
    drop(first);
    place_comes_back(&server).await;
}
