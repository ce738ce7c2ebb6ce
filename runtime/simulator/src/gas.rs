//! Gas by code and function: measured while tests run, written as stable lines for a committed file, and compared with
//! what that file says.

use crate::failure::Failure;
use std::collections::BTreeMap;
use std::fmt;

/// Gas of one function over all successful calls that a transaction made of it: what the contract used, without the
/// transaction's own bytes, signature and base cost. Calls among contracts count towards the outermost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FunctionGas {
    /// How many calls.
    pub calls: u64,
    /// The cheapest.
    pub least: u64,
    /// The mean, rounded down.
    pub mean: u64,
    /// The dearest.
    pub most: u64,
}

/// Gas by code and function.
///
/// `Display` gives a table for people, [`GasReport::to_lines`] the form for a committed file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GasReport(pub BTreeMap<(String, String), FunctionGas>);

const TITLE: &str = "# code function calls least mean most";

impl GasReport {
    /// What is known of a function, by the label of its code.
    #[must_use]
    pub fn get(&self, code: &str, function: &str) -> Option<FunctionGas> {
        self.0.get(&(code.to_string(), function.to_string())).copied()
    }

    /// One line per function, sorted: the same text for the same gas on every machine.
    #[must_use]
    pub fn to_lines(&self) -> String {
        let line = |((code, function), gas): (&(String, String), &FunctionGas)| {
            format!("{code} {function} {} {} {} {}\n", gas.calls, gas.least, gas.mean, gas.most)
        };
        std::iter::once(format!("{TITLE}\n")).chain(self.0.iter().map(line)).collect()
    }

    /// Reads what [`GasReport::to_lines`] wrote. Empty lines and those that begin with `#` are skipped.
    ///
    /// # Errors
    /// [`Failure::GasReport`] with the first line that is none.
    pub fn from_lines(text: &str) -> Result<Self, Failure> {
        let mut rows = BTreeMap::new();
        for (text, line) in text.lines().zip(1usize..) {
            if text.trim().is_empty() || text.starts_with('#') {
                continue;
            }
            let (key, gas) = read_line(text).ok_or(Failure::GasReport { line })?;
            if rows.insert(key, gas).is_some() {
                return Err(Failure::GasReport { line });
            }
        }
        Ok(Self(rows))
    }

    /// What is different from `before`, in gas alone: the number of calls does not matter.
    #[must_use]
    pub fn changes_since(&self, before: &Self) -> GasDiff {
        let keys = self.0.keys().chain(before.0.keys().filter(|key| !self.0.contains_key(*key)));
        let change = |key: &(String, String)| {
            let (old, new) = (before.0.get(key).copied(), self.0.get(key).copied());
            let gas = |row: Option<FunctionGas>| row.map(|row| (row.least, row.mean, row.most));
            (gas(old) != gas(new)).then(|| GasChange { code: key.0.clone(), function: key.1.clone(), old, new })
        };
        let mut changes: Vec<GasChange> = keys.filter_map(change).collect();
        changes.sort_by(|a, b| (&a.code, &a.function).cmp(&(&b.code, &b.function)));
        GasDiff(changes)
    }
}

fn read_line(text: &str) -> Option<((String, String), FunctionGas)> {
    let mut words = text.split_whitespace();
    let key = (words.next()?.to_string(), words.next()?.to_string());
    let mut number = || words.next()?.parse::<u64>().ok();
    let gas = FunctionGas { calls: number()?, least: number()?, mean: number()?, most: number()? };
    words.next().is_none().then_some((key, gas))
}

impl fmt::Display for GasReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = |text: &String| text.chars().count();
        let code_width = self.0.keys().map(|key| width(&key.0)).max().unwrap_or(0).max(4);
        let function_width = self.0.keys().map(|key| width(&key.1)).max().unwrap_or(0).max(8);
        let titles = ["calls", "least", "mean", "most"].map(|title| format!("{title:>12}")).concat();
        write!(f, "{:code_width$}  {:function_width$}{titles}", "code", "function")?;
        for ((code, function), gas) in &self.0 {
            let numbers = [gas.calls, gas.least, gas.mean, gas.most].map(|number| format!("{number:>12}")).concat();
            write!(f, "\n{code:code_width$}  {function:function_width$}{numbers}")?;
        }
        Ok(())
    }
}

/// What became of one function's gas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GasChange {
    /// Label of the code.
    pub code: String,
    /// Its function.
    pub function: String,
    /// Before; none for a function that is new.
    pub old: Option<FunctionGas>,
    /// Now; none for a function that was not called.
    pub new: Option<FunctionGas>,
}

impl GasChange {
    /// How much dearer the mean call is, in tenths of a percent; negative when cheaper, none when one side is missing
    /// or cost nothing.
    #[must_use]
    pub fn mean_permille(&self) -> Option<i128> {
        let (old, new) = (i128::from(self.old?.mean), i128::from(self.new?.mean));
        new.checked_sub(old)?.checked_mul(1_000)?.checked_div(old)
    }
}

impl fmt::Display for GasChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: ", self.code, self.function)?;
        match (self.old, self.new) {
            (None, Some(new)) => write!(f, "new, mean {}", new.mean),
            (Some(old), None) => write!(f, "no longer called, mean was {}", old.mean),
            (None, None) => Ok(()),
            (Some(old), Some(new)) => {
                write!(f, "mean {} -> {}, most {} -> {}", old.mean, new.mean, old.most, new.most)?;
                let Some(permille) = self.mean_permille() else { return Ok(()) };
                let (sign, size) = (if permille < 0 { '-' } else { '+' }, permille.unsigned_abs());
                let (percent, tenth) = (size.checked_div(10).unwrap_or(0), size.checked_rem(10).unwrap_or(0));
                write!(f, " ({sign}{percent}.{tenth} %)")
            }
        }
    }
}

/// What is different between two reports.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GasDiff(pub Vec<GasChange>);

impl GasDiff {
    /// Whether nothing is different.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for GasDiff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.0.iter().map(GasChange::to_string).collect();
        f.write_str(&if lines.is_empty() { "gas is what it was".to_string() } else { lines.join("\n") })
    }
}

/// Sums behind a report.
#[derive(Debug, Clone, Default)]
pub(crate) struct GasBook(BTreeMap<(String, String), Sums>);

#[derive(Debug, Clone, Copy)]
struct Sums {
    calls: u64,
    least: u64,
    most: u64,
    total: u128,
}

impl GasBook {
    /// Counts one successful call.
    pub fn count(&mut self, code: String, function: String, gas: u64) {
        let sums = self.0.entry((code, function)).or_insert(Sums { calls: 0, least: u64::MAX, most: 0, total: 0 });
        sums.calls = sums.calls.saturating_add(1);
        sums.least = sums.least.min(gas);
        sums.most = sums.most.max(gas);
        sums.total = sums.total.saturating_add(u128::from(gas));
    }

    /// What was counted.
    pub fn report(&self) -> GasReport {
        let row = |sums: &Sums| FunctionGas {
            calls: sums.calls,
            least: sums.least,
            mean: sums.total.checked_div(u128::from(sums.calls)).and_then(|mean| u64::try_from(mean).ok()).unwrap_or(0),
            most: sums.most,
        };
        GasReport(self.0.iter().map(|(key, sums)| (key.clone(), row(sums))).collect())
    }
}
