//! Gas by code and function: measured while tests run, and written as stable lines for a committed file. Who reads such a file
//! and compares it is `tacit contract gas report`.

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
