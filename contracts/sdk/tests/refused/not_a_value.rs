//! Refused by the compiler: not a value. The message beside this file is part of the interface.
#![allow(unused)]
use tacit_sdk::prelude::*;

#[tacit_sdk::contract]
mod example {
    use tacit_sdk::prelude::*;

    #[call]
    fn take(number: i64) {
        let _ = number;
    }

    #[call]
    fn borrow(number: &u64) {
        let _ = number;
    }
}

fn main() {}
