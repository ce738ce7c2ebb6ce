//! Turns a module into a sealed artifact and back. The only place where machine code enters the process by another way than
//! through the compiler, so it must never hand the engine a byte that [`Seal::open`] did not accept.
#![allow(unsafe_code)]

use super::artifact::{ArtifactName, ArtifactRefused, Facts, Seal};
use tacit_types::codec;
use wasmtime::{Engine, Module};

/// Longest encoding of [`Facts`] in bytes: 128 exports of 64 bytes, named twice, with room.
const FACTS_BYTES_MAX: usize = 64 * 1024;

/// The sealed artifact of a module that the compiler has just made; none if the engine cannot write it down.
pub(super) fn preserve(seal: &Seal, name: &ArtifactName, facts: &Facts, module: &Module) -> Option<Vec<u8>> {
    let facts = codec::encode(facts);
    let length = u32::try_from(facts.len()).ok()?.to_le_bytes();
    let module = module.serialize().ok()?;
    Some(seal.close(name, &[&length, facts.as_slice(), module.as_slice()].concat()))
}

/// The module of a sealed artifact.
pub(super) fn restore(
    engine: &Engine,
    seal: &Seal,
    name: &ArtifactName,
    sealed: &[u8],
) -> Result<(Facts, Module), ArtifactRefused> {
    let bytes = seal.open(name, sealed)?;
    let unusable = |reason: String| ArtifactRefused::Unusable(reason);
    let (length, rest) = bytes.split_first_chunk::<4>().ok_or_else(|| unusable("it has no facts".into()))?;
    let (facts, module) = usize::try_from(u32::from_le_bytes(*length))
        .ok()
        .and_then(|length| rest.split_at_checked(length))
        .ok_or_else(|| unusable("its facts are cut off".into()))?;
    let facts = codec::decode_exact("facts of an artifact", facts, FACTS_BYTES_MAX)
        .map_err(|error| unusable(error.to_string()))?;
    // SAFETY: the engine demands exactly what its own `serialize` gave. The seal that `open` has just verified over
    // all of these bytes is made in `preserve` alone, around the output of `serialize`, with a secret that this node made for
    // itself and gives to nobody, and under a name that binds the code and every setting and version of the build. The bytes are
    // borrowed while they are verified and copied, so nobody can change them in between.
    let module = unsafe { Module::deserialize(engine, module) };
    Ok((facts, module.map_err(|error| unusable(format!("{error:#}")))?))
}
