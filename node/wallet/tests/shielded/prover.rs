//! Delegated proving over a Unix socket: the prover serves, and gets nothing with which it could spend.

use super::support::key;
use super::world::{TOKEN, World, address, pay, prover};
use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::{Arc, Mutex};
use tacit_circuits::ProofBytes;
use tacit_types::codec;
use tacit_wallet::WalletError;
use tacit_wallet::shielded::build::Payer;
use tacit_wallet::shielded::plan::Recipient;
use tacit_wallet::shielded::prover::{
    FRAME_BYTES_MAX, ProofJob, ProofService, ProverRefusal, RemoteProver, Served, serve,
};
use tacit_wallet::shielded::{ProverError, ViewingKey};

fn start(socket: &Path, prover: impl ProofService + Send + 'static) -> Arc<Mutex<Vec<Served>>> {
    let (listener, prover) = (UnixListener::bind(socket).unwrap(), Arc::new(prover));
    let log = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&log);
    std::thread::spawn(move || serve(&listener, &prover, move |served| told.lock().unwrap().push(served)));
    log
}

/// Keeps what it is asked, and proves nothing.
struct Curious(Mutex<Vec<Vec<u8>>>);

impl ProofService for &Curious {
    fn prove(&self, job: &ProofJob) -> Result<ProofBytes, ProverError> {
        self.0.lock().unwrap().push(codec::encode(job));
        Ok(ProofBytes([1; 128]))
    }

    fn parallel(&self) -> usize {
        1
    }
}

#[test]
fn a_wallet_has_its_proofs_made_elsewhere_and_the_chain_takes_them() {
    let directory = tempfile::TempDir::new().unwrap();
    let socket = directory.path().join("prover");
    let log = start(&socket, prover());
    let mut world = World::funded(&[100 * TOKEN]);
    let to = Recipient::Account(World::account(2).address());
    let (plan, notes) = world.plan(1, vec![pay(TOKEN, to, "")]).unwrap();
    let remote = RemoteProver::new(&socket);
    let tx = world.build_with(&plan, &key(1), &notes, Payer::Pool, Vec::new(), &remote).unwrap();
    world.run(&tx);
    let served = log.lock().unwrap().clone();
    assert_eq!(served.len(), 2);
    assert!(served.iter().all(|served| matches!(served, Served::Proof { .. })));
}

#[test]
fn what_crosses_to_a_prover_holds_nothing_that_signs_receives_or_makes_addresses() {
    let world = World::funded(&[100 * TOKEN]);
    let (plan, notes) = world.plan(1, vec![pay(TOKEN, Recipient::Shielded(address(2, 0)), "")]).unwrap();
    let curious = Curious(Mutex::new(Vec::new()));
    let refused = world.build_with(&plan, &key(1), &notes, Payer::Pool, Vec::new(), &&curious);
    assert!(matches!(refused, Err(WalletError::BadProof)));
    let crossed = curious.0.lock().unwrap().pop().unwrap();
    let full = ViewingKey::Full(key(1).full_viewing_key().clone()).to_bytes();
    let incoming = ViewingKey::Incoming(key(1).full_viewing_key().incoming().clone()).to_bytes();
    let contains = |part: &[u8]| crossed.windows(part.len()).any(|window| window == part);
    assert!(contains(&full[1..33]) && contains(&full[33..65]), "ak and nk are what it proves with");
    assert!(!contains(&[1; 32]), "the account's secret");
    let ask = tacit_wallet_ask(&[1; 32]);
    assert!(!contains(&ask), "ask");
    assert!(!contains(&full[65..97]) && !contains(&full[97..]), "ovk and dk");
    assert!(!contains(&incoming[1..33]), "ivk");
}

/// `ask` of an account's secret, as the specification says: 64 bytes modulo the order of Baby Jubjub's subgroup.
fn tacit_wallet_ask(sk: &[u8; 32]) -> [u8; 32] {
    let wide: [u8; 64] = super::forge::kdf("tacit 2026-11 shielded ask", sk);
    tacit_circuits::spend::Blinding::from_wide(&wide).to_bytes()
}

#[test]
fn a_prover_refuses_what_is_false_or_unreadable_and_serves_on() {
    let directory = tempfile::TempDir::new().unwrap();
    let socket = directory.path().join("prover");
    let log = start(&socket, prover());
    let world = World::funded(&[100 * TOKEN]);
    let (plan, notes) = world.plan(1, vec![pay(TOKEN, Recipient::Shielded(address(2, 0)), "")]).unwrap();
    let remote = RemoteProver::new(&socket);
    // A false statement: the notes are another wallet's.
    let stolen = world.build_with(&plan, &key(3), &notes, Payer::Pool, Vec::new(), &remote);
    assert!(matches!(stolen, Err(WalletError::Prover(ProverError::Refused(ProverRefusal::False)))), "{stolen:?}");
    // Bytes that are no question; then a length that nobody may make it reserve; then half a frame.
    let mut stream = UnixStream::connect(&socket).unwrap();
    stream.write_all(&[3, 0, 0, 0, 9, 9, 9]).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    assert_eq!(answer, [2, 0, 0, 0, 2, 1], "refused as malformed, and hung up");
    for start in [u32::MAX.to_le_bytes(), u32::try_from(FRAME_BYTES_MAX + 1).unwrap().to_le_bytes()] {
        let mut stream = UnixStream::connect(&socket).unwrap();
        stream.write_all(&start).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        assert!(answer.is_empty(), "hung up");
    }
    let mut stream = UnixStream::connect(&socket).unwrap();
    stream.write_all(&[200, 0, 0, 0, 1]).unwrap();
    drop(stream);
    assert!(world.build_with(&plan, &key(1), &notes, Payer::Pool, Vec::new(), &remote).is_ok());
    let log = log.lock().unwrap();
    assert!(log.contains(&Served::Refused(ProverRefusal::False)));
    assert!(log.contains(&Served::Refused(ProverRefusal::Malformed)));
}

#[test]
fn a_prover_that_is_away_or_answers_nonsense_is_named() {
    let directory = tempfile::TempDir::new().unwrap();
    let away = directory.path().join("nobody");
    let world = World::funded(&[100 * TOKEN]);
    let (plan, notes) = world.plan(1, vec![pay(TOKEN, Recipient::Shielded(address(2, 0)), "")]).unwrap();
    let build = |socket: &Path| {
        world.build_with(&plan, &key(1), &notes, Payer::Pool, Vec::new(), &RemoteProver::new(socket)).unwrap_err()
    };
    let error = build(&away);
    assert!(error.to_string().contains("nobody") && error.to_string().contains("tacit prover"), "{error}");
    for answer in [&[1u8, 0, 0, 0, 9][..], &[0, 0, 0, 0], &[255, 255, 255, 255], &[]] {
        let socket = directory.path().join(format!("answers-{}", hex::encode(answer)));
        let listener = UnixListener::bind(&socket).unwrap();
        let answer = answer.to_vec();
        std::thread::spawn(move || {
            while let Ok((mut stream, _)) = listener.accept() {
                let mut length = [0u8; 4];
                stream.read_exact(&mut length).unwrap();
                let mut question = vec![0; u32::from_le_bytes(length) as usize];
                stream.read_exact(&mut question).unwrap();
                stream.write_all(&answer).unwrap();
            }
        });
        let error = build(&socket);
        assert!(matches!(error, WalletError::Prover(ProverError::Nonsense(_) | ProverError::Io { .. })), "{error}");
    }
}
