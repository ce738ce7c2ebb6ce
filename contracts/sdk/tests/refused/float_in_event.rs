#![allow(unused)]
use tacit_sdk::prelude::*;

#[event]
pub struct Priced {
    pub price: f64,
}

fn main() {}
