//! The messages of the transaction protocol and their only encoding.
//!
//! Bytes from a peer come in, checked messages go out. A message is one half of a substream: its end is the end
//! of the stream, so there is no length field to lie about. Nothing here knows peers, sockets or the pool.

use crate::limits::{ANNOUNCE_HASHES_MAX, FETCH_HASHES_MAX, REQUEST_BYTES_MAX, RESPONSE_BYTES_MAX};
use borsh::{BorshDeserialize, BorshSerialize};
use bytes::Bytes;
use tacit_types::{DecodeError, FullHash, GenesisId, List, RawTx, codec};

/// What one peer asks of another.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum Request {
    /// "I hold checked transactions with these hashes." Answered by [`Response::Noted`].
    Announce(List<FullHash, ANNOUNCE_HASHES_MAX>) = 0,
    /// "Send me the bodies of these." Answered by [`Response::Bodies`].
    Fetch(List<FullHash, FETCH_HASHES_MAX>) = 1,
}

/// What the other answers.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum Response {
    /// The announcement was read.
    Noted = 0,
    /// Those of the bodies that are held and fit, in the order asked.
    Bodies(List<RawTx, FETCH_HASHES_MAX>) = 1,
}

impl Request {
    /// Decodes a request: at most [`REQUEST_BYTES_MAX`] bytes, one encoding only.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        codec::decode_exact("transaction request", bytes, REQUEST_BYTES_MAX)
    }

    /// The canonical bytes.
    #[must_use]
    pub fn encode(&self) -> Bytes {
        Bytes::from(codec::encode(self))
    }
}

impl Response {
    /// Decodes a response: at most [`RESPONSE_BYTES_MAX`] bytes, one encoding only.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        codec::decode_exact("transaction response", bytes, RESPONSE_BYTES_MAX)
    }

    /// The canonical bytes.
    #[must_use]
    pub fn encode(&self) -> Bytes {
        Bytes::from(codec::encode(self))
    }
}

/// Collects bodies for one [`Response::Bodies`] while they fit.
#[derive(Debug)]
pub struct BodiesBuilder {
    bodies: Vec<RawTx>,
    bytes: usize,
}

impl Default for BodiesBuilder {
    fn default() -> Self {
        // The tag and the count.
        Self { bodies: Vec::new(), bytes: 1 + 4 }
    }
}

impl BodiesBuilder {
    /// Adds `body` and says whether it fitted.
    pub fn push(&mut self, body: RawTx) -> bool {
        let bytes = self.bytes.saturating_add(4).saturating_add(body.as_bytes().len());
        if bytes > RESPONSE_BYTES_MAX || self.bodies.len() >= FETCH_HASHES_MAX {
            return false;
        }
        self.bytes = bytes;
        self.bodies.push(body);
        true
    }

    /// The response; `push` has kept it within its limits.
    #[must_use]
    pub fn finish(self) -> Response {
        Response::Bodies(List::new(self.bodies).unwrap_or_default())
    }
}

/// Name of the protocol on the chain `genesis`; peers of another chain have no protocol in common with us.
#[must_use]
pub fn protocol_name(genesis: &GenesisId) -> String {
    let hex: String = genesis.0.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("/tacit/{hex}/tx/1")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;
    use tacit_types::limits::TX_BYTES_MAX;

    fn hashes(count: usize) -> Vec<FullHash> {
        (0..count).map(|n| FullHash::of(&[&n.to_le_bytes()])).collect()
    }

    #[test]
    fn the_largest_announcement_is_exactly_the_request_limit() {
        let request = Request::Announce(List::new(hashes(ANNOUNCE_HASHES_MAX)).unwrap());
        let bytes = request.encode();
        assert_eq!(bytes.len(), REQUEST_BYTES_MAX);
        assert_eq!(Request::decode(&bytes).unwrap(), request);
    }

    #[test]
    fn the_largest_transaction_fits_alone() {
        let mut builder = BodiesBuilder::default();
        assert!(builder.push(RawTx::new(vec![7; TX_BYTES_MAX]).unwrap()));
        assert!(!builder.push(RawTx::new(vec![7; TX_BYTES_MAX]).unwrap()));
        assert!(builder.push(RawTx::new(vec![7; 100]).unwrap()));
        let response = builder.finish();
        assert_eq!(Response::decode(&response.encode()).unwrap(), response);
    }

    #[test]
    fn a_full_answer_stays_within_the_response_limit() {
        let mut builder = BodiesBuilder::default();
        while builder.push(RawTx::new(vec![1; 5_000]).unwrap()) {}
        let bytes = builder.finish().encode();
        assert!(bytes.len() <= RESPONSE_BYTES_MAX && bytes.len() > RESPONSE_BYTES_MAX - 5_004);
        Response::decode(&bytes).unwrap();
    }

    #[test]
    fn too_long_is_refused_by_its_length_alone() {
        let bytes = vec![0; REQUEST_BYTES_MAX + 1];
        assert!(matches!(Request::decode(&bytes), Err(DecodeError::TooLong { limit: REQUEST_BYTES_MAX, .. })));
        let bytes = vec![1; RESPONSE_BYTES_MAX + 1];
        assert!(matches!(Response::decode(&bytes), Err(DecodeError::TooLong { limit: RESPONSE_BYTES_MAX, .. })));
    }

    #[test]
    fn a_count_above_the_limit_is_refused_before_its_items_are_read() {
        for tag in [0_u8, 1] {
            let mut bytes = vec![tag];
            bytes.extend_from_slice(&u32::MAX.to_le_bytes());
            assert!(matches!(Request::decode(&bytes), Err(DecodeError::Malformed { .. })));
        }
        let mut bytes = vec![1];
        bytes.extend_from_slice(&1_u32.to_le_bytes());
        bytes.extend_from_slice(&u32::MAX.to_le_bytes());
        assert!(matches!(Response::decode(&bytes), Err(DecodeError::Malformed { .. })));
    }

    #[test]
    fn empty_bytes_unknown_tags_and_trailing_bytes_are_refused() {
        assert!(Request::decode(&[]).is_err());
        assert!(Response::decode(&[]).is_err());
        for tag in 2..=u8::MAX {
            assert!(Request::decode(&[tag, 0, 0, 0, 0]).is_err());
            assert!(Response::decode(&[tag, 0, 0, 0, 0]).is_err());
        }
        assert!(Response::decode(&[0, 0]).is_err());
        assert!(Request::decode(&[0, 0, 0, 0, 0, 0]).is_err());
    }

    #[test]
    fn the_protocol_name_carries_the_whole_genesis_id() {
        let name = protocol_name(&GenesisId([0xab; 32]));
        assert_eq!(name, format!("/tacit/{}/tx/1", "ab".repeat(32)));
    }

    proptest! {
        #[test]
        fn random_bytes_never_panic_and_decode_only_canonically(bytes in proptest::collection::vec(any::<u8>(), 0..4_096)) {
            if let Ok(request) = Request::decode(&bytes) {
                prop_assert_eq!(&request.encode()[..], &bytes[..]);
            }
            if let Ok(response) = Response::decode(&bytes) {
                prop_assert_eq!(&response.encode()[..], &bytes[..]);
            }
        }

        #[test]
        fn every_truncation_of_a_message_is_refused(count in 1_usize..20, sizes in proptest::collection::vec(0_usize..300, 1..20), cut in any::<prop::sample::Index>()) {
            let request = Request::Fetch(List::new(hashes(count)).unwrap()).encode();
            prop_assert!(Request::decode(&request[..cut.index(request.len())]).is_err());
            let mut builder = BodiesBuilder::default();
            for size in sizes {
                prop_assert!(builder.push(RawTx::new(vec![3; size]).unwrap()));
            }
            let response = builder.finish().encode();
            prop_assert!(Response::decode(&response[..cut.index(response.len())]).is_err());
        }

        #[test]
        fn one_changed_byte_never_decodes_to_the_same_message(sizes in proptest::collection::vec(0_usize..50, 1..8), at in any::<prop::sample::Index>(), flip in 1_u8..) {
            let mut builder = BodiesBuilder::default();
            for size in sizes {
                prop_assert!(builder.push(RawTx::new(vec![9; size]).unwrap()));
            }
            let response = builder.finish();
            let mut bytes = response.encode().to_vec();
            let index = at.index(bytes.len());
            bytes[index] ^= flip;
            if let Ok(other) = Response::decode(&bytes) {
                prop_assert_ne!(other, response);
            }
        }

        #[test]
        fn nested_messages_are_bodies_at_most_and_never_recurse(depth in 1_usize..200) {
            let mut bytes = Response::Noted.encode().to_vec();
            for _ in 0..depth {
                let mut builder = BodiesBuilder::default();
                prop_assert!(builder.push(RawTx::new(bytes).unwrap()));
                bytes = builder.finish().encode().to_vec();
            }
            prop_assert!(matches!(Response::decode(&bytes), Ok(Response::Bodies(bodies)) if bodies.len() == 1));
        }
    }
}
