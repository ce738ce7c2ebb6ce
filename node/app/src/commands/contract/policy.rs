//! What is fixed when a contract is made: who may change its code, who may stop it.

use super::scene::Scene;
use clap::Args;
use eyre::{bail, eyre};
use tacit_types::contract::{ContractPolicy, PausePolicy, UpgradePolicy};
use tacit_wallet::contract::duration_ms;

/// The policy of a new contract. It can never be changed.
#[derive(Args, Clone)]
pub struct PolicyArg {
    /// Who may change the code: `immutable` (nobody), `governed` (the contract itself) or `timelock:ADMIN:DELAY`, where
    /// DELAY is how long announced code waits, such as 2d.
    #[arg(long, default_value = "immutable", value_name = "POLICY")]
    policy: String,
    /// Who may stop the contract for a while.
    #[arg(long, value_name = "ADDRESS", requires = "unpauser", requires = "longest")]
    pauser: Option<String>,
    /// Who may let it go on before its time; another one than the pauser.
    #[arg(long, value_name = "ADDRESS", requires = "pauser")]
    unpauser: Option<String>,
    /// The longest pause, such as 1h.
    #[arg(long, value_name = "DURATION", requires = "pauser")]
    longest: Option<String>,
}

impl PolicyArg {
    /// The policy, checked by the chain's rules.
    pub fn policy(&self, scene: &Scene) -> eyre::Result<ContractPolicy> {
        let pause = match (&self.pauser, &self.unpauser, &self.longest) {
            (Some(pauser), Some(unpauser), Some(longest)) => Some(PausePolicy {
                pauser: scene.address(pauser)?,
                unpauser: scene.address(unpauser)?,
                longest_ms: duration_ms(longest)?,
            }),
            (None, None, None) => None,
            _ => bail!("a pause needs --pauser, --unpauser and --longest"),
        };
        let policy = ContractPolicy { upgrade: upgrade(&self.policy, scene)?, pause };
        policy.check()?;
        Ok(policy)
    }
}

fn upgrade(text: &str, scene: &Scene) -> eyre::Result<UpgradePolicy> {
    match text {
        "immutable" => return Ok(UpgradePolicy::Immutable),
        "governed" => return Ok(UpgradePolicy::Governed),
        _ => {}
    }
    let (admin, delay) = split(text).ok_or_else(|| {
        eyre!("`{text}` is no policy: say immutable, governed or timelock:ADMIN:DELAY, such as timelock:alice:2d")
    })?;
    Ok(UpgradePolicy::Timelocked { admin: scene.address(admin)?, delay_ms: duration_ms(delay)? })
}

fn split(text: &str) -> Option<(&str, &str)> {
    // From the end: the admin's own text may hold a colon.
    text.strip_prefix("timelock:")?.rsplit_once(':')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timelock_is_its_admin_and_its_delay() {
        assert_eq!(split("timelock:alice:2d"), Some(("alice", "2d")));
        assert_eq!(split("timelock:dev:0:2d"), Some(("dev:0", "2d")));
        for bad in ["timelock", "timelock:alice", "locked:alice:2d", ""] {
            assert_eq!(split(bad), None, "{bad}");
        }
    }
}
