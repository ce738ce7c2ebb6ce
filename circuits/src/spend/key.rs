//! Spend keys, their secrets, and the blindings that make a key for one use.

use ark_bn254::Fr;
use ark_ec::twisted_edwards::TECurveConfig;
use ark_ec::{AffineRepr, CurveGroup};
use ark_ed_on_bn254::{EdwardsAffine, EdwardsConfig, Fr as Scalar};
use ark_ff::{PrimeField, Zero};
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::point;
use crate::error::Reject;
use crate::field::FieldBytes;

/// A decoded public key: on the curve and not of small order. It may have a component of small order.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SpendKey {
    point: EdwardsAffine,
}

impl SpendKey {
    /// Decodes a key.
    ///
    /// # Errors
    /// [`Reject::Encoding`] unless the bytes are the one encoding of a point of the curve, [`Reject::SmallOrder`] for the
    /// identity and the seven other points that the cofactor sends to it.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, Reject> {
        let point = point::decode(bytes).ok_or(Reject::Encoding { point: "spend key" })?;
        Self::from_point(point)
    }

    /// Puts a key together from its coordinates, as public inputs carry it.
    ///
    /// # Errors
    /// [`Reject::NotCanonical`] for a coordinate at or above the modulus, [`Reject::Encoding`] off the curve,
    /// [`Reject::SmallOrder`] as [`Self::from_bytes`].
    pub fn from_coordinates(x: &FieldBytes, y: &FieldBytes) -> Result<Self, Reject> {
        let point = EdwardsAffine::new_unchecked(x.to_field("spend key x")?, y.to_field("spend key y")?);
        if !point.is_on_curve() {
            return Err(Reject::Encoding { point: "spend key" });
        }
        Self::from_point(point)
    }

    fn from_point(point: EdwardsAffine) -> Result<Self, Reject> {
        if point::is_small_order(&point) { Err(Reject::SmallOrder { point: "spend key" }) } else { Ok(Self { point }) }
    }

    /// The one encoding of the key.
    pub fn to_bytes(&self) -> [u8; 32] {
        point::encode(&self.point)
    }

    /// The x coordinate.
    pub fn x(&self) -> FieldBytes {
        FieldBytes::from_field(self.point.x)
    }

    /// The y coordinate.
    pub fn y(&self) -> FieldBytes {
        FieldBytes::from_field(self.point.y)
    }

    pub(crate) fn coordinates(&self) -> (Fr, Fr) {
        (self.point.x, self.point.y)
    }

    pub(super) fn point(&self) -> EdwardsAffine {
        self.point
    }

    /// The key for one use: `self + alpha * B`. For a blinding chosen at random the chance of a result of small order,
    /// which every verifier refuses, is 2^-248.
    pub fn randomized(&self, blinding: &Blinding) -> Self {
        Self { point: (EdwardsConfig::GENERATOR * blinding.0 + self.point).into_affine() }
    }
}

impl core::fmt::Debug for SpendKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("SpendKey(0x")?;
        for byte in self.to_bytes() {
            write!(f, "{byte:02x}")?;
        }
        f.write_str(")")
    }
}

/// The secret of a spend key; wiped from memory when dropped.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct SpendSecret(pub(super) Scalar);

impl SpendSecret {
    /// Reduces 64 uniformly random bytes. `None` for zero, which is no key; the chance is 2^-250.
    pub fn from_wide(bytes: &[u8; 64]) -> Option<Self> {
        let scalar = Scalar::from_le_bytes_mod_order(bytes);
        (!scalar.is_zero()).then_some(Self(scalar))
    }

    /// The public key.
    pub fn public(&self) -> SpendKey {
        SpendKey { point: (EdwardsAffine::generator() * self.0).into_affine() }
    }

    /// The secret for one use, of [`SpendKey::randomized`] under the same blinding.
    pub fn randomized(&self, blinding: &Blinding) -> Self {
        Self(self.0 + blinding.0)
    }
}

/// What turns a spend key into a key for one use: a scalar that must be uniformly random and used once. Wiped from memory
/// when dropped; who learns it can link the join-split to the key.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Blinding(pub(crate) Scalar);

impl Blinding {
    /// Reduces 64 uniformly random bytes.
    pub fn from_wide(bytes: &[u8; 64]) -> Self {
        Self(Scalar::from_le_bytes_mod_order(bytes))
    }

    /// Reads 32 little-endian bytes below the group's order.
    ///
    /// # Errors
    /// [`Reject::Scalar`].
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, Reject> {
        point::decode_scalar(bytes).map(Self).ok_or(Reject::Scalar { what: "spend blinding" })
    }

    /// The 32 bytes that [`Self::from_bytes`] reads; as secret as the blinding.
    pub fn to_bytes(&self) -> [u8; 32] {
        point::encode_scalar(&self.0)
    }
}

impl core::fmt::Debug for SpendSecret {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("SpendSecret(secret)")
    }
}

impl core::fmt::Debug for Blinding {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Blinding(secret)")
    }
}
