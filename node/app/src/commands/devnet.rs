//! `tacit devnet`: a supervisor of one process per validator, all on this machine.
//!
//! A validator that dies stays dead until the person starts it again; the others go on. Ctrl-C ends all of them.

use super::output::say;
use super::runtime;
use super::testnet::{PORTS_PER_NODE, Plan};
use clap::Args;
use eyre::{Context, bail};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tacit_rpc::client::Client;
use tacit_types::Network;
use tacit_wallet::devnet::{DEVNET_ACCOUNTS, DEVNET_MNEMONIC, devnet_account};
use tokio::process::{Child, Command};

/// How long the network may take to its first block.
const FIRST_BLOCK_WAIT: Duration = Duration::from_secs(60);

/// How long a validator may take to stop before it is killed.
const STOP_WAIT: Duration = Duration::from_secs(10);

/// Run a network of validators on this machine, with funded accounts that everybody knows.
#[derive(Args)]
#[command(after_help = "Examples:\n  tacit devnet\n  tacit devnet --validators 1 --home /tmp/one --reset")]
pub struct Devnet {
    /// How many validators, 1 to 64.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=64))]
    validators: u16,
    /// Folder of the network; an existing one is continued.
    #[arg(long, value_name = "DIR")]
    home: Option<PathBuf>,
    /// Shortest time between blocks, for example 100ms or 1s.
    #[arg(long, default_value = "100ms", value_parser = parse_duration)]
    min_block_time: Duration,
    /// First port; node i uses the four ports from BASE + 10 i.
    #[arg(long, env = "TACIT_DEVNET_PORT", value_name = "PORT", default_value_t = 26_600)]
    base_port: u16,
    /// Remove the network in the folder first.
    #[arg(long)]
    reset: bool,
}

impl Devnet {
    pub fn run(self) -> eyre::Result<()> {
        let home = match &self.home {
            Some(home) => home.clone(),
            None => default_home()?,
        };
        let validators = self.prepare(&home)?;
        runtime::run_node(async move { supervise(&home, validators, self.base_port).await })
    }

    /// Makes the homes, or finds those that are there. Gives the number of validators.
    fn prepare(&self, home: &Path) -> eyre::Result<u16> {
        if self.reset && home.exists() {
            remove_network(home)?;
        }
        let existing = (0..).take_while(|index| home.join(format!("node{index}/config.toml")).exists()).count();
        if existing > 0 {
            say!("continuing the network of {existing} validators in {}", home.display());
            return Ok(u16::try_from(existing)?);
        }
        let plan = Plan {
            validators: self.validators,
            base_port: self.base_port,
            min_block_time_ms: u64::try_from(self.min_block_time.as_millis())?,
            chain_id: "tacit-devnet".into(),
        };
        plan.write(home)?;
        Ok(self.validators)
    }
}

fn default_home() -> eyre::Result<PathBuf> {
    let home = std::env::var_os("HOME").ok_or_else(|| eyre::eyre!("HOME is not set; say --home DIR"))?;
    Ok(PathBuf::from(home).join(".tacit/devnet"))
}

/// Removes node homes and nothing else, so that a wrong `--home` costs nothing.
fn remove_network(home: &Path) -> eyre::Result<()> {
    for entry in std::fs::read_dir(home)? {
        let path = entry?.path();
        let is_node = path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with("node"));
        if is_node && path.join("config.toml").exists() {
            std::fs::remove_dir_all(&path).wrap_err_with(|| format!("{} cannot be removed", path.display()))?;
        }
    }
    Ok(())
}

fn parse_duration(text: &str) -> Result<Duration, String> {
    let number = |digits: &str| digits.parse::<u64>().map_err(|_| "say a number and a unit: 100ms or 1s".to_string());
    match (text.strip_suffix("ms"), text.strip_suffix('s')) {
        (Some(digits), _) => number(digits).map(Duration::from_millis),
        (None, Some(digits)) => number(digits).map(Duration::from_secs),
        (None, None) => Err("say a number and a unit: 100ms or 1s".into()),
    }
}

/// A validator's process.
struct Validator {
    index: u16,
    child: Child,
}

async fn supervise(home: &Path, validators: u16, base_port: u16) -> eyre::Result<()> {
    let shutdown = runtime::until_told_to_stop()?;
    let mut running = Vec::new();
    for index in 0..validators {
        running.push(spawn(home, index)?);
    }
    let started = tokio::select! {
        () = shutdown.cancelled() => Ok(()),
        started = wait_for_first_block(validators, base_port) => started,
    };
    if started.is_ok() && !shutdown.is_cancelled() {
        print_welcome(home, validators, base_port)?;
        watch(&mut running, home, &shutdown).await;
    }
    stop(running, home, validators).await;
    started
}

fn spawn(home: &Path, index: u16) -> eyre::Result<Validator> {
    let node = home.join(format!("node{index}"));
    let log = std::fs::OpenOptions::new().create(true).append(true).open(node.join("node.log"))?;
    let child = Command::new(std::env::current_exe()?)
        .arg("start")
        .arg("--home")
        .arg(&node)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        // A process group of its own: Ctrl-C reaches the supervisor alone, which then stops everybody in order.
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .wrap_err("a validator cannot be started")?;
    std::fs::write(node.join("pid"), child.id().unwrap_or_default().to_string())?;
    Ok(Validator { index, child })
}

/// The RPC address of node `index`.
pub fn rpc_url(index: u16, base_port: u16) -> String {
    format!("http://127.0.0.1:{}", base_port + index * PORTS_PER_NODE + 2)
}

async fn wait_for_first_block(validators: u16, base_port: u16) -> eyre::Result<()> {
    let deadline = tokio::time::Instant::now() + FIRST_BLOCK_WAIT;
    for index in 0..validators {
        loop {
            if let Ok(client) = Client::new(&rpc_url(index, base_port))
                && let Ok(status) = client.status().await
                && status.height > 0
            {
                break;
            }
            if tokio::time::Instant::now() > deadline {
                bail!(
                    "node{index} made no block within {} s; its log is node{index}/node.log",
                    FIRST_BLOCK_WAIT.as_secs()
                );
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    Ok(())
}

fn print_welcome(home: &Path, validators: u16, base_port: u16) -> eyre::Result<()> {
    say!("\nTacit devnet: {validators} validators in {}\n", home.display());
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::UTF8_BORDERS_ONLY);
    table.set_header(["node", "JSON-RPC, WebSocket", "metrics", "log"]);
    for index in 0..validators {
        let port = base_port + index * PORTS_PER_NODE;
        table.add_row([
            format!("node{index}"),
            rpc_url(index, base_port),
            format!("http://127.0.0.1:{}/metrics", port + 3),
            format!("node{index}/node.log"),
        ]);
    }
    say!("{table}\n");
    say!("Accounts, a million tokens each. Everybody knows their keys:\n  {DEVNET_MNEMONIC}\n");
    for index in 0..DEVNET_ACCOUNTS.min(4) {
        let account = devnet_account(index)?;
        say!("  {index}  {}", account.address.to_text(Network::Dev));
    }
    let to = devnet_account(1)?.address.to_text(Network::Dev);
    say!("\nTry:");
    say!("  tacit status");
    say!("  tacit wallet send --dev 0 --to {to} --amount 1.5");
    say!("  tacit wallet balance --dev 1");
    say!("\nCtrl-C stops the network.");
    Ok(())
}

/// Waits for the end, and says when a validator died.
async fn watch(running: &mut Vec<Validator>, home: &Path, shutdown: &tokio_util::sync::CancellationToken) {
    loop {
        running.retain_mut(|validator| match validator.child.try_wait() {
            Ok(Some(status)) => {
                let home = home.join(format!("node{}", validator.index));
                say!(
                    "node{} ended ({status}); start it again with: tacit start --home {}",
                    validator.index,
                    home.display()
                );
                false
            }
            _ => true,
        });
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep(Duration::from_millis(200)) => {}
        }
    }
}

/// Asks every validator to stop, and kills those that do not. One that the person started again in the meantime is
/// found by the process id in its home.
async fn stop(mut running: Vec<Validator>, home: &Path, validators: u16) {
    for index in 0..validators {
        let node = home.join(format!("node{index}"));
        if let Some(pid) = running_pid(&node) {
            // The system's own command keeps the one signal that is needed without unsafe code.
            let _ = std::process::Command::new("kill").arg("-TERM").arg(pid.to_string()).status();
        }
    }
    for validator in &mut running {
        if tokio::time::timeout(STOP_WAIT, validator.child.wait()).await.is_err() {
            let _ = validator.child.kill().await;
        }
    }
    say!("stopped");
}

/// The process that runs the node in `node`, if it is really that.
fn running_pid(node: &Path) -> Option<u32> {
    let pid = std::fs::read_to_string(node.join("pid")).ok()?.trim().parse().ok()?;
    let command = std::fs::read(format!("/proc/{pid}/cmdline")).ok()?;
    let command = String::from_utf8_lossy(&command);
    (command.contains("start") && command.contains(&*node.to_string_lossy())).then_some(pid)
}
