//! The guardian's switch: stops the shielded pool for some heights, or lets it go on.

use crate::commands::runtime;
use crate::commands::send::SendArgs;
use clap::Args;
use tacit_types::Action;
use tacit_types::asset::PoolPause;

/// Stop the shielded pool for a while. Only the guardian that genesis names can; it sees and moves nothing, and cannot stop it
/// again before the pool was open for 14,286 heights.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  tacit wallet pause-pool --heights 1000 --dev 9\n  tacit wallet pause-pool --heights 0 --dev 9"
)]
pub struct PausePool {
    /// For how many heights after the one that includes this; 0 lets the pool go on.
    #[arg(long, value_name = "NUMBER")]
    heights: u64,
    #[command(flatten)]
    send: Box<SendArgs>,
}

impl PausePool {
    pub fn run(self) -> eyre::Result<()> {
        let account = self.send.account()?;
        let action = Action::PoolPause(PoolPause { heights: self.heights });
        runtime::block_on(async {
            let sent = self.send.send(&account, |builder| Ok(builder.action(action))).await?;
            self.send.report(&sent, &[("heights", self.heights.to_string())])
        })
    }
}
