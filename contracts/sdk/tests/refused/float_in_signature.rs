//! Refused by the compiler: float in signature. The message beside this file is part of the interface.
#![allow(unused)]
use tacit_sdk::prelude::*;

#[tacit_sdk::contract]
mod example {
    use tacit_sdk::prelude::*;

    #[call]
    fn price(of: f64) -> u64 {
        let _ = of;
        1
    }
}

fn main() {}
