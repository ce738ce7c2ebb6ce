//! The gas schedule: what each piece of work costs, in gas (half a nanosecond or so of the worst input on the reference
//! core), and the meter that counts it.
//!
//! These numbers are consensus data. What a contract's own instructions and host calls cost is `tacit-vm`'s schedule.

use tacit_types::{Action, Gas, RejectCode, TxBody, Witness};

pub use tacit_types::gas::{
    BASE, JOIN_SPLIT, NOTE, NULLIFIER, PER_BYTE, PROOF, SIGNATURE, SPEND_SIGNATURE, TRANSFER, join_split,
};

/// Recording a verified proof.
pub const PROVE: u64 = 6_000;
/// Appending to a group: one path of Poseidon hashes.
pub const GROUP_BASE: u64 = 700_000;
/// Each member appended: its leaf and its share of the tree.
pub const GROUP_MEMBER: u64 = 60_000;
/// Making a contract, before its `init` runs.
pub const INSTANTIATE: u64 = 30_000;
/// Calling a contract, before its function runs.
pub const CALL: u64 = 10_000;
/// Making an asset or more of it.
pub const ASSET: u64 = 16_000;
/// Stopping the pool.
pub const POOL_PAUSE: u64 = 6_000;
/// Opening a poll.
pub const POLL_CREATE: u64 = 16_000;
/// Counting a vote.
pub const POLL_VOTE: u64 = 16_000;
/// Making an issuer.
pub const ISSUER_CREATE: u64 = 16_000;
/// Changing an issuer's tree: one path of Poseidon hashes and of stored nodes.
pub const CREDENTIAL_CHANGE: u64 = 900_000;
/// Each leaf changed: itself and its share of the nodes above it.
pub const CREDENTIAL: u64 = 60_000;
/// Looking for a recorded proof.
pub const REQUIRE: u64 = 6_000;
/// Registering a verifying key: points checked, subgroup checks of three of them.
pub const KEY_REGISTER: u64 = 2_000_000;
/// Each byte of a verifying key.
pub const KEY_BYTE: u64 = 1_000;
/// Stopping a contract, letting it go on, announcing code.
pub const CONTRACT_POLICY: u64 = 12_000;
/// Changing a contract's code, before `migrate` runs.
pub const UPGRADE: u64 = 60_000;

/// What a transaction costs before any of its actions runs. Its gas limit must cover this.
#[must_use]
pub fn intrinsic(encoded_length: usize, body: &TxBody, witness: &Witness) -> Gas {
    let bytes = PER_BYTE.saturating_mul(count(encoded_length));
    let signatures = SIGNATURE.saturating_mul(count(witness.signatures.len()));
    let proofs = PROOF.saturating_mul(count(body.proofs()));
    let spends = SPEND_SIGNATURE.saturating_mul(count(witness.spend_signatures.len()));
    let all = BASE.saturating_add(bytes).saturating_add(signatures).saturating_add(proofs).saturating_add(spends);
    Gas(all)
}

/// What an action costs before a contract's own gas.
#[must_use]
pub fn action(action: &Action) -> Gas {
    Gas(match action {
        Action::Transfer(_) => TRANSFER,
        Action::Prove(_) => PROVE,
        Action::GroupCreate(group) => group_cost(group.members.len()),
        Action::GroupAdd(group) => group_cost(group.members.len()),
        Action::Deploy(deploy) => tacit_vm::gas::deploy_length(deploy.code.len()).0,
        Action::Instantiate(_) => INSTANTIATE,
        Action::Call(_) => CALL,
        Action::JoinSplit(action) => join_split(action.nullifiers.as_slice().len()),
        Action::AssetCreate(_) | Action::AssetMint(_) => ASSET,
        Action::Sweep(_) => TRANSFER,
        Action::PoolPause(_) => POOL_PAUSE,
        Action::PollCreate(_) => POLL_CREATE,
        Action::PollVote(_) => POLL_VOTE,
        Action::IssuerCreate(_) => ISSUER_CREATE,
        Action::CredentialIssue(issue) => credential_cost(issue.leaves.len()),
        Action::CredentialRevoke(_) => credential_cost(1),
        Action::Require(_) => REQUIRE,
        Action::KeyRegister(register) => {
            KEY_REGISTER.saturating_add(KEY_BYTE.saturating_mul(count(register.key.len())))
        }
        Action::ContractPause(_) | Action::ContractUnpause(_) | Action::UpgradeAnnounce(_) => CONTRACT_POLICY,
        Action::ContractUpgrade(_) => UPGRADE,
    })
}

fn group_cost(members: usize) -> u64 {
    GROUP_BASE.saturating_add(GROUP_MEMBER.saturating_mul(count(members)))
}

fn credential_cost(leaves: usize) -> u64 {
    CREDENTIAL_CHANGE.saturating_add(CREDENTIAL.saturating_mul(count(leaves)))
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// Counts gas up to a limit.
#[derive(Debug, Clone, Copy)]
pub struct Meter {
    limit: Gas,
    used: Gas,
}

impl Meter {
    /// Nothing used of `limit`.
    #[must_use]
    pub const fn new(limit: Gas) -> Self {
        Self { limit, used: Gas::ZERO }
    }

    /// Uses `gas`; when that is more than is left, everything is used up.
    ///
    /// # Errors
    /// [`RejectCode::OutOfGas`].
    pub fn charge(&mut self, gas: Gas) -> Result<(), RejectCode> {
        match self.used.checked_add(gas) {
            Some(used) if used <= self.limit => {
                self.used = used;
                Ok(())
            }
            _ => {
                self.used = self.limit;
                Err(RejectCode::OutOfGas)
            }
        }
    }

    /// What is used.
    #[must_use]
    pub const fn used(&self) -> Gas {
        self.used
    }

    /// What is left.
    #[must_use]
    pub const fn left(&self) -> Gas {
        self.limit.saturating_sub(self.used)
    }
}
