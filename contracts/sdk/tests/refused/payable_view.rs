//! Refused by the compiler: payable view. The message beside this file is part of the interface.
#![allow(unused)]
use tacit_sdk::prelude::*;

#[tacit_sdk::contract]
mod example {
    use tacit_sdk::prelude::*;

    #[view]
    #[payable]
    fn look() -> u64 {
        1
    }
}

fn main() {}
