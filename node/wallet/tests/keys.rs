//! Mnemonics, derivation and signatures: the vectors of `docs/spec/keys.md`.
#![allow(clippy::unwrap_used)]

use tacit_types::{Amount, Gas, GenesisId, Height, Network, Price, Sequence, Tx};
use tacit_wallet::devnet::{DEVNET_ACCOUNTS, DEVNET_MNEMONIC, devnet_account};
use tacit_wallet::mnemonic::path_text;
use tacit_wallet::{Mnemonic, SecretKey, TxBuilder, WalletError, WordCount};

/// The lines of the specification's table: mnemonic, account, secret key, public key, address on a development network.
fn vectors() -> Vec<[String; 5]> {
    let specification = include_str!("../../../docs/spec/keys.md");
    let rows = specification.lines().filter(|line| line.starts_with("| `m"));
    rows.map(|line| {
        let cells: Vec<String> = line.split('|').map(|cell| cell.trim().trim_matches('`').to_owned()).collect();
        let [_, path, mnemonic, secret, public, address, _] = &cells[..] else { panic!("{line}") };
        [path, mnemonic, secret, public, address].map(String::clone)
    })
    .collect()
}

#[test]
fn derivation_gives_the_vectors_of_the_specification() {
    let words = |name: &str| match name {
        "W1" => DEVNET_MNEMONIC.to_owned(),
        "W2" => format!("{}about", "abandon ".repeat(11)),
        "W3" => format!("{}art", "abandon ".repeat(23)),
        other => panic!("unknown mnemonic {other}"),
    };
    let vectors = vectors();
    assert!(vectors.len() >= 5, "the table is there");
    for [path, mnemonic, secret, public, address] in vectors {
        let index = path.split('/').nth(3).unwrap().trim_end_matches('\'').parse().unwrap();
        assert_eq!(path_text(index), path);
        let account = Mnemonic::parse(&words(&mnemonic)).unwrap().account(index).unwrap();
        assert_eq!(account.key.to_hex().as_str(), secret, "{mnemonic} {path}");
        assert_eq!(account.public_key().to_string(), public, "{mnemonic} {path}");
        assert_eq!(account.address.to_text(Network::Dev), address, "{mnemonic} {path}");
    }
}

#[test]
fn restoring_from_words_gives_the_same_accounts() {
    for count in [WordCount::Twelve, WordCount::TwentyFour] {
        let mnemonic = Mnemonic::generate(count).unwrap();
        let restored = Mnemonic::parse(&mnemonic.words()).unwrap();
        for index in [0, 1, 2, 1_000, (1 << 31) - 1] {
            assert_eq!(mnemonic.account(index).unwrap().address, restored.account(index).unwrap().address);
        }
    }
}

#[test]
fn words_may_be_typed_in_any_case_and_spacing() {
    let sloppy = format!("  {}\n", DEVNET_MNEMONIC.to_uppercase().replace(' ', " \t "));
    assert_eq!(Mnemonic::parse(&sloppy).unwrap().account(0).unwrap().address, devnet_account(0).unwrap().address);
}

#[test]
fn words_that_are_no_mnemonic_are_refused_with_the_reason() {
    let swapped = DEVNET_MNEMONIC.replace("test junk", "junk test");
    for (words, reason) in [
        (swapped.as_str(), "checksum"),
        (&DEVNET_MNEMONIC.replace("junk", "junkk"), "word 12"),
        (&DEVNET_MNEMONIC.replace(" junk", ""), "not 11"),
        ("", "not 0"),
        (&"test ".repeat(15), "not 15"),
        (&"test ".repeat(100_000), "not 100000"),
    ] {
        let error = Mnemonic::parse(words).unwrap_err().to_string();
        assert!(error.contains(reason), "{reason}: {error}");
    }
    assert!(matches!(devnet_account(1 << 31), Err(WalletError::AccountIndex)));
}

#[test]
fn accounts_of_one_mnemonic_are_all_different() {
    let mut addresses: Vec<_> = (0..DEVNET_ACCOUNTS).map(|index| devnet_account(index).unwrap().address).collect();
    addresses.sort_unstable();
    addresses.dedup();
    assert_eq!(addresses.len(), DEVNET_ACCOUNTS as usize);
}

#[test]
fn a_key_survives_export_and_import() {
    let key = SecretKey::generate().unwrap();
    assert_eq!(SecretKey::from_hex(&key.to_hex()).unwrap().public_key(), key.public_key());
    assert_eq!(SecretKey::from_hex(&key.to_hex()[2..]).unwrap().public_key(), key.public_key());
    for refused in ["", "0x", "0x00", &"zz".repeat(32), &"00".repeat(33)] {
        assert!(matches!(SecretKey::from_hex(refused), Err(WalletError::SecretKey)), "{refused}");
    }
}

#[test]
fn a_signed_transaction_verifies_and_survives_encoding() {
    let account = devnet_account(0).unwrap();
    let tx = TxBuilder::new(GenesisId([1; 32]))
        .expiry(Height(10))
        .gas_limit(Gas(50_000))
        .price(Price(2), Price(1))
        .transfer(devnet_account(1).unwrap().address, Amount(5))
        .sign(&account.key, Sequence(7))
        .unwrap();
    assert_eq!(tx.body.sender(), account.address);
    let signature = tx.witness.signatures[0].signature;
    let key = ed25519_consensus::VerificationKey::try_from(account.public_key().0).unwrap();
    key.verify(&signature.0.into(), &tx.body.sign_bytes()).unwrap();
    assert_eq!(Tx::decode(&tx.encode()).unwrap(), tx);
    let other_chain = tacit_types::TxBody { genesis_id: GenesisId([2; 32]), ..tx.body.clone() };
    assert!(key.verify(&signature.0.into(), &other_chain.sign_bytes()).is_err(), "no replay on another chain");
}
