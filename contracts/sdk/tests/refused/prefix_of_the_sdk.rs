//! Refused by the compiler: prefix of the sdk. The message beside this file is part of the interface.
#![allow(unused)]
use tacit_sdk::prelude::*;

#[tacit_sdk::contract]
mod example {
    use tacit_sdk::prelude::*;

    storage! {
        version = 1;
        ONE: Item<u64> = 200;
    }
}

fn main() {}
