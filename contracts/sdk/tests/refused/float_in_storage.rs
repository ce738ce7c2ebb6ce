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
