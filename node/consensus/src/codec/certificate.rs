//! Polka certificates, round certificates and the liveness messages that carry them.

use super::message::{
    engine_kind, engine_signature, engine_value, engine_vote, some_round, wire_kind, wire_signature, wire_vote,
};
use super::wire::{WireCertificate, WireLiveness, WireRoundCertificate, WireRoundKind, WireRoundSigner, WireSigner};
use super::{CERTIFICATE_BYTES_MAX, CodecError, TacitCodec, pack, unpack};
use crate::context::{CtxAddress, CtxHeight, TacitContext, engine_round};
use crate::malachite::{
    Codec, LivenessMsg, PolkaCertificate, PolkaSignature, RoundCertificate, RoundCertificateType, RoundSignature,
};
use crate::signing::voted_block;
use bytes::Bytes;
use tacit_types::List;

pub(super) const TOO_MANY: &str = "more signatures than a validator set has members";

fn wire_polka(polka: &PolkaCertificate<TacitContext>) -> Result<WireCertificate, CodecError> {
    let what = "polka certificate";
    let signer = |one: &PolkaSignature<TacitContext>| WireSigner {
        address: one.address.0,
        signature: wire_signature(&one.signature),
    };
    let signers = polka.polka_signatures.iter().map(signer).collect();
    Ok(WireCertificate {
        height: polka.height.0,
        round: some_round(what, polka.round)?,
        block_id: polka.value_id,
        signers: List::new(signers).map_err(|_| CodecError::Value { what, reason: TOO_MANY })?,
    })
}

fn engine_polka(wire: WireCertificate) -> PolkaCertificate<TacitContext> {
    let signature = |one: WireSigner| PolkaSignature::new(CtxAddress(one.address), engine_signature(one.signature));
    PolkaCertificate {
        height: CtxHeight(wire.height),
        round: engine_round(wire.round),
        value_id: wire.block_id,
        polka_signatures: wire.signers.into_vec().into_iter().map(signature).collect(),
    }
}

fn wire_round(certificate: &RoundCertificate<TacitContext>) -> Result<WireRoundCertificate, CodecError> {
    let what = "round certificate";
    let signer = |one: &RoundSignature<TacitContext>| WireRoundSigner {
        kind: wire_kind(one.vote_type),
        value: voted_block(&one.value_id),
        address: one.address.0,
        signature: wire_signature(&one.signature),
    };
    let signers = certificate.round_signatures.iter().map(signer).collect();
    Ok(WireRoundCertificate {
        height: certificate.height.0,
        round: some_round(what, certificate.round)?,
        kind: match certificate.cert_type {
            RoundCertificateType::Skip => WireRoundKind::Skip,
            RoundCertificateType::Precommit => WireRoundKind::Precommit,
        },
        signers: List::new(signers).map_err(|_| CodecError::Value { what, reason: TOO_MANY })?,
    })
}

fn engine_round_certificate(wire: WireRoundCertificate) -> RoundCertificate<TacitContext> {
    let signature = |one: WireRoundSigner| {
        let (kind, value) = (engine_kind(&one.kind), engine_value(one.value));
        RoundSignature::new(kind, value, CtxAddress(one.address), engine_signature(one.signature))
    };
    RoundCertificate {
        height: CtxHeight(wire.height),
        round: engine_round(wire.round),
        cert_type: match wire.kind {
            WireRoundKind::Skip => RoundCertificateType::Skip,
            WireRoundKind::Precommit => RoundCertificateType::Precommit,
        },
        round_signatures: wire.signers.into_vec().into_iter().map(signature).collect(),
    }
}

impl Codec<PolkaCertificate<TacitContext>> for TacitCodec {
    type Error = CodecError;

    fn decode(&self, bytes: Bytes) -> Result<PolkaCertificate<TacitContext>, CodecError> {
        unpack("polka certificate", &bytes, CERTIFICATE_BYTES_MAX).map(engine_polka)
    }

    fn encode(&self, polka: &PolkaCertificate<TacitContext>) -> Result<Bytes, CodecError> {
        wire_polka(polka).map(|wire| pack(&wire))
    }
}

impl Codec<LivenessMsg<TacitContext>> for TacitCodec {
    type Error = CodecError;

    fn decode(&self, bytes: Bytes) -> Result<LivenessMsg<TacitContext>, CodecError> {
        Ok(match unpack("liveness message", &bytes, CERTIFICATE_BYTES_MAX)? {
            WireLiveness::Vote(vote) => LivenessMsg::Vote(engine_vote(vote)),
            WireLiveness::Polka(polka) => LivenessMsg::PolkaCertificate(engine_polka(polka)),
            WireLiveness::Round(round) => LivenessMsg::SkipRoundCertificate(engine_round_certificate(round)),
        })
    }

    fn encode(&self, message: &LivenessMsg<TacitContext>) -> Result<Bytes, CodecError> {
        Ok(pack(&match message {
            LivenessMsg::Vote(vote) => WireLiveness::Vote(wire_vote(vote)?),
            LivenessMsg::PolkaCertificate(polka) => WireLiveness::Polka(wire_polka(polka)?),
            LivenessMsg::SkipRoundCertificate(round) => WireLiveness::Round(wire_round(round)?),
        }))
    }
}
