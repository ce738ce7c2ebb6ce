//! From a `.zkey` to the keys that the chain and our prover use.
//!
//! Both hold the quotient's query H in the same basis, snarkjs's, so nothing is computed on the way: what our prover
//! reads is what snarkjs's prover reads, in another file.

use ark_bn254::Bn254;
use tacit_circuits::Statement;
use tacit_circuits::prove::{ConstraintMatrices, proving_key_file};
use tacit_circuits::verify::VerifyingKey;

use crate::error::{CeremonyError, Result};
use crate::format::json::verifying_bytes;
use crate::format::zkey::Zkey;

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

    /// Both keys of a statement. Refuses what the chain's loader refuses, above all a key without contributions.
    ///
    /// # Errors
    /// [`CeremonyError::Refused`] for an unsafe key or one of another circuit, [`CeremonyError::Key`] when nobody
    /// contributed.
    pub fn keys(&self, statement: Statement) -> Result<Keys> {
        let verifying = self.verifying_key()?;
        VerifyingKey::load(&verifying)?;
        if self.contributions.is_empty() {
            return Err(CeremonyError::key("nobody contributed to it, so anyone can forge proofs"));
        }
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
            h_query: self.h.clone(),
            l_query: self.l.clone(),
        };
        let proving = proving_key_file(&key, &ConstraintMatrices::of(statement)?)?;
        Ok(Keys { verifying, proving })
    }
}
