//! The keystore under attack: damaged, forged, greedy and badly kept files; and the ordinary ways through it.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Instant;
use tacit_wallet::{EntryKind, KdfParams, Keystore, Mnemonic, Password, Secret, SecretKey, WalletError, WordCount};
use tempfile::TempDir;

/// As cheap as Argon2 goes: these tests open files hundreds of times.
const CHEAP: KdfParams = KdfParams { memory_kib: 8, passes: 1, lanes: 1 };

fn keystore() -> (TempDir, Keystore) {
    let directory = TempDir::new().unwrap();
    let keystore = Keystore::new(directory.path().join("keys")).with_kdf(CHEAP);
    (directory, keystore)
}

fn password(text: &str) -> Password {
    Password::new(text).unwrap()
}

fn file(keystore: &Keystore, name: &str) -> PathBuf {
    keystore.directory().join(format!("{name}.json"))
}

/// Overwrites a file as an attacker or a bad disk would, keeping it private.
fn overwrite(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_key_and_a_mnemonic_come_back_as_they_were() {
    let (_directory, keystore) = keystore();
    let key = SecretKey::generate().unwrap();
    let mnemonic = Mnemonic::generate(WordCount::Twelve).unwrap();
    let address = mnemonic.account(3).unwrap().address;
    keystore.add("single", &Secret::Key(key.clone()), &password("one")).unwrap();
    keystore.add("words", &Secret::Mnemonic(mnemonic), &password("two")).unwrap();
    assert_eq!(keystore.account("single", 0, &password("one")).unwrap().public_key(), key.public_key());
    assert_eq!(keystore.account("words", 3, &password("two")).unwrap().address, address);
    assert!(matches!(keystore.account("single", 1, &password("one")), Err(WalletError::SingleKey(_))));
}

#[test]
fn names_kinds_and_public_keys_are_listed_without_a_password() {
    let (_directory, keystore) = keystore();
    assert_eq!(keystore.list().unwrap(), []);
    let key = SecretKey::generate().unwrap();
    keystore.add("b", &Secret::Key(key.clone()), &password("x")).unwrap();
    keystore.add("a", &Secret::Mnemonic(Mnemonic::generate(WordCount::TwentyFour).unwrap()), &password("x")).unwrap();
    let list = keystore.list().unwrap();
    assert_eq!(
        list.iter().map(|entry| (entry.name.as_str(), entry.kind)).collect::<Vec<_>>(),
        [("a", EntryKind::Mnemonic), ("b", EntryKind::Key)]
    );
    assert_eq!(list[1].public_key, key.public_key());
}

#[test]
fn a_wrong_password_opens_nothing() {
    let (_directory, keystore) = keystore();
    keystore.add("k", &Secret::Key(SecretKey::generate().unwrap()), &password("right")).unwrap();
    for wrong in ["Right", "right ", "righ", "wrong"] {
        assert!(matches!(keystore.unlock("k", &password(wrong)), Err(WalletError::Unlock { .. })), "{wrong}");
    }
    keystore.unlock("k", &password("right")).unwrap();
}

#[test]
fn a_change_of_any_single_byte_is_noticed() {
    let (_directory, keystore) = keystore();
    keystore.add("k", &Secret::Key(SecretKey::generate().unwrap()), &password("p")).unwrap();
    let path = file(&keystore, "k");
    let good = fs::read(&path).unwrap();
    for position in 0..good.len() {
        for flip in [0x01, 0x02, 0x20, 0x80] {
            let mut bad = good.clone();
            bad[position] ^= flip;
            overwrite(&path, &bad);
            let opened = keystore.unlock("k", &password("p"));
            let noticed = matches!(opened, Err(WalletError::KeystoreFormat { .. } | WalletError::Unlock { .. }));
            assert!(noticed, "byte {position} ^ {flip:#x}: {:?}", opened.map(drop));
        }
    }
    overwrite(&path, &good);
    keystore.unlock("k", &password("p")).unwrap();
}

#[test]
fn truncated_extended_and_garbage_files_are_refused() {
    let (_directory, keystore) = keystore();
    keystore.add("k", &Secret::Key(SecretKey::generate().unwrap()), &password("p")).unwrap();
    let path = file(&keystore, "k");
    let good = fs::read(&path).unwrap();
    let mut bad: Vec<Vec<u8>> = (0..good.len()).step_by(7).map(|length| good[..length].to_vec()).collect();
    bad.extend([
        [good.as_slice(), b" "].concat(),
        [b" ", good.as_slice()].concat(),
        b"null".to_vec(),
        vec![0; 100],
        vec![0xff; 100],
        b"[".repeat(8_000),
        b"{\"a\":".repeat(1_600),
        vec![b' '; 20_000_000],
    ]);
    for bytes in bad {
        overwrite(&path, &bytes);
        let refused = keystore.info("k").unwrap_err();
        assert!(matches!(refused, WalletError::KeystoreFormat { .. }), "{} bytes: {refused}", bytes.len());
    }
}

#[test]
fn unknown_fields_formats_and_algorithms_are_refused() {
    let (_directory, keystore) = keystore();
    keystore.add("k", &Secret::Key(SecretKey::generate().unwrap()), &password("p")).unwrap();
    let path = file(&keystore, "k");
    let good = fs::read_to_string(&path).unwrap();
    for (from, to) in [
        ("\"format\": 1", "\"format\": 2"),
        ("\"format\": 1", "\"format\": 1,\n  \"extra\": 1"),
        ("argon2id", "argon2i"),
        ("xchacha20poly1305", "none"),
        ("\"kind\": \"key\"", "\"kind\": \"other\""),
    ] {
        assert!(good.contains(from), "{from} in {good}");
        overwrite(&path, good.replace(from, to).as_bytes());
        assert!(matches!(keystore.info("k"), Err(WalletError::KeystoreFormat { .. })), "{to}");
    }
}

#[test]
fn a_file_that_asks_for_much_memory_or_time_is_refused_before_it_gets_any() {
    let (_directory, keystore) = keystore();
    keystore.add("k", &Secret::Key(SecretKey::generate().unwrap()), &password("p")).unwrap();
    let path = file(&keystore, "k");
    let good = fs::read_to_string(&path).unwrap();
    for (field, cheap) in [("memory_kib", 8), ("passes", 1), ("lanes", 1)] {
        for greedy in [u64::from(u32::MAX), 1 << 30, u64::MAX, 300_000] {
            let from = format!("\"{field}\": {cheap}");
            assert!(good.contains(&from));
            overwrite(&path, good.replace(&from, &format!("\"{field}\": {greedy}")).as_bytes());
            let start = Instant::now();
            let refused = keystore.unlock("k", &password("p")).map(drop).unwrap_err();
            assert!(matches!(refused, WalletError::KeystoreFormat { .. }), "{field} {greedy}: {refused}");
            assert!(start.elapsed().as_millis() < 500, "{field} {greedy} took {:?}", start.elapsed());
        }
        overwrite(&path, good.replace(&format!("\"{field}\": {cheap}"), &format!("\"{field}\": 0")).as_bytes());
        assert!(keystore.unlock("k", &password("p")).is_err(), "{field} 0");
    }
}

#[test]
fn a_file_under_another_name_is_refused() {
    let (_directory, keystore) = keystore();
    keystore.add("mine", &Secret::Key(SecretKey::generate().unwrap()), &password("p")).unwrap();
    fs::copy(file(&keystore, "mine"), file(&keystore, "yours")).unwrap();
    assert!(matches!(keystore.unlock("yours", &password("p")), Err(WalletError::KeystoreFormat { .. })));
}

#[test]
fn names_cannot_leave_the_folder_and_existing_keys_are_never_replaced() {
    let (_directory, keystore) = keystore();
    let secret = Secret::Key(SecretKey::generate().unwrap());
    for name in ["", ".", "..", "a/b", "../k", "A", "k.json", "a b", "ä", "\0", &"k".repeat(33)] {
        assert!(matches!(keystore.add(name, &secret, &password("p")), Err(WalletError::KeyName(_))), "{name:?}");
        assert!(matches!(keystore.info(name), Err(WalletError::KeyName(_))), "{name:?}");
    }
    keystore.add("k", &secret, &password("p")).unwrap();
    let before = fs::read(file(&keystore, "k")).unwrap();
    assert!(matches!(keystore.add("k", &secret, &password("q")), Err(WalletError::KeyExists(_))));
    assert_eq!(fs::read(file(&keystore, "k")).unwrap(), before);
    assert!(matches!(keystore.info("other"), Err(WalletError::KeyUnknown { .. })));
}

#[test]
fn files_are_private_and_those_that_are_not_are_refused() {
    let (_directory, keystore) = keystore();
    keystore.add("k", &Secret::Key(SecretKey::generate().unwrap()), &password("p")).unwrap();
    let path = file(&keystore, "k");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&path), mode(keystore.directory())), (0o600, 0o700));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    assert!(matches!(keystore.info("k"), Err(WalletError::Permissions { .. })));
}

#[test]
fn no_temporary_file_is_left_and_leftovers_of_a_crash_are_ignored() {
    let (_directory, keystore) = keystore();
    keystore.add("k", &Secret::Key(SecretKey::generate().unwrap()), &password("p")).unwrap();
    assert_eq!(fs::read_dir(keystore.directory()).unwrap().count(), 1);
    fs::write(keystore.directory().join(".new-0123456789abcdef"), b"half a fi").unwrap();
    assert_eq!(keystore.list().unwrap().len(), 1);
    keystore.unlock("k", &password("p")).unwrap();
}

#[test]
fn the_default_cost_is_what_the_specification_says_and_opens_again() {
    let directory = TempDir::new().unwrap();
    let keystore = Keystore::new(directory.path());
    keystore.add("k", &Secret::Key(SecretKey::generate().unwrap()), &password("p")).unwrap();
    let text = fs::read_to_string(file(&keystore, "k")).unwrap();
    assert!(text.contains("\"memory_kib\": 65536") && text.contains("\"passes\": 3"), "{text}");
    keystore.unlock("k", &password("p")).unwrap();
}

#[test]
fn a_password_file_gives_its_first_line() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("password");
    let (_keys, keystore) = keystore();
    keystore.add("k", &Secret::Key(SecretKey::generate().unwrap()), &password("secret word")).unwrap();
    for text in ["secret word", "secret word\n", "secret word\r\n", "secret word\nsecond line"] {
        fs::write(&path, text).unwrap();
        keystore.unlock("k", &Password::from_file(&path).unwrap()).unwrap();
    }
    fs::write(&path, "x".repeat(1_024)).unwrap();
    Password::from_file(&path).unwrap();
    for refused in [String::new(), "\nsecond".to_owned(), "x".repeat(1_025), "x".repeat(10_000_000)] {
        fs::write(&path, &refused).unwrap();
        assert!(matches!(Password::from_file(&path), Err(WalletError::Password)), "{} bytes", refused.len());
    }
}
