//! snarkjs's JSON: `verification_key.json`, `proof.json`, `public.json`. Numbers are decimal strings.
//!
//! Points are projective in snarkjs's files; only the affine form (third coordinate one) is accepted, which is what
//! snarkjs writes. Numbers have one spelling: no sign, no leading zero, below the modulus. Infinity is refused.

use ark_bn254::{Fq, Fq2, G1Affine, G2Affine};
use ark_ec::AffineRepr;
use ark_ec::pairing::Pairing;
use ark_ff::PrimeField;
use ark_serialize::{CanonicalDeserialize, CanonicalSerialize};
use serde_json::{Map, Value, json};
use tacit_circuits::verify::VerifyingKey;
use tacit_circuits::{FieldBytes, ProofBytes};

use super::point::{FilePoint, base_plain, g1_of, g2_of, scalar, scalar_bytes};
use crate::error::{CeremonyError, Result};

/// Longest JSON text that is read: more than a key of the most public inputs takes.
pub const JSON_BYTES_MAX: usize = 256 * 1024;
/// Most digits of a number below 2^254.
const DIGITS_MAX: usize = 77;

fn refuse(format: &'static str, why: impl Into<String>) -> CeremonyError {
    CeremonyError::format(format, why)
}

fn parse(format: &'static str, text: &str) -> Result<Value> {
    if text.len() > JSON_BYTES_MAX {
        return Err(refuse(format, format!("it is longer than {JSON_BYTES_MAX} bytes")));
    }
    serde_json::from_str(text).map_err(|error| refuse(format, error.to_string()))
}

/// A decimal number below 2^256 as little-endian bytes.
pub(crate) fn decimal(text: &str) -> Option<[u8; 32]> {
    let canonical = text == "0" || !text.starts_with('0');
    if text.is_empty() || text.len() > DIGITS_MAX || !canonical || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut bytes = [0u8; 32];
    for digit in text.bytes() {
        let mut carry = u16::from(digit - b'0');
        for byte in &mut bytes {
            let number = u16::from(*byte) * 10 + carry;
            *byte = (number & 0xff) as u8;
            carry = number >> 8;
        }
        if carry != 0 {
            return None;
        }
    }
    Some(bytes)
}

/// Little-endian bytes as a decimal number.
pub(crate) fn to_decimal(bytes: &[u8; 32]) -> String {
    let mut rest = *bytes;
    let mut digits = Vec::new();
    while rest.iter().any(|byte| *byte != 0) {
        let mut remainder = 0u16;
        for byte in rest.iter_mut().rev() {
            let number = remainder << 8 | u16::from(*byte);
            *byte = (number / 10) as u8;
            remainder = number % 10;
        }
        digits.push(char::from(b'0' + (remainder as u8)));
    }
    if digits.is_empty() { "0".into() } else { digits.iter().rev().collect() }
}

struct Fields<'a> {
    format: &'static str,
    object: &'a Map<String, Value>,
}

impl<'a> Fields<'a> {
    fn of(format: &'static str, value: &'a Value) -> Result<Self> {
        let object = value.as_object().ok_or_else(|| refuse(format, "it is no JSON object"))?;
        let fields = Self { format, object };
        fields.require("protocol", "groth16")?;
        fields.require("curve", "bn128")?;
        Ok(fields)
    }

    fn get(&self, name: &str) -> Result<&'a Value> {
        self.object.get(name).ok_or_else(|| refuse(self.format, format!("`{name}` is missing")))
    }

    fn require(&self, name: &str, expected: &str) -> Result<()> {
        if self.get(name)?.as_str() == Some(expected) {
            return Ok(());
        }
        Err(refuse(self.format, format!("`{name}` must be \"{expected}\"")))
    }

    fn base(&self, name: &str, value: Option<&Value>) -> Result<Fq> {
        let number = value.and_then(Value::as_str).and_then(decimal).and_then(|bytes| base_plain(&bytes));
        number.ok_or_else(|| refuse(self.format, format!("`{name}` holds no canonical coordinate")))
    }

    fn pair(&self, name: &str, value: Option<&Value>) -> Result<Fq2> {
        match value.and_then(Value::as_array).map(Vec::as_slice) {
            Some([c0, c1]) => Ok(Fq2::new(self.base(name, Some(c0))?, self.base(name, Some(c1))?)),
            _ => Err(refuse(self.format, format!("`{name}` holds no pair of coordinates"))),
        }
    }

    fn g1(&self, name: &str, value: &Value) -> Result<G1Affine> {
        let Some([x, y, z]) = value.as_array().map(Vec::as_slice) else {
            return Err(refuse(self.format, format!("`{name}` is no point of G1")));
        };
        if z.as_str() != Some("1") {
            return Err(CeremonyError::point(name, "it is infinity or not in affine form"));
        }
        let point = g1_of(self.base(name, Some(x))?, self.base(name, Some(y))?);
        checked(name, point)
    }

    fn g2(&self, name: &str, value: &Value) -> Result<G2Affine> {
        let Some([x, y, z]) = value.as_array().map(Vec::as_slice) else {
            return Err(refuse(self.format, format!("`{name}` is no point of G2")));
        };
        if self.pair(name, Some(z))? != Fq2::from(1u64) {
            return Err(CeremonyError::point(name, "it is infinity or not in affine form"));
        }
        let point = g2_of(self.pair(name, Some(x))?, self.pair(name, Some(y))?);
        checked(name, point)
    }
}

fn checked<P: FilePoint>(name: &str, point: core::result::Result<P, &'static str>) -> Result<P> {
    let point = point.map_err(|why| CeremonyError::point(name, why))?;
    if point.is_zero() {
        return Err(CeremonyError::point(name, "it is the point at infinity"));
    }
    if !point.in_subgroup() {
        return Err(CeremonyError::point(name, "it is outside the subgroup of prime order"));
    }
    Ok(point)
}

/// Reads a `proof.json` into the chain's 128 bytes.
///
/// # Errors
/// [`CeremonyError::Format`] or [`CeremonyError::Point`], naming the field.
pub fn read_proof(text: &str) -> Result<ProofBytes> {
    let (a, b, c) = json_proof_points(text)?;
    let mut bytes = Vec::with_capacity(128);
    compress(&mut bytes, &a)?;
    compress(&mut bytes, &b)?;
    compress(&mut bytes, &c)?;
    Ok(ProofBytes::from_slice(&bytes)?)
}

/// The points of a `proof.json`, checked.
pub(crate) fn json_proof_points(text: &str) -> Result<(G1Affine, G2Affine, G1Affine)> {
    let value = parse("proof.json", text)?;
    let fields = Fields::of("proof.json", &value)?;
    let a = fields.g1("pi_a", fields.get("pi_a")?)?;
    let b = fields.g2("pi_b", fields.get("pi_b")?)?;
    Ok((a, b, fields.g1("pi_c", fields.get("pi_c")?)?))
}

/// Writes a proof as `proof.json`.
///
/// # Errors
/// [`CeremonyError::Point`] when its bytes are no proof.
pub fn write_proof(proof: &ProofBytes) -> Result<String> {
    let (a, b, c) = proof_points(proof)?;
    let value = json!({
        "pi_a": g1_json(&a), "pi_b": g2_json(&b), "pi_c": g1_json(&c), "protocol": "groth16", "curve": "bn128",
    });
    Ok(pretty(&value))
}

/// The points of a proof, checked.
pub(crate) fn proof_points(proof: &ProofBytes) -> Result<(G1Affine, G2Affine, G1Affine)> {
    fn read<P: CanonicalDeserialize + FilePoint>(bytes: &[u8], name: &'static str) -> Result<P> {
        let point = P::deserialize_compressed(bytes).map_err(|_| "its bytes are not the encoding of a point");
        let point = checked(name, point)?;
        // The library accepts more than one spelling of some points; the chain accepts one.
        let mut again = Vec::new();
        compress(&mut again, &point)?;
        if again == bytes { Ok(point) } else { Err(CeremonyError::point(name, "its encoding is not canonical")) }
    }
    let (a, rest) = proof.0.split_at(32);
    let (b, c) = rest.split_at(64);
    Ok((read(a, "A")?, read(b, "B")?, read(c, "C")?))
}

fn compress(out: &mut Vec<u8>, point: &impl CanonicalSerialize) -> Result<()> {
    point.serialize_compressed(out).map_err(|error| CeremonyError::Step(error.to_string()))
}

/// Reads a `verification_key.json` and checks it as the chain does: a key without a phase-2 contribution is refused.
///
/// # Errors
/// [`CeremonyError::Format`] or [`CeremonyError::Point`], naming the field; [`CeremonyError::Refused`] by the loader.
pub fn read_verifying_key(text: &str) -> Result<VerifyingKey> {
    Ok(VerifyingKey::load(&verifying_key_bytes(text)?)?)
}

/// A `verification_key.json` in the chain's byte form, its points checked but not its safety.
///
/// # Errors
/// [`CeremonyError::Format`] or [`CeremonyError::Point`], naming the field.
pub fn verifying_key_bytes(text: &str) -> Result<Vec<u8>> {
    let KeyPoints { alpha, in_g2: [beta, gamma, delta], ic } = key_points(text)?;
    verifying_bytes(&alpha, [&beta, &gamma, &delta], &ic)
}

/// The points of a key.
pub(crate) struct KeyPoints {
    pub alpha: G1Affine,
    /// Beta, gamma, delta.
    pub in_g2: [G2Affine; 3],
    /// One more than there are public inputs.
    pub ic: Vec<G1Affine>,
}

/// The points of a `verification_key.json`, checked one by one.
pub(crate) fn key_points(text: &str) -> Result<KeyPoints> {
    const FORMAT: &str = "verification_key.json";
    let value = parse(FORMAT, text)?;
    let fields = Fields::of(FORMAT, &value)?;
    let ic = fields.get("IC")?.as_array().ok_or_else(|| refuse(FORMAT, "`IC` is no list"))?;
    if ic.is_empty() || ic.len() > VerifyingKey::MAX_INPUTS + 1 {
        return Err(refuse(FORMAT, format!("it must have 0 to {} public inputs", VerifyingKey::MAX_INPUTS)));
    }
    if fields.get("nPublic")?.as_u64() != Some(ic.len() as u64 - 1) {
        return Err(refuse(FORMAT, "`nPublic` does not fit `IC`"));
    }
    let alpha = fields.g1("vk_alpha_1", fields.get("vk_alpha_1")?)?;
    let beta = fields.g2("vk_beta_2", fields.get("vk_beta_2")?)?;
    let gamma = fields.g2("vk_gamma_2", fields.get("vk_gamma_2")?)?;
    let delta = fields.g2("vk_delta_2", fields.get("vk_delta_2")?)?;
    let ic = ic.iter().map(|point| fields.g1("IC", point)).collect::<Result<Vec<_>>>()?;
    Ok(KeyPoints { alpha, in_g2: [beta, gamma, delta], ic })
}

/// A verifying key in the chain's byte form.
pub(crate) fn verifying_bytes(alpha: &G1Affine, in_g2: [&G2Affine; 3], ic: &[G1Affine]) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    compress(&mut bytes, alpha)?;
    for point in in_g2 {
        compress(&mut bytes, point)?;
    }
    bytes.extend((ic.len() as u64).to_le_bytes());
    for point in ic {
        compress(&mut bytes, point)?;
    }
    Ok(bytes)
}

/// Writes a key of the chain's byte form as `verification_key.json`.
///
/// # Errors
/// [`CeremonyError::Refused`] for bytes that the chain's loader refuses.
pub fn write_verifying_key(bytes: &[u8]) -> Result<String> {
    VerifyingKey::load(bytes)?;
    let key = ark_groth16::VerifyingKey::<ark_bn254::Bn254>::deserialize_compressed(bytes)
        .map_err(|error| CeremonyError::Step(error.to_string()))?;
    let product = ark_bn254::Bn254::pairing(key.alpha_g1, key.beta_g2).0;
    let pair = |value: &Fq2| json!([base_decimal(&value.c0), base_decimal(&value.c1)]);
    let six = |value: &ark_bn254::Fq6| json!([pair(&value.c0), pair(&value.c1), pair(&value.c2)]);
    let value = json!({
        "protocol": "groth16",
        "curve": "bn128",
        "nPublic": key.gamma_abc_g1.len() - 1,
        "vk_alpha_1": g1_json(&key.alpha_g1),
        "vk_beta_2": g2_json(&key.beta_g2),
        "vk_gamma_2": g2_json(&key.gamma_g2),
        "vk_delta_2": g2_json(&key.delta_g2),
        "vk_alphabeta_12": [six(&product.c0), six(&product.c1)],
        "IC": key.gamma_abc_g1.iter().map(g1_json).collect::<Vec<_>>(),
    });
    Ok(pretty(&value))
}

/// Reads a `public.json`: public inputs in the order of the key.
///
/// # Errors
/// [`CeremonyError::Format`] for anything but a list of canonical field elements.
pub fn read_public(text: &str) -> Result<Vec<FieldBytes>> {
    const FORMAT: &str = "public.json";
    let value = parse(FORMAT, text)?;
    let list = value.as_array().ok_or_else(|| refuse(FORMAT, "it is no list"))?;
    if list.len() > VerifyingKey::MAX_INPUTS {
        return Err(refuse(FORMAT, format!("it has more than {} inputs", VerifyingKey::MAX_INPUTS)));
    }
    let read = |value: &Value| {
        let number = value.as_str().and_then(decimal).filter(|bytes| scalar(bytes).is_some());
        number.map(FieldBytes).ok_or_else(|| refuse(FORMAT, "an input is no decimal number below the modulus"))
    };
    list.iter().map(read).collect()
}

/// Writes public inputs as `public.json`.
///
/// # Errors
/// [`CeremonyError::Format`] for an input that is not canonical.
pub fn write_public(inputs: &[FieldBytes]) -> Result<String> {
    let read = |input: &FieldBytes| {
        let value = scalar(&input.0).ok_or_else(|| refuse("public.json", "an input is not canonical"))?;
        Ok(Value::String(to_decimal(&scalar_bytes(&value))))
    };
    Ok(pretty(&Value::Array(inputs.iter().map(read).collect::<Result<Vec<_>>>()?)))
}

fn pretty(value: &Value) -> String {
    // Maps of strings always print.
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}

fn base_decimal(value: &Fq) -> String {
    let mut bytes = [0u8; 32];
    for (chunk, limb) in bytes.as_chunks_mut::<8>().0.iter_mut().zip(value.into_bigint().0) {
        *chunk = limb.to_le_bytes();
    }
    to_decimal(&bytes)
}

fn g1_json(point: &G1Affine) -> Value {
    let (x, y) = point.xy().unwrap_or_default();
    json!([base_decimal(&x), base_decimal(&y), "1"])
}

fn g2_json(point: &G2Affine) -> Value {
    let (x, y) = point.xy().unwrap_or_default();
    let pair = |value: &Fq2| json!([base_decimal(&value.c0), base_decimal(&value.c1)]);
    json!([pair(&x), pair(&y), ["1", "0"]])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_one_spelling() {
        for text in ["0", "1", "9", "10", "340282366920938463463374607431768211456"] {
            assert_eq!(decimal(text).map(|bytes| to_decimal(&bytes)).as_deref(), Some(text));
        }
        let most = "115792089237316195423570985008687907853269984665640564039457584007913129639935";
        assert!(decimal(most).is_none(), "78 digits are more than any element has");
        for text in ["", "-1", "+1", "01", "00", "0x1", "1e3", " 1", "1 ", "1.0", "\u{661}"] {
            assert!(decimal(text).is_none(), "{text:?}");
        }
    }
}
