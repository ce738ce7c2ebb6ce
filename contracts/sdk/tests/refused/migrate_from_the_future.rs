//! Refused by the compiler: migrate from the future. The message beside this file is part of the interface.
#![allow(unused)]
use tacit_sdk::prelude::*;

#[tacit_sdk::contract]
mod example {
    use tacit_sdk::prelude::*;

    storage! {
        version = 2;
        ONE: Item<u64> = 0;
    }

    #[migrate(from = 2)]
    fn migrate() {
        ONE.remove();
    }
}

fn main() {}
