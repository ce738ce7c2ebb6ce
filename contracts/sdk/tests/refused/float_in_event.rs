//! Refused by the compiler: float in event. The message beside this file is part of the interface.
#![allow(unused)]
use tacit_sdk::prelude::*;

#[event]
pub struct Priced {
    pub price: f64,
}

fn main() {}
