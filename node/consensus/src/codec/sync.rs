//! Value sync: status, requests for decided blocks, responses.

use super::certificate::TOO_MANY;
use super::message::{engine_signature, some_round, wire_signature};
use super::wire::{WireCertificate, WireDecided, WireRequest, WireResponse, WireSigner, WireStatus};
use super::{CodecError, RESPONSE_BYTES_MAX, SMALL_BYTES_MAX, TacitCodec, pack, unpack};
use crate::context::{CtxAddress, CtxHeight, TacitContext, engine_round};
use crate::malachite::{
    Codec, ExtendedCommitCertificate, ExtendedCommitSignature, HasEncodedLen, PeerId, RawDecidedValue, Request,
    Response, Status, ValueRequest, ValueResponse,
};
use borsh::BorshDeserialize;
use bytes::Bytes;
use tacit_types::{Header, List};

const RESPONSE: &str = "sync response";

impl Codec<Status<TacitContext>> for TacitCodec {
    type Error = CodecError;

    fn decode(&self, bytes: Bytes) -> Result<Status<TacitContext>, CodecError> {
        let wire: WireStatus = unpack("status", &bytes, SMALL_BYTES_MAX)?;
        let refuse = |_| CodecError::Value { what: "status", reason: "the peer id is not one" };
        Ok(Status {
            peer_id: PeerId::from_bytes(&wire.peer_id).map_err(refuse)?,
            tip_height: CtxHeight(wire.tip),
            history_min_height: CtxHeight(wire.history_min),
        })
    }

    fn encode(&self, status: &Status<TacitContext>) -> Result<Bytes, CodecError> {
        let refuse = |_| CodecError::Value { what: "status", reason: "the peer id is too long" };
        Ok(pack(&WireStatus {
            peer_id: tacit_types::Bytes::new(status.peer_id.to_bytes()).map_err(refuse)?,
            tip: status.tip_height.0,
            history_min: status.history_min_height.0,
        }))
    }
}

impl Codec<Request<TacitContext>> for TacitCodec {
    type Error = CodecError;

    fn decode(&self, bytes: Bytes) -> Result<Request<TacitContext>, CodecError> {
        let wire: WireRequest = unpack("sync request", &bytes, SMALL_BYTES_MAX)?;
        if wire.from > wire.to {
            return Err(CodecError::Value { what: "sync request", reason: "the range is empty" });
        }
        Ok(Request::ValueRequest(ValueRequest::new(CtxHeight(wire.from)..=CtxHeight(wire.to))))
    }

    fn encode(&self, request: &Request<TacitContext>) -> Result<Bytes, CodecError> {
        let Request::ValueRequest(request) = request;
        Ok(pack(&WireRequest { from: request.range.start().0, to: request.range.end().0 }))
    }
}

impl Codec<Response<TacitContext>> for TacitCodec {
    type Error = CodecError;

    fn decode(&self, bytes: Bytes) -> Result<Response<TacitContext>, CodecError> {
        let wire: WireResponse = unpack(RESPONSE, &bytes, RESPONSE_BYTES_MAX)?;
        let values = wire.values.into_vec().into_iter().map(engine_decided).collect::<Result<_, _>>()?;
        Ok(Response::ValueResponse(ValueResponse::new(CtxHeight(wire.start), values)))
    }

    fn encode(&self, response: &Response<TacitContext>) -> Result<Bytes, CodecError> {
        let Response::ValueResponse(response) = response;
        let values = response.values.iter().map(wire_decided).collect::<Result<Vec<_>, _>>()?;
        let refuse = |_| CodecError::Value { what: RESPONSE, reason: "too many blocks" };
        Ok(pack(&WireResponse { start: response.start_height.0, values: List::new(values).map_err(refuse)? }))
    }
}

impl HasEncodedLen<Response<TacitContext>> for TacitCodec {
    /// By arithmetic, because blocks are long: version, start and count, then per block its length field, its bytes
    /// and a certificate of 8 + 4 + 32 + 4 bytes and 96 per signature.
    fn encoded_len(&self, response: &Response<TacitContext>) -> Result<usize, CodecError> {
        let Response::ValueResponse(response) = response;
        let one = |value: &RawDecidedValue<TacitContext>| {
            let signatures = value.certificate.commit_signatures.len().saturating_mul(96);
            value.value_bytes.len().saturating_add(4 + 48).saturating_add(signatures)
        };
        Ok(response.values.iter().map(one).fold(1 + 8 + 4, usize::saturating_add))
    }
}

fn wire_decided(value: &RawDecidedValue<TacitContext>) -> Result<WireDecided, CodecError> {
    let certificate = &value.certificate;
    let signer = |one: &ExtendedCommitSignature<TacitContext>| WireSigner {
        address: one.address.0,
        signature: wire_signature(&one.signature),
    };
    let signers = certificate.commit_signatures.iter().map(signer).collect();
    let refuse = |reason| CodecError::Value { what: RESPONSE, reason };
    Ok(WireDecided {
        block: tacit_types::Bytes::new(value.value_bytes.to_vec()).map_err(|_| refuse("a block is too long"))?,
        certificate: WireCertificate {
            height: certificate.height.0,
            round: some_round(RESPONSE, certificate.round)?,
            block_id: certificate.value_id,
            signers: List::new(signers).map_err(|_| refuse(TOO_MANY))?,
        },
    })
}

/// Also checks that the bytes begin with the header that the certificate names. With that, a block which passes the
/// certificate check and then turns out invalid is known to be the certified one: a reason to halt, not to blame the
/// peer.
fn engine_decided(wire: WireDecided) -> Result<RawDecidedValue<TacitContext>, CodecError> {
    let refuse = |reason| CodecError::Value { what: RESPONSE, reason };
    let header =
        Header::deserialize(&mut &wire.block[..]).map_err(|_| refuse("a block does not begin with a header"))?;
    if header.id() != wire.certificate.block_id || header.height != wire.certificate.height {
        return Err(refuse("a block is not the one its certificate names"));
    }
    let signature =
        |one: WireSigner| ExtendedCommitSignature::new(CtxAddress(one.address), engine_signature(one.signature), None);
    let certificate = ExtendedCommitCertificate {
        height: CtxHeight(wire.certificate.height),
        round: engine_round(wire.certificate.round),
        value_id: wire.certificate.block_id,
        commit_signatures: wire.certificate.signers.into_vec().into_iter().map(signature).collect(),
    };
    Ok(RawDecidedValue::new(wire.block.into_vec().into(), certificate))
}
