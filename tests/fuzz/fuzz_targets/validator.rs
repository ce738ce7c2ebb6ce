//! libFuzzer's side of the target `validator`; what it checks is in `tests/harness/fuzz`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| tacit_tests::fuzz::run("validator", data));
