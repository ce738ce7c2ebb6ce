//! libFuzzer's side of the target `r1cs`; what it checks is in `tests/harness/fuzz`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| tacit_tests::fuzz::run("r1cs", data));
