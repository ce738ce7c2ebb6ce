//! Refused by the compiler: prefix collision. The message beside this file is part of the interface.
#![allow(unused)]
use tacit_sdk::prelude::*;

#[tacit_sdk::contract]
mod example {
    use tacit_sdk::prelude::*;

    storage! {
        version = 1;
        ONE: Item<u64> = 3;
        OTHER: Map<Address, u64> = 3;
    }
}

fn main() {}
