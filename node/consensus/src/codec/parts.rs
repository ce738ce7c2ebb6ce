//! Proposal streams.

use super::wire::{WireData, WirePart, WireStream};
use super::{CodecError, STREAM_BYTES_MAX, TacitCodec, pack, unpack};
use crate::context::{BlockPart, PartData};
use crate::malachite::{Codec, StreamContent, StreamId, StreamMessage};
use bytes::Bytes;

fn wire_part(part: &BlockPart) -> Result<WirePart, CodecError> {
    let refuse = |_| CodecError::Value { what: "block part", reason: "it is too long" };
    let wire_data = |data: &PartData| {
        let bytes = tacit_types::Bytes::new(data.bytes.to_vec()).map_err(refuse)?;
        Ok::<_, CodecError>(WireData { index: data.index, bytes })
    };
    Ok(WirePart { signed: part.signed.clone(), data: part.data.as_ref().map(wire_data).transpose()? })
}

fn engine_part(wire: WirePart) -> BlockPart {
    let data = wire.data.map(|data| PartData { index: data.index, bytes: data.bytes.into_vec().into() });
    BlockPart { signed: wire.signed, data }
}

/// Required by the engine; only whole stream messages travel.
impl Codec<BlockPart> for TacitCodec {
    type Error = CodecError;

    fn decode(&self, bytes: Bytes) -> Result<BlockPart, CodecError> {
        unpack("block part", &bytes, STREAM_BYTES_MAX).map(engine_part)
    }

    fn encode(&self, part: &BlockPart) -> Result<Bytes, CodecError> {
        wire_part(part).map(|wire| pack(&wire))
    }
}

impl Codec<StreamMessage<BlockPart>> for TacitCodec {
    type Error = CodecError;

    fn decode(&self, bytes: Bytes) -> Result<StreamMessage<BlockPart>, CodecError> {
        let wire: WireStream = unpack("stream message", &bytes, STREAM_BYTES_MAX)?;
        let content = wire.content.map_or(StreamContent::Fin, |part| StreamContent::Data(engine_part(part)));
        Ok(StreamMessage::new(StreamId::new(Bytes::copy_from_slice(&wire.stream_id)), wire.sequence, content))
    }

    fn encode(&self, message: &StreamMessage<BlockPart>) -> Result<Bytes, CodecError> {
        let refuse = |_| CodecError::Value { what: "stream message", reason: "the stream id is not 16 bytes long" };
        Ok(pack(&WireStream {
            stream_id: message.stream_id.to_bytes().as_ref().try_into().map_err(refuse)?,
            sequence: message.sequence,
            content: match &message.content {
                StreamContent::Data(part) => Some(wire_part(part)?),
                StreamContent::Fin => None,
            },
        }))
    }
}
