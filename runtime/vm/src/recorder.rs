//! What happened in a call, for people: every frame with its arguments, its end and its gas, and what it logged. Recorded
//! only when asked for, by simulation and tests; it never becomes consensus data and changes no result.

use crate::reject::VmReject;
use tacit_types::{Address, Amount};

/// Most bytes kept of an input or output.
const DATA_BYTES_MAX: usize = 4 * 1024;
/// Most log lines kept of one call; more are dropped.
const LOG_LINES_MAX: usize = 256;

/// One frame of a recorded call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrameTrace {
    /// How many contracts were on the stack with it; the outermost has 1.
    pub depth: usize,
    /// Whose code ran.
    pub contract: Address,
    /// Who called.
    pub caller: Address,
    /// Which function.
    pub function: String,
    /// Its input.
    pub input: Vec<u8>,
    /// Money that came with the call.
    pub value: Amount,
    /// Whether it could change nothing.
    pub is_static: bool,
    /// Gas it used, inner frames included.
    pub gas_used: u64,
    /// Its output, or why it failed; nothing if it never ended.
    pub result: Option<Result<Vec<u8>, VmReject>>,
    /// What it logged.
    pub logs: Vec<String>,
}

/// Collects frames in the order in which they were entered.
#[derive(Default)]
pub(crate) struct Recorder {
    frames: Option<Vec<FrameTrace>>,
    lines: usize,
}

impl Recorder {
    /// A recorder that records, or one that does nothing.
    pub(crate) fn new(is_on: bool) -> Self {
        Self { frames: is_on.then(Vec::new), lines: 0 }
    }

    /// Begins a frame and gives its number.
    pub(crate) fn begin(&mut self, frame: impl FnOnce() -> FrameTrace) -> usize {
        let Some(frames) = &mut self.frames else { return 0 };
        let mut frame = frame();
        frame.input.truncate(DATA_BYTES_MAX);
        frames.push(frame);
        frames.len().saturating_sub(1)
    }

    /// Ends a frame.
    pub(crate) fn end(&mut self, number: usize, gas_used: u64, result: &Result<Vec<u8>, VmReject>) {
        if let Some(frame) = self.frames.as_mut().and_then(|frames| frames.get_mut(number)) {
            frame.gas_used = gas_used;
            let cut = |output: &Vec<u8>| output.iter().take(DATA_BYTES_MAX).copied().collect();
            frame.result = Some(result.as_ref().map(cut).map_err(Clone::clone));
        }
    }

    /// Keeps a line of a frame; the line is made only if somebody listens.
    pub(crate) fn log(&mut self, number: usize, line: impl FnOnce() -> String) {
        if let Some(frame) = self.frames.as_mut().and_then(|frames| frames.get_mut(number))
            && self.lines < LOG_LINES_MAX
        {
            frame.logs.push(line());
            self.lines = self.lines.saturating_add(1);
        }
    }

    /// The frames recorded.
    pub(crate) fn finish(self) -> Vec<FrameTrace> {
        self.frames.unwrap_or_default()
    }
}
