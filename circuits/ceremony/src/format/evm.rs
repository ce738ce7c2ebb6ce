//! Calldata for a contract on an Ethereum machine: the numbers of a proof in the order of EIP-197.
//!
//! Big-endian words of 32 bytes: A.x, A.y, B.x.c1, B.x.c0, B.y.c1, B.y.c0, C.x, C.y, then the public inputs. In G2 the
//! second component comes first, the other way round than in every other format here.

use ark_bn254::{G1Affine, G2Affine};
use ark_ec::AffineRepr;
use serde_json::json;
use tacit_circuits::{FieldBytes, ProofBytes};

use super::json::proof_points;
use super::point::{base_big_endian, scalar};
use crate::error::{CeremonyError, Result};

/// A proof and its public inputs as words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calldata {
    /// A.x, A.y, B.x.c1, B.x.c0, B.y.c1, B.y.c0, C.x, C.y.
    pub proof: [[u8; 32]; 8],
    /// The public inputs in the order of the key.
    pub inputs: Vec<[u8; 32]>,
}

impl Calldata {
    /// Reads the chain's form of a proof and of inputs.
    ///
    /// # Errors
    /// [`CeremonyError::Point`] when the bytes are no proof, [`CeremonyError::Format`] for an input that is not
    /// canonical.
    pub fn new(proof: &ProofBytes, inputs: &[FieldBytes]) -> Result<Self> {
        let (a, b, c) = proof_points(proof)?;
        let ([ax, ay], [bx1, bx0, by1, by0], [cx, cy]) = (g1_words(&a), g2_words(&b), g1_words(&c));
        let word = |input: &FieldBytes| {
            scalar(&input.0).ok_or_else(|| CeremonyError::format("calldata", "an input is not canonical"))?;
            let mut bytes = input.0;
            bytes.reverse();
            Ok(bytes)
        };
        let inputs = inputs.iter().map(word).collect::<Result<Vec<_>>>()?;
        Ok(Self { proof: [ax, ay, bx1, bx0, by1, by0, cx, cy], inputs })
    }

    /// The words one after the other.
    pub fn bytes(&self) -> Vec<u8> {
        self.proof.iter().chain(&self.inputs).flatten().copied().collect()
    }

    /// The arguments of a verifier's `verifyProof`, as `snarkjs zkey export soliditycalldata` prints them.
    pub fn solidity(&self) -> String {
        let [ax, ay, bx1, bx0, by1, by0, cx, cy] = self.proof.each_ref().map(hex);
        let inputs: Vec<String> = self.inputs.iter().map(hex).collect();
        let (a, b, c) = (json!([ax, ay]), json!([[bx1, bx0], [by1, by0]]), json!([cx, cy]));
        format!("{a},{b},{c},{}", json!(inputs))
    }
}

fn hex(word: &[u8; 32]) -> String {
    format!("0x{}", hex::encode(word))
}

pub(crate) fn g1_words(point: &G1Affine) -> [[u8; 32]; 2] {
    let (x, y) = point.xy().unwrap_or_default();
    [base_big_endian(&x), base_big_endian(&y)]
}

pub(crate) fn g2_words(point: &G2Affine) -> [[u8; 32]; 4] {
    let (x, y) = point.xy().unwrap_or_default();
    [&x.c1, &x.c0, &y.c1, &y.c0].map(base_big_endian)
}
