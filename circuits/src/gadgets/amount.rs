//! 128-bit amounts in the circuit.

use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, BigInteger, Field, PrimeField};
use ark_relations::gr1cs::SynthesisError;

use super::{Builder, Wire};

/// Bits of an amount.
pub(crate) const AMOUNT_BITS: usize = 128;

/// Requires a wire to be below 2^128: 128 booleans and one sum. With 128 bits in a field of 254 the sum cannot wrap, so
/// the bits are unique.
pub(crate) fn amount_bits(builder: &mut Builder, label: &'static str, wire: &Wire) -> Result<(), SynthesisError> {
    let value = wire.value().into_bigint();
    let mut sum = Wire::constant(Fr::ZERO);
    let mut weight = Fr::ONE;
    for index in 0..AMOUNT_BITS {
        let bit = builder.private(label, Fr::from(value.get_bit(index)))?;
        builder.boolean(label, &bit)?;
        sum = sum.plus(weight, &bit);
        weight.double_in_place();
    }
    builder.equal(label, &sum, wire)
}

/// Requires `low <= value <= high`, where both bounds are known to be below 2^128. Both differences are below 2^128 too,
/// so nothing wraps around the modulus: low + a + b = high over the integers.
pub(crate) fn amount_between(
    builder: &mut Builder,
    value: &Wire,
    low: &Wire,
    high: &Wire,
) -> Result<(), SynthesisError> {
    amount_bits(builder, "value - low", &Wire::difference(value, low))?;
    amount_bits(builder, "high - value", &Wire::difference(high, value))
}
