//! Moves message bytes between a substream and memory, bounded; decoding is `wire`'s.
//!
//! At most one byte more than the limit is read, so that an over-long message reaches the decoder, is refused there
//! by its length, and is put down to the peer that sent it.

use crate::limits::{REQUEST_BYTES_MAX, RESPONSE_BYTES_MAX};
use async_trait::async_trait;
use bytes::Bytes;
use futures::prelude::*;
use libp2p::{StreamProtocol, request_response};
use std::io;

/// The codec of the transaction protocol.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Codec;

#[async_trait]
impl request_response::Codec for Codec {
    type Protocol = StreamProtocol;
    type Request = Bytes;
    type Response = Bytes;

    async fn read_request<T>(&mut self, _: &StreamProtocol, io: &mut T) -> io::Result<Bytes>
    where
        T: AsyncRead + Unpin + Send,
    {
        read_to_end(io, REQUEST_BYTES_MAX).await
    }

    async fn read_response<T>(&mut self, _: &StreamProtocol, io: &mut T) -> io::Result<Bytes>
    where
        T: AsyncRead + Unpin + Send,
    {
        let bytes = read_to_end(io, RESPONSE_BYTES_MAX).await?;
        // A peer that does not want to answer closes its half; that is no message, and so no malformed one.
        if bytes.is_empty() { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(bytes) }
    }

    async fn write_request<T>(&mut self, _: &StreamProtocol, io: &mut T, request: Bytes) -> io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        io.write_all(&request).await
    }

    async fn write_response<T>(&mut self, _: &StreamProtocol, io: &mut T, response: Bytes) -> io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        io.write_all(&response).await
    }
}

async fn read_to_end<T: AsyncRead + Unpin + Send>(io: &mut T, limit: usize) -> io::Result<Bytes> {
    let mut bytes = Vec::new();
    io.take(limit as u64 + 1).read_to_end(&mut bytes).await?;
    Ok(Bytes::from(bytes))
}
