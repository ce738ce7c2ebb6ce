//! `tacit db`: look into a node's database, or check it. The node must be stopped.

use super::output::say;
use crate::config::Config;
use crate::home::Home;
use crate::node::start::{read_genesis, rules, storage_options};
use clap::{Args, Subcommand};
use eyre::{bail, eyre};
use indicatif::{ProgressBar, ProgressStyle};
use std::path::PathBuf;
use tacit_exec::tip::NextBlock;
use tacit_exec::validate::{self, Context, NoCache};
use tacit_exec::{Mode, Rules, Tip};
use tacit_state::StateRead;
use tacit_storage::{CheckReport, Database, Progress};
use tacit_types::{AssetId, Block, ValidatorSet};
use tacit_vm::{Vm, VmConfig};

/// Look into a node's database, or check it. The node must be stopped.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  tacit db stats --home ~/.tacit/devnet/node0\n  tacit db check --home ~/.tacit/devnet/node0 --replay"
)]
pub struct Db {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Sizes, heights and format.
    Stats {
        /// The node's home.
        #[arg(long, value_name = "DIR")]
        home: PathBuf,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Compare everything that is derived with what it is derived from. Exits 1 when something is wrong.
    Check {
        /// The node's home.
        #[arg(long, value_name = "DIR")]
        home: PathBuf,
        /// Also validate and execute every block again from genesis and compare every root.
        #[arg(long)]
        replay: bool,
    },
}

impl Db {
    pub fn run(self) -> eyre::Result<()> {
        match self.verb {
            Verb::Stats { home, json } => stats(&Home::new(home), json),
            Verb::Check { home, replay } => {
                // Contracts need deep native stacks.
                let worker = std::thread::Builder::new().stack_size(tacit_vm::THREAD_STACK_BYTES);
                let check = worker.spawn(move || check(&Home::new(home), replay))?;
                check.join().map_err(|_| eyre!("the check failed unexpectedly; report this"))?
            }
        }
    }
}

fn stats(home: &Home, json: bool) -> eyre::Result<()> {
    let config = Config::load(&home.config())?;
    let (genesis, _) = read_genesis(home)?;
    let options = tacit_storage::Options { create: false, ..storage_options(&config, &genesis) };
    let stats = Database::open_for_check(&home.database(), options)?.stats()?;
    if json {
        let columns: serde_json::Map<String, serde_json::Value> = stats
            .columns
            .iter()
            .map(|column| {
                let sizes = serde_json::json!({ "entries": column.entries, "disk_bytes": column.disk_bytes });
                (column.column.name().to_string(), sizes)
            })
            .collect();
        let value = serde_json::json!({
            "format": stats.format.version,
            "height": stats.tip.map(|tip| tip.height.0),
            "trie_height": stats.mark.map(|mark| mark.height.0),
            "columns": columns,
        });
        say!("{}", serde_json::to_string_pretty(&value)?);
        return Ok(());
    }
    say!("format       {}", stats.format.version);
    say!("height       {}", stats.tip.map_or("-".into(), |tip| tip.height.to_string()));
    say!("state root   {}", stats.tip.map_or("-".into(), |tip| tip.state_root.to_string()));
    say!("trie pages   at height {}", stats.mark.map_or("-".into(), |mark| mark.height.to_string()));
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::UTF8_BORDERS_ONLY);
    table.set_header(["column", "entries (estimate)", "bytes in files"]);
    for column in &stats.columns {
        table.add_row([column.column.name().to_string(), column.entries.to_string(), column.disk_bytes.to_string()]);
    }
    say!("{table}");
    Ok(())
}

fn check(home: &Home, replay: bool) -> eyre::Result<()> {
    let config = Config::load(&home.config())?;
    let (genesis, _) = read_genesis(home)?;
    let database = Database::open_for_check(&home.database(), storage_options(&config, &genesis))?;
    let bar = progress_bar();
    let report = database.check(|progress| show(&bar, progress))?;
    finish(&bar, "database", &report)?;
    supplies(&database)?;
    if replay {
        let vm = Vm::new(VmConfig::default()).map_err(|fault| eyre!("the contract engine does not start: {fault}"))?;
        let mut replayer = Replayer { rules: rules(&genesis, &home.params())?, vm, tip: genesis.tip() };
        let scratch = home.data().join("replay");
        let report = database.check_replay(
            &scratch,
            genesis.writes.clone(),
            |block, state| replayer.execute(block, state).map_err(|error| error.to_string()),
            |progress| show(&bar, progress),
        )?;
        finish(&bar, "replay", &report)?;
    }
    Ok(())
}

/// Counts all money and compares it with what the chain says there is.
fn supplies(database: &Database) -> eyre::Result<()> {
    if database.genesis()?.is_none() {
        return Ok(());
    }
    let counted = tacit_exec::supply::count(&database.snapshot()?)?;
    let wrong: Vec<_> = counted.iter().filter(|(_, held)| !held.is_whole()).collect();
    for (asset, held) in &wrong {
        let text = |amount: Option<u128>| amount.map_or("unknown".to_owned(), |amount| amount.to_string());
        say!(
            "supplies: asset {asset}: accounts hold {}, the pool {}, and the supply is {}",
            text(held.accounts),
            held.pool,
            text(held.supply)
        );
    }
    if wrong.is_empty() {
        let native = counted.get(&AssetId::NATIVE).copied().unwrap_or_default();
        say!("supplies: good; {} assets, {} native base units in the pool", counted.len(), native.pool);
        return Ok(());
    }
    bail!(
        "the money of {} assets does not add up, which no rule of the chain allows. Keep the data directory and report this",
        wrong.len()
    )
}

/// Validates and executes one block after the other, trusting nothing but genesis.
struct Replayer {
    rules: Rules,
    vm: Vm,
    tip: Tip,
}

impl Replayer {
    fn execute(&mut self, block: &Block, state: &dyn StateRead) -> eyre::Result<tacit_storage::Executed> {
        let signers: ValidatorSet = NextBlock::read(state, self.tip.height)?.validators;
        // The commit that follows compares the root in this header with the one it computed for the block before.
        self.tip.state_root = block.header.state_root;
        let context = Context {
            rules: &self.rules,
            tip: &self.tip,
            state,
            cache: &NoCache,
            seed: block.header.id().0,
            threads: std::thread::available_parallelism().map_or(1, usize::from),
        };
        let valid = validate::validate(&context, &block.encode(), Mode::Decided)?;
        let executed = tacit_exec::execute(state, &self.rules, &self.vm, &valid)?;
        self.tip = Tip {
            height: block.header.height,
            block_id: valid.id(),
            time_ms: block.header.time_ms,
            state_root: block.header.state_root,
            receipts_root: executed.receipts_root,
            signers,
        };
        Ok(tacit_storage::Executed {
            write_set: executed.writes,
            receipts: executed.receipts,
            compact_block: executed.shielded,
        })
    }
}

fn progress_bar() -> ProgressBar {
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{msg:10} {wide_bar} {pos}/{len} {eta}") {
        bar.set_style(style);
    }
    bar
}

fn show(bar: &ProgressBar, progress: Progress) {
    bar.set_message(progress.stage);
    bar.set_length(progress.total);
    bar.set_position(progress.done);
}

fn finish(bar: &ProgressBar, what: &str, report: &CheckReport) -> eyre::Result<()> {
    bar.finish_and_clear();
    if report.is_clean() {
        say!("{what}: good; {} blocks, {} state entries", report.blocks, report.state_entries);
        return Ok(());
    }
    for finding in &report.findings {
        let height = finding.height.map_or(String::new(), |height| format!("height {height}: "));
        say!("{what}: {height}{}", finding.problem);
    }
    bail!(
        "{} problems found. Keep a copy of the data directory, then remove `data/db` and let the node sync again",
        report.findings.len()
    )
}
