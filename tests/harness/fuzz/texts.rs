//! What people hand to each other as text: addresses, viewing keys, disclosures.

use super::samples::{PAYMENT, shown};
use tacit_types::Network;
use tacit_wallet::shielded::{Disclosure, ShieldedAddress, ViewingKey};

const NETWORKS: [Network; 3] = [Network::Main, Network::Test, Network::Dev];

/// Text is an address of one network with this one spelling, or none; bytes likewise.
pub fn shielded_address(bytes: &[u8]) {
    if let Ok(address) = ShieldedAddress::from_bytes(bytes) {
        assert_eq!(address.to_bytes()[..], *bytes, "an address with two encodings");
    }
    let Ok(text) = core::str::from_utf8(bytes) else { return };
    let read = NETWORKS.map(|network| ShieldedAddress::from_text(text, network).ok().map(|read| read.to_text(network)));
    assert!(read.iter().flatten().count() <= 1, "an address of two networks");
    assert!(read.iter().flatten().all(|spelled| spelled == text), "an address with two spellings: {text}");
}

/// Text is a viewing key of one network with this one spelling, or none; bytes likewise.
pub fn viewing_key(bytes: &[u8]) {
    if let Ok(key) = ViewingKey::from_bytes(bytes) {
        assert_eq!(key.to_bytes()[..], *bytes, "a viewing key with two encodings");
    }
    let Ok(text) = core::str::from_utf8(bytes) else { return };
    for network in NETWORKS {
        if let Ok(key) = ViewingKey::from_text(text, network) {
            assert_eq!(key.to_text(network).as_str(), text, "a viewing key with two spellings");
        }
    }
}

/// Text that is read as a disclosure of a payment shows that payment, or nothing.
pub fn disclosure(bytes: &[u8]) {
    let Ok(text) = core::str::from_utf8(bytes) else { return };
    let Ok(read) = Disclosure::from_text(text) else { return };
    assert_eq!(read.to_text(), text, "a disclosure with two spellings");
    let Ok(found) = read.verify(&PAYMENT.tx, Network::Dev) else { return };
    assert!(found.challenge.is_empty(), "a disclosure answers a challenge that nobody signed");
    assert_eq!((found.place, found.address), (shown().place, shown().address), "a disclosure of another payment");
    assert_eq!((found.asset, found.amount), (shown().asset, shown().amount), "a disclosure of another amount");
}
