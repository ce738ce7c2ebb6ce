//! Goal: a wallet that cannot or will not prove hands the work to `tacit prover` and risks nothing but its secrecy.
//! Method: one validator and a prover process, with a tap on the socket between. A payment goes through and what crossed is
//! searched for keys; then the prover is exchanged for one that answers with another payment's proof, one that hangs up in
//! the middle, and one that was killed: each time the wallet says so and has its notes, which a good prover then spends.

use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tacit_tests::person::{Person, all};
use tacit_tests::{Devnet, binary};
use tacit_types::Network;
use tacit_wallet::shielded::ViewingKey;

/// `tacit prover` in a home without any key.
struct Prover(Child);

impl Prover {
    fn start(socket: &Path, params: &str) -> Self {
        let empty = socket.with_extension("home");
        std::fs::create_dir_all(&empty).unwrap();
        let arguments = ["prover", "--params", params, "--socket", socket.to_str().unwrap()];
        let mut command = Command::new(binary());
        let child = command.args(arguments).env_clear().env("HOME", empty).stdout(Stdio::null()).spawn().unwrap();
        let deadline = Instant::now() + Duration::from_secs(60);
        while UnixStream::connect(socket).is_err() {
            assert!(Instant::now() < deadline, "the prover does not listen");
            std::thread::sleep(Duration::from_millis(50));
        }
        Self(child)
    }

    fn kill(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Prover {
    fn drop(&mut self) {
        self.kill();
    }
}

/// One frame of the protocol: length and body.
fn frame(stream: &mut UnixStream) -> Option<Vec<u8>> {
    let mut length = [0u8; 4];
    stream.read_exact(&mut length).ok()?;
    let mut frame = length.to_vec();
    frame.resize(4 + usize::try_from(u32::from_le_bytes(length)).unwrap(), 0);
    stream.read_exact(&mut frame[4..]).unwrap();
    Some(frame)
}

/// Listens at a socket of its own and lets `answer` say what is sent back for a question, and hangs up then.
fn listen(socket: PathBuf, answer: impl Fn(&[u8]) -> Vec<u8> + Send + 'static) -> PathBuf {
    let listener = UnixListener::bind(&socket).unwrap();
    std::thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            if let Some(question) = frame(&mut stream) {
                let _ = stream.write_all(&answer(&question));
            }
        }
    });
    socket
}

/// Questions and answers that passed a tap, in order.
type Crossed = Arc<Mutex<Vec<(Vec<u8>, Vec<u8>)>>>;

/// A socket that passes everything on to `prover` and remembers it.
fn tap(socket: PathBuf, prover: PathBuf) -> (PathBuf, Crossed) {
    let crossed = Crossed::default();
    let kept = Arc::clone(&crossed);
    let socket = listen(socket, move |question| {
        let mut behind = UnixStream::connect(&prover).unwrap();
        behind.write_all(question).unwrap();
        let answer = frame(&mut behind).unwrap();
        kept.lock().unwrap().push((question.to_vec(), answer.clone()));
        answer
    });
    (socket, crossed)
}

#[test]
fn a_wallet_has_its_proofs_made_by_another_process() {
    let network = Devnet::start(1);
    tokio::runtime::Runtime::new().unwrap().block_on(network.wait_for_height(0, 1));
    let folder = network.home(0).with_file_name("sockets");
    std::fs::create_dir(&folder).unwrap();
    let params = folder.with_file_name("params").to_str().unwrap().to_owned();
    let behind = folder.join("prover");
    let mut prover = Prover::start(&behind, &params);
    let (tapped, crossed) = tap(folder.join("tap"), behind.clone());

    let (alice, bob) = (Person::new(&network, "alice", "alice"), Person::new(&network, "bob", "bob"));
    alice.wallet(&["new", "alice"]);
    bob.wallet(&["new", "bob"]);
    let (to_alice, to_bob) = (alice.shielded_address("0"), bob.shielded_address("0"));
    let by = |person: &Person<'_>, verb: &[&str], socket: &Path| {
        person.output("wallet", &all(&[verb, &["--prover", socket.to_str().unwrap()]]))
    };
    let pay = |amount: &str, socket: &Path| {
        by(&alice, &["transfer", "--from", "alice", "--to", &to_bob, "--amount", amount], socket)
    };
    let succeeds = |output: Output| assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    succeeds(by(&alice, &["shield", "--dev", "0", "--to", &to_alice, "--amount", "50"], &tapped));
    crossed.lock().unwrap().clear();

    // A payment goes through, proven by the other process alone, which got what it proves with and no more.
    succeeds(pay("12", &tapped));
    assert_eq!(bob.spendable("TCT"), "12");
    let seen = crossed.lock().unwrap().clone();
    assert_eq!(seen.len(), 1, "one join-split, one question");
    let (question, answer) = &seen[0];
    let viewing = alice.wallet(&["viewing-key", "--from", "alice"]);
    let full = ViewingKey::from_text(viewing.trim(), Network::Dev).unwrap().to_bytes();
    let viewing = alice.wallet(&["viewing-key", "--from", "alice", "--incoming"]);
    let incoming = ViewingKey::from_text(viewing.trim(), Network::Dev).unwrap().to_bytes();
    let contains = |part: &[u8]| question.windows(part.len()).any(|window| window == part);
    assert!(contains(&full[1..33]) && contains(&full[33..65]), "ak and nk, which the statement is about");
    assert!(!contains(&full[65..97]) && !contains(&full[97..129]), "what reads its payments and makes its addresses");
    assert!(!contains(&incoming[1..33]), "what finds its notes");

    // Whoever answers wrongly: the wallet says which side is to blame, signs nothing, and has all its notes.
    let before = alice.spendable("TCT");
    let stale = answer.clone();
    let liar = listen(folder.join("liar"), move |_| stale.clone());
    let quitter = listen(folder.join("quitter"), |_| vec![129, 0, 0, 0, 1, 7, 7]);
    prover.kill();
    for (socket, complaint) in [
        (&liar, "a proof does not verify; nothing was signed or sent"),
        (&quitter, "quitter cannot be used"),
        (&behind, "is `tacit prover` running there?"),
    ] {
        let output = pay("3", socket);
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{} was believed", socket.display());
        assert!(told.contains(complaint), "{}: {told}", socket.display());
        assert_eq!(alice.spendable("TCT"), before, "{} cost the wallet notes", socket.display());
    }
    assert_eq!(bob.spendable("TCT"), "12");

    // A new prover takes the dead one's place, and the same notes are spent.
    let _prover = Prover::start(&behind, &params);
    succeeds(pay("3", &behind));
    assert_eq!(bob.spendable("TCT"), "15");
    let told: Vec<String> = alice.history().into_iter().map(|(kind, amount, _)| format!("{kind} {amount}")).collect();
    assert_eq!(told.iter().filter(|line| line.starts_with("sent")).count(), 2, "{told:?}");
}
