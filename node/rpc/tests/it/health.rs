//! Health checks and the metrics page.

use crate::http::send;
use crate::mock::serve;
use serde_json::json;

#[tokio::test]
async fn a_node_is_ready_once_it_has_a_block_and_healthy_before() {
    let (server, mock) = serve(|_| {}).await;
    let get = |path: &'static str| send(server.address(), path, b"");
    assert_eq!(get("GET /healthy HTTP/1.1").await.status, 200);
    let not_ready = get("GET /ready HTTP/1.1").await;
    assert_eq!(not_ready.status, 503);
    assert_eq!(not_ready.json(), json!({ "ok": false, "reason": "no block yet" }));
    mock.commit(vec![]);
    let ready = get("GET /ready HTTP/1.1").await;
    assert_eq!((ready.status, ready.json()), (200, json!({ "ok": true, "reason": null })));
}

#[tokio::test]
async fn the_metrics_page_shows_what_it_is_given_and_nothing_else() {
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let render = || "tacit_height 7\n".to_owned();
    let stopped = async { drop(stopped.await) };
    let address = tacit_rpc::serve_metrics(([127, 0, 0, 1], 0).into(), render, stopped).await.unwrap();
    let page = send(address, "GET /metrics HTTP/1.1", b"").await;
    assert_eq!((page.status, page.body.as_slice()), (200, b"tacit_height 7\n".as_slice()));
    assert_eq!(send(address, "GET / HTTP/1.1", b"").await.status, 404);
    drop(stop);
}
