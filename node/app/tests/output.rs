//! What becomes of a command whose output nobody reads, or nobody can store.
#![allow(missing_docs, clippy::unwrap_used)]

use std::fs::File;
use std::process::{Command, Output, Stdio};

fn tacit(arguments: &[&str], stdout: impl Into<Stdio>) -> Output {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("tacit"));
    command.args(arguments).stdout(stdout).stderr(Stdio::piped()).spawn().unwrap().wait_with_output().unwrap()
}

/// A pipe that nobody reads any more.
fn broken_pipe() -> std::io::PipeWriter {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    writer
}

#[test]
fn a_reader_that_went_away_ends_a_command_quietly() {
    let keys = tempfile::tempdir().unwrap();
    let keys = keys.path().to_str().unwrap();
    for arguments in [&["keys", "list", "--keystore", keys][..], &["wallet", "address", "--dev", "0"], &["--help"]] {
        let ended = tacit(arguments, broken_pipe());
        assert!(ended.status.success(), "{arguments:?}: {:?}", ended.status);
        assert_eq!(String::from_utf8(ended.stderr).unwrap(), "", "{arguments:?}");
    }
}

#[test]
fn a_failure_stays_a_failure_when_its_message_is_not_read() {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("tacit"));
    command.args(["wallet", "address"]).stdout(broken_pipe()).stderr(broken_pipe());
    assert_eq!(command.status().unwrap().code(), Some(1));
}

#[test]
#[cfg(target_os = "linux")]
fn an_answer_that_cannot_be_stored_is_a_failure() {
    let full = File::options().write(true).open("/dev/full").unwrap();
    let ended = tacit(&["wallet", "address", "--dev", "0"], full);
    assert_eq!(ended.status.code(), Some(1));
    let message = String::from_utf8(ended.stderr).unwrap();
    assert!(message.contains("the answer could not be written"), "{message}");
}
