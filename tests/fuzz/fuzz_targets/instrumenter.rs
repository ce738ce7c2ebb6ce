//! libFuzzer's side of the target `instrumenter`; what it checks is in `tests/harness/fuzz`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| tacit_tests::fuzz::run("instrumenter", data));
