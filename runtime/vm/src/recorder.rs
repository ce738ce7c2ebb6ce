//! What happened in a call, for people: every frame with its arguments, its end and its gas, and what it logged. Recorded
//! only when asked for, by simulation and tests; it never becomes consensus data and changes no result. What is not kept is
//! never copied: whoever simulates pays nothing.

use crate::reject::VmReject;
use tacit_types::{Address, Amount};

/// Most frames kept of one call; the others are counted.
pub const FRAMES_RECORDED_MAX: usize = 64;
/// Most bytes kept of an input, an output or a contract's own failure.
const DATA_BYTES_MAX: usize = 4 * 1024;
/// Most log lines kept of one call; more are dropped.
const LOG_LINES_MAX: usize = 256;
/// Most bytes kept of all log lines of one call; what is longer is dropped.
const LOG_BYTES_MAX: usize = 64 * 1024;
/// The number of a frame that is not kept.
const NOT_KEPT: usize = usize::MAX;

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
    /// Its input, cut.
    pub input: Vec<u8>,
    /// Money that came with the call.
    pub value: Amount,
    /// Whether it could change nothing.
    pub is_static: bool,
    /// Gas it used, inner frames included.
    pub gas_used: u64,
    /// Its output, or why it failed, both cut; nothing if it never ended.
    pub result: Option<Result<Vec<u8>, VmReject>>,
    /// What it logged.
    pub logs: Vec<String>,
}

/// Collects frames in the order in which they were entered.
#[derive(Default)]
pub(crate) struct Recorder {
    frames: Option<Vec<FrameTrace>>,
    left_out: u64,
    lines: usize,
    line_bytes: usize,
}

impl Recorder {
    /// A recorder that records, or one that does nothing.
    pub(crate) fn new(is_on: bool) -> Self {
        Self { frames: is_on.then(Vec::new), ..Self::default() }
    }

    /// Begins a frame and gives its number. `frame` cuts its input with [`cut`].
    pub(crate) fn begin(&mut self, frame: impl FnOnce() -> FrameTrace) -> usize {
        let Some(frames) = &mut self.frames else { return NOT_KEPT };
        if frames.len() >= FRAMES_RECORDED_MAX {
            self.left_out = self.left_out.saturating_add(1);
            return NOT_KEPT;
        }
        frames.push(frame());
        frames.len().saturating_sub(1)
    }

    /// Ends a frame.
    pub(crate) fn end(&mut self, number: usize, gas_used: u64, result: &Result<Vec<u8>, VmReject>) {
        if let Some(frame) = self.frames.as_mut().and_then(|frames| frames.get_mut(number)) {
            frame.gas_used = gas_used;
            frame.result = Some(match result {
                Ok(output) => Ok(cut(output)),
                Err(VmReject::Reverted { code, data }) => Err(VmReject::Reverted { code: *code, data: cut(data) }),
                Err(reject) => Err(reject.clone()),
            });
        }
    }

    /// Keeps a line of a frame; the line is made only if somebody listens.
    pub(crate) fn log(&mut self, number: usize, line: impl FnOnce() -> String) {
        let Some(frame) = self.frames.as_mut().and_then(|frames| frames.get_mut(number)) else { return };
        if self.lines >= LOG_LINES_MAX {
            return;
        }
        let line = line();
        let bytes = self.line_bytes.saturating_add(line.len());
        if bytes <= LOG_BYTES_MAX {
            frame.logs.push(line);
            self.lines = self.lines.saturating_add(1);
            self.line_bytes = bytes;
        }
    }

    /// The frames recorded, and how many more there were.
    pub(crate) fn finish(self) -> (Vec<FrameTrace>, u64) {
        (self.frames.unwrap_or_default(), self.left_out)
    }
}

/// As many bytes as a recording keeps.
pub(crate) fn cut(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().take(DATA_BYTES_MAX).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(input: &[u8]) -> FrameTrace {
        FrameTrace {
            depth: 1,
            contract: Address([1; 32]),
            caller: Address([2; 32]),
            function: "run".into(),
            input: cut(input),
            value: Amount::ZERO,
            is_static: false,
            gas_used: 0,
            result: None,
            logs: Vec::new(),
        }
    }

    #[test]
    fn a_recording_holds_no_more_than_it_shows() {
        let mut recorder = Recorder::new(true);
        let long = vec![7; 64 * 1024];
        let ends = [Ok(long.clone()), Err(VmReject::Reverted { code: 9, data: long.clone() })];
        for end in ends.iter().cycle().take(1_000) {
            let number = recorder.begin(|| frame(&long));
            (0..10).for_each(|_| recorder.log(number, || "x".repeat(1_024)));
            recorder.end(number, 1, end);
        }
        let (frames, left_out) = recorder.finish();
        assert_eq!((frames.len(), left_out), (FRAMES_RECORDED_MAX, 1_000 - FRAMES_RECORDED_MAX as u64));
        let mut log_bytes = 0;
        for frame in &frames {
            assert!(frame.input.capacity() <= DATA_BYTES_MAX, "an input keeps {} bytes", frame.input.capacity());
            let (Some(Ok(data)) | Some(Err(VmReject::Reverted { data, .. }))) = &frame.result else {
                panic!("{:?}", frame.result)
            };
            assert!(!data.is_empty() && data.capacity() <= DATA_BYTES_MAX, "an end keeps {} bytes", data.capacity());
            log_bytes += frame.logs.iter().map(String::capacity).sum::<usize>();
        }
        assert_eq!(log_bytes, LOG_BYTES_MAX);
    }

    #[test]
    fn a_frame_that_is_not_kept_is_not_even_built() {
        let mut off = Recorder::new(false);
        assert_eq!(off.begin(|| panic!("nobody asked for a recording")), NOT_KEPT);
        assert_eq!(off.finish(), (Vec::new(), 0));
        let mut full = Recorder::new(true);
        for number in 0..FRAMES_RECORDED_MAX {
            assert_eq!(full.begin(|| frame(&[])), number);
        }
        assert_eq!(full.begin(|| panic!("the recording is full")), NOT_KEPT);
    }
}
