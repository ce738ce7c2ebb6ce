//! No secret in anything that could be logged, printed or shown as an error.
#![allow(clippy::unwrap_used)]

use std::fmt::Debug;
use tacit_wallet::prove::{Hidden, MemberKey};
use tacit_wallet::{Account, KdfParams, Keystore, Mnemonic, Password, Secret, SecretKey, WordCount};

const PASSWORD: &str = "a password that is nowhere else";

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Decimal lists are how a derived `Debug` would print bytes.
fn decimal(bytes: &[u8]) -> String {
    bytes.iter().map(u8::to_string).collect::<Vec<_>>().join(", ")
}

fn printed(value: &impl Debug) -> String {
    format!("{value:?} {value:#?}").replace('\n', " ")
}

fn assert_silent(text: &str, secrets: &[String]) {
    let squeezed = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for secret in secrets {
        assert!(!squeezed.contains(secret.as_str()), "`{secret}` in `{squeezed}`");
    }
}

#[test]
fn debug_output_of_every_secret_type_contains_no_secret() {
    let mnemonic = Mnemonic::generate(WordCount::TwentyFour).unwrap();
    let account: Account = mnemonic.account(0).unwrap();
    let key: SecretKey = account.key.clone();
    let seed = *key.seed();
    let words = mnemonic.words();
    // Two adjacent words are enough to recognise a mnemonic, and unlikely to stand anywhere by chance.
    let pair = words.split(' ').take(2).collect::<Vec<_>>().join(" ");
    let secrets = [hex(&seed), decimal(&seed), hex(&seed[..8]), decimal(&seed[..8]), pair, PASSWORD.to_owned()];
    for text in [
        printed(&mnemonic),
        printed(&account),
        printed(&key),
        printed(&Secret::Key(key.clone())),
        printed(&Secret::Mnemonic(mnemonic)),
        printed(&Password::new(PASSWORD).unwrap()),
    ] {
        assert_silent(&text, &secrets);
    }
    let member = MemberKey::generate().unwrap();
    let bytes = *member.to_bytes();
    assert_silent(&printed(&member), &[hex(&bytes), decimal(&bytes), hex(&bytes[..8])]);
    let hidden = Hidden::new(987_654_321_987).unwrap();
    let blinding = *hidden.blinding();
    assert_silent(&printed(&hidden), &[hex(&blinding), decimal(&blinding[..8]), "987654321987".to_owned()]);
}

#[test]
fn errors_about_secrets_do_not_repeat_them() {
    let directory = tempfile::TempDir::new().unwrap();
    let cheap = KdfParams { memory_kib: 8, passes: 1, lanes: 1 };
    let keystore = Keystore::new(directory.path()).with_kdf(cheap);
    let secrets = ["zebra".to_owned(), "notaword".to_owned(), PASSWORD.to_owned(), "c0ffee".to_owned()];
    let right = Password::new("another").unwrap();
    keystore.add("k", &Secret::Key(SecretKey::generate().unwrap()), &right).unwrap();
    let errors = [
        Mnemonic::parse(&format!("{} notaword", "zebra ".repeat(11))).unwrap_err(),
        Mnemonic::parse(&"zebra ".repeat(12)).unwrap_err(),
        Mnemonic::parse("zebra").unwrap_err(),
        SecretKey::from_hex("0xc0ffee").unwrap_err(),
        keystore.unlock("k", &Password::new(PASSWORD).unwrap()).unwrap_err(),
    ];
    for error in errors {
        assert_silent(&format!("{error} {error:?}"), &secrets);
    }
}

#[test]
fn the_keystore_file_holds_nothing_of_the_secret_in_the_clear() {
    let directory = tempfile::TempDir::new().unwrap();
    let cheap = KdfParams { memory_kib: 8, passes: 1, lanes: 1 };
    let keystore = Keystore::new(directory.path()).with_kdf(cheap);
    let mnemonic = Mnemonic::generate(WordCount::Twelve).unwrap();
    let (words, seed) = (mnemonic.words(), *mnemonic.account(0).unwrap().key.seed());
    keystore.add("k", &Secret::Mnemonic(mnemonic), &Password::new(PASSWORD).unwrap()).unwrap();
    let text = std::fs::read_to_string(directory.path().join("k.json")).unwrap();
    let in_hex = hex(words.as_bytes());
    assert_silent(
        &text,
        &[words.to_string(), in_hex[..16].to_owned(), hex(&seed), PASSWORD.to_owned(), hex(PASSWORD.as_bytes())],
    );
}
