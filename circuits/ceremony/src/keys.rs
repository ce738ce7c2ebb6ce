//! From a `.zkey` to the keys that the chain and our prover use.
//!
//! A proving key of ours is arkworks' uncompressed form. Everything in it stands in the `.zkey` as it is, but for the
//! quotient's query H: snarkjs holds it in the Lagrange basis of the odd places of the double domain, arkworks as powers.
//! Both bases span the same polynomials, so one transform of points turns one into the other, and a single prover serves
//! keys of either program.

use ark_bn254::{Bn254, G1Affine};
use ark_serialize::CanonicalSerialize;
use tacit_circuits::verify::VerifyingKey;

use crate::Progress;
use crate::error::{CeremonyError, Result};
use crate::format::json::verifying_bytes;
use crate::format::zkey::Zkey;
use crate::phase2::quotient_from_lagrange;

/// Keys in the chain's forms.
pub struct Keys {
    /// The verifying key, as `VerifyingKey::load` reads it.
    pub verifying: Vec<u8>,
    /// The proving key's file.
    pub proving: Vec<u8>,
}

impl Zkey {
    /// The verifying key's bytes. Not checked: [`VerifyingKey::load`] refuses unsafe ones.
    ///
    /// # Errors
    /// None in practice.
    pub fn verifying_key(&self) -> Result<Vec<u8>> {
        verifying_bytes(&self.alpha1, [&self.beta2, &self.gamma2, &self.delta2], &self.ic)
    }

    /// Both keys. Refuses what the chain's loader refuses, above all a key without contributions.
    ///
    /// # Errors
    /// [`CeremonyError::Refused`] for an unsafe key, [`CeremonyError::Key`] when its own points disagree.
    pub fn keys(&self, progress: Progress<'_>) -> Result<Keys> {
        let verifying = self.verifying_key()?;
        VerifyingKey::load(&verifying)?;
        if self.contributions.is_empty() {
            return Err(CeremonyError::key("nobody contributed to it, so anyone can forge proofs"));
        }
        let powers = quotient_from_lagrange(&self.h, &|done, all| progress("turning query H", done, all))?;
        // A quotient has one power less than the domain.
        let h_query: Vec<G1Affine> = powers.split_last().map_or(Vec::new(), |(_, used)| used.to_vec());
        let key = ark_groth16::ProvingKey::<Bn254> {
            vk: ark_groth16::VerifyingKey {
                alpha_g1: self.alpha1,
                beta_g2: self.beta2,
                gamma_g2: self.gamma2,
                delta_g2: self.delta2,
                gamma_abc_g1: self.ic.clone(),
            },
            beta_g1: self.beta1,
            delta_g1: self.delta1,
            a_query: self.a.clone(),
            b_g1_query: self.b1.clone(),
            b_g2_query: self.b2.clone(),
            h_query,
            l_query: self.l.clone(),
        };
        let mut proving = Vec::new();
        key.serialize_uncompressed(&mut proving).map_err(|error| CeremonyError::Step(error.to_string()))?;
        Ok(Keys { verifying, proving })
    }
}
