//! What the protocol keeps of a contract beside its code: who may change the code, and who may stop it. Both are fixed
//! when the contract is made, and enforced by the chain, so that no code can lie about them.

use crate::limits::{CONTRACT_PAUSE_MS_MAX, MIGRATE_INPUT_BYTES_MAX, VERIFYING_KEY_BYTES_MAX};
use crate::{Address, Bytes, CodeHash};
use borsh::{BorshDeserialize, BorshSerialize};

/// Who may change a contract's code.
#[derive(Debug, Clone, PartialEq, Eq, Default, BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum UpgradePolicy {
    /// Nobody.
    #[default]
    Immutable = 0,
    /// An address, which announces the new code and waits.
    Timelocked {
        /// Who announces and upgrades.
        admin: Address,
        /// How long announced code waits, in milliseconds.
        delay_ms: u64,
    } = 1,
    /// The contract itself, by whatever rules its code has.
    Governed = 2,
}

/// Who may stop a contract, and for how long.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct PausePolicy {
    /// Who may stop it.
    pub pauser: Address,
    /// Who may let it go on before its time; another one than the pauser.
    pub unpauser: Address,
    /// The longest pause in milliseconds; it ends by itself, and after it the contract runs for at least a seventh of this.
    pub longest_ms: u64,
}

/// Everything fixed when a contract is made.
#[derive(Debug, Clone, PartialEq, Eq, Default, BorshSerialize, BorshDeserialize)]
pub struct ContractPolicy {
    /// Who may change its code.
    pub upgrade: UpgradePolicy,
    /// Who may stop it; nobody without one.
    pub pause: Option<PausePolicy>,
}

/// Why a policy is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// One address may both stop a contract and let it go on.
    #[error("pauser and unpauser are the same address")]
    SamePauser,
    /// The longest pause is nothing, or longer than the chain allows.
    #[error("the longest pause must be 1 to {CONTRACT_PAUSE_MS_MAX} ms")]
    Longest,
}

impl ContractPolicy {
    /// Whether the policy keeps the chain's rules.
    ///
    /// # Errors
    /// [`PolicyError`].
    pub fn check(&self) -> Result<(), PolicyError> {
        let Some(pause) = &self.pause else { return Ok(()) };
        if pause.pauser == pause.unpauser {
            return Err(PolicyError::SamePauser);
        }
        if pause.longest_ms == 0 || pause.longest_ms > CONTRACT_PAUSE_MS_MAX {
            return Err(PolicyError::Longest);
        }
        Ok(())
    }
}

/// Stops a contract for a while: nobody can call it, everybody can look at it. Sent by its pauser.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct ContractPause {
    /// The contract.
    pub contract: Address,
    /// For how long, in milliseconds; at most what its policy says.
    pub duration_ms: u64,
}

/// Lets a stopped contract go on. Sent by its unpauser.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct ContractUnpause {
    /// The contract.
    pub contract: Address,
}

/// Announces the code that a contract will change to, and what its `migrate` will get: an admin who is honest about the code only
/// could still hand `migrate` a new owner. Sent by its admin; a later announcement replaces an earlier one.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct UpgradeAnnounce {
    /// The contract.
    pub contract: Address,
    /// Deployed code.
    pub code_hash: CodeHash,
    /// Input of `migrate`.
    pub input: Bytes<MIGRATE_INPUT_BYTES_MAX>,
}

/// Changes a contract to its announced code and runs its `migrate` with the announced input. Sent by its admin.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct ContractUpgrade {
    /// The contract.
    pub contract: Address,
}

/// Registers a Groth16 verifying key that contracts can check proofs against. Its id is the hash of its bytes.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct KeyRegister {
    /// The key, in the layout of `docs/spec/host-proofs.md`.
    pub key: Bytes<VERIFYING_KEY_BYTES_MAX>,
}
