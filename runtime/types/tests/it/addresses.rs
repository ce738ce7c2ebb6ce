//! Address texts: one text per address and network; typing errors, other networks and other cases are refused.

use proptest::prelude::*;
use tacit_types::address::AddressError;
use tacit_types::keys::{MultisigPolicy, PolicyError};
use tacit_types::{Address, CodeHash, Network, PublicKey};

const NETWORKS: [Network; 3] = [Network::Main, Network::Test, Network::Dev];

proptest! {
    #[test]
    fn text_and_address_name_each_other(bytes in any::<[u8; 32]>()) {
        for network in NETWORKS {
            let text = Address(bytes).to_text(network);
            let prefix = format!("{}1", network.prefix());
            prop_assert!(text.starts_with(&prefix), "{}", text);
            prop_assert_eq!(Address::from_text(&text, network).unwrap(), Address(bytes));
        }
    }

    #[test]
    fn one_wrong_letter_is_found(bytes in any::<[u8; 32]>(), at in any::<prop::sample::Index>(), letter in "[a-z0-9]") {
        let text = Address(bytes).to_text(Network::Dev);
        let index = at.index(text.len());
        let mut typo = text.clone();
        typo.replace_range(index..=index, &letter);
        if typo != text {
            prop_assert!(Address::from_text(&typo, Network::Dev).is_err(), "{} was accepted", typo);
        }
    }

    #[test]
    fn garbage_text_is_refused(text in "\\PC{0,120}") {
        for network in NETWORKS {
            prop_assert!(Address::from_text(&text, network).is_err());
        }
    }
}

#[test]
fn the_address_of_another_network_is_refused_by_name() {
    let text = Address([7; 32]).to_text(Network::Test);
    for network in [Network::Main, Network::Dev] {
        let expected = AddressError::WrongNetwork { found: "tctt".into(), expected: network.prefix() };
        assert_eq!(Address::from_text(&text, network), Err(expected));
    }
}

#[test]
fn upper_case_is_refused() {
    let text = Address([7; 32]).to_text(Network::Main);
    let upper = text.to_uppercase();
    assert!(Address::from_text(&upper, Network::Main).is_err());
    let mixed = format!("{}{}", &text[..10], text[10..].to_uppercase());
    assert!(Address::from_text(&mixed, Network::Main).is_err());
}

#[test]
fn another_number_of_bytes_is_refused() {
    let hrp = bech32::Hrp::parse("tct").unwrap();
    for length in [0, 20, 31, 33] {
        let text = bech32::encode::<bech32::Bech32m>(hrp, &vec![1; length]).unwrap();
        assert_eq!(Address::from_text(&text, Network::Main), Err(AddressError::WrongLength(length)));
    }
}

#[test]
fn the_older_checksum_of_bech32_is_refused() {
    let hrp = bech32::Hrp::parse("tct").unwrap();
    let text = bech32::encode::<bech32::Bech32>(hrp, &[1; 32]).unwrap();
    assert!(matches!(Address::from_text(&text, Network::Main), Err(AddressError::NotBech32m(_))));
}

/// 33 bytes can be chosen so that a key's preimage equals another kind's; the kind byte forbids it.
#[test]
fn addresses_of_different_kinds_differ() {
    let key = PublicKey([3; 32]);
    let policy = MultisigPolicy::new(1, vec![key]).unwrap();
    let creator = Address::of_key(&key);
    let contract = Address::of_contract(&creator, &CodeHash([1; 32]), &[0; 32]);
    let all = [creator, Address::of_multisig(&policy), contract];
    assert!(all[0] != all[1] && all[1] != all[2] && all[0] != all[2]);
    assert_ne!(contract, Address::of_contract(&creator, &CodeHash([1; 32]), &[1; 32]), "another salt");
    assert_ne!(contract, Address::of_contract(&creator, &CodeHash([2; 32]), &[0; 32]), "another code");
}

#[test]
fn a_policy_has_sorted_distinct_keys_and_a_reachable_threshold() {
    let keys = |list: &[u8]| list.iter().map(|byte| PublicKey([*byte; 32])).collect::<Vec<_>>();
    assert_eq!(MultisigPolicy::new(0, keys(&[1, 2])), Err(PolicyError::Threshold));
    assert_eq!(MultisigPolicy::new(3, keys(&[1, 2])), Err(PolicyError::Threshold));
    assert_eq!(MultisigPolicy::new(1, keys(&[])), Err(PolicyError::Threshold));
    assert_eq!(MultisigPolicy::new(1, keys(&[1, 1])), Err(PolicyError::KeyOrder));
    assert_eq!(MultisigPolicy::new(1, keys(&[0; 17])), Err(PolicyError::TooManyKeys));
    let sorted = MultisigPolicy::new(2, keys(&[1, 2, 3])).unwrap();
    let shuffled = MultisigPolicy::new(2, keys(&[3, 1, 2])).unwrap();
    assert_eq!(Address::of_multisig(&sorted), Address::of_multisig(&shuffled));
}
