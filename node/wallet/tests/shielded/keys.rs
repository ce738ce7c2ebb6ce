//! Shielded keys and addresses: what follows from what, what is refused, and that no secret is ever printed.

use super::support::{address, key};
use proptest::prelude::*;
use std::collections::BTreeSet;
use tacit_circuits::modulus_bytes;
use tacit_types::Network;
use tacit_wallet::devnet::DEVNET_MNEMONIC;
use tacit_wallet::shielded::{KeyTextError, ShieldedAddress, SpendingKey, ViewingKey};
use tacit_wallet::{Mnemonic, WalletError};

const NETWORKS: [Network; 3] = [Network::Main, Network::Test, Network::Dev];

fn viewing(number: u8) -> [ViewingKey; 2] {
    let full = key(number).full_viewing_key().clone();
    [ViewingKey::Full(full.clone()), ViewingKey::Incoming(full.incoming().clone())]
}

#[test]
fn accounts_and_addresses_of_one_mnemonic_are_all_different_and_come_back_from_the_words() {
    let mnemonic = Mnemonic::parse(DEVNET_MNEMONIC).unwrap();
    let restored = Mnemonic::parse(&mnemonic.words()).unwrap();
    let mut seen = BTreeSet::new();
    for account in [0, 1, 2, (1 << 31) - 1] {
        let key = mnemonic.shielded(account).unwrap();
        let again = restored.shielded(account).unwrap();
        assert_eq!(key.full_viewing_key(), again.full_viewing_key());
        for index in [0, 1, u64::MAX] {
            assert!(seen.insert(key.full_viewing_key().address(index).unwrap().to_bytes()));
        }
    }
    assert!(matches!(mnemonic.shielded(1 << 31), Err(WalletError::AccountIndex)));
}

#[test]
fn addresses_of_one_wallet_share_nothing_that_the_eye_can_see() {
    let (one, two) = (address(1, 0).to_bytes(), address(1, 1).to_bytes());
    assert_ne!(one[..11], two[..11], "diversifier");
    assert_ne!(one[11..43], two[11..43], "owner");
    assert_ne!(one[43..], two[43..], "transmission key");
}

#[test]
fn texts_are_read_back_on_their_own_network_only() {
    let address = address(1, 5);
    for network in NETWORKS {
        let text = address.to_text(network);
        assert_eq!(ShieldedAddress::from_text(&text, network).unwrap(), address);
        for other in NETWORKS.into_iter().filter(|other| *other != network) {
            assert!(matches!(ShieldedAddress::from_text(&text, other), Err(KeyTextError::Prefix { .. })));
        }
        assert_eq!(ShieldedAddress::from_text(&text.to_uppercase(), network), Err(KeyTextError::UpperCase));
        for key in viewing(1) {
            let text = key.to_text(network);
            assert_eq!(ViewingKey::from_text(&text, network).unwrap(), key);
            for other in NETWORKS.into_iter().filter(|other| *other != network) {
                assert!(matches!(ViewingKey::from_text(&text, other), Err(KeyTextError::Prefix { .. })));
            }
            assert_eq!(ViewingKey::from_text(&text.to_uppercase(), network), Err(KeyTextError::UpperCase));
            assert!(matches!(ShieldedAddress::from_text(&text, network), Err(KeyTextError::Prefix { .. })));
        }
    }
    let account = tacit_types::Address([1; 32]).to_text(Network::Dev);
    assert!(matches!(ShieldedAddress::from_text(&account, Network::Dev), Err(KeyTextError::Prefix { .. })));
    let shielded = address.to_text(Network::Dev);
    assert!(tacit_types::Address::from_text(&shielded, Network::Dev).is_err(), "and the other way round");
}

#[test]
fn a_viewing_key_sees_the_addresses_of_its_account_and_an_incoming_one_is_all_that_receivers_need() {
    let full = key(1).full_viewing_key().clone();
    let text = full.incoming().to_text(Network::Dev);
    let incoming = ViewingKey::from_text(&text, Network::Dev).unwrap();
    assert!(incoming.full().is_none());
    for index in [0, 7, u64::MAX] {
        assert_eq!(incoming.incoming().address(index).unwrap(), full.address(index).unwrap());
    }
}

#[test]
fn a_changed_character_of_a_text_is_refused() {
    let texts = [address(1, 0).to_text(Network::Dev), viewing(1)[0].to_text(Network::Dev).to_string()];
    for text in texts {
        for at in 0..text.len() {
            for other in ["q", "p", "1", "x", "b", "ü"] {
                let changed = format!("{}{other}{}", &text[..at], &text[at + 1..]);
                if changed != text {
                    assert!(ShieldedAddress::from_text(&changed, Network::Dev).is_err(), "{changed}");
                    assert!(ViewingKey::from_text(&changed, Network::Dev).is_err(), "{changed}");
                }
            }
            assert!(ShieldedAddress::from_text(&text[..at], Network::Dev).is_err());
            assert!(ViewingKey::from_text(&text[..at], Network::Dev).is_err());
        }
        assert!(ShieldedAddress::from_text(&format!("{text}q"), Network::Dev).is_err());
        assert!(ShieldedAddress::from_text(&format!(" {text}"), Network::Dev).is_err());
    }
}

/// A text with a right checksum over bytes of the forger's choice.
fn text(prefix: &str, bytes: &[u8]) -> String {
    bech32::encode::<bech32::Bech32m>(bech32::Hrp::parse(prefix).unwrap(), bytes).unwrap()
}

#[test]
fn addresses_of_another_length_or_with_broken_parts_are_refused() {
    let good = address(1, 0).to_bytes();
    assert!(ShieldedAddress::from_text(&text("tctdz", &good), Network::Dev).is_ok());
    for length in (0..75).chain(76..120) {
        let bytes: Vec<u8> = good.iter().copied().cycle().take(length).collect();
        let refused = ShieldedAddress::from_text(&text("tctdz", &bytes), Network::Dev);
        assert!(matches!(refused, Err(KeyTextError::Length { .. })), "{length}: {refused:?}");
    }
    let mut owner = good;
    owner[11..43].copy_from_slice(&modulus_bytes().0);
    assert_eq!(ShieldedAddress::from_text(&text("tctdz", &owner), Network::Dev), Err(KeyTextError::Part("owner")));
}

#[test]
fn viewing_keys_of_another_length_kind_or_with_broken_parts_are_refused() {
    let read = |bytes: &[u8]| ViewingKey::from_text(&text("tctdview", bytes), Network::Dev);
    let [full, incoming] = viewing(1).map(|key| key.to_bytes());
    assert_eq!((full.len(), incoming.len()), (129, 97));
    for good in [&full, &incoming] {
        assert!(read(good).is_ok());
        for length in (0..135).filter(|length| *length != good.len()) {
            let bytes: Vec<u8> = good.iter().copied().chain([0; 40]).take(length).collect();
            assert!(read(&bytes).is_err(), "{length}");
        }
        for kind in 2..=255 {
            let mut bytes = good.to_vec();
            bytes[0] = kind;
            assert_eq!(read(&bytes), Err(KeyTextError::Part("kind")));
        }
    }
    let with = |good: &[u8], at: usize, part: [u8; 32]| {
        let mut bytes = good.to_vec();
        bytes[at..at + 32].copy_from_slice(&part);
        read(&bytes)
    };
    let identity = {
        let mut one = [0; 32];
        one[0] = 1;
        one
    };
    assert_eq!(with(&full, 1, identity), Err(KeyTextError::Part("spend key")), "attack 31: the identity");
    assert_eq!(with(&full, 1, [0xff; 32]), Err(KeyTextError::Part("spend key")));
    assert_eq!(with(&full, 33, modulus_bytes().0), Err(KeyTextError::Part("nullifier key")));
    assert_eq!(with(&incoming, 1, [0; 32]), Err(KeyTextError::Part("incoming key")));
    assert_eq!(with(&incoming, 1, [0xff; 32]), Err(KeyTextError::Part("incoming key")), "above the order");
    assert_eq!(with(&incoming, 33, modulus_bytes().0), Err(KeyTextError::Part("owner key")));
}

#[test]
fn a_changed_byte_of_a_viewing_key_is_refused_or_another_key() {
    let [full, incoming] = viewing(1);
    for key in [full, incoming] {
        let good = key.to_bytes();
        for at in 0..good.len() {
            let mut bytes = good.to_vec();
            bytes[at] ^= 0x20;
            if let Ok(other) = ViewingKey::from_bytes(&bytes) {
                assert_ne!(other, key, "byte {at}");
                assert_eq!(*other.to_bytes(), bytes, "one key, one encoding");
            }
        }
    }
}

#[test]
fn no_key_prints_its_secret() {
    let key = key(1);
    let full = key.full_viewing_key();
    let secrets: Vec<Vec<u8>> = viewing(1)
        .iter()
        .flat_map(|key| key.to_bytes()[1..].chunks(8).map(<[u8]>::to_vec).collect::<Vec<_>>())
        .collect();
    let [view_full, view_incoming] = viewing(1);
    let note = tacit_wallet::shielded::Note::new(&address(1, 0), super::support::ASSET, 987_654_321, [0xab; 32]);
    let printed = [
        format!("{key:?} {key:#?}"),
        format!("{full:?} {:?} {:?}", full.incoming(), full.outgoing()),
        format!("{view_full:?} {view_incoming:#?}"),
        format!("{note:?} {:?}", super::support::memo_key(1)),
    ];
    for text in printed {
        for secret in &secrets {
            let decimal = secret.iter().map(u8::to_string).collect::<Vec<_>>().join(", ");
            assert!(!text.contains(&hex::encode(secret)) && !text.contains(&decimal), "{text}");
        }
        assert!(!text.contains("987654321") && !text.contains("abab") && !text.contains("171, 171"), "{text}");
    }
}

#[test]
fn errors_about_keys_do_not_repeat_them() {
    let secret = viewing(1)[0].to_text(Network::Main);
    let mut broken = secret.to_string();
    broken.replace_range(20..21, if &broken[20..21] == "q" { "p" } else { "q" });
    for text in [secret.as_str(), &broken, &secret.to_uppercase()] {
        let error = ViewingKey::from_text(text, Network::Dev).unwrap_err();
        let printed = format!("{error} {error:?}").to_lowercase();
        assert!(!printed.contains(&secret[12..24].to_lowercase()), "{printed}");
    }
}

#[test]
fn random_keys_differ() {
    let (one, two) = (SpendingKey::random().unwrap(), SpendingKey::random().unwrap());
    assert_ne!(one.full_viewing_key(), two.full_viewing_key());
}

proptest! {
    #[test]
    fn any_bytes_are_an_address_with_one_encoding_or_refused(bytes in prop::collection::vec(any::<u8>(), 75)) {
        if let Ok(address) = ShieldedAddress::from_bytes(&bytes) {
            prop_assert_eq!(address.to_bytes().to_vec(), bytes);
        }
    }

    #[test]
    fn any_text_is_read_or_refused_without_panic(text: String) {
        prop_assert!(ShieldedAddress::from_text(&text, Network::Dev).is_err());
        prop_assert!(ViewingKey::from_text(&text, Network::Dev).is_err());
    }
}
