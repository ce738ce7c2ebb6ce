//! Refused by the compiler: float in storage. The message beside this file is part of the interface.
#![allow(unused)]
use tacit_sdk::prelude::*;

#[tacit_sdk::contract]
mod example {
    use tacit_sdk::prelude::*;

    storage! {
        version = 1;
        PRICE: Item<f32> = 0;
    }
}

fn main() {}
