//! Baby Jubjub in the circuit: on the curve, the complete sum of two points, multiples of the generator.
//!
//! The addition law has no exceptions on this curve (`a = 1` is a square, `d` is none): it holds for equal points, for
//! opposite ones, for the identity and for points of small order, as long as both stand on the curve. Whoever brings a
//! point in from outside must call [`on_curve`]; sums and multiples of the generator are on it by construction.

use std::sync::LazyLock;

use ark_bn254::Fr;
use ark_ec::twisted_edwards::TECurveConfig;
use ark_ec::{AffineRepr, CurveGroup};
use ark_ed_on_bn254::{EdwardsAffine, EdwardsConfig, EdwardsProjective};
use ark_ff::{AdditiveGroup, Field};
use ark_relations::gr1cs::SynthesisError;

use super::{Builder, Wire};

/// Bits of a window of the multiplication by the generator.
const WINDOW_BITS: usize = 3;
/// Windows that cover a scalar.
const WINDOWS: usize = 84;
/// Bits of a scalar, the highest of which is zero for every scalar below the order.
pub(crate) const SCALAR_BITS: usize = WINDOW_BITS * WINDOWS;

/// A point as two wires.
#[derive(Clone)]
pub(crate) struct Point {
    pub x: Wire,
    pub y: Wire,
}

/// `MULTIPLES[i][k]` is `k * 8^i * B`.
static MULTIPLES: LazyLock<Vec<[EdwardsAffine; 1 << WINDOW_BITS]>> = LazyLock::new(|| {
    let mut base: EdwardsProjective = EdwardsAffine::generator().into();
    let mut windows = Vec::with_capacity(WINDOWS);
    for _ in 0..WINDOWS {
        let mut multiple = EdwardsProjective::ZERO;
        windows.push(core::array::from_fn(|_| {
            let current = multiple.into_affine();
            multiple += base;
            current
        }));
        base = multiple;
    }
    windows
});

/// Requires `x^2 + y^2 = 1 + d x^2 y^2`.
pub(crate) fn on_curve(builder: &mut Builder, label: &'static str, point: &Point) -> Result<(), SynthesisError> {
    let x_square = builder.product("edwards x^2", &point.x, &point.x)?;
    let y_square = builder.product("edwards y^2", &point.y, &point.y)?;
    let sum = x_square.plus(Fr::ONE, &y_square).plus_constant(-Fr::ONE);
    builder.constrain(label, &x_square.scaled(EdwardsConfig::COEFF_D), &y_square, &sum)
}

/// The sum of two points of the curve: six constraints.
pub(crate) fn add(builder: &mut Builder, a: &Point, b: &Point) -> Result<Point, SynthesisError> {
    let xx = builder.product("edwards x1 x2", &a.x, &b.x)?;
    let yy = builder.product("edwards y1 y2", &a.y, &b.y)?;
    let both = builder.product("edwards (x1+y1)(x2+y2)", &a.x.plus(Fr::ONE, &a.y), &b.x.plus(Fr::ONE, &b.y))?;
    let cross = Wire::difference(&Wire::difference(&both, &xx), &yy);
    let bend = builder.product("edwards x1 x2 y1 y2", &xx, &yy)?.scaled(EdwardsConfig::COEFF_D);
    let (x_factor, y_factor) = (bend.plus_constant(Fr::ONE), bend.scaled(-Fr::ONE).plus_constant(Fr::ONE));
    Ok(Point {
        x: quotient(builder, "edwards sum x", &cross, &x_factor)?,
        y: quotient(builder, "edwards sum y", &Wire::difference(&yy, &xx), &y_factor)?,
    })
}

/// The wire `q` with `q * divisor = dividend`; the divisor must not be able to be zero.
fn quotient(
    builder: &mut Builder,
    label: &'static str,
    dividend: &Wire,
    divisor: &Wire,
) -> Result<Wire, SynthesisError> {
    let value = divisor.value().inverse().unwrap_or_default() * dividend.value();
    let quotient = builder.private(label, value)?;
    builder.constrain(label, &quotient, divisor, dividend)?;
    Ok(quotient)
}

/// The generator times the number with these bits, lowest first, which are required to be bits. The number may exceed the
/// group's order; it then stands for its remainder.
pub(crate) fn generator_times(builder: &mut Builder, bits: &[Fr; SCALAR_BITS]) -> Result<Point, SynthesisError> {
    let mut sum: Option<Point> = None;
    for (bits, multiples) in bits.as_chunks::<WINDOW_BITS>().0.iter().zip(MULTIPLES.iter()) {
        let multiple = chosen(builder, bits, multiples)?;
        sum = Some(match sum {
            None => multiple,
            Some(sum) => add(builder, &sum, &multiple)?,
        });
    }
    sum.ok_or(SynthesisError::Unsatisfiable)
}

/// The multiple that three bits choose: three constraints beside those of the bits.
fn chosen(
    builder: &mut Builder,
    bits: &[Fr; WINDOW_BITS],
    multiples: &[EdwardsAffine; 1 << WINDOW_BITS],
) -> Result<Point, SynthesisError> {
    let mut read = |value: Fr| -> Result<Wire, SynthesisError> {
        let bit = builder.private("scalar bit", value)?;
        builder.boolean("scalar bit is boolean", &bit)?;
        Ok(bit)
    };
    let [low, middle, high] = [read(bits[0])?, read(bits[1])?, read(bits[2])?];
    let both = builder.product("two scalar bits", &low, &middle)?;
    let mut coordinate = |label, values: [Fr; 1 << WINDOW_BITS]| -> Result<Wire, SynthesisError> {
        let [lower, upper] = [0, 4].map(|first| {
            let [none, one, two, three] = [0, 1, 2, 3].map(|offset| values[first + offset]);
            Wire::constant(none).plus(one - none, &low).plus(two - none, &middle).plus(three - one - two + none, &both)
        });
        let step = builder.product(label, &high, &Wire::difference(&upper, &lower))?;
        Ok(lower.plus(Fr::ONE, &step))
    };
    Ok(Point {
        x: coordinate("multiple of the generator x", multiples.map(|multiple| multiple.x))?,
        y: coordinate("multiple of the generator y", multiples.map(|multiple| multiple.y))?,
    })
}
