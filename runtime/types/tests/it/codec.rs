//! The encoding accepts exactly one byte string per value and refuses every other, before it allocates.

use crate::strategies;
use borsh::BorshDeserialize;
use proptest::prelude::*;
use tacit_types::limits::{
    ACTIONS_MAX, BLOCK_BYTES_MAX, BLOCK_TXS_MAX, CODE_BYTES_MAX, GROUP_MEMBERS_MAX, SIGNATURES_MAX, TX_BYTES_MAX,
    TX_PROOFS_MAX,
};
use tacit_types::*;

proptest! {
    #[test]
    fn a_transaction_survives_the_round_trip(tx in strategies::tx()) {
        let bytes = tx.encode();
        prop_assert_eq!(Tx::decode(&bytes).unwrap(), tx);
    }

    #[test]
    fn a_block_survives_the_round_trip(block in strategies::block()) {
        let bytes = block.encode();
        prop_assert_eq!(Block::decode(&bytes).unwrap(), block.clone());
        prop_assert_eq!(block.body.encoded_length(), codec::encode(&block.body).len());
    }

    #[test]
    fn a_validator_set_survives_the_round_trip(set in strategies::validators(20)) {
        let bytes = codec::encode(&set);
        prop_assert_eq!(codec::decode_exact::<ValidatorSet>("set", &bytes, bytes.len()).unwrap(), set);
    }

    #[test]
    fn a_truncated_transaction_is_refused(tx in strategies::tx(), cut in any::<prop::sample::Index>()) {
        let bytes = tx.encode();
        prop_assert!(Tx::decode(&bytes[..cut.index(bytes.len())]).is_err());
    }

    #[test]
    fn a_truncated_block_is_refused(block in strategies::block(), cut in any::<prop::sample::Index>()) {
        let bytes = block.encode();
        prop_assert!(Block::decode(&bytes[..cut.index(bytes.len())]).is_err());
    }

    #[test]
    fn trailing_bytes_are_refused(tx in strategies::tx(), tail in prop::collection::vec(any::<u8>(), 1..40)) {
        let mut bytes = tx.encode();
        bytes.extend_from_slice(&tail);
        prop_assert!(Tx::decode(&bytes).is_err());
    }

    /// Whatever bytes arrive: a refusal, or a value whose encoding is those very bytes. Never a panic.
    #[test]
    fn garbage_is_refused_or_canonical(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        if let Ok(tx) = Tx::decode(&bytes) {
            prop_assert_eq!(tx.encode(), bytes.clone());
        }
        if let Ok(block) = Block::decode(&bytes) {
            prop_assert_eq!(block.encode(), bytes);
        }
    }

    /// One flipped bit gives another value or a refusal, but never the same value from other bytes.
    #[test]
    fn a_flipped_bit_never_decodes_to_the_same_transaction(
        tx in strategies::tx(), at in any::<prop::sample::Index>(), bit in 0u8..8,
    ) {
        let mut bytes = tx.encode();
        let index = at.index(bytes.len());
        bytes[index] ^= 1 << bit;
        if let Ok(other) = Tx::decode(&bytes) {
            prop_assert_ne!(&other, &tx);
            prop_assert_eq!(other.encode(), bytes);
        }
    }

    #[test]
    fn the_tx_id_ignores_the_witness_and_the_full_hash_does_not(tx in strategies::tx(), other in strategies::tx()) {
        let twin = Tx { body: tx.body.clone(), witness: other.witness };
        prop_assert_eq!(tx.id(), twin.id());
        let hashes = [&tx, &twin].map(|tx| tx::full_hash(&tx.encode()));
        prop_assert_eq!(hashes[0] == hashes[1], tx.witness == twin.witness);
    }
}

/// The reader refuses a length above the limit from the four length bytes alone.
#[track_caller]
fn refused_by_its_length<T: BorshDeserialize>(limit: usize) {
    for length in [u32::try_from(limit).unwrap() + 1, u32::MAX / 2, u32::MAX] {
        let mut input = length.to_le_bytes().to_vec();
        input.extend_from_slice(&[0; 64]);
        let mut rest = input.as_slice();
        assert!(T::deserialize_reader(&mut rest).is_err(), "{length} items were accepted");
        assert_eq!(rest.len(), 64, "items were read although their number was already too large");
    }
}

#[test]
fn an_oversized_list_is_refused_before_its_first_item_is_read() {
    refused_by_its_length::<List<Action, ACTIONS_MAX>>(ACTIONS_MAX);
    refused_by_its_length::<List<Signature, SIGNATURES_MAX>>(SIGNATURES_MAX);
    refused_by_its_length::<List<ProofBytes, TX_PROOFS_MAX>>(TX_PROOFS_MAX);
    refused_by_its_length::<List<action::Member, GROUP_MEMBERS_MAX>>(GROUP_MEMBERS_MAX);
    refused_by_its_length::<List<RawTx, BLOCK_TXS_MAX>>(BLOCK_TXS_MAX);
    refused_by_its_length::<Bytes<CODE_BYTES_MAX>>(CODE_BYTES_MAX);
    refused_by_its_length::<RawTx>(TX_BYTES_MAX);
    refused_by_its_length::<Name>(limits::NAME_BYTES_MAX);
}

/// Lists inside lists: every claimed length is the largest that its limit allows, and no content follows.
#[test]
fn nested_lists_that_promise_much_and_hold_nothing_are_refused() {
    let block_of_promises = [
        vec![0u8],                                                  // no last commit
        u32::try_from(BLOCK_TXS_MAX).unwrap().to_le_bytes().into(), // 5,000 transactions
        u32::try_from(TX_BYTES_MAX).unwrap().to_le_bytes().into(),  // of 640 KiB each
    ]
    .concat();
    assert!(codec::decode_exact::<BlockBody>("body", &block_of_promises, BLOCK_BYTES_MAX).is_err());
    // All promises were read, and room was made for one transaction and not for 5,000.
    let mut reader = Meagre { rest: &block_of_promises, most: 0 };
    assert!(BlockBody::deserialize_reader(&mut reader).is_err());
    assert!(reader.rest.is_empty(), "{} bytes were not even read", reader.rest.len());
    assert!(reader.most <= ROOM_AT_ONCE, "room for {} bytes that nobody sent", reader.most);
    for tag in 0..=u8::MAX {
        let repeated = vec![tag; 4096];
        assert!(Tx::decode(&repeated).is_err() && Block::decode(&repeated).is_err(), "tag {tag}");
        let mut reader = Meagre { rest: &repeated, most: 0 };
        // Zeros begin with a whole transaction; what is behind it is refused above.
        drop(Tx::deserialize_reader(&mut reader));
        assert!(reader.most <= ROOM_AT_ONCE, "tag {tag}: room for {} bytes", reader.most);
    }
}

/// Room that may be made ahead of bytes that have not come: that of one item, and never that of all that are promised.
const ROOM_AT_ONCE: usize = TX_BYTES_MAX;

/// Notes for how many bytes at most somebody made room before they were there.
struct Meagre<'a> {
    rest: &'a [u8],
    most: usize,
}

impl std::io::Read for Meagre<'_> {
    fn read(&mut self, room: &mut [u8]) -> std::io::Result<usize> {
        self.most = self.most.max(room.len());
        let length = room.len().min(self.rest.len());
        let (read, rest) = self.rest.split_at(length);
        room[..length].copy_from_slice(read);
        self.rest = rest;
        Ok(length)
    }
}

#[test]
fn case_64_bytes_above_the_limit_are_refused_without_decoding() {
    let long = vec![0; TX_BYTES_MAX + 1];
    let expected = DecodeError::TooLong { what: "transaction", actual: TX_BYTES_MAX + 1, limit: TX_BYTES_MAX };
    assert_eq!(Tx::decode(&long), Err(expected.clone()));
    assert_eq!(RawTx::new(long), Err(expected));
    assert!(matches!(Block::decode(&vec![0; BLOCK_BYTES_MAX + 1]), Err(DecodeError::TooLong { .. })));
    assert!(RawTx::new(vec![0; TX_BYTES_MAX]).is_ok());
}

#[test]
fn every_unknown_tag_is_refused() {
    for tag in 7..=u8::MAX {
        assert!(Action::try_from_slice(&[tag]).is_err(), "action {tag}");
        let long = [&[tag][..], &[0; 400]].concat();
        assert!(Action::try_from_slice(&long).is_err(), "action {tag}");
    }
    for tag in 2..=u8::MAX {
        assert!(Authorization::try_from_slice(&[&[tag][..], &[0; 40]].concat()).is_err(), "authorisation {tag}");
        assert!(Option::<u8>::try_from_slice(&[tag, 0]).is_err(), "option {tag}");
    }
    for tag in 3..=u8::MAX {
        assert!(Network::try_from_slice(&[tag]).is_err(), "network {tag}");
    }
}

/// A decoder that accepts several byte strings for one value would give one transaction two hashes.
#[test]
fn an_encoding_that_decodes_but_is_not_canonical_is_refused() {
    #[derive(Debug, PartialEq)]
    struct Sloppy(bool);
    impl borsh::BorshSerialize for Sloppy {
        fn serialize<W: borsh::io::Write>(&self, writer: &mut W) -> borsh::io::Result<()> {
            self.0.serialize(writer)
        }
    }
    impl BorshDeserialize for Sloppy {
        fn deserialize_reader<R: borsh::io::Read>(reader: &mut R) -> borsh::io::Result<Self> {
            u8::deserialize_reader(reader).map(|byte| Self(byte != 0))
        }
    }
    assert_eq!(codec::decode_exact::<Sloppy>("flag", &[1], 1), Ok(Sloppy(true)));
    assert_eq!(codec::decode_exact::<Sloppy>("flag", &[7], 1), Err(DecodeError::NotCanonical { what: "flag" }));
}

#[test]
fn names_are_printable_ascii_of_1_to_64_characters() {
    let long = "x".repeat(65);
    for bad in ["", " ", "a b", "tab\t", "nul\0", "umlaut-\u{e4}", "\u{7f}", long.as_str()] {
        assert!(Name::new(bad).is_err(), "{bad:?}");
        assert!(Name::try_from_slice(&codec::encode(bad)).is_err(), "{bad:?}");
    }
    assert!(Name::try_from_slice(&[2, 0, 0, 0, 0xc3, 0x28]).is_err(), "not UTF-8");
    assert_eq!(Name::new("vote:2026").unwrap().as_str(), "vote:2026");
}

#[test]
fn a_validator_set_in_another_order_is_not_an_encoding() {
    let validator = |key: u8, power| Validator { public_key: PublicKey([key; 32]), power: Power(power) };
    let refuses = |list: Vec<Validator>| ValidatorSet::try_from_slice(&codec::encode(&list)).is_err();
    assert!(!refuses(vec![validator(9, 2), validator(1, 1), validator(2, 1)]));
    assert!(refuses(vec![validator(1, 1), validator(9, 2)]), "weaker first");
    assert!(refuses(vec![validator(2, 1), validator(1, 1)]), "keys of one power not ascending");
    assert!(refuses(vec![validator(1, 2), validator(1, 1)]), "one key twice");
    assert!(refuses(vec![validator(1, 0)]), "no power");
    assert!(refuses(vec![]), "empty");
}
