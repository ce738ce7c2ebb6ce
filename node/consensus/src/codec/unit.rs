//! The codec: round trips, and garbage of every kind.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::context::{BlockPart, CtxAddress, CtxHeight, CtxProposal, CtxValue, CtxVote, PartData, TacitContext};
use crate::malachite::{
    Codec, ExtendedCommitCertificate, ExtendedCommitSignature, HasEncodedLen, LivenessMsg, NilOrVal, PolkaCertificate,
    PolkaSignature, ProposedValue, RawDecidedValue, Request, Response, Round, RoundCertificate, RoundCertificateType,
    RoundSignature, Signature, SignedConsensusMsg, SignedMessage, Status, StreamContent, StreamId, StreamMessage,
    ValidatorProof, Validity, ValueRequest, ValueResponse, VoteType,
};
use crate::parts::{Init, PART_BYTES, SignedInit, stream};
use crate::tests::{peer_id, sample_block};
use proptest::prelude::*;
use std::fmt::Debug;
use tacit_types::{Address, BlockId, Height};

type Ctx = TacitContext;

fn signature() -> Signature {
    Signature::from_bytes([7; 64])
}

fn vote(value: NilOrVal<BlockId>, kind: VoteType) -> SignedMessage<Ctx, CtxVote> {
    let voter = CtxAddress(Address([2; 32]));
    SignedMessage::new(CtxVote { kind, height: CtxHeight(Height(5)), round: Round::new(3), value, voter }, signature())
}

fn proposal(pol_round: Round) -> SignedMessage<Ctx, CtxProposal> {
    let proposal = CtxProposal {
        height: CtxHeight(Height(5)),
        round: Round::new(3),
        value: CtxValue(BlockId([1; 32])),
        pol_round,
        proposer: CtxAddress(Address([2; 32])),
    };
    SignedMessage::new(proposal, signature())
}

fn polka(signers: usize) -> PolkaCertificate<Ctx> {
    PolkaCertificate {
        height: CtxHeight(Height(5)),
        round: Round::new(3),
        value_id: BlockId([1; 32]),
        polka_signatures: vec![PolkaSignature::new(CtxAddress(Address([2; 32])), signature()); signers],
    }
}

fn round_certificate(signers: usize) -> RoundCertificate<Ctx> {
    let one = RoundSignature::new(VoteType::Prevote, NilOrVal::Nil, CtxAddress(Address([2; 32])), signature());
    RoundCertificate {
        height: CtxHeight(Height(5)),
        round: Round::new(3),
        cert_type: RoundCertificateType::Skip,
        round_signatures: vec![one; signers],
    }
}

fn decided() -> RawDecidedValue<Ctx> {
    let (block_id, bytes) = sample_block();
    let signer = ExtendedCommitSignature::new(CtxAddress(Address([2; 32])), signature(), None);
    let certificate = ExtendedCommitCertificate {
        height: CtxHeight(Height(1)),
        round: Round::new(0),
        value_id: block_id,
        commit_signatures: vec![signer; 3],
    };
    RawDecidedValue::new(bytes.into(), certificate)
}

/// Encodes, decodes, and then tries every truncation, a surplus byte, every flipped bit of the first bytes and other
/// versions: none may decode to the same value, and none may panic.
fn torture<T: Debug + PartialEq>(value: &T)
where
    TacitCodec: Codec<T, Error = CodecError>,
{
    let bytes = TacitCodec.encode(value).unwrap();
    let decode = |bytes: Vec<u8>| -> Result<T, CodecError> { TacitCodec.decode(bytes.into()) };
    assert_eq!(&decode(bytes.to_vec()).unwrap(), value);
    let step = (bytes.len() / 600).max(1);
    for length in (0..bytes.len()).step_by(step) {
        assert!(decode(bytes[..length].to_vec()).is_err(), "accepted {length} of {} bytes", bytes.len());
    }
    assert!(decode([&bytes[..], &[0]].concat()).is_err());
    for at in (0..bytes.len()).step_by(step) {
        for bit in 0..8 {
            let mut flipped = bytes.to_vec();
            flipped[at] ^= 1 << bit;
            assert_ne!(decode(flipped).ok().as_ref(), Some(value), "bit {bit} of byte {at} does not matter");
        }
    }
    for version in [0, 2, 255] {
        let mut other = bytes.to_vec();
        other[0] = version;
        assert!(matches!(decode(other), Err(CodecError::Version { .. })));
    }
    assert!(decode(vec![]).is_err());
}

#[test]
fn votes_and_proposals_survive_and_garbage_does_not() {
    for kind in [VoteType::Prevote, VoteType::Precommit] {
        for value in [NilOrVal::Nil, NilOrVal::Val(BlockId([4; 32]))] {
            torture(&SignedConsensusMsg::Vote(vote(value, kind)));
            torture(&LivenessMsg::Vote(vote(value, kind)));
        }
    }
    for pol_round in [Round::Nil, Round::new(0), Round::new(u32::MAX)] {
        torture(&SignedConsensusMsg::Proposal(proposal(pol_round)));
    }
}

#[test]
fn certificates_survive_and_garbage_does_not() {
    torture(&polka(3));
    torture(&LivenessMsg::PolkaCertificate(polka(128)));
    torture(&LivenessMsg::SkipRoundCertificate(round_certificate(4)));
    for kind in [RoundCertificateType::Skip, RoundCertificateType::Precommit] {
        let mut certificate = round_certificate(256);
        certificate.cert_type = kind;
        assert_eq!(
            TacitCodec.decode(TacitCodec.encode(&LivenessMsg::SkipRoundCertificate(certificate.clone())).unwrap()),
            Ok(LivenessMsg::SkipRoundCertificate(certificate))
        );
    }
}

#[test]
fn a_certificate_with_more_signers_than_a_set_has_is_refused() {
    assert!(TacitCodec.encode(&polka(129)).is_err());
    let mut bytes = TacitCodec.encode(&polka(128)).unwrap().to_vec();
    let count_at = 1 + 8 + 4 + 32;
    bytes[count_at..count_at + 4].copy_from_slice(&129u32.to_le_bytes());
    bytes.extend_from_slice(&[0; 96]);
    let decoded: Result<PolkaCertificate<Ctx>, _> = TacitCodec.decode(bytes.into());
    assert!(decoded.unwrap_err().to_string().contains("at most 128"));
}

#[test]
fn a_declared_length_of_four_gigabytes_allocates_nothing() {
    let mut bytes = TacitCodec.encode(&polka(0)).unwrap().to_vec();
    let count_at = bytes.len() - 4;
    bytes[count_at..].copy_from_slice(&u32::MAX.to_le_bytes());
    let decoded: Result<PolkaCertificate<Ctx>, _> = TacitCodec.decode(bytes.into());
    assert!(decoded.is_err());
}

#[test]
fn streams_survive_and_garbage_does_not() {
    let bytes: Vec<u8> = (0..PART_BYTES + 100).map(|index| index as u8).collect();
    for message in stream(signed_init(&bytes), bytes) {
        torture(&message);
        if let StreamContent::Data(part) = message.content {
            let bytes = TacitCodec.encode(&part).unwrap();
            assert_eq!(TacitCodec.decode(bytes), Ok(part));
        }
    }
}

fn signed_init(bytes: &[u8]) -> SignedInit {
    let init = Init::new(Height(5), tacit_types::Round(1), Address([1; 32]), BlockId([2; 32]), bytes).unwrap();
    SignedInit { init, signature: tacit_types::Signature([3; 64]) }
}

#[test]
fn the_longest_part_under_the_longest_announcement_fits_its_limit() {
    let bytes = vec![1; tacit_types::limits::BLOCK_BYTES_MAX];
    for message in stream(signed_init(&bytes), bytes) {
        let encoded = TacitCodec.encode(&message).unwrap();
        assert!(encoded.len() <= STREAM_BYTES_MAX);
        assert_eq!(TacitCodec.decode(encoded), Ok(message));
    }
}

#[test]
fn a_part_longer_than_a_part_is_refused_on_both_sides() {
    let data = Some(PartData { index: 0, bytes: vec![0; PART_BYTES + 1].into() });
    let id = StreamId::new(vec![0; 16].into());
    let message = StreamMessage::new(id, 0, StreamContent::Data(BlockPart { signed: signed_init(&[1]), data }));
    assert!(TacitCodec.encode(&message).is_err());
    let too_long: Result<StreamMessage<BlockPart>, _> =
        TacitCodec.decode(vec![CODEC_VERSION; STREAM_BYTES_MAX + 1].into());
    assert!(matches!(too_long, Err(CodecError::Decode(DecodeError::TooLong { .. }))));
}

#[test]
fn proofs_and_proposed_values_survive_and_garbage_does_not() {
    torture(&ValidatorProof::<Ctx>::new(vec![1; 32], peer_id().to_bytes(), signature()));
    assert!(TacitCodec.encode(&ValidatorProof::<Ctx>::new(vec![1; 31], vec![], signature())).is_err());
    for validity in [Validity::Valid, Validity::Invalid] {
        torture(&ProposedValue::<Ctx> {
            height: CtxHeight(Height(5)),
            round: Round::new(3),
            valid_round: Round::Nil,
            proposer: CtxAddress(Address([2; 32])),
            value: CtxValue(BlockId([1; 32])),
            validity,
        });
    }
}

#[test]
fn sync_messages_survive_and_garbage_does_not() {
    let height = |height| CtxHeight(Height(height));
    torture(&Status::<Ctx> { peer_id: peer_id(), tip_height: height(9), history_min_height: height(2) });
    torture(&Request::<Ctx>::ValueRequest(ValueRequest::new(height(3)..=height(8))));
    let backwards = TacitCodec.encode(&Request::<Ctx>::ValueRequest(ValueRequest::new(height(8)..=height(3)))).unwrap();
    let refused: Result<Request<Ctx>, _> = TacitCodec.decode(backwards);
    assert!(refused.is_err());
    let response = Response::ValueResponse(ValueResponse::new(height(1), vec![decided(), decided()]));
    torture(&response);
    assert_eq!(TacitCodec.encoded_len(&response).unwrap(), TacitCodec.encode(&response).unwrap().len());
}

#[test]
fn a_response_whose_block_is_not_the_certified_one_is_refused() {
    let response = |value| Response::<Ctx>::ValueResponse(ValueResponse::new(CtxHeight(Height(1)), vec![value]));
    let mut other_id = decided();
    other_id.certificate.value_id = BlockId([0; 32]);
    let mut other_height = decided();
    other_height.certificate.height = CtxHeight(Height(2));
    let mut other_bytes = decided();
    other_bytes.value_bytes = vec![5; 20].into();
    for value in [other_id, other_height, other_bytes] {
        let refused: Result<Response<Ctx>, _> = TacitCodec.decode(TacitCodec.encode(&response(value)).unwrap());
        assert!(matches!(refused, Err(CodecError::Value { .. })));
    }
}

#[test]
fn a_vote_without_a_round_cannot_be_encoded() {
    let mut vote = vote(NilOrVal::Nil, VoteType::Prevote);
    vote.message.round = Round::Nil;
    assert!(TacitCodec.encode(&SignedConsensusMsg::Vote(vote)).is_err());
}

/// What decodes must encode to the same bytes: one encoding per value.
fn canonical<T>(bytes: &[u8]) -> Result<(), TestCaseError>
where
    TacitCodec: Codec<T, Error = CodecError>,
{
    let decoded: Result<T, CodecError> = TacitCodec.decode(Bytes::copy_from_slice(bytes));
    if let Ok(value) = decoded {
        prop_assert_eq!(&TacitCodec.encode(&value).unwrap()[..], bytes);
    }
    Ok(())
}

proptest! {
    #[test]
    fn random_bytes_never_panic_and_decode_only_canonically(
        mut bytes in prop::collection::vec(any::<u8>(), 0..600),
        tag in 0..4u8,
    ) {
        // Bytes that begin like a message reach deeper into the decoders.
        if let Some(first) = bytes.first_mut() { *first = CODEC_VERSION; }
        if let Some(second) = bytes.get_mut(1) { *second = tag; }
        canonical::<SignedConsensusMsg<Ctx>>(&bytes)?;
        canonical::<LivenessMsg<Ctx>>(&bytes)?;
        canonical::<StreamMessage<BlockPart>>(&bytes)?;
        canonical::<BlockPart>(&bytes)?;
        canonical::<ValidatorProof<Ctx>>(&bytes)?;
        canonical::<Status<Ctx>>(&bytes)?;
        canonical::<Request<Ctx>>(&bytes)?;
        canonical::<Response<Ctx>>(&bytes)?;
        canonical::<ProposedValue<Ctx>>(&bytes)?;
        canonical::<PolkaCertificate<Ctx>>(&bytes)?;
    }
}
