//! `tacit contract gas`: what functions cost, measured by a project's simulator tests and compared with a committed file,
//! or tried out on a node.

use super::trace::rehearse;
use super::wanted::{Prepared, TrialArgs, WantedCall};
use crate::commands::output::say;
use crate::commands::query::show;
use crate::commands::runtime;
use clap::{Args, Subcommand};
use eyre::{Context, bail, ensure, eyre};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tacit_wallet::TxBuilder;
use tacit_wallet::with_detail;

/// Longest file of measured gas.
const FILE_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// What functions cost.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  tacit contract gas report gas.lines --snapshot gas.snapshot --tolerance 2\n  tacit contract gas estimate token transfer to=alice amount=5 --dev 0\n\nThe file of a report is what a test in the simulator wrote: `gas_report().to_lines()`."
)]
pub struct Gas {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Print measured gas, and compare it with a committed file. Exits with 1 when a function got dearer.
    Report(Report),
    /// Try a call out on a node and say what it would cost.
    Estimate(Box<Estimate>),
}

#[derive(Args)]
#[command(after_help = "Example:\n  tacit contract gas report gas.lines --snapshot gas.snapshot --accept")]
struct Report {
    /// File that a test in the simulator wrote.
    file: PathBuf,
    /// The committed file.
    #[arg(long, value_name = "FILE")]
    snapshot: Option<PathBuf>,
    /// By how many percent a function may get dearer.
    #[arg(long, default_value_t = 0, value_name = "PERCENT")]
    tolerance: u64,
    /// Write the committed file anew instead of comparing.
    #[arg(long, requires = "snapshot")]
    accept: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
#[command(after_help = "Example:\n  tacit contract gas estimate token transfer to=alice amount=5 --dev 0 --json")]
struct Estimate {
    #[command(flatten)]
    wanted: WantedCall,
    #[command(flatten)]
    trial: TrialArgs,
}

/// Gas by code and function.
type Lines = BTreeMap<(String, String), Measured>;

/// Calls, and the gas of the cheapest, the mean and the dearest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Measured {
    calls: u64,
    least: u64,
    mean: u64,
    most: u64,
}

impl Gas {
    pub fn run(&self) -> eyre::Result<()> {
        match &self.verb {
            Verb::Report(verb) => verb.run(),
            Verb::Estimate(verb) => verb.run(),
        }
    }
}

impl Report {
    fn run(&self) -> eyre::Result<()> {
        let text = read(&self.file)?;
        let now = parse(&text).wrap_err_with(|| format!("{} is no file of gas", self.file.display()))?;
        let Some(snapshot) = &self.snapshot else { return self.print(&now, None) };
        if self.accept {
            self.print(&now, None)?;
            return std::fs::write(snapshot, text)
                .wrap_err_with(|| format!("{} cannot be written", snapshot.display()));
        }
        ensure!(snapshot.is_file(), "there is no {} yet; --accept writes it", snapshot.display());
        let before = parse(&read(snapshot)?).wrap_err_with(|| format!("{} is no file of gas", snapshot.display()))?;
        self.print(&now, Some(&before))?;
        let dearer = dearer(&before, &now, self.tolerance);
        if dearer.is_empty() {
            return Ok(());
        }
        bail!(
            "gas is above {} by more than {} percent; look, or accept it with --accept:\n{}",
            snapshot.display(),
            self.tolerance,
            dearer.join("\n")
        )
    }

    /// Prints what was measured and, next to it, how the mean differs from before.
    fn print(&self, now: &Lines, before: Option<&Lines>) -> eyre::Result<()> {
        if self.json {
            let rows: Vec<Value> = now
                .iter()
                .map(|(key, gas)| {
                    let (code, function) = key;
                    let old = before.and_then(|before| before.get(key)).map(|old| old.mean);
                    json!({ "code": code, "function": function, "calls": gas.calls, "least": gas.least, "mean": gas.mean, "most": gas.most, "mean_before": old })
                })
                .collect();
            return show(&rows, true);
        }
        say!(
            "{:24} {:24} {:>10} {:>12} {:>12} {:>12} {:>9}",
            "code",
            "function",
            "calls",
            "least",
            "mean",
            "most",
            if before.is_some() { "change" } else { "" }
        );
        for (key, gas) in now {
            let (code, function) = key;
            let change = before.map(|before| change(before.get(key), gas)).unwrap_or_default();
            say!(
                "{code:24} {function:24} {:>10} {:>12} {:>12} {:>12} {change:>9}",
                gas.calls,
                gas.least,
                gas.mean,
                gas.most
            );
        }
        let gone = before.into_iter().flatten().filter(|(key, _)| !now.contains_key(*key));
        gone.for_each(|((code, function), _)| say!("{code:24} {function:24} not measured any more"));
        Ok(())
    }
}

/// How a mean differs from before, in percent with one digit.
fn change(before: Option<&Measured>, now: &Measured) -> String {
    let Some(before) = before else { return "new".into() };
    let (old, new) = (u128::from(before.mean), u128::from(now.mean));
    if old == new {
        return "=".into();
    }
    let sign = if new > old { '+' } else { '-' };
    let tenths = (new.abs_diff(old) * 1_000).checked_div(old).unwrap_or(u128::MAX);
    format!("{sign}{}.{}%", tenths / 10, tenths % 10)
}

impl Estimate {
    fn run(&self) -> eyre::Result<()> {
        let account = self.trial.account()?;
        runtime::block_on(async {
            let Prepared { mut scene, contract, input, value } = self.wanted.prepare(self.trial.client()?).await?;
            let call = |builder: TxBuilder| builder.call(contract, &self.wanted.function, input, value);
            let simulated = rehearse(&mut scene, &account, self.trial.gas_limit(), call).await?;
            if let Some(reject) = &simulated.reject {
                let why = with_detail(&reject.message, simulated.detail.as_deref());
                bail!("the call fails: {why}; `tacit contract trace` shows where");
            }
            let outermost = simulated.frames.iter().flatten().next().map(|frame| frame.gas_used);
            let fields = json!({
                "gas_used": simulated.gas_used,
                "gas_of_the_call": outermost,
                "fee": simulated.fee,
                "height": simulated.height,
            });
            show(&fields, self.trial.json)
        })
    }
}

fn read(file: &Path) -> eyre::Result<String> {
    let shown = file.display();
    let length = std::fs::metadata(file).wrap_err_with(|| format!("{shown} cannot be read"))?.len();
    ensure!(length <= FILE_BYTES_MAX, "{shown} is too long for a file of gas");
    std::fs::read_to_string(file).wrap_err_with(|| format!("{shown} cannot be read"))
}

/// Reads the simulator's lines: code, function, calls, least, mean, most.
fn parse(text: &str) -> eyre::Result<Lines> {
    let mut lines = Lines::new();
    for (number, text) in text.lines().enumerate() {
        if text.trim().is_empty() || text.starts_with('#') {
            continue;
        }
        let wrong = || eyre!("line {} is not `code function calls least mean most`", number + 1);
        let words: Vec<&str> = text.split_whitespace().collect();
        let [code, function, calls, least, mean, most] = words.as_slice() else { return Err(wrong()) };
        let read = |word: &str| word.parse::<u64>().map_err(|_| wrong());
        let gas = Measured { calls: read(calls)?, least: read(least)?, mean: read(mean)?, most: read(most)? };
        let key = ((*code).to_owned(), (*function).to_owned());
        ensure!(lines.insert(key, gas).is_none(), "line {} measures a function again", number + 1);
    }
    Ok(lines)
}

/// What costs more than before, beyond the tolerance, in the mean or at most. New functions are no loss.
fn dearer(before: &Lines, now: &Lines, tolerance: u64) -> Vec<String> {
    let above = |old: u64, new: u64| u128::from(new) * 100 > u128::from(old) * (100 + u128::from(tolerance));
    let changed = now.iter().filter_map(|(key, new)| {
        let old = before.get(key)?;
        let is_dearer = above(old.mean, new.mean) || above(old.most, new.most);
        let (code, function) = key;
        is_dearer
            .then(|| format!("{code} {function}: mean {} -> {}, most {} -> {}", old.mean, new.mean, old.most, new.most))
    });
    changed.collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_what_got_dearer_beyond_the_tolerance_is_told() {
        let before =
            parse("# code function calls least mean most\njar save 2 90 100 110\njar take 1 50 50 50\n").unwrap();
        let now = parse("jar save 9 90 102 110\njar take 1 40 40 60\njar new 1 1 1 1\n").unwrap();
        assert_eq!(dearer(&before, &now, 0).len(), 2);
        assert_eq!(dearer(&before, &now, 2), ["jar take: mean 50 -> 40, most 50 -> 60"]);
        assert!(dearer(&before, &now, 20).is_empty() && dearer(&before, &before, 0).is_empty());
    }

    #[test]
    fn a_change_is_told_in_percent() {
        let gas = |mean| Measured { calls: 1, least: 1, mean, most: mean };
        assert_eq!(change(Some(&gas(1_000)), &gas(1_034)), "+3.4%");
        assert_eq!(change(Some(&gas(1_000)), &gas(500)), "-50.0%");
        assert_eq!((change(Some(&gas(7)), &gas(7)), change(None, &gas(7))), ("=".into(), "new".into()));
    }

    #[test]
    fn lines_that_are_none_are_refused() {
        for bad in [
            "jar save 1 2 3",
            "jar save 1 2 3 x",
            "jar save 1 2 3 4 5",
            "jar save -1 2 3 4",
            "a b 1 1 1 1\na b 1 1 1 1",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
