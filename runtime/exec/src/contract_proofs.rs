//! Proofs and curve arithmetic for contracts: the VM's trait over the crate that owns them.
//!
//! Registered keys are prepared once per process and kept in a bounded cache. It is a memo of a pure function: what it
//! holds decides how long a check takes and never how it ends.

use std::sync::LazyLock;
use tacit_circuits::foreign::{self, ForeignKeys};
use tacit_circuits::{
    FieldBytes, ProofBytes, Statement as CircuitStatement, VerifyItem, VerifyingKeys, bn254, poseidon, verify_one,
};
use tacit_vm::{Fault, Proofs, Statement};

static PREPARED_KEYS: LazyLock<ForeignKeys> = LazyLock::new(|| ForeignKeys::new(ForeignKeys::CAPACITY));

/// Proofs under one chain's keys.
pub struct ContractProofs<'a> {
    keys: &'a VerifyingKeys,
}

impl<'a> ContractProofs<'a> {
    /// Proofs of the chain's own statements are checked under `keys`.
    pub const fn new(keys: &'a VerifyingKeys) -> Self {
        Self { keys }
    }
}

impl Proofs for ContractProofs<'_> {
    fn poseidon(&self, elements: &[[u8; 32]]) -> Option<[u8; 32]> {
        let elements: Vec<FieldBytes> = elements.iter().copied().map(FieldBytes).collect();
        poseidon(&elements).ok().map(|hash| hash.0)
    }

    fn bn254_add(&self, left: &[u8; 64], right: &[u8; 64]) -> Option<[u8; 64]> {
        bn254::g1_add(left, right).ok()
    }

    fn bn254_mul(&self, point: &[u8; 64], scalar: &[u8; 32]) -> Option<[u8; 64]> {
        bn254::g1_mul(point, scalar).ok()
    }

    fn bn254_msm(&self, points: &[[u8; 64]], scalars: &[[u8; 32]]) -> Option<[u8; 64]> {
        bn254::g1_msm(points, scalars).ok()
    }

    fn bn254_pairing(&self, pairs: &[[u8; 192]]) -> Option<bool> {
        bn254::pairing_check(pairs.as_flattened()).ok()
    }

    fn groth16(&self, key: &[u8], proof: &[u8; 256], inputs: &[[u8; 32]]) -> Result<bool, Fault> {
        let key = PREPARED_KEYS.get(key).map_err(|error| Fault(format!("a registered key is damaged: {error}")))?;
        Ok(foreign::verify(&key, proof, inputs).is_ok())
    }

    fn statement(&self, statement: Statement, proof: &[u8; 128], inputs: &[[u8; 32]]) -> Result<bool, Fault> {
        let statement = match statement {
            Statement::Range => CircuitStatement::Range,
            Statement::Membership => CircuitStatement::Membership,
            Statement::Equality => CircuitStatement::Equality,
        };
        let inputs: Vec<FieldBytes> = inputs.iter().copied().map(FieldBytes).collect();
        let item = VerifyItem::from_inputs(statement, &inputs, ProofBytes(*proof));
        Ok(item.is_ok_and(|item| verify_one(self.keys, &item).is_ok()))
    }
}
