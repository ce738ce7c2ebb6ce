//! Rounds of measurements: every row once in each, in turn, so that whatever else the machine does meets all of them.
//!
//! Time is the thread's processor time.

use rustix::time::{ClockId, clock_gettime};
use std::time::Duration;

/// How long one measurement should last.
const SAMPLE: Duration = Duration::from_millis(150);
/// Operations that the search for the right number starts with.
const FIRST: u64 = 16;

/// Runs about as many operations as it is told; returns how many, and how long they took without what prepares them.
pub type Work = Box<dyn FnMut(u64) -> (u64, Duration)>;

/// One peer in one case.
pub struct Row {
    /// What is done.
    pub case: &'static str,
    /// Who does it.
    pub peer: &'static str,
    /// Nanoseconds of each operation, by round.
    pub samples: Vec<f64>,
    work: Work,
    operations: u64,
}

impl Row {
    pub fn new(case: &'static str, peer: &'static str, work: Work) -> Self {
        Self { case, peer, samples: Vec::new(), work, operations: FIRST }
    }

    /// Warms up and finds the number of operations of a measurement.
    fn calibrate(&mut self) {
        loop {
            let (done, spent) = (self.work)(self.operations);
            if spent * 4 >= SAMPLE {
                let each = spent.as_secs_f64() / done as f64;
                self.operations = (SAMPLE.as_secs_f64() / each).ceil() as u64;
                return;
            }
            self.operations = done.max(self.operations) * 2;
        }
    }

    fn sample(&mut self) {
        let (done, spent) = (self.work)(self.operations);
        self.samples.push(spent.as_secs_f64() * 1e9 / done as f64);
    }

    /// Nanoseconds of an operation, in the median round.
    pub fn median(&self) -> f64 {
        median(self.samples.clone())
    }
}

/// Measures every row in each round, in the opposite order in every other one.
pub fn rounds(rows: &mut [Row], rounds: usize) {
    rows.iter_mut().for_each(Row::calibrate);
    for round in 0..rounds {
        if round % 2 == 0 {
            rows.iter_mut().for_each(Row::sample);
        } else {
            rows.iter_mut().rev().for_each(Row::sample);
        }
    }
}

/// The median of a number of samples that is odd.
pub fn median(mut samples: Vec<f64>) -> f64 {
    samples.sort_by(f64::total_cmp);
    samples[samples.len() / 2]
}

/// Work of operations that need nothing between them.
pub fn each(mut operation: impl FnMut() + 'static) -> Work {
    Box::new(move |operations| {
        let start = thread_time();
        (0..operations).for_each(|_| operation());
        (operations, thread_time() - start)
    })
}

/// Processor time of this thread so far.
pub fn thread_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// The same numbers in every run, for every peer: which two of `accounts` a transfer goes between.
pub struct Draw {
    state: u64,
    accounts: u64,
}

impl Draw {
    pub fn new(accounts: usize) -> Self {
        Self { state: 0x9e37_79b9_7f4a_7c15, accounts: accounts as u64 }
    }

    /// Two different accounts; of two, always the same way.
    pub fn pair(&mut self) -> (usize, usize) {
        if self.accounts == 2 {
            return (0, 1);
        }
        let from = self.next() % self.accounts;
        let to = (from + 1 + self.next() % (self.accounts - 1)) % self.accounts;
        (from as usize, to as usize)
    }

    fn next(&mut self) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        self.state
    }
}
