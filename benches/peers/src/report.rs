//! What was measured, as a table for people and as JSON.

use crate::measure::{Row, median};
use serde_json::{Value, json};
use std::fmt::Write;

/// Where and when.
pub struct Machine {
    /// The day.
    pub date: String,
    /// Load average before the rounds.
    pub load_before: String,
    /// Load average after them.
    pub load_after: String,
}

impl Machine {
    fn class() -> String {
        let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model = text.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or(": unknown processor");
        let cores = text.lines().filter(|line| line.starts_with("processor")).count();
        format!("{}, {cores} cores", model.trim_start_matches([' ', '\t', ':']))
    }
}

/// The load average of the last minute.
pub fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace().next().unwrap_or("unknown").to_owned()
}

/// How many times as many operations as `peer` Tacit does in the same case: the median over rounds.
fn ratio(rows: &[Row], peer: &Row) -> f64 {
    let ours = rows.iter().find(|row| row.case == peer.case).unwrap_or(peer);
    median(ours.samples.iter().zip(&peer.samples).map(|(ours, theirs)| theirs / ours).collect())
}

fn range(row: &Row) -> (f64, f64) {
    let least = row.samples.iter().copied().fold(f64::MAX, f64::min);
    let most = row.samples.iter().copied().fold(0.0, f64::max);
    (least, most)
}

/// One table.
pub fn table(machine: &Machine, rows: &[Row]) -> String {
    let rounds = rows.first().map_or(0, |row| row.samples.len());
    let mut text = format!(
        "{}, {}; load {} before and {} after; {rounds} rounds, medians of processor time\n\n",
        machine.date,
        Machine::class(),
        machine.load_before,
        machine.load_after,
    );
    text += "| case | who | a second | us each (least, most) | Tacit against it |\n|---|---|---|---|---|\n";
    for row in rows {
        let (each, (least, most)) = (row.median(), range(row));
        let _ = writeln!(
            text,
            "| {} | {} | {:.0} | {:.2} ({:.2}, {:.2}) | {:.2} x |",
            row.case,
            row.peer,
            1e9 / each,
            each / 1e3,
            least / 1e3,
            most / 1e3,
            ratio(rows, row),
        );
    }
    text
}

/// The same for programs.
pub fn json(machine: &Machine, rows: &[Row]) -> Value {
    let row = |row: &Row| {
        json!({
            "case": row.case,
            "peer": row.peer,
            "per_second": 1e9 / row.median(),
            "nanoseconds": row.median(),
            "samples": row.samples,
            "tacit_ratio": ratio(rows, row),
        })
    };
    json!({
        "date": machine.date,
        "machine": Machine::class(),
        "load_before": machine.load_before,
        "load_after": machine.load_after,
        "rows": rows.iter().map(row).collect::<Vec<_>>(),
    })
}
