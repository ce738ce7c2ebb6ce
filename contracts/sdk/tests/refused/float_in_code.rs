//! Refused by the compiler: float in code. The message beside this file is part of the interface.
#![allow(unused)]
use tacit_sdk::prelude::*;

#[tacit_sdk::contract]
mod example {
    use tacit_sdk::prelude::*;

    #[call]
    fn half(of: u64) -> u64 {
        let _ = 0.5;
        of / 2
    }
}

fn main() {}
